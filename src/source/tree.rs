//! Files on disk: a checkout, any folder, or single files.
//!
//! In: paths. Out: every regular file and every link's target, also hidden and ignored ones, since agents read those
//! too. Links are never followed; of `.git` only the files that may hold a credential are read. Memory does not grow
//! with the number or size of files.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use super::crew::Crew;
use super::disk::{Ground, Job, walk};
use super::folder::FolderSnapshot;
use super::git_environment::GitEnvironment;
use super::keeping::Folder;
use super::repository::Repository;
use super::{Content, Item, Keeping, Nothing, Snapshot, Source, Visited};
use crate::error::{Error, Result};
use crate::model::RepoPath;

/// How many threads read for one that is asked for, where they wait for a disk.
const READERS_A_THREAD: usize = 8;

/// No more threads than these are added for that, since each has a buffer.
const MOST_READERS: usize = 32;

/// What happens to files that Git ignores.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IgnoredFiles {
    /// They are looked at.
    Read,
    /// They are left out.
    LeaveOut,
}

/// Files on disk.
pub struct TreeSource {
    ground: Ground,
    starts: Vec<PathBuf>,
    head: FolderSnapshot,
    in_repository: bool,
    more_readers: bool,
}

impl TreeSource {
    /// Takes paths below or beside `directory`; none means `directory` itself. Paths of items are relative to the top of
    /// the repository that the first path is in, else to the folder that is looked at.
    pub fn new(directory: &Path, paths: &[PathBuf], ignored: IgnoredFiles) -> Result<Self> {
        let given = if paths.is_empty() {
            vec![PathBuf::new()]
        } else {
            paths.to_vec()
        };
        let places: Result<Vec<PathBuf>> =
            given.iter().map(|path| locate(directory, path)).collect();
        let starts = without_overlap(places?);
        let first = starts.first().map_or(directory, PathBuf::as_path);
        let first = if is_folder(first) {
            first
        } else {
            first.parent().unwrap_or(first)
        };
        let single = above_github(first);
        // A repository in a format that we cannot read still has files on disk; all of them count as kept in Git.
        let repository = Repository::discover(first, &GitEnvironment::default())
            .ok()
            .flatten();
        let work_dir = repository
            .as_ref()
            .and_then(|repository| repository.work_dir()?.canonicalize().ok());
        let work_dir = work_dir.filter(|work_dir| first.starts_with(work_dir));
        let root = match (&work_dir, starts.as_slice()) {
            (Some(work_dir), _) => work_dir.clone(),
            (None, [_]) => single.to_owned(),
            (None, _) => locate(directory, Path::new(""))?,
        };
        let repository = repository.filter(|_| work_dir.is_some());
        Ok(TreeSource {
            head: FolderSnapshot::new(&root),
            ground: Ground {
                top: Folder::top(&root, repository.as_ref()),
                root,
                ignored,
            },
            starts,
            in_repository: repository.is_some(),
            more_readers: false,
        })
    }

    /// Lets more threads read than are asked for, as long as a disk keeps those waiting.
    pub fn with_more_readers(mut self) -> Self {
        self.more_readers = true;
        self
    }

    /// The folder that the paths of items are relative to.
    pub fn root(&self) -> &Path {
        &self.ground.root
    }

    fn start(&self, path: &Path) -> Job {
        let folder = path.parent().filter(|_| path != self.ground.root);
        let folder = folder.filter(|folder| folder.starts_with(&self.ground.root));
        let name = path.file_name().map(OsStr::to_owned).unwrap_or_default();
        let in_git = path
            .strip_prefix(&self.ground.root)
            .is_ok_and(|below| below.iter().any(|part| part == ".git"));
        match folder {
            _ if in_git && name == ".git" => Job::Git {
                folder: path.to_owned(),
            },
            _ if in_git => Job::Single {
                path: path.to_owned(),
                keeping: Keeping::Ignored,
            },
            Some(folder) if is_folder(path) => Job::Folder {
                parent: Folder::descend(&self.ground.top, folder),
                name,
            },
            Some(folder) => Job::File {
                folder: Folder::descend(&self.ground.top, folder),
                name,
            },
            None if path == self.ground.root => Job::Top,
            None if is_folder(path) => Job::Outside {
                folder: Folder::top(path, None),
            },
            None => Job::Single {
                path: path.to_owned(),
                keeping: Keeping::Git,
            },
        }
    }
}

/// The true place of a path that is given; only its last part may be a link, which is not followed.
fn locate(directory: &Path, path: &Path) -> Result<PathBuf> {
    let failed = || Error::source("no such file or folder").at(path.display().to_string());
    let whole = directory.join(path);
    let place = match (whole.file_name(), whole.parent()) {
        (Some(name), Some(parent)) if !path.as_os_str().is_empty() && path != Path::new(".") => {
            let parent = if parent.as_os_str().is_empty() {
                Path::new(".")
            } else {
                parent
            };
            parent.canonicalize().map_err(|_| failed())?.join(name)
        }
        _ => whole.canonicalize().map_err(|_| failed())?,
    };
    place.symlink_metadata().map_err(|_| failed())?;
    Ok(place)
}

/// The folder above the `.github` that a folder is or lies in, since the paths in workflows begin there.
pub fn above_github(folder: &Path) -> &Path {
    let mut above = folder.ancestors();
    above
        .find(|folder| folder.file_name().is_some_and(|name| name == ".github"))
        .and_then(Path::parent)
        .unwrap_or(folder)
}

fn is_folder(path: &Path) -> bool {
    path.symlink_metadata().is_ok_and(|meta| meta.is_dir())
}

/// Paths that lie in another given folder are looked at there.
fn without_overlap(mut paths: Vec<PathBuf>) -> Vec<PathBuf> {
    let first = paths.first().cloned();
    paths.sort();
    paths.dedup();
    let mut kept: Vec<PathBuf> = Vec::new();
    for path in paths {
        if !kept.iter().rev().any(|above| path.starts_with(above)) {
            kept.push(path);
        }
    }
    // The first path given decides the root, so the one that holds it stays in front.
    if let Some(at) = first.and_then(|first| kept.iter().position(|path| first.starts_with(path))) {
        kept[..=at].rotate_right(1);
    }
    kept
}

impl Source for TreeSource {
    fn visit(&self, threads: usize, look: &(dyn Fn(&Item, Content<'_>) + Sync)) -> Result<Visited> {
        let jobs = self.starts.iter().map(|path| self.start(path)).collect();
        let readers = match self.more_readers {
            true => threads.max(MOST_READERS.min(threads * READERS_A_THREAD)),
            false => threads,
        };
        let crew = Crew::growing(threads, readers);
        Ok(Visited {
            in_repository: self.in_repository,
            ..walk(&self.ground, jobs, &crew, look)
        })
    }

    fn before(&self, _item: &Item) -> Result<Vec<(RepoPath, Vec<u8>)>> {
        Ok(Vec::new())
    }

    fn hands_over_head(&self) -> bool {
        true
    }

    fn head(&self) -> &dyn Snapshot {
        &self.head
    }

    fn base(&self) -> &dyn Snapshot {
        &Nothing
    }
}
