//! How often, and how long apart: back-off with jitter.

use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// `first`, doubled `times` times, at most `longest`.
pub(super) fn doubled(first: Duration, longest: Duration, times: u32) -> Duration {
    let factor = 1u32.checked_shl(times.min(20)).unwrap_or(u32::MAX);
    first.saturating_mul(factor).min(longest)
}

/// Spreads waits, so that clients that failed together do not come back together.
#[derive(Debug)]
pub(super) struct Jitter(AtomicU64);

impl Jitter {
    pub(super) fn new() -> Self {
        Self(AtomicU64::new(RandomState::new().hash_one(0u8)))
    }

    /// A wait between half of `wait` and the whole of it.
    pub(super) fn spread(&self, wait: Duration) -> Duration {
        // Splitmix64: good enough for jitter, and no dependency.
        let mut x = self.0.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let share = ((x ^ (x >> 31)) >> 11) as f64 / (1u64 << 53) as f64;
        wait.mul_f64(0.5 + share / 2.0)
    }
}

/// How soon a failure deserves another try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pace {
    /// At once, one time: a dead pooled connection says nothing about the server.
    AtOnce,
    /// After a wait that doubles.
    Usual,
    /// The same, but one time only: what fails in this way seldom gets better soon.
    Once,
}

/// The tries of one request.
#[derive(Debug)]
pub(super) struct Tries {
    left: u32,
    failures: u32,
    free: bool,
    first: Duration,
    longest: Duration,
}

impl Tries {
    /// `tries` in all, the first included; waits between them double from `first` to `longest`.
    pub(super) fn new(tries: u32, first: Duration, longest: Duration) -> Self {
        Self { left: tries.max(1) - 1, failures: 0, free: true, first, longest }
    }

    /// The wait before the next try, or none when there is no further one.
    pub(super) fn again(&mut self, pace: Pace, jitter: &Jitter) -> Option<Duration> {
        self.left = self.left.checked_sub(1)?;
        if pace == Pace::Once {
            self.left = 0;
        }
        if pace == Pace::AtOnce && std::mem::take(&mut self.free) {
            return Some(Duration::ZERO);
        }
        self.failures += 1;
        Some(jitter.spread(doubled(self.first, self.longest, self.failures - 1)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn waits_double_up_to_the_longest_and_keep_to_their_bounds() {
        let jitter = Jitter::new();
        let mut tries = Tries::new(8, SECOND, 30 * SECOND);
        for whole in [1, 2, 4, 8, 16, 30, 30] {
            let wait = tries.again(Pace::Usual, &jitter).unwrap();
            assert!(wait >= SECOND * whole / 2 && wait <= SECOND * whole, "{wait:?} of {whole} s");
        }
        assert_eq!(tries.again(Pace::Usual, &jitter), None);
    }

    #[test]
    fn jitter_is_not_one_number() {
        let jitter = Jitter::new();
        let waits: std::collections::HashSet<_> = (0..32).map(|_| jitter.spread(SECOND)).collect();
        assert!(waits.len() > 16);
    }

    #[test]
    fn one_try_at_once_is_free_of_waiting_and_no_more() {
        let jitter = Jitter::new();
        let mut tries = Tries::new(4, SECOND, SECOND);
        assert_eq!(tries.again(Pace::AtOnce, &jitter), Some(Duration::ZERO));
        assert!(tries.again(Pace::AtOnce, &jitter).unwrap() > Duration::ZERO);
    }

    #[test]
    fn what_seldom_gets_better_is_tried_once_more() {
        let jitter = Jitter::new();
        let mut tries = Tries::new(4, SECOND, SECOND);
        assert!(tries.again(Pace::Once, &jitter).is_some());
        assert_eq!(tries.again(Pace::Usual, &jitter), None);
    }
}
