//! Reads all folders of a history before the walk, level by level, so that each difference in a pack is applied once
//! and all threads take part.
//!
//! In: the folders that commits begin with, and the packs. Out: folders as numbers. A folder that no pack hands over is
//! read by its id. Which thread came first changes numbers, never what the walk makes of them.

use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};

use gix::objs::Kind;

use super::super::packs::{Pack, Packs, WORTH_A_TREE};
use super::super::repository::Repository;
use super::super::trees::DEPTH_AT_MOST;
use super::super::work::spread;
use super::folders::Folders;
use super::numbers::Numbers;
use super::versions::VersionReader;

/// How many folders are looked up in the packs' indices at a time.
const LOOKED_UP_AT_ONCE: usize = 1024;

/// A reading of folders under way.
pub(in crate::source) struct Levels<'a> {
    pub(in crate::source) repository: &'a Repository,
    pub(in crate::source) packs: &'a Packs,
    pub(in crate::source) threads: usize,
}

/// How often a lock is tried before a thread sleeps.
const PATIENCE: usize = 1000;

/// What all threads write to.
struct Shared<'a> {
    folders: &'a mut Folders,
    numbers: &'a mut Numbers,
}

impl Levels<'_> {
    /// Reads the folders that are asked for, and all below them.
    pub(super) fn run(&self, folders: &mut Folders, numbers: &mut Numbers) {
        for _ in 0..=DEPTH_AT_MOST {
            let level = std::mem::take(&mut folders.next);
            if level.is_empty() || !folders.has_room() {
                break;
            }
            let placed = self.place(&level, numbers);
            let shared = Mutex::new(Shared { folders, numbers });
            for (pack, wanted) in self.packs.iter().zip(&placed) {
                if wanted.len() >= WORTH_A_TREE {
                    let reader = || VersionReader::new(self.repository.hash());
                    pack.read_entries(self.threads, wanted, reader, |reader, object, version| {
                        take(&shared, reader, object, version.bytes);
                    });
                }
            }
            self.read_by_id(&level, &shared);
        }
    }

    /// Where folders are: by pack, the number of the entry and that of the object.
    fn place(&self, level: &[u32], numbers: &Numbers) -> Vec<Vec<(u32, u32)>> {
        let empty = || vec![Vec::new(); self.packs.iter().count()];
        let placed = Mutex::new(empty());
        let parts: Vec<&[u32]> = level.chunks(LOOKED_UP_AT_ONCE).collect();
        spread(
            self.threads,
            &parts,
            || (),
            |(), part| {
                let mut found = empty();
                for object in *part {
                    let id = numbers.id(*object);
                    let entry = |(number, pack): (usize, &Pack)| {
                        Some((number, pack.entry_of(id, Kind::Tree)?))
                    };
                    if let Some((number, entry)) = self.packs.iter().enumerate().find_map(entry) {
                        found[number].push((entry, *object));
                    }
                }
                let mut placed = placed.lock().unwrap_or_else(PoisonError::into_inner);
                for (all, found) in placed.iter_mut().zip(found) {
                    all.extend(found);
                }
            },
        );
        placed.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads what no pack handed over.
    fn read_by_id(&self, level: &[u32], shared: &Mutex<Shared<'_>>) {
        let mut left = Vec::new();
        {
            let shared = shared.lock().unwrap_or_else(PoisonError::into_inner);
            let open = level
                .iter()
                .filter(|object| shared.folders.is_open(**object));
            left.extend(open.map(|object| (*object, *shared.numbers.id(*object))));
            if !shared.folders.has_room() {
                return;
            }
        }
        let state = || {
            let reader = VersionReader::new(self.repository.hash());
            (self.repository.blob_objects(), reader, Vec::new())
        };
        spread(
            self.threads,
            &left,
            state,
            |(objects, reader, buffer), (object, id)| match objects.find(id, buffer) {
                Ok(Some((Kind::Tree, data))) => take(shared, reader, *object, data),
                _ => {
                    let mut shared = shared.lock().unwrap_or_else(PoisonError::into_inner);
                    shared.folders.miss(*object);
                }
            },
        );
    }
}

fn take(shared: &Mutex<Shared<'_>>, reader: &mut VersionReader, object: u32, data: &[u8]) {
    let fresh = reader.read(data);
    let mut shared = at_once(shared);
    let Shared { folders, numbers } = &mut *shared;
    folders.take(object, reader, &fresh, numbers);
}

/// Waits for a lock that others hold for a microsecond or two: to sleep and to be woken takes longer.
fn at_once<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    for _ in 0..PATIENCE {
        match lock.try_lock() {
            Ok(guard) => return guard,
            Err(TryLockError::Poisoned(guard)) => return guard.into_inner(),
            Err(TryLockError::WouldBlock) => std::hint::spin_loop(),
        }
    }
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}
