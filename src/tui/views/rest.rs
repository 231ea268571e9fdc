//! What stands beside a list waits while the cursor runs through it.
//!
//! While it runs nothing is shown there: what belongs to another line would mislead, and a held key costs a slow line nothing. Whoever
//! goes step by step sees each at once.

use std::time::{Duration, Instant};

use super::{Cx, Wish};

/// Two motions closer than this are one run: what stands beside the list waits for its end.
const RUN: Duration = Duration::from_millis(140);

/// Whether the cursor of a list runs.
#[derive(Debug, Default)]
pub(super) struct Rest {
    moved_at: Option<Instant>,
    /// It runs, and is taken to rest from this time on.
    due: Option<Instant>,
}

impl Rest {
    /// The cursor moves: whether it runs now.
    pub fn moved(&mut self, cx: &mut Cx) -> bool {
        let close = self.moved_at.is_some_and(|at| cx.clock.saturating_duration_since(at) < RUN);
        self.moved_at = Some(cx.clock);
        if close {
            self.due = Some(cx.clock + RUN);
            cx.wishes.push(Wish::Wake(RUN));
        }
        close
    }

    /// A key was pressed, and moved the cursor or did not: whoever does anything else looks where it is.
    pub fn pressed(&mut self, moved: bool, cx: &mut Cx) {
        match moved {
            true => drop(self.moved(cx)),
            false => self.stop(),
        }
    }

    /// The cursor runs.
    pub fn running(&self) -> bool {
        self.due.is_some()
    }

    /// There is no need to wait.
    pub fn stop(&mut self) {
        self.due = None;
    }

    /// Time has passed; true when the cursor came to rest.
    pub fn wake(&mut self, cx: &Cx) -> bool {
        self.due.take_if(|at| *at <= cx.clock).is_some()
    }
}
