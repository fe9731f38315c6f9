//! The walk over commits and folders that makes a plan.
//!
//! In: tips. Out: jobs. A tree may be written by an attacker: depth is bounded, and a folder is opened once. What is
//! missing or damaged is said where a ref leads to it.

use std::collections::HashSet;

use gix::ObjectId;
use gix::objs::tree::EntryMode;
use gix::objs::{Kind, TreeRefIter};

use super::super::Form;
use super::super::commits::{peel, walk};
use super::super::objects::Objects;
use super::super::repository::Repository;
use super::super::stdin::MESSAGE_PATH;
use super::super::trees::DEPTH_AT_MOST;
use super::{Job, NONE, Plan, Reason, Standing};
use crate::error::Result;
use crate::model::{RepoPath, Unchecked};

/// At how many paths one blob is judged.
const PATHS_AT_MOST: usize = 100;

/// How many folders that stand at several paths are remembered.
const FOLDERS_AT_MOST: usize = 100_000;

/// A walk under way. Folders and blobs are remembered apart: an entry that lies about its kind must not hide the true one.
pub(in crate::source) struct Walker<'a> {
    pub(in crate::source) plan: Plan,
    pub(super) objects: &'a Objects,
    pub(super) standing: Standing,
}

impl<'a> Walker<'a> {
    /// Starts with nothing.
    pub(in crate::source) fn new(objects: &'a Objects) -> Self {
        Walker {
            objects,
            standing: Standing::Reached,
            plan: Plan::default(),
        }
    }

    /// Walks over all that the tips reach.
    pub(in crate::source) fn reach(
        &mut self,
        repository: &Repository,
        tips: &[(Vec<u8>, ObjectId)],
    ) -> Result<()> {
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
                self.add(MESSAGE_PATH.as_bytes(), tag, Form::Message, commit);
            }
            match peeled.kind {
                Kind::Commit => commits.push(peeled.id),
                Kind::Tree => self.tree(&peeled.id),
                _ => self.blob(name, peeled.id, Form::File, NONE),
            }
        }
        self.commits(repository, &commits, &[])?;
        self.plan.tips = commits;
        Ok(())
    }

    /// Walks over what commits reach and `known` ones do not.
    pub(super) fn commits(
        &mut self,
        repository: &Repository,
        tips: &[ObjectId],
        known: &[ObjectId],
    ) -> Result<()> {
        let walk = walk(self.objects, repository.shallow(), tips, known)?;
        for id in walk.cut {
            let place = format!("commit {id}");
            self.unchecked(
                place.as_bytes(),
                "the commits before it are not in this clone, so they were not seen",
            );
        }
        for (id, data) in walk.commits {
            let commit = self.commit(id);
            self.add(MESSAGE_PATH.as_bytes(), id, Form::Message, commit);
            self.folder(&data.tree, &mut Vec::new(), commit, 0);
        }
        Ok(())
    }

    /// From here on no ref leads to what is found.
    pub(in crate::source) fn leave_the_refs(&mut self) {
        self.standing = Standing::Unreached;
    }

    /// Walks over a tree that no commit is known of.
    pub(super) fn tree(&mut self, id: &ObjectId) {
        self.folder(id, &mut Vec::new(), NONE, 0);
    }

    /// Takes a blob or the message of a tag that nothing is known of but its id.
    pub(super) fn single(&mut self, id: ObjectId, form: Form) {
        match form {
            Form::Message => self.add(MESSAGE_PATH.as_bytes(), id, form, NONE),
            _ => self.blob(format!("object {id}").as_bytes(), id, form, NONE),
        }
    }

    fn commit(&mut self, id: ObjectId) -> u32 {
        self.plan.commits.push(id);
        self.plan.commits.len() as u32 - 1
    }

    fn folder(&mut self, tree: &ObjectId, path: &mut Vec<u8>, commit: u32, depth: usize) {
        if let Some(first) = self.plan.folders.get(tree) {
            if self.plan.bytes(*first) != path.as_slice() {
                self.stands_again(tree, path, commit);
            }
            return;
        }
        let number = self.plan.number_of(path);
        self.plan.folders.insert(*tree, number);
        if depth > DEPTH_AT_MOST {
            return self.unchecked(path, "too deep a folder, so it was not opened");
        }
        let mut buffer = Vec::new();
        let Ok(Some((Kind::Tree, data))) = self.objects.find(tree, &mut buffer) else {
            return self.unchecked(
                path,
                "the folder is not in this clone, so it was not opened",
            );
        };
        for entry in TreeRefIter::from_bytes(data, self.objects.hash()) {
            let Ok(entry) = entry else {
                return self
                    .unchecked(path, "the folder is damaged, so it was not read to its end");
            };
            let length = enter(path, entry.filename);
            let id = entry.oid.to_owned();
            if entry.mode.is_tree() {
                self.folder(&id, path, commit, depth + 1);
            } else if entry.mode.is_commit() {
                self.plan.visited.submodules += 1;
            } else {
                self.blob(path, id, form_of(entry.mode), commit);
            }
            path.truncate(length);
        }
    }

    fn stands_again(&mut self, tree: &ObjectId, path: &[u8], commit: u32) {
        if self.plan.copies.len() < FOLDERS_AT_MOST {
            let number = self.plan.number_of(path);
            if self.plan.again.insert((*tree, number)) {
                self.plan.copies.push((*tree, number, commit));
            }
        }
    }

    /// Takes a blob at a path, where that is news.
    pub(super) fn blob(&mut self, path: &[u8], id: ObjectId, form: Form, commit: u32) {
        let known = self.plan.by_id.get(&id).copied();
        let is_blob = |first: &u32| self.plan.jobs[*first as usize].form != Form::Message;
        let Some(first) = known.filter(is_blob) else {
            return self.add(path, id, form, commit);
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
        let number = self.plan.number_of(path);
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

    fn add(&mut self, path: &[u8], id: ObjectId, form: Form, commit: u32) {
        let path = self.plan.number_of(path);
        self.plan.by_id.insert(id, self.plan.jobs.len() as u32);
        self.plan.jobs.push(Job {
            id,
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
