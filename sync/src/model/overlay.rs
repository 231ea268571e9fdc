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

    /// Every record that has unfinished writes, whether or not the mirror has it.
    pub fn records(&self) -> impl Iterator<Item = (&ListKey, &str, &Patch)> {
        self.lists.iter().flat_map(|(list, patches)| patches.iter().map(move |(id, patch)| (list, id.as_str(), patch)))
    }

    /// Every unfinished write, by list and target; without a target, when it creates something.
    pub fn writes(&self) -> impl Iterator<Item = (&ListKey, Option<&str>, &Mark)> {
        let aimed =
            self.records().flat_map(|(list, id, patch)| patch.marks.iter().map(move |mark| (list, Some(id), mark)));
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

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::model::{Base, By, Effect, Intent, Kind, WriteId, WriteState};

    fn write(id: &str, target: Option<&str>, state: WriteState, columns: ColumnEdits) -> Write {
        Write {
            id: WriteId::new(id),
            intent: Intent {
                connection: "prod".to_owned(),
                platform: "turen".to_owned(),
                collection: "agents".to_owned(),
                kind: Kind::Agent,
                action: "suspend".to_owned(),
                verb: "suspend".to_owned(),
                target: target.map(str::to_owned),
                title: None,
                args: BTreeMap::new(),
                reason: None,
                base: Base::default(),
                effect: Effect { doc: Vec::new(), columns },
                deadline: None,
                undoes: None,
                by: By::default(),
            },
            created_at: Timestamp::UNIX_EPOCH,
            state,
            updated_at: Timestamp::UNIX_EPOCH,
            attempts: 0,
            due_at: None,
            verdict: None,
            memory: serde_json::Value::Null,
        }
    }

    fn status(word: &str) -> ColumnEdits {
        ColumnEdits { status: Some(Some(word.to_owned())), ..ColumnEdits::default() }
    }

    fn title(text: Option<&str>) -> ColumnEdits {
        ColumnEdits { title: Some(text.map(str::to_owned)), ..ColumnEdits::default() }
    }

    /// An active agent called `a`, as these writes leave it: title, status, and the ids of its marks.
    fn seen(writes: &[Write]) -> (Option<String>, Option<String>, Vec<String>) {
        let row = Row {
            title: Some("a".to_owned()),
            status: Some("active".to_owned()),
            ..Row::bare(ListKey::new("prod", "agents"), "turen", Kind::Agent, "1")
        };
        let row = Overlay::of(writes).apply(row);
        (row.title, row.status, row.pending.into_iter().map(|mark| mark.id.as_str().to_owned()).collect())
    }

    #[test]
    fn a_write_stands_over_its_record_while_it_is_open_and_marks_it_until_a_person_let_go_of_it() {
        use WriteState::{
            Accepted, Cancelled, Confirmed, Conflicted, Discarded, Expired, Queued, Retrying, Sending, Unknown, Wedged,
        };
        for (states, shown, marked) in [
            (&[Queued, Sending, Accepted, Retrying, Unknown][..], "suspended", true),
            (&[Conflicted, Wedged, Expired], "active", true),
            (&[Confirmed, Cancelled, Discarded], "active", false),
        ] {
            for &state in states {
                let (_, status, marks) = seen(&[write("1", Some("1"), state, status("suspended"))]);
                assert_eq!((status.as_deref(), !marks.is_empty()), (Some(shown), marked), "{state}");
            }
        }
    }

    #[test]
    fn later_writes_stand_over_earlier_ones_and_leave_alone_what_they_do_not_name() {
        let suspend = write("1", Some("1"), WriteState::Unknown, status("suspended"));
        let rename = write("2", Some("1"), WriteState::Queued, title(None));
        let resume = write("3", Some("1"), WriteState::Queued, status("active again"));
        let failed = write("4", Some("1"), WriteState::Wedged, status("deleted"));
        let marks = ["1", "2", "3", "4"].map(str::to_owned).to_vec();
        assert_eq!(seen(&[suspend, rename, resume, failed]), (None, Some("active again".to_owned()), marks));
    }

    #[test]
    fn a_write_on_another_record_or_on_none_leaves_this_one_alone() {
        let other = write("1", Some("2"), WriteState::Queued, status("suspended"));
        let create = write("2", None, WriteState::Queued, status("suspended"));
        assert_eq!(seen(&[other.clone(), create.clone()]), seen(&[]));
        let overlay = Overlay::of([&create]);
        assert!(!overlay.is_empty() && !overlay.has_records());
        let both = Overlay::of([&other, &create]);
        let targets: Vec<_> = both.writes().map(|(_, target, mark)| (target, mark.id.as_str())).collect();
        assert_eq!(targets, [(Some("2"), "1"), (None, "2")]);
        assert!(Overlay::of([&write("3", None, WriteState::Confirmed, status("x"))]).is_empty());
    }
}
