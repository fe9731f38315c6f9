//! `tokenleash ci`: what a runner's event is about, judged by a policy that the change cannot write.
//!
//! In: flags, the runner's variables, the event's payload, objects of the repository. Out: a report on standard output,
//! SARIF in a file, also when nothing could be decided, and on GitHub a job summary and outputs. Nothing is checked out,
//! and but for the mode run, which judges the job itself, no file of the working tree is read; a connection is opened only with `--fetch`.

mod clone;
mod judge;
mod messages;
mod resolve;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::{Args, ValueEnum};

use super::env::{self, Missing};
use super::origin;
use super::scan::{Clock, here};
use super::screen::Screen;
use super::{FormatArgument, Suppressed};
use crate::act::ci::event::PAYLOAD_AT_MOST;
use crate::act::ci::plan::{self, Plan};
use crate::act::ci::runner::{self, Runner};
use crate::act::ci::summary::{self, Output};
use crate::engine::without_secrets;
use crate::error::{Error, Result};
use crate::judge::rules::RULES;
use crate::model::{Outcome, Overall};
use crate::report::{self, Entry, Format, Released, sanitize, summary_markdown};
use crate::source::{GitEnvironment, Repository};
use clone::Clone;
use judge::Edits;

/// What is judged, and how it is written.
#[derive(Debug, Args)]
pub struct CiArguments {
    /// What to judge: the commits of the change that this run is for, or what an agent in a later step of this job could read
    #[arg(long, value_enum, default_value = "changes")]
    mode: Mode,
    /// Let `git fetch` bring what a shallow clone lacks, or the head of a pull request, as data
    #[arg(long)]
    fetch: bool,
    /// Write SARIF to this file, also when nothing was found
    #[arg(long, value_name = "FILE")]
    sarif: Option<PathBuf>,
    /// What becomes of waived and known findings in SARIF [default: leave-out on GitHub, else keep]
    #[arg(long, value_enum, value_name = "HOW")]
    suppressed: Option<Suppressed>,
    /// The report on standard output [default: github on GitHub, else text]
    #[arg(long, value_enum)]
    format: Option<FormatArgument>,
    /// Which findings make the run fail
    #[arg(long, value_enum, default_value = "introduced", value_name = "WHICH")]
    fail_on: FailOn,
    /// Read the policy from this file, which must lie outside the checkout
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

/// What is judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Mode {
    Changes,
    Run,
}

/// Which findings decide the exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum FailOn {
    Introduced,
    Existing,
}

/// Runs the command.
pub fn run(arguments: &CiArguments, screen: &Screen) -> Result<u8> {
    let start = Instant::now();
    let runner = Runner::detect(&variable);
    let judged = examine(arguments, runner).and_then(|mut outcome| {
        outcome.seconds = Some(start.elapsed().as_secs_f64());
        outcome.ended = Some(Clock::read().now);
        write_sarif(arguments, runner, screen, &outcome)?;
        write(arguments, runner, screen, &outcome)?;
        Ok(outcome)
    });
    match judged {
        Ok(outcome) => {
            let overall = outcome.summary.overall;
            let left = Left {
                summary: summary_markdown::of_outcome(&outcome),
                overall,
                sarif: arguments.sarif.as_deref(),
            };
            leave(runner, &left)?;
            Ok(overall.exit_code())
        }
        Err(error) => {
            break_off(arguments, runner, screen, &error)?;
            Err(error)
        }
    }
}

/// Says that the run came to no outcome, everywhere where one would stand.
fn break_off(
    arguments: &CiArguments,
    runner: Runner,
    screen: &Screen,
    error: &Error,
) -> Result<()> {
    let said = sanitize::sentence(&without_secrets(&error.to_string()));
    let outcome = Outcome::broken_off("nothing: the run broke off".to_owned(), said.clone());
    // The error itself is what counts; a disk or a runner that takes no report of it changes nothing.
    let _ = write_sarif(arguments, runner, screen, &outcome);
    let left = Left {
        summary: summary_markdown::of_error(error),
        overall: Overall::Undecided,
        // The file has no results, and whoever uploads it would close every alert.
        sarif: None,
    };
    let _ = leave(runner, &left);
    if runner == Runner::GitHub {
        let said = sanitize::command_data(&said);
        screen.say(&format!("::error title=tokenleash::{said}"))?;
    }
    Ok(())
}

/// A variable of this process; one that is empty or no Unicode counts as unset.
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

fn examine(arguments: &CiArguments, runner: Runner) -> Result<Outcome> {
    match arguments.mode {
        Mode::Changes => examine_changes(arguments, runner),
        Mode::Run if arguments.config.is_some() => Err(Error::usage(
            "the mode run takes no policy but the checkout's, which may only make it stricter",
        )
        .at("--config")),
        Mode::Run => env::before_agent(if arguments.fetch {
            Missing::MayBeFetched
        } else {
            Missing::StaysAway
        }),
    }
}

fn examine_changes(arguments: &CiArguments, runner: Runner) -> Result<Outcome> {
    let plan = plan_of(arguments, runner)?;
    let folder = here()?;
    let repository = Repository::open(&folder, &GitEnvironment::from_process())?;
    if let (Some(config), Some(top)) = (&arguments.config, repository.work_dir()) {
        refuse_inside(config, top)?;
    }
    let clone = Clone::new(repository.clone(), folder, arguments.fetch);
    let is_sarif = arguments
        .format
        .is_some_and(|format| Format::from(format) == Format::Sarif);
    let edits = match arguments.sarif.is_some() || is_sarif {
        true => Edits::Planned,
        false => Edits::LeftOut,
    };
    let mut outcome = judge::examine(plan, clone, arguments.config.as_deref(), edits)?;
    outcome.origin = origin::of_run(&repository, &variable, outcome.commit.as_deref());
    Ok(outcome)
}

fn plan_of(arguments: &CiArguments, runner: Runner) -> Result<Plan> {
    let event = runner::event(runner, &variable, &read_payload)?;
    let mut plan = plan::plan(event);
    if arguments.fail_on == FailOn::Existing {
        plan.fail_on_existing();
    }
    Ok(plan)
}

fn read_payload(path: &str) -> Result<Vec<u8>> {
    let failed = |what: &str| Error::source(what.to_owned()).at("GITHUB_EVENT_PATH");
    let about =
        fs::metadata(path).map_err(|_| failed("the file of the event's payload is not there"))?;
    if !about.is_file() || about.len() > PAYLOAD_AT_MOST {
        return Err(failed(
            "the event's payload is no file, or larger than GitHub makes one",
        ));
    }
    fs::read(path).map_err(|_| failed("the event's payload could not be read"))
}

/// The change must not bring the policy that judges it.
fn refuse_inside(config: &Path, top: &Path) -> Result<()> {
    let gone = |_| Error::config("the configuration could not be read").at("--config");
    let top = top.canonicalize().map_err(gone)?;
    let target = config.canonicalize().map_err(gone)?;
    // A link of the checkout that leads out of it is the change's choice as well.
    let folder = match config.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let folder = folder.canonicalize().map_err(gone)?;
    if target.starts_with(&top) || folder.starts_with(&top) {
        return Err(
            Error::usage("the policy may not come from the checkout that it judges")
                .at("--config")
                .hint("leave the flag out: the policy is read from the base branch"),
        );
    }
    Ok(())
}

fn entry(arguments: &CiArguments) -> Entry {
    match arguments.mode {
        Mode::Changes => Entry::Ci,
        Mode::Run => Entry::Job,
    }
}

fn write_sarif(
    arguments: &CiArguments,
    runner: Runner,
    screen: &Screen,
    outcome: &Outcome,
) -> Result<()> {
    let Some(path) = &arguments.sarif else {
        return Ok(());
    };
    let mut style = screen.style(entry(arguments));
    style.color = false;
    let by_default = match runner {
        Runner::GitHub => Released::LeftOut,
        _ => Released::Kept,
    };
    style.released = arguments.suppressed.map_or(by_default, Into::into);
    let mut text = Vec::new();
    report::write(Format::Sarif, outcome, &RULES, &style, &mut text).map_err(unwritten)?;
    write_file(path, &text)
}

fn write(
    arguments: &CiArguments,
    runner: Runner,
    screen: &Screen,
    outcome: &Outcome,
) -> Result<()> {
    let format = match arguments.format {
        Some(format) => format.into(),
        None if runner == Runner::GitHub => Format::Github,
        None => Format::Text,
    };
    let mut style = screen.style(entry(arguments));
    style.color &= format == Format::Text;
    let mut text = Vec::new();
    report::write(format, outcome, &RULES, &style, &mut text).map_err(unwritten)?;
    screen.write(&text)
}

fn unwritten(_: std::io::Error) -> Error {
    Error::output("the report could not be written")
}

/// Writes a file; a link that a checkout may have planted in its place is not followed.
fn write_file(path: &Path, text: &[u8]) -> Result<()> {
    let failed = |what: &str| Error::output(what.to_owned()).at("--sarif");
    if fs::symlink_metadata(path).is_ok_and(|about| !about.is_file()) {
        return Err(failed(
            "something that is no plain file stands in the SARIF file's place",
        ));
    }
    fs::write(path, text).map_err(|_| failed("the SARIF file could not be written"))
}

/// What a step leaves behind.
struct Left<'a> {
    summary: String,
    overall: Overall,
    /// The SARIF file, where it may be uploaded.
    sarif: Option<&'a Path>,
}

/// Leaves the job summary and the outputs where GitHub's runner takes them.
fn leave(runner: Runner, left: &Left<'_>) -> Result<()> {
    if runner != Runner::GitHub {
        return Ok(());
    }
    if let Some(path) = variable("GITHUB_STEP_SUMMARY") {
        summary::append(Path::new(&path), &left.summary)?;
    }
    if let Some(path) = variable("GITHUB_OUTPUT") {
        let sarif = left.sarif.map(|path| path.to_string_lossy().into_owned());
        let code = left.overall.exit_code().to_string();
        let outputs = [
            ("sarif", sarif.as_deref().unwrap_or_default()),
            ("verdict", left.overall.word()),
            ("exit-code", code.as_str()),
        ]
        .map(|(name, value)| Output { name, value });
        let lines = summary::encode_outputs(&outputs, &summary::delimiter()?)?;
        summary::append(Path::new(&path), &lines)?;
    }
    Ok(())
}
