//! How to walk the answers of a query in its order.
//!
//! Every order is an index that begins with the shelf (list and gone). One window may look at several lists: each shelf is
//! a strand, read lazily along its index, and the strands are merged. An order by status or agent is a row of
//! groups, one per word, each merged in the same way. Where a filter picks few records whose index has another
//! order, they are gathered and sorted instead.

use std::cmp::Ordering;
use std::collections::{BTreeMap, HashMap};

use rusqlite::Connection;

use super::filter::{self, NO_TIME, Test};
use super::lists::{self, ListInfo};
use super::needle::Needle;
use super::rows::Stored;
use super::words::WordField;
use super::{StoreError, agents, ids};
use crate::model::{Order, Query, RowKey, Sort};

/// Strands up to which merging beats gathering.
const STRANDS: usize = 64;

/// Records that may be gathered and sorted: some tens of milliseconds at most.
const GATHER: u64 = 20_000;

/// Records of one list, all live or all gone, and what they have to be like.
#[derive(Debug)]
pub(super) struct Shelf {
    pub list: ListInfo,
    pub gone: bool,
    /// Records on it.
    pub count: u64,
    /// The whole test.
    pub test: Test,
    /// What has to be read to be decided.
    pub rest: Vec<Test>,
    /// What SQLite decides.
    pub sql: String,
    /// The narrowest of its conditions that an index answers.
    pub driver: Option<Driver>,
    /// How many answers it may hold, if its conditions do not depend on each other.
    pub answers: f64,
}

/// A condition that an index answers.
#[derive(Debug, Clone)]
pub(super) struct Driver {
    pub by: By,
    /// How many records it picks.
    pub count: u64,
}

/// What a driver asks for.
#[derive(Debug, Clone)]
pub(super) enum By {
    /// One of these words in this column.
    Words(WordField, Vec<i64>),
    /// An id that is one of these.
    Ids(Vec<String>),
    /// An id that begins with one of these.
    Starts(Vec<String>),
    /// One of these records.
    Keys(Vec<RowKey>),
}

impl Driver {
    /// Words in `field`, if it asks for such.
    fn words_in(&self, field: WordField) -> Option<&[i64]> {
        match &self.by {
            By::Words(known, words) if *known == field => Some(words),
            _ => None,
        }
    }

    /// How many index ranges in order of activity it takes; `None` when its index has another order.
    fn strands(&self) -> Option<usize> {
        match &self.by {
            By::Words(_, words) => Some(words.len()),
            By::Ids(_) | By::Starts(_) | By::Keys(_) => None,
        }
    }
}

impl Shelf {
    fn expected(&self) -> u64 {
        self.driver.as_ref().map_or(self.count, |driver| driver.count)
    }

    /// Everything on the shelf.
    pub(super) fn all(&self) -> String {
        format!("r.shelf = {}", self.list.shelf(self.gone))
    }

    /// What the driver picks, or everything.
    pub(super) fn driven(&self) -> String {
        match self.driver.as_ref().map(|driver| &driver.by) {
            None => self.all(),
            Some(By::Words(field, words)) => {
                let words: Vec<String> = words.iter().map(i64::to_string).collect();
                format!("{} AND r.{} IN ({})", self.all(), field.column(), words.join(","))
            }
            Some(By::Ids(ids)) => {
                let ids: Vec<String> = ids.iter().map(|id| format!("'{}'", id.replace('\'', "''"))).collect();
                format!("r.list = {} AND r.id IN ({}) AND +{}", self.list.id, ids.join(","), self.all())
            }
            Some(By::Starts(starts)) => {
                let begins = |start: &String| {
                    let start = start.replace('\'', "''");
                    format!("(r.list = {} AND r.id >= '{start}' AND r.id < '{start}\u{10ffff}')", self.list.id)
                };
                let starts: Vec<String> = starts.iter().map(begins).collect();
                // The plus leaves the index of ids as the only one that fits.
                format!("({}) AND +{}", starts.join(" OR "), self.all())
            }
            Some(By::Keys(keys)) => {
                let keys: Vec<String> = keys.iter().map(|key| key.0.to_string()).collect();
                format!("r.key IN ({}) AND +{}", keys.join(","), self.all())
            }
        }
    }
}

/// Where a record stands in the order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    /// Status or agent, where it is the order; records without one come before all others.
    pub label: Option<String>,
    pub value: Value,
    pub key: i64,
}

/// The sorted column.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Value {
    Number(i64),
    Text(String),
}

impl rusqlite::ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<rusqlite::types::ToSqlOutput<'_>> {
        match self {
            Value::Number(number) => number.to_sql(),
            Value::Text(text) => text.to_sql(),
        }
    }
}

/// Which way to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Way {
    /// Labels grow.
    pub labels_up: bool,
    /// Values grow.
    pub values_up: bool,
}

impl Way {
    /// The other way.
    pub(super) fn back(self) -> Way {
        Way { labels_up: !self.labels_up, values_up: !self.values_up }
    }

    /// How two labels stand on this way.
    pub(super) fn labels(self, a: &Option<String>, b: &Option<String>) -> Ordering {
        if self.labels_up { a.cmp(b) } else { b.cmp(a) }
    }

    /// How two places stand on this way.
    pub(super) fn places(self, a: &Place, b: &Place) -> Ordering {
        let inner = (&a.value, a.key).cmp(&(&b.value, b.key));
        self.labels(&a.label, &b.label).then(if self.values_up { inner } else { inner.reverse() })
    }
}

/// One index range.
#[derive(Debug, Clone)]
pub(super) struct Strand {
    /// Place in [`Plan::shelves`].
    pub shelf: usize,
    /// Only records with this word (or with none) in this column.
    pub word: Option<(WordField, Option<i64>)>,
}

/// Strands with the same label.
#[derive(Debug)]
pub(super) struct Group {
    pub label: Option<String>,
    pub strands: Vec<Strand>,
}

/// How the records are found.
#[derive(Debug)]
pub(super) enum Method {
    /// Group after group, labels ascending, each along its indexes.
    Walk(Vec<Group>),
    /// All that the drivers pick, sorted.
    Gather,
}

/// How to walk the answers of a query.
#[derive(Debug)]
pub(super) struct Plan {
    pub sort: Sort,
    pub way: Way,
    pub shelves: Vec<Shelf>,
    pub method: Method,
}

impl Plan {
    pub(super) fn new(conn: &Connection, query: &Query) -> Result<Self, StoreError> {
        let shelves = shelves(conn, query)?;
        let up = query.order == Order::Ascending;
        let way = match query.sort {
            // By status or agent, then newest first, whichever way the first goes.
            Sort::Status | Sort::Agent => Way { labels_up: up, values_up: false },
            Sort::Updated | Sort::Created | Sort::Id => Way { labels_up: up, values_up: up },
        };
        let method = match query.sort {
            _ if gathering_pays(&shelves, query) => Method::Gather,
            Sort::Updated => Method::Walk(vec![by_activity(&shelves)]),
            Sort::Created | Sort::Id => Method::Walk(vec![one_group(&shelves)]),
            Sort::Status => Method::Walk(groups(conn, &shelves, WordField::Status)?),
            Sort::Agent => Method::Walk(groups(conn, &shelves, WordField::Agent)?),
        };
        Ok(Self { sort: query.sort, way, shelves, method })
    }

    /// Name of the column that orders the records of a strand.
    pub(super) fn column(&self) -> &'static str {
        match self.sort {
            Sort::Updated | Sort::Status | Sort::Agent => "active",
            Sort::Created => "made",
            Sort::Id => "id",
        }
    }

    /// The labels of the words on a shelf, where the order is by label.
    pub(super) fn labels_of(
        &self,
        conn: &Connection,
        shelf: &Shelf,
    ) -> Result<HashMap<i64, Option<String>>, StoreError> {
        let field = match self.sort {
            Sort::Status => WordField::Status,
            Sort::Agent => WordField::Agent,
            Sort::Updated | Sort::Created | Sort::Id => return Ok(HashMap::new()),
        };
        Ok(labels(conn, shelf, field)?.into_iter().map(|(word, label, _)| (word, label)).collect())
    }

    /// Where a stored record stands.
    pub(super) fn place(&self, conn: &Connection, stored: &Stored) -> Result<Place, StoreError> {
        let label = match self.sort {
            Sort::Status => stored.status.as_ref().map(|(_, text)| text.to_lowercase()),
            Sort::Agent => match (&stored.agent, lists::by_id(conn, stored.list)?) {
                (Some((word, text)), Some(list)) => agent_label(&agents::resolve(conn, &list, *word, text)?),
                _ => None,
            },
            _ => None,
        };
        let value = value(self.sort, &stored.id, stored.made(), stored.active());
        Ok(Place { label, value, key: stored.key })
    }
}

/// What the sorted column holds.
pub(super) fn value(sort: Sort, id: &str, made: Option<i64>, active: Option<i64>) -> Value {
    match sort {
        Sort::Id => Value::Text(id.to_owned()),
        Sort::Created => Value::Number(made.unwrap_or(NO_TIME)),
        Sort::Updated | Sort::Status | Sort::Agent => Value::Number(active.unwrap_or(NO_TIME)),
    }
}

/// What a person reads as the agent, folded.
pub(super) fn agent_label(agent: &agents::Agent) -> Option<String> {
    agent.title.as_ref().or(agent.id.as_ref()).map(|name| name.to_lowercase())
}

/// The shelves that may hold answers.
pub(super) fn shelves(conn: &Connection, query: &Query) -> Result<Vec<Shelf>, StoreError> {
    let mut shelves = Vec::new();
    for list in lists::in_scope(conn, &query.scope)? {
        let folded = filter::fold(conn, &list, &query.filter)?;
        for gone in [false, true] {
            let count = list.count(gone);
            let test = folded.on_shelf(gone);
            if (gone && !query.gone) || count == 0 || matches!(test, Test::Never) {
                continue;
            }
            let mut shelf = Shelf {
                list: list.clone(),
                gone,
                count,
                test: test.clone(),
                rest: Vec::new(),
                sql: String::new(),
                driver: None,
                answers: count as f64,
            };
            for test in test.conjuncts() {
                if let Some(driver) = driver(conn, &shelf, &test)? {
                    shelf.answers *= driver.count as f64 / count as f64;
                    if shelf.driver.as_ref().is_none_or(|known| driver.count < known.count) {
                        shelf.driver = Some(driver);
                    }
                }
                match test.sql(query.sort == Sort::Updated) {
                    Some(sql) => shelf.sql.push_str(&format!(" AND {sql}")),
                    None => shelf.rest.push(test),
                }
            }
            if shelf.expected() > 0 {
                shelves.push(shelf);
            }
        }
    }
    Ok(shelves)
}

/// How many records of a shelf carry one of `words`.
pub(super) fn tally(
    conn: &Connection,
    list: i64,
    gone: bool,
    field: WordField,
    words: impl Iterator<Item = i64>,
) -> rusqlite::Result<u64> {
    let mut statement = conn.prepare_cached(
        "SELECT coalesce((SELECT n FROM tally WHERE list = ?1 AND field = ?2 AND gone = ?3 AND word = ?4), 0)",
    )?;
    let mut sum = 0;
    for word in words {
        sum += statement.query_row((list, field as i64, gone, word), |row| row.get::<_, i64>(0))?;
    }
    Ok(sum.cast_unsigned())
}

/// The driver that `test` is good for.
fn driver(conn: &Connection, shelf: &Shelf, test: &Test) -> Result<Option<Driver>, StoreError> {
    Ok(match test {
        Test::Word(field, words) => {
            let count = tally(conn, shelf.list.id, shelf.gone, *field, words.iter().copied())?;
            Some(Driver { by: By::Words(*field, words.iter().copied().collect()), count })
        }
        Test::Id(Needle::Is(id)) => ids::whole(conn, shelf.list.id, id)?,
        Test::Id(Needle::Prefix(start)) => ids::begun(conn, shelf.list.id, start, GATHER)?,
        Test::Judged(judge) => {
            let few = judge.0.few(&shelf.list.key).filter(|few| few.len() as u64 <= GATHER);
            few.map(|few| Driver { by: By::Keys(few.to_vec()), count: few.len() as u64 })
        }
        _ => None,
    })
}

/// Does sorting what the drivers pick cost less than walking the order past what they do not pick?
fn gathering_pays(shelves: &[Shelf], query: &Query) -> bool {
    let drivers = || shelves.iter().filter_map(|shelf| shelf.driver.as_ref());
    let along_index = match query.sort {
        Sort::Updated => {
            drivers().try_fold(0, |sum, driver| Some(sum + driver.strands()?)).is_some_and(|strands| strands <= STRANDS)
        }
        Sort::Status => drivers().all(|driver| driver.words_in(WordField::Status).is_some()),
        Sort::Agent => drivers().all(|driver| driver.words_in(WordField::Agent).is_some()),
        Sort::Created | Sort::Id => drivers().next().is_none(),
    };
    let picked: u64 = shelves.iter().map(Shelf::expected).sum();
    let all: u64 = shelves.iter().map(|shelf| shelf.count).sum();
    let answers: f64 = shelves.iter().map(|shelf| shelf.answers).sum();
    // Answers that are scattered evenly are met after so many records; they seldom are.
    let walked = 2.0 * (query.limit as f64 + 1.0) * all as f64 / answers.max(1.0);
    !along_index && picked <= GATHER && (picked as f64) < walked
}

fn one_group(shelves: &[Shelf]) -> Group {
    Group { label: None, strands: (0..shelves.len()).map(|shelf| Strand { shelf, word: None }).collect() }
}

/// One strand per word where a driver has few, since each word's index is in order of activity too.
fn by_activity(shelves: &[Shelf]) -> Group {
    let drivers = shelves.iter().filter_map(|shelf| shelf.driver.as_ref());
    if drivers.filter_map(Driver::strands).sum::<usize>() > STRANDS {
        return one_group(shelves);
    }
    let mut strands = Vec::new();
    for (place, shelf) in shelves.iter().enumerate() {
        match shelf.driver.as_ref().map(|driver| &driver.by) {
            Some(By::Words(field, words)) => {
                strands.extend(words.iter().map(|&word| Strand { shelf: place, word: Some((*field, Some(word))) }));
            }
            Some(By::Ids(_) | By::Starts(_) | By::Keys(_)) | None => strands.push(Strand { shelf: place, word: None }),
        }
    }
    Group { label: None, strands }
}

/// One group per label that occurs on the shelves, ascending.
fn groups(conn: &Connection, shelves: &[Shelf], field: WordField) -> Result<Vec<Group>, StoreError> {
    let mut groups: BTreeMap<Option<String>, Vec<Strand>> = BTreeMap::new();
    for (place, shelf) in shelves.iter().enumerate() {
        let mut with_word = 0;
        for (word, label, count) in labels(conn, shelf, field)? {
            with_word += count;
            let strand = Strand { shelf: place, word: Some((field, Some(word))) };
            groups.entry(label).or_default().push(strand);
        }
        let driven = shelf.driver.as_ref().and_then(|driver| driver.words_in(field));
        if with_word < shelf.count && driven.is_none() {
            let strand = Strand { shelf: place, word: Some((field, None)) };
            groups.entry(None).or_default().push(strand);
        }
    }
    Ok(groups.into_iter().map(|(label, strands)| Group { label, strands }).collect())
}

/// The words of a shelf with their labels, and how many records carry each.
fn labels(conn: &Connection, shelf: &Shelf, field: WordField) -> Result<Vec<(i64, Option<String>, u64)>, StoreError> {
    let driven = shelf.driver.as_ref().and_then(|driver| driver.words_in(field));
    let wanted = |word: i64| driven.is_none_or(|words| words.contains(&word));
    let mut statement = conn.prepare_cached(
        "SELECT t.word, t.n, w.text FROM tally AS t JOIN word AS w ON w.id = t.word
         WHERE t.list = ?1 AND t.field = ?2 AND t.gone = ?3",
    )?;
    let mut rows = statement.query((shelf.list.id, field as i64, shelf.gone))?;
    let mut labels = Vec::new();
    while let Some(row) = rows.next()? {
        let (word, count, text): (i64, i64, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
        if !wanted(word) {
            continue;
        }
        let label = match field {
            WordField::Agent => agent_label(&agents::resolve(conn, &shelf.list, word, &text)?),
            WordField::Status | WordField::Project => Some(text.to_lowercase()),
        };
        labels.push((word, label, count.cast_unsigned()));
    }
    Ok(labels)
}
