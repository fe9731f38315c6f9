//! Every single value of a document with the path of keys that leads to it.
//!
//! In: a document. Out: leaves in source order, the leaf at a byte, keys that stand twice.
//! Aliases and merge keys are followed, which the readers have bounded; a list item's key is that of the list.

use std::collections::HashSet;

use super::tree::{Document, Entry, Node, NodeKind, Scalar, ScalarType};
use crate::model::Span;

/// A key path stops growing here, so that long keys above many leaves cost nothing.
const MAX_KEY_PATH: usize = 1024;

/// A single value and the keys that lead to it.
#[derive(Clone, PartialEq, Eq)]
pub struct Leaf<'d> {
    /// The keys from the root, joined by dots, list items as numbers from 0; cut at 1,024 bytes.
    pub key_path: String,
    /// The nearest key above the value; empty where there is none.
    pub key: &'d str,
    /// The bytes of that key without its quotes.
    pub key_span: Option<Span>,
    /// The bytes of the written content without its quotes; behind an alias, those of the alias's target.
    pub value_span: Span,
    /// The decoded value.
    pub text: &'d str,
    /// Whether quotes stand around the value.
    pub quoted: bool,
    pub scalar_type: ScalarType,
}

/// Shows no text: it may be a secret.
impl std::fmt::Debug for Leaf<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Leaf")
            .field("key_path", &self.key_path)
            .field("value_span", &self.value_span)
            .finish_non_exhaustive()
    }
}

impl<'d> Leaf<'d> {
    /// The key path, where it was not cut.
    pub fn whole_path(&self) -> Option<&str> {
        let room = MAX_KEY_PATH - self.key_path.len();
        // A path is cut before a character that does not fit.
        (room >= char::MAX.len_utf8()).then_some(&self.key_path)
    }

    fn new(path: &KeyPath, key: Key<'d>, scalar: &'d Scalar) -> Self {
        Leaf {
            key_path: path.0.clone(),
            key: key.map_or("", |(name, _)| name),
            key_span: key.map(|(_, span)| span),
            value_span: scalar.span,
            text: &scalar.text,
            quoted: scalar.quoted,
            scalar_type: scalar.scalar_type,
        }
    }
}

/// The nearest key above a node.
type Key<'d> = Option<(&'d str, Span)>;

#[derive(Default)]
struct KeyPath(String);

impl KeyPath {
    fn push(&mut self, segment: &str) {
        if !self.0.is_empty() && self.0.len() < MAX_KEY_PATH {
            self.0.push('.');
        }
        let mut room = segment.len().min(MAX_KEY_PATH.saturating_sub(self.0.len()));
        while !segment.is_char_boundary(room) {
            room -= 1;
        }
        self.0.push_str(&segment[..room]);
    }
}

impl Document {
    /// Every single value in source order, both values of a key that stands twice included.
    pub fn leaves(&self) -> Box<dyn Iterator<Item = Leaf<'_>> + '_> {
        let walk = Leaves::over(self);
        if !self.interleaved {
            return Box::new(walk);
        }
        let mut all: Vec<_> = walk.collect();
        all.sort_by_key(|leaf| leaf.value_span);
        Box::new(all.into_iter())
    }

    /// The leaf whose value covers the byte at `offset`.
    pub fn leaf_at(&self, offset: usize) -> Option<Leaf<'_>> {
        let seek = Seek {
            offset,
            interleaved: self.interleaved,
        };
        let mut path = KeyPath::default();
        let mut roots = seek.children(&self.roots, |root| root.span);
        roots.find_map(|(_, root)| seek.leaf(root, &mut path, None))
    }

    /// The keys that stand again in the same map: the path, and where the later one stands.
    pub fn duplicates(&self) -> Vec<(String, Span)> {
        let mut found = Vec::new();
        for root in &self.roots {
            duplicates_in(root, &mut KeyPath::default(), &mut found);
        }
        found
    }
}

fn covers(span: Span, offset: usize) -> bool {
    span.start <= offset && offset < span.end
}

/// The search for the leaf at one byte.
struct Seek {
    offset: usize,
    interleaved: bool,
}

impl Seek {
    fn leaf<'d>(&self, node: &'d Node, path: &mut KeyPath, key: Key<'d>) -> Option<Leaf<'d>> {
        let length = path.0.len();
        match &node.kind {
            NodeKind::Scalar(scalar) => {
                covers(scalar.span, self.offset).then(|| Leaf::new(path, key, scalar))
            }
            NodeKind::Map(entries) => {
                let mut found = self.children(entries, |entry| entry.value.span);
                found.find_map(|(_, entry)| {
                    path.0.truncate(length);
                    if entry.merge {
                        return self.leaf(&entry.value, path, key);
                    }
                    path.push(&entry.key);
                    let key = Some((entry.key.as_str(), entry.key_span));
                    self.leaf(&entry.value, path, key)
                })
            }
            NodeKind::List(items) => {
                let mut found = self.children(items, |item| item.span);
                found.find_map(|(index, item)| {
                    path.0.truncate(length);
                    path.push(&index.to_string());
                    self.leaf(item, path, key)
                })
            }
            NodeKind::Alias(_) => None,
        }
    }

    /// The children that cover the offset: one, found by halves, where children stand in order; any number otherwise.
    fn children<'d, T>(
        &self,
        children: &'d [T],
        span_of: impl Fn(&T) -> Span,
    ) -> impl Iterator<Item = (usize, &'d T)> {
        let range = if self.interleaved {
            0..children.len()
        } else {
            let after = children.partition_point(|child| span_of(child).start <= self.offset);
            after.saturating_sub(1)..after
        };
        let start = range.start;
        let offset = self.offset;
        children[range]
            .iter()
            .enumerate()
            .filter(move |(_, child)| covers(span_of(child), offset))
            .map(move |(index, child)| (start + index, child))
    }
}

fn duplicates_in(node: &Node, path: &mut KeyPath, found: &mut Vec<(String, Span)>) {
    let length = path.0.len();
    match &node.kind {
        NodeKind::Map(entries) => {
            let mut seen = HashSet::new();
            for entry in entries {
                if !entry.merge {
                    path.push(&entry.key);
                    if !seen.insert(entry.key.as_str()) {
                        found.push((path.0.clone(), entry.key_span));
                    }
                }
                duplicates_in(&entry.value, path, found);
                path.0.truncate(length);
            }
        }
        NodeKind::List(items) => {
            for (index, item) in items.iter().enumerate() {
                path.push(&index.to_string());
                duplicates_in(item, path, found);
                path.0.truncate(length);
            }
        }
        NodeKind::Scalar(_) | NodeKind::Alias(_) => {}
    }
}

enum Children<'d> {
    Entries(std::slice::Iter<'d, Entry>),
    Items(std::iter::Enumerate<std::slice::Iter<'d, Node>>),
}

struct Frame<'d> {
    children: Children<'d>,
    key: Key<'d>,
    path_length: usize,
    /// Whether the children stand in for entries of the map above, because a merge key led here.
    merged: bool,
}

/// The walk with a stack of its own, so that one path is alive at a time.
struct Leaves<'d> {
    document: &'d Document,
    roots: std::slice::Iter<'d, Node>,
    stack: Vec<Frame<'d>>,
    path: KeyPath,
}

impl<'d> Leaves<'d> {
    fn over(document: &'d Document) -> Self {
        Leaves {
            document,
            roots: document.roots.iter(),
            stack: Vec::new(),
            path: KeyPath::default(),
        }
    }

    /// The next node in order, with the nearest key and whether a merge key led to it.
    fn step(&mut self) -> Option<(&'d Node, Key<'d>, bool)> {
        while let Some(frame) = self.stack.last_mut() {
            self.path.0.truncate(frame.path_length);
            match &mut frame.children {
                Children::Entries(entries) => {
                    if let Some(entry) = entries.next() {
                        if entry.merge {
                            return Some((&entry.value, frame.key, true));
                        }
                        self.path.push(&entry.key);
                        let key = Some((entry.key.as_str(), entry.key_span));
                        return Some((&entry.value, key, false));
                    }
                }
                Children::Items(items) => {
                    if let Some((index, item)) = items.next() {
                        if !frame.merged {
                            self.path.push(&index.to_string());
                        }
                        return Some((item, frame.key, frame.merged));
                    }
                }
            }
            self.stack.pop();
        }
        self.path.0.clear();
        self.roots.next().map(|root| (root, None, false))
    }
}

impl<'d> Iterator for Leaves<'d> {
    type Item = Leaf<'d>;

    fn next(&mut self) -> Option<Leaf<'d>> {
        loop {
            let (written, key, merged) = self.step()?;
            let Some(node) = self.document.resolve(written) else {
                continue;
            };
            let children = match &node.kind {
                NodeKind::Scalar(scalar) => return Some(Leaf::new(&self.path, key, scalar)),
                NodeKind::Map(entries) => Children::Entries(entries.iter()),
                NodeKind::List(items) => Children::Items(items.iter().enumerate()),
                NodeKind::Alias(_) => continue,
            };
            self.stack.push(Frame {
                children,
                key,
                path_length: self.path.0.len(),
                merged,
            });
        }
    }
}
