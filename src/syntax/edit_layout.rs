//! The layout of text around a node: indents, line ends, comments, and how an entry is written in either style.
//!
//! In: a page and entries of its tree. Out: places and lines. It decides no edit.

use super::edit::{NO_MAP, Page, Refused, Written};
use super::tree::{Entry, Node, NodeKind};
use crate::model::Span;

impl Page<'_> {
    /// Whether a map is written between braces.
    pub fn is_flow(&self, map: &Node) -> bool {
        self.text.get(map.span.start) == Some(&b'{')
    }

    /// The blanks before an entry's key; the dash of a list item counts as one.
    pub(super) fn indent(&self, entry: &Entry) -> Result<String, Refused> {
        let start = self.line_start(entry.key_span.start);
        let before = &self.text[start..self.key_start(entry)];
        if !before.iter().all(|byte| matches!(byte, b' ' | b'-')) {
            return Err(NO_MAP);
        }
        Ok(" ".repeat(before.len()))
    }

    /// How far this text indents a map below its key: as the map's own first nested map does, else as the text begins.
    pub(super) fn step(&self, map: &Node) -> &'static str {
        let entries = map.as_map().unwrap_or_default();
        let own = entries.iter().find_map(|entry| {
            let inner = entry.value.as_map()?.first()?;
            let outer = self.indent(entry).ok()?.len();
            let inner_start = self.line_start(inner.key_span.start);
            let depth = self.indent(inner).ok()?.len().checked_sub(outer)?;
            (inner_start != self.line_start(entry.key_span.start) && depth > 0).then_some(depth)
        });
        let first = || {
            let mut lines = self.text.split(|&byte| byte == b'\n');
            lines.find_map(|line| {
                let blanks = line.iter().take_while(|&&byte| byte == b' ').count();
                let starts_key = line.get(blanks).is_some_and(u8::is_ascii_alphabetic);
                (blanks > 0 && starts_key).then_some(blanks)
            })
        };
        match own.or_else(first) {
            Some(4) => "    ",
            Some(3) => "   ",
            _ => "  ",
        }
    }

    pub(super) fn key_start(&self, entry: &Entry) -> usize {
        let start = entry.key_span.start;
        let is_quote = |at: usize| matches!(self.text.get(at), Some(b'"' | b'\''));
        match start.checked_sub(1) {
            Some(before) if is_quote(before) && is_quote(entry.key_span.end) => before,
            _ => start,
        }
    }

    pub(super) fn entry_end(&self, entry: &Entry) -> usize {
        entry.value.span.end.max(entry.key_span.end)
    }

    pub(super) fn behind_colon(&self, entry: &Entry) -> Result<usize, Refused> {
        let from = entry.key_span.end;
        let end = self.line_end(from);
        let colon = self.text[from..end].iter().position(|&byte| byte == b':');
        colon.map(|at| from + at + 1).ok_or(NO_MAP)
    }

    /// Whether nothing but a comment follows the entry on its last line, and the value is no block of text.
    pub(super) fn ends_on_its_line(&self, entry: &Entry) -> bool {
        let end = self.entry_end(entry);
        let is_block = entry.value.as_scalar().is_some_and(|scalar| {
            matches!(self.text.get(entry.value.span.start), Some(b'|' | b'>'))
                || (!scalar.quoted && self.text[entry.value.span.start..end].contains(&b'\n'))
                || (scalar.span.is_empty() && !scalar.quoted)
                || self.opens_block(entry)
        });
        let ends_in_block = match &entry.value.kind {
            NodeKind::Map(entries) if !self.is_flow(&entry.value) => entries
                .last()
                .is_some_and(|last| !self.ends_on_its_line(last)),
            NodeKind::List(_) => self.text.get(entry.value.span.start) != Some(&b'['),
            _ => false,
        };
        !is_block && !ends_in_block && self.rest_is_comment(end)
    }

    /// Whether a block scalar's header stands behind the key.
    pub(super) fn opens_block(&self, entry: &Entry) -> bool {
        self.behind_colon(entry).is_ok_and(|colon| {
            let line = &self.text[colon..self.line_end(colon)];
            let first = line.iter().find(|byte| !byte.is_ascii_whitespace());
            matches!(first, Some(b'|' | b'>'))
        })
    }

    pub(super) fn rest_is_comment(&self, from: usize) -> bool {
        let rest = &self.text[from..self.line_end(from)];
        let first = rest.iter().find(|byte| !matches!(byte, b' ' | b'\t'));
        first.is_none_or(|&byte| byte == b'#')
    }

    /// The lines of an entry that has them to itself, their end included.
    pub(super) fn whole_lines(&self, entry: &Entry) -> Result<Span, Refused> {
        let start = self.line_start(entry.key_span.start);
        let before = &self.text[start..self.key_start(entry)];
        let end = self.entry_end(entry);
        let alone = before.iter().all(|byte| *byte == b' ') && self.ends_on_its_line(entry);
        if !alone {
            return Err(NO_MAP);
        }
        let behind = self.text[end..].iter().position(|&byte| byte == b'\n');
        match behind {
            Some(at) => Ok(Span::new(start, end + at + 1)),
            // The last line of a file without a final line end: the line end before it goes with it.
            None if start > 0 => {
                let cut = start - self.newline(start).len();
                Ok(Span::new(cut, self.text.len()))
            }
            None => Err(NO_MAP),
        }
    }

    pub(super) fn line_start(&self, at: usize) -> usize {
        let before = &self.text[..at];
        before.iter().rposition(|&byte| byte == b'\n').map_or(
            if self.text.starts_with(b"\xEF\xBB\xBF") {
                3.min(at)
            } else {
                0
            },
            |newline| newline + 1,
        )
    }

    /// The end of the line, before its line end.
    pub(super) fn line_end(&self, at: usize) -> usize {
        let rest = &self.text[at..];
        let end = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
        at + end - usize::from(end > 0 && rest[end - 1] == b'\r' && end < rest.len())
    }

    /// The line end that this text uses around a place.
    pub(super) fn newline(&self, at: usize) -> &'static str {
        let behind = memchr::memchr(b'\n', &self.text[at..]).map(|end| at + end);
        let near = behind.or_else(|| memchr::memrchr(b'\n', &self.text[..at]));
        let returns = |end: usize| end > 0 && self.text[end - 1] == b'\r';
        if near.is_some_and(returns) {
            "\r\n"
        } else {
            "\n"
        }
    }
}

pub(super) fn write_lines(
    key: &str,
    value: &Written,
    indent: &str,
    step: &str,
    out: &mut Vec<String>,
) {
    match value {
        Written::Value(value) => out.push(format!("{indent}{key}: {value}")),
        Written::Map(pairs) if pairs.is_empty() => out.push(format!("{indent}{key}: {{}}")),
        Written::Map(pairs) => {
            out.push(format!("{indent}{key}:"));
            for (key, value) in pairs {
                write_lines(key, value, &format!("{indent}{step}"), step, out);
            }
        }
    }
}

/// A value as flow style has it; one whose brackets would end a collection is quoted.
pub(super) fn in_flow(value: &Written) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    match value {
        Written::Value(value) if value.bytes().all(is_plain) => value.clone(),
        Written::Value(value) => format!("'{}'", value.replace('\'', "''")),
        Written::Map(pairs) => {
            let pairs: Vec<String> = pairs
                .iter()
                .map(|(key, value)| format!("{key}: {}", in_flow(value)))
                .collect();
            format!("{{{}}}", pairs.join(", "))
        }
    }
}
