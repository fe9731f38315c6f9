//! Reads the value that an assignment mark leads to, in any of the languages that agents read.
//!
//! In: text and the offset of a mark. Out: where the literal stands, without quotes and without a scheme such as
//! `Bearer`. It reads forward only, a bounded number of bytes, and knows no grammar.

mod reach;

use super::escaped;
use super::marks::set_of;
use super::scheme::SCHEMES;
use crate::model::Span;

pub use reach::read_until;

/// The longest literal that is read.
const LONGEST: usize = 16 * 1024;
/// The longest literal without quotes.
const LONGEST_BARE: usize = 2048;
/// How many bytes of an expression are searched for a literal in it.
const EXPRESSION: usize = 160;
/// How far behind its mark a value may start.
const VALUE_WITHIN: usize = 300;
/// How far behind its start a reference in braces may end.
const BRACED: usize = 400;

/// A literal, as it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Literal {
    pub span: Span,
    /// Whether quotes stand around it.
    pub quoted: bool,
    /// Whether it stands in an expression, not right behind the mark.
    pub inside: bool,
}

/// The literal behind the mark at `mark`.
pub fn literal_after(text: &[u8], mark: usize) -> Option<Literal> {
    let (mut at, crossed) = skip_to_value(text, mark)?;
    at = skip_prefix(text, at);
    let found = match *text.get(at)? {
        b'"' | b'\'' | b'`' => quoted(text, at)?,
        b'\\' if escaped::quote(text, at).is_some() => literal_of(escaped::inside(text, at)?)?,
        _ => bare(text, at, crossed)?,
    };
    let found = without_scheme(text, shell_default(text, unescaped(text, found)));
    Some(after_own_scheme(text, mark, found))
}

/// `Authorization: Splunk v`, without quotes around the value.
fn after_own_scheme(text: &[u8], mark: usize, found: Literal) -> Literal {
    let header = text[..mark].trim_ascii_end();
    let tail = &header[header.len().saturating_sub(b"uthorization".len())..];
    let word = found.span.of(text);
    let is_scheme = !found.quoted
        && word.len() <= 20
        && word
            .iter()
            .all(|byte| byte.is_ascii_alphabetic() || *byte == b'-');
    if !is_scheme || !tail.eq_ignore_ascii_case(b"uthorization") {
        return found;
    }
    bare_after_scheme(text, found)
}

/// Skips from a mark to the first byte of the value; says whether a line ended between.
fn skip_to_value(text: &[u8], mark: usize) -> Option<(usize, bool)> {
    let mut at = mark + 1;
    while matches!(text.get(at), Some(b'=' | b'>' | b':' | b'~')) && at < mark + 4 {
        at += 1;
    }
    let mut lines = 0;
    let mut opened = 0;
    let limit = mark + VALUE_WITHIN;
    while at < limit {
        match text.get(at)? {
            b' ' | b'\t' | b'\r' => at += 1,
            b'\n' if lines < 2 => {
                lines += 1;
                at += 1;
            }
            b'\\' if matches!(text.get(at + 1), Some(b'\n')) => at += 1,
            b'[' if text[at..].starts_with(b"[]byte(") => at += b"[]byte(".len(),
            b'*' if lines == 0 && text.get(at + 1) == Some(&b'*') => at += 2,
            b'(' | b'[' | b'&' | b'+' if opened < 2 => {
                opened += 1;
                at += 1;
            }
            b'|' | b'>' if block_marker(text, at).is_some() => at = block_marker(text, at)?,
            _ => return Some((at, lines > 0)),
        }
    }
    None
}

/// The end of a YAML block marker, `|-` or `>`, at the end of its line.
fn block_marker(text: &[u8], at: usize) -> Option<usize> {
    let mut end = at + 1;
    while matches!(text.get(end), Some(b'-' | b'+' | b'0'..=b'9' | b'\r')) && end < at + 4 {
        end += 1;
    }
    (text.get(end) == Some(&b'\n')).then_some(end)
}

/// Skips the letters that languages put before a quote: `b"`, `f'`, `r#"`, `@"`.
fn skip_prefix(text: &[u8], at: usize) -> usize {
    let mut end = at;
    while end < at + 4
        && matches!(
            text.get(end),
            Some(b'a'..=b'z' | b'A'..=b'Z' | b'@' | b'$' | b'#')
        )
    {
        end += 1;
        if matches!(text.get(end), Some(b'"' | b'\'')) {
            return end;
        }
    }
    at
}

fn quoted(text: &[u8], open: usize) -> Option<Literal> {
    let quote = text[open];
    let triple = text.get(open..open + 3) == Some(&[quote; 3]);
    let start = if triple { open + 3 } else { open + 1 };
    let mut at = start;
    let limit = text.len().min(start + LONGEST);
    while at < limit {
        match text[at] {
            b'\\' => at += 1,
            b'\n' if !triple && quote != b'`' => return None,
            byte if byte == quote && (!triple || text.get(at..at + 3) == Some(&[quote; 3])) => {
                return literal(start, at, true);
            }
            _ => {}
        }
        at += 1;
    }
    None
}

/// A string that holds nothing but a string: `"\"value\""`.
fn unescaped(text: &[u8], found: Literal) -> Literal {
    let value = found.span.of(text);
    let inner = value.len() > 4 && value.starts_with(b"\\\"") && value.ends_with(b"\\\"");
    match found.quoted && inner {
        true => Literal {
            span: Span::new(found.span.start + 2, found.span.end - 2),
            ..found
        },
        false => found,
    }
}

/// A string inside a string: `\"value\"`.
fn literal_of(span: Span) -> Option<Literal> {
    literal(span.start, span.end, true)
}

/// Bytes that end a literal without quotes.
static ENDS_BARE: [bool; 256] = set_of(b" \t\n\x0c\r\"'`,;<)]}|");

fn bare(text: &[u8], start: usize, crossed: bool) -> Option<Literal> {
    let rest = &text[start..text.len().min(start + LONGEST_BARE)];
    let length = rest
        .iter()
        .position(|byte| ENDS_BARE[usize::from(*byte)])
        .unwrap_or(rest.len());
    let mut end = start + length;
    if text[start..end].starts_with(b"${") || text[start..end].starts_with(b"{") {
        let close = rest.iter().take(BRACED).position(|byte| *byte == b'}');
        end = close.map_or(end, |close| start + close + 1).max(end);
    }
    if let Some(inside) = in_expression(text, start, end) {
        return Some(inside);
    }
    let next = text.get(end).copied().unwrap_or(b'\n');
    if crossed
        && (next == b':' || text[start..end].ends_with(b":") || text[start..end].contains(&b'='))
    {
        return None;
    }
    literal(start, end, false)
}

/// A literal further on in an expression: `env.X || "v"`, `get(X) ?? "v"`, `Some("v")`, `String::from("v")`.
fn in_expression(text: &[u8], start: usize, end: usize) -> Option<Literal> {
    let word = &text[start..end];
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || b"_.:$([!&*".contains(byte);
    if !word.first().is_some_and(is_word) {
        return None;
    }
    let limit = text.len().min(start + EXPRESSION);
    let line_end = memchr::memchr(b'\n', &text[start..limit]).map_or(limit, |at| start + at);
    let line = &text[start..line_end];
    // Most expressions hold no literal at all.
    memchr::memchr3(b'"', b'\'', b'`', line)?;
    let call = word.contains(&b'(') && word.first().is_some_and(u8::is_ascii_alphabetic);
    let operator =
        (0..line.len()).find_map(|at| operator_length(&line[at..]).map(|length| at + length));
    let from = match (operator, call) {
        (Some(at), _) => start + at,
        (None, true) => start + word.iter().position(|byte| *byte == b'(')? + 1,
        _ => return None,
    };
    let open = (from..line_end).find(|at| matches!(text[*at], b'"' | b'\'' | b'`'))?;
    if operator.is_none()
        && text[from..open]
            .iter()
            .any(|byte| !matches!(byte, b' ' | b'&' | b'b' | b'r' | b'f'))
    {
        return None;
    }
    let mut found = quoted(text, open)?;
    found.inside = true;
    let behind = text.get(found.span.end + 1).copied().unwrap_or(b'\n');
    (operator.is_some() || matches!(behind, b')' | b'.')).then_some(found)
}

/// The length of an operator before a default, at the start of `rest`.
fn operator_length(rest: &[u8]) -> Option<usize> {
    let operators: &[&[u8]] = match rest.first()? {
        b'|' => &[b"||"],
        b'?' => &[b"??", b"?:"],
        b' ' => &[b" or ", b" if "],
        _ => return None,
    };
    operators
        .iter()
        .find(|operator| rest.starts_with(operator))
        .map(|operator| operator.len())
}

fn literal(start: usize, end: usize, quoted: bool) -> Option<Literal> {
    (end > start).then_some(Literal {
        span: Span::new(start, end),
        quoted,
        inside: false,
    })
}

/// `${NAME:-literal}` and `${name:literal}` are the literal; the whole stays where nothing follows.
fn shell_default(text: &[u8], found: Literal) -> Literal {
    let value = found.span.of(text);
    let Some(inner) = value
        .strip_prefix(b"${")
        .and_then(|rest| rest.strip_suffix(b"}"))
    else {
        return found;
    };
    let shell = memchr::memmem::find(inner, b":-").or_else(|| memchr::memmem::find(inner, b":="));
    let spring = || {
        let colon = inner.iter().position(|byte| *byte == b':')?;
        let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"_.-".contains(byte);
        let refused = matches!(inner.get(colon + 1), None | Some(b'?' | b'+' | b'$' | b'{'));
        (inner[..colon].iter().all(plain) && !refused).then_some(colon + 1)
    };
    let Some(cut) = shell.map(|at| at + 2).or_else(spring) else {
        return found;
    };
    Literal {
        span: Span::new(found.span.start + 2 + cut, found.span.end - 1),
        inside: true,
        ..found
    }
}

fn without_scheme(text: &[u8], found: Literal) -> Literal {
    let value = found.span.of(text);
    for scheme in SCHEMES {
        let Some(head) = value.get(..scheme.len()) else {
            continue;
        };
        if !head.eq_ignore_ascii_case(scheme) {
            continue;
        }
        let gap = value[scheme.len()..]
            .iter()
            .take_while(|byte| **byte == b' ')
            .count();
        if gap > 0 {
            let rest = &value[scheme.len() + gap..];
            let assigned = if rest.starts_with(b"token=") {
                b"token=".len()
            } else {
                0
            };
            return Literal {
                span: Span::new(
                    found.span.start + scheme.len() + gap + assigned,
                    found.span.end,
                ),
                ..found
            };
        }
        if !found.quoted && value.len() == scheme.len() {
            return bare_after_scheme(text, found);
        }
    }
    other_scheme(text, found)
}

/// A scheme of a provider's own: `FlyV1 v`, `Splunk v`, `Token token=v`.
fn other_scheme(text: &[u8], found: Literal) -> Literal {
    let value = found.span.of(text);
    let mut parts = value.split(|byte| *byte == b' ');
    let (Some(first), Some(second), None) = (parts.next(), parts.next(), parts.next()) else {
        return found;
    };
    let is_scheme = (2..=20).contains(&first.len())
        && first
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-');
    let assigned = if second.starts_with(b"token=") {
        b"token=".len()
    } else {
        0
    };
    if !is_scheme || second.len() < 16 || !second.iter().any(u8::is_ascii_digit) {
        return found;
    }
    Literal {
        span: Span::new(
            found.span.start + first.len() + 1 + assigned,
            found.span.end,
        ),
        ..found
    }
}

/// The next word, where a bare value was only the scheme: `Authorization: Bearer v`.
fn bare_after_scheme(text: &[u8], found: Literal) -> Literal {
    let gap = text[found.span.end..]
        .iter()
        .take(4)
        .take_while(|byte| **byte == b' ')
        .count();
    let start = found.span.end + gap;
    match (gap > 0)
        .then(|| bare(text, start.min(text.len()), false))
        .flatten()
    {
        Some(next) if !next.inside => {
            let assigned = if next.span.of(text).starts_with(b"token=") {
                b"token=".len()
            } else {
                0
            };
            Literal {
                span: Span::new(next.span.start + assigned, next.span.end),
                ..next
            }
        }
        _ => found,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<&str> {
        let mark = text.find(['=', ':', ',', '>']).unwrap();
        let found = literal_after(text.as_bytes(), mark)?;
        std::str::from_utf8(found.span.of(text.as_bytes())).ok()
    }

    #[test]
    fn values_of_many_languages_are_read() {
        for text in [
            "KEY=v4lue",
            "key: v4lue",
            "key: \"v4lue\"",
            "key = 'v4lue';",
            "\"key\" => 'v4lue',",
            "key := `v4lue`",
            "<key>v4lue</key>",
            "key:\n  v4lue\n",
            "key: |\n  v4lue\n",
            "key =\n  \"v4lue\"",
            "k = os.environ.get('K') or 'v4lue'",
            "k = env.K || \"v4lue\"",
            "k = Some(\"v4lue\")",
            "k = b'v4lue'",
            "K=${K:-v4lue}",
            "Authorization: Bearer v4lue",
            "\\\"key\\\": \\\"v4lue\\\"",
            "k = String::from(\"v4lue\")",
        ] {
            assert_eq!(read(text), Some("v4lue"), "{text}");
        }
    }

    #[test]
    fn a_parent_key_has_no_value() {
        assert_eq!(read("key:\n  name: x\n"), None);
    }
}
