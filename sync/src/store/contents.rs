//! What a reader is asked about contents.

use super::content::{read, room, totals};
use super::{ContentRoom, Reader, StoreError};
use crate::model::{
    Content, ContentInfo, ContentPolicy, ContentTotals, DueContent, ListId, RowKey, Stretch, Timestamp,
};

impl Reader {
    /// The content of a record as it is held, all of it in memory; `None` when none is. Records whose content stands in them, or
    /// in records of another list, have it as soon as the mirror has those.
    pub fn content(&self, key: RowKey) -> Result<Option<Content>, StoreError> {
        self.read(|conn| read::content(conn, &self.shared.dicts, key.0))
    }

    /// The messages around the one at `place`, where the content is stored in parts; else all of it. `None` when none is held.
    pub fn stretch(&self, key: RowKey, place: usize) -> Result<Option<Stretch>, StoreError> {
        self.read(|conn| read::stretch(conn, &self.shared.dicts, key.0, place))
    }

    /// What is known of a record's content; `None` when there is no such record.
    pub fn content_state(&self, key: RowKey) -> Result<Option<ContentInfo>, StoreError> {
        self.read(|conn| read::info(conn, &self.shared.dicts, key.0))
    }

    /// The contents of every connection whose lists have any, by name, and how many are due by `policy`.
    pub fn content_totals(&self, policy: ContentPolicy, now: Timestamp) -> Result<Vec<ContentTotals>, StoreError> {
        self.read(|conn| Ok(totals::totals(conn, &self.shared.dicts, policy, now)?))
    }

    /// Contents of `list` that are due, newest first, after the last one of the answer before; see [`Mirror::plan_content`].
    ///
    /// [`Mirror::plan_content`]: super::Mirror::plan_content
    pub fn due_content(
        &self,
        list: ListId,
        policy: ContentPolicy,
        now: Timestamp,
        after: Option<&DueContent>,
        limit: usize,
    ) -> Result<Vec<DueContent>, StoreError> {
        let before = after.map(|last| (last.active, last.record.0));
        let (since, now) = (policy.since(now), now.as_millisecond());
        self.read(|conn| Ok(read::due(conn, &self.shared.dicts, list.0, since, now, before, limit)?))
    }

    /// What is to be fetched when this record is opened, whether it is due or not. `None` when its content is not fetched
    /// apart: there is none, or it stands in records.
    pub fn openable_content(&self, key: RowKey) -> Result<Option<DueContent>, StoreError> {
        self.read(|conn| Ok(read::one(conn, &self.shared.dicts, key.0)?))
    }

    /// How full the mirror is of contents, where `budget` bytes may be held.
    pub fn content_room(&self, budget: u64) -> Result<ContentRoom, StoreError> {
        self.read(|conn| Ok(room(conn, budget)?))
    }

    /// When the oldest content was active (milliseconds since 1970) that may make room for newer ones.
    pub fn oldest_content(&self) -> Result<Option<i64>, StoreError> {
        self.read(|conn| Ok(read::oldest_held(conn)?))
    }
}
