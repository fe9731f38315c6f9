//! What the buckets of starts hold: the first bytes of literals, sorted by how long a run has to be behind them.
//!
//! Compiled twice, like `table.rs`. In: starts, kinds. Out: buckets.

use super::anchor::StartText;
use super::buckets::{
    self, Buckets, DECODED, INSIDE, Key, OF_STARTS, OF_SURE_STARTS, SURE_RUN, WIDE, in_run,
};
use super::table::{Inside, Leads};
use crate::model::{Segment, Shape, TokenKind};

/// The buckets of what is looked for inside of words, and the starts among that.
pub fn inside_words(
    starts: &[StartText],
    inside: &[Inside],
    kinds: &[&TokenKind],
) -> (Vec<Key<WIDE>>, Vec<u32>) {
    let glued: Vec<[u8; 4]> = starts
        .iter()
        .flat_map(|start| glued_heads(start, kinds))
        .collect();
    let mut keys: Vec<Key<WIDE>> = glued.iter().map(|four| Key::start(four)).collect();
    keys.extend(
        inside
            .iter()
            .map(|inside| Key::start(inside.literal.as_bytes())),
    );
    // Numbers of Telegram's bots.
    keys.extend((b'0'..=b'9').map(|digit| Key::start(&[digit, b':', b'A', b'A'])));
    (keys, glued.into_iter().map(u32::from_le_bytes).collect())
}

/// The buckets of starts: of those that may stand before a short run, with what stands inside of words, and the others.
pub fn of(
    starts: &[StartText],
    inside: Vec<Key<WIDE>>,
    kinds: &[&TokenKind],
) -> (Buckets<WIDE>, Buckets<4>) {
    let (sure, short): (Vec<&StartText>, Vec<&StartText>) =
        starts.iter().partition(|start| is_sure(start, kinds));
    let short = short
        .iter()
        .map(|start| Key::start(start.literal.as_bytes()));
    let sure = sure
        .iter()
        .map(|start| Key::start(start.literal.as_bytes()));
    let decoded = vec![base64_text(), hexadecimal_text()];
    (
        buckets::of([(OF_STARTS, short.collect()), (INSIDE, inside)]),
        buckets::of([(OF_SURE_STARTS, sure.collect()), (DECODED, decoded)]),
    )
}

/// Whether every value of a start begins with a run of `SURE_RUN` bytes.
fn is_sure(start: &StartText, kinds: &[&TokenKind]) -> bool {
    let shape = match start.leads {
        Leads::Shape(number, at) if start.before.is_empty() => {
            let kind = kinds.get(usize::from(number));
            kind.and_then(|kind| kind.shapes.get(usize::from(at)))
        }
        _ => None,
    };
    shape.is_some_and(|shape| sure_run(shape) >= SURE_RUN)
}

/// How many letters, digits, `_` and `-` every value of a shape starts with.
fn sure_run(shape: &Shape) -> usize {
    let mut length = 0;
    for segment in shape.0 {
        match segment {
            Segment::Literal(literal) => {
                let run = literal.bytes().take_while(|byte| in_run(*byte)).count();
                length += run;
                if run < literal.len() {
                    break;
                }
            }
            Segment::Run { class, min, .. }
                if (0..128).all(|byte| !class.has(byte) || in_run(byte)) =>
            {
                length += usize::from(*min);
            }
            Segment::Run { .. } => break,
        }
    }
    length
}

/// The first four bytes of what a checksum can tell inside of a word: four that end in `_` or `-`.
fn glued_heads(start: &StartText, kinds: &[&TokenKind]) -> Vec<[u8; 4]> {
    let of_sum = |number: u16| {
        kinds
            .get(usize::from(number))
            .is_some_and(|kind| kind.checksum.is_some())
    };
    match (start.leads, start.literal.as_bytes()) {
        (Leads::Shape(number, _), _) if !start.before.is_empty() || !of_sum(number) => Vec::new(),
        (Leads::Shape(..), [one, two, three]) => {
            let joiners = b"_-".iter().filter(|byte| start.next.has(**byte));
            joiners.map(|last| [*one, *two, *three, *last]).collect()
        }
        (Leads::Shape(..), [one, two, three, last @ (b'_' | b'-'), ..]) => {
            vec![[*one, *two, *three, *last]]
        }
        _ => Vec::new(),
    }
}

/// What a byte is worth in base64.
fn base64_value(byte: u8) -> Option<u8> {
    match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' | b'-' => Some(62),
        b'/' | b'_' => Some(63),
        _ => None,
    }
}

/// The key of base64 whose first three bytes are text.
fn base64_text() -> Key<4> {
    // Text is made of 0x20 to 0x7e and of 0x09, 0x0a and 0x0d: each letter shows some bits of that.
    let first: fn(u8) -> bool = |value| (8..32).contains(&value) || matches!(value, 2 | 3);
    let second: fn(u8) -> bool = |value| (2..8).contains(&(value & 15)) || value & 15 == 0;
    let third: fn(u8) -> bool = |value| value & 3 < 2;
    let with = |fits: fn(u8) -> bool| move |byte: u8| base64_value(byte).is_some_and(fits);
    Key::of([with(first), with(second), with(third), with(|_| true)])
}

/// The key of hexadecimal whose first byte is text, or that begins with `0x`.
fn hexadecimal_text() -> Key<4> {
    let digit: fn(u8) -> bool = |byte| byte.is_ascii_hexdigit();
    let first: fn(u8) -> bool = |byte| matches!(byte, b'0' | b'2'..=b'7');
    let second: fn(u8) -> bool = |byte| byte.is_ascii_hexdigit() || byte == b'x';
    Key::of([first, second, digit, digit])
}
