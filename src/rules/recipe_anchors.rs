//! The table by which the first pass finds recipes' literals: how far it may step, and what may end where it must not.
//!
//! Compiled into `build.rs`, which bakes it, and into the crate. In: the recipes. Out: the table.

use super::recipe::SHORTEST_ANCHOR;
use crate::model::Recipe;

/// How many bytes are looked at together, at the end of a window of `SHORTEST_ANCHOR`.
pub const BLOCK: usize = 3;
const SLOTS: usize = 1 << 12;
/// How far a window moves where no literal has its last bytes.
const FARTHEST: u8 = (SHORTEST_ANCHOR - BLOCK + 1) as u8;

/// The table.
#[derive(Clone, Copy, Debug)]
pub struct RecipeAnchors {
    /// For each slot, how far a window may move; 0 where a literal may start with it.
    pub steps: &'static [u8],
    /// Literals by the slot of the last bytes of their first window.
    pub ends: &'static [AnchorEnd],
}

/// A literal: its slot, its recipe, its number among that recipe's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AnchorEnd {
    pub slot: u16,
    pub recipe: u16,
    pub anchor: u16,
}

impl RecipeAnchors {
    /// Makes the table.
    pub fn new(recipes: &[Recipe]) -> Self {
        let mut steps = vec![FARTHEST; SLOTS];
        let mut ends = Vec::new();
        for (recipe, entry) in recipes.iter().enumerate() {
            for (anchor, literal) in entry.anchors.iter().enumerate() {
                let bytes = literal.as_bytes();
                for end in BLOCK..=SHORTEST_ANCHOR {
                    let slot = slot(&bytes[end - BLOCK..end]);
                    steps[slot] = steps[slot].min((SHORTEST_ANCHOR - end) as u8);
                }
                ends.push(AnchorEnd {
                    slot: slot(&bytes[SHORTEST_ANCHOR - BLOCK..SHORTEST_ANCHOR]) as u16,
                    recipe: recipe as u16,
                    anchor: anchor as u16,
                });
            }
        }
        ends.sort_unstable();
        RecipeAnchors {
            steps: Vec::leak(steps),
            ends: Vec::leak(ends),
        }
    }

    /// The literals whose first window ends with a slot's bytes.
    pub fn ending(&self, slot: usize) -> impl Iterator<Item = &AnchorEnd> {
        let from = self
            .ends
            .partition_point(|end| usize::from(end.slot) < slot);
        self.ends[from..]
            .iter()
            .take_while(move |end| usize::from(end.slot) == slot)
    }
}

/// Mixes three bytes, letters without their case.
#[inline(always)]
pub fn slot(bytes: &[u8]) -> usize {
    let fold = |b: u8| usize::from(b | 0x20);
    (fold(bytes[0]) ^ (fold(bytes[1]) << 3) ^ (fold(bytes[2]) << 6)) & (SLOTS - 1)
}
