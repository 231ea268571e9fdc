//! Asks each collection of a manifest for its first page, and tells what came.

use std::collections::BTreeMap;

use quarterdeck_sync::model::{Columns, Incoming};
use quarterdeck_sync::platform::manifest::{Collection, ColumnMap, Partition};
use quarterdeck_sync::platform::{At, Client, FetchKind, Page, PageAsk, Priority, Reply, Style};
use serde::Serialize;

use crate::error::Failure;

/// What one collection answered.
#[derive(Debug, Default, Serialize)]
pub struct Probe {
    /// The collection.
    pub collection: String,
    /// How the reply is paged.
    pub pages: Option<&'static str>,
    /// Good rows on the first page.
    pub rows: u64,
    /// Rows that could not be taken.
    pub bad: u64,
    /// Rows in all, if the reply says.
    pub total: Option<u64>,
    /// Columns the manifest maps that no row had a value for.
    pub empty_columns: Vec<&'static str>,
    /// Why it was not asked, or is not there.
    pub skipped: Option<String>,
    /// Why it could not be read.
    pub error: Option<String>,
}

/// Asks all of them, parents before their children.
///
/// # Errors
/// When the server does not let us in, or is not there: then no collection can be tried.
pub async fn all(client: &Client) -> Result<Vec<Probe>, Failure> {
    let manifest = client.manifest();
    let mut first_ids: BTreeMap<&str, String> = BTreeMap::new();
    let mut probes = Vec::new();
    for name in &manifest.pull_order {
        let Some(collection) = manifest.collections.get(name) else { continue };
        let mut probe = Probe { collection: name.clone(), ..Probe::default() };
        let partition = match &collection.partition {
            None => None,
            Some(Partition::Values { values, .. }) => values.first().cloned(),
            Some(Partition::Parent { collection: parent, .. }) => match first_ids.get(parent.as_str()) {
                Some(id) => Some(id.clone()),
                None => {
                    probe.skipped = Some(format!("no row of {parent} to ask with"));
                    probes.push(probe);
                    continue;
                }
            },
        };
        let ask = PageAsk {
            collection: name.clone(),
            partition,
            at: At::Start,
            size: None,
            since: None,
            etag: None,
            last_modified: None,
        };
        match client.page(&ask, Priority::Interactive).await {
            Ok(Reply::Page(page)) => {
                if let Some(row) = page.rows.first() {
                    first_ids.insert(name, row.id.clone());
                }
                found(&mut probe, collection, &page);
            }
            Ok(Reply::NotModified) => probe.error = Some("304 to a question that had no condition".to_owned()),
            Err(error) => match error.kind {
                FetchKind::Unauthorized | FetchKind::Unreachable | FetchKind::Unusable => return Err(error.into()),
                FetchKind::NotOffered => probe.skipped = Some(format!("not offered: {error}")),
                _ => probe.error = Some(error.to_string()),
            },
        }
        probes.push(probe);
    }
    Ok(probes)
}

fn found(probe: &mut Probe, collection: &Collection, page: &Page) {
    probe.pages = Some(match page.style {
        Style::Whole => "whole",
        Style::Offset => "offset",
        Style::Cursor => "cursor",
        Style::Page => "page",
    });
    probe.rows = page.rows.len() as u64;
    probe.bad = page.bad.len() as u64;
    probe.total = page.total;
    if let Some(bad) = page.bad.first() {
        probe.error = Some(format!("row {}: {}", bad.place, bad.reason));
    }
    probe.empty_columns = empty(&collection.columns, &page.rows);
}

/// Columns that are mapped and that no row had.
fn empty(map: &ColumnMap, rows: &[Incoming]) -> Vec<&'static str> {
    type Has = fn(&Columns) -> bool;
    let columns: [(&'static str, &[String], Has); 6] = [
        ("title", &map.title, |row| row.title.is_some()),
        ("status", &map.status, |row| row.status.is_some()),
        ("agent", &map.agent, |row| row.agent.is_some()),
        ("project", &map.project, |row| row.project.is_some()),
        ("created_at", &map.created_at, |row| row.created_at.is_some()),
        ("updated_at", &map.updated_at, |row| row.updated_at.is_some()),
    ];
    columns
        .into_iter()
        .filter(|(_, mapped, has)| !rows.is_empty() && !mapped.is_empty() && !rows.iter().any(|row| has(&row.columns)))
        .map(|(name, ..)| name)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_that_finds_nothing_is_named() {
        let map =
            ColumnMap { title: vec!["/nmae".to_owned()], status: vec!["/status".to_owned()], ..Default::default() };
        let row = Incoming {
            id: "1".to_owned(),
            columns: Columns { status: Some("active".to_owned()), ..Columns::default() },
            join: None,
            hash: 1,
            doc: "{}".to_owned(),
        };
        assert_eq!(empty(&map, &[row]), ["title"]);
        assert!(empty(&map, &[]).is_empty());
    }
}
