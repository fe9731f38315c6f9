//! Counts, the overall verdict, and the sentences that stand under them.

use std::sync::atomic::Ordering;

use super::Run;
use crate::model::{Finding, Level, Overall, Summary, Unchecked, Verdict};
use crate::policy::WaiverStanding;
use crate::source::Visited;

pub(super) fn summarise(
    run: &Run<'_>,
    findings: &[Finding],
    unchecked: &[Unchecked],
    silent: u64,
    dropped: u64,
) -> Summary {
    let mut summary = Summary {
        overall: Overall::Clean,
        files: run.seen.files.load(Ordering::Relaxed),
        bytes: run.seen.bytes.load(Ordering::Relaxed),
        blocked: 0,
        warned: 0,
        noted: 0,
        silent,
        dropped,
    };
    recount(&mut summary, findings, unchecked);
    summary
}

/// Counts the findings by verdict, and says what follows.
pub(super) fn recount(summary: &mut Summary, findings: &[Finding], unchecked: &[Unchecked]) {
    let decides = |finding: &&Finding| finding.introduced != Some(false);
    let count = |verdict: Verdict| {
        findings
            .iter()
            .filter(decides)
            .filter(|finding| finding.verdict == verdict)
            .count() as u64
    };
    summary.blocked = count(Verdict::Block);
    summary.warned = count(Verdict::Warn);
    summary.noted = count(Verdict::Note);
    summary.overall = if summary.blocked > 0 {
        Overall::Blocked
    } else if unchecked.iter().any(|entry| entry.undecided) {
        Overall::Undecided
    } else {
        Overall::Clean
    };
}

pub(super) fn remarks(
    run: &Run<'_>,
    visited: &Visited,
    findings: &[Finding],
    hidden: u64,
    dependencies: u64,
) -> Vec<String> {
    let mut remarks = Vec::new();
    let known: Vec<_> = findings.iter().filter(|finding| finding.known).collect();
    if !known.is_empty() {
        let broad = known
            .iter()
            .filter(|finding| matches!(finding.kind, Some(kind) if kind.level >= Level::Account))
            .count();
        remarks.push(format!("{} known, {broad} broad", known.len()));
    }
    let old = findings
        .iter()
        .filter(|finding| finding.introduced == Some(false) && !finding.known)
        .filter(|finding| finding.verdict == Verdict::Block)
        .count();
    if old > 0 {
        remarks.push(format!(
            "{old} stood here before this change, `tokenleash scan` shows them"
        ));
    }
    if hidden > 0 {
        remarks.push(format!(
            "this policy hides {hidden}; `--policy none` shows them"
        ));
    }
    if dependencies > 0 {
        remarks.push(format!(
            "{dependencies} in dependencies, `--deps` shows them"
        ));
    }
    if visited.submodules > 0 {
        remarks.push(format!(
            "{} submodule links were not followed",
            visited.submodules
        ));
    }
    if visited.special > 0 {
        remarks.push(format!("{} special files were not opened", visited.special));
    }
    let declared = run.policies.base.credentials.len();
    if declared > 0 {
        remarks.push(format!("{declared} declared, not verified"));
    }
    remarks.extend(waivers_without_effect(run));
    remarks
}

fn waivers_without_effect(run: &Run<'_>) -> impl Iterator<Item = String> {
    let policies = run.policies;
    let base = &policies.base;
    base.waivers.iter().filter_map(move |waiver| {
        let standing = waiver.standing(policies.today, base.waiver_days);
        (standing != WaiverStanding::Counts).then(|| {
            format!(
                "the waiver in {}:{} {}",
                base.shown_as,
                waiver.line,
                standing.word()
            )
        })
    })
}
