//! Parts of contents that were unpacked for the last hits: from one key to the next a person mostly sees the same ones.

use std::collections::VecDeque;
use std::sync::Arc;

use quarterdeck_sync::model::{RowKey, Stretch};

/// Bytes of text that are kept. One part alone may be more: then it is kept until the next comes.
const BYTES: usize = 4 << 20;

/// Which state of the mirror something was read from: its identity, and the end of its change feed.
pub type State = (u64, u64);

/// Parts of contents as of one state of the mirror, the last one used at the end.
#[derive(Debug, Default)]
pub struct Stretches {
    of: State,
    kept: VecDeque<(RowKey, Arc<Stretch>)>,
    bytes: usize,
}

impl Stretches {
    /// Those of `state`: of any other state nothing is kept.
    pub fn of(self, state: State) -> Self {
        match self.of == state {
            true => self,
            false => Self { of: state, ..Self::default() },
        }
    }

    /// The part of the content of `key` that has this message.
    pub fn find(&mut self, key: RowKey, place: usize) -> Option<Arc<Stretch>> {
        let holds = |stretch: &Stretch| stretch.first <= place && stretch.end.is_none_or(|end| place < end);
        let at = self.kept.iter().position(|(of, known)| *of == key && holds(known))?;
        let found = self.kept.remove(at)?;
        let stretch = found.1.clone();
        self.kept.push_back(found);
        Some(stretch)
    }

    /// Keeps one more.
    pub fn keep(&mut self, key: RowKey, stretch: Arc<Stretch>) {
        while self.bytes > 0 && self.bytes.saturating_add(stretch.messages.len()) > BYTES {
            let Some((_, first)) = self.kept.pop_front() else { break };
            self.bytes = self.bytes.saturating_sub(first.messages.len());
        }
        self.bytes = self.bytes.saturating_add(stretch.messages.len());
        self.kept.push_back((key, stretch));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stretch(first: usize, bytes: usize) -> Arc<Stretch> {
        Arc::new(Stretch { first, end: Some(first + 10), messages: "x".repeat(bytes) })
    }

    #[test]
    fn what_was_read_of_another_state_is_not_shown() {
        let mut kept = Stretches::default().of((7, 1));
        kept.keep(RowKey(5), stretch(10, 100));
        assert!(kept.find(RowKey(5), 10).is_some() && kept.find(RowKey(5), 19).is_some());
        assert!(kept.find(RowKey(5), 9).is_none() && kept.find(RowKey(5), 20).is_none());
        assert!(kept.find(RowKey(6), 10).is_none());
        let mut same = kept.of((7, 1));
        assert!(same.find(RowKey(5), 10).is_some());
        for other in [(7, 2), (8, 1)] {
            let mut kept = Stretches::default().of((7, 1));
            kept.keep(RowKey(5), stretch(10, 100));
            assert!(kept.of(other).find(RowKey(5), 10).is_none(), "{other:?}");
        }
    }

    #[test]
    fn so_much_is_kept_and_no_more_and_what_is_used_stays_longest() {
        let mut kept = Stretches::default();
        for key in 0..8 {
            kept.keep(RowKey(key), stretch(0, BYTES / 4));
            assert!(kept.find(RowKey(0), 0).is_some(), "{key}: it is used all the time");
            assert!(kept.bytes <= BYTES);
        }
        assert!(kept.find(RowKey(1), 0).is_none() && kept.find(RowKey(7), 0).is_some());
        kept.keep(RowKey(9), stretch(0, BYTES * 2));
        assert_eq!((kept.kept.len(), kept.bytes), (1, BYTES * 2));
        kept.keep(RowKey(10), stretch(0, 1));
        assert_eq!((kept.kept.len(), kept.bytes), (1, 1));
    }
}
