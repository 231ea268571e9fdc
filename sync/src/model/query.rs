use jiff::Timestamp;

use super::{Judged, Kind, Row, RowKey};

/// Which lists a query looks at. Empty sets mean "all".
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Scope {
    /// Only collections of these kinds.
    pub kinds: Vec<Kind>,
    /// Only collections of these names.
    pub collections: Vec<String>,
    /// Only these connections.
    pub connections: Vec<String>,
}

/// Columns a list can be sorted by. Each has an index of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Sort {
    /// By [`Row::updated_at`], falling back to `created_at` where a platform gives none.
    Updated,
    /// By [`Row::created_at`], falling back to `updated_at` where a platform gives none.
    Created,
    /// By status, then newest first.
    Status,
    /// By agent, then newest first.
    Agent,
    /// By id.
    Id,
}

/// Direction of a [`Sort`]'s first column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Order {
    /// Smallest first.
    Ascending,
    /// Largest, or newest, first.
    Descending,
}

/// Where a window starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Anchor {
    /// At the first row.
    First,
    /// At the last row: the window holds the end of the list.
    Last,
    /// Just after this row.
    After(RowKey),
    /// Just before this row: the window ends there.
    Before(RowKey),
    /// At this row.
    At(RowKey),
}

/// Fields a filter can name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Field {
    /// [`Row::kind`].
    Kind,
    /// Name of the connection.
    Connection,
    /// Name of the platform.
    Platform,
    /// Name of the collection.
    Collection,
    /// [`Row::id`].
    Id,
    /// [`Row::title`].
    Title,
    /// [`Row::status`].
    Status,
    /// The agent's id, join key or title.
    Agent,
    /// [`Row::project`].
    Project,
}

/// How a text is compared. Never case-sensitive.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Match {
    /// The whole value (for ids: or a prefix of it).
    Is(String),
    /// Somewhere in the value.
    Contains(String),
    /// The value begins so.
    Prefix(String),
    /// The value matches this regular expression.
    Regex(String),
}

/// What rows pass. Built from the query language by the caller; the mirror only evaluates it.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Filter {
    /// Every row.
    #[default]
    All,
    /// No row.
    None,
    /// All of them hold.
    And(Vec<Filter>),
    /// One of them holds.
    Or(Vec<Filter>),
    /// It does not hold.
    Not(Box<Filter>),
    /// A named field matches.
    Field(Field, Match),
    /// Any of id, title, status, agent, project or the document's text matches.
    Text(Match),
    /// Whoever knows more of the record's words says so.
    Judged(Judged),
    /// Last activity (updated, else created) at or after this time.
    After(Timestamp),
    /// Last activity before this time.
    Before(Timestamp),
    /// The platform no longer lists it.
    Gone,
    /// A write on it is unfinished.
    Pending,
}

/// One question to the mirror: which rows, in which order, from where, how many.
#[derive(Debug, Clone, PartialEq)]
pub struct Query {
    /// Which lists.
    pub scope: Scope,
    /// Which rows of them.
    pub filter: Filter,
    /// Gone records too.
    pub gone: bool,
    /// Order of the rows.
    pub sort: Sort,
    /// Its direction.
    pub order: Order,
    /// Where the window starts.
    pub anchor: Anchor,
    /// At most so many rows; at least 1.
    pub limit: usize,
}

impl Query {
    /// The newest 50 rows of `scope`.
    pub fn newest(scope: Scope) -> Self {
        Self {
            scope,
            filter: Filter::All,
            gone: false,
            sort: Sort::Updated,
            order: Order::Descending,
            anchor: Anchor::First,
            limit: 50,
        }
    }
}

/// A stretch of rows that answers a [`Query`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Window {
    /// The rows, in the query's order.
    pub rows: Vec<Row>,
    /// There are rows before the first.
    pub more_before: bool,
    /// There are rows after the last.
    pub more_after: bool,
}

/// How many rows answer a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CountOf {
    /// Counted to the end.
    Exact(u64),
    /// Stopped counting here: there are at least so many.
    AtLeast(u64),
}
