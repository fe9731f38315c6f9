//! The last look before any writer: no path, name, message or piece of evidence carries a secret out (decision 10).
//!
//! In: findings and what could not be checked. Out: the same, with every credential inside a text masked.

use crate::find::{self, Blob};
use crate::model::{Finding, RepoPath, Unchecked};
use crate::rules::RuleSet;

/// Masks whatever is a credential inside a text.
pub(crate) fn masked(text: &str, rules: &RuleSet) -> Option<String> {
    if !find::may_hold(text.as_bytes(), rules) {
        return None;
    }
    let path = RepoPath::from("");
    let found = find::find(
        &Blob {
            path: &path,
            text: text.as_bytes(),
            first_line: 1,
            offset: 0,
            whole: false,
        },
        rules,
    );
    let mut spans: Vec<_> = found
        .sightings
        .iter()
        .filter(|sighting| sighting.kind.is_some())
        .map(|sighting| (sighting.span, sighting.mask.as_str()))
        .collect();
    if spans.is_empty() {
        return None;
    }
    spans.sort_by_key(|(span, _)| *span);
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    for (span, mask) in spans {
        if span.start < at {
            continue;
        }
        out.extend_from_slice(&text.as_bytes()[at..span.start]);
        out.extend_from_slice(mask.as_bytes());
        at = span.end;
    }
    out.extend_from_slice(&text.as_bytes()[at..]);
    Some(String::from_utf8_lossy(&out).into_owned())
}

fn mask_in_place(text: &mut String, rules: &RuleSet) {
    if let Some(masked) = masked(text, rules) {
        *text = masked;
    }
}

fn mask_path(path: &mut RepoPath, rules: &RuleSet) {
    if let Some(masked) = masked(&path.lossy(), rules) {
        *path = RepoPath::new(masked);
    }
}

/// Masks every text of a finding that came from the repository.
pub(super) fn finding(finding: &mut Finding, rules: &RuleSet) {
    mask_path(&mut finding.path, rules);
    mask_in_place(&mut finding.message, rules);
    mask_in_place(&mut finding.excerpt.text, rules);
    for reason in &mut finding.reasons {
        mask_in_place(reason, rules);
    }
    if let Some(breadth) = &mut finding.breadth {
        for evidence in &mut breadth.evidence {
            mask_in_place(evidence, rules);
        }
    }
    for reach in &mut finding.reach {
        for evidence in &mut reach.evidence {
            mask_in_place(evidence, rules);
        }
    }
    for related in &mut finding.related {
        mask_path(&mut related.path, rules);
        mask_in_place(&mut related.message, rules);
    }
    for text in [&mut finding.waived, &mut finding.rotate]
        .into_iter()
        .flatten()
    {
        mask_in_place(text, rules);
    }
    if let Some(reference) = finding
        .advice
        .as_mut()
        .and_then(|advice| advice.reference.as_mut())
    {
        mask_in_place(reference, rules);
    }
}

/// Masks the path and the reason of what could not be checked.
pub(super) fn unchecked(entry: &mut Unchecked, rules: &RuleSet) {
    mask_path(&mut entry.path, rules);
    mask_in_place(&mut entry.why, rules);
}
