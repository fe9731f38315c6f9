//! The report for programs: one JSON document, version 1. Fields may be added, never changed.
//!
//! In: an outcome. Out: one line of JSON. Paths are exact, since a program has to find the file; whatever would act on
//! a terminal or a runner is written as a `\u` escape.

pub mod lines;

use std::io::{self, Write};

use serde::Serialize;

use super::{Style, sanitize, select};
use crate::model::{
    Advice, AgentJob, Breadth, Dropped, Finding, Outcome, Place, Reach, Related, RepoPath,
    Unchecked, Verdict,
};

/// The version of the document's form.
const VERSION: u32 = 1;

/// Writes the document.
pub fn write(outcome: &Outcome, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    sanitize::write_json(&Document::of(outcome, style), out)
}

#[derive(Serialize)]
struct Document<'o> {
    version: u32,
    tool: Tool,
    summary: Summary,
    findings: Vec<FindingOut<'o>>,
    policy_from: &'o str,
    unchecked: Vec<UncheckedOut<'o>>,
    remarks: &'o [String],
    commit: Option<&'o str>,
    looked_at: &'o str,
    agent_jobs: &'o [AgentJob],
    #[serde(skip_serializing_if = "Option::is_none")]
    dropped: Option<Vec<DroppedOut<'o>>>,
}

#[derive(Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct Summary {
    verdict: &'static str,
    files: u64,
    bytes: u64,
    blocked: u64,
    warned: u64,
    noted: u64,
    unchecked: u64,
    silent: u64,
    dropped: u64,
}

/// A path as text, and its bytes where the text cannot hold them.
#[derive(Serialize)]
struct PathOut {
    path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    path_bytes: Option<String>,
}

#[derive(Serialize)]
struct PlaceOut {
    start_line: u32,
    start_column: u32,
    end_line: u32,
    end_column: u32,
}

#[derive(Serialize)]
struct FindingOut<'o> {
    rule: &'o str,
    kind: Option<&'o str>,
    provider: Option<&'o str>,
    verdict: &'static str,
    severity: f64,
    confidence: &'static str,
    #[serde(flatten)]
    path: PathOut,
    #[serde(flatten)]
    place: PlaceOut,
    commit: Option<&'o str>,
    commits: u32,
    introduced: Option<bool>,
    at_head: bool,
    breadth: Option<BreadthOut<'o>>,
    reach: Vec<ReachOut<'o>>,
    secret: Option<SecretOut<'o>>,
    advice: Option<AdviceOut<'o>>,
    fingerprint: &'o str,
    bound_to_place: bool,
    message: &'o str,
    reasons: &'o [String],
    rotate: Option<&'o str>,
    related: Vec<RelatedOut<'o>>,
    waived: Option<&'o str>,
    known: bool,
}

#[derive(Serialize)]
struct BreadthOut<'o> {
    level: &'static str,
    verbs: Vec<&'static str>,
    evidence: &'o [String],
}

#[derive(Serialize)]
struct ReachOut<'o> {
    surface: &'o str,
    how: &'static str,
    agents: &'o [&'static str],
    evidence: &'o [String],
}

#[derive(Serialize)]
struct SecretOut<'o> {
    masked: &'o str,
}

#[derive(Serialize)]
struct AdviceOut<'o> {
    narrower: &'o [&'static str],
    none_because: Option<&'o str>,
    how: &'o str,
    docs: &'o str,
    reference: Option<&'o str>,
}

#[derive(Serialize)]
struct RelatedOut<'o> {
    #[serde(flatten)]
    path: PathOut,
    #[serde(flatten)]
    place: PlaceOut,
    message: &'o str,
}

#[derive(Serialize)]
struct UncheckedOut<'o> {
    #[serde(flatten)]
    path: PathOut,
    why: &'o str,
    undecided: bool,
}

#[derive(Serialize)]
struct DroppedOut<'o> {
    #[serde(flatten)]
    path: PathOut,
    #[serde(flatten)]
    place: PlaceOut,
    kind: Option<&'o str>,
    masked: &'o str,
    filter: &'o str,
}

impl<'o> Document<'o> {
    fn of(outcome: &'o Outcome, style: &Style) -> Self {
        Document {
            version: VERSION,
            tool: Tool::this(),
            summary: Summary::of(outcome),
            findings: select::written(&outcome.findings)
                .map(FindingOut::of)
                .collect(),
            policy_from: &outcome.policy_from,
            unchecked: outcome.unchecked.iter().map(UncheckedOut::of).collect(),
            remarks: &outcome.remarks,
            commit: outcome.commit.as_deref(),
            looked_at: &outcome.looked_at,
            agent_jobs: &outcome.agent_jobs,
            dropped: style
                .why_not
                .then(|| outcome.dropped.iter().map(DroppedOut::of).collect()),
        }
    }
}

impl Tool {
    fn this() -> Self {
        Tool {
            name: "tokenleash",
            version: env!("CARGO_PKG_VERSION"),
        }
    }
}

impl Summary {
    fn of(outcome: &Outcome) -> Self {
        let counts = &outcome.summary;
        Summary {
            verdict: counts.overall.word(),
            files: counts.files,
            bytes: counts.bytes,
            blocked: counts.blocked,
            warned: counts.warned,
            noted: counts.noted,
            unchecked: outcome.unchecked.len() as u64,
            silent: counts.silent,
            dropped: counts.dropped,
        }
    }
}

impl PathOut {
    fn of(path: &RepoPath) -> Self {
        PathOut {
            path: path.lossy(),
            path_bytes: (!path.is_utf8()).then(|| path.percent_encoded()),
        }
    }
}

impl PlaceOut {
    fn of(place: Place) -> Self {
        PlaceOut {
            start_line: place.start_line,
            start_column: place.start_column,
            end_line: place.end_line,
            end_column: place.end_column,
        }
    }
}

/// The severity with one decimal, always a number between 0 and 10.
fn one_decimal(severity: f32) -> f64 {
    let severity = if severity.is_nan() { 0.0 } else { severity };
    (f64::from(severity).clamp(0.0, 10.0) * 10.0).round() / 10.0
}

/// The contract's word; a released finding of a silent cell is a note.
fn verdict_word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Silent => Verdict::Note.word(),
        shown => shown.word(),
    }
}

impl<'o> FindingOut<'o> {
    fn of(finding: &'o Finding) -> Self {
        FindingOut {
            rule: finding.rule,
            kind: finding.kind.map(|kind| kind.id),
            provider: finding.kind.map(|kind| kind.provider),
            verdict: verdict_word(finding.verdict),
            severity: one_decimal(finding.severity),
            confidence: finding.confidence.word(),
            path: PathOut::of(&finding.path),
            place: PlaceOut::of(finding.place),
            commit: finding.commit.as_deref(),
            commits: finding.commits,
            introduced: finding.introduced,
            at_head: finding.at_head,
            breadth: finding.breadth.as_ref().map(BreadthOut::of),
            reach: finding.reach.iter().map(ReachOut::of).collect(),
            secret: finding.masked.as_deref().map(|masked| SecretOut { masked }),
            advice: finding.advice.as_ref().map(AdviceOut::of),
            fingerprint: &finding.fingerprint,
            bound_to_place: finding.bound_to_place,
            message: &finding.message,
            reasons: &finding.reasons,
            rotate: finding.rotate.as_deref(),
            related: finding.related.iter().map(RelatedOut::of).collect(),
            waived: finding.waived.as_deref(),
            known: finding.known,
        }
    }
}

impl<'o> BreadthOut<'o> {
    fn of(breadth: &'o Breadth) -> Self {
        BreadthOut {
            level: breadth.level.word(),
            verbs: breadth.verbs.iter().map(|verb| verb.word()).collect(),
            evidence: &breadth.evidence,
        }
    }
}

impl<'o> ReachOut<'o> {
    fn of(reach: &'o Reach) -> Self {
        ReachOut {
            surface: reach.surface,
            how: reach.how.word(),
            agents: &reach.agents,
            evidence: &reach.evidence,
        }
    }
}

impl<'o> AdviceOut<'o> {
    fn of(advice: &'o Advice) -> Self {
        AdviceOut {
            narrower: &advice.narrower,
            none_because: advice.none_because.as_deref(),
            how: &advice.how,
            docs: &advice.docs,
            reference: advice.reference.as_deref(),
        }
    }
}

impl<'o> RelatedOut<'o> {
    fn of(related: &'o Related) -> Self {
        RelatedOut {
            path: PathOut::of(&related.path),
            place: PlaceOut::of(related.place),
            message: &related.message,
        }
    }
}

impl<'o> UncheckedOut<'o> {
    fn of(unchecked: &'o Unchecked) -> Self {
        UncheckedOut {
            path: PathOut::of(&unchecked.path),
            why: &unchecked.why,
            undecided: unchecked.undecided,
        }
    }
}

impl<'o> DroppedOut<'o> {
    fn of(dropped: &'o Dropped) -> Self {
        DroppedOut {
            path: PathOut::of(&dropped.path),
            place: PlaceOut::of(dropped.place),
            kind: dropped.kind.map(|kind| kind.id),
            masked: &dropped.mask,
            filter: dropped.filter,
        }
    }
}

#[cfg(test)]
mod tests;
