//! The first pass: which recipes' literals stand in a file, whatever their case.
//!
//! In: bytes and the baked table. Out: places, each with the recipe that the literal belongs to. Windows of six bytes are
//! tried by their last three, and a window that no literal can end in is stepped over, so most bytes are never read.

use crate::model::Recipe;
use crate::rules::RuleSet;
use crate::rules::recipe::SHORTEST_ANCHOR as WINDOW;
use crate::rules::recipe_anchors::{BLOCK, slot};

/// Finds literals; every place is given once for every recipe that it may belong to.
pub(super) fn find(text: &[u8], rules: &RuleSet, most: usize) -> Vec<(usize, &'static Recipe)> {
    let (recipes, table) = (rules.recipes(), rules.recipe_anchors());
    let mut found = Vec::new();
    let mut end = WINDOW;
    while end <= text.len() && found.len() < most {
        let slot = slot(&text[end - BLOCK..end]);
        let step = table.steps[slot];
        if step > 0 {
            end += usize::from(step);
            continue;
        }
        let start = end - WINDOW;
        for one in table.ending(slot) {
            let recipe = &recipes[usize::from(one.recipe)];
            let literal = recipe.anchors[usize::from(one.anchor)];
            let there = text.get(start..start + literal.len());
            if there.is_some_and(|bytes| bytes.eq_ignore_ascii_case(literal.as_bytes())) {
                found.push((start, recipe));
            }
        }
        end += 1;
    }
    found
}
