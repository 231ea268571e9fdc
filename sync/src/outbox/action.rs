//! From a manifest's action to an intent, and from an intent to requests. Pure.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::model::{By, Dispute, Intent, Record, Verdict, Write, WriteId, WriteState};
use crate::platform::Manifest;
use crate::platform::manifest::{Action, Related};
use crate::platform::write::{Seen, WriteCall};

/// What a person asks for.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Asked {
    /// What: `suspend`.
    pub verb: String,
    /// Arguments by name: `scope`, `duration`, `hard`. For an edit `doc`, the document as the person wants it; for a creation
    /// `doc`, the fields of what is to be made.
    pub args: BTreeMap<String, Value>,
    /// Why.
    pub reason: Option<String>,
    /// How long it may wait to be sent, when the person says.
    pub expires: Option<SignedDuration>,
    /// The payload hash (or the document's hash) that the caller saw: anything else is refused.
    pub if_hash: Option<String>,
    /// The write it takes back, with what that one remembered.
    pub undoes: Option<(WriteId, Value)>,
    /// Who.
    pub by: By,
}

/// Why something was not even queued.
#[derive(Debug, Clone, PartialEq)]
pub enum Refusal {
    /// The platform cannot do it, and why.
    Lacks(String),
    /// The target is not in a state in which it makes sense; where it stands already may be what was asked for.
    NotNow(String),
    /// An argument is missing, unknown or wrong.
    Argument(String),
    /// Nothing would change.
    Same(String),
    /// What the caller saw is not what is there (`--if-hash`).
    OtherHash(String),
}

/// The verbs a collection has, with the action of each, or why the platform lacks it. In the manifest's order.
pub fn verbs<'a>(_manifest: &'a Manifest, _collection: &str) -> Vec<(&'a str, Result<&'a Action, &'a str>)> {
    todo!()
}

/// The action behind a verb: its name and what it says, or why there is none.
pub fn find<'a>(_manifest: &'a Manifest, _collection: &str, _verb: &str) -> Result<(&'a str, &'a Action), Refusal> {
    todo!()
}

/// The id of a related record, when the target names one and the mirror may hold it: collection and id.
pub fn related_record(_related: &Related, _id: &str, _doc: &Value) -> Option<(String, String)> {
    todo!()
}

/// What is to be kept of a decision. `record` is as the operator sees it, its document with the open writes' effects on it; none
/// for a creation. `related` are the records that the action rests on, as far as the mirror has them.
pub fn intent(
    _manifest: &Manifest,
    _collection: &str,
    _connection: &str,
    _record: Option<&Record>,
    _related: &BTreeMap<String, Value>,
    _asked: &Asked,
    _now: Timestamp,
) -> Result<Intent, Refusal> {
    todo!()
}

/// What a fresh look has shown.
#[derive(Debug, Clone, Default)]
pub struct Sight {
    /// The target; none when the platform has no such record.
    pub target: Option<Seen>,
    /// Related records that could be read, by name.
    pub related: BTreeMap<String, Value>,
}

/// What is to be done with a write after a look at its target.
#[derive(Debug, Clone, PartialEq)]
pub enum Plan {
    /// It is so already.
    Done(Verdict),
    /// It must not be sent: conflicted, wedged or expired.
    Stop(WriteState, Verdict),
    /// Send this.
    Send(WriteCall),
    /// Take the steps of the recipe.
    Steps,
}

/// Compares what the person saw with what is there, and says what to do. `sent`: the write has left before, and nobody knows
/// what became of it.
pub fn plan(_manifest: &Manifest, _write: &Write, _sight: &Sight, _sent: bool, _now: Timestamp) -> Plan {
    todo!()
}

/// Does the look show that the write has had its effect? With the fields the server changed or dropped.
pub fn shown(_manifest: &Manifest, _write: &Write, _sight: &Sight) -> Option<Vec<Dispute>> {
    todo!()
}

/// What the write will do, field by field, for a person: `base` as it was seen, `mine` as it will be.
pub fn diff(_write: &Write) -> Vec<Dispute> {
    todo!()
}
