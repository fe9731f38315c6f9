//! The staged change: the index that this commit uses, against HEAD and what is being merged, as far as it is published.
//!
//! In: a repository. Out: the blobs that are in the index and in none of these trees at the same path. The work tree is
//! never read, so that partial staging, filters and line ends are as Git will store them. Folders whose cached id is
//! a parent's are not opened: Git commits by the same ids.

use std::collections::HashSet;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use gix::ObjectId;
use gix::index::Entry;
use gix::index::entry::{Flags, Mode};
use gix::index::extension::Tree as CachedTree;
use gix::objs::tree::EntryRef;

use super::before::{Before, Removed, removed_paths};
use super::commit_walk::walk;
use super::commits::{Commits, read_commit};
use super::git_environment::GitEnvironment;
use super::handing::hand_over;
use super::index::{Index, IndexSnapshot, child};
use super::objects::Objects;
use super::repository::Repository;
use super::side_by_side::{SideBySide, Sort};
use super::trees::{Change, Comparison, DEPTH_AT_MOST};
use super::{Content, Form, Item, Keeping, Nothing, Snapshot, Source, Visited};
use crate::error::Result;
use crate::model::{RepoPath, Unchecked};

/// How many places of the same content are looked up for one new file, at most. Other new copies are among them.
const COPIES_AT_MOST: usize = 1000;

/// What a commit made now would add.
pub struct StagedSource {
    repository: Repository,
    index: Arc<Index>,
    parents: Vec<ObjectId>,
    plan: Plan,
    head: IndexSnapshot,
    base: Box<dyn Snapshot + Send>,
}

struct Staged {
    path: Vec<u8>,
    id: ObjectId,
    form: Form,
    fresh: bool,
}

#[derive(Default)]
struct Plan {
    items: Vec<Staged>,
    removed: Vec<Removed>,
    unchecked: Vec<Unchecked>,
    submodules: u64,
}

impl StagedSource {
    /// Compares the index with HEAD, and while a merge is being made with the merged commits that a remote has: what only
    /// this clone has merges as news, since no hook may have seen it yet.
    pub fn new(repository: &Repository) -> Result<Self> {
        Self::against(repository, merge_heads(repository.git_dir()))
    }

    /// Compares the index with HEAD and the commits that a merge hook is told of: Git calls `pre-merge-commit` before
    /// it writes down what it merges. For other hooks these variables mean nothing, and anyone may set them.
    pub fn merging(repository: &Repository, environment: &GitEnvironment) -> Result<Self> {
        let told = environment.merged.iter();
        let told = told.filter_map(|hex| ObjectId::from_hex(hex.as_bytes()).ok());
        let merged = told.chain(merge_heads(repository.git_dir())).collect();
        Self::against(repository, merged)
    }

    fn against(repository: &Repository, merged: Vec<ObjectId>) -> Result<Self> {
        let head = repository.head()?;
        let index = Arc::new(repository.index()?);
        let mut parents: Vec<ObjectId> = head.iter().map(|commit| commit.tree).collect();
        let objects = repository.objects();
        if let Some(head) = &head
            && !merged.is_empty()
        {
            parents.extend(published_trees(repository, &objects, head.id, &merged)?);
        }
        let mut planner = Planner {
            index: &index,
            objects: &objects,
            plan: Plan::default(),
        };
        let trees: Vec<Option<ObjectId>> = parents.iter().copied().map(Some).collect();
        planner.folder(index.cached(), &trees, 0..index.entries().len(), 0, 0);
        let plan = planner.plan;
        let base: Box<dyn Snapshot + Send> = match &head {
            Some(commit) => Box::new(repository.commit_snapshot(commit)),
            None => Box::new(Nothing),
        };
        Ok(StagedSource {
            repository: repository.clone(),
            head: IndexSnapshot::new(index.clone(), repository.caching_objects()),
            index,
            parents,
            plan,
            base,
        })
    }

    /// The id, in hexadecimal digits, of the tree that this index would be committed as.
    pub fn tree_id(&self) -> Result<String> {
        Ok(self.index.tree_id()?.to_string())
    }
}

impl StagedSource {
    fn removed(&self) -> Vec<RepoPath> {
        match self.plan.removed.is_empty() {
            true => Vec::new(),
            false => removed_paths(&self.repository.caching_objects(), &self.plan.removed),
        }
    }
}

impl Source for StagedSource {
    fn visit(&self, threads: usize, look: &(dyn Fn(&Item, Content<'_>) + Sync)) -> Result<Visited> {
        let visited = Visited {
            unchecked: self.plan.unchecked.clone(),
            submodules: self.plan.submodules,
            special: 0,
            removed: self.removed(),
            is_change: true,
            in_repository: true,
        };
        let blob = |number: usize| {
            let staged = &self.plan.items[number];
            let item = Item {
                path: RepoPath::new(staged.path.as_slice()),
                form: staged.form,
                keeping: Keeping::Git,
                commit: None,
                commits: 0,
                number,
            };
            (item, staged.id)
        };
        let objects = || self.repository.objects();
        let count = self.plan.items.len();
        Ok(hand_over(threads, count, objects, blob, look, visited))
    }

    fn before(&self, item: &Item) -> Result<Vec<(RepoPath, Vec<u8>)>> {
        let Some(staged) = self.plan.items.get(item.number) else {
            return Ok(Vec::new());
        };
        let objects = self.repository.caching_objects();
        let mut before = Before::new(&objects);
        if !staged.fresh {
            before.same_path(&self.parents, &staged.path)?;
            return Ok(before.finish());
        }
        before.removed(&staged.path, &staged.id, &self.plan.removed)?;
        let same = |entry: &&Entry| entry.id == staged.id && self.index.path(entry) != staged.path;
        for entry in self
            .index
            .entries()
            .iter()
            .filter(same)
            .take(COPIES_AT_MOST)
        {
            before.same_path(&self.parents, self.index.path(entry))?;
        }
        Ok(before.finish())
    }

    fn expected(&self) -> u64 {
        self.plan.items.len() as u64
    }

    fn head(&self) -> &dyn Snapshot {
        &self.head
    }

    fn base(&self) -> &dyn Snapshot {
        &*self.base
    }
}

/// The commits that a merge under way merges.
fn merge_heads(git_dir: &Path) -> Vec<ObjectId> {
    let text = std::fs::read(git_dir.join("MERGE_HEAD")).unwrap_or_default();
    text.split(|&byte| byte == b'\n')
        .filter_map(|line| ObjectId::from_hex(line.trim_ascii()).ok())
        .collect()
}

/// The trees of the newest published commits among what is merged: their content is somebody's past, not this change.
fn published_trees(
    repository: &Repository,
    objects: &Objects,
    head: ObjectId,
    merged: &[ObjectId],
) -> Result<Vec<ObjectId>> {
    let remote = repository.tips("refs/remotes/")?;
    let known: Vec<ObjectId> = remote.into_iter().map(|(_, id)| id).chain([head]).collect();
    let fresh = walk(
        &Commits::by_id(objects),
        repository.shallow(),
        merged,
        &known,
    )?
    .commits;
    let is_fresh: HashSet<ObjectId> = fresh.iter().map(|(id, _)| *id).collect();
    let reached = fresh
        .iter()
        .flat_map(|(_, commit)| &commit.parents)
        .chain(merged);
    let mut trees = Vec::new();
    for id in reached.filter(|id| !is_fresh.contains(*id)) {
        trees.extend(read_commit(objects, id)?.map(|commit| commit.tree));
    }
    trees.sort_unstable();
    trees.dedup();
    Ok(trees)
}

struct Planner<'a> {
    index: &'a Index,
    objects: &'a Objects,
    plan: Plan,
}

impl Planner<'_> {
    /// Compares the entries of one folder, `cut` bytes into their paths, with the folder in every parent.
    /// In folders that are too deep to be looked up in the parents everything counts as new.
    fn folder(
        &mut self,
        cached: Option<&CachedTree>,
        trees: &[Option<ObjectId>],
        range: Range<usize>,
        cut: usize,
        depth: usize,
    ) {
        if is_known(cached, trees) {
            return;
        }
        let mut buffers = vec![Vec::new(); trees.len()];
        let mut trees = SideBySide::open(self.objects, trees, &mut buffers);
        let index = self.index;
        let first = index.entries().get(range.start);
        let first = first.map_or(&[][..], |entry| index.path(entry));
        let prefix = first.get(..cut).unwrap_or_default();
        let mut at = range.start;
        while at < range.end {
            let entry = &index.entries()[at];
            let path = index.path(entry);
            let name = path.get(cut..).unwrap_or(path);
            match name.iter().position(|&byte| byte == b'/') {
                Some(slash) if depth < DEPTH_AT_MOST => {
                    let name = &name[..slash];
                    let others = trees.folders_named(name);
                    let below = cut + slash + 1;
                    if entry.mode == Mode::DIR {
                        self.collapsed(entry, &path[..below - 1], &others);
                        at += 1;
                        continue;
                    }
                    let child = child(cached, name);
                    let end = index.end_of_folder(at..range.end, &path[..below], child);
                    let end = end.max(at + 1);
                    self.folder(child, &others, at..end, below, depth + 1);
                    at = end;
                }
                _ => {
                    let others = trees.named(name, Sort::Leaf);
                    let conflicts = self.plan.unchecked.last();
                    if entry.stage_raw() == 0 {
                        self.leaf(entry, path, others);
                    } else if conflicts.is_none_or(|last| last.path.as_bytes() != path) {
                        self.conflict(path);
                    }
                    at += 1;
                }
            }
        }
        let removed = trees.gone().filter_map(|entry| Removed::new(prefix, entry));
        self.plan.removed.extend(removed);
    }

    fn conflict(&mut self, path: &[u8]) {
        self.plan.unchecked.push(Unchecked {
            path: RepoPath::new(path),
            why: "in conflict, so there is no staged content yet".to_owned(),
            undecided: true,
        });
    }

    fn leaf(&mut self, entry: &Entry, path: &[u8], others: &[Option<EntryRef<'_>>]) {
        if entry.flags.contains(Flags::INTENT_TO_ADD) {
            return;
        }
        let link = entry.mode == Mode::SYMLINK;
        let mut known = others.iter().flatten();
        if known.any(|other| other.oid == entry.id && other.mode.is_link() == link) {
            return;
        }
        if entry.mode == Mode::COMMIT {
            self.plan.submodules += 1;
            return;
        }
        self.plan.items.push(Staged {
            path: path.to_vec(),
            id: entry.id,
            form: if link { Form::Symlink } else { Form::File },
            fresh: others.iter().flatten().all(|other| other.mode.is_commit()),
        });
    }

    /// Opens a folder that a sparse index keeps as one entry.
    fn collapsed(&mut self, entry: &Entry, path: &[u8], others: &[Option<ObjectId>]) {
        let plan = &mut self.plan;
        let mut path = path.to_vec();
        Comparison::new(self.objects).run(&entry.id, others, &mut path, &mut |path, change| {
            match change {
                Change::Blob { id, form, fresh } => plan.items.push(Staged {
                    path: path.to_vec(),
                    id,
                    form,
                    fresh,
                }),
                Change::Submodule => plan.submodules += 1,
                Change::Unread(why) => plan.unchecked.push(Unchecked {
                    path: RepoPath::new(path),
                    why: why.to_owned(),
                    undecided: true,
                }),
            }
        });
    }
}

/// Whether the cache of the index holds, and says that the folder is one of the parents'.
fn is_known(cached: Option<&CachedTree>, trees: &[Option<ObjectId>]) -> bool {
    let valid = cached.filter(|cached| cached.num_entries.is_some());
    valid.is_some_and(|cached| trees.contains(&Some(cached.id)))
}
