//! One reading of a history's plan: the packs first, then what they did not hand over.
//!
//! In: a plan and the packs. Out: every job handed over once, what could not be read, and the objects in which something
//! was found. An object is decoded once, whatever the number of its paths.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use gix::ObjectId;
use gix::objs::Kind;

use super::commits::{hand_message, message_of};
use super::history::HistorySource;
use super::ids::IdSet;
use super::objects::{Objects, STREAM_FROM, Unread};
use super::packs::{Known, Packs};
use super::plan::{Plan, Reason, Standing};
use super::work::spread;
use super::{Content, Form, Item, Keeping, Version};
use crate::model::Unchecked;

/// From how many objects on it pays to ask the indices where they stand.
const WORTH_AN_ORDER: usize = 512;

/// A reading under way.
pub(super) struct Reading<'a> {
    source: &'a HistorySource,
    plan: &'a Plan,
    threads: usize,
    look: &'a (dyn Fn(&Item, Content<'_>) + Sync),
    /// By the first job of an object.
    done: Vec<AtomicBool>,
    /// By the first job of an object: whether its family belongs to the part that is read.
    ours: Vec<AtomicBool>,
    unread: Mutex<Vec<Unchecked>>,
    hits: Mutex<IdSet>,
}

impl<'a> Reading<'a> {
    /// Prepares a reading.
    pub(super) fn new(
        source: &'a HistorySource,
        plan: &'a Plan,
        threads: usize,
        look: &'a (dyn Fn(&Item, Content<'_>) + Sync),
    ) -> Self {
        let flags = || plan.jobs.iter().map(|_| AtomicBool::new(false)).collect();
        Reading {
            source,
            plan,
            threads,
            look,
            done: flags(),
            ours: flags(),
            unread: Mutex::default(),
            hits: Mutex::default(),
        }
    }

    /// What could not be read, and the objects in which something was found.
    pub(super) fn finish(self) -> (Vec<Unchecked>, IdSet) {
        (
            self.unread
                .into_inner()
                .unwrap_or_else(PoisonError::into_inner),
            self.hits
                .into_inner()
                .unwrap_or_else(PoisonError::into_inner),
        )
    }

    /// Reads all that is planned, each object once.
    pub(super) fn run(&self, packs: &Packs) {
        self.pass_over_known();
        for pack in packs.iter() {
            let job = |known: &Known<'_>| {
                if known.kind == Kind::Tree {
                    return None;
                }
                let first = self.plan.first(&known.id())?;
                let fits = match self.plan.jobs[first as usize].form {
                    Form::Message => matches!(known.kind, Kind::Commit | Kind::Tag),
                    _ => known.kind == Kind::Blob,
                };
                if !fits || self.is_done(first) {
                    return None;
                }
                let own = self.source.shard;
                let is_ours = own.is_none_or(|own| own.has(&known.family()));
                let flags = if is_ours { &self.ours } else { &self.done };
                flags[first as usize].store(true, Ordering::Relaxed);
                is_ours.then_some(first)
            };
            pack.read(self.threads, job, &|first, version| {
                self.take(first, version)
            });
        }
        self.read_by_id(|number| {
            let job = &self.plan.jobs[number as usize];
            let own = self.source.shard;
            let is_ours = own.is_none_or(|own| own.has(&job.id) || self.is_ours(number));
            job.reason == Reason::First && !self.is_done(number) && is_ours
        });
    }

    /// Reads the jobs from a number on, by their ids.
    pub(super) fn run_from(&self, start: u32) {
        self.read_by_id(|number| number >= start);
    }

    fn is_done(&self, first: u32) -> bool {
        self.done[first as usize].load(Ordering::Relaxed)
    }

    fn is_ours(&self, first: u32) -> bool {
        self.ours[first as usize].load(Ordering::Relaxed)
    }

    /// The jobs of an object that are looked at whatever the first look gives.
    fn sure_jobs(&self, first: u32) -> impl Iterator<Item = u32> {
        let sure = |number: &u32| self.plan.jobs[*number as usize].reason != Reason::OtherFolder;
        self.plan.chain(first).filter(sure)
    }

    /// Objects in which an earlier run found nothing, at every path where it matters.
    fn pass_over_known(&self) {
        let Some(memory) = &self.source.memory else {
            return;
        };
        let firsts = 0..self.plan.jobs.len() as u32;
        let is_first = |number: &u32| self.plan.jobs[*number as usize].reason == Reason::First;
        let firsts: Vec<u32> = firsts.filter(is_first).collect();
        spread(
            self.threads,
            &firsts,
            || (),
            |(), first| {
                let known = self
                    .sure_jobs(*first)
                    .all(|number| self.remembered(number).is_some());
                if known {
                    for number in self.sure_jobs(*first) {
                        memory.count_use();
                        self.hand(number, Content::Bytes(&[]));
                    }
                    self.done[*first as usize].store(true, Ordering::Relaxed);
                }
            },
        );
    }

    fn remembered(&self, number: u32) -> Option<u64> {
        let job = &self.plan.jobs[number as usize];
        let memory = self.source.memory.as_ref()?;
        memory.bytes_of(&job.id, job.form, self.plan.path(job).as_bytes())
    }

    fn item(&self, number: u32) -> Item {
        let job = &self.plan.jobs[number as usize];
        let commit = self.plan.commit(job);
        Item {
            path: self.plan.path(job),
            form: job.form,
            keeping: Keeping::Git,
            commit: commit.map(ObjectId::to_string),
            commits: u32::from(commit.is_some()),
            number: number as usize,
        }
    }

    /// Hands one job over; returns whether something was found.
    fn hand(&self, number: u32, content: Content<'_>) -> bool {
        let job = &self.plan.jobs[number as usize];
        let item = self.item(number);
        let known = self.remembered(number);
        match known {
            Some(bytes) => (self.look)(&item, Content::Remembered(bytes)),
            None => (self.look)(&item, content),
        }
        match self.source.outcome_of(item.number) {
            Some(bytes) => {
                if let Some(memory) = self.source.memory.as_ref().filter(|_| known.is_none()) {
                    memory.add(&job.id, job.form, item.path.as_bytes(), bytes);
                }
                false
            }
            None => {
                if job.standing == Standing::Unreached {
                    self.source.note_unreached(item.number);
                }
                self.hits
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .insert(job.id);
                true
            }
        }
    }

    /// Hands an object over that came out of a pack, under each of its paths; what the first look leaves is kept.
    fn take(&self, first: u32, version: Version<'_>) {
        let Version {
            bytes,
            kin,
            mut leaves,
        } = version;
        let hand = |number: u32| {
            let form = self.plan.jobs[number as usize].form;
            let mut stream = bytes;
            let leaves = leaves.take();
            match form {
                Form::Message => self.hand(number, Content::Bytes(message_of(bytes))),
                _ if bytes.len() as u64 > STREAM_FROM => {
                    self.hand(number, Content::Stream(&mut stream))
                }
                _ => self.hand(number, Content::Version(Version { bytes, kin, leaves })),
            }
        };
        self.each_path(first, hand);
        self.done[first as usize].store(true, Ordering::Relaxed);
    }

    /// Calls `hand` for every path that is worth a look.
    fn each_path(&self, first: u32, mut hand: impl FnMut(u32) -> bool) {
        let mut hit = false;
        for number in self.sure_jobs(first) {
            hit |= hand(number);
        }
        if hit {
            let other =
                |number: &u32| self.plan.jobs[*number as usize].reason == Reason::OtherFolder;
            for number in self.plan.chain(first).filter(other) {
                hand(number);
            }
        }
    }

    /// Reads whatever the packs did not hand over: loose objects, and what stands in a pack that is broken.
    fn read_by_id(&self, wanted: impl Fn(u32) -> bool) {
        let numbers = 0..self.plan.jobs.len() as u32;
        let mut left: Vec<u32> = numbers.filter(|number| wanted(*number)).collect();
        if left.len() >= WORTH_AN_ORDER {
            let order = self.source.repository.pack_order();
            left.sort_by_cached_key(|number| order.of(&self.plan.jobs[*number as usize].id));
        }
        let state = || (self.source.repository.blob_objects(), Vec::new());
        spread(self.threads, &left, state, |(objects, buffer), first| {
            if self.plan.jobs[*first as usize].reason != Reason::First {
                self.read(*first, objects, buffer);
                return;
            }
            self.each_path(*first, |number| self.read(number, objects, buffer));
        });
    }

    /// Reads one job by its id; returns whether something was found.
    fn read(&self, number: u32, objects: &Objects, buffer: &mut Vec<u8>) -> bool {
        let job = &self.plan.jobs[number as usize];
        let mut hit = false;
        let take = |content: Content<'_>| hit = self.hand(number, content);
        let handed = match job.form {
            Form::Message => hand_message(objects, &job.id, take),
            _ => objects.hand_blob(&job.id, buffer, take),
        };
        if let Err(why) = handed {
            self.leave_out(number, &why);
        }
        hit
    }

    fn leave_out(&self, number: u32, why: &Unread) {
        let job = &self.plan.jobs[number as usize];
        let entry = Unchecked {
            path: self.plan.path(job),
            why: why.why().to_owned(),
            undecided: false,
        };
        self.unread
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(entry);
    }
}
