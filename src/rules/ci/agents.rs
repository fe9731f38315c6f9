//! Agents as workflows start them, and what secrets are for by name.
//!
//! In: `rules/agents_ci.toml`. Out: the entry of an action, a command or a called workflow; the purpose of a name.

use std::sync::OnceLock;

use serde::Deserialize;

use super::{fits, unexpanded};
use crate::model::{Access, Purpose, Scopes};

/// Whether an action checks who starts it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Guard {
    /// It refuses an actor without write access who acts on an issue or a pull request.
    Write,
    /// It refuses an actor without write access at every event.
    Always,
    None,
}

/// What an action holds where no input hands it a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DefaultToken {
    /// An App token, for which it swaps the job's OIDC token.
    Exchanged,
    GithubToken,
    None,
}

/// An action that runs an agent.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ActionAgent {
    uses: Vec<String>,
    pub agent: String,
    pub guard: Guard,
    #[serde(default)]
    pub opens: Vec<String>,
    #[serde(default)]
    pub bots: Vec<String>,
    #[serde(default)]
    pub token_inputs: Vec<String>,
    pub default_token: DefaultToken,
    #[serde(default)]
    exchanged: Levels,
    #[serde(default)]
    pub keeps_job_token: Vec<String>,
    /// Whether it takes the login away that a checkout left for `git`, before its agent starts.
    #[serde(default)]
    pub clears_checkout: bool,
    #[serde(default)]
    pub model_inputs: Vec<String>,
    #[serde(default)]
    pub arguments: Vec<String>,
    #[serde(default)]
    pub bypass: Vec<String>,
    #[serde(default)]
    pub leaks: Vec<String>,
    /// Whether it runs commands unless told otherwise.
    pub shell: bool,
    /// Where the facts were read.
    pub source: String,
}

impl ActionAgent {
    /// The scopes of the App token that it swaps the job's OIDC token for.
    pub fn exchanged_scopes(&self) -> Scopes {
        scopes(&self.exchanged)
    }
}

type Levels = std::collections::BTreeMap<String, String>;

fn scopes(levels: &Levels) -> Scopes {
    levels
        .iter()
        .filter_map(|(scope, word)| Some((scope.clone(), Access::from_word(word)?)))
        .collect()
}

/// A program that runs an agent.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CliAgent {
    pub agent: String,
    names: Vec<String>,
    #[serde(default)]
    packages: Vec<String>,
    #[serde(default)]
    any_of: Vec<String>,
    #[serde(default)]
    none_of: Vec<String>,
    /// First words with which the program itself refuses an actor without write access.
    #[serde(default)]
    pub guarded: Vec<String>,
    /// First words with which it swaps the job's OIDC token for an App token.
    #[serde(default)]
    pub exchanges: Vec<String>,
    #[serde(default)]
    exchanged: Levels,
    #[serde(default)]
    pub bypass: Vec<String>,
    #[serde(default)]
    pub leaks: Vec<String>,
    /// Where the facts were read.
    pub source: String,
}

impl CliAgent {
    /// The scopes of the App token that it swaps the job's OIDC token for.
    pub fn exchanged_scopes(&self) -> Scopes {
        scopes(&self.exchanged)
    }

    /// Whether the arguments start an agent, and do not merely ask for a version or set something up.
    pub fn starts(&self, arguments: &[String], has_input: bool) -> bool {
        let first = arguments.first().map(|word| unexpanded(word));
        if first.is_some_and(|word| self.none_of.iter().any(|none| none == word))
            || arguments
                .iter()
                .any(|word| word == "--version" || word == "--help")
        {
            return false;
        }
        if self.any_of.is_empty() {
            return has_input || !arguments.is_empty() || self.names[0].contains('.');
        }
        let has = |word: &str| {
            arguments
                .iter()
                .map(|given| unexpanded(given))
                .any(|argument| {
                    argument == word
                        || (word.starts_with("--")
                            && argument
                                .strip_prefix(word)
                                .is_some_and(|rest| rest.starts_with('=')))
                })
        };
        self.any_of.iter().any(|word| has(word))
    }
}

/// A reusable workflow that runs an agent.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReusableAgent {
    uses: Vec<String>,
    pub agent: String,
    pub guard: Guard,
    /// Where the facts were read.
    pub source: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SecretNames {
    purpose: String,
    names: Vec<String>,
}

/// An action that leaves a credential behind for later steps.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Leaves {
    uses: Vec<String>,
    /// What it leaves, in words.
    pub what: String,
    /// Whether the credential deploys or administers.
    pub deploys: bool,
    /// Inputs that hand it a stored secret.
    #[serde(default)]
    pub stored: Vec<String>,
    /// Inputs that mean a short-lived login.
    #[serde(default)]
    pub exchanged: Vec<String>,
    /// Where the facts were read.
    pub source: String,
}

/// An action that makes an App token.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mints {
    uses: Vec<String>,
    /// The output that holds the token.
    pub output: String,
    /// What the inputs that narrow it begin with.
    #[serde(default)]
    pub permission_prefix: String,
    /// The input that narrows it by a JSON object.
    #[serde(default)]
    pub permissions: String,
    #[serde(default)]
    pub repositories: String,
    #[serde(default)]
    pub owner: String,
    /// Where the facts were read.
    pub source: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    action: Vec<ActionAgent>,
    reusable: Vec<ReusableAgent>,
    cli: Vec<CliAgent>,
    secret: Vec<SecretNames>,
    leaves: Vec<Leaves>,
    mints: Vec<Mints>,
}

fn table() -> &'static Table {
    static TABLE: OnceLock<Table> = OnceLock::new();
    // A test reads the same text, so a mistake in it cannot be released.
    TABLE.get_or_init(|| {
        toml::from_str(include_str!("../../../rules/agents_ci.toml")).unwrap_or_default()
    })
}

/// The entry of an action, by what stands before the `@`, lower-cased.
pub fn action_agent(uses: &str) -> Option<&'static ActionAgent> {
    let entries = &table().action;
    let exact = |entry: &&ActionAgent| entry.uses.iter().any(|pattern| pattern == uses);
    entries.iter().find(exact).or_else(|| {
        entries
            .iter()
            .find(|entry| entry.uses.iter().any(|pattern| of_any_owner(pattern, uses)))
    })
}

/// Whether a pattern `*/name` fits the action of any owner.
fn of_any_owner(pattern: &str, uses: &str) -> bool {
    let (Some(name), Some((owner, rest))) = (pattern.strip_prefix("*/"), uses.split_once('/'))
    else {
        return false;
    };
    !owner.starts_with('.') && rest == name
}

/// The entry of a called workflow in another repository.
pub fn reusable_agent(uses: &str) -> Option<&'static ReusableAgent> {
    let fitting = |entry: &&ReusableAgent| entry.uses.iter().any(|pattern| fits(pattern, uses));
    table().reusable.iter().find(fitting)
}

/// The entry of a program, by its name without a folder or by its package without a version.
pub fn cli_agent(name: &str, arguments: &[String], has_input: bool) -> Option<&'static CliAgent> {
    let package = match name.rfind('@') {
        Some(at) if at > 0 => &name[..at],
        _ => name,
    };
    let base = package.rsplit('/').next().unwrap_or(package);
    let base = base.strip_suffix(".exe").unwrap_or(base);
    table().cli.iter().find(|entry| {
        let named = entry.packages.iter().any(|own| own == package)
            || (!package.starts_with('@') && entry.names.iter().any(|own| own == base));
        named && entry.starts(arguments, has_input)
    })
}

/// What an action leaves behind.
pub fn leaves(uses: &str) -> Option<&'static Leaves> {
    let mut entries = table().leaves.iter();
    entries.find(|entry| entry.uses.iter().any(|own| own == uses))
}

/// The entry of an action that makes an App token.
pub fn mints(uses: &str) -> Option<&'static Mints> {
    let mut entries = table().mints.iter();
    entries.find(|entry| entry.uses.iter().any(|own| own == uses))
}

/// The entry of an agent's program, by the agent's id.
pub fn cli_of_agent(agent: &str) -> Option<&'static CliAgent> {
    table().cli.iter().find(|entry| entry.agent == agent)
}

/// Every name of a program that runs an agent.
pub fn cli_names() -> impl Iterator<Item = &'static str> {
    let entries = table().cli.iter();
    entries.flat_map(|entry| entry.names.iter().map(String::as_str))
}

/// For every program that can be started without its person, what it is called, and the words that take the person away.
pub fn programs_and_bypasses() -> impl Iterator<Item = (Vec<&'static str>, &'static [String])> {
    let entries = table().cli.iter().filter(|entry| !entry.bypass.is_empty());
    entries.map(|entry| {
        let programs = entry.names.iter().chain(&entry.packages);
        (programs.map(String::as_str).collect(), &entry.bypass[..])
    })
}

/// Whether a program that runs an agent and a word that takes its person away may both stand somewhere.
pub fn may_take_person_away(stands: &dyn Fn(&str) -> bool) -> bool {
    programs_and_bypasses().any(|(programs, bypasses)| {
        programs.into_iter().any(stands) && bypasses.iter().any(|word| stands(word))
    })
}

/// What a secret is for, by its name.
pub fn purpose_of(name: &str) -> Purpose {
    let name = name.to_ascii_uppercase();
    let fitting = |entry: &&SecretNames| entry.names.iter().any(|pattern| fits(pattern, &name));
    let found = table().secret.iter().find(fitting);
    match found.map(|entry| entry.purpose.as_str()) {
        Some("model") => Purpose::Model,
        Some("broad") => Purpose::Broad,
        Some("messages") => Purpose::Messages,
        Some("publish") => Purpose::Publish,
        Some("deploy") => Purpose::Deploy,
        Some("github") => Purpose::Github,
        _ => Purpose::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_reads() {
        let text = include_str!("../../../rules/agents_ci.toml");
        let table: Table = toml::from_str(text).unwrap();
        assert!(table.action.len() > 10 && table.cli.len() > 20);
        for entry in &table.action {
            assert_eq!(entry.exchanged.len(), entry.exchanged_scopes().len());
            assert!(!entry.source.is_empty());
        }
    }

    #[test]
    fn actions_are_found_by_name_and_under_other_owners() {
        for (uses, agent) in [
            ("anthropics/claude-code-action", Some("claude-code")),
            ("someone/claude-code-action", Some("claude-code")),
            (
                "anthropics/claude-code-action/base-action",
                Some("claude-code"),
            ),
            ("sst/opencode/github", Some("opencode")),
            ("actions/checkout", None),
            ("someone/claude-code-action-helper", None),
        ] {
            let found = action_agent(uses).map(|entry| entry.agent.as_str());
            assert_eq!(found, agent, "{uses}");
        }
    }

    #[test]
    fn programs_start_agents_by_their_arguments() {
        let agent = |line: &str, has_input| {
            let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
            cli_agent(&words[0], &words[1..], has_input).map(|entry| entry.agent.as_str())
        };
        assert_eq!(agent("claude -p x", false), Some("claude-code"));
        assert_eq!(
            agent("@anthropic-ai/claude-code@1.0.2 -p x", false),
            Some("claude-code")
        );
        let below = "~/.local/bin/claude --print";
        assert_eq!(agent(below, false), Some("claude-code"));
        assert_eq!(agent("claude --version", false), None);
        assert_eq!(agent("claude mcp add x", false), None);
        assert_eq!(agent("codex exec --full-auto x", false), Some("codex"));
        assert_eq!(agent("codex login --api-key x", false), None);
        assert_eq!(agent("copilot --prompt=x", false), Some("copilot-cli"));
        assert_eq!(agent("copilot --version", false), None);
        assert_eq!(agent("opencode run x", false), Some("opencode"));
        assert_eq!(agent("opencode auth login", false), None);
    }

    #[test]
    fn names_say_what_a_secret_is_for() {
        for (name, purpose) in [
            ("ANTHROPIC_API_KEY", Purpose::Model),
            ("supabase_service_role_key", Purpose::Broad),
            ("AWS_SECRET_ACCESS_KEY", Purpose::Deploy),
            ("NPM_TOKEN", Purpose::Publish),
            ("GH_PAT", Purpose::Github),
            ("CLAUDE_PAT", Purpose::Github),
            ("SLACK_BOT_TOKEN", Purpose::Messages),
            ("THING", Purpose::Unknown),
        ] {
            assert_eq!(purpose_of(name), purpose, "{name}");
        }
    }
}
