//! What containers take from the host: mounts of logins, the Docker socket, variables.
//!
//! In: a development container's or compose file's document. Out: mounts and variables with their places.

use super::{AgentFile, Composed, Mount, Passed, Service, is_compose, quoted};
use crate::model::Span;
use crate::read::reference::references;
use crate::rules::agent_facts::{Opening, agent_facts};
use crate::syntax::{Document, Node, NodeKind};

/// The most mounts of one file.
const MOST: usize = 128;

/// Reads a development container's or compose file.
pub(super) fn read(file: &mut AgentFile, lower: &str, document: &Document) {
    if lower.ends_with("devcontainer.json") {
        let mut reader = Reader {
            file,
            document,
            service: Service::default(),
        };
        reader.development();
        return;
    }
    if !is_compose(lower) {
        return;
    }
    for services in document.get(&["services"]) {
        for entry in document.entries(services) {
            let Some(service) = document.resolve(&entry.value) else {
                continue;
            };
            let mut reader = Reader {
                file: &mut *file,
                document,
                service: Service {
                    name: quoted(&entry.key),
                    runs_agent: runs_an_agent(document, service),
                },
            };
            reader.service(service);
        }
    }
}

/// Reads what one container takes from the host.
struct Reader<'f, 'd> {
    file: &'f mut AgentFile,
    document: &'d Document,
    service: Service,
}

impl Reader<'_, '_> {
    fn development(&mut self) {
        let document = self.document;
        for list in document.get(&["mounts"]) {
            self.mounts_of(list);
        }
        for list in document.get(&["runArgs"]) {
            self.run_arguments(list);
        }
        for key in ["privileged", "capAdd"] {
            for value in document.get(&[key]) {
                self.opening(key, value);
            }
        }
        for key in ["remoteEnv", "containerEnv"] {
            for map in document.get(&[key]) {
                self.variables(map);
            }
        }
        self.composed();
    }

    fn service(&mut self, service: &Node) {
        let document = self.document;
        for entry in document.entries(service) {
            let Some(value) = document.resolve(&entry.value) else {
                continue;
            };
            match entry.key.as_str() {
                "volumes" => self.mounts_of(value),
                "environment" => self.variables(value),
                key => self.opening(key, value),
            }
        }
    }

    /// `dockerComposeFile`: a path or a list of them, from the folder of this file.
    fn composed(&mut self) {
        let text = |key: &str| -> Vec<String> {
            let mut found = Vec::new();
            for node in self.document.get(&[key]) {
                collect(self.document, node, 0, &mut found);
            }
            found
        };
        let service = text("service").into_iter().next().unwrap_or_default();
        let path = self.file.path.lossy();
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let files: Vec<String> = text("dockerComposeFile")
            .iter()
            .map(|relative| joined(folder, relative))
            .collect();
        if !files.is_empty() {
            self.file.composed = Some(Composed { files, service });
        }
    }

    /// A key that takes the walls of the container away.
    fn opening(&mut self, key: &str, value: &Node) {
        let items: Vec<&Node> = match &value.kind {
            NodeKind::List(items) => items.iter().collect(),
            _ => vec![value],
        };
        for scalar in items.into_iter().filter_map(Node::as_scalar) {
            self.opened(
                key,
                &scalar.text,
                format!("{key}: {}", scalar.text),
                scalar.span,
            );
        }
    }
}

/// Whether a service runs an agent, by its image, its build or its command.
fn runs_an_agent(document: &Document, service: &Node) -> bool {
    const WORDS: &[&str] = &[
        "claude",
        "codex",
        "gemini-cli",
        "opencode",
        "openhands",
        "aider",
        "cursor-agent",
        "qwen-code",
        "goose",
    ];
    document
        .entries(service)
        .into_iter()
        .filter(|entry| {
            ["image", "command", "entrypoint", "container_name", "build"]
                .contains(&entry.key.as_str())
        })
        .filter_map(|entry| document.resolve(&entry.value))
        .any(|value| {
            let mut texts = Vec::new();
            collect(document, value, 0, &mut texts);
            texts.iter().any(|text| {
                let lower = text.to_ascii_lowercase();
                WORDS.iter().any(|word| {
                    lower
                        .split(|c: char| !c.is_ascii_alphanumeric() && c != '-')
                        .any(|part| part == *word || part.starts_with(&format!("{word}-")))
                })
            })
        })
}

fn collect(document: &Document, node: &Node, depth: usize, out: &mut Vec<String>) {
    if depth > 4 || out.len() > MOST {
        return;
    }
    match &node.kind {
        NodeKind::Scalar(scalar) => out.push(scalar.text.clone()),
        NodeKind::List(items) => {
            for item in items.iter().filter_map(|item| document.resolve(item)) {
                collect(document, item, depth + 1, out);
            }
        }
        NodeKind::Map(_) => {
            for entry in document.entries(node) {
                if let Some(value) = document.resolve(&entry.value) {
                    collect(document, value, depth + 1, out);
                }
            }
        }
        NodeKind::Alias(_) => {}
    }
}

impl Reader<'_, '_> {
    fn opened(&mut self, key: &str, value: &str, shown: String, span: Span) {
        let is_open = |opening: &&Opening| {
            opening.keys.iter().any(|known| known == key)
                && opening.values.iter().any(|known| known == value)
        };
        let known = agent_facts().openings.iter().find(is_open);
        if let Some(known) = known
            && self.file.mounts.len() < MOST
        {
            self.file.mounts.push(Mount {
                source: quoted(&shown),
                says: &known.says,
                is_key: true,
                service: self.service.clone(),
                span,
            });
        }
    }

    fn mounts_of(&mut self, list: &Node) {
        let document = self.document;
        for item in list.as_list().unwrap_or_default() {
            let Some(item) = document.resolve(item) else {
                continue;
            };
            match &item.kind {
                NodeKind::Scalar(scalar) => self.mount(source_of(&scalar.text), scalar.span),
                NodeKind::Map(_) => {
                    let source = document
                        .entries(item)
                        .into_iter()
                        .find(|entry| entry.key == "source")
                        .and_then(|entry| entry.value.as_scalar());
                    if let Some(scalar) = source {
                        self.mount(&scalar.text, scalar.span);
                    }
                }
                NodeKind::List(_) | NodeKind::Alias(_) => {}
            }
        }
    }

    fn mount(&mut self, source: &str, span: Span) {
        // A named volume or a folder of the repository is nobody's login.
        let of_host = source.starts_with(['~', '/', '$', '%']) || source.contains("localEnv:");
        let whole = source.replace('\\', "/");
        let holds = |within: &str| {
            whole.match_indices(within).any(|(at, _)| {
                let before = whole[..at].bytes().last();
                let after = whole[at + within.len()..].bytes().next();
                matches!(before, None | Some(b'/' | b'}'))
                    && matches!(after, None | Some(b'/' | b'}' | b'-'))
            })
        };
        let known = agent_facts()
            .mounts
            .iter()
            .find(|known| holds(&known.within));
        if let (Some(known), true) = (known, of_host)
            && self.file.mounts.len() < MOST
        {
            self.file.mounts.push(Mount {
                source: quoted(source),
                says: &known.says,
                is_key: false,
                service: self.service.clone(),
                span,
            });
        }
    }

    /// `runArgs`: `-v a:b`, `--volume=a:b`, `-e NAME`, `--env NAME`, `--mount …`.
    fn run_arguments(&mut self, list: &Node) {
        let document = self.document;
        let mut before = String::new();
        for item in list.as_list().unwrap_or_default() {
            let Some(scalar) = document.resolve(item).and_then(Node::as_scalar) else {
                continue;
            };
            let flag = scalar.text.trim_start_matches('-').split('=').next();
            if scalar.text.starts_with("--") && flag == Some("privileged") {
                self.opened("privileged", "true", scalar.text.clone(), scalar.span);
            }
            let (flag, value) = match scalar.text.split_once('=') {
                Some((flag, value)) if flag.starts_with("--") => {
                    (flag.to_owned(), value.to_owned())
                }
                _ => (before.clone(), scalar.text.clone()),
            };
            match flag.as_str() {
                "-v" | "--volume" | "--mount" => self.mount(source_of(&value), scalar.span),
                "-e" | "--env" if !value.contains('=') => self.pass(&value, scalar.span),
                "--pid" | "--cap-add" => {
                    let shown = format!("{flag}={value}");
                    self.opened(flag.trim_start_matches('-'), &value, shown, scalar.span);
                }
                _ => {}
            }
            before = scalar.text.clone();
        }
    }

    fn variables(&mut self, node: &Node) {
        let document = self.document;
        match &node.kind {
            NodeKind::List(items) => {
                for scalar in items.iter().filter_map(Node::as_scalar) {
                    match scalar.text.split_once('=') {
                        None => self.pass(&scalar.text, scalar.span),
                        Some((_, value)) => {
                            for reference in references(value) {
                                self.pass(&reference.name, scalar.span);
                            }
                        }
                    }
                }
            }
            _ => {
                for entry in document.entries(node) {
                    let Some(scalar) = document.resolve(&entry.value).and_then(Node::as_scalar)
                    else {
                        continue;
                    };
                    for reference in references(&scalar.text) {
                        self.pass(&reference.name, scalar.span);
                    }
                }
            }
        }
    }

    fn pass(&mut self, name: &str, span: Span) {
        if self.file.passed.len() < MOST {
            self.file.passed.push(Passed {
                name: name.to_owned(),
                service: self.service.clone(),
                span,
            });
        }
    }
}

/// The host's side of `a:b:ro` or `source=a,target=b,type=bind`.
fn source_of(text: &str) -> &str {
    let named = text.split(',').find_map(|part| {
        part.trim()
            .strip_prefix("source=")
            .or_else(|| part.trim().strip_prefix("src="))
    });
    if let Some(source) = named {
        return source;
    }
    // `${localEnv:HOME}/.aws:/root/.aws`: a colon inside braces divides nothing.
    let mut depth = 0;
    for (at, character) in text.char_indices() {
        match character {
            '{' => depth += 1,
            '}' => depth -= 1,
            ':' if depth == 0 && at > 1 => return &text[..at],
            _ => {}
        }
    }
    text
}

/// A path from a folder of the repository, its `.` and `..` resolved.
fn joined(folder: &str, relative: &str) -> String {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in relative.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            other => parts.push(other),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests;
