//! `tokenleash drill`: plays the PocketOS incident on a tree.
//!
//! In: a folder. Out: the shortest path from an open file to a call that cannot be undone; exit code 1 where there is one.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::scan::{self, Clock};
use super::screen::Screen;
use super::survey;
use crate::engine;
use crate::error::{Error, Result};
use crate::judge::agents::drill::{self, Ground};
use crate::report::drill as report;

/// What to look at, and how to write it.
#[derive(Debug, Args)]
pub struct DrillArguments {
    /// The folder
    #[arg(value_name = "PATH", default_value = ".")]
    path: PathBuf,
    #[arg(long, value_enum, default_value = "text")]
    format: DrillFormat,
}

/// The formats of the drill.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum DrillFormat {
    Text,
    Json,
}

/// Runs the command.
pub fn run(arguments: &DrillArguments, screen: &Screen) -> Result<u8> {
    let folder = scan::here()?.join(&arguments.path);
    if !folder.is_dir() {
        return Err(Error::usage("this is no folder").at(arguments.path.display().to_string()));
    }
    let surveyed = survey::survey_folder(&folder, &Clock::read())?;
    let played = drill::drill(&Ground {
        findings: &surveyed.outcome.findings,
        files: &surveyed.files,
        agents: &surveyed.agents,
        rules: &surveyed.rules,
        snapshot: &surveyed.snapshot,
        mask: &|text| engine::masked(text, &surveyed.rules),
    });
    let mut text = Vec::new();
    let written = match arguments.format {
        DrillFormat::Text => report::write_text(&played, &mut text),
        DrillFormat::Json => report::write_json(&played, &mut text),
    };
    written.map_err(|_| Error::output("the drill could not be written"))?;
    screen.write(&text)?;
    Ok(u8::from(!played.ways.is_empty()))
}
