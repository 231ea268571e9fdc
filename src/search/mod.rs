//! Search: one question over all connections, answered from the index (`quarterdeck-index`), the mirror and the unfinished writes.
//!
//! The index knows flat documents and nothing of agents; the mirror knows records and nothing of words. This is where they meet:
//! - [`Find`] is what console and commands ask, [`Searcher`] the one that answers;
//! - `query` turns the query language into what the index is asked, `fields` says what its fields mean;
//! - `documents` are records and entries as the index takes them;
//! - [`Indexer`] brings the index up to the mirror (`makers` on several threads), [`Keeper`] does so in the background;
//! - [`Sought`] judges what a list's filter asks of one record's words, [`Lists`] has the index answer it for all;
//! - `sight` lays the unfinished writes over the index, `still` looks at what was touched since its last commit (`changed`).
//!
//! What always holds:
//! - everything that the mirror holds is found, from two seconds after it arrived, but while a first sync brings more than the index
//!   takes: then every answer says how many records are not searched yet; nothing else is found, and what is not there any more,
//!   or not as it was, is not shown even before the index has followed;
//! - the index is rebuilt from the mirror alone: it may be deleted at any time;
//! - a snippet is safe to show, and shows no known secret unless somebody asked for that.
//!
//! Not here: how a hit is shown (`tui`, `cli`), how words are found (`quarterdeck-index`), how content is fetched
//! (`quarterdeck-sync`).

mod changed;
mod documents;
mod face;
mod fields;
mod indexer;
mod keeper;
mod lists;
mod makers;
mod names;
mod progress;
mod query;
mod saved;
mod searcher;
mod shown;
mod sight;
mod snippet;
mod sought;
mod still;
mod stretches;
#[cfg(test)]
mod tests;
mod upkeep;
mod verify;

pub use face::{Answer, Count, Facet, Find, FindError, Hit, HitEntry, Moment, Order, Question, SavedSearch, Snippet};
pub use fields::{HAS_WORDS, kind_words, layout};
pub use indexer::{FollowError, Indexer, Step};
pub use keeper::{Keeper, KeeperEvent, KeeperPlan, Waker};
pub use lists::Lists;
pub use progress::Progress;
pub use saved::{NAMES, as_meant, check_saved, is_name, saved_question};
pub use searcher::Searcher;
pub use sought::Sought;
pub use upkeep::{Standing, catch_up, count_indexed, rebuild, standing};
pub use verify::{Difference, ListVerdict, Verdict, verify};
