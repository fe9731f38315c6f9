//! Whether the keys above a value may name a kind, told from the bytes of the text alone: to read a text as structure
//! takes a hundred times as long, and nearly none of those that hold a long value hold such a key.
//!
//! In: a text of a format, and a name of a kind. Out: no only where no path of keys in the text can be that name, or
//! hold it at an end. Each word of the name must then stand in a key as it is written, its last word at the end of the
//! path or its first word at the start.

use std::cell::RefCell;
use std::collections::HashMap;

use memchr::memmem;

use super::own_key;
use crate::model::{Span, TokenKind};
use crate::syntax::{self, Format};

/// How far before a word a tag or an anchor is looked for.
const PROPERTIES: usize = 256;

/// How far behind a word the end of its key is looked for.
const LONGEST_KEY: usize = 1024;

/// How many first words are kept: a text of more has them looked for where they stand.
const FIRST_WORDS: usize = 4096;

/// The words that keys of one text may hold.
pub(super) struct KeyWords {
    format: Format,
    /// What of the text is read as structure.
    part: Span,
    /// The text in small letters; none where a key may read otherwise than it is written.
    small: Option<Vec<u8>>,
    /// The first words of all paths, where they are known.
    first_words: Option<Vec<Span>>,
    seen: RefCell<HashMap<(Place, &'static str), bool>>,
    /// The kinds that no path can name, by their numbers.
    unnamed: RefCell<Vec<bool>>,
}

/// Where a word stands in a text.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Place {
    Anywhere,
    /// Nothing but marks stands between it and the end of a key.
    EndOfKey,
    /// The same, and the value of the key may go over several lines.
    EndOfOpenKey,
    /// It may be the first word of a path.
    StartOfPath,
}

impl KeyWords {
    pub(super) fn of(format: Format, text: &[u8]) -> Self {
        let part = match format {
            Format::FrontMatter => syntax::front_matter(text).unwrap_or(Span::new(0, 0)),
            _ => Span::new(0, text.len()),
        };
        let text = part.of(text);
        let small = reads_as_written(format, text).then(|| text.to_ascii_lowercase());
        let first_words = match format {
            Format::Yaml | Format::FrontMatter => small.as_deref().and_then(first_words),
            _ => None,
        };
        KeyWords {
            format,
            part,
            small,
            first_words,
            seen: RefCell::default(),
            unnamed: RefCell::default(),
        }
    }

    /// Whether the keys above a value that starts at `at` may name a kind; `number` is its own among all that are asked
    /// for.
    pub(super) fn may_name(&self, number: usize, kind: &TokenKind, text: &[u8], at: usize) -> bool {
        if !self.part.contains(Span::new(at, at)) || self.names_none_of(number) {
            return false;
        }
        if !kind.names.iter().any(|name| self.may_be(name, None)) {
            let mut unnamed = self.unnamed.borrow_mut();
            let length = unnamed.len().max(number + 1);
            unnamed.resize(length, false);
            unnamed[number] = true;
            return false;
        }
        let own = own_key::before(self.format, text, at).map(|key| key.of(text));
        own.is_none() || kind.names.iter().any(|name| self.may_be(name, own))
    }

    /// Whether it is known that no path names the kind of a number.
    pub(super) fn names_none_of(&self, number: usize) -> bool {
        self.unnamed
            .borrow()
            .get(number)
            .is_some_and(|unnamed| *unnamed)
    }

    /// Whether a path of keys may be the name or hold it at an end; `name` may begin and end with `*`. The last key of the
    /// path is `own`, where that is known of the line that the value stands in.
    fn may_be(&self, name: &'static str, own: Option<&[u8]>) -> bool {
        let words = || name.split(['_', '*']).filter(|word| !word.is_empty());
        let at_end = || {
            words().next_back().is_none_or(|word| match own {
                Some(own) => ends_with(own, word) || self.stands(Place::EndOfOpenKey, word),
                None => self.stands(Place::EndOfKey, word),
            })
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
            (Place::EndOfKey, _) if self.format == Format::Json => {
                all.any(|at| ends_json_key(small, at, at + word.len()))
            }
            (Place::EndOfKey, _) => {
                all.any(|at| behind_key(self.format, &small[at + word.len()..]).is_some())
            }
            // Of the formats whose lines are read only YAML has texts of several lines.
            (Place::EndOfOpenKey, _) if self.format == Format::Json => false,
            (Place::EndOfOpenKey, _) => all.any(|at| {
                let behind = behind_key(self.format, &small[at + word.len()..]);
                behind.is_some_and(|behind| behind.starts_with(b"#") || own_key::may_go_on(behind))
            }),
            (Place::StartOfPath, None) => all.any(|at| {
                starts_key(&small[..at])
                    && (self.format != Format::Json || is_in_json_key(small, at + word.len()))
            }),
            (Place::StartOfPath, Some(first)) => {
                first.iter().any(|first| first.of(small).starts_with(word))
            }
        }
    }
}

/// Whether a key ends with a word.
fn ends_with(key: &[u8], word: &str) -> bool {
    let marks = key
        .iter()
        .rev()
        .take_while(|byte| !byte.is_ascii_alphanumeric());
    let key = &key[..key.len() - marks.count()];
    let last = key.len().checked_sub(word.len()).map(|start| &key[start..]);
    last.is_some_and(|last| last.eq_ignore_ascii_case(word.as_bytes()))
        || word.bytes().all(|byte| byte.is_ascii_digit())
}

/// What stands behind a key and its mark, where a key may end before this, with or without quotes.
fn behind_key(format: Format, behind: &[u8]) -> Option<&[u8]> {
    let mut at = 0;
    while let Some(byte) = behind.get(at) {
        match (format, byte) {
            (_, b':') | (Format::Toml, b'=' | b']') => return Some(&behind[at + 1..]),
            // A comment may stand between a key and its colon.
            (Format::Yaml | Format::FrontMatter, b'#') => return Some(&behind[at..]),
            (_, b'\\') => at += 2,
            (_, byte) if byte.is_ascii_alphanumeric() => return None,
            _ => at += 1,
        }
    }
    None
}

/// Whether a word of JSON may end a key: in quotes that a colon follows, or bare behind a bracket, a comma or a comment.
fn ends_json_key(text: &[u8], start: usize, end: usize) -> bool {
    let mut at = end;
    while let Some(byte) = text.get(at) {
        match byte {
            b'"' | b'\'' if is_before_colon(&text[at + 1..]) => return true,
            b'\\' => at += 2,
            byte if byte.is_ascii_alphanumeric() => break,
            _ => at += 1,
        }
    }
    let is_bare = |byte: &&u8| byte.is_ascii_alphanumeric() || b"_$-.".contains(byte);
    let behind = end + text[end..].iter().take_while(is_bare).count();
    let before = text[..start].iter().rev().skip_while(|byte| is_bare(byte));
    let mut before = before
        .take_while(|byte| **byte != b'\n')
        .skip_while(|byte| byte.is_ascii_whitespace());
    is_before_colon(&text[behind..]) && before.next().is_none_or(|byte| b"{,/".contains(byte))
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

/// Whether the string or the bare word around `at` may be a key of JSON.
fn is_in_json_key(text: &[u8], at: usize) -> bool {
    let near = &text[..text.len().min(at + LONGEST_KEY)];
    let bare = near[at..].iter();
    let bare = bare.take_while(|byte| byte.is_ascii_alphanumeric() || b"_$-.".contains(byte));
    is_before_colon(&text[at + bare.count()..])
        || [b'"', b'\'']
            .iter()
            .any(|quote| match end_of_string(near, at, *quote) {
                Some(end) => is_before_colon(&text[end + 1..]),
                None => near.len() < text.len(),
            })
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
        Format::Json => !spells_a_key(text, b"\"'", |letter| !b"\"\\/bfnrt".contains(&letter)),
        Format::Yaml | Format::FrontMatter => {
            let far_key = |at: usize| may_open_far_key(&text[..at], &text[at + 1..]);
            !memchr::memchr_iter(b'?', text).any(far_key)
                && !spells_a_key(text, b"\"", |letter| b"xuU\n\r".contains(&letter))
        }
        Format::Toml => memchr::memchr(b'\\', text).is_none(),
        // Read as fast as they are looked at.
        Format::Dotenv | Format::Ini => false,
    }
}

/// Whether `?` between these may stand before a key of YAML: first in a line or a list, behind an item's or another key's
/// mark.
fn may_open_far_key(before: &[u8], behind: &[u8]) -> bool {
    let blanks = before.iter().rev();
    let blanks = blanks
        .take_while(|byte| matches!(byte, b' ' | b'\t'))
        .count();
    let before_blanks = &before[..before.len() - blanks];
    behind.first().is_none_or(u8::is_ascii_whitespace)
        && (before_blanks
            .last()
            .is_none_or(|byte| !byte.is_ascii_graphic() || b"[{,-?:".contains(byte))
            || ends_with_properties(before_blanks))
}

/// Whether a key in quotes may hold an escape that takes part in a word: such a key ends with a quote before a colon.
fn spells_a_key(text: &[u8], quotes: &[u8], is_spelling: impl Fn(u8) -> bool) -> bool {
    let mut ends = vec![0; quotes.len()];
    let mut at = 0;
    while let Some(found) = memchr::memchr(b'\\', text.get(at..).unwrap_or_default()) {
        let letter = text.get(at + found + 1);
        at += found + 2;
        if !letter.is_some_and(|letter| is_spelling(*letter)) {
            continue;
        }
        for (end, quote) in ends.iter_mut().zip(quotes) {
            if *end < at {
                *end = end_of_string(text, at, *quote).unwrap_or(text.len());
            }
            if is_before_colon(text.get(*end + 1..).unwrap_or_default()) {
                return true;
            }
        }
        // Up to the next quote all escapes belong to the same strings.
        at = ends.iter().copied().fold(text.len(), usize::min);
    }
    false
}

/// Where a string ends that `from` is inside of.
fn end_of_string(text: &[u8], from: usize, quote: u8) -> Option<usize> {
    let mut at = from;
    loop {
        at += memchr::memchr2(quote, b'\\', text.get(at..)?)?;
        if text[at] == quote {
            return Some(at);
        }
        at += 2;
    }
}

/// Whether a colon stands next, behind space; or a comment, behind which it may.
fn is_before_colon(behind: &[u8]) -> bool {
    let blanks = behind.iter().take_while(|byte| byte.is_ascii_whitespace());
    let next = &behind[blanks.count()..];
    matches!(next, [b':' | b'#', ..] | [b'/', b'/' | b'*', ..])
}

#[cfg(test)]
mod tests;
