use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Kind, ListKey};

/// Whether a connection serves a collection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum Offered {
    /// Not asked yet.
    #[default]
    Unknown,
    /// It answered.
    Yes,
    /// It said 403, 404, 405 or 501: recorded once, and no error.
    No {
        /// The HTTP status it said it with.
        status: u16,
    },
}

/// Where an unfinished walk resumes. Opaque outside the pager.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WalkCursor {
    /// When the walk began.
    pub started_at: Timestamp,
    /// The pager's own words.
    pub at: String,
}

/// What the mirror knows of one list, or of one partition of it: the row that stands beside its records.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct ListState {
    /// Partition of the list (`RUNNING`, or a parent's id); empty for a list in one piece.
    pub partition: String,
    /// Does the connection serve it?
    pub offered: Offered,
    /// Last walk that saw every row.
    pub walked_at: Option<Timestamp>,
    /// Last walk or delta that ended well.
    pub checked_at: Option<Timestamp>,
    /// How many rows the server said there are.
    pub server_count: Option<u64>,
    /// An unfinished walk.
    pub walk: Option<WalkCursor>,
    /// Newest value of the delta's column seen so far, as the platform writes it.
    pub watermark: Option<String>,
    /// `ETag` of the first page.
    pub etag: Option<String>,
    /// `Last-Modified` of the first page.
    pub last_modified: Option<String>,
    /// Hash of the parent when its children were last fetched.
    pub parent_hash: Option<u64>,
    /// What the pager learned about this list, in its own words.
    pub learned: Option<String>,
    /// Its server may have rows that it did not show.
    pub partial: bool,
}

/// How, and when, a list was last confirmed with its platform.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Freshness {
    /// The list.
    #[serde(flatten)]
    pub list: ListKey,
    /// Its platform.
    pub platform: String,
    /// Its kind.
    pub kind: Kind,
    /// Does the connection serve it?
    pub offered: Offered,
    /// Last walk that saw every row.
    pub walked_at: Option<Timestamp>,
    /// Last walk or delta that ended well.
    pub checked_at: Option<Timestamp>,
    /// How many rows the server said there are; partitions added up.
    pub server_count: Option<u64>,
    /// Live rows in the mirror.
    pub mirror_count: u64,
    /// Live rows in the search index; none where nobody has asked it, or there is none. The mirror knows nothing of it: whoever
    /// knows both fills it in.
    pub index_count: Option<u64>,
    /// Rows kept after the platform stopped listing them.
    pub gone_count: u64,
    /// A walk is unfinished.
    pub walking: bool,
    /// Open problems.
    pub problems: u64,
}

impl Freshness {
    /// Checked at least once, with nothing unfinished, no problem, and equal counts on all sides.
    pub fn up_to_date(&self) -> bool {
        matches!(self.offered, Offered::Yes)
            && self.checked_at.is_some()
            && !self.walking
            && self.problems == 0
            && self.server_count.is_none_or(|count| count == self.mirror_count)
            && self.index_count.is_none_or(|count| count == self.mirror_count)
    }
}

/// Something a sync could not do, kept until a later sync can.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Problem {
    /// Where.
    #[serde(flatten)]
    pub list: ListKey,
    /// The row, when it is about one.
    pub id: Option<String>,
    /// A short stable word: `bad_row`, `stagnant`, `mass_disappearance`, `unreachable` ...
    pub code: String,
    /// What happened, for a person. Scrubbed: no secret, no control character.
    pub message: String,
    /// First time it was seen.
    pub since: Timestamp,
    /// Last time it was seen.
    pub seen_at: Timestamp,
}

/// The rate budget as a person is shown it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BudgetView {
    /// Requests in one window, if known.
    pub limit: Option<u64>,
    /// Left in this window, if known.
    pub remaining: Option<u64>,
    /// When it is whole again, if known.
    pub reset_at: Option<Timestamp>,
    /// Nothing is sent before this time.
    pub paused_until: Option<Timestamp>,
}

/// What a connection last told of its budget, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ToldBudget {
    /// The connection.
    pub connection: String,
    /// When it was told.
    pub told_at: Timestamp,
    /// What was told.
    #[serde(flatten)]
    pub budget: BudgetView,
}
