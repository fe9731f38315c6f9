//! Whether the words of a recipe's parts stand in a file at all: a tree costs far more to read than that to ask.
//!
//! In: the bytes of a file, and recipes. Out: yes or no; it may say yes too often, never no. Keys and values come out of
//! the file as they stand there, except where YAML unescapes them.

use memchr::memmem;

use super::file_kind::FileKind;
use super::fit::ANY;
use crate::model::Recipe;

/// The words of a text.
pub(super) struct Words {
    /// The text in small letters: words have no case.
    small: Vec<u8>,
    escapes: Escapes,
}

/// Where an escape may stand.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Escapes {
    Nowhere,
    /// `\nword`: the letter in front of a word is none of it.
    Behind,
    /// For a letter, or between two lines that it joins.
    Within,
}

impl Words {
    pub(super) fn of(text: &[u8], kind: FileKind) -> Self {
        let unescaped = matches!(kind, FileKind::Yaml | FileKind::Prose);
        Words {
            small: text.to_ascii_lowercase(),
            escapes: match unescaped && memchr::memchr(b'\\', text).is_some() {
                true if may_spell(text) => Escapes::Within,
                true => Escapes::Behind,
                false => Escapes::Nowhere,
            },
        }
    }

    /// Whether all parts of a recipe may stand in the text.
    pub(super) fn may_make(&self, recipe: &Recipe) -> bool {
        let one_of = |patterns: &[&str]| patterns.iter().any(|pattern| self.may_hold(pattern));
        self.escapes == Escapes::Within
            || (recipe.resource.is_empty() || one_of(recipe.resource))
                && recipe.with.iter().all(|part| {
                    one_of(part.keys) && (part.values.is_empty() || one_of(part.values))
                })
    }

    /// Whether the longest word of a pattern stands in the text, whatever its case; true for a pattern without a word.
    fn may_hold(&self, pattern: &str) -> bool {
        longest_word(pattern).is_none_or(|mut word| {
            word.starts &= self.escapes == Escapes::Nowhere;
            word.stands_in(&self.small)
        })
    }
}

/// Whether an escape may stand for a letter, or join two lines.
fn may_spell(text: &[u8]) -> bool {
    memchr::memchr_iter(b'\\', text)
        .any(|at| matches!(text.get(at + 1), Some(b'x' | b'u' | b'U' | b'\n' | b'\r')))
}

/// A word of a pattern, and whether it ends on each side where a word of the file must end too: only beside `{any}` may
/// letters stand.
struct Word<'p> {
    letters: &'p [u8],
    starts: bool,
    ends: bool,
}

fn longest_word(pattern: &str) -> Option<Word<'_>> {
    let mut longest: Option<Word<'_>> = None;
    let last = pattern.split(ANY).count() - 1;
    for (number, piece) in pattern.split(ANY).enumerate() {
        let mut at = 0;
        for letters in piece.split(|letter: char| !letter.is_ascii_alphanumeric()) {
            let word = Word {
                letters: letters.as_bytes(),
                starts: at > 0 || number == 0,
                ends: at + letters.len() < piece.len() || number == last,
            };
            at += letters.len() + 1;
            if word.letters.len() > longest.as_ref().map_or(0, |word| word.letters.len()) {
                longest = Some(word);
            }
        }
    }
    longest
}

impl Word<'_> {
    /// Whether the word stands in a text of small letters.
    fn stands_in(&self, small: &[u8]) -> bool {
        let is_free = |at: Option<usize>| {
            let byte = at.and_then(|at| small.get(at));
            byte.is_none_or(|byte| !byte.is_ascii_alphanumeric())
        };
        memmem::find_iter(small, &self.letters.to_ascii_lowercase()).any(|start| {
            let end = start + self.letters.len();
            (!self.starts || is_free(start.checked_sub(1))) && (!self.ends || is_free(Some(end)))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn may_hold(pattern: &str, text: &[u8]) -> bool {
        Words::of(text, FileKind::Yaml).may_hold(pattern)
    }

    #[test]
    fn the_longest_word_is_looked_for_in_any_case() {
        assert!(may_hold("{any}.scope", b"x SCOPE y"));
        assert!(!may_hold("{any}.scope", b"x scop"));
        let drive = "https://www.googleapis.com/auth/drive";
        assert!(may_hold(drive, b"(GOOGLEAPIS)"));
        assert!(may_hold("*:*", b""), "no word, so nothing is known");
    }

    #[test]
    fn letters_may_stand_only_where_the_pattern_says_any() {
        assert!(!may_hold("Allow", b"allowed"));
        assert!(!may_hold("Allow", b"disallow"));
        assert!(may_hold("Allow", b"\"allow\""));
        assert!(may_hold("Allow{any}", b"allowed"));
        assert!(may_hold("{any}Allow", b"disallow"));
        assert!(!may_hold("{any}-Allow", b"disallow"));
        assert!(may_hold("{any}-Allow", b"x-allow"));
    }

    #[test]
    fn an_escape_hides_no_word() {
        assert!(may_hold("Allow", b"\"a\\nallow\""));
        assert!(!may_hold("Allow", b"\"a\\nallowed\""));
        for text in [
            &b"\"\\x41llow\""[..],
            b"\"al\\\n  low\"",
            b"\"\\u0041llow\"",
        ] {
            assert!(Words::of(text, FileKind::Yaml).escapes == Escapes::Within);
            assert!(Words::of(text, FileKind::Slash).escapes == Escapes::Nowhere);
        }
        let text = b"\"\\nallow \\t\"";
        assert!(Words::of(text, FileKind::Yaml).escapes == Escapes::Behind);
    }
}
