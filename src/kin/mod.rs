//! Which session has to do with which record: whose subagent it is, who it has started, and which one another record names.
//!
//! Platforms say it in different words, and mostly by ids that are not those of their lists; so records are asked for every id
//! they have. Shared by the command line and the console.
//!
//! Always true: only the mirror is asked, never a platform; however many records there are, few of them are looked at.
//!
//! Not here: what the messages of a session say (`sync::content`).

mod ids;
mod lead;
mod subagents;
mod tree;

pub use ids::is_named;
pub use lead::lead;
pub use subagents::{Parent, called, subagents};
pub use tree::Tree;
