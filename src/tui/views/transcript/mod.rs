//! The transcript: what was said and done in a session or run, entry by entry.
//!
//! It has no tab: it lies over the view that it was opened from ([`Wish::Read`](super::Wish)), and [`Wish::Back`](super::Wish)
//! leads there again, with the selection as it was. Subagents open over the session that started them.
//!
//! - `book`: what is shown, and its layouts. `lines`, `texts`, `tools`, `audit`, `card`, `diff`: an entry as lines. `scroll`: the cursor
//!   and the page. `ink`: colours of code.
//! - `preview`: an entry among its neighbours, for other views. `strip`: the session in one line. `draw`: drawing.
//! - `act`, `jump`: what the keys do. `mode`: what is typed or chosen over the page. `keeping`: bookmarks, notes, reviews. `drafts`: notes
//!   that were left. `things`: what can be copied alone. `behind`: the way back. `remember`: where one was, the next time. `kinship`: subagents and whose it is. `fetching`: asking for entries. `unmasked`: its secrets as they are.
//!
//! Always true: entries come parsed and clean from a worker ([`crate::tui::reading`]); drawing lays out what is in sight, and no more.

mod act;
mod audit;
mod behind;
mod book;
mod card;
mod diff;
mod drafts;
mod draw;
mod fetching;
mod ink;
mod jump;
mod keeping;
mod kinship;
mod lines;
mod mode;
mod preview;
mod remember;
mod scroll;
mod strip;
mod texts;
mod things;
mod tools;
mod unmasked;

use std::sync::Arc;

use crossterm::event::KeyEvent;
use jiff::Timestamp;
use quarterdeck_sync::model::ListKey;
use ratatui::layout::{Position, Rect};

use super::{Came, Cx, Scene, View};
use crate::tui::actions::{Act, Facts, Scope};
use crate::tui::canvas::Canvas;
use crate::tui::data::{Answer, Answered, Lane, Question, Ticket};
use crate::tui::incidents::Chosen;
use crate::tui::marking::Words;
use crate::tui::memory::DraftState;
use crate::tui::memory::trail::{ReadState, Step};
use crate::tui::reading::{Read, Reading, Transcript};
use crate::tui::unsealed::Unsealed;
use book::Book;
use fetching::Fetching;
pub(super) use lines::look;
use mode::Mode;
pub(super) use preview::Window;
use scroll::{Scroll, Spot};
use strip::Strip;

/// The view's things that are asked for.
mod part {
    pub const ENTRIES: u8 = 0;
    pub const FOUND: u8 = 1;
    pub const COLOURS: u8 = 2;
    pub const KEPT: u8 = 3;
    pub const KIN: u8 = 4;
}

/// What is read, and how far.
#[derive(Debug)]
struct Open {
    reading: Reading,
    /// Title of the view it was opened from; none when it was another session.
    from: Option<String>,
    book: Option<Book>,
    /// The right to see its secrets, and what is shown again when that ends.
    unsealed: Option<Unsealed>,
    masked: Option<Arc<Transcript>>,
    scroll: Scroll,
    /// The entry to go to, once it is known how large the page is.
    goal: Option<usize>,
    /// The words that are marked, and the entries that hold them.
    words: Words,
    found: Vec<u32>,
    /// Why there is no session here, for a person.
    missing: Option<&'static str>,
    failure: Option<String>,
    fetching: Fetching,
    /// It was read the last time, and nobody has seen it since: where one was.
    left: Option<ReadState>,
}

impl Open {
    fn new(reading: Reading, from: Option<String>) -> Self {
        let words = Words::of_query(&reading.query);
        Self {
            goal: reading.at.map(|at| at as usize),
            reading,
            from,
            book: None,
            unsealed: None,
            masked: None,
            scroll: Scroll::default(),
            words,
            found: Vec::new(),
            missing: None,
            failure: None,
            fetching: Fetching::No,
            left: None,
        }
    }

    /// Takes in what was read. Until there are entries one has not come to where it leads.
    fn turn_to(&mut self, transcript: Arc<Transcript>) {
        let led = transcript.led.map(|at| at as usize);
        match &mut self.book {
            Some(book) => {
                if book.transcript().entries.is_empty() {
                    // Whoever has moved meanwhile stays where they are.
                    let unmoved = self.scroll.cursor == Spot::default();
                    self.goal = self.goal.or(led).filter(|_| unmoved);
                }
                book.renew(transcript);
            }
            None => {
                self.goal = self.goal.or(led);
                self.book = Some(Book::new(transcript));
            }
        }
    }

    /// Goes to what is shown as number `at`, and there to the first marked line, if some are.
    fn reach(&mut self, at: usize, to_words: bool) {
        let Some(book) = &mut self.book else { return };
        let marked = if to_words { book.marked(at, 0, &self.words, true) } else { None };
        let line = marked.unwrap_or_else(|| book.head(at));
        let count = book.count();
        self.scroll.reach(Spot { entry: at, line }, count, |at| book.height(at));
    }
}

/// The view.
#[derive(Debug, Default)]
pub(super) struct Transcripts {
    open: Option<Box<Open>>,
    /// What to go back to, the latest last: the sessions that led to this one.
    behind: Vec<Open>,
    ticket: Option<Ticket>,
    found_ticket: Option<Ticket>,
    colours_ticket: Option<Ticket>,
    kept_ticket: Option<Ticket>,
    kin_ticket: Option<Ticket>,
    mode: Mode,
    drafts: Vec<drafts::Draft>,
    strip: Option<(u16, Strip)>,
    strip_area: Rect,
    text_area: Rect,
}

impl Transcripts {
    fn ask(&mut self, cx: &Cx) {
        let Some(open) = &self.open else { return };
        let known = open.book.as_ref().map(|book| Arc::clone(book.transcript()));
        let question = Question::Transcript(open.reading.of.clone(), known, open.unsealed.clone());
        self.ticket = Some(cx.ask(part::ENTRIES, Lane::Now, question));
    }

    /// Looks for the words in every entry.
    fn find(&mut self, cx: &Cx) {
        let Some(open) = &mut self.open else { return };
        open.found.clear();
        self.found_ticket = None;
        if let Some(book) = open.book.as_ref().filter(|_| !open.words.is_empty()) {
            let question = Question::Find(Arc::clone(book.transcript()), open.words.clone());
            self.found_ticket = Some(cx.ask(part::FOUND, Lane::Now, question));
        }
    }

    fn take(&mut self, read: Read, cx: &mut Cx) {
        let Some(open) = &mut self.open else { return };
        open.failure = None;
        if matches!(read, Read::Gone | Read::Unnamed) && open.left.is_some() {
            return self.leave_lost(cx);
        }
        match read {
            Read::Gone => open.missing = Some("It is not in the mirror. It may come with the next sync."),
            Read::Unnamed => open.missing = Some("It names no session and no run that is in the mirror."),
            Read::Same => {
                if let Some(known) = open.transcript().cloned() {
                    open.fetch(&known, cx);
                }
            }
            Read::New(transcript) => {
                open.reads_as(&transcript);
                open.missing = None;
                self.strip = None;
                self.colours_ticket = None;
                open.fetch(&transcript, cx);
                open.turn_to(transcript);
                open.take_up(cx);
                self.find(cx);
            }
        }
        self.ask_kept(cx);
    }

    /// What was found, while the words are being typed: the nearest place that holds them.
    fn took_found(&mut self, found: Vec<u32>) {
        let Some(open) = &mut self.open else { return };
        open.found = found;
        let Mode::Finding(_, from) = &self.mode else { return };
        let Some(book) = &open.book else { return };
        let from = book.place(from.entry).unwrap_or(0) as u32;
        let next = open.found.iter().find(|at| **at >= from).or(open.found.first());
        if let Some(at) = next {
            let number = book.number(*at as usize);
            open.reach(number, true);
        }
    }

    /// Another session comes into sight: what is on its way for this one must not be taken for something of that.
    fn turn_away(&mut self) {
        self.strip = None;
        (self.ticket, self.found_ticket, self.colours_ticket) = (None, None, None);
        (self.kept_ticket, self.kin_ticket) = (None, None);
    }
}

impl View for Transcripts {
    fn enter(&mut self, cx: &mut Cx) {
        // While an answer is on its way it will be as fresh as another.
        if self.ticket.is_none() {
            self.ask(cx);
        }
    }

    fn read(&mut self, reading: Reading, came: Came, cx: &mut Cx) {
        self.mode = Mode::Reading;
        self.turn_away();
        self.seal();
        let before = self.open.take().map(|open| *open);
        let from = match came {
            Came::Fresh(from) => {
                self.behind.clear();
                Some(from)
            }
            Came::Over(from) => {
                self.behind.extend(before);
                Some(from)
            }
            Came::Here => {
                self.behind.extend(before);
                None
            }
        };
        self.shed();
        self.open = Some(Box::new(Open::new(reading, from)));
        self.ask(cx);
    }

    fn close(&mut self) {
        *self = Self { drafts: std::mem::take(&mut self.drafts), ..Self::default() };
    }

    fn step_out(&mut self, _cx: &mut Cx) {
        self.leave_layer();
    }

    fn bare(&self) -> bool {
        self.open.is_none()
    }

    fn leaving(&mut self, _cx: &mut Cx) {
        self.leave_writing();
    }

    fn drafts(&self) -> Vec<DraftState> {
        self.left_notes()
    }

    fn take_drafts(&mut self, left: &[DraftState]) {
        self.take_notes(left);
    }

    fn covered(&mut self) {
        // A list that comes late would take the keys of whoever comes back.
        self.kin_ticket = None;
        // Whoever goes on has seen it.
        self.open.iter_mut().for_each(|open| open.left = None);
    }

    fn leave_off(&self, step: &mut Step) {
        step.read = self.behind.iter().chain(self.open.as_deref()).filter_map(Open::left_at).collect();
    }

    fn take_up(&mut self, step: &Step, _now: Timestamp) -> bool {
        self.read_again(&step.read)
    }

    fn masks(&self) -> Option<(ListKey, String)> {
        self.masked()
    }

    fn shows_secrets(&self) -> bool {
        self.open.as_ref().is_some_and(|open| open.unsealed.is_some())
    }

    fn unseal(&mut self, unsealed: Option<Unsealed>, cx: &mut Cx) {
        self.show_secrets(unsealed, cx);
    }

    fn answer(&mut self, answered: Answered, cx: &mut Cx) {
        let slot = match answered.slot.part {
            part::ENTRIES => &mut self.ticket,
            part::COLOURS => &mut self.colours_ticket,
            part::KEPT => &mut self.kept_ticket,
            part::KIN => &mut self.kin_ticket,
            _ => &mut self.found_ticket,
        };
        if slot.take_if(|ticket| *ticket == answered.ticket).is_none() {
            return;
        }
        match (answered.slot.part, answered.answer) {
            (_, Answer::Transcript(read)) => self.take(read, cx),
            (_, Answer::Found(found)) => self.took_found(found),
            (_, Answer::Kin(kin)) => self.took_kin(*kin, cx),
            (part::KIN, Answer::Failed(why)) => cx.say(format!("Its subagents cannot be looked for: {why}")),
            (part, answer) => {
                let Some(open) = &mut self.open else { return };
                match (part, answer, &mut open.book) {
                    (_, Answer::Kept(kept), Some(book)) => book.keep(*kept),
                    (_, Answer::Colours(found), Some(book)) => book.colour(Some(found)),
                    (part::COLOURS, _, Some(book)) => book.colour(None),
                    (part::ENTRIES, Answer::Failed(why), _) => open.failure = Some(why),
                    _ => {}
                }
            }
        }
    }

    fn chosen(&self) -> Vec<Chosen> {
        self.open.iter().map(|open| open.chosen()).collect()
    }

    fn fetched(&mut self, list: &ListKey, id: &str, failed: Option<&str>, cx: &mut Cx) -> bool {
        let id = (&*list.connection, &*list.collection, id);
        self.open.as_mut().is_some_and(|open| open.fetched(id, failed, cx.now))
    }

    fn act(&mut self, act: Act, count: Option<u32>, cx: &mut Cx) -> bool {
        self.do_act(act, count, cx)
    }

    fn type_key(&mut self, key: &KeyEvent, cx: &mut Cx) {
        if self.mode.key(key) {
            self.retype(cx);
        }
    }

    fn paste(&mut self, text: &str, cx: &mut Cx) {
        if self.mode.insert(text) {
            self.retype(cx);
        }
    }

    fn click(&mut self, x: u16, y: u16, _cx: &mut Cx) {
        let at = Position { x, y };
        let Some(open) = self.open.as_mut().filter(|_| matches!(self.mode, Mode::Reading)) else { return };
        let Some(book) = &mut open.book else { return };
        if self.strip_area.contains(at)
            && let Some(entry) = self.strip.as_ref().and_then(|(_, strip)| strip.entry(x - self.strip_area.x))
        {
            let number = book.number(entry);
            open.reach(number, false);
        } else if self.text_area.contains(at) {
            let count = book.count();
            let mut top = Scroll { cursor: open.scroll.top, page: open.scroll.page, ..Scroll::default() };
            top.step(i64::from(y - self.text_area.y), count, |at| book.height(at));
            open.scroll.cursor = top.cursor;
        }
    }

    fn drawn(&mut self, cx: &mut Cx) {
        let Some(book) = self.open.as_mut().and_then(|open| open.book.as_mut()) else { return };
        if self.colours_ticket.is_some() {
            return;
        }
        let wanted = book.wanted();
        if !wanted.is_empty() {
            // Nobody waits for colours: whatever says something comes first.
            let question = Question::Colours(Arc::clone(book.transcript()), wanted);
            self.colours_ticket = Some(cx.ask(part::COLOURS, Lane::Later, question));
        }
    }

    fn ready(&self) -> bool {
        self.ticket.is_none()
    }

    fn scope(&self) -> Scope {
        if matches!(self.mode, Mode::Reading) { Scope::Reading } else { Scope::Prompt }
    }

    fn facts(&self, facts: &mut Facts) {
        facts.entries = self.open.as_ref().and_then(|open| open.book.as_ref()).is_some_and(|book| book.count() > 1);
    }

    fn draw(&mut self, area: Rect, scene: &Scene, canvas: &mut Canvas) {
        self.draw_all(area, scene, canvas);
    }
}
