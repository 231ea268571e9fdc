//! How the console behaves towards whom and what it meets: eyes, links, screen readers, and people who should only look.

use std::time::Duration;

/// What was asked for, on the command line or in the settings. All of it may be asked for at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Manner {
    /// Nothing can be decided here: no key leads to a sheet.
    pub read_only: bool,
    /// Nothing moves that was not moved by a key, but every other second; messages stay until the next key.
    pub reduced_motion: bool,
    /// The link is slow: few colours, and no frame before the one before it has had time to arrive.
    pub low_bandwidth: bool,
    /// Line after line, as a screen reader takes it: no alternate screen, and only what is new is written.
    pub linear: bool,
}

impl Manner {
    /// Time between two refreshes of what is in sight, while a sync commits.
    const REFRESH: Duration = Duration::from_millis(250);
    /// The same where every change is a burden.
    const CALM: Duration = Duration::from_secs(2);
    /// What a slow link carries: bytes a second of a serial line at 115,200 baud with some room, or of a bad radio.
    const BYTES_A_SECOND: u64 = 9_600;
    /// Time between two frames, at least.
    const FRAME: Duration = Duration::from_millis(16);

    /// Is it better to change little on the screen?
    pub fn is_calm(self) -> bool {
        self.reduced_motion || self.low_bandwidth || self.linear
    }

    /// Time between two refreshes of what is in sight.
    pub fn refresh(self) -> Duration {
        if self.is_calm() { Self::CALM } else { Self::REFRESH }
    }

    /// Time from the beginning of a frame of this many bytes to the beginning of the next.
    pub fn pace(self, bytes: usize) -> Duration {
        if !self.low_bandwidth {
            return Self::FRAME;
        }
        // Written faster than the link carries, a frame stands in a queue, and so does every key's answer behind it.
        Self::FRAME.max(Duration::from_millis(bytes as u64 * 1_000 / Self::BYTES_A_SECOND))
    }

    /// What the header says of it; nothing when all is as usual.
    pub fn words(self) -> Option<&'static str> {
        self.read_only.then_some("read-only")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slow_link_is_never_given_more_than_it_carries() {
        let slow = Manner { low_bandwidth: true, ..Manner::default() };
        assert_eq!([0, 100, 9_600].map(|bytes| slow.pace(bytes).as_millis()), [16, 16, 1_000]);
        assert_eq!(Manner::default().pace(1 << 20), Manner::FRAME);
    }

    #[test]
    fn whoever_asks_for_calm_gets_fewer_changes() {
        let calm = |manner: Manner| manner.refresh() > Manner::default().refresh();
        assert!(calm(Manner { reduced_motion: true, ..Manner::default() }));
        assert!(calm(Manner { low_bandwidth: true, ..Manner::default() }));
        assert!(!calm(Manner { read_only: true, ..Manner::default() }));
    }
}
