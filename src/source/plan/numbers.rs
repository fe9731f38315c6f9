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
    names: Texts,
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
            name: self.names.number(entry.filename),
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
        self.names.text(entry.name)
    }

    /// Forgets what only a walk needs.
    pub(super) fn forget_entries(&mut self) {
        self.names = Texts::default();
        self.entries = Vec::new();
        self.by_entry = HashMap::default();
    }
}

/// Names or paths, each kept once.
#[derive(Default)]
pub(super) struct Texts {
    all: Vec<Arc<[u8]>>,
    numbers: HashMap<Arc<[u8]>, u32, Mixed>,
}

impl Texts {
    /// The number of a text, a new one where it has none.
    pub(super) fn number(&mut self, text: &[u8]) -> u32 {
        if let Some(number) = self.numbers.get(text) {
            return *number;
        }
        let number = self.all.len() as u32;
        let text: Arc<[u8]> = text.into();
        self.all.push(text.clone());
        self.numbers.insert(text, number);
        number
    }

    /// The text of a number.
    pub(super) fn text(&self, number: u32) -> &[u8] {
        &self.all[number as usize]
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
