//! The state of a folder on disk, read path by path, never outside it and never through a link.

use std::path::{Path, PathBuf};

use super::Snapshot;
use crate::error::{Error, Result};
use crate::model::RepoPath;

/// A configuration file above this size is not read whole.
const HELD_AT_MOST: u64 = 256 << 20;

/// The files below a folder.
pub struct FolderSnapshot {
    root: PathBuf,
}

impl FolderSnapshot {
    /// Takes the folder that paths are relative to.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        FolderSnapshot { root: root.into() }
    }

    /// The place of a path on disk; `None` where it would leave the folder or go through a link.
    fn place(&self, path: &[u8]) -> Option<PathBuf> {
        let mut place = self.root.clone();
        let mut names = path.split(|&byte| byte == b'/').peekable();
        while let Some(name) = names.next() {
            if name.is_empty() || name == b"." || name == b".." {
                return None;
            }
            place.push(gix::path::from_byte_slice(name).ok()?);
            let is_folder = |place: &Path| place.symlink_metadata().is_ok_and(|meta| meta.is_dir());
            if names.peek().is_some() && !is_folder(&place) {
                return None;
            }
        }
        Some(place)
    }
}

impl Snapshot for FolderSnapshot {
    fn read(&self, path: &[u8]) -> Result<Option<Vec<u8>>> {
        let failed = || {
            Error::source("the file could not be read")
                .at(String::from_utf8_lossy(path).into_owned())
        };
        let Some(place) = self.place(path) else {
            return Ok(None);
        };
        let meta = match place.symlink_metadata() {
            Ok(meta) => meta,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(_) => return Err(failed()),
        };
        if meta.is_symlink() {
            let target = std::fs::read_link(&place).map_err(|_| failed())?;
            return Ok(Some(target.into_os_string().into_encoded_bytes()));
        }
        if !meta.is_file() {
            return Ok(None);
        }
        if meta.len() > HELD_AT_MOST {
            return Err(failed());
        }
        std::fs::read(&place).map(Some).map_err(|_| failed())
    }

    fn files_in(&self, folder: &[u8]) -> Vec<RepoPath> {
        let entries = self
            .place(folder)
            .and_then(|place| std::fs::read_dir(place).ok());
        let files = entries.into_iter().flatten().flatten();
        let mut paths: Vec<RepoPath> = files
            .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_file()))
            .map(|entry| {
                let name = entry.file_name().into_encoded_bytes();
                RepoPath::new([folder, b"/", &name].concat())
            })
            .collect();
        paths.sort();
        paths
    }

    fn exists(&self, marker: &[u8]) -> bool {
        match marker.strip_suffix(b"/") {
            Some(folder) => self.place(folder).is_some_and(|place| {
                let is_folder = place.symlink_metadata().is_ok_and(|meta| meta.is_dir());
                is_folder
                    && std::fs::read_dir(place).is_ok_and(|mut entries| entries.next().is_some())
            }),
            None => self
                .place(marker)
                .is_some_and(|place| place.symlink_metadata().is_ok()),
        }
    }
}
