//! Opens a repository that has nothing special about it, for a hook that is felt at every commit.
//!
//! In: a folder and Git's environment. Out: its places and its stores, or nothing: then `gix` opens it, with every file of
//! the configuration. Plain is a checkout of one's own with its `.git` folder in it, of format version 0, whose own
//! configuration says nothing of where things are or how they are kept. Other configuration changes no object.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use gix::discover::repository::Path as Found;
use gix::refs::file::Store as Refs;

use super::git_environment::GitEnvironment;

/// The largest configuration that is looked through.
const CONFIGURATION_AT_MOST: usize = 64 << 10;

/// Words in a configuration that may change where a repository's parts are or how they are read.
const TELLING: [&str; 10] = [
    "include",
    "extensions",
    "worktree",
    "namespace",
    "gitoxide",
    "multipackindex",
    "precompose",
    "protectntfs",
    "shallow",
    "\\",
];

/// Variables that do the same; those that `GitEnvironment` knows are looked at there.
const TELLING_VARIABLES: [&str; 3] = ["GIT_NAMESPACE", "GIT_SHALLOW_FILE", "GIT_COMMON_DIR"];

/// A plain repository.
pub(super) struct Plain {
    pub(super) git_dir: PathBuf,
    pub(super) work_dir: PathBuf,
    pub(super) refs: Refs,
    pub(super) objects: Arc<gix::odb::Store>,
}

/// The hash of a repository that says nothing of it.
pub(super) const HASH: gix::hash::Kind = gix::hash::Kind::Sha1;

impl Plain {
    /// Opens the repository that a folder belongs to, where it is plain.
    pub(super) fn open(directory: &Path, environment: &GitEnvironment) -> Option<Plain> {
        let is_set = |name: &&str| std::env::var_os(name).is_some();
        if !cfg!(unix) || environment.git_dir.is_some() || TELLING_VARIABLES.iter().any(is_set) {
            return None;
        }
        let (found, trust) = gix::discover::upwards(directory).ok()?;
        let Found::WorkTree(work_dir) = found else {
            return None;
        };
        let git_dir = work_dir.join(".git");
        let is_there = |name: &str| git_dir.join(name).symlink_metadata().is_ok();
        if trust != gix::sec::Trust::Full || is_there("commondir") || is_there("shallow") {
            return None;
        }
        let config = std::fs::read(git_dir.join("config")).ok()?;
        if !is_plain(&config) {
            return None;
        }
        let objects = gix::odb::at(git_dir.join("objects"), HASH).ok()?;
        let options = gix::refs::store::init::Options::default();
        Some(Plain {
            refs: Refs::at_opts(git_dir.clone(), HASH, options),
            objects: objects.into_inner().store(),
            git_dir,
            work_dir,
        })
    }
}

/// Whether a repository's own configuration says of its format and its places what is so without it.
fn is_plain(config: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(config) else {
        return false;
    };
    let text = text.to_ascii_lowercase();
    let is_usual = |line: &str| match line.trim() {
        "bare = false" | "repositoryformatversion = 0" => true,
        line => !line.contains("bare") && !line.contains("repositoryformatversion"),
    };
    text.len() <= CONFIGURATION_AT_MOST
        && !TELLING.iter().any(|word| text.contains(word))
        && text.lines().all(is_usual)
        && text
            .lines()
            .any(|line| line.trim() == "repositoryformatversion = 0")
}

#[cfg(test)]
mod tests {
    use super::is_plain;

    #[test]
    fn only_what_says_nothing_of_format_and_places_is_plain() {
        let plain = "[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = false\n";
        assert!(is_plain(plain.as_bytes()));
        let remote = format!("{plain}[remote \"origin\"]\n\turl = a\n[user]\n\tname = b\n");
        assert!(is_plain(remote.as_bytes()));
        for more in [
            "[core]\n\tbare = true\n",
            "[core]\n\tBare\n",
            "[core]\n\trepositoryformatversion = 1\n",
            "[extensions]\n\tobjectFormat = sha256\n",
            "[include]\n\tpath = other\n",
            "[includeIf \"gitdir:x\"]\n\tpath = other\n",
            "[core]\n\tworktree = ../other\n",
            "[core]\n\trepository\\\nformatversion = 1\n",
            "[gitoxide \"core\"]\n\tslots = 1\n",
        ] {
            let config = format!("{plain}{more}");
            assert!(!is_plain(config.as_bytes()), "{config}");
        }
        assert!(!is_plain(b"[core]\n\tbare = false\n"));
        assert!(!is_plain(&[plain.as_bytes(), b"\xff"].concat()));
    }
}
