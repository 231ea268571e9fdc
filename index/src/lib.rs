//! Full-text search over flat documents. Knows nothing of agents, platforms or terminals.
//!
//! - [`query`]: the query language, which lists are filtered with too.
//! - `face`: what is handed to the index and what it answers.

mod face;
pub mod query;

pub use face::{Asks, Document, Facet, Found, Hit, Layout, Mark, Order, Search};
