//! The report for GitLab's security dashboard: a SAST document, version 15.
//!
//! In: an outcome. Out: one line of JSON. What a waiver or the baseline released is left out, since GitLab has no word for
//! it and would show it as open. What was not looked at stands among the scan's messages; an undecided run is a failed scan.

use std::io::{self, Write};

use serde::Serialize;
use sha2::{Digest, Sha256};

use super::{page, parts, sanitize, select, summary};
use crate::model::{Finding, Outcome, Overall, Rule, Unchecked, Verdict};

/// The version of GitLab's schema that the document is written by.
const SCHEMA: &str = "15.2.4";

/// The most messages of a scan; nobody reads more.
const MOST_MESSAGES: usize = 1000;

/// The longest name that GitLab takes.
const LONGEST_NAME: usize = 255;

/// Writes the document.
pub fn write(outcome: &Outcome, rules: &[Rule], out: &mut dyn Write) -> io::Result<()> {
    let mut findings: Vec<&Finding> = select::written(&outcome.findings)
        .filter(|finding| !select::is_released(finding))
        .collect();
    findings.sort_by(|a, b| select::worst_first(a, b));
    let document = Document {
        version: SCHEMA,
        scan: scan(outcome),
        vulnerabilities: findings
            .iter()
            .map(|one| vulnerability(one, rules))
            .collect(),
    };
    sanitize::write_json(&document, out)
}

#[derive(Serialize)]
struct Document {
    version: &'static str,
    scan: Scan,
    vulnerabilities: Vec<Vulnerability>,
}

#[derive(Serialize)]
struct Scan {
    analyzer: Tool,
    scanner: Tool,
    start_time: String,
    end_time: String,
    status: &'static str,
    #[serde(rename = "type")]
    kind: &'static str,
    messages: Vec<Message>,
}

#[derive(Serialize)]
struct Tool {
    id: &'static str,
    name: &'static str,
    version: &'static str,
    vendor: Vendor,
}

#[derive(Serialize)]
struct Vendor {
    name: &'static str,
}

#[derive(Serialize)]
struct Message {
    level: &'static str,
    value: String,
}

#[derive(Serialize)]
struct Vulnerability {
    id: String,
    name: String,
    description: String,
    severity: &'static str,
    solution: String,
    identifiers: Vec<Identifier>,
    location: Location,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    links: Vec<Link>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tracking: Option<Tracking>,
}

#[derive(Serialize)]
struct Identifier {
    #[serde(rename = "type")]
    kind: &'static str,
    name: String,
    value: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
}

#[derive(Serialize)]
struct Location {
    file: String,
    start_line: u32,
    end_line: u32,
}

#[derive(Serialize)]
struct Link {
    url: String,
}

/// What keeps a vulnerability the same while its line moves.
#[derive(Serialize)]
struct Tracking {
    #[serde(rename = "type")]
    kind: &'static str,
    items: [Tracked; 1],
}

#[derive(Serialize)]
struct Tracked {
    file: String,
    start_line: u32,
    end_line: u32,
    signatures: [Signature; 1],
}

#[derive(Serialize)]
struct Signature {
    algorithm: &'static str,
    value: String,
}

fn tool() -> Tool {
    Tool {
        id: "tokenleash",
        name: "tokenleash",
        version: env!("CARGO_PKG_VERSION"),
        vendor: Vendor { name: "tokenleash" },
    }
}

fn scan(outcome: &Outcome) -> Scan {
    let end = outcome.ended.unwrap_or_default();
    let lasted = outcome.seconds.unwrap_or_default().clamp(0.0, 1e9) as i64;
    let failed = outcome.summary.overall == Overall::Undecided;
    let mut unchecked: Vec<&Unchecked> = outcome.unchecked.iter().collect();
    unchecked.sort_by_key(|one| (!one.undecided, *one));
    let messages = unchecked.iter().take(MOST_MESSAGES).map(|one| Message {
        level: if one.undecided { "fatal" } else { "warn" },
        value: not_read(one),
    });
    let verdict = Message {
        level: "info",
        value: sanitize::sentence(&summary::verdict(outcome)),
    };
    Scan {
        analyzer: tool(),
        scanner: tool(),
        start_time: moment(end - lasted),
        end_time: moment(end),
        status: if failed { "failure" } else { "success" },
        kind: "sast",
        messages: std::iter::once(verdict).chain(messages).collect(),
    }
}

fn not_read(one: &Unchecked) -> String {
    let why = sanitize::sentence(&one.why);
    let why = if why.is_empty() { "not read" } else { &why };
    match sanitize::path(&one.path) {
        path if path.is_empty() => why.to_owned(),
        path => format!("{path}: {why}"),
    }
}

/// A moment as GitLab writes it: UTC, without a zone.
fn moment(second: i64) -> String {
    let moment = jiff::Timestamp::from_second(second).unwrap_or_default();
    moment.strftime("%Y-%m-%dT%H:%M:%S").to_string()
}

fn vulnerability(finding: &Finding, rules: &[Rule]) -> Vulnerability {
    let rule = rules.iter().find(|rule| rule.id == finding.rule);
    let parts = parts::of(finding);
    let title = rule.map_or(finding.rule, |rule| rule.title);
    let shown = sanitize::markdown;
    let mut lines = vec![shown(&parts.what)];
    if let Some(masked) = &finding.masked {
        lines.push(format!("Value: {}", shown(&sanitize::quote(masked))));
    }
    if !parts.readers.is_empty() {
        lines.push(format!("Read by: {}", shown(&parts.readers)));
    }
    let known = parts.knowledge(parts.reasons());
    lines.push(format!("Known by: {}", shown(&known)));
    let place = finding.place;
    let start_line = place.start_line.max(1);
    let end_line = place.end_line.max(start_line);
    let file = finding.path.lossy();
    let tracked = |signature: &str| Tracking {
        kind: "source",
        items: [Tracked {
            file: file.clone(),
            start_line,
            end_line,
            signatures: [Signature {
                algorithm: "hash",
                value: signature.to_owned(),
            }],
        }],
    };
    let steps = parts.steps.iter().zip(1..);
    let steps: Vec<String> = steps
        .map(|(step, at)| format!("{at}. {}", shown(step)))
        .collect();
    Vulnerability {
        id: identity(finding),
        name: sanitize::cut(&format!("{} {title}", finding.rule), LONGEST_NAME),
        // GitLab renders both as its Markdown.
        description: lines.join("\n\n"),
        severity: severity(finding),
        solution: steps.join("\n"),
        identifiers: identifiers(finding, rule),
        links: finding
            .advice
            .iter()
            .filter(|advice| advice.docs.starts_with("https://"))
            .map(|advice| Link {
                url: advice.docs.clone(),
            })
            .collect(),
        tracking: (!finding.fingerprint.is_empty()).then(|| tracked(&finding.fingerprint)),
        location: Location {
            file,
            start_line,
            end_line,
        },
    }
}

/// A UUID that is the same in every run: of the rule, the fingerprint and the place.
fn identity(finding: &Finding) -> String {
    let place = finding.place;
    let mut hash = Sha256::new();
    for part in [
        finding.rule.as_bytes(),
        finding.fingerprint.as_bytes(),
        finding.path.as_bytes(),
        finding.commit.as_deref().unwrap_or_default().as_bytes(),
        format!("{}:{}", place.start_line, place.start_column).as_bytes(),
    ] {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    let digits: String = hash
        .finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!(
        "{}-{}-8{}-8{}-{}",
        &digits[..8],
        &digits[8..12],
        &digits[13..16],
        &digits[17..20],
        &digits[20..32]
    )
}

fn severity(finding: &Finding) -> &'static str {
    match finding.verdict {
        Verdict::Block if finding.severity >= 9.0 => "Critical",
        Verdict::Block => "High",
        Verdict::Warn => "Medium",
        Verdict::Note if finding.severity >= 2.0 => "Low",
        Verdict::Note | Verdict::Silent => "Info",
    }
}

fn identifiers(finding: &Finding, rule: Option<&Rule>) -> Vec<Identifier> {
    let mut all = vec![Identifier {
        kind: "tokenleash_rule",
        name: rule.map_or_else(
            || finding.rule.to_owned(),
            |rule| format!("{} {}", rule.id, rule.name),
        ),
        value: finding.rule.to_owned(),
        url: rule.and_then(page::rule_url),
    }];
    let tags = rule.map_or(&[] as &[&str], |rule| rule.tags);
    let weaknesses = tags.iter().filter_map(|tag| tag.strip_prefix("cwe/CWE-"));
    all.extend(weaknesses.map(|number| Identifier {
        kind: "cwe",
        name: format!("CWE-{number}"),
        value: number.to_owned(),
        url: Some(format!(
            "https://cwe.mitre.org/data/definitions/{number}.html"
        )),
    }));
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;
    use serde_json::Value;

    fn document(outcome: &Outcome) -> Value {
        let mut out = Vec::new();
        write(outcome, &fixture::RULES, &mut out).unwrap();
        serde_json::from_slice(&out).unwrap()
    }

    #[test]
    fn what_gitlab_requires_is_there() {
        let mut outcome = fixture::outcome();
        outcome.ended = Some(1_795_000_000);
        outcome.seconds = Some(61.0);
        let document = document(&outcome);
        let scan = &document["scan"];
        assert_eq!(scan["type"], "sast");
        assert_eq!(scan["status"], "success");
        assert_eq!(scan["end_time"], "2026-11-18T11:06:40");
        assert_eq!(scan["start_time"], "2026-11-18T11:05:39");
        for tool in ["analyzer", "scanner"] {
            for key in ["id", "name", "version"] {
                assert!(
                    scan[tool][key]
                        .as_str()
                        .is_some_and(|text| !text.is_empty())
                );
            }
            assert_eq!(scan[tool]["vendor"]["name"], "tokenleash");
        }
        let first = &document["vulnerabilities"][0];
        assert_eq!(first["id"].as_str().unwrap().len(), 36);
        assert_eq!(first["severity"], "Critical");
        assert_eq!(first["identifiers"][0]["value"], "TL101");
        assert_eq!(first["identifiers"][1]["type"], "cwe");
        assert_eq!(first["location"]["file"], ".cursor/mcp.json");
        assert_eq!(first["location"]["start_line"], 7);
        assert!(first["solution"].as_str().unwrap().starts_with("1. Put"));
        assert_eq!(document, self::document(&outcome));
    }

    #[test]
    fn an_undecided_run_is_a_failed_scan_and_a_released_finding_is_left_out() {
        let mut outcome = fixture::outcome();
        outcome.summary.overall = Overall::Undecided;
        outcome.unchecked[0].undecided = true;
        outcome.findings[0].known = true;
        let document = document(&outcome);
        assert_eq!(document["scan"]["status"], "failure");
        assert_eq!(document["scan"]["messages"][1]["level"], "fatal");
        assert_eq!(document["vulnerabilities"], serde_json::json!([]));
    }

    #[test]
    fn nothing_scanned_becomes_markup() {
        for path in fixture::hostile_paths() {
            let document = document(&fixture::hostile(&path));
            for one in document["vulnerabilities"].as_array().unwrap() {
                for key in ["description", "solution"] {
                    let text = one[key].as_str().unwrap();
                    assert!(!text.contains("<img") && !text.contains("](http"), "{text}");
                }
            }
        }
    }

    #[test]
    fn two_places_are_two_vulnerabilities() {
        let (one, mut other) = (fixture::finding(), fixture::finding());
        other.place.start_line += 1;
        assert_ne!(identity(&one), identity(&other));
    }
}
