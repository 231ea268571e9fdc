//! What the keys do in the inbox. What is said about items (seen, not now) is in `put_off`.

use quarterdeck_sync::model::{FlagKind, Kind};

use super::lines::Line;
use super::{Inboxes, MARKS};
use crate::inbox::{Beyond, Cause, Item, More, Subject};
use crate::incident::write_place;
use crate::tui::actions::{Act, of_agents, verbs};
use crate::tui::decisions::Target;
use crate::tui::incidents::Chosen;
use crate::tui::links::view_of;
use crate::tui::motion;
use crate::tui::reading::Reading;
use crate::tui::views::of_record::{self, OfRecord};
use crate::tui::views::{Copied, Cx, Goal, Narrow, Wanted, Wish};

impl Inboxes {
    pub(super) fn point(&mut self, at: usize, cx: &Cx) {
        self.cursor = at.min(self.shown().len().saturating_sub(1));
        // Whoever moves has looked.
        self.put_away = None;
        self.hold();
        self.follow(false, cx);
    }

    /// From now on the selected line is the person's.
    pub(super) fn hold(&mut self) {
        self.held = self.line().map(|line| line.spot());
    }

    /// Moves the cursor; false when it is no motion.
    pub(super) fn motion(&mut self, act: Act, count: Option<u32>, cx: &Cx) -> bool {
        let act = match act {
            Act::NextItem => Act::Down,
            Act::PreviousItem => Act::Up,
            act => act,
        };
        let Some(by) = motion::lines(act, count, self.page) else { return false };
        self.point(motion::among(self.shown().len(), self.cursor, by), cx);
        true
    }

    /// Does something about the selected item, or with the list; false when it is none of the view's.
    pub(super) fn do_item(&mut self, act: Act, count: Option<u32>, cx: &mut Cx) -> bool {
        match act {
            Act::OpenItem => {
                self.hold();
                cx.wishes.extend(self.line().map(|line| match line {
                    Line::Item(item) => open(item),
                    Line::More(more, _) => beyond(more),
                }));
            }
            Act::Read => {
                self.hold();
                cx.wishes.extend(self.selected().and_then(read));
            }
            Act::Seen => self.turn(FlagKind::Acknowledged, count, cx),
            Act::Snooze => self.turn(FlagKind::Snoozed, count, cx),
            Act::Undo => return self.undo(cx),
            Act::MarkItem => self.mark(cx),
            Act::MarkItems => self.mark_all(cx),
            Act::FilterItems => self.begin_typing(),
            Act::ShowSnoozed => {
                self.all = !self.all;
                self.restart(cx);
                cx.say(if self.all {
                    "What was seen or snoozed is shown"
                } else {
                    "What was seen or snoozed is hidden"
                });
            }
            Act::NextCause | Act::PreviousCause => self.turn_cause(act == Act::NextCause, cx),
            Act::InboxPane => {
                self.no_pane = !self.no_pane;
                self.follow(false, cx);
            }
            Act::Back => return self.back(cx),
            act if of_record::leads(act) => {
                // One comes back to this item.
                self.hold();
                cx.wishes.extend(self.selected().and_then(|item| lead(act, item)));
            }
            act if !verbs(act).is_empty() => {
                // The person decides about this item: another one must not take its place.
                self.hold();
                let wanted = self.wanted(act);
                if !wanted.is_empty() {
                    cx.wishes.push(Wish::Decide(act, wanted));
                }
            }
            _ => return false,
        }
        true
    }

    /// One thing less that stands between the person and all of it; false when nothing does.
    fn back(&mut self, cx: &Cx) -> bool {
        if !self.marks.is_empty() {
            self.marks.clear();
        } else if !self.words.text().is_empty() {
            self.filter("", cx);
        } else if self.only.take().is_some() {
            self.restart(cx);
        } else {
            return false;
        }
        true
    }

    /// From the top: what is listed is another list.
    pub(super) fn restart(&mut self, cx: &Cx) {
        let held = self.held.take();
        let found = held.as_ref().and_then(|spot| self.shown().iter().position(|line| line.is(spot)));
        (self.cursor, self.top) = (found.unwrap_or(0), 0);
        self.held = held.filter(|_| found.is_some());
        self.follow(false, cx);
    }

    fn turn_cause(&mut self, forward: bool, cx: &Cx) {
        let mut choices: Vec<Option<Cause>> = vec![None];
        choices.extend(self.causes().into_iter().map(|(cause, _)| Some(cause)));
        let at = choices.iter().position(|choice| *choice == self.only).unwrap_or(0);
        let next = if forward { at + 1 } else { at + choices.len() - 1 } % choices.len();
        self.only = choices.get(next).copied().flatten();
        self.restart(cx);
    }

    /// Marks the selected item, or takes its mark away, and goes on to the next.
    fn mark(&mut self, cx: &mut Cx) {
        let Some(place) = self.selected().map(|item| item.place.clone()) else { return };
        if !self.marks.remove(&place) {
            if self.marks.len() >= MARKS {
                return cx.say(format!("No more than {MARKS} are marked at once"));
            }
            self.marks.insert(place);
        }
        self.point(self.cursor + 1, cx);
    }

    /// Marks every item that is shown, or takes every mark away.
    fn mark_all(&mut self, cx: &mut Cx) {
        if !self.marks.is_empty() {
            return self.marks.clear();
        }
        let places = self.shown().into_iter().filter_map(|line| match line {
            Line::Item(item) => Some(item.place.clone()),
            Line::More(..) => None,
        });
        self.marks = places.take(MARKS).collect();
        cx.say(format!("{} marked", self.marks.len()));
    }

    /// What a decision would be about: the records of the items that are meant, or the agents behind them, each once.
    fn wanted(&self, act: Act) -> Vec<Wanted> {
        let mut wanted: Vec<Wanted> = Vec::new();
        for one in self.meant().into_iter().filter_map(|item| record(act, item)) {
            if !wanted.contains(&one) {
                wanted.push(one);
            }
        }
        wanted
    }

    /// What could be pinned to an incident: the record, the entry or the write of every item that is meant, and the agent behind it.
    pub(super) fn pinned(&self) -> Vec<Chosen> {
        let mut chosen: Vec<Chosen> = Vec::new();
        for one in self.meant().into_iter().flat_map(pins) {
            if !chosen.iter().any(|known| known.of == one.of && known.entry == one.entry) {
                chosen.push(one);
            }
        }
        chosen
    }

    /// What can be copied of the selected item: the id of its record or write, the name of its connection; of a record its
    /// document, of a write the record it is about.
    pub(super) fn to_copy(&self, more: bool) -> Option<Copied<'_>> {
        let item = self.selected()?;
        match (&item.subject, more) {
            (Subject::Record { .. }, false) => Copied::id(&item.place.id),
            (Subject::Record { key, .. }, true) if self.detail.key() == Some(*key) => self.detail.document(),
            (Subject::Write { id, .. }, false) => Copied::id(id.as_str()),
            (Subject::Write { id, .. }, true) => {
                let (_, opened) = self.write.as_ref().filter(|(known, _)| known == id)?;
                Copied::id(opened.as_ref().ok()?.write.intent.target.as_deref()?)
            }
            (Subject::Connection, false) => Some(Copied::Text("name", item.place.connection.as_str().into())),
            _ => None,
        }
    }
}

/// Where an item lives.
fn open(item: &Item) -> Wish {
    match &item.subject {
        Subject::Record { .. } if item.cause() == Cause::Leak && item.entry().is_some() => {
            read(item).unwrap_or_else(|| Wish::Say("there is no transcript here".to_owned()))
        }
        Subject::Record { key, kind } => Wish::Show(Goal::Row(*kind, *key)),
        Subject::Write { id, .. } => Wish::Show(Goal::Write(id.clone())),
        Subject::Connection => Wish::Show(Goal::Connection(item.place.connection.clone())),
    }
}

/// Where all of a cause stand.
fn beyond(more: &More) -> Wish {
    match &more.beyond {
        Beyond::Rows(kind, filter) => Wish::Behind {
            view: view_of(*kind),
            about: format!("all {} of the inbox", more.cause.about().words.1),
            narrow: Box::new(Narrow { fixed: filter.clone(), ..Narrow::default() }),
        },
        Beyond::Writes(state) => Wish::Show(Goal::Writes(*state)),
        Beyond::Query(query) => Wish::Show(Goal::Query(query.clone())),
    }
}

/// Its transcript, at the entry for which it is here.
fn read(item: &Item) -> Option<Wish> {
    let Subject::Record { key, .. } = item.subject else { return None };
    let reading = Reading { of: Target::Row(key), title: item.title.clone(), at: item.entry(), query: String::new() };
    Some(Wish::Read(reading))
}

/// Where a key leads that counts on every record.
fn lead(act: Act, item: &Item) -> Option<Wish> {
    let Subject::Record { key, .. } = item.subject else { return None };
    of_record::wish(act, OfRecord { key, list: &item.list(), id: &item.place.id, title: &item.title })
}

/// What a decision about an item is about: its record, or the agent behind it.
fn record(act: Act, item: &Item) -> Option<Wanted> {
    let Subject::Record { key, kind } = item.subject else { return None };
    let behind = item.agent.as_ref().filter(|_| kind != Kind::Agent && of_agents(act));
    Some(match behind {
        Some(agent) => (agent.list.clone(), Target::Row(agent.key)),
        None => (item.list(), Target::Row(key)),
    })
}

/// What of an item belongs to an incident. A connection is nothing that could be kept as evidence.
fn pins(item: &Item) -> Vec<Chosen> {
    match &item.subject {
        Subject::Record { key, kind } => {
            let entry = item.entry().map(u64::from);
            let itself = Chosen { entry, ..Chosen::new(Target::Row(*key), &item.title) };
            let behind = item.agent.as_ref().filter(|_| *kind != Kind::Agent);
            let behind = behind.map(|agent| Chosen::new(Target::Row(agent.key), &agent.title));
            std::iter::once(itself).chain(behind).collect()
        }
        Subject::Write { id, .. } => vec![Chosen::at(&write_place(&item.place.connection, id.as_str()))],
        Subject::Connection => Vec::new(),
    }
}
