//! Which objects a history is made of: every blob and message once, with the commit and the path that brought it first,
//! and the other paths that it stands at.
//!
//! In: tips. Out: jobs in the order of the walk, parents before children. No blob is read here. Paths are kept once each,
//! since most versions of a file share one; so memory grows with the objects and not with their content.

mod copies;
mod folders;
mod levels;
mod numbers;
mod unreached;
mod versions;
mod walker;

use std::collections::HashSet;

use gix::ObjectId;

pub(super) use copies::add_copies_of;
pub(super) use levels::Levels;
pub(super) use unreached::add_unreached;
pub(super) use walker::Walker;

use super::ids::IdSet;
use super::{Form, Visited};
use crate::model::{RepoPath, Unchecked};
use numbers::{Numbers, Texts};

/// The number of nothing.
const NONE: u32 = u32::MAX;

/// Why an object is read under a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reason {
    /// It came to this path first.
    First,
    /// It stands here under another file name, which may make another thing of it.
    OtherName,
    /// It stands here as well: worth a look only where the first look found something.
    OtherFolder,
}

/// Whether a ref leads to an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    Reached,
    Unreached,
}

/// A blob or message that is to be read, under one path.
#[derive(Clone, Copy)]
pub(super) struct Job {
    pub(super) id: ObjectId,
    pub(super) form: Form,
    pub(super) reason: Reason,
    pub(super) standing: Standing,
    path: u32,
    commit: u32,
    next: u32,
}

/// All that is to be read.
#[derive(Default)]
pub(super) struct Plan {
    /// In the order of the walk.
    pub(super) jobs: Vec<Job>,
    pub(super) visited: Visited,
    numbers: Numbers,
    /// By number of the object: its first job; a blob and a message never share an id.
    firsts: Vec<u32>,
    /// By number of the object: the path at which it was opened as a folder first.
    opened: Vec<u32>,
    paths: Texts,
    commits: Vec<ObjectId>,
    /// The commits that refs name.
    tips: Vec<ObjectId>,
    again: HashSet<(u32, u32)>,
    /// Folders that stand at other paths as well, with the commit that first put them there.
    copies: Vec<(u32, u32, u32)>,
    crowded: HashSet<u32>,
}

impl Plan {
    /// The path that a job is judged under.
    pub(super) fn path(&self, job: &Job) -> RepoPath {
        RepoPath::new(self.bytes(job.path))
    }

    /// The commit that put a job's object at its path first.
    pub(super) fn commit(&self, job: &Job) -> Option<&ObjectId> {
        self.commits.get(job.commit as usize)
    }

    /// The first job of an object.
    pub(super) fn first(&self, id: &ObjectId) -> Option<u32> {
        at(&self.firsts, self.numbers.known(id)?)
    }

    /// All jobs of an object, from its first one on.
    pub(super) fn chain(&self, first: u32) -> impl Iterator<Item = u32> {
        let next = |number: &u32| Some(self.jobs[*number as usize].next).filter(|n| *n != NONE);
        std::iter::successors(Some(first), next)
    }

    /// Whether an object is known, of whatever kind.
    pub(super) fn knows(&self, id: &ObjectId) -> bool {
        let number = self.numbers.known(id);
        number.is_some_and(|number| self.has(number))
    }

    /// Whether the object of a number is planned to be read, or was opened as a folder.
    fn has(&self, number: u32) -> bool {
        at(&self.firsts, number).is_some() || at(&self.opened, number).is_some()
    }

    /// The objects of `hits` that stand at more paths than they are judged under.
    pub(super) fn crowded_among(&self, hits: &IdSet) -> Vec<Unchecked> {
        let crowded = self.crowded.iter().map(|first| &self.jobs[*first as usize]);
        let hit = crowded.filter(|job| hits.contains(&job.id));
        hit.map(|job| Unchecked {
            path: self.path(job),
            why: "the same content stands at more paths than are judged".to_owned(),
            undecided: false,
        })
        .collect()
    }

    fn bytes(&self, path: u32) -> &[u8] {
        self.paths.text(path)
    }
}

/// What a list that may be short holds at a place.
fn at(list: &[u32], place: u32) -> Option<u32> {
    list.get(place as usize)
        .copied()
        .filter(|number| *number != NONE)
}

/// Sets what a list holds at a place.
fn set_at(list: &mut Vec<u32>, place: u32, number: u32) {
    let place = place as usize;
    if place >= list.len() {
        list.resize(place + 1, NONE);
    }
    list[place] = number;
}
