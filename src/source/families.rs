//! Decodes families of objects out of one pack: a whole object, and all that rest on it by differences.
//!
//! In: what rests on what, and which objects are wanted. Out: their bytes, from several threads, each difference applied
//! once. The largest branch is followed last, when what it rests on is no longer needed, so that few objects are held
//! at a time, however long a chain is. What is damaged or too large is not handed over, and nothing that rests on it.

use std::ops::Range;

use gix::odb::pack::data;
use gix::zlib::Inflate;

use super::Version;
use super::difference::apply;
use super::ground::Ground;
use super::queue::Queue;
use crate::model::Stretch;

/// The number of nothing.
pub(super) const NONE: u32 = u32::MAX;

/// No object of a family may be larger than this.
pub(super) const OBJECT_AT_MOST: usize = 32 << 20;

/// How many bytes of objects that others rest on one thread holds.
const HELD_AT_MOST: usize = 96 << 20;

/// How many buffers, of how many bytes at most, one thread keeps to use again.
const SPARE: usize = 8;
const SPARE_AT_MOST: usize = 1 << 20;

/// One object of a pack.
#[derive(Clone, Copy)]
pub(super) struct Member {
    pub(super) offset: u64,
    /// The number of the member that this one rests on; its own where it rests on nothing; `NONE` where it is not needed.
    pub(super) base: u32,
    /// The number that the caller knows it by; `NONE` where it is needed only for others.
    pub(super) job: u32,
}

/// An object that others rest on.
struct Open {
    bytes: Vec<u8>,
    /// Those that are not decoded yet.
    children: Range<usize>,
    ground: Option<Ground>,
}

impl Open {
    fn size(&self) -> usize {
        self.bytes.len() + self.ground.as_ref().map_or(0, Ground::bytes)
    }
}

/// The objects of one pack that are needed.
pub(super) struct Families<'p> {
    data: &'p data::File,
    /// What a member rests on stands before it.
    members: Vec<Member>,
    /// By member: where its children start in `children`; one more at the end.
    starts: Vec<u32>,
    /// The smaller branches first.
    children: Vec<u32>,
    /// The first of each family, the largest family last.
    roots: Vec<u32>,
}

impl<'p> Families<'p> {
    /// Finds what rests on what.
    pub(super) fn new(data: &'p data::File, members: Vec<Member>) -> Self {
        let mut sizes = vec![1u32; members.len()];
        let mut starts = vec![0u32; members.len() + 1];
        for (number, member) in members.iter().enumerate().rev() {
            if member.base != NONE && member.base as usize != number {
                sizes[member.base as usize] += sizes[number];
                starts[member.base as usize + 1] += 1;
            }
        }
        for number in 0..members.len() {
            starts[number + 1] += starts[number];
        }
        let mut free = starts.clone();
        let mut children = vec![0; starts.last().map_or(0, |count| *count as usize)];
        let mut roots = Vec::new();
        for (number, member) in members.iter().enumerate() {
            if member.base as usize == number {
                roots.push(number as u32);
            } else if member.base != NONE {
                let place = &mut free[member.base as usize];
                children[*place as usize] = number as u32;
                *place += 1;
            }
        }
        for pair in starts.windows(2) {
            children[pair[0] as usize..pair[1] as usize]
                .sort_by_key(|child| sizes[*child as usize]);
        }
        roots.sort_by_key(|root| (sizes[*root as usize], std::cmp::Reverse(*root)));
        Families {
            data,
            members,
            starts,
            children,
            roots,
        }
    }

    /// Hands over every object that has a job; each thread has a state of its own.
    pub(super) fn read<S>(
        &self,
        threads: usize,
        state: impl Fn() -> S + Sync,
        hand: impl Fn(&mut S, u32, Version<'_>) + Sync,
    ) {
        let queue = Queue::new(self.roots.clone());
        queue.work(
            threads,
            || (Decoder::new(self.data), state()),
            |(decoder, state), root| {
                self.family(decoder, root, &mut |job, version| hand(state, job, version));
            },
        );
    }

    fn children(&self, number: u32) -> Range<usize> {
        let number = number as usize;
        self.starts[number] as usize..self.starts[number + 1] as usize
    }

    fn family(&self, decoder: &mut Decoder<'_>, root: u32, hand: &mut dyn FnMut(u32, Version<'_>)) {
        let mut open: Vec<Open> = Vec::new();
        let mut held = 0;
        let mut next = decoder
            .whole(self.members[root as usize].offset)
            .map(|bytes| (root, bytes, None));
        loop {
            if let Some((number, bytes, ground)) = next.take() {
                let (children, job) = (self.children(number), self.members[number as usize].job);
                let ground = match job {
                    NONE => ground,
                    job => hand_over(&bytes, ground, !children.is_empty(), |one| hand(job, one)),
                };
                let one = Open {
                    bytes,
                    children,
                    ground,
                };
                if one.children.is_empty() || held + one.size() > HELD_AT_MOST {
                    decoder.give_back(one.bytes);
                } else {
                    held += one.size();
                    open.push(one);
                }
            }
            let Some(base) = open.last_mut() else {
                return;
            };
            if let Some(at) = base.children.next() {
                let child = self.children[at];
                let offset = self.members[child as usize].offset;
                next = decoder.on(&base.bytes, offset).map(|bytes| {
                    let below = |ground: &Ground| ground.below(&decoder.shared);
                    (child, bytes, base.ground.as_ref().and_then(below))
                });
            }
            if Range::is_empty(&base.children)
                && let Some(base) = open.pop()
            {
                held -= base.size();
                decoder.give_back(base.bytes);
            }
        }
    }
}

/// Hands an object over; returns what those that rest on it can use.
fn hand_over(
    bytes: &[u8],
    ground: Option<Ground>,
    is_rested_on: bool,
    hand: impl FnOnce(Version<'_>),
) -> Option<Ground> {
    let mut left = None;
    hand(Version {
        bytes,
        kin: ground.as_ref().and_then(Ground::kin),
        leaves: is_rested_on.then_some(&mut left),
    });
    left.map(Ground::own).or(ground)
}

/// Inflates entries and applies differences, for one thread.
struct Decoder<'p> {
    data: &'p data::File,
    inflate: Inflate,
    difference: Vec<u8>,
    /// What the last difference copied.
    shared: Vec<Stretch>,
    spare: Vec<Vec<u8>>,
}

impl<'p> Decoder<'p> {
    fn new(data: &'p data::File) -> Self {
        Decoder {
            data,
            inflate: Inflate::default(),
            difference: Vec::new(),
            shared: Vec::new(),
            spare: Vec::new(),
        }
    }

    /// An object that rests on nothing.
    fn whole(&mut self, offset: u64) -> Option<Vec<u8>> {
        let mut bytes = self.spare.pop().unwrap_or_default();
        self.inflated(offset, &mut bytes)?;
        Some(bytes)
    }

    /// An object that rests on `base`.
    fn on(&mut self, base: &[u8], offset: u64) -> Option<Vec<u8>> {
        let mut difference = std::mem::take(&mut self.difference);
        let mut bytes = self.spare.pop().unwrap_or_default();
        let applied = self
            .inflated(offset, &mut difference)
            .and_then(|()| apply(base, &difference, &mut bytes, &mut self.shared));
        if difference.capacity() <= SPARE_AT_MOST {
            self.difference = difference;
        }
        applied.map(|()| bytes)
    }

    fn inflated(&mut self, offset: u64, bytes: &mut Vec<u8>) -> Option<()> {
        let entry = self.data.entry(offset).ok()?;
        let size = usize::try_from(entry.decompressed_size).ok()?;
        if size > OBJECT_AT_MOST {
            return None;
        }
        bytes.resize(size, 0);
        let read = self
            .data
            .decompress_entry(&entry, &mut self.inflate, bytes)
            .ok();
        read.map(|_| ())
    }

    fn give_back(&mut self, bytes: Vec<u8>) {
        if self.spare.len() < SPARE && bytes.capacity() <= SPARE_AT_MOST {
            self.spare.push(bytes);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::sync::Mutex;

    use flate2::write::ZlibEncoder;

    use super::*;

    /// A pack of whole blobs and of differences, each with the number of what it rests on; and where each stands.
    fn pack(entries: &[(Option<usize>, Vec<u8>)]) -> (tempfile::TempDir, data::File, Vec<Member>) {
        let mut bytes = b"PACK\0\0\0\x02".to_vec();
        bytes.extend((entries.len() as u32).to_be_bytes());
        let mut members: Vec<Member> = Vec::new();
        for (number, (base, content)) in entries.iter().enumerate() {
            let offset = bytes.len() as u64;
            let kind = if base.is_some() { 6 } else { 3 };
            bytes.push(0x80 | kind << 4 | content.len() as u8 & 15);
            bytes.push(u8::try_from(content.len() >> 4).unwrap());
            if let Some(base) = base {
                let distance = offset - members[*base].offset;
                assert!(distance < 128, "one byte says how far back");
                bytes.push(distance as u8);
            }
            let mut packed = ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
            packed.write_all(content).unwrap();
            bytes.extend(packed.finish().unwrap());
            members.push(Member {
                offset,
                base: base.unwrap_or(number) as u32,
                job: number as u32,
            });
        }
        bytes.extend([0; 20]);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.pack");
        std::fs::write(&path, bytes).unwrap();
        let data = data::File::at(&path, gix::hash::Kind::Sha1).unwrap();
        (folder, data, members)
    }

    fn handed_over(data: &data::File, members: Vec<Member>) -> Vec<(u32, String)> {
        let all = Mutex::new(Vec::new());
        let state = || ();
        Families::new(data, members).read(2, state, |(), job, version| {
            let text = String::from_utf8(version.bytes.to_vec()).unwrap();
            all.lock().unwrap().push((job, text));
        });
        let mut all = all.into_inner().unwrap();
        all.sort();
        all
    }

    /// The base with a letter behind it.
    fn with(letter: u8, length: u8) -> Vec<u8> {
        vec![length, length + 1, 0x90, length, 1, letter]
    }

    #[test]
    fn every_member_of_a_family_is_handed_over_once() {
        let entries = [
            (None, b"ab".to_vec()),
            (Some(0), with(b'c', 2)),
            (Some(1), with(b'd', 3)),
            (Some(0), with(b'e', 2)),
            (None, b"alone".to_vec()),
            (Some(1), with(b'f', 3)),
        ];
        let (_folder, data, mut members) = pack(&entries);
        members[1].job = NONE;
        let texts = handed_over(&data, members);
        let expected = [
            (0, "ab"),
            (2, "abcd"),
            (3, "abe"),
            (4, "alone"),
            (5, "abcf"),
        ];
        assert_eq!(texts, expected.map(|(job, text)| (job, text.to_owned())));
    }

    #[test]
    fn what_rests_on_something_damaged_is_left_out_and_nothing_else() {
        let entries = [
            (None, b"ab".to_vec()),
            (Some(0), with(b'c', 9)),
            (Some(1), with(b'd', 3)),
            (Some(0), with(b'e', 2)),
        ];
        let (_folder, data, members) = pack(&entries);
        let texts = handed_over(&data, members);
        assert_eq!(texts, [(0, "ab".to_owned()), (3, "abe".to_owned())]);
    }
}
