//! When to look for what no index of the mirror answers. It opens the search index and reads documents: never before the first
//! frame, and the less often the longer it took.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::part;
use crate::inbox::Findings;
use crate::tui::data::{Answer, Answered, Lane, Question, Ticket};
use crate::tui::views::{Cx, Wish};

/// Time after the first frame.
const FIRST: Duration = Duration::from_millis(300);
/// Time between two looks, at least.
const PAUSE: Duration = Duration::from_secs(3);

/// What was found, and when to look again.
#[derive(Debug, Default)]
pub(super) struct Look {
    findings: Arc<Findings>,
    /// The first frame has been drawn.
    begun: bool,
    ticket: Option<Ticket>,
    asked: Option<Instant>,
    took: Duration,
    due: Option<Instant>,
}

impl Look {
    /// What was found last.
    pub fn findings(&self) -> Arc<Findings> {
        Arc::clone(&self.findings)
    }

    /// The first frame is there.
    pub fn begin(&mut self, cx: &mut Cx) {
        if !std::mem::replace(&mut self.begun, true) {
            self.wait(FIRST, cx);
        }
    }

    fn wait(&mut self, time: Duration, cx: &mut Cx) {
        self.due = Some(cx.clock + time);
        cx.wishes.push(Wish::Wake(time));
    }

    /// Something has changed: look again, now or later.
    pub fn refresh(&mut self, cx: &mut Cx) {
        if self.begun && self.due.is_none() && self.ticket.is_none() {
            let next = self.asked.map_or(cx.clock, |asked| asked + PAUSE + 10 * self.took);
            self.wait(next.saturating_duration_since(cx.clock), cx);
        }
    }

    /// Time has passed.
    pub fn wake(&mut self, cx: &Cx) {
        if self.due.take_if(|at| *at <= cx.clock).is_some() {
            self.asked = Some(cx.clock);
            self.ticket = Some(cx.ask(part::FINDINGS, Lane::Later, Question::Findings));
        }
    }

    /// Takes an answer in; true when it is another one than before.
    pub fn answer(&mut self, answered: Answered, cx: &Cx) -> bool {
        if self.ticket.take_if(|ticket| *ticket == answered.ticket).is_none() {
            return false;
        }
        self.took = self.asked.map_or(Duration::ZERO, |asked| cx.clock.saturating_duration_since(asked));
        let found = match answered.answer {
            Answer::Findings(found) => found,
            // What was found before is still the best there is to know.
            Answer::Failed(why) => {
                let mut known = (*self.findings).clone();
                known.notes = vec![format!("leaks and clones are not known: {why}")];
                known
            }
            _ => return false,
        };
        let news = *self.findings != found;
        self.findings = Arc::new(found);
        news
    }
}
