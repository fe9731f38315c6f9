//! The drill, written as text or JSON.
//!
//! In: a drill. Out: one document. Every text of a stranger is cleaned.

use std::io::{self, Write};

use super::sanitize;
use crate::judge::agents::drill::{Drill, NodeKind, Way};

/// Writes the drill as JSON.
pub fn write_json(drill: &Drill, out: &mut dyn Write) -> io::Result<()> {
    sanitize::write_json(drill, out)?;
    writeln!(out)
}

/// Writes the drill as text: the shortest way hop by hop.
pub fn write_text(drill: &Drill, out: &mut dyn Write) -> io::Result<()> {
    let Some(way) = drill.ways.first() else {
        return writeln!(out, "No path: {}.", nothing(drill));
    };
    let more = drill.ways.len() - 1;
    writeln!(
        out,
        "A path from an open file to a call that cannot be undone: {} hops.",
        way.hops
    )?;
    write_way(drill, way, out)?;
    writeln!(out, "\n{}", shown(&drill.asked))?;
    if more > 0 {
        writeln!(
            out,
            "{more} more {} to such a call.",
            if more == 1 {
                "path leads"
            } else {
                "paths lead"
            }
        )?;
    }
    if let Some(fix) = &drill.fix {
        writeln!(out, "To close it: {}.", shown(fix))?;
        match drill.after {
            None => writeln!(out, "Then no path is left.")?,
            Some(hops) => writeln!(out, "Then the shortest path has {hops} hops.")?,
        }
    }
    Ok(())
}

/// Why there is no path, in words.
fn nothing(drill: &Drill) -> String {
    let allows = "known to allow a call that cannot be undone";
    match (drill.credentials, drill.unknown) {
        (0, _) => "no credential was found in this tree".to_owned(),
        (1, 1) => "what the one credential in this tree can do is not known".to_owned(),
        (1, _) => format!("the one credential in this tree is not {allows}"),
        (all, unknown) if all == unknown => {
            format!("what the {all} credentials in this tree can do is not known")
        }
        (all, 0) => format!("none of the {all} credentials in this tree is {allows}"),
        (all, unknown) => format!(
            "none of the {all} credentials in this tree is {allows}; what {unknown} of them can do is not known"
        ),
    }
}

fn write_way(drill: &Drill, way: &Way, out: &mut dyn Write) -> io::Result<()> {
    let mut before = None;
    for (number, at) in way.nodes.iter().enumerate() {
        let Some(node) = drill.nodes.get(*at) else {
            continue;
        };
        if let Some(from) = before
            && let Some(edge) = drill
                .edges
                .iter()
                .find(|edge| edge.from == from && edge.to == *at)
        {
            writeln!(out, "     | {}", shown(&edge.because))?;
            if node.kind == NodeKind::Credential && !edge.bytes.is_empty() {
                writeln!(out, "     | {}", shown(&edge.bytes))?;
            }
        }
        let label = match node.kind {
            NodeKind::File => "open",
            NodeKind::Search => "search",
            NodeKind::Credential => "find",
            NodeKind::Call => "call",
        };
        let place = match (node.kind, &node.path, node.line) {
            (NodeKind::Credential, Some(path), Some(line)) => format!("  {}:{line}", shown(path)),
            _ => String::new(),
        };
        writeln!(
            out,
            "  {}. {label:<7} {}{place}",
            number + 1,
            shown(&node.text)
        )?;
        before = Some(*at);
    }
    Ok(())
}

fn shown(text: &str) -> String {
    sanitize::cut(&sanitize::clean(text), 240)
}
