//! Search over everything: records, and the entries of sessions and runs.
//!
//! One types, and what is found stands below at once; facets beside it narrow, a preview shows the selected hit where it
//! stands, and opening it leads to the transcript at that entry. What narrows is written into the query itself: there is no
//! other state, so a search can be read, kept and sent to somebody.
//!
//! - `act`: what the keys do. `naming`: keeping a search under a name. `facets`: what was found, counted. `preview`: the selected hit
//!   in its surroundings. `more`: further hits. `draw`: drawing. `remember`: what was searched for, the next time.
//! - `counts`: how many there are and of what, which comes behind the hits.
//!
//! Always true: hits of an older query never take the place of newer ones, and stay in sight until those are there. More hits
//! of one answer are asked for as of the same moment, so none moves while one scrolls.

mod act;
mod counts;
mod draw;
mod facets;
mod more;
mod naming;
mod preview;
mod remember;

use std::time::Duration;

use crossterm::event::KeyEvent;
use jiff::Timestamp;
use quarterdeck_sync::model::{Kind, ListKey};
use ratatui::layout::{Position, Rect};

use super::{Copied, Cx, Goal, Scene, View, Wish};
use crate::search::{self, Hit, Order, SavedSearch};
use crate::tui::actions::{Act, Facts, Scope};
use crate::tui::canvas::Canvas;
use crate::tui::data::{Answer, Answered, Lane, Question, Ticket};
use crate::tui::decisions::Target;
use crate::tui::incidents::Chosen;
use crate::tui::marking::Words;
use crate::tui::memory::trail::Step;
use crate::tui::memory::{ListState, RowState};
use crate::tui::unsealed::Unsealed;
use crate::tui::widgets::input::Input;
use facets::Facets;
use naming::Naming;
use preview::Preview;

/// The view's things that are asked for.
mod part {
    pub const HITS: u8 = 0;
    pub const MORE: u8 = 1;
    pub const PREVIEW: u8 = 2;
    pub const SAVED: u8 = 3;
    pub const COUNTS: u8 = 4;
}

/// Hits of one answer, as one goes through them.
const CHUNK: usize = 60;
/// Hits of the first answer before it is known how many fit.
const FIRST: usize = 20;
/// Hits kept.
const MOST: usize = 3_000;
/// Lines of a hit.
const HIGH: usize = 2;
/// A search that takes longer is told.
const LATE: Duration = Duration::from_millis(250);

/// Where the keys go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Focus {
    /// To the query.
    Query,
    #[default]
    Hits,
    Facets,
}

/// The view.
#[derive(Debug, Default)]
pub(super) struct Search {
    input: Input,
    focus: Focus,
    order: Order,
    hits: Vec<Hit>,
    /// What the hits are part of; none before the first answer.
    answer: Option<Box<search::Answer>>,
    /// The query that the hits answer.
    answered: String,
    /// How many there are, once that is known of this query.
    total: Option<u64>,
    /// How many there are, and of what, is on its way.
    counting: Option<Ticket>,
    words: Words,
    ticket: Option<(Ticket, String)>,
    more: Option<Ticket>,
    /// The person has changed what is asked for, and its answer is not here: what is on the screen answers something else.
    stale: bool,
    /// The first hit is to be opened as soon as the newest answer is here.
    opening: bool,
    /// The answer takes long.
    late: bool,
    failure: Option<String>,
    cursor: usize,
    /// The hit that was selected the last time: the cursor goes to it with the first answer.
    left_at: Option<(RowState, Option<u32>)>,
    /// How far a motion went beyond the hits that are here: the next ones are on their way.
    owed: i64,
    top: usize,
    /// Hits that fit.
    page: usize,
    facets: Facets,
    preview: Preview,
    saved: Vec<(SavedSearch, Option<u64>)>,
    saved_ticket: Option<Ticket>,
    /// Which of the saved searches is chosen, while nothing is typed.
    chosen: usize,
    /// A name is being typed.
    naming: Option<Naming>,
    hits_area: Rect,
    facets_area: Rect,
    preview_area: Rect,
}

impl Search {
    /// What is typed, as far as it fits the screen: each hit costs a piece of a session to be read, and the next key may ask for
    /// others. What is counted among all that matches comes behind them (`counts`).
    fn question(&self, text: &str) -> search::Question {
        let limit = if self.left_at.is_some() {
            CHUNK
        } else if self.page == 0 {
            FIRST
        } else {
            self.page.min(CHUNK)
        };
        search::Question { limit, order: self.order, hits_only: true, gone: true, ..search::Question::typing(text) }
    }

    /// Asks for what is typed. `again`: also when it has been asked already.
    fn ask(&mut self, again: bool, cx: &mut Cx) {
        let text = self.input.text().trim().to_owned();
        let asked = self.ticket.as_ref().map_or(&self.answered, |(_, text)| text);
        if *asked == text && !again {
            return;
        }
        self.stale |= *asked != text;
        self.more = None;
        if text.is_empty() {
            (self.ticket, self.late, self.stale) = (None, false, false);
            self.show(text, None);
            return self.ask_saved(cx);
        }
        let question = Question::Search(Box::new(self.question(&text)));
        self.ticket = Some((cx.ask(part::HITS, Lane::Now, question), text));
        cx.wishes.push(Wish::Wake(LATE));
    }

    fn ask_saved(&mut self, cx: &Cx) {
        self.saved_ticket = Some(cx.ask(part::SAVED, Lane::Later, Question::Saved));
    }

    /// Takes an answer as all there is; the selected hit stays selected when it is still there, and was chosen by the person.
    fn show(&mut self, text: String, answer: Option<Box<search::Answer>>) {
        let place = |hit: &Hit| (hit.key, hit.entry.as_ref().map(|entry| entry.place));
        let same = self.answered == text;
        let chosen = same && (self.cursor > 0 || self.preview.entered());
        let selected = self.hits.get(self.cursor).filter(|_| chosen).map(place);
        self.words = Words::of_query(&text);
        self.total = self.total.filter(|_| same);
        self.answered = text;
        self.answer = answer;
        self.hits = self.answer.as_mut().map(|answer| std::mem::take(&mut answer.hits)).unwrap_or_default();
        let found = self.hits.iter().position(|hit| Some(place(hit)) == selected);
        if found.is_none() {
            // The keys are not for another record than the one that was opened.
            self.preview.leave();
        }
        self.cursor = found.unwrap_or(0);
        self.point_as_left();
        (self.failure, self.owed) = (None, 0);
        self.told();
        if self.hits.is_empty() && self.focus == Focus::Facets {
            self.focus = Focus::Hits;
        }
    }

    fn selected(&self) -> Option<&Hit> {
        self.hits.get(self.cursor)
    }

    fn moved(&mut self, cx: &mut Cx) {
        self.fill(cx);
        self.preview.moved(cx);
        self.follow(cx);
    }

    /// Brings the preview to the selected hit.
    fn follow(&mut self, cx: &Cx) {
        let hit = self.hits.get(self.cursor);
        self.preview.follow(hit, cx);
    }

    /// An answer to what was typed. Those to older questions never come here: their ticket is not the newest.
    fn take(&mut self, answer: Answer, text: String, cx: &mut Cx) {
        (self.late, self.stale) = (false, false);
        let opening = std::mem::take(&mut self.opening);
        match answer {
            Answer::Search(answer) => {
                self.show(text, Some(answer));
                self.preview.rest();
                self.fill(cx);
                self.count(cx);
                self.follow(cx);
                if opening {
                    self.open(cx);
                }
            }
            Answer::Failed(why) => {
                self.show(text, None);
                self.failure = Some(why);
            }
            _ => {}
        }
    }
}

impl View for Search {
    fn seek(&mut self, goal: &Goal, cx: &mut Cx) {
        let Goal::Query(query) = goal else { return };
        self.input = Input::new(query);
        self.focus = Focus::Hits;
        self.preview.leave();
        self.ask(true, cx);
    }

    fn enter(&mut self, cx: &mut Cx) {
        if self.input.text().trim().is_empty() {
            return self.ask_saved(cx);
        }
        self.refresh(cx);
    }

    fn refresh(&mut self, cx: &mut Cx) {
        // Who has moved through the hits, or reads one of them, keeps them as they are.
        if self.ticket.is_none() && self.cursor == 0 && !self.preview.entered() {
            let typed = !self.input.text().trim().is_empty();
            if typed {
                self.ask(true, cx);
            } else {
                self.ask_saved(cx);
            }
        }
    }

    fn answer(&mut self, answered: Answered, cx: &mut Cx) {
        match answered.slot.part {
            part::HITS => {
                if let Some((_, text)) = self.ticket.take_if(|(ticket, _)| *ticket == answered.ticket) {
                    self.take(answered.answer, text, cx);
                }
            }
            part::MORE => {
                if self.more.take_if(|ticket| *ticket == answered.ticket).is_some() {
                    self.take_more(answered.answer);
                    match std::mem::take(&mut self.owed) {
                        0 => self.fill(cx),
                        owed => self.step(owed, cx),
                    }
                }
            }
            part::COUNTS => {
                if self.counting.take_if(|ticket| *ticket == answered.ticket).is_some() {
                    self.take_counts(answered.answer);
                }
            }
            part::SAVED => {
                let mine = self.saved_ticket.take_if(|ticket| *ticket == answered.ticket).is_some();
                if let (true, Answer::Saved(saved)) = (mine, answered.answer) {
                    self.chosen = self.chosen.min(saved.len().saturating_sub(1));
                    self.saved = saved;
                }
            }
            _ => self.preview.answer(answered),
        }
    }

    fn chosen(&self) -> Vec<Chosen> {
        let chosen = self.selected().map(|hit| Chosen {
            of: Target::Row(hit.key),
            entry: hit.entry.as_ref().map(|entry| entry.place.into()),
            title: hit.title.clone().unwrap_or_else(|| hit.id.clone()),
        });
        chosen.into_iter().collect()
    }

    fn copied(&self, more: bool) -> Option<Copied<'_>> {
        let hit = self.selected()?;
        if more { self.preview.document(hit.key) } else { Copied::id(&hit.id) }
    }

    fn masks(&self) -> Option<(ListKey, String)> {
        self.preview.masks()
    }

    fn shows_secrets(&self) -> bool {
        self.preview.shows_secrets()
    }

    fn unseal(&mut self, unsealed: Option<Unsealed>, cx: &mut Cx) {
        let hit = self.hits.get(self.cursor);
        self.preview.unseal(unsealed, hit, cx);
    }

    fn act(&mut self, act: Act, count: Option<u32>, cx: &mut Cx) -> bool {
        self.do_act(act, count, cx)
    }

    fn type_key(&mut self, key: &KeyEvent, cx: &mut Cx) {
        if let Some(naming) = &mut self.naming {
            naming.input.key(key);
        } else if self.input.key(key) {
            self.opening = false;
            self.ask(false, cx);
        }
    }

    fn paste(&mut self, text: &str, cx: &mut Cx) {
        if let Some(naming) = &mut self.naming {
            naming.input.insert(text);
        } else if self.input.insert(text) {
            self.ask(false, cx);
        }
    }

    fn click(&mut self, x: u16, y: u16, cx: &mut Cx) {
        let at = Position { x, y };
        if self.facets_area.contains(at) || self.hits_area.contains(at) {
            self.preview.leave();
        }
        if self.facets_area.contains(at) {
            self.focus = Focus::Facets;
            self.facets.point(usize::from(y - self.facets_area.y));
        } else if self.hits_area.contains(at) {
            self.focus = Focus::Hits;
            let hit = self.top + usize::from(y - self.hits_area.y) / HIGH;
            if hit < self.hits.len() {
                self.cursor = hit;
                self.moved(cx);
            }
        } else if self.preview_area.contains(at) {
            self.focus = Focus::Hits;
            if !self.preview.point(usize::from(y - self.preview_area.y)) {
                // Of an entry the surroundings are seen here; they are read in the transcript.
                self.open_newest(cx);
            }
        }
    }

    fn wake(&mut self, cx: &mut Cx) {
        self.late = self.ticket.is_some();
        if self.preview.wake(cx) {
            self.follow(cx);
        }
    }

    fn drawn(&mut self, cx: &mut Cx) {
        self.fill(cx);
        self.follow(cx);
    }

    fn keep(&self) -> Option<ListState> {
        Some(self.to_keep())
    }

    fn recall(&mut self, kept: &ListState, whole: bool, _now: Timestamp) {
        if whole {
            self.take_kept(kept);
        }
    }

    fn leave_off(&self, step: &mut Step) {
        step.list = Some(self.to_keep());
    }

    fn take_up(&mut self, step: &Step, _now: Timestamp) -> bool {
        step.list.iter().for_each(|kept| self.take_kept(kept));
        true
    }

    fn covered(&mut self) {
        self.opening = false;
    }

    fn leaving(&mut self, _cx: &mut Cx) {
        self.opening = false;
    }

    fn close(&mut self) {
        self.opening = false;
    }

    fn ready(&self) -> bool {
        self.ticket.is_none()
    }

    fn scope(&self) -> Scope {
        match self.focus {
            _ if self.naming.is_some() => Scope::Prompt,
            Focus::Query => Scope::Prompt,
            Focus::Hits if self.preview.entered() => Scope::Found,
            Focus::Hits => Scope::Hits,
            Focus::Facets => Scope::Facets,
        }
    }

    fn facts(&self, facts: &mut Facts) {
        if let Some(hit) = self.selected().filter(|_| self.preview.entered()) {
            (facts.on_record, facts.selected) = (true, true);
            facts.readable = matches!(hit.kind, Kind::Session | Kind::Run | Kind::Approval | Kind::Event);
            facts.targets = vec![hit.list.clone()];
        }
        facts.hit = !self.hits.is_empty();
        facts.query = !self.input.text().trim().is_empty();
        facts.saved = !facts.query && !self.saved.is_empty();
    }

    fn draw(&mut self, area: Rect, scene: &Scene, canvas: &mut Canvas) {
        self.draw_all(area, scene, canvas);
    }
}
