//! Commands that are denied and run all the same: TL401.
//!
//! In: the rules of one file. Out: a note for a denied command that another rule of the same file lets through. A rule
//! compares words from the first one on, so a flag that stands elsewhere, or a program that runs text, passes it.

use super::Bench;
use super::destroying::{covers, shown_rule, words_of};
use super::program::{Power, power_of};
use crate::read::agent_config::{AgentFile, Decision, PermissionRule};
use crate::rules::agent_facts::agent_facts;

pub(super) fn judge(bench: &mut Bench<'_>, file: &AgentFile) {
    if file.sandboxed {
        return;
    }
    for rule in of(file, Decision::Deny) {
        let Some(about) = rule.about.as_deref() else {
            continue;
        };
        if file.inert.iter().any(|inert| inert.span == rule.span) {
            continue;
        }
        let shown = shown_rule(about);
        let message = if let Some(wider) = passed_by_order(file, about) {
            format!(
                "`{shown}` is compared from the first word on: with the flag in another place, `{}` runs it without a question.",
                shown_rule(wider)
            )
        } else if let Some(wider) = passed_by_program(file, about) {
            format!(
                "`{shown}` binds these words only: what `{}` may run without a question does the same.",
                shown_rule(wider)
            )
        } else {
            continue;
        };
        let advice = "Let the wider rule ask, and protect what must not be lost where it is kept: the branch, the database, the cloud account.";
        let route = format!("denied/{shown}");
        bench.add("TL401", file, rule.span, route, message, advice.to_owned());
    }
}

fn of(file: &AgentFile, decision: Decision) -> impl Iterator<Item = &PermissionRule> {
    file.rules
        .iter()
        .filter(move |rule| rule.shell && rule.decision == decision)
}

/// A rule that allows the start of a denied command whose last words are flags.
fn passed_by_order<'f>(file: &'f AgentFile, denied: &str) -> Option<&'f str> {
    let (words, _) = words_of(denied);
    let named = words
        .iter()
        .take_while(|word| !word.starts_with('-'))
        .count();
    // `rm -rf /`: without words before the flags there is no other place for them.
    if named < 2 || named == words.len() {
        return None;
    }
    of(file, Decision::Allow)
        .filter_map(|rule| rule.about.as_deref())
        .find(|about| {
            let (allowed, open) = words_of(about);
            open && !allowed.is_empty() && words[..named].starts_with(&allowed)
        })
}

/// A rule that lets a program run any text, where the denied command cannot be undone or sends.
fn passed_by_program<'f>(file: &'f AgentFile, denied: &str) -> Option<&'f str> {
    let final_one = agent_facts()
        .commands
        .iter()
        .any(|command| covers(denied, command));
    if !final_one && !matches!(power_of(denied), Some(Power::Sends(_))) {
        return None;
    }
    of(file, Decision::Allow)
        .filter_map(|rule| rule.about.as_deref())
        .find(|about| matches!(power_of(about), Some(Power::Runs(_))))
}
