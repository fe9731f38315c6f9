//! JSON inside a string value.
//!
//! In: the decoded text of a scalar. Out: its own document, whose spans count from that text's first byte.
//! It says nothing about the outer file: escapes make the two positions differ.

use super::tree::{Document, NodeKind};
use super::{Format, parse};

/// Reads a scalar's text as a JSON object or array; `None` where it is neither.
pub fn nested(text: &str) -> Option<Document> {
    if !text.trim_start().starts_with(['{', '[']) {
        return None;
    }
    let document = parse(Format::Json, text.as_bytes()).ok()?;
    match document.roots.as_slice() {
        [root] if matches!(root.kind, NodeKind::Map(_) | NodeKind::List(_)) => Some(document),
        _ => None,
    }
}
