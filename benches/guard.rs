//! Measures the guard as a user feels it, each time beside what the machine needs at least:
//! `cargo bench --bench guard -- [TREE] [REPOSITORY] [--peer 'COMMAND {}']…`
//!
//! A hook for one staged file in a repository of 100 files and in one of 90,000, beside `git diff --cached`; TREE beside
//! ripgrep searching one literal; the history of REPOSITORY beside git printing every object. A peer is any command that
//! scans the folder put in for `{}`. Runs alternate, so that a busy machine slows both; printed are the medians, the best
//! runs and their ratios. git must be installed; what else is missing is left out by name.

mod support;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use support::{Failure, installed, repository, words};

/// A literal that stands in no tree, this file apart, and whose bytes are neither rare nor common.
const LITERAL: &str = concat!("zq", "xj", "kv");

/// One contest: who is measured, against what, how often.
struct Contest {
    name: String,
    runs: usize,
    ours: Vec<String>,
    others: Vec<Vec<String>>,
    folder: PathBuf,
}

struct Times(Vec<Duration>);

impl Times {
    fn median(&self) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort();
        sorted[sorted.len() / 2].as_secs_f64()
    }

    fn best(&self) -> f64 {
        self.0.iter().min().map_or(f64::NAN, Duration::as_secs_f64)
    }
}

impl Contest {
    fn hold(&self) -> Result<(), Failure> {
        let all: Vec<&Vec<String>> = std::iter::once(&self.ours).chain(&self.others).collect();
        let mut times: Vec<Times> = all.iter().map(|_| Times(Vec::new())).collect();
        for run in 0..=self.runs {
            for (command, times) in all.iter().zip(&mut times) {
                let time = timed(command, &self.folder)?;
                // The first run warms the caches.
                if run > 0 {
                    times.0.push(time);
                }
            }
        }
        println!("\n{} ({} runs each)", self.name, self.runs);
        let ours = &times[0];
        for (command, times) in all.iter().zip(&times) {
            println!(
                "  median {:9.2} ms  best {:9.2} ms  ours is {:5.2}x (best {:5.2}x)  {}",
                times.median() * 1e3,
                times.best() * 1e3,
                ours.median() / times.median(),
                ours.best() / times.best(),
                shown(command),
            );
        }
        Ok(())
    }
}

fn shown(command: &[String]) -> String {
    let program = Path::new(&command[0]).file_name().unwrap_or_default();
    let rest = command[1..].iter().map(|word| format!(" {word}"));
    program.to_string_lossy().into_owned() + &rest.collect::<String>()
}

/// Runs a command without an eye on its exit code: a scanner that finds something says so by it.
fn timed(command: &[String], folder: &Path) -> Result<Duration, Failure> {
    let start = Instant::now();
    let status = Command::new(&command[0])
        .args(&command[1..])
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()?;
    let time = start.elapsed();
    match status.code() {
        Some(0..=1) => Ok(time),
        _ => Err(format!("`{}` failed in {}", shown(command), folder.display()).into()),
    }
}

fn hooks(ours: &str) -> Result<(), Failure> {
    let temporary = tempfile::tempdir()?;
    for files in [100, 90_000] {
        let folder = temporary.path().join(files.to_string());
        repository(&folder, files)?;
        Contest {
            name: format!("hook, one file staged among {files}"),
            runs: 40,
            ours: words(&format!("{ours} hook pre-commit")),
            others: vec![words("git diff --cached")],
            folder,
        }
        .hold()?;
    }
    Ok(())
}

fn tree(ours: &str, tree: &Path, peers: &[String]) -> Result<(), Failure> {
    let mut others = Vec::new();
    match installed("rg") {
        true => others.push(words(&format!("rg -c -uuu {LITERAL} ."))),
        false => println!("ripgrep is not installed and left out"),
    }
    others.extend(peers.iter().map(|peer| words(&peer.replace("{}", "."))));
    Contest {
        name: format!("tree {}", tree.display()),
        runs: 9,
        ours: words(&format!("{ours} scan --format json .")),
        others,
        folder: tree.to_owned(),
    }
    .hold()
}

fn history(ours: &str, repository: &Path) -> Result<(), Failure> {
    Contest {
        name: format!("history of {}", repository.display()),
        runs: 3,
        ours: words(&format!("{ours} scan --history --all --format json")),
        others: vec![words(
            "git cat-file --batch-all-objects --unordered --batch",
        )],
        folder: repository.to_owned(),
    }
    .hold()
}

fn run() -> Result<(), Failure> {
    let ours = env!("CARGO_BIN_EXE_tokenleash");
    let (mut places, mut peers) = (Vec::new(), Vec::new());
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--peer" => peers.push(arguments.next().ok_or("--peer needs a command")?),
            // Cargo passes `--bench`.
            flag if flag.starts_with("--") => {}
            _ => places.push(PathBuf::from(argument).canonicalize()?),
        }
    }
    let programs: BTreeSet<String> = peers
        .iter()
        .filter_map(|peer| peer.split(' ').next().map(str::to_owned))
        .collect();
    for program in programs.iter().filter(|program| !installed(program)) {
        println!("{program} is not installed and left out");
        peers.retain(|peer| peer.split(' ').next() != Some(program.as_str()));
    }
    hooks(ours)?;
    if let Some(folder) = places.first() {
        tree(ours, folder, &peers)?;
    }
    if let Some(folder) = places.get(1) {
        history(ours, folder)?;
    }
    Ok(())
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::FAILURE
        }
    }
}
