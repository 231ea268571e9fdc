//! The overlay as windows and counts need it: the records that have unfinished writes, found in the mirror.
//!
//! An overlaid record may stand elsewhere in an order than its index says, and pass where its words would not. So the walk
//! along the indexes leaves these records out, by key, and they stand in a strand of their own that is merged in; counts
//! take them off as the mirror has them, and put them on as they are shown. They are as many as there are decisions
//! waiting: some, or a thousand, never a list.
//!
//! A write changes the columns of its own record alone: a session goes on naming its agent as the platform does while a new
//! title of the agent is under way.

use std::cell::OnceCell;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension};

use super::agents::{self, Agent};
use super::frames::Dicts;
use super::lists::{self, ListInfo};
use super::plan::{self, Place, Plan, Shelf, Way};
use super::textual::{Asked, Sight};
use super::{StoreError, rows};
use crate::model::{ColumnEdits, Overlay, Query, Row, Scope, Sort};

/// Which of the two a question is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    /// The record as the mirror has it.
    Mirror,
    /// The record as the operator sees it.
    Shown,
}

/// The records of the mirror that are overlaid, at one state of the file.
#[derive(Debug, Default)]
pub(super) struct Over {
    overlay: Arc<Overlay>,
    lists: Vec<ListInfo>,
    records: Vec<Overlaid>,
    by_key: HashMap<i64, usize>,
}

/// What was found, for the next question to the same connection: finding a thousand records takes longer than a window.
#[derive(Debug)]
pub(super) struct Kept {
    version: i64,
    over: Over,
}

/// A record that has unfinished writes.
#[derive(Debug)]
pub(super) struct Overlaid {
    pub key: i64,
    pub id: String,
    pub gone: bool,
    /// Place in [`Over::lists`].
    list: usize,
    edits: ColumnEdits,
    status: Option<String>,
    project: Option<String>,
    /// Read when it is asked for: it may have to be unpacked.
    title: OnceCell<Option<String>>,
    named_agent: Option<(i64, String)>,
    agent: OnceCell<Agent>,
    created_at: Option<i64>,
    updated_at: Option<i64>,
}

impl Kept {
    /// Finds the records of `overlay`, unless `kept` still holds. Call it in a transaction: what was found is good for one state
    /// of the file.
    pub(super) fn renew(kept: Option<Self>, conn: &Connection, overlay: &Arc<Overlay>) -> Result<Self, StoreError> {
        // Nothing this connection does changes the number: it only reads.
        let version = conn.prepare_cached("PRAGMA data_version")?.query_row([], |row| row.get(0))?;
        match kept {
            Some(kept) if kept.version == version && Arc::ptr_eq(&kept.over.overlay, overlay) => Ok(kept),
            _ => Ok(Self { version, over: Over::find(conn, overlay)? }),
        }
    }

    /// The records.
    pub(super) fn over(&self) -> &Over {
        &self.over
    }
}

impl Over {
    /// Those of `overlay` that the mirror has. A write on a record that it does not have changes nothing to be seen.
    fn find(conn: &Connection, overlay: &Arc<Overlay>) -> Result<Self, StoreError> {
        let mut over = Over { overlay: overlay.clone(), ..Over::default() };
        let mut statement = conn.prepare_cached(
            "SELECT r.key, r.gone_at IS NOT NULL, s.text, p.text, r.agent, a.text, r.created_at, r.updated_at
             FROM record AS r
             LEFT JOIN word AS s ON s.id = r.status
             LEFT JOIN word AS a ON a.id = r.agent
             LEFT JOIN word AS p ON p.id = r.project
             WHERE r.list = ?1 AND r.id = ?2",
        )?;
        for list in lists::in_scope(conn, &Scope::default())? {
            for (id, patch) in overlay.of_list(&list.key) {
                let found = statement
                    .query_row((list.id, id), |row| {
                        let named_agent: (Option<i64>, Option<String>) = (row.get(4)?, row.get(5)?);
                        Ok(Overlaid {
                            key: row.get(0)?,
                            id: id.to_owned(),
                            gone: row.get(1)?,
                            list: over.lists.len(),
                            edits: patch.columns.clone(),
                            status: row.get(2)?,
                            project: row.get(3)?,
                            title: OnceCell::new(),
                            named_agent: named_agent.0.zip(named_agent.1),
                            agent: OnceCell::new(),
                            created_at: row.get(6)?,
                            updated_at: row.get(7)?,
                        })
                    })
                    .optional()?;
                over.records.extend(found);
            }
            over.lists.push(list);
        }
        over.by_key = over.records.iter().enumerate().map(|(place, record)| (record.key, place)).collect();
        Ok(over)
    }

    /// Is this record overlaid?
    pub(super) fn has(&self, key: i64) -> bool {
        // Hashing for every record of a walk would be felt where nobody has decided anything.
        !self.by_key.is_empty() && self.by_key.contains_key(&key)
    }

    /// How many records a walk may have to leave out.
    pub(super) fn len(&self) -> usize {
        self.records.len()
    }

    /// Where an overlaid record stands in the order of `plan`.
    pub(super) fn place(&self, conn: &Connection, plan: &Plan, key: i64) -> Result<Option<Place>, StoreError> {
        match self.by_key.get(&key) {
            Some(&at) => self.placed(conn, plan.sort, &self.records[at]).map(Some),
            None => Ok(None),
        }
    }

    fn placed(&self, conn: &Connection, sort: Sort, record: &Overlaid) -> Result<Place, StoreError> {
        let label = match sort {
            Sort::Status => record.status(Side::Shown).map(str::to_lowercase),
            Sort::Agent if record.named_agent.is_some() => {
                plan::agent_label(record.agent(conn, &self.lists[record.list])?)
            }
            _ => None,
        };
        let made = record.created_at.or(record.updated_at);
        Ok(Place { label, value: plan::value(sort, &record.id, made, record.active()), key: record.key })
    }

    /// A row as the operator sees it.
    pub(super) fn show(&self, row: Row) -> Row {
        self.overlay.apply(row)
    }

    /// The overlaid records that `query` may be about, in the order of `plan`.
    pub(super) fn strand(&self, conn: &Connection, plan: &Plan, query: &Query) -> Result<OverStrand<'_>, StoreError> {
        let mut places = Vec::new();
        for (at, record) in self.records.iter().enumerate() {
            if self.is_in(record, query) {
                places.push((self.placed(conn, plan.sort, record)?, at));
            }
        }
        places.sort_unstable_by(|(a, _), (b, _)| plan.way.places(a, b));
        Ok(OverStrand { over: self, asked: self.asked(query)?, way: plan.way, places })
    }

    fn is_in(&self, record: &Overlaid, query: &Query) -> bool {
        (query.gone || !record.gone) && self.lists[record.list].is_in(&query.scope)
    }

    fn asked(&self, query: &Query) -> Result<Asked, StoreError> {
        if self.records.is_empty() { Ok(Asked::None) } else { Asked::new(&query.filter) }
    }

    /// What the overlay does to the number of answers of `query`.
    pub(super) fn counts(&self, conn: &Connection, dicts: &Dicts, query: &Query) -> Result<OverCounts, StoreError> {
        let asked = self.asked(query)?;
        let mut counts = OverCounts::default();
        for record in self.records.iter().filter(|record| self.is_in(record, query)) {
            let list = &self.lists[record.list];
            let sight = |side| Sight { conn, dicts, list, overlay: &self.overlay, record, side };
            counts.shown += u64::from(asked.holds(&sight(Side::Shown))?);
            if asked.holds(&sight(Side::Mirror))? {
                *counts.hidden.entry((list.id, record.gone)).or_default() += 1;
            }
        }
        Ok(counts)
    }

    /// Live records by status within `scope`, as the operator sees them.
    pub(super) fn statuses(&self, scope: &Scope, statuses: &mut BTreeMap<String, u64>) {
        let live = self.records.iter().filter(|record| !record.gone && self.lists[record.list].is_in(scope));
        for record in live {
            if let Some(status) = record.status(Side::Mirror)
                && let Some(count) = statuses.get_mut(status)
            {
                *count = count.saturating_sub(1);
            }
            if let Some(status) = record.status(Side::Shown) {
                *statuses.entry(status.to_owned()).or_default() += 1;
            }
        }
        statuses.retain(|_, count| *count > 0);
    }
}

/// What the overlay does to a number of answers.
#[derive(Debug, Default)]
pub(super) struct OverCounts {
    /// Overlaid records that are answers.
    pub shown: u64,
    /// Overlaid records that would be answers as the mirror has them, by number of list and gone.
    hidden: HashMap<(i64, bool), u64>,
}

impl OverCounts {
    /// How many answers of a shelf are none, or are counted as overlaid.
    pub(super) fn hidden(&self, shelf: &Shelf) -> u64 {
        self.hidden.get(&(shelf.list.id, shelf.gone)).copied().unwrap_or(0)
    }
}

/// Overlaid records in the order of a plan; whether they are answers is decided when the walk comes to them.
#[derive(Debug)]
pub(super) struct OverStrand<'a> {
    over: &'a Over,
    asked: Asked,
    way: Way,
    places: Vec<(Place, usize)>,
}

impl OverStrand<'_> {
    /// The records that a walk of the mirror leaves out.
    pub(super) fn over(&self) -> &Over {
        self.over
    }

    /// The places in the order of `way`, but for those at the beginning that lie `before` a start.
    pub(super) fn from(&self, way: Way, before: impl Fn(&Place) -> bool) -> impl Iterator<Item = &(Place, usize)> {
        let forward = way == self.way;
        let count = self.places.len();
        let at = move |step: usize| if forward { step } else { count - 1 - step };
        (0..count).map(move |step| &self.places[at(step)]).skip_while(move |(place, _)| before(place))
    }

    /// Is this record an answer?
    pub(super) fn passes(&self, conn: &Connection, dicts: &Dicts, at: usize) -> Result<bool, StoreError> {
        let record = &self.over.records[at];
        let list = &self.over.lists[record.list];
        let overlay = &self.over.overlay;
        self.asked.holds(&Sight { conn, dicts, list, overlay, record, side: Side::Shown })
    }

    /// The list of a record.
    pub(super) fn list(&self, at: usize) -> &ListInfo {
        &self.over.lists[self.over.records[at].list]
    }
}

impl Overlaid {
    pub(super) fn status(&self, side: Side) -> Option<&str> {
        side.of(&self.edits.status, &self.status)
    }

    pub(super) fn project(&self, side: Side) -> Option<&str> {
        side.of(&self.edits.project, &self.project)
    }

    pub(super) fn title(&self, conn: &Connection, side: Side) -> Result<Option<&str>, StoreError> {
        if side == Side::Shown
            && let Some(edit) = &self.edits.title
        {
            return Ok(edit.as_deref());
        }
        if self.title.get().is_none() {
            let _ = self.title.set(rows::title(conn, self.key)?);
        }
        Ok(self.title.get().and_then(Option::as_deref))
    }

    /// The word by which it names its agent.
    pub(super) fn named_agent(&self) -> Option<&str> {
        self.named_agent.as_ref().map(|(_, text)| text.as_str())
    }

    /// Who is meant by it.
    pub(super) fn agent(&self, conn: &Connection, list: &ListInfo) -> Result<&Agent, StoreError> {
        if self.agent.get().is_none() {
            let agent = match &self.named_agent {
                Some((word, text)) => agents::resolve(conn, list, *word, text)?,
                None => Agent::default(),
            };
            let _ = self.agent.set(agent);
        }
        Ok(self.agent.get_or_init(Agent::default))
    }

    /// When it last did something.
    pub(super) fn active(&self) -> Option<i64> {
        self.updated_at.or(self.created_at)
    }
}

impl Side {
    fn of<'a>(self, edit: &'a Option<Option<String>>, mirror: &'a Option<String>) -> Option<&'a str> {
        match (self, edit) {
            (Side::Shown, Some(edit)) => edit.as_deref(),
            _ => mirror.as_deref(),
        }
    }
}
