//! The hash by which code scanning knows a line again (`primaryLocationLineHash`).
//!
//! In: a whole file and the lines that are asked for. Out: one hash for each. The algorithm is the published one of
//! CodeQL's upload action; its vectors are the tests.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

const WINDOW: usize = 100;
const FACTOR: u64 = 37;
/// Ends the text.
const END: u16 = 65535;

struct Hasher {
    /// The hash of all units so far.
    hash: u64,
    /// How many units there were.
    units: usize,
    /// What leaves the hash of all units behind a place without those before it, `WINDOW` units on.
    oldest_factor: u64,
    /// The lines whose window is not full yet: where each begins, and the hash of all units before it.
    begun: VecDeque<(usize, u64)>,
    /// How many units fill the window of the first of them.
    full_at: usize,
    /// How many lines were hashed.
    hashed: u32,
    line_begins: bool,
    after_return: bool,
    seen: HashMap<u64, u32>,
    wanted: BTreeSet<u32>,
    found: BTreeMap<u32, String>,
}

/// The hashes of `lines`, which count from 1, in a whole file.
pub fn line_hashes(text: &[u8], lines: &[u32]) -> BTreeMap<u32, String> {
    match memchr::memchr(b'\r', text) {
        _ if lines.is_empty() => BTreeMap::new(),
        // A carriage return ends a line as well.
        Some(_) => hashes_of_all(text, lines),
        None => hashes_by_heads(text, lines),
    }
}

/// Hashes only lines that begin like one that is wanted: no other line has its hash.
fn hashes_by_heads(text: &[u8], lines: &[u32]) -> BTreeMap<u32, String> {
    let wanted: BTreeSet<u32> = lines.iter().copied().collect();
    let last = wanted.last().copied().unwrap_or_default();
    let behind = memchr::memchr_iter(b'\n', text).map(|newline| newline + 1);
    let starts = std::iter::once(0).chain(behind).take(last as usize);
    let starts: Vec<usize> = starts.collect();
    let start_of = |line: u32| starts.get((line as usize).checked_sub(1)?).copied();
    let mut heads = vec![false; 1 << HEAD_BITS];
    for start in wanted.iter().filter_map(|line| start_of(*line)) {
        heads[head(text, start)] = true;
    }
    let mut seen: HashMap<u64, u32> = HashMap::new();
    let mut found = BTreeMap::new();
    let numbered = (1..).zip(starts);
    for (line, start) in numbered.filter(|(_, start)| heads[head(text, *start)]) {
        let hash = window(text, start);
        let count = seen.entry(hash).or_insert(0);
        *count += 1;
        if wanted.contains(&line) {
            found.insert(line, format!("{hash:x}:{count}"));
        }
    }
    found
}

const HEAD_BITS: u32 = 12;

/// The first four bytes that count from a place on, mixed; what is no ASCII, and the end, count as the same.
fn head(text: &[u8], start: usize) -> usize {
    let counting = text[start..].iter().filter(|byte| !is_blank(**byte));
    let mut bytes = [0x80; 4];
    for (slot, byte) in bytes.iter_mut().zip(counting) {
        if !byte.is_ascii() {
            break;
        }
        *slot = *byte;
    }
    (u32::from_le_bytes(bytes).wrapping_mul(0x9e37_79b1) >> (32 - HEAD_BITS)) as usize
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

/// The hash of the `WINDOW` units from a place on, in a text without carriage returns.
fn window(text: &[u8], start: usize) -> u64 {
    let (mut hash, mut units) = (0u64, 0);
    let mut push = |unit: u16| {
        if units < WINDOW {
            hash = hash.wrapping_mul(FACTOR).wrapping_add(u64::from(unit));
            units += 1;
        }
        units == WINDOW
    };
    let mut at = start;
    while let Some(&byte) = text.get(at) {
        at += 1;
        if byte.is_ascii() {
            if !is_blank(byte) && push(u16::from(byte)) {
                return hash;
            }
            continue;
        }
        // More bytes than a window of any characters has.
        let near = &text[at - 1..text.len().min(at + WINDOW * 4)];
        let length = near.iter().position(u8::is_ascii).unwrap_or(near.len());
        let run = String::from_utf8_lossy(&near[..length]);
        if run.encode_utf16().any(&mut push) {
            return hash;
        }
        at += length - 1;
    }
    push(END);
    while !push(0) {}
    hash
}

/// Hashes every line up to the last that is wanted.
fn hashes_of_all(text: &[u8], lines: &[u32]) -> BTreeMap<u32, String> {
    let mut hasher = Hasher {
        hash: 0,
        units: 0,
        oldest_factor: (0..WINDOW).fold(1, |product: u64, _| product.wrapping_mul(FACTOR)),
        begun: VecDeque::new(),
        full_at: usize::MAX,
        hashed: 0,
        line_begins: true,
        after_return: false,
        seen: HashMap::new(),
        wanted: lines.iter().copied().collect(),
        found: BTreeMap::new(),
    };
    for line in text.split_inclusive(|byte| *byte == b'\n') {
        if line.is_ascii() {
            line.iter().for_each(|byte| hasher.take(u16::from(*byte)));
        } else {
            let line = String::from_utf8_lossy(line);
            line.encode_utf16().for_each(|unit| hasher.take(unit));
        }
        // What stands behind the last line that is wanted tells nothing of it.
        if hasher.wanted.is_empty() {
            return hasher.found;
        }
    }
    hasher.update(END);
    (0..WINDOW).for_each(|_| hasher.push(0));
    hasher.found
}

impl Hasher {
    fn take(&mut self, unit: u16) {
        let space = unit == u16::from(b' ') || unit == u16::from(b'\t');
        if space || (self.after_return && unit == u16::from(b'\n')) {
            self.after_return = false;
            return;
        }
        self.after_return = unit == u16::from(b'\r');
        self.update(if self.after_return {
            u16::from(b'\n')
        } else {
            unit
        });
    }

    fn update(&mut self, unit: u16) {
        if self.line_begins {
            self.line_begins = false;
            if self.begun.is_empty() {
                self.full_at = self.units + WINDOW;
            }
            self.begun.push_back((self.units, self.hash));
        }
        if unit == u16::from(b'\n') {
            self.line_begins = true;
        }
        self.push(unit);
    }

    fn push(&mut self, unit: u16) {
        let grown = self.hash.wrapping_mul(FACTOR);
        self.hash = grown.wrapping_add(u64::from(unit));
        self.units += 1;
        if self.units == self.full_at {
            self.emit();
        }
    }

    /// Takes the hash of the first line whose window is full.
    fn emit(&mut self) {
        let Some((_, before)) = self.begun.pop_front() else {
            return;
        };
        let next = self.begun.front();
        self.full_at = next.map_or(usize::MAX, |(start, _)| start + WINDOW);
        let older = self.oldest_factor.wrapping_mul(before);
        let hash = self.hash.wrapping_sub(older);
        let count = self.seen.entry(hash).or_insert(0);
        *count += 1;
        self.hashed += 1;
        if self.wanted.remove(&self.hashed) {
            self.found.insert(self.hashed, format!("{hash:x}:{count}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn hashes(text: &str) -> String {
        let lines: Vec<u32> = (1..100).collect();
        line_hashes(text.as_bytes(), &lines)
            .into_values()
            .collect::<Vec<_>>()
            .join(", ")
    }

    #[test]
    fn the_published_vectors_hold() {
        assert_eq!(hashes(""), "c129715d7a2bc9a3:1");
        assert_eq!(
            hashes(" a\nb\n  \t\tc\n d"),
            "271789c17abda88f:1, 54703d4cd895b18:1, 180aee12dab6264:1, a23a3dc5e078b07b:1"
        );
        assert_eq!(
            hashes("x = 2\nx = 1\nprint(x)\nx = 3\nprint(x)\nx = 4\nprint(x)\n"),
            "e54938cc54b302f1:1, bb609acbe9138d60:1, 1131fd5871777f34:1, 5c482a0f8b35ea28:1, 54517377da7028d2:1, \
             2c644846cb18d53e:1, f1b89f20de0d133:1, c129715d7a2bc9a3:1"
        );
        let lorem = hashes(&"Lorem ipsum dolor sit amet.\n".repeat(10));
        assert!(
            lorem.starts_with("a7f2ff13bc495cf2:1, a7f2ff13bc495cf2:2"),
            "{lorem}"
        );
        assert!(
            lorem.ends_with("cc97dc7b1d7d8f7b:1, c129715d7a2bc9a3:1"),
            "{lorem}"
        );
    }

    proptest! {
        #[test]
        fn lines_by_their_heads_have_the_hashes_of_all(
            parts in proptest::collection::vec(
                prop_oneof![
                    Just(b"\n".to_vec()),
                    Just(b" \t".to_vec()),
                    Just(b"ab".to_vec()),
                    Just("\u{e9}\u{1d11e}".as_bytes().to_vec()),
                    Just("\u{ffff}".as_bytes().to_vec()),
                    Just(vec![0xff]),
                    Just(vec![0xe2, 0x82]),
                    Just(vec![0]),
                    Just(b"x".repeat(99)),
                    Just("\u{20ac}".repeat(140).into_bytes()),
                ],
                0..40,
            ),
            lines in proptest::collection::vec(1..30u32, 1..6),
        ) {
            let text = parts.concat();
            prop_assert_eq!(hashes_by_heads(&text, &lines), hashes_of_all(&text, &lines));
        }
    }
}
