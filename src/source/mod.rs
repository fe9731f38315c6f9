//! Where bytes come from: the staged index, a commit range, the history, a working tree, standard input.
//!
//! A source hands over blobs that differ (or all of them, in a tree) and two snapshots, base and head, that read any
//! path on demand. Later stages never ask Git. Nothing of the scanned repository is executed: no hook, no filter.

mod ancestry;
mod before;
mod commit_tree;
mod commit_walk;
mod commits;
mod crew;
mod difference;
mod disk;
mod environment;
mod families;
mod folder;
mod git_environment;
mod ground;
mod handing;
mod history;
mod history_reading;
mod ids;
mod index;
mod introduced;
mod keeping;
mod machine;
mod memory;
mod objects;
mod opening;
mod pack_order;
mod packs;
mod plain;
mod plan;
mod queue;
mod range;
mod repository;
mod repository_format;
mod side_by_side;
mod snapshot;
mod staged;
mod stdin;
mod tree;
mod trees;
mod updates;
mod work;

use std::io::Read;

pub use commit_tree::CommitTreeSource;
pub use environment::{EnvironmentSource, EnvironmentText, MachineSnapshot};
pub use folder::FolderSnapshot;
pub use git_environment::GitEnvironment;
pub use history::{Extent, HistorySource, Shard};
pub use index::IndexSnapshot;
pub use machine::{Left, MachineFile, machine_files};
pub use memory::{Basis, ObjectMemory};
pub use range::RangeSource;
pub use repository::{Commit, Repository};
pub use snapshot::CommitSnapshot;
pub use staged::StagedSource;
pub use stdin::{MESSAGE_PATH, SingleSource};
pub use tree::{IgnoredFiles, TreeSource, above_github};
pub use updates::RefUpdate;

use crate::error::Result;
use crate::model::{Kin, RepoPath, Trace, Unchecked};

/// How a path is kept, which decides the table of verdicts that applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keeping {
    /// In Git or about to be: staged, in a commit, tracked, or untracked and not ignored; also any tree without a repository.
    Git,
    /// Ignored by Git: only this machine sees it.
    Ignored,
    /// Ignored by Git and recognised as installed dependencies or build output.
    Dependency,
    /// Outside any checkout: home files, the environment.
    Machine,
}

/// What kind of thing the bytes are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    File,
    /// The bytes are the link's target; it is not followed.
    Symlink,
    /// The message of a commit or of an annotated tag.
    Message,
    /// The environment of this process, as a person's shell has it.
    Environment,
    /// What an agent that starts right here inherits: its environment, and the files that a variable hands over.
    Inherited,
}

/// One blob to look at.
#[derive(Clone, Debug)]
pub struct Item {
    pub path: RepoPath,
    pub form: Form,
    pub keeping: Keeping,
    /// The commit that introduces the blob, as a hexadecimal id, where the source is a range or the history.
    pub commit: Option<String>,
    /// How many commits introduce the same blob at the same path; 0 where the source has no commits.
    pub commits: u32,
    /// The source's own number for the item, to be handed back to `Source::before`.
    pub number: usize,
}

/// The bytes of an item.
pub enum Content<'a> {
    Bytes(&'a [u8]),
    /// Bytes that share stretches with others that are handed over.
    Version(Version<'a>),
    /// Too large to hold: to be read once, in overlapping windows.
    Stream(&'a mut dyn Read),
    /// Not read again: this many bytes, in which an earlier run found nothing under the same path and by the same rules.
    Remembered(u64),
}

/// One of several versions.
pub struct Version<'a> {
    pub bytes: &'a [u8],
    /// A version that was looked at before.
    pub kin: Option<Kin<'a>>,
    /// What this look leaves for others; nothing where none asks for it.
    pub leaves: Option<&'a mut Option<Trace>>,
}

/// What a visit could not hand over, and what it passed by on purpose.
#[derive(Clone, Debug, Default)]
pub struct Visited {
    pub unchecked: Vec<Unchecked>,
    /// Counted, never opened: submodule links.
    pub submodules: u64,
    /// Counted in one line: special files (sockets, devices).
    pub special: u64,
    /// Files that the change takes away, where the source knows them.
    pub removed: Vec<RepoPath>,
    /// Whether the source is a change, so that `introduced` has a meaning.
    pub is_change: bool,
    /// Whether the items stand in a repository, whose top then is where paths begin.
    pub in_repository: bool,
}

/// Reads any path of one state of the repository. Fixed names and prefixes only: no search over a whole index.
pub trait Snapshot: Sync {
    /// Reads a regular file or a link's target; `None` where the path does not exist there.
    fn read(&self, path: &[u8]) -> Result<Option<Vec<u8>>>;

    /// Whether a path exists, or (with a trailing `/`) whether anything stands below it.
    fn exists(&self, marker: &[u8]) -> bool;

    /// The files that stand in one folder, those of its own folders left out; empty where that cannot be said.
    fn files_in(&self, _folder: &[u8]) -> Vec<RepoPath> {
        Vec::new()
    }
}

/// A snapshot without a file: the state before the first commit, or of standard input.
pub struct Nothing;

impl Snapshot for Nothing {
    fn read(&self, _path: &[u8]) -> Result<Option<Vec<u8>>> {
        Ok(None)
    }

    fn exists(&self, _marker: &[u8]) -> bool {
        false
    }
}

/// One place that blobs come from.
pub trait Source: Sync {
    /// Hands every item to `look`, possibly from several threads and in no order. An item that cannot be read is
    /// returned in `Visited::unchecked`, never dropped. An error means that the whole source could not be resolved.
    fn visit(&self, threads: usize, look: &(dyn Fn(&Item, Content<'_>) + Sync)) -> Result<Visited>;

    /// Reads what the item's blob replaced: the same path in every parent or base, and the places it was renamed
    /// or copied from. Empty where it is new. Called only for items that hit.
    fn before(&self, item: &Item) -> Result<Vec<(RepoPath, Vec<u8>)>>;

    /// Takes note that nothing was found in an item, which has this many bytes; called while it is looked at.
    fn nothing_in(&self, _item: &Item, _bytes: u64) {}

    /// What has to be said of an item that hit, beyond its path and commit.
    fn remark(&self, _item: &Item) -> Option<&'static str> {
        None
    }

    /// Whether many versions of the same files are handed over.
    fn has_versions(&self) -> bool {
        false
    }

    /// Whether every file that is handed over is what `head` has at its path, each path once.
    fn hands_over_head(&self) -> bool {
        false
    }

    /// How many items there are to look at; 0 where that is not known yet, or never.
    fn expected(&self) -> u64 {
        0
    }

    /// The state that is judged.
    fn head(&self) -> &dyn Snapshot;

    /// The state that it is compared with; `Nothing` where there is none.
    fn base(&self) -> &dyn Snapshot;
}
