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
    if unescaped && memchr::memchr(b'\\', text).is_some() {
        return true;
    }
    let one_of = |patterns: &[&str]| patterns.iter().any(|pattern| stands(pattern, text));
    (recipe.resource.is_empty() || one_of(recipe.resource))
        && recipe
            .with
            .iter()
            .all(|part| one_of(part.keys) && (part.values.is_empty() || one_of(part.values)))
}

/// Whether the longest word of a pattern stands in a text, whatever its case; true for a pattern without a word.
fn stands(pattern: &str, text: &[u8]) -> bool {
    let word = pattern
        .split(ANY)
        .flat_map(|piece| piece.split(|letter: char| !letter.is_ascii_alphanumeric()))
        .max_by_key(|word| word.len())
        .unwrap_or_default()
        .as_bytes();
    let Some(first) = word.first() else {
        return true;
    };
    let mut starts =
        memchr::memchr2_iter(first.to_ascii_lowercase(), first.to_ascii_uppercase(), text);
    starts.any(|at| {
        let there = text.get(at..at + word.len());
        there.is_some_and(|there| there.eq_ignore_ascii_case(word))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_word_is_looked_for_in_any_case() {
        assert!(stands("{any}.scope", b"x SCOPE y"));
        assert!(!stands("{any}.scope", b"x scop"));
        assert!(stands(
            "https://www.googleapis.com/auth/drive",
            b"GOOGLEAPIS"
        ));
        assert!(stands("*:*", b""), "no word, so nothing is known");
    }
}
