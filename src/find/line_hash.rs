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
    if lines.is_empty() {
        return BTreeMap::new();
    }
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
}
