//! Collects what a blob replaced: the same path in every parent, and the places it may have been moved from.
//!
//! A file that was moved and changed in the same commit cannot be told for sure; so every removed file may be handed
//! over, the likeliest first, up to a bound. One that is left out means a finding too many, never one too few.

use std::collections::HashSet;

use gix::ObjectId;
use gix::objs::tree::EntryRef;

use super::objects::Objects;
use super::trees::{Change, Comparison, Found, find_path};
use crate::error::Result;
use crate::model::RepoPath;

/// How many removed files are handed over for one new file, at most.
const FILES_AT_MOST: usize = 200;

/// How many bytes of removed files are handed over for one new file, at most.
const BYTES_AT_MOST: usize = 32 << 20;

/// How many removed files are considered, at most.
const CONSIDERED_AT_MOST: usize = 100_000;

/// A file or a whole folder that a parent has and the change has not.
#[derive(Clone, Debug)]
pub(super) struct Removed {
    path: Vec<u8>,
    id: ObjectId,
    folder: bool,
}

impl Removed {
    /// Takes an entry below a prefix that is empty or ends with `/`; `None` for a submodule.
    pub(super) fn new(prefix: &[u8], entry: &EntryRef<'_>) -> Option<Self> {
        (!entry.mode.is_commit()).then(|| Removed {
            path: [prefix, entry.filename].concat(),
            id: entry.oid.to_owned(),
            folder: entry.mode.is_tree(),
        })
    }

    /// Takes a file.
    pub(super) fn file(path: &[u8], id: ObjectId) -> Self {
        let path = path.to_vec();
        let folder = false;
        Removed { path, id, folder }
    }
}

/// The files of what is gone: a folder stands for all that was in it.
fn files_of(objects: &Objects, removed: &[Removed]) -> Vec<(Vec<u8>, ObjectId)> {
    let mut files = Vec::new();
    let mut comparison = Comparison::new(objects);
    for entry in removed {
        if files.len() >= CONSIDERED_AT_MOST {
            break;
        }
        if !entry.folder {
            files.push((entry.path.clone(), entry.id));
            continue;
        }
        let mut path = entry.path.clone();
        comparison.run(&entry.id, &[], &mut path, &mut |path, change| {
            if let Change::Blob { id, .. } = change
                && files.len() < CONSIDERED_AT_MOST
            {
                files.push((path.to_vec(), id));
            }
        });
    }
    files
}

/// The paths of the files of what is gone.
pub(super) fn removed_paths(objects: &Objects, removed: &[Removed]) -> Vec<RepoPath> {
    let files = files_of(objects, removed).into_iter();
    files.map(|(path, _)| RepoPath::new(path)).collect()
}

/// The files that stand in one tree, and nothing at their paths in another.
pub(super) fn gone_between(objects: &Objects, old: &ObjectId, new: &ObjectId) -> Vec<Removed> {
    let mut gone = Vec::new();
    Comparison::new(objects).run(old, &[Some(*new)], &mut Vec::new(), &mut |path, change| {
        if let Change::Blob {
            id, fresh: true, ..
        } = change
            && gone.len() < CONSIDERED_AT_MOST
        {
            gone.push(Removed::file(path, id));
        }
    });
    gone
}

/// A collection under way.
pub(super) struct Before<'a> {
    objects: &'a Objects,
    seen: HashSet<(ObjectId, Vec<u8>)>,
    bytes: usize,
    found: Vec<(RepoPath, Vec<u8>)>,
}

impl<'a> Before<'a> {
    /// Starts with nothing.
    pub(super) fn new(objects: &'a Objects) -> Self {
        Before {
            objects,
            seen: HashSet::new(),
            bytes: 0,
            found: Vec::new(),
        }
    }

    /// Adds the blob that each tree has at a path.
    pub(super) fn same_path(&mut self, trees: &[ObjectId], path: &[u8]) -> Result<()> {
        for tree in trees {
            if let Some(Found::Blob(id)) = find_path(self.objects, tree, path)? {
                self.add(path, id)?;
            }
        }
        Ok(())
    }

    /// Adds removed files: those with the same content first, then the same name, then the same ending.
    pub(super) fn removed(
        &mut self,
        path: &[u8],
        id: &ObjectId,
        removed: &[Removed],
    ) -> Result<()> {
        let wanted = RepoPath::new(path);
        let ending = wanted.extension();
        let mut files = files_of(self.objects, removed);
        files.sort_by_cached_key(|(path, other)| {
            let path = RepoPath::new(path.as_slice());
            let rank = if other == id {
                0
            } else if path.file_name() == wanted.file_name() {
                1
            } else if path.extension() == ending {
                2
            } else {
                3
            };
            (rank, path)
        });
        for (path, id) in files.into_iter().take(FILES_AT_MOST) {
            if self.bytes > BYTES_AT_MOST {
                break;
            }
            self.add(&path, id)?;
        }
        Ok(())
    }

    /// What was collected.
    pub(super) fn finish(self) -> Vec<(RepoPath, Vec<u8>)> {
        self.found
    }

    /// A blob that is missing here (a partial clone) is left out.
    fn add(&mut self, path: &[u8], id: ObjectId) -> Result<()> {
        if !self.seen.insert((id, path.to_vec())) {
            return Ok(());
        }
        if let Some(bytes) = self.objects.blob(&id)? {
            self.bytes += bytes.len();
            self.found.push((RepoPath::new(path), bytes));
        }
        Ok(())
    }
}
