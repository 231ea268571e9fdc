//! What a manifest says, once read and checked. How the TOML becomes this is in `load.rs`.

use std::collections::BTreeMap;

use crate::model::Kind;

/// A platform described as data.
#[derive(Debug, Clone, PartialEq)]
pub struct Manifest {
    /// Short name: `turen`.
    pub name: String,
    /// Name for people: `Turen`.
    pub title: String,
    /// URL to use when a connection names none.
    pub base_url: Option<String>,
    /// What a pasted URL's path becomes.
    pub url: UrlRules,
    /// Ways to sign in, best first. A connection with a user takes the first `session`, one without the first other.
    pub auth: Vec<Auth>,
    /// Where an error body keeps its words: the first pointer that holds text wins.
    pub error: Vec<String>,
    /// Which headers tell the rate budget.
    pub rate: Rate,
    /// The lists it serves, by name.
    pub collections: BTreeMap<String, Collection>,
    /// Order in which to pull the collections: joined-to collections and parents first.
    pub pull_order: Vec<String>,
    /// The platform's own search, asked only on demand.
    pub search: Option<ServerSearch>,
    /// What can be done to its records.
    pub actions: BTreeMap<String, Action>,
}

/// How a pasted URL is brought into form: trailing slash, query and fragment always go.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct UrlRules {
    /// Path given to a bare host: `/api/v1`.
    pub default_path: Option<String>,
    /// Hosts that belong to another manifest: `api.runagents.io` is `runagents-v1alpha`.
    pub elsewhere: BTreeMap<String, String>,
}

/// A way to sign in.
#[derive(Debug, Clone, PartialEq)]
pub enum Auth {
    /// The key stands in a header of its own.
    Header {
        /// Header name.
        name: String,
        /// Beginnings a key of the right sort has; empty: any.
        prefixes: Vec<String>,
        /// Beginnings of other credentials, each with the reason why it is refused.
        refused: BTreeMap<String, String>,
    },
    /// `Authorization: Bearer KEY`.
    Bearer {
        /// As for `Header`.
        prefixes: Vec<String>,
        /// As for `Header`.
        refused: BTreeMap<String, String>,
    },
    /// Sign in with a user and a password; a cookie comes back, and writes carry a CSRF token.
    Session {
        /// Path that takes the credentials.
        login: String,
        /// Field of the login body for the user.
        user_field: String,
        /// Field of the login body for the password.
        password_field: String,
        /// Path that gives the CSRF token.
        csrf: Option<String>,
        /// Where the token stands in its reply.
        csrf_token: Vec<String>,
        /// Header that carries it on writes.
        csrf_header: String,
        /// Pieces of error text of a 403 that mean "sign in again".
        expired: Vec<String>,
    },
}

/// Headers of the rate budget.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Rate {
    /// Budget of one window.
    pub limit: Option<String>,
    /// What is left of it.
    pub remaining: Option<String>,
    /// When it is whole again.
    pub reset: Option<String>,
    /// What `reset` holds.
    pub reset_kind: ResetKind,
    /// Length of the window in seconds, where a platform's page states it.
    pub window: Option<u64>,
}

/// What a reset header holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ResetKind {
    /// Told apart by size: over a thousand million is an epoch (seconds or milliseconds), else seconds from now.
    #[default]
    Auto,
    /// Epoch seconds.
    Epoch,
    /// Seconds from now.
    Delta,
    /// Known to be untrue: never used.
    Lies,
}

/// One list a platform serves.
#[derive(Debug, Clone, PartialEq)]
pub struct Collection {
    /// Name, and noun of the command line.
    pub name: String,
    /// What its records are.
    pub kind: Kind,
    /// Path of the list below the base URL; `{parent}` stands for the parent's id. Written `host:/path` it is
    /// relative to the host alone.
    pub list: String,
    /// Older or other paths to try when `list` is not offered.
    pub list_or: Vec<String>,
    /// Fixed query parameters; `{date-90d}` and `{date+0d}` become days relative to today.
    pub query: BTreeMap<String, String>,
    /// Path of one record: `/sessions/{id}`; in a child list also `{parent}`.
    pub item: Option<String>,
    /// How the list is paged, until a reply shows otherwise.
    pub paging: Paging,
    /// Where the rows stand: the first pointer that exists; a bare array is always accepted.
    pub rows: Vec<String>,
    /// The reply is one record, not a list.
    pub single: bool,
    /// How a sync with an earlier walk behind it looks for news.
    pub delta: Delta,
    /// What a record that is no longer listed means.
    pub absence: Absence,
    /// Lists that must be asked for piece by piece.
    pub partition: Option<Partition>,
    /// A row that holds none of these pointers is something else and left out; empty: every row counts. Two servers
    /// of one platform may serve different things under one path.
    pub with: Vec<String>,
    /// A row that holds any of these pointers is something else and left out.
    pub without: Vec<String>,
    /// What we extract.
    pub columns: ColumnMap,
    /// How other collections refer to rows of this one, when not by id. Worked out from their `agent` columns.
    pub joined: Option<JoinTarget>,
    /// Pointers whose values are secrets: masked before they reach the mirror. `*` stands for any key or index.
    pub mask: Vec<String>,
    /// A session's messages, fetched apart.
    pub content: Option<Content>,
    /// Seconds after which a full walk is due again; none: the engine's `reconcile`.
    pub reconcile: Option<u64>,
    /// Rows at which a list without a total is taken to be endless.
    pub max_rows: u64,
}

/// How a list is paged.
#[derive(Debug, Clone, PartialEq)]
pub enum Paging {
    /// One reply holds everything.
    None,
    /// `limit` and `offset`.
    Offset {
        /// Rows to ask for.
        size: u32,
        /// Name of the size parameter.
        limit: String,
        /// Name of the offset parameter.
        offset: String,
    },
    /// `limit` and an opaque cursor from the last reply.
    Cursor {
        /// Rows to ask for.
        size: u32,
        /// Name of the size parameter.
        limit: String,
        /// Name of the cursor parameter.
        cursor: String,
    },
    /// `page_size` and a page number that counts from 1.
    Page {
        /// Rows to ask for.
        size: u32,
        /// Name of the size parameter.
        limit: String,
        /// Name of the page parameter.
        page: String,
    },
}

/// How news are found without walking the whole list.
#[derive(Debug, Clone, PartialEq)]
pub enum Delta {
    /// The order tells nothing: one page is probed, and any difference means a walk.
    Full,
    /// Newest first by this pointer: read until a page with nothing new, and one page more.
    NewestFirst {
        /// Pointer of the column it is ordered by.
        by: String,
    },
    /// The server filters: only rows at or after a watermark are asked for.
    Since {
        /// Query parameter that takes the watermark.
        param: String,
        /// Pointer of the column the watermark is taken from.
        by: String,
        /// Seconds asked for again, for equal and late timestamps; counts when the column is a number.
        overlap: u64,
    },
}

/// What it means that a record is no longer listed. It is kept as gone either way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Absence {
    /// It aged out.
    Retention,
    /// It was deleted.
    Deletion,
    /// The list shows open items only: it was dealt with.
    Settled,
}

/// A list that comes in pieces.
#[derive(Debug, Clone, PartialEq)]
pub enum Partition {
    /// One request per value of a query parameter.
    Values {
        /// The parameter.
        param: String,
        /// Its values, in the order in which a record moves through them.
        values: Vec<String>,
    },
    /// One list per record of another collection: `{parent}` in the path.
    Parent {
        /// The collection whose records are the parents.
        collection: String,
        /// Pointer of one key into the child under which the parent's id is found; recorded there when absent.
        field: Option<String>,
        /// Statuses of a parent whose children may still grow while the parent looks unchanged; `*` is any, or none.
        open: Vec<String>,
    },
}

/// Where columns stand in a row: JSON pointers, the first that holds a value wins.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ColumnMap {
    /// The id; required unless `fixed_id` is set. A rule is a pointer, or a template of pointers (`{/provider}/{/model}`) for rows
    /// that no single value tells apart.
    pub id: Vec<String>,
    /// Fixed id of a single record, used when `id` finds none.
    pub fixed_id: Option<String>,
    /// Title.
    pub title: Vec<String>,
    /// Status.
    pub status: Vec<String>,
    /// Words for statuses that are no words themselves: `true` is `acknowledged`.
    pub status_words: BTreeMap<String, String>,
    /// Agent: pointers to an id or to a join key.
    pub agent: Vec<String>,
    /// Collection and pointer that `agent` joins to, when it is not an id.
    pub agent_join: Option<AgentJoin>,
    /// Project.
    pub project: Vec<String>,
    /// Creation time.
    pub created_at: Vec<String>,
    /// Time of the last change.
    pub updated_at: Vec<String>,
}

/// `agent = { join = "/client_id", to = "agents", on = "/client_id", rank = "/generation" }`.
#[derive(Debug, Clone, PartialEq)]
pub struct AgentJoin {
    /// The collection joined to.
    pub to: String,
    /// Pointer of the key in that collection's rows.
    pub on: String,
    /// Pointer of a number there: of several records with one key, the highest is meant.
    pub rank: Option<String>,
}

/// The key by which other collections name rows of this one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JoinTarget {
    /// Pointer of the key.
    pub on: String,
    /// Pointer of a number: of several rows with one key, the highest is meant.
    pub rank: Option<String>,
}

/// Where a session's messages are.
#[derive(Debug, Clone, PartialEq)]
pub struct Content {
    /// Path with `{id}`.
    pub path: String,
    /// Where the entries stand; a bare array is always accepted.
    pub entries: String,
    /// Pointers that change when the content does.
    pub changed: Vec<String>,
}

/// A platform's own search.
#[derive(Debug, Clone, PartialEq)]
pub struct ServerSearch {
    /// Path.
    pub path: String,
    /// Query parameter.
    pub param: String,
    /// Where hits stand, by kind of record; a list at each pointer.
    pub rows: Vec<String>,
}

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

/// The same request by another method, or at another path.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OtherWay {
    /// HTTP method; none: the same.
    pub method: Option<String>,
    /// Path; none: the same.
    pub path: Option<String>,
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
    /// Pointers at which it must agree with the target as the person saw it, where both have a value: what they saw of it without
    /// having seen it.
    pub same: Vec<String>,
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
        /// Pointer -> template of the value that makes a record the target's.
        by: BTreeMap<String, String>,
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
