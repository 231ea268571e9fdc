//! How views get what they show: by ticket.
//!
//! A view asks a [`Question`] and gets a [`Ticket`]; a worker asks the [`Store`], and the answer comes back through the
//! console's queue with the ticket on it. Views never touch the store. Two workers: one takes only what a person
//! waits for ([`Lane::Now`]), the other takes that first and then the rest (counts, totals), so a slow count never
//! delays a list. A question that supersedes another one still waiting in the same slot takes its place, and an answer
//! to anything but a slot's newest ticket is dropped: an old answer never replaces a newer one.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use quarterdeck_sync::model::{
    Anchor, ContentTotals, CountOf, Freshness, IncidentId, ListKey, Problem, Query, Record, Row, RowKey, Scope, Window,
    WriteId,
};
use quarterdeck_sync::text::secrets::mask_json;
use serde_json::Value;

use super::code::Colours;
use super::decisions::{Brief, Draft, Item, OpenedWrite, Standing, Subject, Target, WriteLine};
use super::drafting::{Affected, Check, Checked, Opening, Version};
use super::grounds::Grounds;
use super::kept::Kept;
use super::links::Links;
use super::marking::Words;
use super::pieces::{self, Piece};
use super::reading::{Kin, Read, Transcript};
use crate::inbox::{Findings, Inbox};
use crate::incident::{self, Case};
use crate::numbers::Numbers;
use crate::search::{self, SavedSearch};
use crate::timeline::{self, Timeline};

/// Where the console reads. Called by the workers only, never by the thread that draws.
pub trait Store: Send + Sync {
    /// A window of rows.
    fn window(&self, query: &Query) -> Result<Window, String>;
    /// How many rows answer `query`; counts at most `cap` one by one.
    fn count(&self, query: &Query, cap: u64) -> Result<CountOf, String>;
    /// One record.
    fn record(&self, key: RowKey) -> Result<Option<Record>, String>;
    /// Freshness of every list.
    fn freshness(&self) -> Result<Vec<Freshness>, String>;
    /// Open problems, newest first, at most `limit`.
    fn problems(&self, limit: usize) -> Result<Vec<Problem>, String>;
    /// Live rows by status within `scope`.
    fn statuses(&self, scope: &Scope) -> Result<Vec<(String, u64)>, String>;
    /// How the outbox stands.
    fn standing(&self) -> Result<Standing, String> {
        Ok(Standing::default())
    }
    /// Unfinished writes, newest first; with `finished` those that are over too.
    fn writes(&self, _finished: bool) -> Result<Vec<WriteLine>, String> {
        Ok(Vec::new())
    }
    /// One write with all that is known of it.
    fn write(&self, _id: &WriteId) -> Result<Option<OpenedWrite>, String> {
        Ok(None)
    }
    /// What a decision would come to. Keeps and changes nothing.
    fn brief(&self, _subject: &Subject) -> Result<Brief, String> {
        Err(NO_OUTBOX.to_owned())
    }
    /// The text in which a record's document, or a conflicted write's, is edited.
    fn draft(&self, _of: &DraftOf) -> Result<Draft, String> {
        Err(NO_OUTBOX.to_owned())
    }
    /// What an answer to a request for approval rests on.
    fn grounds(&self, _item: &Item) -> Result<Grounds, String> {
        Ok(Grounds::default())
    }
    /// The text of a document for the console's own editor, with what was typed before.
    fn opening(&self, _of: &DraftOf) -> Result<Opening, String> {
        Err(NO_OUTBOX.to_owned())
    }
    /// What is to be said about a text that is being typed.
    fn check(&self, _check: &Check) -> Result<Checked, String> {
        Err(NO_OUTBOX.to_owned())
    }
    /// Who is affected by a policy.
    fn affected(&self, _policy: &Record) -> Result<Affected, String> {
        Ok(Affected::default())
    }
    /// The versions of a record's document that were seen, newest first.
    fn versions(&self, _record: &Record) -> Result<Vec<Version>, String> {
        Ok(Vec::new())
    }
    /// A session or run with its entries; [`Read::Same`] when it is as `known` has it.
    fn transcript(&self, _of: &Target, _known: Option<&Transcript>) -> Result<Read, String> {
        Ok(Read::Gone)
    }
    /// The bookmarks and notes of a session or run, and whether it was reviewed.
    fn kept(&self, _list: &ListKey, _id: &str) -> Result<Kept, String> {
        Ok(Kept::default())
    }
    /// The sessions of the subagents of a session, and the one that started it.
    fn kin(&self, _of: RowKey, _names: &[(String, usize)]) -> Result<Kin, String> {
        Ok(Kin::default())
    }
    /// Records and entries that a query finds.
    fn find(&self, _question: &search::Question) -> Result<search::Answer, String> {
        Err("there is no index here".to_owned())
    }
    /// Everything that wants a person, with what was found before among it.
    fn inbox(&self, _findings: &Findings) -> Result<Inbox, String> {
        Err(NO_INBOX.to_owned())
    }
    /// What no index of the mirror answers: slow, so it is asked for apart.
    fn findings(&self) -> Result<Findings, String> {
        Err(NO_INBOX.to_owned())
    }
    /// The fleet in numbers, days on the operator's clock.
    fn numbers(&self) -> Result<Numbers, String> {
        Ok(Numbers::default())
    }
    /// What an agent did and what was done to it, in a stretch of time; `None` when there is no such record.
    fn timeline(&self, _ask: &timeline::Ask) -> Result<Option<Timeline>, String> {
        Ok(None)
    }
    /// The words that records within `scope` name their agents and projects with, for completion.
    fn words(&self, _scope: &Scope) -> Result<NamedWords, String> {
        Ok(NamedWords::default())
    }
    /// Records whose ids begin so, a few.
    fn ids(&self, _begun: &str) -> Result<Vec<Row>, String> {
        Ok(Vec::new())
    }
    /// How the contents of each connection stand.
    fn contents(&self) -> Result<Vec<ContentTotals>, String> {
        Ok(Vec::new())
    }
    /// What a record leads to; `None` when it is not in the mirror.
    fn links(&self, _of: &Target) -> Result<Option<Links>, String> {
        Ok(None)
    }
    /// Every incident, the newest first.
    fn incidents(&self) -> Result<Vec<incident::Line>, String> {
        Ok(Vec::new())
    }
    /// An incident with all that is known of it.
    fn incident(&self, _id: &IncidentId) -> Result<Option<Case>, String> {
        Ok(None)
    }
    /// The saved searches, by name.
    fn searches(&self) -> Result<Vec<SavedSearch>, String> {
        Ok(Vec::new())
    }
}

/// Said where there is only a mirror.
const NO_OUTBOX: &str = "there is no outbox here";

/// Said where nobody can decide anything.
const NO_INBOX: &str = "there is no inbox here";

/// What can be asked.
#[derive(Debug, Clone)]
pub enum Question {
    /// A window of rows.
    Window(Query),
    /// A window around a row: from it on as `query` says, and at most `before` rows before it.
    Around {
        /// The part that begins at the row.
        query: Query,
        /// The row.
        key: RowKey,
        /// Rows before it.
        before: usize,
    },
    /// A number of rows.
    Count(Query),
    /// A whole record, its document parsed.
    Record(RowKey),
    /// Freshness of every list, the open problems, and how the outbox stands.
    Health,
    /// Live rows by status.
    Statuses(Scope),
    /// Unfinished writes; with `true` those that are over too.
    Writes(bool),
    /// One write with all that is known of it.
    Write(WriteId),
    /// What a decision would come to.
    Brief(Box<Subject>),
    /// The text for an editor.
    Draft(DraftOf),
    /// What an answer to a request for approval rests on.
    Grounds(Box<Item>),
    /// A document for the console's own editor.
    Opening(DraftOf),
    /// What is to be said about a text that is being typed.
    Check(Box<Check>),
    /// Who is affected by a policy.
    Affected(Box<Record>),
    /// The versions of a record's document that were seen.
    Versions(Box<Record>),
    /// A session or run with its entries, unless it is as it is known already.
    Transcript(Target, Option<Arc<Transcript>>),
    /// The entries of a transcript that hold these words.
    Find(Arc<Transcript>, Words),
    /// Every incident.
    Incidents,
    /// An incident with all that is known of it.
    Incident(IncidentId),
    /// What a person keeps about a session or run.
    Kept(ListKey, String),
    /// The sessions of its subagents, and the one that started it.
    Kin(Arc<Transcript>),
    /// The colours of code in a transcript.
    Colours(Arc<Transcript>, Vec<Piece>),
    /// What a query finds.
    Search(Box<search::Question>),
    /// The saved searches, and how much each finds.
    Saved,
    /// Everything that wants a person, with these findings among it.
    Inbox(Arc<Findings>),
    /// What no index of the mirror answers.
    Findings,
    /// The fleet in numbers.
    Numbers,
    /// A stretch of an agent's timeline.
    Timeline(Box<timeline::Ask>),
    /// What a record leads to.
    Links(Target),
    /// Names of agents and projects that there are.
    Words(Scope),
    /// Records whose ids begin so.
    Ids(String),
    /// How the contents of each connection stand.
    Contents,
}

/// What is to be edited.
#[derive(Debug, Clone, PartialEq)]
pub enum DraftOf {
    /// A record's document.
    Row(RowKey),
    /// What a conflicted write is to become.
    Write(WriteId),
}

/// What comes back.
#[derive(Debug)]
pub enum Answer {
    /// See [`Question::Window`].
    Window(Window),
    /// See [`Question::Count`].
    Count(CountOf),
    /// See [`Question::Record`]; `None` when it is not there any more.
    Record(Option<Box<Opened>>),
    /// See [`Question::Health`].
    Health(Vec<Freshness>, Vec<Problem>, Standing),
    /// See [`Question::Statuses`].
    Statuses(Vec<(String, u64)>),
    /// See [`Question::Writes`].
    Writes(Vec<WriteLine>),
    /// See [`Question::Write`]; `None` when there is no such write.
    Write(Option<Box<OpenedWrite>>),
    /// See [`Question::Brief`].
    Brief(Box<Brief>),
    /// See [`Question::Draft`].
    Draft(Box<Draft>),
    /// See [`Question::Grounds`].
    Grounds(Box<Grounds>),
    /// See [`Question::Opening`].
    Opening(Box<Opening>),
    /// See [`Question::Check`].
    Checked(Box<Checked>),
    /// See [`Question::Affected`].
    Affected(Box<Affected>),
    /// See [`Question::Versions`]: newest first.
    Versions(Vec<Version>),
    /// See [`Question::Transcript`].
    Transcript(Read),
    /// See [`Question::Find`]: their places, ascending.
    Found(Vec<u32>),
    /// See [`Question::Incidents`]: the newest first.
    Incidents(Vec<incident::Line>),
    /// See [`Question::Incident`]; `None` when there is no such incident.
    Incident(Option<Box<Case>>),
    /// See [`Question::Kept`].
    Kept(Box<Kept>),
    /// See [`Question::Kin`].
    Kin(Box<Kin>),
    /// See [`Question::Colours`]: for each piece, if it has some.
    Colours(Vec<(Piece, Option<Arc<Colours>>)>),
    /// See [`Question::Search`].
    Search(Box<search::Answer>),
    /// See [`Question::Saved`]; without a number where it could not be found out.
    Saved(Vec<(SavedSearch, Option<u64>)>),
    /// See [`Question::Inbox`].
    Inbox(Box<Inbox>),
    /// See [`Question::Findings`].
    Findings(Findings),
    /// See [`Question::Numbers`].
    Numbers(Box<Numbers>),
    /// See [`Question::Timeline`]; `None` when there is no such record.
    Timeline(Option<Box<Timeline>>),
    /// See [`Question::Links`]; `None` when there is no such record.
    Links(Option<Box<Links>>),
    /// See [`Question::Words`].
    Words(NamedWords),
    /// See [`Question::Ids`].
    Rows(Vec<Row>),
    /// See [`Question::Contents`].
    Contents(Vec<ContentTotals>),
    /// It could not be read; for a person.
    Failed(String),
}

/// Names that records carry, each once, in no order that matters.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NamedWords {
    /// Of agents: titles where they are known, else ids.
    pub agents: Vec<String>,
    /// Of projects.
    pub projects: Vec<String>,
}

/// A record with its document parsed; a document that is not JSON stands as one string.
#[derive(Debug)]
pub struct Opened {
    /// The record.
    pub record: Record,
    /// Its document, secrets masked: to be looked at, never to decide by.
    pub doc: Value,
}

/// Problems shown at most.
const PROBLEMS: usize = 200;
/// Rows counted one by one at most: beyond, a count reads "at least".
const COUNT_CAP: u64 = 1_000_000;

/// Who asked: the console itself, or one of its views by number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Owner {
    /// The frame: header and status bar.
    Frame,
    /// The list of links.
    Links,
    /// The palette.
    Palette,
    /// A view.
    View(usize),
}

/// One thing of an owner that can be asked for; only the newest question in it counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Slot {
    /// Whose.
    pub owner: Owner,
    /// Which of its things.
    pub part: u8,
}

/// A question's number. Later ones are higher.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ticket(u64);

/// An answer on its way to who asked.
#[derive(Debug)]
pub struct Answered {
    /// For whom.
    pub slot: Slot,
    /// To which question.
    pub ticket: Ticket,
    /// The answer.
    pub answer: Answer,
}

/// How urgent a question is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lane {
    /// A person looks at the place where it will stand.
    Now,
    /// It may come later.
    Later,
}

#[derive(Debug)]
struct Job {
    slot: Slot,
    ticket: Ticket,
    question: Question,
}

#[derive(Debug, Default)]
struct Waiting {
    now: VecDeque<Job>,
    later: VecDeque<Job>,
    next: u64,
    /// Asked, not superseded, not yet answered.
    open: usize,
    closed: bool,
}

#[derive(Debug, Default)]
struct Shared {
    waiting: Mutex<Waiting>,
    news: Condvar,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        // A worker that panicked left the lists whole: every change to them is one push or pop.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self, only_now: bool) -> Option<Job> {
        let mut waiting = self.lock();
        loop {
            if waiting.closed {
                return None;
            }
            if let Some(job) = waiting.now.pop_front() {
                return Some(job);
            }
            if !only_now && let Some(job) = waiting.later.pop_front() {
                return Some(job);
            }
            waiting = self.news.wait(waiting).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// The counter where questions are handed in. Its workers end with it.
#[derive(Debug)]
pub struct Desk {
    shared: Arc<Shared>,
}

impl Desk {
    /// A desk in front of `store`; every answer goes to `deliver`, from a worker's thread.
    pub fn new(store: &Arc<dyn Store>, deliver: impl Fn(Answered) + Send + Clone + 'static) -> Self {
        let shared = Arc::new(Shared::default());
        for only_now in [true, false] {
            let (shared, store, deliver) = (Arc::clone(&shared), Arc::clone(store), deliver.clone());
            thread::spawn(move || {
                while let Some(job) = shared.take(only_now) {
                    // A worker must not end with a question: whoever asked would wait for ever.
                    let answer = catch_unwind(AssertUnwindSafe(|| ask(store.as_ref(), &job.question)))
                        .unwrap_or_else(|_| Answer::Failed("reading the mirror failed inside qd".to_owned()));
                    // Counted as answered before it is delivered: whoever sees the answer sees the desk without it.
                    shared.lock().open -= 1;
                    deliver(Answered { slot: job.slot, ticket: job.ticket, answer });
                }
            });
        }
        Self { shared }
    }

    /// Hands a question in.
    pub fn ask(&self, slot: Slot, lane: Lane, question: Question) -> Ticket {
        let mut waiting = self.shared.lock();
        waiting.next += 1;
        let ticket = Ticket(waiting.next);
        let before = waiting.now.len() + waiting.later.len();
        waiting.now.retain(|job| job.slot != slot);
        waiting.later.retain(|job| job.slot != slot);
        waiting.open -= before - (waiting.now.len() + waiting.later.len());
        waiting.open += 1;
        let job = Job { slot, ticket, question };
        match lane {
            Lane::Now => waiting.now.push_back(job),
            Lane::Later => waiting.later.push_back(job),
        }
        drop(waiting);
        self.shared.news.notify_all();
        ticket
    }

    /// Questions without an answer yet.
    pub fn open(&self) -> usize {
        self.shared.lock().open
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        self.shared.lock().closed = true;
        self.shared.news.notify_all();
    }
}

/// Two windows, one on each side of a row. They are read one after the other, so a row that moved between the two
/// reads may stand in both: the later reading wins.
fn around(store: &dyn Store, query: &Query, key: RowKey, before: usize) -> Result<Window, String> {
    let mut from = store.window(query)?;
    let above = Query { anchor: Anchor::Before(key), limit: before, ..query.clone() };
    let mut above = store.window(&above)?;
    from.rows.retain(|row| above.rows.iter().all(|earlier| earlier.key != row.key));
    above.rows.append(&mut from.rows);
    Ok(Window { rows: above.rows, more_before: above.more_before, more_after: from.more_after })
}

/// The saved searches with what each finds now. One that finds nothing any more, or is none, does not hide the others.
fn saved(store: &dyn Store) -> Result<Answer, String> {
    let count = |saved: &SavedSearch| {
        let question = search::Question { limit: 0, gone: true, ..search::Question::typing(&saved.query) };
        store.find(&question).ok().map(|answer| answer.total)
    };
    let searches = store.searches()?;
    Ok(Answer::Saved(
        searches.into_iter().map(|saved| (count(&saved), saved)).map(|(count, saved)| (saved, count)).collect(),
    ))
}

fn ask(store: &dyn Store, question: &Question) -> Answer {
    let answer = match question {
        Question::Window(query) => store.window(query).map(Answer::Window),
        Question::Around { query, key, before } => around(store, query, *key, *before).map(Answer::Window),
        Question::Count(query) => store.count(query, COUNT_CAP).map(Answer::Count),
        Question::Record(key) => store.record(*key).map(|found| {
            Answer::Record(found.map(|record| {
                // Masked here, whole: drawn line by line, a name and its value are apart.
                let text = mask_json(&record.doc);
                let doc = serde_json::from_str(&text).unwrap_or_else(|_| Value::String(text.into_owned()));
                Box::new(Opened { record, doc })
            }))
        }),
        Question::Health => {
            store.freshness().and_then(|lists| Ok(Answer::Health(lists, store.problems(PROBLEMS)?, store.standing()?)))
        }
        Question::Statuses(scope) => store.statuses(scope).map(Answer::Statuses),
        Question::Writes(finished) => store.writes(*finished).map(Answer::Writes),
        Question::Write(id) => store.write(id).map(|found| Answer::Write(found.map(Box::new))),
        Question::Brief(subject) => store.brief(subject).map(|brief| Answer::Brief(Box::new(brief))),
        Question::Draft(of) => store.draft(of).map(|draft| Answer::Draft(Box::new(draft))),
        Question::Grounds(item) => store.grounds(item).map(|grounds| Answer::Grounds(Box::new(grounds))),
        Question::Opening(of) => store.opening(of).map(|opening| Answer::Opening(Box::new(opening))),
        Question::Check(check) => store.check(check).map(|checked| Answer::Checked(Box::new(checked))),
        Question::Affected(policy) => store.affected(policy).map(|affected| Answer::Affected(Box::new(affected))),
        Question::Versions(record) => store.versions(record).map(Answer::Versions),
        Question::Transcript(of, known) => store.transcript(of, known.as_deref()).map(Answer::Transcript),
        Question::Find(transcript, words) => Ok(Answer::Found(transcript.find(words))),
        Question::Incidents => store.incidents().map(Answer::Incidents),
        Question::Incident(id) => store.incident(id).map(|case| Answer::Incident(case.map(Box::new))),
        Question::Kept(list, id) => store.kept(list, id).map(|kept| Answer::Kept(Box::new(kept))),
        Question::Kin(of) => store.kin(of.row.key, &of.sums.subagents).map(|kin| Answer::Kin(Box::new(kin))),
        Question::Colours(transcript, wanted) => Ok(Answer::Colours(pieces::coloured(transcript, wanted))),
        Question::Search(question) => store.find(question).map(|answer| Answer::Search(Box::new(answer))),
        Question::Saved => saved(store),
        Question::Inbox(findings) => store.inbox(findings).map(|inbox| Answer::Inbox(Box::new(inbox))),
        Question::Numbers => store.numbers().map(|numbers| Answer::Numbers(Box::new(numbers))),
        Question::Timeline(ask) => store.timeline(ask).map(|found| Answer::Timeline(found.map(Box::new))),
        Question::Findings => store.findings().map(Answer::Findings),
        Question::Words(scope) => store.words(scope).map(Answer::Words),
        Question::Ids(begun) => store.ids(begun).map(Answer::Rows),
        Question::Contents => store.contents().map(Answer::Contents),
        Question::Links(of) => store.links(of).map(|found| Answer::Links(found.map(Box::new))),
    };
    answer.unwrap_or_else(Answer::Failed)
}
