//! Where an agent runs: in an action, in a command, in a script of the repository, in a called workflow.
//!
//! In: a step's `uses:` or its commands. Out: agents with their places. Text that only mentions an agent gives none.

use super::{expression, shell};
use crate::model::{AgentStep, Command, Setting, Step, Through, Uses};
use crate::rules::ci;

/// Programs that show, search, install or store their words, and start none of them.
const INERT: &[&str] = &[
    "echo", "printf", "cat", "grep", "sed", "awk", "git", "gh", "npm", "pnpm", "yarn", "pip",
    "pip3", "pipx", "export", "which", "type", "command", "jq", "tee", "ls", "cp", "mv", "rm",
    "mkdir", "curl", "wget", "brew", "cargo", "go", "declare", "local", "readonly", "test", "[",
    "[[", "chmod", "ln", "find", "tar", "apt-get", "docker", "podman",
];

/// First words behind an agent's name that make it work without a person.
const STARTING: &[&str] = &[
    "-p",
    "--print",
    "exec",
    "run",
    "--prompt",
    "--prompt-file",
    "-x",
    "--execute",
    "--add-dir",
    "--allow-all-tools",
    "--allow-all",
    "--yolo",
    "-y",
    "--dangerously-skip-permissions",
    "--message",
    "--message-file",
    "--headless",
    "--policy",
    "--model",
    "--output-format",
    "--verbose",
];

/// The most words of one command that are looked at.
const MAX_WORDS: usize = 256;

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

/// The agent that a container image runs.
pub fn in_image(uses: &Uses) -> Option<AgentStep> {
    let agent = ci::image_agent(uses.name.strip_prefix("docker://")?)?;
    Some(of_action(uses, agent))
}

/// An agent's own image runs that agent, whatever the job's text calls it.
pub fn run_image(image: Setting, step: &mut Step) {
    if let Some(agent) = ci::image_agent(image.value.trim())
        && step.agents.is_empty()
    {
        step.agents.push(AgentStep {
            agent,
            how: Through::Cli,
            spot: image.spot,
            arguments: Vec::new(),
        });
    }
}

/// The agent of an action that was not read: it is handed a credential that only one agent takes.
pub fn in_unread_action(uses: &Uses, with: &[Setting], env: &[Setting]) -> Option<AgentStep> {
    let known = ci::action_needs(&uses.name).is_some();
    if known || !ci::command_inputs(&uses.name).is_empty() {
        return None;
    }
    let agent = by_credentials(with).or_else(|| by_credentials(env))?;
    Some(of_action(uses, agent))
}

/// The agent that alone takes one of the credentials that settings hand over, by the setting's or the secret's name.
pub fn by_credentials(settings: &[Setting]) -> Option<&'static str> {
    settings.iter().find_map(|setting| {
        if setting.value.trim().is_empty() {
            return None;
        }
        let secrets = expression::references(&setting.value);
        let named = secrets.iter().filter(|found| found.is_of("secrets"));
        ci::credential_agent(&setting.name).or_else(|| {
            let mut names = named.map(|reference| reference.part(1));
            names.find_map(ci::credential_agent)
        })
    })
}

fn of_action(uses: &Uses, agent: &'static str) -> AgentStep {
    AgentStep {
        agent,
        how: Through::Action,
        spot: uses.spot.clone(),
        arguments: Vec::new(),
    }
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
    let words = &command.words;
    let name = words.first()?;
    if let Some(entry) = ci::cli_agent(name, &words[1..], command.has_input) {
        return Some((entry, 1));
    }
    let base = name.rsplit('/').next().unwrap_or(name);
    if INERT.contains(&base) {
        return None;
    }
    // `retry claude -p …`, `node harness.cjs /usr/local/bin/copilot --prompt …`, `python -m openhands.core.main …`
    let at = (1..words.len().min(MAX_WORDS)).find(|&at| is_started(words, at))?;
    let name = words[at].trim_end_matches(".js").trim_end_matches(".mjs");
    let entry = ci::cli_agent(name, &words[at + 1..], false)?;
    Some((entry, at + 1))
}

/// Whether the word at `at` is a program that another one starts: what follows it must run an agent by itself.
fn is_started(words: &[String], at: usize) -> bool {
    let by_module = words[at - 1] == "-m" && words[at].contains('.');
    let by_option = words[at - 1].starts_with("--") && !words[at - 1].contains('=');
    let follows = words.get(at + 1).is_some_and(|word| {
        let option = ci::unexpanded(word.split('=').next().unwrap_or(word));
        STARTING.contains(&option) || is_its_text(&words[at], word)
    });
    by_module || (follows && !by_option)
}

/// Whether a word is a text of commands of which one starts the agent: `harness.cjs gemini 'cd x && gemini --yolo'`.
fn is_its_text(name: &str, word: &str) -> bool {
    word.contains(' ') && word.contains(name) && {
        let mut commands = shell::read(word).commands.into_iter();
        commands.any(|command| {
            command.words.split_first().is_some_and(|(first, rest)| {
                first == name && ci::cli_agent(first, rest, command.has_input).is_some()
            })
        })
    }
}
