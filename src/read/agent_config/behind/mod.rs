//! What stands behind the commands that an agent may run or that run by themselves: package scripts, targets, scripts.
//!
//! In: the rules and hooks of a settings file, and a look-up of other files of the same state. Out: each command of the
//! table that cannot be undone, with the way that leads there. Depth, bytes and number are bounded, nothing is run, and
//! what asks a person first is left out.

mod calls;
mod source;
#[cfg(test)]
mod tests;
mod words;

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;

use super::scripts::Piece;
use super::{AgentFile, Decision, quoted};
use crate::model::{Span, Spot};
use crate::read::Lookup;
use crate::read::shell::{self, Simple};
use calls::{By, Call, End, Name, calls};
pub use source::HookCommand;
pub(super) use source::hook_commands;
use source::{Source, files_of};
pub(super) use words::may_destroy;

/// How deep calls are followed.
const MAX_DEPTH: usize = 4;
/// The most bytes that are read as shell for one settings file.
const MAX_TEXT: usize = 512 * 1024;
/// The most hooks that one settings file gives, and the most commands behind them.
const MOST: usize = 64;
/// The most things that are called for one settings file.
const MAX_CALLS: usize = 512;

/// What stands in front of a path from the repository's root.
const ROOTS: &[&str] = &[
    "$CLAUDE_PROJECT_DIR/",
    "${CLAUDE_PROJECT_DIR}/",
    "$GEMINI_PROJECT_DIR/",
    "${workspaceFolder}/",
    "$PWD/",
    "${PWD}/",
    "$(pwd)/",
    "$(git rev-parse --show-toplevel)/",
];

/// A command that cannot be undone, at the end of a way that starts in an agent's settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Behind {
    /// Where the rule or hook stands.
    pub span: Span,
    pub by: Starter,
    /// The words by which the first thing on the way is called; empty behind a hook.
    pub called: Vec<String>,
    /// The command, in the words of the table.
    pub command: String,
    pub says: &'static str,
    /// What runs what, in words, from the first call to the command.
    pub chain: Vec<(Spot, String)>,
}

/// What starts the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Starter {
    /// A rule that lets the command run without a question.
    Rule,
    /// A hook of the agent, which runs by itself at this event.
    Hook(String),
}

/// Fills in what stands behind the rules and hooks of a file.
pub fn follow(file: &mut AgentFile, lookup: &Lookup<'_>) {
    let mut walk = Walk {
        lookup,
        bytes: MAX_TEXT,
        calls: MAX_CALLS,
        seen: BTreeSet::new(),
        sources: BTreeMap::new(),
        start: Start {
            span: Span::new(0, 0),
            by: Starter::Rule,
            called: Vec::new(),
        },
        found: Vec::new(),
    };
    let root = root_of(&file.path.lossy());
    for rule in &file.rules {
        let Some(about) = rule.about.as_deref() else {
            continue;
        };
        if rule.decision == Decision::Allow && rule.shell {
            walk.begin(rule.span, Starter::Rule);
            walk.rule(about, &root);
        }
    }
    let path = Arc::new(file.path.clone());
    for hook in &file.started {
        walk.begin(hook.span, Starter::Hook(hook.event.clone()));
        let spot = Spot {
            path: path.clone(),
            span: hook.span,
            place: file.place(hook.span),
        };
        let what = format!("the hook `{}`", quoted(&hook.event));
        walk.text(&hook.command, &root, &[(spot, what)], None);
    }
    file.behind = walk.found;
}

/// The folder that an agent with this settings file works in.
fn root_of(path: &str) -> String {
    let mut folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    if let Some(at) = folder.split('/').position(|part| part.starts_with('.')) {
        let kept: Vec<&str> = folder.split('/').take(at).collect();
        return kept.join("/");
    }
    folder = folder.trim_end_matches('/');
    folder.to_owned()
}

/// What a walk starts from.
struct Start {
    span: Span,
    by: Starter,
    called: Vec<String>,
}

struct Walk<'l> {
    lookup: &'l Lookup<'l>,
    bytes: usize,
    calls: usize,
    /// What was entered from this start.
    seen: BTreeSet<(String, String)>,
    sources: BTreeMap<String, Option<Rc<Source>>>,
    start: Start,
    found: Vec<Behind>,
}

type Chain = [(Spot, String)];

/// Whether a person is asked before what follows.
#[derive(PartialEq, Eq)]
enum Asked {
    Yes,
    No,
}

impl Walk<'_> {
    fn begin(&mut self, span: Span, by: Starter) {
        self.seen.clear();
        self.start = Start {
            span,
            by,
            called: Vec::new(),
        };
    }

    fn rule(&mut self, about: &str, root: &str) {
        let end = match about.strip_suffix('*') {
            None => End::Closed,
            Some(before) if before.ends_with([' ', ':']) => End::Open,
            Some(_) => End::Glued,
        };
        let text = about.trim_end_matches('*').trim_end_matches(':').trim_end();
        if text.starts_with('/') && text.ends_with('/') {
            return;
        }
        for command in shell::read(text).commands {
            for call in calls(&command.words, end) {
                self.enter(&call, &command.words, root, &[]);
            }
        }
    }

    /// Follows the commands of a text; `within` is the file where it stands as it is.
    fn text(&mut self, text: &str, folder: &str, chain: &Chain, within: Option<&Source>) -> Asked {
        if text.len() > self.bytes {
            return Asked::No;
        }
        self.bytes -= text.len();
        let script = shell::read(text);
        let mut folder = folder.to_owned();
        let mut before: Option<&Simple> = None;
        for command in &script.commands {
            if words::asks(command, before) {
                return Asked::Yes;
            }
            before = Some(command);
            let words = words::expanded(&command.words, &script.variables);
            if let [program, to] = words.as_slice()
                && program == "cd"
            {
                folder = joined(&folder, to).unwrap_or(folder);
                continue;
            }
            let mut chain = chain.to_vec();
            if let (Some(source), Some(last), Some(span)) = (within, chain.last_mut(), command.span)
            {
                last.0 = source.spot(span);
            }
            self.command(command, &words, &folder, &chain);
        }
        Asked::No
    }

    fn command(&mut self, command: &Simple, words: &[String], folder: &str, chain: &Chain) {
        if self.found.len() >= MOST {
            return;
        }
        if let Some((shown, says)) = words::final_command(words, command.here.as_deref()) {
            self.found.push(Behind {
                span: self.start.span,
                by: self.start.by.clone(),
                called: self.start.called.clone(),
                command: shown,
                says,
                chain: chain.to_vec(),
            });
            return;
        }
        if chain.len() < MAX_DEPTH {
            for call in calls(words, End::Closed) {
                self.enter(&call, words, folder, chain);
            }
        }
    }

    /// Follows what a call names.
    fn enter(&mut self, call: &Call, words: &[String], folder: &str, chain: &Chain) {
        let folder = match &call.folder {
            None => Some(folder.to_owned()),
            Some(named) => joined(folder, named),
        };
        let Some(folder) = folder else {
            return;
        };
        let Some(source) = self.source_of(call, &folder) else {
            return;
        };
        for name in names_of(call, &source.pieces) {
            let key = (source.path.lossy(), name.clone());
            if self.calls == 0 || !self.seen.insert(key) {
                continue;
            }
            self.calls -= 1;
            if chain.is_empty() {
                self.start.called = shown_call(call, words, &name);
            }
            for piece in source.pieces.iter().filter(|piece| piece.name == name) {
                let mut chain = chain.to_vec();
                chain.push((source.spot(piece.span), piece.place.clone()));
                let within = piece.verbatim.then_some(source.as_ref());
                if piece.asks || self.text(&piece.text, &folder, &chain, within) == Asked::Yes {
                    break;
                }
            }
        }
    }

    fn source_of(&mut self, call: &Call, folder: &str) -> Option<Rc<Source>> {
        let names: Vec<String> = match (&call.by, &call.name) {
            (By::File, Name::Is(path)) => vec![path.clone()],
            (By::GitHook, Name::Is(name)) => {
                let folders = [".husky", ".githooks", ".git-hooks"].iter();
                let scripts = folders.map(|folder| format!("{folder}/{name}"));
                scripts
                    .chain(["lefthook.yml".to_owned(), "lefthook.yaml".to_owned()])
                    .collect()
            }
            (by, _) => files_of(*by)
                .iter()
                .map(|name| (*name).to_owned())
                .collect(),
        };
        let paths = names.iter().filter_map(|name| joined(folder, name));
        paths
            .into_iter()
            .find_map(|path| self.source(&path, call.by))
    }

    fn source(&mut self, path: &str, by: By) -> Option<Rc<Source>> {
        if let Some(known) = self.sources.get(path) {
            return known.clone();
        }
        let source = (self.lookup)(path.as_bytes())
            .and_then(|bytes| Source::read(path, bytes, by))
            .map(Rc::new);
        self.sources.insert(path.to_owned(), source.clone());
        source
    }
}

/// The names that a call runs, in this order.
fn names_of(call: &Call, pieces: &[Piece]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let mut all = pieces
        .iter()
        .map(|piece| &piece.name)
        .filter(|name| !name.is_empty());
    match (&call.by, &call.name) {
        (By::File, _) => return vec![String::new()],
        // A hook's script has no name, lefthook's commands have the hook's.
        (By::GitHook, Name::Is(name)) => return vec![String::new(), name.clone()],
        (By::Package, Name::Is(name)) => {
            return vec![format!("pre{name}"), name.clone(), format!("post{name}")];
        }
        (_, Name::Is(name)) => return vec![name.clone()],
        (By::Task, Name::First) => return vec!["default".to_owned()],
        (_, Name::First) => names.extend(all.next().cloned()),
        (_, Name::Starts(start)) => names.extend(all.filter(|n| n.starts_with(start)).cloned()),
        (_, Name::Any) => names.extend(all.cloned()),
    }
    let mut seen = BTreeSet::new();
    names.retain(|name| seen.insert(name.clone()));
    names
}

/// The words that call one name, where the rule leaves the name open.
fn shown_call(call: &Call, words: &[String], name: &str) -> Vec<String> {
    let program = words.first().cloned().unwrap_or_default();
    match (call.by, &call.name) {
        (By::Package, Name::Any | Name::Starts(_)) => {
            vec![program, "run".to_owned(), name.to_owned()]
        }
        (_, Name::Any | Name::Starts(_)) => vec![program, name.to_owned()],
        _ => words.to_vec(),
    }
}

/// A path from the repository's root, where it stays in the repository.
fn joined(folder: &str, path: &str) -> Option<String> {
    let from_root = ROOTS.iter().find_map(|root| path.strip_prefix(root));
    let whole = match from_root {
        Some(rest) => rest.to_owned(),
        None => format!("{folder}/{path}"),
    };
    if path.starts_with(['/', '~']) || whole.contains(['$', '*']) {
        return None;
    }
    let mut parts: Vec<&str> = Vec::new();
    for part in whole.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}
