//! The sheet that every decision is confirmed on.
//!
//! It says what will be done to what, what is known of it and how old that is, asks for a reason, and waits for a key that no
//! typing produces. Always true: what is confirmed is what was drawn. A newer look that differs takes the sheet's
//! confirmation away until the person has looked at it too ([`Sheet::look_again`]).

mod draw;
mod fields;
mod grounds;
mod lines;

use crossterm::event::KeyEvent;
use quarterdeck_sync::model::{Kind, ListKey};
use quarterdeck_sync::outbox::action::Asked;
use quarterdeck_sync::text::secrets::has_mark;

use crate::tui::actions::{Act, Reason, verbs};
use crate::tui::data::Ticket;
use crate::tui::decisions::{Brief, Change, Deed, Item, Subject};
use crate::tui::fleet::Fleet;
use crate::tui::grounds::{Fetch, Grounds};
use crate::tui::unsealed::Unsealed;
use crate::tui::widgets::page::Page;
use fields::Fields;
pub(crate) use lines::{conflict, write};

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
    /// What the answer to a request for approval rests on, beside the request.
    grounds: Option<Result<Grounds, String>>,
    /// The right to see the secrets in it.
    unsealed: Option<Unsealed>,
    /// How fetching what the run did stands.
    fetch: Fetch,
    /// That, laid out for a width.
    below: Option<(u16, Page)>,
    stage: Stage,
    fields: Fields,
    /// What is in `brief` has been on the screen.
    drawn: bool,
    top: usize,
    page: usize,
    lines: usize,
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
            grounds: None,
            unsealed: None,
            fetch: Fetch::No,
            below: None,
            stage,
            fields,
            drawn: false,
            top: 0,
            page: 0,
            lines: 0,
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
    pub fn show(&mut self, brief: Brief, fleet: &Fleet) {
        match (&self.brief, &self.stage) {
            (_, Stage::Keeping) => {}
            (Some(seen), _) if moved(seen, &brief) => self.stage = Stage::Moved(Box::new(brief)),
            (known, _) => {
                let first = known.is_none();
                // Something that failed before may be readable now; something that moved may have moved back.
                self.stage = Stage::Open;
                self.brief = Some(brief);
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

    /// Takes what is there now for what the sheet is about. It has to be drawn before it can be confirmed.
    pub fn look_again(&mut self) {
        if let Stage::Moved(newer) = std::mem::replace(&mut self.stage, Stage::Open) {
            self.brief = Some(*newer);
            (self.drawn, self.top) = (false, 0);
        }
    }

    /// The request for approval that it is about, when it is one: what the answer rests on is to be asked for. Asked again with each
    /// look, so that it is of the same moment.
    pub fn wants_grounds(&self) -> Option<&Item> {
        let seen = match &self.stage {
            Stage::Moved(newer) => newer,
            _ => self.brief.as_ref()?,
        };
        match seen {
            Brief::Records { items, .. } => match items.as_slice() {
                [only] if only.record.row.kind == Kind::Approval => Some(only),
                _ => None,
            },
            Brief::Writes(_) => None,
        }
    }

    /// Takes in what the answer rests on; an older answer is dropped.
    pub fn rest_on(&mut self, ticket: Ticket, grounds: Result<Grounds, String>) {
        if self.grounds_ticket.take_if(|known| *known == ticket).is_some() && self.grounds.as_ref() != Some(&grounds) {
            self.grounds = Some(grounds);
            self.below = None;
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
        self.wants_grounds().is_some() && self.grounds.is_none()
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
            _ => return None,
        };
        self.stage = Stage::Keeping;
        Some(deed)
    }

    /// Why it cannot be confirmed, if it cannot.
    pub fn unconfirmed(&self) -> Option<Reason> {
        let looked = self.brief.is_some() && self.drawn;
        match self.stage {
            Stage::Reading | Stage::Open if !looked => Some("it is still being looked at".into()),
            _ => self.barred(),
        }
    }

    /// Can anything of it be done?
    fn able(&self) -> bool {
        match &self.brief {
            None => false,
            Some(Brief::Records { items, .. }) => items.iter().any(|item| item.intent.is_ok()),
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

    /// Moves through what it says.
    pub fn step(&mut self, by: i64) {
        let last = self.lines.saturating_sub(self.page) as i64;
        self.top = (self.top as i64).saturating_add(by).clamp(0, last) as usize;
    }

    /// Lines in sight.
    pub fn page(&self) -> usize {
        self.page.max(1)
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

/// Do two looks at the same thing differ in something a decision rests on? Not in what time alone changes.
fn moved(seen: &Brief, now: &Brief) -> bool {
    match (seen, now) {
        (Brief::Records { asked, items }, Brief::Records { asked: newly, items: new }) => {
            asked.verb != newly.verb || items.len() != new.len() || items.iter().zip(new).any(|(a, b)| item_moved(a, b))
        }
        (Brief::Writes(items), Brief::Writes(new)) => {
            let stands = |item: &crate::tui::decisions::WriteItem| {
                (item.opened.write.id.clone(), item.opened.write.state, item.refused.clone())
            };
            !items.iter().map(stands).eq(new.iter().map(stands))
        }
        _ => true,
    }
}

fn item_moved(seen: &Item, now: &Item) -> bool {
    let (a, b) = (&seen.record, &now.record);
    let marks =
        |item: &Item| item.record.row.pending.iter().map(|mark| (mark.id.clone(), mark.state)).collect::<Vec<_>>();
    let columns = |item: &Item| {
        let row = &item.record.row;
        (row.id.clone(), row.title.clone(), row.status.clone(), row.gone_at.is_some())
    };
    a.doc != b.doc
        || columns(seen) != columns(now)
        || marks(seen) != marks(now)
        || seen.rests_on != now.rests_on
        || seen.intent.is_ok() != now.intent.is_ok()
}
