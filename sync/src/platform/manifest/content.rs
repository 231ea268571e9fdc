//! Where the messages of a session or run are.

use super::Paging;
use crate::model::ContentSource;

/// Where the content of a collection's records is.
#[derive(Debug, Clone, PartialEq)]
pub enum Content {
    /// It is fetched apart from the record.
    Apart {
        /// How.
        fetch: ContentFetch,
        /// Pointers that change when the content does.
        changed: Vec<String>,
    },
    /// It stands in the record: an array, or the text of one.
    InRecord {
        /// Where: the first pointer that holds something.
        at: Vec<String>,
        /// How to fetch the whole record where a row of the list holds none.
        fetch: Option<ContentFetch>,
        /// Pointers that change when the content does.
        changed: Vec<String>,
    },
    /// It is the records of another collection, which has one list per record of this one.
    Children {
        /// That collection.
        collection: String,
        /// Pointer by which they are ordered.
        order: String,
    },
}

/// How content is fetched.
#[derive(Debug, Clone, PartialEq)]
pub struct ContentFetch {
    /// Path with `{id}`, and in a child list with `{parent}`.
    pub path: String,
    /// Older or other paths to try where that is not offered.
    pub path_or: Vec<String>,
    /// Where the messages stand: the first pointer that exists; a bare array is always accepted.
    pub entries: Vec<String>,
    /// How it is paged, until a reply shows otherwise.
    pub paging: Paging,
}

impl Content {
    /// How it is fetched, where it is.
    pub fn fetch(&self) -> Option<&ContentFetch> {
        match self {
            Self::Apart { fetch, .. } => Some(fetch),
            Self::InRecord { fetch, .. } => fetch.as_ref(),
            Self::Children { .. } => None,
        }
    }

    /// How the mirror comes by it.
    pub fn source(&self) -> ContentSource {
        match self {
            Self::Apart { changed, .. } => ContentSource::Fetched { changed: changed.clone() },
            Self::InRecord { at, fetch, changed } => {
                ContentSource::Record { at: at.clone(), changed: changed.clone(), fetched: fetch.is_some() }
            }
            Self::Children { collection, order } => {
                ContentSource::Children { collection: collection.clone(), order: order.clone() }
            }
        }
    }
}
