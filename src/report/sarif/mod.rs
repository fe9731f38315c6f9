//! The report for code scanning and other dashboards: SARIF 2.1.0.
//!
//! In: an outcome and every TL rule. Out: one log with one run. It carries the masked excerpt only, keeps within the
//! limits of code scanning by leaving the mildest results out and saying so, and says nothing that differs between
//! two runs over the same bytes.
//!
//! Code scanning tells alerts apart by rule, path and `primaryLocationLineHash`. Two findings of one rule on one line
//! share that hash, which stays as the published algorithm gives it: code scanning may show them as one alert, and
//! every other reader tells them apart by column and by `tokenleash/v1`.

mod descriptors;
mod fixes;
mod flows;
mod provenance;
mod results;
mod taxa;

use std::collections::BTreeMap;
use std::io::{self, Write};

use flate2::{Compression, write::GzEncoder};
use serde_json::json;
use serde_sarif::sarif::{
    ArtifactLocation, Invocation, Message, Notification, ReportingDescriptorReference, Run,
    RunAutomationDetails, Sarif, Tool, ToolComponent,
};

use super::{Entry, Released, Style, page, sanitize, select, summary};
use crate::model::{Finding, Outcome, Overall, Rule, Unchecked};
use results::location;

/// The most results in a run that code scanning takes.
const MOST_RESULTS: usize = 25_000;
/// The most bytes of a compressed file that code scanning takes.
const MOST_BYTES: usize = 10_000_000;
/// The most notifications; no limit of code scanning's, but nobody reads more.
const MOST_NOTIFICATIONS: usize = 1000;

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";
/// The name that paths are relative to.
const ROOT: &str = "%SRCROOT%";

/// Writes the log.
pub fn write(
    outcome: &Outcome,
    rules: &[Rule],
    style: &Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut findings: Vec<&Finding> = select::written(&outcome.findings)
        .filter(|one| style.released == Released::Kept || !select::is_released(one))
        .collect();
    findings.sort_by(|a, b| select::worst_first(a, b));
    let all = findings.len();
    findings.truncate(MOST_RESULTS);
    loop {
        let left_out = all - findings.len();
        let mut text = Vec::new();
        let log = log(outcome, rules, style, &findings, left_out);
        sanitize::write_json(&log, &mut text)?;
        if fits(&text)? || findings.is_empty() {
            return out.write_all(&text);
        }
        findings.truncate(findings.len() * 3 / 4);
    }
}

/// Whether the file stays below the limit once it is compressed for the upload.
fn fits(text: &[u8]) -> io::Result<bool> {
    if text.len() <= MOST_BYTES {
        return Ok(true);
    }
    let mut compressed = GzEncoder::new(Vec::new(), Compression::fast());
    compressed.write_all(text)?;
    Ok(compressed.finish()?.len() <= MOST_BYTES)
}

/// Builds the log of `findings`, worst first; `left_out` says how many more there are.
fn log(
    outcome: &Outcome,
    rules: &[Rule],
    style: &Style,
    findings: &[&Finding],
    left_out: usize,
) -> Sarif {
    let table = descriptors::Table::of(rules, findings);
    let mut results: Vec<&Finding> = findings.to_vec();
    results.sort_by(|a, b| {
        (&a.path, a.place, a.rule, &a.fingerprint).cmp(&(&b.path, b.place, b.rule, &b.fingerprint))
    });
    let root = ArtifactLocation::builder()
        .description(message("The root of the repository."))
        .build();
    let mut run = Run::builder()
        .tool(Tool::builder().driver(driver(&table)).build())
        .automation_details(RunAutomationDetails::builder().id(category(style)).build())
        .column_kind(json!("utf16CodeUnits"))
        .invocations(vec![invocation(outcome, left_out)])
        .original_uri_base_ids(BTreeMap::from([(ROOT.to_owned(), root)]))
        .results(
            results
                .iter()
                .map(|finding| {
                    let mut result = results::result(finding, &table);
                    result.fixes = fixes::of(finding, &outcome.fixes);
                    result
                })
                .collect::<Vec<_>>(),
        )
        .taxonomies(table.taxonomies())
        .build();
    run.version_control_provenance = outcome
        .origin
        .as_ref()
        .and_then(provenance::of)
        .map(|one| vec![one]);
    Sarif::builder()
        .schema(SCHEMA)
        .version(json!("2.1.0"))
        .runs(vec![run])
        .build()
}

/// The category of the run. What a job holds is no state of a branch: it must not close the alerts of one.
fn category(style: &Style) -> &'static str {
    match style.entry {
        Entry::Job => "tokenleash/run/",
        Entry::Hook | Entry::Scan | Entry::Ci => "tokenleash/",
    }
}

fn driver(table: &descriptors::Table<'_>) -> ToolComponent {
    let mut driver = ToolComponent::builder()
        .name("tokenleash")
        .full_name("tokenleash: broad API tokens within an agent's reach")
        .semantic_version(env!("CARGO_PKG_VERSION"))
        .version(env!("CARGO_PKG_VERSION"))
        .rules(table.rules())
        .supported_taxonomies(table.taxonomy_references())
        .build();
    driver.information_uri = page::home().map(str::to_owned);
    driver
}

fn message(text: &str) -> Message {
    Message::builder().text(text).build()
}

fn invocation(outcome: &Outcome, left_out: usize) -> Invocation {
    let overall = outcome.summary.overall;
    let mut notes: Vec<Notification> = Vec::new();
    if left_out > 0 {
        let text = format!(
            "{} left out, the mildest ones, to stay within the limits of code scanning.",
            summary::count(left_out as u64, "result is", "results are")
        );
        notes.push(notification("warning", &text));
    }
    let mut unchecked: Vec<&Unchecked> = outcome.unchecked.iter().collect();
    unchecked.sort_by_key(|one| (!one.undecided, *one));
    notes.extend(
        unchecked
            .iter()
            .take(MOST_NOTIFICATIONS)
            .map(|one| not_read(one)),
    );
    let more = unchecked.len().saturating_sub(MOST_NOTIFICATIONS);
    if more > 0 {
        let places = summary::count(more as u64, "more place", "more places");
        notes.push(notification(
            "warning",
            &format!("{places} not fully looked at."),
        ));
    }
    notes.extend(
        outcome
            .remarks
            .iter()
            .map(|remark| notification("note", &results::escaped(remark))),
    );
    Invocation::builder()
        .execution_successful(overall != Overall::Undecided)
        .exit_code(i64::from(overall.exit_code()))
        .exit_code_description(sanitize::sentence(&summary::verdict(outcome)))
        .tool_execution_notifications(notes)
        .build()
}

fn notification(level: &str, text: &str) -> Notification {
    Notification::builder()
        .level(json!(level))
        .message(message(text))
        .build()
}

fn not_read(unchecked: &Unchecked) -> Notification {
    let (level, rule) = match unchecked.undecided {
        true => ("error", "TL901"),
        false => ("warning", "TL902"),
    };
    let why = results::escaped(&unchecked.why);
    let why = if why.is_empty() { "Not read." } else { &why };
    let mut note = notification(level, why);
    note.associated_rule = Some(ReportingDescriptorReference::builder().id(rule).build());
    if !unchecked.path.as_bytes().is_empty() {
        note.locations = Some(vec![location(&unchecked.path, None)]);
    }
    note
}

#[cfg(test)]
mod tests;
