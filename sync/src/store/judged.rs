//! Has a record judged by whoever knows more of its words than the mirror.

use std::cell::RefCell;

use rusqlite::Connection;

use super::StoreError;
use super::content::read;
use super::frames::Dicts;
use crate::model::{Judged, Record};

/// Does it hold for `record`? Messages that are damaged are as if there were none.
pub(super) fn holds(conn: &Connection, dicts: &Dicts, judge: &Judged, record: &Record) -> Result<bool, StoreError> {
    let failed = RefCell::new(None);
    let content = || match read::content(conn, dicts, record.row.key.0) {
        Ok(content) => content,
        Err(StoreError::Damaged { .. }) => None,
        Err(error) => {
            failed.replace(Some(error));
            None
        }
    };
    let holds = judge.0.holds(record, &content);
    match failed.into_inner() {
        Some(error) => Err(error),
        None => Ok(holds),
    }
}
