//! Guards of agents that a change takes away: TL408.
//!
//! In: what the agents' files said before and what they say after. Out: one finding for each guard that is gone. A guard
//! that moved to another file that was read is not gone; one that stood there as well before is.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::judge::rules;
use crate::judge::workflow::StructureFinding;
use crate::model::{Place, RepoPath, Span, Spot};
use crate::read::agent_config::{AgentFile, Decision, quoted};
use crate::rules::agent_facts::agent_facts;

/// Compares two states; only what stands in a file that `touched` names can be taken away.
pub fn judge_removed(
    before: &[AgentFile],
    after: &[AgentFile],
    touched: &dyn Fn(&RepoPath) -> bool,
) -> Vec<StructureFinding> {
    let of = |files: &[AgentFile]| -> BTreeSet<(RepoPath, String)> {
        let keys = |file: &AgentFile| {
            let path = file.path.clone();
            guards(file)
                .into_iter()
                .map(move |(key, _)| (path.clone(), key))
        };
        files.iter().flat_map(keys).collect()
    };
    let (old, new) = (of(before), of(after));
    // The same guard in another file counts where it is new there: it moved.
    let moved: BTreeSet<&String> = new.difference(&old).map(|(_, key)| key).collect();
    let mut findings = Vec::new();
    for file in before.iter().filter(|file| touched(&file.path)) {
        for (key, shown) in guards(file) {
            if moved.contains(&key) || new.contains(&(file.path.clone(), key.clone())) {
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

/// Whether a hook at this event can stop what an agent is about to do; Claude Code's are read with their matchers.
fn can_refuse(file: &AgentFile, event: &str) -> bool {
    let is_read = event == "PreToolUse" && !file.hooks.is_empty();
    !is_read
        && agent_facts()
            .refusing_events
            .iter()
            .any(|known| known == event)
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
    for hook in file
        .started
        .iter()
        .filter(|hook| can_refuse(file, &hook.event))
    {
        let event = quoted(&hook.event);
        found.push((format!("hook/{event}"), format!("the hook `{event}`")));
    }
    for on in &file.bounds {
        for path in &on.denied {
            let key = format!("bound/{}/{path}", on.bound.id);
            found.push((key, format!("the sandbox denied `{}`", quoted(path))));
        }
        let key = format!("bound/{}", on.bound.id);
        found.push((key, format!("`{}`, {}", on.bound.key, on.bound.says)));
    }
    found
}
