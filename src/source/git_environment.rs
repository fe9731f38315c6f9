//! What Git hands a hook through the environment, as values.
//!
//! In: `GIT_DIR` and its kin. Out: one struct of them. Nothing here reads a repository, and nothing else of the
//! module reads a variable of Git's.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// The variables by which Git says where a repository and its parts are; `None` where one is unset or empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GitEnvironment {
    /// `GIT_DIR`: the repository itself; no search is made where it is set.
    pub git_dir: Option<OsString>,
    /// `GIT_WORK_TREE`: the top of the checkout.
    pub work_tree: Option<OsString>,
    /// `GIT_INDEX_FILE`: the index that this commit uses.
    pub index_file: Option<OsString>,
    /// `GIT_OBJECT_DIRECTORY`: where objects are read first; the quarantine in a server's hook.
    pub object_directory: Option<OsString>,
    /// `GIT_ALTERNATE_OBJECT_DIRECTORIES`: further object folders, as a list of paths.
    pub alternate_object_directories: Option<OsString>,
    /// `GIT_QUARANTINE_PATH`: set while pushed objects are not accepted yet.
    pub quarantine_path: Option<OsString>,
    /// The commits named by `GITHEAD_<id>`: what a merge merges, before `MERGE_HEAD` is written.
    pub merged: Vec<String>,
}

impl GitEnvironment {
    /// Takes the values from the environment of this process.
    pub fn from_process() -> Self {
        let value = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
        GitEnvironment {
            git_dir: value("GIT_DIR"),
            work_tree: value("GIT_WORK_TREE"),
            index_file: value("GIT_INDEX_FILE"),
            object_directory: value("GIT_OBJECT_DIRECTORY"),
            alternate_object_directories: value("GIT_ALTERNATE_OBJECT_DIRECTORIES"),
            quarantine_path: value("GIT_QUARANTINE_PATH"),
            merged: std::env::vars_os()
                .filter_map(|(name, _)| Some(name.to_str()?.strip_prefix("GITHEAD_")?.to_owned()))
                .collect(),
        }
    }

    /// Lists the object folders that the environment adds to a repository's own, relative ones below `directory`.
    pub(super) fn object_folders(&self, directory: &Path) -> Vec<PathBuf> {
        let mut folders = Vec::new();
        for single in [&self.object_directory, &self.quarantine_path] {
            folders.extend(single.iter().map(|folder| directory.join(folder)));
        }
        if let Some(list) = &self.alternate_object_directories {
            folders.extend(std::env::split_paths(list).map(|folder| directory.join(folder)));
        }
        let mut unique: Vec<PathBuf> = Vec::new();
        for folder in folders {
            if !unique.contains(&folder) {
                unique.push(folder);
            }
        }
        unique
    }
}
