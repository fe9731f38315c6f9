//! Formats by file name.

use super::super::{Format, format_of};
use crate::model::RepoPath;

#[test]
fn formats_by_name() {
    let table: &[(Format, &[&str])] = &[
        (
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
        ),
        (
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
        ),
        (
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
        ),
        (
            Format::Toml,
            &[
                "Cargo.toml",
                ".cargo/credentials",
                "home/.cargo/config",
                "uv.lock",
            ],
        ),
        (
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
        ),
        (Format::FrontMatter, &["CLAUDE.md", ".cursor/rules/a.mdc"]),
    ];
    for (format, paths) in table {
        for path in *paths {
            assert_eq!(format_of(&RepoPath::from(*path)), Some(*format), "{path}");
        }
    }
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
