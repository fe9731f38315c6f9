//! The map of a tree: which agent reads which credential, what bounds it, what asks a person.
//!
//! In: findings and the files of agents, both already judged. Out: plain data for `reach`. It judges nothing anew; every
//! text of the repository goes through `mask`.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::changes::{Change, Model, changes};
use super::lines::{CredentialLine, StructureLine, credentials, structure};
use super::program::{Power, power_of};
use crate::judge::{AgentsPresent, surfaces_of};
use crate::model::{Agent, Finding, How, Unchecked};
use crate::read::agent_config::{AgentFile, Decision};
use crate::rules::RuleSet;
use crate::rules::agent_facts::Effect;

/// Lines of one agent about what runs unasked.
const UNASKED: usize = 12;
/// How many changes are named.
const CHANGES: usize = 3;

/// A sentence with its place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Line {
    pub text: String,
    pub path: String,
    pub line: u32,
}

/// One agent of the tree.
#[derive(Clone, Debug, Serialize)]
pub struct AgentLine {
    pub id: &'static str,
    pub name: &'static str,
    /// The path that shows that it is used here.
    pub evidence: String,
    /// Numbers of the credentials in its context or environment.
    pub holds: Vec<usize>,
    /// Numbers of the credentials that a search finds.
    pub finds: Vec<usize>,
    pub servers: Vec<Line>,
    /// What bounds it for the operating system.
    pub bounds: Vec<Line>,
    /// What only asks it to keep away.
    pub words: Vec<Line>,
    /// What asks a person.
    pub asks: Vec<Line>,
    /// What runs with nobody asked.
    pub unasked: Vec<Line>,
}

/// The whole map.
#[derive(Clone, Debug, Serialize)]
pub struct ReachMap {
    pub schema: &'static str,
    /// Which tree this is: its folder's name, the commit where there is one, the day.
    pub tree: String,
    pub agents: Vec<AgentLine>,
    pub credentials: Vec<CredentialLine>,
    /// What is wrong with the wiring, gravest first; what stands in several files is one line.
    pub structure: Vec<StructureLine>,
    /// The sum of all severities from a warning upwards.
    pub severity: f32,
    /// The changes that would lower it most, best first, at most three; each judged after those before it.
    pub changes: Vec<Change>,
    pub files: u64,
    /// Whether home files and the environment were looked at.
    pub machine: bool,
    /// What could not be looked at, each with the reason.
    pub unchecked: Vec<Unread>,
}

/// What could not be looked at, or only in a weaker way.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Unread {
    pub path: String,
    pub why: String,
}

/// What the map is made of.
pub struct Parts<'m> {
    pub tree: String,
    pub findings: &'m [Finding],
    pub files: &'m [AgentFile],
    pub agents: &'m AgentsPresent,
    pub rules: &'m RuleSet,
    pub mask: &'m dyn Fn(&str) -> String,
    pub looked_at: u64,
    /// The file of each agent that left one on this machine; `None` where the machine was not looked at.
    pub on_machine: Option<&'m BTreeMap<&'static str, String>>,
    pub unchecked: &'m [Unchecked],
}

/// Makes the map.
pub fn map(parts: &Parts<'_>) -> ReachMap {
    let credentials = credentials(parts.findings);
    let agents = present(parts)
        .into_iter()
        .map(|(agent, evidence)| {
            let mut line = AgentLine {
                id: agent.id,
                name: agent.name,
                evidence,
                holds: Vec::new(),
                finds: Vec::new(),
                servers: Vec::new(),
                bounds: Vec::new(),
                words: Vec::new(),
                asks: Vec::new(),
                unasked: Vec::new(),
            };
            reads(&mut line, &credentials);
            for file in parts.files {
                settings(&mut line, file, parts);
            }
            line
        })
        .collect();
    let model = Model::new(parts.findings, parts.files, parts.rules);
    let unread = |entry: &Unchecked| Unread {
        path: entry.path.lossy(),
        why: entry.why.clone(),
    };
    ReachMap {
        schema: "tokenleash-reach/1",
        tree: (parts.mask)(&parts.tree),
        severity: model.sum(),
        changes: changes(&model, CHANGES),
        agents,
        credentials,
        structure: structure(parts.findings),
        files: parts.looked_at,
        machine: parts.on_machine.is_some(),
        unchecked: parts.unchecked.iter().map(unread).collect(),
    }
}

/// The agents of the tree, then those that only the machine shows.
fn present(parts: &Parts<'_>) -> Vec<(&'static Agent, String)> {
    let mut all: Vec<(&'static Agent, String)> = parts
        .agents
        .entries()
        .map(|(agent, marker)| (agent, marker.to_owned()))
        .collect();
    for (id, path) in parts.on_machine.into_iter().flatten() {
        let known = all.iter().any(|(agent, _)| agent.id == *id);
        let agent = parts.rules.agents().iter().find(|agent| agent.id == *id);
        if let (false, Some(agent)) = (known, agent) {
            all.push((agent, (parts.mask)(path)));
        }
    }
    all
}

fn reads(line: &mut AgentLine, credentials: &[CredentialLine]) {
    for (number, credential) in credentials.iter().enumerate() {
        let in_context =
            credential.how == How::Loaded.word() || credential.how == How::Handed.word();
        if in_context && credential.agents.contains(&line.name) {
            line.holds.push(number);
        } else {
            line.finds.push(number);
        }
    }
}

fn settings(line: &mut AgentLine, file: &AgentFile, parts: &Parts<'_>) {
    let at = |text: String, span| Line {
        text: (parts.mask)(&text),
        path: file.path.lossy(),
        line: file.place(span).start_line,
    };
    let of_agent =
        surfaces_of(&file.path, parts.rules).any(|surface| surface.agents.contains(&line.id));
    if of_agent {
        line.servers.extend(servers(file, parts));
        for hook in &file.hooks {
            line.asks.push(at(
                format!("a {} hook looks at `{}`", hook.event, hook.matcher),
                hook.span,
            ));
        }
    }
    for on in file.bounds.iter().filter(|on| on.bound.agent == line.id) {
        let text = format!("{}: {}", on.bound.key, on.bound.says);
        line.bounds.push(at(text, on.span));
    }
    for on in file.switches.iter().filter(|on| on.switch.agent == line.id) {
        let shown = at(format!("{} {}", on.shown, on.switch.says), on.span);
        match on.switch.effect {
            Effect::Unasked | Effect::Partly | Effect::Final | Effect::SandboxOff => {
                line.unasked.push(shown)
            }
        }
    }
    for start in file.starts.iter().filter(|start| start.agent == line.id) {
        line.unasked
            .push(at(format!("{} in {}", start.flag, start.place), start.span));
    }
    for ignored in file
        .ignored
        .iter()
        .filter(|ignored| ignored.file.agent == line.id)
    {
        line.words.push(at(
            format!(
                "{} in {}: {}",
                ignored.pattern, ignored.file.file, ignored.file.open
            ),
            ignored.span,
        ));
    }
    permission_rules(line, file, parts);
    if of_agent || file.path.lossy().ends_with("AGENTS.md") {
        for said in &file.said {
            line.words.push(at(format!("“{}”", said.text), said.span));
        }
    }
}

/// What a file's rules ask and deny.
fn permission_rules(line: &mut AgentLine, file: &AgentFile, parts: &Parts<'_>) {
    let at = |text: String, span| Line {
        text: (parts.mask)(&text),
        path: file.path.lossy(),
        line: file.place(span).start_line,
    };
    let mut asks = 0;
    for rule in file.rules.iter().filter(|rule| rule.agent == line.id) {
        let about = super::destroying::shown_rule(rule.about.as_deref().unwrap_or("*"));
        match rule.decision {
            Decision::Ask if asks < 5 => {
                asks += 1;
                line.asks
                    .push(at(format!("asks before {about}"), rule.span));
            }
            Decision::Deny if rule.tool == "Read" && !file.sandboxed => {
                line.words.push(at(
                    format!("Read({about}) is denied to its own file tools only"),
                    rule.span,
                ));
            }
            Decision::Allow if rule.shell && line.unasked.len() < UNASKED => {
                let power = rule.about.as_deref().and_then(power_of);
                let what = match power {
                    Some(Power::Runs(_)) => "every command",
                    Some(Power::Sends(_)) => "any request",
                    None => continue,
                };
                line.unasked
                    .push(at(format!("`{about}` lets {what} through"), rule.span));
            }
            Decision::Ask | Decision::Deny | Decision::Allow => {}
        }
    }
    for behind in &file.behind {
        let rule = super::behind::open_rule(file, behind);
        if let Some(rule) = rule.filter(|rule| rule.agent == line.id)
            && line.unasked.len() < UNASKED
        {
            let about = super::destroying::shown_rule(rule.about.as_deref().unwrap_or("*"));
            let text = format!("`{about}` leads to `{}`", behind.command);
            line.unasked.push(at(text, rule.span));
        }
    }
}

/// The servers of a file, with what they are handed and lack.
fn servers(file: &AgentFile, parts: &Parts<'_>) -> Vec<Line> {
    let mut lines = Vec::new();
    for server in &file.servers {
        let handed: BTreeSet<&str> = server
            .handed
            .iter()
            .map(|handed| {
                if handed.slot.is_empty() {
                    handed.variable.as_str()
                } else {
                    handed.slot.as_str()
                }
            })
            .collect();
        let handed: Vec<&str> = handed.into_iter().collect();
        let mut text = format!("server {}", server.name);
        if !handed.is_empty() {
            text.push_str(&format!(", handed {}", handed.join(", ")));
        }
        let limits = server.missing_limits();
        if !limits.is_empty() {
            text.push_str(&format!("; started without {}", limits.join(" and ")));
        }
        lines.push(Line {
            text: (parts.mask)(&text),
            path: file.path.lossy(),
            line: file.place(server.span).start_line,
        });
    }
    lines
}
