//! Writes edited files: each in one step, and only over the very bytes that the edit was made for.
//!
//! In: a folder, and per file its bytes as they were read and as they become. Out: which files were written. Links are
//! not followed, nothing outside the folder is touched, mode and everything that was not edited stay.

use std::collections::BTreeMap;
use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::model::RepoPath;

/// What is written: the bytes that must still be there, and those that take their place.
pub type Files = BTreeMap<RepoPath, (Vec<u8>, Vec<u8>)>;

/// Writes the files; where one cannot be written safely, none is.
pub fn write(root: &Path, files: &Files) -> Result<Vec<RepoPath>> {
    let root = root
        .canonicalize()
        .map_err(|_| Error::output("the folder is gone"))?;
    let mut ready = Vec::new();
    for (path, (before, after)) in files {
        if before != after {
            let place = place(&root, path)?;
            let about = look(&place, before).map_err(|why| refuse(path, why))?;
            ready.push((path, place, about, before, after));
        }
    }
    let mut written: Vec<RepoPath> = Vec::new();
    for (path, place, about, before, after) in ready {
        replace(&place, &about, before, after).map_err(|why| {
            let error = refuse(path, why);
            match written.len() {
                0 => error,
                count => error.hint(format!("{count} files were written before this one")),
            }
        })?;
        written.push(path.clone());
    }
    Ok(written)
}

fn refuse(path: &RepoPath, why: &str) -> Error {
    Error::output(why.to_owned()).at(path.lossy())
}

/// The place of a path, none of whose folders is a link.
fn place(root: &Path, path: &RepoPath) -> Result<PathBuf> {
    let mut place = root.to_path_buf();
    let outside = || {
        refuse(
            path,
            "the file is not written: its path leaves the folder or goes through a link",
        )
    };
    let mut names = path.as_bytes().split(|&byte| byte == b'/').peekable();
    while let Some(name) = names.next() {
        if name.is_empty() || name == b"." || name == b".." || name == b".git" {
            return Err(outside());
        }
        place.push(gix::path::from_byte_slice(name).map_err(|_| outside())?);
        let is_folder = |place: &Path| place.symlink_metadata().is_ok_and(|about| about.is_dir());
        if names.peek().is_some() && !is_folder(&place) {
            return Err(outside());
        }
    }
    Ok(place)
}

const CHANGED: &str = "the file is not written: it changed while the edit was made";

/// Looks whether a plain file stands at a place that still has the bytes.
fn look(place: &Path, before: &[u8]) -> std::result::Result<Metadata, &'static str> {
    let about = place.symlink_metadata().map_err(|_| CHANGED)?;
    if !about.is_file() {
        return Err("the file is not written: it is a link or no plain file");
    }
    if about.permissions().readonly() {
        return Err("the file is not written: it is read-only");
    }
    if links(&about) > 1 {
        return Err("the file is not written: it has a second name, which would keep the old text");
    }
    let mut file = File::open(place).map_err(|_| "the file is not written: it cannot be read")?;
    let opened = file.metadata().map_err(|_| CHANGED)?;
    let mut now = Vec::new();
    file.read_to_end(&mut now).map_err(|_| CHANGED)?;
    if now != before || identity(&opened) != identity(&about) {
        return Err(CHANGED);
    }
    Ok(about)
}

/// Puts the new bytes into a file beside the old one, and that in its place.
fn replace(
    place: &Path,
    about: &Metadata,
    before: &[u8],
    after: &[u8],
) -> std::result::Result<(), &'static str> {
    const FAILED: &str = "the file is not written: its folder takes no new file";
    let name = place.file_name().unwrap_or_default().to_string_lossy();
    let fresh = place.with_file_name(format!(".{name}.tokenleash-{}", std::process::id()));
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(&fresh)
        .map_err(|_| FAILED)?;
    let filled = file
        .write_all(after)
        .and_then(|()| file.set_permissions(about.permissions()))
        .and_then(|()| file.sync_all())
        .map_err(|_| FAILED);
    let kept_owner = file
        .metadata()
        .is_ok_and(|fresh| owner(&fresh) == owner(about));
    let done = filled.and_then(|()| {
        if !kept_owner {
            return Err("the file is not written: it belongs to somebody else");
        }
        let now = look(place, before)?;
        if identity(&now) != identity(about) {
            return Err(CHANGED);
        }
        fs::rename(&fresh, place).map_err(|_| FAILED)
    });
    if done.is_err() {
        // What cannot be removed either is named by its place; the file itself is as it was.
        let _ = fs::remove_file(&fresh);
    }
    done
}

#[cfg(unix)]
fn links(about: &Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::nlink(about)
}

#[cfg(unix)]
fn identity(about: &Metadata) -> (u64, u64) {
    use std::os::unix::fs::MetadataExt;
    (about.dev(), about.ino())
}

#[cfg(unix)]
fn owner(about: &Metadata) -> (u32, u32) {
    use std::os::unix::fs::MetadataExt;
    (about.uid(), about.gid())
}

#[cfg(not(unix))]
fn links(_about: &Metadata) -> u64 {
    1
}

#[cfg(not(unix))]
fn identity(about: &Metadata) -> (u64, u64) {
    (about.len(), 0)
}

#[cfg(not(unix))]
fn owner(_about: &Metadata) -> (u32, u32) {
    (0, 0)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::{PermissionsExt, symlink};

    fn one(path: &str, before: &str, after: &str) -> Files {
        let texts = (before.as_bytes().to_vec(), after.as_bytes().to_vec());
        Files::from([(RepoPath::from(path), texts)])
    }

    #[test]
    fn bytes_are_replaced_and_the_mode_stays() {
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("a.yml");
        fs::write(&file, "old").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o750)).unwrap();
        let written = write(home.path(), &one("a.yml", "old", "new")).unwrap();
        assert_eq!(written, [RepoPath::from("a.yml")]);
        assert_eq!(fs::read(&file).unwrap(), b"new");
        assert_eq!(
            fs::metadata(&file).unwrap().permissions().mode() & 0o777,
            0o750
        );
        assert_eq!(fs::read_dir(home.path()).unwrap().count(), 1);
    }

    #[test]
    fn nothing_is_written_that_changed_or_leads_elsewhere() {
        let home = tempfile::tempdir().unwrap();
        let root = home.path().join("tree");
        fs::create_dir_all(root.join("real")).unwrap();
        fs::write(home.path().join("outside"), "old").unwrap();
        fs::write(root.join("real/a"), "other").unwrap();
        fs::write(root.join("real/b"), "old").unwrap();
        fs::hard_link(root.join("real/b"), root.join("real/c")).unwrap();
        symlink(home.path().join("outside"), root.join("link")).unwrap();
        symlink(root.join("real"), root.join("folder")).unwrap();
        for path in [
            "real/a",
            "link",
            "folder/b",
            "../outside",
            "real/b",
            ".git/config",
            "gone",
        ] {
            let refused = write(&root, &one(path, "old", "new")).unwrap_err();
            assert!(refused.message.contains("not written"), "{path}: {refused}");
        }
        assert_eq!(fs::read(home.path().join("outside")).unwrap(), b"old");
        assert_eq!(fs::read(root.join("real/a")).unwrap(), b"other");
    }

    #[test]
    fn one_file_that_cannot_be_written_stops_all() {
        let home = tempfile::tempdir().unwrap();
        fs::write(home.path().join("a"), "old").unwrap();
        fs::write(home.path().join("b"), "changed").unwrap();
        let mut files = one("a", "old", "new");
        files.extend(one("b", "old", "new"));
        assert!(write(home.path(), &files).is_err());
        assert_eq!(fs::read(home.path().join("a")).unwrap(), b"old");
    }
}
