//! Folders that were read before the walk, as numbers.
//!
//! In: folders, whatever thread read them. Out: their entries. What they take together is bounded: a folder that is not
//! held is read when the walk comes to it.

use super::numbers::Numbers;
use super::versions::{Fresh, VersionReader};

/// How many entries of all folders are held, at four bytes each.
const HELD_AT_MOST: usize = 32 << 20;

/// How many entries are held side by side.
const CHUNK: usize = 1 << 18;

/// What is known of a folder.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Held {
    /// Nothing.
    No,
    /// It is asked for.
    Asked,
    /// It is no folder that can be read.
    Missing,
    /// It is damaged behind these entries.
    Damaged(Place),
    Whole(Place),
}

/// Where the entries of a folder are.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    chunk: u32,
    start: u32,
    length: u32,
    pub(super) submodules: u32,
}

/// All that was read before.
#[derive(Default)]
pub(super) struct Folders {
    chunks: Vec<Vec<u32>>,
    held: usize,
    /// By number of the object.
    by_object: Vec<Held>,
    /// Folders that were met and not read yet.
    pub(super) next: Vec<u32>,
}

impl Folders {
    /// What is known of a folder.
    pub(super) fn of(&self, object: u32) -> Held {
        let held = self.by_object.get(object as usize);
        held.copied().unwrap_or(Held::No)
    }

    /// The entries at a place.
    pub(super) fn entries(&self, place: Place) -> &[u32] {
        let start = place.start as usize;
        &self.chunks[place.chunk as usize][start..start + place.length as usize]
    }

    /// Whether there is room for more.
    pub(super) fn has_room(&self) -> bool {
        self.held < HELD_AT_MOST
    }

    /// Asks for a folder, once.
    pub(super) fn ask(&mut self, object: u32) {
        if self.of(object) == Held::No {
            self.set(object, Held::Asked);
            self.next.push(object);
        }
    }

    /// Notes that an object is no folder that can be read.
    pub(super) fn miss(&mut self, object: u32) {
        self.set(object, Held::Missing);
    }

    /// Takes the folder that a reader has read last, and asks for those in it.
    pub(super) fn take(
        &mut self,
        object: u32,
        reader: &mut VersionReader,
        fresh: &Fresh<'_>,
        numbers: &mut Numbers,
    ) {
        reader.number(fresh, numbers, |folder| self.ask(folder));
        if !self.has_room() {
            return;
        }
        let entries = reader.entries();
        let length = entries.len();
        if self
            .chunks
            .last()
            .is_none_or(|chunk| chunk.capacity() - chunk.len() < length)
        {
            self.chunks.push(Vec::with_capacity(length.max(CHUNK)));
        }
        let number = self.chunks.len() - 1;
        let chunk = &mut self.chunks[number];
        let place = Place {
            chunk: number as u32,
            start: chunk.len() as u32,
            length: length as u32,
            submodules: reader.submodules(),
        };
        chunk.extend(entries);
        self.held += length;
        let held = if reader.is_whole {
            Held::Whole
        } else {
            Held::Damaged
        };
        self.set(object, held(place));
    }

    fn set(&mut self, object: u32, held: Held) {
        let number = object as usize;
        if number >= self.by_object.len() {
            self.by_object.resize(number + 1, Held::No);
        }
        self.by_object[number] = held;
    }
}
