//! Matches shapes at a place, and decides whether a match stands there by itself.
//!
//! In: a shape, text, an offset. Out: where the value ends. Backtracking is bounded; it never panics.

use crate::model::{Segment, Shape};

/// How many steps one match may take.
const STEPS: u32 = 4096;

/// Where the shape that starts at `at` ends; as long as it can be.
pub fn end_at(shape: &Shape, text: &[u8], at: usize) -> Option<usize> {
    read_at(shape, text, at).0
}

/// The same, and up to where the text was read for it.
pub fn read_at(shape: &Shape, text: &[u8], at: usize) -> (Option<usize>, usize) {
    let mut matching = Matching {
        text,
        steps: STEPS,
        read: at,
    };
    let end = matching.end(shape.0, at);
    (end, matching.read)
}

/// One match under way.
struct Matching<'t> {
    text: &'t [u8],
    steps: u32,
    /// The first byte that was not read.
    read: usize,
}

impl Matching<'_> {
    fn end(&mut self, segments: &[Segment], at: usize) -> Option<usize> {
        self.steps = self.steps.checked_sub(1)?;
        let Some((first, rest)) = segments.split_first() else {
            return Some(at);
        };
        match first {
            Segment::Literal(literal) => {
                let behind = at + literal.len();
                self.read = self.read.max(behind);
                (self.text.get(at..behind)? == literal.as_bytes())
                    .then(|| self.end(rest, behind))?
            }
            Segment::Run { class, min, max } => {
                let most = self
                    .text
                    .get(at..)?
                    .iter()
                    .take(usize::from(*max))
                    .take_while(|byte| class.has(**byte))
                    .count();
                self.read = self.read.max(at + most + 1);
                // Most of the places that a run may end at do not have the byte that has to follow.
                let next = rest.first().and_then(|next| match next {
                    Segment::Literal(literal) => literal.as_bytes().first(),
                    Segment::Run { .. } => None,
                });
                let text = self.text;
                let may_end = |count: &usize| next.is_none() || text.get(at + count) == next;
                (usize::from(*min)..=most)
                    .rev()
                    .filter(may_end)
                    .find_map(|count| self.end(rest, at + count))
            }
        }
    }
}

/// Whether nothing before `at` makes the value a part of a longer word: no letter or digit, unless an escape ends there.
pub fn starts_freely(text: &[u8], at: usize) -> bool {
    let Some(before) = at.checked_sub(1).map(|last| text[last]) else {
        return true;
    };
    !before.is_ascii_alphanumeric() || escape_ends(text, at)
}

/// Whether a `-` or `_` with a letter or digit before it joins `at` to a word.
pub fn is_joined(text: &[u8], at: usize) -> bool {
    matches!(
        at.checked_sub(2).map(|from| &text[from..at]),
        Some([before, b'-' | b'_']) if before.is_ascii_alphanumeric()
    )
}

fn escape_ends(text: &[u8], at: usize) -> bool {
    let back = |count: usize| at.checked_sub(count).map(|from| &text[from..at]);
    let hex = |part: &[u8]| part.iter().all(u8::is_ascii_hexdigit);
    matches!(
        back(2),
        Some([b'\\', b'n' | b't' | b'r' | b'b' | b'f' | b'0'])
    ) || matches!(back(3), Some([b'%', digits @ ..]) if hex(digits))
        || matches!(back(4), Some([b'\\', b'x', digits @ ..]) if hex(digits))
        || matches!(back(6), Some([b'\\', b'u', digits @ ..]) if hex(digits))
}

/// Whether nothing behind `end` makes the value longer than its shape allows.
pub fn ends_freely(shape: &Shape, text: &[u8], end: usize) -> bool {
    let Some(next) = text.get(end) else {
        return true;
    };
    let goes_on = match shape.0.last() {
        Some(Segment::Run { class, .. }) => class.has(*next),
        _ => false,
    };
    !goes_on && !next.is_ascii_alphanumeric()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::shape::parse;

    fn shape(text: &str) -> Shape {
        Shape(Vec::leak(parse(text).unwrap()))
    }

    #[test]
    fn a_run_gives_back_what_the_rest_needs() {
        let shape = shape("ab{alnum:2-9}c{digit:2}");
        assert_eq!(end_at(&shape, b"abxxcxc12", 0), Some(9));
        assert_eq!(end_at(&shape, b"abxc12", 0), None);
    }

    #[test]
    fn boundaries_look_at_the_neighbours() {
        let shape = shape("ab{hex:4}");
        assert!(ends_freely(&shape, b"ab1234\n", 6));
        assert!(!ends_freely(&shape, b"ab12345", 6));
        assert!(!starts_freely(b"xab1234", 1));
        assert!(starts_freely(b"\\nab1234", 2));
        assert!(starts_freely(b"%3Dab1234", 3));
        assert!(starts_freely(b"_ab1234", 1));
    }

    #[test]
    fn a_hostile_text_ends() {
        let shape = shape("{alnum:1-4000}x{alnum:1-4000}y{alnum:1-4000}z");
        let text = "x".repeat(9000);
        assert_eq!(end_at(&shape, text.as_bytes(), 0), None);
    }
}
