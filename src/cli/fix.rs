//! `tokenleash fix`: shows the edits that answer findings, and makes them where told to.
//!
//! In: paths. Out: a plan with its diff, an exit code, and with `--write` edited files. Without it nothing is written.

use std::fs;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::scan::Clock;
use super::screen::Screen;
use super::tree;
use crate::act::fix as act;
use crate::engine::fixes::{self, Answering, Planning};
use crate::error::{Error, Result};
use crate::model::{Fix, FixPlan, RepoPath, Safety};
use crate::report::Entry;
use crate::report::fix::{self as report, Asked, Report};
use crate::source::{FolderSnapshot, GitEnvironment, Repository, Snapshot};

/// What to look at, and what to do with the edits.
#[derive(Debug, Args)]
pub struct FixArguments {
    /// Files and folders [default: .]
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Make the safe edits
    #[arg(long)]
    write: bool,
    /// Write nothing, and exit with 1 where --write would make an edit
    #[arg(long, conflicts_with = "write")]
    check: bool,
    /// With --write and --check: the unsafe edits too
    #[arg(long)]
    r#unsafe: bool,
    #[arg(long, value_enum, default_value = "text")]
    format: FixFormat,
    /// Write the plan to a file instead of standard output
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Read the policy from this file
    #[arg(long, value_name = "FILE", conflicts_with = "policy")]
    config: Option<PathBuf>,
    /// Read the policy from a commit, or use none but the built-in one
    #[arg(long, value_name = "none|REF")]
    policy: Option<String>,
}

/// The formats of the plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum FixFormat {
    Text,
    Json,
}

/// Runs the command.
pub fn run(arguments: &FixArguments, screen: &Screen) -> Result<u8> {
    let asked = match (arguments.write, arguments.check) {
        (true, _) => Asked::Write,
        (_, true) => Asked::Check,
        _ => Asked::Plan,
    };
    let looked = tree::look_at(
        &arguments.paths,
        arguments.config.as_deref(),
        arguments.policy.as_deref(),
        &Clock::read(),
    )?;
    let snapshot = FolderSnapshot::new(&looked.root);
    let kept = Kept::of(&looked.root);
    let planning = Planning {
        snapshot: &snapshot,
        policies: &looked.judging.policies,
        rules: &looked.judging.rules,
        is_kept: &|path, text| kept.holds(path, text),
    };
    let whole = fixes::plan(&planning, &looked.outcome, Answering::Everything);
    let wants =
        |fix: &Fix| asked == Asked::Plan || arguments.r#unsafe || fix.safety == Safety::Safe;
    let chosen: Vec<Fix> = whole
        .fixes
        .iter()
        .filter(|fix| wants(fix))
        .cloned()
        .collect();
    let mut shown = FixPlan {
        fixes: chosen.clone(),
        ..FixPlan::default()
    };
    fixes::add_diffs(&planning, &mut shown);
    let plan = FixPlan {
        diffs: shown.diffs,
        ..whole
    };
    let mut written = Vec::new();
    if asked == Asked::Write {
        let chosen: Vec<&Fix> = chosen.iter().collect();
        let files = fixes::results(&snapshot, &chosen)
            .ok_or_else(|| Error::output("the edits do not fit together; nothing was written"))?;
        written = act::write(&looked.root, &files)?;
    }
    let report = Report {
        plan: &plan,
        asked,
        chosen: &chosen,
        written: &written,
        quotes: screen.style(Entry::Scan).audience != crate::report::Audience::Agent,
    };
    show(arguments, screen, &report)?;
    Ok(u8::from(asked == Asked::Check && !chosen.is_empty()))
}

fn show(arguments: &FixArguments, screen: &Screen, plan: &Report<'_>) -> Result<()> {
    let failed = || Error::output("the plan could not be written");
    let mut text = Vec::new();
    let written = match arguments.format {
        FixFormat::Text => report::write_text(plan, &mut text),
        FixFormat::Json => report::write_json(plan, &mut text),
    };
    written.map_err(|_| failed())?;
    match &arguments.output {
        Some(path) => fs::write(path, text).map_err(|_| failed().at(path.display().to_string())),
        None => screen.write(&text),
    }
}

/// What Git holds of a folder's files.
struct Kept(Vec<Box<dyn Snapshot>>);

impl Kept {
    fn of(root: &std::path::Path) -> Kept {
        let found = Repository::discover(root, &GitEnvironment::from_process());
        let Some(repository) = found.ok().flatten() else {
            return Kept(Vec::new());
        };
        let is_here = repository
            .work_dir()
            .and_then(|folder| folder.canonicalize().ok())
            .is_some_and(|folder| folder == root);
        if !is_here {
            return Kept(Vec::new());
        }
        let mut states: Vec<Box<dyn Snapshot>> = Vec::new();
        if let Ok(index) = repository.index_snapshot() {
            states.push(Box::new(index));
        }
        if let Ok(Some(head)) = repository.head() {
            states.push(Box::new(repository.commit_snapshot(&head)));
        }
        Kept(states)
    }

    fn holds(&self, path: &RepoPath, text: &[u8]) -> bool {
        self.0.iter().any(|state| {
            let held = state.read(path.as_bytes()).ok().flatten();
            held.is_some_and(|held| held == text)
        })
    }
}
