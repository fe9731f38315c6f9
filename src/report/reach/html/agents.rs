//! The agents of the page: who reads what, and one card for each.

use std::io::{self, Write};

use super::{escape, list, open_table, tag, with_place};
use crate::judge::agents::map::{AgentLine, Line, ReachMap};

/// Credentials that the table of readers shows.
const ROWS: usize = 25;

/// A table of credentials: who holds which, who finds which.
pub(super) fn who_reads_what(map: &ReachMap, out: &mut dyn Write) -> io::Result<()> {
    if map.agents.is_empty() || map.credentials.is_empty() {
        return Ok(());
    }
    writeln!(
        out,
        "<h2 id=\"readers\">Who reads what</h2>\n<p class=\"soft\">\u{25cf} holds: in its context, its environment or given to its \
         tools. \u{25cb} finds: one search away in a file that it can open.</p>\n{}<thead><tr><th scope=\"col\">Credential</th>\
         <th scope=\"col\">Place</th><th scope=\"col\">\u{25cf} holds it</th><th scope=\"col\">\u{25cb} finds it</th></tr></thead><tbody>",
        open_table("Who reads what", "who")
    )?;
    for (number, credential) in map.credentials.iter().enumerate().take(ROWS) {
        let named = |counts: &dyn Fn(&AgentLine) -> bool| {
            let all = map.agents.iter().filter(|agent| counts(agent));
            names(
                &all.map(|agent| agent.name).collect::<Vec<_>>(),
                map.agents.len(),
            )
        };
        writeln!(
            out,
            "<tr><th scope=\"row\">{} <a href=\"#c{}\">{}</a></th><td><code>{}:{}</code></td><td><b>{}</b></td><td>{}</td></tr>",
            tag(credential.verdict, credential.severity),
            number + 1,
            escape(&credential.name),
            escape(&credential.path),
            credential.line,
            named(&|agent| agent.holds.contains(&number)),
            named(&|agent| !agent.holds.contains(&number) && agent.finds.contains(&number)),
        )?;
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

/// Agents in a cell; all of them in one word where they are several.
fn names(names: &[&str], all: usize) -> String {
    match names {
        [] => "\u{2013}".to_owned(),
        names if names.len() == all && all > 1 => format!("all {all} agents"),
        names => escape(&names.join(", ")),
    }
}

/// One card for each agent; agents of which the same is true share one.
pub(super) fn cards(map: &ReachMap, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "<h2 id=\"agents\">Agents</h2>")?;
    if map.agents.is_empty() {
        writeln!(
            out,
            "<p>No agent has left a trace here; any agent started in this checkout reads all of it.</p>"
        )?;
    }
    let mut groups: Vec<(Vec<u8>, Vec<&AgentLine>)> = Vec::new();
    for agent in &map.agents {
        let mut body = Vec::new();
        card(map, agent, &mut body)?;
        match groups.iter_mut().find(|(known, _)| *known == body) {
            Some((_, agents)) => agents.push(agent),
            None => groups.push((body, vec![agent])),
        }
    }
    for (body, agents) in groups {
        write!(out, "<section class=\"card\">")?;
        for agent in agents {
            writeln!(
                out,
                "<h3>{} <span class=\"soft\">seen by <code>{}</code></span></h3>",
                escape(agent.name),
                escape(&agent.evidence)
            )?;
        }
        out.write_all(&body)?;
        writeln!(out, "</section>")?;
    }
    Ok(())
}

fn card(map: &ReachMap, agent: &AgentLine, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "<dl>")?;
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
    writeln!(out, "</dl>")
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
