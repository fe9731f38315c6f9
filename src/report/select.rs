//! Which findings a reader sees, and in which order.
//!
//! In: findings as policy left them. Out: the same, by standing, worst first, one group per secret, and groups that say
//! the same thing together. It must not change a verdict.

use std::cmp::{Ordering, Reverse};

use crate::model::{Finding, Verdict};

/// What a finding means for this run, mildest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// A silent cell of the matrix: counted only.
    Silent,
    /// Waived, known to the baseline, or there before this change.
    Released,
    Note,
    Warning,
    /// Decides the exit code.
    Block,
}

/// Says what a finding means for this run.
pub fn standing(finding: &Finding) -> Standing {
    if finding.known || finding.introduced == Some(false) {
        return Standing::Released;
    }
    match (finding.verdict, &finding.waived) {
        (Verdict::Silent, None) => Standing::Silent,
        (Verdict::Silent | Verdict::Block, Some(_)) => Standing::Released,
        (Verdict::Note, _) => Standing::Note,
        (Verdict::Warn, _) => Standing::Warning,
        (Verdict::Block, None) => Standing::Block,
    }
}

/// Whether a waiver or the baseline released the finding.
pub fn is_released(finding: &Finding) -> bool {
    finding.known || finding.waived.is_some()
}

/// Every finding that a format writes, in the outcome's own order.
pub fn written(findings: &[Finding]) -> impl Iterator<Item = &Finding> {
    findings
        .iter()
        .filter(|finding| finding.verdict != Verdict::Silent || is_released(finding))
}

/// Orders findings worst first, then by place.
pub fn worst_first(a: &Finding, b: &Finding) -> Ordering {
    let weight = |finding: &Finding| Reverse((standing(finding), finding.verdict));
    weight(a)
        .cmp(&weight(b))
        .then_with(|| b.severity.total_cmp(&a.severity))
        .then_with(|| b.confidence.cmp(&a.confidence))
        .then_with(|| (&a.path, a.place, a.rule).cmp(&(&b.path, b.place, b.rule)))
}

/// One secret, or one structural fact, with the places that show it.
pub struct Group<'o> {
    /// The worst place.
    pub head: &'o Finding,
    pub also: Vec<&'o Finding>,
    /// Other secrets or facts that are said in the same words.
    pub alike: Vec<&'o Finding>,
}

impl Group<'_> {
    /// How many findings it stands for.
    pub fn places(&self) -> usize {
        1 + self.also.len() + self.alike.len()
    }
}

/// Where groups that say the same thing are shown as one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Within {
    File,
    Tree,
}

/// The findings of one standing, worst first, those of one secret together.
pub fn groups(findings: &[Finding], wanted: Standing) -> Vec<Group<'_>> {
    let mut sorted: Vec<&Finding> = findings
        .iter()
        .filter(|finding| standing(finding) == wanted)
        .collect();
    sorted.sort_by(|a, b| worst_first(a, b));
    let mut groups: Vec<Group<'_>> = Vec::new();
    let mut seen = std::collections::HashMap::new();
    for finding in sorted {
        let fingerprint = finding.value_print();
        match seen.get(fingerprint) {
            Some(&at) if !fingerprint.is_empty() => {
                let group: &mut Group<'_> = &mut groups[at];
                group.also.push(finding);
            }
            _ => {
                seen.insert(fingerprint, groups.len());
                groups.push(Group {
                    head: finding,
                    also: Vec::new(),
                    alike: Vec::new(),
                });
            }
        }
    }
    groups
}

/// The same groups; those of one rule that say the same thing, within a file or anywhere, are one.
///
/// Eighty keys in one file are one thing to mend, and one server in ten agents' files is another.
pub fn alike(groups: Vec<Group<'_>>, within: Within) -> Vec<Group<'_>> {
    let mut merged: Vec<Group<'_>> = Vec::new();
    let mut seen = std::collections::HashMap::new();
    for group in groups {
        let head = group.head;
        let path = (within == Within::File).then_some(&head.path);
        let key = (head.rule, head.message.as_str(), &head.waived, path);
        match seen.get(&key) {
            Some(&at) => {
                let first: &mut Group<'_> = &mut merged[at];
                first.alike.push(head);
                first.alike.extend(group.also);
            }
            None => {
                seen.insert(key, merged.len());
                merged.push(group);
            }
        }
    }
    merged
}
