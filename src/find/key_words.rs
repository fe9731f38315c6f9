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
        column.get_or_insert(indent);
        let at = start + indent + marks.len();
        first.push(Span::new(at, at + word.len()));
    }
    Some(first)
}

/// Whether a tag or an anchor of YAML may stand at the end.
fn ends_with_properties(before: &[u8]) -> bool {
    let from = before.len().saturating_sub(PROPERTIES);
    let blank = before[from..].iter().rposition(u8::is_ascii_whitespace);
    match blank {
        Some(blank) => memchr::memchr2(b'&', b'!', &before[from + blank..]).is_some(),
        None => true,
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
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::find::keyed::name_of_keys;
    use crate::rules::name;
    use crate::syntax;

    const NAMES: [&str; 8] = [
        "POSTGRES_PASSWORD",
        "PASSWORD",
        "ACME_API_KEY",
        "PGPASSWORD",
        "X_0",
        "*_KEY",
        "TOKEN*",
        "*SECRET*",
    ];

    fn may_be(format: Format, text: &str, name: &'static str) -> bool {
        KeyWords::of(format, text.as_bytes()).may_be(name)
    }

    #[test]
    fn a_lock_file_names_no_password() {
        let lock = "lockfileVersion: '9.0'\n\nsettings:\n  autoInstallPeers: true\n\nimporters:\n\n  .:\n    \
                    dependencies:\n      postgres:\n        specifier: ^3\n        version: 3.4\n      \
                    '@acme/password-prompt':\n        specifier: ^1\n        version: 1.1(postgres@3.4)\n";
        assert!(!may_be(Format::Yaml, lock, "POSTGRES_PASSWORD"));
        let named = format!("{lock}postgres:\n  password: x\n");
        assert!(may_be(Format::Yaml, &named, "POSTGRES_PASSWORD"));
        assert!(!may_be(Format::Yaml, &named, "MYSQL_PASSWORD"));
    }

    #[test]
    fn a_key_that_reads_otherwise_than_it_is_written_may_be_anything() {
        for (format, text) in [
            (Format::Json, r#"{"a": "\\\u0070"}"#),
            (Format::Json, "{\"pass\\\nword\": 1}"),
            (Format::Yaml, "\"pass\\x77ord\": 1\n"),
            (Format::Yaml, "? password # of what\n: 1\n"),
            (Format::Toml, "\"pass\\u0077ord\" = 1\n"),
            (Format::Dotenv, "A=1\n"),
        ] {
            assert!(may_be(format, text, "PASSWORD"), "{text}");
        }
        assert!(!may_be(Format::Json, r#"{"a\n\\": "u0070"}"#, "PASSWORD"));
        assert!(!may_be(
            Format::Yaml,
            "a: really? yes\n",
            "POSTGRES_PASSWORD"
        ));
    }

    fn key() -> impl Strategy<Value = String> {
        let part = prop::sample::select(vec![
            "postgres",
            "Password",
            "PASSWORD",
            "pgpassword",
            "acme",
            "Api",
            "API",
            "key",
            "token",
            "secret",
            "x",
            "0",
            "-",
            "_",
            ".",
            " ",
            "é",
            "/",
        ]);
        prop::collection::vec(part, 1..4).prop_map(|parts| parts.concat())
    }

    /// How a key is written: bare, in quotes, behind an anchor or a tag, before a comment, as a far key, with an escape.
    fn written(format: Format, key: &str, way: u8) -> String {
        let key = key.trim();
        match (format, way) {
            (Format::Json, 0) => format!("/* a */ \"{key}\" /* b */ :"),
            (Format::Json, 1) => format!("\"{key}\\n\":"),
            (Format::Json, 2) => format!("\"\\t{key}\" // c\n :"),
            (Format::Json, _) => format!("\"{key}\":"),
            (Format::Yaml, 0) => format!("&a0 \"{key}\" : "),
            (Format::Yaml, 1) => format!("!!str '{key}': "),
            (Format::Yaml, 2) => format!("[{{a: '{key}'}}]: "),
            (Format::Yaml, 3) => format!("? '{key}' # c\n: "),
            (Format::Yaml, _) => format!("'{key}': "),
            (_, 0) => format!("\"{key}\" = "),
            (_, _) => format!("'{key}'='x'\n'{key}2'="),
        }
    }

    /// A text of nested keys, in one line or in several.
    fn text(format: Format, keys: &[(String, u8)], lines: bool) -> String {
        let gap = if lines { "\n" } else { " " };
        match format {
            Format::Toml => {
                let [above @ .., (last, way)] = keys else {
                    return String::new();
                };
                let above: Vec<_> = above.iter().map(|(key, _)| format!("'{key}'")).collect();
                let header = format!("[ {} ]", above.join(" . "));
                let header = if above.is_empty() { "" } else { &header };
                format!("{header}\n{}'value'\n", written(format, last, *way))
            }
            Format::Yaml if lines => {
                let mut text = String::new();
                for (depth, (key, way)) in keys.iter().enumerate() {
                    let indent = "  ".repeat(depth);
                    let key = written(format, key, *way).replace('\n', &format!("\n{indent}"));
                    text.push_str(&format!("{indent}{key}\n"));
                }
                format!("{text}{}value\n", "  ".repeat(keys.len()))
            }
            _ => {
                let open: String = keys
                    .iter()
                    .map(|(key, way)| format!("{{{gap}{}{gap}", written(format, key, *way)))
                    .collect();
                format!("{open}\"value\"{}\n", "}".repeat(keys.len()))
            }
        }
    }

    proptest! {
        #[test]
        fn no_name_of_a_key_path_is_ruled_out(
            format in prop::sample::select(vec![Format::Json, Format::Yaml, Format::Toml]),
            keys in prop::collection::vec((key(), 0u8..6), 1..5),
            lines: bool,
            column in 0usize..3,
            before in prop::sample::select(vec!["", "# c\n", "---\n", "a: 1\n---\n", "\u{feff}", "\n", "k:\n- a\n"]),
        ) {
            let text = text(format, &keys, lines);
            let text = match format {
                Format::Yaml => {
                    let indent = " ".repeat(column);
                    format!("{before}{indent}{}", text.trim_end().replace('\n', &format!("\n{indent}")))
                }
                _ => text,
            };
            let document = syntax::parse(format, text.as_bytes());
            let words = KeyWords::of(format, text.as_bytes());
            for leaf in document.iter().flat_map(|document| document.leaves()) {
                let path = name_of_keys(&leaf).unwrap_or_default();
                for name in NAMES.iter().filter(|name| name::holds(&path, name)) {
                    prop_assert!(words.may_be(name), "{name} is {path} in {text}");
                }
            }
        }

        #[test]
        fn most_texts_of_the_property_are_read(
            keys in prop::collection::vec((key(), 4u8..6), 1..5),
            lines: bool,
        ) {
            for format in [Format::Json, Format::Yaml, Format::Toml] {
                let text = text(format, &keys, lines);
                prop_assert!(syntax::parse(format, text.as_bytes()).is_ok(), "{text}");
            }
        }
    }
}
