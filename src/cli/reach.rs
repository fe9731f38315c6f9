//! `tokenleash reach`: which agent reads which credential of a tree, what bounds it, what asks a person.
//!
//! In: a folder. Out: the map as text, JSON or a page. It only reads, and follows no link out of the folder.

use std::fs;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::scan::{self, Clock};
use super::screen::Screen;
use crate::engine;
use crate::error::{Error, Result};
use crate::judge::agents::map::{self, Parts};
use crate::report::reach;

/// What to look at, and how to write it.
#[derive(Debug, Args)]
pub struct ReachArguments {
    /// The folder
    #[arg(value_name = "PATH", default_value = ".")]
    path: PathBuf,
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
    let surveyed = scan::survey_folder(&folder, &Clock::read())?;
    let map = map::map(&Parts {
        findings: &surveyed.outcome.findings,
        files: &surveyed.files,
        agents: &surveyed.agents,
        rules: &surveyed.rules,
        mask: &|text| engine::masked(text, &surveyed.rules),
        looked_at: surveyed.outcome.summary.files,
        unchecked: surveyed.outcome.unchecked.len(),
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
