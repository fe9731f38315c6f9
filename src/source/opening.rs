//! Opens a repository as the caller's Git would: found upwards, or named by the environment.
//!
//! In: a folder and what Git hands over in the environment. Out: an open repository, or by name what cannot be read.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use super::git_environment::GitEnvironment;
use super::objects::Stores;
use super::plain::{self, Plain};
use super::repository::{Inner, Repository};
use super::repository_format::{unreadable, unreadable_format};
use crate::error::{Error, Result};

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

    /// Opens like `open`, for a hook: where nothing about the repository is special, its configuration is not read until
    /// something asks for it. What a commit changes does not depend on it.
    pub fn open_for_commit(directory: &Path, environment: &GitEnvironment) -> Result<Repository> {
        let absolute = std::path::absolute(directory);
        let absolute = absolute.as_deref().unwrap_or(directory);
        match Plain::open(absolute, environment) {
            Some(plain) => Ok(Repository::from_plain(plain, absolute, environment)),
            None => Repository::open(directory, environment),
        }
    }

    /// Opens like `open`; `None` where no repository is there at all.
    pub fn discover(directory: &Path, environment: &GitEnvironment) -> Result<Option<Repository>> {
        let directory = std::path::absolute(directory)
            .map_err(|_| Error::source("the current directory could not be read"))?;
        let named = environment.git_dir.as_ref().map(|dir| directory.join(dir));
        let Ok(git) = open_with_gix(&directory, named.as_deref()) else {
            let git_dir = match named {
                Some(git_dir) => Some(git_dir),
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
        let index_path = index_path(&git_dir, directory, environment);
        let store = local.objects.store();
        let stores = all_stores(store, local.object_hash(), directory, environment);
        let shallow = local
            .shallow_commits()
            .map_err(|_| Error::source("the list of this shallow clone's ends could not be read"))?
            .map(|commits| commits.iter().copied().collect())
            .unwrap_or_default();
        let named = environment.git_dir.as_ref().map(|dir| directory.join(dir));
        let inner = Inner {
            refs: git.refs.clone(),
            git: OnceLock::from(git),
            asked: (directory.to_owned(), named),
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

    fn from_plain(plain: Plain, directory: &Path, environment: &GitEnvironment) -> Self {
        let work_dir = match &environment.work_tree {
            Some(work_tree) => directory.join(work_tree),
            None => absolute(&plain.work_dir, directory),
        };
        let git_dir = absolute(&plain.git_dir, directory);
        let inner = Inner {
            git: OnceLock::new(),
            asked: (directory.to_owned(), None),
            refs: plain.refs,
            stores: all_stores(plain.objects, plain::HASH, directory, environment),
            common_dir: git_dir.clone(),
            work_dir: Some(work_dir),
            index_path: index_path(&git_dir, directory, environment),
            git_dir,
            shallow: HashSet::new(),
            head: OnceLock::new(),
        };
        Repository {
            inner: Arc::new(inner),
        }
    }
}

/// Opens the folder that is named, else the repository that `directory` belongs to.
pub(super) fn open_with_gix(
    directory: &Path,
    named: Option<&Path>,
) -> std::result::Result<gix::ThreadSafeRepository, gix::Error> {
    match named {
        Some(git_dir) => gix::open::Options::default()
            .open_path_as_is(true)
            .open(git_dir),
        None => gix::ThreadSafeRepository::discover(directory),
    }
}

fn index_path(git_dir: &Path, directory: &Path, environment: &GitEnvironment) -> PathBuf {
    match &environment.index_file {
        Some(index) => directory.join(index),
        None => git_dir.join("index"),
    }
}

/// A repository's own store, and those that the environment adds.
fn all_stores(
    own: Arc<gix::odb::Store>,
    hash: gix::hash::Kind,
    directory: &Path,
    environment: &GitEnvironment,
) -> Stores {
    let mut stores = Stores::new(own, hash);
    for folder in environment.object_folders(directory) {
        stores.add(&folder);
    }
    stores
}

fn absolute(path: &Path, directory: &Path) -> PathBuf {
    let path = directory.join(path);
    std::path::absolute(&path).unwrap_or(path)
}
