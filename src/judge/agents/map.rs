//! The map of a tree: which agent reads which credential, what bounds it, what asks a person.
//!
//! In: findings and the files of agents, both already judged. Out: plain data for `reach`. It judges nothing anew; every
//! text of the repository goes through `mask`.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::judge::{AgentsPresent, surfaces_of};
use crate::model::{Finding, How, Level, Verdict};
use crate::read::agent_config::{AgentFile, Decision};
use crate::rules::RuleSet;
use crate::rules::agent_facts::Effect;

/// A sentence with its place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Line {
    pub text: String,
    pub path: String,
    pub line: u32,
}

/// A credential of the tree.
#[derive(Clone, Debug, Serialize)]
pub struct CredentialLine {
    pub kind: Option<&'static str>,
    pub name: String,
    pub breadth: Option<&'static str>,
    pub can: String,
    pub masked: String,
    pub path: String,
    pub line: u32,
    pub how: &'static str,
    pub rule: &'static str,
    pub verdict: &'static str,
    pub severity: f32,
    /// Names of the agents that read it; empty: any agent started in this checkout.
    pub agents: Vec<&'static str>,
    pub narrower: Vec<&'static str>,
    /// Other places of the same value.
    pub also: Vec<String>,
}

/// One agent of the tree.
#[derive(Clone, Debug, Serialize)]
pub struct AgentLine {
    pub id: &'static str,
    pub name: &'static str,
    /// The path that shows that it is used here.
    pub evidence: &'static str,
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
    pub agents: Vec<AgentLine>,
    pub credentials: Vec<CredentialLine>,
    /// Findings about structure that belong to no single agent, and all others: one line each.
    pub structure: Vec<Line>,
    /// The changes that would lower it most, best first, at most three.
    pub changes: Vec<String>,
    pub files: u64,
    pub unchecked: usize,
}

/// What the map is made of.
pub struct Parts<'m> {
    pub findings: &'m [Finding],
    pub files: &'m [AgentFile],
    pub agents: &'m AgentsPresent,
    pub rules: &'m RuleSet,
    pub mask: &'m dyn Fn(&str) -> String,
    pub looked_at: u64,
    pub unchecked: usize,
}

/// Makes the map.
pub fn map(parts: &Parts<'_>) -> ReachMap {
    let credentials = credentials(parts.findings);
    let agents = parts
        .agents
        .entries()
        .map(|(agent, marker)| {
            let mut line = AgentLine {
                id: agent.id,
                name: agent.name,
                evidence: marker,
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
    let structure = parts
        .findings
        .iter()
        .filter(|finding| finding.masked.is_none())
        .map(|finding| Line {
            text: format!("{}: {}", finding.rule, finding.message),
            path: finding.path.lossy(),
            line: finding.place.start_line,
        })
        .collect();
    ReachMap {
        schema: "tokenleash-reach/1",
        changes: changes(parts.findings),
        agents,
        credentials,
        structure,
        files: parts.looked_at,
        unchecked: parts.unchecked,
    }
}

/// Every credential once, at its gravest place.
fn credentials(findings: &[Finding]) -> Vec<CredentialLine> {
    let mut ranked: Vec<&Finding> = findings
        .iter()
        .filter(|finding| finding.masked.is_some())
        .collect();
    ranked.sort_by(|a, b| {
        b.severity
            .total_cmp(&a.severity)
            .then(a.path.cmp(&b.path))
            .then(a.place.cmp(&b.place))
    });
    let mut numbers: BTreeMap<&str, usize> = BTreeMap::new();
    let mut lines: Vec<CredentialLine> = Vec::new();
    for finding in ranked {
        match numbers.get(finding.fingerprint.as_str()) {
            Some(number) => {
                let place = format!("{}:{}", finding.path.lossy(), finding.place.start_line);
                lines[*number].also.push(place);
            }
            None => {
                numbers.insert(&finding.fingerprint, lines.len());
                lines.push(credential(finding));
            }
        }
    }
    lines
}

fn credential(finding: &Finding) -> CredentialLine {
    let widest = finding
        .reach
        .iter()
        .map(|reach| reach.how)
        .max()
        .unwrap_or(How::Workspace);
    let mut agents: Vec<&'static str> = finding
        .reach
        .iter()
        .filter(|reach| reach.how == widest)
        .flat_map(|reach| reach.agents.iter().copied())
        .collect();
    agents.sort_unstable();
    agents.dedup();
    CredentialLine {
        kind: finding.kind.map(|kind| kind.id),
        name: finding
            .kind
            .map_or("credential of unknown kind", |kind| kind.name)
            .to_owned(),
        breadth: finding.breadth.as_ref().map(|breadth| breadth.level.word()),
        can: finding
            .kind
            .map_or(String::new(), |kind| kind.worst.to_owned()),
        masked: finding.masked.clone().unwrap_or_default(),
        path: finding.path.lossy(),
        line: finding.place.start_line,
        how: widest.word(),
        rule: finding.rule,
        verdict: finding.verdict.word(),
        severity: finding.severity,
        agents,
        narrower: finding
            .advice
            .as_ref()
            .map_or(Vec::new(), |advice| advice.narrower.clone()),
        also: Vec::new(),
    }
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
            line.servers.push(at(text, server.span));
        }
        if let (true, Some(rule)) = (file.sandboxed, file.rules.first()) {
            line.bounds
                .push(at("an OS sandbox is switched on".to_owned(), rule.span));
        }
        for hook in &file.hooks {
            line.asks.push(at(
                format!("a {} hook looks at `{}`", hook.event, hook.matcher),
                hook.span,
            ));
        }
    }
    for on in file.switches.iter().filter(|on| on.switch.agent == line.id) {
        let shown = at(format!("{} {}", on.shown, on.switch.says), on.span);
        match on.switch.effect {
            Effect::Unasked | Effect::Partly | Effect::SandboxOff => line.unasked.push(shown),
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
            Decision::Ask | Decision::Deny | Decision::Allow => {}
        }
    }
    if of_agent || file.path.lossy().ends_with("AGENTS.md") {
        for said in &file.said {
            line.words.push(at(format!("“{}”", said.text), said.span));
        }
    }
}

/// Names the changes that lower it most: the worst credentials first, then what takes the person away.
fn changes(findings: &[Finding]) -> Vec<String> {
    let mut ranked: Vec<&Finding> = findings
        .iter()
        .filter(|finding| finding.verdict >= Verdict::Warn)
        .collect();
    ranked.sort_by(|a, b| {
        b.severity
            .total_cmp(&a.severity)
            .then(a.path.cmp(&b.path))
            .then(a.place.cmp(&b.place))
    });
    let mut seen = BTreeSet::new();
    let mut changes = Vec::new();
    for finding in ranked {
        if changes.len() == 3 {
            break;
        }
        if !seen.insert(finding.fingerprint.clone()) {
            continue;
        }
        let place = format!("{}:{}", finding.path.lossy(), finding.place.start_line);
        let text = match (finding.kind, &finding.advice) {
            (Some(kind), advice) => {
                let narrower = advice.as_ref().and_then(|advice| advice.narrower.first());
                let instead = narrower.map_or(String::new(), |id| {
                    format!(", and make a {id} for the task")
                });
                let level = finding
                    .breadth
                    .as_ref()
                    .map_or(Level::Unknown, |breadth| breadth.level)
                    .word();
                format!("Take the {} ({level}) out of {place}{instead}.", kind.name)
            }
            (None, Some(advice)) if finding.masked.is_none() => format!("{place}: {}", advice.how),
            (None, _) => format!("Take the credential out of {place}."),
        };
        changes.push(text);
    }
    changes
}
