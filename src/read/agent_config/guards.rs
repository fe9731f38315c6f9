//! Guards that are only words: ignore files and instructions.
//!
//! In: a file's name and text. Out: the lines that speak of credentials. It does not say whether one is there.

use regex::Regex;
use std::sync::OnceLock;

use super::{AgentFile, Ignored, Inert, Said, quoted};
use crate::model::Span;
use crate::rules::agent_facts::agent_facts;

/// The most lines that one file gives.
const MOST: usize = 64;
/// The longest file of instructions that is read, in bytes.
const MAX_TEXT: usize = 512 * 1024;

/// Reads an ignore file, or a file that only looks like one.
pub(super) fn read_ignore_file(file: &mut AgentFile, name: &str, text: &[u8]) {
    let facts = agent_facts();
    let known = facts.ignore.iter().find(|entry| entry.file == name);
    let inert = facts.inert.iter().find(|entry| entry.file == name);
    if known.is_none() && inert.is_none() {
        return;
    }
    let mut some_line = None;
    for (line, span) in lines(text) {
        let pattern = line.trim();
        if pattern.is_empty() || pattern.starts_with(['#', '!']) {
            continue;
        }
        some_line.get_or_insert(span);
        if !hides_credentials(pattern) {
            continue;
        }
        if let Some(entry) = known
            && file.ignored.len() < MOST
        {
            file.ignored.push(Ignored {
                file: entry,
                pattern: pattern.to_owned(),
                span,
            });
        }
        if let Some(entry) = inert
            && file.inert.len() < MOST
        {
            file.inert.push(Inert {
                pattern: pattern.to_owned(),
                says: entry.says.clone(),
                instead: entry.instead.clone(),
                span,
            });
        }
    }
    if let (Some(entry), Some(span), true) = (inert, some_line, file.inert.is_empty()) {
        file.inert.push(Inert {
            pattern: String::new(),
            says: entry.says.clone(),
            instead: entry.instead.clone(),
            span,
        });
    }
}

/// Whether a path pattern is meant for files that hold credentials.
pub(crate) fn hides_credentials(pattern: &str) -> bool {
    let lower = pattern.to_ascii_lowercase();
    let name = lower
        .trim_end_matches(['/', '*'])
        .rsplit('/')
        .next()
        .unwrap_or_default()
        .to_owned();
    let sample = [".example", ".sample", ".template"]
        .iter()
        .any(|end| name.ends_with(end));
    let dotenv =
        name == ".env" || name.starts_with(".env") || name.ends_with(".env") || name == "*.env";
    let key = [".pem", ".key", ".p12", ".pfx", ".tfstate", ".tfvars"]
        .iter()
        .any(|end| lower.contains(end));
    let words = [
        "secret",
        "credential",
        "id_rsa",
        "id_ed25519",
        ".npmrc",
        ".netrc",
        ".aws",
        ".ssh",
        "gcloud",
        "kubeconfig",
        "service-account",
        ".dev.vars",
        "token",
    ];
    !sample && (dotenv || key || words.iter().any(|word| lower.contains(word)))
}

/// Reads the sentences of an instruction that forbid an agent to read or use a credential.
pub(super) fn read_instructions(file: &mut AgentFile, text: &[u8]) {
    let text = &text[..text.len().min(MAX_TEXT)];
    let mut in_code = false;
    for (line, span) in lines(text) {
        if line.trim_start().starts_with("```") {
            in_code = !in_code;
        }
        if in_code || line.len() > 600 || file.said.len() >= MOST {
            continue;
        }
        if let Some(found) = forbids()
            .find(&line)
            .filter(|found| is_of_reading(found.as_str()))
        {
            let start = line[..found.start()].rfind(". ").map_or(0, |at| at + 2);
            let end = line[found.end()..]
                .find(". ")
                .map_or(line.len(), |at| found.end() + at + 1);
            let sentence = line[start..end]
                .trim()
                .trim_start_matches(['-', '*', '#', '>', ' ']);
            file.said.push(Said {
                text: quoted(sentence),
                span: Span::new(span.start + found.start(), span.start + found.end()),
            });
        }
    }
}

fn forbids() -> &'static Regex {
    static FORBIDS: OnceLock<Regex> = OnceLock::new();
    FORBIDS.get_or_init(|| {
        let never = r"(?:never|do\s+not|don'?t|must\s+not|should\s+not|not\s+allowed\s+to|forbidden\s+to)";
        let act = r"(?:read|open|access|use|view|cat|look\s+at|touch|print|dump|inspect)";
        let what = r"(?:\.env\b|secrets?\b(?:\s+files?)?|credentials?\b|api[\s_-]?keys?\b|private\s+keys?\b|(?:access|auth|api|admin|production|prod|deploy|personal)\s+(?:tokens?|keys?|credentials?|database)\b)";
        let pattern = format!(r"(?i)\b{never}\s+(?:ever\s+|directly\s+|try\s+to\s+)?{act}\b[^.;:!?]{{0,50}}?{what}");
        Regex::new(&pattern).unwrap_or_else(|_| never_matches())
    })
}

/// Whether a sentence forbids an agent a credential, and not a tool for something else: `never use sed to bake keys in`.
fn is_of_reading(found: &str) -> bool {
    let lower = found.to_ascii_lowercase();
    !lower.contains(" use ")
        || ![" to ", " for ", " into "].iter().any(|word| {
            lower
                .split(" use ")
                .nth(1)
                .is_some_and(|rest| rest.contains(word))
        })
}

fn never_matches() -> Regex {
    // `[^\s\S]` is a valid pattern that fits nothing.
    match Regex::new(r"[^\s\S]") {
        Ok(regex) => regex,
        Err(_) => unreachable!("a constant pattern"),
    }
}

/// The lines of a text with their spans, the line end left out.
pub(super) fn lines(text: &[u8]) -> impl Iterator<Item = (String, Span)> + '_ {
    let mut start = 0;
    text.split(|byte| *byte == b'\n').map(move |line| {
        let span = Span::new(start, start + line.len());
        start += line.len() + 1;
        let text = match std::str::from_utf8(line) {
            Ok(text) => text.trim_end_matches('\r').to_owned(),
            Err(_) => String::new(),
        };
        (text, span)
    })
}
