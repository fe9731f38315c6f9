//! Finding nodes by the keys that lead to them.
//!
//! In: a document and a route. Out: every node at that route: a key that stands twice gives two.
//! Aliases and merge keys are followed; an alias inside its own target is not, which ends every cycle.

use super::tree::{Document, Entry, Node, NodeKind};
use crate::model::Span;

impl Document {
    /// The nodes at a route of keys, list items by their number from 0, in every root; aliases are followed.
    pub fn get(&self, route: &[&str]) -> Vec<&Node> {
        let mut found: Vec<&Node> = self.roots.iter().collect();
        found = found
            .into_iter()
            .filter_map(|node| self.resolve(node))
            .collect();
        for key in route {
            let mut below = Vec::new();
            for node in found {
                match &node.kind {
                    NodeKind::Map(_) => {
                        let named = self
                            .entries(node)
                            .into_iter()
                            .filter(|entry| entry.key == *key);
                        below.extend(named.filter_map(|entry| self.resolve(&entry.value)));
                    }
                    NodeKind::List(items) => {
                        let item = key.parse().ok().and_then(|index: usize| items.get(index));
                        below.extend(item.and_then(|item| self.resolve(item)));
                    }
                    NodeKind::Scalar(_) | NodeKind::Alias(_) => {}
                }
            }
            found = below;
        }
        found
    }

    /// The entries of a map, its own first, then those that merge keys bring; empty where the node is no map.
    pub fn entries<'d>(&'d self, node: &'d Node) -> Vec<&'d Entry> {
        let mut own = Vec::new();
        let mut merged = Vec::new();
        if let Some(entries) = self.resolve(node).and_then(Node::as_map) {
            for entry in entries {
                if entry.merge {
                    self.merged_entries(&entry.value, &mut merged);
                } else {
                    own.push(entry);
                }
            }
        }
        own.append(&mut merged);
        own
    }

    fn merged_entries<'d>(&'d self, value: &'d Node, out: &mut Vec<&'d Entry>) {
        let Some(node) = self.resolve(value) else {
            return;
        };
        match &node.kind {
            NodeKind::Map(_) => out.extend(self.entries(node)),
            NodeKind::List(items) => {
                for item in items {
                    self.merged_entries(item, out);
                }
            }
            NodeKind::Scalar(_) | NodeKind::Alias(_) => {}
        }
    }

    /// The node itself, or the node that an alias stands for; `None` where that would go round in a circle.
    pub fn resolve<'d>(&'d self, node: &'d Node) -> Option<&'d Node> {
        let NodeKind::Alias(alias) = &node.kind else {
            return Some(node);
        };
        let span = *self.anchors.get(&alias.anchor)?;
        if span.contains(node.span) {
            return None;
        }
        let key = self.anchored_keys.get(&alias.anchor);
        key.or_else(|| anchored(&self.roots, alias.anchor, span))
    }
}

/// The node with an anchor, found by halves, since children stand in order and inside their parents.
fn anchored(roots: &[Node], anchor: u32, span: Span) -> Option<&Node> {
    let mut node = roots.get(last_before(roots, |root| root.span.start <= span.start)?)?;
    while node.anchor != Some(anchor) {
        node = match &node.kind {
            NodeKind::Map(entries) => {
                let before = |entry: &Entry| entry.value.span.start <= span.start;
                &entries.get(last_before(entries, before)?)?.value
            }
            NodeKind::List(items) => {
                items.get(last_before(items, |item| item.span.start <= span.start)?)?
            }
            NodeKind::Scalar(_) | NodeKind::Alias(_) => return None,
        };
    }
    Some(node)
}

fn last_before<T>(children: &[T], before: impl Fn(&T) -> bool) -> Option<usize> {
    children.partition_point(before).checked_sub(1)
}
