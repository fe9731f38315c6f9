//! Scripts that start an agent with the word that takes the person away.
//!
//! In: shell files, package scripts, Makefiles, Dockerfiles, development containers, tasks, compose files. Out: starts.
//! Everything goes through the shell reader, so that quoting, continued lines and wrappers count, and mentions do not.

use std::sync::OnceLock;

use memchr::memmem::Finder;

use super::recipes::{self, Recipes};
use super::{AgentFile, Start, is_compose, mentions};
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
    static FINDERS: OnceLock<[Vec<Finder<'static>>; 2]> = OnceLock::new();
    let [marks, names] = FINDERS.get_or_init(|| {
        let names = ci::cli_names().map(Finder::new);
        [MARKS.iter().map(Finder::new).collect(), names.collect()]
    });
    let has = |finder: &Finder<'_>| finder.find(text).is_some();
    marks.iter().any(has) && names.iter().any(has)
}

/// The same by the file's name in lower case: most shell scripts are ruled out by one walk.
pub(super) fn may_start(lower: &str, text: &[u8]) -> bool {
    (!is_read_whole(lower) || mentions::may_hold_both(text)) && may_start_an_agent(text)
}

/// A piece of shell text.
pub(super) struct Piece {
    pub(super) text: String,
    /// What a command calls it by: a package script, a target, a task; empty where it has no name.
    pub(super) name: String,
    pub(super) place: String,
    /// Whether a person is asked before it runs.
    pub(super) asks: bool,
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
    for piece in pieces_of(lower, text, document) {
        starts_of(file, &piece);
    }
}

/// The commands that a file holds, by its name in lower case.
pub(super) fn pieces_of(lower: &str, text: &[u8], document: &Document) -> Vec<Piece> {
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
    } else if lower.contains("makefile") || lower.ends_with(".mk") {
        recipes::recipes(text, Recipes::Make, &mut pieces);
    } else if lower == "justfile" || lower == ".justfile" {
        recipes::recipes(text, Recipes::Just, &mut pieces);
    } else if lower == "procfile" {
        recipes::procfile(text, &mut pieces);
    } else if is_shell(lower) {
        pieces.extend(script(text, "this script".to_owned()));
    }
    pieces
}

/// Whether a file is read as shell, whole.
fn is_shell(lower: &str) -> bool {
    let endings = [".sh", ".bash", ".zsh"];
    endings.iter().any(|ending| lower.ends_with(ending))
}

/// Whether a file's text is what a shell reads, as it stands.
fn is_read_whole(lower: &str) -> bool {
    let others = ["taskfile.", "dockerfile"];
    is_shell(lower)
        && !is_compose(lower)
        && !lower.contains("makefile")
        && !others.iter().any(|start| lower.starts_with(start))
}

/// The whole of a shell script.
pub(super) fn script(text: &[u8], place: String) -> Option<Piece> {
    Some(Piece {
        text: std::str::from_utf8(text).ok()?.to_owned(),
        name: String::new(),
        place,
        asks: false,
        at_install: false,
        span: Span::new(0, text.len()),
        verbatim: true,
    })
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
        name: String::new(),
        place,
        asks: false,
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
            pieces.extend(piece(&entry.value, place, at_install).map(|piece| Piece {
                name: entry.key.clone(),
                ..piece
            }));
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
                name: String::new(),
                place: place.to_owned(),
                asks: false,
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
                name: String::new(),
                place: "a task of the editor".to_owned(),
                asks: false,
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
            let entries = document.entries(&task.value);
            let asks = entries.iter().any(|entry| entry.key == "prompt");
            let mut add = |node: &Node, calls: &str| {
                pieces.extend(piece(node, place.clone(), false).map(|piece| Piece {
                    text: format!("{calls}{}", piece.text),
                    name: task.key.clone(),
                    asks,
                    ..piece
                }));
            };
            if task.value.as_scalar().is_some() {
                add(&task.value, "");
            }
            for entry in &entries {
                let calls = match entry.key.as_str() {
                    "cmds" | "cmd" => "",
                    "deps" => "task ",
                    _ => continue,
                };
                for item in entry.value.as_list().unwrap_or(&[]) {
                    let inner = document.entries(item);
                    let of = |key: &str| inner.iter().find(|inner| inner.key == key);
                    match (of("task"), of("cmd")) {
                        (Some(called), _) => add(&called.value, "task "),
                        (None, Some(command)) => add(&command.value, ""),
                        (None, None) => add(item, calls),
                    }
                }
                if entry.value.as_list().is_none() {
                    add(&entry.value, calls);
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

/// The commands of lefthook's settings, named by the hook of Git that runs them.
pub(super) fn lefthook(document: &Document) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let Some(root) = document.roots.first() else {
        return pieces;
    };
    for hook in document.entries(root) {
        for group in document.entries(&hook.value) {
            let named = document.entries(&group.value).into_iter();
            let named: Vec<&Node> = named.map(|entry| &entry.value).collect();
            let items = group.value.as_list().unwrap_or_default().iter();
            for command in named.into_iter().chain(items) {
                let entries = document.entries(command);
                let run = entries.iter().find(|entry| entry.key == "run");
                let place = format!("the Git hook `{}`", super::quoted(&hook.key));
                pieces.extend(
                    run.and_then(|run| piece(&run.value, place, false))
                        .map(|piece| Piece {
                            name: hook.key.clone(),
                            ..piece
                        }),
                );
            }
        }
    }
    pieces
}
