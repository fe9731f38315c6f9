//! Holds the catalogue against its own examples, as a scan would see them.
//!
//! In: a kind and the rules. Out: which examples are not found and which neighbours are taken for it. Used by
//! `tokenleash rules check` and by the tests, so that both say the same.

use super::{Blob, Found, find, sample};
use crate::model::{Example, RepoPath, TokenKind};
use crate::rules::{RuleSet, template};

/// Seeds that every example is expanded with.
const SEEDS: [u64; 3] = [1, 3, 17];

/// An example or a neighbour that came out wrong.
#[derive(Clone, Debug)]
pub struct Fault {
    pub kind: &'static str,
    /// Counts from 1.
    pub number: usize,
    pub neighbour: bool,
    /// The kinds that were found instead.
    pub instead: Vec<&'static str>,
    /// The filters that dropped something.
    pub filters: Vec<&'static str>,
}

impl Fault {
    /// The fault in words; nothing of a value.
    pub fn text(&self) -> String {
        if self.neighbour {
            return format!("{}: neighbour {} is taken for it", self.kind, self.number);
        }
        let mut text = format!("{}: example {} is not found", self.kind, self.number);
        if !self.instead.is_empty() {
            text.push_str(&format!("; found {}", self.instead.join(", ")));
        }
        if !self.filters.is_empty() {
            text.push_str(&format!("; dropped as {}", self.filters.join(", ")));
        }
        text
    }
}

/// Expands a template of a kind and searches it.
pub fn search(kind: &'static TokenKind, example: Example, seed: u64, rules: &RuleSet) -> Found {
    let text = template::expand(example.text, kind, &sample, seed);
    search_text(example.file, text.as_bytes(), rules)
}

/// Searches a whole text under a path.
pub fn search_text(path: &str, text: &[u8], rules: &RuleSet) -> Found {
    let path = RepoPath::from(path);
    let blob = Blob {
        path: &path,
        text,
        first_line: 1,
        offset: 0,
        whole: true,
    };
    find(&blob, rules)
}

/// The kinds that were found, halves of pairs among them.
pub fn ids(found: &Found) -> Vec<&'static str> {
    let whole = found
        .sightings
        .iter()
        .map(|sighting| sighting.kind.map_or("generic", |kind| kind.id));
    let halves = found
        .sightings
        .iter()
        .flat_map(|sighting| sighting.other_halves.iter().map(|half| half.2));
    whole.chain(halves).filter(|id| !id.is_empty()).collect()
}

/// What is wrong with the examples and neighbours of a kind.
pub fn faults(kind: &'static TokenKind, rules: &RuleSet) -> Vec<Fault> {
    let examples = kind.examples.iter().enumerate();
    let missed = examples.filter_map(|(at, example)| {
        SEEDS.iter().find_map(|seed| {
            let found = search(kind, example, *seed, rules);
            (!shows(&found, kind, example)).then(|| fault(kind, at, false, &found))
        })
    });
    let neighbours = kind.neighbours.iter().enumerate();
    let taken = neighbours.filter_map(|(at, neighbour)| {
        SEEDS.iter().find_map(|seed| {
            let found = search(kind, neighbour, *seed, rules);
            ids(&found)
                .contains(&kind.id)
                .then(|| fault(kind, at, true, &found))
        })
    });
    missed.chain(taken).collect()
}

fn fault(kind: &'static TokenKind, at: usize, neighbour: bool, found: &Found) -> Fault {
    Fault {
        kind: kind.id,
        number: at + 1,
        neighbour,
        instead: ids(found),
        filters: found.dropped.iter().map(|dropped| dropped.filter).collect(),
    }
}

/// Whether an example shows its kind. Kinds that share a recogniser differ by what the recogniser's own sample may lack.
fn shows(found: &Found, kind: &TokenKind, example: Example) -> bool {
    let same_code = || {
        example.text.contains("{code}")
            && found.sightings.iter().any(|sighting| {
                sighting
                    .kind
                    .is_some_and(|other| other.code == kind.code && !kind.code.is_empty())
            })
    };
    ids(found).contains(&kind.id) || same_code()
}
