//! Whether a text fits a recipe's pattern.
//!
//! In: a pattern in which `{any}` stands for any run of characters, and a text. Out: yes or no, and how to show it.
//! A `*` is a star: stars are what many broad lines are made of.

const ANY: &str = "{any}";

/// Whether the whole of `text` fits, case ignored.
pub(super) fn fits(pattern: &str, text: &str) -> bool {
    let mut pieces = pattern.split(ANY);
    let first = pieces.next().unwrap_or_default();
    let Some(mut rest) = strip_start(text, first) else {
        return false;
    };
    let pieces: Vec<&str> = pieces.collect();
    let Some((last, middle)) = pieces.split_last() else {
        return rest.is_empty();
    };
    for piece in middle {
        match find(rest, piece) {
            Some(at) => rest = &rest[at + piece.len()..],
            None => return false,
        }
    }
    rest.len() >= last.len()
        && rest.is_char_boundary(rest.len() - last.len())
        && rest[rest.len() - last.len()..].eq_ignore_ascii_case(last)
}

/// The first of the patterns that a text fits.
pub(super) fn any<'p>(patterns: &[&'p str], text: &str) -> Option<&'p str> {
    patterns.iter().copied().find(|pattern| fits(pattern, text))
}

/// A pattern as people see it.
pub(super) fn shown(pattern: &str) -> String {
    pattern.replace(ANY, "…")
}

fn strip_start<'t>(text: &'t str, start: &str) -> Option<&'t str> {
    let head = text.get(..start.len())?;
    head.eq_ignore_ascii_case(start)
        .then(|| &text[start.len()..])
}

/// Finds a text whatever its case.
pub(super) fn find(text: &str, part: &str) -> Option<usize> {
    if part.is_empty() {
        return Some(0);
    }
    text.as_bytes()
        .windows(part.len())
        .position(|window| window.eq_ignore_ascii_case(part.as_bytes()))
        .filter(|at| text.is_char_boundary(*at) && text.is_char_boundary(at + part.len()))
}
