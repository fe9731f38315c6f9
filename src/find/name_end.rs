//! Where the name before a mark ends, and whether it ends like the name of a credential.
//!
//! In: text and a place. Out: offsets and yes or no, by a few bytes before the place and two filters that hold the ends
//! of all names. It may say yes too often, never no.

use super::marks::set_of;
use super::prefilter::{four_at, in_filter};
use crate::rules::buckets::allowing;
use crate::rules::table::{TAIL, Tables, folded, tail_key};

/// Whether a name that ends before `end` ends like the name of a credential.
#[inline(always)]
pub fn name_ends(text: &[u8], end: usize, tables: &Tables) -> bool {
    let four = match end.checked_sub(4) {
        Some(from) => four_at(text, from),
        None => four_at(&text[..end], 0) << 8,
    };
    end >= 3
        && in_filter(tables.name_filter, folded(four))
        && is_tail(&text[..end], tables)
        && allowing(tables.tails, &four.to_le_bytes()) != 0
}

/// Whether the last bytes of a text are those of the name of a credential.
fn is_tail(text: &[u8], tables: &Tables) -> bool {
    TAIL.filter_map(|length| text.len().checked_sub(length))
        .any(|from| in_filter(tables.tail_filter, tail_key(&text[from..])))
}

/// How far before its mark a name may end.
pub const FARTHEST: usize = 12;

/// Bytes that may stand between a name and its mark.
static BETWEEN: [bool; 256] = set_of(b" \t\"'`])}\\?!:|+=*");

/// Where the name before a mark ends: over spaces, quotes and closing brackets.
#[inline(always)]
pub fn name_end(text: &[u8], mark: usize) -> usize {
    // Most marks stand right behind their name, or one space behind it.
    if let Some([two, one]) = mark.checked_sub(2).and_then(|at| text.get(at..mark)) {
        if !BETWEEN[usize::from(*one)] {
            return mark;
        }
        if !BETWEEN[usize::from(*two)] {
            return mark - 1;
        }
    }
    let from = mark.saturating_sub(FARTHEST);
    let before = &text[from..mark];
    let skipped = before
        .iter()
        .rev()
        .take_while(|byte| BETWEEN[usize::from(**byte)])
        .count();
    mark - skipped
}

/// The length of a flag at the start of `text`, up to 48 bytes; 0 where none stands.
pub fn flag_length(text: &[u8]) -> usize {
    let dashes = text
        .iter()
        .take(3)
        .take_while(|byte| **byte == b'-')
        .count();
    if !(1..=2).contains(&dashes) {
        return 0;
    }
    let name = text[dashes..]
        .iter()
        .take(48)
        .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
        .count();
    if name == 0 { 0 } else { dashes + name }
}
