//! The last look before any writer: no path, name, message or piece of evidence carries a secret out (decision 10).
//!
//! In: findings, what could not be checked, and errors. Out: the same, with every credential inside a text masked.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashSet};
use std::ops::Bound;

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

/// The shortest value that is looked for by itself in paths.
const WORTH_LOOKING_FOR: usize = 16;

/// Whether a value cannot well be the name of a folder by chance: a file whose path is masked is hard to find.
fn is_unlike_a_word(secret: &[u8]) -> bool {
    let digits = secret.iter().filter(|byte| byte.is_ascii_digit()).count();
    secret.len() >= WORTH_LOOKING_FOR && digits >= 3
}

/// Masks everywhere the values that say nothing by themselves, such as a UUID: what one file showed to be a credential is
/// one in a path, in the name of a job or in a sentence as well.
pub(super) struct Known<'r> {
    rules: &'r RuleSet,
    seen: BTreeMap<Vec<u8>, String>,
    starts: Starts,
    clean: RefCell<Clean>,
}

/// Texts without a credential: findings repeat their paths, reasons and advice.
#[derive(Default)]
struct Clean(HashSet<Box<[u8]>>);

impl Clean {
    const MOST: usize = 4096;
    const LONGEST: usize = 1024;

    fn keep(&mut self, text: &[u8]) {
        if self.0.len() < Self::MOST && text.len() <= Self::LONGEST {
            self.0.insert(text.into());
        }
    }
}

/// The first bytes of the values, as marks in a small table: most places of a text are ruled out by it.
struct Starts(Vec<bool>);

impl Starts {
    const BITS: u32 = 14;

    fn of<'v>(values: impl Iterator<Item = &'v Vec<u8>>) -> Self {
        let mut marks = vec![false; 1 << Self::BITS];
        for value in values {
            if let Some(slot) = Self::slot(value) {
                marks[slot] = true;
            }
        }
        Starts(marks)
    }

    fn slot(text: &[u8]) -> Option<usize> {
        let first = u32::from_le_bytes(*text.first_chunk()?);
        Some((first.wrapping_mul(0x9e37_79b1) >> (32 - Self::BITS)) as usize)
    }

    fn may_start(&self, text: &[u8]) -> bool {
        Self::slot(text).is_some_and(|slot| self.0[slot])
    }
}

impl<'r> Known<'r> {
    /// Keeps the values that were seen.
    pub(super) fn new<'s>(
        rules: &'r RuleSet,
        sightings: impl Iterator<Item = &'s Sighting>,
    ) -> Self {
        let bare = sightings.filter(|sighting| {
            sighting
                .kind
                .is_none_or(|kind| !kind.alone || kind.shapes.len() != 1)
        });
        let seen: BTreeMap<Vec<u8>, String> = bare
            .map(|sighting| {
                (
                    sighting.secret.expose(<[u8]>::to_vec),
                    sighting.mask.clone(),
                )
            })
            .filter(|(secret, _)| is_unlike_a_word(secret))
            .collect();
        let starts = Starts::of(seen.keys());
        Known {
            rules,
            seen,
            starts,
            clean: RefCell::default(),
        }
    }

    /// Masks every text of a run's results that came from the repository.
    pub(super) fn mask_all(
        &self,
        findings: &mut [Finding],
        entries: &mut [Unchecked],
        jobs: &mut [AgentJob],
    ) {
        for found in findings {
            finding(found, self);
        }
        for entry in entries {
            unchecked(entry, self);
        }
        for job in jobs {
            agent_job(job, self);
        }
    }

    /// The rules that it masks by.
    pub(super) fn rules(&self) -> &'r RuleSet {
        self.rules
    }

    /// Masks a path.
    pub(super) fn mask(&self, path: &mut RepoPath) {
        if self.is_clean(path.as_bytes()) {
            return;
        }
        let seen = self.without_seen(path.as_bytes());
        let whole = seen.is_none();
        if let Some(masked) = seen {
            *path = RepoPath::new(masked);
        }
        match masked(&path.lossy(), self.rules) {
            Some(masked) => *path = RepoPath::new(masked),
            None if whole => self.clean.borrow_mut().keep(path.as_bytes()),
            None => {}
        }
    }

    /// Masks a text.
    pub(super) fn mask_text(&self, text: &mut String) {
        if self.is_clean(text.as_bytes()) {
            return;
        }
        let seen = self.without_seen(text.as_bytes());
        let whole = seen.is_none();
        if let Some(masked) = seen {
            *text = String::from_utf8_lossy(&masked).into_owned();
        }
        match masked(text, self.rules) {
            Some(masked) => *text = masked,
            None if whole => self.clean.borrow_mut().keep(text.as_bytes()),
            None => {}
        }
    }

    /// Whether a text was looked at before and holds nothing.
    fn is_clean(&self, text: &[u8]) -> bool {
        self.clean.borrow().0.contains(text)
    }

    /// The text with the seen values masked, if it holds one. The cost does not grow with their number.
    fn without_seen(&self, text: &[u8]) -> Option<Vec<u8>> {
        if self.seen.is_empty() {
            return None;
        }
        let mut out = Vec::new();
        let mut kept = 0;
        let mut at = 0;
        while let Some(rest) = text
            .get(at..)
            .filter(|rest| rest.len() >= WORTH_LOOKING_FOR)
        {
            let seen = self.starts.may_start(rest).then(|| self.seen_at(rest));
            match seen.flatten() {
                Some((secret, mask)) => {
                    out.extend_from_slice(&text[kept..at]);
                    out.extend_from_slice(mask.as_bytes());
                    at += secret.len();
                    kept = at;
                }
                None => at += 1,
            }
        }
        (kept > 0).then(|| {
            out.extend_from_slice(&text[kept..]);
            out
        })
    }

    /// The longest seen value that a text starts with.
    fn seen_at(&self, text: &[u8]) -> Option<(&[u8], &str)> {
        let start = text.get(..WORTH_LOOKING_FOR)?;
        let mut longest = None;
        for (secret, mask) in self
            .seen
            .range::<[u8], _>((Bound::Included(start), Bound::Unbounded))
        {
            if !secret.starts_with(start) {
                break;
            }
            if text.starts_with(secret) {
                longest = Some((secret.as_slice(), mask.as_str()));
            }
        }
        longest
    }
}

/// Masks every text of a finding that came from the repository.
pub(super) fn finding(finding: &mut Finding, known: &Known<'_>) {
    known.mask(&mut finding.path);
    known.mask_text(&mut finding.message);
    known.mask_text(&mut finding.excerpt.text);
    for reason in &mut finding.reasons {
        known.mask_text(reason);
    }
    for part in &mut finding.score.parts {
        known.mask_text(&mut part.says);
    }
    if let Some(breadth) = &mut finding.breadth {
        for evidence in &mut breadth.evidence {
            known.mask_text(evidence);
        }
    }
    for reach in &mut finding.reach {
        for evidence in &mut reach.evidence {
            known.mask_text(evidence);
        }
    }
    for related in finding.related.iter_mut().chain(&mut finding.flow) {
        known.mask(&mut related.path);
        known.mask_text(&mut related.message);
    }
    for text in [&mut finding.waived, &mut finding.rotate]
        .into_iter()
        .flatten()
    {
        known.mask_text(text);
    }
    if let Some(advice) = &mut finding.advice {
        known.mask_text(&mut advice.how);
    }
    if let Some(reference) = finding
        .advice
        .as_mut()
        .and_then(|advice| advice.reference.as_mut())
    {
        known.mask_text(reference);
    }
}

/// Masks every text of an agent's entry that came from the repository.
fn agent_job(job: &mut AgentJob, known: &Known<'_>) {
    for text in [&mut job.path, &mut job.job, &mut job.step] {
        known.mask_text(text);
    }
    for secret in &mut job.holds.secrets {
        known.mask_text(&mut secret.name);
    }
    for trigger in &mut job.triggers {
        known.mask_text(trigger);
    }
}

/// Masks the path and the reason of what could not be checked.
pub(super) fn unchecked(entry: &mut Unchecked, known: &Known<'_>) {
    known.mask(&mut entry.path);
    known.mask_text(&mut entry.why);
}
