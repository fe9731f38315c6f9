//! The state of one commit, read path by path.

use std::sync::{Mutex, PoisonError};

use gix::ObjectId;

use super::Snapshot;
use super::objects::Objects;
use super::trees::{Found, find_path};
use crate::error::{Error, Result};

/// The files of a commit.
pub struct CommitSnapshot {
    objects: Mutex<Objects>,
    tree: ObjectId,
}

impl CommitSnapshot {
    pub(super) fn new(objects: Objects, tree: ObjectId) -> Self {
        let objects = Mutex::new(objects);
        CommitSnapshot { objects, tree }
    }
}

impl Snapshot for CommitSnapshot {
    fn read(&self, path: &[u8]) -> Result<Option<Vec<u8>>> {
        let objects = self.objects.lock().unwrap_or_else(PoisonError::into_inner);
        read_in_tree(&objects, &self.tree, path)
    }

    fn exists(&self, marker: &[u8]) -> bool {
        let objects = self.objects.lock().unwrap_or_else(PoisonError::into_inner);
        exists_in_tree(&objects, &self.tree, marker)
    }
}

/// Reads a blob by its path in a tree; an object that should be there and is not is an error, never `None`.
pub(super) fn read_in_tree(
    objects: &Objects,
    tree: &ObjectId,
    path: &[u8],
) -> Result<Option<Vec<u8>>> {
    match find_path(objects, tree, path)? {
        Some(Found::Blob(id)) => read_blob(objects, &id, path),
        _ => Ok(None),
    }
}

/// Reads a blob that a path names.
pub(super) fn read_blob(objects: &Objects, id: &ObjectId, path: &[u8]) -> Result<Option<Vec<u8>>> {
    match objects.blob(id)? {
        Some(bytes) => Ok(Some(bytes)),
        None => Err(Error::source("the object is not in this clone")
            .at(String::from_utf8_lossy(path).into_owned())),
    }
}

/// Whether a path, or with a trailing `/` a folder, stands in a tree.
pub(super) fn exists_in_tree(objects: &Objects, tree: &ObjectId, marker: &[u8]) -> bool {
    match marker.strip_suffix(b"/") {
        Some(folder) => matches!(find_path(objects, tree, folder), Ok(Some(Found::Folder(_)))),
        None => matches!(find_path(objects, tree, marker), Ok(Some(_))),
    }
}
