//! The credentials of the page: what each can do, where it stands, and what its severity adds up from.

use std::io::{self, Write};

use super::{also, escape, open_table, tag};
use crate::judge::agents::lines::CredentialLine;

/// Credentials that are shown with the parts of their severity.
const EXPLAINED: usize = 12;

/// Writes one card for each of the gravest, and a row for each of the rest.
pub(super) fn write(credentials: &[CredentialLine], out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "<h2 id=\"credentials\">Credentials</h2>")?;
    if credentials.is_empty() {
        return writeln!(out, "<p>None was found.</p>");
    }
    let open = credentials.len().min(EXPLAINED);
    for (number, credential) in credentials[..open].iter().enumerate() {
        card(number + 1, credential, out)?;
    }
    if credentials.len() > open {
        rest(open, &credentials[open..], out)?;
    }
    Ok(())
}

fn card(number: usize, credential: &CredentialLine, out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "<section class=\"card\" id=\"c{number}\"><h3>{number}. {} {}</h3>\n<dl>",
        escape(&credential.name),
        tag(credential.verdict, credential.severity)
    )?;
    writeln!(
        out,
        "<dt>stands in</dt><dd><code>{}:{}</code>{} <span class=\"soft\">{}</span></dd>",
        escape(&credential.path),
        credential.line,
        also(&credential.also),
        credential.rule
    )?;
    writeln!(
        out,
        "<dt>shown as</dt><dd><code>{}</code></dd>",
        escape(&credential.masked)
    )?;
    let can = match credential.can.is_empty() {
        true => "not known".to_owned(),
        false => escape(&credential.can),
    };
    writeln!(out, "<dt>can</dt><dd>{can}</dd>")?;
    writeln!(out, "<dt>reaches</dt><dd>{}</dd>", reaches(credential))?;
    let readers: Vec<String> = credential.agents.iter().map(|name| escape(name)).collect();
    let readers = match readers.is_empty() {
        true => "any agent started in this checkout".to_owned(),
        false => readers.join(", "),
    };
    writeln!(
        out,
        "<dt>read by</dt><dd>{readers} <span class=\"soft\">({})</span></dd>",
        credential.how
    )?;
    if let Some(narrower) = credential.narrower.first() {
        writeln!(
            out,
            "<dt>make instead</dt><dd><code>{}</code></dd>",
            escape(narrower)
        )?;
    }
    sum(credential, out)?;
    writeln!(out, "</dl></section>")
}

fn reaches(credential: &CredentialLine) -> &'static str {
    match credential.breadth {
        Some("org") => "everything of an organisation",
        Some("account") => "everything of an account",
        Some("project") => "one project",
        Some("resource") => "one resource",
        Some("scoped") => "what its maker chose, which does not show",
        Some("ingest") => "nothing: it may only send events",
        Some("public") => "nothing private: it is made to be public",
        _ => "not known",
    }
}

/// The parts of the severity.
fn sum(credential: &CredentialLine, out: &mut dyn Write) -> io::Result<()> {
    if credential.score.is_empty() {
        return Ok(());
    }
    writeln!(out, "<dt>adds up</dt><dd><table class=\"sum\"><tbody>")?;
    for part in &credential.score {
        writeln!(
            out,
            "<tr><th scope=\"row\">{}</th><td>{:+}</td><td>{}</td></tr>",
            part.what,
            part.points,
            escape(&part.says)
        )?;
    }
    let points: i32 = credential.score.iter().map(|part| part.points).sum();
    writeln!(
        out,
        "<tr><th scope=\"row\">together</th><td>{}</td><td>of 100 points, which is {:.1} in the band of a {}</td></tr></tbody></table></dd>",
        points.clamp(0, 100),
        credential.severity,
        credential.verdict
    )
}

fn rest(before: usize, credentials: &[CredentialLine], out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "{}<thead><tr><th scope=\"col\">No.</th><th scope=\"col\">Verdict</th><th scope=\"col\">Kind</th>\
         <th scope=\"col\">Reaches</th><th scope=\"col\">Place</th><th scope=\"col\">Can</th></tr></thead><tbody>",
        open_table("Further credentials", "rows")
    )?;
    for (number, credential) in credentials.iter().enumerate() {
        writeln!(
            out,
            "<tr id=\"c{0}\"><td>{0}</td><td>{1} {2}</td><td>{3}<br><code>{4}</code></td><td>{5}, {6}</td><td><code>{7}:{8}</code>{9}</td><td>{10}</td></tr>",
            before + number + 1,
            tag(credential.verdict, credential.severity),
            credential.rule,
            escape(&credential.name),
            escape(&credential.masked),
            credential.breadth.unwrap_or("unknown"),
            credential.how,
            escape(&credential.path),
            credential.line,
            also(&credential.also),
            escape(&credential.can)
        )?;
    }
    writeln!(out, "</tbody></table></div>")
}
