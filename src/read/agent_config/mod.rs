//! Settings, instructions, ignore files and scripts of agents, as facts.
//!
//! In: one file's path and bytes. Out: an `AgentFile`: servers, switches, rules, hooks, what instructions ask, what is
//! mounted, which scripts start an agent. It judges nothing, and no type that may hold a value shows it in `Debug`.

pub mod behind;
mod concerned;
mod containers;
pub use concerned::{concerns, fixed_paths, may_say, read_what_it_says};
use concerned::{is_compose, is_script};
mod guards;
pub(crate) use guards::hides_credentials;
mod mentions;
mod recipes;
mod scripts;
mod settings;

#[cfg(test)]
mod tests;

use std::sync::{Arc, OnceLock};

use crate::model::{RepoPath, Span};
use crate::rules::agent_facts::{Bound, IgnoreFile, LocalFile, Switch, agent_facts};
use crate::rules::{RuleSet, glob};
use crate::syntax;

use super::lines::LineIndex;
use super::mcp::{self, Server};

/// Everything that one file says of agents.
#[derive(Clone)]
pub struct AgentFile {
    pub path: RepoPath,
    pub servers: Vec<Server>,
    pub switches: Vec<SwitchOn>,
    pub rules: Vec<PermissionRule>,
    pub hooks: Vec<Hook>,
    /// What binds the agent for the operating system.
    pub bounds: Vec<BoundOn>,
    /// Whether the file switches an OS sandbox on.
    pub sandboxed: bool,
    pub said: Vec<Said>,
    pub ignored: Vec<Ignored>,
    pub inert: Vec<Inert>,
    pub mounts: Vec<Mount>,
    pub passed: Vec<Passed>,
    /// The compose files and service of a development container.
    pub composed: Option<Composed>,
    pub starts: Vec<Start>,
    pub started: Vec<behind::HookCommand>,
    /// What cannot be undone behind the rules and hooks; filled in by `behind::follow`.
    pub behind: Vec<behind::Behind>,
    pub local: Option<&'static LocalFile>,
    text: Arc<[u8]>,
    /// Made when the first place is asked for.
    lines: Arc<OnceLock<LineIndex>>,
}

/// A switch of `rules/agents.toml` that is on.
#[derive(Clone, Debug)]
pub struct SwitchOn {
    pub switch: &'static Switch,
    /// The key and value as they count, for people.
    pub shown: String,
    pub span: Span,
}

/// A bound of `rules/agents.toml` that is on.
#[derive(Clone, Debug)]
pub struct BoundOn {
    pub bound: &'static Bound,
    /// Paths that a command in the sandbox cannot read.
    pub denied: Vec<String>,
    pub span: Span,
}

/// What a rule decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    Allow,
    Ask,
    Deny,
}

/// A rule of what an agent may run or read. Its text may hold a credential.
#[derive(Clone, PartialEq, Eq)]
pub struct PermissionRule {
    pub agent: &'static str,
    pub decision: Decision,
    /// The tool in front of the parentheses; empty where the rule is a command.
    pub tool: String,
    /// What stands in the parentheses; `None` where there are none.
    pub about: Option<String>,
    /// Whether the rule is about shell commands.
    pub shell: bool,
    pub span: Span,
}

/// A hook that looks at calls before they run.
#[derive(Clone, PartialEq, Eq)]
pub struct Hook {
    pub event: String,
    pub matcher: String,
    pub span: Span,
}

/// A sentence of an instruction that speaks of credentials.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// The sentence, cut and without control characters.
    pub text: String,
    pub span: Span,
}

/// A line of an ignore file that hides credentials.
#[derive(Clone, Debug)]
pub struct Ignored {
    pub file: &'static IgnoreFile,
    pub pattern: String,
    pub span: Span,
}

/// Something that looks like a guard and does nothing.
#[derive(Clone, Debug)]
pub struct Inert {
    /// What it guards, as a pattern; empty where that is everything the file names.
    pub pattern: String,
    pub says: String,
    pub instead: String,
    pub span: Span,
}

/// Whose a line of a container's file is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Service {
    /// Empty in a development container's own file.
    pub name: String,
    /// Whether its image, build or command starts an agent.
    pub runs_agent: bool,
}

/// A path of the host inside a container, or a key that takes its walls away.
#[derive(Clone, Debug)]
pub struct Mount {
    pub source: String,
    pub says: &'static str,
    /// Whether it is a key such as `privileged`, not a path.
    pub is_key: bool,
    pub service: Service,
    pub span: Span,
}

/// The compose service that a development container is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Composed {
    /// Paths in the repository.
    pub files: Vec<String>,
    pub service: String,
}

/// A variable of the host that is passed into a container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passed {
    pub name: String,
    pub service: Service,
    pub span: Span,
}

/// A command that starts an agent without a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Start {
    pub agent: &'static str,
    /// The word that takes the person away.
    pub flag: String,
    /// Where the command stands, in words: "the script `fix`".
    pub place: String,
    /// Whether it runs while something is installed or a container is made, with nobody asking for an agent.
    pub at_install: bool,
    pub span: Span,
}

impl AgentFile {
    fn new(path: &RepoPath, text: &[u8]) -> Self {
        AgentFile {
            path: path.clone(),
            servers: Vec::new(),
            switches: Vec::new(),
            rules: Vec::new(),
            hooks: Vec::new(),
            bounds: Vec::new(),
            sandboxed: false,
            said: Vec::new(),
            ignored: Vec::new(),
            inert: Vec::new(),
            mounts: Vec::new(),
            passed: Vec::new(),
            composed: None,
            starts: Vec::new(),
            started: Vec::new(),
            behind: Vec::new(),
            local: None,
            text: text.into(),
            lines: Arc::new(OnceLock::new()),
        }
    }

    /// The place of a span in this file.
    pub fn place(&self, span: Span) -> crate::model::Place {
        let lines = self.lines.get_or_init(|| LineIndex::of(&self.text));
        lines.place(&self.text, span)
    }
}

fn fits(patterns: &[String], path: &RepoPath) -> bool {
    patterns
        .iter()
        .any(|pattern| glob::matches(pattern, path.as_bytes()))
}

/// The surfaces of a path that belong to an agent's context.
fn surfaces(
    path: &RepoPath,
    rules: &RuleSet,
) -> impl Iterator<Item = &'static crate::model::Surface> + use<> {
    rules.surfaces_in_context_at(path.as_bytes()).into_iter()
}

/// Reads one file.
pub fn read(path: &RepoPath, text: &[u8], rules: &RuleSet) -> AgentFile {
    let mut file = AgentFile::new(path, text);
    let whole = path.lossy();
    let name = whole.rsplit('/').next().unwrap_or_default();
    let lower = name.to_ascii_lowercase();
    file.local = agent_facts()
        .local
        .iter()
        .find(|entry| fits(&entry.files, path));
    guards::read_ignore_file(&mut file, name, text);
    let mut is_instruction = false;
    let mut holds_servers = false;
    for surface in surfaces(path, rules) {
        holds_servers |= surface.id.starts_with("mcp-");
        is_instruction |= surface.keys.is_empty() && !surface.id.starts_with("mcp-");
    }
    if is_instruction && is_prose(&lower) {
        guards::read_instructions(&mut file, text);
    }
    let document = syntax::format_of(path)
        .and_then(|format| syntax::parse(format, text).ok())
        .unwrap_or_default();
    if holds_servers {
        file.servers = mcp::servers(&document);
    }
    settings::read(&mut file, &document);
    if !is_script(&lower) {
        file.started = behind::hook_commands(&document);
    }
    containers::read(&mut file, &lower, &document);
    scripts::read(&mut file, &lower, text, &document);
    file
}

fn is_prose(lower: &str) -> bool {
    [".md", ".mdc", ".markdown", ".txt"]
        .iter()
        .any(|ending| lower.ends_with(ending))
        || [
            ".cursorrules",
            ".windsurfrules",
            ".clinerules",
            ".goosehints",
            ".rules",
        ]
        .contains(&lower)
}

/// Text of a repository for a message: without control and direction marks, at most 120 characters.
pub(crate) fn quoted(text: &str) -> String {
    let plain: String = text
        .chars()
        .filter(|character| {
            !character.is_control()
                && !matches!(*character, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
        })
        .collect();
    let plain = plain.replace('`', "'");
    let mut cut: String = plain.chars().take(120).collect();
    if plain.chars().count() > 120 {
        cut.push('…');
    }
    cut
}
