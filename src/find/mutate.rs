//! Changes a kind a little and asks whether its examples and neighbours notice (decision 24).
//!
//! In: a kind. Out: the changes that nothing noticed: an entry whose examples pass whatever its pattern says proves
//! nothing.

use super::proof::{ids, search};
use crate::model::{Class, Segment, Shape, TokenKind};
use crate::rules::RuleSet;

/// Seeds that examples are expanded with, so that every shape of a kind comes up.
const SEEDS: std::ops::Range<u64> = 1..9;

/// The changes of a kind that none of its examples and neighbours notice, in words.
pub fn unnoticed(kind: &'static TokenKind) -> Vec<String> {
    let Some(before) = RuleSet::only(*kind) else {
        return Vec::new();
    };
    let seen = outcome(kind, &before);
    let changed = changes(kind).into_iter().filter(|(_, changed)| {
        RuleSet::only(*changed).is_some_and(|after| outcome(kind, &after) == seen)
    });
    changed.map(|(what, _)| what).collect()
}

/// Which examples and neighbours are found, by seed.
fn outcome(kind: &'static TokenKind, rules: &RuleSet) -> Vec<bool> {
    let texts = || kind.examples.iter().chain(kind.neighbours.iter());
    SEEDS
        .flat_map(|seed| texts().map(move |text| (seed, text)))
        .map(|(seed, text)| ids(&search(kind, text, seed, rules)).contains(&kind.id))
        .collect()
}

/// The changes to try, each in words.
fn changes(kind: &TokenKind) -> Vec<(String, TokenKind)> {
    let mut changes = Vec::new();
    for (number, shape) in kind.shapes.iter().enumerate() {
        for (what, changed) in of_shape(shape) {
            let mut shapes = kind.shapes.to_vec();
            shapes[number] = changed;
            let changed = TokenKind {
                shapes: Vec::leak(shapes),
                ..*kind
            };
            changes.push((format!("shape {}: {what}", number + 1), changed));
        }
    }
    if !kind.alone && !kind.names.is_empty() {
        let other = vec!["SOMETHING_ELSE_ENTIRELY"];
        let changed = TokenKind {
            names: Vec::leak(other),
            ..*kind
        };
        changes.push(("its names are replaced".to_owned(), changed));
    }
    changes
}

fn of_shape(shape: &Shape) -> Vec<(&'static str, Shape)> {
    let mut changes = Vec::new();
    let mut add = |what, at: usize, changed: Segment| {
        let mut segments = shape.0.to_vec();
        segments[at] = changed;
        changes.push((what, Shape(Vec::leak(segments))));
    };
    if let Some(Segment::Literal(start)) = shape.0.first() {
        add(
            "another prefix is asked for",
            0,
            Segment::Literal(other_start(start)),
        );
    }
    let runs = shape.0.iter().enumerate().rev();
    let longest = runs
        .filter_map(|(at, segment)| match segment {
            Segment::Run { class, min, max } => Some((at, *class, *min, *max)),
            Segment::Literal(_) => None,
        })
        .max_by_key(|run| run.3);
    if let Some((at, class, min, max)) = longest {
        let run = |class, min, max| Segment::Run { class, min, max };
        add(
            "more characters are asked for",
            at,
            run(class, max + 1, max + 1),
        );
        if min >= 8 {
            add(
                "half the characters are enough",
                at,
                run(class, min / 2, max),
            );
        }
        let letters = Class(class.0 & !digits());
        if letters.0 != 0 && letters.0 != class.0 {
            add("digits are refused", at, run(letters, min, max));
        }
    }
    changes
}

fn digits() -> u128 {
    (b'0'..=b'9').fold(0, |set, byte| set | 1 << byte)
}

/// The same literal with its first letter or digit changed.
fn other_start(start: &str) -> &'static str {
    let mut changed = false;
    let other: String = start
        .chars()
        .map(|letter| {
            if changed || !letter.is_ascii_alphanumeric() {
                return letter;
            }
            changed = true;
            if letter == 'q' { 'w' } else { 'q' }
        })
        .collect();
    Box::leak(other.into_boxed_str())
}
