//! The TL rules: one file each, with its one verdict, its one severity, its help and its tags (decisions 9 and B).
//!
//! A rule's number is its meaning and never changes; what a finding of it looks like is for the reports.

mod tl101_broad_credential_in_context;
mod tl102_broad_credential_in_workspace;
mod tl103_credential_in_context;
mod tl104_credential_in_git;
mod tl105_possible_broad_credential;
mod tl106_possible_credential;
mod tl107_credential_within_reach;
mod tl108_weak_trace;
mod tl109_publishable_key;
mod tl110_broad_name_by_reference;
mod tl111_declared_narrower;
mod tl112_nothing_narrow;
mod tl201_nobody_asked;
mod tl202_nobody_asked_near_broad;
mod tl203_agent_at_install;
mod tl204_final_command_allowed;
mod tl205_sandbox_off;
mod tl206_some_tools_unasked;
mod tl207_server_without_limits;
mod tl401_words_as_guard;
mod tl402_words_before_broad;
mod tl403_guard_without_effect;
mod tl404_no_guard_before_broad;
mod tl405_local_file_shared;
mod tl406_host_login_mounted;
mod tl407_host_login_with_agent;
mod tl901_not_read;
mod tl902_not_understood;
mod tl903_policy_loosened;
mod tl904_guard_weakened;
mod tl905_canary_passed;
mod tl906_committed_tree_differs;

use crate::model::Rule;

/// Every rule, by number.
pub const RULES: [Rule; 32] = [
    tl101_broad_credential_in_context::RULE,
    tl102_broad_credential_in_workspace::RULE,
    tl103_credential_in_context::RULE,
    tl104_credential_in_git::RULE,
    tl105_possible_broad_credential::RULE,
    tl106_possible_credential::RULE,
    tl107_credential_within_reach::RULE,
    tl108_weak_trace::RULE,
    tl109_publishable_key::RULE,
    tl110_broad_name_by_reference::RULE,
    tl111_declared_narrower::RULE,
    tl112_nothing_narrow::RULE,
    tl201_nobody_asked::RULE,
    tl202_nobody_asked_near_broad::RULE,
    tl203_agent_at_install::RULE,
    tl204_final_command_allowed::RULE,
    tl205_sandbox_off::RULE,
    tl206_some_tools_unasked::RULE,
    tl207_server_without_limits::RULE,
    tl401_words_as_guard::RULE,
    tl402_words_before_broad::RULE,
    tl403_guard_without_effect::RULE,
    tl404_no_guard_before_broad::RULE,
    tl405_local_file_shared::RULE,
    tl406_host_login_mounted::RULE,
    tl407_host_login_with_agent::RULE,
    tl901_not_read::RULE,
    tl902_not_understood::RULE,
    tl903_policy_loosened::RULE,
    tl904_guard_weakened::RULE,
    tl905_canary_passed::RULE,
    tl906_committed_tree_differs::RULE,
];

/// Finds a rule by its id.
pub fn by_id(id: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.id == id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Verdict;

    #[test]
    fn a_verdict_and_a_severity_band_are_one_thing() {
        for rule in &RULES {
            let banded = match rule.severity {
                s if s >= 7.0 => Verdict::Block,
                s if s >= 4.0 => Verdict::Warn,
                _ => Verdict::Note,
            };
            assert_eq!(rule.verdict, banded, "{}", rule.id);
        }
    }

    #[test]
    fn every_file_of_a_rule_is_in_the_table() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/judge/rules");
        let files = std::fs::read_dir(folder)
            .unwrap()
            .filter(|entry| {
                let name = entry.as_ref().unwrap().file_name();
                name.to_string_lossy().starts_with("tl")
            })
            .count();
        assert_eq!(files, RULES.len());
    }
}
