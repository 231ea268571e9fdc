//! Typing a filter: each letter asks again, and says what may stand where one types.

use super::complete::Suggested;
use super::{Records, TYPED, part};
use crate::tui::data::{Lane, Question};
use crate::tui::views::{Cx, Wish};
use crate::tui::widgets::input::Input;

impl Records {
    /// Begins with the filter as it is.
    pub(super) fn begin_typing(&mut self, cx: &Cx) {
        self.before = self.ask.text().to_owned();
        self.typing = Some(Input::new(&self.before));
        self.words_ticket = Some(cx.ask(part::WORDS, Lane::Later, Question::Words(self.ask.scope())));
        self.suggest(cx);
    }

    /// The filter's text has changed.
    pub(super) fn retype(&mut self, cx: &mut Cx) {
        self.suggest(cx);
        self.typed(cx);
    }

    /// What may stand where one types now.
    pub(super) fn suggest(&mut self, cx: &Cx) {
        let Some(input) = &self.typing else { return };
        let fleet = cx.fleet;
        let known = &mut self.known;
        known.statuses = self.totals.statuses.iter().map(|(status, _)| status.clone()).collect();
        known.connections = fleet.connections.iter().map(|one| one.info.name.clone()).collect();
        known.platforms = fleet.connections.iter().map(|one| one.info.platform.clone()).collect();
        let lists = fleet.lists.iter().filter(|list| list.kind == self.listing.kind);
        known.collections = lists.map(|list| list.list.collection.clone()).collect();
        for names in [&mut known.platforms, &mut known.collections] {
            names.sort_unstable();
            names.dedup();
        }
        self.suggested = Suggested::new(input.text(), known);
    }

    /// Takes another of the suggestions into the filter.
    pub(super) fn take_suggestion(&mut self, forward: bool, cx: &mut Cx) {
        let Some(input) = &mut self.typing else { return };
        if let Some(text) = self.suggested.take(input.text(), forward) {
            *input = Input::new(&text);
            self.typed(cx);
        }
    }

    fn typed(&mut self, cx: &mut Cx) {
        let text = self.typing.as_ref().map_or(String::new(), |input| input.text().to_owned());
        if !self.ask.filter(&text, cx.now) {
            return;
        }
        if self.slow {
            self.restart_due = Some(cx.clock + TYPED);
            cx.wishes.push(Wish::Wake(TYPED));
        } else {
            self.restart(cx);
        }
    }
}
