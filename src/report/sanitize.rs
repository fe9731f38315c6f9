//! Makes foreign text harmless in each format.
//!
//! In: paths, names and sentences that may hold what a stranger wrote. Out: text without control, bidi and invisible
//! characters, cut, and escaped for the format. It must not add anything that a reader could take for the original.

use std::io::{self, Write};

use serde_json::ser::Formatter;

use crate::model::RepoPath;

/// The most characters shown of a text quoted from a repository.
pub const LONGEST_QUOTE: usize = 120;

/// The most characters shown of a sentence of ours, which may hold quotes.
pub const LONGEST_SENTENCE: usize = 500;

/// Whether a character acts on a terminal or viewer, or hides, instead of showing.
fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(
            u32::from(c),
            0xAD | 0x34F
                | 0x61C
                | 0x115F..=0x1160
                | 0x17B4..=0x17B5
                | 0x180B..=0x180F
                | 0x200B..=0x200F
                | 0x2028..=0x202E
                | 0x2060..=0x206F
                | 0x3164
                | 0xFE00..=0xFE0F
                | 0xFEFF
                | 0xFFA0
                | 0xFFF9..=0xFFFB
                | 0xE0000..=0xE0FFF
        )
}

/// Removes control, bidi and invisible characters; line breaks and tabs become one space each.
pub fn clean(text: &str) -> String {
    text.chars()
        .filter_map(|c| match c {
            '\n' | '\r' | '\t' | '\u{2028}' | '\u{2029}' => Some(' '),
            c if is_unseen(c) => None,
            c => Some(c),
        })
        .collect()
}

/// Cuts at `most` characters and shows that it did.
pub fn cut(text: &str, most: usize) -> String {
    if text.chars().nth(most).is_none() {
        return text.to_owned();
    }
    let mut kept: String = text.chars().take(most.saturating_sub(1)).collect();
    kept.push('…');
    kept
}

/// Cuts from the left, so that the end (a file name) stays.
pub fn cut_left(text: &str, most: usize) -> String {
    let count = text.chars().count();
    if count <= most {
        return text.to_owned();
    }
    let kept: String = text
        .chars()
        .skip(count - most.saturating_sub(1).min(count))
        .collect();
    format!("…{kept}")
}

/// Makes a text quoted from a repository showable.
pub fn quote(text: &str) -> String {
    cut(&clean(text), LONGEST_QUOTE)
}

/// Makes a sentence of ours showable, whatever was quoted in it.
pub fn sentence(text: &str) -> String {
    cut(clean(text).trim(), LONGEST_SENTENCE)
}

/// Makes a path showable.
pub fn path(path: &RepoPath) -> String {
    cut_left(&clean(&path.lossy()), LONGEST_QUOTE)
}

/// Keeps a finished line of a log from being read as a command of a CI runner: `::name::` at its start (GitHub),
/// `##[name]`, `##vso[…]` and the like anywhere (GitHub, Azure Pipelines, TeamCity).
pub fn log_line(line: &str) -> String {
    let mut safe = String::with_capacity(line.len() + 2);
    for c in line.chars() {
        if c == '#' && safe.ends_with('#') {
            safe.push(' ');
        }
        safe.push(c);
    }
    let start = safe.len() - safe.trim_start().len();
    if safe[start..].starts_with("::") {
        safe.insert(start + 1, ' ');
    }
    safe
}

/// Escapes the message of a workflow command.
pub fn command_data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// Escapes a property of a workflow command.
pub fn command_property(text: &str) -> String {
    command_data(text).replace(':', "%3A").replace(',', "%2C")
}

/// Escapes text for Markdown, so that it shows as written: no markup, no HTML, no link, no mention.
pub fn markdown(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '@' => out.push_str("&#64;"),
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '(' | ')' | '#' | '|' | '!' | '~'
            | '$' => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out
}

/// Escapes text for a SARIF plain-text message, where brackets make links.
pub fn sarif_text(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace('[', "\\[")
        .replace(']', "\\]")
}

/// Writes JSON whose strings are exact for a parser and harmless for whoever prints them.
struct SafeJson;

impl Formatter for SafeJson {
    fn write_string_fragment<W>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()>
    where
        W: ?Sized + Write,
    {
        let mut written = 0;
        for (at, c) in fragment.char_indices() {
            let opens_command = c == '#' && fragment[..at].ends_with('#');
            if !opens_command && !is_unseen(c) {
                continue;
            }
            writer.write_all(&fragment.as_bytes()[written..at])?;
            for unit in c.encode_utf16(&mut [0; 2]) {
                write!(writer, "\\u{unit:04x}")?;
            }
            written = at + c.len_utf8();
        }
        writer.write_all(&fragment.as_bytes()[written..])
    }
}

/// Writes one JSON document and a newline.
pub fn write_json(document: &impl serde::Serialize, out: &mut dyn Write) -> io::Result<()> {
    let mut serializer = serde_json::Serializer::with_formatter(&mut *out, SafeJson);
    document
        .serialize(&mut serializer)
        .map_err(|error| io::Error::from(error.io_error_kind().unwrap_or(io::ErrorKind::Other)))?;
    out.write_all(b"\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_unseen_is_left() {
        let hostile = "a\u{1b}[31mb\u{202e}c\nd\te\u{200b}f\u{9b}g\u{e0041}h\u{2028}i\0";
        assert_eq!(clean(hostile), "a[31mbc d efgh i");
    }

    #[test]
    fn cuts_count_characters_and_show() {
        assert_eq!(cut("häuser", 6), "häuser");
        assert_eq!(cut("häuser", 4), "häu…");
        assert_eq!(cut_left("a/b/c.env", 6), "…c.env");
        assert_eq!(cut_left("c.env", 6), "c.env");
        assert_eq!(cut_left("c.env", 0), "…");
        assert_eq!(cut("c.env", 0), "…");
    }

    #[test]
    fn no_line_of_a_log_is_a_command() {
        assert_eq!(log_line("  ::error::x"), "  : :error::x");
        assert_eq!(log_line("\u{a0}::error::x"), "\u{a0}: :error::x");
        assert_eq!(log_line("a ##[error]x"), "a # #[error]x");
        assert_eq!(log_line("###vso[x]"), "# # #vso[x]");
        assert_eq!(log_line("std::fmt"), "std::fmt");
    }

    #[test]
    fn commands_are_escaped_as_the_runner_reads_them() {
        assert_eq!(command_data("50%\r\nx"), "50%25%0D%0Ax");
        assert_eq!(command_property("a:b,c%"), "a%3Ab%2Cc%25");
    }

    #[test]
    fn markdown_shows_what_was_written() {
        assert_eq!(
            markdown("<b>[x](y) `@me`"),
            "&lt;b&gt;\\[x\\]\\(y\\) \\`&#64;me\\`"
        );
    }

    #[test]
    fn json_is_exact_for_a_parser_and_harmless_in_print() {
        let hostile = "##[error]###\u{202e}\u{1b}\n\u{e0041}\"\u{9b}";
        let mut out = Vec::new();
        write_json(&[hostile], &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(text.trim_end().is_ascii() && !text.contains("##"));
        let back: Vec<String> = serde_json::from_str(&text).unwrap();
        assert_eq!(back, [hostile]);
    }
}
