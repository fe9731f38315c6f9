//! The state of one commit, read path by path.

use std::sync::{Mutex, PoisonError};

use gix::ObjectId;

use super::Snapshot;
use super::objects::{Objects, Stores};
use super::trees::{Change, Comparison, Found, PathFinder, find_path};
use crate::error::{Error, Result};
use crate::model::RepoPath;

/// The files of a commit.
pub struct CommitSnapshot {
    stores: Stores,
    tree: ObjectId,
    /// Readers that nobody uses now: threads read side by side.
    idle: Mutex<Vec<Reader>>,
}

/// Reads paths, for one thread at a time.
struct Reader {
    objects: Objects,
    paths: PathFinder,
}

impl CommitSnapshot {
    pub(super) fn new(stores: Stores, tree: ObjectId) -> Self {
        CommitSnapshot {
            stores,
            tree,
            idle: Mutex::default(),
        }
    }

    fn with_reader<R>(&self, work: impl FnOnce(&mut Reader) -> R) -> R {
        let idle = || self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let last = idle().pop();
        let mut reader = last.unwrap_or_else(|| Reader {
            objects: self.stores.caching_reader(),
            paths: PathFinder::new(self.tree),
        });
        let result = work(&mut reader);
        idle().push(reader);
        result
    }
}

impl Reader {
    fn find(&mut self, path: &[u8]) -> Result<Option<Found>> {
        self.paths.find(&self.objects, path)
    }
}

impl Snapshot for CommitSnapshot {
    fn read(&self, path: &[u8]) -> Result<Option<Vec<u8>>> {
        self.with_reader(|reader| match reader.find(path)? {
            Some(Found::Blob(id)) => read_blob(&reader.objects, &id, path),
            _ => Ok(None),
        })
    }

    fn exists(&self, marker: &[u8]) -> bool {
        self.with_reader(|reader| stands(marker, |path| reader.find(path)))
    }

    fn files_in(&self, folder: &[u8]) -> Vec<RepoPath> {
        self.with_reader(|reader| {
            let Ok(Some(Found::Folder(tree))) = reader.find(folder) else {
                return Vec::new();
            };
            let mut paths = Vec::new();
            let mut start = folder.to_vec();
            let mut comparison = Comparison::new(&reader.objects);
            comparison.run(&tree, &[], &mut start, &mut |path, change| {
                let inside = &path[(folder.len() + 1).min(path.len())..];
                if matches!(change, Change::Blob { .. }) && !inside.contains(&b'/') {
                    paths.push(RepoPath::new(path));
                }
            });
            paths
        })
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
            .at(String::from_utf8_lossy(path).into_owned())
            .hint("`git fetch --refetch --no-filter` completes a partial clone")),
    }
}

/// Whether a path, or with a trailing `/` a folder, stands in a tree.
pub(super) fn exists_in_tree(objects: &Objects, tree: &ObjectId, marker: &[u8]) -> bool {
    stands(marker, |path| find_path(objects, tree, path))
}

fn stands(marker: &[u8], find: impl FnOnce(&[u8]) -> Result<Option<Found>>) -> bool {
    match marker.strip_suffix(b"/") {
        Some(folder) => matches!(find(folder), Ok(Some(Found::Folder(_)))),
        None => matches!(find(marker), Ok(Some(_))),
    }
}
