//! Brings commits into the object store that the clone lacks: the only place that opens a connection, and only when told.
//!
//! In: the folder of a repository, a remote, and ids or branches that were checked before. Out: objects. Nothing is
//! checked out, no local branch is written, no hook of the repository runs, and no text of an event can become an option.

use std::path::{Path, PathBuf};

use super::event::{Branch, ObjectName};
use crate::act::git::Git;
use crate::error::{Error, Result};

/// The remote that a runner's checkout has.
pub const REMOTE: &str = "origin";

/// What every fetch is told: no hooks, no submodules, no transport that runs a command, no upkeep afterwards.
const SETTINGS: [&str; 12] = [
    "-c",
    "core.hooksPath=/dev/null",
    "-c",
    "protocol.ext.allow=never",
    "-c",
    "core.fsmonitor=false",
    "-c",
    "fetch.recurseSubmodules=false",
    "-c",
    "gc.auto=0",
    "-c",
    "maintenance.auto=false",
];

/// Something that may be asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// A commit by its id.
    Commit(ObjectName),
    /// The head of a pull request by its number, as data.
    PullRequest(u64),
    /// The tip of a branch, into the remote-tracking ref.
    Branch(Branch),
}

impl Wanted {
    fn refspec(&self) -> String {
        match self {
            Wanted::Commit(id) => id.as_str().to_owned(),
            Wanted::PullRequest(number) => format!("refs/pull/{number}/head"),
            Wanted::Branch(branch) => {
                let name = branch.as_str();
                format!("+refs/heads/{name}:refs/remotes/{REMOTE}/{name}")
            }
        }
    }

    fn name(&self) -> String {
        match self {
            Wanted::Commit(id) => format!("commit {}", id.as_str()),
            Wanted::PullRequest(number) => format!("refs/pull/{number}/head"),
            Wanted::Branch(branch) => format!("branch {}", branch.as_str()),
        }
    }
}

/// How much of the history a fetch brings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// As much as Git brings by itself.
    Whole,
    /// All that a shallow clone left out.
    Unshallow,
}

/// Fetches into one repository.
pub struct Fetcher {
    folder: PathBuf,
}

impl Fetcher {
    /// Takes the folder of a checkout, or of a bare repository.
    pub fn new(folder: &Path) -> Self {
        Fetcher {
            folder: folder.to_owned(),
        }
    }

    /// Fetches; an error says what was asked for, never what the other side answered.
    pub fn fetch(&self, wanted: &[Wanted], depth: Depth) -> Result<()> {
        let mut arguments: Vec<String> = SETTINGS.map(str::to_owned).to_vec();
        // In a container job another user owns the checkout that this job made, and Git would refuse it.
        let top = self.folder.ancestors().find(|at| at.join(".git").exists());
        let top = top.unwrap_or(&self.folder).to_string_lossy();
        arguments.extend(["-c".to_owned(), format!("safe.directory={top}")]);
        arguments.extend(
            [
                "fetch",
                "--quiet",
                "--no-tags",
                "--no-recurse-submodules",
                "--no-write-fetch-head",
            ]
            .map(str::to_owned),
        );
        match depth {
            Depth::Whole => {}
            Depth::Unshallow => arguments.push("--unshallow".to_owned()),
        }
        arguments.extend(["--".to_owned(), REMOTE.to_owned()]);
        arguments.extend(wanted.iter().map(Wanted::refspec));
        let output = Git::in_folder(&self.folder)
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("GCM_INTERACTIVE", "never")
            .env("LC_ALL", "C")
            .args(arguments)
            .output()?;
        if output.status.success() {
            return Ok(());
        }
        let names: Vec<String> = wanted.iter().map(Wanted::name).collect();
        let what = if names.is_empty() {
            "the rest of the history".to_owned()
        } else {
            names.join(", ")
        };
        Err(
            Error::source(format!("`git fetch {REMOTE}` did not bring {what}")).hint(
                "does this job's token read the repository, and does the checkout keep its remote?",
            ),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refspec_is_never_an_option() {
        let id = ObjectName::parse(&"a".repeat(40)).unwrap();
        let branch = Branch::parse("release/1.0").unwrap();
        for wanted in [
            Wanted::Commit(id),
            Wanted::PullRequest(7),
            Wanted::Branch(branch),
        ] {
            assert!(!wanted.refspec().starts_with('-'));
        }
        assert_eq!(Branch::parse("--upload-pack=touch x"), None);
    }
}
