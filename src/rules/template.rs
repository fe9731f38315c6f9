//! Turns example templates into text: `{value}`, `{uuid}`, `{class:n}`, `{code}`.
//!
//! In: a template, the kind it belongs to, a seed. Out: the same text for the same seed, with values that look random
//! and carry a right checksum. Braces that hold none of these stay as they are.

use super::{anchor, shape};
use crate::model::{Segment, TokenKind};
use regex_syntax::hir::{Hir, HirKind};

/// A small generator of numbers, the same on every machine.
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// Starts from a seed.
    pub fn new(seed: u64) -> Random {
        let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        for _ in 0..4 {
            random.number();
        }
        random
    }

    /// The next number.
    pub fn number(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 11
    }

    /// A number below `bound`.
    pub fn below(&mut self, bound: usize) -> usize {
        (self.number() % bound.max(1) as u64) as usize
    }

    /// One of the bytes.
    pub fn pick(&mut self, bytes: &[u8]) -> u8 {
        bytes.get(self.below(bytes.len())).copied().unwrap_or(b'a')
    }
}

/// Expands a template for `kind`; `code` makes the text of a recogniser in code.
pub fn expand(
    text: &str,
    kind: &TokenKind,
    code: &dyn Fn(&str, u64) -> String,
    seed: u64,
) -> String {
    let mut random = Random::new(seed);
    let value = value(kind, &mut random);
    let mut out = String::with_capacity(text.len() + 64);
    let mut rest = text;
    while let Some(open) = rest.find('{') {
        out.push_str(&rest[..open]);
        rest = &rest[open..];
        let (piece, used) = placeholder(rest, kind, &value, code, seed, &mut random);
        out.push_str(&piece);
        rest = &rest[used..];
    }
    out.push_str(rest);
    out
}

fn placeholder(
    rest: &str,
    kind: &TokenKind,
    value: &str,
    code: &dyn Fn(&str, u64) -> String,
    seed: u64,
    random: &mut Random,
) -> (String, usize) {
    if rest.starts_with("{value}") {
        return (value.to_owned(), "{value}".len());
    }
    if rest.starts_with("{code}") {
        return (code(kind.code, seed), "{code}".len());
    }
    let after_class = if rest.starts_with("{[") {
        rest.find(']').unwrap_or(0)
    } else {
        0
    };
    let close = rest[after_class..].find('}').map(|at| at + after_class + 1);
    if let Some(close) = close
        && close < 200
        && !rest[1..close].starts_with('}')
        && let Ok(segments) = shape::parse(&rest[..close])
    {
        return (fill(&segments, random), close);
    }
    ("{".to_owned(), 1)
}

/// Makes a value of a kind, with a right checksum.
pub fn value(kind: &TokenKind, random: &mut Random) -> String {
    let made = if kind.shapes.is_empty() {
        kind.patterns
            .first()
            .map(|pattern| of_pattern(pattern, random))
            .unwrap_or_default()
    } else {
        fill(kind.shapes[random.below(kind.shapes.len())].0, random)
    };
    match kind.checksum {
        Some(algorithm) => {
            let bytes = crate::token::with_checksum(algorithm, made.into_bytes());
            String::from_utf8_lossy(&bytes).into_owned()
        }
        None => made,
    }
}

/// Fills a shape with random-looking bytes.
pub fn fill(segments: &[Segment], random: &mut Random) -> String {
    let mut out = String::new();
    for segment in segments {
        match segment {
            Segment::Literal(text) => out.push_str(text),
            Segment::Run { class, min, max } => {
                let bytes: Vec<u8> = (0..128u8).filter(|byte| class.has(*byte)).collect();
                let spread = (max - min).min(16);
                let least = if *max > 16 {
                    (*min).max(16.min(*max))
                } else {
                    *min
                };
                let count = least + random.below(usize::from(spread) + 1) as u16;
                for _ in 0..count.min(*max) {
                    out.push(random.pick(&bytes) as char);
                }
            }
        }
    }
    out
}

/// Makes a text that a pattern matches; empty where the pattern cannot be read.
fn of_pattern(pattern: &str, random: &mut Random) -> String {
    let mut out = Vec::new();
    if let Ok(hir) = anchor::parse_pattern(pattern) {
        of_hir(&hir, random, &mut out);
    }
    String::from_utf8_lossy(&out).into_owned()
}

fn of_hir(hir: &Hir, random: &mut Random, out: &mut Vec<u8>) {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => out.extend_from_slice(&literal.0),
        HirKind::Class(class) => {
            let bytes: Vec<u8> = match class {
                regex_syntax::hir::Class::Bytes(class) => class
                    .iter()
                    .flat_map(|range| range.start()..=range.end())
                    .collect(),
                regex_syntax::hir::Class::Unicode(class) => class
                    .iter()
                    .flat_map(|range| range.start()..=range.end())
                    .filter_map(|letter| u8::try_from(letter).ok())
                    .collect(),
            };
            let plain: Vec<u8> = bytes
                .iter()
                .copied()
                .filter(u8::is_ascii_alphanumeric)
                .collect();
            out.push(random.pick(if plain.is_empty() { &bytes } else { &plain }));
        }
        HirKind::Repetition(repetition) => {
            let most = repetition.max.unwrap_or(repetition.min.max(24));
            let count = repetition.min.max(most.min(24));
            for _ in 0..count {
                of_hir(&repetition.sub, random, out);
            }
        }
        HirKind::Capture(capture) => of_hir(&capture.sub, random, out),
        HirKind::Concat(parts) => parts.iter().for_each(|part| of_hir(part, random, out)),
        HirKind::Alternation(choices) => {
            if let Some(choice) = choices.first() {
                of_hir(choice, random, out);
            }
        }
    }
}
