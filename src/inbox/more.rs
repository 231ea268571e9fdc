//! What there is beyond the items: of what, how much, and where all of it stands.

use quarterdeck_sync::model::{Filter, Kind, WriteState};

use super::cause::Cause;

/// More of a cause than is listed.
#[derive(Debug, Clone, PartialEq)]
pub struct More {
    /// Of which cause.
    pub cause: Cause,
    /// How many, beyond those that are listed; 0 when nobody counted them.
    pub count: u64,
    /// There are at least so many.
    pub least: bool,
    /// Where all of them stand.
    pub beyond: Beyond,
}

/// Where all of a cause stand, those that are listed too.
#[derive(Debug, Clone, PartialEq)]
pub enum Beyond {
    /// The records of a kind that pass.
    Rows(Kind, Filter),
    /// The writes in a state.
    Writes(WriteState),
    /// What a search finds, the newest first.
    Query(String),
}

impl More {
    /// How many of what: `at least 50 more approvals`.
    pub fn told(&self, written: impl Fn(u64) -> String) -> String {
        let (one, many) = self.cause.about().words;
        match (self.count, self.least) {
            (0, _) => format!("more {many}"),
            (1, false) => format!("1 more {one}"),
            (count, true) => format!("at least {} more {many}", written(count)),
            (count, false) => format!("{} more {many}", written(count)),
        }
    }
}
