//! Workflows as trees and changes hold them: several checkouts in one folder, loose files, notations that parsers trip
//! over, and where a finding of a change is shown.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

const AGENT: &str = "on: push\npermissions:\n  contents: write\njobs:\n  fix:\n    runs-on: ubuntu-latest\n    steps:\n      - run: codex exec \"$(cat prompt.md)\" > out.txt\n";

fn put(folder: &Path, path: &str, text: impl AsRef<[u8]>) {
    let place = folder.join(path);
    fs::create_dir_all(place.parent().unwrap()).unwrap();
    fs::write(place, text).unwrap();
}

fn run(program: &str, arguments: &[&str], folder: &Path) -> Output {
    Command::new(program)
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .output()
        .unwrap()
}

fn tokenleash(arguments: &[&str], folder: &Path) -> Output {
    run(env!("CARGO_BIN_EXE_tokenleash"), arguments, folder)
}

fn git(arguments: &[&str], folder: &Path) {
    let who = ["-c", "user.name=A", "-c", "user.email=a@example.com"];
    let output = run("git", &[&who, arguments].concat(), folder);
    assert!(output.status.success(), "git {arguments:?}");
}

fn document(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)))
}

/// The path and job of every agent.
fn jobs(document: &Value) -> Vec<String> {
    let jobs = document["agent_jobs"].as_array().unwrap().iter();
    let mut found: Vec<String> = jobs
        .map(|job| {
            format!(
                "{}#{}",
                job["path"].as_str().unwrap(),
                job["job"].as_str().unwrap()
            )
        })
        .collect();
    found.sort();
    found
}

#[test]
fn a_folder_of_checkouts_is_judged_as_each_of_them() {
    let home = tempfile::tempdir().unwrap();
    let text =
        "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - uses: ./.github/actions/run\n";
    put(home.path(), "one/.github/workflows/a.yml", text);
    let action = "runs:\n  using: composite\n  steps:\n    - uses: openai/codex-action@v1\n";
    put(home.path(), "one/.github/actions/run/action.yml", action);
    put(home.path(), "two/.github/workflows/a.yml", text);
    put(home.path(), "loose.yml", AGENT);
    put(home.path(), "values.yml", "on: true\nsteps: claude -p\n");
    let found = document(&tokenleash(&["scan", "--format", "json"], home.path()));
    assert_eq!(
        jobs(&found),
        ["loose.yml#fix", "one/.github/workflows/a.yml#a"]
    );
}

#[test]
fn a_job_is_explained_outside_a_repository() {
    let home = tempfile::tempdir().unwrap();
    put(home.path(), ".github/workflows/a.yml", AGENT);
    for (folder, path) in [
        (home.path().to_path_buf(), ".github/workflows/a.yml#fix"),
        (home.path().join(".github/workflows"), "a.yml#fix"),
    ] {
        let output = tokenleash(&["explain", path], &folder);
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(text.contains("codex by a command"), "{path}: {text}");
    }
}

#[test]
fn what_github_does_not_run_is_a_note_and_no_part_of_a_change() {
    let home = tempfile::tempdir().unwrap();
    git(&["init", "--quiet"], home.path());
    let text = AGENT.replace("on: push", "on:\n  issues:\n    types: [opened]").replace(
        "      - run",
        "      - uses: actions/checkout@v5\n      - env:\n          GH_TOKEN: ${{ github.token }}\n        run",
    );
    put(home.path(), "template/.github/workflows/a.yml", &text);
    let verdicts = |found: &Value| -> Vec<String> {
        let all = found["findings"].as_array().unwrap().iter();
        all.map(|one| one["verdict"].as_str().unwrap().to_owned())
            .collect()
    };
    let tree = document(&tokenleash(&["scan", "--format", "json"], home.path()));
    assert_eq!(jobs(&tree).len(), 1);
    assert!(!verdicts(&tree).is_empty());
    assert!(verdicts(&tree).iter().all(|verdict| verdict == "note"));
    git(&["add", "--all"], home.path());
    let staged = document(&tokenleash(
        &["scan", "--staged", "--format", "json"],
        home.path(),
    ));
    assert_eq!((jobs(&staged).len(), verdicts(&staged).len()), (0, 0));
    fs::rename(
        home.path().join("template/.github"),
        home.path().join(".github"),
    )
    .unwrap();
    let tree = document(&tokenleash(&["scan", "--format", "json"], home.path()));
    assert!(verdicts(&tree).contains(&"block".to_owned()));
}

#[test]
fn a_finding_of_a_change_stands_on_a_line_that_it_added() {
    let home = tempfile::tempdir().unwrap();
    git(&["init", "--quiet"], home.path());
    let before = "on:\n  issues:\n    types: [opened]\npermissions:\n  contents: write\njobs:\n  a:\n    runs-on: x\n    steps:\n      - uses: actions/checkout@v5\n";
    put(home.path(), ".github/workflows/a.yml", before);
    git(&["add", "--all"], home.path());
    git(&["commit", "--quiet", "--message=before"], home.path());
    let agent = "      - run: claude -p x\n        env:\n          GH_TOKEN: ${{ github.token }}\n";
    put(
        home.path(),
        ".github/workflows/a.yml",
        format!("{before}{agent}"),
    );
    git(&["add", "--all"], home.path());
    let found = document(&tokenleash(
        &["scan", "--staged", "--format", "json"],
        home.path(),
    ));
    let findings = found["findings"].as_array().unwrap();
    let block = findings.iter().find(|one| one["rule"] == "TL301").unwrap();
    assert!(block["start_line"].as_u64().unwrap() >= 11, "{block}");
    let related = block["related"].as_array().unwrap();
    assert!(
        related.iter().any(|place| place["start_line"] == 5),
        "{block}"
    );
}

#[test]
fn notations_of_real_workflows_are_read_alike() {
    let lines =
        |steps: &str| format!("on: push\njobs:\n  fix:\n    runs-on: x\n    steps:\n{steps}");
    let agent = "      - run: codex exec x\n";
    let long = format!(
        "{}{}",
        "# padding padding padding\n".repeat(210_000),
        lines(agent)
    );
    assert!(long.len() > 5 << 20);
    let shapes: Vec<(&str, Vec<u8>)> = vec![
        ("anchor and alias", "on: push\nx-run: &run codex exec x\njobs:\n  fix:\n    steps:\n      - run: *run\n".into()),
        ("merge key", "on: push\nx: &x\n  steps:\n    - run: codex exec x\njobs:\n  fix:\n    <<: *x\n    runs-on: x\n".into()),
        ("carriage returns", lines(agent).replace('\n', "\r\n").into()),
        ("tabs behind values", lines("      - run: codex exec x\t# now\n\t\n").into()),
        ("byte order mark", [&b"\xef\xbb\xbf"[..], lines(agent).as_bytes()].concat()),
        ("flow style", "{on: push, jobs: {fix: {runs-on: x, steps: [{run: codex exec x}]}}}".into()),
        ("matrix expressions", lines(agent).replace("runs-on: x", "runs-on: ${{ matrix.os }}\n    strategy:\n      matrix: ${{ fromJSON(vars.M) }}").into()),
        ("unknown keys, scopes and events", lines(agent).replace("on: push", "on: [push, moon_rise]\nunheard: {of: 1}\npermissions:\n  tides: write").into()),
        ("case()", lines("      - if: ${{ case(github.ref == 'x', true, false) }}\n        run: codex exec x\n").into()),
        ("duplicate keys", lines("      - run: make\n        run: codex exec x\n").into()),
        ("several documents", format!("{}---\nx: y\n", lines(agent)).into()),
        ("5 MB", long.into()),
    ];
    let home = tempfile::tempdir().unwrap();
    let mut expected = Vec::new();
    for (number, (_, text)) in shapes.iter().enumerate() {
        let path = format!(".github/workflows/{number:02}.yml");
        put(home.path(), &path, text);
        expected.push(format!("{path}#fix"));
    }
    put(
        home.path(),
        ".github/workflows/tabs.yml",
        "on: push\njobs:\n\tfix:\n\t\tsteps: []\n",
    );
    put(
        home.path(),
        ".github/workflows/broken.yml",
        "on: push\njobs: {a: [}\n",
    );
    let mut bomb = "a: &a [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for pair in ["ab", "bc", "cd", "de", "ef", "fg", "gh", "hi"] {
        let (from, to) = pair.split_at(1);
        bomb.push_str(&format!(
            "{to}: &{to} [{}]\n",
            vec![format!("*{from}"); 9].join(", ")
        ));
    }
    put(
        home.path(),
        ".github/workflows/bomb.yml",
        format!("{bomb}on: push\njobs: {{a: {{steps: *i}}}}\n"),
    );
    let found = document(&tokenleash(&["scan", "--format", "json"], home.path()));
    let seen = jobs(&found);
    for (path, (name, _)) in expected.iter().zip(&shapes) {
        assert!(seen.contains(path), "{name} ({path}) in {seen:?}");
    }
    let unchecked = found["unchecked"].to_string();
    assert!(
        unchecked.contains("broken.yml") && unchecked.contains("tabs.yml"),
        "{unchecked}"
    );
}
