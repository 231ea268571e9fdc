//! How views get what they show: by ticket.
//!
//! A view asks a [`Question`] and gets a [`Ticket`]; a worker asks the [`Store`], and the answer comes back through the
//! console's queue with the ticket on it. Views never touch the store. Two workers: one takes only what a person
//! waits for ([`Lane::Now`]), the other takes that first and then the rest (counts, totals), so a slow count never
//! delays a list. A question that supersedes another one still waiting in the same slot takes its place, and an answer
//! to anything but a slot's newest ticket is dropped: an old answer never replaces a newer one.
//!
//! `store` is what is asked, `ask` how each question is put to it, `desk` who carries them.

mod ask;
mod desk;
mod store;

use std::sync::Arc;

use quarterdeck_sync::model::{
    ContentTotals, CountOf, Freshness, IncidentId, Kind, ListKey, Problem, Query, Record, Row, RowKey, Scope,
    ToldBudget, Window, Write, WriteId,
};
use serde_json::Value;

pub use self::desk::{Answered, Desk, Lane, Owner, Slot, Ticket};
pub use self::store::{FINISHED, Store};
use super::code::Colours;
use super::decisions::{Brief, Draft, Item, OpenedWrite, Standing, Subject, Target, WriteLine};
use super::drafting::{Affected, Check, Checked, Opening, Version};
use super::grounds::{Grounds, Short};
use super::kept::{Flagged, Kept};
use super::links::Links;
use super::marking::Words;
use super::pieces::Piece;
use super::reading::{Kin, Read, Transcript};
use super::unsealed::Unsealed;
use crate::inbox::{Findings, Inbox};
use crate::incident::{self, Case};
use crate::numbers::Numbers;
use crate::search::{self, SavedSearch};
use crate::timeline::{self, Timeline};

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
    /// A whole record, its document parsed; secrets in it for whoever may see those of this record.
    Record(RowKey, Option<Unsealed>),
    /// Freshness of every list, the open problems, how the outbox stands, and the rate budgets.
    Health,
    /// Live rows by status.
    Statuses(Scope),
    /// Unfinished writes; with `finished` those that are over too. On one record alone, where one is named.
    Writes {
        /// Those that are over too.
        finished: bool,
        /// The record: its list and its id.
        about: Option<(ListKey, String)>,
    },
    /// One write with all that is known of it.
    Write(WriteId),
    /// These writes, as they stand.
    Fates(Vec<WriteId>),
    /// What a decision would come to.
    Brief(Box<Subject>),
    /// The text for an editor.
    Draft(DraftOf),
    /// What an answer to a request for approval rests on; secrets as with [`Question::Record`].
    Grounds(Box<Item>, Option<Unsealed>),
    /// What the answers to several requests rest on, in short; secrets masked.
    InShort(Vec<Item>),
    /// The right to see the secrets of a record: the audit log is told first.
    Unseal(ListKey, String),
    /// A document for the console's own editor.
    Opening(DraftOf),
    /// What is to be said about a text that is being typed.
    Check(Box<Check>),
    /// Who is affected by a policy.
    Affected(Box<Record>),
    /// The versions of a record's document that were seen.
    Versions(Box<Record>),
    /// A session or run with its entries, unless it is as it is known already; secrets as with [`Question::Record`].
    Transcript(Target, Option<Arc<Transcript>>, Option<Unsealed>),
    /// The entries of a transcript that hold these words.
    Find(Arc<Transcript>, Words),
    /// Every incident.
    Incidents,
    /// An incident with all that is known of it.
    Incident(IncidentId),
    /// What a person keeps about a session or run.
    Kept(ListKey, String),
    /// What stands beside records of a kind: which have a bookmark or a review; of agents, which were contained from here.
    Flagged(Kind),
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
    Record(Target),
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
    Health(Health),
    /// See [`Question::Statuses`].
    Statuses(Vec<(String, u64)>),
    /// See [`Question::Writes`].
    Writes(Vec<WriteLine>),
    /// See [`Question::Write`]; `None` when there is no such write.
    Write(Option<Box<OpenedWrite>>),
    /// See [`Question::Fates`]; without those that are not there.
    Fates(Vec<Write>),
    /// See [`Question::Brief`].
    Brief(Box<Brief>),
    /// See [`Question::Draft`].
    Draft(Box<Draft>),
    /// See [`Question::Grounds`].
    Grounds(Box<Grounds>),
    /// See [`Question::InShort`].
    InShort(Vec<Short>),
    /// See [`Question::Unseal`].
    Unsealed(Unsealed),
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
    /// See [`Question::Flagged`].
    Flagged(Flagged),
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

/// How everything stands.
#[derive(Debug, Default)]
pub struct Health {
    /// Freshness of every list.
    pub lists: Vec<Freshness>,
    /// Open problems, newest first.
    pub problems: Vec<Problem>,
    /// How the outbox stands.
    pub standing: Standing,
    /// What each connection last told of its rate budget, whoever synced it.
    pub budgets: Vec<ToldBudget>,
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
    /// Its document, to be looked at, never to decide by: secrets masked but for whoever may see them.
    pub doc: Value,
    /// There are secrets in it.
    pub secrets: bool,
    /// The right to see them; without it they are masked.
    pub unsealed: Option<Unsealed>,
}
