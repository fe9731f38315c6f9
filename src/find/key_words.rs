//! Whether the keys above a value may name a kind, told from the bytes of the text alone: to read a text as structure
//! takes a hundred times as long, and nearly none of those that hold a long value hold such a key.
//!
//! In: a text of a format, and a name of a kind. Out: no only where no path of keys in the text can be that name, or
//! hold it at an end. Each word of the name must then stand in a key as it is written, its last word at the end of the
//! path or its first word at the start.

use std::cell::RefCell;
use std::collections::HashMap;

use memchr::memmem;

use crate::model::Span;
use crate::syntax::Format;

/// How far before a word a tag or an anchor is looked for.
const PROPERTIES: usize = 256;

/// How many first words are kept: a text of more has them looked for where they stand.
const FIRST_WORDS: usize = 4096;

/// The words that keys of one text may hold.
pub(super) struct KeyWords {
    /// The text in small letters; none where a key may read otherwise than it is written.
    small: Option<Vec<u8>>,
    /// The first words of all paths, where they are known.
    first_words: Option<Vec<Span>>,
    seen: RefCell<HashMap<(Place, &'static str), bool>>,
}

/// Where a word stands in a text.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Place {
    Anywhere,
    /// Nothing but marks stands between it and the end of a key.
    EndOfKey,
    /// It may be the first word of a path.
    StartOfPath,
}

impl KeyWords {
    pub(super) fn of(format: Format, text: &[u8]) -> Self {
        let small = reads_as_written(format, text).then(|| text.to_ascii_lowercase());
        let first_words = match format {
            Format::Yaml => small.as_deref().and_then(first_words),
            _ => None,
        };
        KeyWords {
            small,
            first_words,
            seen: RefCell::default(),
        }
    }

    /// Whether a path of keys may be the name or hold it at an end; `name` may begin and end with `*`.
    pub(super) fn may_be(&self, name: &'static str) -> bool {
        let words = || name.split(['_', '*']).filter(|word| !word.is_empty());
        let at_end = || {
            words()
                .next_back()
                .is_none_or(|word| self.stands(Place::EndOfKey, word))
        };
        let at_start = || {
            words()
                .next()
                .is_none_or(|word| self.stands(Place::StartOfPath, word))
        };
        let has_place = match (name.starts_with('*'), name.ends_with('*')) {
            (true, true) => true,
            (true, false) => at_end(),
            (false, true) => at_start(),
            (false, false) => at_end() || at_start(),
        };
        has_place && words().all(|word| self.stands(Place::Anywhere, word))
    }

    fn stands(&self, place: Place, word: &'static str) -> bool {
        let Some(small) = &self.small else {
            return true;
        };
        // Items of lists are keys too, by their number.
        if word.bytes().all(|byte| byte.is_ascii_digit()) {
            return true;
        }
        let look = || self.looks(place, small, word.to_ascii_lowercase().as_bytes());
        *self
            .seen
            .borrow_mut()
            .entry((place, word))
            .or_insert_with(look)
    }

    fn looks(&self, place: Place, small: &[u8], word: &[u8]) -> bool {
        let mut all = memmem::find_iter(small, word);
        match (place, &self.first_words) {
            (Place::Anywhere, _) => all.next().is_some(),
            (Place::EndOfKey, _) => all.any(|at| ends_key(&small[at + word.len()..])),
            (Place::StartOfPath, None) => all.any(|at| starts_key(&small[..at])),
            (Place::StartOfPath, Some(first)) => {
                first.iter().any(|first| first.of(small).starts_with(word))
            }
        }
    }
}

/// Whether a key may end before this; a comment may stand between a key and its colon.
fn ends_key(behind: &[u8]) -> bool {
    let mut at = 0;
    while let Some(byte) = behind.get(at) {
        match byte {
            b':' | b'=' | b']' | b'/' => return true,
            b'\\' => at += 2,
            byte if byte.is_ascii_alphanumeric() => return false,
            _ => at += 1,
        }
    }
    false
}

/// Whether a first key may start behind this.
fn starts_key(before: &[u8]) -> bool {
    let is_mark = |byte: &u8| !byte.is_ascii_alphanumeric() && !matches!(byte, b'\n' | b'\r');
    let start = before.len() - before.iter().rev().take_while(|byte| is_mark(byte)).count();
    // In lists in brackets, behind comments, escapes and signs of YAML.
    if before[start..].iter().any(|byte| b"{[,*?\\".contains(byte)) {
        return true;
    }
    match &before[..start] {
        [] | [.., b'\n' | b'\r'] | [.., b'\\', _] => true,
        before => ends_with_properties(before),
    }
}

/// The words that lines of a block of YAML begin with, where one block of keys is the whole text.
fn first_words(text: &[u8]) -> Option<Vec<Span>> {
    let mut first: Vec<Span> = Vec::new();
    let mut column = None;
    let ends = memchr::memchr2_iter(b'\n', b'\r', text).map(|end| end + 1);
    for start in std::iter::once(0).chain(ends) {
        let line = &text[start..];
        let indent = line.iter().take_while(|byte| **byte == b' ').count();
        if column.is_some_and(|column| indent > column) {
            continue;
        }
        let rest = &line[indent..];
        let is_mark = |byte: &&u8| !byte.is_ascii_alphanumeric() && !matches!(byte, b'\n' | b'\r');
        let marks = &rest[..rest.iter().take_while(is_mark).count()];
        let word = &rest[marks.len()..];
        let word = &word[..word
            .iter()
            .take_while(|byte| byte.is_ascii_alphanumeric())
            .count()];
        match marks {
            // A comment; an item of a list, which is no path's first key.
            [b'#', ..] | [b'-', b' ', ..] => continue,
            _ if marks.trim_ascii().is_empty() && word.is_empty() => continue,
            [] | [b'"' | b'\''] => {}
            // A second document, brackets, a key without words, an anchor: the first words of paths stand elsewhere.
            _ => return None,
        }
        if first.len() == FIRST_WORDS {
            return None;
        }
        column.get_or_insert(indent);
        let at = start + indent + marks.len();
        first.push(Span::new(at, at + word.len()));
    }
    Some(first)
}

/// Whether a tag or an anchor of YAML may stand at the end.
fn ends_with_properties(before: &[u8]) -> bool {
    let from = before.len().saturating_sub(PROPERTIES);
    let near = &before[from..];
    match near.iter().rposition(u8::is_ascii_whitespace) {
        None if from > 0 => true,
        blank => memchr::memchr2(b'&', b'!', &near[blank.unwrap_or(0)..]).is_some(),
    }
}

/// Whether every key reads as it is written, between two marks.
fn reads_as_written(format: Format, text: &[u8]) -> bool {
    match format {
        Format::Json => reads_as_written_in_json(text),
        Format::Yaml | Format::FrontMatter => {
            let is_far_key = |at: usize| {
                let starts = |byte: &u8| !byte.is_ascii_graphic() || b"[{,".contains(byte);
                let ends = |byte: &u8| byte.is_ascii_whitespace();
                text[..at].last().is_none_or(starts) && text.get(at + 1).is_none_or(ends)
            };
            !memchr::memchr2_iter(b'\\', b'?', text).any(|at| text[at] == b'\\' || is_far_key(at))
        }
        Format::Toml => memchr::memchr(b'\\', text).is_none(),
        // Read as fast as they are looked at.
        Format::Dotenv | Format::Ini => false,
    }
}

/// Whether every escape is one that takes no part in a word.
fn reads_as_written_in_json(text: &[u8]) -> bool {
    let mut rest = text;
    while let Some(at) = memchr::memchr(b'\\', rest) {
        match rest.get(at + 1) {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => {
                rest = &rest[at + 2..];
            }
            _ => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests;
