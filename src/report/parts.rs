//! The five parts of a finding, in the order that every format keeps (decision 25).
//!
//! In: a finding. Out: what it can do, who reads it, how we know and what we do not, and what to do. The place is left
//! to the format. Every text that leaves here is clean; it must not name a way to silence the finding.

use std::cmp::Reverse;

use super::sanitize::{quote, sentence};
use crate::judge::reach;
use crate::model::{Advice, Confidence, Finding, How, Level, Reach};

/// The parts of a finding, as clean sentences.
pub struct Parts {
    /// One plain sentence.
    pub what: String,
    /// Who reads it and the evidence; empty where no reach is known.
    pub readers: String,
    /// How sure it is, and of which kind where `what` does not name it.
    pub sure: String,
    /// What the confidence rests on, strongest first.
    signs: Vec<String>,
    /// How we know what it can do, one sentence each.
    grounds: Vec<String>,
    /// What we do not know; empty where nothing is left open.
    pub unknown: String,
    /// What to do, at most three steps.
    pub steps: Vec<String>,
}

/// Takes a finding apart.
pub fn of(finding: &Finding) -> Parts {
    Parts {
        what: sentence(&finding.message),
        readers: readers(&finding.reach),
        sure: sure(finding),
        signs: without_stops(&finding.reasons),
        grounds: grounds(finding),
        unknown: unknown(finding),
        steps: steps(finding),
    }
}

impl Parts {
    /// The number of reasons there are to give.
    pub fn reasons(&self) -> usize {
        self.signs.len() + self.grounds.len()
    }

    /// How we know, by the first `most` reasons, and what we do not know.
    pub fn knowledge(&self, most: usize) -> String {
        let mut text = self.sure.clone();
        let signs = &self.signs[..most.min(self.signs.len())];
        if !signs.is_empty() {
            text.push_str(": ");
            text.push_str(&signs.join("; "));
        }
        text.push('.');
        for ground in self.grounds.iter().take(most - signs.len()) {
            text.push_str(&format!(" {ground}."));
        }
        if !self.unknown.is_empty() {
            text.push_str(" Not known: ");
            text.push_str(&self.unknown);
            text.push('.');
        }
        text
    }
}

fn without_stop(text: &str) -> String {
    sentence(text).trim_end_matches('.').to_owned()
}

fn list(words: &[&str]) -> String {
    match words {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}

fn readers(reach: &[Reach]) -> String {
    let mut sorted: Vec<&Reach> = reach.iter().collect();
    sorted.sort_by_key(|one| Reverse(one.how));
    let Some(widest) = sorted.first() else {
        return String::new();
    };
    let anyone = match widest.how {
        How::Machine => "any agent that runs on this machine",
        _ => "any agent started in this checkout",
    };
    let who = if widest.agents.is_empty() {
        anyone.to_owned()
    } else {
        list(&widest.agents)
    };
    let how = match widest.how {
        How::Loaded => "loaded at every call",
        How::Handed => "given at start",
        How::Workspace => "a file of the checkout",
        How::Machine => "outside the checkout",
    };
    let mut text = format!("{} ({how})", quote(&who));
    let evidence = without_stops(&widest.evidence);
    if !evidence.is_empty() {
        text.push_str(": ");
        text.push_str(&evidence.join("; "));
    }
    text.push('.');
    if sorted.len() > 1 {
        let others = super::summary::count(sorted.len() as u64 - 1, "more way", "more ways");
        text.push_str(&format!(" And {others}."));
    }
    text
}

fn sure(finding: &Finding) -> String {
    let sure = match finding.confidence {
        Confidence::High => "High confidence",
        Confidence::Medium => "Medium confidence",
        Confidence::Low => "Low confidence",
    };
    match finding.kind {
        Some(kind) if !finding.message.contains(kind.name) => {
            format!("{sure}, {}", sentence(kind.name))
        }
        _ => sure.to_owned(),
    }
}

fn grounds(finding: &Finding) -> Vec<String> {
    let breadth = finding.breadth.as_ref();
    let mut grounds = breadth.map_or_else(Vec::new, |one| without_stops(&one.evidence));
    if finding.bound_to_place {
        let bound = "The fingerprint is bound to the place, because the value is guessable";
        grounds.push(bound.to_owned());
    }
    grounds
}

fn without_stops(texts: &[String]) -> Vec<String> {
    texts.iter().map(|text| without_stop(text)).collect()
}

fn unknown(finding: &Finding) -> String {
    let mut open = Vec::new();
    match finding.breadth.as_ref().map(|breadth| breadth.level) {
        Some(Level::Scoped) => open.push("its scope"),
        Some(Level::Unknown) => open.push("its reach"),
        _ => {}
    }
    if finding.masked.is_some() {
        open.push("whether it still works");
    }
    list(&open)
}

fn steps(finding: &Finding) -> Vec<String> {
    let mut steps = Vec::new();
    let reference = finding
        .advice
        .as_ref()
        .and_then(|one| one.reference.as_deref());
    if !finding.at_head {
        steps.push(
            "Squash or rewrite the commits before merging: it stays in their history.".into(),
        );
    } else if let Some(reference) = reference {
        steps.push(format!("Put `{}` in its place.", quote(reference)));
    } else if finding.masked.is_some() {
        steps.push(taken_out(finding).into());
    }
    if let Some(step) = finding.advice.as_ref().and_then(narrower) {
        steps.push(step);
    }
    match &finding.rotate {
        Some(reason) => steps.push(format!("Rotate it: {}.", without_stop(reason))),
        None if !finding.at_head && finding.masked.is_some() => {
            steps.push("Rotate it: whoever fetched these commits has it.".into());
        }
        None => {}
    }
    steps
}

/// What is done with a value that no reference is known for.
fn taken_out(finding: &Finding) -> &'static str {
    match finding.reach.first().map(|reach| reach.surface) {
        Some(reach::ENVIRONMENT) if finding.path.as_bytes().starts_with(b"env:") => {
            "Take it out of this environment: hand it to the step or command that needs it, and to no other."
        }
        Some(reach::MESSAGE) => "Take it out of this text.",
        _ => "Take it out of this file; read it from the environment.",
    }
}

fn narrower(advice: &Advice) -> Option<String> {
    let how = sentence(&advice.how);
    if let Some(kind) = advice.narrower.first() {
        let end = if how.is_empty() { "." } else { ": " };
        return Some(format!("Make a `{}`{end}{how}", quote(kind)));
    }
    let because = advice.none_because.as_deref().map(without_stop);
    match because.filter(|text| !text.is_empty()) {
        Some(because) if how.is_empty() => Some(format!("{because}.")),
        Some(because) => Some(format!("{because}. {how}")),
        None => Some(how).filter(|text| !text.is_empty()),
    }
}
