//! All that a repository has ever held: every object once, with the commit and path that introduced it first.
//!
//! In: a repository, and whether HEAD or every ref counts. Out: blobs and messages, read family by family out of the
//! packs, so that memory holds ids but not content. Nothing here is a change.

use std::collections::{HashMap, HashSet};
use std::str::FromStr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use gix::ObjectId;

use super::commits::Commits;
use super::history_reading::Reading;
use super::memory::ObjectMemory;
use super::packs::Packs;
use super::plan::{Levels, Plan, Reason, Walker, add_copies_of, add_unreached};
use super::repository::Repository;
use super::{Content, Item, Nothing, Snapshot, Source, Visited};
use crate::error::{Error, Result};
use crate::model::RepoPath;

/// Where the history starts from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// What HEAD reaches.
    Head,
    /// What any ref reaches, and what lies there and no ref reaches.
    All,
}

/// One part of several that a history is divided into: whole families of objects, by the first one's id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    /// From 1.
    pub number: u16,
    pub of: u16,
}

impl Shard {
    /// Whether a family belongs to this part.
    pub(super) fn has(self, family: &ObjectId) -> bool {
        let first = family.as_slice().iter().take(8);
        let number = first.fold(0u64, |number, byte| number << 8 | u64::from(*byte));
        number % u64::from(self.of) == u64::from(self.number - 1)
    }
}

impl FromStr for Shard {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let parts = text.split_once('/');
        let numbers = parts.and_then(|(number, of)| Some((number.parse().ok()?, of.parse().ok()?)));
        match numbers {
            Some((number, of)) if (1..=of).contains(&number) => Ok(Shard { number, of }),
            _ => Err(Error::usage(format!("'{text}' is no part of a whole"))
                .hint("write it as K/N, with K from 1 to N")),
        }
    }
}

/// What is known of the items that were handed over.
#[derive(Default)]
struct Notes {
    /// Bytes of an item in which nothing was found; taken back as soon as its thread goes on.
    nothing: HashMap<usize, u64>,
    /// Items that no ref leads to and in which something was found.
    unreached: HashSet<usize>,
}

/// The whole history.
pub struct HistorySource {
    pub(super) repository: Repository,
    pub(super) memory: Option<Arc<ObjectMemory>>,
    pub(super) shard: Option<Shard>,
    extent: Extent,
    tips: Vec<(Vec<u8>, ObjectId)>,
    head: Box<dyn Snapshot + Send>,
    expected: AtomicU64,
    notes: Mutex<Notes>,
}

impl HistorySource {
    /// Prepares a walk over all that HEAD, or every ref, reaches.
    pub fn new(repository: &Repository, extent: Extent) -> Result<Self> {
        let head = repository.head()?;
        let mut tips: Vec<_> = head
            .iter()
            .map(|head| (b"HEAD".to_vec(), head.id))
            .collect();
        if extent == Extent::All {
            tips.extend(repository.tips("refs/")?);
        }
        let head: Box<dyn Snapshot + Send> = match head {
            Some(commit) => Box::new(repository.commit_snapshot(&commit)),
            None => Box::new(Nothing),
        };
        Ok(HistorySource {
            repository: repository.clone(),
            memory: None,
            shard: None,
            extent,
            tips,
            head,
            expected: 0.into(),
            notes: Mutex::default(),
        })
    }

    /// Leaves out what an earlier run found nothing in, and remembers what this one finds nothing in.
    pub fn with_memory(mut self, memory: Arc<ObjectMemory>) -> Self {
        self.memory = Some(memory);
        self
    }

    /// Reads one part only.
    pub fn with_shard(mut self, shard: Shard) -> Self {
        self.shard = Some(shard);
        self
    }

    fn notes(&self) -> MutexGuard<'_, Notes> {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the item turned out to hold: its bytes where nothing was found, `None` where something was.
    pub(super) fn outcome_of(&self, number: usize) -> Option<u64> {
        self.notes().nothing.remove(&number)
    }

    /// Keeps that an item which hit is reached by no ref.
    pub(super) fn note_unreached(&self, number: usize) {
        self.notes().unreached.insert(number);
    }

    fn plan(&self, threads: usize) -> Result<(Plan, Packs)> {
        let objects = self.repository.blob_objects();
        let mut walker = Walker::new(&objects);
        let (walk, packs, commits) = match self.extent {
            Extent::Head => thread::scope(|scope| {
                let packs = scope.spawn(|| self.repository.packs(threads));
                let commits = Commits::by_id(&objects);
                let walk = walker.tips(&self.repository, &commits, &self.tips);
                walk.map(|walk| (walk, packs.join().unwrap_or_default(), commits))
            })?,
            Extent::All => {
                let packs = self.repository.packs(threads);
                let commits = Commits::of_packs(&objects, &packs, threads);
                let walk = walker.tips(&self.repository, &commits, &self.tips)?;
                (walk, packs, commits)
            }
        };
        let levels = Levels {
            repository: &self.repository,
            packs: &packs,
            threads,
        };
        walker.commits(walk, &levels);
        if self.extent == Extent::All {
            add_unreached(&mut walker, &commits, &levels)?;
        }
        Ok((walker.finish(), packs))
    }
}

impl Source for HistorySource {
    fn visit(&self, threads: usize, look: &(dyn Fn(&Item, Content<'_>) + Sync)) -> Result<Visited> {
        let threads = threads.max(1);
        let (plan, packs) = self.plan(threads)?;
        let planned = plan.jobs.len() as u32;
        let sure = plan
            .jobs
            .iter()
            .filter(|job| job.reason != Reason::OtherFolder);
        let parts = self.shard.map_or(1, |shard| u64::from(shard.of));
        self.expected
            .store(sure.count() as u64 / parts, Ordering::Relaxed);
        let reading = Reading::new(self, &plan, threads, look);
        reading.run(&packs);
        let (mut unchecked, hits) = reading.finish();
        let mut visited = plan.visited.clone();
        if !hits.is_empty() && self.shard.is_none() {
            let objects = self.repository.blob_objects();
            let plan = add_copies_of(&hits, plan, &objects);
            let reading = Reading::new(self, &plan, threads, look);
            reading.run_from(planned);
            unchecked.extend(reading.finish().0);
            unchecked.extend(plan.crowded_among(&hits));
            visited = plan.visited;
        }
        visited.unchecked.extend(unchecked);
        Ok(visited)
    }

    fn before(&self, _item: &Item) -> Result<Vec<(RepoPath, Vec<u8>)>> {
        Ok(Vec::new())
    }

    fn nothing_in(&self, item: &Item, bytes: u64) {
        self.notes().nothing.insert(item.number, bytes);
    }

    fn remark(&self, item: &Item) -> Option<&'static str> {
        self.notes().unreached.contains(&item.number).then_some(
            "no ref leads to it (an amended commit, a deleted branch, a dropped stash): it is still in this clone until git removes it",
        )
    }

    fn has_versions(&self) -> bool {
        true
    }

    fn expected(&self) -> u64 {
        self.expected.load(Ordering::Relaxed)
    }

    fn head(&self) -> &dyn Snapshot {
        &*self.head
    }

    fn base(&self) -> &dyn Snapshot {
        &Nothing
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_read_from_a_word() {
        assert_eq!("2/3".parse(), Ok(Shard { number: 2, of: 3 }));
        for wrong in ["0/3", "4/3", "3", "/", "1/0", "-1/2", "1/2/3", "1/70000"] {
            assert!(wrong.parse::<Shard>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn every_family_belongs_to_one_part() {
        for seed in 0..200u8 {
            let bytes: Vec<u8> = (0..20u8).map(|at| seed.wrapping_mul(at | 7)).collect();
            let id = ObjectId::from_bytes_or_panic(&bytes);
            let parts = (1..=7).map(|number| Shard { number, of: 7 });
            assert_eq!(parts.filter(|part| part.has(&id)).count(), 1);
        }
    }
}
