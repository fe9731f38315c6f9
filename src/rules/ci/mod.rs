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

use std::collections::HashMap;

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
    let Some((first, mut last)) = pattern.split_once('*') else {
        return pattern == text;
    };
    let Some(mut rest) = text.strip_prefix(first) else {
        return false;
    };
    while let Some((part, behind)) = last.split_once('*') {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
        last = behind;
    }
    rest.ends_with(last)
}

/// Entries by the program whose call they are about: there are hundreds, and every command is looked up.
type ByProgram<T> = HashMap<&'static str, Vec<(&'static str, &'static T)>>;

/// Puts entries under the first of their words, each with all of them, in their order.
fn by_program<T>(entries: impl Iterator<Item = (&'static str, &'static T)>) -> ByProgram<T> {
    let mut table = ByProgram::new();
    for (words, entry) in entries {
        let program = words.split(' ').next().unwrap_or_default();
        table.entry(program).or_default().push((words, entry));
    }
    table
}

/// The entry of a command, by its program's name without a folder: the one of most letters whose further words all stand
/// behind that in their order.
fn of_command<T>(
    table: &ByProgram<T>,
    words: &[String],
    is_word: impl Fn(&str, &str) -> bool,
) -> Option<&'static T> {
    let program = words.first()?.rsplit('/').next()?;
    let fitting = table.get(program)?.iter().filter(|(wanted, _)| {
        let mut rest = words[1..].iter();
        let mut wanted = wanted.split(' ').skip(1);
        wanted.all(|word| rest.any(|given| is_word(given, word)))
    });
    let longest = fitting.max_by_key(|(wanted, _)| wanted.len())?;
    Some(longest.1)
}
