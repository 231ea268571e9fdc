//! `mirror.db`: every record as last told, kept so that it can be read without a network and rebuilt at any time.
//!
//! [`Mirror`] is a handle; behind it one writer thread owns the file and a small pool of read-only connections
//! ([`Reader`]) serves everybody else. What arrives while the last commit was under way is committed at once, in key order:
//! rows, list states (with their resume cursors) and change-feed entries together, so a kill at any moment resumes where
//! it was. No transaction is open while the writer waits.
//!
//! What always holds:
//! - an unchanged row costs no write and no feed entry;
//! - the counters (`list`, `part`, `tally`, `pace`) equal what counting the records would give, in every commit;
//! - a [`crate::model::RowKey`] is never given to a second record;
//! - nothing loads a whole list: windows are read along an index, or gathered when few rows match;
//! - times are kept to the millisecond.
//!
//! Where things are: `file` opens (settings, migrations), `private` keeps it to its owner, `writer` groups, `apply` changes,
//! `frames` packs documents, `content` keeps the messages that belong to them; `filter` folds a question for each list, `plan`
//! chooses how to walk, `walk` walks, `window` and `count` answer, `pace` counts by time, `peeks` looks at one value of many records.
//! `judged` asks whoever knows more of a record, `over` and `textual` lay the unfinished writes over the answers, `sql` and `views`
//! serve statements of people. `settle` does what the writer does beside: missing orders, dictionaries, forgetting.
//!
//! Not here: what a platform is, or when to fetch.

mod agents;
mod ages;
mod apply;
mod budgets;
mod content;
mod contents;
mod count;
mod error;
mod face;
mod file;
mod filter;
mod frames;
mod ids;
mod judged;
mod lists;
mod looks;
mod mirror;
mod needle;
mod over;
mod pace;
mod peeks;
mod plan;
pub(crate) mod private;
mod reader;
mod rows;
mod settle;
mod sql;
mod states;
mod textual;
mod views;
mod walk;
mod window;
mod words;
mod writer;

#[cfg(test)]
mod tests;

pub use agents::NamedAgent;
pub use ages::Age;
pub use content::{ContentLimits, ContentRoom, KeptContent, NewContent, TrimmedContent};
pub use error::StoreError;
pub use face::{Access, Applied, Batch, FeedEntry, Known, ListSpec, NewProblem, Paced, Peeked, SqlRow};
pub use mirror::{Mirror, Pending};
pub use needle::prepare as prepare_pattern;
pub use reader::{Held, Reader};
