//! What can be done about the findings of a tree: edits of workflows, and references in the place of literals.
//!
//! In: an outcome, the state that it was found in, whether Git holds a file's bytes. Out: a `FixPlan` whose diffs are
//! masked, or the fixes for a report. It writes nothing, and shows no value.

mod diff;
mod literals;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::shield;
use crate::judge::fix::{self, Wanted};
use crate::judge::workflow::Reading;
use crate::model::{Finding, Fix, FixPlan, Left, Outcome, RepoPath, Safety, Span, Verdict};
use crate::policy::{Policies, fingerprint};
use crate::rules::RuleSet;
use crate::source::Snapshot;
use crate::syntax::edit;

/// What planning needs of the world.
pub struct Planning<'a> {
    pub snapshot: &'a dyn Snapshot,
    pub policies: &'a Policies,
    pub rules: &'a RuleSet,
    /// Whether Git holds these bytes of a file, in the index or in HEAD.
    pub is_kept: &'a dyn Fn(&RepoPath, &[u8]) -> bool,
}

/// Which findings a run asks to have answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answering {
    /// Workflows and literals.
    Everything,
    /// Workflows alone: reports have their own words for literals.
    Workflows,
}

/// Plans the edits that answer an outcome's findings.
pub fn plan(planning: &Planning<'_>, outcome: &Outcome, answering: Answering) -> FixPlan {
    let mut plan = FixPlan::default();
    of_workflows(planning, outcome, &mut plan);
    if answering == Answering::Everything {
        literals::plan(planning, outcome, &mut plan);
    }
    keep_apart(planning, &mut plan);
    plan.fixes.sort_by(|a, b| place_of(a).cmp(&place_of(b)));
    plan.left.sort();
    plan.left.dedup();
    for finding in outcome.findings.iter().filter(|one| counts(one)) {
        let is_answerable = fix::may_answer(finding.rule) || literals::is_literal(finding);
        let asks = matches!(finding.verdict, Verdict::Block | Verdict::Warn);
        if asks && !is_answerable {
            *plan.beyond.entry(finding.rule).or_default() += 1;
        }
    }
    plan
}

/// Adds the masked diffs of the fixes that `shown` names.
pub fn add_diffs(planning: &Planning<'_>, plan: &mut FixPlan) {
    plan.diffs = diff::of(planning, &plan.fixes);
}

/// Puts the edits of workflows beside the findings of a report.
pub fn add_to(planning: &Planning<'_>, outcome: &mut Outcome) {
    let plan = plan(planning, outcome, Answering::Workflows);
    outcome.fixes = plan.fixes;
}

/// By path, the bytes as they are and as they become.
pub type Files = BTreeMap<RepoPath, (Vec<u8>, Vec<u8>)>;

/// The bytes of every file that fixes change, as they are and as they become.
pub fn results(snapshot: &dyn Snapshot, fixes: &[&Fix]) -> Option<Files> {
    let mut edits: BTreeMap<&RepoPath, Vec<(Span, &str)>> = BTreeMap::new();
    for change in fixes.iter().flat_map(|fix| &fix.changes) {
        let of_file = edits.entry(&change.path).or_default();
        of_file.extend(
            change
                .edits
                .iter()
                .map(|one| (one.span, one.insert.as_str())),
        );
    }
    let mut files = BTreeMap::new();
    for (path, edits) in edits {
        let before = snapshot.read(path.as_bytes()).ok().flatten()?;
        let after = edit::apply(&before, edits)?;
        files.insert(path.clone(), (before, after));
    }
    Some(files)
}

fn place_of(fix: &Fix) -> (&RepoPath, usize, Safety) {
    let first = &fix.changes[0];
    let start = first.edits.first().map_or(0, |edit| edit.span.start);
    (&first.path, start, fix.safety)
}

fn counts(finding: &Finding) -> bool {
    finding.at_head && finding.waived.is_none() && finding.verdict != Verdict::Silent
}

fn of_workflows(planning: &Planning<'_>, outcome: &Outcome, plan: &mut FixPlan) {
    let known: HashMap<&str, &Finding> = outcome
        .findings
        .iter()
        .map(|finding| (finding.fingerprint.as_str(), finding))
        .collect();
    let paths: BTreeSet<RepoPath> = outcome
        .agent_jobs
        .iter()
        .map(|job| RepoPath::from(job.path.as_str()))
        .collect();
    let answerable = outcome
        .findings
        .iter()
        .filter(|one| fix::may_answer(one.rule));
    let asking: BTreeSet<&RepoPath> = answerable.map(|finding| &finding.path).collect();
    // A finding in a file that a workflow uses is met by reading that workflow, whichever it is.
    let is_shared = asking.iter().any(|path| !paths.contains(*path));
    let lookup = |path: &[u8]| planning.snapshot.read(path).ok().flatten();
    for path in &paths {
        if !is_shared && !asking.contains(path) {
            continue;
        }
        let Some(text) = lookup(path.as_bytes()) else {
            continue;
        };
        let reading = fix::reading(path, &lookup);
        let wanted = wanted(planning, &known, (path, &reading), plan);
        let mut planned = fix::plan((path, &text), &lookup, &reading, &wanted);
        plan.fixes.append(&mut planned.fixes);
        plan.left.append(&mut planned.left);
    }
    shield_plan(planning, plan);
}

/// The findings of a workflow that ask for an edit; a waived one is left.
fn wanted(
    planning: &Planning<'_>,
    known: &HashMap<&str, &Finding>,
    (path, reading): (&RepoPath, &Reading),
    plan: &mut FixPlan,
) -> Vec<Wanted> {
    let mut wanted = Vec::new();
    for found in &reading.findings {
        let parts = [
            found.rule.id.as_bytes(),
            found.spot.path.as_bytes(),
            found.route.as_bytes(),
        ];
        let print = fingerprint::of_parts(planning.policies.salt(), &parts);
        let Some(finding) = known.get(print.as_str()) else {
            continue;
        };
        if !fix::may_answer(found.rule.id) {
            continue;
        }
        if finding.waived.is_some() {
            plan.left.push(Left {
                path: path.clone(),
                line: found.spot.place.start_line,
                rule: found.rule.id,
                why: "somebody answers for it by a waiver".to_owned(),
            });
            continue;
        }
        wanted.push(Wanted {
            rule: found.rule.id,
            route: found.route.clone(),
            path: found.spot.path.as_ref().clone(),
            line: found.spot.place.start_line,
            fingerprint: print,
        });
    }
    wanted
}

/// Masks what came from the repository, and leaves out edits that would show or hold a credential.
fn shield_plan(planning: &Planning<'_>, plan: &mut FixPlan) {
    for fix in &mut plan.fixes {
        shield_fix(fix, planning.rules);
    }
    // What may not stand in a message may not stand in an edit, nor in the path of one.
    let is_clean = |text: &str| shield::masked(text, planning.rules).is_none();
    plan.fixes.retain(|fix| {
        fix.changes.iter().all(|change| {
            let mut edits = change.edits.iter();
            is_clean(&change.path.lossy()) && edits.all(|edit| is_clean(&edit.insert))
        })
    });
    for left in &mut plan.left {
        if let Some(masked) = shield::masked(&left.why, planning.rules) {
            left.why = masked;
        }
        if let Some(masked) = shield::masked(&left.path.lossy(), planning.rules) {
            left.path = RepoPath::from(masked.as_str());
        }
    }
}

fn shield_fix(fix: &mut Fix, rules: &RuleSet) {
    let texts = [&mut fix.title, &mut fix.breaks];
    for text in texts.into_iter().chain(&mut fix.setup) {
        if let Some(masked) = shield::masked(text, rules) {
            *text = masked;
        }
    }
}

/// Leaves out fixes of different files' findings that touch each other in a third file; the safe and the first stay.
fn keep_apart(planning: &Planning<'_>, plan: &mut FixPlan) {
    let mut fixes = std::mem::take(&mut plan.fixes);
    fixes.sort_by(|a, b| (a.safety, place_of(a)).cmp(&(b.safety, place_of(b))));
    for fix in fixes {
        let mut together: Vec<&Fix> = plan.fixes.iter().collect();
        together.push(&fix);
        if results(planning.snapshot, &together).is_some() {
            plan.fixes.push(fix);
            continue;
        }
        for answered in &fix.answers {
            plan.left.push(Left {
                path: fix.changes[0].path.clone(),
                line: answered.line,
                rule: answered.rule,
                why: fix::TOO_NEAR.to_owned(),
            });
        }
    }
}
