//! The hosts that requests of the catalogue name, so that most texts are ruled out before anything is read around a value.
//!
//! Compiled into `build.rs` and into the crate, as `table.rs` is. In: the kinds, then a host. Out: whether it may be one of
//! theirs. Only hashes are kept: it may say yes too often, never no.

use crate::model::TokenKind;

/// The hosts of all requests.
#[derive(Clone, Copy, Debug)]
pub struct KnownHosts {
    /// Sorted.
    pub hashes: &'static [u32],
    /// The last labels, sorted.
    pub labels: &'static [u32],
    /// For each first letter of a last label, which second letters there are.
    pub endings: [u32; 32],
}

impl KnownHosts {
    /// Takes the hosts of all kinds.
    pub fn new(kinds: &[&TokenKind]) -> Self {
        let requests = kinds.iter().flat_map(|kind| kind.requests);
        let hosts: Vec<&[u8]> = requests
            .flat_map(|request| request.hosts)
            .map(|host| host.as_bytes())
            .collect();
        let mut endings = [0; 32];
        let last = |host: &&'static [u8]| host.rsplit(|byte| *byte == b'.').next();
        let labels: Vec<&[u8]> = hosts.iter().filter_map(last).collect();
        for label in &labels {
            if let [first, second, ..] = label {
                endings[usize::from(first & 31)] |= 1 << (second & 31);
            }
        }
        KnownHosts {
            hashes: hashes(&hosts),
            labels: hashes(&labels),
            endings,
        }
    }

    /// Whether a host, or one above it, is known.
    pub fn knows(&self, host: &[u8]) -> bool {
        let is_known = |host: &[u8]| self.hashes.binary_search(&hash(host)).is_ok();
        let mut points = host.iter().enumerate().filter(|(_, byte)| **byte == b'.');
        is_known(host) || points.any(|(at, _)| is_known(&host[at + 1..]))
    }

    /// Whether the last label of some known host starts with two letters.
    pub fn may_end(&self, first: u8, second: u8) -> bool {
        self.endings[usize::from(first & 31)] >> (second & 31) & 1 == 1
    }

    /// Whether a label is the last one of some known host.
    pub fn ends_with(&self, label: &[u8]) -> bool {
        self.labels.binary_search(&hash(label)).is_ok()
    }
}

/// The hashes of words, sorted, each once.
fn hashes(words: &[&[u8]]) -> &'static [u32] {
    let mut hashes: Vec<u32> = words.iter().map(|word| hash(word)).collect();
    hashes.sort_unstable();
    hashes.dedup();
    Vec::leak(hashes)
}

/// The hash of a host, or of another word, in lower case.
pub(super) fn hash(host: &[u8]) -> u32 {
    host.iter().fold(0x811c_9dc5, |hash, byte| {
        (hash ^ u32::from(byte.to_ascii_lowercase())).wrapping_mul(0x0100_0193)
    })
}
