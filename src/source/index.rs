//! The index: decoded once, read path by path, and turned into the id of the tree it would be committed as.

use std::ops::Range;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use gix::ObjectId;
use gix::index::entry::{Flags, Mode};
use gix::index::extension::Tree as CachedTree;
use gix::index::{Entry, State};
use gix::objs::Kind;

use super::Snapshot;
use super::objects::Objects;
use super::snapshot::{exists_in_tree, read_blob, read_in_tree};
use super::trees::DEPTH_AT_MOST;
use crate::error::{Error, Result};
use crate::model::RepoPath;

/// An index in memory; one that does not exist is empty, as it is for Git.
pub(super) struct Index {
    file: gix::index::File,
}

impl Index {
    /// Decodes an index. Its own checksum is not computed: Git has just written it.
    pub(super) fn open(path: &Path, hash: gix::hash::Kind) -> Result<Self> {
        let file = gix::index::File::at_or_default(
            path,
            hash,
            true,
            gix::index::decode::Options::default(),
        );
        match file {
            Ok(file) => Ok(Index { file }),
            Err(_) => {
                Err(Error::source("the index could not be read").at(path.display().to_string()))
            }
        }
    }

    pub(super) fn state(&self) -> &State {
        &self.file
    }

    pub(super) fn entries(&self) -> &[Entry] {
        self.file.entries()
    }

    pub(super) fn path<'a>(&'a self, entry: &Entry) -> &'a [u8] {
        entry.path_in(self.file.path_backing())
    }

    /// The cached ids of the index's folders, from the root.
    pub(super) fn cached(&self) -> Option<&CachedTree> {
        self.file.tree()
    }

    /// Where the entries below a folder end, from the first of them.
    pub(super) fn end_of_folder(
        &self,
        range: Range<usize>,
        prefix: &[u8],
        cached: Option<&CachedTree>,
    ) -> usize {
        let entries = self.entries();
        let below = |at: usize| self.path(&entries[at]).starts_with(prefix);
        if let Some(count) = cached.and_then(|cached| cached.num_entries) {
            let end = range.start.saturating_add(count as usize);
            if count > 0 && end <= range.end && below(end - 1) && (end == range.end || !below(end))
            {
                return end;
            }
        }
        let rest = &entries[range.clone()];
        range.start + rest.partition_point(|entry| self.path(entry).starts_with(prefix))
    }

    /// Finds the entry of a path that is in no conflict.
    pub(super) fn find(&self, path: &[u8]) -> Option<&Entry> {
        let at = self
            .entries()
            .binary_search_by(|entry| self.path(entry).cmp(path))
            .ok()?;
        let entry = &self.entries()[at];
        let usable = entry.stage_raw() == 0 && !entry.flags.contains(Flags::INTENT_TO_ADD);
        usable.then_some(entry)
    }

    /// Where the entries below a folder stand, inside a range that holds them; `prefix` ends with `/` or is empty.
    pub(super) fn range_below(&self, within: Range<usize>, prefix: &[u8]) -> Range<usize> {
        let entries = self.entries().get(within.clone()).unwrap_or_default();
        let start = entries.partition_point(|entry| self.path(entry) < prefix);
        let count = entries[start..].partition_point(|entry| self.path(entry).starts_with(prefix));
        let start = within.start + start;
        start..start + count
    }

    /// Whether Git tracks a path, in conflict or not; `range` holds the entries of its folder.
    pub(super) fn tracks(&self, range: Range<usize>, path: &[u8]) -> bool {
        let entries = self.entries().get(range).unwrap_or_default();
        let found = entries.binary_search_by(|entry| self.path(entry).cmp(path));
        found.is_ok() || self.sparse_folder(path).is_some()
    }

    /// Whether anything is tracked below a folder; `prefix` ends with `/`.
    pub(super) fn tracks_below(&self, prefix: &[u8]) -> bool {
        let at = self
            .entries()
            .partition_point(|entry| self.path(entry) < prefix);
        self.entries()
            .get(at)
            .is_some_and(|entry| self.path(entry).starts_with(prefix))
    }

    /// The tracked paths below a folder; `prefix` ends with `/`.
    fn paths_below<'a>(&'a self, prefix: &'a [u8]) -> impl Iterator<Item = &'a [u8]> {
        let at = self
            .entries()
            .partition_point(|entry| self.path(entry) < prefix);
        self.entries()[at..]
            .iter()
            .map(|entry| self.path(entry))
            .take_while(move |path| path.starts_with(prefix))
    }

    /// Finds the collapsed folder of a sparse index that holds a path, and the rest of the path.
    fn sparse_folder<'a>(&self, path: &'a [u8]) -> Option<(&Entry, &'a [u8])> {
        if !self.state().is_sparse() {
            return None;
        }
        let slashes = path.iter().enumerate().filter(|(_, byte)| **byte == b'/');
        slashes.map(|(at, _)| at + 1).find_map(|cut| {
            let folder = &path[..cut];
            let at = self
                .entries()
                .binary_search_by(|entry| self.path(entry).cmp(folder))
                .ok()?;
            Some((&self.entries()[at], &path[cut..]))
        })
    }

    /// The id of the tree that this index would be committed as; cached ids are used, nothing is written.
    pub(super) fn tree_id(&self) -> Result<ObjectId> {
        self.folder_id(self.cached(), 0..self.entries().len(), 0, 0)
    }

    fn folder_id(
        &self,
        cached: Option<&CachedTree>,
        range: Range<usize>,
        cut: usize,
        depth: usize,
    ) -> Result<ObjectId> {
        if let Some(cached) = cached.filter(|cached| cached.num_entries.is_some()) {
            return Ok(cached.id);
        }
        let mut bytes = Vec::new();
        let mut at = range.start;
        while at < range.end {
            let entry = &self.entries()[at];
            let path = self.path(entry);
            if entry.stage_raw() != 0 {
                return Err(Error::source("the index holds an unsolved conflict"));
            }
            let name = &path[cut.min(path.len())..];
            match name.iter().position(|&byte| byte == b'/') {
                Some(_) if depth > DEPTH_AT_MOST => {
                    return Err(Error::source("the index holds a folder that is too deep"));
                }
                Some(slash) if entry.mode != Mode::DIR => {
                    let child = child(cached, &name[..slash]);
                    let prefix = &path[..cut + slash + 1];
                    let end = self.end_of_folder(at..range.end, prefix, child).max(at + 1);
                    let id = self.folder_id(child, at..end, prefix.len(), depth + 1)?;
                    if id != ObjectId::empty_tree(id.kind()) {
                        append(&mut bytes, Mode::DIR, &name[..slash], &id);
                    }
                    at = end;
                }
                _ => {
                    if !entry.flags.contains(Flags::INTENT_TO_ADD) {
                        let name = name.strip_suffix(b"/").unwrap_or(name);
                        append(&mut bytes, entry.mode, name, &entry.id);
                    }
                    at += 1;
                }
            }
        }
        gix::objs::compute_hash(self.file.object_hash(), Kind::Tree, &bytes)
            .map_err(|_| Error::source("the id of the index's tree could not be computed"))
    }
}

fn append(bytes: &mut Vec<u8>, mode: Mode, name: &[u8], id: &ObjectId) {
    match mode {
        Mode::FILE => bytes.extend_from_slice(b"100644 "),
        Mode::DIR => bytes.extend_from_slice(b"40000 "),
        _ => bytes.extend_from_slice(format!("{:o} ", mode.bits()).as_bytes()),
    }
    bytes.extend_from_slice(name);
    bytes.push(0);
    bytes.extend_from_slice(id.as_slice());
}

/// Finds a folder's cached id below another's.
pub(super) fn child<'a>(cached: Option<&'a CachedTree>, name: &[u8]) -> Option<&'a CachedTree> {
    let children = &cached?.children;
    let at = children
        .binary_search_by(|child| child.name.as_slice().cmp(name))
        .ok()?;
    Some(&children[at])
}

/// The state that the index holds.
pub struct IndexSnapshot {
    index: Arc<Index>,
    objects: Mutex<Objects>,
}

impl IndexSnapshot {
    pub(super) fn new(index: Arc<Index>, objects: Objects) -> Self {
        let objects = Mutex::new(objects);
        IndexSnapshot { index, objects }
    }
}

impl Snapshot for IndexSnapshot {
    fn read(&self, path: &[u8]) -> Result<Option<Vec<u8>>> {
        let objects = self.objects.lock().unwrap_or_else(PoisonError::into_inner);
        match self.index.find(path) {
            Some(entry) if entry.mode == Mode::COMMIT || entry.mode == Mode::DIR => Ok(None),
            Some(entry) => read_blob(&objects, &entry.id, path),
            None => match self.index.sparse_folder(path) {
                Some((folder, rest)) => read_in_tree(&objects, &folder.id, rest),
                None => Ok(None),
            },
        }
    }

    fn files_in(&self, folder: &[u8]) -> Vec<RepoPath> {
        let prefix = [folder, b"/"].concat();
        let paths = self.index.paths_below(&prefix);
        let direct = |path: &&[u8]| !path[prefix.len()..].contains(&b'/');
        paths.filter(direct).map(RepoPath::new).collect()
    }

    fn exists(&self, marker: &[u8]) -> bool {
        if marker.ends_with(b"/") && self.index.tracks_below(marker) {
            return true;
        }
        let folder = [marker, b"/"].concat();
        if self.index.find(marker).is_some() || self.index.tracks_below(&folder) {
            return true;
        }
        let objects = self.objects.lock().unwrap_or_else(PoisonError::into_inner);
        self.index
            .sparse_folder(marker)
            .is_some_and(|(folder, rest)| exists_in_tree(&objects, &folder.id, rest))
    }
}
