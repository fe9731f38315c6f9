//! The wide half of `tokenleash rules check --score`: hundreds of providers' names in many forms, in two halves.
//!
//! In: lists of words, tails, values and forms. Out: counts of each half. The halves share no word, tail, value or
//! form, and only the misses of the first are listed, so that the second stays a test of what nobody tuned.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Deserialize;

use super::score::{Text, expanded, filled};
use crate::find::{Found, proof};
use crate::rules::{RuleSet, template::Random};

/// How many misses are listed.
const LISTED: usize = 300;

/// What the wide set is made of.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wide {
    /// How many files are made for each word, of each sort.
    each: usize,
    /// Words of providers.
    word: Vec<String>,
    /// What stands behind a word in a name.
    tail: Vec<String>,
    /// Values that are secrets.
    value: Vec<String>,
    /// Values of people: under names of passwords.
    password: Vec<String>,
    /// Names of passwords.
    password_name: Vec<String>,
    /// Values that are none.
    harmless: Vec<String>,
    form: Vec<Text>,
    /// Whole files with a secret, and whole files without one.
    positive: Vec<Text>,
    negative: Vec<Text>,
}

/// The counts of one half.
#[derive(Debug, Default)]
pub(super) struct Half {
    positives: usize,
    found: usize,
    negatives: usize,
    false_alarms: usize,
    wrong: BTreeMap<String, usize>,
}

/// Scores both halves and says so.
pub(super) fn text(wide: &Wide, rules: &RuleSet) -> String {
    let mut text = String::new();
    for (parity, name) in [(0, "tuned"), (1, "held out")] {
        let half = score(wide, parity, wide.each, rules);
        if parity == 0 {
            let mut wrong: Vec<_> = half.wrong.iter().collect();
            wrong.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
            for (wrong, count) in wrong.into_iter().take(LISTED) {
                let _ = writeln!(text, "{count} x {wrong}");
            }
        }
        let _ = writeln!(
            text,
            "wide set, {name} half: recall {:.1} % ({} of {}), false alarms {:.1} % ({} of {})",
            half.recall(),
            half.found,
            half.positives,
            half.alarms(),
            half.false_alarms,
            half.negatives,
        );
    }
    text
}

/// Every second item, from `parity` on.
fn half<T>(all: &[T], parity: usize) -> Vec<&T> {
    all.iter().skip(parity).step_by(2).collect()
}

/// The lists of one half.
struct Pools<'a> {
    tails: Vec<&'a String>,
    values: Vec<&'a String>,
    harmless: Vec<&'a String>,
    passwords: Vec<&'a String>,
    names: Vec<&'a String>,
    forms: Vec<&'a Text>,
}

impl<'a> Pools<'a> {
    fn of(wide: &'a Wide, parity: usize) -> Pools<'a> {
        Pools {
            tails: half(&wide.tail, parity),
            values: half(&wide.value, parity),
            harmless: half(&wide.harmless, parity),
            passwords: half(&wide.password, parity),
            names: half(&wide.password_name, parity),
            forms: half(&wide.form, parity),
        }
    }

    /// A value of `values` under a name, in any form.
    fn case(&self, name: &str, values: &[&'a String], random: &mut Random) -> Case<'a> {
        Case {
            form: self.forms[random.below(self.forms.len())],
            name: name.to_ascii_uppercase(),
            value: values[random.below(values.len())],
        }
    }
}

/// Scores one half, with `each` files of a sort for each word.
pub(super) fn score(wide: &Wide, parity: usize, each: usize, rules: &RuleSet) -> Half {
    let mut counts = Half::default();
    let mut random = Random::new(parity as u64 + 77);
    let pools = Pools::of(wide, parity);
    for word in half(&wide.word, parity) {
        for round in 0..each {
            let tail = pools.tails[random.below(pools.tails.len())];
            let named = format!("{word}{tail}");
            let case = pools.case(&named, &pools.values, &mut random);
            counts.positive(&case, &mut random, rules);
            let password = pools.names[random.below(pools.names.len())];
            let case = pools.case(password, &pools.passwords, &mut random);
            counts.positive(&case, &mut random, rules);
            let name = if round % 2 == 0 { password } else { &named };
            let case = pools.case(name, &pools.harmless, &mut random);
            counts.negative(&case, &mut random, rules);
        }
    }
    for text in half(&wide.positive, parity) {
        counts.whole(text, true, &mut random, rules);
    }
    for text in half(&wide.negative, parity) {
        counts.whole(text, false, &mut random, rules);
    }
    counts
}

/// A value under a name in a form.
struct Case<'a> {
    form: &'a Text,
    name: String,
    value: &'a str,
}

impl Case<'_> {
    fn search(&self, random: &mut Random, rules: &RuleSet) -> Found {
        let value = expanded(self.value, None, random.number());
        let text = filled(&self.form.text, &self.name, &value);
        proof::search_text(&self.form.file, text.as_bytes(), rules)
    }

    /// What is counted where it came out wrong: the form, the value, and the filters, each by itself.
    fn wrong(&self, what: &str, found: &Found) -> Vec<String> {
        let form = format!("{what}: in {}: {:?}", self.form.file, self.form.text);
        let value = format!("{what}: the value {}", self.value);
        let filters = found
            .dropped
            .iter()
            .map(|dropped| format!("{what}: dropped as {}", dropped.filter));
        [form, value].into_iter().chain(filters).collect()
    }
}

impl Half {
    /// The share of secrets that were found, in per cent.
    pub(super) fn recall(&self) -> f64 {
        self.found as f64 * 100.0 / self.positives.max(1) as f64
    }

    /// The share of files without a secret that were taken for one with, in per cent.
    pub(super) fn alarms(&self) -> f64 {
        self.false_alarms as f64 * 100.0 / self.negatives.max(1) as f64
    }

    fn count(&mut self, wrong: Vec<String>) {
        for wrong in wrong {
            *self.wrong.entry(wrong).or_default() += 1;
        }
    }

    fn positive(&mut self, case: &Case<'_>, random: &mut Random, rules: &RuleSet) {
        let found = case.search(random, rules);
        self.positives += 1;
        self.found += usize::from(!found.sightings.is_empty());
        if found.sightings.is_empty() {
            self.count(case.wrong("missed", &found));
        }
    }

    fn negative(&mut self, case: &Case<'_>, random: &mut Random, rules: &RuleSet) {
        let found = case.search(random, rules);
        self.negatives += 1;
        self.false_alarms += usize::from(!found.sightings.is_empty());
        if !found.sightings.is_empty() {
            self.count(case.wrong("alarm", &found));
        }
    }

    fn whole(&mut self, file: &Text, secret: bool, random: &mut Random, rules: &RuleSet) {
        let text = expanded(&file.text, None, random.number());
        let found = proof::search_text(&file.file, text.as_bytes(), rules);
        let any = !found.sightings.is_empty();
        let what = match (secret, any) {
            (true, false) => "missed",
            (false, true) => "alarm",
            _ => "",
        };
        if secret {
            self.positives += 1;
            self.found += usize::from(any);
        } else {
            self.negatives += 1;
            self.false_alarms += usize::from(any);
        }
        if !what.is_empty() {
            self.count(vec![format!("{what}: {} {:?}", file.file, file.text)]);
        }
    }
}
