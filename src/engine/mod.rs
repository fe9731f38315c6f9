//! The pipeline: the only place that names every stage.
//!
//! In: a source, the policies, the rules, and what is needed of the world as values. Out: an `Outcome`. It reads no disk,
//! no clock and no environment of its own; two steps, facts and then judgement.

mod agents;
mod anchor;
mod environment;
mod facts;
pub mod fixes;
mod guard;
mod hearing;
mod in_parts;
mod recipes;
mod shield;
mod structure;
mod summary;

use std::collections::HashSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::error::Result;
use crate::find::Memory;
use crate::judge::agents::Scene;
use crate::judge::guard::Weakening;
use crate::model::{Dropped, Finding, Outcome, Overall, Place, RepoPath, Unchecked};
use crate::policy::Policies;
use crate::policy::loosening::Loosening;
use crate::read::agent_config::AgentFile;
use crate::rules::RuleSet;
use crate::source::{Content, Form, Item, Source, Visited};
pub use environment::{Environment, Inherited, run_environment};
use facts::Facts;
use hearing::Hearing;
pub use shield::without_secrets;

/// What a run needs of the world.
pub struct Run<'a> {
    pub source: &'a dyn Source,
    pub policies: &'a Policies,
    pub rules: &'a RuleSet,
    pub threads: Threads,
    /// Counts as it goes, so that a caller can show progress.
    pub seen: &'a Seen,
    /// Unix seconds.
    pub now: i64,
    /// Lines of the policy that this change loosens, and the file they stand in.
    pub loosened: &'a [(RepoPath, Loosening)],
    /// Places where this change takes the guard away.
    pub weakened: &'a [Weakening],
    /// Whether an agent makes this change, by the strong signals.
    pub by_agent: bool,
    /// Whether hits in installed dependencies are shown one by one.
    pub dependencies: Dependencies,
    /// What is looked at, in words.
    pub looked_at: String,
    /// The commit that is judged, where there is one.
    pub commit: Option<String>,
}

/// How many threads to use.
#[derive(Clone, Copy, Debug)]
pub enum Threads {
    Exactly(usize),
    /// As many as this says; asked only where there is work for several, since the system is slow to answer.
    AsMany(fn() -> usize),
}

impl Threads {
    fn count(self) -> usize {
        match self {
            Threads::Exactly(count) => count,
            Threads::AsMany(ask) => ask(),
        }
    }
}

/// What has been looked at so far.
#[derive(Debug, Default)]
pub struct Seen {
    pub files: AtomicU64,
    pub bytes: AtomicU64,
    /// Files and messages.
    pub items: AtomicU64,
    /// How many files and messages there are, about; 0 where that is not known.
    pub expected: AtomicU64,
}

/// What is shown of installed dependencies and build output (decision 19).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dependencies {
    /// Agent surfaces and broad, sure kinds; the rest as one count.
    Counted,
    Shown,
}

/// So few items are looked at sooner by one thread than by more.
const FEW_ITEMS: u64 = 8;

/// Runs the pipeline.
pub fn run(run: &Run<'_>) -> Result<Outcome> {
    survey(run).map(|(outcome, _)| outcome)
}

/// Masks whatever is a credential inside a text of the repository.
pub fn masked(text: &str, rules: &RuleSet) -> String {
    shield::masked(text, rules).unwrap_or_else(|| text.to_owned())
}

/// Runs the pipeline, and hands over what the files of agents say as well.
pub fn survey(run: &Run<'_>) -> Result<(Outcome, Vec<AgentFile>)> {
    let facts = Mutex::new(Facts::default());
    let memory = memory_of(run);
    let visited = run.source.visit(threads_of(run), &|item, content| {
        let seen = facts_of(run, item, content, memory.as_ref());
        if seen.wiring.is_empty() && seen.is_empty() {
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
        all.of_agents.extend(seen.of_agents);
        all.wiring.extend(seen.wiring);
    })?;
    let facts = match facts.into_inner() {
        Ok(facts) => facts,
        Err(poisoned) => poisoned.into_inner(),
    };
    conclude(run, facts, visited)
}

/// How many threads the items are spread over. A handful stays on one.
fn threads_of(run: &Run<'_>) -> usize {
    match run.source.expected() {
        1..=FEW_ITEMS => 1,
        _ => run.threads.count(),
    }
}

/// What a run remembers from one version of a file to the next.
fn memory_of(run: &Run<'_>) -> Option<Memory> {
    run.source.has_versions().then(Memory::default)
}

/// The first step for one item, counted.
fn facts_of(run: &Run<'_>, item: &Item, content: Content<'_>, memory: Option<&Memory>) -> Facts {
    let mut facts = Facts::default();
    let read = facts::examine(item, content, run, memory, &mut facts);
    let seen = run.seen;
    if item.form != Form::Message {
        seen.files.fetch_add(1, Ordering::Relaxed);
    }
    seen.bytes.fetch_add(read, Ordering::Relaxed);
    if seen.items.fetch_add(1, Ordering::Relaxed) == 0 {
        seen.expected
            .store(run.source.expected(), Ordering::Relaxed);
    }
    if facts.is_empty() {
        run.source.nothing_in(item, read);
    }
    facts
}

/// Looks at everything and judges nothing, so that a source can keep where nothing was found. Returns in how many items
/// something was.
pub fn look_ahead(run: &Run<'_>) -> Result<u64> {
    let hits = AtomicU64::new(0);
    let memory = memory_of(run);
    run.source.visit(threads_of(run), &|item, content| {
        let hit = !facts_of(run, item, content, memory.as_ref()).is_empty();
        hits.fetch_add(u64::from(hit), Ordering::Relaxed);
    })?;
    Ok(hits.into_inner())
}

/// Joins what could not be looked at; a file that two readers could not parse is said once.
fn not_looked_at(
    run: &Run<'_>,
    visited: &Visited,
    of_facts: Vec<Unchecked>,
    of_wiring: Vec<Unchecked>,
) -> Vec<Unchecked> {
    let mut unchecked = visited.unchecked.clone();
    unchecked.extend(of_facts.into_iter().map(|mut entry| {
        entry.undecided &= visited.is_change;
        entry
    }));
    unchecked.extend(guard::canary_remark(run));
    for entry in of_wiring {
        if !unchecked.iter().any(|known| known.path == entry.path) {
            unchecked.push(entry);
        }
    }
    unchecked
}

/// The second step: judgement over all facts, policy, and the outcome.
fn conclude(
    run: &Run<'_>,
    mut facts: Facts,
    visited: Visited,
) -> Result<(Outcome, Vec<AgentFile>)> {
    let mut wiring = structure::judge(run, &visited, &facts.wiring);
    // Threads hand over in any order; what is kept of a secret that stands twice must not depend on it.
    facts
        .sightings
        .sort_by(|(a, x), (b, y)| (a.number, &a.path, x.span).cmp(&(b.number, &b.path, y.span)));
    let known = shield::Known::new(
        run.rules,
        facts.sightings.iter().map(|(_, sighting)| sighting),
    );
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
    let mut unchecked = not_looked_at(run, &visited, facts.unchecked, wiring.unchecked);
    findings.extend(wiring.findings);
    let silent = silent + wiring.silent;
    guard::add_loosenings(run, &mut findings);
    guard::add_weakenings(run, &mut findings);
    let files = agents::add(run, &visited, facts.of_agents, &mut findings)?;
    structure::add_line_hashes(run.source.head(), &mut findings);
    weigh(&Scene::of(&files, run.rules), &mut findings);
    known.mask_all(&mut findings, &mut unchecked, &mut wiring.jobs);
    findings.sort_by(|a, b| order(a).cmp(&order(b)));
    unchecked.sort();
    unchecked.dedup();
    let dropped = without_secrets_in_paths(facts.dropped, &known);
    let remarks = summary::remarks(run, &visited, &findings, hidden, dependencies);
    let outcome = Outcome {
        summary: summary::summarise(run, &findings, &unchecked, silent, dropped.len() as u64),
        findings,
        policy_from: run.policies.from.clone(),
        unchecked,
        dropped,
        remarks,
        commit: run.commit.clone(),
        origin: None,
        seconds: None,
        ended: None,
        looked_at: run.looked_at.clone(),
        agent_jobs: wiring.jobs,
        fixes: Vec::new(),
    };
    Ok((outcome, files))
}

fn without_secrets_in_paths(mut dropped: Vec<Dropped>, known: &shield::Known<'_>) -> Vec<Dropped> {
    for entry in &mut dropped {
        known.mask(&mut entry.path);
    }
    dropped.sort_by(|a, b| (&a.path, a.place, a.filter).cmp(&(&b.path, b.place, b.filter)));
    dropped
}

/// Gives every credential the sum of its parts for a severity.
fn weigh(scene: &Scene, findings: &mut [Finding]) {
    for finding in findings.iter_mut().filter(|one| one.masked.is_some()) {
        finding.score = scene.score(finding);
        finding.severity = finding.score.severity(finding.verdict);
    }
}

/// What findings are sorted by.
fn order(finding: &Finding) -> (&RepoPath, Place, &str, &str, Option<&str>) {
    let commit = finding.commit.as_deref();
    (
        &finding.path,
        finding.place,
        finding.rule,
        &finding.fingerprint,
        commit,
    )
}

/// Adds the findings of a second look that no change introduced, and counts anew.
pub fn add_existing(outcome: &mut Outcome, other: Outcome) {
    let known: HashSet<(String, RepoPath)> = outcome
        .findings
        .iter()
        .map(|finding| (finding.fingerprint.clone(), finding.path.clone()))
        .collect();
    for mut finding in other.findings {
        if !known.contains(&(finding.fingerprint.clone(), finding.path.clone())) {
            finding.introduced = Some(false);
            outcome.findings.push(finding);
        }
    }
    outcome
        .findings
        .sort_by(|a, b| (&a.path, a.place, a.rule).cmp(&(&b.path, b.place, b.rule)));
    outcome.summary.files = outcome.summary.files.max(other.summary.files);
    outcome.summary.bytes = outcome.summary.bytes.max(other.summary.bytes);
    for job in other.agent_jobs {
        if !outcome.agent_jobs.contains(&job) {
            outcome.agent_jobs.push(job);
        }
    }
    for fix in other.fixes {
        if !outcome.fixes.contains(&fix) {
            outcome.fixes.push(fix);
        }
    }
    outcome.unchecked.extend(other.unchecked);
    outcome.unchecked.sort();
    outcome.unchecked.dedup();
    settle(outcome);
}

/// Counts anew, after findings or what was not looked at have changed.
pub fn settle(outcome: &mut Outcome) {
    summary::recount(&mut outcome.summary, &outcome.findings, &outcome.unchecked);
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
