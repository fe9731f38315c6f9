//! The last look before any writer: no path, name, message or piece of evidence carries a secret out (decision 10).
//!
//! In: findings, what could not be checked, and errors. Out: the same, with every credential inside a text masked.

use std::collections::BTreeMap;

use crate::find::{self, Blob};
use crate::model::{AgentJob, Finding, RepoPath, Sighting, Unchecked};
use crate::rules::RuleSet;

/// Masks every credential inside a text that goes to a person without a report, such as an error that names what was
/// typed.
pub fn without_secrets(text: &str) -> String {
    masked(text, &RuleSet::builtin()).unwrap_or_else(|| text.to_owned())
}

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

/// The shortest value that is looked for by itself in paths.
const WORTH_LOOKING_FOR: usize = 16;

/// Whether a value cannot well be the name of a folder by chance: a file whose path is masked is hard to find.
fn is_unlike_a_word(secret: &[u8]) -> bool {
    let digits = secret.iter().filter(|byte| byte.is_ascii_digit()).count();
    secret.len() >= WORTH_LOOKING_FOR && digits >= 3
}

/// Masks in paths, as soon as they are known, the values that say nothing by themselves, such as a UUID: what a file
/// showed to be a credential is one in a path as well.
pub(super) struct Paths<'r> {
    rules: &'r RuleSet,
    seen: BTreeMap<Vec<u8>, String>,
}

impl<'r> Paths<'r> {
    /// Keeps the values that were seen.
    pub(super) fn new<'s>(
        rules: &'r RuleSet,
        sightings: impl Iterator<Item = &'s Sighting>,
    ) -> Self {
        let bare = sightings.filter(|sighting| {
            sighting
                .kind
                .is_none_or(|kind| kind.public_prefix().is_empty())
        });
        let seen = bare
            .map(|sighting| {
                (
                    sighting.secret.expose(<[u8]>::to_vec),
                    sighting.mask.clone(),
                )
            })
            .filter(|(secret, _)| is_unlike_a_word(secret))
            .collect();
        Paths { rules, seen }
    }

    /// Masks a path.
    pub(super) fn mask(&self, path: &mut RepoPath) {
        for (secret, mask) in &self.seen {
            if let Some(at) = memchr::memmem::find(path.as_bytes(), secret) {
                let (before, rest) = path.as_bytes().split_at(at);
                *path = RepoPath::new([before, mask.as_bytes(), &rest[secret.len()..]].concat());
            }
        }
        if let Some(masked) = masked(&path.lossy(), self.rules) {
            *path = RepoPath::new(masked);
        }
    }
}

/// Masks every text of a finding that came from the repository.
pub(super) fn finding(finding: &mut Finding, paths: &Paths<'_>) {
    let rules = paths.rules;
    paths.mask(&mut finding.path);
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
        paths.mask(&mut related.path);
        mask_in_place(&mut related.message, rules);
    }
    for text in [&mut finding.waived, &mut finding.rotate]
        .into_iter()
        .flatten()
    {
        mask_in_place(text, rules);
    }
    if let Some(advice) = &mut finding.advice {
        mask_in_place(&mut advice.how, rules);
    }
    if let Some(reference) = finding
        .advice
        .as_mut()
        .and_then(|advice| advice.reference.as_mut())
    {
        mask_in_place(reference, rules);
    }
}

/// Masks every text of an agent's entry that came from the repository.
pub(super) fn agent_job(job: &mut AgentJob, rules: &RuleSet) {
    for text in [&mut job.path, &mut job.job, &mut job.step] {
        mask_in_place(text, rules);
    }
    for secret in &mut job.holds.secrets {
        mask_in_place(&mut secret.name, rules);
    }
    for trigger in &mut job.triggers {
        mask_in_place(trigger, rules);
    }
}

/// Masks the path and the reason of what could not be checked.
pub(super) fn unchecked(entry: &mut Unchecked, paths: &Paths<'_>) {
    paths.mask(&mut entry.path);
    mask_in_place(&mut entry.why, paths.rules);
}
