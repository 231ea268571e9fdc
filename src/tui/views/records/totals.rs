//! The numbers over a list: how many rows pass, and how many have which status.
//!
//! They come after the rows and never delay them. Counting a large mirror takes long, so while a sync commits the numbers are asked for
//! again only when the last ones have come, and the less often the longer they took.

use std::time::{Duration, Instant};

use quarterdeck_sync::model::CountOf;

use super::part;
use super::query::Ask;
use crate::tui::data::{Answer, Answered, Lane, Ticket};
use crate::tui::text::word;
use crate::tui::views::{Cx, Wish};

/// Time between two counts, at least.
const PAUSE: Duration = Duration::from_secs(1);

/// The numbers, as far as they are known.
#[derive(Debug, Default)]
pub(super) struct Totals {
    /// Rows that pass.
    pub count: Option<CountOf>,
    /// Live rows by status, most first.
    pub statuses: Vec<(String, u64)>,
    count_ticket: Option<Ticket>,
    statuses_ticket: Option<Ticket>,
    asked: Option<Instant>,
    took: Duration,
    due: Option<Instant>,
}

impl Totals {
    /// Asks for the numbers of another question: the old ones say nothing any more.
    pub fn restart(&mut self, ask: &Ask, cx: &Cx) {
        self.count = None;
        self.ask(ask, cx);
    }

    fn ask(&mut self, ask: &Ask, cx: &Cx) {
        self.due = None;
        self.asked = Some(cx.clock);
        self.count_ticket = Some(cx.ask(part::COUNT, Lane::Later, ask.count()));
        self.statuses_ticket = Some(cx.ask(part::STATUSES, Lane::Later, ask.statuses()));
    }

    /// The numbers again, because the mirror has changed; now, or later.
    pub fn refresh(&mut self, ask: &Ask, cx: &mut Cx) {
        let next = self.asked.map_or(cx.clock, |asked| asked + PAUSE + 4 * self.took);
        if cx.clock >= next && self.count_ticket.is_none() && self.statuses_ticket.is_none() {
            return self.ask(ask, cx);
        }
        if self.due.is_none() {
            let wait = next.saturating_duration_since(cx.clock).max(PAUSE);
            self.due = Some(cx.clock + wait);
            cx.wishes.push(Wish::Wake(wait));
        }
    }

    /// Time has passed.
    pub fn wake(&mut self, ask: &Ask, cx: &mut Cx) {
        if self.due.take_if(|at| *at <= cx.clock).is_some() {
            self.refresh(ask, cx);
        }
    }

    /// Takes an answer in, unless it is to an older question.
    pub fn answer(&mut self, answered: Answered, clock: Instant) {
        let mine = |ticket: &mut Option<Ticket>| ticket.take_if(|ticket| *ticket == answered.ticket).is_some();
        if !mine(&mut self.count_ticket) && !mine(&mut self.statuses_ticket) {
            return;
        }
        match answered.answer {
            Answer::Count(count) => self.count = Some(count),
            Answer::Statuses(found) => self.statuses = tallied(found),
            // A mirror that cannot be read says so where the rows are.
            _ => {}
        }
        self.took = self.asked.map_or(Duration::ZERO, |asked| clock.saturating_duration_since(asked));
    }
}

/// Rows by status as an operator reads it: platforms that write the same word in other letters are counted together.
fn tallied(found: Vec<(String, u64)>) -> Vec<(String, u64)> {
    let mut tally: Vec<(String, u64)> = Vec::new();
    for (status, count) in found.into_iter().filter(|(_, count)| *count > 0) {
        let read = word(&status);
        match tally.iter_mut().find(|(known, _)| word(known) == read) {
            Some((_, sum)) => *sum += count,
            None => tally.push((status, count)),
        }
    }
    tally.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    tally
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_word_in_other_letters_is_one_status() {
        let found = [("COMPLETED", 2), ("failed", 0), ("running", 3), ("completed", 4)];
        let found = found.map(|(status, count)| (status.to_owned(), count)).to_vec();
        assert_eq!(tallied(found), [("COMPLETED".to_owned(), 6), ("running".to_owned(), 3)]);
    }
}
