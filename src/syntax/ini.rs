//! Sections and `key = value` lines: INI, Java properties, Git's configuration, `.npmrc`, systemd units.
//!
//! In: text. Out: a document with one map; a section is a map in it, and a section that stands again continues the first.
//! Values stay as written but for the quotes around them; lines that say nothing are passed over.

use std::collections::HashMap;

use super::lines::{line_end, next_line, scalar, trimmed, without_comment};
use super::tree::{Document, Entry, Node, NodeKind, hull};
use super::{Fault, NodeBudget};
use crate::model::Span;

/// Reads INI lines.
pub(super) fn read(text: &str) -> Result<Document, Fault> {
    let mut reader = Reader {
        text,
        budget: NodeBudget::default(),
        root: Vec::new(),
        sections: HashMap::new(),
        current: None,
        continues: false,
    };
    let mut at = 0;
    while at < text.len() {
        reader.line(Span::new(at, line_end(text, at)))?;
        at = next_line(text, at);
    }
    let root = Node::new(Span::new(0, text.len()), NodeKind::Map(reader.root));
    let mut document = Document::single(root);
    document.interleaved = true;
    Ok(document)
}

struct Reader<'t> {
    text: &'t str,
    budget: NodeBudget,
    root: Vec<Entry>,
    /// Where each section stands in `root`.
    sections: HashMap<String, usize>,
    current: Option<usize>,
    /// Whether the line before ended in a backslash.
    continues: bool,
}

impl Reader<'_> {
    fn line(&mut self, line: Span) -> Result<(), Fault> {
        let written = trimmed(self.text, line);
        let content = &self.text[written.start..written.end];
        let continued = std::mem::take(&mut self.continues);
        if content.is_empty() {
            return Ok(());
        }
        if continued {
            self.extend(written);
            return Ok(());
        }
        if content.starts_with(['#', ';', '!']) {
            return Ok(());
        }
        if content.starts_with('[')
            && let Some(close) = content.rfind(']')
        {
            return self.section(Span::new(written.start + 1, written.start + close));
        }
        match separator(content) {
            Some(sign) => self.assignment(written, sign),
            None if written.start > line.start => {
                self.extend(written);
                Ok(())
            }
            None => self.bare(written),
        }
    }

    fn section(&mut self, name_span: Span) -> Result<(), Fault> {
        self.budget.take(name_span.start)?;
        let name_span = trimmed(self.text, name_span);
        let name = section_name(&self.text[name_span.start..name_span.end]);
        let next = self.root.len();
        let index = *self.sections.entry(name.clone()).or_insert(next);
        if index == next {
            let map = Node::new(name_span, NodeKind::Map(Vec::new()));
            self.root.push(Entry::new(name, name_span, map));
        }
        self.current = Some(index);
        Ok(())
    }

    fn assignment(&mut self, line: Span, sign: usize) -> Result<(), Fault> {
        let key = trimmed(self.text, Span::new(line.start, line.start + sign));
        let value = trimmed(self.text, Span::new(line.start + sign + 1, line.end));
        self.put(key, value)
    }

    /// A line of a key alone, or of key and value with only a blank between them.
    fn bare(&mut self, line: Span) -> Result<(), Fault> {
        let content = &self.text[line.start..line.end];
        let length = content.find([' ', '\t']).unwrap_or(content.len());
        let key = Span::new(line.start, line.start + length);
        self.put(key, trimmed(self.text, Span::new(key.end, line.end)))
    }

    fn put(&mut self, key: Span, value: Span) -> Result<(), Fault> {
        self.budget.take(key.start)?;
        let node = self.value(value);
        let entry = Entry::new(&self.text[key.start..key.end], key, node);
        match self.current_section() {
            Some(section) => {
                section.span = hull(section.span, entry.value.span);
                if let NodeKind::Map(entries) = &mut section.kind {
                    entries.push(entry);
                }
            }
            None => self.root.push(entry),
        }
        Ok(())
    }

    fn value(&mut self, value: Span) -> Node {
        let written = &self.text[value.start..value.end];
        for quote in ['"', '\''] {
            let inner = written.strip_prefix(quote).and_then(|rest| {
                let close = rest.find(quote)?;
                let behind = rest[close + 1..].trim_start();
                (behind.is_empty() || behind.starts_with(['#', ';'])).then(|| &rest[..close])
            });
            if let Some(inner) = inner {
                let content = Span::new(value.start + 1, value.start + 1 + inner.len());
                let whole = Span::new(value.start, content.end + 1);
                return scalar(whole, content, inner.to_owned(), true);
            }
        }
        let mut span = without_comment(self.text, value, b"#;");
        if span.end == value.end && written.ends_with('\\') {
            self.continues = true;
            span = trimmed(self.text, Span::new(span.start, span.end - 1));
        }
        let text = self.text[span.start..span.end].to_owned();
        scalar(span, span, text, false)
    }

    /// Adds a line to the value before it.
    fn extend(&mut self, line: Span) {
        let content = &self.text[line.start..line.end];
        let body = content.strip_suffix('\\');
        let continues = body.is_some();
        let body = body.unwrap_or(content).trim_end();
        let span = Span::new(line.start, line.start + body.len());
        let Some(node) = self.last_value() else {
            return;
        };
        if let NodeKind::Scalar(scalar) = &mut node.kind {
            if scalar.text.is_empty() {
                scalar.span = span;
                node.span = span;
            } else {
                scalar.text.push('\n');
                scalar.span = hull(scalar.span, span);
                node.span = hull(node.span, span);
            }
            scalar.text.push_str(body);
        }
        if let Some(section) = self.current_section() {
            section.span = hull(section.span, span);
        }
        self.continues = continues;
    }

    fn current_section(&mut self) -> Option<&mut Node> {
        self.current
            .and_then(|index| self.root.get_mut(index))
            .map(|entry| &mut entry.value)
    }

    fn last_value(&mut self) -> Option<&mut Node> {
        let entries = match self.current {
            Some(_) => match &mut self.current_section()?.kind {
                NodeKind::Map(entries) => entries,
                _ => return None,
            },
            None => &mut self.root,
        };
        entries.last_mut().map(|entry| &mut entry.value)
    }
}

/// `remote "origin"`, as Git writes it, is the path `remote.origin`, as Git names it.
fn section_name(written: &str) -> String {
    match written.split_once([' ', '\t']) {
        Some((first, rest)) => {
            let rest = rest.trim();
            match rest
                .strip_prefix('"')
                .and_then(|rest| rest.strip_suffix('"'))
            {
                Some(second) => format!("{first}.{second}"),
                None => written.to_owned(),
            }
        }
        None => written.to_owned(),
    }
}

/// Where the sign between key and value stands: `=`, or a colon with a blank behind it; any colon where there is neither.
/// (A key of `.npmrc` has a colon inside.)
fn separator(content: &str) -> Option<usize> {
    let bytes = content.as_bytes();
    let spaced = |at: usize| bytes.get(at + 1).is_none_or(u8::is_ascii_whitespace);
    let first = (0..bytes.len()).find(|&at| bytes[at] == b'=' || (bytes[at] == b':' && spaced(at)));
    first.or_else(|| {
        let colon = content.find(':')?;
        // `https://…` on a line of its own is a value.
        (!content[colon..].starts_with("://")).then_some(colon)
    })
}
