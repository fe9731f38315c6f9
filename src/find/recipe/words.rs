//! Whether the words of a recipe's parts stand in a file at all: a tree costs far more to read than that to ask.
//!
//! In: a recipe and the bytes of a file. Out: yes or no; it may say yes too often, never no. Keys and values come out of
//! the file as they stand there, except where YAML unescapes them.

use super::file_kind::FileKind;
use crate::model::Recipe;

const ANY: &str = "{any}";

/// Whether all parts of a recipe may stand in a text.
pub(super) fn may_stand(recipe: &Recipe, text: &[u8], kind: FileKind) -> bool {
    let unescaped = matches!(kind, FileKind::Yaml | FileKind::Prose);
    let escapes = match unescaped && memchr::memchr(b'\\', text).is_some() {
        true => Escapes::Behind,
        false => Escapes::Nowhere,
    };
    if escapes == Escapes::Behind && may_spell(text) {
        return true;
    }
    let one_of = |patterns: &[&str]| {
        patterns
            .iter()
            .any(|pattern| stands(pattern, text, escapes))
    };
    (recipe.resource.is_empty() || one_of(recipe.resource))
        && recipe
            .with
            .iter()
            .all(|part| one_of(part.keys) && (part.values.is_empty() || one_of(part.values)))
}

/// Where the letters of an escape may stand beside a word.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Escapes {
    Nowhere,
    /// `\nword`: the letter in front of a word is none of it.
    Behind,
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

/// Letters from the rarest to the most common in source text: searching for a rare one stops less often.
const BY_RARITY: &[u8] = b"qzxjkvwybgfpmuchldrnsioate";

/// Whether the longest word of a pattern stands in a text, whatever its case; true for a pattern without a word.
fn stands(pattern: &str, text: &[u8], escapes: Escapes) -> bool {
    longest_word(pattern).is_none_or(|mut word| {
        word.starts &= escapes == Escapes::Nowhere;
        word.stands_in(text)
    })
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
    fn stands_in(&self, text: &[u8]) -> bool {
        let rarity = |letter: &u8| {
            let same = |other: &u8| letter.eq_ignore_ascii_case(other);
            BY_RARITY.iter().position(same).unwrap_or(0)
        };
        let rarest = self.letters.iter().enumerate();
        let Some((gap, letter)) = rarest.min_by_key(|(_, letter)| rarity(letter)) else {
            return true;
        };
        let (lower, upper) = (letter.to_ascii_lowercase(), letter.to_ascii_uppercase());
        memchr::memchr2_iter(lower, upper, text).any(|found| {
            found
                .checked_sub(gap)
                .is_some_and(|start| self.stands_at(text, start))
        })
    }

    fn stands_at(&self, text: &[u8], start: usize) -> bool {
        let end = start + self.letters.len();
        let is_letter = |at: Option<usize>| {
            let byte = at.and_then(|at| text.get(at));
            byte.is_some_and(u8::is_ascii_alphanumeric)
        };
        text.get(start..end)
            .is_some_and(|there| there.eq_ignore_ascii_case(self.letters))
            && !(self.starts && is_letter(start.checked_sub(1)))
            && !(self.ends && is_letter(Some(end)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_word_is_looked_for_in_any_case() {
        assert!(stands("{any}.scope", b"x SCOPE y", Escapes::Nowhere));
        assert!(!stands("{any}.scope", b"x scop", Escapes::Nowhere));
        let drive = "https://www.googleapis.com/auth/drive";
        assert!(stands(drive, b"(GOOGLEAPIS)", Escapes::Nowhere));
        assert!(
            stands("*:*", b"", Escapes::Nowhere),
            "no word, so nothing is known"
        );
    }

    #[test]
    fn letters_may_stand_only_where_the_pattern_says_any() {
        assert!(!stands("Allow", b"allowed", Escapes::Nowhere));
        assert!(!stands("Allow", b"disallow", Escapes::Nowhere));
        assert!(stands("Allow", b"\"allow\"", Escapes::Nowhere));
        assert!(stands("Allow{any}", b"allowed", Escapes::Nowhere));
        assert!(stands("{any}Allow", b"disallow", Escapes::Nowhere));
        assert!(!stands("{any}-Allow", b"disallow", Escapes::Nowhere));
        assert!(stands("{any}-Allow", b"x-allow", Escapes::Nowhere));
    }

    #[test]
    fn an_escape_hides_no_word() {
        assert!(stands("Allow", b"\"a\\nallow\"", Escapes::Behind));
        assert!(!stands("Allow", b"\"a\\nallowed\"", Escapes::Behind));
        for text in [
            &b"\"\\x41llow\""[..],
            b"\"al\\\n  low\"",
            b"\"\\u0041llow\"",
        ] {
            assert!(may_spell(text));
        }
        assert!(!may_spell(b"\"\\nallow \\t\""));
    }
}
