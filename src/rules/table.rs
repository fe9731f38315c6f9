//! The prefilter's tables, and the anchors that they hold.
//!
//! Compiled twice: into `build.rs`, which bakes the tables of the built-in catalogue, and into the crate, which builds
//! the same tables when a repository brings kinds of its own. In: kinds. Out: tables, or the kinds without an anchor.

use super::anchor::{self, Anchor, StartText};
use super::buckets::{self, Buckets, Key, WIDE, in_run};
use super::fitting::Fitting;
use super::heads;
use super::known_hosts::KnownHosts;
use crate::model::TokenKind;

/// How many bits a filter has; a power of two.
pub const FILTER_BITS: u32 = 16;
/// How many words of 64 bits a filter has.
pub const FILTER_WORDS: usize = 1 << (FILTER_BITS - 6);

/// What a start literal leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leads {
    /// Kind and shape, by number.
    Shape(u16, u8),
    /// Kind and pattern, by number.
    Pattern(u16, u8),
    /// A family of recognisers in code.
    Code(Family),
    /// A name that starts so; the kind by number.
    Name(u16),
}

/// A family of recognisers in code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    Pem,
    Putty,
    Jwt,
    AuthorizedUser,
    Packed,
    /// A command or a call that takes a password without a name.
    Told,
}

/// A literal that stands where a word starts, without an address of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Start {
    /// Where its letters stand: first what stands before its first letter or digit and belongs to the value.
    pub at: u32,
    /// How long that is.
    pub before: u16,
    /// How long the literal is from that letter on.
    pub length: u16,
    /// The first four of those bytes, the first lowest; the last one is 0 where the literal has three.
    pub head: u32,
    /// The last of those bytes.
    pub last: u8,
    pub leads: Leads,
}

impl Start {
    /// Whether the literal may stand at the start of a text whose first four bytes are these. Many literals differ in
    /// their last byte only: `https://0`, `https://1`.
    #[inline]
    pub fn may_begin(&self, four: u32, text: &[u8]) -> bool {
        let seen = if self.length > 3 {
            u32::MAX
        } else {
            0x00ff_ffff
        };
        let last = usize::from(self.length).wrapping_sub(1);
        (self.head ^ four) & seen == 0 && text.get(last) == Some(&self.last)
    }
}

/// How long a run of credential bytes is in which literals are searched that stand at no word start.
pub const LONG_RUN: usize = 32;

/// A literal inside a long run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Inside {
    pub literal: &'static str,
    pub leads: Leads,
}

/// An exact name of a kind: where its letters stand, and the number of the kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Name {
    pub at: u32,
    pub length: u16,
    pub kind: u16,
}

/// Everything the first pass looks up.
#[derive(Clone, Copy, Debug)]
pub struct Tables {
    /// Filter over the first four bytes of start literals.
    pub start_filter: &'static [u64],
    /// Buckets of the first bytes of those start literals that may stand before a short run, and of what is looked
    /// for inside of words.
    pub heads: &'static Buckets<WIDE>,
    /// Buckets of the first four bytes of the other start literals, and of text that is encoded.
    pub sure_heads: &'static Buckets<4>,
    /// Buckets of the last four bytes of names, in any case.
    pub tails: &'static Buckets<4>,
    /// The first four bytes of starts that a checksum can tell inside of a word.
    pub glued: &'static [u32],
    /// Start literals, those of one slot together.
    pub starts: &'static [Start],
    /// Where the starts of each slot begin, and where the last one ends.
    pub slots: &'static [u16],
    /// Literals inside long runs.
    pub inside: &'static [Inside],
    /// Filter over the last four bytes of names, case folded.
    pub name_filter: &'static [u64],
    /// Filter over as many of the last bytes of names as `TAIL` allows, case folded; asked where the other says yes.
    pub tail_filter: &'static [u64],
    /// Exact names, those of one slot together.
    pub names: &'static [Name],
    /// Where the names of each slot begin, and where the last one ends.
    pub name_slots: &'static [u16],
    /// The letters of all names and starts.
    pub letters: &'static str,
    /// Names with a `*`.
    pub name_globs: &'static [(&'static str, u16)],
    pub hosts: KnownHosts,
    pub fitting: Fitting,
}

impl Tables {
    /// The literal of a start from its first letter or digit on.
    #[inline]
    pub fn literal(&self, start: &Start) -> &'static str {
        let at = start.at as usize + usize::from(start.before);
        let letters = self.letters.get(at..at + usize::from(start.length));
        letters.unwrap_or_default()
    }

    /// What stands before that letter and belongs to the value.
    #[inline]
    pub fn before(&self, start: &Start) -> &'static str {
        let at = start.at as usize;
        let letters = self.letters.get(at..at + usize::from(start.before));
        letters.unwrap_or_default()
    }
}

/// How many of its last bytes show a name, at least and at most.
pub const TAIL: std::ops::RangeInclusive<usize> = 3..=6;

/// What stands for the last bytes of a name in a filter.
#[inline]
pub fn tail_key(tail: &[u8]) -> u32 {
    let start = tail.len() as u64;
    let value = tail
        .iter()
        .fold(start, |value, byte| value << 8 | u64::from(byte | 0x20));
    (value.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) as u32
}

/// How many slots the starts are spread over; a power of two.
pub const SLOTS: usize = 2048;

/// Where four bytes stand in a filter: the word, and the two bits in it that both must be set.
#[inline(always)]
pub fn filter_bits(four: u32) -> (usize, u32, u32) {
    let hash = four.wrapping_mul(0x9e37_79b1);
    (
        (hash >> (32 - (FILTER_BITS - 6))) as usize,
        hash >> 16 & 63,
        hash >> 10 & 63,
    )
}

/// Folds the case of four bytes; other bytes than letters stay apart from letters.
#[inline(always)]
pub fn folded(four: u32) -> u32 {
    four | 0x2020_2020
}

/// The slot of the first three bytes of a literal.
#[inline(always)]
pub fn slot(four: u32) -> usize {
    ((four & 0x00ff_ffff).wrapping_mul(0x85eb_ca6b) >> 21) as usize & (SLOTS - 1)
}

fn number(bytes: &[u8]) -> u32 {
    bytes
        .iter()
        .take(4)
        .rev()
        .fold(0, |number, byte| number << 8 | u32::from(*byte))
}

fn set(filter: &mut [u64], key: u32) {
    let (word, one, other) = filter_bits(key);
    filter[word] |= 1 << one | 1 << other;
}

/// The slot of a name, by its ends and its length.
pub fn name_slot(name: &[u8]) -> usize {
    let last = number(&name[name.len().saturating_sub(4)..]);
    let mixed = number(name) ^ last.rotate_left(15) ^ (name.len() as u32) << 8;
    mixed.wrapping_mul(0x9e37_79b1) as usize >> 21 & (SLOTS - 1)
}

/// Whether the first pass looks at a word that starts so: four letters, digits, `_` or `-`, or a mark that ends it.
fn is_seen(start: &StartText) -> bool {
    let mark = |byte: u8| matches!(byte, b'.' | b'/' | b'+' | b':' | b'=' | b'>');
    let head = start.literal.as_bytes();
    match head[..head.len().min(4)]
        .iter()
        .find(|byte| !in_run(**byte))
    {
        Some(byte) => mark(*byte),
        None if head.len() > 3 || start.next.0 == u128::MAX => true,
        None => (0..128u8)
            .filter(|byte| start.next.has(*byte))
            .all(|byte| in_run(byte) || mark(byte)),
    }
}

/// Sets the first four bytes of a literal; where it has three, each fourth one that may follow.
fn set_start(filter: &mut [u64], start: &StartText) {
    let literal = start.literal.as_bytes();
    match literal.len() {
        3 => (0..128u8)
            .filter(|last| start.next.has(*last))
            .for_each(|last| set(filter, number(literal) | u32::from(last) << 24)),
        _ => set(filter, number(literal)),
    }
}

/// Sets the last four bytes of a name; any first one where it has three.
fn set_end(filter: &mut [u64], name: &[u8]) {
    match name.len() {
        3 => (0..=255u32).for_each(|first| set(filter, folded(number(name) << 8 | first))),
        length => set(filter, folded(number(&name[length - 4..]))),
    }
}

/// Sets as many of the last bytes of a name as are looked at.
fn set_tail(filter: &mut [u64], name: &[u8]) {
    let tail = &name[name.len().saturating_sub(*TAIL.end())..];
    set(filter, tail_key(tail));
}

/// Sorts by slots and then by `key`, and says where each slot begins.
fn spread<T, K: Ord>(
    items: &mut [T],
    slot_of: impl Fn(&T) -> usize,
    key: impl Fn(&T) -> K,
) -> Vec<u16> {
    items.sort_by_key(|item| (slot_of(item), key(item)));
    (0..=SLOTS)
        .map(|wanted| items.partition_point(|item| slot_of(item) < wanted) as u16)
        .collect()
}

/// Names without an address of their own, which every start would have to set.
fn packed(names: &[(&'static str, u16)], letters: &mut String) -> Vec<Name> {
    let each = names.iter().map(|(name, kind)| {
        let at = letters.len() as u32;
        letters.push_str(name);
        Name {
            at,
            length: name.len() as u16,
            kind: *kind,
        }
    });
    each.collect()
}

/// Starts, packed like names.
fn packed_starts(starts: &[StartText], letters: &mut String) -> Vec<Start> {
    let each = starts.iter().map(|start| {
        let at = letters.len() as u32;
        letters.push_str(start.before);
        letters.push_str(start.literal);
        Start {
            at,
            before: start.before.len() as u16,
            length: start.literal.len() as u16,
            head: number(start.literal.as_bytes()),
            last: start.literal.bytes().next_back().unwrap_or_default(),
            leads: start.leads,
        }
    });
    each.collect()
}

/// Builds the tables of all `kinds`, in their order. Says which kinds have no anchor.
pub fn build(kinds: &[&TokenKind]) -> Result<Tables, Vec<(&'static str, String)>> {
    let mut starts = anchor::of_code();
    let mut name_filter = vec![0u64; FILTER_WORDS];
    let mut tail_filter = vec![0u64; FILTER_WORDS];
    let mut names = Vec::new();
    let mut globs = Vec::new();
    let mut inside = Vec::new();
    let mut problems = Vec::new();
    let mut tails = Vec::new();
    for end in anchor::CREDENTIAL_ENDS {
        tails.push(Key::end(end.as_bytes()));
        set_end(&mut name_filter, end.as_bytes());
        set_tail(&mut tail_filter, end.as_bytes());
    }
    for (number, kind) in kinds.iter().enumerate() {
        let number = number as u16;
        let anchors = match anchor::of(kind, number) {
            Ok(anchors) => anchors,
            Err(message) => {
                problems.push((kind.id, message));
                continue;
            }
        };
        for anchor in anchors {
            match anchor {
                Anchor::Start(start) if !is_seen(&start) => problems.push((
                    kind.id,
                    format!(
                        "a value that starts with {:?} would not be seen",
                        start.literal
                    ),
                )),
                Anchor::Start(start) => starts.push(start),
                Anchor::Inside(literal) => inside.push(literal),
                Anchor::NameEnd(end) => {
                    tails.push(Key::end(&end));
                    set_end(&mut name_filter, &end);
                    set_tail(&mut tail_filter, &end);
                }
            }
        }
        for name in kind.names {
            let list = if name.contains('*') {
                &mut globs
            } else {
                &mut names
            };
            list.push((*name, number));
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let (inside_words, glued) = heads::inside_words(&starts, &inside, kinds);
    let (heads, sure_heads) = heads::of(&starts, inside_words, kinds);
    let slots = spread(
        &mut starts,
        |start| slot(number(start.literal.as_bytes())),
        |start| (start.literal, start.before),
    );
    let name_slots = spread(
        &mut names,
        |(name, _): &(&str, u16)| name_slot(name.as_bytes()),
        |named| *named,
    );
    let mut letters = String::new();
    let names = packed(&names, &mut letters);
    let mut start_filter = vec![0u64; FILTER_WORDS];
    for start in &starts {
        set_start(&mut start_filter, start);
    }
    let starts = packed_starts(&starts, &mut letters);
    Ok(Tables {
        start_filter: Vec::leak(start_filter),
        heads: Box::leak(Box::new(heads)),
        sure_heads: Box::leak(Box::new(sure_heads)),
        tails: Box::leak(Box::new(buckets::of([(buckets::OF_ENDS, tails)]))),
        glued: Vec::leak(glued),
        starts: Vec::leak(starts),
        slots: Vec::leak(slots),
        inside: Vec::leak(inside),
        name_filter: Vec::leak(name_filter),
        tail_filter: Vec::leak(tail_filter),
        names: Vec::leak(names),
        letters: String::leak(letters),
        name_slots: Vec::leak(name_slots),
        name_globs: Vec::leak(globs),
        hosts: KnownHosts::new(kinds),
        fitting: Fitting::new(kinds),
    })
}
