//! The whole state of one commit, read from objects: no checkout is needed, and none is looked at.
//!
//! In: a commit, and the one that it is compared with where there is one. Out: every blob of its tree. Only with a base
//! is anything introduced; the base is then asked for the same path, and for the same content at another path.

use std::collections::HashMap;
use std::sync::OnceLock;

use gix::ObjectId;

use super::before::{Before, gone_between, removed_paths};
use super::handing::hand_over;
use super::introduced::Introduced;
use super::repository::{Commit, Repository};
use super::trees::{Change, Comparison, Found, find_path};
use super::{Content, Item, Keeping, Nothing, Snapshot, Source, Visited};
use crate::error::Result;
use crate::model::RepoPath;

/// Every blob that one commit's tree holds.
pub struct CommitTreeSource {
    repository: Repository,
    content: Introduced,
    tree: ObjectId,
    base_tree: Option<ObjectId>,
    head: Box<dyn Snapshot + Send>,
    base: Box<dyn Snapshot + Send>,
    moved_from: OnceLock<HashMap<ObjectId, Vec<u8>>>,
}

impl CommitTreeSource {
    /// Takes the tree of `commit`, compared with that of `base`.
    pub fn new(repository: &Repository, commit: &Commit, base: Option<&Commit>) -> Self {
        let mut content = Introduced::default();
        content.compare(&repository.caching_objects(), &commit.tree, &[], None);
        let base_snapshot: Box<dyn Snapshot + Send> = match base {
            Some(base) => Box::new(repository.commit_snapshot(base)),
            None => Box::new(Nothing),
        };
        CommitTreeSource {
            repository: repository.clone(),
            content: content.finish(),
            tree: commit.tree,
            base_tree: base.map(|base| base.tree),
            head: Box::new(repository.commit_snapshot(commit)),
            base: base_snapshot,
            moved_from: OnceLock::new(),
        }
    }
}

impl Source for CommitTreeSource {
    fn visit(&self, threads: usize, look: &(dyn Fn(&Item, Content<'_>) + Sync)) -> Result<Visited> {
        let objects = self.repository.caching_objects();
        let gone = self
            .base_tree
            .map(|base| gone_between(&objects, &base, &self.tree));
        let visited = Visited {
            unchecked: self.content.unchecked.clone(),
            submodules: self.content.submodules,
            special: 0,
            removed: gone.map_or(Vec::new(), |gone| removed_paths(&objects, &gone)),
            is_change: self.base_tree.is_some(),
            in_repository: true,
        };
        let blob = |number: usize| {
            let blob = &self.content.blobs[number];
            let item = Item {
                path: RepoPath::new(blob.path.as_slice()),
                form: blob.form,
                keeping: Keeping::Git,
                commit: None,
                commits: 0,
                number,
            };
            (item, blob.id)
        };
        let objects = || self.repository.blob_objects();
        let count = self.content.blobs.len();
        Ok(hand_over(threads, count, objects, blob, look, visited))
    }

    fn before(&self, item: &Item) -> Result<Vec<(RepoPath, Vec<u8>)>> {
        let (Some(tree), Some(blob)) = (self.base_tree, self.content.blobs.get(item.number)) else {
            return Ok(Vec::new());
        };
        let objects = self.repository.caching_objects();
        let moved_from = self.moved_from.get_or_init(|| {
            let mut paths = HashMap::new();
            Comparison::new(&objects).run(&tree, &[], &mut Vec::new(), &mut |path, change| {
                if let Change::Blob { id, .. } = change {
                    paths.entry(id).or_insert_with(|| path.to_vec());
                }
            });
            paths
        });
        let mut before = Before::new(&objects);
        before.same_path(&[tree], &blob.path)?;
        if let Some(path) = moved_from.get(&blob.id) {
            before.same_path(&[tree], path)?;
        }
        Ok(before.finish())
    }

    fn head(&self) -> &dyn Snapshot {
        &*self.head
    }

    fn base(&self) -> &dyn Snapshot {
        &*self.base
    }
}

impl Repository {
    /// Lists the files below a folder of a commit's tree, the folder given without a trailing `/`.
    pub fn paths_below(&self, commit: &Commit, folder: &[u8]) -> Result<Vec<RepoPath>> {
        let objects = self.caching_objects();
        let Some(Found::Folder(tree)) = find_path(&objects, &commit.tree, folder)? else {
            return Ok(Vec::new());
        };
        let mut paths = Vec::new();
        let mut start = folder.to_vec();
        Comparison::new(&objects).run(&tree, &[], &mut start, &mut |path, change| {
            if let Change::Blob { .. } = change {
                paths.push(RepoPath::new(path));
            }
        });
        Ok(paths)
    }
}
