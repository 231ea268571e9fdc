//! What is known when one asks whether something can be done.

use quarterdeck_sync::model::{ListKey, WriteState};

use super::{Act, IN_LIST, Reason};
use crate::tui::incidents;

/// What an action needs to know to say whether it can be done.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// A record is selected.
    pub selected: bool,
    /// The open view is a list of records.
    pub records: bool,
    /// The open view is no list of records, but one is open in it, or under its cursor.
    pub on_record: bool,
    /// What is open is the timeline of the agent already.
    pub traced: bool,
    /// The open view is the inbox, and something waits in it.
    pub item: bool,
    /// The open view is the inbox.
    pub inbox: bool,
    /// Its selected line stands for more than is listed.
    pub beyond: bool,
    /// What can be copied.
    pub copies: Copies,
    /// The list is grouped.
    pub grouped: bool,
    /// The list is filtered.
    pub filtered: bool,
    /// There is a connection to sync.
    pub connected: bool,
    /// Another process holds the lease: this one only reads.
    pub reading: bool,
    /// Views there are.
    pub views: usize,
    /// Lists of the records that a decision would be about: the marked ones, else the selected one.
    pub targets: Vec<ListKey>,
    /// The list of the agent behind the selected record, where decisions about agents are about that one.
    pub agents: Vec<ListKey>,
    /// Decisions that these lists do not let be taken, and why.
    pub lacking: Vec<(Act, Reason)>,
    /// The selected record may have entries.
    pub readable: bool,
    /// The open transcript has entries.
    pub entries: bool,
    /// Secrets are masked in what is open, or shown.
    pub masks: bool,
    /// Something is selected that a search has found.
    pub hit: bool,
    /// There is a query that could be kept.
    pub query: bool,
    /// A saved search is chosen.
    pub saved: bool,
    /// The open view is the outbox.
    pub outbox: bool,
    /// Where the selected write stands.
    pub write: Option<WriteState>,
    /// Where the marked writes stand.
    pub marked: Vec<WriteState>,
    /// There is something that could be taken back.
    pub undoable: bool,
    /// What is known of incidents.
    pub incidents: incidents::Facts,
    /// Why the open sheet cannot be confirmed.
    pub unconfirmed: Option<Reason>,
    /// What the open sheet shows is not what is there any more.
    pub moved: bool,
    /// Some of the text in the editor is selected.
    pub text_selected: bool,
    /// Nothing is decided in this console.
    pub read_only: bool,
}

/// What can be copied.
#[derive(Debug, Clone, Copy, Default)]
pub struct Copies {
    /// The id of what is selected.
    pub id: bool,
    /// What belongs to it.
    pub more: bool,
}

impl Facts {
    pub(super) fn lacks(&self, act: Act) -> Option<Reason> {
        if !self.records && !self.inbox && !self.on_record {
            return IN_LIST(self);
        }
        if self.targets.is_empty() {
            return Some(self.no_record());
        }
        self.lacking.iter().find(|(lacking, _)| *lacking == act).map(|(_, why)| why.clone())
    }

    /// Why nothing can be asked of a record: none is selected.
    pub(super) fn no_record(&self) -> Reason {
        match (self.inbox, self.item, self.beyond) {
            (true, true, _) => "this item is no record: it opens where it lives".into(),
            (true, _, true) => "this line stands for more than is listed: open their list".into(),
            _ => "nothing is selected".into(),
        }
    }

    pub(super) fn write_in(&self, passes: impl Fn(WriteState) -> bool, why: &'static str) -> Option<Reason> {
        match self.write {
            // One that can is enough: the sheet says what is left out.
            Some(_) if self.marked.iter().any(|state| passes(*state)) => None,
            None => Some("no write is selected".into()),
            Some(state) if passes(state) => None,
            Some(state) => Some(format!("{why}; this one is {state}").into()),
        }
    }
}
