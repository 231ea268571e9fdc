//! The rows of the table for search and its index.

use quarterdeck_index::Error as IndexError;

use super::{Failure, Kind};
use crate::search::{FindError, FollowError};

impl From<FindError> for Failure {
    fn from(error: FindError) -> Self {
        match error {
            FindError::Query(flaw) => Self::new(Kind::Query, format!("query, {flaw}")).hint(flaw.hint.clone()),
            FindError::Trouble(why) => Self::new(Kind::Index, why),
        }
    }
}

impl From<IndexError> for Failure {
    fn from(error: IndexError) -> Self {
        let message = error.to_string();
        match error {
            IndexError::Held => Self::new(Kind::Held, message)
                .hint("the console and qd sync --watch keep the index; stop them first, or leave it to them"),
            IndexError::Outdated(_) | IndexError::Damaged(_) => Self::new(Kind::Index, message)
                .hint("qd index rebuild makes it anew from the mirror, without a network"),
            IndexError::Io { .. } => {
                Self::new(Kind::Index, message).hint("is there room on the disk? `qd doctor` shows the folders qd uses")
            }
            IndexError::Failed(_) => Self::new(Kind::Index, message).hint("qd index rebuild makes it anew"),
        }
    }
}

impl From<FollowError> for Failure {
    fn from(error: FollowError) -> Self {
        match error {
            FollowError::Mirror(error) => error.into(),
            FollowError::Index(error) => error.into(),
        }
    }
}
