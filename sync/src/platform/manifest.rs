//! What a manifest says, once read and checked. How the TOML becomes this is in `load.rs`.

use std::collections::BTreeMap;

mod action;
mod content;

pub use action::{Action, ActionRequest, Deadline, Edits, OtherWay, Related, Standing, Step, Through, Whose};
pub use content::{Content, ContentFetch};

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
    /// Pointers to what changes whenever somebody changes a record, and never by itself: the first that holds a value counts.
    /// `None`: the column of the last change.
    pub revision: Option<Vec<String>>,
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
    /// What the fleet is counted by that stands in no column.
    pub figures: Figures,
    /// Seconds after which a full walk is due again; none: the engine's `reconcile`.
    pub reconcile: Option<u64>,
    /// Rows at which a list without a total is taken to be endless.
    pub max_rows: u64,
    /// What its records say of themselves that a person should know.
    pub signs: Signs,
}

/// What records say of themselves that a person should know. Pointers: the first that holds a value counts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Signs {
    /// When the machine behind an agent was last heard of; the column of the last change has it too. Empty: nobody says.
    pub seen: Vec<String>,
    /// Whether an agent was cloned.
    pub cloned: Vec<String>,
}

/// Where documents hold what the fleet is counted by: for each the first pointer that holds a value counts. Empty: not told.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Figures {
    /// Of an agent: the version of what runs there.
    pub version: Vec<String>,
    /// Of an agent: its operating system.
    pub system: Vec<String>,
    /// The day a record, or one of its `days`, is about: `YYYY-MM-DD`, or a time that begins so.
    pub day: Vec<String>,
    /// How many sessions there were on the day.
    pub sessions: Vec<String>,
    /// What was spent: a number, or the text of one.
    pub cost: Vec<String>,
    /// What it was spent in.
    pub currency: Vec<String>,
    /// An array in the record whose items have a `day` each; without it the record itself is the item.
    pub days: Vec<String>,
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
        /// The value is a number that each row keeps: where the last one is not what it was, all is read again.
        numbered: bool,
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
    /// Title; rules like those of `id`, for what is called after several values (`{/tool}: {/method} {/url}`).
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
