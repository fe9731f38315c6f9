//! The JSON document holds its contract, field by field.

use super::*;
use crate::report::fixture;
use crate::report::{Entry, Style};
use serde_json::Value;

fn document(outcome: &Outcome) -> Value {
    let mut out = Vec::new();
    write(outcome, &Style::plain(Entry::Scan), &mut out).unwrap();
    let text = String::from_utf8(out).unwrap();
    assert_eq!(text.matches('\n').count(), 1);
    assert!(text.ends_with("}\n"));
    serde_json::from_str(&text).unwrap()
}

fn keys(value: &Value) -> Vec<&str> {
    value
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect()
}

#[test]
fn the_contract_holds() {
    let json = document(&fixture::outcome());
    assert_eq!(json["version"], 1);
    assert_eq!(json["tool"]["name"], "tokenleash");
    for key in [
        "verdict",
        "files",
        "bytes",
        "blocked",
        "warned",
        "noted",
        "unchecked",
    ] {
        assert!(keys(&json["summary"]).contains(&key), "{key}");
    }
    assert_eq!(json["summary"]["verdict"], "blocked");
    let finding = &json["findings"][0];
    for key in [
        "rule",
        "kind",
        "provider",
        "verdict",
        "severity",
        "confidence",
        "path",
        "start_line",
        "start_column",
        "end_line",
        "end_column",
        "commit",
        "introduced",
        "at_head",
        "breadth",
        "reach",
        "secret",
        "advice",
        "fingerprint",
    ] {
        assert!(keys(finding).contains(&key), "{key}");
    }
    assert_eq!(finding["verdict"], "block");
    assert_eq!(finding["severity"].to_string(), "9.8");
    assert_eq!(finding["breadth"]["level"], "account");
    assert_eq!(finding["breadth"]["verbs"][2], "delete");
    assert_eq!(finding["reach"][0]["how"], "handed");
    assert_eq!(finding["introduced"], Value::Null);
    assert!(finding.get("path_bytes").is_none());
    assert_eq!(json["unchecked"][0]["path"], "big.bin");
    assert!(json["policy_from"].is_string());
}

#[test]
fn where_no_credential_is_meant_the_fields_are_null() {
    let mut outcome = fixture::outcome();
    outcome.findings = vec![fixture::structure()];
    let finding = &document(&outcome)["findings"][0];
    for key in ["kind", "provider", "breadth", "secret"] {
        assert_eq!(finding[key], Value::Null, "{key}");
    }
}

#[test]
fn hostile_paths_stay_exact() {
    for path in fixture::hostile_paths() {
        let mut outcome = fixture::outcome();
        outcome.findings[0].path = RepoPath::new(path.clone());
        let json = document(&outcome);
        let finding = &json["findings"][0];
        assert_eq!(finding["path"], String::from_utf8_lossy(&path).as_ref());
        let is_utf8 = std::str::from_utf8(&path).is_ok();
        assert_eq!(finding.get("path_bytes").is_none(), is_utf8);
    }
}

#[test]
fn severities_are_numbers_with_one_decimal() {
    assert_eq!(one_decimal(9.8), 9.8);
    assert_eq!(one_decimal(f32::NAN), 0.0);
    assert_eq!(one_decimal(f32::INFINITY), 10.0);
    assert_eq!(serde_json::to_string(&one_decimal(9.0)).unwrap(), "9.0");
}
