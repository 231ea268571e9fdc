//! What is asked of a list, and what a reply says about itself.

use crate::model::Incoming;

/// Who is waiting for a request; earlier ones go first when the budget is short.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Priority {
    /// A person looks at the screen.
    Interactive,
    /// A decision on its way out.
    Write,
    /// Lists.
    List,
    /// Session content.
    Content,
}

/// Where in a list to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum At {
    /// From the top, as the manifest pages it.
    Start,
    /// From this row on.
    Offset(u64),
    /// What the last reply said comes next.
    Cursor(String),
    /// This page, from 1.
    Page(u64),
}

/// One request for a stretch of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageAsk {
    /// The collection, by name.
    pub collection: String,
    /// Partition: a value of the manifest's partition parameter, or a parent's id.
    pub partition: Option<String>,
    /// Where.
    pub at: At,
    /// How many rows; none: the manifest's size.
    pub size: Option<u32>,
    /// Watermark for a `since` delta, in the platform's own writing.
    pub since: Option<String>,
    /// `ETag` of an earlier reply to the same question.
    pub etag: Option<String>,
    /// `Last-Modified` of an earlier reply to the same question.
    pub last_modified: Option<String>,
}

/// How a list turned out to be paged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// The reply is everything, as far as it says.
    Whole,
    /// Continue by row number.
    Offset,
    /// Continue by cursor.
    Cursor,
    /// Continue by page number.
    Page,
}

/// What a reply held.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "nearly every reply is a page; a box would be made for each")]
pub enum Reply {
    /// 304: as it was.
    NotModified,
    /// A page.
    Page(Page),
}

/// A question for the content of one record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContentAsk {
    /// The collection of the record.
    pub collection: String,
    /// Its id.
    pub id: String,
    /// The piece of the list it stands in: its parent's id, in a list with one piece per parent.
    pub partition: String,
    /// `ETag` of the content that is known.
    pub etag: Option<String>,
}

/// The content of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ContentReply {
    /// 304: as it was.
    Unchanged,
    /// The record has none.
    Absent,
    /// The messages.
    Messages {
        /// The text of a JSON array: each message as it was sent. The connection's own secrets are struck out.
        messages: String,
        /// How many there are.
        count: u64,
        /// `ETag`, where one reply held everything.
        etag: Option<String>,
        /// More was announced than was to be had.
        partial: bool,
    },
}

/// A stretch of a list, and what the reply says about the whole.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// The good rows, in the server's order.
    pub rows: Vec<Incoming>,
    /// For each row, the value of the delta's `by` pointer as text, if it has one.
    pub order_by: Vec<Option<String>>,
    /// Rows that could not be taken: kept as problems.
    pub bad: Vec<BadRow>,
    /// Rows the reply carried: good, bad, told twice, or of another sort. What the server counts.
    pub carried: u64,
    /// How the reply is to be continued: what it shows wins over the manifest.
    pub style: Style,
    /// Rows in the whole list.
    pub total: Option<u64>,
    /// Is there more after this?
    pub has_more: Option<bool>,
    /// Cursor of the next page.
    pub next_cursor: Option<String>,
    /// The page size the server used, when it says.
    pub limit: Option<u64>,
    /// The offset the server used, when it says.
    pub offset: Option<u64>,
    /// The size we asked for, if any was asked.
    pub asked: Option<u32>,
    /// `ETag`.
    pub etag: Option<String>,
    /// `Last-Modified`.
    pub last_modified: Option<String>,
}

/// A row that could not be taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadRow {
    /// Its place on the page, from 0.
    pub place: usize,
    /// Its id, if one could be read.
    pub id: Option<String>,
    /// Why, for a person; scrubbed.
    pub reason: String,
}
