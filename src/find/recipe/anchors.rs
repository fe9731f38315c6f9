//! The first pass: which recipes' literals stand in a file, whatever their case.
//!
//! In: bytes and the baked table. Out: places, each with the recipe that the literal belongs to. Windows of six bytes are
//! tried for many places at once where the processor can, and elsewhere by their last three: a window that no literal can
//! end in is stepped over, so most bytes are never read. A step waits for the one before, so several parts of the text are
//! gone through side by side.

use std::ops::ControlFlow;

use crate::find::{Lineage, lanes};
use crate::model::{Recipe, Stretch};
use crate::rules::RuleSet;
use crate::rules::packed::Table;
use crate::rules::recipe::SHORTEST_ANCHOR as WINDOW;
use crate::rules::recipe_anchors::{FARTHEST, RecipeAnchors, slot_of_last};

/// No literal is longer.
const LONGEST: usize = 64;

/// How many parts of a text are gone through side by side.
const LANES: usize = 4;

/// A place, and the number of the recipe whose literal stands there.
type Hit = (usize, u16);

/// Finds literals; every place is given once for every recipe that it may belong to. Behind the first `most` hits only
/// those of the same place are given. What another version of the text shares is not searched again.
pub(super) fn find(
    text: &[u8],
    rules: &RuleSet,
    most: usize,
    lineage: &mut Lineage<'_>,
) -> Vec<(usize, &'static Recipe)> {
    let known = lineage.recipes_of_kin();
    let hits = known
        .and_then(|(known, shared)| beside_kin(text, rules, most, known, shared))
        .unwrap_or_else(|| search(text, rules, most));
    if hits.len() < most {
        lineage.note_recipes(hits.iter().map(|(at, recipe)| (*at as u32, *recipe)));
    }
    let recipes = rules.recipes();
    let recipe = |(at, number): &Hit| Some((*at, recipes.get(usize::from(*number))?));
    hits.iter().filter_map(recipe).collect()
}

/// The hits of the shared stretches, and those that a search between them gives; `None` where these are too many.
fn beside_kin(
    text: &[u8],
    rules: &RuleSet,
    most: usize,
    known: &[(u32, u16)],
    shared: &[Stretch],
) -> Option<Vec<Hit>> {
    let mut hits: Vec<Hit> = Vec::new();
    let mut done: usize = 0;
    let ends = Stretch {
        start: text.len(),
        other: 0,
        length: 0,
    };
    let mut before: Option<&Stretch> = None;
    for stretch in shared
        .iter()
        .filter(|stretch| stretch.length >= 2 * LONGEST)
        .chain([&ends])
    {
        // Whatever stands in no stretch as a whole starts or ends between two.
        let from = done.saturating_sub(LONGEST);
        let between = &text[from..text.len().min(stretch.start + LONGEST)];
        let found = search(between, rules, most);
        if found.len() >= most {
            return None;
        }
        let is_in =
            |stretch: &Stretch, at: usize| stretch.start <= at && at + LONGEST <= stretch.end();
        let found = found.into_iter().map(|(at, recipe)| (from + at, recipe));
        hits.extend(found.filter(|(at, _)| {
            !is_in(stretch, *at) && !before.is_some_and(|before| is_in(before, *at))
        }));
        let (from, to) = (stretch.other, stretch.other + stretch.length);
        let first = known.partition_point(|(at, _)| (*at as usize) < from);
        let within = known[first..].iter();
        let within = within.take_while(|(at, _)| *at as usize + LONGEST <= to);
        hits.extend(within.map(|(at, recipe)| (stretch.start + (*at as usize - from), *recipe)));
        (done, before) = (stretch.end(), Some(stretch));
    }
    hits.sort_by_key(|(at, _)| *at);
    (hits.len() < most).then_some(hits)
}

/// The same over one text.
fn search(text: &[u8], rules: &RuleSet, most: usize) -> Vec<Hit> {
    let pass = Pass {
        text,
        recipes: rules.recipes(),
        table: rules.recipe_anchors(),
    };
    let by_buckets = pass.by_buckets(most);
    let mut found = by_buckets.unwrap_or_else(|| pass.by_steps(most));
    if let Some((last, _)) = most.checked_sub(1).and_then(|at| found.get(at)) {
        found.truncate(found.partition_point(|(start, _)| start <= last));
    }
    found
}

struct Pass<'t> {
    text: &'t [u8],
    recipes: &'static Table<Recipe>,
    table: &'static RecipeAnchors,
}

impl Pass<'_> {
    /// Looks where the buckets allow a window; `None` where the processor cannot ask them for many places at once.
    fn by_buckets(&self, most: usize) -> Option<Vec<Hit>> {
        let mut found = Vec::new();
        let walk = lanes::allowed(self.text, self.table.heads, &mut |start| {
            let window: Option<&[u8; WINDOW]> = self.text[start..].first_chunk();
            if let Some(window) = window.filter(|window| self.table.may_begin(window)) {
                let [_, _, rest @ ..] = *window;
                self.look(start + WINDOW, slot_of_last(rest), &mut found);
            }
            match found.len() < most {
                true => ControlFlow::Continue(()),
                false => ControlFlow::Break(()),
            }
        });
        walk.map(|_| found)
    }

    /// Looks where steps lead to.
    fn by_steps(&self, most: usize) -> Vec<Hit> {
        let length = self.text.len();
        let part = (length + 1).saturating_sub(WINDOW) / LANES;
        let mut ends: [usize; LANES] = std::array::from_fn(|lane| WINDOW + lane * part);
        let mut until: [usize; LANES] = std::array::from_fn(|lane| WINDOW + (lane + 1) * part);
        until[LANES - 1] = length + 1;
        let mut found: [Vec<Hit>; LANES] = Default::default();
        loop {
            let left = (0..LANES).map(|lane| until[lane].saturating_sub(ends[lane]));
            let rounds = left.min().unwrap_or(0) / FARTHEST;
            if rounds == 0 || found.iter().any(|hits| hits.len() >= most) {
                break;
            }
            for _ in 0..rounds.min(1 << 12) {
                for lane in 0..LANES {
                    ends[lane] += self.step(ends[lane], &mut found[lane]);
                }
            }
        }
        for lane in 0..LANES {
            while ends[lane] < until[lane] && found[lane].len() < most {
                ends[lane] += self.step(ends[lane], &mut found[lane]);
            }
        }
        found.concat()
    }

    /// Looks at the window that ends at `end`; says how far away the next one ends.
    #[inline(always)]
    fn step(&self, end: usize, found: &mut Vec<Hit>) -> usize {
        let Some(&[a, b, c, d]) = self.text.get(end - 4..end) else {
            return FARTHEST;
        };
        let slot = slot_of_last([a, b, c, d]);
        match self.table.steps[slot] {
            0 if !self.may_begin(end) => 1,
            0 => self.look(end, slot, found),
            step => usize::from(step),
        }
    }

    #[inline(always)]
    fn may_begin(&self, end: usize) -> bool {
        let window = self.text.get(end - WINDOW..end);
        let window = window.and_then(|window| window.first_chunk());
        window.is_some_and(|window| self.table.may_begin(window))
    }

    #[inline(never)]
    fn look(&self, end: usize, slot: usize, found: &mut Vec<Hit>) -> usize {
        let start = end - WINDOW;
        for one in self.table.ending(slot) {
            let Some(recipe) = self.recipes.get(usize::from(one.recipe)) else {
                continue;
            };
            let literal = recipe.anchors[usize::from(one.anchor)];
            let there = self.text.get(start..start + literal.len());
            if there.is_some_and(|bytes| bytes.eq_ignore_ascii_case(literal.as_bytes())) {
                found.push((start, one.recipe));
            }
        }
        1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found_in(text: &str, rules: &RuleSet, most: usize) -> Vec<(usize, &'static Recipe)> {
        find(text.as_bytes(), rules, most, &mut Lineage::default())
    }

    #[test]
    fn no_literal_is_longer_than_is_said() {
        let rules = RuleSet::builtin();
        let literals = rules.recipes().iter().flat_map(|recipe| recipe.anchors);
        let longest = literals.map(|literal| literal.len()).max().unwrap();
        assert!((20..=LONGEST).contains(&longest), "{longest}");
    }

    #[test]
    fn every_literal_is_found_wherever_it_stands() {
        let rules = RuleSet::builtin();
        let literals = rules.recipes().iter().flat_map(|recipe| recipe.anchors);
        for (number, literal) in literals.enumerate() {
            for length in [0, 1, 7, 30, 101] {
                let before = "x".repeat(length + number % 5);
                for text in [
                    format!("{before}{literal}"),
                    format!("{before}{}yy", literal.to_ascii_uppercase()),
                    format!("{literal}{before}{literal}"),
                ] {
                    let hits = found_in(&text, &rules, 400);
                    let pass = Pass {
                        text: text.as_bytes(),
                        recipes: rules.recipes(),
                        table: rules.recipe_anchors(),
                    };
                    let by_steps = pass.by_steps(400);
                    assert_eq!(pass.by_buckets(400).unwrap_or(by_steps.clone()), by_steps);
                    let starts: Vec<usize> = hits
                        .iter()
                        .filter(|(_, recipe)| recipe.anchors.contains(literal))
                        .map(|(start, _)| *start)
                        .collect();
                    assert!(starts.contains(&text.len().min(before.len())) || starts.contains(&0));
                    assert!(starts.is_sorted());
                }
            }
        }
    }

    #[test]
    fn no_more_places_are_given_than_are_wanted() {
        let rules = RuleSet::builtin();
        let literal = rules.recipes().get(0).unwrap().anchors[0];
        let text = format!("{literal} ").repeat(50);
        let all = found_in(&text, &rules, 1000);
        for most in [1, 3, 20] {
            let some = found_in(&text, &rules, most);
            let last = some[some.len() - 1].0;
            assert!(some.len() >= most && some[..most - 1].iter().all(|(at, _)| *at <= last));
            let starts =
                |hits: &[(usize, &Recipe)]| hits.iter().map(|(at, _)| *at).collect::<Vec<_>>();
            assert_eq!(starts(&some), starts(&all[..some.len()]));
        }
    }
}
