//! Content for the console: what the mirror holds of a session or run, made ready to be read.

use quarterdeck_sync::content;
use quarterdeck_sync::model::{ContentInfo, ContentState, Row};

use super::house::House;
use crate::tui::decisions::Target;
use crate::tui::reading::{Held, Read, Transcript};

fn words(error: impl std::fmt::Display) -> String {
    error.to_string()
}

impl House {
    /// A session or run with its entries; [`Read::Same`] when nothing has changed since `known` was read.
    pub(super) fn read(&self, of: &Target, known: Option<&Transcript>) -> Result<Read, String> {
        let reader = self.reader()?;
        let Some(record) = self.target(&reader, of)? else { return Ok(Read::Gone) };
        let Some(info) = reader.content_state(record.row.key).map_err(words)? else { return Ok(Read::Gone) };
        let held = held(&info);
        if known.is_some_and(|known| known.held == held && same(&known.row, &record.row)) {
            return Ok(Read::Same);
        }
        let messages = match held {
            Held::Here { .. } => reader.content(record.row.key).map_err(words)?,
            _ => None,
        };
        let entries = messages.map_or_else(Vec::new, |content| content::entries(&content.messages));
        Ok(Read::New(Transcript::new(record.row, held, entries).into()))
    }
}

/// The same record to a reader: that it was confirmed again changes nothing that is shown.
fn same(one: &Row, other: &Row) -> bool {
    Row { confirmed_at: other.confirmed_at, ..one.clone() } == *other
}

fn held(info: &ContentInfo) -> Held {
    match info.state {
        ContentState::Held | ContentState::Stale => {
            Held::Here { fetched_at: info.fetched_at.unwrap_or_default(), stale: info.state == ContentState::Stale }
        }
        ContentState::Missing | ContentState::Dropped if info.failures > 0 => {
            let times = if info.failures == 1 { "once" } else { "several times" };
            Held::Failed(format!("it was tried {times}; the connection's problems say why"))
        }
        ContentState::Missing | ContentState::Dropped => Held::NotYet,
        // Not for good: who opens it has it asked for again.
        ContentState::Absent => Held::Failed("its platform had none for it when it was last asked".to_owned()),
        ContentState::Unoffered => Held::NotOffered("its platform serves none for records of this list".to_owned()),
    }
}
