//! What the keys do among the connections.

use super::rows::{self, Line};
use super::{Connections, Pick};
use crate::tui::actions::Act;
use crate::tui::links::view_of;
use crate::tui::motion;
use crate::tui::views::sieve::Sieve;
use crate::tui::views::typed::{Sifted, Typed};
use crate::tui::views::{Cx, Wish, value};

impl Connections {
    pub(super) fn do_act(&mut self, act: Act, count: Option<u32>, cx: &mut Cx) -> bool {
        if self.columns.open() {
            return self.columns.choose(act, count, cx);
        }
        if self.typed.open() {
            return self.act_typing(act, cx);
        }
        match act {
            Act::OpenList => self.enter_list(cx),
            Act::CloseConnection => self.reading = false,
            Act::SyncConnection => {
                let wanted = self.wanted();
                cx.wishes.extend(wanted.into_iter().map(Wish::Sync));
            }
            Act::TestConnection => {
                self.test(cx);
            }
            Act::FilterConnections => {
                rows::know(&mut self.typed.known, cx.fleet);
                self.typed.begin(self.sieve.text());
            }
            Act::SortConnections => {
                self.sorted.next();
                cx.say(self.sorted.said());
            }
            Act::ReverseConnections => {
                self.sorted.reverse();
                cx.say(self.sorted.said());
            }
            Act::ConnectionColumns => self.columns.turn(),
            Act::ConnectionPane => {
                // What is read must be in sight.
                self.reading = false;
                self.pane = self.pane.next(self.shown_pane);
            }
            Act::MarkConnection => self.mark_one(cx),
            Act::MarkConnections => {
                let all = self.lines(cx).iter().map(|line| line.connection.info.name.clone()).collect();
                self.marks = if self.marks.is_empty() { all } else { Default::default() };
            }
            Act::Back => return self.back(cx),
            act => return self.motion(act, count, cx),
        }
        true
    }

    fn lines<'a>(&self, cx: &Cx<'a>) -> Vec<Line<'a>> {
        rows::lines(cx.fleet, &self.sieve, &self.sorted, cx.now)
    }

    /// Opens the selected list; of a connection, what is known of it is moved through.
    fn enter_list(&mut self, cx: &mut Cx) {
        self.settle(&self.picks(cx));
        let Some(Pick { connection, list }) = &self.pick else { return };
        let Some((collection, kind)) = list else {
            self.reading = true;
            return;
        };
        let filter = format!("connection:{} collection:{}", value(connection), value(collection));
        cx.wishes.push(Wish::List { view: view_of(*kind), filter, select: None });
    }

    /// The connections that a key is about: the marked ones, else the one the cursor is in.
    /// Asks for trials. One that lets go of what waits for it is asked about on a sheet, and there is one sheet at a time.
    fn test(&mut self, cx: &mut Cx) {
        let wanted = self.wanted();
        let held = |name: &String| cx.fleet.standing.held.get(name).is_some_and(|held| *held > 0);
        let (asking, free): (Vec<String>, Vec<String>) = wanted.into_iter().partition(held);
        let alone = free.is_empty() && asking.len() == 1;
        if let (Some(first), false) = (asking.first(), alone) {
            cx.say(format!(
                "Not tested: {first}{}: decisions wait there, so it is tested by itself",
                match asking.len() {
                    1 => String::new(),
                    more => format!(" and {} more", more - 1),
                }
            ));
        }
        let tested = if alone { asking } else { free };
        cx.wishes.extend(tested.into_iter().map(Wish::Test));
    }

    fn wanted(&self) -> Vec<String> {
        match self.marks.is_empty() {
            true => self.pick.iter().map(|pick| pick.connection.clone()).collect(),
            false => self.marks.iter().cloned().collect(),
        }
    }

    fn picks(&self, cx: &Cx) -> Vec<Pick> {
        self.lines(cx).iter().map(Line::pick).collect()
    }

    /// Marks the connection that the cursor is in, and goes to the next one.
    fn mark_one(&mut self, cx: &Cx) {
        let picks = self.picks(cx);
        self.settle(&picks);
        let Some(name) = self.pick.as_ref().map(|pick| pick.connection.clone()) else { return };
        let at = self.at(&picks);
        if let Some(next) = picks.iter().skip(at).find(|pick| pick.connection != name) {
            self.pick = Some(next.clone());
        }
        if !self.marks.remove(&name) {
            self.marks.insert(name);
        }
    }

    fn back(&mut self, cx: &Cx) -> bool {
        if self.reading {
            self.reading = false;
        } else if !self.marks.is_empty() {
            self.marks.clear();
        } else if !self.sieve.is_empty() {
            self.sift("", cx);
        } else {
            return false;
        }
        true
    }

    fn motion(&mut self, act: Act, count: Option<u32>, cx: &Cx) -> bool {
        let page = if self.reading { self.scroll.2 } else { self.page };
        let Some(by) = motion::lines(act, count, page) else { return false };
        if self.reading {
            self.scroll.0 = motion::among(self.scroll.1.saturating_sub(self.scroll.2) + 1, self.scroll.0, by);
        } else {
            self.step(by, cx);
        }
        true
    }
}

impl Sifted for Connections {
    fn typed(&mut self) -> &mut Typed {
        &mut self.typed
    }

    fn sift(&mut self, text: &str, cx: &Cx) {
        self.sieve = Sieve::typing(text, rows::ASKS, cx.now);
        self.settle(&self.picks(cx));
    }

    fn step(&mut self, by: i64, cx: &Cx) {
        let picks = self.picks(cx);
        let to = motion::among(picks.len(), self.at(&picks), by);
        self.pick = picks.get(to).cloned();
        self.scroll.0 = 0;
    }
}
