//! Lines and columns of byte offsets, for the few offsets that matter.
//!
//! In: text and spans in order. Out: places. Columns count UTF-16 units from 1, and characters beside that.

use crate::model::{Place, Span};

/// Counts lines once, forward; earlier offsets start over.
pub struct Places<'t> {
    text: &'t [u8],
    first_line: u32,
    at: usize,
    line: u32,
    line_start: usize,
    /// A place on the line, and its columns: long lines are counted once.
    counted: (usize, u32, u32),
}

impl<'t> Places<'t> {
    /// Begins at the first byte, which stands on `first_line`.
    pub fn new(text: &'t [u8], first_line: u32) -> Self {
        Places {
            text,
            first_line,
            at: 0,
            line: first_line,
            line_start: 0,
            counted: (0, 1, 1),
        }
    }

    /// The place of a span.
    pub fn of(&mut self, span: Span) -> Place {
        let (start_line, _) = self.line_of(span.start);
        let (start_column, start_character) = self.columns_of(span.start);
        let (end_line, _) = self.line_of(span.end);
        let (end_column, _) = self.columns_of(span.end);
        Place {
            start_line,
            start_column,
            end_line,
            end_column,
            start_character,
        }
    }

    /// The columns of an offset on the line that was asked for last.
    fn columns_of(&mut self, offset: usize) -> (u32, u32) {
        let offset = offset.min(self.text.len());
        let (mut from, mut units, mut characters) = self.counted;
        if from < self.line_start || from > offset {
            (from, units, characters) = (self.line_start, 1, 1);
        }
        let (more_units, more_characters) = lengths(&self.text[from..offset]);
        self.counted = (offset, units + more_units, characters + more_characters);
        (self.counted.1, self.counted.2)
    }

    /// The line that holds an offset, and where it starts.
    pub fn line_of(&mut self, offset: usize) -> (u32, usize) {
        let offset = offset.min(self.text.len());
        if offset < self.line_start {
            *self = Places::new(self.text, self.first_line);
        }
        let from = self.at.min(offset).max(self.line_start);
        let part = &self.text[from..offset];
        if let Some(last) = memchr::memrchr(b'\n', part) {
            // To count is far faster than to go from one to the next.
            self.line += memchr::memchr_iter(b'\n', part).count() as u32;
            self.line_start = from + last + 1;
        }
        self.at = offset.max(self.line_start);
        (self.line, self.line_start)
    }
}

/// How many UTF-16 units and how many characters a piece of a line has.
fn lengths(piece: &[u8]) -> (u32, u32) {
    let text = String::from_utf8_lossy(piece);
    let units: usize = text.chars().map(char::len_utf16).sum();
    (units as u32, text.chars().count() as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_columns_count_from_one() {
        let text = "ab\n😀cd\n";
        let mut places = Places::new(text.as_bytes(), 1);
        let place = places.of(Span::new(7, 9));
        assert_eq!(
            (place.start_line, place.start_column, place.start_character),
            (2, 3, 2)
        );
        assert_eq!((place.end_line, place.end_column), (2, 5));
        assert_eq!(places.of(Span::new(0, 1)).start_line, 1);
    }
}
