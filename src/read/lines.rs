//! From byte spans to the lines and columns that people see.
//!
//! In: a text, and spans in it. Out: places. It reads no structure; a place costs the same on a line of any length.

use crate::model::{Place, Span};

/// Bytes between two points whose counts are kept.
const STRIDE: usize = 64;

/// The line starts of one text, beside the text.
pub(crate) struct Lines<'t> {
    text: &'t [u8],
    index: LineIndex,
}

/// The line starts of a text that is kept elsewhere.
#[derive(Debug)]
pub(crate) struct LineIndex {
    starts: Vec<usize>,
    /// UTF-16 units and characters before every `STRIDE`th byte; empty where each byte is one of both.
    counts: Vec<(usize, usize)>,
}

impl<'t> Lines<'t> {
    /// Finds every line of a text.
    pub(crate) fn of(text: &'t [u8]) -> Self {
        let index = LineIndex::of(text);
        Lines { text, index }
    }

    /// The place of a span, clipped to the text.
    pub(crate) fn place(&self, span: Span) -> Place {
        self.index.place(self.text, span)
    }
}

impl LineIndex {
    /// Finds every line of a text.
    pub(crate) fn of(text: &[u8]) -> Self {
        let first = if text.starts_with(b"\xEF\xBB\xBF") {
            3
        } else {
            0
        };
        let mut starts = vec![first];
        starts.extend(memchr::memchr_iter(b'\n', text).map(|at| at + 1));
        if text.is_ascii() {
            let counts = Vec::new();
            return LineIndex { starts, counts };
        }
        let mut counts = Vec::with_capacity(text.len() / STRIDE + 1);
        let mut sum = (0, 0);
        for part in text.chunks(STRIDE) {
            counts.push(sum);
            sum = add(sum, part);
        }
        counts.push(sum);
        LineIndex { starts, counts }
    }

    /// The place of a span of the text that this is the index of, clipped to it.
    pub(crate) fn place(&self, text: &[u8], span: Span) -> Place {
        let (start_line, start_column, start_character) = self.position(text, span.start);
        let (end_line, end_column, _) = self.position(text, span.end);
        Place {
            start_line,
            start_column,
            end_line,
            end_column,
            start_character,
        }
    }

    /// Line, column in UTF-16 units and column in characters, each counted from 1.
    fn position(&self, text: &[u8], at: usize) -> (u32, u32, u32) {
        let at = at.min(text.len());
        let line = self.starts.partition_point(|&start| start <= at).max(1);
        let (units, characters) = self.before(text, at);
        let (line_units, line_characters) = self.before(text, self.starts[line - 1]);
        (
            count(line),
            count(units.saturating_sub(line_units) + 1),
            count(characters.saturating_sub(line_characters) + 1),
        )
    }

    fn before(&self, text: &[u8], at: usize) -> (usize, usize) {
        let kept = at / STRIDE;
        match self.counts.get(kept) {
            Some(counts) => add(*counts, &text[kept * STRIDE..at]),
            None => (at, at),
        }
    }
}

/// Adds the units and characters that begin in `bytes`.
fn add((units, characters): (usize, usize), bytes: &[u8]) -> (usize, usize) {
    let begin = bytes.iter().filter(|byte| **byte & 0xC0 != 0x80).count();
    let beyond = bytes.iter().filter(|byte| **byte >= 0xF0).count();
    (units + begin + beyond, characters + begin)
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_utf16_units_and_characters() {
        let text = "a\r\né𝄞x: y\n".as_bytes();
        let at = text.iter().position(|&b| b == b'x').unwrap();
        let place = Lines::of(text).place(Span::new(at, at + 1));
        assert_eq!((place.start_line, place.start_column), (2, 4));
        assert_eq!((place.end_column, place.start_character), (5, 3));
    }

    #[test]
    fn a_byte_order_mark_takes_no_column() {
        let place = Lines::of(b"\xEF\xBB\xBFon: push").place(Span::new(3, 5));
        assert_eq!((place.start_line, place.start_column), (1, 1));
    }

    #[test]
    fn a_place_far_along_a_line_is_exact() {
        let text = format!("x\n{}y", "é".repeat(3000));
        let place = Lines::of(text.as_bytes()).place(Span::new(6002, 6003));
        assert_eq!((place.start_line, place.start_column), (2, 3001));
    }
}
