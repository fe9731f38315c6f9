//! Reach: which agents read the place where a value stands, and how it comes to them.
//!
//! An ignore file or a deny rule is no bound: agents read past them with a shell, so neither is asked for here.

use crate::model::{Agent, How, Reach, RepoPath, Sighting, Surface};
use crate::rules::{RuleSet, key_path};
use crate::source::{Form, Item, Keeping, Snapshot};

/// The agents with evidence in this repository.
#[derive(Clone, Debug, Default)]
pub struct AgentsPresent {
    present: Vec<(&'static Agent, &'static str)>,
}

impl AgentsPresent {
    /// Asks the snapshot for every agent's markers: fixed names and prefixes only.
    pub fn look(rules: &RuleSet, snapshot: &dyn Snapshot) -> Self {
        let present = rules
            .agents()
            .iter()
            .filter_map(|agent| {
                let marker = agent
                    .markers
                    .iter()
                    .find(|marker| snapshot.exists(marker.as_bytes()))?;
                Some((agent, *marker))
            })
            .collect();
        AgentsPresent { present }
    }

    /// The names of all of them.
    pub fn names(&self) -> Vec<&'static str> {
        self.present.iter().map(|(agent, _)| agent.name).collect()
    }

    /// All of them, each with the path that shows it.
    pub fn entries(&self) -> impl Iterator<Item = (&'static Agent, &'static str)> + '_ {
        self.present.iter().copied()
    }

    fn of(&self, ids: &[&str]) -> Vec<(&'static Agent, &'static str)> {
        self.present
            .iter()
            .filter(|(agent, _)| ids.contains(&agent.id))
            .copied()
            .collect()
    }
}

/// The surface that stands for any file of a checkout.
pub const WORKSPACE_FILE: &str = "workspace-file";
/// The surface that stands for a commit's or tag's message.
pub const MESSAGE: &str = "commit-message";
/// The surface that stands for the environment of a process.
pub const ENVIRONMENT: &str = "environment";
/// The surface that stands for a file outside any checkout.
pub const MACHINE_FILE: &str = "machine-file";

/// Judges every way in which agents reach a sighting, widest first. Never empty.
pub fn judge_reach(
    sighting: &Sighting,
    item: &Item,
    rules: &RuleSet,
    agents: &AgentsPresent,
) -> Vec<Reach> {
    if item.form == Form::Message {
        return vec![plain(
            MESSAGE,
            How::Workspace,
            agents,
            "agents read the history with `git log`",
        )];
    }
    let environment = match item.form {
        Form::Environment => Some((How::Machine, "any command of this user's shell inherits it")),
        Form::Inherited => Some((
            How::Loaded,
            "an agent that starts here inherits it, and so does every command that the agent runs",
        )),
        Form::File | Form::Symlink | Form::Message => None,
    };
    if let Some((how, why)) = environment {
        return vec![plain(ENVIRONMENT, how, agents, why)];
    }
    // A home folder is no checkout: what an agent loads from there counts, what lies about there is the machine's.
    let is_of_home =
        item.keeping == Keeping::Machine && sighting.path.as_bytes().starts_with(b"~/");
    let mut reach: Vec<Reach> = surfaces_of(&sighting.path, rules)
        .filter(|surface| holds_key(surface, sighting))
        .filter(|surface| !(is_of_home && surface.how == How::Workspace))
        .map(|surface| from_surface(surface, agents))
        .collect();
    if reach.is_empty() {
        reach.push(match item.keeping {
            Keeping::Machine => plain(
                MACHINE_FILE,
                How::Machine,
                agents,
                "an agent's shell reads the files of the user who runs it",
            ),
            Keeping::Git | Keeping::Ignored | Keeping::Dependency => plain(
                WORKSPACE_FILE,
                How::Workspace,
                agents,
                "an agent reads any file of the checkout that it works in",
            ),
        });
    }
    reach.sort_by(|a, b| b.how.cmp(&a.how).then(a.surface.cmp(b.surface)));
    reach
}

/// The surfaces whose paths match.
pub fn surfaces_of(
    path: &RepoPath,
    rules: &RuleSet,
) -> impl Iterator<Item = &'static Surface> + use<> {
    rules.surfaces_at(path.as_bytes()).into_iter()
}

fn holds_key(surface: &Surface, sighting: &Sighting) -> bool {
    if surface.keys.is_empty() {
        return true;
    }
    let Some(route) = &sighting.beside.key_path else {
        return false;
    };
    surface
        .keys
        .iter()
        .any(|pattern| key_path::matches(pattern, route))
}

fn from_surface(surface: &'static Surface, agents: &AgentsPresent) -> Reach {
    let present = if surface.agents.is_empty() {
        agents.present.clone()
    } else {
        agents.of(surface.agents)
    };
    let mut evidence = vec![surface.why.to_owned()];
    evidence.extend(evidence_of(&present));
    Reach {
        surface: surface.id,
        how: surface.how,
        agents: present.iter().map(|(agent, _)| agent.name).collect(),
        evidence,
    }
}

fn plain(surface: &'static str, how: How, agents: &AgentsPresent, why: &str) -> Reach {
    let mut evidence = vec![why.to_owned()];
    evidence.extend(evidence_of(&agents.present));
    Reach {
        surface,
        how,
        agents: agents.names(),
        evidence,
    }
}

fn evidence_of(present: &[(&'static Agent, &'static str)]) -> Option<String> {
    if present.is_empty() {
        return None;
    }
    let places: Vec<String> = present
        .iter()
        .take(4)
        .map(|(agent, marker)| format!("{} (`{marker}`)", agent.name))
        .collect();
    Some(format!(
        "this repository is set up for {}",
        places.join(", ")
    ))
}
