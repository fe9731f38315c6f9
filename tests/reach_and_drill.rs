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
            .any(|line| line["rule"] == "TL204")
    );
    assert!(!map["changes"].as_array().unwrap().is_empty());
}

/// The home directory of a person with a login, an agent that asks nobody, and a link that leads out.
#[cfg(unix)]
fn lay_home(home: &Path, outside: &Path) {
    let files = [
        (
            ".railway/config.json",
            format!("{{\"user\":{{\"token\":\"{}\"}}}}\n", token()),
        ),
        (
            ".claude/settings.json",
            "{ \"permissions\": { \"defaultMode\": \"bypassPermissions\" } }\n".to_owned(),
        ),
    ];
    for (path, text) in files {
        let path = home.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    fs::write(outside.join("credentials"), "nobody reads this\n").unwrap();
    fs::create_dir_all(home.join(".aws")).unwrap();
    std::os::unix::fs::symlink(outside.join("credentials"), home.join(".aws/credentials")).unwrap();
}

#[cfg(unix)]
fn on_machine(tree: &Path, home: Option<&Path>, format: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tokenleash"));
    command
        .args(["reach", "--machine", "--format", format])
        .current_dir(tree)
        .env_clear()
        .env("RAILWAY_API_TOKEN", token());
    if let Some(home) = home {
        command.env("HOME", home);
    }
    command.output().unwrap()
}

#[cfg(unix)]
#[test]
fn the_machine_is_looked_at_without_a_value_or_a_link_out() {
    let (tree, home, outside) = (
        tempfile::tempdir().unwrap(),
        tempfile::tempdir().unwrap(),
        tempfile::tempdir().unwrap(),
    );
    lay_home(home.path(), outside.path());
    for format in ["text", "json", "html"] {
        let output = on_machine(tree.path(), Some(home.path()), format);
        assert_eq!(output.status.code(), Some(0), "{format}");
        let shown = String::from_utf8(output.stdout).unwrap();
        assert!(!shown.contains(&token()), "{format}");
        assert!(!shown.contains(home.path().to_str().unwrap()), "{format}");
    }
    let output = on_machine(tree.path(), Some(home.path()), "json");
    let map: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let credentials = map["credentials"].as_array().unwrap();
    let places: Vec<String> = credentials
        .iter()
        .flat_map(|one| {
            let also = one["also"].as_array().unwrap().iter();
            also.chain([&one["path"]])
                .map(|place| place.as_str().unwrap().to_owned())
        })
        .collect();
    for place in ["~/.railway/config.json", "env:RAILWAY_API_TOKEN"] {
        assert!(
            places.iter().any(|known| known.starts_with(place)),
            "{place} {places:?}"
        );
    }
    let claude = map["agents"]
        .as_array()
        .unwrap()
        .iter()
        .find(|agent| agent["id"] == "claude-code")
        .unwrap();
    assert!(!claude["unasked"].as_array().unwrap().is_empty());
    let unread = map["unchecked"].as_array().unwrap();
    assert!(
        unread
            .iter()
            .any(|entry| entry["path"] == "~/.aws/credentials"
                && entry["why"].as_str().unwrap().contains("link"))
    );
}

#[cfg(unix)]
#[test]
fn a_machine_without_a_home_directory_is_said() {
    let tree = tempfile::tempdir().unwrap();
    let gone = tree.path().join("no such folder");
    for home in [None, Some(gone.as_path())] {
        let output = on_machine(tree.path(), home, "json");
        assert_eq!(output.status.code(), Some(0));
        let map: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(map["credentials"].as_array().unwrap().len(), 1);
        let unread = map["unchecked"].as_array().unwrap();
        assert!(unread.iter().any(|entry| entry["path"] == "~"));
    }
}

#[test]
fn the_changes_are_judged_and_each_lowers_the_sum() {
    let folder = tempfile::tempdir().unwrap();
    lay(folder.path());
    let output = run(folder.path(), &["reach", "--format", "json"]);
    let map: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let changes = map["changes"].as_array().unwrap();
    let mut before = map["severity"].as_f64().unwrap();
    assert!(!changes.is_empty());
    for change in changes {
        assert_eq!(change["before"].as_f64().unwrap(), before);
        assert!(change["after"].as_f64().unwrap() < before);
        before = change["after"].as_f64().unwrap();
    }
    // The first change, made: the map then says what was foretold.
    assert_eq!(changes[0]["path"], "scripts/domains.sh");
    fs::remove_file(folder.path().join("scripts/domains.sh")).unwrap();
    let output = run(folder.path(), &["reach", "--format", "json"]);
    let after: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(after["severity"], changes[0]["after"]);
}

#[test]
fn a_finding_is_explained_by_its_place_with_its_sum() {
    let folder = tempfile::tempdir().unwrap();
    lay(folder.path());
    let output = run(folder.path(), &["explain", "scripts/domains.sh:2"]);
    assert_eq!(output.status.code(), Some(0));
    let shown = String::from_utf8(output.stdout).unwrap();
    for part in [
        "breadth", "verbs", "reached", "autonomy", "way out", "together",
    ] {
        assert!(shown.contains(part), "{part}\n{shown}");
    }
    assert!(!shown.contains(&token()));
    let wrong = run(folder.path(), &["explain", "scripts/domains.sh:99"]);
    assert_eq!(wrong.status.code(), Some(2));
}
