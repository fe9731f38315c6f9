//! `tokenleash env`: what an agent started right here could read; the gate before an agent's step, and before a command.
//!
//! In: flags, the process's environment, files of this machine. Out: a report, and where the verdict allows the command
//! itself. The policy of the checkout may only make it stricter: whoever wrote the checkout may be whom it guards against.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use clap::Args;

use super::FormatArgument;
use super::later::later_variables;
use super::policy::{self, Judging};
use super::scan::{Clock, here};
use super::screen::Screen;
use crate::act::ci::event::ObjectName;
use crate::act::ci::event::PAYLOAD_AT_MOST;
use crate::act::ci::fetch::{Depth, Fetcher, Wanted};
use crate::act::ci::starter::{Starter, starter};
use crate::engine::{self, Dependencies, Environment, Run, Seen, Threads};
use crate::error::{Error, Result};
use crate::judge::rules::RULES;
use crate::model::{Outcome, Overall, RepoPath, Unchecked};
use crate::report::{self, Entry, Format};
use crate::source::{
    Commit, EnvironmentSource, EnvironmentText, FolderSnapshot, Form, GitEnvironment, Left,
    MachineFile, Nothing, Repository, Snapshot, machine_files,
};

/// What is judged, and what is started.
#[derive(Debug, Args)]
pub struct EnvArguments {
    /// Judge as the step right before an agent: what it inherits, and in GitHub Actions what its job hands it
    #[arg(long)]
    before_agent: bool,
    /// Start the command without the variables that hold findings
    #[arg(long, requires = "command")]
    scrub: bool,
    #[arg(long, value_enum, default_value = "text")]
    format: FormatArgument,
    /// The command to start when the verdict allows it
    #[arg(last = true, value_name = "CMD")]
    command: Vec<OsString>,
}

/// The most bytes that are read of what a step wrote for later ones.
const WRITTEN_AT_MOST: u64 = 8 << 20;

type Variables = Vec<(OsString, OsString)>;

/// What a look is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// To list what lies here.
    Listing,
    /// To start a command.
    Starting,
    /// To let an agent's step start, in GitHub Actions with what its job hands it.
    BeforeAgent(Missing),
}

/// What becomes of a commit that the clone lacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Missing {
    StaysAway,
    MayBeFetched,
}

/// Judges what an agent in a later step of this job could read.
pub(super) fn before_agent(missing: Missing) -> Result<Outcome> {
    let look = Look::new(Purpose::BeforeAgent(missing))?;
    Ok(look.at(&inherited())?.0)
}

/// The variables of this process, in one order.
fn inherited() -> Variables {
    let mut variables: Variables = std::env::vars_os().collect();
    variables.sort();
    variables
}

/// Runs the command.
pub fn run(arguments: &EnvArguments, screen: &Screen) -> Result<u8> {
    let start = Instant::now();
    let mut variables = inherited();
    let look = Look::new(arguments.purpose())?;
    let (mut outcome, holding) = look.at(&variables)?;
    let mut removed = Vec::new();
    if arguments.scrub && !holding.is_empty() {
        variables.retain(|(name, _)| {
            let holds = holding.contains(name.to_string_lossy().as_ref());
            if holds {
                removed.push(name.clone());
            }
            !holds
        });
        outcome = look.at(&variables)?.0;
        let names: Vec<String> = removed
            .iter()
            .map(|name: &OsString| name.to_string_lossy().into_owned())
            .collect();
        outcome.remarks.push(format!(
            "not handed on: {}; what the agent itself needs is kept",
            names.join(", ")
        ));
    }
    outcome.seconds = Some(start.elapsed().as_secs_f64());
    outcome.ended = Some(Clock::read().now);
    write(arguments, screen, &outcome)?;
    let overall = outcome.summary.overall;
    match arguments.command.split_first() {
        Some((program, rest)) if overall == Overall::Clean => {
            let mut command = Command::new(program);
            command.args(rest);
            for name in &removed {
                command.env_remove(name);
            }
            start_command(&mut command)
        }
        _ => Ok(overall.exit_code()),
    }
}

impl EnvArguments {
    fn purpose(&self) -> Purpose {
        if self.before_agent {
            Purpose::BeforeAgent(Missing::StaysAway)
        } else if self.command.is_empty() {
            Purpose::Listing
        } else {
            Purpose::Starting
        }
    }

    fn entry(&self) -> Entry {
        if !self.command.is_empty() {
            Entry::Hook
        } else if self.before_agent {
            Entry::Job
        } else {
            Entry::Scan
        }
    }
}

/// Becomes the command, so that signals and the exit code are its own.
#[cfg(unix)]
fn start_command(command: &mut Command) -> Result<u8> {
    use std::os::unix::process::CommandExt;
    let _ = command.exec();
    Err(Error::usage("the command could not be started"))
}

/// Starts the command and gives its exit code.
#[cfg(not(unix))]
fn start_command(command: &mut Command) -> Result<u8> {
    let status = command
        .status()
        .map_err(|_| Error::usage("the command could not be started"))?;
    Ok(status
        .code()
        .and_then(|code| u8::try_from(code).ok())
        .unwrap_or(1))
}

fn write(arguments: &EnvArguments, screen: &Screen, outcome: &Outcome) -> Result<()> {
    let starts = !arguments.command.is_empty();
    let mut style = screen.style(arguments.entry());
    let format: Format = arguments.format.into();
    style.color &= format == Format::Text;
    let mut text = Vec::new();
    report::write(format, outcome, &RULES, &style, &mut text)
        .map_err(|_| Error::output("the report could not be written"))?;
    if !starts {
        return screen.write(&text);
    }
    // Standard output belongs to the command. A closed standard error leaves nobody to tell; the exit code still says it.
    let _ = io::stderr().lock().write_all(&text);
    Ok(())
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// Everything about this place that does not change with the variables.
struct Look {
    form: Form,
    files: Vec<MachineFile>,
    unchecked: Vec<Unchecked>,
    job: Option<(RepoPath, String)>,
    head: Box<dyn Snapshot>,
    judging: Judging,
    clock: Clock,
    event: String,
    starter: Starter,
    /// Text that an earlier line of this step wrote for later ones.
    later: Vec<(String, String)>,
    /// Whether this is a step of a job on GitHub with an agent behind it.
    in_job: bool,
}

impl Look {
    fn new(purpose: Purpose) -> Result<Look> {
        let clock = Clock::read();
        let folder = here()?;
        let repository = Repository::discover(&folder, &GitEnvironment::default())
            .ok()
            .flatten();
        let top = repository
            .as_ref()
            .and_then(Repository::work_dir)
            .unwrap_or(&folder)
            .to_owned();
        let tree = FolderSnapshot::new(&top);
        let base: (&dyn Snapshot, &str) = (&Nothing, "built-in");
        let judging = policy::of_change(Some(base), &tree, "this tree", clock.today)?;
        let in_actions = variable("GITHUB_ACTIONS").is_some();
        let left = Left {
            home: policy::home(),
            checkout: Some(
                variable("GITHUB_WORKSPACE")
                    .map(PathBuf::from)
                    .filter(|place| place.is_dir())
                    .unwrap_or_else(|| top.clone()),
            ),
            temporary: variable("RUNNER_TEMP")
                .map(PathBuf::from)
                .filter(|_| in_actions),
        };
        let surfaces = judging.rules.surfaces().iter();
        let patterns = surfaces.flat_map(|surface| surface.paths.iter().copied());
        let pointed = |name: &str| variable(name).map(PathBuf::from);
        let (files, unchecked) = machine_files(&left, patterns, &pointed);
        let mut look = Look {
            form: match purpose {
                Purpose::Listing => Form::Environment,
                Purpose::Starting | Purpose::BeforeAgent(_) => Form::Inherited,
            },
            files,
            unchecked,
            job: None,
            head: Box::new(tree),
            judging,
            clock,
            event: variable("GITHUB_EVENT_NAME").unwrap_or_default(),
            starter: Starter::Unknown,
            later: Vec::new(),
            in_job: false,
        };
        if let Purpose::BeforeAgent(missing) = purpose
            && in_actions
        {
            look.in_job = true;
            look.read_files();
            look.join(repository, &top, missing);
        }
        Ok(look)
    }

    /// Finds the job that runs: its file at the commit that GitHub took it from.
    fn join(&mut self, repository: Option<Repository>, top: &Path, missing: Missing) {
        self.note("inputs of later actions that GitHub masks, and what a later step adds, cannot be seen from here", false);
        let reference = variable("GITHUB_WORKFLOW_REF").unwrap_or_default();
        let own = variable("GITHUB_REPOSITORY").unwrap_or_default();
        let written = reference.split('@').next().unwrap_or_default();
        let path = written
            .strip_prefix(&format!("{own}/"))
            .filter(|_| !own.is_empty());
        let (Some(path), Some(job)) = (path, variable("GITHUB_JOB")) else {
            let elsewhere = !own.is_empty() && !reference.is_empty();
            return self.note("the workflow of this job stands in another repository, or is not named, and was not read", !elsewhere);
        };
        let id = variable("GITHUB_WORKFLOW_SHA").and_then(|id| ObjectName::parse(&id));
        let commit = id
            .zip(repository)
            .and_then(|(id, repository)| commit_of(&id, repository, top, missing));
        match commit {
            Some((commit, repository)) => self.head = Box::new(repository.commit_snapshot(&commit)),
            None => {
                // There the working tree may be an outsider's.
                let foreign = matches!(
                    self.event.as_str(),
                    "pull_request_target" | "workflow_run" | "issue_comment"
                );
                self.head = Box::new(FolderSnapshot::new(top));
                self.note("the commit that this workflow comes from is not in this clone; its file in the working tree was read", foreign);
            }
        }
        if !matches!(self.head.read(path.as_bytes()), Ok(Some(_))) {
            return self.note(
                "the workflow of this job is not in the checkout: check it out before this step",
                true,
            );
        }
        self.job = Some((RepoPath::from(path), job));
    }

    /// Reads the payload of the event, and what this step has already written for later ones.
    fn read_files(&mut self) {
        let payload = self.file_of("GITHUB_EVENT_PATH", PAYLOAD_AT_MOST);
        self.starter = starter(&self.event, &payload);
        let written = self.file_of("GITHUB_ENV", WRITTEN_AT_MOST);
        self.later = later_variables(&String::from_utf8_lossy(&written));
    }

    /// The bytes of a file that a variable names; none where there is no such file, and a word where it is too large, or
    /// no plain file: opening a pipe may wait for ever.
    fn file_of(&mut self, name: &str, at_most: u64) -> Vec<u8> {
        let place = variable(name).map(PathBuf::from);
        let Some((about, place)) = place.and_then(|place| Some((place.metadata().ok()?, place)))
        else {
            return Vec::new();
        };
        let mut bytes = Vec::new();
        let read = about.is_file()
            && File::open(place)
                .and_then(|file| file.take(at_most + 1).read_to_end(&mut bytes))
                .is_ok();
        if !read || bytes.len() as u64 > at_most {
            self.note(
                &format!("the file that {name} names is too large or could not be read"),
                true,
            );
            bytes.clear();
        }
        bytes
    }

    fn note(&mut self, why: &str, undecided: bool) {
        self.unchecked.push(Unchecked {
            path: RepoPath::from("this job"),
            why: why.to_owned(),
            undecided,
        });
    }

    fn at(&self, variables: &Variables) -> Result<(Outcome, std::collections::BTreeSet<String>)> {
        let own = variables
            .iter()
            .map(|(name, value)| (name.as_os_str(), value.as_os_str()));
        let later = self
            .later
            .iter()
            .map(|(name, value)| (OsStr::new(name), OsStr::new(value)));
        let text = EnvironmentText::new(own.chain(later));
        let source =
            EnvironmentSource::new(&text, self.form, &self.files, &self.unchecked, &*self.head);
        let run = Run {
            source: &source,
            policies: &self.judging.policies,
            rules: &self.judging.rules,
            threads: Threads::Exactly(1),
            seen: &Seen::default(),
            now: self.clock.now,
            loosened: &[],
            weakened: &[],
            by_agent: false,
            dependencies: Dependencies::Shown,
            looked_at: "the environment and what logins left".to_owned(),
            commit: None,
        };
        let environment = Environment {
            text: &text,
            job: self.job.clone(),
            starter: self.starter,
        };
        let inherited = engine::run_environment(&run, &environment)?;
        Ok((inherited.outcome, inherited.holding))
    }
}

/// A commit of the clone, fetched where that is allowed and it is not there.
fn commit_of(
    id: &ObjectName,
    repository: Repository,
    top: &Path,
    missing: Missing,
) -> Option<(Commit, Repository)> {
    if let Ok(commit) = repository.resolve(id.as_str()) {
        return Some((commit, repository));
    }
    if missing == Missing::StaysAway {
        return None;
    }
    let wanted = [Wanted::Commit(id.clone())];
    Fetcher::new(top).fetch(&wanted, Depth::Whole).ok()?;
    let repository = Repository::open(top, &GitEnvironment::default()).ok()?;
    let commit = repository.resolve(id.as_str()).ok()?;
    Some((commit, repository))
}
