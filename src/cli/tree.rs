//! A tree as `scan` and `fix` look at it: which folder paths are relative to, and which policy judges.
//!
//! In: paths and flags. Out: an outcome, with what a command needs to go on. It only reads.

use std::path::{Path, PathBuf};

use super::ScanArguments;
use super::origin;
use super::policy::Judging;
use super::scan::{Clock, here, of_tree, prepare, survey};
use super::survey::gained;
use crate::error::Result;
use crate::model::Outcome;
use crate::source::{
    FolderSnapshot, GitEnvironment, IgnoredFiles, Repository, TreeSource, above_github,
};

/// A tree that was looked at, for commands that go on with it.
pub struct Looked {
    pub outcome: Outcome,
    pub judging: Judging,
    /// The folder that paths are relative to.
    pub root: PathBuf,
}

/// Looks at paths under the policy that `scan` would use.
pub fn look_at(
    paths: &[PathBuf],
    config: Option<&Path>,
    policy: Option<&str>,
    clock: &Clock,
) -> Result<Looked> {
    let arguments = ScanArguments {
        paths: paths.to_vec(),
        config: config.map(Path::to_path_buf),
        policy: policy.map(str::to_owned),
        ..ScanArguments::default()
    };
    look(&arguments, clock)
}

/// Looks at the tree that a scan's arguments name.
pub fn look(arguments: &ScanArguments, clock: &Clock) -> Result<Looked> {
    let folder = here()?;
    let first = arguments.paths.first();
    let start = folder.join(first.map_or(Path::new("."), PathBuf::as_path));
    let directory = if start.is_dir() {
        start.as_path()
    } else {
        start.parent().unwrap_or(&folder)
    };
    let repository = Repository::discover(directory, &GitEnvironment::from_process())?;
    let root = repository
        .as_ref()
        .and_then(|repository| repository.work_dir())
        .map_or_else(|| above_github(directory).to_path_buf(), Path::to_path_buf);
    let snapshot = FolderSnapshot::new(&root);
    let judging = of_tree(arguments, clock, &snapshot, repository.as_ref())?;
    let ignored = if arguments.respect_gitignore {
        IgnoredFiles::LeaveOut
    } else {
        IgnoredFiles::Read
    };
    let source = TreeSource::new(&folder, &arguments.paths, ignored)?;
    let source = match arguments.threads {
        Some(_) => source,
        None => source.with_more_readers(),
    };
    let looked_at = "the working tree";
    let (mut outcome, files) = survey(arguments, clock, &judging, &source, looked_at, None)?;
    outcome.origin = repository.and_then(|repository| origin::of_clone(&repository, None));
    outcome
        .remarks
        .extend(gained(&outcome.findings, &files, &judging.rules));
    prepare(arguments, &judging, &source, &mut outcome);
    Ok(Looked {
        outcome,
        judging,
        root: source.root().to_path_buf(),
    })
}
