//! A [`Filter`] tried on the texts of a record, for records whose texts are not those the file has: what stands in an index
//! says nothing about them. On a record without an unfinished write it answers what [`super::filter`] answers.

use rusqlite::Connection;

use super::StoreError;
use super::filter::NO_TIME;
use super::frames::Dicts;
use super::judged;
use super::lists::ListInfo;
use super::needle::Needle;
use super::over::{Overlaid, Side};
use super::rows::{self, millis};
use crate::model::{Field, Filter, Judged, Overlay, Record};

/// A filter made ready to be tried on many records.
#[derive(Debug)]
pub(super) enum Asked {
    All,
    None,
    And(Vec<Asked>),
    Or(Vec<Asked>),
    Not(Box<Asked>),
    Field(Field, Needle),
    Text(Needle),
    Judged(Judged),
    /// Last activity in this range, the end not included.
    Active(i64, i64),
    Gone,
    Pending,
}

impl Asked {
    /// Reads a filter.
    pub(super) fn new(filter: &Filter) -> Result<Self, StoreError> {
        let all = |filters: &[Filter]| filters.iter().map(Self::new).collect::<Result<_, _>>();
        Ok(match filter {
            Filter::All => Asked::All,
            Filter::None => Asked::None,
            Filter::And(filters) => Asked::And(all(filters)?),
            Filter::Or(filters) => Asked::Or(all(filters)?),
            Filter::Not(filter) => Asked::Not(Box::new(Self::new(filter)?)),
            Filter::Field(field, what) => Asked::Field(*field, Needle::of(*field, what)?),
            Filter::Text(what) => Asked::Text(Needle::new(what)?),
            Filter::Judged(judge) => Asked::Judged(judge.clone()),
            Filter::After(time) => Asked::Active(millis(*time), i64::MAX),
            Filter::Before(time) => Asked::Active(NO_TIME + 1, millis(*time)),
            Filter::Gone => Asked::Gone,
            Filter::Pending => Asked::Pending,
        })
    }

    /// Does it hold?
    pub(super) fn holds(&self, of: &Sight<'_>) -> Result<bool, StoreError> {
        let (record, side) = (of.record, of.side);
        Ok(match self {
            Asked::All => true,
            Asked::None => false,
            Asked::And(all) => {
                for asked in all {
                    if !asked.holds(of)? {
                        return Ok(false);
                    }
                }
                true
            }
            Asked::Or(any) => {
                for asked in any {
                    if asked.holds(of)? {
                        return Ok(true);
                    }
                }
                false
            }
            Asked::Not(asked) => !asked.holds(of)?,
            Asked::Field(field, needle) => of.field(*field, needle)?,
            Asked::Text(needle) => of.has(needle)?,
            Asked::Judged(judge) => of.is_judged(judge)?,
            Asked::Active(from, until) => record.active().is_some_and(|time| (*from..*until).contains(&time)),
            Asked::Gone => record.gone,
            Asked::Pending => side == Side::Shown,
        })
    }
}

/// One side of a record, and where the rest of it is read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sight<'a> {
    pub conn: &'a Connection,
    pub dicts: &'a Dicts,
    pub list: &'a ListInfo,
    pub overlay: &'a Overlay,
    pub record: &'a Overlaid,
    pub side: Side,
}

impl Sight<'_> {
    fn field(&self, field: Field, needle: &Needle) -> Result<bool, StoreError> {
        let (list, record) = (self.list, self.record);
        let is = |text: Option<&str>| text.is_some_and(|text| needle.matches(text));
        Ok(match field {
            Field::Kind => needle.matches(list.kind.as_str()) || needle.matches(list.kind.plural()),
            Field::Connection => needle.matches(&list.key.connection),
            Field::Platform => needle.matches(&list.platform),
            Field::Collection => needle.matches(&list.key.collection),
            Field::Id => needle.matches_id(&record.id),
            Field::Title => is(record.title(self.conn, self.side)?),
            Field::Status => is(record.status(self.side)),
            Field::Project => is(record.project(self.side)),
            Field::Agent => self.is_of(needle)?,
        })
    }

    /// Is its agent meant: by what the record names, by id, or by title?
    fn is_of(&self, needle: &Needle) -> Result<bool, StoreError> {
        let Some(named) = self.record.named_agent() else { return Ok(false) };
        if needle.matches(named) {
            return Ok(true);
        }
        let agent = self.record.agent(self.conn, self.list)?;
        Ok([&agent.id, &agent.title].into_iter().flatten().any(|text| needle.matches(text)))
    }

    fn is_judged(&self, judge: &Judged) -> Result<bool, StoreError> {
        let Some(record) = rows::record(self.conn, self.dicts, self.record.key)? else { return Ok(false) };
        let record = match self.side {
            Side::Mirror => record,
            Side::Shown => Record { row: self.overlay.apply(record.row), ..record },
        };
        judged::holds(self.conn, self.dicts, judge, &record)
    }

    /// Any of id, title, status, agent, project, or the document as the platform sent it.
    fn has(&self, needle: &Needle) -> Result<bool, StoreError> {
        let (record, side) = (self.record, self.side);
        if needle.matches(&record.id) {
            return Ok(true);
        }
        let texts = [record.title(self.conn, side)?, record.status(side), record.project(side)];
        if texts.into_iter().flatten().any(|text| needle.matches(text)) || self.is_of(needle)? {
            return Ok(true);
        }
        match rows::doc(self.conn, self.dicts, record.key, &record.id) {
            // What nobody can read is like nothing, and keeps nobody from the records that can be read.
            Err(StoreError::Damaged { .. }) => Ok(false),
            doc => Ok(needle.matches_doc(&doc?)),
        }
    }
}
