//! How far a literal is read, whether it is found or not.
//!
//! In: text, a mark and what was found behind it. Out: up to where nothing but these bytes decided.

use super::{BRACED, EXPRESSION, Literal, VALUE_WITHIN, skip_prefix, skip_to_value};

/// More white space before a mark is not told from any other.
const SPACES: usize = 64;
/// How far behind a value it is read what closes it, or another value that a scheme leads to.
const CLOSING: usize = 20;
/// The longest line of which is known how far it was read.
const LINE: usize = 2048;

/// How far `literal_after` read to come to what it found, or a little farther; `None` where that is not known.
pub fn read_until(text: &[u8], mark: usize, found: Option<&Literal>) -> Option<usize> {
    let before = &text[mark.saturating_sub(SPACES)..mark];
    if mark > SPACES && before.iter().all(u8::is_ascii_whitespace) {
        return None;
    }
    let Some((start, _)) = skip_to_value(text, mark) else {
        return Some(mark + VALUE_WITHIN);
    };
    let start = skip_prefix(text, start);
    let rest = &text[start..];
    let line = line_of(rest);
    let end_of_found = found.map(|found| found.span.end + CLOSING);
    match rest.first() {
        Some(quote @ (b'"' | b'\'')) => {
            let is_triple = rest.get(1) == Some(quote) && rest.get(2) == Some(quote);
            let goes_on = is_triple || line.is_some_and(|line| line.ends_with(b"\\"));
            let is_empty = rest.get(1) == Some(quote);
            end_of_found
                .or_else(|| (is_empty && !is_triple).then_some(start + CLOSING))
                .or_else(|| Some(start + line.filter(|_| !goes_on)?.len() + CLOSING))
        }
        Some(b'`') => end_of_found,
        Some(b'\\') => end_of_found.or_else(|| Some(start + line?.len() + CLOSING)),
        _ => {
            let expression = &rest[..rest.len().min(EXPRESSION)];
            let has_quote = memchr::memchr3(b'"', b'\'', b'`', expression).is_some();
            let is_inside = found.is_some_and(|found| found.inside);
            let ends = match (end_of_found, line) {
                (Some(end), _) if !has_quote || is_inside => end,
                (end, Some(line)) if !goes_on_behind(line) => {
                    end.unwrap_or(0).max(start + line.len() + CLOSING)
                }
                _ => return None,
            };
            let braced = matches!(rest.first(), Some(b'{')) || rest.starts_with(b"${");
            let within = if braced {
                BRACED
            } else {
                EXPRESSION.min(line.map_or(EXPRESSION, <[u8]>::len))
            };
            Some(ends.max(start + within + CLOSING))
        }
    }
}

/// What stands before the end of a line; `None` where that is far away.
fn line_of(rest: &[u8]) -> Option<&[u8]> {
    match memchr::memchr(b'\n', &rest[..rest.len().min(LINE)]) {
        Some(length) => Some(&rest[..length]),
        None => (rest.len() < LINE).then_some(rest),
    }
}

/// Whether a string on a line may go on behind its end.
fn goes_on_behind(line: &[u8]) -> bool {
    let triple: [&[u8]; 2] = [b"\"\"\"", b"'''"];
    line.contains(&b'`')
        || line.ends_with(b"\\")
        || triple
            .iter()
            .any(|quote| memchr::memmem::find(line, quote).is_some())
}
