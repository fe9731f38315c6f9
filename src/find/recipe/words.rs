//! Whether all words of a recipe stand in a text at all, before the text is read as structure.
//!
//! In: a text and a recipe. Out: yes or no. It may say yes too often, never no: every path and value that a recipe names
//! is written somewhere, each word in one piece.

use super::file_kind::FileKind;
use crate::model::Recipe;

/// Whether a text that is read as `kind` may be a recipe.
pub(super) fn may_stand(text: &str, kind: FileKind, recipe: &Recipe) -> bool {
    // Only YAML is read with its escapes, behind which any word may hide.
    if kind == FileKind::Yaml && memchr::memchr(b'\\', text.as_bytes()).is_some() {
        return true;
    }
    let stands = |pattern: &&str| stands(text.as_bytes(), longest_word(pattern).as_bytes());
    let key_stands = |key: &&str| stands(&key.rsplit('.').next().unwrap_or(key));
    (recipe.resource.is_empty() || recipe.resource.iter().any(stands))
        && recipe.with.iter().all(|part| {
            (part.values.is_empty() || part.values.iter().any(stands))
                && part.keys.iter().any(key_stands)
        })
}

/// The longest piece of a pattern that stands in a text as it is.
fn longest_word(pattern: &str) -> &str {
    let pieces = pattern.split("{any}").flat_map(|piece| piece.split(' '));
    pieces.max_by_key(|piece| piece.len()).unwrap_or_default()
}

/// Whether a word stands in a text, whatever its case.
fn stands(text: &[u8], word: &[u8]) -> bool {
    let Some(first) = word.first() else {
        return true;
    };
    let (lower, upper) = (first.to_ascii_lowercase(), first.to_ascii_uppercase());
    memchr::memchr2_iter(lower, upper, text).any(|at| {
        let there = text.get(at..at + word.len());
        there.is_some_and(|there| there.eq_ignore_ascii_case(word))
    })
}
