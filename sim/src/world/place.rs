//! One platform's state: its lists, who is signed in, and the numbers it draws from.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde_json::Value;

use super::lag::Lag;
use super::table::Table;
use crate::dialect::Dialect;
use crate::options::Quirk;
use crate::rng::Rng;

/// Everything one endpoint knows.
#[derive(Debug)]
pub(crate) struct Place {
    /// Name of the endpoint: `exo-documented`.
    pub(crate) name: &'static str,
    pub(crate) dialect: Dialect,
    pub(crate) seed: u64,
    pub(crate) rng: Rng,
    /// The clock, as of the request being answered or the step being taken.
    pub(crate) now: Timestamp,
    /// Largest page it gives.
    pub(crate) page_cap: Option<u32>,
    /// Multiplies the number of rows of the demo.
    pub(crate) scale: u64,
    tables: BTreeMap<&'static str, Table>,
    /// Rows that belong to one other row: `("run_events", run id)`.
    children: BTreeMap<(&'static str, String), Vec<Value>>,
    /// Documents of which there is one: the policy.
    pub(crate) singles: BTreeMap<&'static str, Value>,
    pub(crate) sign_ins: SignIns,
    /// How it behaves where its documents leave it open.
    pub(crate) quirks: BTreeSet<Quirk>,
    /// What readers do not see yet.
    pub(crate) lags: Vec<Lag>,
    /// The last number given out.
    serial: u64,
}

/// Who is signed in: cookies and their CSRF tokens.
#[derive(Debug)]
pub(crate) struct SignIns {
    /// Lots of its own: who signs in when must not change what happens in the world.
    pub(crate) rng: Rng,
    /// Cookie to `(end of the session, CSRF token)`.
    pub(crate) open: BTreeMap<String, (Timestamp, Option<String>)>,
}

impl Place {
    pub(crate) fn new(name: &'static str, dialect: Dialect, seed: u64, now: Timestamp, scale: u64) -> Place {
        Place {
            name,
            dialect,
            seed,
            rng: Rng::named(seed, name),
            now,
            page_cap: None,
            scale,
            tables: BTreeMap::new(),
            children: BTreeMap::new(),
            singles: BTreeMap::new(),
            sign_ins: SignIns { rng: Rng::named(seed ^ 1, name), open: BTreeMap::new() },
            quirks: BTreeSet::new(),
            lags: Vec::new(),
            serial: 0,
        }
    }

    pub(crate) fn add_table(&mut self, name: &'static str, table: Table) {
        self.tables.insert(name, table);
    }

    pub(crate) fn has(&self, collection: &str) -> bool {
        self.tables.contains_key(collection)
    }

    /// A list that the dialect has made before.
    ///
    /// # Panics
    /// When it has not: names of tables are literals of this crate.
    pub(crate) fn table(&self, name: &str) -> &Table {
        self.tables.get(name).unwrap_or_else(|| panic!("{} has no table {name}", self.name))
    }

    /// As `table`, to be changed.
    pub(crate) fn table_mut(&mut self, name: &str) -> &mut Table {
        let place = self.name;
        self.tables.get_mut(name).unwrap_or_else(|| panic!("{place} has no table {name}"))
    }

    pub(crate) fn rows(&self, name: &str) -> &[Value] {
        self.table(name).rows()
    }

    pub(crate) fn get(&self, name: &str, id: &str) -> Option<Value> {
        self.table(name).get(id)
    }

    pub(crate) fn put(&mut self, name: &str, row: Value) {
        self.table_mut(name).put(row);
    }

    pub(crate) fn update(&mut self, name: &str, id: &str, change: impl FnOnce(&mut Value)) -> bool {
        self.table_mut(name).update(id, change)
    }

    pub(crate) fn children(&self, kind: &'static str, parent: &str) -> &[Value] {
        self.children.get(&(kind, parent.to_owned())).map_or(&[], Vec::as_slice)
    }

    pub(crate) fn children_mut(&mut self, kind: &'static str, parent: &str) -> &mut Vec<Value> {
        self.children.entry((kind, parent.to_owned())).or_default()
    }

    /// Every child row of a kind, parent by parent.
    pub(crate) fn all_children(&self, kind: &str) -> Vec<Value> {
        self.children.iter().filter(|((of, _), _)| *of == kind).flat_map(|(_, rows)| rows.iter().cloned()).collect()
    }

    /// The next number of a row.
    pub(crate) fn next_serial(&mut self) -> u64 {
        self.serial += 1;
        self.serial
    }

    /// Numbers up to `last` are taken.
    pub(crate) fn skip_serials(&mut self, last: u64) {
        self.serial = self.serial.max(last);
    }

    /// The id of one of a table's rows, drawn by lot among those that `fits`.
    pub(crate) fn any_id(&mut self, name: &str, fits: impl Fn(&Value) -> bool) -> Option<String> {
        let fitting = self.table(name).count(&fits);
        if fitting == 0 {
            return None;
        }
        let lot = self.rng.below(fitting as u64);
        let table = self.table(name);
        let row = table.rows().iter().filter(|row| fits(row)).nth(usize::try_from(lot).unwrap_or(0))?;
        Some(table.id_of(row))
    }

    /// How long ago the `n`-th of `count` things happened, over a span of seconds: few long ago, the last just now.
    pub(crate) fn spread(&mut self, span: i64, n: u64, count: u64) -> i64 {
        let left = i128::from(count.saturating_sub(n));
        let whole = i128::from(count.max(1));
        let age = i64::try_from(i128::from(span) * left * left / (whole * whole)).unwrap_or(span);
        age + self.rng.between(120, 300)
    }

    /// A moment passes while the past is made.
    pub(crate) fn pause(&mut self, least: i64, most: i64) {
        let seconds = self.rng.between(least, most);
        self.now = crate::time::after(self.now, seconds);
    }

    /// Runs `work` as if it were `seconds` ago: how the past of a world is made.
    pub(crate) fn in_the_past<T>(&mut self, seconds: i64, work: impl FnOnce(&mut Place) -> T) -> T {
        let now = self.now;
        self.now = crate::time::before(now, seconds);
        let result = work(self);
        self.now = now;
        result
    }
}

/// A field of a row as text; empty when it is missing or something else.
pub(crate) fn text<'a>(row: &'a Value, field: &str) -> &'a str {
    row.get(field).and_then(Value::as_str).unwrap_or_default()
}
