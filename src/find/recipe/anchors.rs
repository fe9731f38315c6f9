//! The first pass: which recipes' literals stand in a file, whatever their case.
//!
//! In: bytes. Out: places, each with the recipe that the literal belongs to. Windows of six bytes are tried by their last
//! three, and a window that no literal can end in is stepped over, so most bytes are never read.

use std::sync::OnceLock;

use crate::model::Recipe;
use crate::rules::recipe::SHORTEST_ANCHOR as WINDOW;

const BLOCK: usize = 3;
const SLOTS: usize = 1 << 12;
/// How far a window moves where no literal has its last bytes.
const FARTHEST: u8 = (WINDOW - BLOCK + 1) as u8;

struct Table {
    steps: Box<[u8]>,
    /// Literals by the last bytes of their first window.
    ends: Vec<Vec<(&'static str, &'static Recipe)>>,
}

/// Finds literals; every place is given once for every recipe that it may belong to.
pub(super) fn find(
    text: &[u8],
    recipes: &'static [Recipe],
    most: usize,
) -> Vec<(usize, &'static Recipe)> {
    static TABLE: OnceLock<Table> = OnceLock::new();
    let table = TABLE.get_or_init(|| Table::new(recipes));
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
        for (literal, recipe) in &table.ends[slot] {
            let there = text.get(start..start + literal.len());
            if there.is_some_and(|bytes| bytes.eq_ignore_ascii_case(literal.as_bytes())) {
                found.push((start, *recipe));
            }
        }
        end += 1;
    }
    found
}

impl Table {
    fn new(recipes: &'static [Recipe]) -> Table {
        let mut table = Table {
            steps: vec![FARTHEST; SLOTS].into_boxed_slice(),
            ends: vec![Vec::new(); SLOTS],
        };
        for recipe in recipes {
            for literal in recipe.anchors {
                let bytes = literal.as_bytes();
                for end in BLOCK..=WINDOW {
                    let slot = slot(&bytes[end - BLOCK..end]);
                    table.steps[slot] = table.steps[slot].min((WINDOW - end) as u8);
                }
                table.ends[slot(&bytes[WINDOW - BLOCK..WINDOW])].push((literal, recipe));
            }
        }
        table
    }
}

/// Mixes three bytes, letters without their case.
fn slot(bytes: &[u8]) -> usize {
    let fold = |b: u8| usize::from(b | 0x20);
    (fold(bytes[0]) ^ (fold(bytes[1]) << 3) ^ (fold(bytes[2]) << 6)) & (SLOTS - 1)
}
