//! Scripts that start an agent with the word that takes the person away.
//!
//! In: shell files, package scripts, Makefiles, Dockerfiles, development containers, tasks, compose files. Out: starts.
//! Everything goes through the shell reader, so that quoting, continued lines and wrappers count, and mentions do not.

use super::{AgentFile, Start, guards, is_compose};
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
struct Piece {
    text: String,
    place: String,
    at_install: bool,
    /// Where the whole piece stands, or its first byte where the text is verbatim.
    span: Span,
    verbatim: bool,
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
        dockerfile(text, &mut pieces);
    } else if lower.contains("makefile") || lower.ends_with(".mk") || lower == "justfile" {
        recipes(text, &mut pieces);
    } else if lower == "procfile" {
        procfile(text, &mut pieces);
    } else if [".sh", ".bash", ".zsh"]
        .iter()
        .any(|ending| lower.ends_with(ending))
    {
        if let Ok(script) = std::str::from_utf8(text) {
            pieces.push(Piece {
                text: script.to_owned(),
                place: "this script".to_owned(),
                at_install: false,
                span: Span::new(0, text.len()),
                verbatim: true,
            });
        }
    }
    for piece in pieces {
        starts_of(file, &piece);
    }
}

fn starts_of(file: &mut AgentFile, piece: &Piece) {
    if !may_start_an_agent(piece.text.as_bytes()) {
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
fn quote(word: &str) -> String {
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

/// `RUN`, `CMD` and `ENTRYPOINT`, continued lines joined; the list form is JSON.
fn dockerfile(text: &[u8], pieces: &mut Vec<Piece>) {
    let mut open: Option<(String, String, Span)> = None;
    for (line, span) in guards::lines(text) {
        let (word, rest, whole) = match open.take() {
            Some((word, before, start)) => {
                let whole = Span::new(start.start, span.end);
                (word, format!("{before}\n{line}"), whole)
            }
            None => {
                let (word, rest) = line
                    .trim_start()
                    .split_once(char::is_whitespace)
                    .unwrap_or((line.as_str(), ""));
                let word = word.to_ascii_uppercase();
                if !["RUN", "CMD", "ENTRYPOINT"].contains(&word.as_str()) {
                    continue;
                }
                (word, rest.to_owned(), span)
            }
        };
        if rest.trim_end().ends_with('\\') {
            open = Some((word, rest, whole));
            continue;
        }
        let text = match crate::syntax::nested(&rest) {
            Some(document) => document.roots.first().and_then(Node::as_list).map(|items| {
                let words = items.iter().filter_map(Node::as_text).map(quote);
                words.collect::<Vec<_>>().join(" ")
            }),
            None => None,
        };
        pieces.push(Piece {
            text: text.unwrap_or(rest),
            place: format!("`{word}`"),
            at_install: word == "RUN",
            span: whole,
            verbatim: false,
        });
    }
}

/// Indented lines of a Makefile or justfile, continued lines joined.
fn recipes(text: &[u8], pieces: &mut Vec<Piece>) {
    let mut open: Option<(String, Span)> = None;
    for (line, span) in guards::lines(text) {
        let (joined, whole) = match open.take() {
            Some((before, start)) => (
                format!("{before}\n{line}"),
                Span::new(start.start, span.end),
            ),
            None if line.starts_with(['\t', ' ']) => (
                line.trim_start()
                    .trim_start_matches(['@', '-', '+'])
                    .to_owned(),
                span,
            ),
            None => continue,
        };
        if joined.ends_with('\\') {
            open = Some((joined, whole));
            continue;
        }
        pieces.push(Piece {
            text: without_make(&joined),
            place: "a recipe".to_owned(),
            at_install: false,
            span: whole,
            verbatim: false,
        });
    }
}

/// A recipe as the shell sees it: `$(NAME)` stands for a word, `$$` for a dollar sign.
fn without_make(recipe: &str) -> String {
    let mut out = String::with_capacity(recipe.len());
    let mut rest = recipe;
    while let Some(at) = rest.find('$') {
        out.push_str(&rest[..at]);
        let after = &rest[at + 1..];
        let name = after
            .strip_prefix('(')
            .and_then(|inside| inside.split_once(')'));
        match name {
            Some((name, behind))
                if !name.is_empty()
                    && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') =>
            {
                out.push_str("${");
                out.push_str(name);
                out.push('}');
                rest = behind;
            }
            _ => {
                out.push('$');
                rest = after.strip_prefix('$').unwrap_or(after);
            }
        }
    }
    out.push_str(rest);
    out
}

fn procfile(text: &[u8], pieces: &mut Vec<Piece>) {
    for (line, span) in guards::lines(text) {
        if let Some((name, command)) = line.split_once(':') {
            pieces.push(Piece {
                text: command.to_owned(),
                place: format!("the process `{}`", super::quoted(name)),
                at_install: false,
                span,
                verbatim: false,
            });
        }
    }
}
