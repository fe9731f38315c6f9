//! What is said of the guard itself: canaries that pass, policies that a change loosens, places that it takes away.

use super::Run;
use crate::judge;
use crate::judge::guard::Weakening;
use crate::model::{Confidence, Excerpt, Finding, Place, RepoPath, Rule, Unchecked, Verdict};
use crate::policy::{canary, fingerprint, within_band};

pub(super) fn canary_remark(run: &Run<'_>) -> Option<Unchecked> {
    if canary::is_certain(run.policies, run.rules) {
        return None;
    }
    let passed = canary::first_that_passes(run.policies, run.rules)?;
    Some(Unchecked {
        path: RepoPath::from(passed.path),
        why: format!(
            "TL905: the policy fails its canary, a planted broad token passes: {}",
            passed.because
        ),
        undecided: true,
    })
}

/// TL903: a loosening blocks where the same change holds what it would release, or where an agent makes it.
pub(super) fn add_loosenings(run: &Run<'_>, findings: &mut Vec<Finding>) {
    let Some(rule) = judge::rules::by_id("TL903") else {
        return;
    };
    let held = findings
        .iter()
        .any(|finding| finding.verdict == Verdict::Block && finding.introduced == Some(true));
    for (path, loosening) in run.loosened {
        let (verdict, because) = if run.by_agent {
            (Verdict::Block, Some("an agent makes this commit"))
        } else if held {
            (
                Verdict::Block,
                Some("the same change holds what a looser policy could release"),
            )
        } else {
            (rule.verdict, None)
        };
        findings.push(guard_finding(
            rule,
            verdict,
            Told {
                path,
                line: loosening.line,
                what: &loosening.what,
                message: format!(
                    "This change loosens the policy: {}. It does not count for this change.",
                    loosening.what
                ),
                because,
            },
            run.policies.salt(),
        ));
    }
}

/// TL904: a weakened guard warns, and blocks where an agent makes the change.
pub(super) fn add_weakenings(run: &Run<'_>, findings: &mut Vec<Finding>) {
    let Some(rule) = judge::rules::by_id("TL904") else {
        return;
    };
    for Weakening { path, line, what } in run.weakened {
        let (verdict, because) = if run.by_agent {
            (Verdict::Block, Some("an agent makes this change"))
        } else {
            (rule.verdict, None)
        };
        let told = Told {
            path,
            line: *line,
            what,
            message: format!("This change weakens the guard: {what}."),
            because,
        };
        findings.push(guard_finding(rule, verdict, told, run.policies.salt()));
    }
}

/// What a finding about the guard says, and where.
struct Told<'a> {
    path: &'a RepoPath,
    line: u32,
    what: &'a str,
    message: String,
    because: Option<&'a str>,
}

fn guard_finding(
    rule: &'static Rule,
    verdict: Verdict,
    told: Told<'_>,
    salt: Option<&str>,
) -> Finding {
    let severity = if verdict == Verdict::Block {
        7.0
    } else {
        rule.severity
    };
    Finding {
        rule: rule.id,
        verdict,
        kind: None,
        severity: within_band(severity, verdict),
        confidence: Confidence::High,
        path: told.path.clone(),
        place: Place {
            start_line: told.line,
            start_column: 1,
            end_line: told.line,
            end_column: 1,
            start_character: 1,
        },
        commit: None,
        commits: 0,
        introduced: Some(true),
        at_head: true,
        breadth: None,
        reach: Vec::new(),
        masked: None,
        advice: None,
        fingerprint: fingerprint::of_parts(
            salt,
            &[
                rule.id.as_bytes(),
                told.path.as_bytes(),
                told.what.as_bytes(),
            ],
        ),
        same_as: None,
        score: Default::default(),
        bound_to_place: false,
        message: told.message,
        excerpt: Excerpt::default(),
        related: Vec::new(),
        flow: Vec::new(),
        line_hash: String::new(),
        reasons: told.because.map(str::to_owned).into_iter().collect(),
        rotate: None,
        waived: None,
        known: false,
    }
}
