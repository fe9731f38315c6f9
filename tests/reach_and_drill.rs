//! `reach` and `drill` on whole trees: no value on a page, and a path that depends on every file it names.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use tokenleash::find;
use tokenleash::rules::{RuleSet, template};

fn token() -> String {
    let rules = RuleSet::builtin();
    let kind = rules.kind("railway-account-token").unwrap();
    template::expand("{value}", kind, &find::sample, 7)
}

/// The tree of the incident: instructions, a script for domains, what is deployed, an agent that asks nobody.
fn lay(folder: &Path) {
    let files = [
        ("AGENTS.md", "Never use the production token.\n".to_owned()),
        (
            "scripts/domains.sh",
            format!(
                "#!/bin/sh\nexport RAILWAY_API_TOKEN={}\ncurl -s https://backboard.railway.com/graphql/v2 -H \"Authorization: Bearer $RAILWAY_API_TOKEN\"\n",
                token()
            ),
        ),
        ("railway.json", "{ \"name\": \"shop\" }\n".to_owned()),
        (
            ".claude/settings.json",
            "{ \"permissions\": { \"allow\": [\"Bash(curl:*)\"] } }\n".to_owned(),
        ),
    ];
    for (path, text) in files {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_tokenleash"))
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .output()
        .unwrap()
}

fn drill(folder: &Path) -> (serde_json::Value, Option<i32>) {
    let output = run(folder, &["drill", "--format", "json"]);
    let document = serde_json::from_slice(&output.stdout).unwrap();
    (document, output.status.code())
}

#[test]
fn the_path_depends_on_every_file_that_it_names() {
    let whole = tempfile::tempdir().unwrap();
    lay(whole.path());
    let (before, code) = drill(whole.path());
    assert_eq!(code, Some(1));
    assert_eq!(before["ways"][0]["hops"], 3);
    let nodes = before["nodes"].as_array().unwrap();
    let paths: Vec<&str> = nodes
        .iter()
        .filter_map(|node| node["path"].as_str())
        .collect();
    assert!(
        paths.contains(&"AGENTS.md")
            && paths.contains(&"scripts/domains.sh")
            && paths.contains(&"railway.json")
    );
    for edge in before["edges"].as_array().unwrap() {
        assert!(!edge["bytes"].as_str().unwrap().is_empty(), "{edge}");
    }
    for path in paths {
        let folder = tempfile::tempdir().unwrap();
        lay(folder.path());
        fs::remove_file(folder.path().join(path)).unwrap();
        let (after, _) = drill(folder.path());
        assert_ne!(before, after, "{path}");
    }
}

#[test]
fn without_the_credential_there_is_no_path() {
    let folder = tempfile::tempdir().unwrap();
    lay(folder.path());
    fs::remove_file(folder.path().join("scripts/domains.sh")).unwrap();
    let (after, code) = drill(folder.path());
    assert_eq!(code, Some(0));
    assert_eq!(after["ways"].as_array().unwrap().len(), 0);
}

#[test]
fn no_form_of_the_map_shows_a_value() {
    let folder = tempfile::tempdir().unwrap();
    lay(folder.path());
    let value = token();
    for arguments in [
        &["reach"][..],
        &["reach", "--format", "json"],
        &["reach", "--format", "html"],
        &["drill"],
        &["drill", "--format", "json"],
    ] {
        let output = run(folder.path(), arguments);
        let shown = String::from_utf8(output.stdout).unwrap();
        assert!(!shown.contains(&value), "{arguments:?}");
        assert!(shown.contains("scripts/domains.sh"), "{arguments:?}");
    }
}

#[test]
fn the_map_names_agents_and_credentials() {
    let folder = tempfile::tempdir().unwrap();
    lay(folder.path());
    let output = run(folder.path(), &["reach", "--format", "json"]);
    let map: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let agents = map["agents"].as_array().unwrap();
    let claude = agents
        .iter()
        .find(|agent| agent["id"] == "claude-code")
        .unwrap();
    assert_eq!(claude["finds"].as_array().unwrap().len(), 1);
    assert_eq!(map["credentials"][0]["kind"], "railway-account-token");
    assert!(
        map["structure"]
            .as_array()
            .unwrap()
            .iter()
            .any(|line| line["text"].as_str().unwrap().starts_with("TL204"))
    );
    assert!(!map["changes"].as_array().unwrap().is_empty());
}
