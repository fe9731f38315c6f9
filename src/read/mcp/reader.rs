//! One server's entry, key by key.
//!
//! In: the nodes of an entry. Out: what the server is handed, and everything that says which server it is.

use super::{Giving, Handed, Server, Unasked};
use crate::model::Span;
use crate::read::reference::{Source, references};
use crate::rules::agent_facts::agent_facts;
use crate::syntax::{Document, Node, NodeKind};

/// Variables that an agent sets itself, to places on the disk: nobody hands a credential by them.
const PLACES: &[&str] = &[
    "workspaceFolder",
    "workspaceFolderBasename",
    "userHome",
    "extensionPath",
    "cwd",
    "pathSeparator",
    "CLAUDE_PROJECT_DIR",
    "CLAUDE_PLUGIN_ROOT",
    "HOME",
    "PWD",
    "USER",
    "PATH",
];

impl Server {
    fn note(&mut self, text: &str) {
        self.launch.push_str(text);
        self.launch.push('\n');
    }

    /// A value in a slot: its references, or the literal.
    fn give(&mut self, slot: &str, text: &str, span: Span) {
        let found = references(text);
        if found.is_empty() {
            let literal = !text.is_empty() && !slot.is_empty();
            if literal {
                // `-e NAME` hands on what stands here.
                self.handed
                    .retain(|handed| handed.slot != slot || handed.variable != slot);
                self.handed.push(Handed {
                    slot: slot.to_owned(),
                    variable: String::new(),
                    how: Giving::Literal,
                    span,
                });
            }
            return;
        }
        let values = found
            .into_iter()
            .filter(|one| !PLACES.contains(&one.name.as_str()));
        for reference in values {
            self.handed.push(Handed {
                slot: slot.to_owned(),
                variable: reference.name,
                how: match reference.source {
                    Source::Asked => Giving::Asked,
                    Source::Environment | Source::Store | Source::Elsewhere => Giving::Reference,
                },
                span,
            });
        }
    }

    pub(super) fn take_pairs(&mut self, document: &Document, node: &Node) {
        if let NodeKind::List(items) = &node.kind {
            let pairs = items.iter().filter_map(Node::as_scalar);
            for scalar in pairs {
                let (name, value) = scalar.text.split_once('=').unwrap_or((&scalar.text, ""));
                self.pair(name, value, scalar.span);
            }
            return;
        }
        for entry in document.entries(node) {
            let value = document.resolve(&entry.value).and_then(Node::as_scalar);
            if let Some(scalar) = value {
                self.note(&format!("{}={}", entry.key, scalar.text));
                self.give(&entry.key, &scalar.text, entry.key_span);
            }
        }
    }

    /// `NAME=value`, or `NAME` alone, which is taken from the environment.
    fn pair(&mut self, name: &str, value: &str, span: Span) {
        self.note(&format!("{name}={value}"));
        if value.is_empty() {
            self.name(name, span);
        } else {
            self.give(name, value, span);
        }
    }

    fn name(&mut self, name: &str, span: Span) {
        let known = |handed: &Handed| handed.slot == name || handed.variable == name;
        if !name.is_empty() && !self.handed.iter().any(known) {
            self.handed.push(Handed {
                slot: name.to_owned(),
                variable: name.to_owned(),
                how: Giving::Reference,
                span,
            });
        }
    }

    pub(super) fn take_headers(&mut self, document: &Document, node: &Node) {
        for entry in document.entries(node) {
            let Some(value) = document.resolve(&entry.value) else {
                continue;
            };
            match &value.kind {
                NodeKind::Scalar(scalar) => {
                    self.note(&format!("{}: {}", entry.key, scalar.text));
                    self.give(&entry.key, &scalar.text, scalar.span);
                }
                NodeKind::Map(_) if entry.key.eq_ignore_ascii_case("headers") => {
                    self.take_headers(document, value);
                }
                NodeKind::Map(_) | NodeKind::List(_) | NodeKind::Alias(_) => {}
            }
        }
    }

    pub(super) fn take_text(&mut self, node: &Node) {
        if let Some(scalar) = node.as_scalar() {
            self.note(&scalar.text);
            self.give("", &scalar.text, scalar.span);
        }
    }

    pub(super) fn take_names(&mut self, document: &Document, node: &Node) {
        match &node.kind {
            NodeKind::Scalar(scalar) => self.name(&scalar.text, scalar.span),
            NodeKind::List(items) => {
                for item in items.iter().filter_map(|item| document.resolve(item)) {
                    let named = match &item.kind {
                        NodeKind::Scalar(scalar) => Some(scalar),
                        _ => document
                            .entries(item)
                            .into_iter()
                            .find(|entry| entry.key == "name")
                            .and_then(|entry| entry.value.as_scalar()),
                    };
                    if let Some(scalar) = named {
                        self.name(&scalar.text, scalar.span);
                    }
                }
            }
            NodeKind::Map(_) => {
                for entry in document.entries(node) {
                    if let Some(scalar) = entry.value.as_scalar() {
                        self.name(&scalar.text, scalar.span);
                    }
                }
            }
            NodeKind::Alias(_) => {}
        }
    }

    /// The words of a command: flags with values, `-e NAME`, `-e NAME=value`, addresses.
    pub(super) fn take_words(&mut self, document: &Document, node: &Node) {
        let words: Vec<(String, Span)> = match &node.kind {
            NodeKind::Scalar(scalar) => vec![(scalar.text.clone(), scalar.span)],
            NodeKind::List(items) => items
                .iter()
                .filter_map(|item| document.resolve(item).and_then(Node::as_scalar))
                .map(|scalar| (scalar.text.clone(), scalar.span))
                .collect(),
            // Zed's older form: { "path": …, "args": […], "env": {…} }.
            NodeKind::Map(_) => {
                for entry in document.entries(node) {
                    let Some(value) = document.resolve(&entry.value) else {
                        continue;
                    };
                    match entry.key.as_str() {
                        "path" => self.take_text(value),
                        "args" if matches!(value.kind, NodeKind::List(_)) => {
                            self.take_words(document, value);
                        }
                        "env" => self.take_pairs(document, value),
                        _ => {}
                    }
                }
                return;
            }
            NodeKind::Alias(_) => return,
        };
        let mut flag = String::new();
        for (word, span) in &words {
            self.note(word);
            match flag.as_str() {
                "-e" | "--env" => {
                    let (name, value) = word.split_once('=').unwrap_or((word, ""));
                    self.pair(name, value, *span);
                }
                _ => {
                    let (slot, value) = match word.split_once('=') {
                        Some((slot, value)) if slot.starts_with('-') => (slot, value),
                        _ => (flag.as_str(), word.as_str()),
                    };
                    if !references(value).is_empty() {
                        self.give(slot, value, *span);
                    }
                }
            }
            flag = match word.starts_with('-') && !word.contains('=') {
                true => word.clone(),
                false => String::new(),
            };
        }
    }

    pub(super) fn take_switch(&mut self, document: &Document, key: &str, span: Span, value: &Node) {
        let Some(switch) = agent_facts()
            .server_switches
            .iter()
            .find(|switch| switch.key == key)
        else {
            return;
        };
        let tools: Vec<String> = match &value.kind {
            NodeKind::List(items) => items
                .iter()
                .filter_map(|item| document.resolve(item).and_then(Node::as_text))
                .map(str::to_owned)
                .collect(),
            NodeKind::Scalar(scalar) if switch.values.contains(&scalar.text) => Vec::new(),
            NodeKind::Scalar(scalar) if switch.values.is_empty() && scalar.text == "true" => {
                Vec::new()
            }
            NodeKind::Scalar(_) | NodeKind::Map(_) | NodeKind::Alias(_) => return,
        };
        let listed = matches!(value.kind, NodeKind::List(_));
        if listed && tools.is_empty() {
            return;
        }
        let all = tools.iter().any(|tool| tool == "*");
        self.unasked.push(Unasked {
            key: key.to_owned(),
            tools: if all { Vec::new() } else { tools },
            says: &switch.says,
            span,
        });
    }
}
