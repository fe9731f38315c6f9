//! The map of `tokenleash reach`, written as text, JSON or a page.
//!
//! In: a map. Out: one document. Every text of a stranger is cleaned, and escaped for the format; the page needs nothing
//! from the network.

mod html;
mod text;

use std::io::{self, Write};

use super::sanitize;
use crate::judge::agents::map::{Line, ReachMap};
use crate::report::summary::count;

pub use html::write as write_html;
pub use text::write as write_text;

/// Writes the map as JSON.
pub fn write_json(map: &ReachMap, out: &mut dyn Write) -> io::Result<()> {
    sanitize::write_json(map, out)?;
    writeln!(out)
}

fn shown(text: &str) -> String {
    sanitize::cut(&sanitize::clean(text), 240)
}

/// The map in one sentence.
fn counts(map: &ReachMap) -> String {
    let agents = match map.agents.len() as u64 {
        0 => "No agent".to_owned(),
        all => count(all, "agent", "agents"),
    };
    let credentials = match map.credentials.len() as u64 {
        0 => "no credential is in reach".to_owned(),
        1 => "one credential is in reach".to_owned(),
        all => format!("{all} credentials are in reach"),
    };
    let unasked: Vec<&str> = map
        .agents
        .iter()
        .filter(|agent| !agent.unasked.is_empty())
        .map(|agent| agent.name)
        .collect();
    let unasked = match unasked.as_slice() {
        [] => String::new(),
        [one] => format!("; {one} runs something unasked"),
        all => format!("; {} run something unasked", all.join(", ")),
    };
    let set_up = match map.agents.len() {
        0 | 1 => "is set up here",
        _ => "are set up here",
    };
    format!("{agents} {set_up}; {credentials}{unasked}.")
}

/// "and in 3 more places", where there are any.
fn also(places: &[String]) -> String {
    match places.len() {
        0 => String::new(),
        1 => " and in one more place".to_owned(),
        more => format!(" and in {more} more places"),
    }
}

fn place(line: &Line) -> String {
    format!("{}:{}", shown(&line.path), line.line)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::agents::changes::Change;
    use crate::judge::agents::lines::{CredentialLine, PartLine, StructureLine};
    use crate::judge::agents::map::{AgentLine, Unread};

    fn map(words: &str) -> ReachMap {
        let line = || Line {
            text: words.to_owned(),
            path: words.to_owned(),
            line: 3,
        };
        ReachMap {
            schema: "tokenleash-reach/1",
            tree: words.to_owned(),
            agents: vec![AgentLine {
                id: "cursor",
                name: "Cursor",
                evidence: words.to_owned(),
                holds: vec![0],
                finds: vec![],
                servers: vec![line()],
                bounds: vec![],
                words: (0..9).map(|_| line()).collect(),
                asks: vec![line()],
                unasked: vec![line()],
            }],
            credentials: (0..20).map(|_| credential(words)).collect(),
            structure: vec![StructureLine {
                rule: "TL201",
                verdict: "warn",
                severity: 6.0,
                text: words.to_owned(),
                advice: words.to_owned(),
                path: words.to_owned(),
                line: 1,
                also: vec![words.to_owned()],
            }],
            severity: 9.8,
            changes: vec![Change {
                text: words.to_owned(),
                path: words.to_owned(),
                line: 1,
                before: 9.8,
                after: 0.0,
            }],
            files: 3,
            machine: true,
            unchecked: vec![Unread {
                path: words.to_owned(),
                why: words.to_owned(),
            }],
        }
    }

    fn credential(words: &str) -> CredentialLine {
        CredentialLine {
            kind: Some("railway-account-token"),
            name: "Railway account token".to_owned(),
            breadth: Some("account"),
            can: "delete any volume".to_owned(),
            masked: "(36 characters)".to_owned(),
            path: words.to_owned(),
            line: 2,
            how: "handed",
            rule: "TL101",
            verdict: "block",
            severity: 9.8,
            score: vec![PartLine {
                what: "autonomy",
                points: 15,
                says: words.to_owned(),
            }],
            agents: vec!["Cursor"],
            narrower: vec!["railway-project-token"],
            also: vec![words.to_owned()],
        }
    }

    #[test]
    fn a_page_holds_no_foreign_markup_and_needs_no_network() {
        let mut out = Vec::new();
        write_html(&map("<script>alert(1)</script>\"'&\u{202e}"), &mut out).unwrap();
        let page = String::from_utf8(out).unwrap();
        assert!(!page.contains("<script"));
        assert!(!page.contains('\u{202e}'));
        assert!(page.contains("&lt;script&gt;"));
        assert!(!page.contains("http://") && !page.contains("https://") && !page.contains("url("));
        assert!(page.contains("Content-Security-Policy") && page.contains("default-src 'none'"));
        for tag in [
            "main", "section", "table", "tbody", "dl", "ul", "ol", "details", "style", "code",
            "span",
        ] {
            let opened = page.matches(&format!("<{tag}>")).count()
                + page.matches(&format!("<{tag} ")).count();
            assert_eq!(opened, page.matches(&format!("</{tag}>")).count(), "{tag}");
        }
        assert!(page.contains("prefers-color-scheme") && page.contains("@media print"));
    }

    #[test]
    fn text_and_json_hold_no_control_characters() {
        let hostile = map("a\u{1b}[2Jb\n::error::c\u{202e}");
        let mut out = Vec::new();
        write_text(&hostile, &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(
            !text.contains('\u{1b}') && !text.contains("\n::error") && !text.contains('\u{202e}')
        );
        let mut out = Vec::new();
        write_json(&hostile, &mut out).unwrap();
        assert!(serde_json::from_slice::<serde_json::Value>(&out).is_ok());
        assert!(!out.contains(&0x1b));
    }
}
