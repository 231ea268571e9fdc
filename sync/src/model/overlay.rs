use std::collections::BTreeMap;

use super::write::{ColumnEdits, Mark, Write};
use super::{ListKey, Row};

/// What unfinished writes do to records: mirror + overlay is what the operator sees. Computed, never stored.
///
/// A write changes the columns of its own record alone, as long as it is open; one that waits for a person (conflicted, wedged,
/// expired) only marks it. Documents stay as the platform sent them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Overlay {
    lists: BTreeMap<ListKey, BTreeMap<String, Patch>>,
    /// Writes that create something: there is no record yet that they could mark.
    creating: BTreeMap<ListKey, Vec<Mark>>,
}

/// What the unfinished writes on one record come to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Patch {
    /// Columns as the open writes leave them.
    pub columns: ColumnEdits,
    /// The unfinished writes, oldest first; there is at least one.
    pub marks: Vec<Mark>,
}

impl Overlay {
    /// The overlay of `writes`, which are in the order of their ids. Finished ones do nothing.
    pub fn of<'a>(writes: impl IntoIterator<Item = &'a Write>) -> Self {
        let mut overlay = Self::default();
        for write in writes.into_iter().filter(|write| write.state.is_unfinished()) {
            let Some(target) = &write.intent.target else {
                overlay.creating.entry(write.list()).or_default().push(write.mark());
                continue;
            };
            let patch = overlay.lists.entry(write.list()).or_default().entry(target.clone()).or_default();
            patch.marks.push(write.mark());
            if write.state.is_open() {
                patch.columns.then(&write.intent.effect.columns);
            }
        }
        overlay
    }

    /// No write is unfinished.
    pub fn is_empty(&self) -> bool {
        self.lists.is_empty() && self.creating.is_empty()
    }

    /// An unfinished write aims at a record, whether or not the mirror has it.
    pub fn has_records(&self) -> bool {
        !self.lists.is_empty()
    }

    /// What is to be done to one record.
    pub fn patch(&self, list: &ListKey, id: &str) -> Option<&Patch> {
        self.lists.get(list)?.get(id)
    }

    /// The records of a list that are not as the mirror has them, by id.
    pub fn of_list(&self, list: &ListKey) -> impl Iterator<Item = (&str, &Patch)> {
        self.lists.get(list).into_iter().flatten().map(|(id, patch)| (id.as_str(), patch))
    }

    /// Every unfinished write, by list and target; without a target, when it creates something.
    pub fn writes(&self) -> impl Iterator<Item = (&ListKey, Option<&str>, &Mark)> {
        let aimed = self.lists.iter().flat_map(|(list, patches)| {
            patches
                .iter()
                .flat_map(move |(id, patch)| patch.marks.iter().map(move |mark| (list, Some(id.as_str()), mark)))
        });
        let creating = self.creating.iter().flat_map(|(list, marks)| marks.iter().map(move |mark| (list, None, mark)));
        aimed.chain(creating)
    }

    /// A row as the operator sees it.
    pub fn apply(&self, mut row: Row) -> Row {
        if let Some(patch) = self.patch(&row.list, &row.id) {
            patch.apply(&mut row);
        }
        row
    }
}

impl Patch {
    /// Puts this patch over a row as the mirror has it.
    pub fn apply(&self, row: &mut Row) {
        let edits = &self.columns;
        for (edit, column) in
            [(&edits.title, &mut row.title), (&edits.status, &mut row.status), (&edits.project, &mut row.project)]
        {
            if let Some(edit) = edit {
                column.clone_from(edit);
            }
        }
        row.pending.clone_from(&self.marks);
    }
}

impl ColumnEdits {
    /// These edits, and `later` ones over them.
    pub fn then(&mut self, later: &ColumnEdits) {
        for (edit, later) in
            [(&mut self.title, &later.title), (&mut self.status, &later.status), (&mut self.project, &later.project)]
        {
            if later.is_some() {
                edit.clone_from(later);
            }
        }
    }
}
