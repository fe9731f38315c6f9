//! `tokenleash scan --history`: the whole history, the cache beside it, and one part of it for an engine.
//!
//! In: flags and a repository. Out: the outcome; or, for a part, a cache that a later run without `--shard` judges with.
//! A part judges nothing, so that the results of many are those of one process.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::{Instant, UNIX_EPOCH};

use serde_json::json;

use super::policy::Judging;
use super::progress::Progress;
use super::scan::{Clock, finish, here, of_tree, run_of};
use super::screen::Screen;
use super::{FormatArgument, ScanArguments};
use crate::engine::{self, Seen};
use crate::error::{Error, Result};
use crate::model::Outcome;
use crate::rules::RuleSet;
use crate::source::{
    Basis, Extent, GitEnvironment, HistorySource, Nothing, ObjectMemory, Repository, Shard,
    Snapshot,
};

/// What is looked at, in words.
const LOOKED_AT: &str = "the history";

/// A history that is about to be read.
struct Prepared {
    source: HistorySource,
    memory: Option<Arc<ObjectMemory>>,
    judging: Judging,
    commit: Option<String>,
}

fn prepare(arguments: &ScanArguments, clock: &Clock, repository: &Repository) -> Result<Prepared> {
    let extent = match arguments.all {
        true => Extent::All,
        false => Extent::Head,
    };
    let mut source = HistorySource::new(repository, extent)?;
    let head = repository.head()?;
    let snapshot: Box<dyn Snapshot> = match &head {
        Some(commit) => Box::new(repository.commit_snapshot(commit)),
        None => Box::new(Nothing),
    };
    let judging = of_tree(arguments, clock, snapshot.as_ref(), Some(repository))?;
    let memory = match &arguments.cache {
        Some(folder) => Some(remembered(folder, &judging.rules, repository)?),
        None => None,
    };
    if let Some(memory) = &memory {
        source = source.with_memory(memory.clone());
    }
    Ok(Prepared {
        source,
        memory,
        judging,
        commit: head.map(|commit| commit.hex()),
    })
}

/// Opens the cache. It counts for this very program and these very rules: what another build passed over, this one may
/// see.
fn remembered(
    folder: &Path,
    rules: &RuleSet,
    repository: &Repository,
) -> Result<Arc<ObjectMemory>> {
    let program = program().ok_or_else(|| {
        Error::usage("this program could not be read, so nothing can be said of its cache")
            .at("--cache")
    })?;
    let version = env!("CARGO_PKG_VERSION").as_bytes();
    let own = format!("{:?}", rules.own());
    let basis = Basis::of(&[version, &program, own.as_bytes()]);
    ObjectMemory::open(folder, &basis, repository).map(Arc::new)
}

/// What tells this build from every other: its bytes. Where those are many, as in a build for finding faults, their number
/// and the time of the build.
fn program() -> Option<Vec<u8>> {
    let path = std::env::current_exe().ok()?;
    if !cfg!(debug_assertions) {
        return fs::read(path).ok();
    }
    let found = fs::metadata(path).ok()?;
    let built = found.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    let parts = [u128::from(found.len()), built.as_nanos()];
    Some(parts.iter().flat_map(|part| part.to_le_bytes()).collect())
}

/// Scans the history.
pub fn examine(
    arguments: &ScanArguments,
    clock: &Clock,
    repository: &Repository,
) -> Result<Outcome> {
    let prepared = prepare(arguments, clock, repository)?;
    let mut outcome = finish(
        arguments,
        clock,
        &prepared.judging,
        &prepared.source,
        LOOKED_AT,
        prepared.commit,
    )?;
    if let Some(memory) = prepared.memory {
        outcome.remarks.extend(memory.finish());
    }
    Ok(outcome)
}

/// Reads one part of the history into the cache. The exit code says that the part was read, and nothing of what it holds.
pub fn fill(arguments: &ScanArguments, shard: &str, clock: &Clock, screen: &Screen) -> Result<u8> {
    let start = Instant::now();
    let shard: Shard = shard.parse()?;
    let repository = Repository::open(&here()?, &GitEnvironment::from_process())?;
    let Prepared {
        source,
        memory,
        judging,
        ..
    } = prepare(arguments, clock, &repository)?;
    let source = source.with_shard(shard);
    let seen = Arc::new(Seen::default());
    let progress = Progress::start(&seen, LOOKED_AT);
    let run = run_of(arguments, clock, &judging, &source, &seen, LOOKED_AT, None);
    let hits = engine::look_ahead(&run)?;
    drop(progress);
    let remarks = memory.map(|memory| memory.finish()).unwrap_or_default();
    let Shard { number, of } = shard;
    let files = seen.files.load(std::sync::atomic::Ordering::Relaxed);
    let bytes = seen.bytes.load(std::sync::atomic::Ordering::Relaxed);
    if matches!(
        arguments.format,
        FormatArgument::Json | FormatArgument::Jsonl
    ) {
        screen.say(
            &json!({
                "type": "shard", "version": 1, "number": number, "of": of,
                "files": files, "bytes": bytes, "to_judge": hits, "remarks": remarks,
            })
            .to_string(),
        )?;
        return Ok(0);
    }
    let seconds = start.elapsed().as_secs_f64();
    screen.say(&format!(
        "tokenleash: part {number} of {of}: {files} files, {bytes} bytes read in {seconds:.1} s; {hits} to be judged by a run without --shard"
    ))?;
    for remark in remarks {
        screen.say(&format!("  {remark}"))?;
    }
    Ok(0)
}
