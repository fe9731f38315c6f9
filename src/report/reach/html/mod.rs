//! The map as one page: no script, no network, dark and light, ready to print.
//!
//! In: a map. Out: a page that a review can attach. Whatever came from the repository is escaped, and the page's own
//! policy forbids scripts, pictures, forms and every address.

mod agents;
mod credentials;
mod style;

use std::io::{self, Write};

use super::{also, counts, shown};
use crate::judge::agents::changes::Change;
use crate::judge::agents::lines::StructureLine;
use crate::judge::agents::map::{Line, ReachMap, Unread};

/// What the page may load: nothing but its own style.
const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";
const TITLE: &str = "What agents reach in this repository";
/// Items of a list before the rest is folded.
const OPEN: usize = 6;

/// Writes the map as a page.
pub fn write(map: &ReachMap, out: &mut dyn Write) -> io::Result<()> {
    let style = style::STYLE;
    let tree = escape(&map.tree);
    writeln!(
        out,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{TITLE}: {tree}</title>\n<style>{style}</style>\n</head>\n<body>\n<header>\n<h1>{TITLE}</h1>\n\
         <p class=\"soft\">{tree}</p>\n<p>{}</p>",
        escape(&counts(map))
    )?;
    tiles(map, out)?;
    contents(map, out)?;
    writeln!(out, "</header>\n<main>")?;
    changes(&map.changes, out)?;
    agents::who_reads_what(map, out)?;
    agents::cards(map, out)?;
    credentials::write(&map.credentials, out)?;
    structure(&map.structure, out)?;
    unread(&map.unchecked, out)?;
    let machine = match map.machine {
        true => {
            "The files of the tree, the home files of one person and the environment were looked at."
        }
        false => "The files of the tree were looked at, also those that Git ignores.",
    };
    writeln!(
        out,
        "</main>\n<footer><h2>How to read this</h2>\n<p>{machine} No value of a credential is on this page. A severity lies in the \
         band of its verdict: 7.0 to 10 blocks, 4.0 to 6.9 warns, below that it is a note. The page says what files show; what a \
         person allowed an agent elsewhere, it cannot see.</p>\n<p>Made by tokenleash {}.</p></footer>\n</body>\n</html>",
        env!("CARGO_PKG_VERSION")
    )
}

fn tiles(map: &ReachMap, out: &mut dyn Write) -> io::Result<()> {
    let of = |verdict: &str| {
        let credentials = map.credentials.iter().map(|one| one.verdict);
        let structure = map.structure.iter().map(|one| one.verdict);
        credentials
            .chain(structure)
            .filter(|one| *one == verdict)
            .count()
    };
    writeln!(out, "<ul class=\"tiles\">")?;
    let tiles = [
        (map.agents.len(), "agent", "agents"),
        (map.credentials.len(), "credential", "credentials"),
        (of("block"), "block", "blocks"),
        (of("warn"), "warning", "warnings"),
    ];
    for (number, one, many) in tiles {
        let what = if number == 1 { one } else { many };
        writeln!(out, "<li><b>{number}</b> {what}</li>")?;
    }
    writeln!(
        out,
        "<li><b>{:.1}</b> severity in all</li>\n<li><b>{}</b> files looked at</li>\n</ul>",
        map.severity, map.files
    )
}

/// Links to the parts that the page has, where it has many.
fn contents(map: &ReachMap, out: &mut dyn Write) -> io::Result<()> {
    if map.credentials.is_empty() && map.structure.is_empty() {
        return Ok(());
    }
    let reads = !map.agents.is_empty() && !map.credentials.is_empty();
    let parts = [
        (!map.changes.is_empty(), "changes", "What would lower it"),
        (reads, "readers", "Who reads what"),
        (true, "agents", "Agents"),
        (true, "credentials", "Credentials"),
        (!map.structure.is_empty(), "wiring", "Wiring"),
        (!map.unchecked.is_empty(), "unread", "Not looked at"),
    ];
    write!(out, "<nav aria-label=\"Parts of this page\"><ul>")?;
    for (_, id, name) in parts.iter().filter(|(is_there, _, _)| *is_there) {
        write!(out, "<li><a href=\"#{id}\">{name}</a></li>")?;
    }
    writeln!(out, "</ul></nav>")
}

/// The start of a table that is moved sideways where it is too wide, also by keyboard.
fn open_table(label: &str, class: &str) -> String {
    format!(
        "<div class=\"wide\" role=\"region\" aria-label=\"{label}\" tabindex=\"0\"><table class=\"{class}\">"
    )
}

fn changes(changes: &[Change], out: &mut dyn Write) -> io::Result<()> {
    if changes.is_empty() {
        return Ok(());
    }
    writeln!(
        out,
        "<h2 id=\"changes\">What would lower it most</h2>\n<p class=\"soft\">The sum of all severities from a warning upwards; the tree was judged \
         again after each change.</p>\n<ol class=\"changes\">"
    )?;
    for change in changes {
        writeln!(
            out,
            "<li><p>{}</p><p class=\"soft\"><code>{}:{}</code> <span class=\"fall\">{:.1} \u{2192} <b>{:.1}</b></span></p></li>",
            escape(&change.text),
            escape(&change.path),
            change.line,
            change.before,
            change.after
        )?;
    }
    writeln!(out, "</ol>")
}

fn structure(lines: &[StructureLine], out: &mut dyn Write) -> io::Result<()> {
    if lines.is_empty() {
        return Ok(());
    }
    writeln!(
        out,
        "<h2 id=\"wiring\">What is wrong with the wiring</h2>\n{}<thead><tr><th scope=\"col\">Verdict</th>\
         <th scope=\"col\">Rule</th><th scope=\"col\">What, and what to do</th><th scope=\"col\">Place</th></tr></thead><tbody>",
        open_table("What is wrong with the wiring", "rows")
    )?;
    for line in lines {
        let advice = match line.advice.is_empty() {
            true => String::new(),
            false => format!("<br><span class=\"soft\">{}</span>", escape(&line.advice)),
        };
        writeln!(
            out,
            "<tr><td>{}</td><td>{}</td><td>{}{advice}</td><td><code>{}:{}</code>{}</td></tr>",
            tag(line.verdict, line.severity),
            line.rule,
            escape(&line.text),
            escape(&line.path),
            line.line,
            also(&line.also)
        )?;
    }
    writeln!(out, "</tbody></table></div>")
}

fn unread(entries: &[Unread], out: &mut dyn Write) -> io::Result<()> {
    if entries.is_empty() {
        return Ok(());
    }
    writeln!(out, "<h2 id=\"unread\">What could not be looked at</h2>")?;
    let items: Vec<String> = entries
        .iter()
        .map(|entry| {
            format!(
                "<code>{}</code>: {}",
                escape(&entry.path),
                escape(&entry.why)
            )
        })
        .collect();
    list(&items, out)
}

/// A list whose end is folded where it is long.
fn list(items: &[String], out: &mut dyn Write) -> io::Result<()> {
    let write = |items: &[String], out: &mut dyn Write| -> io::Result<()> {
        write!(out, "<ul>")?;
        for item in items {
            write!(out, "<li>{item}</li>")?;
        }
        write!(out, "</ul>")
    };
    let open = items.len().min(OPEN);
    write(&items[..open], out)?;
    if items.len() > open {
        let rest = items.len() - open;
        write!(out, "<details><summary>and {rest} more</summary>")?;
        write(&items[open..], out)?;
        write!(out, "</details>")?;
    }
    Ok(())
}

fn tag(verdict: &str, severity: f32) -> String {
    format!("<span class=\"tag {verdict}\">{verdict} {severity:.1}</span>")
}

fn with_place(line: &Line) -> String {
    format!(
        "{} <code class=\"soft\">{}:{}</code>",
        escape(&line.text),
        escape(&line.path),
        line.line
    )
}

/// Text of a stranger for the page; what stands between two backticks becomes code.
fn escape(text: &str) -> String {
    let text = shown(text);
    let paired = text.matches('`').count() / 2 * 2;
    let mut marks = 0;
    let mut out = String::new();
    for character in text.chars() {
        match character {
            '`' if marks < paired => {
                out.push_str(if marks % 2 == 0 { "<code>" } else { "</code>" });
                marks += 1;
            }
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}
