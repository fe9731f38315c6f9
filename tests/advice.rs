//! Our advice must turn the light green: for every kind with a narrower one, whoever does what we say gets through.
//!
//! The broad value stands in the files of its own examples; then its reference takes its place, and the narrower kind
//! stands in a file that Git ignores.

use std::collections::BTreeSet;

use jiff::civil::date;
use tokenleash::find::{self, Blob};
use tokenleash::judge::{self, AgentsPresent, Judged, advice};
use tokenleash::model::{RepoPath, TokenKind, Verdict};
use tokenleash::policy::{Policies, Policy};
use tokenleash::rules::{RuleSet, template};
use tokenleash::source::{Form, Item, Keeping};

/// A day within the life of every example: 2026-06-01.
const NOW: i64 = 1_780_272_000;

struct Court {
    rules: RuleSet,
    policies: Policies,
    agents: AgentsPresent,
}

impl Court {
    fn new() -> Self {
        let policies = Policies {
            base: Policy::built_in(),
            also: None,
            today: date(2026, 6, 1),
            from: String::new(),
        };
        Court {
            rules: RuleSet::builtin(),
            policies,
            agents: AgentsPresent::default(),
        }
    }

    fn judge(&self, path: &str, text: &str, keeping: Keeping) -> Vec<(Judged, Verdict)> {
        let path = RepoPath::from(path);
        let item = Item {
            path: path.clone(),
            form: Form::File,
            keeping,
            commit: None,
            commits: 0,
            number: 0,
        };
        let blob = Blob {
            path: &path,
            text: text.as_bytes(),
            first_line: 1,
            offset: 0,
            whole: true,
        };
        let found = find::find(&blob, &self.rules);
        let judged = found
            .sightings
            .into_iter()
            .map(|sighting| judge::judge(sighting, item.clone(), &self.rules, &self.agents, NOW));
        judged
            .map(|judged| {
                let ruling = self.policies.rule_on(&judged, "v1:none");
                let verdict = ruling.map_or(Verdict::Silent, |ruling| ruling.verdict);
                (judged, verdict)
            })
            .collect()
    }

    fn expand(&self, kind: &'static TokenKind, text: &str) -> String {
        template::expand(text, kind, &find::sample, 7)
    }
}

/// Puts the reference that we advise in the place of every value that was seen.
fn corrected(court: &Court, text: &str, seen: &[(Judged, Verdict)]) -> String {
    let mut spans: Vec<(usize, usize, String)> = seen
        .iter()
        .filter_map(|(judged, _)| {
            let advice = advice::advice(judged, &court.rules)?;
            let span = judged.sighting.span;
            Some((span.start, span.end, advice.reference.unwrap_or_default()))
        })
        .collect();
    spans.sort();
    let mut out = String::new();
    let mut at = 0;
    for (start, end, reference) in spans {
        if start < at {
            continue;
        }
        out.push_str(&text[at..start]);
        out.push_str(&reference);
        at = end;
    }
    out.push_str(&text[at..]);
    out
}

#[test]
fn the_reference_in_its_place_turns_the_light_green() {
    let court = Court::new();
    let (mut tried, mut blocked, mut wrong) = (0, BTreeSet::new(), Vec::new());
    for kind in court.rules.kinds().filter(|kind| !kind.narrower.is_empty()) {
        for (number, example) in kind.examples.iter().enumerate() {
            let text = court.expand(kind, example.text);
            let before = court.judge(example.file, &text, Keeping::Git);
            tried += 1;
            if before.iter().any(|(_, verdict)| *verdict == Verdict::Block) {
                blocked.insert(kind.id);
            }
            let fixed = corrected(&court, &text, &before);
            for (judged, verdict) in court.judge(example.file, &fixed, Keeping::Git) {
                if verdict == Verdict::Block {
                    let seen = judged.sighting.kind.map_or("no kind", |kind| kind.id);
                    wrong.push(format!(
                        "{} example {} ({}): {seen}",
                        kind.id,
                        number + 1,
                        example.file
                    ));
                }
            }
        }
    }
    assert!(
        tried > 300 && blocked.len() > 80,
        "{tried} tried, {} kinds blocked",
        blocked.len()
    );
    assert!(
        wrong.is_empty(),
        "{} of {tried}:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn the_narrower_kind_in_an_ignored_file_turns_the_light_green() {
    let court = Court::new();
    let mut wrong = BTreeSet::new();
    let mut tried = 0;
    let advised: BTreeSet<&str> = court
        .rules
        .kinds()
        .flat_map(|kind| kind.narrower.iter().copied())
        .collect();
    for id in advised {
        let Some(kind) = court.rules.kind(id) else {
            wrong.insert(format!("{id}: there is no such kind"));
            continue;
        };
        for example in kind.examples.iter() {
            tried += 1;
            let in_env = example.file.ends_with(".env");
            let path = if in_env { ".env" } else { example.file };
            let text = court.expand(kind, example.text);
            for (judged, verdict) in court.judge(path, &text, Keeping::Ignored) {
                // An example that shows itself as wide as its kind can be made is not what we advise.
                let widened = judged.sighting.claims.as_ref().is_some_and(|claims| {
                    claims.verbs.is_some() || claims.level.is_some_and(|level| level != kind.level)
                });
                if !widened
                    && verdict == Verdict::Block
                    && judged.sighting.kind.is_some_and(|seen| seen.id == id)
                {
                    wrong.insert(format!("{id} in {path}: {:?}", judged.class));
                }
            }
        }
    }
    assert!(tried > 100, "{tried} tried");
    let list: Vec<_> = wrong.into_iter().collect();
    assert!(
        list.is_empty(),
        "{} of {tried}:\n{}",
        list.len(),
        list.join("\n")
    );
}
