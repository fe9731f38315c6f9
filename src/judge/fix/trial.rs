//! Tries a draft before anybody sees it.
//!
//! In: drafts. Out: the findings that it answers, or why it is not offered. The same reading and the same judgement are
//! used as for every scan, on the edited bytes.

use std::collections::{BTreeMap, BTreeSet};

use super::{Draft, DraftChange, Wanted};
use crate::judge::workflow::{Reading, judge_workflows};
use crate::model::RepoPath;
use crate::read::Lookup;
use crate::syntax::{self, Format, edit};

type Key = (&'static str, RepoPath, String);

/// The state before any edit.
pub(super) struct Trial<'a> {
    path: &'a RepoPath,
    lookup: &'a Lookup<'a>,
    wanted: &'a [Wanted],
    before: BTreeSet<Key>,
    agents: usize,
}

fn keys(reading: &Reading) -> BTreeSet<Key> {
    let keys = reading.findings.iter().map(|finding| {
        let path = finding.spot.path.as_ref().clone();
        (finding.rule.id, path, finding.route.clone())
    });
    keys.collect()
}

impl<'a> Trial<'a> {
    /// Takes the state of the file as it is.
    pub(super) fn new(
        path: &'a RepoPath,
        lookup: &'a Lookup<'a>,
        wanted: &'a [Wanted],
        before: &Reading,
    ) -> Self {
        Trial {
            path,
            lookup,
            wanted,
            before: keys(before),
            agents: before.jobs.len(),
        }
    }

    /// Tries a draft alone; the findings that it answers.
    pub(super) fn alone(&self, draft: &Draft) -> Result<Vec<usize>, String> {
        let answered = self.run(&[draft])?;
        match draft.answers.iter().find(|at| !answered.contains(at)) {
            Some(missing) => {
                let rule = self.wanted[*missing].rule;
                Err(format!("an edit was tried, and {rule} still stood"))
            }
            None => Ok(answered),
        }
    }

    /// Which of the drafts, each fine alone, can be made together: all where that is so, else as many as fit in their
    /// order.
    pub(super) fn together(&self, drafts: &[&Draft]) -> Vec<bool> {
        if drafts.len() < 2 || self.run(drafts).is_ok() {
            return vec![true; drafts.len()];
        }
        let mut kept: Vec<&Draft> = Vec::new();
        let fits = drafts.iter().map(|draft| {
            kept.push(draft);
            let fits = kept.len() == 1 || self.run(&kept).is_ok();
            if !fits {
                kept.pop();
            }
            fits
        });
        fits.collect()
    }

    /// Applies drafts, and judges again.
    fn run(&self, drafts: &[&Draft]) -> Result<Vec<usize>, String> {
        let mut files: BTreeMap<&RepoPath, Vec<&DraftChange>> = BTreeMap::new();
        for change in drafts.iter().flat_map(|draft| &draft.changes) {
            files.entry(&change.path).or_default().push(change);
        }
        let mut edited: BTreeMap<Vec<u8>, Vec<u8>> = BTreeMap::new();
        for (path, changes) in files {
            let text = (self.lookup)(path.as_bytes()).ok_or("the file is gone")?;
            let after = apply(&text, &changes)?;
            edited.insert(path.as_bytes().to_vec(), after);
        }
        let lookup = |path: &[u8]| match edited.get(path) {
            Some(text) => Some(text.clone()),
            None => (self.lookup)(path),
        };
        let reading = judge_workflows(std::slice::from_ref(self.path), &lookup);
        if reading.jobs.len() != self.agents {
            return Err("an edit was tried, and it changed which agents run".to_owned());
        }
        let after = keys(&reading);
        if let Some((rule, ..)) = after.difference(&self.before).next() {
            return Err(format!("the edit would bring another finding, {rule}"));
        }
        let gone =
            self.wanted.iter().enumerate().filter(|(_, one)| {
                !after.contains(&(one.rule, one.path.clone(), one.route.clone()))
            });
        Ok(gone.map(|(at, _)| at).collect())
    }
}

/// Applies the edits of one file, and looks whether the document differs elsewhere.
fn apply(text: &[u8], changes: &[&DraftChange]) -> Result<Vec<u8>, String> {
    let edits = changes
        .iter()
        .flat_map(|change| &change.edits)
        .map(|one| (one.span, one.insert.as_str()));
    let after = edit::apply(text, edits).ok_or("two edits touch")?;
    let touched: Vec<&str> = changes
        .iter()
        .flat_map(|change| change.touched.iter().map(String::as_str))
        .collect();
    match differs_elsewhere(text, &after, &touched) {
        false => Ok(after),
        true => Err("the place is written in a form that is not edited".to_owned()),
    }
}

/// Whether two texts differ as documents at a route that is not named.
fn differs_elsewhere(before: &[u8], after: &[u8], touched: &[&str]) -> bool {
    let is_touched = |route: &str| {
        touched.iter().any(|prefix| {
            route
                .strip_prefix(prefix)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        })
    };
    let untouched = |text: &[u8]| -> Option<(usize, Vec<(String, String)>)> {
        let document = syntax::parse(Format::Yaml, text).ok()?;
        let leaves = document.leaves().filter(|leaf| !is_touched(&leaf.key_path));
        let leaves = leaves.map(|leaf| (leaf.key_path.clone(), leaf.text.to_owned()));
        Some((document.roots.len(), leaves.collect()))
    };
    let (Some(before), Some(after)) = (untouched(before), untouched(after)) else {
        return true;
    };
    before != after
}
