//! What actions, commands, API routes and calls of `github.rest` need of the job token.
//!
//! In: `rules/actions.toml` and `rules/commands.toml`. Out: the entry that fits. What no entry covers is unknown.

use std::collections::{BTreeMap, HashMap};
use std::sync::OnceLock;

use serde::Deserialize;

use super::{ByProgram, by_program, fits, of_command};
use crate::model::{Access, Scopes};

type Words = BTreeMap<String, String>;

/// A need: scopes, alternatives of which one is enough, or something that no job token reaches.
#[derive(Debug, Default, Deserialize)]
pub struct Needs {
    #[serde(default)]
    needs: Words,
    #[serde(default)]
    either: Vec<Words>,
    /// What it touches that no job token reaches; its use shows a broader token.
    pub beyond: Option<String>,
    /// Why the need cannot be said.
    pub unknown: Option<String>,
    /// Where the facts were read.
    #[serde(default)]
    pub source: String,
}

impl Needs {
    /// The scopes that are always needed.
    pub fn scopes(&self) -> Scopes {
        scopes(&self.needs)
    }

    /// Scopes of which one set is enough.
    pub fn either(&self) -> Vec<Scopes> {
        self.either.iter().map(scopes).collect()
    }
}

fn scopes(words: &Words) -> Scopes {
    words
        .iter()
        .filter_map(|(scope, word)| Some((scope.clone(), Access::from_word(word)?)))
        .collect()
}

/// What an action needs besides, where an input says so.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    pub input: String,
    /// The value; any where there is none.
    pub is: Option<String>,
    /// Whether the input must be left out.
    #[serde(default)]
    pub absent: bool,
    needs: Words,
}

impl Condition {
    /// The scopes that are then needed.
    pub fn scopes(&self) -> Scopes {
        scopes(&self.needs)
    }
}

/// The needs of an action.
#[derive(Debug, Deserialize)]
pub struct ActionNeeds {
    uses: Vec<String>,
    /// Inputs that take another token than the job's.
    #[serde(default)]
    pub token: Vec<String>,
    #[serde(default)]
    pub when: Vec<Condition>,
    #[serde(flatten)]
    pub needs: Needs,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Actions {
    action: Vec<ActionNeeds>,
}

#[derive(Debug, Deserialize)]
struct CommandNeeds {
    words: String,
    #[serde(flatten)]
    needs: Needs,
}

#[derive(Debug, Deserialize)]
struct RouteNeeds {
    method: String,
    path: String,
    #[serde(flatten)]
    needs: Needs,
}

#[derive(Debug, Deserialize)]
struct NamedNeeds {
    names: Vec<String>,
    #[serde(flatten)]
    needs: Needs,
}

#[derive(Debug, Deserialize)]
struct CallNeeds {
    name: String,
    #[serde(flatten)]
    needs: Needs,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Commands {
    command: Vec<CommandNeeds>,
    route: Vec<RouteNeeds>,
    call: Vec<CallNeeds>,
    script: Vec<NamedNeeds>,
    toolset: Vec<NamedNeeds>,
}

fn actions() -> &'static HashMap<String, ActionNeeds> {
    static TABLE: OnceLock<HashMap<String, ActionNeeds>> = OnceLock::new();
    TABLE.get_or_init(|| {
        let read: Actions =
            toml::from_str(include_str!("../../../rules/actions.toml")).unwrap_or_default();
        let mut table = HashMap::new();
        for entry in read.action {
            let (first, others) = match entry.uses.split_first() {
                Some((first, others)) => (first.clone(), others.to_vec()),
                None => continue,
            };
            for name in others {
                table.insert(name, entry.again());
            }
            table.insert(first, entry);
        }
        table
    })
}

impl ActionNeeds {
    fn again(&self) -> ActionNeeds {
        ActionNeeds {
            uses: Vec::new(),
            token: self.token.clone(),
            when: self
                .when
                .iter()
                .map(|condition| Condition {
                    input: condition.input.clone(),
                    is: condition.is.clone(),
                    absent: condition.absent,
                    needs: condition.needs.clone(),
                })
                .collect(),
            needs: Needs {
                needs: self.needs.needs.clone(),
                either: self.needs.either.clone(),
                beyond: self.needs.beyond.clone(),
                unknown: self.needs.unknown.clone(),
                source: self.needs.source.clone(),
            },
        }
    }
}

fn commands() -> &'static Commands {
    static TABLE: OnceLock<Commands> = OnceLock::new();
    TABLE.get_or_init(|| {
        toml::from_str(include_str!("../../../rules/commands.toml")).unwrap_or_default()
    })
}

/// The needs of an action, by what stands before the `@`, lower-cased.
pub fn action_needs(uses: &str) -> Option<&'static ActionNeeds> {
    actions().get(uses)
}

/// The needs of a command: the entry whose words all stand in it in order, the first as its name; the longest counts.
pub fn command_needs(words: &[String]) -> Option<&'static Needs> {
    static TABLE: OnceLock<ByProgram<Needs>> = OnceLock::new();
    let entries = || commands().command.iter();
    let with_words = || entries().map(|entry| (entry.words.as_str(), &entry.needs));
    let table = TABLE.get_or_init(|| by_program(with_words()));
    of_command(table, words, |given, word| {
        given == word || begins(given, word)
    })
}

/// A word that names a registry stands at the start of an image's name.
fn begins(given: &str, word: &str) -> bool {
    word.contains('.') && given.starts_with(word)
}

fn named(entries: &'static [NamedNeeds], name: &str) -> Option<&'static Needs> {
    let has = |entry: &&NamedNeeds| entry.names.iter().any(|own| own == name);
    entries.iter().find(has).map(|entry| &entry.needs)
}

/// The needs of a script that `gh aw` brings, by its path.
pub fn script_needs(path: &str) -> Option<&'static Needs> {
    let (folder, name) = path.rsplit_once('/')?;
    let is_of = folder.ends_with("gh-aw/actions");
    is_of.then(|| named(&commands().script, name)).flatten()
}

/// The needs of a set of tools of GitHub's tool server, started read-only.
pub fn toolset_needs(name: &str) -> Option<&'static Needs> {
    named(&commands().toolset, name)
}

/// The needs of a route of the REST API.
pub fn route_needs(method: &str, path: &str) -> Option<&'static Needs> {
    let path = path.split(['?', '#']).next().unwrap_or(path);
    let mut routes = commands().route.iter();
    routes
        .find(|entry| entry.method == method && fits(&entry.path, path))
        .map(|entry| &entry.needs)
}

/// The needs of a call such as `issues.createComment`.
pub fn call_needs(name: &str) -> Option<&'static Needs> {
    let mut calls = commands().call.iter();
    calls
        .find(|entry| entry.name == name)
        .map(|entry| &entry.needs)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        text.split(' ').map(str::to_owned).collect()
    }

    #[test]
    fn the_tables_read_and_every_entry_says_where_it_was_read() {
        let read: Actions = toml::from_str(include_str!("../../../rules/actions.toml")).unwrap();
        let names: usize = read.action.iter().map(|entry| entry.uses.len()).sum();
        assert!(names >= 150, "{names}");
        for entry in &read.action {
            assert!(!entry.needs.source.is_empty());
            let levels = entry.needs.needs.len();
            assert_eq!(entry.needs.scopes().len(), levels, "{:?}", entry.uses);
        }
        let read: Commands = toml::from_str(include_str!("../../../rules/commands.toml")).unwrap();
        assert!(read.command.len() + read.route.len() >= 120);
        for needs in read
            .command
            .iter()
            .map(|e| &e.needs)
            .chain(read.route.iter().map(|e| &e.needs))
        {
            assert!(!needs.source.is_empty());
        }
    }

    #[test]
    fn commands_and_routes_are_found() {
        let scope =
            |needs: Option<&Needs>, scope: &str| needs.and_then(|n| n.scopes().get(scope).copied());
        assert_eq!(
            scope(command_needs(&words("gh pr merge 1 --squash")), "contents"),
            Some(Access::Write)
        );
        assert_eq!(
            scope(
                command_needs(&words("gh -R a/b issue create -t x")),
                "issues"
            ),
            Some(Access::Write)
        );
        assert_eq!(
            scope(command_needs(&words("git -C x push origin")), "contents"),
            Some(Access::Write)
        );
        assert!(command_needs(&words("ls -l")).is_none());
        assert!(command_needs(&words("gh secret set X")).is_some_and(|n| n.beyond.is_some()));
        assert_eq!(
            scope(route_needs("POST", "/repos/a/b/statuses/c"), "statuses"),
            Some(Access::Write)
        );
        assert_eq!(
            scope(route_needs("PUT", "/repos/a/b/pulls/1/merge"), "contents"),
            Some(Access::Write)
        );
        assert_eq!(
            call_needs("issues.createComment").map(|n| n.either().len()),
            Some(2)
        );
    }
}
