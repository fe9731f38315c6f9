//! An open repository: its places, refs, configuration and snapshots.
//!
//! In: what `opening` found. Out: what is asked for, read when it is. It never writes and never runs Git.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use gix::ObjectId;
use gix::objs::Kind;
use gix::refs::Target;
use gix::refs::file::{ReferenceExt, Store as Refs};

use super::commits::{peel, read_commit};
use super::index::{Index, IndexSnapshot};
use super::objects::{Objects, Stores};
use super::opening::open_with_gix;
use super::pack_order::PackOrder;
use super::packs::Packs;
use super::repository_format::unreadable;
use super::snapshot::CommitSnapshot;
use crate::error::{Error, Result};

/// A repository, open for reading; cheap to clone.
#[derive(Clone)]
pub struct Repository {
    pub(super) inner: Arc<Inner>,
}

/// What an open repository consists of.
pub(super) struct Inner {
    /// With all of its configuration; a plain repository is opened so only when that is asked for.
    pub(super) git: OnceLock<gix::ThreadSafeRepository>,
    /// What it was opened from.
    pub(super) asked: (PathBuf, Option<PathBuf>),
    pub(super) refs: Refs,
    pub(super) stores: Stores,
    pub(super) git_dir: PathBuf,
    pub(super) common_dir: PathBuf,
    pub(super) work_dir: Option<PathBuf>,
    pub(super) index_path: PathBuf,
    pub(super) shallow: HashSet<ObjectId>,
    pub(super) head: OnceLock<Option<Commit>>,
}

/// A commit that is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Commit {
    pub(super) id: ObjectId,
    pub(super) tree: ObjectId,
}

impl Commit {
    /// The id in hexadecimal digits.
    pub fn hex(&self) -> String {
        self.id.to_string()
    }

    /// The id of its tree in hexadecimal digits.
    pub fn tree_hex(&self) -> String {
        self.tree.to_string()
    }
}

impl Repository {
    /// The commit that `HEAD` names; `None` before the first commit. Looked up once, so that all of a run sees the same.
    pub fn head(&self) -> Result<Option<Commit>> {
        if let Some(head) = self.inner.head.get() {
            return Ok(*head);
        }
        let head = self.look_up_head()?;
        Ok(*self.inner.head.get_or_init(|| head))
    }

    fn look_up_head(&self) -> Result<Option<Commit>> {
        let failed = || Error::source("HEAD could not be resolved");
        let refs = &self.inner.refs;
        let mut head = refs.find("HEAD").map_err(|_| failed())?;
        if let Target::Symbolic(branch) = &head.target {
            match refs.try_find(branch.as_ref()).map_err(|_| failed())? {
                Some(reference) => head = reference,
                None => return Ok(None),
            }
        }
        let id = match head.target {
            Target::Object(id) => id,
            Target::Symbolic(_) => {
                let packed = refs.cached_packed_buffer().map_err(|_| failed())?;
                let packed = packed.as_ref().map(|buffer| &***buffer);
                let id = head.follow_to_object_packed(refs, packed);
                id.map_err(|_| failed())?
            }
        };
        let objects = self.objects();
        match read_commit(&objects, &id)? {
            Some(data) => Ok(Some(Commit {
                id,
                tree: data.tree,
            })),
            None => {
                let peeled = peel(&objects, &id).map_err(|_| failed())?;
                self.commit(peeled.ok_or_else(failed)?.id).map(Some)
            }
        }
    }

    /// Resolves a revision, as a full id or in Git's own notation, to a commit.
    pub fn resolve(&self, revision: &str) -> Result<Commit> {
        let unknown = || {
            Error::source(format!(
                "revision '{revision}' does not resolve to a commit here"
            ))
        };
        let id = match ObjectId::from_hex(revision.as_bytes()) {
            Ok(id) if id.kind() == self.inner.stores.hash() => id,
            _ => self
                .local()?
                .rev_parse_single(revision)
                .map_err(|_| unknown())?
                .detach(),
        };
        let peeled = peel(&self.objects(), &id)?.filter(|peeled| peeled.kind == Kind::Commit);
        self.commit(peeled.ok_or_else(unknown)?.id)
    }

    /// The state of a commit.
    pub fn commit_snapshot(&self, commit: &Commit) -> CommitSnapshot {
        CommitSnapshot::new(self.inner.stores.clone(), commit.tree)
    }

    /// The state of the index that the environment names, else of the repository's own.
    pub fn index_snapshot(&self) -> Result<IndexSnapshot> {
        Ok(IndexSnapshot::new(
            Arc::new(self.index()?),
            self.caching_objects(),
        ))
    }

    /// The id, in hexadecimal digits, of the tree that the index would be committed as. Nothing is written.
    pub fn tree_id_of_index(&self) -> Result<String> {
        Ok(self.index()?.tree_id()?.to_string())
    }

    /// The top of the checkout; `None` where there is none.
    pub fn work_dir(&self) -> Option<&Path> {
        self.inner.work_dir.as_deref()
    }

    /// The folder of this checkout's own state: `HEAD`, the index.
    pub fn git_dir(&self) -> &Path {
        &self.inner.git_dir
    }

    /// The folder that all linked checkouts share: objects, refs, configuration.
    pub fn common_dir(&self) -> &Path {
        &self.inner.common_dir
    }

    /// Where Git looks for hooks: `core.hooksPath`, else `hooks` in the shared folder.
    pub fn hooks_dir(&self) -> Result<PathBuf> {
        let local = self.local()?;
        let configured = local
            .config_snapshot()
            .trusted_path("core.hooksPath")
            .map_err(|_| Error::source("core.hooksPath could not be resolved"))?;
        let top = self.work_dir().unwrap_or(self.git_dir());
        Ok(configured.map_or_else(|| self.common_dir().join("hooks"), |path| top.join(path)))
    }

    /// The full name of the branch that is checked out; `None` where none is.
    pub fn head_branch(&self) -> Option<String> {
        let name = self.local().ok()?.head_name().ok()??;
        Some(String::from_utf8_lossy(name.as_bstr()).into_owned())
    }

    /// A value of the configuration, as text.
    pub fn config_value(&self, key: &str) -> Option<String> {
        let value = self.local().ok()?.config_snapshot().string(key);
        value.map(|value| String::from_utf8_lossy(&value).into_owned())
    }

    /// The tip of a remote's default branch as last fetched: what its `HEAD` names, else `main` or `master`.
    pub fn default_branch_tip(&self, remote: &str) -> Option<Commit> {
        let local = self.local().ok()?;
        ["HEAD", "main", "master"].iter().find_map(|branch| {
            let name = format!("refs/remotes/{remote}/{branch}");
            let mut reference = local.try_find_reference(name.as_str()).ok()??;
            let id = reference.peel_to_id().ok()?.detach();
            self.commit(id).ok()
        })
    }

    /// Whether the repository has no checkout.
    pub fn is_bare(&self) -> bool {
        self.inner.work_dir.is_none()
    }

    /// Whether the clone ends before the first commit.
    pub fn is_shallow(&self) -> bool {
        !self.inner.shallow.is_empty()
    }

    /// The user's own ignore rules: `core.excludesFile`, else the place that Git looks at without it.
    pub(super) fn excludes_file(&self) -> Option<PathBuf> {
        let configured = self.local().ok().and_then(|local| {
            let configured = local.config_snapshot().trusted_path("core.excludesFile");
            configured.ok().flatten()
        });
        configured.or_else(|| {
            let folder = std::env::var_os("XDG_CONFIG_HOME").filter(|folder| !folder.is_empty());
            let home = || Some(PathBuf::from(std::env::var_os("HOME")?).join(".config"));
            Some(
                folder
                    .map(PathBuf::from)
                    .or_else(home)?
                    .join("git")
                    .join("ignore"),
            )
        })
    }

    pub(super) fn local(&self) -> Result<gix::Repository> {
        if let Some(git) = self.inner.git.get() {
            return Ok(git.to_thread_local());
        }
        let (directory, named) = &self.inner.asked;
        let git = open_with_gix(directory, named.as_deref())
            .map_err(|_| unreadable(&self.inner.git_dir))?;
        Ok(self.inner.git.get_or_init(|| git).to_thread_local())
    }

    pub(super) fn index_path(&self) -> &Path {
        &self.inner.index_path
    }

    pub(super) fn shallow(&self) -> &HashSet<ObjectId> {
        &self.inner.shallow
    }

    pub(super) fn hash(&self) -> gix::hash::Kind {
        self.inner.stores.hash()
    }

    pub(super) fn index(&self) -> Result<Index> {
        Index::open(self.index_path(), self.hash())
    }

    pub(super) fn objects(&self) -> Objects {
        self.inner.stores.reader()
    }

    pub(super) fn blob_objects(&self) -> Objects {
        self.inner.stores.blob_reader()
    }

    pub(super) fn pack_order(&self) -> PackOrder {
        self.inner.stores.pack_order()
    }

    pub(super) fn packs(&self, threads: usize) -> Packs {
        self.inner.stores.packs(threads)
    }

    pub(super) fn loose_objects(&self) -> Vec<ObjectId> {
        self.inner.stores.loose()
    }

    pub(super) fn caching_objects(&self) -> Objects {
        self.inner.stores.caching_reader()
    }

    pub(super) fn commit(&self, id: ObjectId) -> Result<Commit> {
        match read_commit(&self.objects(), &id)? {
            Some(data) => Ok(Commit {
                id,
                tree: data.tree,
            }),
            None => Err(Error::source(format!("commit {id} is not in this clone"))),
        }
    }

    /// The objects that refs below a prefix name, tags not followed; refs that are broken name nothing.
    pub(super) fn tips(&self, prefix: &str) -> Result<Vec<(Vec<u8>, ObjectId)>> {
        let failed = |_| Error::source("the refs could not be read");
        let local = self.local()?;
        let platform = local.references().map_err(failed)?;
        let refs = platform.prefixed(prefix).map_err(failed)?;
        let mut tips = Vec::new();
        for mut reference in refs.filter_map(std::result::Result::ok) {
            let name = reference.name().as_bstr().to_vec();
            if let Ok(id) = reference.follow_to_object() {
                tips.push((name, id.detach()));
            }
        }
        Ok(tips)
    }
}
