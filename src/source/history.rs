//! All that a repository has ever held: every object once, with the commit and path that introduced it first.
//!
//! In: a repository, and whether HEAD or every ref counts. Out: blobs and messages, handed over while the walk goes on,
//! so that memory holds ids but not content. Nothing here is a change.

use std::collections::HashSet;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};

use gix::ObjectId;
use gix::objs::{Kind, TreeRefIter};

use super::commits::{hand_message, peel, walk};
use super::objects::Objects;
use super::pack_order::PackOrder;
use super::repository::Repository;
use super::stdin::MESSAGE_PATH;
use super::trees::DEPTH_AT_MOST;
use super::{Content, Form, Item, Keeping, Nothing, Snapshot, Source, Visited};
use crate::error::Result;
use crate::model::{RepoPath, Unchecked};

/// How many blobs are handed to a thread together: neighbours in a pack, which share what they rest on.
const BATCH: usize = 256;

/// How many blobs are put in the order of the packs together: few at first, so that every thread has work soon.
const WINDOW: std::ops::Range<usize> = 4096..131_072;

/// Where the history starts from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// What HEAD reaches.
    Head,
    /// What any ref reaches.
    AllRefs,
}

/// The whole history.
pub struct HistorySource {
    repository: Repository,
    tips: Vec<(Vec<u8>, ObjectId)>,
    head: Box<dyn Snapshot + Send>,
}

impl HistorySource {
    /// Prepares a walk over all that HEAD, or every ref, reaches.
    pub fn new(repository: &Repository, extent: Extent) -> Result<Self> {
        let head = repository.head()?;
        let mut tips: Vec<_> = head
            .iter()
            .map(|head| (b"HEAD".to_vec(), head.id))
            .collect();
        if extent == Extent::AllRefs {
            tips.extend(repository.tips("refs/")?);
        }
        let head: Box<dyn Snapshot + Send> = match head {
            Some(commit) => Box::new(repository.commit_snapshot(&commit)),
            None => Box::new(Nothing),
        };
        let repository = repository.clone();
        Ok(HistorySource {
            repository,
            tips,
            head,
        })
    }
}

/// A blob or message on its way to a thread that reads it.
struct Job {
    path: Vec<u8>,
    id: ObjectId,
    form: Form,
    commit: Option<ObjectId>,
    number: usize,
}

/// Folders and blobs are remembered apart: an entry that lies about its kind must not hide the true one.
struct Producer<'a> {
    objects: &'a Objects,
    order: PackOrder,
    sender: SyncSender<Vec<Job>>,
    waiting: Vec<Job>,
    window: usize,
    folders: HashSet<ObjectId>,
    blobs: HashSet<ObjectId>,
    visited: Visited,
    number: usize,
}

impl Producer<'_> {
    fn start(mut self, repository: &Repository, tips: &[(Vec<u8>, ObjectId)]) -> Result<Visited> {
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
            let target = (peeled.kind == Kind::Commit).then_some(peeled.id);
            for tag in peeled.tags.into_iter().filter(|tag| tags.insert(*tag)) {
                self.once(MESSAGE_PATH.as_bytes(), tag, Form::Message, target);
            }
            match peeled.kind {
                Kind::Commit => commits.push(peeled.id),
                Kind::Tree => self.folder(&peeled.id, &mut Vec::new(), None, 0),
                _ => self.once(name, peeled.id, Form::File, None),
            }
        }
        let walk = walk(self.objects, repository.shallow(), &commits, &[])?;
        for id in walk.cut {
            let place = format!("commit {id}");
            self.unchecked(
                place.as_bytes(),
                "the commits before it are not in this clone, so they were not seen",
            );
        }
        for (id, data) in walk.commits {
            self.once(MESSAGE_PATH.as_bytes(), id, Form::Message, Some(id));
            self.folder(&data.tree, &mut Vec::new(), Some(id), 0);
        }
        self.flush();
        Ok(self.visited)
    }

    fn folder(
        &mut self,
        tree: &ObjectId,
        path: &mut Vec<u8>,
        commit: Option<ObjectId>,
        depth: usize,
    ) {
        if !self.folders.insert(*tree) {
            return;
        }
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
            let length = path.len();
            if length > 0 {
                path.push(b'/');
            }
            path.extend_from_slice(entry.filename);
            let id = entry.oid.to_owned();
            if entry.mode.is_tree() {
                self.folder(&id, path, commit, depth + 1);
            } else if entry.mode.is_commit() {
                self.visited.submodules += 1;
            } else {
                let form = if entry.mode.is_link() {
                    Form::Symlink
                } else {
                    Form::File
                };
                self.once(path, id, form, commit);
            }
            path.truncate(length);
        }
    }

    fn once(&mut self, path: &[u8], id: ObjectId, form: Form, commit: Option<ObjectId>) {
        if form != Form::Message && !self.blobs.insert(id) {
            return;
        }
        let path = path.to_vec();
        let number = self.number;
        self.number += 1;
        self.waiting.push(Job {
            path,
            id,
            form,
            commit,
            number,
        });
        if self.waiting.len() >= self.window {
            self.flush();
            self.window = (self.window * 2).min(WINDOW.end);
        }
    }

    /// Sends what waits in the order of the packs. The receiving side outlives this one, unless a thread of it panics,
    /// and then the panic goes on from there.
    fn flush(&mut self) {
        let order = &self.order;
        self.waiting.sort_by_cached_key(|job| order.of(&job.id));
        let mut waiting = std::mem::take(&mut self.waiting).into_iter();
        loop {
            let batch: Vec<Job> = waiting.by_ref().take(BATCH).collect();
            if batch.is_empty() {
                return;
            }
            if self.sender.send(batch).is_err() {
                self.visited.unchecked.push(Unchecked {
                    path: RepoPath::new(Vec::new()),
                    why: "reading the history broke off".to_owned(),
                    undecided: true,
                });
                return;
            }
        }
    }

    fn unchecked(&mut self, path: &[u8], why: &str) {
        self.visited.unchecked.push(Unchecked {
            path: RepoPath::new(path),
            why: why.to_owned(),
            undecided: false,
        });
    }
}

fn consume(
    objects: &Objects,
    receiver: &Mutex<Receiver<Vec<Job>>>,
    look: &(dyn Fn(&Item, Content<'_>) + Sync),
) -> Vec<Unchecked> {
    let mut unchecked = Vec::new();
    let mut buffer = Vec::new();
    loop {
        let next = receiver
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .recv();
        let Ok(batch) = next else { return unchecked };
        for job in batch {
            let item = Item {
                path: RepoPath::new(job.path),
                form: job.form,
                keeping: Keeping::Git,
                commit: job.commit.map(|id| id.to_string()),
                commits: u32::from(job.commit.is_some()),
                number: job.number,
            };
            let handed = match job.form {
                Form::Message => hand_message(objects, &job.id, |content| look(&item, content)),
                _ => objects.hand_blob(&job.id, &mut buffer, |content| look(&item, content)),
            };
            if let Err(unread) = handed {
                unchecked.push(Unchecked {
                    path: item.path,
                    why: unread.why().to_owned(),
                    undecided: false,
                });
            }
        }
    }
}

impl Source for HistorySource {
    fn visit(&self, threads: usize, look: &(dyn Fn(&Item, Content<'_>) + Sync)) -> Result<Visited> {
        let readers = threads.max(1);
        // One window may wait while the next one is found.
        let (sender, receiver) = sync_channel(WINDOW.end / BATCH);
        let receiver = Arc::new(Mutex::new(receiver));
        let objects = self.repository.blob_objects();
        let unread = Mutex::new(Vec::new());
        let visited = std::thread::scope(|scope| {
            for _ in 0..readers {
                let receiver = receiver.clone();
                let unread = &unread;
                scope.spawn(move || {
                    let found = consume(&self.repository.blob_objects(), &receiver, look);
                    unread
                        .lock()
                        .unwrap_or_else(PoisonError::into_inner)
                        .extend(found);
                });
            }
            drop(receiver);
            let producer = Producer {
                objects: &objects,
                order: self.repository.pack_order(),
                sender,
                waiting: Vec::new(),
                window: WINDOW.start,
                folders: HashSet::new(),
                blobs: HashSet::new(),
                visited: Visited::default(),
                number: 0,
            };
            producer.start(&self.repository, &self.tips)
        });
        let mut visited = visited?;
        visited
            .unchecked
            .extend(unread.into_inner().unwrap_or_else(PoisonError::into_inner));
        Ok(visited)
    }

    fn before(&self, _item: &Item) -> Result<Vec<(RepoPath, Vec<u8>)>> {
        Ok(Vec::new())
    }

    fn head(&self) -> &dyn Snapshot {
        &*self.head
    }

    fn base(&self) -> &dyn Snapshot {
        &Nothing
    }
}
