//! Scripts that start an agent with the word that takes the person away.
//!
//! In: shell files, package scripts, Makefiles, Dockerfiles, development containers, tasks, compose files. Out: starts.
//! Everything goes through the shell reader, so that quoting, continued lines and wrappers count, and mentions do not.

use super::{AgentFile, Start, is_compose, mentions, recipes};
use crate::model::Span;
use crate::read::shell;
use crate::rules::ci;
use crate::syntax::{Document, Node, NodeKind};

/// Texts of which one stands in every command that takes the person away.
const MARKS: &[&str] = &[
    "--dangerously",
    "bypassPermissions",
    "danger-full-access",
    "--yolo",
    "--trust-all",
    "--allow-all",
    "--allow-tool",
    "--yes",
    "--force",
    "--skip-permissions",
    "--auto",
    "--approval-mode",
    "-y",
    "-f",
    "-a",
];
/// The most starts of one file.
const MOST: usize = 64;
/// Scripts of a package that run while it is installed or prepared.
const AT_INSTALL: &[&str] = &[
    "preinstall",
    "install",
    "postinstall",
    "prepare",
    "preprepare",
    "postprepare",
    "prepublish",
];
/// Commands of a development container that run while it is made.
const AT_CREATE: &[&str] = &[
    "initializeCommand",
    "onCreateCommand",
    "updateContentCommand",
    "postCreateCommand",
];
const AT_START: &[&str] = &["postStartCommand", "postAttachCommand"];

/// Whether a text names an agent's program and a word that may take the person away.
pub(super) fn may_start_an_agent(text: &[u8]) -> bool {
    let has = |word: &str| memchr::memmem::find(text, word.as_bytes()).is_some();
    MARKS.iter().any(|mark| has(mark)) && ci::cli_names().any(has)
}

/// A piece of shell text.
pub(super) struct Piece {
    pub(super) text: String,
    pub(super) place: String,
    pub(super) at_install: bool,
    /// Where the whole piece stands, or its first byte where the text is verbatim.
    pub(super) span: Span,
    pub(super) verbatim: bool,
}

/// Reads every command of the file.
pub(super) fn read(file: &mut AgentFile, lower: &str, text: &[u8], document: &Document) {
    if !may_start_an_agent(text) {
        return;
    }
    let mut pieces = Vec::new();
    if lower == "package.json" {
        package_scripts(document, &mut pieces);
    } else if lower.ends_with("devcontainer.json") {
        container_commands(document, &mut pieces);
    } else if lower == "tasks.json" {
        tasks(document, &mut pieces);
    } else if lower.starts_with("taskfile.") {
        taskfile(document, &mut pieces);
    } else if is_compose(lower) {
        compose(document, &mut pieces);
    } else if lower.starts_with("dockerfile")
        || lower.ends_with(".dockerfile")
        || lower == "containerfile"
    {
        recipes::dockerfile(text, &mut pieces);
    } else if lower.contains("makefile") || lower.ends_with(".mk") || lower == "justfile" {
        recipes::recipes(text, &mut pieces);
    } else if lower == "procfile" {
        recipes::procfile(text, &mut pieces);
    } else if [".sh", ".bash", ".zsh"]
        .iter()
        .any(|ending| lower.ends_with(ending))
        && let Ok(script) = std::str::from_utf8(text)
    {
        pieces.push(Piece {
            text: script.to_owned(),
            place: "this script".to_owned(),
            at_install: false,
            span: Span::new(0, text.len()),
            verbatim: true,
        });
    }
    for piece in pieces {
        starts_of(file, &piece);
    }
}

fn starts_of(file: &mut AgentFile, piece: &Piece) {
    if !mentions::may_take_person_away(&piece.text) {
        return;
    }
    for command in shell::read(&piece.text).commands {
        let Some((name, arguments)) = command.words.split_first() else {
            continue;
        };
        let Some(entry) = ci::cli_agent(name, arguments, true) else {
            continue;
        };
        let Some(flag) = bypass_of(entry, arguments) else {
            continue;
        };
        let span = match (piece.verbatim, command.span) {
            (true, Some(span)) => span.moved(piece.span.start),
            _ => piece.span,
        };
        if file.starts.len() < MOST {
            file.starts.push(Start {
                agent: &entry.agent,
                flag,
                place: piece.place.clone(),
                at_install: piece.at_install,
                span,
            });
        }
    }
}

/// The argument that takes the person away. A sandbox that stays on is no bypass.
fn bypass_of(entry: &ci::CliAgent, arguments: &[String]) -> Option<String> {
    let is_bypass = |argument: &&String| {
        *argument != "--full-auto" && entry.bypass.iter().any(|bypass| bypass == *argument)
    };
    arguments.iter().find(is_bypass).cloned()
}

fn piece(node: &Node, place: String, at_install: bool) -> Option<Piece> {
    let scalar = node.as_scalar()?;
    Some(Piece {
        text: scalar.text.clone(),
        place,
        at_install,
        span: scalar.span,
        verbatim: false,
    })
}

fn package_scripts(document: &Document, pieces: &mut Vec<Piece>) {
    for scripts in document.get(&["scripts"]) {
        for entry in document.entries(scripts) {
            let at_install = AT_INSTALL.contains(&entry.key.as_str());
            let place = format!("the package script `{}`", super::quoted(&entry.key));
            pieces.extend(piece(&entry.value, place, at_install));
        }
    }
}

/// Commands as a string, as words, or as a map of named ones.
fn container_commands(document: &Document, pieces: &mut Vec<Piece>) {
    for key in AT_CREATE.iter().chain(AT_START) {
        let at_install = AT_CREATE.contains(key);
        for node in document.get(&[*key]) {
            let place = format!("`{key}`");
            match &node.kind {
                NodeKind::Map(_) => {
                    for entry in document.entries(node) {
                        command(document, &entry.value, &place, at_install, pieces);
                    }
                }
                _ => command(document, node, &place, at_install, pieces),
            }
        }
    }
}

/// A command as a string or as words.
fn command(
    document: &Document,
    node: &Node,
    place: &str,
    at_install: bool,
    pieces: &mut Vec<Piece>,
) {
    let Some(node) = document.resolve(node) else {
        return;
    };
    match &node.kind {
        NodeKind::Scalar(_) => pieces.extend(piece(node, place.to_owned(), at_install)),
        NodeKind::List(items) => {
            let words: Vec<String> = items
                .iter()
                .filter_map(|item| document.resolve(item).and_then(Node::as_text))
                .map(quote)
                .collect();
            pieces.push(Piece {
                text: words.join(" "),
                place: place.to_owned(),
                at_install,
                span: node.span,
                verbatim: false,
            });
        }
        NodeKind::Map(_) | NodeKind::Alias(_) => {}
    }
}

/// A word as a shell takes it whole.
pub(super) fn quote(word: &str) -> String {
    format!("'{}'", word.replace('\'', "'\\''"))
}

fn tasks(document: &Document, pieces: &mut Vec<Piece>) {
    for list in document.get(&["tasks"]) {
        for item in list.as_list().unwrap_or_default() {
            let entries = document.entries(item);
            let value = |key: &str| {
                entries
                    .iter()
                    .find(|entry| entry.key == key)
                    .map(|entry| &entry.value)
            };
            let Some(written) = value("command").and_then(Node::as_scalar) else {
                continue;
            };
            let mut text = written.text.clone();
            for argument in value("args").and_then(Node::as_list).unwrap_or_default() {
                if let Some(word) = argument.as_text() {
                    text.push(' ');
                    text.push_str(&quote(word));
                }
            }
            pieces.push(Piece {
                text,
                place: "a task of the editor".to_owned(),
                at_install: false,
                span: written.span,
                verbatim: false,
            });
        }
    }
}

fn taskfile(document: &Document, pieces: &mut Vec<Piece>) {
    for tasks in document.get(&["tasks"]) {
        for task in document.entries(tasks) {
            let place = format!("the task `{}`", super::quoted(&task.key));
            for entry in document.entries(&task.value) {
                if entry.key != "cmds" && entry.key != "cmd" {
                    continue;
                }
                match &entry.value.kind {
                    NodeKind::List(items) => {
                        for item in items {
                            let inner = document
                                .entries(item)
                                .into_iter()
                                .find(|inner| inner.key == "cmd")
                                .map_or(item, |inner| &inner.value);
                            pieces.extend(piece(inner, place.clone(), false));
                        }
                    }
                    _ => pieces.extend(piece(&entry.value, place.clone(), false)),
                }
            }
        }
    }
}

fn compose(document: &Document, pieces: &mut Vec<Piece>) {
    for services in document.get(&["services"]) {
        for service in document.entries(services) {
            let place = format!("the service `{}`", super::quoted(&service.key));
            for entry in document.entries(&service.value) {
                if entry.key == "command" || entry.key == "entrypoint" {
                    command(document, &entry.value, &place, false, pieces);
                }
            }
        }
    }
}
