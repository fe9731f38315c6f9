//! Writes the outcome of a run as the Markdown of a job summary.
//!
//! In: an outcome, or the error in its place. Out: Markdown below the runner's limit. Nothing that was scanned may
//! become markup, a link or a mention.

use std::fmt::Write as _;

use super::summary::count;
use super::{parts, sanitize};
use crate::error::Error;
use crate::model::{Finding, Outcome, Overall, Verdict};

/// The runner drops a summary above 1 MiB.
const BYTES_AT_MOST: usize = 900 << 10;
/// How many findings the table lists.
const ROWS_AT_MOST: usize = 200;
/// How many findings get a paragraph that says what to do.
const STEPS_AT_MOST: usize = 20;

/// Writes the summary of a run.
pub fn of_outcome(outcome: &Outcome) -> String {
    let mut text = String::new();
    let _ = writeln!(text, "## tokenleash: {}\n", headline(outcome));
    let summary = &outcome.summary;
    let _ = writeln!(
        text,
        "Looked at {}: {}, {}. Policy: {}.\n",
        shown(&outcome.looked_at),
        count(summary.files, "file", "files"),
        count(summary.bytes, "byte", "bytes"),
        shown(&outcome.policy_from)
    );
    let counting: Vec<&Finding> = outcome
        .findings
        .iter()
        .filter(|finding| finding.verdict >= Verdict::Warn && finding.introduced != Some(false))
        .collect();
    let mut sorted = counting;
    sorted.sort_by(|a, b| {
        (b.verdict, b.severity.to_bits(), &a.path, a.place).cmp(&(
            a.verdict,
            a.severity.to_bits(),
            &b.path,
            b.place,
        ))
    });
    if !sorted.is_empty() {
        table(&mut text, &sorted);
        steps(&mut text, &sorted);
    }
    unchecked(&mut text, outcome);
    for remark in &outcome.remarks {
        let _ = writeln!(text, "- {}", shown(remark));
    }
    cut(text)
}

/// Writes the summary of a run that came to no outcome.
pub fn of_error(error: &Error) -> String {
    let mut text = format!(
        "## tokenleash: could not decide\n\nNothing is said to be clean. {}\n",
        shown(&error.to_string())
    );
    if let Some(hint) = &error.hint {
        let _ = writeln!(text, "\n{}", shown(hint));
    }
    cut(text)
}

fn headline(outcome: &Outcome) -> String {
    let summary = &outcome.summary;
    match summary.overall {
        Overall::Blocked => format!(
            "blocked by {}",
            count(summary.blocked, "finding", "findings")
        ),
        Overall::Undecided => "could not decide".to_owned(),
        Overall::Clean if summary.warned > 0 || !outcome.unchecked.is_empty() => {
            let warnings = summary.warned + outcome.unchecked.len() as u64;
            format!("passed with {}", count(warnings, "warning", "warnings"))
        }
        Overall::Clean => "clean".to_owned(),
    }
}

fn table(text: &mut String, findings: &[&Finding]) {
    text.push_str("| | rule | where | what |\n|---|---|---|---|\n");
    for finding in findings.iter().take(ROWS_AT_MOST) {
        let path = sanitize::markdown(&sanitize::path(&finding.path));
        let masked = finding.masked.as_deref().unwrap_or_default();
        let _ = writeln!(
            text,
            "| {} | {} | {path}:{} | {} {} |",
            finding.verdict.word(),
            finding.rule,
            finding.place.start_line,
            shown(&finding.message),
            shown(masked),
        );
    }
    if findings.len() > ROWS_AT_MOST {
        let more = findings.len() - ROWS_AT_MOST;
        let _ = writeln!(text, "\n{more} more stand in the SARIF file.");
    }
    text.push('\n');
}

fn steps(text: &mut String, findings: &[&Finding]) {
    let mut told: Vec<&str> = Vec::new();
    let blocked = findings.iter().filter(|f| f.verdict == Verdict::Block);
    for finding in blocked {
        let parts = parts::of(finding);
        let known = told.contains(&finding.fingerprint.as_str());
        if known || told.len() >= STEPS_AT_MOST || parts.steps.is_empty() {
            continue;
        }
        if told.is_empty() {
            text.push_str("### Do this\n\n");
        }
        told.push(&finding.fingerprint);
        let path = sanitize::markdown(&sanitize::path(&finding.path));
        let _ = writeln!(text, "**{path}:{}**\n", finding.place.start_line);
        if !parts.readers.is_empty() {
            let _ = writeln!(text, "Read by {}\n", sanitize::markdown(&parts.readers));
        }
        for (step, number) in parts.steps.iter().zip(1..) {
            let _ = writeln!(text, "{number}. {}", sanitize::markdown(step));
        }
        text.push('\n');
    }
}

fn unchecked(text: &mut String, outcome: &Outcome) {
    if outcome.unchecked.is_empty() {
        return;
    }
    text.push_str("### Not fully looked at\n\n");
    for entry in outcome.unchecked.iter().take(ROWS_AT_MOST) {
        let path = sanitize::markdown(&sanitize::path(&entry.path));
        let _ = writeln!(text, "- {path}: {}", shown(&entry.why));
    }
    if outcome.unchecked.len() > ROWS_AT_MOST {
        let more = outcome.unchecked.len() - ROWS_AT_MOST;
        let _ = writeln!(text, "- {more} more");
    }
    text.push('\n');
}

/// Makes a sentence showable in Markdown.
fn shown(words: &str) -> String {
    sanitize::markdown(&sanitize::sentence(words))
}

fn cut(mut text: String) -> String {
    if text.len() > BYTES_AT_MOST {
        let mut end = BYTES_AT_MOST;
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        text.truncate(end);
        text.push_str("\n\nThe rest stands in the SARIF file.\n");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_not_clean_and_not_markup() {
        let error = Error::source("branch <b>[x](y)\n::error::z");
        let text = of_error(&error);
        assert!(text.contains("could not decide"));
        assert!(!text.contains("<b>") && !text.contains("\n::"));
    }

    #[test]
    fn a_summary_stays_below_the_limit() {
        assert!(cut("ä".repeat(1 << 20)).len() < 1 << 20);
    }
}
