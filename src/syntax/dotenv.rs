//! Lines of `NAME=value`, as the dotenv readers of Node, Python, Ruby and Docker take them.
//!
//! In: text. Out: a document with one map. Lines that are no assignment are passed over, as those readers do;
//! variables inside values stay as written.

use super::lines::{line_end, next_line, scalar, trimmed, without_comment};
use super::tree::{Document, Entry, Node, NodeKind};
use super::{Fault, NodeBudget};
use crate::model::Span;

/// Reads dotenv lines.
pub(super) fn read(text: &str) -> Result<Document, Fault> {
    let mut entries = Vec::new();
    let mut budget = NodeBudget::default();
    let mut quotes = Quotes::default();
    let mut at = 0;
    while at < text.len() {
        let line = Span::new(at, line_end(text, at));
        let Some(assignment) = assignment(text, line) else {
            at = next_line(text, at);
            continue;
        };
        budget.take(at)?;
        let value = value(text, assignment.value, &mut quotes);
        at = next_line(text, value.span.end.max(assignment.value.start));
        let key = &text[assignment.name.start..assignment.name.end];
        entries.push(Entry::new(key, assignment.name, value));
    }
    let root = Node::new(Span::new(0, text.len()), NodeKind::Map(entries));
    Ok(Document::single(root))
}

struct Assignment {
    name: Span,
    /// The rest of the line behind the sign.
    value: Span,
}

fn assignment(text: &str, line: Span) -> Option<Assignment> {
    let mut start = trimmed(text, line).start;
    let written = &text[start..line.end];
    for word in ["export", "set"] {
        let rest = written
            .strip_prefix(word)
            .filter(|rest| rest.starts_with([' ', '\t']));
        if let Some(rest) = rest {
            start = line.end - rest.trim_start().len();
        }
    }
    let rest = &text[start..line.end];
    let is_name = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-');
    let length = rest.bytes().take_while(|&b| is_name(b)).count();
    if length == 0 {
        return None;
    }
    let behind = rest[length..].trim_start_matches([' ', '\t']);
    let sign = match behind.as_bytes() {
        [b'=', ..] => 1,
        [b':', b' ' | b'\t', ..] | [b':'] => 1,
        _ => return None,
    };
    Some(Assignment {
        name: Span::new(start, start + length),
        value: Span::new(line.end - behind.len() + sign, line.end),
    })
}

/// The quote marks that are known not to come again, so that no text is searched to its end twice.
#[derive(Default)]
struct Quotes {
    spent: Vec<u8>,
}

impl Quotes {
    /// Where the quote that opens at `open` is closed: it may be some lines further down.
    fn close(&mut self, text: &str, open: usize) -> Option<usize> {
        let bytes = text.as_bytes();
        let quote = bytes[open];
        if self.spent.contains(&quote) {
            return None;
        }
        let mut at = open + 1;
        while let Some(next) = memchr::memchr2(quote, b'\\', bytes.get(at..)?) {
            at += next;
            if bytes[at] == quote {
                return Some(at);
            }
            // Only double quotes know escapes.
            at += if quote == b'"' { 2 } else { 1 };
        }
        self.spent.push(quote);
        None
    }
}

fn value(text: &str, rest: Span, quotes: &mut Quotes) -> Node {
    let written = trimmed(text, rest);
    let quote = text.as_bytes()[written.start..written.end].first().copied();
    let Some(quote @ (b'"' | b'\'' | b'`')) = quote else {
        return plain(text, without_comment(text, rest, b"#"));
    };
    match quotes.close(text, written.start) {
        Some(close) => {
            let content = Span::new(written.start + 1, close);
            let inner = &text[content.start..content.end];
            let decoded = if quote == b'"' {
                unescape(inner)
            } else {
                inner.to_owned()
            };
            scalar(Span::new(written.start, close + 1), content, decoded, true)
        }
        // A quote that nothing closes is taken as the start of a plain value.
        None => plain(
            text,
            without_comment(text, Span::new(written.start + 1, rest.end), b"#"),
        ),
    }
}

fn plain(text: &str, span: Span) -> Node {
    scalar(span, span, text[span.start..span.end].to_owned(), false)
}

fn unescape(inner: &str) -> String {
    let mut out = String::with_capacity(inner.len());
    let mut characters = inner.chars();
    while let Some(character) = characters.next() {
        if character != '\\' {
            out.push(character);
            continue;
        }
        match characters.next() {
            Some('n') => out.push('\n'),
            Some('r') => out.push('\r'),
            Some('t') => out.push('\t'),
            Some(mark @ ('"' | '\\' | '$' | '\'')) => out.push(mark),
            Some(other) => out.extend(['\\', other]),
            None => out.push('\\'),
        }
    }
    out
}
