//! The report for dashboards of tests: JUnit XML.
//!
//! In: an outcome. Out: one suite. What decides the exit code is a failure, what could not be decided an error, what was
//! released a skipped test, and every other finding a test that passed and says something. A clean run is one passed test.

use std::io::{self, Write};

use super::select::Standing;
use super::{parts, sanitize, select, summary};
use crate::model::{Finding, Outcome, Rule, Unchecked};

/// The most findings that are written; a dashboard of tests shows no more.
const MOST_CASES: usize = 10_000;

/// Writes the suite.
pub fn write(outcome: &Outcome, rules: &[Rule], out: &mut dyn Write) -> io::Result<()> {
    let mut findings: Vec<&Finding> = select::written(&outcome.findings).collect();
    findings.sort_by(|a, b| select::worst_first(a, b));
    let left_out = findings.len().saturating_sub(MOST_CASES);
    findings.truncate(MOST_CASES);
    let mut cases: Vec<Case> = findings.iter().map(|one| Case::of(one, rules)).collect();
    let undecided = outcome.unchecked.iter().filter(|one| one.undecided);
    cases.extend(undecided.take(MOST_CASES).map(Case::undecided));
    if cases.is_empty() {
        cases.push(Case::clean(outcome));
    }
    let count = |wanted: Result| cases.iter().filter(|case| case.result == wanted).count();
    let counts = format!(
        "tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\"",
        cases.len(),
        count(Result::Failure),
        count(Result::Error),
        count(Result::Skipped)
    );
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(out, "<testsuites name=\"tokenleash\" {counts}>")?;
    writeln!(out, "  <testsuite name=\"tokenleash\" {counts}>")?;
    for case in &cases {
        case.write(out)?;
    }
    let mut said = vec![summary::verdict(outcome)];
    if left_out > 0 {
        said.push(format!(
            "{left_out} more findings, the mildest, are left out."
        ));
    }
    said.extend(outcome.remarks.iter().cloned());
    writeln!(out, "    <system-out>{}</system-out>", lines(&said))?;
    writeln!(out, "  </testsuite>\n</testsuites>")
}

/// What became of a test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Result {
    Passed,
    Skipped,
    Failure,
    Error,
}

/// One test, not yet escaped.
struct Case {
    class: String,
    name: String,
    file: String,
    line: u32,
    result: Result,
    message: String,
    text: Vec<String>,
}

impl Case {
    fn of(finding: &Finding, rules: &[Rule]) -> Self {
        let title = rules.iter().find(|rule| rule.id == finding.rule);
        let title = title.map_or(finding.rule, |rule| rule.title);
        let parts = parts::of(finding);
        let path = sanitize::path(&finding.path);
        let line = finding.place.start_line.max(1);
        let column = finding.place.start_character.max(1);
        let mut text = vec![format!("{path}:{line}:{column}")];
        text.extend(finding.masked.as_deref().map(sanitize::quote));
        if !parts.readers.is_empty() {
            text.push(format!("Read by: {}", parts.readers));
        }
        text.push(format!("Known by: {}", parts.knowledge(parts.reasons())));
        let steps = parts.steps.iter().zip(1..);
        text.extend(steps.map(|(step, at)| format!("{at}. {step}")));
        if let Some(waiver) = &finding.waived {
            text.push(format!("Waived: {}", sanitize::sentence(waiver)));
        }
        Case {
            class: format!("tokenleash.{}", finding.rule),
            name: format!("{path}:{line}:{column} {title}"),
            file: finding.path.lossy(),
            line,
            result: match select::standing(finding) {
                Standing::Block => Result::Failure,
                Standing::Released => Result::Skipped,
                Standing::Silent | Standing::Note | Standing::Warning => Result::Passed,
            },
            message: parts.what,
            text,
        }
    }

    fn undecided(unchecked: &Unchecked) -> Self {
        Case {
            class: "tokenleash.TL901".to_owned(),
            name: format!("{} could be looked at", sanitize::path(&unchecked.path)),
            file: unchecked.path.lossy(),
            line: 1,
            result: Result::Error,
            message: sanitize::sentence(&unchecked.why),
            text: Vec::new(),
        }
    }

    fn clean(outcome: &Outcome) -> Self {
        Case {
            class: "tokenleash".to_owned(),
            name: format!("{} holds nothing to report", outcome.looked_at),
            file: String::new(),
            line: 0,
            result: Result::Passed,
            message: String::new(),
            text: Vec::new(),
        }
    }

    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut start = format!(
            "    <testcase classname=\"{}\" name=\"{}\"",
            escaped(&self.class),
            escaped(&self.name)
        );
        if self.line > 0 {
            start.push_str(&format!(
                " file=\"{}\" line=\"{}\"",
                escaped(&self.file),
                self.line
            ));
        }
        let message = escaped(&self.message);
        let text = lines(&self.text);
        let element = match self.result {
            Result::Passed if self.message.is_empty() => return writeln!(out, "{start}/>"),
            Result::Passed => {
                let said: Vec<String> = std::iter::once(&self.message)
                    .chain(&self.text)
                    .cloned()
                    .collect();
                format!("<system-out>{}</system-out>", lines(&said))
            }
            Result::Skipped => format!("<skipped message=\"{message}\"/>"),
            Result::Failure => {
                format!("<failure type=\"block\" message=\"{message}\">{text}</failure>")
            }
            Result::Error => format!("<error type=\"undecided\" message=\"{message}\"/>"),
        };
        writeln!(out, "{start}>")?;
        writeln!(out, "      {element}")?;
        writeln!(out, "    </testcase>")
    }
}

/// Lines of text, each harmless in a log.
fn lines(texts: &[String]) -> String {
    let lines: Vec<String> = texts.iter().map(|text| escaped(text)).collect();
    lines.join("\n")
}

/// Escapes text for XML and for a log: no markup, no character that XML 1.0 refuses, no runner's command.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for c in sanitize::clean(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            '\u{FFFE}' | '\u{FFFF}' => {}
            c => out.push(c),
        }
    }
    sanitize::log_line(&out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Overall;
    use crate::report::fixture;

    fn shown(outcome: &Outcome) -> String {
        let mut out = Vec::new();
        write(outcome, &fixture::RULES, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn what_blocks_fails_and_what_warns_passes() {
        let mut outcome = fixture::outcome();
        outcome.findings.push(fixture::warning(1));
        let mut known = fixture::warning(2);
        known.known = true;
        outcome.findings.push(known);
        let text = shown(&outcome);
        assert!(text.contains("tests=\"3\" failures=\"1\" errors=\"0\" skipped=\"1\""));
        assert!(text.contains("classname=\"tokenleash.TL101\" name=\".cursor/mcp.json:7:31 Broad"));
        assert!(text.contains("<failure type=\"block\" message=\"This Railway account token"));
        assert_eq!(text.matches("<testcase ").count(), 3);
        assert_eq!(text.matches("</testcase>").count(), 3);
    }

    #[test]
    fn what_could_not_be_looked_at_is_an_error_and_nothing_is_one_passed_test() {
        let mut outcome = fixture::outcome();
        outcome.findings.clear();
        outcome.summary.overall = Overall::Undecided;
        outcome.unchecked[0].undecided = true;
        assert!(
            shown(&outcome).contains("<error type=\"undecided\" message=\"it is encrypted\"/>")
        );
        let text = shown(&fixture::clean());
        assert!(text.contains("tests=\"1\" failures=\"0\" errors=\"0\""));
    }

    #[test]
    fn nothing_scanned_becomes_markup() {
        for path in fixture::hostile_paths() {
            let text = shown(&fixture::hostile(&path));
            assert_eq!(text.matches("<testcase ").count(), 2, "{text}");
            assert!(!text.contains("<img") && !text.contains("]]>"), "{text}");
            for line in text.lines() {
                assert_eq!(sanitize::log_line(line), line);
            }
        }
    }
}
