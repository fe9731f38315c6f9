//! The walk over commits and folders that makes a plan.
//!
//! In: tips. Out: jobs. A tree may be written by an attacker: depth is bounded, and a folder is opened once. What is
//! missing or damaged is said where a ref leads to it.

use std::collections::HashSet;
use std::ops::Range;

use gix::ObjectId;
use gix::objs::Kind;
use gix::objs::tree::EntryMode;

use super::super::Form;
use super::super::commit_walk::{Walk, walk};
use super::super::commits::{Commits, peel};
use super::super::objects::Objects;
use super::super::repository::Repository;
use super::super::stdin::MESSAGE_PATH;
use super::super::trees::DEPTH_AT_MOST;
use super::folders::{Folders, Held, Place};
use super::levels::Levels;
use super::numbers::EntrySort;
use super::versions::VersionReader;
use super::{Job, NONE, Plan, Reason, Standing, at, set_at};
use crate::error::Result;
use crate::model::{RepoPath, Unchecked};

/// At how many paths one blob is judged.
const PATHS_AT_MOST: usize = 100;

/// How many folders that stand at several paths are remembered.
const FOLDERS_AT_MOST: usize = 100_000;

/// Where a walk is.
#[derive(Clone, Copy)]
struct Below {
    path: u32,
    commit: u32,
    depth: usize,
}

/// A walk under way. Folders and blobs are remembered apart: an entry that lies about its kind must not hide the true one.
pub(in crate::source) struct Walker<'a> {
    pub(in crate::source) plan: Plan,
    pub(super) objects: &'a Objects,
    pub(super) standing: Standing,
    pub(super) folders: Folders,
    reader: VersionReader,
    /// By path: the folder that was walked over there last.
    last: Vec<u32>,
    /// By entry: the path below which it was walked over last.
    below: Vec<u32>,
}

impl<'a> Walker<'a> {
    /// Starts with nothing.
    pub(in crate::source) fn new(objects: &'a Objects) -> Self {
        Walker::over(Plan::default(), objects)
    }

    /// Goes on with a plan.
    pub(super) fn over(plan: Plan, objects: &'a Objects) -> Self {
        Walker {
            plan,
            objects,
            standing: Standing::Reached,
            folders: Folders::default(),
            reader: VersionReader::new(objects.hash()),
            last: Vec::new(),
            below: Vec::new(),
        }
    }

    /// Takes what the tips name, and finds all commits that they reach.
    pub(in crate::source) fn tips(
        &mut self,
        repository: &Repository,
        reader: &Commits<'_>,
        tips: &[(Vec<u8>, ObjectId)],
    ) -> Result<Walk> {
        let mut commits = Vec::new();
        let mut tags = HashSet::new();
        for (name, id) in tips {
            let Some(peeled) = peel(self.objects, id)? else {
                self.unchecked(
                    name,
                    "the ref names an object that is not in this clone, so it was not followed",
                );
                continue;
            };
            let commit = match peeled.kind {
                Kind::Commit => self.commit(peeled.id),
                _ => NONE,
            };
            for tag in peeled.tags.into_iter().filter(|tag| tags.insert(*tag)) {
                self.add(MESSAGE_PATH.as_bytes(), &tag, Form::Message, commit);
            }
            match peeled.kind {
                Kind::Commit => commits.push(peeled.id),
                Kind::Tree => {
                    let tree = self.plan.numbers.object(&peeled.id);
                    self.tree(tree);
                }
                _ => self.blob(name, &peeled.id, Form::File, NONE),
            }
        }
        let walk = walk(reader, repository.shallow(), &commits, &[]);
        self.plan.tips = commits;
        walk
    }

    /// Walks over commits; their folders are read before, on all threads.
    pub(in crate::source) fn commits(&mut self, walk: Walk, levels: &Levels<'_>) {
        for (_, data) in &walk.commits {
            let tree = self.plan.numbers.object(&data.tree);
            self.folders.ask(tree);
        }
        levels.run(&mut self.folders, &mut self.plan.numbers);
        for id in walk.cut {
            let place = format!("commit {id}");
            self.unchecked(
                place.as_bytes(),
                "the commits before it are not in this clone, so they were not seen",
            );
        }
        for (id, data) in walk.commits {
            let commit = self.commit(id);
            self.add(MESSAGE_PATH.as_bytes(), &id, Form::Message, commit);
            let tree = self.plan.numbers.object(&data.tree);
            self.folder(tree, &mut Vec::new(), commit, 0);
        }
    }

    /// Ends the walk.
    pub(in crate::source) fn finish(mut self) -> Plan {
        self.plan.numbers.forget_entries();
        self.plan
    }

    /// From here on no ref leads to what is found.
    pub(in crate::source) fn leave_the_refs(&mut self) {
        self.standing = Standing::Unreached;
    }

    /// Walks over a tree that no commit is known of.
    pub(super) fn tree(&mut self, tree: u32) {
        self.folder(tree, &mut Vec::new(), NONE, 0);
    }

    /// Takes a blob or the message of a tag that nothing is known of but its id.
    pub(super) fn single(&mut self, id: ObjectId, form: Form) {
        match form {
            Form::Message => self.add(MESSAGE_PATH.as_bytes(), &id, form, NONE),
            _ => self.blob(format!("object {id}").as_bytes(), &id, form, NONE),
        }
    }

    fn commit(&mut self, id: ObjectId) -> u32 {
        self.plan.commits.push(id);
        self.plan.commits.len() as u32 - 1
    }

    fn folder(&mut self, tree: u32, path: &mut Vec<u8>, commit: u32, depth: usize) {
        if let Some(first) = at(&self.plan.opened, tree) {
            if self.plan.bytes(first) != path.as_slice() {
                self.stands_again(tree, path, commit);
            }
            return;
        }
        let number = self.plan.paths.number(path);
        set_at(&mut self.plan.opened, tree, number);
        if depth > DEPTH_AT_MOST {
            return self.unchecked(path, "too deep a folder, so it was not opened");
        }
        let below = Below {
            path: number,
            commit,
            depth,
        };
        let is_whole = match self.folders.of(tree) {
            Held::Read(place) => {
                self.held(place, path, below);
                Some(place.is_whole)
            }
            Held::Missing => None,
            Held::Unread => self.unheld(tree, path, below),
        };
        match is_whole {
            Some(true) => {}
            Some(false) => {
                self.unchecked(path, "the folder is damaged, so it was not read to its end");
            }
            None => self.unchecked(
                path,
                "the folder is not in this clone, so it was not opened",
            ),
        }
        set_at(&mut self.last, number, tree);
    }

    /// Walks over a folder that was read before, but for what it shares with the one that stood there last.
    fn held(&mut self, place: Place, path: &mut Vec<u8>, below: Below) {
        self.plan.visited.submodules += u64::from(place.submodules);
        let Some(entries) = self.folders.entries(place) else {
            for entry in self.folders.unfolded(place) {
                self.entry(entry, path, below);
            }
            return;
        };
        let last = at(&self.last, below.path).map(|last| self.folders.of(last));
        let last = match last {
            Some(Held::Read(last)) => self.folders.entries(last),
            _ => None,
        };
        for at in differing(last.unwrap_or_default(), entries) {
            let entry = self.folders.entries(place).map(|entries| entries[at]);
            if let Some(entry) = entry {
                self.entry(entry, path, below);
            }
        }
    }

    /// Walks over a folder that was not read before; returns whether it could be read to its end, `None` where it is missing.
    fn unheld(&mut self, tree: u32, path: &mut Vec<u8>, below: Below) -> Option<bool> {
        let entries = self.read(tree)?;
        self.plan.visited.submodules += u64::from(self.reader.submodules());
        let is_whole = self.reader.is_whole;
        for entry in entries {
            self.entry(entry, path, below);
        }
        Some(is_whole)
    }

    /// Reads a folder by its id; `None` where it is missing.
    fn read(&mut self, tree: u32) -> Option<Vec<u32>> {
        let mut buffer = Vec::new();
        let id = self.plan.numbers.id(tree);
        let Ok(Some((Kind::Tree, data))) = self.objects.find(id, &mut buffer) else {
            return None;
        };
        let fresh = self.reader.read(data);
        self.reader
            .number(&fresh, &mut self.plan.numbers, |_folder| ());
        Some(self.reader.entries().collect())
    }

    /// The folders that stand in a folder.
    pub(super) fn folders_in(&mut self, tree: u32) -> Vec<u32> {
        let entries = match self.folders.of(tree) {
            Held::Read(place) => self.folders.unfolded(place),
            Held::Missing => Vec::new(),
            Held::Unread => self.read(tree).unwrap_or_default(),
        };
        let entries = entries
            .into_iter()
            .map(|number| self.plan.numbers.entry_of(number));
        let folders = entries.filter(|entry| entry.sort == EntrySort::Folder);
        folders.map(|entry| entry.object).collect()
    }

    fn entry(&mut self, number: u32, path: &mut Vec<u8>, below: Below) {
        if at(&self.below, number) == Some(below.path) {
            return;
        }
        let entry = self.plan.numbers.entry_of(number);
        let length = enter(path, self.plan.numbers.name(entry));
        let Below { commit, depth, .. } = below;
        match entry.sort {
            EntrySort::Folder => self.folder(entry.object, path, commit, depth + 1),
            EntrySort::Submodule => {}
            EntrySort::Symlink => self.numbered_blob(path, entry.object, Form::Symlink, commit),
            EntrySort::File => self.numbered_blob(path, entry.object, Form::File, commit),
        }
        path.truncate(length);
        set_at(&mut self.below, number, below.path);
    }

    fn stands_again(&mut self, tree: u32, path: &[u8], commit: u32) {
        if self.plan.copies.len() < FOLDERS_AT_MOST {
            let number = self.plan.paths.number(path);
            if self.plan.again.insert((tree, number)) {
                self.plan.copies.push((tree, number, commit));
            }
        }
    }

    /// Takes a blob at a path, where that is news.
    pub(super) fn blob(&mut self, path: &[u8], id: &ObjectId, form: Form, commit: u32) {
        let object = self.plan.numbers.object(id);
        self.numbered_blob(path, object, form, commit);
    }

    fn numbered_blob(&mut self, path: &[u8], object: u32, form: Form, commit: u32) {
        let known = at(&self.plan.firsts, object);
        let is_blob = |first: &u32| self.plan.jobs[*first as usize].form != Form::Message;
        let Some(first) = known.filter(is_blob) else {
            return self.add_object(path, object, form, commit);
        };
        let job = &self.plan.jobs[first as usize];
        if self.plan.bytes(job.path) != path || job.form != form {
            self.add_copy(first, path, form, commit);
        }
    }

    /// Takes a blob at a further path, where that is news.
    fn add_copy(&mut self, first: u32, path: &[u8], form: Form, commit: u32) {
        let (mut count, mut last, mut reason) = (0, first, Reason::OtherName);
        for known in self.plan.chain(first) {
            let job = &self.plan.jobs[known as usize];
            let known_path = self.plan.bytes(job.path);
            if known_path == path && job.form == form {
                return;
            }
            if name_of(known_path) == name_of(path) && job.form == form {
                reason = Reason::OtherFolder;
            }
            count += 1;
            last = known;
        }
        if count >= PATHS_AT_MOST {
            self.plan.crowded.insert(first);
            return;
        }
        // A path is kept only once it is one of few: a tree that names itself has any number of them.
        let number = self.plan.paths.number(path);
        let next = self.plan.jobs.len() as u32;
        self.plan.jobs[last as usize].next = next;
        self.plan.jobs.push(Job {
            id: self.plan.jobs[first as usize].id,
            form,
            reason,
            standing: self.standing,
            path: number,
            commit,
            next: NONE,
        });
    }

    fn add(&mut self, path: &[u8], id: &ObjectId, form: Form, commit: u32) {
        let object = self.plan.numbers.object(id);
        self.add_object(path, object, form, commit);
    }

    fn add_object(&mut self, path: &[u8], object: u32, form: Form, commit: u32) {
        let path = self.plan.paths.number(path);
        set_at(&mut self.plan.firsts, object, self.plan.jobs.len() as u32);
        self.plan.jobs.push(Job {
            id: *self.plan.numbers.id(object),
            form,
            reason: Reason::First,
            standing: self.standing,
            path,
            commit,
            next: NONE,
        });
    }

    fn unchecked(&mut self, path: &[u8], why: &str) {
        // Of what nobody reaches any more, parts may be gone for good.
        if self.standing == Standing::Reached {
            self.plan.visited.unchecked.push(Unchecked {
                path: RepoPath::new(path),
                why: why.to_owned(),
                undecided: false,
            });
        }
    }
}

/// The part of a list that another does not begin or end with.
fn differing(old: &[u32], new: &[u32]) -> Range<usize> {
    let same = |(old, new): &(&u32, &u32)| old == new;
    let start = old.iter().zip(new).take_while(same).count();
    let (old, rest) = (&old[start..], &new[start..]);
    let end = old.iter().rev().zip(rest.iter().rev()).take_while(same);
    start..new.len() - end.count()
}

/// Adds a name to a path; returns the length before.
pub(super) fn enter(path: &mut Vec<u8>, name: &[u8]) -> usize {
    let length = path.len();
    if length > 0 {
        path.push(b'/');
    }
    path.extend_from_slice(name);
    length
}

/// The form that a tree's entry gives its object.
pub(super) fn form_of(mode: EntryMode) -> Form {
    match mode.is_link() {
        true => Form::Symlink,
        false => Form::File,
    }
}

fn name_of(path: &[u8]) -> &[u8] {
    path.rsplit(|byte| *byte == b'/').next().unwrap_or_default()
}
