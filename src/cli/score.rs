//! `tokenleash rules check --score`: how much of a labelled set is found, what is taken for a secret, and how often the
//! breadth is right.
//!
//! In: a set of templates (`benches/breadth.toml`). Out: counts. Values are made at run time.

use std::fmt::Write as _;
use std::path::Path;

use base64::Engine;
use serde::Deserialize;

use super::score_wide::{self, Wide};
use super::screen::Screen;
use crate::error::{Error, Result};
use crate::find::{self, Found, proof};
use crate::judge::judge_breadth;
use crate::model::TokenKind;
use crate::rules::{RuleSet, template};

/// The set that is part of the source.
const BUILT_IN: &str = include_str!("../../benches/breadth.toml");
/// How many wrong ones of each sort are listed.
const LISTED: usize = 400;

/// The labelled set.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Set {
    form: Vec<Text>,
    single: Vec<Single>,
    negative: Vec<Text>,
    secret: Vec<Labelled>,
    wide: Option<Wide>,
}

/// A file: its path and its text.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Text {
    pub(super) file: String,
    pub(super) text: String,
}

/// A file with one secret in it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Single {
    kind: String,
    level: String,
    file: String,
    text: String,
}

/// A secret that is written in every form.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Labelled {
    kind: String,
    level: String,
    name: String,
    #[serde(default = "own_value")]
    value: String,
}

fn own_value() -> String {
    "{value}".to_owned()
}

/// The counts of a set.
#[derive(Debug, Default)]
struct Score {
    positives: usize,
    found: usize,
    /// Of the found ones whose label names a kind: how many, how many by that kind, how many with the right level.
    of_kind: usize,
    named: usize,
    level: usize,
    negatives: usize,
    alarms: usize,
    wrong: Vec<String>,
}

/// Scores the set at `path`, or the one that is built in.
pub fn run(path: Option<&Path>, rules: &RuleSet, screen: &Screen) -> Result<u8> {
    let text = match path {
        Some(path) => {
            std::fs::read_to_string(path).map_err(|_| Error::config("the set could not be read"))?
        }
        None => BUILT_IN.to_owned(),
    };
    let set: Set = toml::from_str(&text)
        .map_err(|_| Error::config("the set does not have the form of benches/breadth.toml"))?;
    let score = score(&set, rules);
    screen.say(score.text().trim_end())?;
    if let Some(wide) = &set.wide {
        screen.say(score_wide::text(wide, rules).trim_end())?;
    }
    Ok(0)
}

fn score(set: &Set, rules: &RuleSet) -> Score {
    let mut score = Score::default();
    for (number, secret) in set.secret.iter().enumerate() {
        for (at, form) in set.form.iter().enumerate() {
            let seed = (number * 1000 + at) as u64 + 1;
            let text = written(&form.text, secret, rules, seed);
            score.positive(&secret.kind, &secret.level, &form.file, &text, rules);
        }
    }
    for (at, single) in set.single.iter().enumerate() {
        let text = expanded(&single.text, kind_of(&single.kind, rules), at as u64 + 1);
        score.positive(&single.kind, &single.level, &single.file, &text, rules);
    }
    for (at, negative) in set.negative.iter().enumerate() {
        let text = expanded(&negative.text, None, at as u64 + 1);
        score.negative(&negative.file, &text, rules);
    }
    score
}

impl Score {
    fn positive(&mut self, kind: &str, level: &str, file: &str, text: &str, rules: &RuleSet) {
        self.positives += 1;
        let found = proof::search_text(file, text.as_bytes(), rules);
        if found.sightings.is_empty() {
            let first: String = text
                .lines()
                .find(|line| line.len() > 12)
                .unwrap_or_default()
                .chars()
                .take(48)
                .collect();
            self.miss("missed", &format!("{kind} {first}"), file, &found);
            return;
        }
        self.found += 1;
        if kind == "generic" {
            return;
        }
        self.of_kind += 1;
        let of_kind = proof::ids(&found).contains(&kind);
        self.named += usize::from(of_kind);
        let right = found.sightings.iter().any(|sighting| {
            let (breadth, _) = judge_breadth(sighting, rules, 0);
            breadth.map_or("unknown", |breadth| breadth.level.word()) == level
        });
        self.level += usize::from(right);
        if !right {
            self.miss("breadth", kind, file, &found);
        }
    }

    fn negative(&mut self, file: &str, text: &str, rules: &RuleSet) {
        self.negatives += 1;
        let found = proof::search_text(file, text.as_bytes(), rules);
        if !found.sightings.is_empty() {
            self.alarms += 1;
            let first: String = text
                .lines()
                .next()
                .unwrap_or_default()
                .chars()
                .take(60)
                .collect();
            self.miss("alarm", &first, file, &found);
        }
    }

    fn miss(&mut self, what: &str, about: &str, file: &str, found: &Found) {
        let filters: Vec<_> = found.dropped.iter().map(|dropped| dropped.filter).collect();
        self.wrong.push(format!(
            "{what}: {about} in {file}: {} {}",
            proof::ids(found).join(" "),
            filters.join(" ")
        ));
    }

    fn text(&self) -> String {
        let mut text = String::new();
        for line in self.wrong.iter().take(LISTED) {
            let _ = writeln!(text, "{}", line.trim_end());
        }
        let share = |part: usize, whole: usize| part as f64 * 100.0 / whole.max(1) as f64;
        let _ = writeln!(
            text,
            "recall {:.1} % ({} of {} secrets), false alarms {:.1} % ({} of {} files without one)",
            share(self.found, self.positives),
            self.found,
            self.positives,
            share(self.alarms, self.negatives),
            self.alarms,
            self.negatives,
        );
        let _ = writeln!(
            text,
            "of {} found secrets of a known kind: kind right {:.1} %, breadth right {:.1} %",
            self.of_kind,
            share(self.named, self.of_kind),
            share(self.level, self.of_kind),
        );
        text
    }
}

fn kind_of(id: &str, rules: &RuleSet) -> Option<&'static TokenKind> {
    rules.kind(id)
}

pub(super) fn expanded(text: &str, kind: Option<&'static TokenKind>, seed: u64) -> String {
    match kind.or_else(|| RuleSet::builtin().kinds().next()) {
        Some(kind) => template::expand(text, kind, &find::sample, seed),
        None => text.to_owned(),
    }
}

/// Writes a secret in a form.
fn written(form: &str, secret: &Labelled, rules: &RuleSet, seed: u64) -> String {
    let value = expanded(&secret.value, kind_of(&secret.kind, rules), seed);
    filled(&expanded(form, None, seed), &secret.name, &value)
}

/// Puts a name, in every spelling, and a value into a form.
pub(super) fn filled(form: &str, name: &str, value: &str) -> String {
    let lower = name.to_ascii_lowercase();
    let camel = lower
        .split('_')
        .enumerate()
        .map(|(at, word)| match word.split_at_checked(1) {
            Some((first, rest)) if at > 0 => first.to_ascii_uppercase() + rest,
            _ => word.to_owned(),
        })
        .collect::<String>();
    form.replace("<NAME>", name)
        .replace("<name>", &lower)
        .replace("<camel>", &camel)
        .replace("<kebab>", &lower.replace('_', "-"))
        .replace("<spaced>", &lower.replace('_', " "))
        .replace("<BASE64>", &base64::prelude::BASE64_STANDARD.encode(value))
        .replace("<VALUE>", value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_set_is_found_and_quiet() {
        let set: Set = toml::from_str(BUILT_IN).unwrap();
        let score = score(&set, &RuleSet::builtin());
        let text = score.text();
        assert!(score.found * 100 >= score.positives * 95, "{text}");
        assert!(score.alarms * 100 <= score.negatives * 5, "{text}");
        assert!(score.level * 100 >= score.of_kind * 95, "{text}");
        let wide = set.wide.unwrap();
        for parity in [0, 1] {
            let half = score_wide::score(&wide, parity, 1, &RuleSet::builtin());
            assert!(half.recall() >= 85.0, "{parity}: {}", half.recall());
            assert!(half.alarms() <= 3.0, "{parity}: {}", half.alarms());
        }
    }
}
