//! The connections and their lists as rows: which are shown, and in which order. Pure, over what the frame knows.

use quarterdeck_index::{Asks, Document};
use quarterdeck_sync::model::{Freshness, Kind, Problem, Timestamp};

use super::Pick;
use super::draw::{Cell, state};
use crate::tui::fleet::{Connection, Fleet};
use crate::tui::theme::Role;
use crate::tui::views::complete::Known;
use crate::tui::views::order::{By, Sorted};
use crate::tui::views::sieve::{Asked, Sieve};

const CONNECTION: usize = 0;
const PLATFORM: usize = 1;
const COLLECTION: usize = 2;
const KIND: usize = 3;
const IS: usize = 4;

/// What the fields of a filter ask of a connection, or of a list of it.
pub(super) const ASKS: Asked = &[
    ("connection", Asks::Whole(CONNECTION)),
    ("platform", Asks::Whole(PLATFORM)),
    ("collection", Asks::Whole(COLLECTION)),
    ("kind", Asks::Whole(KIND)),
    ("is", Asks::Whole(IS)),
    ("after", Asks::After),
    ("before", Asks::Before),
    ("on", Asks::On),
];

/// Fields in the order they are offered in.
const OFFERED: &[&str] = &["is", "connection", "platform", "collection", "kind", "after", "before", "on"];

/// What can stand behind `is:`: well, not up to date, or failed.
const STANDS: [&str; 3] = ["well", "behind", "failed"];

/// Orders to cycle through.
pub(super) const ORDERS: &[By<Cell>] = &[
    By { cell: None, name: "setting", ways: ("as they were set up", "the other way round") },
    By { cell: Some(Cell::State), name: "state", ways: ("what is in trouble first", "what is well first") },
    By { cell: Some(Cell::Mirror), name: "records", ways: ("most first", "fewest first") },
    By { cell: Some(Cell::Checked), name: "age", ways: ("oldest first", "newest first") },
    By { cell: Some(Cell::Name), name: "name", ways: ("from A to Z", "from Z to A") },
];

/// A row: a connection, or a list of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line<'a> {
    pub connection: &'a Connection,
    pub list: Option<&'a Freshness>,
}

impl<'a> Line<'a> {
    /// What it is called.
    pub fn pick(&self) -> Pick {
        let list = self.list.map(|list| (list.list.collection.clone(), list.kind));
        Pick { connection: self.connection.info.name.clone(), list }
    }

    /// The freshness it stands for: of the list, or of every list of the connection.
    pub fn lists(&self, fleet: &'a Fleet) -> Vec<&'a Freshness> {
        match self.list {
            Some(list) => vec![list],
            None => fleet.lists_of(&self.connection.info.name).collect(),
        }
    }

    /// The open problems of what it stands for.
    pub fn problems(&self, fleet: &'a Fleet) -> Vec<&'a Problem> {
        let name = &self.connection.info.name;
        let here = |problem: &&Problem| match self.list {
            Some(list) => problem.list == list.list,
            None => problem.list.connection == *name,
        };
        fleet.problems.iter().filter(here).collect()
    }

    /// Its sign, words and meaning; the moment whose age stands in the words.
    pub fn stands(&self, fleet: &Fleet, now: Timestamp) -> (&'static str, String, Role, Option<Timestamp>) {
        match self.list {
            None => {
                let verdict = fleet.verdict(self.connection, now);
                (verdict.glyph, verdict.words, verdict.role, verdict.since)
            }
            Some(list) => {
                let (glyph, words, role) = state(list, fleet.unread(&list.list.connection), now);
                (glyph, words, role, list.checked_at)
            }
        }
    }

    fn told(&self, fleet: &Fleet, now: Timestamp) -> Document {
        let info = &self.connection.info;
        let (_, words, role, _) = self.stands(fleet, now);
        let is = match role {
            Role::Bad => STANDS[2],
            Role::Good | Role::Busy | Role::Dim => STANDS[0],
            _ => STANDS[1],
        };
        let collection = self.list.map(|list| list.list.collection.clone());
        let said: Vec<&str> = self.problems(fleet).into_iter().map(|problem| problem.message.as_str()).collect();
        Document {
            at: self.lists(fleet).iter().filter_map(|list| list.checked_at).min().map(Timestamp::as_millisecond),
            title: collection.clone().unwrap_or_else(|| info.name.clone()),
            text: format!("{} {} {} {words} {}", info.name, info.platform, info.url, said.join(" ")),
            facets: vec![
                (CONNECTION, info.name.clone()),
                (PLATFORM, info.platform.clone()),
                (COLLECTION, collection.unwrap_or_default()),
                (KIND, self.list.map_or(String::new(), |list| list.kind.as_str().to_owned())),
                (IS, is.to_owned()),
            ],
            ..Document::default()
        }
    }
}

/// The rows that are shown. A connection that passes shows every list of it; one whose lists pass shows those.
pub(super) fn lines<'a>(fleet: &'a Fleet, sieve: &Sieve, sorted: &Sorted<Cell>, now: Timestamp) -> Vec<Line<'a>> {
    let mut blocks: Vec<(Line<'a>, Vec<Line<'a>>)> = Vec::new();
    for connection in &fleet.connections {
        let head = Line { connection, list: None };
        let lists = fleet.lists_of(&connection.info.name).map(|list| Line { connection, list: Some(list) });
        let lists: Vec<Line> = match sieve.passes(|| head.told(fleet, now)) {
            true => lists.collect(),
            false => lists.filter(|line| sieve.passes(|| line.told(fleet, now))).collect(),
        };
        if !lists.is_empty() || sieve.passes(|| head.told(fleet, now)) {
            blocks.push((head, lists));
        }
    }
    let by = |lines: &Line<'a>| key(lines, sorted.by(), fleet, now);
    if sorted.by().is_some() {
        blocks.sort_by_cached_key(|(head, _)| by(head));
        blocks.iter_mut().for_each(|(_, lists)| lists.sort_by_cached_key(by));
    }
    if sorted.reversed {
        blocks.reverse();
        blocks.iter_mut().for_each(|(_, lists)| lists.reverse());
    }
    blocks.into_iter().flat_map(|(head, lists)| std::iter::once(head).chain(lists)).collect()
}

/// What a row is sorted by: a number, then a name.
fn key(line: &Line, by: Option<Cell>, fleet: &Fleet, now: Timestamp) -> (i64, String) {
    let name = line.list.map_or(&line.connection.info.name, |list| &list.list.collection).to_lowercase();
    let number = match by {
        Some(Cell::State) => match line.stands(fleet, now).2 {
            Role::Bad => 0,
            Role::Warn => 1,
            Role::Busy => 2,
            _ => 3,
        },
        Some(Cell::Mirror) => {
            let sum = line.lists(fleet).iter().fold(0_u64, |sum, list| sum.saturating_add(list.mirror_count));
            -i64::try_from(sum).unwrap_or(i64::MAX)
        }
        // What was never read is the oldest there is.
        Some(Cell::Checked) => line
            .lists(fleet)
            .iter()
            .map(|list| list.checked_at.map_or(i64::MIN, Timestamp::as_second))
            .min()
            .unwrap_or(i64::MIN),
        _ => 0,
    };
    (number, name)
}

/// What can be asked for.
pub(super) fn fields() -> Known {
    Known::new(OFFERED)
}

/// The values there are.
pub(super) fn know(known: &mut Known, fleet: &Fleet) {
    known.tell(&["is"], STANDS.map(str::to_owned));
    known.tell(&["connection"], fleet.connections.iter().map(|one| one.info.name.clone()));
    known.tell(&["platform"], fleet.connections.iter().map(|one| one.info.platform.clone()));
    let mut collections: Vec<String> = fleet.lists.iter().map(|list| list.list.collection.clone()).collect();
    collections.sort_unstable();
    known.tell(&["collection"], collections);
    known.tell(&["kind"], Kind::ALL.map(|kind| kind.as_str().to_owned()));
}
