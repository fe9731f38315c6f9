//! Whether a text fits a recipe's pattern.
//!
//! In: a pattern in which `{any}` stands for any run of characters, and a text. Out: yes or no, and how to show it.
//! A `*` is a star: stars are what many broad lines are made of.

/// What stands for any run of characters.
pub(super) const ANY: &str = "{any}";

/// Whether the whole of `text` fits, case ignored. Most pairs differ in their first byte, so nothing is set up before.
pub(super) fn fits(pattern: &str, text: &str) -> bool {
    let (first, mut pattern) = cut(pattern);
    let Some(mut rest) = strip_start(text, first) else {
        return false;
    };
    while let Some(behind) = pattern {
        let (piece, after) = cut(behind);
        if after.is_none() {
            return rest.len() >= piece.len()
                && rest.is_char_boundary(rest.len() - piece.len())
                && rest[rest.len() - piece.len()..].eq_ignore_ascii_case(piece);
        }
        match find(rest, piece) {
            Some(at) => rest = &rest[at + piece.len()..],
            None => return false,
        }
        pattern = after;
    }
    rest.is_empty()
}

/// A pattern up to its next `{any}`, and what stands behind that.
#[inline]
fn cut(pattern: &str) -> (&str, Option<&str>) {
    let mut from = 0;
    while let Some(gap) = pattern.as_bytes()[from..]
        .iter()
        .position(|byte| *byte == b'{')
    {
        let at = from + gap;
        if pattern[at..].starts_with(ANY) {
            return (&pattern[..at], Some(&pattern[at + ANY.len()..]));
        }
        from = at + 1;
    }
    (pattern, None)
}

/// The first of the patterns that a text fits.
pub(super) fn any<'p>(patterns: &[&'p str], text: &str) -> Option<&'p str> {
    let first = text.as_bytes().first();
    let may_fit = |pattern: &&str| match pattern.as_bytes().first() {
        Some(b'{') | None => true,
        Some(byte) => first.is_some_and(|other| other.eq_ignore_ascii_case(byte)),
    };
    let mut worth = patterns.iter().copied().filter(may_fit);
    worth.find(|pattern| fits(pattern, text))
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
