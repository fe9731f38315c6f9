//! `tokenleash hook …`: what Git hands to each hook, into a source and a policy.
//!
//! No `git` is started here and no file of the working tree is read: what is judged is the index of this commit, or the
//! objects of this push. The report goes to standard error, where Git shows it.

use std::fs;
use std::io::{self, Read, Write};
use std::path::Path;
use std::time::Instant;

use super::HookCommand;
use super::policy::{self, Judging};
use super::scan::{Clock, here, threads};
use super::screen::Screen;
use crate::act::agent;
use crate::engine::{self, Dependencies, Run, Seen};
use crate::error::{Error, Result};
use crate::judge::rules::RULES;
use crate::model::{Outcome, Overall};
use crate::report::{self, Entry, Format};
use crate::source::{
    GitEnvironment, Nothing, RangeSource, RefUpdate, Repository, SingleSource, Snapshot, Source,
    StagedSource,
};

/// The file in the repository's own folder that remembers which tree was judged.
const JUDGED_TREE: &str = "tokenleash-judged-tree";

/// Runs the hook.
pub fn run(hook: &HookCommand, screen: &Screen) -> Result<u8> {
    let start = Instant::now();
    let clock = Clock::read();
    let environment = GitEnvironment::from_process();
    let repository = match hook {
        HookCommand::PreCommit { .. } => Repository::open_for_commit(&here()?, &environment)?,
        _ => Repository::open(&here()?, &environment)?,
    };
    let outcome = match hook {
        HookCommand::PreCommit { .. } => {
            staged(&repository, StagedSource::new(&repository)?, &clock)?
        }
        HookCommand::PreMergeCommit { .. } => {
            let source = StagedSource::merging(&repository, &environment)?;
            staged(&repository, source, &clock)?
        }
        HookCommand::CommitMsg { file } => message(&repository, file, &clock)?,
        HookCommand::PostCommit { .. } => return post_commit(&repository),
        HookCommand::PrePush { remote, .. } => push(&repository, remote, &clock)?,
        HookCommand::PreReceive { .. } => receive(&repository, &clock)?,
    };
    let mut outcome = outcome;
    outcome.seconds = Some(start.elapsed().as_secs_f64());
    if matches!(hook, HookCommand::CommitMsg { .. }) && says_nothing(&outcome) {
        return Ok(0);
    }
    let mut text = Vec::new();
    let style = screen.style(Entry::Hook);
    report::write(Format::Text, &outcome, &RULES, &style, &mut text)
        .map_err(|_| Error::output("the report could not be written"))?;
    let mut out = io::stderr().lock();
    // A closed standard error leaves nobody to tell; the exit code still says it.
    let _ = out.write_all(&text);
    Ok(outcome.summary.overall.exit_code())
}

/// A message without a finding is not worth a line: the commit's own report stands above it.
fn says_nothing(outcome: &Outcome) -> bool {
    outcome.summary.overall == Overall::Clean
        && outcome.summary.warned == 0
        && outcome.unchecked.is_empty()
}

fn judge(
    judging: &Judging,
    source: &dyn Source,
    clock: &Clock,
    looked_at: &str,
    commit: Option<String>,
) -> Result<Outcome> {
    engine::run(&Run {
        source,
        policies: &judging.policies,
        rules: &judging.rules,
        threads: threads(None),
        seen: &Seen::default(),
        now: clock.now,
        loosened: &judging.loosened,
        weakened: &[],
        by_agent: agent::running().is_some(),
        dependencies: Dependencies::Shown,
        looked_at: looked_at.to_owned(),
        commit,
    })
}

fn staged(repository: &Repository, source: StagedSource, clock: &Clock) -> Result<Outcome> {
    let head = repository.head()?;
    let base = head
        .as_ref()
        .map(|commit| repository.commit_snapshot(commit));
    let judging = policy::of_change(
        base.as_ref()
            .map(|snapshot| (snapshot as &dyn Snapshot, "HEAD")),
        source.head(),
        "the index",
        clock.today,
    )?;
    let outcome = judge(&judging, &source, clock, "what is staged", None)?;
    remember(repository, &source);
    Ok(outcome)
}

/// Keeps the id of the judged tree for `post-commit`. Where it cannot be kept, that hook has nothing to compare.
fn remember(repository: &Repository, source: &StagedSource) {
    let path = repository.git_dir().join(JUDGED_TREE);
    match source.tree_id() {
        Ok(tree) => {
            let _ = write_in_place(&path, tree.as_bytes());
        }
        Err(_) => {
            let _ = fs::remove_file(path);
        }
    }
}

/// Writes a file over what was there: some file systems write one that was cut to nothing to the disk at once.
fn write_in_place(path: &Path, text: &[u8]) -> io::Result<()> {
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .open(path)?;
    file.write_all(text)?;
    let length = text.len() as u64;
    match file.metadata()?.len() == length {
        true => Ok(()),
        false => file.set_len(length),
    }
}

/// TL906: says where the committed tree is not the judged one. The commit is made; the push is judged in any case.
fn post_commit(repository: &Repository) -> Result<u8> {
    let path = repository.git_dir().join(JUDGED_TREE);
    let Ok(judged) = fs::read_to_string(&path) else {
        return Ok(0);
    };
    let _ = fs::remove_file(&path);
    let Some(head) = repository.head()? else {
        return Ok(0);
    };
    if judged.trim() != head.tree_hex() {
        let mut out = io::stderr().lock();
        let _ = writeln!(
            out,
            "tokenleash: TL906 the committed tree differs from the judged one: something changed the index after the guard had looked"
        );
        let _ = writeln!(
            out,
            "tokenleash: run `tokenleash scan --range HEAD~1..HEAD`; the push is judged again"
        );
    }
    Ok(0)
}

fn message(repository: &Repository, file: &Path, clock: &Clock) -> Result<Outcome> {
    let text = fs::read(file).map_err(|_| Error::source("the message could not be read"))?;
    let head = repository.head()?;
    let snapshot: Box<dyn Snapshot + Send> = match &head {
        Some(commit) => Box::new(repository.commit_snapshot(commit)),
        None => Box::new(Nothing),
    };
    let base = head
        .as_ref()
        .map(|commit| repository.commit_snapshot(commit));
    let shown: &dyn Snapshot = snapshot.as_ref();
    let mut judging = policy::of_change(
        base.as_ref()
            .map(|snapshot| (snapshot as &dyn Snapshot, "HEAD")),
        shown,
        "HEAD",
        clock.today,
    )?;
    judging.loosened.clear();
    let spoken = without_comments(&text, repository);
    let source = SingleSource::message(io::Cursor::new(spoken), snapshot);
    judge(&judging, &source, clock, "the commit's message", None)
}

/// Blanks what Git will strip from a message: comment lines, and everything below the scissors.
fn without_comments(text: &[u8], repository: &Repository) -> Vec<u8> {
    let comment = repository
        .config_value("core.commentChar")
        .and_then(|value| value.bytes().next())
        .unwrap_or(b'#');
    let mut spoken = Vec::with_capacity(text.len());
    for line in text.split_inclusive(|&b| b == b'\n') {
        if line.first() == Some(&comment) {
            if memchr::memmem::find(line, b">8").is_some() {
                break;
            }
            spoken.push(b'\n');
        } else {
            spoken.extend_from_slice(line);
        }
    }
    spoken
}

fn input_lines() -> Result<Vec<u8>> {
    let mut text = Vec::new();
    io::stdin()
        .lock()
        .read_to_end(&mut text)
        .map_err(|_| Error::usage("what Git hands over on standard input could not be read"))?;
    Ok(text)
}

fn push(repository: &Repository, remote: &str, clock: &Clock) -> Result<Outcome> {
    let updates = RefUpdate::from_push_lines(&input_lines()?)?;
    let source = RangeSource::push(repository, remote, &updates)?;
    judge_commits(repository, remote, &source, clock)
}

fn receive(repository: &Repository, clock: &Clock) -> Result<Outcome> {
    let updates = RefUpdate::from_receive_lines(&input_lines()?)?;
    let source = RangeSource::receive(repository, &updates)?;
    judge_commits(repository, "origin", &source, clock)
}

fn judge_commits(
    repository: &Repository,
    remote: &str,
    source: &RangeSource,
    clock: &Clock,
) -> Result<Outcome> {
    let base = policy::BaseOfRange::find(repository, remote)?;
    let judging = policy::of_change(
        Some(base.or_start(source.base(), "the start of this push")),
        source.head(),
        "the pushed tip",
        clock.today,
    )?;
    judge(&judging, source, clock, "the commits of this push", None)
}
