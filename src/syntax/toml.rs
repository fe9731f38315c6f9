//! TOML.
//!
//! In: text. Out: a document with one root map; dotted keys and table headers give the same path.
//! A key that stands twice is an error in TOML, so it is one here.

use toml_edit::{Array, ArrayOfTables, InlineTable, Item, Key, Table, Value};

use super::tree::{Document, Entry, Node, NodeKind, Scalar, ScalarType, hull};
use super::{Fault, MAX_DEPTH, MAX_NODES, NodeBudget};
use crate::model::Span;

/// Reads TOML.
pub(super) fn read(text: &str) -> Result<Document, Fault> {
    // The library builds its whole tree before we can count, so the marks that begin a node are counted first.
    let marks = text
        .bytes()
        .filter(|b| matches!(b, b',' | b'=' | b'['))
        .count();
    if marks > 2 * MAX_NODES {
        return Err(Fault::new(0, Fault::NODES));
    }
    let parsed = toml_edit::Document::parse(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        Fault::new(at, "is not valid TOML")
    })?;
    let mut builder = Builder {
        text,
        budget: NodeBudget::default(),
    };
    let root = builder.table(parsed.as_table(), Span::new(0, 0), 1)?;
    let mut document = Document::single(root);
    document.interleaved = true;
    Ok(document)
}

struct Builder<'t> {
    text: &'t str,
    budget: NodeBudget,
}

impl Builder<'_> {
    /// `near` is where the table's key stands: the place of a table that nothing was written for.
    fn table(&mut self, table: &Table, near: Span, depth: usize) -> Result<Node, Fault> {
        let mut entries = Vec::new();
        for (name, item) in table {
            let key_span = self.key_span(table.key(name), near);
            let value = match item {
                Item::None => continue,
                Item::Value(value) => self.value(value, key_span, depth + 1)?,
                Item::Table(table) => self.table(table, key_span, depth + 1)?,
                Item::ArrayOfTables(tables) => self.tables(tables, key_span, depth + 1)?,
            };
            entries.push(Entry::new(name, key_span, value));
        }
        let span = table.span().map_or(near, Span::from);
        self.map(span, entries, depth)
    }

    fn tables(&mut self, tables: &ArrayOfTables, near: Span, depth: usize) -> Result<Node, Fault> {
        let mut items = Vec::new();
        for table in tables {
            items.push(self.table(table, near, depth + 1)?);
        }
        self.list(items, tables.span().map_or(near, Span::from), depth)
    }

    fn inline(&mut self, table: &InlineTable, near: Span, depth: usize) -> Result<Node, Fault> {
        let mut entries = Vec::new();
        for (name, value) in table {
            let key_span = self.key_span(table.key(name), near);
            let value = self.value(value, key_span, depth + 1)?;
            entries.push(Entry::new(name, key_span, value));
        }
        self.map(table.span().map_or(near, Span::from), entries, depth)
    }

    fn array(&mut self, array: &Array, near: Span, depth: usize) -> Result<Node, Fault> {
        let mut items = Vec::new();
        for value in array {
            items.push(self.value(value, near, depth + 1)?);
        }
        self.list(items, array.span().map_or(near, Span::from), depth)
    }

    fn value(&mut self, value: &Value, near: Span, depth: usize) -> Result<Node, Fault> {
        let scalar_type = match value {
            Value::Array(array) => return self.array(array, near, depth),
            Value::InlineTable(table) => return self.inline(table, near, depth),
            Value::String(_) => ScalarType::Text,
            Value::Integer(_) | Value::Float(_) => ScalarType::Number,
            Value::Boolean(_) => ScalarType::Boolean,
            Value::Datetime(_) => ScalarType::Date,
        };
        let span = value.span().map_or(near, Span::from);
        self.check(span, depth)?;
        let quoted = scalar_type == ScalarType::Text;
        let content = if quoted {
            self.within_quotes(span)
        } else {
            span
        };
        let text = match value.as_str() {
            Some(text) => text.to_owned(),
            None => self.written(content).to_owned(),
        };
        let scalar = Scalar {
            text,
            span: content,
            quoted,
            scalar_type,
        };
        Ok(Node::new(span, NodeKind::Scalar(scalar)))
    }

    fn map(&mut self, span: Span, entries: Vec<Entry>, depth: usize) -> Result<Node, Fault> {
        self.check(span, depth)?;
        let span = entries.iter().fold(span, |span, entry| {
            hull(hull(span, entry.key_span), entry.value.span)
        });
        Ok(Node::new(span, NodeKind::Map(entries)))
    }

    fn list(&mut self, items: Vec<Node>, span: Span, depth: usize) -> Result<Node, Fault> {
        self.check(span, depth)?;
        let span = items.iter().fold(span, |span, item| hull(span, item.span));
        Ok(Node::new(span, NodeKind::List(items)))
    }

    fn check(&mut self, span: Span, depth: usize) -> Result<(), Fault> {
        if depth > MAX_DEPTH {
            return Err(Fault::new(span.start, Fault::DEPTH));
        }
        self.budget.take(span.start)
    }

    fn key_span(&self, key: Option<&Key>, near: Span) -> Span {
        key.and_then(Key::span)
            .map_or(near, |span| self.within_quotes(span.into()))
    }

    fn written(&self, span: Span) -> &str {
        self.text.get(span.start..span.end).unwrap_or_default()
    }

    /// The span without the quotes, and without the line end that TOML drops after three opening quotes.
    fn within_quotes(&self, span: Span) -> Span {
        let written = self.written(span);
        for quotes in ["\"\"\"", "'''"] {
            let inner = written
                .strip_prefix(quotes)
                .and_then(|rest| rest.strip_suffix(quotes));
            if let Some(inner) = inner {
                let content = inner
                    .strip_prefix("\r\n")
                    .or(inner.strip_prefix('\n'))
                    .unwrap_or(inner);
                let end = span.end - quotes.len();
                return Span::new(end - content.len(), end);
            }
        }
        let quoted = written.len() >= 2 && written.starts_with(['"', '\'']);
        if quoted {
            Span::new(span.start + 1, span.end - 1)
        } else {
            span
        }
    }
}
