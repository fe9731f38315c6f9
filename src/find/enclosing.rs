//! The word that names the block or the call around a key: `provider "hcloud" { token = … }`,
//! `twilio: { authToken: … }`, `digitalocean.Manager(token=…)`.
//!
//! In: text and the offset of a key. Out: where the word stands that names the innermost block. It reads backward a
//! bounded number of bytes and counts brackets; brackets in strings may mislead it, which costs a hint and no more.

use super::beside::{is_name_byte, run_before};
use crate::model::Span;

/// How far the block may have been opened before its key.
const WINDOW: usize = 1500;
/// Words before a block that say what sort it is, not whose.
const SORTS: [&[u8]; 6] = [
    b"provider",
    b"resource",
    b"data",
    b"variable",
    b"module",
    b"backend",
];

/// What is read to find the block around the key at `at`.
pub fn around(at: usize) -> Span {
    Span::new(at.saturating_sub(WINDOW), at)
}

/// The word that names the block around the key at `at`.
pub fn word(text: &[u8], at: usize) -> Option<Span> {
    let floor = at.saturating_sub(WINDOW);
    let open = opening(text, at, floor)?;
    let mut end = open;
    while end > floor && is_gap(text[end - 1]) {
        end -= 1;
    }
    let mut name = run_before(text, end, floor);
    while let Some(label) = label_before(text, name, floor) {
        name = label;
    }
    let word = name.of(text);
    (word.len() > 1 && !SORTS.contains(&word)).then_some(name)
}

/// The bracket that the key stands in.
fn opening(text: &[u8], at: usize, floor: usize) -> Option<usize> {
    let mut closed = 0;
    for (gap, byte) in text[floor..at].iter().enumerate().rev() {
        match byte {
            b'}' | b')' => closed += 1,
            b'{' | b'(' if closed == 0 => return Some(floor + gap),
            b'{' | b'(' => closed -= 1,
            _ => {}
        }
    }
    None
}

/// What may stand between a name and the brace of its block.
fn is_gap(byte: u8) -> bool {
    matches!(
        byte,
        b' ' | b'\t' | b'=' | b':' | b'(' | b'"' | b'\'' | b'>' | b'[' | b'&' | b'\n' | b'\r'
    )
}

/// `provider "aws" "x" {`: the label before a label.
fn label_before(text: &[u8], label: Span, floor: usize) -> Option<Span> {
    let mut end = label.start;
    while end > floor && matches!(text[end - 1], b'"' | b' ') {
        end -= 1;
    }
    let quoted = text.get(end..label.start)? == b"\" \"";
    let name = run_before(text, end, floor);
    (quoted && !name.is_empty() && name.of(text).iter().all(|byte| is_name_byte(*byte)))
        .then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word_of(text: &str) -> String {
        let at = text.find("KEY").unwrap();
        word(text.as_bytes(), at)
            .map(|span| String::from_utf8_lossy(span.of(text.as_bytes())).into_owned())
            .unwrap_or_default()
    }

    #[test]
    fn blocks_of_many_languages_name_their_keys() {
        for text in [
            "provider \"acme\" {\n  KEY = 1",
            "resource \"acme\" \"ci\" {\n  KEY = 1",
            "acme: { KEY: 1",
            "\"acme\": {\n  \"a\": {},\n  \"KEY\": 1",
            "const acme = {\n  KEY: 1",
            "new acme({ KEY: 1",
            "acme => { KEY",
            "x = acme(\"a\", KEY=1",
        ] {
            assert_eq!(word_of(text), "acme", "{text}");
        }
    }

    #[test]
    fn no_block_and_sorts_of_blocks_name_nothing() {
        for text in [
            "KEY = 1",
            "a {}\nKEY = 1",
            "provider {\n KEY",
            "x".repeat(4000).as_str(),
        ] {
            let text = format!("{text} KEY");
            assert_eq!(word_of(&text), "", "{text}");
        }
    }
}
