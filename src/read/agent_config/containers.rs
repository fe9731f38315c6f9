//! What containers take from the host: mounts of logins, the Docker socket, variables.
//!
//! In: a development container's or compose file's document. Out: mounts and variables with their places.

use super::{AgentFile, Mount, Passed, is_compose, quoted};
use crate::model::Span;
use crate::read::reference::references;
use crate::rules::agent_facts::agent_facts;
use crate::syntax::{Document, Node, NodeKind};

/// The most mounts of one file.
const MOST: usize = 128;

/// Reads a development container's or compose file.
pub(super) fn read(file: &mut AgentFile, lower: &str, document: &Document) {
    if lower.ends_with("devcontainer.json") {
        for list in document.get(&["mounts"]) {
            mounts_of(file, document, list);
        }
        for list in document.get(&["runArgs"]) {
            run_arguments(file, document, list);
        }
        for key in ["remoteEnv", "containerEnv"] {
            for map in document.get(&[key]) {
                variables(file, document, map);
            }
        }
        return;
    }
    if !is_compose(lower) {
        return;
    }
    for services in document.get(&["services"]) {
        for service in document.entries(services) {
            let Some(service) = document.resolve(&service.value) else {
                continue;
            };
            if !runs_an_agent(document, service) {
                continue;
            }
            for entry in document.entries(service) {
                let Some(value) = document.resolve(&entry.value) else {
                    continue;
                };
                match entry.key.as_str() {
                    "volumes" => mounts_of(file, document, value),
                    "environment" => variables(file, document, value),
                    _ => {}
                }
            }
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

fn mounts_of(file: &mut AgentFile, document: &Document, list: &Node) {
    for item in list.as_list().unwrap_or_default() {
        let Some(item) = document.resolve(item) else {
            continue;
        };
        match &item.kind {
            NodeKind::Scalar(scalar) => mount(file, source_of(&scalar.text), scalar.span),
            NodeKind::Map(_) => {
                let source = document
                    .entries(item)
                    .into_iter()
                    .find(|entry| entry.key == "source")
                    .and_then(|entry| entry.value.as_scalar());
                if let Some(scalar) = source {
                    mount(file, &scalar.text, scalar.span);
                }
            }
            NodeKind::List(_) | NodeKind::Alias(_) => {}
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

fn mount(file: &mut AgentFile, source: &str, span: Span) {
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
        && file.mounts.len() < MOST
    {
        file.mounts.push(Mount {
            source: quoted(source),
            says: &known.says,
            span,
        });
    }
}

/// `runArgs`: `-v a:b`, `--volume=a:b`, `-e NAME`, `--env NAME`, `--mount …`.
fn run_arguments(file: &mut AgentFile, document: &Document, list: &Node) {
    let mut before = String::new();
    for item in list.as_list().unwrap_or_default() {
        let Some(scalar) = document.resolve(item).and_then(Node::as_scalar) else {
            continue;
        };
        let (flag, value) = match scalar.text.split_once('=') {
            Some((flag, value)) if flag.starts_with("--") => (flag.to_owned(), value.to_owned()),
            _ => (before.clone(), scalar.text.clone()),
        };
        match flag.as_str() {
            "-v" | "--volume" | "--mount" => mount(file, source_of(&value), scalar.span),
            "-e" | "--env" if !value.contains('=') => pass(file, &value, scalar.span),
            _ => {}
        }
        before = scalar.text.clone();
    }
}

fn variables(file: &mut AgentFile, document: &Document, node: &Node) {
    match &node.kind {
        NodeKind::List(items) => {
            for scalar in items.iter().filter_map(Node::as_scalar) {
                match scalar.text.split_once('=') {
                    None => pass(file, &scalar.text, scalar.span),
                    Some((_, value)) => {
                        for reference in references(value) {
                            pass(file, &reference.name, scalar.span);
                        }
                    }
                }
            }
        }
        _ => {
            for entry in document.entries(node) {
                let Some(scalar) = document.resolve(&entry.value).and_then(Node::as_scalar) else {
                    continue;
                };
                for reference in references(&scalar.text) {
                    pass(file, &reference.name, scalar.span);
                }
            }
        }
    }
}

fn pass(file: &mut AgentFile, name: &str, span: Span) {
    if file.passed.len() < MOST {
        file.passed.push(Passed {
            name: name.to_owned(),
            span,
        });
    }
}
