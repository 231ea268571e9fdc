//! How many there are and of what: asked for when the hits are there, of the same moment, and shown as it comes. Until then what stood
//! beside the hits before is dimmed.

use super::{Search, part};
use crate::search;
use crate::tui::data::{Answer, Lane, Question};
use crate::tui::views::Cx;

impl Search {
    /// Asks for what is counted among everything that the shown hits are part of.
    pub(super) fn count(&mut self, cx: &Cx) {
        let Some(answer) = &self.answer else { return };
        let question = search::Question {
            limit: 0,
            facets: search::Facet::ALL.to_vec(),
            hits_only: false,
            moment: Some(answer.moment.clone()),
            ..self.question(&self.answered)
        };
        self.counting = Some(cx.ask(part::COUNTS, Lane::Later, Question::Search(Box::new(question))));
    }

    /// What the hits alone tell: whether they are all, and that there is nothing to count where there are none.
    pub(super) fn told(&mut self) {
        self.counting = None;
        let whole = self.answer.as_ref().is_some_and(|answer| answer.next.is_none());
        if whole {
            self.total = Some(self.hits.len() as u64);
        }
        if self.hits.is_empty() {
            self.facets.show(None);
        }
    }

    /// Takes them in. They are of the hits that are shown: newer hits ask anew.
    pub(super) fn take_counts(&mut self, counted: Answer) {
        let (Answer::Search(counted), Some(answer)) = (counted, &mut self.answer) else { return };
        answer.capped |= counted.capped;
        answer.counts = counted.counts;
        self.total = Some(counted.total.saturating_sub(answer.left_out).max(self.hits.len() as u64));
        self.facets.show(self.answer.as_deref());
    }
}
