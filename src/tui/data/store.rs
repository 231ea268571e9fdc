//! What the console asks of whoever holds the data.

use quarterdeck_sync::model::{
    ContentTotals, CountOf, Freshness, IncidentId, Kind, ListKey, Problem, Query, Record, Row, RowKey, Scope,
    ToldBudget, Window, WriteId,
};

use super::{DraftOf, NamedWords};
use crate::inbox::{Findings, Inbox};
use crate::incident::{self, Case};
use crate::numbers::Numbers;
use crate::search::{self, SavedSearch};
use crate::timeline::{self, Timeline};
use crate::tui::decisions::{Brief, Draft, Item, OpenedWrite, Standing, Subject, Target, WriteLine};
use crate::tui::drafting::{Affected, Check, Checked, Opening, Version};
use crate::tui::grounds::{Grounds, Short};
use crate::tui::kept::{Flagged, Kept};
use crate::tui::links::Links;
use crate::tui::reading::{Kin, Read, Transcript};
use crate::tui::unsealed::Unsealed;

/// Writes that are over and are listed, the newest. Those of one record are all there.
pub const FINISHED: usize = 1_000;

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
    /// What each connection last told of its rate budget.
    fn budgets(&self) -> Result<Vec<ToldBudget>, String> {
        Ok(Vec::new())
    }
    /// How the outbox stands.
    fn standing(&self) -> Result<Standing, String> {
        Ok(Standing::default())
    }
    /// Unfinished writes, newest first; with `finished` those that are over too, of all records at most [`FINISHED`]. On
    /// this record alone, where one is named.
    fn writes(&self, _finished: bool, _about: Option<&(ListKey, String)>) -> Result<Vec<WriteLine>, String> {
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
    /// What an answer to a request for approval rests on; secrets in it for whoever may see those of the request.
    fn grounds(&self, _item: &Item, _unsealed: Option<&Unsealed>) -> Result<Grounds, String> {
        Ok(Grounds::default())
    }
    /// What the answers to several requests rest on, in short; secrets masked.
    fn in_short(&self, _items: &[Item]) -> Result<Vec<Short>, String> {
        Ok(Vec::new())
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
    /// A session or run with its entries; [`Read::Same`] when it is as `known` has it. Secrets in it for whoever may see those of
    /// this record.
    fn transcript(
        &self,
        _of: &Target,
        _known: Option<&Transcript>,
        _unsealed: Option<&Unsealed>,
    ) -> Result<Read, String> {
        Ok(Read::Gone)
    }
    /// The right to see the secrets of a record. The line `reveal` stands in the audit log when it is given.
    fn unseal(&self, _list: &ListKey, _id: &str) -> Result<Unsealed, String> {
        Err(NO_OUTBOX.to_owned())
    }
    /// The bookmarks and notes of a session or run, and whether it was reviewed.
    fn kept(&self, _list: &ListKey, _id: &str) -> Result<Kept, String> {
        Ok(Kept::default())
    }
    /// What stands beside records of a kind.
    fn flagged(&self, _kind: Kind) -> Result<Flagged, String> {
        Ok(Flagged::default())
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
