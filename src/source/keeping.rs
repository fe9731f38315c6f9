//! How the files of a folder on disk are kept: in Git, ignored, or ignored and installed.
//!
//! In: a folder and what its listing shows. Out: the verdict for each file in it. Ignore rules are read and compiled
//! only where an untracked file asks for them. A repository inside another one has rules and an index of its own.

use std::ffi::OsStr;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::Keeping;
use super::git_environment::GitEnvironment;
use super::index::Index;
use super::repository::Repository;

/// Folders that hold nothing but what a tool installs or builds.
const INSTALLED_NAMES: &[&str] = &["node_modules", ".venv", "__pycache__", "dist-packages"];

/// Files that stand in such a folder.
const INSTALLED_MARKERS: &[&str] = &["pyvenv.cfg", "CACHEDIR.TAG", ".rustc_info.json"];

/// Files that stand beside a `vendor` folder that a tool fills.
const LOCK_FILES: &[&str] = &["composer.lock", "Gemfile.lock", "go.sum", "Cargo.lock"];

/// One repository met on disk.
struct Project {
    /// `None` where it could not be read: then every file counts as kept in Git, the stricter side.
    index: Option<Index>,
    excludes: Vec<Gitignore>,
}

impl Project {
    fn open(repository: &Repository, root: &Path) -> Self {
        let exclude = repository.common_dir().join("info").join("exclude");
        let files = [Some(exclude), repository.excludes_file()];
        let excludes = files
            .into_iter()
            .flatten()
            .map(|file| rules(root, &file))
            .collect();
        Project {
            index: repository.index().ok(),
            excludes,
        }
    }
}

fn rules(root: &Path, file: &Path) -> Gitignore {
    let mut builder = GitignoreBuilder::new(root);
    // A pattern that is no pattern is passed over, as Git does.
    let _ = builder.add(file);
    builder.build().unwrap_or_else(|_| Gitignore::empty())
}

/// What the listing of a folder shows about the folder itself.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Facts {
    has_rules: bool,
    has_git: bool,
    installed: bool,
    /// Whether a lock file says that a `vendor` folder here is filled by a tool.
    pub(super) has_lock: bool,
}

impl Facts {
    /// Takes note of one name in the folder.
    pub(super) fn note(&mut self, name: &OsStr) {
        let is_one_of = |names: &[&str]| names.iter().any(|other| name == *other);
        self.has_rules |= name == ".gitignore";
        self.has_git |= name == ".git";
        self.installed |= is_one_of(INSTALLED_MARKERS);
        self.has_lock |= is_one_of(LOCK_FILES);
    }

    /// Looks at a folder without listing it.
    fn of(path: &Path) -> Facts {
        let mut facts = Facts::default();
        for names in [&[".gitignore", ".git"], INSTALLED_MARKERS, LOCK_FILES] {
            for name in names
                .iter()
                .filter(|name| path.join(name).symlink_metadata().is_ok())
            {
                facts.note(OsStr::new(name));
            }
        }
        facts
    }
}

/// A folder on disk with all that decides how its files are kept.
pub(super) struct Folder {
    path: PathBuf,
    /// The folder above, in the same repository.
    parent: Option<Arc<Folder>>,
    project: Option<Arc<Project>>,
    /// The path below the repository's top, empty or ending with `/`.
    prefix: Vec<u8>,
    has_rules: bool,
    has_lock: bool,
    installed: bool,
    rules: OnceLock<Gitignore>,
    ignored: OnceLock<bool>,
    /// Where the folder's entries stand in the index.
    tracked: OnceLock<Range<usize>>,
}

impl Folder {
    /// The first folder: the top of a repository, or a folder that is in none.
    pub(super) fn top(path: &Path, repository: Option<&Repository>) -> Arc<Folder> {
        // A marker at the very top says nothing about the repository's own files.
        let installed = false;
        let facts = Facts {
            installed,
            ..Facts::of(path)
        };
        let project = repository.map(|repository| Arc::new(Project::open(repository, path)));
        Arc::new(Folder::new(path, None, project, Vec::new(), facts))
    }

    /// A folder further down, without listing what lies between.
    pub(super) fn descend(top: &Arc<Folder>, path: &Path) -> Arc<Folder> {
        let mut folder = top.clone();
        let below = path.strip_prefix(&top.path).unwrap_or(Path::new(""));
        for name in below.components() {
            let facts = Facts::of(&folder.path.join(name));
            folder = Folder::child(&folder, name.as_os_str(), facts);
        }
        folder
    }

    /// A folder in this one.
    pub(super) fn child(parent: &Arc<Folder>, name: &OsStr, facts: Facts) -> Arc<Folder> {
        let path = parent.path.join(name);
        let named = INSTALLED_NAMES.iter().any(|other| name == *other)
            || (name == "vendor" && parent.has_lock);
        let installed = parent.installed || named || facts.installed;
        let facts = Facts { installed, ..facts };
        if facts.has_git
            && let Some(project) = nested(&path)
        {
            return Arc::new(Folder::new(&path, None, Some(project), Vec::new(), facts));
        }
        let prefix = [&parent.prefix, name.as_encoded_bytes(), b"/"].concat();
        let project = parent.project.clone();
        Arc::new(Folder::new(
            &path,
            Some(parent.clone()),
            project,
            prefix,
            facts,
        ))
    }

    fn new(
        path: &Path,
        parent: Option<Arc<Folder>>,
        project: Option<Arc<Project>>,
        prefix: Vec<u8>,
        facts: Facts,
    ) -> Folder {
        Folder {
            path: path.to_owned(),
            parent,
            project,
            prefix,
            has_rules: facts.has_rules,
            has_lock: facts.has_lock,
            installed: facts.installed,
            rules: OnceLock::new(),
            ignored: OnceLock::new(),
            tracked: OnceLock::new(),
        }
    }

    /// Where the folder is.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// How a file (or a link) of this folder is kept.
    pub(super) fn keeping(&self, name: &OsStr, scratch: &mut Vec<u8>) -> Keeping {
        let Some(index) = self
            .project
            .as_ref()
            .and_then(|project| project.index.as_ref())
        else {
            return Keeping::Git;
        };
        scratch.clear();
        scratch.extend_from_slice(&self.prefix);
        scratch.extend_from_slice(name.as_encoded_bytes());
        if index.tracks(self.tracked(index), scratch)
            || !(self.is_ignored() || self.ignores(&self.path.join(name), Kind::File))
        {
            Keeping::Git
        } else if self.installed {
            Keeping::Dependency
        } else {
            Keeping::Ignored
        }
    }

    /// Whether Git ignores all there is in the folder.
    pub(super) fn is_wholly_ignored(&self) -> bool {
        let index = self
            .project
            .as_ref()
            .and_then(|project| project.index.as_ref());
        index.is_some_and(|index| self.is_ignored() && self.tracked(index).is_empty())
    }

    fn tracked(&self, index: &Index) -> Range<usize> {
        let range = self.tracked.get_or_init(|| match &self.parent {
            Some(parent) => index.range_below(parent.tracked(index), &self.prefix),
            None => 0..index.entries().len(),
        });
        range.clone()
    }

    fn is_ignored(&self) -> bool {
        *self.ignored.get_or_init(|| match &self.parent {
            Some(parent) => parent.is_ignored() || parent.ignores(&self.path, Kind::Folder),
            None => false,
        })
    }

    /// The nearest rule that speaks of a path decides, the last in its file first.
    fn ignores(&self, path: &Path, kind: Kind) -> bool {
        let speaks = |rules: &Gitignore| {
            let matched = rules.matched(path, kind == Kind::Folder);
            (!matched.is_none()).then(|| matched.is_ignore())
        };
        let mut folder = Some(self);
        while let Some(current) = folder {
            if current.has_rules
                && let Some(answer) = speaks(current.rules())
            {
                return answer;
            }
            folder = current.parent.as_deref();
        }
        let excludes = self.project.iter().flat_map(|project| &project.excludes);
        excludes.into_iter().find_map(speaks).unwrap_or(false)
    }

    fn rules(&self) -> &Gitignore {
        self.rules
            .get_or_init(|| rules(&self.path, &self.path.join(".gitignore")))
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    File,
    Folder,
}

/// Opens the repository whose top is a folder; `None` where what looks like one is none.
fn nested(path: &Path) -> Option<Arc<Project>> {
    match Repository::discover(path, &GitEnvironment::default()) {
        Ok(Some(repository)) if repository.work_dir() == Some(path) => {
            Some(Arc::new(Project::open(&repository, path)))
        }
        Ok(_) => None,
        Err(_) => Some(Arc::new(Project {
            index: None,
            excludes: Vec::new(),
        })),
    }
}
