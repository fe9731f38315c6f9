//! Which files outside a checkout, or left in it by earlier steps, hold logins.
//!
//! In: where home, the checkout and the runner's temporary folder are, and the patterns of the catalogue. Out: a list of
//! files that are there. Bounded in depth, number and size; nothing is opened here but folders.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use super::{Form, Keeping};
use crate::model::{RepoPath, Unchecked};
use crate::rules::glob;

/// A file above this size is not read: no login is that large.
const FILE_AT_MOST: u64 = 8 << 20;
/// Files in all.
const FILES_AT_MOST: usize = 2000;
/// Entries of folders that are listed for one pattern.
const ENTRIES_AT_MOST: usize = 2000;
/// How deep a folder is listed.
const DEPTH: usize = 5;

/// Variables that name a file, or several, whose content is handed on by them.
const POINTERS: [&str; 9] = [
    "GOOGLE_APPLICATION_CREDENTIALS",
    "GOOGLE_GHA_CREDS_PATH",
    "CLOUDSDK_AUTH_CREDENTIAL_FILE_OVERRIDE",
    "AWS_SHARED_CREDENTIALS_FILE",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AZURE_FEDERATED_TOKEN_FILE",
    "KUBECONFIG",
    "NPM_CONFIG_USERCONFIG",
    "PGPASSFILE",
];

/// What earlier steps and logins leave at the top of a checkout, in its submodules, and in checkouts one folder below.
const IN_CHECKOUT: [&str; 8] = [
    "gha-creds-*.json",
    ".git/config",
    ".git/modules/*/config",
    "*/.git/config",
    ".git/config.worktree",
    ".git/.git-credentials",
    ".npmrc",
    ".yarnrc.yml",
];

/// A file that is there, and how it is looked at.
pub struct MachineFile {
    /// The path under which it is judged and shown.
    pub path: RepoPath,
    pub form: Form,
    pub keeping: Keeping,
    place: PathBuf,
    /// The folder that no link may lead out of; `None` for a file that a variable names.
    root: Option<PathBuf>,
}

impl MachineFile {
    /// Reads the file; the reason in words where it is not read.
    pub(super) fn read(&self, at_most: u64) -> Result<Vec<u8>, &'static str> {
        let failed = |_| "the file could not be read";
        let target = self.place.canonicalize().map_err(failed)?;
        if let Some(root) = &self.root {
            let root = root.canonicalize().map_err(failed)?;
            if !target.starts_with(root) {
                return Err("a link leads out of its folder, so it was not followed");
            }
        }
        let meta = target.metadata().map_err(failed)?;
        if !meta.is_file() {
            return Err("it is no plain file, so it was not opened");
        }
        if meta.len() > FILE_AT_MOST.min(at_most) {
            return Err("too large or too many files for this look, so it was not read");
        }
        let mut bytes = Vec::new();
        let file = File::open(&target).map_err(failed)?;
        file.take(FILE_AT_MOST)
            .read_to_end(&mut bytes)
            .map_err(failed)?;
        Ok(bytes)
    }
}

/// Where logins and earlier steps leave files, each where it is known.
#[derive(Default)]
pub struct Left {
    pub home: Option<PathBuf>,
    pub checkout: Option<PathBuf>,
    /// The runner's temporary folder.
    pub temporary: Option<PathBuf>,
}

/// Lists the files that are there, and what was not listed. `patterns`: those of the catalogue that start with `~/`.
pub fn machine_files<'p>(
    left: &Left,
    patterns: impl Iterator<Item = &'p str>,
    variable: &dyn Fn(&str) -> Option<PathBuf>,
) -> (Vec<MachineFile>, Vec<Unchecked>) {
    let mut listing = Listing::default();
    for name in POINTERS {
        let named = variable(name).unwrap_or_default();
        for place in std::env::split_paths(&named) {
            listing.pointed(&place);
        }
    }
    if let Some(checkout) = &left.checkout {
        for pattern in IN_CHECKOUT {
            listing.search(checkout, "", pattern, Keeping::Ignored);
        }
    }
    if let Some(temporary) = &left.temporary {
        for pattern in ["*", "*/*"] {
            listing.search(temporary, "RUNNER_TEMP/", pattern, Keeping::Machine);
        }
    }
    if let Some(home) = &left.home {
        for pattern in patterns {
            if let Some(below) = pattern.strip_prefix("~/") {
                listing.search(home, "~/", below, Keeping::Machine);
            }
        }
    }
    (listing.files, listing.unchecked)
}

#[derive(Default)]
struct Listing {
    files: Vec<MachineFile>,
    unchecked: Vec<Unchecked>,
}

impl Listing {
    fn add(&mut self, file: MachineFile) {
        let known = self.files.iter().any(|known| known.place == file.place);
        if known {
            return;
        }
        if self.files.len() < FILES_AT_MOST {
            self.files.push(file);
        } else if self.files.len() == FILES_AT_MOST {
            self.not_listed(
                file.path,
                "too many files here, so the rest was not looked at",
            );
        }
    }

    fn not_listed(&mut self, path: RepoPath, why: &str) {
        let entry = Unchecked {
            path,
            why: why.to_owned(),
            undecided: false,
        };
        if !self.unchecked.contains(&entry) {
            self.unchecked.push(entry);
        }
    }

    fn pointed(&mut self, place: &Path) {
        if !place.is_file() {
            return;
        }
        let bytes = place.as_os_str().as_encoded_bytes();
        self.add(MachineFile {
            path: RepoPath::new(bytes),
            form: Form::Inherited,
            keeping: Keeping::Machine,
            place: place.to_owned(),
            root: None,
        });
    }

    /// Looks for a pattern below a folder; only folders behind its fixed start are listed.
    fn search(&mut self, root: &Path, shown: &str, pattern: &str, keeping: Keeping) {
        let is_open = |part: &str| part.contains(['*', '?', '{']);
        let fixed: Vec<&str> = pattern
            .split('/')
            .take_while(|part| !is_open(part))
            .collect();
        let start = fixed.join("/");
        let mut open = vec![(root.join(&start), start, 0)];
        let mut entries = 0;
        while let Some((place, below, depth)) = open.pop() {
            let Ok(meta) = place.symlink_metadata() else {
                continue;
            };
            if !meta.is_dir() {
                if glob::matches(pattern, below.as_bytes()) && (meta.is_file() || meta.is_symlink())
                {
                    self.add(MachineFile {
                        path: RepoPath::from(format!("{shown}{below}").as_str()),
                        form: Form::File,
                        keeping,
                        place,
                        root: Some(root.to_owned()),
                    });
                }
                continue;
            }
            if below == pattern || depth > DEPTH || !may_hold(pattern, depth, fixed.len()) {
                continue;
            }
            let path = RepoPath::from(format!("{shown}{below}").as_str());
            let Ok(listed) = std::fs::read_dir(&place) else {
                self.not_listed(path, "the folder could not be opened");
                continue;
            };
            for entry in listed.flatten() {
                entries += 1;
                if entries > ENTRIES_AT_MOST {
                    self.not_listed(path, "too many files here, so the rest was not looked at");
                    return;
                }
                let name = entry.file_name().to_string_lossy().into_owned();
                let below = if below.is_empty() {
                    name
                } else {
                    format!("{below}/{name}")
                };
                open.push((entry.path(), below, depth + 1));
            }
        }
    }
}

/// Whether a folder this deep behind the fixed start may hold what the pattern names.
fn may_hold(pattern: &str, depth: usize, fixed: usize) -> bool {
    pattern.contains("**") || depth + fixed < pattern.split('/').count()
}
