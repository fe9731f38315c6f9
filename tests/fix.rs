//! Plays every folder below `tests/fix`: a tree before, what `fix --write` makes of it, what `--write --unsafe` makes.
//!
//! A case is `case.toml`, `before/`, and of the files that change `safe/` and `all/`. Whatever a case is about, the same
//! must hold: every plan leaves the tree alone, a second run finds nothing to do, no finding is new, no agent is gone,
//! and the findings that were to be answered are gone.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde::Deserialize;
use serde_json::Value;
use tokenleash::find;
use tokenleash::rules::{RuleSet, template};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    /// What the case shows.
    about: String,
    /// Whether the files have Windows' line ends.
    #[serde(default)]
    crlf: bool,
    /// Whether the files start with a byte order mark.
    #[serde(default)]
    mark: bool,
    /// Whether the files lack the last line end.
    #[serde(default)]
    chomp: bool,
    /// Whether Git does not hold the files.
    #[serde(default)]
    untracked: bool,
    /// How many edits there are: safe ones and others.
    edits: (usize, usize),
    /// Findings without an edit: the rule, and words of the reason.
    #[serde(default)]
    left: Vec<(String, String)>,
}

type Files = BTreeMap<String, Vec<u8>>;

#[test]
fn every_case_is_edited_as_it_says() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fix");
    let mut folders: Vec<PathBuf> = fs::read_dir(&root)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    folders.sort();
    assert!(folders.len() >= 25, "the cases are gone: {}", folders.len());
    let mut wrong = Vec::new();
    for folder in &folders {
        if let Err(message) = play(folder) {
            let name = folder.file_name().unwrap().to_string_lossy().into_owned();
            wrong.push(format!("{name}: {message}"));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {} cases:\n{}",
        wrong.len(),
        folders.len(),
        wrong.join("\n")
    );
}

fn play(folder: &Path) -> Result<(), String> {
    let text = fs::read_to_string(folder.join("case.toml")).unwrap();
    let case: Case = toml::from_str(&text).map_err(|error| error.to_string())?;
    assert!(!case.about.is_empty());
    let before = files(&folder.join("before"), &case);
    let home = tempfile::tempdir().unwrap();
    let lay = |name: &str| {
        let tree = home.path().join(name);
        write(&tree, &before);
        git(&tree, &["init", "--quiet"]);
        if !case.untracked {
            git(&tree, &["add", "--all"]);
        }
        tree
    };
    let tree = lay("safe");
    plan(&tree, &case)?;
    expect(&read(&tree), &before, "a plan wrote")?;
    for (name, flags) in [
        ("safe", &["--write"][..]),
        ("all", &["--write", "--unsafe"][..]),
    ] {
        let tree = if name == "safe" {
            tree.clone()
        } else {
            lay(name)
        };
        let asked = judged(&tree);
        let check: Vec<&str> = flags
            .iter()
            .map(|flag| if *flag == "--write" { "--check" } else { flag })
            .collect();
        let pending = fix(&tree, &check).status.code() == Some(1);
        let output = fix(&tree, flags);
        if output.status.code() != Some(0) {
            return Err(format!(
                "{name}: {}",
                String::from_utf8_lossy(&output.stderr)
            ));
        }
        let mut wanted = before.clone();
        let changed = files(&folder.join(name), &case);
        if pending == changed.is_empty() {
            return Err(format!("{name}: --check says {pending}"));
        }
        wanted.extend(changed);
        expect(&read(&tree), &wanted, name)?;
        if fix(&tree, &check).status.code() != Some(0) {
            return Err(format!("{name}: a second run has more to do"));
        }
        compare(&asked, &judged(&tree)).map_err(|why| format!("{name}: {why}"))?;
    }
    Ok(())
}

/// The plan as JSON says what the case says, and shows no value.
fn plan(tree: &Path, case: &Case) -> Result<(), String> {
    let shown = json(&fix(tree, &["--format", "json"]));
    let count = |safety: &str| {
        let edits = shown["edits"].as_array().unwrap().iter();
        edits.filter(|edit| edit["safety"] == safety).count()
    };
    if (count("safe"), count("unsafe")) != case.edits {
        return Err(format!(
            "{} safe, {} unsafe: {:#}",
            count("safe"),
            count("unsafe"),
            shown
        ));
    }
    let left = shown["left"].as_array().unwrap();
    for (rule, words) in &case.left {
        let says = |one: &&Value| {
            one["rule"] == rule.as_str() && one["why"].as_str().unwrap().contains(words)
        };
        if left.iter().find(says).is_none() {
            return Err(format!("{rule} is not left for {words:?}: {left:#?}"));
        }
    }
    let text = fix(tree, &[]);
    let all = [text.stdout, shown.to_string().into_bytes()].concat();
    let all = String::from_utf8_lossy(&all).into_owned();
    let token = token("railway-account-token");
    if all.contains(&token) || all.contains(&token[4..]) {
        return Err("the plan shows a value".to_owned());
    }
    Ok(())
}

/// Findings and agents of a tree.
fn judged(tree: &Path) -> (BTreeSet<(String, String, String)>, usize, Vec<String>) {
    let document = json(&run(
        tree,
        &["scan", "--policy", "none", "--format", "json"],
    ));
    let findings = document["findings"].as_array().unwrap().iter();
    let field = |one: &Value, name: &str| one[name].as_str().unwrap_or_default().to_owned();
    let keys = findings.map(|one| {
        (
            field(one, "rule"),
            field(one, "path"),
            field(one, "fingerprint"),
        )
    });
    let answers = json(&fix(tree, &["--format", "json"]));
    let answers = answers["edits"].as_array().unwrap().iter();
    let answered = answers.flat_map(|edit| edit["answers"].as_array().unwrap().clone());
    let prints = answered.map(|one| field(&one, "fingerprint")).collect();
    (
        keys.collect(),
        document["agent_jobs"].as_array().unwrap().len(),
        prints,
    )
}

type Judged = (BTreeSet<(String, String, String)>, usize, Vec<String>);

fn compare(before: &Judged, after: &Judged) -> Result<(), String> {
    // A literal that became a reference may leave the weaker finding that its name can mean nothing narrow.
    let new = after.0.difference(&before.0);
    let new: Vec<_> = new
        .filter(|(rule, ..)| !["TL110", "TL112"].contains(&rule.as_str()))
        .collect();
    if !new.is_empty() {
        return Err(format!("new findings: {new:?}"));
    }
    if before.1 != after.1 {
        return Err("the agents differ".to_owned());
    }
    let pending: BTreeSet<&String> = after.2.iter().collect();
    let stays = |print: &&String| after.0.iter().any(|(_, _, other)| other == *print);
    let unanswered = before
        .2
        .iter()
        .filter(stays)
        .filter(|print| !pending.contains(print));
    match unanswered.count() {
        0 => Ok(()),
        count => Err(format!("{count} findings were to be answered and stand")),
    }
}

fn expect(found: &Files, wanted: &Files, what: &str) -> Result<(), String> {
    for (path, text) in wanted {
        let other = found.get(path).cloned().unwrap_or_default();
        if other != *text {
            return Err(format!(
                "{what}: {path} is\n{}",
                String::from_utf8_lossy(&other)
            ));
        }
    }
    match found.len() == wanted.len() {
        true => Ok(()),
        false => Err(format!("{what}: files came or went")),
    }
}

#[test]
fn sarif_carries_the_edits_and_a_reader_who_applies_them_gets_the_same_file() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fix/job-block");
    let case: Case = toml::from_str(&fs::read_to_string(root.join("case.toml")).unwrap()).unwrap();
    let home = tempfile::tempdir().unwrap();
    let before = files(&root.join("before"), &case);
    write(home.path(), &before);
    let log = json(&run(
        home.path(),
        &["scan", "--policy", "none", "--format", "sarif"],
    ));
    let results = log["runs"][0]["results"].as_array().unwrap();
    let result = results.iter().find(|one| one["ruleId"] == "TL314").unwrap();
    let change = &result["fixes"][0]["artifactChanges"][0];
    let path = change["artifactLocation"]["uri"].as_str().unwrap();
    let text = String::from_utf8(before[path].clone()).unwrap();
    let mut lines: Vec<String> = text.split_inclusive('\n').map(str::to_owned).collect();
    let mut replacements = change["replacements"].as_array().unwrap().clone();
    replacements.reverse();
    for one in replacements {
        let region = &one["deletedRegion"];
        let at = |name: &str| region[name].as_u64().unwrap() as usize - 1;
        let inserted = one["insertedContent"]["text"].as_str().unwrap_or_default();
        let (first, last) = (at("startLine"), at("endLine"));
        let head = lines[first][..at("startColumn")].to_owned();
        let tail = lines
            .get(last)
            .map_or("", |line| &line[at("endColumn")..])
            .to_owned();
        lines.splice(first..=last.min(lines.len() - 1), [head + inserted + &tail]);
    }
    let wanted = files(&root.join("safe"), &case);
    assert_eq!(lines.concat().as_bytes(), wanted[path]);
}

#[test]
fn errors_exit_with_two_and_write_nothing() {
    let home = tempfile::tempdir().unwrap();
    assert_eq!(fix(home.path(), &["no-such-folder"]).status.code(), Some(2));
    assert_eq!(
        fix(home.path(), &["--write", "--check"]).status.code(),
        Some(2)
    );
    assert_eq!(fs::read_dir(home.path()).unwrap().count(), 0);
}

#[test]
#[cfg(unix)]
fn a_file_that_has_a_second_name_is_not_written() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fix/job-block");
    let case: Case = toml::from_str(&fs::read_to_string(root.join("case.toml")).unwrap()).unwrap();
    let home = tempfile::tempdir().unwrap();
    let before = files(&root.join("before"), &case);
    write(home.path(), &before);
    let file = home.path().join(before.keys().next().unwrap());
    fs::hard_link(&file, home.path().join("other")).unwrap();
    let output = fix(home.path(), &["--write"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("second name"));
    assert_eq!(&fs::read(file).unwrap(), before.values().next().unwrap());
}

fn fix(tree: &Path, flags: &[&str]) -> Output {
    run(tree, &[&["fix", "--policy", "none"], flags].concat())
}

fn run(tree: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_tokenleash"))
        .args(arguments)
        .current_dir(tree)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .output()
        .unwrap()
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|_| panic!("no JSON: {}", String::from_utf8_lossy(&output.stderr)))
}

/// The files of a folder, in the form that the case asks for.
fn files(folder: &Path, case: &Case) -> Files {
    let mut found = Files::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(folder_now) = open.pop() {
        for entry in fs::read_dir(&folder_now).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
                continue;
            }
            let name = path
                .strip_prefix(folder)
                .unwrap()
                .to_string_lossy()
                .replace('\\', "/");
            found.insert(name, formed(&fs::read_to_string(&path).unwrap(), case));
        }
    }
    found
}

fn formed(text: &str, case: &Case) -> Vec<u8> {
    let kind = "railway-account-token";
    let mut text = text.replace(&format!("{{{{token:{kind}}}}}"), &token(kind));
    if case.crlf {
        text = text.replace('\n', "\r\n");
    }
    if case.chomp {
        text.truncate(text.trim_end().len());
    }
    if case.mark {
        text.insert(0, '\u{feff}');
    }
    text.into_bytes()
}

fn token(kind: &str) -> String {
    let rules = RuleSet::builtin();
    let kind = rules.kind(kind).unwrap();
    template::expand("{value}", kind, &find::sample, 7)
}

fn write(tree: &Path, files: &Files) {
    for (path, text) in files {
        let place = tree.join(path);
        fs::create_dir_all(place.parent().unwrap()).unwrap();
        fs::write(place, text).unwrap();
    }
}

fn read(tree: &Path) -> Files {
    let mut found = Files::new();
    let mut open = vec![tree.to_path_buf()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                if !path.ends_with(".git") {
                    open.push(path);
                }
                continue;
            }
            let name = path
                .strip_prefix(tree)
                .unwrap()
                .to_string_lossy()
                .replace('\\', "/");
            found.insert(name, fs::read(path).unwrap());
        }
    }
    found
}

fn git(tree: &Path, arguments: &[&str]) {
    let status = Command::new("git")
        .args(["-c", "core.autocrlf=false"])
        .args(arguments)
        .current_dir(tree)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .status()
        .unwrap();
    assert!(status.success(), "git {arguments:?}");
}
