//! `tokenleash explain`: a rule, a token kind, a finding of this tree, or the agents of a job, for a terminal.
//!
//! In: one word. Out: what stands behind it. It judges by the same run as `scan` and looks at nothing else.

use super::scan::Clock;
use super::screen::Screen;
use super::survey;
use crate::error::{Error, Result};
use crate::judge::rules::{RULES, by_id};
use crate::model::Finding;
use crate::report::{self, Entry, Format, Style, Verbosity, page};
use crate::rules::RuleSet;

/// The least number of characters of a fingerprint that are taken for one.
const LEAST_PREFIX: usize = 6;

/// Explains whatever the word names.
pub fn run(word: &str, screen: &Screen) -> Result<u8> {
    let rules = RuleSet::builtin();
    let style = screen.style(Entry::Scan);
    if let Some(page) = page_of(word, &rules) {
        screen.write(page::render_terminal(&page, &style).as_bytes())?;
        return Ok(0);
    }
    if let Some((path, job)) = word.rsplit_once('#') {
        return job_of(path, job, screen);
    }
    let outcome = survey::outcome_here(&Clock::read(), &|finding| is_named(finding, word))?;
    let Some(first) = outcome.findings.first() else {
        return Err(unknown());
    };
    let rule = by_id(first.rule).map(page::rule_page).unwrap_or_default();
    let sum = sum(first);
    let mut text = Vec::new();
    let style = Style {
        verbosity: Verbosity::Verbose,
        ..style
    };
    report::write(Format::Text, &outcome, &RULES, &style, &mut text)
        .map_err(|_| Error::output("the explanation could not be written"))?;
    text.push(b'\n');
    text.extend_from_slice(sum.as_bytes());
    text.push(b'\n');
    text.extend_from_slice(page::render_terminal(&rule, &style).as_bytes());
    screen.write(&text)?;
    Ok(0)
}

/// Shows what the agents of a job hold, and what is wrong with it.
fn job_of(path: &str, job: &str, screen: &Screen) -> Result<u8> {
    let mut outcome = survey::outcome_of_file(path, &Clock::read())?;
    let mut others: Vec<String> = Vec::new();
    outcome.agent_jobs.retain(|entry| {
        if entry.job != job && !others.contains(&entry.job) {
            others.push(entry.job.clone());
        }
        entry.job == job
    });
    let own = outcome.agent_jobs.first();
    let Some((first, file)) = own.map(|entry| (entry.view.clone(), entry.path.clone())) else {
        let error = Error::usage("no agent was recognised in a job of this name in this file");
        return Err(match others.is_empty() {
            true => error.hint("`tokenleash scan -v` lists the agents of every workflow"),
            false => error.hint(format!("agents run in: {}", others.join(", "))),
        });
    };
    // What stands before the first job is said of every job.
    outcome.findings.retain(|finding| {
        let line = finding.place.start_line;
        let of_file = others.is_empty() || line < first.first_line;
        if finding.path.lossy() != file {
            return true;
        }
        of_file || (line >= first.start_line && first.end_line.is_none_or(|end| line < end))
    });
    let style = Style {
        verbosity: Verbosity::Verbose,
        ..screen.style(Entry::Scan)
    };
    let mut text = Vec::new();
    report::write_jobs(&outcome, &style, &mut text)
        .map_err(|_| Error::output("the explanation could not be written"))?;
    screen.write(&text)?;
    Ok(0)
}

/// What the severity of a finding adds up from, one line a part.
fn sum(finding: &Finding) -> String {
    let (low, high) = finding.verdict.band();
    let verdict = finding.verdict.word();
    if finding.score.parts.is_empty() {
        return format!(
            "Severity {:.1}: this rule gives every finding the same one.\n",
            finding.severity
        );
    }
    let mut text = "Severity, of 100 points\n".to_owned();
    for part in &finding.score.parts {
        text.push_str(&format!(
            "  {:<9} {:>+4}  {}\n",
            part.what, part.points, part.says
        ));
    }
    text.push_str(&format!(
        "  {:<9} {:>4}  {:.1} in the band of a {verdict}, {low:.1} to {high:.1}\n",
        "together",
        finding.score.points(),
        finding.severity
    ));
    text
}

/// The page of a rule or a token kind, in Markdown.
pub fn page_of(word: &str, rules: &RuleSet) -> Option<String> {
    by_id(&word.to_ascii_uppercase())
        .map(page::rule_page)
        .or_else(|| rules.kind(word).map(page::kind_page))
}

/// The error of a word that names nothing.
pub fn unknown() -> Error {
    Error::usage("there is no rule, token kind or finding of this name")
        .hint("`tokenleash rules list` shows rules and kinds; a finding is named by the start of its fingerprint, or by its place as PATH:LINE")
}

/// Whether a word is the start of a finding's fingerprint, or its place as `PATH:LINE`.
fn is_named(finding: &Finding, word: &str) -> bool {
    if let Some((path, line)) = word.rsplit_once(':')
        && line.parse() == Ok(finding.place.start_line)
        && finding.path.lossy() == path.strip_prefix("./").unwrap_or(path)
    {
        return true;
    }
    let digits = word
        .strip_prefix("v1:")
        .or_else(|| word.strip_prefix("p1:"))
        .unwrap_or(word);
    digits.len() >= LEAST_PREFIX
        && finding
            .fingerprint
            .get(3..)
            .is_some_and(|fingerprint| fingerprint.starts_with(digits))
}
