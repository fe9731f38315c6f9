//! The map as one page: no script, no network, dark and light, ready to print.

use std::io::{self, Write};

use super::{also, place, shown};
use crate::judge::agents::map::{AgentLine, CredentialLine, Line, ReachMap};

const STYLE: &str = "\
:root{color-scheme:light dark;--text:#1c2024;--soft:#5b6470;--line:#d5dae0;--back:#fff;--card:#f6f8fa;--block:#b42318;--warn:#9a6700;--note:#3b6ea8}
@media (prefers-color-scheme:dark){:root{--text:#e6e9ed;--soft:#9aa4b1;--line:#353b43;--back:#16191d;--card:#1f242a;--block:#ff8a80;--warn:#f2c14e;--note:#8ab8ee}}
*{box-sizing:border-box}body{margin:0 auto;max-width:64rem;padding:2rem 1rem;font:16px/1.5 system-ui,sans-serif;color:var(--text);background:var(--back)}
h1{font-size:1.6rem;margin:0 0 .25rem}h2{font-size:1.15rem;margin:2rem 0 .5rem}h3{font-size:1rem;margin:0 0 .5rem}
p{margin:.25rem 0}.soft{color:var(--soft)}section.card{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:1rem;margin:.75rem 0}
table{border-collapse:collapse;width:100%;font-size:.92rem}th,td{text-align:left;vertical-align:top;padding:.4rem .5rem;border-bottom:1px solid var(--line)}
th{color:var(--soft);font-weight:600}code{font:.9em ui-monospace,monospace;overflow-wrap:anywhere}
dl{display:grid;grid-template-columns:8rem 1fr;gap:.25rem .75rem;margin:0}dt{color:var(--soft)}dd{margin:0}
ul,ol{margin:0;padding-left:1.2rem}.block{color:var(--block);font-weight:700}.warn{color:var(--warn);font-weight:700}.note{color:var(--note);font-weight:600}
.wide{overflow-x:auto}@media (max-width:36rem){dl{grid-template-columns:1fr}}
@media print{:root{color-scheme:light}body{max-width:none;padding:0;font-size:11px}section.card{break-inside:avoid;background:none}}
";

/// Writes the map as a page.
pub fn write(map: &ReachMap, out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">"
    )?;
    writeln!(
        out,
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
    )?;
    writeln!(
        out,
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
    )?;
    writeln!(
        out,
        "<title>What agents reach in this repository</title>\n<style>{STYLE}</style>\n</head>\n<body>"
    )?;
    writeln!(out, "<h1>What agents reach in this repository</h1>")?;
    writeln!(
        out,
        "<p class=\"soft\">{} files were looked at; {} could not be. No value of a credential is on this page.</p>",
        map.files, map.unchecked
    )?;
    if !map.changes.is_empty() {
        writeln!(out, "<h2>These changes lower it most</h2>\n<ol>")?;
        for change in &map.changes {
            writeln!(out, "<li>{}</li>", escape(change))?;
        }
        writeln!(out, "</ol>")?;
    }
    writeln!(out, "<h2>Agents</h2>")?;
    if map.agents.is_empty() {
        writeln!(
            out,
            "<p>No agent has left a trace here; any agent started in this checkout reads all of it.</p>"
        )?;
    }
    for agent in &map.agents {
        write_agent(agent, out)?;
    }
    write_credentials(&map.credentials, out)?;
    if !map.structure.is_empty() {
        writeln!(out, "<h2>What the settings say</h2>\n<ul>")?;
        for line in &map.structure {
            writeln!(out, "<li>{}</li>", with_place(line))?;
        }
        writeln!(out, "</ul>")?;
    }
    writeln!(out, "</body>\n</html>")
}

fn write_agent(agent: &AgentLine, out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "<section class=\"card\"><h3>{} <span class=\"soft\">by <code>{}</code></span></h3>\n<dl>",
        escape(agent.name),
        escape(agent.evidence)
    )?;
    let numbers = |numbers: &[usize]| {
        let links: Vec<String> = numbers
            .iter()
            .map(|number| format!("<a href=\"#c{0}\">{0}</a>", number + 1))
            .collect();
        if links.is_empty() {
            "nothing".to_owned()
        } else {
            links.join(", ")
        }
    };
    writeln!(out, "<dt>holds</dt><dd>{}</dd>", numbers(&agent.holds))?;
    writeln!(out, "<dt>can find</dt><dd>{}</dd>", numbers(&agent.finds))?;
    rows(out, "servers", &agent.servers, "none")?;
    rows(
        out,
        "bound by",
        &agent.bounds,
        "nothing: every file of the checkout is open to it",
    )?;
    rows(out, "only words", &agent.words, "none")?;
    rows(
        out,
        "asks",
        &agent.asks,
        "what the agent itself asks by default",
    )?;
    rows(
        out,
        "unasked",
        &agent.unasked,
        "nothing that the repository switches on",
    )?;
    writeln!(out, "</dl></section>")
}

fn rows(out: &mut dyn Write, label: &str, lines: &[Line], none: &str) -> io::Result<()> {
    write!(out, "<dt>{label}</dt><dd>")?;
    if lines.is_empty() {
        write!(out, "<span class=\"soft\">{none}</span>")?;
    } else {
        write!(out, "<ul>")?;
        for line in lines {
            write!(out, "<li>{}</li>", with_place(line))?;
        }
        write!(out, "</ul>")?;
    }
    writeln!(out, "</dd>")
}

fn write_credentials(credentials: &[CredentialLine], out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "<h2>Credentials</h2>")?;
    if credentials.is_empty() {
        return writeln!(out, "<p>None was found.</p>");
    }
    writeln!(
        out,
        "<div class=\"wide\"><table><thead><tr><th>No.</th><th>Verdict</th><th>Kind</th><th>Breadth</th><th>Reach</th><th>Place</th><th>It can</th></tr></thead><tbody>"
    )?;
    for (number, credential) in credentials.iter().enumerate() {
        writeln!(
            out,
            "<tr id=\"c{0}\"><td>{0}</td><td class=\"{1}\">{1} {2}</td><td>{3}<br><code>{4}</code></td><td>{5}</td><td>{6}</td><td><code>{7}:{8}</code>{10}</td><td>{9}</td></tr>",
            number + 1,
            credential.verdict,
            credential.rule,
            escape(&credential.name),
            escape(&credential.masked),
            credential.breadth.unwrap_or("unknown"),
            credential.how,
            escape(&credential.path),
            credential.line,
            escape(&credential.can),
            also(&credential.also)
        )?;
    }
    writeln!(out, "</tbody></table></div>")
}

fn with_place(line: &Line) -> String {
    format!(
        "{} <code class=\"soft\">{}</code>",
        escape(&line.text),
        escape(&place(line))
    )
}

fn escape(text: &str) -> String {
    let mut out = String::new();
    for character in shown(text).chars() {
        match character {
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
