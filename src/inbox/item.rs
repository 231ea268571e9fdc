use jiff::Timestamp;
use quarterdeck_sync::model::{Kind, ListKey, Place, RowKey, WriteId, WriteState};

use super::cause::{Cause, Risk};

/// What an item is about: where it lives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// A record.
    Record {
        /// Its number in the mirror.
        key: RowKey,
        /// What it is.
        kind: Kind,
    },
    /// A write in the outbox.
    Write {
        /// Which.
        id: WriteId,
        /// Where it stands.
        state: WriteState,
    },
    /// A connection, or one of its lists.
    Connection,
}

/// One reason why something wants a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// What kind of reason.
    pub cause: Cause,
    /// What may come of it.
    pub risk: Risk,
    /// In our words: no text of a platform or an agent is in it.
    pub why: String,
    /// What it was like, a line for each thing that was to be seen. A line more is news, even for somebody who has acknowledged the
    /// item; a line less is none.
    pub print: String,
    /// When it came to want a person, of what may end and come again and look the same: an acknowledgement from before holds no more.
    pub came: Option<Timestamp>,
    /// Since when a person is wanted, as far as anybody says.
    pub since: Option<Timestamp>,
    /// Until when something can be done.
    pub deadline: Option<Timestamp>,
    /// The entry of a transcript where it shows.
    pub entry: Option<u32>,
}

/// The agent behind an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agent {
    /// Its list.
    pub list: ListKey,
    /// Its id.
    pub id: String,
    /// Its number in the mirror.
    pub key: RowKey,
    /// What it is called.
    pub title: String,
}

/// Something that an item is a part of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Whole {
    /// The list it stands in.
    pub list: ListKey,
    /// What it is called: the platform's words.
    pub title: String,
    /// Its status: the platform's word.
    pub status: Option<String>,
}

/// Something that can be done about an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Can {
    /// What people call it: `suspend`.
    pub verb: &'static str,
    /// It is done to the agent behind the item, not to the item's own record.
    pub agent: bool,
}

/// What a person has said about an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Standing {
    /// Nothing: it waits.
    #[default]
    Waiting,
    /// Not before this time.
    Snoozed(Timestamp),
    /// Seen, as it is now.
    Acknowledged(Timestamp),
}

/// Something that wants a person.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// Where it is: its identity.
    pub place: Place,
    /// Its platform; empty where nobody knows it.
    pub platform: String,
    /// What it is about.
    pub subject: Subject,
    /// Why it is here, the gravest first; never empty.
    pub reasons: Vec<Reason>,
    /// What it is called: the platform's words, or an agent's.
    pub title: String,
    /// Its status, with unfinished writes over it: the platform's word.
    pub status: Option<String>,
    /// The agent behind it: of an agent, itself.
    pub agent: Option<Agent>,
    /// The name of the agent, where the mirror does not have it.
    pub agent_name: Option<String>,
    /// What it is a part of, the widest first: the workflow of an approval, and the run of it that waits.
    pub within: Vec<Whole>,
    /// What can be done, the usual first.
    pub can: Vec<Can>,
    /// What a person has said about it.
    pub standing: Standing,
}

impl Item {
    /// One of which nothing more is known.
    pub(super) fn bare(place: Place, subject: Subject, title: String) -> Self {
        Self {
            place,
            platform: String::new(),
            subject,
            reasons: Vec::new(),
            title,
            status: None,
            agent: None,
            agent_name: None,
            within: Vec::new(),
            can: Vec::new(),
            standing: Standing::Waiting,
        }
    }

    /// What it is called where it stands in a line of its own: with what it is a part of.
    pub fn called(&self) -> String {
        match self.within.first() {
            Some(whole) => format!("{} · {}", self.title, whole.title),
            None => self.title.clone(),
        }
    }

    /// The gravest reason.
    pub fn cause(&self) -> Cause {
        self.reasons.first().map_or(Cause::Silent, |reason| reason.cause)
    }

    /// What may come of it.
    pub fn risk(&self) -> Risk {
        self.reasons.iter().map(|reason| reason.risk).max().unwrap_or(Risk::Low)
    }

    /// Since when it waits.
    pub fn since(&self) -> Option<Timestamp> {
        self.reasons.iter().filter_map(|reason| reason.since).min()
    }

    /// When the first of its deadlines passes.
    pub fn deadline(&self) -> Option<Timestamp> {
        self.reasons.iter().filter_map(|reason| reason.deadline).min()
    }

    /// The first entry of its transcript where a reason shows.
    pub fn entry(&self) -> Option<u32> {
        self.reasons.iter().find_map(|reason| reason.entry)
    }

    /// Why it is here, in one line.
    pub fn why(&self) -> String {
        let whys: Vec<&str> = self.reasons.iter().map(|reason| reason.why.as_str()).collect();
        whys.join("; ")
    }

    /// The list it stands in.
    pub fn list(&self) -> ListKey {
        ListKey::new(&self.place.connection, &self.place.collection)
    }

    /// It is to be seen without asking.
    pub fn waits(&self) -> bool {
        self.standing == Standing::Waiting
    }

    /// What it is like, for an acknowledgement that is to hold until that changes.
    pub fn fingerprint(&self) -> String {
        let lines = |reason: &Reason| -> Vec<String> {
            // What is like nothing in particular is at least of its kind.
            let seen = if reason.print.is_empty() { vec![""] } else { reason.print.lines().collect() };
            seen.into_iter().map(|line| format!("{}:{line}", reason.cause)).collect()
        };
        let mut prints: Vec<String> = self.reasons.iter().flat_map(lines).collect();
        prints.sort_unstable();
        prints.join("\n")
    }
}
