use std::fmt;
use std::str::FromStr;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{ListId, RowKey};

/// How the content of a list's records is come by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ContentSource {
    /// It is fetched apart from the record.
    Fetched {
        /// JSON pointers into the record: when one of their values changes, so has the content. Where a record has none of
        /// them its last change counts, and where it has none, its whole document.
        changed: Vec<String>,
    },
    /// It stands in the record: an array, or the text of one.
    Record {
        /// Where: the first of these pointers that holds something.
        at: Vec<String>,
        /// As for `Fetched`.
        changed: Vec<String>,
        /// The platform may be asked for the whole record where a row of the list holds none.
        fetched: bool,
    },
    /// It is the records of another list, which comes in one piece per record.
    Children {
        /// That list's collection.
        collection: String,
        /// Pointer into those records by which they are ordered.
        order: String,
    },
}

/// The content of one record, as the mirror has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    /// The messages as the platform sent them: the text of a JSON array.
    pub messages: String,
    /// How many there are.
    pub count: u64,
    /// When they were fetched; of those that stand in records, when these were last confirmed.
    pub fetched_at: Timestamp,
    /// The record has changed since in a way that says that the messages have, too.
    pub stale: bool,
    /// The platform may have messages that it did not show: it announced more, or cannot be asked for the rest.
    pub partial: bool,
}

/// Some neighbouring messages of a content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stretch {
    /// The place of the first of them.
    pub first: usize,
    /// The place behind the last of them; `None`: they go to the end.
    pub end: Option<usize>,
    /// The text of a JSON array of them.
    pub messages: String,
}

/// What the mirror has of a record's content, without the content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct ContentInfo {
    /// How it stands.
    pub state: ContentState,
    /// Messages held.
    pub messages: u64,
    /// Bytes of their JSON.
    pub raw_bytes: u64,
    /// Bytes they take in the mirror; 0 for what stands in records.
    pub packed_bytes: u64,
    /// When they were fetched.
    pub fetched_at: Option<Timestamp>,
    /// Times in a row that fetching it has failed.
    pub failures: u32,
    /// There may be more of it than the platform showed.
    pub partial: bool,
}

/// How the content of a record stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ContentState {
    /// Records of this list have none.
    Unoffered,
    /// Not held: it was not fetched, so far.
    Missing,
    /// Held, and as new as the record.
    Held,
    /// Held, but the record has changed since.
    Stale,
    /// The platform has none for this record.
    Absent,
    /// It was held, and had to make room or was kept long enough.
    Dropped,
}

impl ContentState {
    /// There is something to read.
    pub fn is_held(self) -> bool {
        matches!(self, Self::Held | Self::Stale)
    }
}

/// What is due: a record whose content is to be fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueContent {
    /// The record.
    pub record: RowKey,
    /// Its list.
    pub list: ListId,
    /// Its id.
    pub id: String,
    /// The piece of the list it stands in: its parent's id, in a list with one piece per parent.
    pub partition: String,
    /// What the values that tell of a change came to when this was read: what is fetched now is as new as they.
    pub stamp: u64,
    /// `ETag` of the content that is held.
    pub etag: Option<String>,
    /// An older one is held.
    pub held: bool,
    /// Times in a row that fetching it has failed.
    pub failures: u32,
    /// When the record was last active: the order in which contents are fetched.
    pub active: i64,
}

/// The contents of one connection, counted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ContentTotals {
    /// The connection.
    pub connection: String,
    /// Records that have content here and are as new as it, gone ones left out.
    pub held: u64,
    /// Held, but their records have changed since.
    pub stale: u64,
    /// Not held, whether the policy asks for them or not.
    pub missing: u64,
    /// Records of which the platform says that they have none.
    pub absent: u64,
    /// Dropped to make room.
    pub dropped: u64,
    /// Due by the policy that was asked about: stale or missing.
    pub due: u64,
    /// Of these, failed when they were last tried.
    pub failing: u64,
    /// Contents kept of records that are gone.
    pub gone: u64,
    /// Of those that are held, the ones that are records of lists of their own: they are counted in none of the bytes below.
    pub in_records: u64,
    /// Bytes of JSON that are held.
    pub raw_bytes: u64,
    /// Bytes that they take in the mirror.
    pub packed_bytes: u64,
    /// Of these, the bytes of contents whose records are gone.
    pub gone_bytes: u64,
    /// Everything above is known to be so. Otherwise records have changed that nobody has looked at yet, or the policy
    /// reaches further back than the last sync did.
    pub settled: bool,
}

/// Which contents a sync fetches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContentPolicy {
    /// All.
    All,
    /// Of records that were active within this time.
    Recent(SignedDuration),
    /// None; one that is opened is fetched all the same.
    None,
}

impl ContentPolicy {
    /// Records that were active at this millisecond or later are wanted.
    pub fn since(self, now: Timestamp) -> i64 {
        match self {
            Self::All => i64::MIN,
            Self::Recent(span) => {
                let span = i64::try_from(span.as_millis()).unwrap_or(i64::MAX);
                now.as_millisecond().saturating_sub(span)
            }
            Self::None => i64::MAX,
        }
    }
}

/// The policy as one writes it: `all`, `none`, `recent:30d`. Days and weeks are 24 hours and seven days.
impl FromStr for ContentPolicy {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "all" => return Ok(Self::All),
            "none" => return Ok(Self::None),
            _ => {}
        }
        let wrong = || format!("`{text}` is no content policy: use all, none, or recent:30d");
        let span = text.strip_prefix("recent:").ok_or_else(wrong)?;
        days(span).map(Self::Recent).ok_or_else(wrong)
    }
}

impl fmt::Display for ContentPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("all"),
            Self::None => f.write_str("none"),
            Self::Recent(span) => {
                let hours = span.as_hours();
                match hours % 24 {
                    0 => write!(f, "recent:{}d", hours / 24),
                    _ => write!(f, "recent:{hours}h"),
                }
            }
        }
    }
}

/// How long content of records that are gone is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContentKeep {
    /// For ever.
    Forever,
    /// So long after it was noticed that the record is gone.
    For(SignedDuration),
}

/// `forever`, or `90d`.
impl FromStr for ContentKeep {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "forever" => Ok(Self::Forever),
            _ => days(text).map(Self::For).ok_or_else(|| format!("`{text}` is no time to keep: use forever, or 90d")),
        }
    }
}

/// `30d`, `2w`, `12h`: at least an hour, and not longer than anybody keeps anything.
fn days(text: &str) -> Option<SignedDuration> {
    let number = |unit: &str| text.strip_suffix(unit)?.parse::<u32>().ok();
    let hours = match (number("h"), number("d"), number("w")) {
        (Some(hours), ..) => i64::from(hours),
        (_, Some(days), _) => i64::from(days) * 24,
        (.., Some(weeks)) => i64::from(weeks) * 24 * 7,
        _ => return None,
    };
    (1..=24 * 366 * 100).contains(&hours).then(|| SignedDuration::from_hours(hours))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_is_read_as_it_is_written() {
        for text in ["all", "none", "recent:30d", "recent:12h"] {
            assert_eq!(text.parse::<ContentPolicy>().unwrap().to_string(), text);
        }
        assert_eq!("recent:2w".parse::<ContentPolicy>().unwrap().to_string(), "recent:14d");
        for wrong in
            ["", "some", "recent", "recent:", "recent:d", "recent:0d", "recent:-1d", "recent:99999999999d", "recent:é"]
        {
            assert!(wrong.parse::<ContentPolicy>().unwrap_err().contains("recent:30d"), "{wrong}");
        }
        assert_eq!("forever".parse(), Ok(ContentKeep::Forever));
        assert!("never".parse::<ContentKeep>().is_err());
    }

    #[test]
    fn a_policy_reaches_back_as_far_as_it_says() {
        let now = Timestamp::from_second(100 * 86_400).unwrap();
        assert_eq!("recent:30d".parse::<ContentPolicy>().unwrap().since(now), 70 * 86_400_000);
        assert_eq!(ContentPolicy::All.since(now), i64::MIN);
        assert_eq!(ContentPolicy::None.since(now), i64::MAX);
    }
}
