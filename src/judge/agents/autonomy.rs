//! Whether anybody is asked: TL201 to TL206.

use super::program::{self, Power};
use super::{Bench, BroadThere};
use crate::model::Span;
use crate::read::agent_config::{AgentFile, Decision, Start, SwitchOn, quoted};
use crate::rules::agent_facts::{Effect, Honoured};

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
    open_rules(bench, file);
}

fn judge_switch(bench: &mut Bench<'_>, file: &AgentFile, on: &SwitchOn) {
    let trust = match on.switch.honoured {
        Honoured::Yes => "",
        Honoured::Trusted => ", once the folder is trusted",
    };
    let subject = match on.shown.split_once(" has ") {
        Some((key, item)) => format!("`{item}` in `{key}`"),
        None => format!("`{}`", on.shown),
    };
    let message = format!("{subject} {}{trust}.", on.switch.says);
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
        Effect::Final => {
            bench.add("TL204", file, on.span, route, message, advice);
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
pub(super) fn in_container(file: &AgentFile) -> bool {
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

/// Rules that allow more than they name: every command, any request, or a credential in the transcript.
fn open_rules(bench: &mut Bench<'_>, file: &AgentFile) {
    let all = file
        .switches
        .iter()
        .any(|on| on.switch.effect == Effect::Unasked);
    for rule in &file.rules {
        let Some(about) = rule.about.as_deref() else {
            continue;
        };
        // Where every command is allowed, that is said once.
        if all || !rule.shell || rule.decision != Decision::Allow {
            continue;
        }
        let shown = super::destroying::shown_rule(about);
        let route = format!("rule/{shown}");
        if let Some(shell) = program::shell_of(about) {
            let message = format!(
                "The rule for `{shown}` allows every command without a question: `{shell}` is a shell."
            );
            let advice = "Name the whole command that is needed.".to_owned();
            unasked(bench, file, rule.span, route, message, advice);
            continue;
        }
        let (message, advice) = match (
            program::power_of(about),
            program::prints(about, bench.known.rules),
        ) {
            (Some(Power::Runs(known)), _) => (
                format!(
                    "The rule for `{shown}` allows every command: `{known}` runs whatever stands behind it."
                ),
                "Name the whole command that is needed.",
            ),
            (Some(Power::Sends(known)), _)
                if !bench.known.broad.iter().any(|there| there.deletes) =>
            {
                (
                    format!(
                        "The rule for `{shown}` sends anything anywhere without a question: what an agent read, `{known}` carries out."
                    ),
                    "Name the addresses that are needed, or let it ask.",
                )
            }
            (None, Some(what)) => (
                format!(
                    "The rule for `{shown}` prints {what} into the transcript, without a question."
                ),
                "Take the rule out; an agent has no need to see the value.",
            ),
            _ => continue,
        };
        bench.add("TL206", file, rule.span, route, message, advice.to_owned());
    }
}

fn capital(text: &str) -> String {
    let mut characters = text.chars();
    match characters.next() {
        Some(first) => first.to_uppercase().chain(characters).collect::<String>() + ".",
        None => String::new(),
    }
}
