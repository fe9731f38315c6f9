//! Escapes that spell letters: `\u0067`, `\x67`, `\147`, `%67`.
//!
//! In: where an escape stands that spells a byte of a credential. Out: candidates of the word around it, decoded, each at
//! the bytes that spell it.

use super::nested;
use crate::find::search::Search;
use crate::model::{Encoding, Span};

/// How far the text around an escape is decoded.
const REACH: usize = 2048;

/// The string around an escape.
pub fn escapes(search: &mut Search<'_>, at: usize) {
    if at < search.decoded_until {
        search.look_far();
        return;
    }
    let text = search.text;
    let outside = |byte: &u8| matches!(byte, b'\n' | b'"' | b'\'' | b'`' | b' ' | b'<' | b'>');
    let floor = at.saturating_sub(REACH);
    let start = text[floor..at]
        .iter()
        .rposition(outside)
        .map_or(floor, |gap| floor + gap + 1);
    let limit = text.len().min(at + REACH);
    let end = text[at..limit]
        .iter()
        .position(outside)
        .map_or(limit, |gap| at + gap);
    search.decoded_until = end;
    search.note_run(Span::new(at, end));
    search.look_at(Span::new(start.saturating_sub(1), end + 1));
    let encoding = if text[at] == b'%' {
        Encoding::Percent
    } else {
        Encoding::Escapes
    };
    let (decoded, places) = decode(text, start, end);
    let clash: Vec<Span> = search
        .found
        .iter()
        .rev()
        .take(16)
        .map(|candidate| candidate.span)
        .collect();
    let before = search.found.len();
    nested(search, &decoded, encoding, |span| {
        let from = places.get(span.start).copied().unwrap_or(end);
        let to = places.get(span.end).copied().unwrap_or(end);
        Span::new(from, to)
    });
    if search.found.len() > before {
        // What stays of it depends on what was found before.
        search.look_far();
    }
    let mut at = 0;
    search.found.retain(|candidate| {
        at += 1;
        at <= before || !clash.contains(&candidate.span)
    });
}

/// Whether an escape stands at a place that spells a byte of which credentials are made.
pub fn spells_credential(text: &[u8], at: usize) -> bool {
    one(text, at).is_some_and(|(byte, _)| is_credential(byte))
}

fn is_credential(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(byte, b'_' | b'-' | b'.' | b'=' | b':' | b'/' | b'+' | b'@')
}

/// The decoded text, and where each of its bytes starts.
fn decode(text: &[u8], start: usize, end: usize) -> (Vec<u8>, Vec<usize>) {
    let mut out = Vec::with_capacity(end - start);
    let mut places = Vec::with_capacity(end - start + 1);
    let mut at = start;
    while at < end {
        places.push(at);
        match one(text, at) {
            Some((byte, length)) if at + length <= end => {
                out.push(byte);
                at += length;
            }
            _ => {
                out.push(text[at]);
                at += 1;
            }
        }
    }
    places.push(end);
    (out, places)
}

/// The ASCII byte that an escape spells, and the escape's length.
fn one(text: &[u8], at: usize) -> Option<(u8, usize)> {
    let number = |from: usize, count: usize, radix: u32| {
        let mut digits = text.get(from..from + count)?.iter();
        digits.try_fold(0, |number, digit| {
            Some(number * radix + char::from(*digit).to_digit(radix)?)
        })
    };
    let (value, length) = match (text.get(at)?, text.get(at + 1)?) {
        (b'%', _) => (number(at + 1, 2, 16)?, 3),
        (b'\\', b'x') => (number(at + 2, 2, 16)?, 4),
        (b'\\', b'u') if text.get(at + 2) == Some(&b'{') => (number(at + 3, 2, 16)?, 6),
        (b'\\', b'u') => (number(at + 2, 4, 16)?, 6),
        (b'\\', b'0'..=b'3') => (number(at + 1, 3, 8)?, 4),
        _ => return None,
    };
    u8::try_from(value)
        .ok()
        .filter(u8::is_ascii)
        .map(|byte| (byte, length))
}
