//! Guards that are only words, or none at all: TL401 to TL407.

use super::{Bench, BroadThere};
use crate::read::agent_config::{AgentFile, Decision, hides_credentials, quoted};
use crate::rules::glob;

pub(super) fn judge(bench: &mut Bench<'_>, file: &AgentFile) {
    judge_ignored(bench, file);
    judge_denied(bench, file);
    judge_said(bench, file);
    judge_inert(bench, file);
    judge_mounts(bench, file);
    if let Some(local) = file.local {
        bench.add(
            "TL405",
            file,
            crate::model::Span::new(0, 0),
            "local".to_owned(),
            format!("This file is {}.", local.says),
            format!("{}.", local.instead),
        );
    }
}

/// Adds the note, or the warning where the guarded credential is really there.
fn guarded(bench: &mut Bench<'_>, rules: (&str, &str), file: &AgentFile, about: Guarded) {
    match about.there {
        None => {
            bench.add(
                rules.0,
                file,
                about.span,
                about.route,
                about.message,
                about.advice,
            );
        }
        Some(there) => {
            let message = format!("{} And {}.", about.message, there.in_words());
            bench
                .add(
                    rules.1,
                    file,
                    about.span,
                    about.route,
                    message,
                    about.advice,
                )
                .leads_to(there.spot(), "the credential behind the guard");
        }
    }
}

struct Guarded {
    span: crate::model::Span,
    route: String,
    message: String,
    advice: String,
    there: Option<BroadThere>,
}

const INSTEAD: &str = "Keep the credential out of the checkout, or narrow it; an OS sandbox that denies the path is a bound, this is not.";

fn judge_ignored(bench: &mut Bench<'_>, file: &AgentFile) {
    for ignored in &file.ignored {
        let agent = bench.agent(&ignored.file.agent);
        let pattern = quoted(&ignored.pattern);
        let about = Guarded {
            span: ignored.span,
            route: format!("ignore/{pattern}"),
            message: format!(
                "`{pattern}` in {} is all that keeps {agent} from the file; {}.",
                ignored.file.file, ignored.file.open
            ),
            advice: INSTEAD.to_owned(),
            there: behind(bench, &ignored.pattern),
        };
        guarded(bench, ("TL401", "TL402"), file, about);
    }
}

fn judge_denied(bench: &mut Bench<'_>, file: &AgentFile) {
    if file.sandboxed {
        return;
    }
    let reader = file.rules.iter().find(|rule| {
        let program = rule
            .about
            .as_deref()
            .unwrap_or("*")
            .split([' ', ':'])
            .next()
            .unwrap_or_default();
        rule.shell
            && rule.decision == Decision::Allow
            && [
                "*", "cat", "python", "python3", "node", "awk", "grep", "less", "base64", "bash",
                "sh",
            ]
            .contains(&program)
    });
    let open = match reader {
        Some(rule) => format!(
            "`{}({})` runs without a question",
            rule.tool,
            super::destroying::shown_rule(rule.about.as_deref().unwrap_or("*"))
        ),
        None => "a program that it starts (`python -c`, `node -e`) opens the file all the same"
            .to_owned(),
    };
    for rule in &file.rules {
        let Some(pattern) = rule.about.as_deref() else {
            continue;
        };
        let is_guard =
            rule.decision == Decision::Deny && rule.tool == "Read" && hides_credentials(pattern);
        let inert = file.inert.iter().any(|inert| inert.span == rule.span);
        if !is_guard || inert {
            continue;
        }
        let agent = bench.agent(rule.agent);
        let shown = quoted(pattern);
        let about = Guarded {
            span: rule.span,
            route: format!("deny/{shown}"),
            message: format!("`Read({shown})` binds {agent}'s own file tools; {open}."),
            advice: INSTEAD.to_owned(),
            there: behind(bench, pattern),
        };
        guarded(bench, ("TL401", "TL402"), file, about);
    }
}

fn judge_said(bench: &mut Bench<'_>, file: &AgentFile) {
    for said in &file.said {
        let there = if said.text.contains(".env") {
            bench
                .known
                .broad
                .iter()
                .find(|there| there.path.lossy().contains(".env"))
        } else {
            bench.known.broad.first()
        };
        let about = Guarded {
            span: said.span,
            route: format!("said/{}", said.text),
            message: format!(
                "“{}” is a request, not a bound: an agent that meets an error may do it all the same.",
                said.text
            ),
            advice: INSTEAD.to_owned(),
            there: there.cloned(),
        };
        guarded(bench, ("TL401", "TL402"), file, about);
    }
}

fn judge_inert(bench: &mut Bench<'_>, file: &AgentFile) {
    for inert in &file.inert {
        let shown = quoted(&inert.pattern);
        let about = Guarded {
            span: inert.span,
            route: format!("inert/{shown}/{}", inert.says),
            message: format!("This guard does nothing: {}.", inert.says),
            advice: format!(
                "Write {} instead.",
                inert.instead.trim_start_matches("write ")
            ),
            there: match inert.pattern.is_empty() {
                true => None,
                false => behind(bench, &inert.pattern),
            },
        };
        guarded(bench, ("TL403", "TL404"), file, about);
    }
}

fn judge_mounts(bench: &mut Bench<'_>, file: &AgentFile) {
    if file.mounts.is_empty() {
        return;
    }
    let of_agents = |other: &AgentFile| {
        other.path != file.path
            && (!other.servers.is_empty()
                || !other.rules.is_empty()
                || !other.switches.is_empty()
                || is_instruction(other))
    };
    let runs =
        !file.starts.is_empty() || !file.switches.is_empty() || bench.files.iter().any(of_agents);
    for mount in &file.mounts {
        let works_here = match mount.service.name.is_empty() {
            true => runs,
            false if mount.service.runs_agent || developed_in(bench, file, &mount.service.name) => {
                true
            }
            // What other services take from the host is not about agents.
            false => continue,
        };
        let rule = if works_here { "TL407" } else { "TL406" };
        let place = if works_here {
            "the container in which an agent works"
        } else {
            "the container"
        };
        let (message, advice) = match mount.is_key {
            true => (
                format!(
                    "`{}` takes the walls of {place} away: {}.",
                    mount.source, mount.says
                ),
                "Leave the key out; where Docker is needed inside, use a rootless one.",
            ),
            false => (
                format!(
                    "`{}` is mounted into {place}: it holds {}.",
                    mount.source, mount.says
                ),
                "Leave the mount out; give the container a credential of its own, for this repository and for a short time.",
            ),
        };
        let route = format!("mount/{}/{}", mount.service.name, mount.source);
        bench.add(rule, file, mount.span, route, message, advice.to_owned());
    }
}

/// Whether a development container of the tree is this service of this compose file.
pub(super) fn developed_in(bench: &Bench<'_>, file: &AgentFile, service: &str) -> bool {
    let path = file.path.lossy();
    bench.files.iter().any(|other| {
        other
            .composed
            .as_ref()
            .is_some_and(|composed| composed.service == service && composed.files.contains(&path))
    })
}

fn is_instruction(file: &AgentFile) -> bool {
    let path = file.path.lossy();
    let name = path.rsplit('/').next().unwrap_or_default();
    [
        "CLAUDE.md",
        "AGENTS.md",
        "GEMINI.md",
        ".cursorrules",
        ".windsurfrules",
        "copilot-instructions.md",
    ]
    .contains(&name)
}

/// A broad credential in a file that the pattern names.
fn behind(bench: &Bench<'_>, pattern: &str) -> Option<BroadThere> {
    let plain = pattern
        .trim_start_matches("./")
        .trim_start_matches('/')
        .trim_end_matches('/');
    if plain.is_empty() {
        return None;
    }
    let patterns = [
        plain.to_owned(),
        format!("**/{plain}"),
        format!("{plain}/**"),
        format!("**/{plain}/**"),
    ];
    bench
        .known
        .broad
        .iter()
        .find(|there| {
            patterns
                .iter()
                .any(|pattern| glob::matches(pattern, there.path.as_bytes()))
        })
        .cloned()
}
