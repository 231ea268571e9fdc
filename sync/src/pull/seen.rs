//! Which ids a walk has met, at eight bytes each.

use std::collections::HashSet;
use std::hash::{BuildHasherDefault, Hasher};

use xxhash_rust::xxh3::xxh3_64;

/// The ids met so far, by their 64-bit hash. Two ids of a list of a million share one with a chance of one in 37 million;
/// the worst that follows is that a vanished row stays until the next walk.
#[derive(Debug, Default)]
pub struct Seen {
    ids: HashSet<u64, BuildHasherDefault<AlreadyHashed>>,
}

impl Seen {
    /// The hash under which `id` is kept.
    pub fn key(id: &str) -> u64 {
        xxh3_64(id.as_bytes())
    }

    /// Notes an id; says whether it is new.
    pub fn insert(&mut self, key: u64) -> bool {
        self.ids.insert(key)
    }

    /// Was this id met?
    pub fn contains(&self, key: u64) -> bool {
        self.ids.contains(&key)
    }

    /// Notes everything that `other` met.
    pub fn absorb(&mut self, other: Seen) {
        if self.ids.is_empty() {
            self.ids = other.ids;
        } else {
            self.ids.extend(other.ids);
        }
    }

    /// How many different ids were met.
    pub fn len(&self) -> u64 {
        self.ids.len() as u64
    }
}

/// The keys are hashes already.
#[derive(Debug, Default)]
struct AlreadyHashed(u64);

impl Hasher for AlreadyHashed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, _: &[u8]) {
        unreachable!("only u64 keys are hashed")
    }

    fn write_u64(&mut self, key: u64) {
        self.0 = key;
    }
}
