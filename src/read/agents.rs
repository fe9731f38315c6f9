//! Where an agent runs: in an action, in a command, in a script of the repository, in a called workflow.
//!
//! In: a step's `uses:` or its commands. Out: agents with their places. Text that only mentions an agent gives none.

use crate::model::{AgentStep, Command, Through, Uses};
use crate::rules::ci;

/// Programs that run another file, whose module or script name may be an agent's.
const INTERPRETERS: &[&str] = &["python", "python3", "node", "deno", "bun"];

/// The agent that an action is.
pub fn in_action(uses: &Uses) -> Option<AgentStep> {
    let entry = ci::action_agent(&uses.name)?;
    Some(AgentStep {
        agent: &entry.agent,
        how: Through::Action,
        spot: uses.spot.clone(),
        arguments: Vec::new(),
    })
}

/// The agents that commands start, each program once.
pub fn in_commands(commands: &[Command]) -> Vec<AgentStep> {
    let mut found: Vec<AgentStep> = Vec::new();
    for command in commands {
        let Some((entry, from)) = started(command) else {
            continue;
        };
        match found.iter_mut().find(|known| known.agent == entry.agent) {
            Some(known) => known.arguments.extend_from_slice(&command.words[from..]),
            None => found.push(AgentStep {
                agent: &entry.agent,
                how: Through::Cli,
                spot: command.spot.clone(),
                arguments: command.words[from..].to_vec(),
            }),
        }
    }
    found
}

/// The agent that a command starts, and where its arguments begin.
fn started(command: &Command) -> Option<(&'static ci::CliAgent, usize)> {
    let name = command.words.first()?;
    let arguments = &command.words[1..];
    if let Some(entry) = ci::cli_agent(name, arguments, command.has_input) {
        return Some((entry, 1));
    }
    let base = name.rsplit('/').next().unwrap_or(name);
    if !INTERPRETERS.contains(&base) {
        return None;
    }
    let at = arguments
        .iter()
        .position(|word| !word.starts_with('-') || word.contains('.'))?;
    let module = arguments[at].trim_end_matches(".js");
    let is_path = module.contains("node_modules/");
    let entry = ci::cli_agent(module, &arguments[at + 1..], command.has_input)?;
    let by_module = at > 0 && arguments[at - 1] == "-m";
    (by_module || is_path).then_some((entry, at + 2))
}
