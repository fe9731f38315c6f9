//! The pipeline: the only place that names every stage.
//!
//! In: a source, the policies, the rules, and what is needed of the world as values. Out: an `Outcome`. It reads no disk,
//! no clock and no environment of its own; two steps, facts and then judgement.

mod facts;
mod guard;
mod hearing;
mod recipes;
mod shield;
mod summary;

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::error::Result;
use crate::model::{Outcome, Overall, RepoPath};
use crate::policy::Policies;
use crate::policy::loosening::Loosening;
use crate::rules::RuleSet;
use crate::source::{Form, Source, Visited};
use facts::Facts;
use hearing::Hearing;

/// What a run needs of the world.
pub struct Run<'a> {
    pub source: &'a dyn Source,
    pub policies: &'a Policies,
    pub rules: &'a RuleSet,
    pub threads: usize,
    /// Counts as it goes, so that a caller can show progress.
    pub seen: &'a Seen,
    /// Unix seconds.
    pub now: i64,
    /// Lines of the policy that this change loosens, and the file they stand in.
    pub loosened: &'a [(RepoPath, Loosening)],
    /// Whether an agent makes this change, by the strong signals.
    pub by_agent: bool,
    /// Whether hits in installed dependencies are shown one by one.
    pub dependencies: Dependencies,
    /// What is looked at, in words.
    pub looked_at: String,
    /// The commit that is judged, where there is one.
    pub commit: Option<String>,
}

/// What has been looked at so far.
#[derive(Debug, Default)]
pub struct Seen {
    pub files: AtomicU64,
    pub bytes: AtomicU64,
}

/// What is shown of installed dependencies and build output (decision 19).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dependencies {
    /// Agent surfaces and broad, sure kinds; the rest as one count.
    Counted,
    Shown,
}

/// Runs the pipeline.
pub fn run(run: &Run<'_>) -> Result<Outcome> {
    let facts = Mutex::new(Facts::default());
    let visited = run.source.visit(run.threads, &|item, content| {
        let mut seen = Facts::default();
        let read = facts::examine(item, content, run.rules, &mut seen);
        if item.form != Form::Message {
            run.seen.files.fetch_add(1, Ordering::Relaxed);
        }
        run.seen.bytes.fetch_add(read, Ordering::Relaxed);
        if seen.is_empty() {
            return;
        }
        let mut all = match facts.lock() {
            Ok(guard) => guard,
            Err(poisoned) => poisoned.into_inner(),
        };
        all.sightings.extend(seen.sightings);
        all.recipes.extend(seen.recipes);
        all.dropped.extend(seen.dropped);
        all.unchecked.extend(seen.unchecked);
    })?;
    let facts = match facts.into_inner() {
        Ok(facts) => facts,
        Err(poisoned) => poisoned.into_inner(),
    };
    conclude(run, facts, visited)
}

/// The second step: judgement over all facts, policy, and the outcome.
fn conclude(run: &Run<'_>, facts: Facts, visited: Visited) -> Result<Outcome> {
    let mut hearing = Hearing::new(run, &visited);
    for (item, sighting) in facts.sightings {
        hearing.hear(item, sighting)?;
    }
    recipes::hear(run, &visited, facts.recipes, &mut hearing)?;
    let Hearing {
        mut findings,
        silent,
        hidden,
        dependencies,
        ..
    } = hearing;
    let mut unchecked = visited.unchecked.clone();
    unchecked.extend(facts.unchecked.into_iter().map(|mut entry| {
        entry.undecided &= visited.is_change;
        entry
    }));
    unchecked.extend(guard::canary_remark(run));
    guard::add_loosenings(run, &mut findings);
    for finding in &mut findings {
        shield::finding(finding, run.rules);
    }
    for entry in &mut unchecked {
        shield::unchecked(entry, run.rules);
    }
    findings.sort_by(|a, b| {
        (&a.path, a.place, a.rule, &a.fingerprint, &a.commit).cmp(&(
            &b.path,
            b.place,
            b.rule,
            &b.fingerprint,
            &b.commit,
        ))
    });
    unchecked.sort();
    unchecked.dedup();
    let mut dropped = facts.dropped;
    dropped.sort_by(|a, b| (&a.path, a.place, a.filter).cmp(&(&b.path, b.place, b.filter)));
    let remarks = summary::remarks(run, &visited, &findings, hidden, dependencies);
    Ok(Outcome {
        summary: summary::summarise(run, &findings, &unchecked, silent, dropped.len() as u64),
        findings,
        policy_from: run.policies.from.clone(),
        unchecked,
        dropped,
        remarks,
        commit: run.commit.clone(),
        seconds: None,
        looked_at: run.looked_at.clone(),
    })
}

/// Makes whatever could not be read decide, as a change's own blobs do.
pub fn make_strict(outcome: &mut Outcome) {
    for entry in &mut outcome.unchecked {
        entry.undecided = true;
    }
    if outcome.summary.overall == Overall::Clean && !outcome.unchecked.is_empty() {
        outcome.summary.overall = Overall::Undecided;
    }
}
