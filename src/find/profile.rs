//! What each kind costs the search: how often its literals and names stand in texts, and the time that goes there.
//!
//! In: texts, the rules, and a clock as a value. Out: counts. What is found does not matter here, and is forgotten.

use std::ops::ControlFlow;

use super::beside;
use super::hit::Hit;
use super::prefilter;
use super::search::Search;
use crate::model::RepoPath;
use crate::rules::table::Leads;
use crate::rules::{RuleSet, name};

/// In how many bytes a kind may be looked at once; one that is looked at more often makes every scan slower.
pub const TOO_COMMON: u64 = 4096;
/// From how many bytes on a text says how common anything is.
const ENOUGH: u64 = 1 << 18;

/// How often something was looked at, and for how long, in the clock's own unit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    pub hits: u64,
    pub time: u64,
}

impl Cost {
    fn add(&mut self, time: u64) {
        self.hits += 1;
        self.time += time;
    }
}

/// What texts have cost so far.
#[derive(Clone, Debug)]
pub struct Profile {
    pub bytes: u64,
    /// The first pass over every byte.
    pub first_pass: u64,
    /// By literals and names, in the order of the rules.
    pub kinds: Vec<Cost>,
    /// Values under names that no kind has.
    pub unnamed: Cost,
    /// URLs, keys in blocks, encoded and joined text, whatever their kind.
    pub others: Cost,
}

impl Profile {
    /// Starts with nothing.
    pub fn new(rules: &RuleSet) -> Self {
        Profile {
            bytes: 0,
            first_pass: 0,
            kinds: vec![Cost::default(); rules.kinds().count()],
            unnamed: Cost::default(),
            others: Cost::default(),
        }
    }

    /// Searches a text and counts what that takes.
    pub fn add(&mut self, path: &RepoPath, text: &[u8], rules: &RuleSet, clock: &dyn Fn() -> u64) {
        let mut search = Search::new(text, Some(path), rules, 0);
        let start = clock();
        let mut closer = 0;
        let _ = prefilter::scan(text, rules.tables(), &mut |hit| {
            let from = clock();
            self.look(&mut search, hit, clock);
            closer += clock().saturating_sub(from);
            ControlFlow::Continue(())
        });
        self.first_pass += clock().saturating_sub(start).saturating_sub(closer);
        self.bytes += text.len() as u64;
    }

    /// All the time that was taken.
    pub fn time(&self) -> u64 {
        let kinds: u64 = self.kinds.iter().map(|cost| cost.time).sum();
        self.first_pass + kinds + self.unnamed.time + self.others.time
    }

    /// The numbers of the kinds that are looked at too often.
    pub fn too_common(&self) -> Vec<usize> {
        let is_common = |number: &usize| {
            self.bytes >= ENOUGH && self.kinds[*number].hits * TOO_COMMON > self.bytes
        };
        (0..self.kinds.len()).filter(is_common).collect()
    }

    fn look(&mut self, search: &mut Search<'_>, hit: Hit, clock: &dyn Fn() -> u64) {
        match hit {
            Hit::Start(at) => {
                for start in search.starts_at(at) {
                    if let Some(begin) = search.begin_of(start, at) {
                        let from = clock();
                        search.lead(start.leads, begin, usize::from(start.length));
                        self.of(start.leads).add(clock().saturating_sub(from));
                    }
                }
            }
            Hit::Mark(at) => self.at_mark(search, at, clock),
            Hit::Inside(_, number) => {
                let inside = search.rules.tables().inside.get(number);
                let from = clock();
                let _ = search.take(hit);
                if let Some(inside) = inside {
                    self.of(inside.leads).add(clock().saturating_sub(from));
                }
            }
            _ => {
                let from = clock();
                let _ = search.take(hit);
                self.others.add(clock().saturating_sub(from));
            }
        }
    }

    /// The kinds of one name share its time.
    fn at_mark(&mut self, search: &mut Search<'_>, at: usize, clock: &dyn Fn() -> u64) {
        let from = clock();
        let _ = search.take(Hit::Mark(at));
        let time = clock().saturating_sub(from);
        let name = beside::left_of(search.text, at + 1).name;
        let name = name.map(|name| name::normalise(name.of(search.text)));
        let mut named: Vec<&str> = name
            .map(|name| search.rules.by_name(&name))
            .unwrap_or_default()
            .iter()
            .map(|named| named.kind.id)
            .collect();
        named.sort_unstable();
        named.dedup();
        if named.is_empty() {
            return self.unnamed.add(time);
        }
        for (kind, cost) in search.rules.kinds().zip(&mut self.kinds) {
            if named.binary_search(&kind.id).is_ok() {
                cost.add(time / named.len() as u64);
            }
        }
    }

    fn of(&mut self, leads: Leads) -> &mut Cost {
        match leads {
            Leads::Shape(number, _) | Leads::Pattern(number, _) | Leads::Name(number) => self
                .kinds
                .get_mut(usize::from(number))
                .unwrap_or(&mut self.others),
            Leads::Code(_) => &mut self.others,
        }
    }
}

/// The literals that lead to a kind, each once.
pub fn literals(rules: &RuleSet, wanted: usize) -> Vec<&'static str> {
    let tables = rules.tables();
    let starts = tables.starts.iter();
    let mut literals: Vec<&str> = starts
        .filter(|start| match start.leads {
            Leads::Shape(number, _) | Leads::Pattern(number, _) | Leads::Name(number) => {
                usize::from(number) == wanted
            }
            Leads::Code(_) => false,
        })
        .map(|start| tables.literal(start))
        .collect();
    literals.sort_unstable();
    literals.dedup();
    literals
}
