//! One stored list.

use serde_json::Value;

use super::huge::Generated;

/// Rows of one collection, in the order in which the server lists them.
#[derive(Debug, Clone)]
pub(crate) struct Table {
    /// Field that names a row.
    key: &'static str,
    /// Field by which the newest comes first; without one, rows stay in the order of their insertion.
    newest: Option<&'static str>,
    rows: Vec<Value>,
    /// Where each of `rows` belongs: looked through instead of the rows, which are slow to look into.
    keys: Vec<Key>,
    /// Older rows that are made on the fly, behind the stored ones.
    pub(crate) generated: Option<Generated>,
}

/// Time first; among equal times the greater id is the newer, so that the order is total.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    stamp: String,
    /// Ids compare as numbers where they are numbers.
    number: u64,
    id: String,
}

/// An id as text, whether it is written as a number or as a string.
pub(crate) fn text_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

impl Table {
    pub(crate) fn newest_first(key: &'static str, by: &'static str) -> Table {
        Table { key, newest: Some(by), rows: Vec::new(), keys: Vec::new(), generated: None }
    }

    pub(crate) fn in_order(key: &'static str) -> Table {
        Table { key, newest: None, rows: Vec::new(), keys: Vec::new(), generated: None }
    }

    pub(crate) fn rows(&self) -> &[Value] {
        &self.rows
    }

    /// Every row, those made on the fly too.
    pub(crate) fn all(&self) -> Vec<Value> {
        let mut rows = self.rows.clone();
        if let Some(generated) = &self.generated {
            rows.extend(generated.rows(0, generated.len()));
        }
        rows
    }

    /// The row's own id.
    pub(crate) fn id_of(&self, row: &Value) -> String {
        row.get(self.key).map(text_of).unwrap_or_default()
    }

    pub(crate) fn get(&self, id: &str) -> Option<Value> {
        let stored = self.position(id).map(|at| self.rows[at].clone());
        stored.or_else(|| self.generated.as_ref()?.get(id))
    }

    /// Puts a row in its place, instead of one with the same id.
    pub(crate) fn put(&mut self, row: Value) {
        let id = self.id_of(&row);
        match self.position(&id) {
            Some(at) if self.newest.is_none() => self.rows[at] = row,
            Some(at) => {
                self.take(at);
                self.place(row);
            }
            None => {
                if let Some(generated) = &mut self.generated {
                    generated.remove(&id);
                }
                self.place(row);
            }
        }
    }

    fn place(&mut self, row: Value) {
        let stamp = self.newest.and_then(|field| row.get(field)).and_then(Value::as_str).unwrap_or_default().to_owned();
        let number = row.get(self.key).and_then(Value::as_u64).unwrap_or(0);
        let key = Key { stamp, number, id: self.id_of(&row) };
        let at = match self.newest {
            Some(_) => self.keys.partition_point(|other| *other > key),
            None => self.rows.len(),
        };
        self.keys.insert(at, key);
        self.rows.insert(at, row);
    }

    fn take(&mut self, at: usize) -> Value {
        self.keys.remove(at);
        self.rows.remove(at)
    }

    /// Changes a row where it stands; `false` when there is none. The order follows a changed time.
    pub(crate) fn update(&mut self, id: &str, change: impl FnOnce(&mut Value)) -> bool {
        let Some(mut row) = self.get(id) else { return false };
        change(&mut row);
        self.put(row);
        true
    }

    pub(crate) fn remove(&mut self, id: &str) -> Option<Value> {
        match self.position(id) {
            Some(at) => Some(self.take(at)),
            None => self.generated.as_mut()?.remove(id),
        }
    }

    fn position(&self, id: &str) -> Option<usize> {
        self.keys.iter().position(|key| key.id == id)
    }

    /// How many rows fit.
    pub(crate) fn count(&self, fits: impl Fn(&Value) -> bool) -> usize {
        self.rows.iter().filter(|row| fits(row)).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn ids(table: &Table) -> Vec<String> {
        table.rows().iter().map(|row| table.id_of(row)).collect()
    }

    #[test]
    fn the_newest_row_comes_first_and_an_edit_of_its_time_moves_it() {
        let mut table = Table::newest_first("id", "at");
        for (id, at) in [(1, "b"), (2, "a"), (3, "c"), (4, "b")] {
            table.put(json!({"id": id, "at": at}));
        }
        assert_eq!(ids(&table), ["3", "4", "1", "2"]);
        assert!(table.update("2", |row| row["at"] = "d".into()));
        assert_eq!(ids(&table), ["2", "3", "4", "1"]);
        assert!(table.remove("4").is_some());
        assert!(!table.update("4", |_| ()));
        assert_eq!(ids(&table), ["2", "3", "1"]);
    }
}
