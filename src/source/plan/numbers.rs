//! Dense numbers for objects, and for what stands in folders: a name, and an object of some sort under it.
//!
//! In: ids and entries, as they are met. Out: a number for each, the same one every time, so that a walk over versions of
//! folders compares numbers. The numbers themselves mean nothing: they depend on which thread came first.

use std::collections::HashMap;
use std::sync::Arc;

use gix::ObjectId;
use gix::hash::oid;
use gix::objs::tree::EntryRef;

use super::super::ids::{IdMap, Mixed};

/// What an entry says of its object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum EntrySort {
    Folder,
    Submodule,
    Symlink,
    File,
}

/// What stands in a folder.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Entry {
    pub(super) object: u32,
    pub(super) name: u32,
    pub(super) sort: EntrySort,
}

/// All numbers that were given.
#[derive(Default)]
pub(super) struct Numbers {
    ids: Vec<ObjectId>,
    by_id: IdMap<u32>,
    names: Vec<Arc<[u8]>>,
    by_name: HashMap<Arc<[u8]>, u32, Mixed>,
    entries: Vec<Entry>,
    by_entry: HashMap<Entry, u32, Mixed>,
}

impl Numbers {
    /// The number of an object, a new one where it has none.
    pub(super) fn object(&mut self, id: &oid) -> u32 {
        let next = self.ids.len() as u32;
        let number = *self.by_id.entry(id.to_owned()).or_insert(next);
        if number == next {
            self.ids.push(id.to_owned());
        }
        number
    }

    /// The number of an object that has one.
    pub(super) fn known(&self, id: &ObjectId) -> Option<u32> {
        self.by_id.get(id).copied()
    }

    /// The id of an object.
    pub(super) fn id(&self, object: u32) -> &ObjectId {
        &self.ids[object as usize]
    }

    /// The number of an entry, a new one where it has none.
    pub(super) fn entry(&mut self, entry: &EntryRef<'_>) -> u32 {
        let entry = Entry {
            object: self.object(entry.oid),
            name: self.named(entry.filename),
            sort: sort_of(entry),
        };
        let next = self.entries.len() as u32;
        let number = *self.by_entry.entry(entry).or_insert(next);
        if number == next {
            self.entries.push(entry);
        }
        number
    }

    /// What a number of an entry stands for.
    pub(super) fn entry_of(&self, number: u32) -> Entry {
        self.entries[number as usize]
    }

    /// The name of an entry.
    pub(super) fn name(&self, entry: Entry) -> &[u8] {
        &self.names[entry.name as usize]
    }

    /// Forgets what only a walk needs.
    pub(super) fn forget_entries(&mut self) {
        self.names = Vec::new();
        self.by_name = HashMap::default();
        self.entries = Vec::new();
        self.by_entry = HashMap::default();
    }

    fn named(&mut self, name: &[u8]) -> u32 {
        if let Some(number) = self.by_name.get(name) {
            return *number;
        }
        let number = self.names.len() as u32;
        let name: Arc<[u8]> = name.into();
        self.names.push(name.clone());
        self.by_name.insert(name, number);
        number
    }
}

/// What an entry of a folder says of its object.
pub(super) fn sort_of(entry: &EntryRef<'_>) -> EntrySort {
    if entry.mode.is_tree() {
        EntrySort::Folder
    } else if entry.mode.is_commit() {
        EntrySort::Submodule
    } else if entry.mode.is_link() {
        EntrySort::Symlink
    } else {
        EntrySort::File
    }
}
