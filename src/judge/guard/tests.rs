//! Each way to weaken the guard, and changes that do not.

use super::*;
use std::collections::BTreeMap;

struct Files(BTreeMap<String, String>);

impl Snapshot for Files {
    fn read(&self, path: &[u8]) -> Result<Option<Vec<u8>>> {
        let path = String::from_utf8_lossy(path).into_owned();
        Ok(self.0.get(&path).map(|text| text.clone().into_bytes()))
    }

    fn exists(&self, marker: &[u8]) -> bool {
        let marker = String::from_utf8_lossy(marker).into_owned();
        self.0.contains_key(&marker)
    }
}

const GATE: &str = "\
on:
  pull_request:
  merge_group:
permissions:
  contents: read
jobs:
  gate:
    runs-on: ubuntu-24.04
    steps:
      - uses: example/checkout@1111
      - name: look
        uses: example/tokenleash@2222
        with:
          fail: true
";

fn files(list: &[(&str, &str)]) -> Files {
    let own = |(path, text): &(&str, &str)| ((*path).to_owned(), (*text).to_owned());
    Files(list.iter().map(own).collect())
}

fn weakenings(before: &[(&str, &str)], after: &[(&str, &str)]) -> Vec<String> {
    let workflows = |list: &[(&str, &str)]| -> Vec<RepoPath> {
        let paths = list.iter().map(|(path, _)| *path);
        paths
            .filter(|path| path.starts_with(".github/workflows/"))
            .map(RepoPath::from)
            .collect()
    };
    let (was, is) = (files(before), files(after));
    let (old, new) = (workflows(before), workflows(after));
    let found = compare(
        State {
            snapshot: &was,
            workflows: &old,
        },
        State {
            snapshot: &is,
            workflows: &new,
        },
    );
    let shown = |weakening: Weakening| format!("{} {}", weakening.line, weakening.what);
    found.unwrap().into_iter().map(shown).collect()
}

fn of_workflow(after: &str) -> Vec<String> {
    let path = ".github/workflows/gate.yml";
    weakenings(&[(path, GATE)], &[(path, after)])
}

#[test]
fn a_workflow_that_still_does_the_same_is_silent() {
    assert!(of_workflow(GATE).is_empty());
    assert!(of_workflow(&GATE.replace("name: look", "name: see")).is_empty());
    assert!(of_workflow(&GATE.replace("checkout@1111", "checkout@3333")).is_empty());
    let moved = weakenings(
        &[(".github/workflows/gate.yml", GATE)],
        &[(".github/workflows/other.yml", GATE)],
    );
    assert!(moved.is_empty(), "{moved:?}");
}

#[test]
fn every_way_to_weaken_a_workflow_is_named_by_its_line() {
    let step = "      - name: look\n";
    for (change, expected) in [
        (
            GATE.replace("tokenleash@2222", "tokenleash@main"),
            "12 `uses` changes",
        ),
        (
            GATE.replace("fail: true", "fail: false"),
            "14 `with.fail` changes",
        ),
        (
            GATE.replace(step, &format!("{step}        if: false\n")),
            "12 `if` is set",
        ),
        (
            GATE.replace(step, &format!("{step}        continue-on-error: true\n")),
            "12 `continue-on-error` is set",
        ),
        (
            GATE.replace("    runs-on", "    if: github.actor != 'x'\n    runs-on"),
            "8 `job.if` is set",
        ),
        (
            GATE.replace("  merge_group:\n", ""),
            "`on.merge_group` is gone",
        ),
        (
            GATE.replace(
                "  pull_request:\n",
                "  pull_request:\n    paths: [docs/**]\n",
            ),
            "3 `on.pull_request.paths.docs` is set",
        ),
        (
            GATE.replace("example/tokenleash@2222", "example/other@1"),
            "1 `gate` no longer runs",
        ),
        ("jobs: [".to_owned(), "1 `gate` no longer runs"),
    ] {
        let found = of_workflow(&change);
        assert!(
            found.iter().any(|found| found.contains(expected)),
            "{expected}: {found:?}"
        );
    }
    let gone = weakenings(&[(".github/workflows/gate.yml", GATE)], &[]);
    assert_eq!(gone.len(), 1);
}

#[test]
fn a_forgiven_exit_code_is_named() {
    let run = GATE.replace("uses: example/tokenleash@2222", "run: tokenleash ci");
    let path = ".github/workflows/gate.yml";
    let after = run.replace("tokenleash ci", "tokenleash ci || true");
    let found = weakenings(&[(path, &run)], &[(path, &after)]);
    assert!(found[0].contains("exit code no longer counts"), "{found:?}");
}

#[test]
fn hook_managers_are_watched() {
    let config = "repos:\n  - repo: https://example.net/tokenleash\n    rev: v1\n    hooks:\n      - id: tokenleash\n";
    let path = ".pre-commit-config.yaml";
    assert!(weakenings(&[(path, config)], &[(path, config)]).is_empty());
    assert!(!weakenings(&[(path, config)], &[(path, &config.replace("v1", "v0"))]).is_empty());
    assert!(!weakenings(&[(path, config)], &[(path, "repos: []\n")]).is_empty());
    let skipped = format!("{config}        stages: [manual]\n");
    assert!(!weakenings(&[(path, config)], &[(path, &skipped)]).is_empty());
    let husky = ".husky/pre-commit";
    let found = weakenings(
        &[(husky, "tokenleash hook pre-commit\n")],
        &[(husky, "exit 0\ntokenleash hook pre-commit\n")],
    );
    assert_eq!(found, ["1 `exit 0` comes to a file that runs tokenleash"]);
}

#[test]
fn owners_may_not_be_lost() {
    let path = "CODEOWNERS";
    let owned = "* @all\n/.tokenleash.toml @security\n";
    assert!(weakenings(&[(path, owned)], &[(path, owned)]).is_empty());
    let more = format!("{owned}/docs/ @writers\n");
    assert!(weakenings(&[(path, owned)], &[(path, &more)]).is_empty());
    let later = format!("{owned}*\n");
    let found = weakenings(&[(path, owned)], &[(path, &later)]);
    assert!(found.contains(&"3 `.tokenleash.toml` loses its owners".to_owned()));
    assert!(!weakenings(&[(path, owned)], &[(path, "* @all\n")]).is_empty());
    assert!(!weakenings(&[(path, owned)], &[]).is_empty());
}

#[test]
fn hostile_names_quote_nothing_that_acts() {
    let hostile = GATE.replace("  gate:\n", "  \"::error::x\\n`y`\":\n");
    let path = ".github/workflows/gate.yml";
    let found = weakenings(&[(path, &hostile)], &[]);
    assert_eq!(
        found,
        [format!("1 `{}` no longer runs tokenleash", "errorxy")]
    );
}

proptest::proptest! {
    #[test]
    fn no_file_ends_in_a_panic(before in "\\PC{0,200}", cut in 0usize..300) {
        let mut gate = GATE.to_owned();
        gate.truncate(cut.min(GATE.len()));
        gate.push_str(&before);
        for path in [".github/workflows/x.yml", ".pre-commit-config.yaml", "CODEOWNERS", ".husky/pre-push"] {
            weakenings(&[(path, GATE)], &[(path, &gate)]);
            weakenings(&[(path, &gate)], &[(path, GATE)]);
        }
    }
}
