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
pub mod tl120_recipe_for_broad_credential;
mod tl201_nobody_asked;
mod tl202_nobody_asked_near_broad;
mod tl203_agent_at_install;
mod tl204_final_command_allowed;
mod tl205_sandbox_off;
mod tl206_some_tools_unasked;
mod tl207_server_without_limits;
mod tl301_outsider_starts_writing_agent;
mod tl302_outsider_starts_agent_with_broad_credential;
mod tl303_all_secrets_to_agent_of_outsiders;
mod tl304_organisation_wide_app_token_to_agent;
mod tl305_broad_secret_waits_for_agent;
mod tl311_outsiders_text_with_write;
mod tl312_outsiders_text_with_broad_credential;
mod tl313_exchanged_token_wider_than_block;
mod tl314_unneeded_write_in_agent_job;
mod tl315_deploy_credential_beside_agent;
mod tl316_all_secrets_reach_agent;
mod tl317_personal_token_handed_to_agent;
mod tl318_broad_secret_by_name_to_agent;
mod tl319_unlimited_app_token_to_agent;
mod tl320_persisted_stronger_credential;
mod tl321_agent_bypass_in_workflow;
mod tl322_wildcard_starters;
mod tl323_agent_on_own_runner;
mod tl324_agent_transcript_published;
mod tl325_idle_secret_beside_agent;
mod tl326_write_all_to_agent;
mod tl327_static_cloud_key_beside_agent;
mod tl328_deploy_step_behind_agent;
mod tl341_unstated_permissions_of_agent_job;
mod tl342_unneeded_small_write_in_agent_job;
mod tl343_no_environment_gate;
mod tl344_persisted_job_token;
mod tl401_words_as_guard;
mod tl402_words_before_broad;
mod tl403_guard_without_effect;
mod tl404_no_guard_before_broad;
mod tl405_local_file_shared;
mod tl406_host_login_mounted;
mod tl407_host_login_with_agent;
mod tl408_agent_guard_removed;
mod tl901_not_read;
mod tl902_not_understood;
mod tl903_policy_loosened;
mod tl904_guard_weakened;
mod tl905_canary_passed;
mod tl906_committed_tree_differs;

use super::workflow::{Site, StructureFinding};
use crate::model::Rule;

/// Every rule, by number.
pub const RULES: [Rule; 61] = [
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
    tl120_recipe_for_broad_credential::RULE,
    tl201_nobody_asked::RULE,
    tl202_nobody_asked_near_broad::RULE,
    tl203_agent_at_install::RULE,
    tl204_final_command_allowed::RULE,
    tl205_sandbox_off::RULE,
    tl206_some_tools_unasked::RULE,
    tl207_server_without_limits::RULE,
    tl301_outsider_starts_writing_agent::RULE,
    tl302_outsider_starts_agent_with_broad_credential::RULE,
    tl303_all_secrets_to_agent_of_outsiders::RULE,
    tl304_organisation_wide_app_token_to_agent::RULE,
    tl305_broad_secret_waits_for_agent::RULE,
    tl311_outsiders_text_with_write::RULE,
    tl312_outsiders_text_with_broad_credential::RULE,
    tl313_exchanged_token_wider_than_block::RULE,
    tl314_unneeded_write_in_agent_job::RULE,
    tl315_deploy_credential_beside_agent::RULE,
    tl316_all_secrets_reach_agent::RULE,
    tl317_personal_token_handed_to_agent::RULE,
    tl318_broad_secret_by_name_to_agent::RULE,
    tl319_unlimited_app_token_to_agent::RULE,
    tl320_persisted_stronger_credential::RULE,
    tl321_agent_bypass_in_workflow::RULE,
    tl322_wildcard_starters::RULE,
    tl323_agent_on_own_runner::RULE,
    tl324_agent_transcript_published::RULE,
    tl325_idle_secret_beside_agent::RULE,
    tl326_write_all_to_agent::RULE,
    tl327_static_cloud_key_beside_agent::RULE,
    tl328_deploy_step_behind_agent::RULE,
    tl341_unstated_permissions_of_agent_job::RULE,
    tl342_unneeded_small_write_in_agent_job::RULE,
    tl343_no_environment_gate::RULE,
    tl344_persisted_job_token::RULE,
    tl401_words_as_guard::RULE,
    tl402_words_before_broad::RULE,
    tl403_guard_without_effect::RULE,
    tl404_no_guard_before_broad::RULE,
    tl405_local_file_shared::RULE,
    tl406_host_login_mounted::RULE,
    tl407_host_login_with_agent::RULE,
    tl408_agent_guard_removed::RULE,
    tl901_not_read::RULE,
    tl902_not_understood::RULE,
    tl903_policy_loosened::RULE,
    tl904_guard_weakened::RULE,
    tl905_canary_passed::RULE,
    tl906_committed_tree_differs::RULE,
];

/// A question that is asked of every agent in a workflow.
type WorkflowAudit = fn(&Site<'_>, &mut Vec<StructureFinding>);

/// The questions of the TL3xx rules.
const WORKFLOW_AUDITS: [WorkflowAudit; 26] = [
    tl301_outsider_starts_writing_agent::audit,
    tl302_outsider_starts_agent_with_broad_credential::audit,
    tl303_all_secrets_to_agent_of_outsiders::audit,
    tl304_organisation_wide_app_token_to_agent::audit,
    tl311_outsiders_text_with_write::audit,
    tl312_outsiders_text_with_broad_credential::audit,
    tl313_exchanged_token_wider_than_block::audit,
    tl314_unneeded_write_in_agent_job::audit,
    tl315_deploy_credential_beside_agent::audit,
    tl316_all_secrets_reach_agent::audit,
    tl317_personal_token_handed_to_agent::audit,
    tl318_broad_secret_by_name_to_agent::audit,
    tl319_unlimited_app_token_to_agent::audit,
    tl320_persisted_stronger_credential::audit,
    tl321_agent_bypass_in_workflow::audit,
    tl322_wildcard_starters::audit,
    tl323_agent_on_own_runner::audit,
    tl324_agent_transcript_published::audit,
    tl325_idle_secret_beside_agent::audit,
    tl326_write_all_to_agent::audit,
    tl327_static_cloud_key_beside_agent::audit,
    tl328_deploy_step_behind_agent::audit,
    tl341_unstated_permissions_of_agent_job::audit,
    tl342_unneeded_small_write_in_agent_job::audit,
    tl343_no_environment_gate::audit,
    tl344_persisted_job_token::audit,
];

/// Asks every question of one agent.
pub fn audit_workflow(site: &Site<'_>, out: &mut Vec<StructureFinding>) {
    for audit in WORKFLOW_AUDITS {
        audit(site, out);
    }
}

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
