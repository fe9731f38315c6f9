//! Which files say something of agents, told by their names and by a cheap look at their text.
//!
//! In: a path and bytes. Out: yes or no, or what the file says where it says something. It parses nothing by itself.

use super::{AgentFile, behind, read, scripts, surfaces};
use crate::model::RepoPath;
use crate::rules::agent_facts::agent_facts;
use crate::rules::{self, RuleSet};

/// Names of files without a folder of an agent that may say something of agents.
const NAMES: &[&str] = &[
    "package.json",
    "makefile",
    "gnumakefile",
    "justfile",
    "procfile",
    "dockerfile",
    "containerfile",
    "taskfile.yml",
    "taskfile.yaml",
    "tasks.json",
    "devcontainer.json",
    ".devcontainer.json",
];

/// Whether a file may say something of agents: a cheap test, by name first.
pub fn concerns(path: &RepoPath, text: &[u8], rules: &RuleSet) -> bool {
    let whole = path.lossy();
    let name = whole.rsplit('/').next().unwrap_or_default();
    let lower = name.to_ascii_lowercase();
    if whole.contains("node_modules/") {
        return false;
    }
    if is_script(&lower) {
        return scripts::may_start_an_agent(text)
            || behind::may_destroy(text)
            || lower.contains("devcontainer");
    }
    if is_compose(&lower) {
        return true;
    }
    if !whole.starts_with('.') && !whole.contains("/.") && !is_text_of_settings(&lower) {
        return false;
    }
    surfaces(path, rules).next().is_some() || rules::is_agent_file(path.as_bytes())
}

/// Endings of the files outside an agent's folder that agents load.
fn is_text_of_settings(lower: &str) -> bool {
    match lower.rsplit_once('.') {
        None => true,
        Some((_, ending)) => [
            "md",
            "mdc",
            "json",
            "jsonc",
            "json5",
            "jsonl",
            "yaml",
            "yml",
            "toml",
            "txt",
            "code-workspace",
        ]
        .contains(&ending),
    }
}

/// Paths at the root of a repository that are looked at whenever something of agents changes.
pub fn fixed_paths(rules: &RuleSet) -> Vec<RepoPath> {
    let facts = agent_facts();
    let of_surfaces = rules
        .surfaces()
        .iter()
        .filter(|surface| surface.how.in_context())
        .flat_map(|surface| surface.paths.iter().copied());
    let of_switches = facts
        .switches
        .iter()
        .flat_map(|switch| switch.files.iter().map(String::as_str));
    let of_files = facts.ignore.iter().map(|entry| entry.file.as_str());
    let others = [
        "package.json",
        "Makefile",
        ".devcontainer/devcontainer.json",
        ".devcontainer/docker-compose.yml",
        ".devcontainer/compose.yaml",
        "docker-compose.yml",
        "docker-compose.yaml",
        "compose.yml",
        "compose.yaml",
    ];
    let mut paths: Vec<RepoPath> = of_surfaces
        .chain(of_switches)
        .chain(of_files)
        .chain(others)
        .map(|pattern| pattern.strip_prefix("**/").unwrap_or(pattern))
        .filter(|path| !path.contains(['*', '{', '~']))
        .map(RepoPath::from)
        .collect();
    paths.sort();
    paths.dedup();
    paths
}

pub(super) fn is_script(lower: &str) -> bool {
    NAMES.contains(&lower)
        || lower.starts_with("dockerfile.")
        || [".sh", ".bash", ".zsh", ".mk", ".dockerfile"]
            .iter()
            .any(|ending| lower.ends_with(ending))
}

pub(super) fn is_compose(lower: &str) -> bool {
    (lower.starts_with("docker-compose") || lower.starts_with("compose."))
        && (lower.ends_with(".yml") || lower.ends_with(".yaml"))
}

/// Whether a file may say something of agents where only what it says counts: a script that starts none says nothing.
pub fn may_say(path: &RepoPath, text: &[u8], rules: &RuleSet) -> bool {
    let lower = lower_name(path);
    match has_only_commands(path, &lower, rules) {
        true => scripts::may_start(&lower, text) && concerns(path, text, rules),
        false => concerns(path, text, rules),
    }
}

/// Reads one file; `None` where it is a script that starts no agent.
pub fn read_what_it_says(path: &RepoPath, text: &[u8], rules: &RuleSet) -> Option<AgentFile> {
    let file = read(path, text, rules);
    let starts = !file.starts.is_empty();
    (starts || !has_only_commands(path, &lower_name(path), rules)).then_some(file)
}

fn lower_name(path: &RepoPath) -> String {
    let name = String::from_utf8_lossy(path.file_name());
    name.to_ascii_lowercase()
}

/// Whether a file can only say which agents it starts: a script that is neither a container's nor in an agent's folder.
fn has_only_commands(path: &RepoPath, lower: &str, rules: &RuleSet) -> bool {
    is_script(lower)
        && !lower.contains("devcontainer")
        && !is_compose(lower)
        && !rules::is_agent_file(path.as_bytes())
        && rules.surfaces_in_context_at(path.as_bytes()).is_empty()
}
