//! `tokenleash scan`: flags into a source and a policy, the outcome into a format.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;
use std::time::Instant;

use jiff::{Timestamp, civil::Date};

use super::history;
use super::origin;
use super::policy::{self, Judging};
use super::progress::Progress;
use super::screen::Screen;
use super::tree;
use super::{FormatArgument, ScanArguments};
use crate::engine::fixes::{self, Planning};
use crate::engine::{self, Dependencies, Run, Seen, Threads};
use crate::error::{Error, Result};
use crate::judge::rules::RULES;
use crate::model::{Outcome, RepoPath};
use crate::policy::Policy;
use crate::read::agent_config::AgentFile;
use crate::report::{self, Entry, Format};
use crate::source::{
    FolderSnapshot, GitEnvironment, RangeSource, Repository, SingleSource, Snapshot, Source,
    StagedSource,
};

impl From<FormatArgument> for Format {
    fn from(word: FormatArgument) -> Format {
        match word {
            FormatArgument::Text => Format::Text,
            FormatArgument::Json => Format::Json,
            FormatArgument::Jsonl => Format::Jsonl,
            FormatArgument::Sarif => Format::Sarif,
            FormatArgument::Github => Format::Github,
            FormatArgument::Gitlab => Format::Gitlab,
            FormatArgument::Junit => Format::Junit,
        }
    }
}

/// The day and second of the run: the only clock that is read.
pub struct Clock {
    pub now: i64,
    pub today: Date,
}

impl Clock {
    /// Reads the clock.
    pub fn read() -> Self {
        let now = Timestamp::now();
        Clock {
            now: now.as_second(),
            today: jiff::tz::TimeZone::UTC.to_datetime(now).date(),
        }
    }
}

/// How many threads to use where nothing is said.
pub fn threads(wanted: Option<u16>) -> Threads {
    let available = || thread::available_parallelism().map_or(1, |count| count.get().min(16));
    wanted.map_or(Threads::AsMany(available), |count| {
        Threads::Exactly(usize::from(count))
    })
}

/// The folder that the command was started in.
pub fn here() -> Result<PathBuf> {
    std::env::current_dir().map_err(|_| Error::usage("the current folder is gone"))
}

/// Runs the command.
pub fn run(arguments: &ScanArguments, screen: &Screen) -> Result<u8> {
    let start = Instant::now();
    let clock = Clock::read();
    if let Some(shard) = &arguments.shard {
        return history::fill(arguments, shard, &clock, screen);
    }
    let mut outcome = examine(arguments, &clock)?;
    outcome.seconds = Some(start.elapsed().as_secs_f64());
    outcome.ended = Some(Clock::read().now);
    let mut style = screen.style(Entry::Scan);
    style.why_not = arguments.why_not;
    style.released = arguments.suppressed.map_or(style.released, Into::into);
    if arguments.output.is_some() {
        style.color = false;
    }
    let mut text = Vec::new();
    report::write(arguments.format.into(), &outcome, &RULES, &style, &mut text)
        .map_err(|_| Error::output("the report could not be written"))?;
    match &arguments.output {
        Some(path) => fs::write(path, text).map_err(|_| {
            Error::output("the report could not be written").at(path.display().to_string())
        })?,
        None => screen.write(&text)?,
    }
    Ok(outcome.summary.overall.exit_code())
}

pub(super) fn examine(arguments: &ScanArguments, clock: &Clock) -> Result<Outcome> {
    let folder = here()?;
    let environment = GitEnvironment::from_process();
    if arguments.staged || arguments.range.is_some() || arguments.history {
        let repository = Repository::open(&folder, &environment)?;
        let mut outcome = examine_git(arguments, clock, &repository)?;
        outcome.origin = origin::of_clone(&repository, outcome.commit.as_deref());
        return Ok(outcome);
    }
    if arguments.stdin {
        let name = arguments.path.as_deref().unwrap_or_default();
        let snapshot = FolderSnapshot::new(&folder);
        let judging = of_tree(arguments, clock, &snapshot, None)?;
        let path = RepoPath::from(name.trim_start_matches("./"));
        let source = SingleSource::file(path, std::io::stdin());
        return finish(arguments, clock, &judging, &source, "standard input", None);
    }
    tree::look(arguments, clock).map(|looked| looked.outcome)
}

fn examine_git(
    arguments: &ScanArguments,
    clock: &Clock,
    repository: &Repository,
) -> Result<Outcome> {
    if arguments.staged {
        return examine_staged(arguments, clock, repository);
    }
    match &arguments.range {
        Some(range) => examine_range(arguments, clock, repository, range),
        None => history::examine(arguments, clock, repository),
    }
}

fn examine_staged(
    arguments: &ScanArguments,
    clock: &Clock,
    repository: &Repository,
) -> Result<Outcome> {
    let head = repository.head()?;
    let base = head
        .as_ref()
        .map(|commit| repository.commit_snapshot(commit));
    let index = repository.index_snapshot()?;
    let judging = of_change(
        arguments,
        clock,
        repository,
        base.as_ref()
            .map(|snapshot| (snapshot as &dyn Snapshot, "HEAD")),
        &index,
        "the index",
    )?;
    let source = StagedSource::new(repository)?;
    finish(arguments, clock, &judging, &source, "what is staged", None)
}

fn examine_range(
    arguments: &ScanArguments,
    clock: &Clock,
    repository: &Repository,
    range: &str,
) -> Result<Outcome> {
    let source = RangeSource::between(repository, range)?;
    let commit = match range.split_once("..") {
        Some((_, end)) if !end.is_empty() => repository.resolve(end)?,
        _ => repository.resolve("HEAD")?,
    };
    let base = policy::BaseOfRange::find(repository, "origin")?;
    let judging = of_change(
        arguments,
        clock,
        repository,
        Some(base.or_start(source.base(), "the start of the range")),
        source.head(),
        "the end of the range",
    )?;
    let looked_at = format!("the commits of {range}");
    let commit = Some(commit.hex());
    finish(arguments, clock, &judging, &source, &looked_at, commit)
}

fn of_change(
    arguments: &ScanArguments,
    clock: &Clock,
    repository: &Repository,
    base: Option<(&dyn Snapshot, &str)>,
    head: &dyn Snapshot,
    head_shown_as: &str,
) -> Result<Judging> {
    if arguments.config.is_some() || arguments.policy.is_some() {
        return of_tree(arguments, clock, head, Some(repository));
    }
    policy::of_change(base, head, head_shown_as, clock.today)
}

/// The policy of a scan that is no change: what the command line names, else the tree's own.
pub(super) fn of_tree(
    arguments: &ScanArguments,
    clock: &Clock,
    snapshot: &dyn Snapshot,
    repository: Option<&Repository>,
) -> Result<Judging> {
    let (policy, from) = match (&arguments.config, arguments.policy.as_deref()) {
        (Some(path), _) => (policy::of_file(path)?, path.display().to_string()),
        (None, Some("none")) => (Policy::built_in(), "built-in defaults".to_owned()),
        (None, Some(reference)) => {
            let repository = repository.ok_or_else(|| {
                Error::usage("--policy names a commit, and this is no Git repository")
            })?;
            let commit = repository.resolve(reference)?;
            let at_commit = repository.commit_snapshot(&commit);
            let policy = policy::of_snapshot(&at_commit, reference)?;
            (
                policy.unwrap_or_else(Policy::built_in),
                format!("{reference}:.tokenleash.toml"),
            )
        }
        (None, None) => match policy::of_snapshot(snapshot, "")? {
            Some(policy) => (policy, "this tree's .tokenleash.toml".to_owned()),
            None => (Policy::built_in(), "built-in defaults".to_owned()),
        },
    };
    policy::alone(policy, from, clock.today)
}

pub(super) fn finish(
    arguments: &ScanArguments,
    clock: &Clock,
    judging: &Judging,
    source: &dyn Source,
    looked_at: &str,
    commit: Option<String>,
) -> Result<Outcome> {
    let (mut outcome, _) = survey(arguments, clock, judging, source, looked_at, commit)?;
    prepare(arguments, judging, source, &mut outcome);
    Ok(outcome)
}

/// Makes the outcome what the arguments ask for.
pub(super) fn prepare(
    arguments: &ScanArguments,
    judging: &Judging,
    source: &dyn Source,
    outcome: &mut Outcome,
) {
    if arguments.strict {
        engine::make_strict(outcome);
    }
    if matches!(arguments.format, FormatArgument::Sarif) {
        let planning = Planning {
            snapshot: source.head(),
            policies: &judging.policies,
            rules: &judging.rules,
            is_kept: &|_, _| false,
        };
        fixes::add_to(&planning, outcome);
    }
}

pub(super) fn survey(
    arguments: &ScanArguments,
    clock: &Clock,
    judging: &Judging,
    source: &dyn Source,
    looked_at: &str,
    commit: Option<String>,
) -> Result<(Outcome, Vec<AgentFile>)> {
    let seen = Arc::new(Seen::default());
    let progress = Progress::start(&seen, looked_at);
    let result = engine::survey(&run_of(
        arguments, clock, judging, source, &seen, looked_at, commit,
    ));
    drop(progress);
    result
}

/// What a scan asks of the engine.
pub(super) fn run_of<'a>(
    arguments: &ScanArguments,
    clock: &Clock,
    judging: &'a Judging,
    source: &'a dyn Source,
    seen: &'a Seen,
    looked_at: &str,
    commit: Option<String>,
) -> Run<'a> {
    Run {
        source,
        policies: &judging.policies,
        rules: &judging.rules,
        threads: threads(arguments.threads),
        seen,
        now: clock.now,
        loosened: &judging.loosened,
        weakened: &[],
        by_agent: false,
        dependencies: if arguments.deps {
            Dependencies::Shown
        } else {
            Dependencies::Counted
        },
        looked_at: looked_at.to_owned(),
        commit,
    }
}
