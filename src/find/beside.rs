//! Reads what stands left of a value: the name it is assigned to, its header, its flag.
//!
//! In: text and the offset of a value. Out: a name as written, and what sort of name it is. It reads backward only, a
//! bounded number of bytes, and knows no grammar.

use super::{scheme, sibling};
use crate::model::Span;

/// How many bytes left of a value are read.
const WINDOW: usize = 400;

/// Types that stand where a name would.
const TYPES: [&[u8]; 12] = [
    b"string",
    b"String",
    b"str",
    b"char",
    b"text",
    b"byte",
    b"bytes",
    b"Text",
    b"object",
    b"NSString",
    b"const",
    b"auto",
];

/// What stands left of a value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Left {
    /// Where the name stands; a flag with its dashes.
    pub name: Option<Span>,
    /// The scheme before the value, lower-cased.
    pub scheme: Option<String>,
    /// Whether the name is a flag.
    pub flag: bool,
    /// Whether the name is the function that is called with the value.
    pub call: bool,
    /// What a sibling was read for, where the name beside the value says nothing.
    pub sibling: Option<sibling::Told>,
}

/// Reads what stands left of the value at `start`.
pub fn left_of(text: &[u8], start: usize) -> Left {
    let mut left = Left::default();
    let mut at = start.min(text.len());
    if let Some((scheme, before)) = scheme::scheme_before(text, at) {
        left.scheme = Some(scheme);
        at = before;
    }
    let floor = at.saturating_sub(WINDOW);
    let (at, opened) = skip_opening(text, at, floor);
    read_name(text, at, floor, opened, &mut left);
    if let Some(name) = left.name
        && !left.flag
        && sibling::says_nothing(name.of(text))
    {
        let told = sibling::name_of(text, name, start);
        left.name = told.name.or(left.name);
        left.sibling = Some(told);
    }
    left
}

/// Skips back over quotes, white space and string prefixes; says whether a parenthesis was the last thing skipped.
fn skip_opening(text: &[u8], mut at: usize, floor: usize) -> (usize, bool) {
    let mut lines = 0;
    let mut opened = false;
    while at > floor {
        match text[at - 1] {
            b'"' | b'\'' | b'`' | b'\\' | b'[' | b'\r' | b'&' | b'+' => {}
            b' ' | b'\t' if !opened => {}
            b'(' if !opened => opened = true,
            b'\n' if lines < 2 && !opened => lines += 1,
            b'|' | b'>' | b'-' if lines > 0 && block_marker(text, at, floor) => {}
            byte if is_string_prefix(byte) && prefixes_quote(text, at) => {}
            _ => break,
        }
        at -= 1;
    }
    (at, opened)
}

fn block_marker(text: &[u8], at: usize, floor: usize) -> bool {
    let from = floor.max(at.saturating_sub(3));
    text[from..at]
        .iter()
        .any(|byte| matches!(byte, b'|' | b'>'))
        && text[from..at]
            .iter()
            .all(|byte| matches!(byte, b'|' | b'>' | b'-' | b' ' | b':'))
}

fn is_string_prefix(byte: u8) -> bool {
    matches!(
        byte,
        b'b' | b'B' | b'r' | b'R' | b'u' | b'U' | b'f' | b'F' | b'L' | b'@' | b'$' | b'#'
    )
}

fn prefixes_quote(text: &[u8], at: usize) -> bool {
    let free = at < 2 || !text[at - 2].is_ascii_alphanumeric();
    free && matches!(text.get(at), Some(b'"' | b'\'' | b'#'))
}

fn read_name(text: &[u8], at: usize, floor: usize, opened: bool, left: &mut Left) {
    if at <= floor {
        return;
    }
    match text[at - 1] {
        b'=' | b':' | b'>' => {
            let is_equals = text[at - 1] == b'=';
            let end = skip_marks(text, at, floor);
            let mut name = run_before(text, end, floor);
            if is_equals {
                name = past_type(text, name, floor);
            }
            set(text, name, left);
        }
        b',' => {
            let mut end = at - 1;
            while end > floor && text[end - 1].is_ascii_whitespace() {
                end -= 1;
            }
            if end > floor && matches!(text[end - 1], b'"' | b'\'' | b'`') {
                while end > floor && matches!(text[end - 1], b'"' | b'\'' | b'`' | b'\\') {
                    end -= 1;
                }
                set(text, run_before(text, end, floor), left);
            } else {
                let name = run_before(text, end, floor);
                if !name.is_empty() && name.start > floor && text[name.start - 1] == b':' {
                    set(text, name, left);
                }
            }
        }
        _ if opened => call_name(text, at, floor, left),
        byte if is_name_byte(byte) => {
            let name = run_before(text, at, floor);
            let word = name.of(text);
            let quoted = text.get(at).is_some_and(|byte| byte.is_ascii_whitespace());
            if word.starts_with(b"-") || (quoted && !TYPES.contains(&word)) {
                set(text, name, left);
            }
        }
        _ => {}
    }
}

/// `f("v")`: the name it is assigned to where there is one, else the function's own.
fn call_name(text: &[u8], at: usize, floor: usize, left: &mut Left) {
    let callee = path_before(text, at, floor);
    if callee.is_empty() {
        return;
    }
    let mut before = callee.start;
    loop {
        let trimmed = text[floor..before].trim_ascii_end().len() + floor;
        let word = run_before(text, trimmed, floor);
        if matches!(word.of(text), b"new" | b"await" | b"return") {
            before = word.start;
            continue;
        }
        before = trimmed;
        break;
    }
    if before > floor && matches!(text[before - 1], b'=' | b':') && text.get(before) != Some(&b':')
    {
        let end = skip_marks(text, before, floor);
        let name = past_type(text, run_before(text, end, floor), floor);
        if !name.is_empty() {
            set(text, name, left);
            return;
        }
    }
    left.call = true;
    set(text, run_before(text, at, floor), left);
}

/// A path of names: `std::env::set`, `client.login`.
fn path_before(text: &[u8], end: usize, floor: usize) -> Span {
    let mut start = end;
    while start > floor
        && (is_name_byte(text[start - 1]) || matches!(text[start - 1], b':' | b'<' | b'>' | b'!'))
    {
        start -= 1;
    }
    Span::new(start, end)
}

/// Skips back over assignment marks and what may stand between a name and its mark.
pub fn skip_marks(text: &[u8], mut at: usize, floor: usize) -> usize {
    while at > floor
        && matches!(
            text[at - 1],
            b'=' | b':'
                | b'>'
                | b' '
                | b'\t'
                | b'"'
                | b'\''
                | b'`'
                | b'\\'
                | b']'
                | b')'
                | b'}'
                | b'?'
                | b'!'
                | b'|'
                | b'+'
                | b'~'
        )
    {
        at -= 1;
    }
    at
}

/// Whether a byte may stand in a name.
pub fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'$')
}

/// The name that ends at `end`.
pub fn run_before(text: &[u8], end: usize, floor: usize) -> Span {
    let mut start = end;
    while start > floor && is_name_byte(text[start - 1]) {
        start -= 1;
    }
    Span::new(start, end)
}

/// `const NAME: &str =`, `var name string =`: the name stands before the type.
fn past_type(text: &[u8], name: Span, floor: usize) -> Span {
    let mut before = name.start;
    while before > floor && matches!(text[before - 1], b'&' | b'*' | b'<' | b'\'' | b'[') {
        before -= 1;
    }
    let spaced = before > floor && matches!(text[before - 1], b' ' | b'\t');
    let trimmed = text[floor..before].trim_ascii_end().len() + floor;
    if trimmed > floor && text[trimmed - 1] == b':' && (spaced || before != name.start) {
        let end = skip_marks(text, trimmed, floor);
        let typed = run_before(text, end, floor);
        return if typed.is_empty() { name } else { typed };
    }
    if TYPES.contains(&name.of(text)) && spaced {
        let mut typed = run_before(text, trimmed, floor);
        if typed.of(text) == b"As" {
            let trimmed = text[floor..typed.start].trim_ascii_end().len() + floor;
            typed = run_before(text, trimmed, floor);
        }
        return if typed.is_empty() { name } else { typed };
    }
    name
}

fn set(text: &[u8], name: Span, left: &mut Left) {
    let word = name.of(text);
    let dashes = word.iter().take_while(|byte| **byte == b'-').count();
    if (1..=2).contains(&dashes) && word.len() > dashes {
        left.flag = true;
        left.name = Some(name);
        return;
    }
    let strip = |byte: &u8| matches!(byte, b'.' | b'$' | b'-');
    let head = word.iter().take_while(|byte| strip(byte)).count();
    let tail = word.iter().rev().take_while(|byte| strip(byte)).count();
    if head + tail < word.len() {
        left.name = Some(Span::new(name.start + head, name.end - tail));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> String {
        let at = text.find("v4lue").unwrap();
        let left = left_of(text.as_bytes(), at);
        left.name
            .map(|span| String::from_utf8_lossy(span.of(text.as_bytes())).into_owned())
            .unwrap_or_default()
    }

    #[test]
    fn names_of_many_languages_are_read() {
        for text in [
            "NAME=v4lue",
            "export NAME='v4lue'",
            "NAME: v4lue",
            "\"NAME\": \"v4lue\"",
            "NAME = b'v4lue'",
            "const NAME: &str = \"v4lue\";",
            "NAME: str = 'v4lue'",
            "var NAME string = \"v4lue\"",
            "NAME := `v4lue`",
            "$NAME = 'v4lue'",
            "$env:NAME = \"v4lue\"",
            "'NAME' => 'v4lue'",
            "<NAME>v4lue</NAME>",
            "<x NAME=\"v4lue\"/>",
            "setenv(\"NAME\", \"v4lue\")",
            "os.environ[\"NAME\"] = \"v4lue\"",
            "{\"name\": \"NAME\", \"value\": \"v4lue\"}",
            "- name: NAME\n  value: v4lue",
            "https://h/?NAME=v4lue",
            "<add key=\"NAME\" value=\"v4lue\"/>",
            "NAME = Some(\"v4lue\")",
            "NAME = std::String::from(\"v4lue\")",
            "NAME:\n  v4lue",
            "NAME: |\n  v4lue",
            "\\\"NAME\\\": \\\"v4lue\\\"",
            "NAME(\"v4lue\")",
            "-H \"NAME: Bearer v4lue\"",
            "String NAME = new Secret(\"v4lue\")",
            "//host/:NAME=v4lue",
        ] {
            assert_eq!(name(text), "NAME", "{text}");
        }
    }

    #[test]
    fn flags_keep_their_dashes() {
        for text in [
            "run --token v4lue",
            "run --token=v4lue",
            "[\"--token\", \"v4lue\"]",
        ] {
            let at = text.find("v4lue").unwrap();
            assert!(left_of(text.as_bytes(), at).flag, "{text}");
            assert_eq!(name(text), "--token", "{text}");
        }
    }

    #[test]
    fn the_scheme_is_told() {
        let text = b"Authorization: Bearer v4lue";
        assert_eq!(left_of(text, 22).scheme.as_deref(), Some("bearer"));
    }
}
