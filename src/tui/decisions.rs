//! What a person can decide in the console, in the words it is spoken of with the outside.
//!
//! The console knows no manifest and opens no outbox. What each list lets be done comes in as data ([`Capabilities`]); what a
//! decision would come to is asked for by ticket ([`Subject`] in, [`Brief`] out); what was confirmed goes out with what the person
//! saw ([`Confirmed`]), and what became of it comes back ([`Outcome`]).

use std::collections::BTreeMap;

use jiff::Timestamp;
use quarterdeck_sync::model::{Dispute, Intent, ListKey, Record, RowKey, Verdict, Write, WriteId, WriteState};
use quarterdeck_sync::outbox::action::Asked;
use quarterdeck_sync::outbox::decide::Decision;
use quarterdeck_sync::outbox::{Paused, TurnLog};

/// One thing that can, or cannot, be done to the records of a list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Capability {
    /// What people call it: `suspend`.
    pub verb: String,
    /// Why the platform cannot do it.
    pub lacks: Option<String>,
    /// Something to know before confirming.
    pub note: Option<String>,
    /// The verb that takes it back.
    pub undo: Option<String>,
    /// Arguments it takes, with the values each may have; an empty list leaves them free.
    pub args: BTreeMap<String, Vec<String>>,
}

/// What every list lets be done to its records.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Capabilities {
    lists: BTreeMap<ListKey, Vec<Capability>>,
}

impl Capabilities {
    /// From the lists and what each has.
    pub fn new(lists: impl IntoIterator<Item = (ListKey, Vec<Capability>)>) -> Self {
        Self { lists: lists.into_iter().collect() }
    }

    /// What a list has under the first of `verbs` that it knows: one key may stand for several words of one meaning.
    pub fn find(&self, list: &ListKey, verbs: &[&str]) -> Option<&Capability> {
        let known = self.lists.get(list)?;
        let found = |verb: &&str| known.iter().find(|capability| capability.verb == *verb);
        let able = verbs.iter().filter_map(found).find(|capability| capability.lacks.is_none());
        able.or_else(|| verbs.iter().find_map(found))
    }

    /// Why nothing of `verbs` can be done in a list; `None` when it can.
    pub fn lacks(&self, list: &ListKey, verbs: &[&str]) -> Option<String> {
        match self.find(list, verbs) {
            Some(capability) => capability.lacks.clone(),
            None => {
                let verb = verbs.first().copied().unwrap_or_default();
                Some(format!(
                    "{} has no way to {verb} its {}",
                    list.connection,
                    list.collection.replace(['-', '_'], " ")
                ))
            }
        }
    }
}

/// A record that something is asked of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// A row that is in sight.
    Row(RowKey),
    /// A record by its list and id.
    Named(ListKey, String),
}

/// What is to become of a write.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// Taken back before it is sent.
    Cancel,
    /// Tried again.
    Retry,
    /// Let go of.
    Discard,
    /// Taken back, whether it has left or not.
    Undo,
    /// A conflict is settled: what I want, over what is there now.
    Mine,
    /// A conflict is settled: as it is there.
    Theirs,
    /// A conflict is settled with what came back from an editor.
    Edited(String),
}

/// What a person thinks of doing.
#[derive(Debug, Clone, PartialEq)]
pub enum Subject {
    /// Something with records.
    Records {
        /// Which.
        targets: Vec<Target>,
        /// What.
        asked: Asked,
    },
    /// A record is to become what was typed into an editor.
    Edited {
        /// The record as it was when the editor opened.
        record: Box<Record>,
        /// What came back from the editor.
        text: String,
        /// What else was asked: verb, reason, deadline.
        asked: Asked,
    },
    /// A version of a record's document is to come back.
    Restored {
        /// The record as it was when its versions were looked at.
        record: Box<Record>,
        /// Number of the version.
        version: u64,
        /// What else was asked: verb, reason, deadline.
        asked: Asked,
    },
    /// Something with writes.
    Writes {
        /// Which.
        ids: Vec<WriteId>,
        /// What.
        change: Change,
    },
    /// A connection that is paused is to go on, if it answers: what waits for it is sent then.
    Resumed {
        /// The connection.
        connection: String,
    },
}

/// One record of a decision, as it stands now.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// The record as the operator sees it.
    pub record: Record,
    /// What would be kept, or why it cannot be done.
    pub intent: Result<Intent, String>,
    /// What the decision rests on and must not change before it is sent: names and values. Text of the platform, and perhaps of an agent.
    pub rests_on: Vec<(String, String)>,
}

/// What a decision would come to, before it is taken.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "one for each sheet, and boxed where it travels")]
pub enum Brief {
    /// Decisions about records. `asked` is the question: an undo turns out to be one of another verb.
    Records {
        /// What is asked.
        asked: Asked,
        /// The records, in the order they were asked for; one that is not there any more is left out.
        items: Vec<Item>,
    },
    /// Changes to writes, or what waits for a connection that is to go on.
    Writes(Vec<WriteItem>),
}

/// One write that is to be changed, as it stands now.
#[derive(Debug, Clone, PartialEq)]
pub struct WriteItem {
    /// The write.
    pub opened: OpenedWrite,
    /// Why it cannot be done to this one; `None` when it can.
    pub refused: Option<String>,
    /// What has to be known before it is done.
    pub caution: Option<String>,
}

/// A write with all that is known of it.
#[derive(Debug, Clone, PartialEq)]
pub struct OpenedWrite {
    /// The write.
    pub write: Write,
    /// Every move it made, oldest first.
    pub turns: Vec<TurnLog>,
    /// What it will do, field by field.
    pub diff: Vec<Dispute>,
}

/// A write as one line of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct WriteLine {
    /// Its id.
    pub id: WriteId,
    /// What was asked.
    pub verb: String,
    /// List of its target.
    pub list: ListKey,
    /// Id of its target.
    pub target: Option<String>,
    /// What the platform calls the target.
    pub title: Option<String>,
    /// Where it stands.
    pub state: WriteState,
    /// When it was asked.
    pub created_at: Timestamp,
    /// When it moved last.
    pub updated_at: Timestamp,
    /// Not sent after this.
    pub deadline: Option<Timestamp>,
    /// When it is looked at again.
    pub due_at: Option<Timestamp>,
    /// Why it stands there, for a person.
    pub why: Option<String>,
}

impl From<&Write> for WriteLine {
    fn from(write: &Write) -> Self {
        let intent = &write.intent;
        Self {
            id: write.id.clone(),
            verb: intent.verb.clone(),
            list: write.list(),
            target: intent.target.clone(),
            title: intent.title.clone(),
            state: write.state,
            created_at: write.created_at,
            updated_at: write.updated_at,
            deadline: intent.deadline,
            due_at: write.due_at,
            why: write.verdict.as_ref().map(why),
        }
    }
}

/// A verdict in one line.
pub fn why(verdict: &Verdict) -> String {
    let mut words = if verdict.message.is_empty() { verdict.code.replace('_', " ") } else { verdict.message.clone() };
    if let Some(who) = verdict.who.as_ref().filter(|who| !words.contains(who.as_str())) {
        words.push_str(&format!(", by {who}"));
    }
    words
}

/// How the outbox stands, in numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Standing {
    /// Writes by state.
    pub counts: Vec<(WriteState, u64)>,
    /// Connections that are not written to.
    pub paused: Vec<Paused>,
    /// How many writes wait for each of those.
    pub held: BTreeMap<String, usize>,
    /// What is the matter with the outbox itself, for a person.
    pub trouble: Option<String>,
}

impl Standing {
    /// Writes in one state.
    pub fn of(&self, state: WriteState) -> u64 {
        self.sum(|known| known == state)
    }

    /// Writes in the states that pass.
    pub fn sum(&self, passes: impl Fn(WriteState) -> bool) -> u64 {
        self.counts.iter().filter(|(state, _)| passes(*state)).map(|(_, count)| count).sum()
    }
}

/// A document in an editor, before it was opened.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    /// What it is, for the name of a file.
    pub name: String,
    /// The record it was made from; none for a conflicted write.
    pub record: Option<Box<Record>>,
    /// The text to be edited.
    pub text: String,
}

/// What was confirmed on a sheet, with what the person saw there.
#[derive(Debug, Clone, PartialEq)]
pub struct Confirmed {
    /// The sheet's number: the outcome carries it.
    pub sheet: u64,
    /// What is to be done.
    pub deed: Deed,
}

/// What a confirmed sheet asks for.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "one for each sheet, and boxed where it travels")]
pub enum Deed {
    /// Keep these decisions.
    Decide {
        /// What is asked.
        asked: Asked,
        /// The items as they were shown: what is kept is bound to them.
        seen: Vec<Item>,
    },
    /// Change these writes, which stood in these states.
    Change {
        /// The writes and where they stood.
        seen: Vec<(WriteId, WriteState)>,
        /// What is to become of them.
        change: Change,
    },
    /// Test this connection, and let it go on if it answers.
    Resume {
        /// The connection.
        connection: String,
        /// The writes that were seen to wait for it.
        seen: Vec<WriteId>,
    },
}

/// What became of a confirmed sheet.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// For each decision, in order, what became of it, or why it was refused.
    Kept(Vec<Result<Decision, String>>),
    /// For each write, in order, how it stands now, or why it was left as it was.
    Changed(Vec<Result<Write, String>>),
    /// Nothing was kept: what the person saw is not what is there any more.
    Moved,
    /// Nothing was kept: our own files failed.
    Failed(String),
}
