//! The SARIF file is valid, stable and sorted by severity.

use serde_json::Value;

use super::super::{Entry, fixture};
use super::*;
use crate::model::{Place, RepoPath, Verdict};

fn shown(outcome: &Outcome, style: &Style) -> Value {
    let mut out = Vec::new();
    write(outcome, &fixture::RULES, style, &mut out).unwrap();
    serde_json::from_slice(&out).unwrap()
}

fn run(outcome: &Outcome) -> Value {
    shown(outcome, &Style::plain(Entry::Ci))["runs"][0].clone()
}

#[test]
fn rules_carry_all_that_code_scanning_reads() {
    let run = run(&fixture::clean());
    let driver = &run["tool"]["driver"];
    assert_eq!(driver["name"], "tokenleash");
    let rules = driver["rules"].as_array().unwrap();
    assert_eq!(rules.len(), 3);
    for rule in rules {
        for key in ["shortDescription", "fullDescription", "help"] {
            assert!(!rule[key]["text"].as_str().unwrap().is_empty(), "{key}");
        }
        let severity = rule["properties"]["security-severity"].as_str().unwrap();
        assert!(severity.parse::<f64>().unwrap() > 0.0);
        assert_eq!(rule["properties"]["tags"][0], "security");
    }
    assert_eq!(rules[0]["defaultConfiguration"]["level"], "error");
    assert_eq!(rules[0]["properties"]["security-severity"], "9.8");
    assert_eq!(rules[0]["properties"]["precision"], "high");
    assert!(
        rules[0]["help"]["markdown"]
            .as_str()
            .unwrap()
            .contains("## What to do")
    );
    assert_eq!(run["taxonomies"][0]["name"], "CWE");
    assert_eq!(rules[0]["relationships"][0]["target"]["id"], "CWE-798");
    let target = &rules[0]["relationships"][2]["target"]["toolComponent"];
    assert_eq!(run["taxonomies"][1]["name"], target["name"]);
    assert_eq!(target["index"], 1);
}

#[test]
fn a_result_is_exact_to_the_column() {
    let run = run(&fixture::outcome());
    let result = &run["results"][0];
    assert_eq!(result["ruleId"], "TL101");
    assert_eq!(result["ruleIndex"], 0);
    assert_eq!(result["level"], "error");
    assert_eq!(result["locations"].as_array().unwrap().len(), 1);
    let place = &result["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], ".cursor/mcp.json");
    let region = &place["region"];
    assert_eq!(region["startLine"], 7);
    assert_eq!(region["startColumn"], 31);
    assert_eq!(region["endColumn"], 67);
    assert!(
        region["snippet"]["text"]
            .as_str()
            .unwrap()
            .contains(fixture::MASK)
    );
    assert_eq!(run["columnKind"], "utf16CodeUnits");
    let prints = &result["partialFingerprints"];
    assert_eq!(prints["primaryLocationLineHash"], "c129715d7a2bc9a3:1");
    assert!(
        prints["tokenleash/v1"]
            .as_str()
            .unwrap()
            .starts_with("v1:3f9a")
    );
    assert_eq!(result["rank"], 98.0);
    assert_eq!(run["automationDetails"]["id"], "tokenleash/");
}

#[test]
fn the_message_keeps_the_five_parts_and_links() {
    let run = run(&fixture::outcome());
    let text = run["results"][0]["message"]["text"]
        .as_str()
        .unwrap()
        .to_owned();
    let at = |word: &str| {
        text.find(word)
            .unwrap_or_else(|| panic!("{word} in {text}"))
    };
    assert!(text.starts_with("This Railway account token can delete"));
    assert!(at("Place: .cursor/mcp.json:7:31") < at("Read by:"));
    assert!(at("Read by:") < at("Known by:"));
    assert!(at("Known by:") < at("1. Put `${env:RAILWAY_TOKEN}`"));
    assert!(text.ends_with("See also: [the request that uses it](1)."));
    let related = &run["results"][0]["relatedLocations"][0];
    assert_eq!(related["id"], 1);
    assert_eq!(
        related["physicalLocation"]["artifactLocation"]["uri"],
        "scripts/domains.sh"
    );
}

#[test]
fn the_fix_puts_the_reference_in() {
    let outcome = fixture::outcome();
    let fixes = run(&outcome)["results"][0]["fixes"].clone();
    let replacement = &fixes[0]["artifactChanges"][0]["replacements"][0];
    assert_eq!(
        replacement["insertedContent"]["text"],
        "${env:RAILWAY_TOKEN}"
    );
    assert_eq!(replacement["deletedRegion"]["startColumn"], 31);
    assert!(replacement["deletedRegion"].get("snippet").is_none());
    assert!(!fixes[0]["description"]["text"].as_str().unwrap().is_empty());

    let without = |change: fn(&mut Finding)| {
        let mut outcome = outcome.clone();
        change(&mut outcome.findings[0]);
        assert!(run(&outcome)["results"][0].get("fixes").is_none());
    };
    without(|finding| finding.advice.as_mut().unwrap().reference = None);
    without(|finding| finding.advice = None);
    without(|finding| finding.at_head = false);
    without(|finding| finding.masked = None);
    without(|finding| finding.place.start_column = 0);
    without(|finding| finding.advice.as_mut().unwrap().reference = Some("a\nb".into()));
}

#[test]
fn a_demoted_rule_has_the_severity_of_its_new_band() {
    let mut outcome = fixture::outcome();
    outcome.findings[0].verdict = Verdict::Warn;
    let run = run(&outcome);
    let rule = &run["tool"]["driver"]["rules"][0];
    assert_eq!(rule["properties"]["security-severity"], "6.9");
    assert_eq!(rule["defaultConfiguration"]["level"], "warning");
    assert_eq!(run["results"][0]["level"], "warning");
    assert_eq!(run["results"][0]["rank"], 69.0);
}

#[test]
fn released_findings_are_suppressed_or_left_out() {
    let mut outcome = fixture::outcome();
    outcome.findings[0].waived = Some("Ada: test account".into());
    let result = run(&outcome)["results"][0].clone();
    assert_eq!(result["suppressions"][0]["kind"], "external");
    assert_eq!(
        result["suppressions"][0]["justification"],
        "Ada: test account"
    );
    let style = Style {
        released: Released::LeftOut,
        ..Style::plain(Entry::Ci)
    };
    let log = shown(&outcome, &style);
    assert_eq!(log["runs"][0]["results"].as_array().unwrap().len(), 0);
}

#[test]
fn the_invocation_says_what_was_not_looked_at() {
    let mut outcome = fixture::clean();
    let clean = run(&outcome);
    assert_eq!(clean["results"].as_array().unwrap().len(), 0);
    assert_eq!(clean["invocations"][0]["executionSuccessful"], true);
    assert_eq!(clean["invocations"][0]["exitCode"], 0);

    outcome.unchecked = fixture::outcome().unchecked;
    outcome.unchecked[0].undecided = true;
    outcome.summary.overall = Overall::Undecided;
    let undecided = run(&outcome);
    let invocation = &undecided["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], false);
    assert_eq!(invocation["exitCode"], 2);
    let note = &invocation["toolExecutionNotifications"][0];
    assert_eq!(note["level"], "error");
    assert_eq!(note["associatedRule"]["id"], "TL901");
    assert_eq!(note["message"]["text"], "it is encrypted");
}

#[test]
fn over_the_limit_the_worst_stay_and_the_rest_is_counted() {
    let mut outcome = fixture::clean();
    outcome.findings = (0..MOST_RESULTS + 10)
        .map(|number| {
            let mut one = fixture::structure();
            one.path = RepoPath::new(format!("f{number:06}"));
            one.verdict = Verdict::Note;
            one.reach = Vec::new();
            one.reasons = Vec::new();
            one
        })
        .collect();
    let last = outcome.findings.len() - 1;
    outcome.findings[last] = fixture::finding();
    let run = run(&outcome);
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), MOST_RESULTS);
    assert!(results.iter().any(|result| result["ruleId"] == "TL101"));
    let note = &run["invocations"][0]["toolExecutionNotifications"][0];
    let text = note["message"]["text"].as_str().unwrap();
    assert!(text.starts_with("10 results are left out"), "{text}");
}

#[test]
fn hostile_paths_are_plain_uris_and_plain_words() {
    for path in fixture::hostile_paths() {
        let run = run(&fixture::hostile(&path));
        for result in run["results"].as_array().unwrap() {
            let place = &result["locations"][0]["physicalLocation"]["artifactLocation"];
            let uri = place["uri"].as_str().unwrap();
            assert!(
                uri.bytes().all(|b| b.is_ascii_graphic() && b != b':'),
                "{uri}"
            );
            let text = result["message"]["text"].as_str().unwrap();
            assert_eq!(
                sanitize::clean(&text.replace('\n', " ")),
                text.replace('\n', " ")
            );
            assert!(
                !text.replace("\\]", "").contains("](https://evil"),
                "{text}"
            );
        }
    }
}

#[test]
fn a_file_outside_the_checkout_has_a_whole_address() {
    let mut outcome = fixture::outcome();
    outcome.findings[0].path = RepoPath::from("/home/ada/.npm rc");
    let result = run(&outcome)["results"][0].clone();
    let place = &result["locations"][0]["physicalLocation"]["artifactLocation"];
    assert_eq!(place["uri"], "file:///home/ada/.npm%20rc");
    assert!(place.get("uriBaseId").is_none());
}

#[test]
fn a_place_without_a_column_is_its_line() {
    let mut outcome = fixture::outcome();
    outcome.findings[0].place = Place::default();
    let region = run(&outcome)["results"][0]["locations"][0]["physicalLocation"]["region"].clone();
    assert_eq!(region["startLine"], 1);
    assert!(region.get("startColumn").is_none());
}

#[test]
fn a_flow_leads_from_the_agent_to_what_it_can_use() {
    let outcome = fixture::outcome();
    let result = &run(&outcome)["results"][0];
    let steps = &result["codeFlows"][0]["threadFlows"][0]["locations"];
    let steps = steps.as_array().unwrap();
    assert_eq!(steps.len(), outcome.findings[0].flow.len());
    for (at, step) in steps.iter().enumerate() {
        assert_eq!(step["executionOrder"], at + 1);
        let place = &step["location"]["physicalLocation"];
        assert_eq!(place["artifactLocation"]["uri"], "scripts/domains.sh");
        assert_eq!(
            step["location"]["message"]["text"],
            "the request that uses it"
        );
    }
    let mut outcome = fixture::outcome();
    outcome.findings[0].flow.truncate(1);
    assert!(run(&outcome)["results"][0].get("codeFlows").is_none());
}

#[test]
fn the_commit_is_named_and_an_address_that_is_none_is_not() {
    let provenance = run(&fixture::clean())["versionControlProvenance"][0].clone();
    assert_eq!(
        provenance["repositoryUri"],
        "https://example.invalid/owner/repository"
    );
    assert_eq!(provenance["branch"], "main");
    assert_eq!(provenance["revisionId"].as_str().unwrap().len(), 40);
    assert_eq!(provenance["mappedTo"]["uriBaseId"], ROOT);
    for address in [
        "https://user:secret@example.invalid/r",
        "file:///home/r",
        "https://x/y?z",
        "",
    ] {
        let mut outcome = fixture::clean();
        outcome.origin.as_mut().unwrap().repository = address.to_owned();
        assert!(run(&outcome).get("versionControlProvenance").is_none());
    }
    let mut outcome = fixture::clean();
    let origin = outcome.origin.as_mut().unwrap();
    origin.branch = Some("a\u{1b}b".to_owned());
    origin.revision = Some("HEAD; rm".to_owned());
    let provenance = run(&outcome)["versionControlProvenance"][0].clone();
    assert!(provenance.get("branch").is_none() && provenance.get("revisionId").is_none());
}

#[test]
fn a_run_that_broke_off_says_why_and_found_nothing() {
    let outcome = Outcome::broken_off("nothing".into(), "the payload was cut off".into());
    let run = run(&outcome);
    let invocation = &run["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], false);
    assert_eq!(invocation["exitCode"], 2);
    let note = &invocation["toolExecutionNotifications"][0];
    assert_eq!(note["level"], "error");
    assert_eq!(note["message"]["text"], "the payload was cut off");
    assert_eq!(note["associatedRule"]["id"], "TL901");
    assert!(note.get("locations").is_none());
    assert_eq!(run["results"], json!([]));
}

#[test]
fn what_a_job_holds_closes_no_alert_of_a_branch() {
    let run = shown(&fixture::clean(), &Style::plain(Entry::Job))["runs"][0].clone();
    assert_eq!(run["automationDetails"]["id"], "tokenleash/run/");
}
