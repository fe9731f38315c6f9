//! What a step leaves behind on GitHub: the job summary, and the outputs `sarif`, `verdict` and `exit-code`.
//!
//! In: an outcome, or the error in its place. Out: Markdown below the runner's limit, and lines for its output file.
//! Nothing that was scanned may become markup, a link, a mention or an output of its own.

use std::fmt::Write as _;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::Path;

use crate::error::{Error, Result};
use crate::model::{Finding, Outcome, Overall, Verdict};
use crate::report::sanitize;

/// The runner drops a summary above 1 MiB.
const BYTES_AT_MOST: usize = 900 << 10;
/// How many findings the table lists.
const ROWS_AT_MOST: usize = 200;
/// How many findings get a paragraph that says what to do.
const STEPS_AT_MOST: usize = 20;

/// Writes the summary of a run.
pub fn markdown(outcome: &Outcome) -> String {
    let mut text = String::new();
    let _ = writeln!(text, "## tokenleash: {}\n", headline(outcome));
    let summary = &outcome.summary;
    let _ = writeln!(
        text,
        "Looked at {}: {}, {}. Policy: {}.\n",
        shown(&outcome.looked_at),
        plural(summary.files, "file"),
        plural(summary.bytes, "byte"),
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
pub fn markdown_of_error(error: &Error) -> String {
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
        Overall::Blocked => format!("blocked by {}", plural(summary.blocked, "finding")),
        Overall::Undecided => "could not decide".to_owned(),
        Overall::Clean if summary.warned > 0 || !outcome.unchecked.is_empty() => {
            let warnings = summary.warned + outcome.unchecked.len() as u64;
            format!("passed with {}", plural(warnings, "warning"))
        }
        Overall::Clean => "clean".to_owned(),
    }
}

fn plural(count: u64, word: &str) -> String {
    match count {
        1 => format!("1 {word}"),
        _ => format!("{count} {word}s"),
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
        let Some(advice) = &finding.advice else {
            continue;
        };
        if told.contains(&finding.fingerprint.as_str()) || told.len() >= STEPS_AT_MOST {
            continue;
        }
        if told.is_empty() {
            text.push_str("### Do this\n\n");
        }
        told.push(&finding.fingerprint);
        let path = sanitize::markdown(&sanitize::path(&finding.path));
        let _ = writeln!(text, "**{path}:{}**\n", finding.place.start_line);
        let mut number = 0;
        let mut step = |text: &mut String, words: String| {
            number += 1;
            let _ = writeln!(text, "{number}. {words}");
        };
        if let Some(reference) = &advice.reference {
            step(text, format!("Put {} in its place.", shown(reference)));
        }
        if !advice.how.is_empty() {
            step(text, shown(&advice.how));
        }
        if let Some(rotate) = &finding.rotate {
            step(text, shown(rotate));
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

/// One output of the step.
pub struct Output<'a> {
    pub name: &'a str,
    pub value: &'a str,
}

/// Encodes outputs for the runner's file. The delimiter is random, so that no value can end itself and start another.
pub fn encode_outputs(outputs: &[Output<'_>], delimiter: &str) -> Result<String> {
    let mut text = String::new();
    for output in outputs {
        if output.value.contains(delimiter) || output.value.contains(['\n', '\r', '\0']) {
            return Err(Error::output(format!(
                "the output `{}` has a line break",
                output.name
            )));
        }
        let _ = write!(
            text,
            "{}<<{delimiter}\n{}\n{delimiter}\n",
            output.name, output.value
        );
    }
    Ok(text)
}

/// Makes a delimiter that nobody can foresee.
pub fn delimiter() -> Result<String> {
    let mut random = [0u8; 16];
    getrandom::fill(&mut random).map_err(|_| Error::output("no random number could be made"))?;
    let mut text = "tokenleash_".to_owned();
    for byte in random {
        let _ = write!(text, "{byte:02x}");
    }
    Ok(text)
}

/// Adds text to a file that the runner made.
pub fn append(path: &Path, text: &str) -> Result<()> {
    let mut file = OpenOptions::new()
        .append(true)
        .create(true)
        .open(path)
        .map_err(|_| Error::output("the runner's file could not be opened"))?;
    file.write_all(text.as_bytes())
        .map_err(|_| Error::output("the runner's file could not be written"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_output_cannot_bring_another() {
        let encode = |value| {
            let name = "sarif";
            encode_outputs(&[Output { name, value }], "end")
        };
        assert_eq!(encode("a=b").unwrap(), "sarif<<end\na=b\nend\n");
        for hostile in ["x\nend\nverdict=clean", "x\rend", "an end in it"] {
            assert!(encode(hostile).is_err(), "{hostile}");
        }
        assert_ne!(delimiter().unwrap(), delimiter().unwrap());
    }

    #[test]
    fn an_error_is_not_clean_and_not_markup() {
        let error = Error::source("branch <b>[x](y)\n::error::z");
        let text = markdown_of_error(&error);
        assert!(text.contains("could not decide"));
        assert!(!text.contains("<b>") && !text.contains("\n::"));
    }

    #[test]
    fn a_summary_stays_below_the_limit() {
        assert!(cut("ä".repeat(1 << 20)).len() < 1 << 20);
    }
}
