//! Records marked for one decision about many. They stay marked wherever the list is scrolled, sorted or filtered to.

use std::collections::BTreeMap;

use quarterdeck_sync::model::{ListKey, Row, RowKey};

use crate::tui::decisions::Target;
use crate::tui::views::Wanted;

/// Records that can be marked at once: one decision about more is better made with a filter, in a script.
pub(super) const MOST: usize = 1_000;

/// The marked records and their lists.
#[derive(Debug, Default)]
pub(super) struct Marks {
    rows: BTreeMap<RowKey, ListKey>,
    /// The one that was marked last.
    last: Option<RowKey>,
}

impl Marks {
    /// How many.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Is this one marked?
    pub fn has(&self, key: RowKey) -> bool {
        self.rows.contains_key(&key)
    }

    /// Marks a row, or takes its mark away.
    pub fn turn(&mut self, row: &Row) {
        if self.rows.remove(&row.key).is_none() && self.rows.len() < MOST {
            self.rows.insert(row.key, row.list.clone());
            self.last = Some(row.key);
        }
    }

    /// The one that was marked last, while it is marked.
    pub fn last(&self) -> Option<RowKey> {
        self.last.filter(|key| self.has(*key))
    }

    /// Marks these too.
    pub fn add(&mut self, rows: &[Row]) {
        let room = MOST.saturating_sub(self.rows.len());
        self.rows.extend(rows.iter().take(room).map(|row| (row.key, row.list.clone())));
    }

    /// Takes every mark away; false when there was none.
    pub fn clear(&mut self) -> bool {
        let some = !self.rows.is_empty();
        self.rows.clear();
        some
    }

    /// Takes every mark away but those of these records.
    pub fn keep(&mut self, keys: &[RowKey]) {
        let marked = |key: &RowKey| Some((*key, self.rows.remove(key)?));
        self.rows = keys.iter().filter_map(marked).collect();
    }

    /// What a decision would be about: the marked records, else the selected one.
    pub fn wanted(&self, selected: Option<&Row>) -> Vec<Wanted> {
        if self.rows.is_empty() {
            return selected.map(|row| (row.list.clone(), Target::Row(row.key))).into_iter().collect();
        }
        self.rows.iter().map(|(key, list)| (list.clone(), Target::Row(*key))).collect()
    }

    /// The lists of what a decision would be about.
    pub fn lists(&self, selected: Option<&Row>) -> Vec<ListKey> {
        let mut lists: Vec<ListKey> = match self.rows.is_empty() {
            true => selected.map(|row| row.list.clone()).into_iter().collect(),
            false => self.rows.values().cloned().collect(),
        };
        lists.sort();
        lists.dedup();
        lists
    }
}
