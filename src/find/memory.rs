//! Encoded runs in which nothing was found before: versions of one file hold the same ones again and again.
//!
//! In: a run as it stands, with the path of its file. Out: whether the same run was searched under the same path and gave
//! nothing. What a run decodes to depends on nothing else. Only keyed hashes are kept, in a table that does not grow: a
//! run that is forgotten is searched again.

use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};

/// How many runs are remembered; two that share a place keep the later one.
const PLACES: usize = 1 << 15;

/// Shorter runs are decoded as fast as they are looked up.
const WORTH_A_LOOK: usize = 64;

/// What one reading of a history remembers, shared by its threads.
pub struct Memory {
    keys: RandomState,
    places: Box<[AtomicU64]>,
}

impl Default for Memory {
    fn default() -> Self {
        Memory {
            // A key that nobody knows beforehand: no author can make two runs meet.
            keys: RandomState::new(),
            places: (0..PLACES).map(|_| AtomicU64::new(0)).collect(),
        }
    }
}

impl Memory {
    /// The mark of a run under a path; `None` where the run is not worth it.
    pub(super) fn mark_of(&self, path: &[u8], run: &[u8]) -> Option<Mark> {
        (run.len() >= WORTH_A_LOOK).then(|| Mark(self.keys.hash_one((path, run)).max(1)))
    }

    /// Whether nothing was found in the run.
    pub(super) fn knows(&self, mark: &Mark) -> bool {
        self.place(mark).load(Ordering::Relaxed) == mark.0
    }

    /// Remembers that nothing was found in the run.
    pub(super) fn add(&self, mark: &Mark) {
        self.place(mark).store(mark.0, Ordering::Relaxed);
    }

    fn place(&self, mark: &Mark) -> &AtomicU64 {
        &self.places[mark.0 as usize % PLACES]
    }
}

/// The keyed hash of a run and its path.
pub(super) struct Mark(u64);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_is_known_under_its_own_path_only() {
        let memory = Memory::default();
        let run = [b'a'; 100];
        let mark = memory.mark_of(b"a.go", &run).unwrap();
        assert!(!memory.knows(&mark));
        memory.add(&mark);
        assert!(memory.knows(&memory.mark_of(b"a.go", &run).unwrap()));
        assert!(!memory.knows(&memory.mark_of(b"b.go", &run).unwrap()));
        assert!(!memory.knows(&memory.mark_of(b"a.go", &run[1..]).unwrap()));
        assert!(memory.mark_of(b"a.go", &run[..20]).is_none());
    }
}
