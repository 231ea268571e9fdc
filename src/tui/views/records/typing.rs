//! Typing a filter: each letter asks again, and says what may stand where one types.

use quarterdeck_sync::model::Kind;

use super::{Records, TYPED, part};
use crate::filter::STATES;
use crate::tui::actions::Act;
use crate::tui::data::{Lane, NamedWords, Question};
use crate::tui::views::typed::Turn;
use crate::tui::views::{Cx, Wish};

/// Fields that lists answer, in the order they are offered in.
pub(super) const OFFERED: &[&str] = &[
    "status",
    "outcome",
    "agent",
    "project",
    "title",
    "id",
    "connection",
    "platform",
    "collection",
    "kind",
    "is",
    "after",
    "before",
    "on",
    "host",
    "branch",
    "path",
];
impl Records {
    /// Begins with the filter as it is.
    pub(super) fn begin_typing(&mut self, cx: &Cx) {
        self.words_ticket = Some(cx.ask(part::WORDS, Lane::Later, Question::Words(self.ask.scope())));
        self.know(cx);
        self.typed.begin(self.ask.text());
    }

    /// What can be asked for, but for the names that are asked for.
    fn know(&mut self, cx: &Cx) {
        let fleet = cx.fleet;
        let known = &mut self.typed.known;
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        let sorted = |mut names: Vec<String>| {
            names.sort_unstable();
            names
        };
        known.tell(&["status", "outcome"], self.totals.statuses.iter().map(|(status, _)| status.clone()));
        known.tell(&["connection"], fleet.connections.iter().map(|one| one.info.name.clone()));
        known.tell(&["platform"], sorted(fleet.connections.iter().map(|one| one.info.platform.clone()).collect()));
        let lists = fleet.lists.iter().filter(|list| list.kind == self.listing.kind);
        known.tell(&["collection"], sorted(lists.map(|list| list.list.collection.clone()).collect()));
        known.tell(&["kind"], words(&Kind::ALL.map(Kind::as_str)));
        known.tell(&["is"], words(&STATES));
    }

    /// The names there are.
    pub(super) fn named(&mut self, words: NamedWords) {
        self.typed.known.tell(&["agent", "host"], words.agents);
        self.typed.known.tell(&["project"], words.projects);
        self.typed.suggest();
    }

    /// Does an action while a filter is typed; false when it is none of those.
    pub(super) fn act_typing(&mut self, act: Act, cx: &mut Cx) -> bool {
        match self.typed.act(act) {
            Turn::Done => {
                if self.restart_due.is_some() {
                    self.restart(cx);
                }
            }
            Turn::Back(before) => {
                if self.ask.filter(&before, cx.now) {
                    self.restart(cx);
                }
            }
            Turn::Changed => {
                self.retype(cx);
                return true;
            }
            Turn::Step(by) => self.rows.step(by),
            Turn::None => return false,
        }
        self.moved(cx);
        true
    }

    /// The filter's text has changed.
    pub(super) fn retype(&mut self, cx: &mut Cx) {
        let text = self.typed.text().unwrap_or_default().to_owned();
        if !self.ask.filter(&text, cx.now) {
            return;
        }
        self.marks_ticket = None;
        if self.slow {
            self.restart_due = Some(cx.clock + TYPED);
            cx.wishes.push(Wish::Wake(TYPED));
        } else {
            self.restart(cx);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::OFFERED;

    #[test]
    fn every_field_that_is_offered_is_one_of_the_language() {
        let known = crate::filter::fields();
        assert!(OFFERED.iter().all(|name| known.get(name).is_some()));
    }
}
