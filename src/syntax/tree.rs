//! The tree that every format is read into.
//!
//! In: what the readers of the formats build. Out: nodes with byte spans, duplicate keys and aliases kept as written.
//! Nothing is resolved here: `leaves` and `route` follow aliases and merge keys.

use std::collections::BTreeMap;

use crate::model::Span;

/// One file as structure: a root for each document in it.
#[derive(Clone, Debug, Default)]
pub struct Document {
    /// The roots: one for JSON, TOML and the like, one for each document of a YAML stream.
    pub roots: Vec<Node>,
    /// Where each anchor's node stands, by the anchor's number.
    pub(super) anchors: BTreeMap<u32, Span>,
    /// Map keys that have an anchor, by its number, so that aliases of them can be followed.
    pub(super) anchored_keys: BTreeMap<u32, Node>,
    /// Whether the children of a node may interleave, as TOML tables do.
    pub(super) interleaved: bool,
}

/// A value at its place.
#[derive(Clone, Debug)]
pub struct Node {
    /// The bytes of the whole node: quotes, brackets, anchor and tag included.
    pub span: Span,
    pub kind: NodeKind,
    /// The number of the YAML anchor on this node.
    pub anchor: Option<u32>,
    /// The YAML tag as `!vault` or `!!str`.
    pub tag: Option<Box<str>>,
}

/// What a node is.
#[derive(Clone, Debug)]
pub enum NodeKind {
    Map(Vec<Entry>),
    List(Vec<Node>),
    Scalar(Scalar),
    Alias(Alias),
}

/// A key and its value; a map keeps its entries as written, so a key may stand twice.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The decoded key; where a YAML key is a map or a list, the text as written.
    pub key: String,
    /// The bytes of the key without its quotes.
    pub key_span: Span,
    pub value: Node,
    /// Whether this is YAML's merge key `<<`, whose value's entries count as the map's own.
    pub merge: bool,
}

/// A single value.
#[derive(Clone, PartialEq, Eq)]
pub struct Scalar {
    /// The decoded value: escapes resolved, lines folded.
    pub text: String,
    /// The bytes of the written content, without quotes or a block's header.
    pub span: Span,
    /// Whether quotes stand around it.
    pub quoted: bool,
    pub scalar_type: ScalarType,
}

/// Shows no text: it may be a secret.
impl std::fmt::Debug for Scalar {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Scalar")
            .field("span", &self.span)
            .field("quoted", &self.quoted)
            .field("scalar_type", &self.scalar_type)
            .finish_non_exhaustive()
    }
}

/// What a scalar is by its notation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScalarType {
    Text,
    Number,
    Boolean,
    Null,
    Date,
}

/// A YAML alias: a reference to an earlier node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alias {
    /// The anchor's name as written.
    pub name: String,
    /// The number of the anchor that is meant.
    pub anchor: u32,
}

impl Node {
    /// A node without anchor and tag.
    pub(super) fn new(span: Span, kind: NodeKind) -> Self {
        Node {
            span,
            kind,
            anchor: None,
            tag: None,
        }
    }

    /// The scalar, where the node is one.
    pub fn as_scalar(&self) -> Option<&Scalar> {
        match &self.kind {
            NodeKind::Scalar(scalar) => Some(scalar),
            _ => None,
        }
    }

    /// The decoded text, where the node is a scalar.
    pub fn as_text(&self) -> Option<&str> {
        self.as_scalar().map(|scalar| scalar.text.as_str())
    }

    /// The items, where the node is a list; aliases in it are not followed.
    pub fn as_list(&self) -> Option<&[Node]> {
        match &self.kind {
            NodeKind::List(items) => Some(items),
            _ => None,
        }
    }

    /// The entries as written, where the node is a map; merge keys are not followed.
    pub fn as_map(&self) -> Option<&[Entry]> {
        match &self.kind {
            NodeKind::Map(entries) => Some(entries),
            _ => None,
        }
    }

    fn move_by(&mut self, by: usize) {
        self.span = self.span.moved(by);
        match &mut self.kind {
            NodeKind::Map(entries) => {
                for entry in entries {
                    entry.key_span = entry.key_span.moved(by);
                    entry.value.move_by(by);
                }
            }
            NodeKind::List(items) => items.iter_mut().for_each(|item| item.move_by(by)),
            NodeKind::Scalar(scalar) => scalar.span = scalar.span.moved(by),
            NodeKind::Alias(_) => {}
        }
    }
}

impl Entry {
    /// An entry that is no merge key.
    pub(super) fn new(key: impl Into<String>, key_span: Span, value: Node) -> Self {
        Entry {
            key: key.into(),
            key_span,
            value,
            merge: false,
        }
    }
}

impl Document {
    /// A document with one root.
    pub(super) fn single(root: Node) -> Self {
        Document {
            roots: vec![root],
            ..Document::default()
        }
    }

    /// Moves every span `by` bytes further.
    pub(super) fn move_by(&mut self, by: usize) {
        if by == 0 {
            return;
        }
        for node in self.roots.iter_mut().chain(self.anchored_keys.values_mut()) {
            node.move_by(by);
        }
        for span in self.anchors.values_mut() {
            *span = span.moved(by);
        }
    }
}

/// The smallest span that covers both.
pub(super) fn hull(a: Span, b: Span) -> Span {
    Span::new(a.start.min(b.start), a.end.max(b.end))
}
