//! Maps and sets of object ids, which are hashes already.
//!
//! In: ids. Out: a hash of a few instructions. A repository is written by strangers, who can choose ids to some degree:
//! each map mixes in a number of its own, so that they cannot choose where ids fall.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher, Hasher, RandomState};

use gix::ObjectId;

/// A map by object id.
pub(super) type IdMap<V> = HashMap<ObjectId, V, Mixed>;

/// A set of object ids.
pub(super) type IdSet = HashSet<ObjectId, Mixed>;

/// Makes hashers that share a random number.
#[derive(Clone)]
pub(super) struct Mixed {
    key: u64,
}

impl Default for Mixed {
    fn default() -> Self {
        let key = RandomState::new().hash_one(0u64);
        Mixed { key }
    }
}

impl BuildHasher for Mixed {
    type Hasher = Mixing;

    fn build_hasher(&self) -> Mixing {
        Mixing { state: self.key }
    }
}

/// Folds what is written into one number.
pub(super) struct Mixing {
    state: u64,
}

impl Hasher for Mixing {
    fn write(&mut self, bytes: &[u8]) {
        let first = bytes.first_chunk().map_or_else(
            || {
                bytes
                    .iter()
                    .fold(0, |all, byte| all << 8 | u64::from(*byte))
            },
            |first| u64::from_le_bytes(*first),
        );
        let product = u128::from(self.state ^ first) * 0x9e37_79b9_7f4a_7c15;
        self.state = (product >> 64) as u64 ^ product as u64;
    }

    fn finish(&self) -> u64 {
        self.state
    }
}
