use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Kind, ListKey};

/// Id of a write: a ULID, so that ids sort in the order in which people decided.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct WriteId(String);

impl WriteId {
    /// The id `text` stands for; it is not looked at.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// As it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for WriteId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Where a write stands between the decision and its end. The table of moves is in `outbox::state`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WriteState {
    /// Decided, kept, not sent.
    Queued,
    /// On its way: committed before the request leaves.
    Sending,
    /// The platform said yes.
    Accepted,
    /// A later read has shown the effect.
    Confirmed,
    /// Not applied, and tried again when due.
    Retrying,
    /// Sent, and nobody knows whether it arrived: a read has to tell.
    Unknown,
    /// Somebody else got there first. Waits for a person.
    Conflicted,
    /// Retrying cannot help. Waits for a person.
    Wedged,
    /// Its deadline passed unsent. Waits to be noticed.
    Expired,
    /// Taken back before it was sent.
    Cancelled,
    /// A person let go of it after it had failed.
    Discarded,
}

impl WriteState {
    /// Every state, in the order of a write's life.
    pub const ALL: [WriteState; 11] = [
        WriteState::Queued,
        WriteState::Sending,
        WriteState::Accepted,
        WriteState::Confirmed,
        WriteState::Retrying,
        WriteState::Unknown,
        WriteState::Conflicted,
        WriteState::Wedged,
        WriteState::Expired,
        WriteState::Cancelled,
        WriteState::Discarded,
    ];

    /// The word for it, in tables, JSON and on screens.
    pub fn as_str(self) -> &'static str {
        match self {
            WriteState::Queued => "queued",
            WriteState::Sending => "sending",
            WriteState::Accepted => "accepted",
            WriteState::Confirmed => "confirmed",
            WriteState::Retrying => "retrying",
            WriteState::Unknown => "unknown",
            WriteState::Conflicted => "conflicted",
            WriteState::Wedged => "wedged",
            WriteState::Expired => "expired",
            WriteState::Cancelled => "cancelled",
            WriteState::Discarded => "discarded",
        }
    }

    /// It still has a way to go by itself: its effect stands in the overlay.
    pub fn is_open(self) -> bool {
        use WriteState::{Accepted, Queued, Retrying, Sending, Unknown};
        matches!(self, Queued | Sending | Accepted | Retrying | Unknown)
    }

    /// It ended in a way that a person has to see.
    pub fn needs_person(self) -> bool {
        matches!(self, WriteState::Conflicted | WriteState::Wedged | WriteState::Expired)
    }

    /// Kept in sight: everything but confirmed, cancelled and discarded.
    pub fn is_unfinished(self) -> bool {
        self.is_open() || self.needs_person()
    }
}

impl fmt::Display for WriteState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for WriteState {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|state| state.as_str() == text).ok_or(())
    }
}

/// Who decided.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct By {
    /// Name of the operating system's user.
    pub user: String,
    /// Name of the machine.
    pub host: String,
    /// Address of the SSH client, when there was one.
    pub ssh: Option<String>,
}

/// What the person saw when they decided.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Base {
    /// The target's document with the unfinished writes over it; null for something that is to be created.
    pub doc: Value,
    /// Records that the decision rests on (an approval's run), by the manifest's name for them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub related: BTreeMap<String, Value>,
    /// When the platform last showed it to us.
    pub seen_at: Option<Timestamp>,
}

/// Columns a write changes as long as it is open; the outer `None` leaves one alone.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnEdits {
    /// New title.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "edit")]
    pub title: Option<Option<String>>,
    /// New status.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "edit")]
    pub status: Option<Option<String>>,
    /// New project.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "edit")]
    pub project: Option<Option<String>>,
}

/// `null` is an edit that empties; an absent member is no edit.
mod edit {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub fn serialize<S: Serializer>(edit: &Option<Option<String>>, to: S) -> Result<S::Ok, S::Error> {
        edit.as_ref().and_then(Option::as_ref).serialize(to)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Option<String>>, D::Error> {
        Option::<String>::deserialize(from).map(Some)
    }
}

/// How the target looks once the write is done: settled at the decision, so that the overlay needs no manifest.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Effect {
    /// Pointers into the document and the values they will hold.
    #[serde(default)]
    pub doc: Vec<(String, Value)>,
    /// What that does to the columns.
    #[serde(default)]
    pub columns: ColumnEdits,
}

impl Effect {
    /// Puts it onto a document, making the objects on the way to a field that is not there.
    pub fn onto(&self, doc: &mut Value) {
        for (at, value) in &self.doc {
            put(doc, at, value);
        }
    }
}

fn put(doc: &mut Value, at: &str, value: &Value) {
    let Some((above, field)) = at.rsplit_once('/') else {
        return doc.clone_from(value);
    };
    if doc.pointer(above).is_none_or(Value::is_null) {
        put(doc, above, &Value::Object(serde_json::Map::new()));
    }
    let field = field.replace("~1", "/").replace("~0", "~");
    match doc.pointer_mut(above) {
        Some(Value::Object(fields)) => drop(fields.insert(field, value.clone())),
        Some(Value::Array(items)) => {
            if let Some(item) = field.parse::<usize>().ok().and_then(|place| items.get_mut(place)) {
                item.clone_from(value);
            }
        }
        // A text or a number where the field's object should be: the document is not what the manifest took it for.
        _ => {}
    }
}

/// What a person asked for. Written once, never changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Intent {
    /// The connection.
    pub connection: String,
    /// Name of its platform.
    pub platform: String,
    /// The collection of the target.
    pub collection: String,
    /// Its kind.
    pub kind: Kind,
    /// Name of the action in the platform's manifest.
    pub action: String,
    /// What people call it: `suspend`.
    pub verb: String,
    /// Id of the target record; none when something is to be created.
    pub target: Option<String>,
    /// What a person would call the target.
    pub title: Option<String>,
    /// Arguments of the action; for an edit, `doc` is the document as the person wants it.
    pub args: BTreeMap<String, Value>,
    /// Why.
    pub reason: Option<String>,
    /// What the person saw.
    pub base: Base,
    /// How the target will look.
    pub effect: Effect,
    /// Not sent after this.
    pub deadline: Option<Timestamp>,
    /// The write this one takes back.
    pub undoes: Option<WriteId>,
    /// Who.
    pub by: By,
}

/// One field on which two sides differ; `None` where a side does not have it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Dispute {
    /// JSON pointer into the document.
    pub at: String,
    /// As the person saw it.
    pub base: Option<Value>,
    /// As the person wants it, or as it was sent.
    pub mine: Option<Value>,
    /// As the platform has it.
    pub theirs: Option<Value>,
}

/// Why a write stands where it stands.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    /// A short stable word: `applied`, `already_done`, `moved`, `missing`, `refused`, `no_answer`, `expired` ...
    pub code: String,
    /// For a person, with the server's words; scrubbed.
    pub message: String,
    /// HTTP status, when there was a reply.
    pub status: Option<u16>,
    /// Who got there first, when the record says.
    pub who: Option<String>,
    /// And when, as the record says it.
    pub when: Option<String>,
    /// Fields that stand in the way of a conflicted write.
    #[serde(default)]
    pub disputes: Vec<Dispute>,
    /// Fields the server changed or dropped of what was sent.
    #[serde(default)]
    pub altered: Vec<Dispute>,
    /// The document as it was when a conflict was found: what `resolve` merges with. Secrets masked.
    #[serde(default)]
    pub theirs: Option<Value>,
}

/// One thing a person asked for, and where it stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Write {
    /// Its id, and the idempotency key where a platform takes one.
    pub id: WriteId,
    /// What was asked.
    #[serde(flatten)]
    pub intent: Intent,
    /// When.
    pub created_at: Timestamp,
    /// Where it stands.
    pub state: WriteState,
    /// Since when.
    pub updated_at: Timestamp,
    /// How often it was sent.
    pub attempts: u32,
    /// When it is looked at again; none when nothing is due.
    pub due_at: Option<Timestamp>,
    /// Why it stands there.
    pub verdict: Option<Verdict>,
    /// What a recipe of several steps has done so far, and what undoing it needs.
    pub memory: Value,
}

impl Write {
    /// A decision as it stands from the moment it was taken until it is first looked at: kept, and not sent.
    pub fn unsent(id: WriteId, intent: Intent, decided_at: Timestamp) -> Self {
        Self {
            id,
            intent,
            created_at: decided_at,
            state: WriteState::Queued,
            updated_at: decided_at,
            attempts: 0,
            due_at: None,
            verdict: None,
            memory: Value::Null,
        }
    }

    /// The list of its target.
    pub fn list(&self) -> ListKey {
        ListKey::new(&self.intent.connection, &self.intent.collection)
    }

    /// Its line in a record's `pending`.
    pub fn mark(&self) -> Mark {
        Mark {
            id: self.id.clone(),
            action: self.intent.verb.clone(),
            state: self.state,
            created_at: self.created_at,
            deadline: self.intent.deadline,
        }
    }
}

/// An unfinished write, as it stands beside its target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Mark {
    /// The write.
    pub id: WriteId,
    /// What was asked: `suspend`.
    pub action: String,
    /// Where it stands.
    pub state: WriteState,
    /// When it was asked.
    pub created_at: Timestamp,
    /// Not sent after this.
    pub deadline: Option<Timestamp>,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_effect_is_put_where_it_belongs_and_nowhere_else() {
        let effect = |at: &str| Effect { doc: vec![(at.to_owned(), json!("new"))], ..Effect::default() };
        let cases = [
            ("", json!({"a": 1}), json!("new")),
            ("/a", json!({"a": 1, "b": 2}), json!({"a": "new", "b": 2})),
            ("/c", json!({"a": 1}), json!({"a": 1, "c": "new"})),
            ("/a/b", json!({"a": null}), json!({"a": {"b": "new"}})),
            ("/a/1", json!({"a": [1, 2]}), json!({"a": [1, "new"]})),
            ("/a/2", json!({"a": [1, 2]}), json!({"a": [1, 2]})),
            ("/a/b", json!({"a": "text"}), json!({"a": "text"})),
            ("/x~1y", json!({}), json!({"x/y": "new"})),
        ];
        for (at, mut doc, then) in cases {
            effect(at).onto(&mut doc);
            assert_eq!(doc, then, "{at}");
        }
    }
}
