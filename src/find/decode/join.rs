//! String literals that the language joins: `"gh" + "p_…"`, Python's `"a" "b"`, PHP's `'a' . 'b'`, the shell's `"a""b"`.
//!
//! In: where an operator stands between two quotes, or a start whose shape a quote cuts. Out: candidates of the joined
//! text, each from the first piece that holds it to the last.

use super::nested;
use crate::find::search::Search;
use crate::model::{Encoding, Span};

/// The most pieces, and the most lines they stand on.
const PIECES: usize = 32;
const LINES: usize = 3;
/// The longest piece.
const PIECE: usize = 400;
/// How far behind a piece the next one may start.
const GAP: usize = 120;

/// A literal whose value goes on in the next one.
pub fn cut_by_quotes(search: &mut Search<'_>, begin: usize) {
    let text = search.text;
    let limit = text.len().min(begin + PIECE);
    let line_end = memchr::memchr(b'\n', &text[begin..limit]).map_or(limit, |gap| begin + gap);
    let quote = memchr::memchr3(b'"', b'\'', b'`', &text[begin..line_end]);
    let read = quote.map_or(line_end - begin, |gap| gap + GAP);
    search.look_at(Span::new(begin, begin + read + 1));
    if let Some(at) = quote.map(|gap| begin + gap)
        && opening(text, at + 1).is_some()
    {
        join_from(search, begin, text[at]);
    }
}

/// Two literals with an operator between.
pub fn joined(search: &mut Search<'_>, operator: usize) {
    if operator < search.decoded_until {
        search.look_far();
        return;
    }
    let text = search.text;
    let before = text[..operator].trim_ascii_end().len();
    search.look_at(Span::new(before.saturating_sub(1), operator + GAP));
    let Some(close) = before
        .checked_sub(1)
        .filter(|at| matches!(text[*at], b'"' | b'\'' | b'`'))
    else {
        return;
    };
    let floor = close.saturating_sub(PIECE);
    let open = text[floor..close]
        .iter()
        .rposition(|byte| *byte == text[close] || *byte == b'\n');
    search.look_at(Span::new(open.map_or(floor, |gap| floor + gap), operator));
    if let Some(open) = open.map(|gap| floor + gap)
        && text[open] != b'\n'
        && opening(text, close + 1).is_some()
    {
        join_from(search, open + 1, text[close]);
    }
}

/// The start of the next literal's content behind a closing quote, within the lines allowed.
fn opening(text: &[u8], from: usize) -> Option<(usize, u8)> {
    let mut lines = 0;
    let mut operators = 0;
    for (gap, byte) in text.get(from..)?.iter().take(GAP).enumerate() {
        match byte {
            b' ' | b'\t' | b'\r' | b'\\' => {}
            b'\n' if lines + 1 < LINES => lines += 1,
            b'+' | b'.' | b'&' if operators < 2 => operators += 1,
            b'"' | b'\'' | b'`' => return Some((from + gap + 1, *byte)),
            _ => return None,
        }
    }
    None
}

fn join_from(search: &mut Search<'_>, start: usize, quote: u8) {
    search.look_far();
    let text = search.text;
    let mut joined = Vec::new();
    let mut places = Vec::new();
    let (mut at, mut quote, mut lines) = (start, quote, 0);
    let mut end = start;
    for _ in 0..PIECES {
        let limit = text.len().min(at + PIECE);
        let Some(length) = text[at..limit]
            .iter()
            .position(|byte| *byte == quote || *byte == b'\n')
        else {
            break;
        };
        if text[at + length] == b'\n' {
            break;
        }
        joined.extend_from_slice(&text[at..at + length]);
        places.extend(at..at + length);
        end = at + length;
        let Some((next, next_quote)) = opening(text, end + 1) else {
            break;
        };
        lines += text[end..next]
            .iter()
            .filter(|byte| **byte == b'\n')
            .count();
        if lines >= LINES * 4 {
            break;
        }
        (at, quote) = (next, next_quote);
    }
    places.push(end);
    search.decoded_until = search.decoded_until.max(end);
    let (name, place_of) = (name_before(text, start), |at: usize| {
        places.get(at).copied().unwrap_or(end)
    });
    let mut assignment = name.clone();
    assignment.extend_from_slice(&joined);
    let shift = name.len();
    if shift > 0 {
        assignment.push(b'"');
    }
    nested(search, &assignment, Encoding::Joined, |span| {
        let from = place_of(span.start.saturating_sub(shift));
        let to = place_of(span.end.saturating_sub(shift + 1)) + 1;
        Span::new(from, to.max(from + 1))
    });
}

/// `NAME="` where the first piece has a name, so that kinds that need one are found.
fn name_before(text: &[u8], start: usize) -> Vec<u8> {
    match crate::find::beside::left_of(text, start).name {
        Some(name) => [name.of(text), b"=\""].concat(),
        None => Vec::new(),
    }
}
