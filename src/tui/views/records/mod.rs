//! A list of records of one kind, with the selected one beside it.
//!
//! One view for every kind: what differs is in [`columns`](super::columns). The list is a window over the mirror
//! ([`Rows`]); text typed into the filter is asked for at each key, and the newest answer wins. What its keys do is in `act`, drawing in `draw`.

mod act;
mod beside;
mod draw;
mod fetching;
mod marks;
mod query;
mod remember;
mod totals;
mod typing;
mod understood;

use std::time::{Duration, Instant};

use crossterm::event::KeyEvent;
use jiff::Timestamp;
use quarterdeck_sync::model::{Kind, ListKey, RowKey};
use ratatui::layout::Rect;

use super::chosen::Chosen;
use super::columns::{Cell, Listing};
use super::complete::Known;
use super::detail::Detail;
use super::pane::Pane;
use super::rest::Rest;
use super::typed::Typed;
use super::{Copied, Cx, Narrow, Scene, View};
use crate::tui::actions::{Act, Facts, Scope};
use crate::tui::canvas::Canvas;
use crate::tui::data::{Answer, Answered, Ticket};
use crate::tui::decisions::Target;
use crate::tui::incidents;
use crate::tui::memory::trail::Step;
use crate::tui::memory::{ListState, RowState};
use crate::tui::rows::{End, Need, Rows};
use crate::tui::unsealed::Unsealed;
use beside::Beside;
use marks::Marks;
use query::Ask;
use totals::Totals;

/// The view's things that are asked for.
mod part {
    pub const ROWS: u8 = 0;
    pub const RECORD: u8 = 1;
    pub const COUNT: u8 = 2;
    pub const STATUSES: u8 = 3;
    pub const MARKS: u8 = 4;
    pub const WORDS: u8 = 5;
    pub const FLAGGED: u8 = 6;
    pub const NAMES: u8 = 7;
}

/// A window that took longer is not asked for at every letter.
const SLOW: Duration = Duration::from_millis(80);
/// A pause in the typing.
const TYPED: Duration = Duration::from_millis(150);

/// What a window that was asked for is to become.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fetch {
    Show(End),
    /// Around this row; at the top of the list when `None`.
    Refresh(Option<RowKey>),
    Extend(Need),
    /// A list opened at this row.
    At(RowKey),
    /// The same with the gone ones: it was not found among the others.
    Gone(RowKey),
}

impl Fetch {
    /// A person waits for what it brings, and would miss it.
    fn asked_for(self) -> bool {
        matches!(self, Fetch::Show(_) | Fetch::At(_) | Fetch::Gone(_))
    }
}

/// The view.
pub(super) struct Records {
    listing: &'static Listing,
    columns: Chosen<Cell>,
    rows: Rows,
    /// The row that was selected the last time, until it is found.
    recalled: Option<RowState>,
    fetch: Option<(Ticket, Fetch)>,
    /// The first answer has come.
    loaded: bool,
    failure: Option<String>,
    fetched_at: Option<Instant>,
    /// The last window took long: the next ones wait for a pause in the typing.
    slow: bool,
    /// When the list is to be asked for again, because of what was typed.
    restart_due: Option<Instant>,
    ask: Ask,
    typed: Typed,
    words_ticket: Option<Ticket>,
    totals: Totals,
    marks: Marks,
    beside: Beside,
    /// Every row that passes is to be marked when it has come.
    marks_ticket: Option<Ticket>,
    /// Some row in memory has an unfinished write: the status needs room for it.
    pending: bool,
    detail: Detail,
    /// The right to see the secrets of the selected record.
    unsealed: Option<Unsealed>,
    detail_ticket: Option<(Ticket, RowKey)>,
    /// Whether the cursor runs: the details wait.
    rest: Rest,
    pane: Pane,
    in_detail: bool,
    /// As last drawn.
    detail_shown: bool,
    list_area: Rect,
    detail_area: Rect,
}

impl Records {
    /// The view of a listing.
    pub fn new(listing: &'static Listing) -> Self {
        Self {
            listing,
            columns: Chosen::new(listing.offer()),
            recalled: None,
            rows: Rows::default(),
            fetch: None,
            loaded: false,
            failure: None,
            fetched_at: None,
            slow: false,
            restart_due: None,
            ask: Ask::new(listing),
            typed: Typed::new(Known::new(typing::OFFERED)),
            words_ticket: None,
            totals: Totals::default(),
            marks: Marks::default(),
            beside: Beside::default(),
            marks_ticket: None,
            pending: false,
            detail: Detail::default(),
            unsealed: None,
            detail_ticket: None,
            rest: Rest::default(),
            pane: Pane::Auto,
            in_detail: false,
            // Until the first frame tells: so that it has the details too, and no second one must follow.
            detail_shown: true,
            list_area: Rect::default(),
            detail_area: Rect::default(),
        }
    }

    fn moved(&mut self, cx: &mut Cx) {
        if self.rest.moved(cx) {
            self.detail.clear();
            self.detail_ticket = None;
        }
        self.fill(cx);
        self.follow(false, cx);
    }
}

impl View for Records {
    fn enter(&mut self, cx: &mut Cx) {
        self.ask_beside(cx);
        if !self.loaded {
            // Whoever came for one record before the first answer still comes to it.
            if !self.fetch.is_some_and(|(_, fetch)| matches!(fetch, Fetch::At(_) | Fetch::Gone(_))) {
                self.begin(cx);
            }
            return;
        }
        let around = self.rows.selected().map(|row| row.key).filter(|_| self.rows.held());
        // A fetch that a person asked for is on its way, or about to be: it will be as fresh as this one.
        if self.restart_due.is_none() && self.fetch.is_none_or(|(_, fetch)| !fetch.asked_for()) {
            self.fetch(Fetch::Refresh(around), cx);
        }
        self.totals.refresh(&self.ask, cx);
    }

    fn narrow(&mut self, narrow: Narrow, cx: &mut Cx) {
        self.ask_beside(cx);
        let select = narrow.select;
        self.ask.narrow(narrow, cx.now);
        match select {
            Some(key) => {
                self.fetch(Fetch::At(key), cx);
                self.totals.restart(&self.ask, cx);
            }
            None => self.restart(cx),
        }
    }

    fn covered(&mut self) {
        // One comes back to this row.
        self.rows.hold();
        self.rows.shed();
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
                    Answer::Record(opened) => self.detail.show(key, opened),
                    Answer::Failed(why) => {
                        self.detail.fail(key, why.clone());
                        cx.say(why);
                    }
                    _ => {}
                }
            }
            part::WORDS => {
                let mine = self.words_ticket.take_if(|ticket| *ticket == answered.ticket).is_some();
                if let (true, Answer::Words(words)) = (mine, answered.answer) {
                    self.named(words);
                }
            }
            part::FLAGGED | part::NAMES => self.beside.answer(answered),
            part::MARKS => {
                let mine = self.marks_ticket.take_if(|ticket| *ticket == answered.ticket).is_some();
                if let (true, Answer::Window(window)) = (mine, answered.answer) {
                    self.marks.add(&window.rows);
                    let more =
                        if window.more_after { format!(", and no more than {}", marks::MOST) } else { String::new() };
                    cx.say(format!("{} marked{more}", self.marks.len()));
                }
            }
            _ => self.totals.answer(answered, cx.clock),
        }
    }

    fn keep(&self) -> Option<ListState> {
        Some(self.to_keep())
    }

    fn recall(&mut self, kept: &ListState, whole: bool, now: Timestamp) {
        self.take_kept(kept, whole, now);
    }

    fn leave_off(&self, step: &mut Step) {
        (step.list, step.narrow) = (Some(self.to_keep()), self.ask.narrowing());
    }

    fn take_up(&mut self, step: &Step, now: Timestamp) -> bool {
        self.lie_as(step, now)
    }

    fn chosen(&self) -> Vec<incidents::Chosen> {
        let name = |list: &ListKey, target: Target| {
            let title = self.rows.selected().filter(|row| target == Target::Row(row.key)).map(|row| row.id.clone());
            incidents::Chosen::new(
                target,
                title.unwrap_or_else(|| format!("a record of {}/{}", list.connection, list.collection)),
            )
        };
        self.marks.wanted(self.rows.selected()).into_iter().map(|(list, target)| name(&list, target)).collect()
    }

    fn masks(&self) -> Option<(ListKey, String)> {
        let row = self.detail.row().filter(|row| self.rows.selected().is_some_and(|at| at.key == row.key))?;
        (self.detail.has_secrets() && (self.detail_shown || self.in_detail)).then(|| (row.list.clone(), row.id.clone()))
    }

    fn copied(&self, more: bool) -> Option<Copied<'_>> {
        let row = self.rows.selected()?;
        match more {
            false => Copied::id(&row.id),
            true if self.detail.key() == Some(row.key) => self.detail.document(),
            true => None,
        }
    }

    fn shows_secrets(&self) -> bool {
        self.unsealed.is_some()
    }

    fn unseal(&mut self, unsealed: Option<Unsealed>, cx: &mut Cx) {
        self.unsealed = unsealed;
        self.detail.clear();
        self.follow(true, cx);
    }

    fn decided(&mut self) {
        self.marks.clear();
    }

    fn decided_but(&mut self, later: &[RowKey]) {
        self.marks.keep(later);
    }

    fn act(&mut self, act: Act, count: Option<u32>, cx: &mut Cx) -> bool {
        if self.columns.open() {
            return self.columns.choose(act, count, cx);
        }
        match self.typed.open() {
            true => self.act_typing(act, cx),
            false => self.motion(act, count, cx) || self.list_act(act, cx),
        }
    }

    fn type_key(&mut self, key: &KeyEvent, cx: &mut Cx) {
        if self.typed.key(key) {
            self.retype(cx);
        }
    }

    fn paste(&mut self, text: &str, cx: &mut Cx) {
        if self.typed.paste(text) {
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
        if self.rest.wake(cx) {
            self.follow(false, cx);
        }
        if self.restart_due.is_some_and(|at| cx.clock >= at) {
            self.restart(cx);
        }
        self.totals.wake(&self.ask, cx);
    }

    fn drawn(&mut self, cx: &mut Cx) {
        self.fill(cx);
        self.follow(false, cx);
    }

    fn ready(&self) -> bool {
        self.loaded && self.detail_ticket.is_none()
    }

    fn scope(&self) -> Scope {
        match (self.typed.open(), self.in_detail) {
            _ if self.columns.open() => Scope::Columns,
            (true, _) => Scope::Prompt,
            (_, true) => Scope::Detail,
            _ => Scope::List,
        }
    }

    fn facts(&self, facts: &mut Facts) {
        facts.records = true;
        facts.grouped = self.listing.grouped;
        // Keys typed ahead of the first answer count: the row will be there.
        facts.selected = self.rows.selected().is_some() || !self.loaded;
        facts.filtered = !self.ask.text().is_empty();
        let named = matches!(self.listing.kind, Kind::Session | Kind::Run | Kind::Approval | Kind::Event);
        facts.readable = named && facts.selected;
        facts.targets = self.marks.lists(self.rows.selected());
    }

    fn draw(&mut self, area: Rect, scene: &Scene, canvas: &mut Canvas) {
        self.draw_all(area, scene, canvas);
    }
}
