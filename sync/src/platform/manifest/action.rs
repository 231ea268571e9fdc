//! What a manifest says about what can be done to records.

use std::collections::BTreeMap;

/// How a record has to stand: pointer -> the values that are good there. Empty: however it stands.
pub type Standing = BTreeMap<String, Vec<serde_json::Value>>;

/// Something that can be done to a record.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Action {
    /// Collection of its target.
    pub on: String,
    /// What people call it; several collections of a platform may have one of the same verb. Usually the action's name.
    pub verb: String,
    /// Why this platform cannot do it: an answer to be shown, with everything below empty.
    pub lacks: Option<String>,
    /// There is no target yet: it is what this makes.
    pub creates: bool,
    /// The request; of several the first whose conditions hold.
    pub requests: Vec<ActionRequest>,
    /// What is done one after the other, where one request is not enough; `requests` is empty then.
    pub steps: Vec<Step>,
    /// The person changes fields of the document itself.
    pub edits: Option<Edits>,
    /// Pointer -> values the target must have for the action to make sense.
    pub needs: BTreeMap<String, Vec<serde_json::Value>>,
    /// Pointer -> values the target has once it is done, the usual one first. With none of these and no `done_gone`,
    /// nothing but the answer tells whether it was applied.
    pub done: BTreeMap<String, Vec<serde_json::Value>>,
    /// It is done when the platform no longer lists the target.
    pub done_gone: bool,
    /// Pointers that must still be what the person saw.
    pub guard: Vec<String>,
    /// Records the decision rests on, by name.
    pub related: BTreeMap<String, Related>,
    /// Pointers to who settled the target, if the record says.
    pub settled_by: Vec<String>,
    /// Pointers to when.
    pub settled_at: Vec<String>,
    /// How long it may wait to be sent.
    pub deadline: Option<Deadline>,
    /// Arguments it takes from the person, with the values each may have; an empty list leaves them free.
    pub args: BTreeMap<String, Vec<String>>,
    /// The action that takes it back.
    pub undo: Option<String>,
    /// Something to know before confirming: that there is no way back, or how long the effect takes.
    pub note: Option<String>,
}

impl Action {
    /// Can a look tell whether it was applied? If not, nothing but the platform's answer does.
    pub fn provable(&self) -> bool {
        self.creates
            || self.done_gone
            || !self.done.is_empty()
            || self.edits.is_some()
            || !self.steps.is_empty()
            || self.requests.iter().any(|request| request.done_gone || !request.done.is_empty())
    }
}

/// One way to ask for an action.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ActionRequest {
    /// Templates that must have a value for this way to be taken (`{/action_id}`, `{action:/payload_hash}`).
    pub when: Vec<String>,
    /// Arguments with which this way is not taken.
    pub unless: Vec<String>,
    /// HTTP method.
    pub method: String,
    /// Path with `{id}`, `{/pointer}` into the target's document, `{name:/pointer}` into a related one, and arguments.
    pub path: String,
    /// Query parameters, templates. One whose value is missing is left out.
    pub query: BTreeMap<String, String>,
    /// Body with templates in its strings. A string that is one place alone becomes the value itself, of whatever type; a
    /// member whose value is missing is left out.
    pub body: Option<serde_json::Value>,
    /// Other methods and paths for the same, in turn, where a server answers 404, 405 or 501 to the one before: it did nothing.
    /// None of them may be one that makes something new of a record that is not there.
    pub or: Vec<OtherWay>,
    /// What is done once this way was taken, where that differs from the action's; empty: the action's.
    pub done: BTreeMap<String, Vec<serde_json::Value>>,
    /// This way is done when the platform no longer lists the target.
    pub done_gone: bool,
}

/// The same request by another method, at another path, or in other words.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OtherWay {
    /// HTTP method; none: the same.
    pub method: Option<String>,
    /// Path; none: the same.
    pub path: Option<String>,
    /// Body; none: the same.
    pub body: Option<serde_json::Value>,
}

/// How a document is edited.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Edits {
    /// Pointers below which fields may be changed; the empty pointer is the whole document.
    pub fields: Vec<String>,
    /// Only the changed fields are sent, as members of the body; else the request's body says what is.
    pub partial: bool,
    /// Pointer of a list -> pointers that tell its items apart, weightiest first. `*` stands for any key or index.
    pub keyed: BTreeMap<String, Vec<String>>,
    /// Pointers of lists whose order means nothing. `*` stands for any key or index.
    pub sets: Vec<String>,
    /// The platform takes null for "leave alone": no field can be emptied with it.
    pub null_keeps: bool,
    /// Pointers of texts that hold JSON, and must go on holding it.
    pub json: Vec<String>,
}

/// A record that a decision rests on besides its target.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Related {
    /// Its collection, when the mirror has it.
    pub collection: Option<String>,
    /// Template of its id in that collection.
    pub id: Option<String>,
    /// Template of the path it is read from.
    pub path: Option<String>,
    /// Pointers into it that must still be what the person saw.
    pub guard: Vec<String>,
    /// Pointer -> values of which it must have one by now, unless it has the very value the person saw.
    pub needs: BTreeMap<String, Vec<serde_json::Value>>,
    /// Pointers at which it must agree with the target as the person saw it, where both have a value: what they saw of it without
    /// having seen it.
    pub same: Vec<String>,
    /// Pointer -> values: having come to one of these since the request left, it shows that the action was done, where the
    /// target itself is listed no more and nothing else would tell.
    pub shows: Standing,
}

/// How long a write may wait.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Deadline {
    /// Seconds after the decision.
    pub after: u64,
    /// Pointers to the platform's own deadline.
    pub at: Vec<String>,
    /// Pointer to a moment and pointer to a number of minutes after it: a deadline too.
    pub minutes_after: Option<(String, String)>,
}

/// One step of a recipe. Each can be done again without harm.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// Another action of this manifest, on the same target.
    Do {
        /// The action's name.
        action: String,
    },
    /// Another action on every record of a collection that is the target's and still needs it. Those acted upon are remembered.
    Each {
        /// The collection.
        collection: String,
        /// What makes a record the target's.
        whose: Whose,
        /// The action's name.
        action: String,
        /// Only records that an earlier write of this target remembered: the way back.
        remembered: bool,
    },
    /// A record that must exist.
    Ensure {
        /// Its collection.
        collection: String,
        /// Its id.
        id: String,
        /// How it is made.
        create: ActionRequest,
    },
    /// A value at the head of a list in a document of the target; the list as it was is remembered.
    Head {
        /// Template of the path the document is read from.
        read: String,
        /// Pointer of the list.
        list: String,
        /// The value.
        value: serde_json::Value,
        /// How it is written; `{list}` in the body is the new list.
        write: ActionRequest,
        /// Take the value out again instead.
        remove: bool,
    },
}

/// What makes a record of another collection the target's.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Whose {
    /// Pointer -> template of the value, all of them together. Of several such tables each is enough.
    pub by: Vec<BTreeMap<String, String>>,
    /// What a record must hold besides; where it has no value there, nothing speaks against it.
    pub only: Standing,
    /// Records that do not name the target, but belong to something that does, are the target's too.
    pub through: Option<Through>,
}

/// How a record belongs to a target that it does not name: a workflow's run to an agent of the workflow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Through {
    /// The collection it belongs to, of which those records count that name the target anywhere in their document.
    pub collection: String,
    /// Pointer, in the record, to the id of the one it belongs to.
    pub at: String,
    /// Pointers to what such a document is made of. A row of the list that has a value at none of them may leave out just what
    /// names the target: then the record itself is read. Empty: the row has all there is.
    pub shown: Vec<String>,
}
