//! The map for a terminal.

use std::io::{self, Write};

use super::{also, counts, place, shown};
use crate::judge::agents::changes::Change;
use crate::judge::agents::lines::{CredentialLine, StructureLine};
use crate::judge::agents::map::{AgentLine, Line, ReachMap};

/// Lines of one sort that one agent is shown with.
const ROWS: usize = 5;
/// Sentences about the wiring that are shown.
const SENTENCES: usize = 30;

/// Writes the map as text.
pub fn write(map: &ReachMap, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}\n{}\n", shown(&map.tree), counts(map))?;
    if map.agents.is_empty() {
        writeln!(
            out,
            "No agent has left a trace in this tree; any agent started in it reads all of it.\n"
        )?;
    }
    for agent in &map.agents {
        write_agent(map, agent, out)?;
    }
    writeln!(out, "Credentials ({})", map.credentials.len())?;
    for (number, credential) in map.credentials.iter().enumerate() {
        write_credential(number + 1, credential, out)?;
    }
    write_structure(&map.structure, out)?;
    write_changes(&map.changes, out)?;
    let looked = match map.machine {
        true => "files of the tree and of this machine",
        false => "files",
    };
    writeln!(
        out,
        "\n{} {looked} were looked at; {} could not be.",
        map.files,
        map.unchecked.len()
    )?;
    for entry in map.unchecked.iter().take(ROWS) {
        writeln!(out, "  {}: {}", shown(&entry.path), shown(&entry.why))?;
    }
    more(out, map.unchecked.len(), ROWS)
}

fn write_credential(
    number: usize,
    credential: &CredentialLine,
    out: &mut dyn Write,
) -> io::Result<()> {
    let breadth = credential.breadth.unwrap_or("unknown");
    writeln!(
        out,
        "  [{number}] {} {:.1} {} ({breadth}), {}, {}:{}{}",
        credential.verdict,
        credential.severity,
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
    Ok(())
}

fn write_structure(lines: &[StructureLine], out: &mut dyn Write) -> io::Result<()> {
    if lines.is_empty() {
        return Ok(());
    }
    writeln!(out, "\nWhat is wrong with the wiring ({})", lines.len())?;
    for line in lines.iter().take(SENTENCES) {
        writeln!(
            out,
            "  {} {}: {} ({}:{}{})",
            line.verdict,
            line.rule,
            shown(&line.text),
            shown(&line.path),
            line.line,
            also(&line.also)
        )?;
    }
    more(out, lines.len(), SENTENCES)
}

fn write_changes(changes: &[Change], out: &mut dyn Write) -> io::Result<()> {
    if changes.is_empty() {
        return Ok(());
    }
    writeln!(
        out,
        "\nThese changes lower it most (all severities from a warning upwards, judged again after each)"
    )?;
    for (number, change) in changes.iter().enumerate() {
        writeln!(
            out,
            "  {}. {:.1} -> {:.1}  {}:{}: {}",
            number + 1,
            change.before,
            change.after,
            shown(&change.path),
            change.line,
            shown(&change.text)
        )?;
    }
    Ok(())
}

fn write_agent(map: &ReachMap, agent: &AgentLine, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{} ({})", agent.name, shown(&agent.evidence))?;
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
    rows(out, "servers", &agent.servers, "")?;
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
    for (number, line) in lines.iter().take(ROWS).enumerate() {
        let label = if number == 0 { label } else { "" };
        writeln!(out, "  {label:<10} {} ({})", shown(&line.text), place(line))?;
    }
    match lines.len().saturating_sub(ROWS) {
        0 => Ok(()),
        left => writeln!(out, "  {:<10} and {left} more", ""),
    }
}

fn more(out: &mut dyn Write, all: usize, shown: usize) -> io::Result<()> {
    match all.saturating_sub(shown) {
        0 => Ok(()),
        left => writeln!(out, "  and {left} more"),
    }
}
