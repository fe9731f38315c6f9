//! What is known of workflows: agents, the permissions that actions and commands need, and what secrets are for.
//!
//! In: `rules/agents_ci.toml`, `agents_run.toml`, `ci_systems.toml`, `actions.toml`, `commands.toml` and `services.toml`, built into
//! the program. Out: tables, read on first use. It judges nothing; what no entry covers is unknown.

mod agents;
mod edits;
mod needs;
mod services;
mod started;
mod systems;

pub use agents::{
    ActionAgent, CliAgent, DefaultToken, Guard, Leaves, Mints, ReusableAgent, action_agent,
    cli_agent, cli_names, cli_of_agent, leaves, may_take_person_away, mints, programs_and_bypasses,
    purpose_of, reusable_agent,
};

pub use edits::{
    CloudLogin, cloud_login, has_own_login, is_plain_command, is_pushing_action, is_quiet_action,
    prompt_inputs, remote_of_git,
};
pub use needs::{
    ActionNeeds, Condition, Needs, action_needs, call_needs, command_needs, route_needs,
    script_needs, toolset_needs,
};

pub use services::{Narrower, narrower_of_action, narrower_of_command};
pub use started::{command_inputs, credential_agent, image_agent, kits, named_agent, unexpanded};
pub use systems::{
    Task, gitlab_event_of_ref, gitlab_events_of_condition, holds_words_of_people, is_forge_token,
    is_job_token, is_own_pool, login_by_identity, says_credential, task,
};

/// Whether an input is set to `true` rather than to a list of names.
pub fn is_switch(input: &str) -> bool {
    matches!(input, "allow-bots")
}

/// Whether `text` fits a pattern in which `*` stands for any run of characters. Case counts.
pub(crate) fn fits(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else {
        return false;
    };
    let parts: Vec<&str> = parts.collect();
    let Some((last, middle)) = parts.split_last() else {
        return rest.is_empty();
    };
    for part in middle {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.len() >= last.len() && rest.ends_with(last)
}
