//! What cannot be undone behind a command that is allowed, or that an agent's hook runs: TL204.
//!
//! In: the ways that were read, and the rules of the same file. Out: findings that name the way, each step a related
//! place. A rule of `ask` or `deny` counts for the words that the agent types, not for what a script runs.

use super::Bench;
use super::destroying::{covers_words, gated, shown_rule};
use crate::read::agent_config::behind::{Behind, Starter};
use crate::read::agent_config::{AgentFile, Decision, PermissionRule, quoted};

/// Judges the ways of one file.
pub(super) fn judge(bench: &mut Bench<'_>, file: &AgentFile) {
    for behind in &file.behind {
        match &behind.by {
            Starter::Rule => {
                if let Some(rule) = open_rule(file, behind) {
                    let shown = rule.about.as_deref().map(shown_rule).unwrap_or_default();
                    let message = message(behind, &format!("`{shown}`"), "without a question");
                    add(bench, file, behind, &shown, message);
                }
            }
            Starter::Hook(event) => {
                let shown = quoted(event);
                let message = message(behind, &format!("The hook `{shown}`"), "by itself");
                add(bench, file, behind, &shown, message);
            }
        }
    }
}

/// The rule at which a way starts, where nothing asks before its first command.
pub(super) fn open_rule<'f>(file: &'f AgentFile, behind: &Behind) -> Option<&'f PermissionRule> {
    let starts = |rule: &&PermissionRule| rule.span == behind.span && allows(rule);
    let rule = file.rules.iter().find(starts)?;
    let is_open = behind.by == Starter::Rule && !gated(file) && !held_back(file, &behind.called);
    is_open.then_some(rule)
}

fn allows(rule: &PermissionRule) -> bool {
    rule.decision == Decision::Allow
}

fn held_back(file: &AgentFile, called: &[String]) -> bool {
    let others = file.rules.iter().filter(|rule| rule.shell && !allows(rule));
    let mut others = others.map(|rule| rule.about.as_deref());
    others.any(|about| about.is_none_or(|about| covers_words(about, called)))
}

/// "`x` leads to `terraform destroy` without a question, which …; the way: the package script `x`, the target `y`."
fn message(behind: &Behind, from: &str, how: &str) -> String {
    let mut way: Vec<&str> = Vec::new();
    let skipped = usize::from(behind.by != Starter::Rule);
    for (_, what) in behind.chain.iter().skip(skipped) {
        if !way.contains(&what.as_str()) {
            way.push(what);
        }
    }
    let way = match way.is_empty() {
        true => String::new(),
        false => format!("; the way: {}", way.join(", ")),
    };
    let (command, says) = (&behind.command, behind.says);
    format!("{from} leads to `{command}` {how}, which {says}{way}.")
}

fn add(bench: &mut Bench<'_>, file: &AgentFile, behind: &Behind, shown: &str, message: String) {
    let unseen = file.rules.iter().any(|rule| {
        let about = rule
            .about
            .as_deref()
            .filter(|_| rule.shell && !allows(rule));
        let words: Vec<String> = behind.command.split(' ').map(str::to_owned).collect();
        about.is_some_and(|about| covers_words(about, &words))
    });
    let message = match unseen {
        true => format!(
            "{message} The rule against `{}` does not see it there.",
            behind.command
        ),
        false => message,
    };
    let names: Vec<&str> = behind.chain.iter().map(|(_, what)| what.as_str()).collect();
    let route = format!("behind/{shown}/{}/{}", names.join("/"), behind.command);
    let advice = match behind.by {
        Starter::Rule => "Move the rule to `ask`, or let the script ask a person first.",
        Starter::Hook(_) => "Take the command out of what the hook runs.",
    };
    let finding = bench.add(
        "TL204",
        file,
        behind.span,
        route,
        message,
        advice.to_owned(),
    );
    let last = behind.chain.len().saturating_sub(1);
    for (number, (spot, what)) in behind.chain.iter().enumerate() {
        let says = match number == last {
            true => format!("{what}: `{}`", behind.command),
            false => what.clone(),
        };
        finding.related.push((spot.clone(), says));
    }
    let start = (finding.spot.clone(), "the agent's setting".to_owned());
    finding.flow = std::iter::once(start)
        .chain(finding.related.clone())
        .collect();
}
