//! Counts the instructions of what people wait for, and fails where they are more than `benches/budgets.toml` allows:
//! `cargo bench --bench instructions`
//!
//! Wall time moves with the load of a machine; this does not. valgrind and git must be installed; without them it says so
//! and counts nothing. It runs one thread, since two share their work differently each time.

mod support;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, ExitCode};

use serde::Deserialize;
use support::{Failure, git, installed, place, repository, words};

const BUDGETS: &str = include_str!("budgets.toml");

/// What something may take.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Budget {
    what: String,
    at_most: u64,
}

/// The instructions of one run, whatever its exit code says of findings.
fn count(folder: &Path, line: &str) -> Result<u64, Failure> {
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(env!("CARGO_BIN_EXE_tokenleash"))
        .args(words(line))
        .current_dir(folder)
        .output()?;
    let said = String::from_utf8_lossy(&output.stderr);
    let collected = said
        .lines()
        .find_map(|line| line.split_once("Collected : "));
    match (output.status.code(), collected) {
        (Some(0 | 1), Some((_, number))) => Ok(number.trim().parse()?),
        _ => Err(format!("`tokenleash {line}` could not be counted").into()),
    }
}

fn bytes_below(folder: &Path) -> Result<u64, Failure> {
    let mut bytes = 0;
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        bytes += match entry.file_type()?.is_dir() {
            true => bytes_below(&entry.path())?,
            false => entry.metadata()?.len(),
        };
    }
    Ok(bytes)
}

fn measure() -> Result<BTreeMap<&'static str, u64>, Failure> {
    let temporary = tempfile::tempdir()?;
    let repository_of = |name: &str| temporary.path().join(name);
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut counts = BTreeMap::new();
    counts.insert("start", count(temporary.path(), "--version")?);
    let folder = repository_of("code");
    repository(&folder, 100)?;
    counts.insert("hook", count(&folder, "hook pre-commit")?);
    let folder = repository_of("settings");
    repository(&folder, 100)?;
    git(&folder, &format!("reset -q -- {}", place(0)), b"")?;
    let text = "{\"name\": \"x\", \"version\": \"1.2.3\"}\n";
    std::fs::write(folder.join("package-lock.json"), text)?;
    git(&folder, "add package-lock.json", b"")?;
    counts.insert("hook-of-settings", count(&folder, "hook pre-commit")?);
    let tree = count(&source, "scan --threads 1 --policy none --format json .")?;
    counts.insert("tree", tree / bytes_below(&source)?.max(1));
    Ok(counts)
}

fn run() -> Result<bool, Failure> {
    for program in ["valgrind", "git"] {
        if !installed(program) {
            println!("{program} is not installed: nothing is counted");
            return Ok(true);
        }
    }
    let budgets: BTreeMap<String, Budget> = toml::from_str(BUDGETS)?;
    let mut within = true;
    for (name, count) in measure()? {
        let budget = budgets
            .get(name)
            .ok_or_else(|| format!("no budget for {name}"))?;
        let over = count > budget.at_most;
        within &= !over;
        println!(
            "{name:<18} {count:>10} of {:>10}  {}{}",
            budget.at_most,
            budget.what,
            if over { "  TOO MANY" } else { "" },
        );
    }
    Ok(within)
}

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::FAILURE
        }
    }
}
