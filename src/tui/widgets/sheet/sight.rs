//! What of a sheet has been in sight, and moving through it.
//!
//! Always true: what counts as read was on the screen. Keys come faster than screens on a bad link, and a terminal may be too low to
//! show any of it.

use super::Sheet;
use crate::tui::actions::Reason;

/// Why what there is no room for cannot be confirmed.
pub(super) const NO_ROOM: &str = "there is no room here to read it: make the terminal higher";

impl Sheet {
    /// What was on the screen is what may be confirmed: the key counts from the next one on. What was leapt over was not there.
    pub(super) fn was_seen(&mut self) {
        if self.brief.is_some() && !self.moved() && !self.groundless() {
            self.drawn |= self.page > 0;
            if !self.leapt() {
                self.furthest = self.furthest.max(self.top + self.page);
                self.seen = self.ends().filter(|end| *end <= self.furthest).count();
            }
            self.read |= self.page > 0 && self.furthest >= self.lines;
        }
    }

    /// Why it cannot be confirmed although nothing is in the way: it was not on the screen.
    pub(super) fn unseen(&self) -> Reason {
        // It is laid out, and none of its lines fits.
        let no_room = self.lines > 0 && self.page == 0 && !self.groundless();
        if no_room { NO_ROOM.into() } else { "it is still being looked at".into() }
    }

    /// How many of several things have not been in sight yet.
    pub(super) fn unread(&self) -> usize {
        if self.read || !self.several() {
            return 0;
        }
        self.ends().filter(|end| *end > self.furthest).count().max(1)
    }

    /// The line behind each of the several things.
    fn ends(&self) -> impl Iterator<Item = usize> {
        let above = self.above;
        self.below.iter().flat_map(|below| &below.ends).map(move |end| above + end)
    }

    /// Laid out anew, the lines hold other things: those that were in sight to their end stay read, and one goes on with the next.
    pub(super) fn carry(&mut self) {
        let leapt = self.leapt();
        self.furthest = self.ends().take(self.seen).last().unwrap_or(0);
        if self.several() && !leapt {
            self.top = self.top.min(self.furthest);
        }
    }

    /// Moves through what it says.
    pub fn step(&mut self, by: i64) {
        let last = self.lines.saturating_sub(self.page) as i64;
        self.top = (self.top as i64).saturating_add(by).clamp(0, last) as usize;
    }

    /// One page down.
    pub fn page_down(&mut self) {
        self.down(self.page());
    }

    /// Down by so many lines. Never over what was not in sight yet: keys come faster than screens on a bad link, and the next one
    /// counts once the lines are there. Who has leapt already goes on freely: nothing counts as read until they are back.
    pub fn down(&mut self, by: usize) {
        let free = self.unread() == 0 || self.leapt() || self.moved() || self.groundless();
        let by = if free { by } else { by.min(self.furthest.saturating_sub(self.top)) };
        self.step(i64::try_from(by).unwrap_or(i64::MAX));
    }

    /// Does something stand above that was not in sight?
    pub(super) fn leapt(&self) -> bool {
        self.top > self.furthest
    }

    /// Lines in sight.
    pub fn page(&self) -> usize {
        self.page.max(1)
    }
}
