//! What settings of agents mean and what tool servers can do: `rules/agents.toml`, as tables.
//!
//! In: the file, which is part of the binary. Out: `AgentFacts`, read once on first use. It judges nothing.

use std::sync::OnceLock;

use serde::Deserialize;

const TEXT: &str = include_str!("../../rules/agents.toml");

/// Everything that the file says.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AgentFacts {
    #[serde(rename = "switch")]
    pub switches: Vec<Switch>,
    #[serde(rename = "server_switch")]
    pub server_switches: Vec<ServerSwitch>,
    #[serde(rename = "bound")]
    pub bounds: Vec<Bound>,
    pub rules: Vec<RulePlace>,
    #[serde(rename = "server")]
    pub servers: Vec<KnownServer>,
    #[serde(rename = "command")]
    pub commands: Vec<FinalCommand>,
    #[serde(rename = "text")]
    pub texts: Vec<FinalText>,
    pub inert: Vec<InertFile>,
    pub ignore: Vec<IgnoreFile>,
    pub local: Vec<LocalFile>,
    #[serde(rename = "mount")]
    pub mounts: Vec<MountSource>,
    #[serde(rename = "opening")]
    pub openings: Vec<Opening>,
    pub open: OpenPrograms,
    /// Files with hooks of agents, and the events at which a hook can refuse.
    pub hooks: Vec<String>,
    pub refusing_events: Vec<String>,
    pub names: Names,
}

/// What a switch takes away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Effect {
    /// Some tools run without a question.
    Partly,
    SandboxOff,
    /// Every command runs without a question.
    Unasked,
    /// What cannot be undone runs without a question.
    Final,
}

/// Whether an agent takes the key from a repository's file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Honoured {
    Yes,
    /// Once the folder was trusted.
    Trusted,
}

/// A key of an agent's settings that takes away the person or the sandbox.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Switch {
    pub id: String,
    pub agent: String,
    pub files: Vec<String>,
    pub key: String,
    #[serde(default)]
    pub names: Vec<String>,
    pub values: Vec<String>,
    #[serde(default)]
    pub also: Vec<String>,
    #[serde(default)]
    pub unless: Vec<String>,
    /// A key beside this one, and its value.
    #[serde(default)]
    pub beside: Vec<String>,
    /// Keys that must not stand beside this one.
    #[serde(default)]
    pub without: Vec<String>,
    pub effect: Effect,
    pub says: String,
    pub instead: String,
    pub honoured: Honoured,
    #[serde(default)]
    pub docs: String,
}

/// What binds an agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Bounding {
    /// The operating system holds its commands back.
    Sandbox,
    /// Its commands do not inherit credentials.
    Scrub,
}

/// A key of an agent's settings that binds it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bound {
    pub id: String,
    pub agent: String,
    pub files: Vec<String>,
    pub key: String,
    pub values: Vec<String>,
    pub effect: Bounding,
    /// Keys whose items are paths that the sandbox does not let a command read.
    #[serde(default)]
    pub denies: Vec<String>,
    pub says: String,
}

/// A key of a tool server's entry that lets its tools run unasked.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServerSwitch {
    pub key: String,
    pub values: Vec<String>,
    pub agents: Vec<String>,
    pub says: String,
}

/// Where an agent's rules of what may run stand.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RulePlace {
    pub agent: String,
    pub files: Vec<String>,
    #[serde(default)]
    pub allow: Vec<String>,
    #[serde(default)]
    pub ask: Vec<String>,
    #[serde(default)]
    pub deny: Vec<String>,
    /// Maps of command to decision.
    #[serde(default)]
    pub maps: Vec<String>,
    /// Whether a rule allows whatever starts with it.
    #[serde(default)]
    pub prefix: bool,
    /// The tool's name in front of a shell rule; empty where every rule is a command.
    pub shell: String,
}

/// A tool server that is known.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KnownServer {
    pub id: String,
    pub name: String,
    #[serde(rename = "match")]
    pub matches: Vec<String>,
    pub narrows: Vec<Narrowing>,
    pub destroys: Vec<String>,
    /// Whether its arguments are folders that its tools read.
    #[serde(default)]
    pub opens_folders: bool,
    pub docs: String,
}

/// One way to give a server less.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Narrowing {
    pub any: Vec<String>,
    pub suggest: String,
}

/// A command that cannot be undone.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FinalCommand {
    pub words: Vec<String>,
    #[serde(default)]
    pub flags: Vec<String>,
    /// How many of the words a rule must name at least.
    #[serde(default = "one")]
    pub from: usize,
    /// Whether a rule that names an argument as well is narrow enough.
    #[serde(default)]
    pub narrowed: bool,
    pub says: String,
}

fn one() -> usize {
    1
}

/// Programs that run or send anything.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpenPrograms {
    pub runs: Vec<String>,
    /// Those of `runs` that are shells.
    pub shells: Vec<String>,
    pub sends: Vec<String>,
}

/// A text inside a command that cannot be undone.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FinalText {
    pub has: String,
    pub says: String,
}

/// A file that looks like a guard and is read by nobody.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InertFile {
    pub file: String,
    pub agent: String,
    pub says: String,
    pub instead: String,
}

/// A file that some tools of an agent keep to.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IgnoreFile {
    pub file: String,
    pub agent: String,
    pub open: String,
    #[serde(default)]
    pub docs: String,
}

/// A file of one person or one session.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LocalFile {
    pub files: Vec<String>,
    pub agent: String,
    pub says: String,
    pub instead: String,
}

/// A path of the host whose mount hands credentials over.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MountSource {
    #[serde(rename = "in")]
    pub within: String,
    pub says: String,
}

/// A key of a container that takes its walls away.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Opening {
    pub keys: Vec<String>,
    pub values: Vec<String>,
    pub says: String,
}

/// What is known of names beyond the catalogue.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Names {
    pub only_broad: Vec<String>,
    pub may_be_narrow: Vec<String>,
    pub broad_in_practice: Vec<String>,
}

/// The tables; read on first use.
pub fn agent_facts() -> &'static AgentFacts {
    static FACTS: OnceLock<AgentFacts> = OnceLock::new();
    FACTS.get_or_init(|| toml::from_str(TEXT).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::RuleSet;

    #[test]
    fn the_file_is_read_and_every_agent_is_known() {
        let facts: AgentFacts = toml::from_str(TEXT).unwrap();
        let rules = RuleSet::builtin();
        let known = |id: &str| rules.agents().iter().any(|agent| agent.id == id);
        for switch in &facts.switches {
            assert!(known(&switch.agent), "{}", switch.id);
            assert!(!switch.says.is_empty() && !switch.instead.is_empty());
            assert_ne!(switch.also.len(), 1, "{}", switch.id);
            assert_ne!(switch.unless.len(), 1, "{}", switch.id);
        }
        for bound in &facts.bounds {
            assert!(
                known(&bound.agent) && !bound.says.is_empty(),
                "{}",
                bound.id
            );
        }
        for place in &facts.rules {
            assert!(known(&place.agent), "{}", place.agent);
        }
        assert!(facts.switches.len() >= 30 && facts.commands.len() >= 40);
    }

    #[test]
    fn every_file_that_is_named_is_known_without_reading() {
        let facts = agent_facts();
        let names = facts.ignore.iter().map(|entry| entry.file.clone());
        let inert = facts.inert.iter().map(|entry| entry.file.clone());
        let local = facts.local.iter().flat_map(|entry| entry.files.clone());
        let switches = facts.switches.iter().flat_map(|entry| entry.files.clone());
        for pattern in names.chain(inert).chain(local).chain(switches) {
            let plain = pattern.replace("{json,jsonc}", "json");
            let path = plain
                .replace("**/", "a/b/")
                .replace("**", "c")
                .replace('*', "x");
            assert!(crate::rules::is_agent_file(path.as_bytes()), "{path}");
        }
        assert!(!crate::rules::is_agent_file(b"src/settings.json"));
    }

    #[test]
    fn ids_stand_once() {
        let facts = agent_facts();
        let switches = facts.switches.iter().map(|switch| &switch.id);
        let bounds = facts.bounds.iter().map(|bound| &bound.id);
        let mut ids: Vec<_> = switches.chain(bounds).collect();
        ids.sort();
        let all = ids.len();
        ids.dedup();
        assert_eq!(ids.len(), all);
    }
}
