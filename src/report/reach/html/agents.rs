//! The agents of the page: who reads what, and one card for each.

use std::io::{self, Write};

use super::{escape, list, tag, with_place};
use crate::judge::agents::map::{AgentLine, Line, ReachMap};

/// Credentials that the table of readers shows.
const ROWS: usize = 25;

/// A table of credentials and agents: who holds which, who finds which.
pub(super) fn who_reads_what(map: &ReachMap, out: &mut dyn Write) -> io::Result<()> {
    if map.agents.is_empty() || map.credentials.is_empty() {
        return Ok(());
    }
    writeln!(
        out,
        "<h2>Who reads what</h2>\n<div class=\"wide\"><table class=\"who\"><caption>\u{25cf} holds: in its context, its environment or \
         given to its tools. \u{25cb} finds: one search away in a file that it can open.</caption>\n<thead><tr><th scope=\"col\">Credential</th>"
    )?;
    for agent in &map.agents {
        write!(out, "<th scope=\"col\">{}</th>", escape(agent.name))?;
    }
    writeln!(out, "</tr></thead><tbody>")?;
    for (number, credential) in map.credentials.iter().enumerate().take(ROWS) {
        write!(
            out,
            "<tr><th scope=\"row\">{} <a href=\"#c{}\">{}</a></th>",
            tag(credential.verdict, credential.severity),
            number + 1,
            escape(&credential.name)
        )?;
        for agent in &map.agents {
            let cell = if agent.holds.contains(&number) {
                "<b>\u{25cf} holds</b>"
            } else if agent.finds.contains(&number) {
                "\u{25cb} finds"
            } else {
                "\u{2013}"
            };
            write!(out, "<td>{cell}</td>")?;
        }
        writeln!(out, "</tr>")?;
    }
    writeln!(out, "</tbody></table></div>")?;
    match map.credentials.len().saturating_sub(ROWS) {
        0 => Ok(()),
        rest => writeln!(
            out,
            "<p class=\"soft\">{rest} more stand in the table below.</p>"
        ),
    }
}

/// One card for each agent.
pub(super) fn cards(map: &ReachMap, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "<h2>Agents</h2>")?;
    if map.agents.is_empty() {
        writeln!(
            out,
            "<p>No agent has left a trace here; any agent started in this checkout reads all of it.</p>"
        )?;
    }
    for agent in &map.agents {
        card(map, agent, out)?;
    }
    Ok(())
}

fn card(map: &ReachMap, agent: &AgentLine, out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "<section class=\"card\"><h3>{} <span class=\"soft\">seen by <code>{}</code></span></h3>\n<dl>",
        escape(agent.name),
        escape(&agent.evidence)
    )?;
    credentials(map, "holds", &agent.holds, out)?;
    credentials(map, "can find", &agent.finds, out)?;
    rows(out, "servers", &agent.servers, "none is set up here")?;
    let free = match map.credentials.is_empty() {
        true => "nothing",
        false => "nothing: every file of the checkout is open to it",
    };
    rows(out, "bound by", &agent.bounds, free)?;
    rows(out, "only words", &agent.words, "none")?;
    rows(
        out,
        "asks a person",
        &agent.asks,
        "what the agent itself asks by default",
    )?;
    rows(
        out,
        "runs unasked",
        &agent.unasked,
        "nothing that the repository switches on",
    )?;
    writeln!(out, "</dl></section>")
}

fn credentials(
    map: &ReachMap,
    label: &str,
    numbers: &[usize],
    out: &mut dyn Write,
) -> io::Result<()> {
    write!(out, "<dt>{label}</dt><dd>")?;
    let items: Vec<String> = numbers
        .iter()
        .filter_map(|number| Some((number, map.credentials.get(*number)?)))
        .map(|(number, credential)| {
            format!(
                "<a href=\"#c{}\">{}</a> <code class=\"soft\">{}:{}</code>",
                number + 1,
                escape(&credential.name),
                escape(&credential.path),
                credential.line
            )
        })
        .collect();
    if items.is_empty() {
        write!(out, "<span class=\"soft\">nothing</span>")?;
    } else {
        list(&items, out)?;
    }
    writeln!(out, "</dd>")
}

fn rows(out: &mut dyn Write, label: &str, lines: &[Line], none: &str) -> io::Result<()> {
    write!(out, "<dt>{label}</dt><dd>")?;
    if lines.is_empty() {
        write!(out, "<span class=\"soft\">{none}</span>")?;
    } else {
        let items: Vec<String> = lines.iter().map(with_place).collect();
        list(&items, out)?;
    }
    writeln!(out, "</dd>")
}
