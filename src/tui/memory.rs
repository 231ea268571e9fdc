//! What the console remembers from one time to the next: the view one left, how each list was looked at, and its columns.
//!
//! It comes in at start and goes out when something worth keeping changes and when one leaves ([`Ask::Remember`](super::Ask)); the
//! outside keeps it in a file. A file is text from outside: names nobody knows are left out, and what is too long is cut.

pub mod trail;

use std::collections::BTreeMap;

use quarterdeck_sync::model::Row;
use serde::{Deserialize, Serialize};

/// The form of the file.
const FORM: u32 = 1;
/// Lists, columns of a list, and palette choices that are remembered, at most.
const MOST: usize = 64;
/// Bytes of a filter, at most.
const FILTER: usize = 4_096;
/// Notes that were left, at most, and bytes of one.
const DRAFTS: (usize, usize) = (16, 24_000);
/// Widths a column can be given.
pub const WIDTHS: std::ops::RangeInclusive<u16> = 4..=200;

/// All of it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Memory {
    /// The form it is written in.
    pub qd: u32,
    /// Id of the view one left: of the tab, when others lay over it.
    pub view: Option<String>,
    /// The way to the view one left: the tab first, what lay on top last.
    #[serde(deserialize_with = "trail::read")]
    pub trail: Vec<trail::Step>,
    /// The theme one left with, when it is not the one that was set.
    pub theme: Option<Worn>,
    /// How each list was looked at, by the id of its view.
    pub lists: BTreeMap<String, ListState>,
    /// What was chosen in the palette, the last first.
    pub recent: Vec<String>,
    /// Notes that were begun and not kept.
    pub drafts: Vec<DraftState>,
}

/// A note that was begun and not kept: whoever writes the same again goes on with it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DraftState {
    /// The incident that it is for; empty: none.
    pub incident: String,
    /// The session that it is for; none: it is about an incident.
    pub of: Option<trail::NamedState>,
    /// The entry of that.
    pub entry: Option<u64>,
    /// The note that it changes; empty: it is a new one.
    pub note: String,
    /// What was written.
    pub text: String,
}

/// A theme that was taken in place of the one that is set.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Worn {
    /// Its name.
    pub name: String,
    /// The one that was set: whoever sets another wants that.
    pub over: String,
}

/// How a list was looked at.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ListState {
    /// The columns in their order; empty: as they are by themselves.
    pub columns: Vec<ColumnState>,
    /// The filter as typed.
    pub filter: String,
    /// The column it is sorted by; empty: the list's first.
    pub sort: String,
    /// The order is turned round.
    pub reversed: bool,
    /// Gone records are shown.
    pub gone: bool,
    /// The collection chosen, in a grouped list.
    pub group: Option<String>,
    /// Where the details are; empty: where there is room.
    pub pane: String,
    /// The selected row; none while the list is left to show what is new.
    pub row: Option<RowState>,
    /// Where the cursor is, in a view of other things than rows: what it stands on, by its id or place.
    pub spot: String,
}

impl ListState {
    /// Holds no more than one of ours would.
    fn cut(&mut self) {
        self.columns.truncate(MOST);
        for column in &mut self.columns {
            column.width = column.width.map(|cells| cells.clamp(*WIDTHS.start(), *WIDTHS.end()));
        }
        if self.filter.len() > FILTER {
            self.filter.clear();
        }
    }
}

/// A column of a list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ColumnState {
    /// What it shows.
    pub name: String,
    /// It is shown.
    pub shown: bool,
    /// Cells it was given; none: what it needs.
    pub width: Option<u16>,
}

/// A row of a list. The mirror's number finds it at once; the rest tells whether it is still that record.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RowState {
    /// The mirror's number.
    pub key: i64,
    /// The connection.
    pub connection: String,
    /// The collection.
    pub collection: String,
    /// The id.
    pub id: String,
}

impl RowState {
    /// Of a row.
    pub fn of(row: &Row) -> Self {
        let (connection, collection) = (row.list.connection.clone(), row.list.collection.clone());
        Self { key: row.key.0, connection, collection, id: row.id.clone() }
    }
}

impl Memory {
    /// Reads a file's text.
    ///
    /// # Errors
    /// What is wrong with it, for a person.
    pub fn read(text: &str) -> Result<Self, String> {
        let mut memory: Self = serde_json::from_str(text).map_err(|error| error.to_string())?;
        if memory.qd != FORM {
            return Err(format!("its form is {}, and this qd knows {FORM}", memory.qd));
        }
        while memory.lists.len() > MOST {
            memory.lists.pop_last();
        }
        memory.recent.truncate(MOST);
        memory.lists.values_mut().for_each(ListState::cut);
        memory.drafts.truncate(DRAFTS.0);
        memory.drafts.retain(|draft| draft.text.len() <= DRAFTS.1);
        Ok(memory)
    }

    /// The text of a file.
    pub fn text(&self) -> String {
        let memory = Self { qd: FORM, ..self.clone() };
        // Names and numbers alone: there is nothing that could not be written.
        serde_json::to_string_pretty(&memory).unwrap_or_default()
    }

    /// Only what was set up or written, and not where one was.
    pub fn afresh(self) -> Self {
        let lists =
            self.lists.into_iter().map(|(id, list)| (id, ListState { columns: list.columns, ..ListState::default() }));
        Self { lists: lists.collect(), recent: self.recent, drafts: self.drafts, ..Self::default() }
    }

    /// Something was chosen in the palette.
    pub fn chose(&mut self, what: String) {
        self.recent.retain(|known| *known != what);
        self.recent.insert(0, what);
        self.recent.truncate(MOST);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let mut memory = Memory { view: Some("runs".into()), ..Memory::default() };
        let columns = vec![ColumnState { name: "id".into(), shown: true, width: Some(12) }];
        memory
            .lists
            .insert("runs".into(), ListState { columns, filter: "status:failed".into(), ..ListState::default() });
        let read = Memory::read(&memory.text()).unwrap();
        assert_eq!(Memory { qd: 0, ..read.clone() }, memory);
        let fresh = read.afresh();
        assert_eq!((fresh.view, fresh.lists["runs"].filter.as_str()), (None, ""));
        assert_eq!(fresh.lists["runs"].columns.len(), 1, "columns are set up, not left behind");
    }

    #[test]
    fn a_file_of_another_form_or_a_damaged_one_is_an_error_and_a_strange_one_is_cut() {
        assert!(Memory::read("{\"qd\": 9}").is_err());
        assert!(Memory::read("{\"qd\": 1, \"lists\": [").is_err());
        assert!(Memory::read("").is_err());
        let long = "x".repeat(FILTER + 1);
        let text = format!(
            r#"{{"qd":1,"unknown":true,"lists":{{"runs":{{"filter":"{long}","columns":[{{"name":"id","width":9999}}]}}}}}}"#
        );
        let memory = Memory::read(&text).unwrap();
        assert_eq!((memory.lists["runs"].filter.as_str(), memory.lists["runs"].columns[0].width), ("", Some(200)));
    }

    #[test]
    fn the_last_choice_comes_first_and_once() {
        let mut memory = Memory::default();
        for what in ["a", "b", "a"] {
            memory.chose(what.to_owned());
        }
        assert_eq!(memory.recent, ["a", "b"]);
    }
}
