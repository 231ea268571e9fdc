//! Incidents: what was gathered about something that went wrong, and what happened when.
//!
//! The list on the one side; on the other the selected incident with what is pinned in it, what was noted, and its timeline. The list
//! comes as short lines; the selected incident comes whole, and again whenever something changes.
//!
//! - `sift`: which incidents are shown. `rows`: an incident as rows that can be stepped through. `act`: what the keys do. `draw`: drawing.
//!
//! Always true: nothing is decided here but on a sheet; what is taken out of an incident can be put back (`undo`) as long as the
//! view is open, and a closed one opened again. An incident that is closed, or passes no more, keeps the cursor until one goes to
//! another: the next key must not act on one that nobody chose.

mod act;
mod draw;
mod rows;
mod sift;

use crossterm::event::KeyEvent;
use jiff::Timestamp;
use quarterdeck_sync::model::{IncidentId, ListKey};
use ratatui::layout::{Position, Rect};

use super::rest::Rest;
use super::sieve::Sieve;
use super::typed::{Sifted, Typed};
use super::{Copied, Cx, Scene, View, Wish};
use crate::incident::{Case, Line};
use crate::tui::actions::{Act, Facts, Scope};
use crate::tui::canvas::Canvas;
use crate::tui::data::{Answer, Answered, Lane, Question, Ticket};
use crate::tui::incidents::{self, Chosen, Want};
use crate::tui::memory::ListState;
use rows::{Of, Rows};

/// The view's things that are asked for.
mod part {
    pub const LINES: u8 = 0;
    pub const CASE: u8 = 1;
}

/// What was taken out last, or closed, to be put back.
#[derive(Debug, Clone, PartialEq)]
enum Taken {
    Pin(IncidentId, Chosen),
    Note(IncidentId, String),
    /// The incident itself, out of those that are open.
    Closed(IncidentId),
}

/// The view.
#[derive(Debug, Default)]
pub(super) struct Incidents {
    /// Every incident, the newest first.
    lines: Vec<Line>,
    /// Closed ones are shown too.
    closed: bool,
    /// This one is shown as long as it is selected, whatever hides it since it was.
    staying: Option<IncidentId>,
    /// The filter, and what is typed into it.
    sieve: Sieve,
    typed: Typed,
    /// The incident that was selected the last time: the cursor goes to it as soon as it is in the list.
    wanted: Option<String>,
    /// Place among the lines shown.
    cursor: usize,
    /// Whether it runs: what an incident holds waits.
    rest: Rest,
    top: usize,
    page: usize,
    loaded: bool,
    failure: Option<String>,
    ticket: Option<Ticket>,
    /// Something changed while an answer was on its way: ask again when it has come.
    again: bool,
    case: Option<Box<Case>>,
    case_ticket: Option<(Ticket, IncidentId)>,
    case_again: bool,
    case_failure: Option<String>,
    /// The keys go into the incident.
    inside: bool,
    rows: Rows,
    taken: Option<Taken>,
    /// The folder of the evidence that was written last, and whose it is.
    evidence: Option<(IncidentId, String)>,
    list_area: Rect,
    case_area: Rect,
}

impl Incidents {
    /// The lines that are shown.
    fn shown(&self) -> Vec<&Line> {
        self.lines.iter().filter(|line| self.staying.as_ref() == Some(&line.incident.id) || self.passes(line)).collect()
    }

    fn passes(&self, line: &Line) -> bool {
        (self.closed || line.incident.closed_at.is_none()) && self.sieve.passes(|| sift::told(line))
    }

    fn selected(&self) -> Option<&Line> {
        self.shown().get(self.cursor).copied()
    }

    fn id(&self) -> Option<IncidentId> {
        self.selected().map(|line| line.incident.id.clone())
    }

    /// The selected incident, when it is here.
    fn case(&self) -> Option<&Case> {
        let id = self.selected().map(|line| &line.incident.id)?;
        self.case.as_deref().filter(|case| case.incident.id == *id)
    }

    fn ask(&mut self, cx: &Cx) {
        if self.ticket.is_some() {
            self.again = true;
        } else {
            self.ticket = Some(cx.ask(part::LINES, Lane::Now, Question::Incidents));
        }
    }

    fn take(&mut self, lines: Vec<Line>, cx: &Cx) {
        self.staying = self.id();
        self.lines = lines;
        let selected = self.staying.as_ref().map(IncidentId::to_string);
        let wanted = self.wanted.take().or(selected);
        self.point_to(wanted.as_deref());
        (self.loaded, self.failure) = (true, None);
        self.follow(cx);
    }

    /// Brings the cursor to an incident; where that is not shown, what stands in its place is selected, and not gone into.
    fn point_to(&mut self, id: Option<&str>) {
        let found = id.and_then(|id| self.shown().iter().position(|line| line.incident.id.as_str() == id));
        self.inside &= found.is_some();
        self.cursor = found.unwrap_or(self.cursor).min(self.shown().len().saturating_sub(1));
    }

    /// What stayed because it was selected goes as soon as another is.
    fn let_go(&mut self) {
        let selected = self.id();
        if self.staying.take_if(|staying| Some(&*staying) != selected.as_ref()).is_some() {
            self.point_to(selected.as_ref().map(IncidentId::as_str));
        }
    }

    /// Asks for the selected incident: as it is shown is not always as it is.
    fn follow(&mut self, cx: &Cx) {
        self.let_go();
        let Some(id) = self.id() else {
            (self.case, self.case_ticket, self.inside) = (None, None, false);
            return;
        };
        if self.case.as_ref().is_some_and(|case| case.incident.id != id) {
            self.case = None;
            self.rows = Rows::default();
        }
        match &self.case_ticket {
            Some((_, asked)) if *asked == id => self.case_again = true,
            _ => {
                // What is shown already may be renewed a little later: lists are waited for.
                let lane = if self.case.is_some() { Lane::Later } else { Lane::Now };
                self.case_ticket = Some((cx.ask(part::CASE, lane, Question::Incident(id.clone())), id));
            }
        }
    }

    fn take_case(&mut self, answer: Answer, cx: &Cx) {
        match answer {
            Answer::Incident(case) => {
                self.case_failure = None;
                self.case = case;
                self.rows.renew();
            }
            Answer::Failed(why) => self.case_failure = Some(why),
            _ => {}
        }
        self.inside &= self.case.is_some();
        if std::mem::take(&mut self.case_again) {
            self.follow(cx);
        }
    }

    fn of(&self) -> Option<Of> {
        if self.inside { self.rows.selected() } else { None }
    }

    /// Whether something of it leads somewhere.
    fn leads(&self) -> bool {
        let Some(case) = self.case() else { return false };
        match self.of() {
            Some(Of::Pin(at)) => {
                case.pinned.get(at).is_some_and(|pinned| pinned.thing != crate::incident::Thing::Missing)
            }
            Some(Of::Moment(at)) => case.timeline.get(at).is_some_and(|moment| moment.place.is_some()),
            Some(Of::Note(at)) => case.notes.get(at).is_some_and(|note| note.place.is_some()),
            None => false,
        }
    }

    /// Lists of the agents and runs that are pinned.
    fn acting(&self) -> Vec<ListKey> {
        let Some(case) = self.case() else { return Vec::new() };
        let mut lists: Vec<ListKey> =
            case.pinned.iter().filter(|pinned| pinned.acts()).map(crate::incident::Pinned::list).collect();
        lists.sort();
        lists.dedup();
        lists
    }
}

impl View for Incidents {
    fn copied(&self, more: bool) -> Option<Copied<'_>> {
        self.to_copy(more)
    }

    fn wrote_evidence(&mut self, of: IncidentId, folder: String) {
        self.evidence = Some((of, folder));
    }

    fn enter(&mut self, cx: &mut Cx) {
        self.ask(cx);
    }

    fn answer(&mut self, answered: Answered, cx: &mut Cx) {
        if answered.slot.part == part::CASE {
            if self.case_ticket.take_if(|(ticket, _)| *ticket == answered.ticket).is_some() {
                self.take_case(answered.answer, cx);
            }
            return;
        }
        if self.ticket.take_if(|ticket| *ticket == answered.ticket).is_none() {
            return;
        }
        match answered.answer {
            Answer::Incidents(lines) => self.take(lines, cx),
            Answer::Failed(why) => (self.failure, self.loaded) = (Some(why), true),
            _ => {}
        }
        if std::mem::take(&mut self.again) {
            self.ask(cx);
        }
    }

    fn act(&mut self, act: Act, count: Option<u32>, cx: &mut Cx) -> bool {
        let before = self.cursor;
        let done = self.do_act(act, count, cx);
        self.rest.pressed(self.cursor != before, cx);
        done
    }

    fn keep(&self) -> Option<ListState> {
        // The newest is selected by itself.
        let selected = self.id().filter(|_| self.cursor > 0).map(|id| id.as_str().to_owned());
        let spot = if self.loaded { selected } else { self.wanted.clone() };
        let filter = self.sieve.text().to_owned();
        Some(ListState { gone: self.closed, filter, spot: spot.unwrap_or_default(), ..ListState::default() })
    }

    fn recall(&mut self, kept: &ListState, whole: bool, now: Timestamp) {
        if whole {
            self.closed = kept.gone;
            self.sieve = Sieve::typing(&kept.filter, sift::ASKS, now);
            self.wanted = Some(kept.spot.clone()).filter(|id| !id.is_empty());
        }
    }

    fn click(&mut self, x: u16, y: u16, cx: &mut Cx) {
        let at = Position { x, y };
        if self.list_area.contains(at) && y > self.list_area.y {
            self.inside = false;
            let to = self.top + usize::from(y - self.list_area.y - 1);
            if to < self.shown().len() {
                self.cursor = to;
                self.moved(cx);
            }
        } else if self.case_area.contains(at) && self.case().is_some() {
            self.inside = true;
            self.rows.point(usize::from(y - self.case_area.y));
        }
    }

    fn leaving(&mut self, _cx: &mut Cx) {
        // Whoever goes elsewhere is done with what is closed.
        let selected = self.id();
        self.staying = None;
        self.point_to(selected.as_ref().map(IncidentId::as_str));
    }

    fn ready(&self) -> bool {
        self.loaded && self.case_ticket.is_none()
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

    fn wake(&mut self, cx: &mut Cx) {
        self.rest.wake(cx);
    }

    fn scope(&self) -> Scope {
        if self.typed.open() { Scope::Prompt } else { Scope::Incidents }
    }

    fn chosen(&self) -> Vec<Chosen> {
        let Some(case) = self.case() else { return Vec::new() };
        // A moment of the timeline can be pinned where it is.
        let place = match self.of() {
            Some(Of::Moment(at)) => case.timeline.get(at).and_then(|moment| moment.place.as_ref()),
            _ => None,
        };
        place.map(Chosen::at).into_iter().collect()
    }

    fn facts(&self, facts: &mut Facts) {
        facts.targets = self.acting();
        facts.undoable |= self.taken.is_some();
        facts.incidents = incidents::Facts {
            open: true,
            selected: self.selected().is_some(),
            thing: match self.of() {
                Some(Of::Pin(_)) => Some(incidents::Thing::Pin),
                Some(Of::Note(_)) => Some(incidents::Thing::Note),
                _ => None,
            },
            leads: self.leads(),
            inside: self.inside,
            ..facts.incidents
        };
    }

    fn draw(&mut self, area: Rect, scene: &Scene, canvas: &mut Canvas) {
        self.draw_all(area, scene, canvas);
    }
}

impl Incidents {
    /// Another incident is selected: what is pinned from now on goes there.
    fn moved(&mut self, cx: &mut Cx) {
        if let Some(line) = self.selected().filter(|line| line.incident.closed_at.is_none()) {
            cx.wishes.push(Wish::Incident(Want::WorkOn(line.incident.id.clone())));
        }
        self.follow(cx);
    }
}
