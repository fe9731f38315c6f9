//! Opens a repository as the caller's Git would: found upwards, or named by the environment.
//!
//! In: a folder and what Git hands over in the environment. Out: its places, refs, configuration and snapshots. It
//! never writes, never runs Git, and refuses by name a format that it cannot read.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use gix::ObjectId;
use gix::objs::Kind;

use super::commits::{peel, read_commit};
use super::git_environment::GitEnvironment;
use super::index::{Index, IndexSnapshot};
use super::objects::{Objects, Stores};
use super::pack_order::PackOrder;
use super::packs::Packs;
use super::repository_format::{unreadable, unreadable_format};
use super::snapshot::CommitSnapshot;
use crate::error::{Error, Result};

/// A repository, open for reading; cheap to clone.
#[derive(Clone)]
pub struct Repository {
    inner: Arc<Inner>,
}

struct Inner {
    git: gix::ThreadSafeRepository,
    stores: Stores,
    git_dir: PathBuf,
    common_dir: PathBuf,
    work_dir: Option<PathBuf>,
    index_path: PathBuf,
    shallow: HashSet<ObjectId>,
    head: OnceLock<Option<Commit>>,
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
    /// Opens the repository that `directory` belongs to; relative paths of the environment are below `directory`,
    /// which is the current directory wherever Git calls.
    pub fn open(directory: &Path, environment: &GitEnvironment) -> Result<Repository> {
        match Repository::discover(directory, environment)? {
            Some(repository) => Ok(repository),
            None => Err(Error::source("no Git repository here or in a folder above")
                .at(directory.display().to_string())),
        }
    }

    /// Opens like `open`; `None` where no repository is there at all.
    pub fn discover(directory: &Path, environment: &GitEnvironment) -> Result<Option<Repository>> {
        let directory = std::path::absolute(directory)
            .map_err(|_| Error::source("the current directory could not be read"))?;
        let git = match &environment.git_dir {
            Some(git_dir) => gix::open::Options::default()
                .open_path_as_is(true)
                .open(directory.join(git_dir)),
            None => gix::ThreadSafeRepository::discover(&directory),
        };
        let Ok(git) = git else {
            let git_dir = match &environment.git_dir {
                Some(git_dir) => Some(directory.join(git_dir)),
                None => directory
                    .ancestors()
                    .map(|d| d.join(".git"))
                    .find(|d| d.exists()),
            };
            return match git_dir {
                Some(git_dir) => Err(unreadable(&git_dir)),
                None => Ok(None),
            };
        };
        Repository::from_git(git, &directory, environment).map(Some)
    }

    fn from_git(
        git: gix::ThreadSafeRepository,
        directory: &Path,
        environment: &GitEnvironment,
    ) -> Result<Self> {
        let local = git.to_thread_local();
        let git_dir = absolute(local.git_dir(), directory);
        let common_dir = absolute(local.common_dir(), directory);
        if let Some(reason) = unreadable_format(&common_dir) {
            return Err(Error::source(reason).at(common_dir.display().to_string()));
        }
        let work_dir = match &environment.work_tree {
            Some(work_tree) => Some(directory.join(work_tree)),
            None if environment.git_dir.is_some()
                && !local.is_bare()
                && local.workdir().is_none() =>
            {
                Some(directory.to_owned())
            }
            None => local.workdir().map(|dir| absolute(dir, directory)),
        };
        let index_path = match &environment.index_file {
            Some(index) => directory.join(index),
            None => git_dir.join("index"),
        };
        let mut stores = Stores::new(local.objects.store(), local.object_hash());
        for folder in environment.object_folders(directory) {
            stores.add(&folder);
        }
        let shallow = local
            .shallow_commits()
            .map_err(|_| Error::source("the list of this shallow clone's ends could not be read"))?
            .map(|commits| commits.iter().copied().collect())
            .unwrap_or_default();
        let inner = Inner {
            git,
            stores,
            git_dir,
            common_dir,
            work_dir,
            index_path,
            shallow,
            head: OnceLock::new(),
        };
        Ok(Repository {
            inner: Arc::new(inner),
        })
    }

    /// The commit that `HEAD` names; `None` before the first commit. Looked up once, so that all of a run sees the same.
    pub fn head(&self) -> Result<Option<Commit>> {
        if let Some(head) = self.inner.head.get() {
            return Ok(*head);
        }
        let head = self.look_up_head()?;
        Ok(*self.inner.head.get_or_init(|| head))
    }

    fn look_up_head(&self) -> Result<Option<Commit>> {
        let failed = |_| Error::source("HEAD could not be resolved");
        let local = self.local();
        let head = local.head().map_err(failed)?;
        if head.is_unborn() {
            return Ok(None);
        }
        let id = head
            .try_into_peeled_id()
            .map_err(failed)?
            .map(|id| id.detach());
        let id = id.ok_or_else(|| Error::source("HEAD could not be resolved"))?;
        self.commit(id).map(Some)
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
                .local()
                .rev_parse_single(revision)
                .map_err(|_| unknown())?
                .detach(),
        };
        let peeled = peel(&self.objects(), &id)?.filter(|peeled| peeled.kind == Kind::Commit);
        self.commit(peeled.ok_or_else(unknown)?.id)
    }

    /// The state of a commit.
    pub fn commit_snapshot(&self, commit: &Commit) -> CommitSnapshot {
        CommitSnapshot::new(self.caching_objects(), commit.tree)
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
        let local = self.local();
        let configured = local
            .config_snapshot()
            .trusted_path("core.hooksPath")
            .map_err(|_| Error::source("core.hooksPath could not be resolved"))?;
        let top = self.work_dir().unwrap_or(self.git_dir());
        Ok(configured.map_or_else(|| self.common_dir().join("hooks"), |path| top.join(path)))
    }

    /// The full name of the branch that is checked out; `None` where none is.
    pub fn head_branch(&self) -> Option<String> {
        let name = self.local().head_name().ok()??;
        Some(String::from_utf8_lossy(name.as_bstr()).into_owned())
    }

    /// A value of the configuration, as text.
    pub fn config_value(&self, key: &str) -> Option<String> {
        let value = self.local().config_snapshot().string(key);
        value.map(|value| String::from_utf8_lossy(&value).into_owned())
    }

    /// The tip of a remote's default branch as last fetched: what its `HEAD` names, else `main` or `master`.
    pub fn default_branch_tip(&self, remote: &str) -> Option<Commit> {
        let local = self.local();
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
        let configured = self
            .local()
            .config_snapshot()
            .trusted_path("core.excludesFile");
        configured.ok().flatten().or_else(|| {
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

    pub(super) fn local(&self) -> gix::Repository {
        self.inner.git.to_thread_local()
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

    pub(super) fn packs(&self) -> Packs {
        self.inner.stores.packs()
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
        let local = self.local();
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

fn absolute(path: &Path, directory: &Path) -> PathBuf {
    let path = directory.join(path);
    std::path::absolute(&path).unwrap_or(path)
}
