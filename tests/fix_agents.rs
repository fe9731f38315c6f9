//! Every agent whose configuration knows a form of reference gets an edit into that form, and every other says that it
//! gets none.
//!
//! In: the surfaces of the catalogue that agents load or hand on. Out: one file for each path of each, with a literal
//! at one of its keys; the edits are made, read again, and compared with the catalogue.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Map, Value, json};
use tokenleash::find;
use tokenleash::model::{How, RepoPath, Surface};
use tokenleash::rules::{RuleSet, template};
use tokenleash::syntax::{self, Format};

/// A name that says what it holds, so that every kind of file reads it alike.
const NAME: &str = "GITHUB_TOKEN";

#[test]
fn every_agents_form_of_reference_is_written_and_reads_back() {
    let rules = RuleSet::builtin();
    let kind = rules.kind("github-classic-pat").unwrap();
    let value = template::expand("{value}", kind, &find::sample, 3);
    let home = tempfile::tempdir().unwrap();
    let tree = home.path();
    let mut laid: BTreeMap<String, &Surface> = BTreeMap::new();
    for (number, surface) in rules.surfaces().iter().enumerate() {
        if !matches!(surface.how, How::Loaded | How::Handed) {
            continue;
        }
        for pattern in surface.paths {
            let path = path_of(pattern, number);
            let route = route_of(surface);
            let Some(text) = file(&path, &route, &value) else {
                continue;
            };
            let place = tree.join(&path);
            fs::create_dir_all(place.parent().unwrap()).unwrap();
            fs::write(place, text).unwrap();
            laid.insert(path, surface);
        }
    }
    assert!(laid.len() > 120, "{}", laid.len());
    git(tree, &["init", "--quiet"]);
    git(tree, &["add", "--all", "--force"]);
    let (code, plan) = fix(tree, &["--write", "--unsafe", "--format", "json"]);
    assert_eq!(code, 0);
    let plan: Value = serde_json::from_str(&plan).unwrap();
    let mut wrong = Vec::new();
    for (path, surface) in &laid {
        let text = fs::read_to_string(tree.join(path)).unwrap();
        let left = plan["left"].as_array().unwrap().iter();
        let reason = left.filter(|one| one["path"] == path.as_str()).count();
        let form = surface.reference;
        let said = match form.is_empty() {
            true => text.contains(&value) && reason == 1,
            false => reads_back(path, &text, form) && !text.contains(&value),
        };
        if !said {
            wrong.push(format!("{} {path} {form:?}: {text}", surface.id));
        }
    }
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
    assert_eq!(fix(tree, &["--check", "--unsafe"]).0, 0);
}

/// Whether the file still parses and one of its values is the reference.
fn reads_back(path: &str, text: &str, form: &str) -> bool {
    let format = syntax::format_of(&RepoPath::from(path)).unwrap_or(Format::Json);
    let Ok(document) = syntax::parse(format, text.as_bytes()) else {
        return false;
    };
    let (head, tail) = form.split_once("NAME").unwrap();
    document
        .leaves()
        .any(|leaf| leaf.text.starts_with(head) && leaf.text.ends_with(tail))
}

/// A path that a pattern fits, in a folder of its own where the pattern leaves that open.
fn path_of(pattern: &str, number: usize) -> String {
    let mut path = match pattern.strip_prefix("**/") {
        Some(rest) => format!("s{number}/{rest}"),
        None => pattern.to_owned(),
    };
    while let Some(start) = path.find('{') {
        let end = start + path[start..].find('}').unwrap();
        let first = path[start + 1..end].split(',').next().unwrap().to_owned();
        path.replace_range(start..=end, &first);
    }
    path.replace("/**/", "/a/")
        .replace("**", "a.json")
        .replace(['*', '?'], "a")
}

/// A key of the surface; where it holds the whole file, one that an agent's file would have.
fn route_of(surface: &Surface) -> Vec<String> {
    let pattern = surface.keys.first().copied().unwrap_or("mcpServers.**");
    let pattern = pattern.strip_prefix("**.").unwrap_or(pattern);
    let deep = pattern.ends_with("**");
    let parts = pattern.trim_end_matches("**").trim_end_matches('.');
    let mut route: Vec<String> = parts
        .split('.')
        .map(|part| part.replace('*', "one"))
        .collect();
    if deep {
        route.extend(["one", "env", NAME].map(str::to_owned));
    }
    route
}

/// A file with the literal at a route; `None` for a file that is prose.
fn file(path: &str, route: &[String], value: &str) -> Option<String> {
    let tree = route.iter().rev().fold(json!(value), |inner, key| {
        let mut map = Map::new();
        map.insert(key.clone(), inner);
        Value::Object(map)
    });
    let block = || {
        let mut lines: Vec<String> = route
            .iter()
            .enumerate()
            .map(|(depth, key)| format!("{}{key}:", "  ".repeat(depth)))
            .collect();
        let last = lines.last_mut()?;
        last.push_str(&format!(" {value}"));
        Some(lines.join("\n") + "\n")
    };
    match syntax::format_of(&RepoPath::from(path))? {
        Format::Json => Some(serde_json::to_string_pretty(&tree).unwrap()),
        Format::Yaml => block(),
        Format::FrontMatter => Some(format!("---\n{}---\nwords\n", block()?)),
        Format::Toml => toml::to_string(&tree).ok(),
        Format::Dotenv | Format::Ini => None,
    }
}

fn fix(tree: &Path, flags: &[&str]) -> (i32, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_tokenleash"))
        .args([&["fix", "--policy", "none"], flags].concat())
        .current_dir(tree)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .output()
        .unwrap();
    (
        output.status.code().unwrap(),
        String::from_utf8(output.stdout).unwrap(),
    )
}

fn git(tree: &Path, arguments: &[&str]) {
    let status = Command::new("git")
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
