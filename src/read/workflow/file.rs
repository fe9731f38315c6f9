//! One YAML file with its tree, its lines and its path.
//!
//! In: a path and bytes. Out: settings, texts and spots of nodes. It knows no key of any file.

use std::sync::Arc;

use crate::model::{RepoPath, Setting, Span, Spot};
use crate::read::lines::Lines;
use crate::syntax::{self, Document, Format, Node, SyntaxError};

/// A file that was read as YAML.
pub(super) struct File<'t> {
    pub path: Arc<RepoPath>,
    pub text: &'t [u8],
    pub document: Document,
    pub lines: Lines<'t>,
}

impl<'t> File<'t> {
    pub(super) fn open(path: &RepoPath, text: &'t [u8]) -> Result<Self, SyntaxError> {
        Ok(File {
            path: Arc::new(path.clone()),
            text,
            document: syntax::parse(Format::Yaml, text)?,
            lines: Lines::of(text),
        })
    }

    pub(super) fn spot(&self, span: Span) -> Spot {
        Spot {
            path: self.path.clone(),
            span,
            place: self.lines.place(span),
        }
    }

    /// The nodes at a route of keys.
    pub(super) fn at(&self, route: &[&str]) -> Vec<&Node> {
        self.document.get(route)
    }

    /// The single values of a map, aliases and merge keys followed.
    pub(super) fn settings(&self, node: &Node) -> Vec<Setting> {
        self.document
            .entries(node)
            .into_iter()
            .filter_map(|entry| {
                let scalar = self.document.resolve(&entry.value)?.as_scalar()?;
                Some(Setting {
                    name: entry.key.clone(),
                    value: scalar.text.clone(),
                    name_spot: self.spot(entry.key_span),
                    spot: self.spot(scalar.span),
                })
            })
            .collect()
    }

    /// The single value behind a key, as a setting.
    pub(super) fn setting(&self, name: &str, key: Span, node: &Node) -> Option<Setting> {
        let scalar = self.document.resolve(node)?.as_scalar()?;
        Some(Setting {
            name: name.to_owned(),
            value: scalar.text.clone(),
            name_spot: self.spot(key),
            spot: self.spot(scalar.span),
        })
    }

    /// One text, or each text of a list.
    pub(super) fn texts(&self, node: &Node) -> Vec<String> {
        let Some(node) = self.document.resolve(node) else {
            return Vec::new();
        };
        match node.as_list() {
            Some(items) => items
                .iter()
                .filter_map(|item| self.document.resolve(item)?.as_text())
                .map(str::to_owned)
                .collect(),
            None => node.as_text().map(str::to_owned).into_iter().collect(),
        }
    }

    /// The texts behind a key of a map.
    pub(super) fn texts_below(&self, node: &Node, key: &str) -> Vec<String> {
        self.document
            .entries(node)
            .into_iter()
            .filter(|entry| entry.key == key)
            .flat_map(|entry| self.texts(&entry.value))
            .collect()
    }

    /// The text behind a key of a map.
    pub(super) fn text_below(&self, node: &Node, key: &str) -> Option<String> {
        self.texts_below(node, key).into_iter().next()
    }
}
