//! A document in the console's own editor, in the words it is spoken of with the outside: what is asked about it by ticket, and what
//! comes back.
//!
//! The console knows no manifest: what a text makes of a document, what is wrong with it and what would be sent of it is found out
//! outside ([`Check`] in, [`Checked`] out), beside who is affected ([`Affected`]) and which versions were seen ([`Version`]). What
//! was typed is kept outside, too ([`Kept`]), until it was decided on or a person let go of it.

use std::sync::Arc;

use jiff::Timestamp;
use quarterdeck_sync::model::{Dispute, ListKey, Record, WriteId};

use super::decisions::Draft;
pub use crate::editing::Weight;

/// What a draft is of.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct DraftKey {
    /// List of the record.
    pub list: ListKey,
    /// Its id.
    pub id: String,
    /// The conflicted write that is settled, when it is that.
    pub write: Option<WriteId>,
}

/// What was typed and not decided on yet.
#[derive(Debug, Clone, PartialEq)]
pub struct Kept {
    /// What it is of.
    pub key: DraftKey,
    /// The document it was made from: JSON text, empty for a conflict's.
    pub base: String,
    /// The text.
    pub text: Arc<str>,
    /// When it was typed.
    pub at: Timestamp,
}

/// A document, opened to be edited.
#[derive(Debug, Clone, PartialEq)]
pub struct Opening {
    /// What a draft of it is kept under.
    pub key: DraftKey,
    /// Name of the platform.
    pub platform: String,
    /// The text as it would be without anything typed before, and the record it is made from.
    pub draft: Draft,
    /// What was typed before, and when.
    pub kept: Option<(String, Timestamp)>,
    /// What was typed before was made from an older document: the two are merged when it is sent.
    pub moved: bool,
    /// The sides of a conflict.
    pub sides: Option<Sides>,
}

/// The three sides of a conflict: the fields on which two differ.
#[derive(Debug, Clone, PartialEq)]
pub struct Sides {
    /// What stands against each other.
    pub disputes: Vec<Dispute>,
    /// What I changed, from what I saw.
    pub mine: Vec<Dispute>,
    /// What was changed there since.
    pub theirs: Vec<Dispute>,
}

/// What a text is of.
#[derive(Debug, Clone, PartialEq)]
pub enum Paper {
    /// A record's document: the record as it was when the editor opened.
    Record(Box<Record>),
    /// What a conflicted write is to become.
    Write(WriteId),
}

/// A question about a text.
#[derive(Debug, Clone)]
pub struct Check {
    /// What it is of.
    pub paper: Paper,
    /// The text.
    pub text: Arc<str>,
}

/// What is to be said about a text.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Checked {
    /// What is wrong, doubtful, to be known: by weight, then by place.
    pub remarks: Vec<Remark>,
    /// Remarks that are left out.
    pub more: usize,
    /// In what it differs from the document as it is.
    pub changes: Vec<Dispute>,
    /// Changes that are left out.
    pub more_changes: usize,
    /// What would be sent; none while the text cannot be taken.
    pub request: Option<Result<Request, String>>,
    /// Secrets that stand in it: they are not shown.
    pub secrets: Vec<String>,
}

impl Checked {
    /// Remarks of a weight.
    pub fn count(&self, weight: Weight) -> usize {
        self.remarks.iter().filter(|remark| remark.weight == weight).count()
    }
}

/// One remark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// How much it weighs.
    pub weight: Weight,
    /// Line and column, from 1 and in characters.
    pub place: Option<(usize, usize)>,
    /// JSON pointer, when it is about a field.
    pub at: Option<String>,
    /// What it says.
    pub words: String,
}

/// A request as it would be sent now, were everything there as it was last seen. Secrets are masked in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Request {
    /// HTTP method.
    pub method: String,
    /// Where to: the path below the connection's URL, with its query.
    pub path: String,
    /// Other ways that are taken where a server does not know this one.
    pub or: Vec<String>,
    /// Its body: JSON over several lines.
    pub body: Option<String>,
    /// What of it is not what it was made from: somebody has changed the record since, and it is merged.
    pub merged: bool,
}

/// An agent that a policy is bound to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bound {
    /// Its id.
    pub id: String,
    /// What it is called.
    pub title: Option<String>,
    /// Its status.
    pub status: Option<String>,
    /// The version of the policy that it had when it was last heard of.
    pub version: Option<String>,
    /// That is not the version as it is now.
    pub outdated: bool,
}

/// Who is affected by a policy.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Affected {
    /// How that is known: what binds an agent to it.
    pub how: String,
    /// The policy's version, when it tells one.
    pub version: Option<String>,
    /// The agents: outdated ones first.
    pub agents: Vec<Bound>,
    /// How many there are; more than are listed.
    pub total: usize,
    /// How many of them are outdated.
    pub outdated: usize,
    /// Of how many no version is known.
    pub unknown: usize,
}

/// A version of a document that was seen.
#[derive(Debug, Clone, PartialEq)]
pub struct Version {
    /// Its number, from 1 for the oldest.
    pub number: u64,
    /// When it was first seen.
    pub seen_at: Timestamp,
    /// The platform's own word for it.
    pub label: Option<String>,
    /// Our write that made it.
    pub write: Option<WriteId>,
    /// What was not so in the one before; none for the oldest that is known.
    pub changed: Option<Vec<String>>,
    /// What bringing it back would change now.
    pub diff: Vec<Dispute>,
}
