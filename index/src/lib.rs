//! Full-text search over flat documents. Knows nothing of agents, platforms or terminals.
//!
//! For now: the query language ([`query`]), which lists are filtered with too. The index itself comes with session content.

pub mod query;
