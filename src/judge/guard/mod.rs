//! TL904: where a change takes the guard away, or makes it say less.
//!
//! In: the states before and after, and which workflow files each has. Out: one sentence a place. Looked at are workflows
//! that call tokenleash, hook managers' files that do, and who owns these files by CODEOWNERS. Names of a stranger are
//! quoted only in letters that nothing acts on.

mod calls;
mod lines;
mod owners;

use crate::error::Result;
use crate::model::RepoPath;
use crate::source::Snapshot;
use calls::Call;

/// The word that shows that a file calls us.
const OUR_NAME: &str = "tokenleash";

/// Files of the pre-commit framework (and prek, which reads the same).
const PRE_COMMIT: [&str; 2] = [".pre-commit-config.yaml", ".pre-commit-config.yml"];

/// Files read line by line: hook managers with notations of their own, and scripts of husky.
const BY_LINE: [&str; 13] = [
    "lefthook.yml",
    "lefthook.yaml",
    "lefthook.toml",
    "lefthook.json",
    ".lefthook.yml",
    ".lefthook.yaml",
    "prek.toml",
    ".husky/pre-commit",
    ".husky/pre-merge-commit",
    ".husky/commit-msg",
    ".husky/pre-push",
    ".gitlab-ci.yml",
    "azure-pipelines.yml",
];

/// One way in which a change weakens the guard.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Weakening {
    /// The file in the changed state, or the one that is gone.
    pub path: RepoPath,
    /// The line in the changed file; 1 where the line is gone.
    pub line: u32,
    pub what: String,
}

/// A state with the workflow files that it holds.
#[derive(Clone, Copy)]
pub struct State<'a> {
    pub snapshot: &'a dyn Snapshot,
    pub workflows: &'a [RepoPath],
}

/// Lists every weakening, sorted.
pub fn compare(before: State<'_>, after: State<'_>) -> Result<Vec<Weakening>> {
    let mut found = Vec::new();
    let mut guarded: Vec<RepoPath> = [".tokenleash.toml", ".tokenleash-baseline.toml"]
        .map(RepoPath::from)
        .to_vec();
    compare_workflows(before, after, &mut guarded, &mut found)?;
    for name in PRE_COMMIT {
        let path = RepoPath::from(name);
        if let Some(text) = before.snapshot.read(path.as_bytes())? {
            let was = calls::of_pre_commit(&text);
            let text = after.snapshot.read(path.as_bytes())?.unwrap_or_default();
            let is = calls::of_pre_commit(&text);
            if !was.is_empty() {
                guarded.push(path.clone());
            }
            calls::compare(&path, was, is, &[], &mut found);
        }
    }
    for name in BY_LINE {
        let path = RepoPath::from(name);
        if let Some(text) = before.snapshot.read(path.as_bytes())? {
            let after = after.snapshot.read(path.as_bytes())?.unwrap_or_default();
            if lines::compare(&path, &text, &after, &mut found) {
                guarded.push(path);
            }
        }
    }
    owners::compare(before.snapshot, after.snapshot, &guarded, &mut found)?;
    found.sort();
    found.dedup();
    Ok(found)
}

fn compare_workflows(
    before: State<'_>,
    after: State<'_>,
    guarded: &mut Vec<RepoPath>,
    found: &mut Vec<Weakening>,
) -> Result<()> {
    let moved = calls_of_new_workflows(before, after)?;
    for path in before.workflows {
        let Some(text) = before.snapshot.read(path.as_bytes())? else {
            continue;
        };
        let was = calls::of_workflow(&text);
        if was.is_empty() {
            continue;
        }
        guarded.push(path.clone());
        let is = match after.snapshot.read(path.as_bytes())? {
            Some(text) => calls::of_workflow(&text),
            None => Vec::new(),
        };
        calls::compare(path, was, is, &moved, found);
    }
    Ok(())
}

/// The calls of workflows that the change adds: a workflow may have moved.
fn calls_of_new_workflows(before: State<'_>, after: State<'_>) -> Result<Vec<Call>> {
    let mut moved = Vec::new();
    for path in after.workflows {
        if before.workflows.contains(path) {
            continue;
        }
        if let Some(text) = after.snapshot.read(path.as_bytes())? {
            moved.extend(calls::of_workflow(&text));
        }
    }
    Ok(moved)
}

/// A name from a file, in letters that no log, summary or terminal acts on.
fn plain(name: &str) -> String {
    let fits = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    name.chars().filter(fits).take(60).collect()
}

fn line_at(text: &[u8], offset: usize) -> u32 {
    let before = &text[..offset.min(text.len())];
    memchr::memchr_iter(b'\n', before).count() as u32 + 1
}

#[cfg(test)]
mod tests;
