//! The sessions of a session's subagents, and the session of a subagent's parent, as far as the mirror has them.

use std::collections::BTreeSet;

use quarterdeck_sync::model::{Anchor, Filter, ListKey, Match, Order, Query, Record, Row, Scope};
use quarterdeck_sync::store::{Reader, StoreError};

use super::ids as kinship;

/// Names that are looked for at once, and records that are looked at for them: a name may stand in others too.
const TOGETHER: (usize, u64) = (20, 400);
/// Rows read at once.
const WINDOW: usize = 200;
/// Records that are asked whose they are, and contents that are opened for it.
pub(super) const ASKED: (u64, usize) = (5_000, 400);

/// The records of a session's subagents: those that it names in its content, by `names`, in their order; then those that say
/// themselves that they are its.
///
/// # Errors
/// When the mirror cannot be read.
pub fn subagents(reader: &Reader, parent: &Record, names: &[String]) -> Result<Vec<Record>, StoreError> {
    let mut known = BTreeSet::from([parent.row.id.clone()]);
    let mut found = named(reader, parent, names, &mut known)?;
    found.extend(naming(reader, parent, &mut known)?);
    Ok(found)
}

/// A platform may name a session by another id than the record's (Turen's `session_id`), so the records of the same list that were
/// active since the session began are searched: the one that has the name as an id of its own is the subagent's.
pub(super) fn named(
    reader: &Reader,
    parent: &Record,
    names: &[String],
    known: &mut BTreeSet<String>,
) -> Result<Vec<Record>, StoreError> {
    let row = &parent.row;
    let mut query = beside(parent);
    let mut found = Vec::new();
    for names in names.chunks(TOGETHER.0) {
        let named = names.iter().map(|name| Filter::Text(Match::Contains(name.clone()))).collect();
        let since = row.created_at.map(Filter::After);
        query.filter = Filter::And(since.into_iter().chain([Filter::Or(named)]).collect());
        let records = records(reader, &query, TOGETHER.1)?;
        for name in names {
            let theirs = records.iter().filter(|record| kinship::is_named(record, name));
            let theirs = theirs.filter(|record| known.insert(record.row.id.clone()));
            found.extend(theirs.cloned().collect::<Vec<_>>());
        }
    }
    Ok(found)
}

/// The records that name this one as their parent: in their document, else in the messages that are held of them. The oldest first:
/// subagents follow soon upon the session that started them.
fn naming(reader: &Reader, parent: &Record, known: &mut BTreeSet<String>) -> Result<Vec<Record>, StoreError> {
    let own = kinship::own_ids(parent);
    let mut query = beside(parent);
    query.order = Order::Ascending;
    // Names of members are no text to be searched, and ids may be numbers: they are asked one by one.
    query.filter = parent.row.created_at.map_or(Filter::All, Filter::After);
    let (mut found, mut opened) = (Vec::new(), 0);
    each_row(reader, query, ASKED.0, |row| {
        if known.contains(&row.id) {
            return Ok(());
        }
        let Some(record) = reader.record(row.key)? else { return Ok(()) };
        let mut parents = kinship::parents(&record);
        if parents.is_empty() && opened < ASKED.1 && kinship::says_subagent(&record) {
            opened += 1;
            parents.extend(sidechain_of(reader, &record)?);
        }
        if parents.iter().any(|parent| own.contains(parent)) && known.insert(row.id) {
            found.push(record);
        }
        Ok(())
    })?;
    Ok(found)
}

/// The session that a subagent's was started by.
#[derive(Debug)]
pub struct Parent {
    /// What the subagent's session calls it.
    pub name: String,
    /// Its record, where the mirror has it.
    pub record: Option<Record>,
}

impl Parent {
    /// Of a record that says whose it is, itself or in the messages that are held of it. Never asks the platform.
    ///
    /// # Errors
    /// When the mirror cannot be read.
    pub fn of(reader: &Reader, record: &Record) -> Result<Option<Self>, StoreError> {
        let mut names = kinship::parents(record);
        if names.is_empty() && kinship::says_subagent(record) {
            names.extend(sidechain_of(reader, record)?);
        }
        for name in &names {
            if let Some(found) = meant(reader, record, name)? {
                return Ok(Some(Self { name: name.clone(), record: Some(found) }));
            }
        }
        Ok(names.into_iter().next().map(|name| Self { name, record: None }))
    }

    /// The id of its record, else what it is called.
    pub fn id(&self) -> &str {
        self.record.as_ref().map_or(&self.name, |record| &record.row.id)
    }
}

/// The record that a session calls `name`, in the list of that session.
///
/// # Errors
/// When the mirror cannot be read.
pub fn called(reader: &Reader, list: &ListKey, name: &str) -> Result<Option<Record>, StoreError> {
    let mut query = within(list);
    query.filter = Filter::Text(Match::Contains(name.to_owned()));
    let records = records(reader, &query, TOGETHER.1)?;
    Ok(records.into_iter().find(|record| kinship::is_named(record, name)))
}

/// The record of the same list that has `name` for an id of its own. One that is no subagent's itself, where there are several.
fn meant(reader: &Reader, child: &Record, name: &str) -> Result<Option<Record>, StoreError> {
    let other = |record: &Record| record.row.id != child.row.id;
    let mut query = beside(child);
    let exact = reader.find(&query.scope, name, 1)?;
    if let Some(record) = exact.into_iter().find(|record| record.row.id == name && other(record)) {
        return Ok(Some(record));
    }
    query.filter = Filter::Text(Match::Contains(name.to_owned()));
    let mut records = records(reader, &query, TOGETHER.1)?;
    records.retain(|record| other(record) && kinship::own_ids(record).contains(name));
    let first = records.iter().position(|record| !kinship::says_subagent(record)).unwrap_or_default();
    Ok((first < records.len()).then(|| records.swap_remove(first)))
}

pub(super) fn sidechain_of(reader: &Reader, record: &Record) -> Result<Option<String>, StoreError> {
    let own = kinship::own_ids(record);
    let content = reader.content(record.row.key)?;
    let named = content.and_then(|content| kinship::sidechain_of(&content.messages));
    Ok(named.filter(|name| !own.contains(name)))
}

/// The records of the list that `record` is of, gone ones too.
pub(super) fn beside(record: &Record) -> Query {
    within(&record.row.list)
}

fn within(list: &ListKey) -> Query {
    let mut query = Query::newest(Scope::default());
    query.scope.connections.push(list.connection.clone());
    query.scope.collections.push(list.collection.clone());
    query.gone = true;
    query
}

/// The first `most` records that answer a query.
pub(super) fn records(reader: &Reader, query: &Query, most: u64) -> Result<Vec<Record>, StoreError> {
    let mut records = Vec::new();
    each_row(reader, query.clone(), most, |row| {
        records.extend(reader.record(row.key)?);
        Ok(())
    })?;
    Ok(records)
}

/// Reads the answer to a query window by window, never the whole.
pub(super) fn each_row(
    reader: &Reader,
    mut query: Query,
    most: u64,
    mut each: impl FnMut(Row) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let mut left = usize::try_from(most).unwrap_or(usize::MAX);
    while left > 0 {
        query.limit = left.min(WINDOW);
        let window = reader.window(&query)?;
        let Some(last) = window.rows.last().map(|row| row.key) else { break };
        left = left.saturating_sub(window.rows.len());
        window.rows.into_iter().try_for_each(&mut each)?;
        if !window.more_after {
            break;
        }
        query.anchor = Anchor::After(last);
    }
    Ok(())
}
