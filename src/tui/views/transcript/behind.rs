//! The sessions that led to the one that is read, and the way back to them.

use super::{Mode, Transcripts};
use crate::tui::views::{Cx, Wish};

/// Sessions that one can go back to with all that was read of them. Of those before only the place is known, and they are read again.
const BEHIND: usize = 8;
/// Sessions that one can go back to at all.
const MOST: usize = 1_000;

impl Transcripts {
    /// Lets go of what was read of the sessions before the latest, and of those that nobody goes back to.
    pub(super) fn shed(&mut self) {
        let far = self.behind.len().checked_sub(BEHIND + 1);
        if let Some(open) = far.and_then(|far| self.behind.get_mut(far)) {
            open.shed();
        }
        if self.behind.len() > MOST {
            self.behind.remove(0);
        }
    }

    /// Leaves the transcript: for the session that led here, or for the view it was opened from.
    pub(super) fn leave(&mut self, cx: &mut Cx) {
        self.turn_away();
        let left = self.open.take();
        self.open = self.behind.pop().map(Box::new);
        self.recolour();
        if left.is_none_or(|left| left.from.is_some()) {
            cx.wishes.push(Wish::Back);
        } else {
            self.ask(cx);
        }
    }

    /// Leaves all that was read since the view was opened from which one came here.
    pub(super) fn leave_layer(&mut self) {
        self.turn_away();
        self.mode = Mode::Reading;
        // To what was read before the view was opened from which one came here.
        while self.open.take().is_some_and(|left| left.from.is_none()) {
            self.open = self.behind.pop().map(Box::new);
        }
        self.open = self.behind.pop().map(Box::new);
        self.recolour();
    }

    fn recolour(&mut self) {
        if let Some(book) = self.open.as_mut().and_then(|open| open.book.as_mut()) {
            book.recolour();
        }
    }
}
