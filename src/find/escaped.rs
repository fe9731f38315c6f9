//! Quotes behind backslashes: one in a string, three in a string in a string.
//!
//! In: text and where the backslashes start. Out: how many they are, and what stands between such quotes.

use crate::model::Span;

/// How many backslashes may stand before a quote.
const MOST_SLASHES: usize = 16;
/// The longest text between two quotes.
const LONGEST: usize = 16 * 1024;

/// How many backslashes stand before a quote; `None` where no quote follows.
pub fn quote(text: &[u8], at: usize) -> Option<usize> {
    let slashes = text[at..]
        .iter()
        .take(MOST_SLASHES)
        .take_while(|byte| **byte == b'\\')
        .count();
    matches!(text.get(at + slashes), Some(b'"' | b'\'')).then_some(slashes)
}

/// What stands between two such quotes, on one line.
pub fn inside(text: &[u8], open: usize) -> Option<Span> {
    let start = open + quote(text, open)? + 1;
    let rest = &text[start..text.len().min(start + LONGEST)];
    let length = memchr::memmem::find(rest, &text[open..start])?;
    (!rest[..length].contains(&b'\n')).then(|| Span::new(start, start + length))
}
