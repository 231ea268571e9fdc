//! A [`Filter`] folded for one list: what is the same for all of its records is decided, names have become numbers, and
//! what SQLite can decide is told apart from what has to be read.

use std::cell::OnceCell;
use std::collections::BTreeSet;

use rusqlite::Connection;

use super::StoreError;
use super::agents::{self, Agent};
use super::frames::Dicts;
use super::judged;
use super::lists::ListInfo;
use super::needle::Needle;
use super::rows::{self, Stored, millis};
use super::words::WordField;
use crate::model::{Field, Filter, Judged, ListKey, Match, RowKey};

/// Words after which a set is tried in Rust: SQLite would parse them anew for every question.
const WORDS_IN_SQL: usize = 2_000;

/// Below every time a record can have; what `active` is for a record without any.
pub(super) const NO_TIME: i64 = -400_000_000_000_000;

/// What a record of one list has to be like.
#[derive(Debug, Clone)]
pub(super) enum Test {
    Always,
    Never,
    And(Vec<Test>),
    Or(Vec<Test>),
    Not(Box<Test>),
    /// The column holds one of these words.
    Word(WordField, BTreeSet<i64>),
    /// Last activity in this range, the end not included.
    Active(i64, i64),
    Gone,
    Id(Needle),
    Title(Needle),
    Text(Needle),
    Judged(Judged),
}

/// Folds `filter` for `list`.
pub(super) fn fold(conn: &Connection, list: &ListInfo, filter: &Filter) -> Result<Test, StoreError> {
    let fold_all = |filters: &[Filter]| filters.iter().map(|filter| fold(conn, list, filter)).collect::<Result<_, _>>();
    Ok(match filter {
        Filter::All => Test::Always,
        Filter::None => Test::Never,
        Filter::And(filters) => and(fold_all(filters)?),
        Filter::Or(filters) => or(fold_all(filters)?),
        Filter::Not(filter) => not(fold(conn, list, filter)?),
        Filter::Field(field, what) => fold_field(conn, list, *field, what)?,
        Filter::Text(what) => Test::Text(Needle::new(what)?),
        Filter::Judged(judge) => Test::Judged(judge.clone()),
        Filter::After(time) => Test::Active(millis(*time), i64::MAX),
        Filter::Before(time) => Test::Active(NO_TIME + 1, millis(*time)),
        Filter::Gone => Test::Gone,
        // Records with an unfinished write are tested apart.
        Filter::Pending => Test::Never,
    })
}

fn fold_field(conn: &Connection, list: &ListInfo, field: Field, what: &Match) -> Result<Test, StoreError> {
    let needle = Needle::of(field, what)?;
    let same = |holds: bool| if holds { Test::Always } else { Test::Never };
    Ok(match field {
        Field::Kind => same(needle.matches(list.kind.as_str()) || needle.matches(list.kind.plural())),
        Field::Connection => same(needle.matches(&list.key.connection)),
        Field::Platform => same(needle.matches(&list.platform)),
        Field::Collection => same(needle.matches(&list.key.collection)),
        Field::Id => Test::Id(needle),
        Field::Title => Test::Title(needle),
        Field::Status => words(conn, list, WordField::Status, &needle)?,
        Field::Project => words(conn, list, WordField::Project, &needle)?,
        Field::Agent => {
            let named = agents::of_list(conn, list)?;
            let meant = named.into_iter().filter(|(_, text, agent)| names(&needle, text, agent));
            word_set(WordField::Agent, meant.map(|(word, ..)| word).collect())
        }
    })
}

fn names(needle: &Needle, text: &str, agent: &Agent) -> bool {
    needle.matches(text)
        || agent.id.as_ref().is_some_and(|id| needle.matches(id))
        || agent.title.as_ref().is_some_and(|title| needle.matches(title))
}

fn words(conn: &Connection, list: &ListInfo, field: WordField, needle: &Needle) -> Result<Test, StoreError> {
    let mut statement = conn.prepare_cached(
        "SELECT DISTINCT w.id, w.text FROM tally AS t JOIN word AS w ON w.id = t.word WHERE t.list = ?1 AND t.field = ?2",
    )?;
    let mut rows = statement.query((list.id, field as i64))?;
    let mut set = BTreeSet::new();
    while let Some(row) = rows.next()? {
        if needle.matches(&row.get::<_, String>(1)?) {
            set.insert(row.get(0)?);
        }
    }
    Ok(word_set(field, set))
}

fn word_set(field: WordField, words: BTreeSet<i64>) -> Test {
    if words.is_empty() { Test::Never } else { Test::Word(field, words) }
}

fn and(tests: Vec<Test>) -> Test {
    let mut all: Vec<Test> = Vec::new();
    for test in tests.into_iter().flat_map(|test| if let Test::And(inner) = test { inner } else { vec![test] }) {
        match test {
            Test::Always => {}
            Test::Never => return Test::Never,
            Test::Word(field, words) => {
                let same = all.iter_mut().find_map(|other| match other {
                    Test::Word(known, set) if *known == field => Some(set),
                    _ => None,
                });
                match same {
                    Some(set) => set.retain(|word| words.contains(word)),
                    None => all.push(Test::Word(field, words)),
                }
            }
            other => all.push(other),
        }
    }
    if all.iter().any(|test| matches!(test, Test::Word(_, words) if words.is_empty())) {
        return Test::Never;
    }
    if all.len() > 1 { Test::And(all) } else { all.pop().unwrap_or(Test::Always) }
}

fn or(tests: Vec<Test>) -> Test {
    let mut any: Vec<Test> = Vec::new();
    for test in tests.into_iter().flat_map(|test| if let Test::Or(inner) = test { inner } else { vec![test] }) {
        match test {
            Test::Never => {}
            Test::Always => return Test::Always,
            Test::Word(field, words) => {
                let same = any.iter_mut().find_map(|other| match other {
                    Test::Word(known, set) if *known == field => Some(set),
                    _ => None,
                });
                match same {
                    Some(set) => set.extend(words),
                    None => any.push(Test::Word(field, words)),
                }
            }
            other => any.push(other),
        }
    }
    if any.len() > 1 { Test::Or(any) } else { any.pop().unwrap_or(Test::Never) }
}

fn not(test: Test) -> Test {
    match test {
        Test::Always => Test::Never,
        Test::Never => Test::Always,
        Test::Not(inner) => *inner,
        other => Test::Not(Box::new(other)),
    }
}

impl Test {
    /// With gone decided.
    pub(super) fn on_shelf(&self, gone: bool) -> Test {
        match self {
            Test::Gone if gone => Test::Always,
            Test::Gone => Test::Never,
            Test::And(tests) => and(tests.iter().map(|test| test.on_shelf(gone)).collect()),
            Test::Or(tests) => or(tests.iter().map(|test| test.on_shelf(gone)).collect()),
            Test::Not(test) => not(test.on_shelf(gone)),
            other => other.clone(),
        }
    }

    /// The tests of which all have to hold.
    pub(super) fn conjuncts(self) -> Vec<Test> {
        match self {
            Test::And(tests) => tests,
            Test::Always => Vec::new(),
            other => vec![other],
        }
    }

    /// As an expression over `record AS r`, if SQLite can decide it. `by_time` lets it use the order by activity.
    pub(super) fn sql(&self, by_time: bool) -> Option<String> {
        let join = |tests: &[Test], with: &str| {
            let parts: Option<Vec<String>> = tests.iter().map(|test| test.sql(false)).collect();
            Some(format!("({})", parts?.join(with)))
        };
        match self {
            Test::Always => Some("1".to_owned()),
            Test::Never => Some("0".to_owned()),
            Test::And(tests) => join(tests, " AND "),
            Test::Or(tests) => join(tests, " OR "),
            Test::Not(test) => Some(format!("NOT {}", test.sql(false)?)),
            Test::Word(field, words) if words.len() <= WORDS_IN_SQL => {
                let words: Vec<String> = words.iter().map(i64::to_string).collect();
                Some(format!("(coalesce(r.{}, 0) IN ({}))", field.column(), words.join(",")))
            }
            Test::Active(from, until) => {
                // A plus keeps SQLite from choosing this order over the one that was asked for.
                let column = if by_time { "r.active" } else { "+r.active" };
                Some(format!("({column} >= {from} AND {column} < {until})"))
            }
            Test::Word(..) | Test::Gone | Test::Id(_) | Test::Title(_) | Test::Text(_) | Test::Judged(_) => None,
        }
    }

    /// Does it hold for this record?
    pub(super) fn holds(&self, record: &Candidate<'_>) -> Result<bool, StoreError> {
        Ok(match self {
            Test::Always => true,
            Test::Never => false,
            Test::And(tests) => {
                for test in tests {
                    if !test.holds(record)? {
                        return Ok(false);
                    }
                }
                true
            }
            Test::Or(tests) => {
                for test in tests {
                    if test.holds(record)? {
                        return Ok(true);
                    }
                }
                false
            }
            Test::Not(test) => !test.holds(record)?,
            Test::Word(field, words) => record.word(*field).is_some_and(|word| words.contains(&word)),
            Test::Active(from, until) => record.stored.active().is_some_and(|time| (*from..*until).contains(&time)),
            Test::Gone => record.stored.gone_at.is_some(),
            Test::Id(needle) => needle.matches_id(&record.stored.id),
            Test::Title(needle) => record.stored.title.as_ref().is_some_and(|title| needle.matches(title)),
            Test::Text(needle) => record.has(needle)?,
            Test::Judged(judge) => record.is_judged(judge)?,
        })
    }

    /// Does it hold for record `key` of `list`, if that can be told without reading the record?
    pub(super) fn known(&self, list: &ListKey, key: i64) -> Option<bool> {
        match self {
            Test::Always => Some(true),
            Test::Never => Some(false),
            Test::Not(test) => test.known(list, key).map(|holds| !holds),
            Test::And(tests) => together(tests, list, key, true),
            Test::Or(tests) => together(tests, list, key, false),
            Test::Judged(judge) => judge.0.knows(list, RowKey(key)),
            _ => None,
        }
    }
}

/// Of all (`all`) or any of `tests`: one that is otherwise decides, and what is not known leaves it open.
fn together(tests: &[Test], list: &ListKey, key: i64, all: bool) -> Option<bool> {
    let mut known = Some(all);
    for test in tests {
        match test.known(list, key) {
            Some(holds) if holds != all => return Some(holds),
            Some(_) => {}
            None => known = None,
        }
    }
    known
}

/// A record to be tested; its agent and document are read when a test asks for them.
#[derive(Debug)]
pub(super) struct Candidate<'a> {
    conn: &'a Connection,
    dicts: &'a Dicts,
    list: &'a ListInfo,
    pub stored: Stored,
    agent: OnceCell<Agent>,
}

impl<'a> Candidate<'a> {
    pub(super) fn new(conn: &'a Connection, dicts: &'a Dicts, list: &'a ListInfo, stored: Stored) -> Self {
        Self { conn, dicts, list, stored, agent: OnceCell::new() }
    }

    fn word(&self, field: WordField) -> Option<i64> {
        let word = match field {
            WordField::Status => &self.stored.status,
            WordField::Agent => &self.stored.agent,
            WordField::Project => &self.stored.project,
        };
        word.as_ref().map(|(word, _)| *word)
    }

    fn agent(&self) -> Result<&Agent, StoreError> {
        if self.agent.get().is_none() {
            let agent = match &self.stored.agent {
                Some((word, text)) => agents::resolve(self.conn, self.list, *word, text)?,
                None => Agent::default(),
            };
            let _ = self.agent.set(agent);
        }
        Ok(self.agent.get_or_init(Agent::default))
    }

    fn is_judged(&self, judge: &Judged) -> Result<bool, StoreError> {
        let key = self.stored.key;
        match judge.0.knows(&self.list.key, RowKey(key)) {
            Some(holds) => Ok(holds),
            None => match rows::record(self.conn, self.dicts, key)? {
                Some(record) => judged::holds(self.conn, self.dicts, judge, &record),
                None => Ok(false),
            },
        }
    }

    /// Any of id, title, status, agent, project, or the document.
    fn has(&self, needle: &Needle) -> Result<bool, StoreError> {
        let stored = &self.stored;
        let text = |word: &Option<(i64, String)>| word.as_ref().is_some_and(|(_, text)| needle.matches(text));
        let some = |text: &Option<String>| text.as_ref().is_some_and(|text| needle.matches(text));
        if needle.matches(&stored.id)
            || some(&stored.title)
            || text(&stored.status)
            || text(&stored.agent)
            || text(&stored.project)
        {
            return Ok(true);
        }
        let agent = self.agent()?;
        if some(&agent.id) || some(&agent.title) {
            return Ok(true);
        }
        match rows::doc(self.conn, self.dicts, stored.key, &stored.id) {
            // What nobody can read is like nothing, and keeps nobody from the records that can be read.
            Err(StoreError::Damaged { .. }) => Ok(false),
            doc => Ok(needle.matches_doc(&doc?)),
        }
    }
}
