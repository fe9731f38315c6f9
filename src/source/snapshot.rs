//! The state of one commit, read path by path.

use std::sync::{Mutex, PoisonError};

use gix::ObjectId;

use super::Snapshot;
use super::objects::Objects;
use super::trees::{Change, Comparison, Found, find_path};
use crate::error::{Error, Result};
use crate::model::RepoPath;

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

    fn files_in(&self, folder: &[u8]) -> Vec<RepoPath> {
        let objects = self.objects.lock().unwrap_or_else(PoisonError::into_inner);
        let Ok(Some(Found::Folder(tree))) = find_path(&objects, &self.tree, folder) else {
            return Vec::new();
        };
        let mut paths = Vec::new();
        let mut start = folder.to_vec();
        Comparison::new(&objects).run(&tree, &[], &mut start, &mut |path, change| {
            let inside = &path[(folder.len() + 1).min(path.len())..];
            if matches!(change, Change::Blob { .. }) && !inside.contains(&b'/') {
                paths.push(RepoPath::new(path));
            }
        });
        paths
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
