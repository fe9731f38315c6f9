//! Reads versions of folders one after the other, each against the one before.
//!
//! In: the bytes of folders, in any order. Out: their entries as numbers. What the version before has byte for byte has
//! its numbers already, so only what differs is looked up. Nothing depends on which version came before but the cost.

use gix::objs::TreeRefIter;
use gix::objs::tree::EntryRef;

use super::NONE;
use super::numbers::{EntrySort, Numbers, sort_of};

/// One entry of the version that was read last.
#[derive(Clone, Copy)]
struct Seen {
    start: usize,
    number: u32,
    /// Its place in the version before; `NONE` where that does not have it.
    before: u32,
    sort: EntrySort,
}

/// Reads folders, for one thread.
pub(super) struct VersionReader {
    hash: gix::hash::Kind,
    bytes: Vec<u8>,
    seen: Vec<Seen>,
    next: Vec<Seen>,
    /// Whether the version that was read last could be read to its end.
    pub(super) is_whole: bool,
    /// The number that its caller holds that version by.
    pub(super) held: Option<u32>,
}

/// What the version before does not have: entries, and their places among all.
pub(super) type Fresh<'d> = Vec<(usize, EntryRef<'d>)>;

impl VersionReader {
    /// Starts with no version.
    pub(super) fn new(hash: gix::hash::Kind) -> Self {
        VersionReader {
            hash,
            bytes: Vec::new(),
            seen: Vec::new(),
            next: Vec::new(),
            is_whole: true,
            held: None,
        }
    }

    /// Reads a version; what it returns still has to be numbered.
    pub(super) fn read<'d>(&mut self, data: &'d [u8]) -> Fresh<'d> {
        let mut fresh = Vec::new();
        let (mut at, mut old) = (0, 0);
        self.next.clear();
        self.is_whole = true;
        while at < data.len() {
            let known = self.old(old);
            let length = known.len();
            if length > 0 && data[at..].starts_with(known) {
                self.next.push(Seen {
                    start: at,
                    before: old as u32,
                    ..self.seen[old]
                });
                at += length;
                old += 1;
                continue;
            }
            let mut entries = TreeRefIter::from_bytes(&data[at..], self.hash);
            let Some(Ok(entry)) = entries.next() else {
                self.is_whole = false;
                break;
            };
            old = self.behind(old, entry.filename);
            fresh.push((self.next.len(), entry));
            self.next.push(Seen {
                start: at,
                number: NONE,
                before: NONE,
                sort: sort_of(&entry),
            });
            at += entries.offset_to_next_entry(&data[at..]);
        }
        std::mem::swap(&mut self.seen, &mut self.next);
        self.bytes.clear();
        self.bytes.extend_from_slice(&data[..at]);
        fresh
    }

    /// Gives numbers to what is new; `met` is called for each folder among it.
    pub(super) fn number(
        &mut self,
        fresh: &Fresh<'_>,
        numbers: &mut Numbers,
        mut met: impl FnMut(u32),
    ) {
        for (place, entry) in fresh {
            let number = numbers.entry(entry);
            let seen = &mut self.seen[*place];
            seen.number = number;
            if seen.sort == EntrySort::Folder {
                met(numbers.entry_of(number).object);
            }
        }
    }

    /// The entries of the version that was read last.
    pub(super) fn entries(&self) -> impl ExactSizeIterator<Item = u32> {
        self.seen.iter().map(|seen| seen.number)
    }

    /// What the version that was read last is made of: parts of the one before, each by its start and its length, and
    /// behind each a number of entries of its own.
    pub(super) fn differences(&self) -> Vec<u32> {
        let mut parts = Vec::new();
        let mut rest = self.seen.as_slice();
        while let [first, ..] = rest {
            let start = first.before;
            let is_next = |(place, seen): (u32, &Seen)| seen.before == place && start != NONE;
            let copied = (start..NONE)
                .zip(rest)
                .take_while(|pair| is_next(*pair))
                .count();
            let (_, behind) = rest.split_at(copied);
            let own = behind.iter().take_while(|seen| seen.before == NONE).count();
            let (own, behind) = behind.split_at(own);
            let start = if copied == 0 { 0 } else { start };
            parts.extend([start, copied as u32, own.len() as u32]);
            parts.extend(own.iter().map(|seen| seen.number));
            rest = behind;
        }
        parts
    }

    /// How many links to other repositories the version has that was read last.
    pub(super) fn submodules(&self) -> u32 {
        let links = self.seen.iter();
        links
            .filter(|seen| seen.sort == EntrySort::Submodule)
            .count() as u32
    }

    /// The bytes of an entry of the version before; none where there is no such entry.
    fn old(&self, number: usize) -> &[u8] {
        let Some(seen) = self.seen.get(number) else {
            return &[];
        };
        let end = self
            .seen
            .get(number + 1)
            .map_or(self.bytes.len(), |next| next.start);
        &self.bytes[seen.start..end]
    }

    /// The first entry of the version before whose name comes behind a name.
    fn behind(&self, mut number: usize, name: &[u8]) -> usize {
        while number < self.seen.len() {
            let entry = self.old(number);
            let start = memchr::memchr(b' ', entry).map_or(0, |space| space + 1);
            let end = entry.len().saturating_sub(self.hash.len_in_bytes() + 1);
            if entry.get(start..end).unwrap_or_default() > name {
                break;
            }
            number += 1;
        }
        number
    }
}
