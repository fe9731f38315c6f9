//! TL903: which lines of a changed policy loosen it.
//!
//! In: the policy before and the policy of this change. Out: one sentence a line. Strengthening is nobody's business here.

use super::baseline::BASELINE_NAME;
use super::config::CONFIG_NAME;
use super::{Policy, Waiver};
use crate::judge::rules;
use crate::model::Verdict;

/// One way in which a change loosens the policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loosening {
    /// The file that the line stands in.
    pub file: &'static str,
    /// The line in the changed file; 1 where the line is gone.
    pub line: u32,
    pub what: String,
}

/// Lists every loosening, in the order of the file.
pub fn compare(before: &Policy, after: &Policy) -> Vec<Loosening> {
    let mut found = Vec::new();
    let mut add = |line: u32, what: String| {
        found.push(Loosening {
            file: CONFIG_NAME,
            line,
            what,
        });
    };
    compare_levels(before, after, &mut add);
    for (pattern, line) in &after.exclude {
        if !before.exclude.iter().any(|(known, _)| known == pattern) {
            add(*line, "a path is excluded".to_owned());
        }
    }
    for waiver in &after.waivers {
        if !before.waivers.iter().any(|known| covers(known, waiver)) {
            add(waiver.line, "a waiver is added or widened".to_owned());
        }
    }
    for (entry, _) in &before.tokens {
        if !after.tokens.iter().any(|(kept, _)| kept.id == entry.id) {
            add(
                1,
                format!("the repository's own kind `{}` is removed", entry.id),
            );
        }
    }
    if after.waiver_days > before.waiver_days {
        add(1, "waivers may run longer".to_owned());
    }
    for reference in &after.policy_refs {
        if !before.policy_refs.contains(reference) {
            add(1, "another branch may bring its own policy".to_owned());
        }
    }
    let more = after
        .known
        .iter()
        .filter(|known| !before.known.contains(known))
        .count();
    if more > 0 {
        found.push(Loosening {
            file: BASELINE_NAME,
            line: 1,
            what: format!("the baseline grows by {more}"),
        });
    }
    found.sort_by_key(|loosening| loosening.line);
    found
}

fn compare_levels(before: &Policy, after: &Policy, add: &mut dyn FnMut(u32, String)) {
    for level in &after.levels {
        let now = level.verdict;
        let then = verdict_of(before, level.rule);
        if now < then {
            add(
                level.line,
                format!("{} goes from {} to {}", level.rule, then.word(), now.word()),
            );
        }
    }
    for level in &before.levels {
        let default = rules::by_id(level.rule).map_or(Verdict::Silent, |rule| rule.verdict);
        let gone = !after.levels.iter().any(|kept| kept.rule == level.rule);
        if gone && level.verdict > default {
            add(1, format!("the level of {} is removed", level.rule));
        }
    }
}

fn verdict_of(policy: &Policy, rule: &str) -> Verdict {
    let configured = policy.levels.iter().find(|level| level.rule == rule);
    configured.map_or_else(
        || rules::by_id(rule).map_or(Verdict::Silent, |rule| rule.verdict),
        |level| level.verdict,
    )
}

fn covers(known: &Waiver, waiver: &Waiver) -> bool {
    known.fingerprint == waiver.fingerprint
        && known.path == waiver.path
        && known.reach >= waiver.reach
        && known.expires >= waiver.expires
}
