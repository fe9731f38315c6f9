//! `tokenleash reach`: which agent reads which credential of a tree, what bounds it, what asks a person.
//!
//! In: a folder, and with `--machine` what stands beside it. Out: the map as text, JSON or a page. It only reads, and
//! follows no link out of the folder.

use std::fs;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::machine;
use super::scan::{self, Clock};
use super::screen::Screen;
use super::survey;
use crate::engine;
use crate::error::{Error, Result};
use crate::judge::agents::map::{self, Parts};
use crate::report::reach;
use crate::source::{GitEnvironment, Repository};

/// What to look at, and how to write it.
#[derive(Debug, Args)]
pub struct ReachArguments {
    /// The folder
    #[arg(value_name = "PATH", default_value = ".")]
    path: PathBuf,
    /// Look at this machine as well: home files and the environment, read-only
    #[arg(long)]
    machine: bool,
    #[arg(long, value_enum, default_value = "text")]
    format: ReachFormat,
    /// Write to a file instead of standard output
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// The formats of the map.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ReachFormat {
    Text,
    Json,
    Html,
}

/// Runs the command; the map judges nothing, so its exit code is 0.
pub fn run(arguments: &ReachArguments, screen: &Screen) -> Result<u8> {
    let folder = scan::here()?.join(&arguments.path);
    if !folder.is_dir() {
        return Err(Error::usage("this is no folder").at(arguments.path.display().to_string()));
    }
    let clock = Clock::read();
    let mut surveyed = survey::survey_folder(&folder, &clock)?;
    let on_machine = match arguments.machine {
        true => Some(machine::add(&mut surveyed, &clock)?),
        false => None,
    };
    let map = map::map(&Parts {
        tree: tree(&folder, &clock),
        findings: &surveyed.outcome.findings,
        files: &surveyed.files,
        agents: &surveyed.agents,
        rules: &surveyed.rules,
        mask: &|text| engine::masked(text, &surveyed.rules),
        looked_at: surveyed.outcome.summary.files,
        on_machine: on_machine.as_ref(),
        unchecked: &surveyed.outcome.unchecked,
    });
    let mut text = Vec::new();
    let written = match arguments.format {
        ReachFormat::Text => reach::write_text(&map, &mut text),
        ReachFormat::Json => reach::write_json(&map, &mut text),
        ReachFormat::Html => reach::write_html(&map, &mut text),
    };
    written.map_err(|_| Error::output("the map could not be written"))?;
    match &arguments.output {
        Some(path) => fs::write(path, text).map_err(|_| {
            Error::output("the map could not be written").at(path.display().to_string())
        })?,
        None => screen.write(&text)?,
    }
    Ok(0)
}

/// Names a tree for whoever reads the page later: its folder, its commit and the day.
fn tree(folder: &Path, clock: &Clock) -> String {
    let whole = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    let name = whole
        .file_name()
        .map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let commit = Repository::discover(folder, &GitEnvironment::from_process())
        .ok()
        .flatten()
        .and_then(|repository| repository.head().ok().flatten())
        .map_or_else(String::new, |commit| {
            let id: String = commit.hex().chars().take(12).collect();
            format!(", working tree over commit {id}")
        });
    format!("{name}{commit}, {}", clock.today)
}
