//! Buckets: sets of bytes for each of some places, by which vectors rule out most places of a text at once.
//!
//! Compiled twice, like `table.rs`. In: the bytes that each key allows. Out: for each place and each byte the buckets
//! that allow it. Bytes pass where some bucket allows each of them at its place; every key passes.

use std::ops::Range;

/// How many codes bytes are told apart by, as many as one permutation of a vector looks up.
const CODES: usize = 64;

/// How many places are looked at for literals that start a word; for others, four.
pub const WIDE: usize = 6;

/// For each place, the buckets that allow a code.
pub type Buckets<const N: usize> = [[u8; CODES]; N];

/// The buckets of literals that start a word.
pub const OF_STARTS: Range<usize> = 0..7;
/// The buckets of literals before which a run is sure to be long.
pub const OF_SURE_STARTS: Range<usize> = 0..6;
/// The buckets of the first four bytes that decode to text, from base64 and from hexadecimal.
pub const DECODED: Range<usize> = 6..8;
/// The bucket of what is looked for inside of words.
pub const INSIDE: Range<usize> = 7..8;
/// The buckets of the last bytes of names.
pub const OF_ENDS: Range<usize> = 0..8;

/// The bits of some buckets.
pub const fn bits(range: Range<usize>) -> u8 {
    ((1u16 << range.end) - (1 << range.start)) as u8
}

/// How long a run of letters, digits, `_` and `-` has to be for most starts.
pub const SURE_RUN: usize = 20;

/// Whether a byte belongs to such a run.
#[inline]
pub const fn in_run(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
}

/// The codes that each place allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key<const N: usize>([u64; N]);

impl<const N: usize> Key<N> {
    /// The key of these bytes; any byte where there are fewer.
    pub fn start(literal: &[u8]) -> Key<N> {
        let place = |at: usize| literal.get(at).map_or(u64::MAX, |byte| set_of(*byte));
        Key(std::array::from_fn(place))
    }

    /// The key of these bytes in any case.
    pub fn in_any_case(literal: &[u8]) -> Key<N> {
        Key(std::array::from_fn(|at| {
            literal
                .get(at)
                .map_or(u64::MAX, |byte| of_both_cases(*byte))
        }))
    }

    /// The key of the last bytes of a name in any case.
    pub fn end(name: &[u8]) -> Key<N> {
        let place = |back: usize| match name.len().checked_sub(back) {
            Some(at) => of_both_cases(name[at]),
            None => u64::MAX,
        };
        Key(std::array::from_fn(|at| place(N - at)))
    }

    /// The key of bytes that these say to be possible at each place.
    pub fn of(possible: [impl Fn(u8) -> bool; N]) -> Key<N> {
        Key(possible.map(|at| {
            let bytes = (0..128).filter(|byte| at(*byte));
            bytes.fold(0, |all, byte| all | set_of(byte))
        }))
    }
}

/// The code of a byte: its low six bits, digits and marks together with capitals, which are rarer than other letters.
#[inline(always)]
pub fn code(byte: u8) -> u8 {
    byte & (byte >> 1 & 0x20 | 0x1f)
}

/// The set of the code of a byte.
fn set_of(byte: u8) -> u64 {
    1 << code(byte)
}

/// The set of a byte with and without the bit of small letters.
fn of_both_cases(byte: u8) -> u64 {
    set_of(byte | 0x20) | set_of(byte & !0x20)
}

/// The buckets that allow the first bytes of a text; what is missing counts as zero.
#[inline(always)]
pub fn allowing<const N: usize>(buckets: &Buckets<N>, text: &[u8]) -> u8 {
    (0..N).fold(u8::MAX, |allowing, at| {
        let byte = text.get(at).copied().unwrap_or_default();
        allowing & buckets[at][usize::from(code(byte))]
    })
}

/// How often letters stand in text, in thousandths, from `a` on.
const OFTEN: [u64; 26] = [
    78, 18, 36, 38, 110, 22, 20, 24, 72, 3, 8, 46, 32, 68, 70, 30, 2, 68, 66, 82, 32, 12, 12, 6,
    14, 4,
];

/// How often a code stands in text, about.
fn weight(code: usize) -> u64 {
    match code {
        1..=26 => 6 + OFTEN[code - 1] / 4,
        33..=58 => 2 + OFTEN[code - 33],
        0 | 31 => 30,
        _ => 2,
    }
}

/// How often text passes a bucket, about.
fn cost<const N: usize>(places: &[u64; N]) -> f64 {
    let sum = |codes: &u64| {
        let set = (0..CODES).filter(|code| codes >> code & 1 == 1);
        set.map(weight).sum::<u64>() as f64
    };
    places.iter().map(sum).product()
}

/// Spreads keys over the buckets that are theirs.
pub fn of<const N: usize, const M: usize>(groups: [(Range<usize>, Vec<Key<N>>); M]) -> Buckets<N> {
    let mut buckets = [[0; CODES]; N];
    for (range, keys) in groups {
        add(&mut buckets, range, keys);
    }
    buckets
}

/// How often each key is put into the bucket that is then best for it.
const ROUNDS: usize = 3;

/// Adds keys to some buckets, each where it lets the least more pass.
fn add<const N: usize>(buckets: &mut Buckets<N>, range: Range<usize>, mut keys: Vec<Key<N>>) {
    keys.sort();
    keys.dedup();
    let mut chosen: Vec<Option<usize>> = vec![None; keys.len()];
    for at in (0..keys.len()).cycle().take(keys.len() * ROUNDS) {
        chosen[at] = None;
        let held = |bucket: usize| {
            let others = keys.iter().zip(&chosen);
            let others = others.filter(|(_, chosen)| **chosen == Some(bucket));
            others.fold([0; N], |all, (key, _)| together(all, key))
        };
        let more = |bucket: &usize| {
            let held = held(*bucket);
            cost(&together(held, &keys[at])) - cost(&held)
        };
        chosen[at] = range
            .clone()
            .min_by(|one, other| more(one).total_cmp(&more(other)));
    }
    for (Key(places), bucket) in keys.iter().zip(chosen) {
        let bit = bucket.map_or(0, |bucket| 1 << bucket);
        for (at, codes) in places.iter().enumerate() {
            let allowed = (0..CODES).filter(|code| codes >> code & 1 == 1);
            allowed.for_each(|code| buckets[at][code] |= bit);
        }
    }
}

/// What a bucket allows that holds a key as well.
fn together<const N: usize>(mut places: [u64; N], Key(key): &Key<N>) -> [u64; N] {
    (0..N).for_each(|at| places[at] |= key[at]);
    places
}
