//! Files on disk: a checkout, any folder, or single files.
//!
//! In: paths. Out: every regular file and every link's target, also hidden and ignored ones, since agents read those
//! too. Links are never followed; of `.git` only the files that may hold a credential are read. Memory does not grow
//! with the number or size of files.

use std::ffi::{OsStr, OsString};
use std::fs::{File, FileType};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::folder::FolderSnapshot;
use super::git_environment::GitEnvironment;
use super::keeping::{Facts, Folder};
use super::objects::STREAM_FROM;
use super::queue::Queue;
use super::repository::Repository;
use super::stdin::Watched;
use super::{Content, Form, Item, Keeping, Nothing, Snapshot, Source, Visited};
use crate::error::{Error, Result};
use crate::model::{RepoPath, Unchecked};

/// How many files of one folder a thread takes at a time.
const FILES_AT_ONCE: usize = 64;

/// The files of `.git` that may hold a credential; a last part of `*` stands for any folder.
const GIT_FILES: &[&str] = &[
    "config",
    "config.worktree",
    "FETCH_HEAD",
    "credentials",
    ".git-credentials",
    "worktrees/*/config.worktree",
    "modules/*/config",
];

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
    root: PathBuf,
    top: Arc<Folder>,
    starts: Vec<PathBuf>,
    ignored: IgnoredFiles,
    head: FolderSnapshot,
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
            (None, [_]) => first.to_owned(),
            (None, _) => locate(directory, Path::new(""))?,
        };
        let repository = repository.filter(|_| work_dir.is_some());
        Ok(TreeSource {
            top: Folder::top(&root, repository.as_ref()),
            head: FolderSnapshot::new(&root),
            root,
            starts,
            ignored,
        })
    }

    /// The folder that the paths of items are relative to.
    pub fn root(&self) -> &Path {
        &self.root
    }

    fn name_of(&self, path: &Path) -> Vec<u8> {
        let below = path.strip_prefix(&self.root).unwrap_or(path);
        below.as_os_str().as_encoded_bytes().to_vec()
    }

    fn start(&self, path: &Path) -> Job {
        let folder = path.parent().filter(|_| path != self.root);
        let folder = folder.filter(|folder| folder.starts_with(&self.root));
        let name = path.file_name().map(OsStr::to_owned).unwrap_or_default();
        let in_git = path
            .strip_prefix(&self.root)
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
                parent: Folder::descend(&self.top, folder),
                name,
            },
            Some(folder) => Job::Files {
                folder: Folder::descend(&self.top, folder),
                names: vec![name],
            },
            None if path == self.root => Job::Top,
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

enum Job {
    Top,
    Folder {
        parent: Arc<Folder>,
        name: OsString,
    },
    Outside {
        folder: Arc<Folder>,
    },
    Files {
        folder: Arc<Folder>,
        names: Vec<OsString>,
    },
    Git {
        folder: PathBuf,
    },
    Single {
        path: PathBuf,
        keeping: Keeping,
    },
}

/// What one thread keeps between files.
struct Worker<'a> {
    buffer: Vec<u8>,
    scratch: Vec<u8>,
    visited: Visited,
    total: &'a Mutex<Visited>,
}

impl Drop for Worker<'_> {
    fn drop(&mut self) {
        let mut total = self.total.lock().unwrap_or_else(PoisonError::into_inner);
        total.unchecked.append(&mut self.visited.unchecked);
        total.special += self.visited.special;
    }
}

impl Worker<'_> {
    fn unchecked(&mut self, path: Vec<u8>, why: &str) {
        self.visited.unchecked.push(Unchecked {
            path: RepoPath::new(path),
            why: why.to_owned(),
            undecided: false,
        });
    }
}

/// One walk: the source, the work that waits, and who looks.
struct Walk<'a> {
    source: &'a TreeSource,
    queue: Queue<Job>,
    look: &'a (dyn Fn(&Item, Content<'_>) + Sync),
}

impl Walk<'_> {
    fn run(&self, worker: &mut Worker<'_>, job: Job) {
        match job {
            Job::Top => self.folder(worker, &self.source.root, |_| self.source.top.clone()),
            Job::Outside { folder } => self.folder(worker, folder.path(), |_| folder.clone()),
            Job::Folder { parent, name } => {
                let path = parent.path().join(&name);
                self.folder(worker, &path, |facts| Folder::child(&parent, &name, facts));
            }
            Job::Files { folder, names } => {
                for name in names {
                    let path = folder.path().join(&name);
                    match path.symlink_metadata() {
                        Ok(meta) => self.entry(worker, &folder, &name, meta.file_type()),
                        Err(_) => {
                            worker.unchecked(self.source.name_of(&path), "it could not be read")
                        }
                    }
                }
            }
            Job::Git { folder } => self.git_files(worker, &folder),
            Job::Single { path, keeping } => self.single(worker, &path, keeping),
        }
    }

    fn folder(
        &self,
        worker: &mut Worker<'_>,
        path: &Path,
        open: impl FnOnce(Facts) -> Arc<Folder>,
    ) {
        let Ok(entries) = std::fs::read_dir(path) else {
            return worker.unchecked(self.source.name_of(path), "the folder could not be opened");
        };
        let mut facts = Facts::default();
        let mut listing: Vec<(OsString, FileType)> = Vec::new();
        for entry in entries {
            let listed = entry.and_then(|entry| Ok((entry.file_name(), entry.file_type()?)));
            match listed {
                Ok((name, kind)) => {
                    facts.note(&name);
                    listing.push((name, kind));
                }
                Err(_) => worker.unchecked(
                    self.source.name_of(path),
                    "the folder could not be listed to its end",
                ),
            }
        }
        let folder = open(facts);
        if self.source.ignored == IgnoredFiles::LeaveOut && folder.is_wholly_ignored() {
            return;
        }
        let mut files = Vec::new();
        for (name, kind) in listing {
            if name == ".git" {
                if kind.is_dir() {
                    let folder = path.join(name);
                    self.queue.push(Job::Git { folder });
                }
            } else if kind.is_dir() {
                let parent = folder.clone();
                self.queue.push(Job::Folder { parent, name });
            } else {
                files.push((name, kind));
            }
        }
        while files.len() > FILES_AT_ONCE * 2 {
            let rest = files.split_off(files.len() - FILES_AT_ONCE);
            let names = rest.into_iter().map(|(name, _)| name).collect();
            let folder = folder.clone();
            self.queue.push(Job::Files { folder, names });
        }
        for (name, kind) in files {
            self.entry(worker, &folder, &name, kind);
        }
    }

    fn entry(&self, worker: &mut Worker<'_>, folder: &Folder, name: &OsStr, kind: FileType) {
        if !kind.is_file() && !kind.is_symlink() {
            worker.visited.special += u64::from(!kind.is_dir());
            return;
        }
        let keeping = folder.keeping(name, &mut worker.scratch);
        if keeping != Keeping::Git && self.source.ignored == IgnoredFiles::LeaveOut {
            return;
        }
        self.hand(worker, &folder.path().join(name), kind, keeping);
    }

    fn single(&self, worker: &mut Worker<'_>, path: &Path, keeping: Keeping) {
        match path.symlink_metadata() {
            Ok(meta) if meta.is_dir() => {}
            Ok(meta) if meta.is_file() || meta.is_symlink() => {
                self.hand(worker, path, meta.file_type(), keeping)
            }
            Ok(_) => worker.visited.special += 1,
            Err(_) => worker.unchecked(self.source.name_of(path), "it could not be read"),
        }
    }

    fn git_files(&self, worker: &mut Worker<'_>, folder: &Path) {
        if self.source.ignored == IgnoredFiles::LeaveOut {
            return;
        }
        for file in GIT_FILES {
            let places = match file.split_once("/*/") {
                None => vec![folder.join(file)],
                Some((above, name)) => std::fs::read_dir(folder.join(above))
                    .map(|entries| {
                        entries
                            .flatten()
                            .map(|entry| entry.path().join(name))
                            .collect()
                    })
                    .unwrap_or_default(),
            };
            for place in places
                .iter()
                .filter(|place| place.symlink_metadata().is_ok())
            {
                self.single(worker, place, Keeping::Ignored);
            }
        }
    }

    fn hand(&self, worker: &mut Worker<'_>, path: &Path, kind: FileType, keeping: Keeping) {
        let item = Item {
            path: RepoPath::new(self.source.name_of(path)),
            form: if kind.is_symlink() {
                Form::Symlink
            } else {
                Form::File
            },
            keeping,
            commit: None,
            commits: 0,
            number: 0,
        };
        let handed = match item.form {
            Form::Symlink => std::fs::read_link(path).map(|target| {
                (self.look)(&item, Content::Bytes(target.as_os_str().as_encoded_bytes()));
            }),
            _ => read_file(path, &mut worker.buffer, |content| {
                (self.look)(&item, content)
            }),
        };
        if handed.is_err() {
            worker.unchecked(item.path.as_bytes().to_vec(), "the file could not be read");
        }
    }
}

/// Reads a file with one buffer for all files; a large one is streamed.
fn read_file(
    path: &Path,
    buffer: &mut Vec<u8>,
    take: impl FnOnce(Content<'_>),
) -> std::io::Result<()> {
    let mut file = File::open(path)?;
    if buffer.is_empty() {
        buffer.resize(64 << 10, 0);
    }
    let mut length = 0;
    loop {
        if length == buffer.len() {
            if length as u64 >= STREAM_FROM {
                let mut rest = Watched::new(file);
                take(Content::Stream(&mut buffer[..length].chain(&mut rest)));
                return if rest.failed {
                    Err(std::io::ErrorKind::Other.into())
                } else {
                    Ok(())
                };
            }
            buffer.resize(length * 4, 0);
        }
        match file.read(&mut buffer[length..]) {
            Ok(0) => break,
            Ok(count) => length += count,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    take(Content::Bytes(&buffer[..length]));
    Ok(())
}

impl Source for TreeSource {
    fn visit(&self, threads: usize, look: &(dyn Fn(&Item, Content<'_>) + Sync)) -> Result<Visited> {
        let jobs = self.starts.iter().map(|path| self.start(path)).collect();
        let walk = Walk {
            source: self,
            queue: Queue::new(jobs),
            look,
        };
        let total = Mutex::new(Visited::default());
        let state = || Worker {
            buffer: Vec::new(),
            scratch: Vec::new(),
            visited: Visited::default(),
            total: &total,
        };
        walk.queue
            .work(threads, state, |worker, job| walk.run(worker, job));
        Ok(total.into_inner().unwrap_or_else(PoisonError::into_inner))
    }

    fn before(&self, _item: &Item) -> Result<Vec<(RepoPath, Vec<u8>)>> {
        Ok(Vec::new())
    }

    fn head(&self) -> &dyn Snapshot {
        &self.head
    }

    fn base(&self) -> &dyn Snapshot {
        &Nothing
    }
}
