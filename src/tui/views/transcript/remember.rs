//! Where one was in a transcript, from one time to the next.
//!
//! A session is found by its name. When it is gone since, what it was opened from comes into sight, and a word says why; an entry
//! that is gone leaves one at the last there is.

use super::{Open, Transcripts};
use crate::tui::decisions::Target;
use crate::tui::marking::Words;
use crate::tui::memory::trail::{NamedState, ReadState};
use crate::tui::reading::Reading;
use crate::tui::text::grouped;
use crate::tui::views::Cx;

impl Open {
    /// What is to be remembered of it; `None` while nobody knows what it is called.
    pub(super) fn left_at(&self) -> Option<ReadState> {
        // Nobody has seen it yet: it stays as it was left.
        if let Some(left) = &self.left {
            return Some(left.clone());
        }
        let of = match (&self.book, &self.reading.of) {
            (Some(book), _) => NamedState::of(&book.transcript().row),
            (None, Target::Named(list, id)) => NamedState::new(list, id),
            (None, Target::Row(_)) => return None,
        };
        let place = || self.book.as_ref().and_then(|book| book.place(self.scroll.cursor.entry));
        let entry = self.goal.or_else(place);
        let query = self.reading.query.clone();
        let words = if self.words == Words::of_query(&query) { String::new() } else { self.words.text().to_owned() };
        Some(ReadState {
            of,
            from: self.from.clone(),
            entry: entry.and_then(|entry| u32::try_from(entry).ok()),
            query,
            words,
            audit: self.book.as_ref().is_some_and(|book| book.audit()),
        })
    }

    /// Lets go of what was read, but for where one was in it.
    pub(super) fn shed(&mut self) {
        if let Some(left) = self.left_at().filter(|_| self.book.is_some()) {
            let title = std::mem::take(&mut self.reading.title);
            *self = Self::as_left(&left);
            self.reading.title = title;
        }
    }

    fn as_left(left: &ReadState) -> Self {
        let (list, id) = left.of.named();
        let reading =
            Reading { title: id.clone(), of: Target::Named(list, id), at: left.entry, query: left.query.clone() };
        let mut open = Self::new(reading, left.from.clone());
        if !left.words.is_empty() {
            open.words = Words::plain(&left.words);
        }
        open.left = Some(left.clone());
        open
    }

    /// Goes to where one was, as soon as there are entries.
    pub(super) fn take_up(&mut self, cx: &mut Cx) {
        let Some(book) = self.book.as_mut().filter(|book| !book.transcript().entries.is_empty()) else { return };
        let Some(left) = self.left.take() else { return };
        let count = book.transcript().entries.len();
        if left.audit {
            book.set_audit(true);
        }
        self.goal = left.entry.map(|entry| entry as usize);
        if let Some(entry) = self.goal.filter(|entry| *entry >= count) {
            let (was, now) = (grouped(entry as u64 + 1), grouped(count as u64));
            cx.say(format!("You were at entry {was}; there are {now} now: this is the last"));
        }
    }
}

impl Transcripts {
    /// Opens the sessions that were read, the last one in front. False where there is none.
    pub(super) fn read_again(&mut self, read: &[ReadState]) -> bool {
        let mut opens: Vec<Open> = read.iter().map(Open::as_left).collect();
        // The first was opened from some view, whatever a file says: one must be able to leave it.
        if let Some(first) = opens.first_mut() {
            first.from.get_or_insert_default();
        }
        self.open = opens.pop().map(Box::new);
        self.behind = opens;
        self.open.is_some()
    }

    /// The session that was read the last time is not in the mirror any more: to what it was opened from.
    pub(super) fn leave_lost(&mut self, cx: &mut Cx) {
        let id = self.open.as_ref().map(|open| open.reading.title.clone()).unwrap_or_default();
        cx.say(format!("What you were reading ({id}) is not in the mirror any more; it was opened from here"));
        self.leave(cx);
    }
}
