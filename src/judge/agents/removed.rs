//! Guards of agents that a change takes away: TL408.
//!
//! In: what the agents' files said before and what they say after. Out: one finding for each guard that is gone. A guard
//! that moved to another file that was read is not gone.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::judge::rules;
use crate::judge::workflow::StructureFinding;
use crate::model::{Place, RepoPath, Span, Spot};
use crate::read::agent_config::{AgentFile, Decision, quoted};

/// Compares two states.
pub fn judge_removed(before: &[AgentFile], after: &[AgentFile]) -> Vec<StructureFinding> {
    let left: BTreeSet<String> = after.iter().flat_map(guards).map(|(key, _)| key).collect();
    let mut findings = Vec::new();
    for file in before {
        for (key, shown) in guards(file) {
            if left.contains(&key) {
                continue;
            }
            let now = after.iter().find(|other| other.path == file.path);
            findings.push(finding(file, now, key, &shown));
        }
    }
    findings
}

fn finding(
    file: &AgentFile,
    now: Option<&AgentFile>,
    key: String,
    shown: &str,
) -> StructureFinding {
    let place = Place {
        start_line: 1,
        start_column: 1,
        end_line: 1,
        end_column: 1,
        ..Place::default()
    };
    let how = match now {
        Some(_) => "This change takes",
        None => "With this file the change takes",
    };
    let path: RepoPath = file.path.clone();
    StructureFinding {
        rule: rules::by_id("TL408").unwrap_or(&rules::RULES[0]),
        spot: Spot {
            path: Arc::new(path),
            span: Span::new(0, 0),
            place,
        },
        message: format!("{how} a guard away: {shown}."),
        advice: "Keep the guard, or say in the change why it is no longer needed.".to_owned(),
        related: Vec::new(),
        route: format!("removed/{key}"),
        reasons: Vec::new(),
        flow: Vec::new(),
    }
}

/// The guards of a file: what tells one from another, and how it is shown.
fn guards(file: &AgentFile) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for rule in &file.rules {
        let word = match rule.decision {
            Decision::Deny => "denied",
            Decision::Ask => "was asked about",
            Decision::Allow => continue,
        };
        let about = rule.about.as_deref().unwrap_or("*");
        let shown = super::destroying::shown_rule(about);
        let shown = match rule.tool.is_empty() {
            true => shown,
            false => format!("{}({shown})", quoted(&rule.tool)),
        };
        let key = format!("rule/{}/{word}/{}/{about}", rule.agent, rule.tool);
        found.push((key, format!("`{shown}` {word}")));
    }
    for hook in &file.hooks {
        let matcher = quoted(&hook.matcher);
        found.push((
            format!("hook/{}/{matcher}", hook.event),
            format!("the {} hook for `{matcher}`", hook.event),
        ));
    }
    for on in &file.bounds {
        let key = format!("bound/{}", on.bound.id);
        found.push((key, format!("`{}`, {}", on.bound.key, on.bound.says)));
    }
    found
}
