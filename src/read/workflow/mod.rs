//! Workflow files into wiring: triggers, permissions, jobs and steps, with what they call in the same repository.
//!
//! In: the bytes of a workflow, and a look-up of other files of the same state. Out: a `Workflow` in which the steps of
//! composite actions stand in place and called workflows hang on their jobs. Keys, scopes and events that are not known
//! are accepted. Files, depth, steps and text are bounded; what was not followed is never taken for safe.

mod azure;
mod circleci;
mod file;
mod follow;
mod gitlab;
mod jobs;
mod script;
mod shared;
mod steps;
mod substitute;
mod system;
pub mod variables;

#[cfg(test)]
mod tests;

use std::cell::{Cell, RefCell};

use crate::model::{Access, CiSystem, Permissions, RepoPath, Scopes, Setting, Trigger, Workflow};
use crate::read::Lookup;
use crate::syntax::{Node, SyntaxError};
use file::File;
use substitute::Values;

pub use system::{located, may_be_included, system_of};

/// How deep actions and workflows of the repository are followed.
const MAX_CALLS: usize = 5;
/// The most files that one workflow makes us read.
const MAX_FILES: usize = 64;
/// The most steps of one workflow, those of its composite actions included.
const MAX_STEPS: usize = 4000;
/// The most bytes of shell text that one workflow makes us parse.
const MAX_SHELL: usize = 1 << 20;

/// The scopes of the job token that are documented; a block may name others.
pub const SCOPES: &[&str] = &[
    "actions",
    "artifact-metadata",
    "attestations",
    "checks",
    "code-quality",
    "contents",
    "copilot-requests",
    "deployments",
    "discussions",
    "id-token",
    "issues",
    "models",
    "packages",
    "pages",
    "pull-requests",
    "repository-projects",
    "security-events",
    "statuses",
    "vulnerability-alerts",
];

/// Reads a workflow file; what it calls in its own repository is looked for where that begins.
pub fn read(path: &RepoPath, text: &[u8], lookup: &Lookup<'_>) -> Result<Workflow, SyntaxError> {
    let system = system_of(path).unwrap_or_default();
    let reader = Reader {
        lookup,
        system,
        home: located(path).map_or_else(|| folder_of(path), |(_, home)| home),
        files: Cell::new(0),
        steps: Cell::new(0),
        shell: Cell::new(0),
        written: RefCell::new(Vec::new()),
        checkouts: RefCell::new(Vec::new()),
    };
    let file = File::open(path, text)?;
    Ok(match system {
        CiSystem::Gitlab => reader.gitlab(&file),
        CiSystem::Azure => reader.azure(&file),
        CiSystem::Circleci => reader.circleci(&file),
        CiSystem::Github => reader.workflow(&file, &Values::default(), 0),
    })
}

/// Whether a CI system loads its jobs from this path.
pub fn is_workflow(path: &RepoPath) -> bool {
    located(path).is_some_and(|(_, home)| home.is_empty())
}

/// The top of the repository whose GitHub workflow this is, empty or with a `/` at its end; a tree may hold several checkouts.
pub fn home_of(path: &RepoPath) -> Option<&[u8]> {
    let name = path.file_name();
    if !(name.ends_with(b".yml") || name.ends_with(b".yaml")) {
        return None;
    }
    let home = folder_of(path).strip_suffix(b".github/workflows/")?;
    (home.is_empty() || home.ends_with(b"/")).then_some(home)
}

/// Whether a text has the two keys at its start of line that make it a workflow, wherever the file stands.
pub fn looks_like_workflow(path: &RepoPath, text: &[u8]) -> bool {
    let is_yaml = matches!(path.extension().as_slice(), b"yml" | b"yaml");
    let starts_line = |key: &[u8]| {
        let mut found = memchr::memmem::find_iter(text, key);
        found.any(|at| at == 0 || text[at - 1] == b'\n')
    };
    let has = |keys: &[&[u8]]| keys.iter().any(|key| starts_line(key));
    is_yaml && has(&[b"jobs:"]) && has(&[b"on:", b"\"on\":", b"'on':", b"true:"])
}

fn folder_of(path: &RepoPath) -> &[u8] {
    let bytes = path.as_bytes();
    &bytes[..bytes.len() - path.file_name().len()]
}

/// What one reading shares: the look-up, and what has been spent of each bound.
struct Reader<'a> {
    lookup: &'a Lookup<'a>,
    system: CiSystem,
    /// Where the workflow's repository begins.
    home: &'a [u8],
    files: Cell<usize>,
    steps: Cell<usize>,
    shell: Cell<usize>,
    /// Texts that steps of the job at hand wrote to files, by the names of these.
    written: RefCell<Vec<(String, String)>>,
    /// Folders into which steps of the job at hand checked out a repository, and which; empty is the workflow's own.
    checkouts: RefCell<Vec<(String, String)>>,
}

impl Reader<'_> {
    fn file(&self, path: &str) -> Option<Vec<u8>> {
        if self.files.get() >= MAX_FILES {
            return None;
        }
        self.files.set(self.files.get() + 1);
        (self.lookup)(self.place(path).as_bytes())
    }

    /// The path of a file of the workflow's repository.
    fn place(&self, path: &str) -> RepoPath {
        RepoPath::new([self.home, path.as_bytes()].concat())
    }

    fn workflow(&self, file: &File<'_>, values: &Values, depth: usize) -> Workflow {
        let mut workflow = Workflow {
            system: CiSystem::Github,
            path: file.path.clone(),
            triggers: Vec::new(),
            permissions: None,
            env: Vec::new(),
            jobs: Vec::new(),
        };
        let defaults = jobs::run_defaults(file, &file.at(&["defaults", "run"]));
        let values = values.with_defaults(file, &["on", "workflow_call", "inputs"]);
        for root in &file.document.roots {
            for entry in file.document.entries(root) {
                match entry.key.as_str() {
                    "on" => workflow.triggers.extend(triggers(file, &entry.value)),
                    "permissions" => {
                        let block = permissions(file, entry.key_span, &entry.value);
                        workflow.permissions = worse(workflow.permissions.take(), block);
                    }
                    "env" => workflow
                        .env
                        .extend(values.fill(file.settings(&entry.value))),
                    "jobs" => {
                        for job in file.document.entries(&entry.value) {
                            let read = self.job(file, job, &defaults, &values, depth);
                            workflow.jobs.push(read);
                        }
                    }
                    _ => {}
                }
            }
        }
        workflow
    }
}

/// The events of `on:`, in each of its three forms.
fn triggers(file: &File<'_>, node: &Node) -> Vec<Trigger> {
    let Some(node) = file.document.resolve(node) else {
        return Vec::new();
    };
    if let Some(items) = node.as_list() {
        return items
            .iter()
            .filter_map(|item| file.document.resolve(item))
            .filter_map(|item| Some((item.as_text()?, item.span)))
            .map(|(event, span)| Trigger {
                event: event.to_owned(),
                types: Vec::new(),
                spot: file.spot(span),
            })
            .collect();
    }
    if let Some(event) = node.as_text() {
        return vec![Trigger {
            event: event.to_owned(),
            types: Vec::new(),
            spot: file.spot(node.span),
        }];
    }
    file.document
        .entries(node)
        .into_iter()
        .map(|entry| Trigger {
            event: entry.key.clone(),
            types: file.texts_below(&entry.value, "types"),
            spot: file.spot(entry.key_span),
        })
        .collect()
}

/// Reads a `permissions:` block; a scope that stands twice counts with the wider value.
fn permissions(file: &File<'_>, key: crate::model::Span, node: &Node) -> Option<Permissions> {
    let node = file.document.resolve(node)?;
    let mut block = Permissions {
        scopes: Scopes::new(),
        all: None,
        spot: file.spot(key),
        entries: Vec::new(),
    };
    if let Some(word) = node.as_text() {
        block.all = match word {
            "read-all" => Some(Access::Read),
            "write-all" => Some(Access::Write),
            "" | "null" | "~" => return None,
            _ => None,
        };
        if let Some(access) = block.all {
            block.scopes = every_scope(access);
        }
        return Some(block);
    }
    for entry in file.document.entries(node) {
        let word = file.document.resolve(&entry.value).and_then(Node::as_text);
        let access = word.and_then(Access::from_word).unwrap_or(Access::None);
        let known = block
            .scopes
            .entry(entry.key.clone())
            .or_insert(Access::None);
        *known = (*known).max(access);
        let spot = file.spot(crate::model::Span::new(
            entry.key_span.start,
            entry.value.span.end.max(entry.key_span.end),
        ));
        block.entries.push((entry.key.clone(), spot));
    }
    Some(block)
}

/// What `read-all` and `write-all` grant.
pub fn every_scope(access: Access) -> Scopes {
    let mut scopes: Scopes = SCOPES
        .iter()
        .map(|scope| ((*scope).to_owned(), access))
        .collect();
    if access == Access::Read {
        scopes.insert("id-token".to_owned(), Access::None);
    } else {
        scopes.insert("models".to_owned(), Access::Read);
        scopes.insert("vulnerability-alerts".to_owned(), Access::Read);
    }
    scopes
}

/// Joins two blocks of one key that stands twice.
fn worse(one: Option<Permissions>, other: Option<Permissions>) -> Option<Permissions> {
    let (Some(mut one), Some(other)) = (one.clone(), other.clone()) else {
        return one.or(other);
    };
    for (scope, access) in other.scopes {
        let known = one.scopes.entry(scope).or_insert(Access::None);
        *known = (*known).max(access);
    }
    one.all = one.all.max(other.all);
    one.entries.extend(other.entries);
    Some(one)
}

/// A setting's value without blanks around it.
fn trimmed(setting: &Setting) -> &str {
    setting.value.trim()
}
