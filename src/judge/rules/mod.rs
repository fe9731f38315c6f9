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
pub mod tl120_recipe_for_broad_credential;
mod tl901_not_read;
mod tl902_not_understood;
mod tl903_policy_loosened;
mod tl904_guard_weakened;
mod tl905_canary_passed;
mod tl906_committed_tree_differs;

use crate::model::Rule;

/// Every rule, by number.
pub const RULES: [Rule; 16] = [
    tl101_broad_credential_in_context::RULE,
    tl102_broad_credential_in_workspace::RULE,
    tl103_credential_in_context::RULE,
    tl104_credential_in_git::RULE,
    tl105_possible_broad_credential::RULE,
    tl106_possible_credential::RULE,
    tl107_credential_within_reach::RULE,
    tl108_weak_trace::RULE,
    tl109_publishable_key::RULE,
    tl120_recipe_for_broad_credential::RULE,
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
