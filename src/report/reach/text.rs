//! The map for a terminal.

use std::io::{self, Write};

use super::{also, place, shown};
use crate::judge::agents::map::{AgentLine, Line, ReachMap};

/// Writes the map as text.
pub fn write(map: &ReachMap, out: &mut dyn Write) -> io::Result<()> {
    if map.agents.is_empty() {
        writeln!(
            out,
            "No agent has left a trace in this tree; any agent started in it reads all of it."
        )?;
    }
    for agent in &map.agents {
        write_agent(map, agent, out)?;
    }
    writeln!(out, "Credentials ({})", map.credentials.len())?;
    for (number, credential) in map.credentials.iter().enumerate() {
        let breadth = credential.breadth.unwrap_or("unknown");
        writeln!(
            out,
            "  [{}] {} {} ({breadth}), {}, {}:{}{}",
            number + 1,
            credential.verdict,
            credential.name,
            credential.how,
            shown(&credential.path),
            credential.line,
            also(&credential.also)
        )?;
        writeln!(out, "      {}", shown(&credential.masked))?;
        if !credential.can.is_empty() {
            writeln!(out, "      can {}", credential.can)?;
        }
    }
    section(out, "What the settings say", &map.structure, "")?;
    if !map.changes.is_empty() {
        writeln!(out, "\nThese changes lower it most")?;
        for (number, change) in map.changes.iter().enumerate() {
            writeln!(out, "  {}. {}", number + 1, shown(change))?;
        }
    }
    writeln!(
        out,
        "\n{} files were looked at; {} could not be.",
        map.files, map.unchecked
    )
}

fn write_agent(map: &ReachMap, agent: &AgentLine, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{} ({})", agent.name, agent.evidence)?;
    let numbers = |numbers: &[usize]| {
        let shown: Vec<String> = numbers
            .iter()
            .map(|number| format!("[{}]", number + 1))
            .collect();
        if shown.is_empty() {
            "nothing".to_owned()
        } else {
            shown.join(" ")
        }
    };
    writeln!(out, "  holds      {}", numbers(&agent.holds))?;
    writeln!(out, "  can find   {}", numbers(&agent.finds))?;
    rows(out, "servers", &agent.servers, "none")?;
    let nothing = if map.credentials.is_empty() {
        "nothing"
    } else {
        "nothing: every file of the checkout is open to it"
    };
    rows(out, "bound by", &agent.bounds, nothing)?;
    rows(out, "only words", &agent.words, "")?;
    rows(
        out,
        "asks",
        &agent.asks,
        "what the agent itself asks by default",
    )?;
    rows(out, "unasked", &agent.unasked, "")?;
    writeln!(out)
}

fn rows(out: &mut dyn Write, label: &str, lines: &[Line], none: &str) -> io::Result<()> {
    if lines.is_empty() {
        return if none.is_empty() {
            Ok(())
        } else {
            writeln!(out, "  {label:<10} {none}")
        };
    }
    for (number, line) in lines.iter().enumerate() {
        let label = if number == 0 { label } else { "" };
        writeln!(out, "  {label:<10} {} ({})", shown(&line.text), place(line))?;
    }
    Ok(())
}

fn section(out: &mut dyn Write, title: &str, lines: &[Line], none: &str) -> io::Result<()> {
    if lines.is_empty() && none.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{title}")?;
    for line in lines {
        writeln!(out, "  {} ({})", shown(&line.text), place(line))?;
    }
    Ok(())
}
