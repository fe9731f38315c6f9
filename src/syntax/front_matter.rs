//! The YAML block at the top of a Markdown file.
//!
//! In: the text. Out: where the YAML stands, between a first line `---` and the next `---` or `...`.
//! The body below is prose and is not read here.

use std::ops::Range;

use super::BYTE_ORDER_MARK;
use crate::model::Span;

/// Where the front matter's YAML stands in a file, without its fences; `None` where there is none.
pub fn front_matter(text: &[u8]) -> Option<Span> {
    let skipped = if text.starts_with(BYTE_ORDER_MARK) {
        BYTE_ORDER_MARK.len()
    } else {
        0
    };
    part_of(&text[skipped..]).map(|part| Span::from(part).moved(skipped))
}

/// The same for a text without byte order mark.
pub(super) fn part(text: &str) -> Option<Range<usize>> {
    part_of(text.as_bytes())
}

fn part_of(text: &[u8]) -> Option<Range<usize>> {
    let mut start = None;
    let mut at = 0;
    for line in text.split_inclusive(|&b| b == b'\n') {
        let written = line.trim_ascii_end();
        match start {
            None if written == b"---" => start = Some(at + line.len()),
            None => return None,
            Some(start) if written == b"---" || written == b"..." => return Some(start..at),
            Some(_) => {}
        }
        at += line.len();
    }
    None
}
