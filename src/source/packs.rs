//! Reads many objects out of packs, so that every difference is decoded once.
//!
//! In: object folders, and which objects are wanted. Out: their bytes, from several threads, families of differences one
//! after the other. What this way does not reach (a loose object, a broken pack, a huge family) is simply not handed
//! over: the caller sees that and asks for it by its id. Nothing in a pack is trusted to be well formed.

use std::path::{Path, PathBuf};
use std::thread;

use gix::ObjectId;
use gix::hash::oid;
use gix::objs::Kind;
use gix::odb::pack::data::{self, entry::Header};
use gix::odb::pack::index;

use super::Version;
use super::families::{Families, Member, NONE};

/// A family whose first object is larger is not held in memory as a whole.
const ROOT_AT_MOST: u64 = 16 << 20;

/// Fewer objects than these are cheaper to read by their ids.
pub(super) const WORTH_A_TREE: usize = 64;

/// How many headers a further thread is worth.
const WORTH_A_THREAD: usize = 16_384;

/// All packs of some object folders.
#[derive(Default)]
pub(super) struct Packs {
    packs: Vec<Pack>,
}

/// One pack, with what rests on what in it.
pub(super) struct Pack {
    index: index::File,
    data: data::File,
    /// In the order of their offsets.
    entries: Vec<Entry>,
    /// By place in the index.
    numbers: Vec<u32>,
}

#[derive(Clone, Copy)]
struct Entry {
    offset: u64,
    /// The entry's place in the index.
    at: u32,
    /// The number of the entry that this one rests on; its own where it rests on nothing; `NONE` where it is left out.
    base: u32,
    /// The number of the first of its family.
    root: u32,
    kind: Kind,
}

/// What an entry is, before it is decoded.
pub(super) struct Known<'a> {
    pub(super) kind: Kind,
    pack: &'a Pack,
    entry: &'a Entry,
}

impl Known<'_> {
    /// Its id.
    pub(super) fn id(&self) -> ObjectId {
        self.pack.id(self.entry)
    }

    /// The first of its family, which is decoded whenever any of the family is.
    pub(super) fn family(&self) -> ObjectId {
        let root = self.pack.entries.get(self.entry.root as usize);
        self.pack.id(root.unwrap_or(self.entry))
    }
}

impl Packs {
    /// Opens the packs in some object folders; what does not open is passed over.
    pub(super) fn open<'a>(
        folders: impl Iterator<Item = &'a Path>,
        hash: gix::hash::Kind,
        threads: usize,
    ) -> Packs {
        let files = index_files(folders);
        let packs = files
            .iter()
            .filter_map(|path| Pack::open(path, hash, threads));
        Packs {
            packs: packs.collect(),
        }
    }

    /// The packs, each to be read by itself.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Pack> {
        self.packs.iter()
    }
}

/// The indices of the packs in some object folders.
pub(super) fn index_files<'a>(folders: impl Iterator<Item = &'a Path>) -> Vec<PathBuf> {
    let entries = folders
        .filter_map(|folder| std::fs::read_dir(folder.join("pack")).ok())
        .flatten()
        .flatten();
    let mut paths: Vec<_> = entries
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "idx"))
        .collect();
    paths.sort();
    paths
}

impl Pack {
    fn open(path: &Path, hash: gix::hash::Kind, threads: usize) -> Option<Pack> {
        let index = index::File::at(path, hash).ok()?;
        let data = data::File::at(path.with_extension("pack"), hash).ok()?;
        let objects = 0..index.num_objects();
        let mut places: Vec<(u64, u32)> = objects
            .map(|at| (index.pack_offset_at_index(at), at))
            .collect();
        places.sort_unstable();
        places.dedup_by_key(|(offset, _)| *offset);
        let mut entries: Vec<Entry> = Vec::with_capacity(places.len());
        let heads = heads(&index, &data, &places, threads);
        for (number, ((offset, at), head)) in places.iter().copied().zip(heads).enumerate() {
            let number = number as u32;
            let (base, root, kind) = match head {
                Head::Own(kind) => (number, number, kind),
                Head::On(base) => match entries.get(base as usize) {
                    Some(on) if on.base != NONE => (base, on.root, on.kind),
                    // One that rests on a later entry, or on itself, is left out.
                    _ => (NONE, number, Kind::Blob),
                },
                Head::Out => (NONE, number, Kind::Blob),
            };
            entries.push(Entry {
                offset,
                at,
                base,
                root,
                kind,
            });
        }
        let mut numbers = vec![NONE; index.num_objects() as usize];
        for (number, entry) in entries.iter().enumerate() {
            numbers[entry.at as usize] = number as u32;
        }
        Some(Pack {
            index,
            data,
            entries,
            numbers,
        })
    }

    /// Every object, with its kind where that is known without decoding.
    pub(super) fn objects(&self) -> impl Iterator<Item = (ObjectId, Option<Kind>)> {
        self.entries
            .iter()
            .map(|entry| (self.id(entry), (entry.base != NONE).then_some(entry.kind)))
    }

    fn id(&self, entry: &Entry) -> ObjectId {
        self.index.oid_at_index(entry.at).to_owned()
    }

    fn known_of<'a>(&'a self, entry: &'a Entry) -> Known<'a> {
        Known {
            kind: entry.kind,
            pack: self,
            entry,
        }
    }

    /// The number of the entry that holds an object of a kind; `None` where it is left to be read by its id.
    pub(super) fn entry_of(&self, id: &oid, kind: Kind) -> Option<u32> {
        let number = self.numbers.get(self.index.lookup(id)? as usize)?;
        let entry = self.entries.get(*number as usize)?;
        (entry.base != NONE && entry.kind == kind).then_some(*number)
    }

    /// The commits, or so many of them: the number of each entry, with its place among the ids.
    pub(super) fn commits(&self, at_most: usize) -> (Vec<(u32, u32)>, Vec<ObjectId>) {
        let entries = self.entries.iter().enumerate();
        let commits = entries.filter(|(_, entry)| entry.base != NONE && entry.kind == Kind::Commit);
        let place = |(place, (number, entry)): (usize, (usize, &Entry))| {
            ((number as u32, place as u32), self.id(entry))
        };
        commits.take(at_most).enumerate().map(place).unzip()
    }

    /// Hands over the bytes of every entry that `job` gives a number for, from several threads. `job` is asked in the
    /// order of the pack, by this thread.
    pub(super) fn read(
        &self,
        threads: usize,
        mut job: impl FnMut(&Known<'_>) -> Option<u32>,
        hand: &(dyn Fn(u32, Version<'_>) + Sync),
    ) {
        let mut wanted = Vec::new();
        for (number, entry) in self.entries.iter().enumerate() {
            if entry.base != NONE
                && let Some(job) = job(&self.known_of(entry))
            {
                wanted.push((number as u32, job));
            }
        }
        if wanted.len() >= WORTH_A_TREE {
            self.read_entries(
                threads,
                &wanted,
                || (),
                |(), job, version| hand(job, version),
            );
        }
    }

    /// Hands over the bytes of entries, each with the number that the caller knows it by, from several threads, each of
    /// which has a state of its own.
    pub(super) fn read_entries<S>(
        &self,
        threads: usize,
        wanted: &[(u32, u32)],
        state: impl Fn() -> S + Sync,
        hand: impl Fn(&mut S, u32, Version<'_>) + Sync,
    ) {
        let mut jobs = vec![NONE; self.entries.len()];
        let mut needed = vec![false; self.entries.len()];
        for (number, job) in wanted {
            jobs[*number as usize] = *job;
            let mut number = *number;
            while !std::mem::replace(&mut needed[number as usize], true) {
                number = self.entries[number as usize].base;
            }
        }
        // What an entry rests on stands before it, so its place among the members is known when it is asked for.
        let mut places = vec![NONE; self.entries.len()];
        let mut members = Vec::new();
        for (number, entry) in self.entries.iter().enumerate() {
            if needed[number] {
                places[number] = members.len() as u32;
                members.push(Member {
                    offset: entry.offset,
                    base: places[entry.base as usize],
                    job: jobs[number],
                });
            }
        }
        Families::new(&self.data, members).read(threads, state, hand);
    }
}

/// What the header of an entry says.
#[derive(Clone, Copy)]
enum Head {
    /// It rests on nothing.
    Own(Kind),
    /// It rests on the entry of a number.
    On(u32),
    /// It cannot be read this way.
    Out,
}

/// Reads the headers of all entries, several threads each a stretch of the pack.
fn heads(
    index: &index::File,
    data: &data::File,
    places: &[(u64, u32)],
    threads: usize,
) -> Vec<Head> {
    let mut heads = vec![Head::Out; places.len()];
    let share = places.len().div_ceil(threads).max(WORTH_A_THREAD);
    let parts = places.chunks(share).zip(heads.chunks_mut(share));
    let read = |(places_of_part, heads): (&[(u64, u32)], &mut [Head])| {
        for ((offset, _), head) in places_of_part.iter().zip(heads) {
            *head = head_at(index, data, places, *offset).unwrap_or(Head::Out);
        }
    };
    thread::scope(|scope| {
        let mut parts = parts;
        let own = parts.next();
        for part in parts {
            scope.spawn(|| read(part));
        }
        own.map(read);
    });
    heads
}

/// Reads the header of one entry; `None` where it cannot be read this way.
fn head_at(
    index: &index::File,
    data: &data::File,
    places: &[(u64, u32)],
    offset: u64,
) -> Option<Head> {
    if offset >= data.pack_end() as u64 {
        return None;
    }
    let read = data.entry(offset).ok()?;
    let base = match read.header {
        Header::OfsDelta { base_distance } => {
            Header::verified_base_pack_offset(offset, base_distance)?
        }
        Header::RefDelta { base_id } => {
            index.pack_offset_at_index(index.lookup(base_id.as_ref() as &oid)?)
        }
        own => {
            let fits = read.decompressed_size <= ROOT_AT_MOST;
            return fits.then_some(Head::Own(own.as_kind()?));
        }
    };
    let base = places.binary_search_by_key(&base, |place| place.0).ok()?;
    Some(Head::On(base as u32))
}
