//! The hash by which code scanning knows a line again (`primaryLocationLineHash`).
//!
//! In: a whole file and the lines that are asked for. Out: one hash for each. The algorithm is the published one of
//! CodeQL's upload action; its vectors are the tests.

use std::collections::{BTreeMap, BTreeSet, HashMap};

const WINDOW: usize = 100;
const FACTOR: u64 = 37;
/// Ends the text.
const END: u16 = 65535;

struct Hasher {
    window: [u16; WINDOW],
    lines: [Option<u32>; WINDOW],
    at: usize,
    hash: u64,
    oldest_factor: u64,
    line: u32,
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
        window: [0; WINDOW],
        lines: [None; WINDOW],
        at: 0,
        hash: 0,
        oldest_factor: (0..WINDOW).fold(1, |product: u64, _| product.wrapping_mul(FACTOR)),
        line: 0,
        line_begins: true,
        after_return: false,
        seen: HashMap::new(),
        wanted: lines.iter().copied().collect(),
        found: BTreeMap::new(),
    };
    for line in text.split_inclusive(|byte| *byte == b'\n') {
        for unit in String::from_utf8_lossy(line).encode_utf16() {
            hasher.take(unit);
        }
        // What stands behind the last line that is wanted tells nothing of it.
        if hasher.wanted.is_empty() {
            return hasher.found;
        }
    }
    hasher.update(END);
    for _ in 0..WINDOW {
        if hasher.lines[hasher.at].is_some() {
            hasher.emit();
        }
        hasher.update_window(0);
    }
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
        if self.lines[self.at].is_some() {
            self.emit();
        }
        if self.line_begins {
            self.line_begins = false;
            self.line += 1;
            self.lines[self.at] = Some(self.line);
        }
        if unit == u16::from(b'\n') {
            self.line_begins = true;
        }
        self.update_window(unit);
    }

    fn update_window(&mut self, unit: u16) {
        let oldest = u64::from(self.window[self.at]);
        self.window[self.at] = unit;
        self.hash = self
            .hash
            .wrapping_mul(FACTOR)
            .wrapping_add(u64::from(unit))
            .wrapping_sub(self.oldest_factor.wrapping_mul(oldest));
        self.at = match self.at + 1 {
            WINDOW => 0,
            next => next,
        };
    }

    fn emit(&mut self) {
        let count = self.seen.entry(self.hash).or_insert(0);
        *count += 1;
        if let Some(line) = self.lines[self.at].take()
            && self.wanted.remove(&line)
        {
            self.found.insert(line, format!("{:x}:{count}", self.hash));
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
