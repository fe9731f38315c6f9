//! Formats by file name.

use super::super::{Format, format_of};
use crate::model::RepoPath;

fn are(format: Format, paths: &[&str]) {
    for path in paths {
        assert_eq!(format_of(&RepoPath::from(*path)), Some(format), "{path}");
    }
}

#[test]
fn dotenv_by_name() {
    are(
        Format::Dotenv,
        &[
            ".env",
            "a/.env.local",
            "prod.env",
            "a/prod.env.bak",
            ".dev.vars",
            ".dev.vars.staging",
            ".envrc",
            ".env.example",
            ".ENV",
        ],
    );
}

#[test]
fn json_by_name() {
    are(
        Format::Json,
        &[
            ".mcp.json",
            "a.jsonc",
            "x.json5",
            "n.ipynb",
            "terraform.tfstate",
            "t.tfstate.backup",
            "a.har",
            "w.code-workspace",
            "config.json.example",
            "log.jsonl",
            "Pipfile.lock",
        ],
    );
}

#[test]
fn yaml_by_name() {
    are(
        Format::Yaml,
        &[
            "a.yml",
            ".github/workflows/a.YAML",
            "kubeconfig",
            "x/.kube/config",
            "dev.kubeconfig",
            ".env.yaml",
            "a.yml.dist",
        ],
    );
}

#[test]
fn toml_by_name() {
    are(
        Format::Toml,
        &[
            "Cargo.toml",
            ".cargo/credentials",
            "home/.cargo/config",
            "uv.lock",
        ],
    );
}

#[test]
fn ini_by_name() {
    are(
        Format::Ini,
        &[
            ".npmrc",
            ".pypirc",
            "a.ini",
            "setup.cfg",
            "a.properties",
            ".editorconfig",
            ".aws/credentials",
            ".git/config",
            ".gitmodules",
        ],
    );
}

#[test]
fn front_matter_by_name() {
    are(Format::FrontMatter, &["CLAUDE.md", ".cursor/rules/a.mdc"]);
}

#[test]
fn names_that_are_not_structure() {
    let paths = [
        ".netrc",
        "a.xml",
        "main.rs",
        "a.sh",
        ".env.ts",
        "x.env.py",
        "Dockerfile",
        "notes",
        "a.tf",
        "my.kube/config",
        "environment",
        ".example",
        "",
    ];
    for path in paths {
        assert_eq!(format_of(&RepoPath::from(path)), None, "{path}");
    }
    assert_eq!(
        format_of(&RepoPath::new(b"\xFF/\xFE.json".to_vec())),
        Some(Format::Json)
    );
}
