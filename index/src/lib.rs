//! Full-text search over flat documents. Knows nothing of agents, platforms or terminals.
//!
//! - [`query`]: the query language, which lists are filtered with too.
//! - [`Document`], [`Search`], [`Found`]: what is handed to the index, what is asked of it, what it answers.
//! - [`Writer`], [`Index`], [`Snapshot`]: who writes, who follows, and what is asked.
//! - [`Owners`], [`Matcher`]: everything that a question finds, for lists; whether it finds one document, without an index.
//! - [`Marker`], [`marks`], [`snippet()`]: where in a text a query's words stand.
//!
//! What always holds: an index is as its last commit left it, whoever was killed when; what is searched in is cut into
//! words by the same code as what is searched for; every question is answered in bounded time and memory.

mod collect;
mod compile;
mod directory;
mod error;
mod face;
mod mark;
mod matcher;
mod merging;
mod open;
mod owners;
mod paper;
pub mod query;
mod removal;
mod schema;
mod snapshot;
#[cfg(test)]
mod tests;
mod token;
mod verify;
mod wholes;
mod write;

pub use error::Error;
pub use face::{Asks, Document, Effort, Facet, Found, Hit, Layout, Mark, Order, Search};
pub use mark::{Marker, Snippet, marks, snippet};
pub use matcher::{Matcher, fits, has_words};
pub use open::Index;
pub use owners::Owners;
pub use snapshot::Snapshot;
pub use write::Writer;
