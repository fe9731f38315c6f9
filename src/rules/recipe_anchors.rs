//! The table by which the first pass finds recipes' literals: how far it may step, and what may end where it must not.
//!
//! Compiled into `build.rs`, which bakes it, and into the crate. In: the recipes. Out: the table.

use super::recipe::SHORTEST_ANCHOR;
use crate::model::Recipe;

/// How many bytes are looked at together, at the end of a window of `SHORTEST_ANCHOR`.
pub const BLOCK: usize = 3;
const SLOT_BITS: u32 = 13;
/// How many slots the last bytes of windows are spread over.
pub const SLOTS: usize = 1 << SLOT_BITS;
/// How far a window moves where no literal has its last bytes.
pub const FARTHEST: usize = SHORTEST_ANCHOR - BLOCK + 1;
/// How many slots share a place in `buckets`.
const IN_BUCKET: usize = 32;

/// The table.
#[derive(Clone, Copy, Debug)]
pub struct RecipeAnchors {
    /// For each slot, how far a window may move; 0 where a literal may start with it.
    pub steps: &'static [u8; SLOTS],
    /// Literals by the slot of the last bytes of their first window.
    pub ends: &'static [AnchorEnd],
    /// Where the literals of each bucket of slots begin.
    pub buckets: &'static [u16],
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
        let steps = Box::leak(Box::new([FARTHEST as u8; SLOTS]));
        let mut ends = Vec::new();
        for (recipe, entry) in recipes.iter().enumerate() {
            for (anchor, literal) in entry.anchors.iter().enumerate() {
                let bytes = literal.as_bytes();
                let slot_before = |end: usize| slot(&bytes[end - BLOCK..end]);
                for end in BLOCK..=SHORTEST_ANCHOR {
                    let step = &mut steps[slot_before(end)];
                    *step = (*step).min((SHORTEST_ANCHOR - end) as u8);
                }
                ends.push(AnchorEnd {
                    slot: slot_before(SHORTEST_ANCHOR) as u16,
                    recipe: recipe as u16,
                    anchor: anchor as u16,
                });
            }
        }
        ends.sort_unstable();
        let begins =
            |first: usize| ends.partition_point(|end| usize::from(end.slot) < first) as u16;
        let buckets = (0..SLOTS).step_by(IN_BUCKET).map(begins).collect();
        RecipeAnchors {
            steps,
            buckets: Vec::leak(buckets),
            ends: Vec::leak(ends),
        }
    }

    /// The literals whose first window ends with a slot's bytes.
    pub fn ending(&self, slot: usize) -> impl Iterator<Item = &AnchorEnd> {
        let from = usize::from(self.buckets[slot / IN_BUCKET]);
        self.ends[from..]
            .iter()
            .skip_while(move |end| usize::from(end.slot) < slot)
            .take_while(move |end| usize::from(end.slot) == slot)
    }
}

/// Mixes three bytes, letters without their case.
fn slot(bytes: &[u8]) -> usize {
    slot_of_last([0, bytes[0], bytes[1], bytes[2]])
}

/// The slot of the last three of four bytes.
#[inline(always)]
pub fn slot_of_last(four: [u8; 4]) -> usize {
    let folded = u32::from_le_bytes(four) >> 8 | 0x20_2020;
    (folded.wrapping_mul(0x9e37_79b1) >> (32 - SLOT_BITS)) as usize
}
