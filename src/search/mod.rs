//! Search: one question over all connections, answered from the index (`quarterdeck-index`), the mirror and the unfinished writes.
//!
//! The index knows flat documents and nothing of agents; the mirror knows records and nothing of words. This is where they meet:
//! [`Find`] is what console and commands ask.
//!
//! Not here: how a hit is shown (`tui`, `cli`), how words are found (`quarterdeck-index`), how content is fetched
//! (`quarterdeck-sync`).

mod face;

pub use face::{Answer, Count, Facet, Find, FindError, Hit, HitEntry, Moment, Order, Question, SavedSearch, Snippet};
