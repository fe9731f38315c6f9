//! What fuzzing calls: one plain function for each group of readers, none of which may panic on any bytes.
//!
//! Shared by `fuzz/` (cargo-fuzz) and by `tests/fuzz.rs`, which runs the same on a stable toolchain.

use std::hint::black_box;

use tokenleash::find::{self, Blob, recipe};
use tokenleash::model::RepoPath;
use tokenleash::policy::config;
use tokenleash::read::{agent_config, shell, workflow};
use tokenleash::rules::RuleSet;
use tokenleash::syntax::{self, Format};
use tokenleash::token;

/// A group of readers.
type Target = fn(&[u8]);

/// Every target by its name.
pub const TARGETS: [(&str, Target); 6] = [
    ("tokens", tokens),
    ("structure", structure),
    ("blobs", blobs),
    ("archives", archives),
    ("recipes", recipes),
    ("wiring", wiring),
];

/// Hands bytes to the target of a name.
pub fn run(name: &str, bytes: &[u8]) {
    let target = TARGETS.iter().find(|(known, _)| *known == name);
    target.expect("a target of that name").1(bytes);
}

/// Names that make the search read a blob as every form it knows.
const PATHS: [&str; 12] = [
    ".env",
    "a.json",
    "b.yml",
    "c.py",
    "d.toml",
    "main.tf",
    "terraform.tfstate",
    "n.ipynb",
    ".mcp.json",
    ".netrc",
    "deploy.sh",
    "AGENTS.md",
];

/// Claim readers and checksums.
fn tokens(bytes: &[u8]) {
    token::read_everything(bytes);
}

/// Files read as structure.
fn structure(bytes: &[u8]) {
    for format in [
        Format::Json,
        Format::Yaml,
        Format::Toml,
        Format::Dotenv,
        Format::Ini,
        Format::FrontMatter,
    ] {
        if let Ok(document) = syntax::parse(format, bytes) {
            let leaves = document.leaves().take(4000).count();
            black_box((
                leaves,
                document.duplicates(),
                document.leaf_at(bytes.len() / 2),
            ));
        }
    }
    let text = String::from_utf8_lossy(bytes);
    black_box((syntax::nested(&text), config::read(&text, "fuzz").is_ok()));
}

fn search(path: &str, bytes: &[u8]) {
    let path = RepoPath::from(path);
    let blob = Blob {
        path: &path,
        text: bytes,
        first_line: 1,
        offset: 0,
        whole: true,
    };
    black_box(find::find(&blob, &RuleSet::builtin()));
}

/// The whole search, under a name that the first byte chooses.
fn blobs(bytes: &[u8]) {
    let Some((first, rest)) = bytes.split_first() else {
        return;
    };
    search(PATHS[usize::from(*first) % PATHS.len()], rest);
}

/// Members of archives, behind the head of each form.
fn archives(bytes: &[u8]) {
    search("a.bin", bytes);
    for head in [&[0x1f, 0x8b, 8, 0][..], &[b'P', b'K', 3, 4]] {
        search("a.bin", &[head, bytes].concat());
    }
}

/// Lines that make broad credentials.
fn recipes(bytes: &[u8]) {
    for path in ["a.sh", "main.tf", "README.md", "k.yaml", "Dockerfile"] {
        let path = RepoPath::from(path);
        let blob = Blob {
            path: &path,
            text: bytes,
            first_line: 1,
            offset: 0,
            whole: true,
        };
        black_box(recipe::find_recipes(
            &blob,
            &RuleSet::builtin(),
            &mut find::Lineage::default(),
        ));
    }
}

/// Workflows, scripts, and what agents are told.
fn wiring(bytes: &[u8]) {
    let rules = RuleSet::builtin();
    black_box(shell::read(&String::from_utf8_lossy(bytes)));
    let path = RepoPath::from(".github/workflows/a.yml");
    let nothing = |_: &[u8]| None;
    black_box(workflow::read(&path, bytes, &nothing).is_ok());
    for path in agent_config::fixed_paths(&rules).iter().take(40) {
        black_box(agent_config::read(path, bytes, &rules));
    }
}
