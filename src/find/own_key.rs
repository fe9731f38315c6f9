//! The last key above a value, told from the line that it stands in: to read the whole text as structure takes a hundred
//! times as long.
//!
//! In: a text of a format, and where a value starts. Out: a key, where the line begins one key and one value of it. The
//! value may then still be inside of a text of several lines, under the key that this one began with.

use crate::model::Span;
use crate::syntax::Format;

/// How far back a line is read.
const LONGEST_LINE: usize = 1024;

/// The key that a value at `at` stands under, unless it is inside of a scalar that an earlier line began.
pub(super) fn before(format: Format, text: &[u8], at: usize) -> Option<Span> {
    let line = line_before(text, at)?;
    match format {
        Format::Yaml | Format::FrontMatter => in_yaml(text, line),
        Format::Json => in_json(text, line),
        Format::Toml | Format::Dotenv | Format::Ini => None,
    }
}

/// The line up to a place.
fn line_before(text: &[u8], at: usize) -> Option<Span> {
    let from = at.saturating_sub(LONGEST_LINE);
    match memchr::memrchr2(b'\n', b'\r', &text[from..at]) {
        Some(end) => Some(Span::new(from + end + 1, at)),
        None => (from == 0).then_some(Span::new(0, at)),
    }
}

/// `key: value`, as an item of lists too; the value has begun and has not ended, as far as the line is given.
fn in_yaml(text: &[u8], line: Span) -> Option<Span> {
    let bytes = line.of(text);
    let lead = bytes.iter().take_while(|byte| matches!(byte, b' ' | b'-'));
    let start = lead.count();
    let quote = bytes.get(start).filter(|byte| matches!(byte, b'"' | b'\''));
    let start = start + usize::from(quote.is_some());
    let written = &bytes[start..];
    let is_of_key = |byte: &&u8| match quote {
        Some(_) => !b"\"'\\".contains(byte),
        None => byte.is_ascii_alphanumeric() || b" _-./@+$()~".contains(byte),
    };
    let key = written.iter().take_while(is_of_key).count();
    let behind = match quote {
        Some(quote) => written[key..].strip_prefix(&[*quote])?,
        None => &written[key..],
    };
    let value = behind.trim_ascii_start().strip_prefix(b":")?;
    // Without a gap the colon may stand inside of a text.
    let has_gap = matches!(value, [b' ' | b'\t', ..]);
    let goes_on = match value.trim_ascii_start() {
        [] => true,
        [quote @ (b'"' | b'\''), inside @ ..] => memchr::memchr(*quote, inside).is_none(),
        // Brackets begin keys of their own, and signs say how far a value goes.
        [
            b'{' | b'[' | b'&' | b'!' | b'*' | b'|' | b'>' | b'?' | b'#',
            ..,
        ] => false,
        // Between brackets that an earlier line opened another key may follow.
        plain => memchr::memchr3(b',', b'{', b'[', plain).is_none(),
    };
    let has_key = written[..key].iter().any(u8::is_ascii_alphanumeric);
    let start = line.start + start;
    (has_key && has_gap && goes_on).then_some(Span::new(start, start + key))
}

/// Whether the value behind the colon of a key of YAML may go over several lines, as texts do that hold whole lines like
/// those of keys.
pub(super) fn may_go_on(behind: &[u8]) -> bool {
    let line_end = memchr::memchr2(b'\n', b'\r', behind).unwrap_or(behind.len());
    let line = behind[..line_end].trim_ascii();
    let may_open = |byte: &u8| b"\"'|>&!".contains(byte);
    match line {
        [] | [b'#', ..] => {
            let lines = behind[line_end..].split(|byte| matches!(byte, b'\n' | b'\r'));
            let mut lines = lines
                .map(<[u8]>::trim_ascii)
                .filter(|line| !line.is_empty());
            lines
                .find(|line| line[0] != b'#')
                .is_some_and(|line| may_open(&line[0]))
        }
        [quote @ (b'"' | b'\''), inside @ ..] => {
            let end = memchr::memchr(*quote, inside).map(|end| inside[end + 1..].trim_ascii());
            !end.is_some_and(|rest| matches!(rest, [] | [b',' | b'}' | b']' | b'#', ..]))
        }
        [first, ..] => may_open(first),
    }
}

/// `"key": "value`; the value begins here.
fn in_json(text: &[u8], line: Span) -> Option<Span> {
    let bytes = line.of(text);
    // A string between single quotes may hold all that follows; a line may go on in the next one.
    if memchr::memchr(b'\'', bytes).is_some()
        || text[..line.start].trim_ascii_end().ends_with(b"\\")
    {
        return None;
    }
    let before = bytes.strip_suffix(b"\"").unwrap_or(bytes);
    let before = before.trim_ascii_end().strip_suffix(b":")?;
    let before = before.trim_ascii_end().strip_suffix(b"\"")?;
    let is_of_key = |byte: &&u8| !b"\"\\,:{}[]".contains(byte);
    let key = before.iter().rev().take_while(is_of_key).count();
    let start = before.len() - key;
    let opens = before[..start].ends_with(b"\"") && !before[..start].ends_with(b"\\\"");
    let has_key = before[start..].iter().any(u8::is_ascii_alphanumeric);
    let start = line.start + start;
    (opens && has_key).then_some(Span::new(start, start + key))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The key before the mark `^`.
    fn key(format: Format, marked: &str) -> Option<String> {
        let at = marked.find('^').unwrap();
        let text = marked.replacen('^', "", 1);
        let key = before(format, text.as_bytes(), at)?;
        Some(String::from_utf8_lossy(key.of(text.as_bytes())).into_owned())
    }

    #[test]
    fn a_line_tells_the_key_of_its_value() {
        for (format, text) in [
            (Format::Yaml, "a:\n  - key: ^x"),
            (Format::Yaml, "'key': \"a, ^x\""),
            (Format::Yaml, "key: '{\"a\": \"^x\"}'"),
            (Format::Json, "{\"a\": 1, \"key\" : \"^x\"}"),
            (Format::Json, "{\"key\":^1}"),
        ] {
            assert_eq!(key(format, text).as_deref(), Some("key"), "{text}");
        }
    }

    #[test]
    fn other_lines_tell_nothing() {
        for (format, text) in [
            (Format::Yaml, "- ^x"),
            (Format::Yaml, "key: {a: ^x}"),
            (Format::Yaml, "key: a, b: ^x"),
            (Format::Yaml, "key: 'a' ^x"),
            (Format::Yaml, "key: &a ^x"),
            (Format::Yaml, "\"key\":^\"a\",\"b\":\"c"),
            (Format::Json, "{\"a\": \"\\\"key\\\": \\\"^x\\\"\"}"),
            (Format::Json, "{'a': '\"key\": \"^x'}"),
            (Format::Json, "{'a': 'b\\\n\"key\": \"^x'}"),
            (Format::Toml, "key = \"^x\""),
        ] {
            assert_eq!(key(format, text), None, "{text}");
        }
        let long = format!("{}\"key\": \"^x\"", " ".repeat(LONGEST_LINE));
        assert_eq!(key(Format::Json, &long), None);
    }
}
