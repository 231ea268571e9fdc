//! The words of the engine: what a record is, which list it stands in, how it is asked for, and how fresh it is.
//!
//! Plain data, no I/O. Every other module of the crate speaks these types, and so do the console and the command
//! line. Not here: how a platform is read (`platform`) and how a record is kept (`store`).

mod content;
mod entry;
mod freshness;
mod judge;
mod kind;
mod overlay;
mod own;
mod query;
mod record;
mod write;

pub use content::{
    Content, ContentInfo, ContentKeep, ContentPolicy, ContentSource, ContentState, ContentTotals, DueContent, Stretch,
};
pub use entry::{Answer, Call, Edit, Entry, EntryKind, Part, Usage};
pub use freshness::{BudgetView, Freshness, ListState, Offered, Problem, ToldBudget, WalkCursor};
pub use judge::{Judge, Judged};
pub use kind::Kind;
pub use overlay::{Overlay, Patch};
pub use own::{Flag, FlagKind, Incident, IncidentId, Note, NoteId, Pin, Place};
pub use query::{Anchor, CountOf, Field, Filter, Match, Order, Query, Scope, Sort, Window};
pub use record::{Change, Columns, Incoming, JoinKey, ListId, ListKey, Record, Row, RowKey};
pub use write::{Base, By, ColumnEdits, Dispute, Effect, Intent, Mark, Verdict, Write, WriteId, WriteState};

pub use jiff::Timestamp;
