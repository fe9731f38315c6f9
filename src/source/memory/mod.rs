//! What earlier runs looked at and found nothing in, so that a nightly run costs what is new.
//!
//! In: a folder of this user, and what the facts of an object depend on beside itself (`Basis`). Out: for an object under
//! a path, how many bytes it has, where an earlier run with the same basis found nothing in it. Kept are hashes and
//! lengths, never content: an object in which anything was found is not kept, and is read again. Whoever can write here
//! can silence, so the folder must be the user's own and lie outside the checkout; see `folder`.

mod file;
mod folder;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use gix::ObjectId;
use sha2::{Digest, Sha256};

use super::Form;
use super::repository::Repository;
use crate::error::Result;
use file::Appending;

/// What the facts of an object depend on beside its bytes, its form and its path: the tool and its rules, as a hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Basis([u8; 32]);

impl Basis {
    /// Hashes the parts, each with its length.
    pub fn of(parts: &[&[u8]]) -> Basis {
        let mut hash = Sha256::new();
        for part in parts {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
        Basis(hash.finalize().into())
    }

    fn hex(&self) -> String {
        self.0[..8].iter().map(|b| format!("{b:02x}")).collect()
    }
}

/// An object, its form and its path, hashed.
type Key = [u8; 16];

/// More files of one basis than these are joined to one.
const FILES_AT_MOST: usize = 8;

/// What is remembered of objects.
pub struct ObjectMemory {
    folder: PathBuf,
    known: HashMap<Key, u64>,
    new: Mutex<Appending>,
    remarks: Vec<String>,
    used: AtomicU64,
    added: AtomicU64,
}

impl ObjectMemory {
    /// Opens the folder, which is made where it does not exist. Files that are damaged, or that another version or
    /// another set of rules wrote, are left out and named in `remarks`.
    pub fn open(folder: &Path, basis: &Basis, repository: &Repository) -> Result<ObjectMemory> {
        let folder = folder::trusted(folder, repository)?;
        let mut memory = ObjectMemory {
            known: HashMap::new(),
            new: Mutex::new(Appending::new(&folder, basis)),
            remarks: Vec::new(),
            used: AtomicU64::new(0),
            added: AtomicU64::new(0),
            folder,
        };
        memory.load(basis)?;
        Ok(memory)
    }

    fn load(&mut self, basis: &Basis) -> Result<()> {
        let (mut read, mut foreign, mut damaged) = (Vec::new(), 0, 0);
        for path in folder::files(&self.folder)? {
            match file::read(&path, basis, &mut self.known) {
                file::State::Good => read.push(path),
                file::State::Foreign => foreign += 1,
                file::State::Damaged => damaged += 1,
            }
        }
        if foreign > 0 {
            self.remarks.push(format!(
                "{foreign} files of the cache are of another version, another set of rules or another user, and were not used"
            ));
        }
        if damaged > 0 {
            self.remarks.push(format!(
                "{damaged} files of the cache are damaged, and were not used"
            ));
        }
        if read.len() > FILES_AT_MOST && file::write_all(&self.folder, basis, &self.known).is_ok() {
            for path in read {
                // One that stays is read again the next time.
                let _ = std::fs::remove_file(path);
            }
        }
        Ok(())
    }

    /// How many bytes an object has in which nothing was found under this path; `None` where it has to be read.
    pub(super) fn bytes_of(&self, id: &ObjectId, form: Form, path: &[u8]) -> Option<u64> {
        if self.known.is_empty() {
            return None;
        }
        self.known.get(&key(id, form, path)).copied()
    }

    /// Counts an object that did not have to be read.
    pub(super) fn count_use(&self) {
        self.used.fetch_add(1, Ordering::Relaxed);
    }

    /// Keeps that nothing was found in an object under this path.
    pub(super) fn add(&self, id: &ObjectId, form: Form, path: &[u8], bytes: u64) {
        self.added.fetch_add(1, Ordering::Relaxed);
        self.appending().add(key(id, form, path), bytes);
    }

    /// Writes what waits, and says what was made of the cache.
    pub fn finish(&self) -> Vec<String> {
        let mut appending = self.appending();
        appending.flush();
        let mut remarks = self.remarks.clone();
        if appending.failed {
            remarks.push("the cache could not be written, so the next run reads anew".to_owned());
        }
        remarks.push(format!(
            "{} objects were not read again: the cache says that nothing was found in them; {} new ones are kept",
            self.used.load(Ordering::Relaxed),
            self.added.load(Ordering::Relaxed)
        ));
        remarks
    }

    fn appending(&self) -> std::sync::MutexGuard<'_, Appending> {
        self.new.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for ObjectMemory {
    fn drop(&mut self) {
        self.appending().flush();
    }
}

fn key(id: &ObjectId, form: Form, path: &[u8]) -> Key {
    let form = match form {
        Form::Message => b'm',
        Form::Symlink => b'l',
        _ => b'f',
    };
    let mut hash = Sha256::new();
    hash.update(id.as_slice());
    hash.update([form]);
    hash.update(path);
    let whole: [u8; 32] = hash.finalize().into();
    let mut key = [0; 16];
    key.copy_from_slice(&whole[..16]);
    key
}
