//! Decodes families of objects out of one pack: a whole object, and all that rest on it by differences.
//!
//! In: what rests on what, and which objects are wanted. Out: their bytes, from several threads, each difference applied
//! once. The largest branch is followed last, when what it rests on is no longer needed, so that few objects are held
//! at a time, however long a chain is. A thread that finds no family left takes branches of one that another is at.
//! What is damaged or too large is not handed over, and nothing that rests on it.

use std::ops::Range;

use gix::odb::pack::data;
use gix::zlib::Inflate;

use super::Version;
use super::crew::Crew;
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

    /// Takes the half of its branches away that has the larger ones.
    fn halve(&mut self) -> Open {
        let middle = self.children.start + self.children.len() / 2;
        let children = middle..self.children.end;
        self.children.end = middle;
        Open {
            bytes: self.bytes.clone(),
            children,
            ground: self.ground.clone(),
        }
    }
}

/// What one thread takes at a time.
enum Work {
    /// A family, by its first member.
    Family(u32),
    /// What is left of one, above an object.
    Branches(Open),
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
        let queue = Queue::new(self.roots.iter().copied().map(Work::Family).collect());
        queue.work(
            &Crew::of(threads),
            || (Decoder::new(self.data), state()),
            |(decoder, state), work| {
                let hand = &mut |job, version: Version<'_>| hand(state, job, version);
                self.family(decoder, work, &queue, hand);
            },
        );
    }

    fn children(&self, number: u32) -> Range<usize> {
        let number = number as usize;
        self.starts[number] as usize..self.starts[number + 1] as usize
    }

    fn family(
        &self,
        decoder: &mut Decoder<'_>,
        work: Work,
        queue: &Queue<Work>,
        hand: &mut dyn FnMut(u32, Version<'_>),
    ) {
        let (mut open, mut next) = match work {
            Work::Branches(base) => (vec![base], None),
            Work::Family(root) => {
                let bytes = decoder.whole(self.members[root as usize].offset);
                (Vec::new(), bytes.map(|bytes| (root, bytes, None)))
            }
        };
        let mut held = open.iter().map(Open::size).sum();
        loop {
            if queue.is_hungry()
                && let Some(branches) = branches_of(&mut open, next.is_some(), &mut held)
            {
                queue.push(Work::Branches(branches));
            }
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

/// What another thread can take of a family: what rests on the object farthest down, but not all that is left.
fn branches_of(open: &mut Vec<Open>, has_next: bool, held: &mut usize) -> Option<Open> {
    let others = has_next || open.len() > 1;
    match open.first_mut()?.children.len() {
        1 if others => {
            let base = open.remove(0);
            *held -= base.size();
            Some(base)
        }
        0 | 1 => None,
        _ => open.first_mut().map(Open::halve),
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
mod tests;
