//! A list of records of one kind, with the selected one beside it.
//!
//! One view for every kind: what differs is in [`columns`](super::columns). The list is a window over the mirror
//! ([`Rows`]); text typed into the filter is asked for at each key, and the newest answer wins. Drawing is in `draw.rs`.

mod draw;
mod query;

use std::time::{Duration, Instant};

use crossterm::event::KeyEvent;
use quarterdeck_sync::model::{CountOf, RowKey};
use ratatui::layout::Rect;

use super::columns::{Listing, sort_name};
use super::detail::Detail;
use super::{Cx, Scene, View};
use crate::tui::actions::{Act, Facts, Scope};
use crate::tui::canvas::Canvas;
use crate::tui::data::{Answer, Answered, Lane, Question, Ticket};
use crate::tui::rows::{End, Need, Rows};
use crate::tui::text::word;
use crate::tui::widgets::input::Input;
use query::Ask;

/// The view's things that are asked for.
mod part {
    pub const ROWS: u8 = 0;
    pub const RECORD: u8 = 1;
    pub const COUNT: u8 = 2;
    pub const STATUSES: u8 = 3;
}

/// Two motions closer than this are one run: the details wait for its end.
const RUN: Duration = Duration::from_millis(140);

/// Time between two counts, at least.
const RECOUNT: Duration = Duration::from_secs(1);

/// What a window that was asked for is to become.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fetch {
    Show(End),
    /// Around this row; at the top of the list when `None`.
    Refresh(Option<RowKey>),
    Extend(Need),
}

/// Where the details are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pane {
    /// Beside the list where there is room, else away.
    Auto,
    Side,
    Below,
    Off,
}

/// The view.
pub(super) struct Records {
    listing: &'static Listing,
    rows: Rows,
    fetch: Option<(Ticket, Fetch)>,
    /// The first answer has come.
    loaded: bool,
    failure: Option<String>,
    ask: Ask,
    typing: Option<Input>,
    /// What the filter was before typing began.
    before: String,
    count: Option<CountOf>,
    count_ticket: Option<Ticket>,
    statuses: Vec<(String, u64)>,
    statuses_ticket: Option<Ticket>,
    /// When the numbers were last asked for, how long they took, and when they may be asked for again.
    totals_asked: Option<Instant>,
    totals_took: Duration,
    totals_due: Option<Instant>,
    detail: Detail,
    detail_ticket: Option<(Ticket, RowKey)>,
    /// The cursor runs: the details wait until this time.
    resting_at: Option<Instant>,
    moved_at: Option<Instant>,
    pane: Pane,
    in_detail: bool,
    /// As last drawn.
    detail_shown: bool,
    beside: bool,
    list_area: Rect,
    detail_area: Rect,
}

impl Records {
    /// The view of a listing.
    pub fn new(listing: &'static Listing) -> Self {
        Self {
            listing,
            rows: Rows::default(),
            fetch: None,
            loaded: false,
            failure: None,
            ask: Ask::new(listing),
            typing: None,
            before: String::new(),
            count: None,
            count_ticket: None,
            statuses: Vec::new(),
            statuses_ticket: None,
            totals_asked: None,
            totals_took: Duration::ZERO,
            totals_due: None,
            detail: Detail::default(),
            detail_ticket: None,
            resting_at: None,
            moved_at: None,
            pane: Pane::Auto,
            in_detail: false,
            detail_shown: false,
            beside: false,
            list_area: Rect::default(),
            detail_area: Rect::default(),
        }
    }

    fn fetch(&mut self, fetch: Fetch, cx: &Cx) {
        let question = self.ask.window(fetch, &self.rows);
        self.fetch = Some((cx.ask(part::ROWS, Lane::Now, question), fetch));
    }

    /// Everything again from the first row: filter, order or group have changed.
    fn restart(&mut self, cx: &Cx) {
        self.fetch(Fetch::Show(End::First), cx);
        self.totals(cx);
    }

    fn totals(&mut self, cx: &Cx) {
        self.totals_due = None;
        self.totals_asked = Some(cx.clock);
        self.count_ticket = Some(cx.ask(part::COUNT, Lane::Later, self.ask.count()));
        self.statuses_ticket = Some(cx.ask(part::STATUSES, Lane::Later, self.ask.statuses()));
    }

    /// The numbers again, because the mirror has changed: not while they are being counted, and in a large mirror, where
    /// counting takes long, less often.
    fn recount(&mut self, cx: &mut Cx) {
        let pause = RECOUNT + 4 * self.totals_took;
        let next = self.totals_asked.map_or(cx.clock, |asked| asked + pause);
        if cx.clock >= next && self.count_ticket.is_none() && self.statuses_ticket.is_none() {
            return self.totals(cx);
        }
        if self.totals_due.is_none() {
            let wait = next.saturating_duration_since(cx.clock).max(RECOUNT);
            self.totals_due = Some(cx.clock + wait);
            cx.wishes.push(super::Wish::Wake(wait));
        }
    }

    fn counted(&mut self, answered: Answered, clock: Instant) {
        match answered.answer {
            Answer::Count(count) if self.count_ticket.take_if(|ticket| *ticket == answered.ticket).is_some() => {
                self.count = Some(count);
            }
            Answer::Statuses(found) if self.statuses_ticket.take_if(|ticket| *ticket == answered.ticket).is_some() => {
                self.statuses = tallied(found);
            }
            // What failed says so where the rows are.
            Answer::Failed(_) => {
                self.count_ticket.take_if(|ticket| *ticket == answered.ticket);
                self.statuses_ticket.take_if(|ticket| *ticket == answered.ticket);
            }
            _ => return,
        }
        let asked = self.totals_asked.unwrap_or(clock);
        self.totals_took = clock.saturating_duration_since(asked);
    }

    fn fill(&mut self, cx: &Cx) {
        let need = self.rows.need();
        let waiting = self.fetch.is_some_and(|(_, fetch)| !matches!(fetch, Fetch::Extend(_)));
        let asked = self.fetch.is_some_and(|(_, fetch)| fetch == Fetch::Extend(need));
        if need != Need::Nothing && !waiting && !asked {
            self.fetch(Fetch::Extend(need), cx);
        }
    }

    fn take(&mut self, answered: Answered, cx: &Cx) {
        let Some((_, fetch)) = self.fetch.take_if(|(ticket, _)| *ticket == answered.ticket) else { return };
        match answered.answer {
            Answer::Window(window) => {
                let at = self.rows.selected().map(|row| row.key).filter(|_| self.rows.held());
                match fetch {
                    // The person moved on meanwhile: a window around another row would tear them away.
                    Fetch::Refresh(around) if around != at => return self.fetch(Fetch::Refresh(at), cx),
                    Fetch::Refresh(around) => self.rows.refresh(window, around.is_none()),
                    Fetch::Show(end) => self.rows.show(window, end),
                    Fetch::Extend(need) => self.rows.extend(window, need),
                }
                self.failure = None;
                self.loaded = true;
                self.fill(cx);
                self.follow(matches!(fetch, Fetch::Refresh(_)), cx);
            }
            Answer::Failed(why) => (self.failure, self.loaded) = (Some(why), true),
            _ => {}
        }
    }

    /// Brings the details to the selected record, unless the cursor runs. `again`: also if they show it already.
    fn follow(&mut self, again: bool, cx: &Cx) {
        let Some(key) = self.rows.selected().map(|row| row.key) else {
            self.detail.clear();
            self.detail_ticket = None;
            return;
        };
        if self.resting_at.is_some() || !(self.detail_shown || self.in_detail) {
            return;
        }
        let shown = self.detail.key() == Some(key) || self.detail_ticket.is_some_and(|(_, asked)| asked == key);
        if again || !shown {
            self.detail_ticket = Some((cx.ask(part::RECORD, Lane::Now, Question::Record(key)), key));
        }
    }

    fn moved(&mut self, cx: &mut Cx) {
        let running = self.moved_at.is_some_and(|at| cx.clock.saturating_duration_since(at) < RUN);
        self.moved_at = Some(cx.clock);
        if running && self.detail_shown {
            self.detail.clear();
            self.detail_ticket = None;
            self.resting_at = Some(cx.clock + RUN);
            cx.wishes.push(super::Wish::Wake(RUN));
        }
        self.fill(cx);
        self.follow(false, cx);
    }

    fn motion(&mut self, act: Act, count: Option<u32>, cx: &mut Cx) -> bool {
        let page = if self.in_detail { self.detail.page() } else { self.rows.page() } as i64;
        let times = i64::from(count.unwrap_or(1));
        let by = match act {
            Act::Down => times,
            Act::Up => -times,
            Act::PageDown => page * times,
            Act::PageUp => -page * times,
            Act::HalfDown => (page / 2).max(1) * times,
            Act::HalfUp => -(page / 2).max(1) * times,
            Act::First if self.in_detail => i64::MIN / 2,
            Act::Last if self.in_detail => i64::MAX / 2,
            Act::First | Act::Last => {
                let end = if act == Act::First { End::First } else { End::Last };
                if !self.rows.reach(end) {
                    self.fetch(Fetch::Show(end), cx);
                }
                self.moved(cx);
                return true;
            }
            _ => return false,
        };
        if self.in_detail {
            self.detail.step(by);
        } else {
            self.rows.step(by);
            self.moved(cx);
        }
        true
    }

    fn retype(&mut self, cx: &Cx) {
        let text = self.typing.as_ref().map_or(String::new(), |input| input.text().to_owned());
        if self.ask.filter(&text, cx.now) {
            self.restart(cx);
        }
    }

    fn back(&mut self, cx: &mut Cx) -> bool {
        if self.in_detail {
            self.in_detail = false;
        } else if !self.ask.text().is_empty() {
            self.ask.filter("", cx.now);
            self.restart(cx);
        } else {
            return false;
        }
        true
    }

    fn next_pane(&mut self) {
        let now = match (self.pane, self.detail_shown, self.beside) {
            (Pane::Auto, true, _) => Pane::Side,
            (Pane::Auto, false, _) => Pane::Off,
            (pane, ..) => pane,
        };
        self.pane = match now {
            Pane::Side => Pane::Below,
            Pane::Below => Pane::Off,
            _ => Pane::Side,
        };
    }

    fn list_act(&mut self, act: Act, cx: &mut Cx) -> bool {
        match act {
            Act::Open if self.rows.selected().is_some() => {
                self.in_detail = true;
                self.resting_at = None;
                self.follow(false, cx);
            }
            Act::Filter => {
                self.before = self.ask.text().to_owned();
                self.typing = Some(Input::new(&self.before));
            }
            Act::Sort | Act::Reverse => {
                if act == Act::Sort {
                    self.ask.next_sort()
                } else {
                    self.ask.reverse()
                }
                self.restart(cx);
                cx.say(format!("By {}, {}", sort_name(self.ask.sort()), self.ask.order_name()));
            }
            Act::ShowGone => {
                self.ask.gone = !self.ask.gone;
                self.restart(cx);
                cx.say(if self.ask.gone { "Gone records are shown, marked †" } else { "Gone records are hidden" });
            }
            Act::NextGroup | Act::PreviousGroup => {
                self.ask.turn_group(act == Act::NextGroup, cx.fleet);
                self.restart(cx);
            }
            Act::Layout | Act::DetailLayout => self.next_pane(),
            Act::Close => self.in_detail = false,
            Act::Fold => self.detail.fold(),
            Act::Unfold | Act::FoldAll => self.detail.fold_all(act == Act::Unfold),
            Act::Back => return self.back(cx),
            _ => return false,
        }
        true
    }
}

impl View for Records {
    fn enter(&mut self, cx: &mut Cx) {
        if !self.loaded {
            return self.restart(cx);
        }
        let around = self.rows.selected().map(|row| row.key).filter(|_| self.rows.held());
        // A fetch that a person asked for is on its way: it will be as fresh as this one.
        if self.fetch.is_none_or(|(_, fetch)| !matches!(fetch, Fetch::Show(_))) {
            self.fetch(Fetch::Refresh(around), cx);
        }
        self.recount(cx);
    }

    fn answer(&mut self, answered: Answered, cx: &mut Cx) {
        match answered.slot.part {
            part::ROWS => self.take(answered, cx),
            part::RECORD => {
                let Some((_, key)) = self.detail_ticket.take_if(|(ticket, _)| *ticket == answered.ticket) else {
                    return;
                };
                if self.rows.selected().is_none_or(|row| row.key != key) {
                    return;
                }
                match answered.answer {
                    Answer::Record(opened) => self.detail.show(opened),
                    Answer::Failed(why) => cx.say(why),
                    _ => {}
                }
            }
            _ => self.counted(answered, cx.clock),
        }
    }

    fn act(&mut self, act: Act, count: Option<u32>, cx: &mut Cx) -> bool {
        match (act, self.typing.is_some()) {
            (Act::Accept, true) => self.typing = None,
            (Act::Cancel, true) => {
                self.typing = None;
                let before = std::mem::take(&mut self.before);
                if self.ask.filter(&before, cx.now) {
                    self.restart(cx);
                }
            }
            (Act::Following, true) => self.rows.step(1),
            (Act::Preceding, true) => self.rows.step(-1),
            (_, true) => return false,
            _ => return self.motion(act, count, cx) || self.list_act(act, cx),
        }
        self.moved(cx);
        true
    }

    fn type_key(&mut self, key: &KeyEvent, cx: &mut Cx) {
        if self.typing.as_mut().is_some_and(|input| input.key(key)) {
            self.retype(cx);
        }
    }

    fn paste(&mut self, text: &str, cx: &mut Cx) {
        if self.typing.as_mut().is_some_and(|input| input.insert(text)) {
            self.retype(cx);
        }
    }

    fn click(&mut self, x: u16, y: u16, cx: &mut Cx) {
        let at = ratatui::layout::Position { x, y };
        if self.list_area.contains(at) {
            self.in_detail = false;
            if self.rows.point(usize::from(y - self.list_area.y)) {
                self.moved(cx);
            }
        } else if self.detail_area.contains(at) {
            self.in_detail = true;
            // The pane's first line is its heading.
            if let Some(line) = (y - self.detail_area.y).checked_sub(1) {
                self.detail.point(usize::from(line));
            }
        }
    }

    fn wake(&mut self, cx: &mut Cx) {
        if self.resting_at.is_some_and(|at| cx.clock >= at) {
            self.resting_at = None;
            self.follow(false, cx);
        }
        if self.totals_due.is_some_and(|at| cx.clock >= at) {
            self.totals_due = None;
            self.recount(cx);
        }
    }

    fn drawn(&mut self, cx: &mut Cx) {
        self.fill(cx);
        self.follow(false, cx);
    }

    fn ready(&self) -> bool {
        self.loaded
    }

    fn scope(&self) -> Scope {
        match (self.typing.is_some(), self.in_detail) {
            (true, _) => Scope::Prompt,
            (_, true) => Scope::Detail,
            _ => Scope::List,
        }
    }

    fn facts(&self, facts: &mut Facts) {
        facts.records = true;
        facts.grouped = self.listing.grouped;
        facts.selected = self.rows.selected().is_some();
        facts.filtered = !self.ask.text().is_empty();
    }

    fn draw(&mut self, area: Rect, scene: &Scene, canvas: &mut Canvas) {
        self.draw_all(area, scene, canvas);
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
