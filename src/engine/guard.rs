//! What is said of the guard itself: canaries that pass, policies that a change loosens.

use super::Run;
use crate::judge;
use crate::model::{Confidence, Excerpt, Finding, Place, RepoPath, Rule, Unchecked, Verdict};
use crate::policy::loosening::Loosening;
use crate::policy::{canary, fingerprint, within_band};

pub(super) fn canary_remark(run: &Run<'_>) -> Option<Unchecked> {
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
            path,
            loosening,
            because,
            run.policies.salt(),
        ));
    }
}

fn guard_finding(
    rule: &'static Rule,
    verdict: Verdict,
    path: &RepoPath,
    loosening: &Loosening,
    because: Option<&str>,
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
        path: path.clone(),
        place: Place {
            start_line: loosening.line,
            start_column: 1,
            end_line: loosening.line,
            end_column: 1,
            start_character: 1,
        },
        commit: None,
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
                path.as_bytes(),
                loosening.what.as_bytes(),
            ],
        ),
        bound_to_place: false,
        message: format!(
            "This change loosens the policy: {}. It does not count for this change.",
            loosening.what
        ),
        excerpt: Excerpt::default(),
        related: Vec::new(),
        line_hash: String::new(),
        reasons: because.map(str::to_owned).into_iter().collect(),
        rotate: None,
        waived: None,
        known: false,
    }
}
