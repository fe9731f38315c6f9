//! Whether anybody is asked: TL201, TL202, TL203, TL205, TL206.

use super::{Bench, BroadThere};
use crate::model::Span;
use crate::read::agent_config::{AgentFile, Decision, Start, SwitchOn, quoted};
use crate::rules::agent_facts::{Effect, Honoured, agent_facts};

pub(super) fn judge(bench: &mut Bench<'_>, file: &AgentFile) {
    for on in &file.switches {
        judge_switch(bench, file, on);
    }
    for start in &file.starts {
        judge_start(bench, file, start);
    }
    for server in &file.servers {
        for unasked in server
            .unasked
            .iter()
            .filter(|unasked| unasked.tools.is_empty())
        {
            let shown = quoted(&server.name);
            let message = format!("`{}` {} (`{shown}`).", unasked.key, unasked.says);
            let route = format!("servers/{shown}/{}", unasked.key);
            let advice = "Name the single tools that only read.".to_owned();
            bench.add("TL206", file, unasked.span, route, message, advice);
        }
    }
    open_programs(bench, file);
}

fn judge_switch(bench: &mut Bench<'_>, file: &AgentFile, on: &SwitchOn) {
    let trust = match on.switch.honoured {
        Honoured::Yes => "",
        Honoured::Trusted => ", once the folder is trusted",
    };
    let message = format!("`{}` {}{trust}.", on.shown, on.switch.says);
    let route = format!("switch/{}/{}", on.switch.id, on.shown);
    let advice = capital(&on.switch.instead);
    match on.switch.effect {
        Effect::Unasked => unasked(bench, file, on.span, route, message, advice),
        Effect::SandboxOff => {
            bench.add("TL205", file, on.span, route, message, advice);
        }
        Effect::Partly => {
            bench.add("TL206", file, on.span, route, message, advice);
        }
    }
}

fn judge_start(bench: &mut Bench<'_>, file: &AgentFile, start: &Start) {
    let agent = bench.agent(start.agent);
    let flag = quoted(&start.flag);
    let route = format!("start/{}/{}/{flag}", start.agent, start.place);
    let advice =
        "Leave the flag out and allow the few commands that the task needs by name.".to_owned();
    if start.at_install {
        let message = format!(
            "Installing this starts {agent} with `{flag}` ({}): an agent runs commands with nobody asked, as in the Nx incident.",
            start.place
        );
        let advice = "Take the agent out of the install step.".to_owned();
        bench.add("TL203", file, start.span, route, message, advice);
        return;
    }
    let message = format!(
        "`{flag}` in {} starts {agent} with nobody asked before a command runs.",
        start.place
    );
    if in_container(file) {
        let message = format!("{message} The container is the only bound.");
        bench.add("TL206", file, start.span, route, message, advice);
        return;
    }
    unasked(bench, file, start.span, route, message, advice);
}

/// Files whose commands run inside a container.
fn in_container(file: &AgentFile) -> bool {
    let path = file.path.lossy().to_ascii_lowercase();
    [
        "dockerfile",
        "containerfile",
        "docker-compose",
        "compose.",
        "devcontainer",
    ]
    .iter()
    .any(|word| path.rsplit('/').next().unwrap_or_default().contains(word))
}

/// TL201, or TL202 where a broad credential stands in the same tree.
fn unasked(
    bench: &mut Bench<'_>,
    file: &AgentFile,
    span: Span,
    route: String,
    message: String,
    advice: String,
) {
    let there: Option<BroadThere> = bench
        .known
        .broad
        .iter()
        .max_by_key(|there| (there.deletes, there.how))
        .cloned();
    match there {
        None => {
            bench.add("TL201", file, span, route, message, advice);
        }
        Some(there) => {
            let message = format!("{message} In the same tree {}.", there.in_words());
            bench
                .add("TL202", file, span, route, message, advice)
                .leads_to(there.spot(), "the credential that it can use");
        }
    }
}

/// A rule that allows an interpreter or a runner with any argument allows everything.
fn open_programs(bench: &mut Bench<'_>, file: &AgentFile) {
    let facts = agent_facts();
    for rule in &file.rules {
        let Some(about) = rule.about.as_deref() else {
            continue;
        };
        if !rule.shell || rule.decision != Decision::Allow {
            continue;
        }
        let Some(program) = open_program(about) else {
            continue;
        };
        if facts.open.runs.iter().any(|known| known == program) {
            let shown = super::destroying::shown_rule(about);
            bench.add(
                "TL206",
                file,
                rule.span,
                format!("rule/{shown}"),
                format!("The rule for `{shown}` allows every command: `{program}` runs whatever stands behind it."),
                "Name the whole command that is needed.".to_owned(),
            );
        }
    }
}

/// The program of a rule that allows it with any argument.
pub(super) fn open_program(about: &str) -> Option<&str> {
    let about = about.trim();
    let program = about
        .strip_suffix(":*")
        .or_else(|| about.strip_suffix(" *"))?;
    (!program.is_empty() && !program.contains(char::is_whitespace)).then_some(program)
}

fn capital(text: &str) -> String {
    let mut characters = text.chars();
    match characters.next() {
        Some(first) => first.to_uppercase().chain(characters).collect::<String>() + ".",
        None => String::new(),
    }
}
