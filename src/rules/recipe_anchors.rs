//! The table by which the first pass finds recipes' literals: how far it may step, and what may end where it must not.
//!
//! Compiled into `build.rs`, which bakes it, and into the crate. In: the recipes. Out: the table.

use super::buckets::{self, Buckets, Key};
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

/// How many bits say which windows literals begin with.
const WINDOW_BITS: u32 = 12;
/// In how many words they stand.
pub const WINDOW_WORDS: usize = 1 << (WINDOW_BITS - 6);

/// The table.
#[derive(Clone, Copy, Debug)]
pub struct RecipeAnchors {
    /// For each slot, how far a window may move; 0 where a literal may start with it.
    pub steps: &'static [u8; SLOTS],
    /// The windows that literals begin with, as bits by their hash.
    pub windows: &'static [u64; WINDOW_WORDS],
    /// Buckets of the same windows.
    pub heads: &'static Buckets<SHORTEST_ANCHOR>,
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
        let windows = Box::leak(Box::new([0; WINDOW_WORDS]));
        let mut ends = Vec::new();
        let mut keys = Vec::new();
        for (recipe, entry) in recipes.iter().enumerate() {
            for (anchor, literal) in entry.anchors.iter().enumerate() {
                let bytes = literal.as_bytes();
                keys.push(Key::in_any_case(bytes));
                if let Some(window) = bytes.first_chunk() {
                    let bit = window_bit(window);
                    windows[bit / 64] |= 1 << (bit % 64);
                }
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
            windows,
            heads: Box::leak(Box::new(buckets::of([(0..8, keys)]))),
            buckets: Vec::leak(buckets),
            ends: Vec::leak(ends),
        }
    }

    /// Whether a literal may begin with a window; seldom wrong where it says so.
    #[inline(always)]
    pub fn may_begin(&self, window: &[u8; SHORTEST_ANCHOR]) -> bool {
        let bit = window_bit(window);
        self.windows[bit / 64] >> (bit % 64) & 1 != 0
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

/// Mixes a window, letters without their case.
#[inline(always)]
fn window_bit(window: &[u8; SHORTEST_ANCHOR]) -> usize {
    let [a, b, c, d, e, f] = *window;
    let first = u32::from_le_bytes([a, b, c, d]) | 0x2020_2020;
    let last = u32::from_le_bytes([c, d, e, f]) | 0x2020_2020;
    let mixed = first.wrapping_mul(0x9e37_79b1) ^ last.wrapping_mul(0x85eb_ca6b);
    (mixed.wrapping_mul(0xc2b2_ae35) >> (32 - WINDOW_BITS)) as usize
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
