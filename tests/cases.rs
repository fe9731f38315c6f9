//! Runs every folder below `tests/cases`: a tree before, a tree after, and what tokenleash must say of the change.
//!
//! A case is `case.toml`, `before/` (committed) and `after/` (staged). No file of a case holds a token: `{{token:KIND}}`
//! is filled at run time, and `{{token:KIND|base64}}` passes it through a filter first (see `filtered`).

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde::Deserialize;
use tokenleash::find;
use tokenleash::rules::{RuleSet, template};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    /// What the case shows.
    about: String,
    /// The exit code of `scan --staged`.
    exit: i32,
    /// Files to be written as UTF-16.
    #[serde(default)]
    utf16: Vec<String>,
    /// Every blocked and warned finding, and those notes that matter.
    #[serde(default)]
    finding: Vec<Expected>,
    /// Every agent in a job, where the case is about these.
    #[serde(default)]
    job: Vec<ExpectedJob>,
}

type Scopes = BTreeMap<String, String>;

/// An agent in a job; `needs` and `excess` are left out where they are unknown.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(deny_unknown_fields)]
struct ExpectedJob {
    job: String,
    agent: String,
    needs: Option<Scopes>,
    excess: Option<Scopes>,
}

#[derive(Clone, Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(deny_unknown_fields)]
struct Expected {
    rule: String,
    path: String,
    #[serde(default)]
    kind: String,
    verdict: String,
}

#[test]
fn every_case_says_what_it_must() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut cases = Vec::new();
    gather(&root, &mut cases);
    assert!(cases.len() >= 30, "the cases are gone: {}", cases.len());
    let rules = RuleSet::builtin();
    let mut wrong = Vec::new();
    for folder in &cases {
        if let Err(message) = play(folder, &rules) {
            let name = folder.strip_prefix(&root).unwrap().display();
            wrong.push(format!("{name}: {message}"));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {} cases:\n{}",
        wrong.len(),
        cases.len(),
        wrong.join("\n")
    );
}

#[test]
fn every_incident_has_a_tree_that_passes() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/incidents");
    let mut folders = Vec::new();
    gather(&root, &mut folders);
    let read = |folder: &Path| -> Case {
        let text = fs::read_to_string(folder.join("case.toml")).unwrap();
        toml::from_str(&text).unwrap()
    };
    let name_of = |folder: &PathBuf| folder.file_name().unwrap().to_string_lossy().into_owned();
    let names: Vec<String> = folders.iter().map(name_of).collect();
    for (folder, name) in folders.iter().zip(&names) {
        let case = read(folder);
        match name.strip_suffix("-repaired") {
            Some(incident) => {
                assert!(names.iter().any(|name| name == incident), "{name}");
                assert!(case.exit == 0 && case.finding.is_empty(), "{name}");
            }
            None => {
                assert!(names.contains(&format!("{name}-repaired")), "{name}");
                assert!(!case.finding.is_empty(), "{name}");
            }
        }
    }
}

fn gather(folder: &Path, cases: &mut Vec<PathBuf>) {
    if folder.join("case.toml").exists() {
        cases.push(folder.to_path_buf());
        return;
    }
    let mut below: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .collect();
    below.sort();
    for path in below {
        gather(&path, cases);
    }
}

fn play(folder: &Path, rules: &RuleSet) -> Result<(), String> {
    let text = fs::read_to_string(folder.join("case.toml")).unwrap();
    let case: Case = toml::from_str(&text).map_err(|error| error.to_string())?;
    assert!(!case.about.is_empty());
    let home = tempfile::tempdir().unwrap();
    let repository = home.path().join("repository");
    fs::create_dir(&repository).unwrap();
    git(&repository, &["init", "--quiet", "--initial-branch=main"]);
    if folder.join("before").exists() {
        lay(&folder.join("before"), &repository, rules, &case);
        git(&repository, &["add", "--all", "--force"]);
        git(&repository, &["commit", "--quiet", "--message=before"]);
        for entry in fs::read_dir(&repository).unwrap() {
            let path = entry.unwrap().path();
            if path.ends_with(".git") {
                continue;
            }
            let _ = fs::remove_dir_all(&path);
            let _ = fs::remove_file(&path);
        }
    }
    lay(&folder.join("after"), &repository, rules, &case);
    git(&repository, &["add", "--all", "--force"]);
    compare(&case, &scan(&repository, "json"))?;
    hold_levels_together(case.exit, &repository)
}

fn scan(repository: &Path, format: &str) -> Output {
    Command::new(env!("CARGO_BIN_EXE_tokenleash"))
        .args(["scan", "--staged", "--format", format])
        .current_dir(repository)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .output()
        .unwrap()
}

/// Our exit code and GitHub's check say the same (decision 9): a block is a severity of 7.0 and more and the level
/// `error`, in every format.
fn hold_levels_together(exit: i32, repository: &Path) -> Result<(), String> {
    let band = |severity: f64| match severity {
        s if s >= 7.0 => "error",
        s if s >= 4.0 => "warning",
        _ => "note",
    };
    let text = |format: &str| -> Result<String, String> {
        let output = scan(repository, format);
        if output.status.code() != Some(exit) {
            return Err(format!(
                "{format} exits with {:?}, not {exit}",
                output.status.code()
            ));
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let json: serde_json::Value = serde_json::from_str(&text("json")?).unwrap();
    for finding in json["findings"].as_array().unwrap() {
        let severity = finding["severity"].as_f64().unwrap();
        let level = match finding["verdict"].as_str() {
            Some("block") => "error",
            Some("warn") => "warning",
            _ => "note",
        };
        if band(severity) != level {
            return Err(format!(
                "JSON: {} is {level} at {severity}",
                finding["rule"]
            ));
        }
    }
    let sarif: serde_json::Value = serde_json::from_str(&text("sarif")?).unwrap();
    let run = &sarif["runs"][0];
    let mut errors = 0;
    let mut worst: BTreeMap<u64, &str> = BTreeMap::new();
    let weight = |level: &str| {
        ["note", "warning", "error"]
            .iter()
            .position(|one| *one == level)
    };
    for result in run["results"].as_array().unwrap() {
        let level = result["level"].as_str().unwrap();
        let known = worst
            .entry(result["ruleIndex"].as_u64().unwrap())
            .or_insert(level);
        if weight(level) > weight(known) {
            *known = level;
        }
        let is_new = result["properties"]["introduced"] != serde_json::Value::Bool(false);
        errors += i32::from(is_new && level == "error");
    }
    for (index, level) in worst {
        let rule = &run["tool"]["driver"]["rules"][index as usize];
        let severity = rule["properties"]["security-severity"].as_str().unwrap();
        if band(severity.parse().unwrap()) != level {
            return Err(format!("SARIF: {} is {level} at {severity}", rule["id"]));
        }
    }
    let annotated = text("github")?
        .lines()
        .any(|line| line.starts_with("::error "));
    if (errors > 0) != (exit == 1) || annotated != (exit > 0) {
        return Err(format!(
            "exit {exit}, but {errors} errors in SARIF, annotated: {annotated}"
        ));
    }
    Ok(())
}

fn compare(case: &Case, output: &Output) -> Result<(), String> {
    let shown = String::from_utf8_lossy(&output.stdout);
    let document: serde_json::Value = serde_json::from_str(&shown)
        .map_err(|_| format!("no JSON: {}", String::from_utf8_lossy(&output.stderr)))?;
    let field = |finding: &serde_json::Value, name: &str| {
        finding[name].as_str().unwrap_or_default().to_owned()
    };
    let mut found: Vec<Expected> = document["findings"]
        .as_array()
        .ok_or("no findings")?
        .iter()
        .filter(|finding| finding["introduced"] != serde_json::Value::Bool(false))
        .map(|finding| Expected {
            rule: field(finding, "rule"),
            path: field(finding, "path"),
            kind: field(finding, "kind"),
            verdict: field(finding, "verdict"),
        })
        .filter(|finding| finding.verdict != "note" || case.finding.contains(finding))
        .collect();
    let mut expected = case.finding.clone();
    found.sort();
    expected.sort();
    if found != expected {
        return Err(format!("expected {expected:#?}\nfound {found:#?}"));
    }
    if !case.job.is_empty() {
        let mut jobs = jobs_of(&document);
        let mut expected = case.job.clone();
        jobs.sort();
        expected.sort();
        if jobs != expected {
            return Err(format!("expected {expected:#?}\nfound {jobs:#?}"));
        }
    }
    if output.status.code() != Some(case.exit) {
        return Err(format!(
            "expected exit {}, not {:?}",
            case.exit,
            output.status.code()
        ));
    }
    Ok(())
}

fn jobs_of(document: &serde_json::Value) -> Vec<ExpectedJob> {
    let jobs = document["agent_jobs"].as_array().into_iter().flatten();
    jobs.map(|job| ExpectedJob {
        job: job["job"].as_str().unwrap_or_default().to_owned(),
        agent: job["agent"].as_str().unwrap_or_default().to_owned(),
        needs: serde_json::from_value(job["needs"].clone()).unwrap(),
        excess: serde_json::from_value(job["excess"].clone()).unwrap(),
    })
    .collect()
}

/// Copies a tree and fills the placeholders.
fn lay(from: &Path, to: &Path, rules: &RuleSet, case: &Case) {
    let mut open = vec![from.to_path_buf()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
                continue;
            }
            let name = path.strip_prefix(from).unwrap();
            let target = to.join(name);
            fs::create_dir_all(target.parent().unwrap()).unwrap();
            let text = fs::read_to_string(&path).unwrap();
            let filled = fill(&text, rules);
            let name = name.to_string_lossy().replace('\\', "/");
            let bytes = if case.utf16.contains(&name) {
                let mut bytes = vec![0xff, 0xfe];
                bytes.extend(filled.encode_utf16().flat_map(u16::to_le_bytes));
                bytes
            } else {
                filled.into_bytes()
            };
            fs::write(target, bytes).unwrap();
        }
    }
}

/// Fills `{{token:KIND|filter|…}}`; the same kind has the same value throughout a case.
fn fill(text: &str, rules: &RuleSet) -> String {
    let mut values = BTreeMap::new();
    let mut filled = String::new();
    let mut rest = text;
    while let Some(start) = rest.find("{{token:") {
        let end = start + rest[start..].find("}}").expect("a placeholder is closed");
        filled.push_str(&rest[..start]);
        let mut steps = rest[start + "{{token:".len()..end].split('|');
        let id = steps.next().unwrap();
        let kind = rules.kind(id).unwrap_or_else(|| panic!("no kind {id}"));
        let value: &String = values
            .entry(id.to_owned())
            .or_insert_with(|| template::expand("{value}", kind, &find::sample, 7));
        filled.push_str(&steps.fold(value.clone(), |value, step| filtered(&value, step)));
        rest = &rest[end + 2..];
    }
    filled.push_str(rest);
    filled
}

fn filtered(value: &str, step: &str) -> String {
    let (name, argument) = step.split_once(':').unwrap_or((step, ""));
    let number = || argument.parse::<usize>().unwrap();
    match name {
        "base64" => {
            use base64::Engine as _;
            base64::engine::general_purpose::STANDARD.encode(value)
        }
        "hex" => value.bytes().map(|byte| format!("{byte:02x}")).collect(),
        "percent" => value.bytes().map(|byte| format!("%{byte:02X}")).collect(),
        "unicode" => value.bytes().map(|byte| format!("\\u{byte:04x}")).collect(),
        "octal" => value.bytes().map(|byte| format!("\\x{byte:02x}")).collect(),
        "first" => value[..number()].to_owned(),
        "rest" => value[number()..].to_owned(),
        "damage" => {
            let last = value.bytes().last().unwrap();
            let other = if last == b'0' { '1' } else { '0' };
            format!("{}{other}", &value[..value.len() - 1])
        }
        other => panic!("no filter {other}"),
    }
}

fn git(repository: &Path, arguments: &[&str]) {
    let status = Command::new("git")
        .args([
            "-c",
            "user.name=A",
            "-c",
            "user.email=a@example.com",
            "-c",
            "core.autocrlf=false",
        ])
        .args(arguments)
        .current_dir(repository)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .status()
        .unwrap();
    assert!(status.success(), "git {arguments:?}");
}
