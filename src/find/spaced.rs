//! Names and values with only a space, or only markup, between them.
//!
//! In: a search, or text and a place. Out: sites under such names. Without quotes only in files that are written so:
//! Dockerfiles, fish, `.netrc`, and some configuration files.

use super::lexer::Literal;
use super::search::Search;
use crate::model::Span;

/// The longest line that is read word by word.
pub const LONGEST: usize = 1000;
/// How many lines of a file are read so.
const LINES: usize = 2000;

/// The name before a space, where the line assigns: `#define NAME`, `:name`, `setx NAME`, `export const NAME`.
pub fn name_before(text: &[u8], space: usize) -> Option<Span> {
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    let length = text[space.saturating_sub(80)..space]
        .iter()
        .rev()
        .take_while(|byte| is_name(byte))
        .count();
    let name = Span::new(space - length, space);
    let floor = name.start.saturating_sub(40);
    let before = &text[floor..name.start];
    let keyword = before.trim_ascii_end();
    let keyed = before.ends_with(b":") && !before.ends_with(b"::");
    let assigns = [
        "#define",
        "setx",
        "SETX",
        "-D",
        "ENV",
        "ARG",
        "set",
        "let",
        "WITH",
        "ENCRYPTED",
    ]
    .iter()
    .any(|word| keyword.ends_with(word.as_bytes()) && keyword.len() < before.len());
    let sql = name.of(text) == b"PASSWORD";
    (length >= 3 && (keyed || assigns || sql)).then_some(name)
}

/// The mark behind a type: `NAME: &str = "v"`, `name: string = 'v'`; `colon` is where the type starts.
pub fn behind_type(text: &[u8], colon: usize) -> Option<usize> {
    let rest = text.get(colon + 1..text.len().min(colon + 48))?;
    if text[colon] != b':' || matches!(rest.first()?, b'=' | b':') {
        return None;
    }
    let length = rest
        .iter()
        .take_while(|byte| {
            byte.is_ascii_alphanumeric()
                || matches!(
                    byte,
                    b' ' | b'&'
                        | b'<'
                        | b'>'
                        | b'['
                        | b']'
                        | b'\''
                        | b'_'
                        | b'.'
                        | b'?'
                        | b'|'
                        | b'*'
                )
        })
        .count();
    let typed = rest[..length].iter().any(u8::is_ascii_alphabetic);
    let assigned =
        rest.get(length) == Some(&b'=') && !matches!(rest.get(length + 1), Some(b'=' | b'>'));
    let spaced = rest[..length].ends_with(b" ") && rest.get(length + 1) == Some(&b' ');
    (typed && assigned && spaced).then_some(colon + 1 + length)
}

/// `<key>NAME</key><string>v</string>`: name and value of a property list, from the mark that ends the key.
pub fn property(text: &[u8], mark: usize) -> Option<(Span, Literal)> {
    let before = text[mark.saturating_sub(120)..mark].strip_suffix(b"</key")?;
    let end = mark - b"</key".len();
    let length = before.iter().rev().position(|byte| *byte == b'>')?;
    let gap = text[mark + 1..text.len().min(mark + 40)]
        .iter()
        .take_while(|byte| byte.is_ascii_whitespace())
        .count();
    let open = mark + 1 + gap;
    let rest = text
        .get(open..text.len().min(open + 4096))?
        .strip_prefix(b"<string>")?;
    let close = rest.iter().position(|byte| *byte == b'<')?;
    let start = open + b"<string>".len();
    let literal = Literal {
        span: Span::new(start, start + close),
        quoted: true,
        inside: false,
    };
    (close > 0).then(|| (Span::new(end - length, end), literal))
}

/// Whether a value ends a part of a string on its line: `"host=h user=u password=v"`.
pub fn in_string(text: &[u8], value: Span) -> bool {
    if !matches!(text.get(value.end), Some(b'"' | b'\'' | b';' | b'&' | b'}')) {
        return false;
    }
    let floor = value.start.saturating_sub(LONGEST);
    let start =
        memchr::memrchr(b'\n', &text[floor..value.start]).map_or(floor, |at| floor + at + 1);
    let odd = |quote: u8| memchr::memchr_iter(quote, &text[start..value.start]).count() % 2 == 1;
    odd(b'"') || odd(b'\'')
}

/// Whether a value stands on a line that is a comment.
pub fn in_comment(text: &[u8], value: Span) -> bool {
    let floor = value.start.saturating_sub(LONGEST);
    let start =
        memchr::memrchr(b'\n', &text[floor..value.start]).map_or(floor, |at| floor + at + 1);
    let line = text[start..value.start].trim_ascii_start();
    [&b"//"[..], b"#", b"/*", b"* ", b"--", b"<!--"]
        .iter()
        .any(|mark| line.starts_with(mark))
}

/// Reads lines of words where the file is written so.
pub fn words(search: &mut Search<'_>) {
    if search.depth > 0 || !is_spaced(search) {
        return;
    }
    let text = search.text;
    let mut start = 0;
    for line in text.split(|byte| *byte == b'\n').take(LINES) {
        if line.len() <= LONGEST {
            for (name, value) in pairs(line, start) {
                let literal = Literal {
                    span: value,
                    quoted: false,
                    inside: false,
                };
                search.named(literal, name);
            }
        }
        start += line.len() + 1;
    }
}

fn is_spaced(search: &Search<'_>) -> bool {
    let Some(path) = search.path else {
        let has = |word: &[u8]| memchr::memmem::find(search.text, word).is_some();
        return has(b"ENV ") || has(b"ARG ") || has(b"set -") || has(b"password ") || has(b"pw ");
    };
    let name = path.file_name().to_ascii_lowercase();
    name.starts_with(b"dockerfile")
        || name.starts_with(b"containerfile")
        || name.ends_with(b"netrc")
        || [&b".dockerfile"[..], b".fish", b"ldap.conf", b"redis.conf"]
            .iter()
            .any(|end| name.ends_with(end))
}

/// Name and value of a line: `ENV NAME v`, `set -gx NAME v`, `password v`.
fn pairs(line: &[u8], start: usize) -> Vec<(Span, Span)> {
    let mut words = Vec::new();
    let mut at = 0;
    for word in line.split(|byte| byte.is_ascii_whitespace()) {
        if !word.is_empty() {
            words.push(Span::new(start + at, start + at + word.len()));
        }
        at += word.len() + 1;
    }
    let word = |number: usize| {
        words
            .get(number)
            .map(|span| &line[span.start - start..span.end - start])
    };
    let by_keyword = match word(0) {
        Some(b"ENV" | b"env") => Some(1),
        Some(b"set") if word(1).is_some_and(|flag| flag.starts_with(b"-")) => Some(2),
        Some(b"bindpw" | b"requirepass" | b"masterauth") => Some(0),
        Some(b"machine" | b"default" | b"login" | b"password") => {
            (0..words.len()).find(|number| word(*number) == Some(b"password"))
        }
        _ => None,
    };
    let found = by_keyword.and_then(|number| {
        let value = *words.get(number + 1)?;
        let plain = !line[value.start - start..value.end - start].contains(&b'=');
        let is_last = number > 0 || words.len() == number + 2;
        (plain || is_last).then_some((words[number], value))
    });
    found.into_iter().collect()
}
