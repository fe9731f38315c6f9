//! Walks folders on disk with several threads and reads what is in them, with one buffer for each thread.

use std::ffi::{OsStr, OsString};
use std::fs::{File, FileType};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::crew::Crew;
use super::keeping::{Facts, Folder};
use super::objects::STREAM_FROM;
use super::queue::Queue;
use super::stdin::Watched;
use super::tree::IgnoredFiles;
use super::{Content, Form, Item, Keeping, Visited};
use crate::model::{RepoPath, Unchecked};

/// How many files of one folder a thread takes at a time.
const FILES_AT_ONCE: usize = 64;

/// A buffer of at most so many bytes is kept for the next file.
const KEPT: usize = 1 << 20;

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

/// A piece of the walk.
pub(super) enum Job {
    Top,
    Folder {
        parent: Arc<Folder>,
        name: OsString,
    },
    Outside {
        folder: Arc<Folder>,
    },
    /// Files of a folder that was listed.
    Files {
        folder: Arc<Folder>,
        files: Vec<(OsString, FileType)>,
    },
    /// A file of a folder that was not.
    File {
        folder: Arc<Folder>,
        name: OsString,
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

/// Where a walk takes place.
pub(super) struct Ground {
    pub(super) root: PathBuf,
    pub(super) top: Arc<Folder>,
    pub(super) ignored: IgnoredFiles,
}

impl Ground {
    /// The path of an item: below the root where it is there, else the whole path.
    fn name_of(&self, path: &Path) -> Vec<u8> {
        let below = path.strip_prefix(&self.root).unwrap_or(path);
        let bytes = below.as_os_str().as_encoded_bytes();
        gix::path::to_unix_separators_on_windows(gix::bstr::BStr::new(bytes)).to_vec()
    }
}

/// Does all the pieces, and what they turn up, on several threads.
pub(super) fn walk(
    ground: &Ground,
    jobs: Vec<Job>,
    crew: &Crew,
    look: &(dyn Fn(&Item, Content<'_>) + Sync),
) -> Visited {
    let queue = Queue::new(jobs);
    let total = Mutex::new(Visited::default());
    let walk = Walk {
        ground,
        queue: &queue,
        look,
    };
    let state = || Worker {
        buffer: Vec::new(),
        scratch: Vec::new(),
        visited: Visited::default(),
        total: &total,
    };
    queue.work(crew, state, |worker, job| walk.run(worker, job));
    total.into_inner().unwrap_or_else(PoisonError::into_inner)
}

/// One walk: where, the work that waits, and who looks.
struct Walk<'a> {
    ground: &'a Ground,
    queue: &'a Queue<Job>,
    look: &'a (dyn Fn(&Item, Content<'_>) + Sync),
}

impl Walk<'_> {
    fn run(&self, worker: &mut Worker<'_>, job: Job) {
        match job {
            Job::Top => self.folder(worker, &self.ground.root, |_| self.ground.top.clone()),
            Job::Outside { folder } => self.folder(worker, folder.path(), |_| folder.clone()),
            Job::Folder { parent, name } => {
                let path = parent.path().join(&name);
                self.folder(worker, &path, |facts| Folder::child(&parent, &name, facts));
            }
            Job::Files { folder, files } => {
                for (name, kind) in files {
                    self.entry(worker, &folder, &name, kind);
                }
            }
            Job::File { folder, name } => {
                let path = folder.path().join(&name);
                match path.symlink_metadata() {
                    Ok(meta) => self.entry(worker, &folder, &name, meta.file_type()),
                    Err(_) => worker.unchecked(self.ground.name_of(&path), "it could not be read"),
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
            return worker.unchecked(self.ground.name_of(path), "the folder could not be opened");
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
                    self.ground.name_of(path),
                    "the folder could not be listed to its end",
                ),
            }
        }
        let folder = open(facts);
        if self.ground.ignored == IgnoredFiles::LeaveOut && folder.is_wholly_ignored() {
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
            let files = files.split_off(files.len() - FILES_AT_ONCE);
            let folder = folder.clone();
            self.queue.push(Job::Files { folder, files });
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
        if keeping != Keeping::Git && self.ground.ignored == IgnoredFiles::LeaveOut {
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
            Err(_) => worker.unchecked(self.ground.name_of(path), "it could not be read"),
        }
    }

    fn git_files(&self, worker: &mut Worker<'_>, folder: &Path) {
        if self.ground.ignored == IgnoredFiles::LeaveOut {
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
            path: RepoPath::new(self.ground.name_of(path)),
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
        if worker.buffer.len() > KEPT {
            worker.buffer = Vec::new();
        }
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
            // A byte more than the file has, so that its end is seen; what has no size of its own is doubled.
            let wanted = file.metadata()?.len().max(length as u64 * 2) + 1;
            buffer.resize(wanted.min(STREAM_FROM * 2) as usize, 0);
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
