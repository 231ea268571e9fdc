//! Which rows are asked for, and what their answers become.

use quarterdeck_sync::model::Window;

use super::{Fetch, Records, SLOW, part};
use crate::tui::data::{Answer, Answered, Lane, Question};
use crate::tui::rows::{End, Need};
use crate::tui::views::Cx;

impl Records {
    pub(super) fn fetch(&mut self, fetch: Fetch, cx: &Cx) {
        let question = self.ask.window(fetch, &self.rows);
        self.fetch = Some((cx.ask(part::ROWS, Lane::Now, question), fetch));
        self.fetched_at = Some(cx.clock);
    }

    /// Everything again from the first row: filter, order or group have changed.
    pub(super) fn restart(&mut self, cx: &Cx) {
        // Rows that were to be marked are those of the older question.
        (self.restart_due, self.marks_ticket) = (None, None);
        self.fetch(Fetch::Show(End::First), cx);
        self.totals.restart(&self.ask, cx);
    }

    pub(super) fn fill(&mut self, cx: &Cx) {
        // The rows belong to an older filter: more of them would not fit it, nor the new one.
        if self.restart_due.is_some() {
            return;
        }
        let need = self.rows.need();
        let waiting = self.fetch.is_some_and(|(_, fetch)| !matches!(fetch, Fetch::Extend(_)));
        let asked = self.fetch.is_some_and(|(_, fetch)| fetch == Fetch::Extend(need));
        if need != Need::Nothing && !waiting && !asked {
            self.fetch(Fetch::Extend(need), cx);
        }
    }

    pub(super) fn take(&mut self, answered: Answered, cx: &mut Cx) {
        let Some((_, fetch)) = self.fetch.take_if(|(ticket, _)| *ticket == answered.ticket) else { return };
        self.slow = self.fetched_at.is_some_and(|at| cx.clock.saturating_duration_since(at) > SLOW);
        match answered.answer {
            Answer::Window(window) => {
                if matches!(fetch, Fetch::Show(_) | Fetch::Refresh(None)) {
                    self.rows.pass_over(self.ask.ahead(&window, cx.now));
                }
                let at = self.rows.selected().map(|row| row.key).filter(|_| self.rows.held());
                match fetch {
                    // The person moved on meanwhile: a window around another row would tear them away.
                    Fetch::Refresh(around) if around != at => return self.fetch(Fetch::Refresh(at), cx),
                    Fetch::Refresh(around) => self.rows.refresh(window, around.is_none()),
                    Fetch::Show(end) => self.rows.show(window, end),
                    Fetch::Extend(need) => self.rows.extend(window, need),
                    Fetch::At(key) | Fetch::Gone(key) => {
                        if !self.open_at(window, fetch, key, cx) {
                            return;
                        }
                    }
                }
                self.failure = None;
                self.loaded = true;
                // Rows that come while one scrolls may ask for the room, but never take it away.
                self.pending = self.rows.pending() || (self.pending && matches!(fetch, Fetch::Extend(_)));
                self.in_detail &= !self.rows.is_empty();
                self.fill(cx);
                self.follow(matches!(fetch, Fetch::Refresh(_)), cx);
            }
            Answer::Failed(why) => {
                (self.failure, self.loaded) = (Some(why), true);
                if fetch.asked_for() {
                    self.rows.show(Window::default(), End::First);
                }
            }
            _ => {}
        }
    }

    /// Brings the details to the selected record, unless the cursor runs. `again`: also if they show it already.
    pub(super) fn follow(&mut self, again: bool, cx: &Cx) {
        let Some(row) = self.rows.selected() else {
            self.detail.clear();
            self.detail_ticket = None;
            return;
        };
        // Whoever moves on and comes back is asked again.
        self.unsealed.take_if(|unsealed| !unsealed.is_of(&row.list, &row.id));
        let key = row.key;
        if self.rest.running() || !(self.detail_shown || self.in_detail) {
            return;
        }
        let shown = self.detail.key() == Some(key) || self.detail_ticket.is_some_and(|(_, asked)| asked == key);
        if again || !shown {
            let question = Question::Record(key, self.unsealed.clone());
            self.detail_ticket = Some((cx.ask(part::RECORD, Lane::Now, question), key));
        }
    }
}
