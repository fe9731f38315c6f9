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

/// Makes hashers that share two random numbers.
#[derive(Clone)]
pub(super) struct Mixed {
    key: u64,
    factor: u64,
}

impl Default for Mixed {
    fn default() -> Self {
        let random = RandomState::new();
        Mixed {
            key: random.hash_one(0u64),
            factor: random.hash_one(1u64) | 1,
        }
    }
}

impl BuildHasher for Mixed {
    type Hasher = Mixing;

    fn build_hasher(&self) -> Mixing {
        Mixing {
            state: self.key,
            factor: self.factor,
        }
    }
}

/// Folds what is written into one number. All bytes count: whoever writes a folder puts any ids in it.
pub(super) struct Mixing {
    state: u64,
    factor: u64,
}

impl Mixing {
    fn fold(&mut self, number: u64) {
        let product = u128::from(self.state ^ number) * u128::from(self.factor);
        self.state = (product >> 64) as u64 ^ product as u64;
    }
}

impl Hasher for Mixing {
    fn write(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks();
        for word in words {
            self.fold(u64::from_le_bytes(*word));
        }
        if !rest.is_empty() {
            let rest = rest.iter().fold(1, |all, byte| all << 8 | u64::from(*byte));
            self.fold(rest);
        }
    }

    fn write_u32(&mut self, number: u32) {
        self.fold(u64::from(number));
    }

    fn finish(&self) -> u64 {
        self.state
    }
}
