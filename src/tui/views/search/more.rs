//! Further hits, as one comes near the last.

use super::{CHUNK, MOST, Search, part};
use crate::search;
use crate::tui::data::{Answer, Lane, Question};
use crate::tui::views::Cx;

impl Search {
    /// More hits, as one comes near the last. Who has not moved yet sees the first ones, and may be typing.
    pub(super) fn fill(&mut self, cx: &Cx) {
        let Some(answer) = &self.answer else { return };
        let moved = self.cursor > 0 && self.cursor + 2 * self.page.max(1) >= self.hits.len();
        let near = moved || self.hits.len() < self.page;
        // What has failed once is asked for again by a person, not by every frame.
        let stuck = self.ticket.is_some() || self.more.is_some() || self.failure.is_some();
        let Some(next) = answer.next.filter(|_| !stuck && near && self.has_more()) else { return };
        let question = search::Question {
            limit: CHUNK,
            offset: next,
            moment: Some(answer.moment.clone()),
            ..self.question(&self.answered)
        };
        self.more = Some(cx.ask(part::MORE, Lane::Now, Question::Search(Box::new(question))));
    }

    /// There are hits that are not here yet, and room for them.
    pub(super) fn has_more(&self) -> bool {
        self.hits.len() < MOST && self.answer.as_ref().is_some_and(|answer| answer.next.is_some())
    }

    pub(super) fn take_more(&mut self, answer: Answer) {
        match (answer, &mut self.answer) {
            (Answer::Search(more), Some(answer)) => {
                // Some of them may have gone meanwhile: where the next page begins is not told by how many are here.
                answer.next = more.next;
                answer.left_out += more.left_out;
                self.total = self.total.map(|total| total.saturating_sub(more.left_out));
                self.hits.extend(more.hits);
            }
            (Answer::Failed(why), _) => self.failure = Some(why),
            _ => {}
        }
    }
}
