//! Whether a folder may be believed: nobody but this user writes there, and no change of the repository does.
//!
//! In: a folder's name. Out: its place, or an error that says what is wrong with it. Owners and modes are Unix's; on
//! other systems only the place is checked, which the documentation says.

use std::fs;
use std::path::{Path, PathBuf};

use super::super::repository::Repository;
use super::file::ENDING;
use crate::error::{Error, Result};

/// Makes the folder where it does not exist, and checks it.
pub(super) fn trusted(folder: &Path, repository: &Repository) -> Result<PathBuf> {
    let wrong = |what: &str| Error::usage(what).at(format!("--cache {}", folder.display()));
    let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let planned = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    let nearest = planned.ancestors().find(|above| above.exists());
    let nearest = real(nearest.unwrap_or(&planned));
    let in_git = [repository.git_dir(), repository.common_dir()]
        .iter()
        .any(|git| nearest.starts_with(real(git)));
    let in_checkout = repository
        .work_dir()
        .is_some_and(|top| nearest.starts_with(real(top)));
    if in_checkout && !in_git {
        return Err(
            wrong("the cache lies in the checkout, where a commit could bring one")
                .hint("keep it outside, such as in ~/.cache/tokenleash"),
        );
    }
    if !folder.exists() {
        make(folder).map_err(|_| wrong("the folder of the cache could not be made"))?;
    }
    let is_folder = fs::symlink_metadata(folder).is_ok_and(|found| found.is_dir());
    let place = folder.canonicalize().ok().filter(|_| is_folder);
    let place = place.ok_or_else(|| wrong("the cache is no folder"))?;
    match fault(&place) {
        Some(what) => Err(wrong(what).hint(
            "whoever writes there could make this tool pass over a secret; use a folder of your own (chmod 700)",
        )),
        None => Ok(place),
    }
}

/// The files of the memory, in a fixed order.
pub(super) fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let list = fs::read_dir(folder)
        .map_err(|_| Error::source("the folder of the cache could not be read"))?;
    let mut files: Vec<PathBuf> = list
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|ending| ending == ENDING))
        .collect();
    files.sort();
    Ok(files)
}

#[cfg(unix)]
fn make(folder: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
}

#[cfg(not(unix))]
fn make(folder: &Path) -> std::io::Result<()> {
    fs::create_dir_all(folder)
}

/// Others may write.
#[cfg(unix)]
const BY_OTHERS: u32 = 0o022;

/// Only owners may rename and remove what others made.
#[cfg(unix)]
const STICKY: u32 = 0o1000;

#[cfg(unix)]
fn fault(place: &Path) -> Option<&'static str> {
    use std::os::unix::fs::MetadataExt;
    let found = fs::metadata(place).ok()?;
    if own_user(place) != Some(found.uid()) {
        return Some("the cache belongs to another user, or cannot be written");
    }
    if found.mode() & BY_OTHERS != 0 {
        return Some("others may write into the cache");
    }
    let open = place.ancestors().skip(1).any(|above| {
        fs::metadata(above)
            .is_ok_and(|above| above.mode() & 0o002 != 0 && above.mode() & STICKY == 0)
    });
    open.then_some("others may rename a folder above the cache")
}

#[cfg(not(unix))]
fn fault(_place: &Path) -> Option<&'static str> {
    None
}

/// The user that this process makes files as, by making one.
#[cfg(unix)]
fn own_user(place: &Path) -> Option<u32> {
    use std::os::unix::fs::MetadataExt;
    let mut random = [0; 8];
    getrandom::fill(&mut random).ok()?;
    let path = place.join(format!(".own-{:016x}", u64::from_le_bytes(random)));
    let file = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(&path)
        .ok()?;
    let user = file.metadata().ok().map(|made| made.uid());
    let _ = fs::remove_file(path);
    user
}

/// Whether a file is a regular one that only the folder's owner writes.
#[cfg(unix)]
pub(super) fn is_own_file(path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let owner = path.parent().and_then(|folder| fs::metadata(folder).ok());
    let (Some(owner), Ok(found)) = (owner, fs::symlink_metadata(path)) else {
        return false;
    };
    found.is_file() && found.uid() == owner.uid() && found.mode() & BY_OTHERS == 0
}

/// Whether a file is a regular one.
#[cfg(not(unix))]
pub(super) fn is_own_file(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|found| found.is_file())
}
