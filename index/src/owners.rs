//! Sets of owners: small where there are few, and never more than an eighth of a byte for each where there are many.

use std::collections::BTreeMap;

/// Owners of one block that are kept as a list before a bit for each takes less room.
const LISTED: usize = 4096;

/// How many owners a block spans.
const SPAN: u64 = 1 << 16;

/// A set of owners.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Owners {
    blocks: BTreeMap<u64, Block>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Block {
    /// Ascending.
    Listed(Vec<u16>),
    Bits(Box<[u64]>),
}

impl Block {
    fn insert(&mut self, low: u16) {
        match self {
            Block::Listed(list) => {
                // They mostly come in order.
                match list.last() {
                    Some(last) if *last >= low => {
                        if let Err(at) = list.binary_search(&low) {
                            list.insert(at, low);
                        }
                    }
                    _ => list.push(low),
                }
                if list.len() > LISTED {
                    let mut bits = vec![0u64; (SPAN / 64) as usize].into_boxed_slice();
                    list.iter().for_each(|low| set(&mut bits, *low));
                    *self = Block::Bits(bits);
                }
            }
            Block::Bits(bits) => set(bits, low),
        }
    }

    fn contains(&self, low: u16) -> bool {
        match self {
            Block::Listed(list) => list.binary_search(&low).is_ok(),
            Block::Bits(bits) => bits[usize::from(low) / 64] & (1 << (low % 64)) != 0,
        }
    }

    fn each(&self, mut each: impl FnMut(u16)) {
        match self {
            Block::Listed(list) => list.iter().copied().for_each(each),
            Block::Bits(bits) => {
                for (at, word) in bits.iter().enumerate() {
                    let mut left = *word;
                    while left != 0 {
                        each((at * 64) as u16 + left.trailing_zeros() as u16);
                        left &= left - 1;
                    }
                }
            }
        }
    }
}

fn set(bits: &mut [u64], low: u16) {
    bits[usize::from(low) / 64] |= 1 << (low % 64);
}

impl Owners {
    /// Adds one.
    pub fn insert(&mut self, owner: u64) {
        let block = self.blocks.entry(owner / SPAN).or_insert_with(|| Block::Listed(Vec::new()));
        block.insert((owner % SPAN) as u16);
    }

    /// Is it one of them?
    pub fn contains(&self, owner: u64) -> bool {
        self.blocks.get(&(owner / SPAN)).is_some_and(|block| block.contains((owner % SPAN) as u16))
    }

    /// All of them, ascending, when they are at most `most`.
    pub fn few(&self, most: usize) -> Option<Vec<u64>> {
        let mut all = Vec::new();
        for (high, block) in &self.blocks {
            if let Block::Bits(_) = block
                && most < LISTED
            {
                return None;
            }
            block.each(|low| all.push(high * SPAN + u64::from(low)));
            if all.len() > most {
                return None;
            }
        }
        Some(all)
    }

    /// Those that are in both.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        self.filtered(|owner| other.contains(owner))
    }

    /// Those that are not in `other`.
    #[must_use]
    pub fn but(&self, other: &Self) -> Self {
        self.filtered(|owner| !other.contains(owner))
    }

    /// Those that are in one or the other.
    #[must_use]
    pub fn or(&self, other: &Self) -> Self {
        let mut both = self.clone();
        other.each(|owner| both.insert(owner));
        both
    }

    fn filtered(&self, keep: impl Fn(u64) -> bool) -> Self {
        let mut kept = Self::default();
        self.each(|owner| {
            if keep(owner) {
                kept.insert(owner);
            }
        });
        kept
    }

    fn each(&self, mut each: impl FnMut(u64)) {
        for (high, block) in &self.blocks {
            block.each(|low| each(high * SPAN + u64::from(low)));
        }
    }
}

impl FromIterator<u64> for Owners {
    fn from_iter<I: IntoIterator<Item = u64>>(owners: I) -> Self {
        let mut set = Self::default();
        owners.into_iter().for_each(|owner| set.insert(owner));
        set
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn owners() -> impl Strategy<Value = BTreeSet<u64>> {
        let scattered = prop::collection::btree_set(prop_oneof![0u64..200_000, any::<u64>()], 0..200);
        let dense = (0u64..100_000, 0u64..9_000).prop_map(|(from, count)| (from..from + count).collect());
        prop_oneof![scattered, dense]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn sets_are_those_of_the_standard_library(a in owners(), b in owners(), probes in prop::collection::vec(any::<u64>(), 20)) {
            // Whatever order they come in.
            let (x, y): (Owners, Owners) = (a.iter().rev().copied().collect(), b.iter().copied().collect());
            let all = |set: &Owners| set.few(usize::MAX).unwrap_or_default().into_iter().collect::<BTreeSet<_>>();
            prop_assert_eq!(&all(&x), &a);
            prop_assert_eq!(all(&x.and(&y)), &a & &b);
            prop_assert_eq!(all(&x.or(&y)), &a | &b);
            prop_assert_eq!(all(&x.but(&y)), &a - &b);
            for probe in probes.iter().chain(&b) {
                prop_assert_eq!(x.contains(*probe), a.contains(probe));
            }
            prop_assert_eq!(x.few(a.len()).map(|few| few.len()), Some(a.len()));
            prop_assert!(a.is_empty() || x.few(a.len() - 1).is_none());
        }
    }
}
