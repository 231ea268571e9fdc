//! What the keys do in a list of records.

use super::{Fetch, Pane, Records, marks, part};
use crate::tui::actions::{Act, verbs};
use crate::tui::data::Lane;
use crate::tui::motion;
use crate::tui::reading::Reading;
use crate::tui::rows::End;
use crate::tui::views::columns::sort_name;
use crate::tui::views::of_record::{self, OfRecord};
use crate::tui::views::{Cx, Wish};
use quarterdeck_sync::model::Row;

impl Records {
    /// Does a motion; false when it is none.
    pub(super) fn motion(&mut self, act: Act, count: Option<u32>, cx: &mut Cx) -> bool {
        let page = if self.in_detail { self.detail.page() } else { self.rows.page() };
        let Some(by) = motion::lines(act, count, page) else { return false };
        if matches!(act, Act::First | Act::Last) && !self.in_detail {
            let end = if act == Act::First { End::First } else { End::Last };
            if !self.rows.reach(end) {
                self.fetch(Fetch::Show(end), cx);
            }
            self.moved(cx);
            return true;
        }
        if self.in_detail {
            self.detail.step(by);
        } else {
            self.rows.step(by);
            self.moved(cx);
        }
        true
    }

    fn back(&mut self, cx: &mut Cx) -> bool {
        if self.in_detail {
            self.in_detail = false;
        } else if self.marks.clear() {
            self.marks_ticket = None;
        } else if self.ask.text() != self.ask.home() {
            let home = self.ask.home().to_owned();
            self.ask.filter(&home, cx.now);
            self.restart(cx);
        } else {
            return false;
        }
        true
    }

    /// Marks every row that passes, or takes every mark away.
    fn mark_all(&mut self, cx: &Cx) {
        self.marks_ticket = match self.marks.clear() {
            true => None,
            false => Some(cx.ask(part::MARKS, Lane::Now, self.ask.all(marks::MOST))),
        };
    }

    /// Marks every row from the one that was marked last to the selected one.
    fn mark_to(&mut self, cx: &mut Cx) {
        let (Some(from), Some(to)) = (self.marks.last(), self.rows.selected().map(|row| row.key)) else {
            return cx.say("Mark one record first: this marks all from there to here");
        };
        match self.rows.between(from, to) {
            Some(rows) => {
                self.marks.add(rows);
                cx.say(format!("{} marked", self.marks.len()));
            }
            None => cx.say("The record that was marked last is not in this list, or too far away"),
        }
    }

    fn next_pane(&mut self) {
        // Before the first rows nothing is shown beside them, but it will be.
        let now = if self.detail_shown || !self.loaded { Pane::Side } else { Pane::Off };
        self.pane = self.pane.next(now);
    }

    /// Sorts by the next column, or turns the order round.
    fn turn(&mut self, act: Act, cx: &mut Cx) {
        match act {
            Act::Sort => self.ask.next_sort(),
            _ => self.ask.reverse(),
        }
        self.restart(cx);
        cx.say(format!("By {}, {}", sort_name(self.ask.sort()), self.ask.order_name()));
    }

    fn mark_one(&mut self, cx: &mut Cx) {
        if let Some(row) = self.rows.selected() {
            self.marks.turn(row);
            self.rows.step(1);
            self.moved(cx);
        }
    }

    /// Does what is not a motion; false when it is none of the view's.
    pub(super) fn list_act(&mut self, act: Act, cx: &mut Cx) -> bool {
        match act {
            Act::Columns => self.columns.turn(),
            Act::Open => {
                // What is being read must not change under the reader.
                self.rows.hold();
                self.in_detail = true;
                self.rest.stop();
                self.follow(false, cx);
            }
            Act::Filter => self.begin_typing(cx),
            Act::Sort | Act::Reverse => self.turn(act, cx),
            Act::ShowGone => {
                self.ask.gone = !self.ask.gone;
                self.restart(cx);
                cx.say(if self.ask.gone { "Gone records are shown, marked †" } else { "Gone records are hidden" });
            }
            Act::NextGroup | Act::PreviousGroup => {
                self.ask.turn_group(act == Act::NextGroup, cx.fleet);
                self.restart(cx);
            }
            Act::Mark => self.mark_one(cx),
            Act::MarkTo => self.mark_to(cx),
            Act::MarkAll => self.mark_all(cx),
            Act::Read => {
                // One comes back to this row.
                self.rows.hold();
                let query = self.ask.text();
                cx.wishes.extend(self.rows.selected().map(|row| Wish::Read(Reading::of_row(row, query))));
            }
            act if of_record::leads(act) => {
                // One comes back to this row.
                self.rows.hold();
                let of = |row: &Row| {
                    let title = row.title.as_deref().unwrap_or(&row.id);
                    of_record::wish(act, OfRecord { key: row.key, list: &row.list, id: &row.id, title })
                };
                cx.wishes.extend(self.rows.selected().and_then(of));
            }
            act if !verbs(act).is_empty() => {
                // The person decides about this row: newer ones must not take its place.
                self.rows.hold();
                cx.wishes.push(Wish::Decide(act, self.marks.wanted(self.rows.selected())));
            }
            Act::Layout | Act::DetailLayout => self.next_pane(),
            Act::Close => self.in_detail = false,
            Act::Fold => drop(self.detail.fold()),
            Act::Unfold | Act::FoldAll => self.detail.fold_all(act == Act::Unfold),
            Act::Back => return self.back(cx),
            _ => return false,
        }
        true
    }
}
