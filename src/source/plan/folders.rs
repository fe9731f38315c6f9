//! Folders that were read before the walk, as numbers.
//!
//! In: folders, whatever thread read them. Out: their entries. A large folder is held as its differences from the version
//! that its reader read before it. What all take together is bounded: a folder that is not held is read when the walk
//! comes to it.

use super::NONE;
use super::numbers::Numbers;
use super::versions::{Fresh, VersionReader};

/// How many numbers of four bytes are held for all folders.
const HELD_AT_MOST: usize = 24 << 20;

/// How many numbers are held side by side.
const CHUNK: usize = 1 << 18;

/// From how many entries on a folder may be held as differences.
const LARGE: usize = 64;

/// How many versions one rests on.
const BASES_AT_MOST: u8 = 12;

/// What is known of a folder.
#[derive(Clone, Copy)]
pub(super) enum Held {
    /// Nothing, or that it is asked for.
    Unread,
    /// It is no folder that can be read.
    Missing,
    Read(Place),
}

/// Where a folder is held.
#[derive(Clone, Copy)]
pub(super) struct Place {
    chunk: u32,
    start: u32,
    length: u32,
    /// The number, in order of reading, of the folder that this one is held as the difference from.
    base: u32,
    pub(super) submodules: u32,
    bases: u8,
    /// Whether it could be read to its end.
    pub(super) is_whole: bool,
}

const ASKED: u32 = NONE - 1;
const MISSING: u32 = NONE - 2;

/// All that was read before.
#[derive(Default)]
pub(super) struct Folders {
    chunks: Vec<Vec<u32>>,
    held: usize,
    /// In the order of reading.
    places: Vec<Place>,
    /// By number of the object: its number in the order of reading, or what else is known.
    by_object: Vec<u32>,
    /// Folders that were met and not read yet.
    pub(super) next: Vec<u32>,
}

impl Folders {
    /// What is known of a folder.
    pub(super) fn of(&self, object: u32) -> Held {
        match self.known(object) {
            NONE | ASKED => Held::Unread,
            MISSING => Held::Missing,
            number => Held::Read(self.places[number as usize]),
        }
    }

    /// The entries of a folder that is held as it is; `None` where it is held as differences.
    pub(super) fn entries(&self, place: Place) -> Option<&[u32]> {
        (place.base == NONE).then(|| self.held(place))
    }

    /// The entries of a folder, however it is held.
    pub(super) fn unfolded(&self, place: Place) -> Vec<u32> {
        let mut versions = vec![place];
        let mut place = place;
        while place.base != NONE {
            place = self.places[place.base as usize];
            versions.push(place);
        }
        let mut entries = self.held(place).to_vec();
        let mut next = Vec::with_capacity(entries.len());
        for version in versions.iter().rev().skip(1) {
            unfold(&entries, self.held(*version), &mut next);
            std::mem::swap(&mut entries, &mut next);
        }
        entries
    }

    /// Whether there is room for more.
    pub(super) fn has_room(&self) -> bool {
        self.held < HELD_AT_MOST
    }

    /// Whether a folder is asked for and not read.
    pub(super) fn is_open(&self, object: u32) -> bool {
        self.known(object) == ASKED
    }

    /// Asks for a folder, once.
    pub(super) fn ask(&mut self, object: u32) {
        if self.known(object) == NONE {
            self.set(object, ASKED);
            self.next.push(object);
        }
    }

    /// Notes that an object is no folder that can be read.
    pub(super) fn miss(&mut self, object: u32) {
        self.set(object, MISSING);
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
        let base = reader.held.take();
        if !self.has_room() {
            return;
        }
        let count = reader.entries().len();
        let base = base.filter(|_| count >= LARGE && fresh.len() * 4 <= count);
        let base = base.filter(|base| self.places[*base as usize].bases < BASES_AT_MOST);
        let differences = base.map(|base| (base, reader.differences()));
        let fits = differences.filter(|(_, all)| all.len() * 2 <= count);
        let (chunk, start, length) = match &fits {
            Some((_, differences)) => self.hold(differences.iter().copied()),
            None => self.hold(reader.entries()),
        };
        let base = fits.map_or(NONE, |(base, _)| base);
        let bases = match base {
            NONE => 0,
            base => self.places[base as usize].bases + 1,
        };
        let number = self.places.len() as u32;
        self.places.push(Place {
            chunk,
            start,
            length,
            base,
            submodules: reader.submodules(),
            bases,
            is_whole: reader.is_whole,
        });
        self.set(object, number);
        reader.held = Some(number);
    }

    fn hold(&mut self, numbers: impl ExactSizeIterator<Item = u32>) -> (u32, u32, u32) {
        let length = numbers.len();
        let room = |chunk: &Vec<u32>| chunk.capacity() - chunk.len();
        if self.chunks.last().is_none_or(|chunk| room(chunk) < length) {
            self.chunks.push(Vec::with_capacity(length.max(CHUNK)));
        }
        let number = self.chunks.len() - 1;
        let chunk = &mut self.chunks[number];
        let start = chunk.len();
        chunk.extend(numbers);
        self.held += length;
        (number as u32, start as u32, length as u32)
    }

    fn held(&self, place: Place) -> &[u32] {
        let start = place.start as usize;
        &self.chunks[place.chunk as usize][start..start + place.length as usize]
    }

    fn known(&self, object: u32) -> u32 {
        super::at(&self.by_object, object).unwrap_or(NONE)
    }

    fn set(&mut self, object: u32, known: u32) {
        super::set_at(&mut self.by_object, object, known);
    }
}

/// Makes a version out of the one that it rests on: parts of that one, each by its start and its length, and behind each
/// a number of entries of its own.
fn unfold(base: &[u32], differences: &[u32], entries: &mut Vec<u32>) {
    entries.clear();
    let mut rest = differences;
    while let [start, length, own, behind @ ..] = rest {
        let start = *start as usize;
        entries.extend_from_slice(&base[start..start + *length as usize]);
        let (own, behind) = behind.split_at(*own as usize);
        entries.extend_from_slice(own);
        rest = behind;
    }
}

#[cfg(test)]
mod tests {
    use gix::hash::Kind;
    use proptest::prelude::*;

    use super::*;

    /// A folder of files, each a name and one byte of its id; cut off after some bytes.
    fn folder(files: &[(u8, u8)], cut: usize) -> Vec<u8> {
        let mut bytes = Vec::new();
        for (name, id) in files {
            let mode = if *id == 0 { "160000" } else { "100644" };
            bytes.extend(format!("{mode} file-{name:03}\0").bytes());
            bytes.extend([*id; 20]);
        }
        bytes.truncate(bytes.len().saturating_sub(cut));
        bytes
    }

    proptest! {
        #[test]
        fn versions_read_one_against_the_other_are_the_same_as_each_by_itself(
            edits in proptest::collection::vec((0..4u8, 0..120usize, any::<u8>()), 0..60),
            cut in prop_oneof![3 => Just(0usize), 1 => 0..50usize],
        ) {
            let mut files: Vec<(u8, u8)> = (0..100).map(|name| (name, 1)).collect();
            let mut numbers = Numbers::default();
            let mut folders = Folders::default();
            let mut reader = VersionReader::new(Kind::Sha1);
            for (object, (what, place, byte)) in edits.into_iter().enumerate() {
                let place = place.min(files.len());
                match what {
                    0 => files.insert(place, (byte, byte)),
                    1 if place < files.len() => drop(files.remove(place)),
                    _ if place < files.len() => files[place].1 = byte,
                    _ => {}
                }
                let data = folder(&files, cut);
                let fresh = reader.read(&data);
                folders.take(object as u32, &mut reader, &fresh, &mut numbers);
                let mut alone = VersionReader::new(Kind::Sha1);
                let fresh = alone.read(&data);
                alone.number(&fresh, &mut numbers, |_folder| ());
                let Held::Read(place) = folders.of(object as u32) else {
                    panic!("there is room");
                };
                let entries: Vec<u32> = alone.entries().collect();
                prop_assert_eq!(folders.unfolded(place), entries);
                prop_assert_eq!(place.submodules, alone.submodules());
                prop_assert_eq!(place.is_whole, alone.is_whole);
            }
        }
    }

    #[test]
    fn a_large_folder_that_changes_little_takes_little() {
        let mut files: Vec<(u8, u8)> = (0..200).map(|name| (name, 1)).collect();
        let mut numbers = Numbers::default();
        let mut folders = Folders::default();
        let mut reader = VersionReader::new(Kind::Sha1);
        for object in 0..100u8 {
            files[usize::from(object)].1 = 2;
            let data = folder(&files, 0);
            let fresh = reader.read(&data);
            folders.take(object.into(), &mut reader, &fresh, &mut numbers);
        }
        assert!(folders.held < 100 * 200 / 5, "{}", folders.held);
    }
}
