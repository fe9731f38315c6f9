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
struct Half {
    positives: usize,
    found: usize,
    negatives: usize,
    alarms: usize,
    wrong: BTreeMap<String, usize>,
}

/// Scores both halves and says so.
pub(super) fn text(wide: &Wide, rules: &RuleSet) -> String {
    let mut text = String::new();
    for (parity, name) in [(0, "tuned"), (1, "held out")] {
        let half = score(wide, parity, rules);
        if parity == 0 {
            let mut wrong: Vec<_> = half.wrong.iter().collect();
            wrong.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
            for (wrong, count) in wrong.into_iter().take(LISTED) {
                let _ = writeln!(text, "{count} x {wrong}");
            }
        }
        let share = |part: usize, whole: usize| part as f64 * 100.0 / whole.max(1) as f64;
        let _ = writeln!(
            text,
            "wide set, {name} half: recall {:.1} % ({} of {}), false alarms {:.1} % ({} of {})",
            share(half.found, half.positives),
            half.found,
            half.positives,
            share(half.alarms, half.negatives),
            half.alarms,
            half.negatives,
        );
    }
    text
}

/// Every second item, from `parity` on.
fn half<T>(all: &[T], parity: usize) -> Vec<&T> {
    all.iter().skip(parity).step_by(2).collect()
}

fn score(wide: &Wide, parity: usize, rules: &RuleSet) -> Half {
    let mut counts = Half::default();
    let mut random = Random::new(parity as u64 + 77);
    let [tails, values, harmless] =
        [&wide.tail, &wide.value, &wide.harmless].map(|list| half(list, parity));
    let [passwords, names] = [&wide.password, &wide.password_name].map(|list| half(list, parity));
    let forms = half(&wide.form, parity);
    for word in half(&wide.word, parity) {
        for round in 0..wide.each {
            let form = forms[random.below(forms.len())];
            let tail = tails[random.below(tails.len())];
            let name = format!("{word}{tail}").to_ascii_uppercase();
            let value = values[random.below(values.len())];
            counts.positive(
                &Case {
                    form,
                    name,
                    value,
                    round,
                },
                &mut random,
                rules,
            );
            let form = forms[random.below(forms.len())];
            let name = names[random.below(names.len())].to_ascii_uppercase();
            let value = passwords[random.below(passwords.len())];
            counts.positive(
                &Case {
                    form,
                    name,
                    value,
                    round,
                },
                &mut random,
                rules,
            );
            let form = forms[random.below(forms.len())];
            let name = match round % 2 {
                0 => names[random.below(names.len())].to_ascii_uppercase(),
                _ => format!("{word}{tail}").to_ascii_uppercase(),
            };
            let value = harmless[random.below(harmless.len())];
            counts.negative(
                &Case {
                    form,
                    name,
                    value,
                    round,
                },
                &mut random,
                rules,
            );
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
    round: usize,
}

impl Case<'_> {
    fn search(&self, random: &mut Random, rules: &RuleSet) -> Found {
        let seed = random.number().wrapping_add(self.round as u64);
        let value = expanded(self.value, None, seed);
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
        self.alarms += usize::from(!found.sightings.is_empty());
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
            self.alarms += usize::from(any);
        }
        if !what.is_empty() {
            self.count(vec![format!("{what}: {} {:?}", file.file, file.text)]);
        }
    }
}
