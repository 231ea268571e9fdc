//! The sheet that every decision is confirmed on.
//!
//! It says what will be done to what, what is known of it and how old that is, asks for a reason, and waits for a key that no
//! typing produces. Always true: what is confirmed is what was drawn; where it is several things, each stands there, and the last
//! of them has been in sight. A newer look that differs takes the sheet's confirmation away until the person has looked at it too
//! ([`Sheet::look_again`]).

mod draw;
mod fields;
mod grounds;
mod lines;
mod moved;
mod several;
mod sight;

use crossterm::event::KeyEvent;
use quarterdeck_sync::model::{ListKey, RowKey};
use quarterdeck_sync::outbox::action::Asked;
use quarterdeck_sync::text::secrets::has_mark;

use crate::tui::actions::{Act, Reason, verbs};
use crate::tui::data::Ticket;
use crate::tui::decisions::{Brief, Change, Deed, Item, Subject};
use crate::tui::fleet::Fleet;
use crate::tui::grounds::{Fetch, Grounds, Short};
use crate::tui::unsealed::Unsealed;
use crate::tui::widgets::page::Page;
use fields::Fields;
pub(crate) use lines::{conflict, write};
use moved::moved;
pub(crate) use several::Rests;

/// Where the sheet stands.
#[derive(Debug, Clone, PartialEq)]
enum Stage {
    /// What it is about is being looked at.
    Reading,
    /// The person reads it.
    Open,
    /// What it is about looks different now.
    Moved(Box<Brief>),
    /// It was confirmed, and is being kept.
    Keeping,
    /// It could not be looked at, or not be kept; for a person.
    Failed(String),
}

/// The open sheet.
#[derive(Debug)]
pub(crate) struct Sheet {
    /// Its number: outcomes carry it.
    pub number: u64,
    /// The newest question about it; older answers are dropped.
    pub ticket: Option<Ticket>,
    /// The newest question about what the answer rests on.
    pub grounds_ticket: Option<Ticket>,
    subject: Subject,
    brief: Option<Brief>,
    /// Records that it has no room for: they stay marked, and nothing is done with them.
    later: Vec<RowKey>,
    /// What the answer to a request for approval rests on, beside the request.
    grounds: Option<Result<Grounds, String>>,
    /// What the answers to several rest on, in short.
    shorts: Option<Result<Vec<Short>, String>>,
    /// The right to see the secrets in it.
    unsealed: Option<Unsealed>,
    /// How fetching what the run did stands.
    fetch: Fetch,
    /// That, or the several things that it is about, laid out for a width.
    below: Option<Below>,
    stage: Stage,
    fields: Fields,
    /// What is in `brief` has been on the screen.
    drawn: bool,
    /// So has the end of it.
    read: bool,
    /// Lines from the first on that have been on the screen, as they are laid out now.
    furthest: usize,
    /// Of several things those from the first on that have been there to their last line, however they are laid out.
    seen: usize,
    top: usize,
    page: usize,
    lines: usize,
    /// Lines above what is laid out below.
    above: usize,
}

/// What is laid out once for each width.
#[derive(Debug)]
struct Below {
    cells: u16,
    page: Page,
    /// The line behind each of the several things on it.
    ends: Vec<usize>,
    /// It says something else by now, and is to be laid out again.
    stale: bool,
}

impl Sheet {
    /// A sheet about `subject`.
    pub fn new(number: u64, subject: Subject) -> Self {
        let (fields, stage) = (Fields::default(), Stage::Reading);
        Self {
            number,
            ticket: None,
            grounds_ticket: None,
            subject,
            brief: None,
            later: Vec::new(),
            grounds: None,
            shorts: None,
            unsealed: None,
            fetch: Fetch::No,
            below: None,
            stage,
            fields,
            drawn: false,
            read: false,
            furthest: 0,
            seen: 0,
            top: 0,
            page: 0,
            lines: 0,
            above: 0,
        }
    }

    /// What is to be looked at: the question with what was filled in so far.
    pub fn question(&self) -> Subject {
        let mut subject = self.subject.clone();
        if let Subject::Records { asked, .. } | Subject::Edited { asked, .. } | Subject::Restored { asked, .. } =
            &mut subject
            && let Ok(filled) = self.fields.fill(asked)
        {
            *asked = filled;
        }
        subject
    }

    /// Another look is of use: the sheet is still being read.
    pub fn looks(&self) -> bool {
        self.stage != Stage::Keeping
    }

    /// Takes in what a look has shown.
    pub fn show(&mut self, mut brief: Brief, fleet: &Fleet) {
        self.later = several::put_off(&mut brief);
        match (&self.brief, &self.stage) {
            (_, Stage::Keeping) => {}
            (Some(seen), _) if moved(seen, &brief) => self.stage = Stage::Moved(Box::new(brief)),
            (known, _) => {
                let first = known.is_none();
                // Something that failed before may be readable now; something that moved may have moved back.
                self.stage = Stage::Open;
                self.brief = Some(brief);
                self.below.iter_mut().for_each(|below| below.stale = true);
                if first {
                    self.ask_fields(fleet);
                }
            }
        }
    }

    fn ask_fields(&mut self, fleet: &Fleet) {
        let Some(Brief::Records { asked, items }) = &self.brief else { return };
        let list = items.first().map(|item| &item.record.row.list);
        let known = list.and_then(|list| fleet.capabilities.as_ref()?.find(list, &[asked.verb.as_str()]));
        let can_expire = items.iter().any(|item| item.intent.as_ref().is_ok_and(|intent| intent.deadline.is_some()));
        self.fields = Fields::new(known, asked, can_expire);
    }

    /// It could not be looked at, or not be kept.
    pub fn fail(&mut self, why: String) {
        self.stage = Stage::Failed(why);
    }

    /// Nothing was kept, because what was seen is not there any more: `look` again.
    pub fn missed(&mut self) {
        self.stage = Stage::Open;
    }

    /// Takes what is there now for what the sheet is about. It has to be drawn before it can be confirmed. A sheet that was confirmed,
    /// or refused, stays so: nothing newer has been looked at.
    pub fn look_again(&mut self) {
        if !self.moved() {
            return;
        }
        if let Stage::Moved(newer) = std::mem::replace(&mut self.stage, Stage::Open) {
            self.brief = Some(*newer);
            (self.drawn, self.read, self.furthest, self.seen, self.top) = (false, false, 0, 0, 0);
            self.below = None;
        }
    }

    /// The requests for approval that it is about: what the answers rest on is to be asked for. Asked again with each look, so that
    /// it is of the same moment.
    pub fn rests(&self) -> Rests<'_> {
        let seen = match &self.stage {
            Stage::Moved(newer) => Some(&**newer),
            _ => self.brief.as_ref(),
        };
        several::rests(seen)
    }

    /// The request, when it is about one.
    fn wants_grounds(&self) -> Option<&Item> {
        if let Rests::One(item) = self.rests() { Some(item) } else { None }
    }

    /// Takes in what the answer rests on; an older answer is dropped.
    pub fn rest_on(&mut self, ticket: Ticket, grounds: Result<Grounds, String>) {
        if self.grounds_ticket.take_if(|known| *known == ticket).is_some() && self.grounds.as_ref() != Some(&grounds) {
            self.grounds = Some(grounds);
            self.below = None;
        }
    }

    /// What the answers rest on could not be read; why, for a person.
    pub fn rest_on_nothing(&mut self, ticket: Ticket, why: String) {
        match self.rests() {
            Rests::Several(_) => self.rest_in_short(ticket, Err(why)),
            Rests::One(_) | Rests::Nothing => self.rest_on(ticket, Err(why)),
        }
    }

    /// Takes in what several answers rest on.
    pub fn rest_in_short(&mut self, ticket: Ticket, shorts: Result<Vec<Short>, String>) {
        if self.grounds_ticket.take_if(|known| *known == ticket).is_some() && self.shorts.as_ref() != Some(&shorts) {
            self.shorts = Some(shorts);
            self.below.iter_mut().for_each(|below| below.stale = true);
        }
    }

    /// The request whose secrets are masked in what the answer rests on, or shown.
    pub fn masks(&self) -> Option<(ListKey, String)> {
        let Ok(grounds) = self.grounds.as_ref()? else { return None };
        let texts = std::iter::once(&grounds.record).chain(grounds.payload.iter().map(|payload| &payload.text));
        let masked = self.unsealed.is_some() || texts.into_iter().any(|text| has_mark(text));
        let row = &self.wants_grounds()?.record.row;
        masked.then(|| (row.list.clone(), row.id.clone()))
    }

    /// The right to see them, if somebody has it.
    pub fn unsealed(&self) -> Option<&Unsealed> {
        self.unsealed.as_ref()
    }

    /// They may be shown, or not any more. What is shown is to be asked for again, and is not in sight until it has come.
    pub fn unseal(&mut self, unsealed: Option<Unsealed>) {
        self.unsealed = unsealed;
        (self.grounds, self.below, self.drawn) = (None, None, false);
    }

    /// What the run did, when that is to be fetched: once for each sheet, as opening a transcript does.
    pub fn wants_content(&mut self) -> Option<(ListKey, String)> {
        let Some(Ok(Grounds { run: Some(run), .. })) = &self.grounds else { return None };
        let list = run.due.clone().filter(|_| self.fetch == Fetch::No)?;
        let id = run.id.clone();
        self.fetch = Fetch::Asked(list.clone(), id.clone());
        self.below = None;
        Some((list, id))
    }

    /// What came of asking for what a run did; false when it is none that was asked for here.
    pub fn fetched(&mut self, list: &ListKey, id: &str, failed: Option<&str>) -> bool {
        if !matches!(&self.fetch, Fetch::Asked(asked, run) if asked == list && run == id) {
            return false;
        }
        self.fetch = failed.map_or(Fetch::Answered, |why| Fetch::Failed(why.trim_end_matches('.').to_owned()));
        self.below = None;
        true
    }

    /// What the answer rests on is not there yet, and was never on the screen.
    fn groundless(&self) -> bool {
        match self.rests() {
            Rests::Nothing => false,
            Rests::One(_) => self.grounds.is_none(),
            Rests::Several(_) => self.shorts.is_none(),
        }
    }

    /// It is about several things, of which each is to be read before the outside changes.
    fn several(&self) -> bool {
        several::to_be_read(self.brief.as_ref(), &self.subject)
    }

    /// Records that it had no room for.
    pub fn later(&self) -> &[RowKey] {
        &self.later
    }

    /// Confirmed: what is to be done, with what the person saw. `None` when it cannot be.
    pub fn confirm(&mut self) -> Option<Deed> {
        if self.unconfirmed().is_some() || self.wants_reason() {
            return None;
        }
        let deed = match (self.brief.as_ref()?, &self.subject) {
            (Brief::Records { asked, items }, _) => Deed::Decide {
                asked: self.fields.fill(asked).ok()?,
                seen: items.iter().filter(|item| item.intent.is_ok()).cloned().collect(),
            },
            (Brief::Writes(items), Subject::Writes { change, .. }) => {
                let able = items.iter().filter(|item| item.refused.is_none());
                let seen = able.map(|item| (item.opened.write.id.clone(), item.opened.write.state)).collect();
                Deed::Change { seen, change: change.clone() }
            }
            (Brief::Writes(items), Subject::Resumed { connection }) => {
                let seen = items.iter().map(|item| item.opened.write.id.clone()).collect();
                Deed::Resume { connection: connection.clone(), seen }
            }
            _ => return None,
        };
        self.stage = Stage::Keeping;
        Some(deed)
    }

    /// Why it cannot be confirmed, if it cannot.
    pub fn unconfirmed(&self) -> Option<Reason> {
        let looked = self.brief.is_some() && self.drawn;
        match self.stage {
            Stage::Reading | Stage::Open if !looked => Some(self.unseen()),
            _ => self.barred().or_else(|| several::unread(self.unread(), self.page)),
        }
    }

    /// Can anything of it be done?
    fn able(&self) -> bool {
        match &self.brief {
            None => false,
            Some(Brief::Records { items, .. }) => items.iter().any(|item| item.intent.is_ok()),
            // Where nothing waits any more, there is still the test.
            Some(Brief::Writes(_)) if matches!(self.subject, Subject::Resumed { .. }) => true,
            Some(Brief::Writes(items)) => items.iter().any(|item| item.refused.is_none()),
        }
    }

    /// Why it could not be confirmed, had it been seen.
    fn barred(&self) -> Option<Reason> {
        match &self.stage {
            Stage::Keeping => return Some("it is being kept".into()),
            Stage::Failed(why) => return Some(why.clone().into()),
            Stage::Moved(_) => return Some("it changed while the sheet was open: look again first".into()),
            Stage::Reading | Stage::Open => {}
        }
        if !self.able() {
            return Some("nothing of it can be done".into());
        }
        self.fields.fill(&Asked::default()).err().map(Reason::from)
    }

    /// Who is refused should learn why: asks once for a reason that was not given, and takes none the second time.
    fn wants_reason(&mut self) -> bool {
        let Some(Brief::Records { asked, .. }) = &self.brief else { return false };
        let refuses = verbs(Act::Reject).contains(&asked.verb.as_str());
        let silent = self.fields.fill(asked).is_ok_and(|asked| asked.reason.is_none());
        refuses && silent && self.fields.urge()
    }

    /// What it shows is not what is there any more.
    pub fn moved(&self) -> bool {
        matches!(self.stage, Stage::Moved(_))
    }

    /// What it is about.
    pub(super) fn subject(&self) -> &Subject {
        &self.subject
    }

    /// What is known of it.
    pub(super) fn brief(&self) -> Option<&Brief> {
        self.brief.as_ref()
    }

    /// Moves to another field.
    pub fn turn(&mut self, forward: bool) {
        self.fields.turn(forward);
    }

    /// Takes another choice; false when the field has none.
    pub fn choose(&mut self, forward: bool) -> bool {
        self.fields.choose(forward)
    }

    /// A key that no action took: text for the field.
    pub fn key(&mut self, event: &KeyEvent) {
        if self.stage != Stage::Keeping {
            self.fields.key(event);
        }
    }

    /// Pasted text: never keys.
    pub fn paste(&mut self, text: &str) {
        if self.stage != Stage::Keeping {
            self.fields.paste(text);
        }
    }

    /// What is confirmed, as words after "yes,": `suspend it`.
    fn yes(&self) -> String {
        match (&self.brief, &self.subject) {
            (Some(Brief::Records { asked, items }), _) => match items.iter().filter(|item| item.intent.is_ok()).count()
            {
                able if items.len() > 1 => format!("{} {able}", asked.verb),
                _ => format!("{} it", asked.verb),
            },
            (_, Subject::Records { asked, .. } | Subject::Edited { asked, .. } | Subject::Restored { asked, .. }) => {
                format!("{} it", asked.verb)
            }
            (brief, Subject::Resumed { .. }) => match brief {
                Some(Brief::Writes(items)) if !items.is_empty() => format!("test it, then send {}", items.len()),
                _ => "test it".to_owned(),
            },
            (_, Subject::Writes { change, .. }) => match change {
                Change::Cancel | Change::Undo => "take it back".to_owned(),
                Change::Retry => "try it again".to_owned(),
                Change::Discard => "let go of it".to_owned(),
                Change::Mine => "put mine there".to_owned(),
                Change::Theirs => "leave theirs".to_owned(),
                Change::Edited(_) => "put what I edited there".to_owned(),
            },
        }
    }
}
