//! Full-text search over flat documents. Knows nothing of agents, platforms or terminals.
//!
//! - [`query`]: the query language, which lists are filtered with too.
//! - [`Document`], [`Search`], [`Found`]: what is handed to the index, what is asked of it, what it answers.
//! - [`Writer`], [`Index`], [`Snapshot`]: who writes, who follows, and what is asked.
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
mod open;
mod paper;
pub mod query;
mod schema;
mod snapshot;
#[cfg(test)]
mod tests;
mod token;
mod verify;
mod write;

pub use error::Error;
pub use face::{Asks, Document, Effort, Facet, Found, Hit, Layout, Mark, Order, Search};
pub use mark::{Marker, Snippet, marks, snippet};
pub use open::Index;
pub use snapshot::Snapshot;
pub use write::Writer;
