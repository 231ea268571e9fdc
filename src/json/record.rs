use quarterdeck_sync::model::{Kind, Mark, Record, Timestamp};
use quarterdeck_sync::store::StoreError;
use serde::Serialize;
use serde_json::value::RawValue;

use super::compact;

/// A record as JSON: the row of a `list`, and the whole of a `show`. The order of the members is part of the schema.
#[derive(Debug, Serialize)]
pub struct JsonRecord<'a> {
    connection: &'a str,
    platform: &'a str,
    collection: &'a str,
    kind: Kind,
    id: &'a str,
    title: Option<&'a str>,
    status: Option<&'a str>,
    agent: Option<&'a str>,
    project: Option<&'a str>,
    created_at: Option<Timestamp>,
    updated_at: Option<Timestamp>,
    confirmed_at: Timestamp,
    gone_at: Option<Timestamp>,
    /// Unfinished writes that aim at it, oldest first.
    pending: &'a [Mark],
    /// As the platform sent it, on one line.
    doc: Box<RawValue>,
}

impl<'a> JsonRecord<'a> {
    /// The JSON form of `record`.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] when its document is no JSON.
    pub fn new(record: &'a Record) -> Result<Self, StoreError> {
        let row = &record.row;
        let doc = RawValue::from_string(compact(&record.doc).into_owned())
            .map_err(|_| StoreError::Damaged { id: row.id.clone() })?;
        Ok(Self {
            connection: &row.list.connection,
            platform: &row.platform,
            collection: &row.list.collection,
            kind: row.kind,
            id: &row.id,
            title: row.title.as_deref(),
            status: row.status.as_deref(),
            agent: row.agent.as_deref(),
            project: row.project.as_deref(),
            created_at: row.created_at,
            updated_at: row.updated_at,
            confirmed_at: row.confirmed_at,
            gone_at: row.gone_at,
            pending: &row.pending,
            doc,
        })
    }
}
