//! Pages about a rule or a token kind, in Markdown, and Markdown for a terminal.
//!
//! In: a rule, or an entry of the catalogue. Out: text for `docs/` and `explain`. It must not expand an example into
//! something that looks like a token.

use super::sanitize;
use super::wrap::wrap;
use super::{Style, sanitize::log_line};
use crate::model::{Checked, Destroys, Rule, TokenKind, Verdict};

/// The project's address: where a release or the action was built, what `TOKENLEASH_HOME` said. Elsewhere nobody knows.
pub fn home() -> Option<&'static str> {
    option_env!("TOKENLEASH_HOME").filter(|address| address.starts_with("https://"))
}

/// The address of a page about a rule: our own where we know where we live, else that of the weakness it names.
pub fn rule_url(rule: &Rule) -> Option<String> {
    let version = env!("CARGO_PKG_VERSION");
    let own = home().map(|home| format!("{home}/blob/v{version}/docs/rules/{}.md", rule.id));
    let mut tags = rule.tags.iter();
    own.or_else(|| {
        let number = tags.find_map(|tag| tag.strip_prefix("cwe/CWE-"))?;
        Some(format!(
            "https://cwe.mitre.org/data/definitions/{number}.html"
        ))
    })
}

/// The page of a rule, in Markdown.
pub fn rule_page(rule: &Rule) -> String {
    let verdict = match rule.verdict {
        Verdict::Block => "blocks",
        Verdict::Warn => "warns",
        Verdict::Note => "notes",
        Verdict::Silent => "is counted only",
    };
    let mut page = format!(
        "# {} {}\n\n{}\n\n{verdict} by default · severity {:.1}",
        rule.id,
        rule.name,
        stopped(rule.title),
        rule.severity
    );
    if !rule.tags.is_empty() {
        page.push_str(" · ");
        page.push_str(&rule.tags.join(", "));
    }
    page.push('\n');
    if !rule.help.trim().is_empty() {
        page.push('\n');
        page.push_str(rule.help.trim());
        page.push('\n');
    }
    page
}

/// The page of a token kind, in Markdown.
pub fn kind_page(kind: &TokenKind) -> String {
    let mut page = format!("# {}\n\n`{}` · {}\n", kind.name, kind.id, kind.provider);
    let mut section = |title: &str, text: String| {
        if !text.trim().is_empty() {
            page.push_str(&format!("\n## {title}\n\n{}\n", text.trim()));
        }
    };
    section("What it can do", abilities(kind));
    section("What to make instead", instead(kind));
    section("How it is recognised", recognised(kind));
    section("How we know", checked(kind));
    page
}

fn stopped(text: &str) -> String {
    let text = text.trim();
    match text.ends_with('.') {
        true => text.to_owned(),
        false => format!("{text}."),
    }
}

fn abilities(kind: &TokenKind) -> String {
    let verbs: Vec<&str> = kind.verbs.iter().map(|verb| verb.word()).collect();
    let mut text = format!("Reach: **{}**", kind.level.word());
    if !verbs.is_empty() {
        text.push_str(&format!(" ({})", verbs.join(", ")));
    }
    text.push_str(&format!(". {}", kind.why.trim()));
    if !kind.worst.is_empty() {
        text.push_str(&format!("\n\nAt worst it can {}", stopped(kind.worst)));
    }
    let destroys = match kind.destroys {
        Destroys::Yes => "It can destroy what it reaches.",
        Destroys::No => "It cannot destroy what it reaches.",
        Destroys::Unknown => "Whether it can destroy what it reaches is not known.",
    };
    text.push_str(&format!("\n\n{destroys}"));
    if kind.test_mode {
        text.push_str("\n\nIt belongs to a test mode.");
    }
    text
}

fn instead(kind: &TokenKind) -> String {
    let mut text = String::new();
    if !kind.narrower.is_empty() {
        let ids: Vec<String> = kind.narrower.iter().map(|id| format!("`{id}`")).collect();
        text.push_str(&format!("Narrower: {}.\n\n", ids.join(", ")));
    }
    if !kind.none_because.is_empty() {
        text.push_str(&format!("{}\n\n", stopped(kind.none_because)));
    }
    text.push_str(kind.how.trim());
    if !kind.reference.is_empty() {
        let step = format!("\n\nGive it by reference, usually as `{}`.", kind.reference);
        text.push_str(&step);
    }
    text.push_str(&format!("\n\nDocumentation: <{}>", kind.docs));
    text
}

fn recognised(kind: &TokenKind) -> String {
    let mut lines = Vec::new();
    let code = |words: &[&str]| {
        let words: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
        words.join(", ")
    };
    let starts: Vec<&str> = kind.shapes.iter().map(|shape| shape.start()).collect();
    let mut starts: Vec<&str> = starts.into_iter().filter(|text| !text.is_empty()).collect();
    starts.sort_unstable();
    starts.dedup();
    if !starts.is_empty() {
        lines.push(format!("- It starts with {}.", code(&starts)));
    }
    if !kind.code.is_empty() {
        lines.push("- Its content decodes.".to_owned());
    }
    if kind.checksum.is_some() {
        lines.push("- It carries a checksum, which is computed.".to_owned());
    }
    if !kind.names.is_empty() {
        lines.push(format!("- Names: {}.", code(kind.names)));
    }
    let hosts: Vec<&str> = kind
        .requests
        .iter()
        .flat_map(|one| one.hosts)
        .copied()
        .collect();
    if !hosts.is_empty() {
        lines.push(format!("- In requests to {}.", code(&hosts)));
    }
    if !kind.flags.is_empty() {
        lines.push(format!("- After {}.", code(kind.flags)));
    }
    let files: Vec<&str> = kind.files.iter().map(|one| one.file).collect();
    if !files.is_empty() {
        lines.push(format!("- In {}.", code(&files)));
    }
    if !kind.pair.is_empty() {
        lines.push(format!("- Together with its other half, `{}`.", kind.pair));
    }
    if !kind.alone {
        lines.push("- Its shape alone says nothing.".to_owned());
    }
    lines.join("\n")
}

fn checked(kind: &TokenKind) -> String {
    let against = match kind.checked {
        Checked::Documentation => "Checked against the provider's documentation",
        Checked::VendorSource => "Checked against the provider's own source",
        Checked::Shape => {
            "Known by its shape only; not checked against the provider's documentation"
        }
    };
    let mut text = format!("{against}, {}.", kind.as_of);
    if !kind.source.is_empty() {
        text.push_str(&format!(" Source: {}", stopped(kind.source)));
    }
    text
}

/// Markdown as plain text, not wrapped: headings, lists and code without their marks.
pub fn plain_text(markdown: &str) -> String {
    let mut lines = Vec::new();
    let mut fenced = false;
    for line in markdown.lines() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        } else if fenced {
            lines.push(format!("    {line}"));
        } else {
            let line = line.trim_start_matches('#').trim();
            lines.push(inline(line));
        }
    }
    lines.join("\n")
}

/// Markdown for a terminal: wrapped, headings and code marked by colour where the style has it.
pub fn render_terminal(markdown: &str, style: &Style) -> String {
    let width = usize::from(style.width).clamp(40, 100);
    let mut out = String::new();
    let mut fenced = false;
    let mut paragraph = String::new();
    for line in markdown.lines() {
        let line = sanitize::clean(line);
        let is_fence = line.trim_start().starts_with("```");
        let starts_item = item(&line).is_some();
        if is_fence || fenced || line.trim().is_empty() || line.starts_with('#') || starts_item {
            flush(&mut out, &mut paragraph, width);
        }
        if is_fence {
            fenced = !fenced;
        } else if fenced {
            out.push_str(&format!("    {}\n", log_line(&line)));
        } else if line.starts_with('#') {
            let title = inline(line.trim_start_matches('#').trim());
            out.push_str(&paint(&log_line(&title), "1", style));
            out.push('\n');
        } else if line.trim().is_empty() {
            out.push('\n');
        } else {
            if !paragraph.is_empty() {
                paragraph.push(' ');
            }
            paragraph.push_str(if starts_item {
                line.trim_end()
            } else {
                line.trim()
            });
        }
    }
    flush(&mut out, &mut paragraph, width);
    out
}

/// The mark of a list item and what follows it.
fn item(line: &str) -> Option<(&str, &str)> {
    let text = line.trim_start();
    let mark = if text.starts_with("- ") || text.starts_with("* ") {
        2
    } else {
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        (digits > 0 && text[digits..].starts_with(". ")).then_some(digits + 2)?
    };
    Some(text.split_at(mark))
}

fn flush(out: &mut String, paragraph: &mut String, width: usize) {
    let text = std::mem::take(paragraph);
    if text.is_empty() {
        return;
    }
    let (mark, text) = item(&text).unwrap_or(("", &text));
    let indent = " ".repeat(mark.len());
    let lines = wrap(&inline(text), width - mark.len(), "");
    for (at, line) in lines.iter().enumerate() {
        let start = if at == 0 { mark } else { &indent };
        out.push_str(&log_line(&format!("{start}{line}")));
        out.push('\n');
    }
}

fn paint(text: &str, code: &str, style: &Style) -> String {
    match style.color {
        true => format!("\u{1b}[{code}m{text}\u{1b}[0m"),
        false => text.to_owned(),
    }
}

/// Takes the marks of emphasis and links away; code keeps its backticks, since they show what to copy.
fn inline(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (at, piece) in text.split('`').enumerate() {
        if at > 0 {
            out.push('`');
        }
        if at % 2 == 1 {
            out.push_str(piece);
        } else {
            out.push_str(&links(&piece.replace("**", "")));
        }
    }
    out
}

/// Writes `[text](address)` as `text (address)` and `<address>` bare.
fn links(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['[', '<']) {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        if let Some((said, address, after)) = link(from) {
            out.push_str(&format!("{said} ({address})"));
            rest = after;
        } else if let Some((address, after)) = bare_link(from) {
            out.push_str(address);
            rest = after;
        } else {
            out.push_str(&from[..1]);
            rest = &from[1..];
        }
    }
    out.push_str(rest);
    out
}

fn link(text: &str) -> Option<(&str, &str, &str)> {
    let (said, rest) = text.strip_prefix('[')?.split_once("](")?;
    let (address, rest) = rest.split_once(')')?;
    (!said.contains(['[', ']'])).then_some((said, address, rest))
}

fn bare_link(text: &str) -> Option<(&str, &str)> {
    let (address, rest) = text.strip_prefix('<')?.split_once('>')?;
    address.starts_with("https://").then_some((address, rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{Entry, Style, fixture};

    #[test]
    fn a_rule_has_a_page() {
        let page = rule_page(&fixture::RULES[0]);
        assert!(page.starts_with("# TL101 broad-credential-in-context\n\nBroad credential in"));
        assert!(page.contains("blocks by default · severity 9.8 · cwe/CWE-798"));
        assert!(page.contains("## What to do"));
    }

    #[test]
    fn a_kind_has_a_page() {
        let page = kind_page(&fixture::KIND);
        for part in [
            "# Railway account token",
            "Reach: **account** (read, write, delete, admin, mint).",
            "At worst it can delete any volume in every workspace of its maker.",
            "Narrower: `railway-project-token`.",
            "- Names: `RAILWAY_API_TOKEN`.",
            "Checked against the provider's documentation, 2026-11.",
        ] {
            assert!(page.contains(part), "{part} in\n{page}");
        }
    }

    #[test]
    fn a_terminal_gets_wrapped_text() {
        let style = Style {
            width: 40,
            ..Style::plain(Entry::Scan)
        };
        let markdown = "# Title\n\nSome **bold** words and a [link](https://example.com), which run on.\n\n- an item that is longer than a line of forty\n- `[a](b)` stays\n\n```sh\n::x\n```\n";
        let text = render_terminal(markdown, &style);
        assert_eq!(
            text,
            "Title\n\nSome bold words and a link\n(https://example.com), which run on.\n\n- an item that is longer than a line of\n  forty\n- `[a](b)` stays\n\n    : :x\n"
        );
        let style = Style {
            color: true,
            ..style
        };
        assert!(render_terminal(markdown, &style).starts_with("\u{1b}[1mTitle\u{1b}[0m\n"));
        assert_eq!(
            plain_text("## A\n\n**b** <https://c.example>"),
            "A\n\nb https://c.example"
        );
    }
}
