//! How far the index has followed the mirror, as it is kept with each of its commits.

use std::fmt;
use std::str::FromStr;

use quarterdeck_index::Mark;

/// How far the index has followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// The mirror it follows.
    pub mirror: u64,
    /// Every entry of the change feed up to this one is in the index.
    pub seq: u64,
    /// Of the next entry, every record up to this number is in it too.
    pub within: i64,
    /// No record behind this number was ever put into it: there is nothing to be replaced.
    pub top: i64,
    /// It is being filled: every record up to this number is in it, and none behind it. `None`: it has been.
    pub filled: Option<i64>,
}

impl Progress {
    /// At the beginning of filling an index from a mirror whose change feed ends at `head`: what changes while it is filled
    /// comes later in the feed.
    pub fn start(mirror: u64, head: u64) -> Self {
        Self { mirror, seq: head, within: 0, top: 0, filled: Some(0) }
    }

    /// As it is kept.
    pub fn mark(&self) -> Mark {
        Mark(self.to_string())
    }

    /// From what was kept; `None` when it is nothing of ours.
    pub fn of(mark: &Mark) -> Option<Self> {
        mark.0.parse().ok()
    }
}

impl fmt::Display for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {} {}", self.mirror, self.seq, self.within, self.top)?;
        self.filled.map_or(Ok(()), |filled| write!(f, " {filled}"))
    }
}

impl FromStr for Progress {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut words = text.split(' ');
        let mut next = || words.next().unwrap_or_default();
        let (mirror, seq, within, top) = (next().parse()?, next().parse()?, next().parse()?, next().parse()?);
        let filled = words.next().map(str::parse).transpose()?;
        Ok(Self { mirror, seq, within, top, filled })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_is_read_as_it_was_kept() {
        for progress in [
            Progress::start(u64::MAX, 7),
            Progress { mirror: 1, seq: 2, within: 3, top: 4, filled: None },
            Progress { mirror: 1, seq: 2, within: 0, top: i64::MAX, filled: Some(i64::MAX) },
        ] {
            assert_eq!(Progress::of(&progress.mark()), Some(progress));
        }
        for mark in ["", "1 2", "1 2 3", "1 2 3 x", "a b c d"] {
            assert_eq!(Progress::of(&Mark(mark.to_owned())), None, "{mark:?}");
        }
    }
}
