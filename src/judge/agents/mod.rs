//! Agents' settings, judged: what is handed over, what asks a person, what cannot be undone, which guard is only words.
//!
//! In: paths, a look-up of one state, and the broad credentials that were seen there. Out: findings. Base and head are
//! judged by the same call, so that what a change brings is the difference of the two.

mod autonomy;
mod behind;
pub mod changes;
mod denied;
mod destroying;
pub mod drill;
mod guardrails;
mod handing;
pub mod lines;
pub mod map;
pub mod names;
mod program;
mod removed;
mod scene;

pub use removed::judge_removed;
pub use scene::Scene;

#[cfg(test)]
mod rule_tests;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::sync::Arc;

use super::place::{PathClass, class_of_path};
use super::rules;
use super::workflow::StructureFinding;
use super::{Class, Standing, class_of};
use crate::model::{Confidence, Finding, How, Place, RepoPath, Span, Spot, Verb};
use crate::read::Lookup;
use crate::read::agent_config::{self, AgentFile};
use crate::rules::RuleSet;

/// The most files that are judged together.
pub const MOST: usize = 20_000;

/// A broad credential that was seen in the same state.
#[derive(Clone, Debug)]
pub struct BroadThere {
    pub path: RepoPath,
    pub place: Place,
    /// The kind in words: "Railway account token".
    pub name: String,
    /// What its worst call does; empty where nobody knows.
    pub worst: String,
    pub deletes: bool,
    pub how: How,
}

impl BroadThere {
    /// Takes a finding for a broad credential that stands there now, if it is one.
    pub fn of(finding: &Finding) -> Option<BroadThere> {
        let counts = ["TL101", "TL102", "TL105", "TL107"].contains(&finding.rule)
            && finding.confidence >= Confidence::Medium
            && finding.at_head;
        let kind = finding.kind.filter(|_| counts)?;
        let breadth = finding.breadth.as_ref()?;
        let is_broad = class_of(Some(kind), Some(breadth), Standing::Live) == Class::Broad;
        is_broad.then(|| BroadThere {
            path: finding.path.clone(),
            place: finding.place,
            name: kind.name.to_owned(),
            worst: kind.worst.to_owned(),
            deletes: breadth.verbs.has(Verb::Delete),
            how: finding
                .reach
                .iter()
                .map(|reach| reach.how)
                .max()
                .unwrap_or(How::Workspace),
        })
    }

    /// The credential and its place, for a sentence.
    pub fn in_words(&self) -> String {
        let article = if self.name.starts_with(['A', 'E', 'I', 'O']) {
            "an"
        } else {
            "a"
        };
        let can = if self.worst.is_empty() {
            String::new()
        } else {
            format!(", which can {}", self.worst)
        };
        format!(
            "{article} {} stands in {}:{}{can}",
            self.name,
            self.path.lossy(),
            self.place.start_line
        )
    }

    fn spot(&self) -> Spot {
        Spot {
            path: Arc::new(self.path.clone()),
            span: Span::new(0, 0),
            place: self.place,
        }
    }
}

/// A person's word of what stands under a name (decision 17).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declared {
    pub name: String,
    /// A path pattern.
    pub place: String,
    /// The id of the kind.
    pub kind: String,
    pub owner: String,
    pub expired: bool,
}

/// What is known beside the files themselves.
#[derive(Clone, Copy)]
pub struct Known<'k> {
    pub rules: &'k RuleSet,
    pub broad: &'k [BroadThere],
    pub declared: &'k [Declared],
}

/// Whether what a file says of agents is for somebody else: test data, and other people's code.
pub fn is_passed_by(path: &RepoPath) -> bool {
    matches!(class_of_path(path), PathClass::Test | PathClass::Vendored)
}

/// Fills in what stands behind the rules and hooks of files that were read in any order, and leaves those that are judged.
pub fn follow_all(mut files: Vec<AgentFile>, lookup: &Lookup<'_>) -> Vec<AgentFile> {
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files.truncate(MOST);
    for file in &mut files {
        agent_config::behind::follow(file, lookup);
    }
    files
}

/// Reads the files of one state that say something of agents.
pub fn read_agents(paths: &[RepoPath], lookup: &Lookup<'_>, rules: &RuleSet) -> Vec<AgentFile> {
    let mut files = Vec::new();
    for path in paths {
        if is_passed_by(path) {
            continue;
        }
        if let Some(text) = lookup(path.as_bytes())
            && agent_config::concerns(path, &text, rules)
        {
            let mut file = agent_config::read(path, &text, rules);
            agent_config::behind::follow(&mut file, lookup);
            files.push(file);
        }
    }
    files
}

/// Judges files that were read before.
pub fn judge_files(files: &[AgentFile], known: Known<'_>) -> Vec<StructureFinding> {
    let mut bench = Bench {
        known,
        files,
        findings: Vec::new(),
    };
    for file in files {
        handing::judge(&mut bench, file);
        autonomy::judge(&mut bench, file);
        destroying::judge(&mut bench, file);
        guardrails::judge(&mut bench, file);
        denied::judge(&mut bench, file);
    }
    let mut findings = bench.findings;
    let mut seen = BTreeSet::new();
    findings.retain(|finding| {
        seen.insert((
            finding.rule.id,
            finding.spot.path.clone(),
            finding.route.clone(),
        ))
    });
    findings
}

/// What the audits share.
struct Bench<'b> {
    known: Known<'b>,
    files: &'b [AgentFile],
    findings: Vec<StructureFinding>,
}

impl Bench<'_> {
    /// Adds a finding at a span of a file. `route` names the node by content.
    fn add(
        &mut self,
        rule: &str,
        file: &AgentFile,
        span: Span,
        route: String,
        message: String,
        advice: String,
    ) -> &mut StructureFinding {
        let rule = rules::by_id(rule).unwrap_or(&rules::RULES[0]);
        self.findings.push(StructureFinding {
            rule,
            spot: Spot {
                path: Arc::new(file.path.clone()),
                span,
                place: file.place(span),
            },
            message,
            advice,
            related: Vec::new(),
            flow: Vec::new(),
            route,
            reasons: Vec::new(),
        });
        let last = self.findings.len() - 1;
        &mut self.findings[last]
    }

    /// The name of an agent, for people.
    fn agent(&self, id: &str) -> &'static str {
        let known = self
            .known
            .rules
            .agents()
            .iter()
            .find(|agent| agent.id == id);
        known.map_or("the agent", |agent| agent.name)
    }
}
