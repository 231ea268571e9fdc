//! Which writes are shown, and in which order: pure, over the lines that are here.

use quarterdeck_index::{Asks, Document};
use quarterdeck_sync::model::WriteState;

use super::draw::Cell;
use super::part_of;
use crate::tui::decisions::WriteLine;
use crate::tui::views::complete::Known;
use crate::tui::views::order::{By, Sorted};
use crate::tui::views::sieve::Asked;

const STATE: usize = 0;
const VERB: usize = 1;
const CONNECTION: usize = 2;
const COLLECTION: usize = 3;
const ID: usize = 4;
const RECORD: usize = 5;
const IS: usize = 6;

/// What the fields of a filter ask of a write.
pub(super) const ASKS: Asked = &[
    ("state", Asks::Whole(STATE)),
    ("status", Asks::Whole(STATE)),
    ("verb", Asks::Whole(VERB)),
    ("action", Asks::Whole(VERB)),
    ("connection", Asks::Whole(CONNECTION)),
    ("collection", Asks::Whole(COLLECTION)),
    ("title", Asks::Title),
    ("record", Asks::Part(RECORD)),
    ("id", Asks::Part(ID)),
    ("is", Asks::Whole(IS)),
    ("after", Asks::After),
    ("before", Asks::Before),
    ("on", Asks::On),
];

/// Fields in the order they are offered in.
const OFFERED: &[&str] =
    &["state", "verb", "connection", "collection", "is", "title", "record", "id", "after", "before", "on"];

/// What can stand behind `is:`, by the part of the list that a state belongs to.
const PARTS: [&str; 3] = ["waiting", "underway", "over"];

/// Orders to cycle through.
pub(super) const ORDERS: &[By<Cell>] = &[
    By { cell: None, name: "urgency", ways: ("what waits for you first", "what is over first") },
    By { cell: Some(Cell::Age), name: "age", ways: ("newest first", "oldest first") },
    By { cell: Some(Cell::Moved), name: "moved", ways: ("last moved first", "longest unmoved first") },
    By { cell: Some(Cell::Deadline), name: "expiry", ways: ("soonest first", "latest first") },
    By { cell: Some(Cell::State), name: "state", ways: ("from A to Z", "from Z to A") },
    By { cell: Some(Cell::Write), name: "write", ways: ("from A to Z", "from Z to A") },
    By { cell: Some(Cell::Connection), name: "connection", ways: ("from A to Z", "from Z to A") },
];

/// What can be asked for.
pub(super) fn fields() -> Known {
    Known::new(OFFERED)
}

/// The values there are among these writes.
pub(super) fn know(known: &mut Known, lines: &[WriteLine]) {
    let each = |of: fn(&WriteLine) -> String| lines.iter().map(of);
    known.tell(&["state", "status"], each(|line| line.state.as_str().to_owned()));
    known.tell(&["verb", "action"], each(|line| line.verb.clone()));
    known.tell(&["connection"], each(|line| line.list.connection.clone()));
    known.tell(&["collection"], each(|line| line.list.collection.clone()));
    known.tell(&["is"], PARTS.map(str::to_owned));
}

/// A write, as a filter looks at it.
pub(super) fn told(line: &WriteLine) -> Document {
    let target = line.target.clone().unwrap_or_default();
    let title = line.title.clone().unwrap_or_else(|| target.clone());
    let why = line.why.as_deref().unwrap_or_default();
    let is = PARTS[usize::from(part_of(line.state)).min(PARTS.len() - 1)];
    Document {
        at: Some(line.created_at.as_millisecond()),
        text: format!("{} {target} {} {} {why}", line.verb, line.list.connection, line.list.collection),
        title,
        facets: vec![
            (STATE, line.state.as_str().to_owned()),
            (VERB, line.verb.clone()),
            (CONNECTION, line.list.connection.clone()),
            (COLLECTION, line.list.collection.clone()),
            (ID, line.id.as_str().to_owned()),
            (RECORD, target),
            (IS, is.to_owned()),
        ],
        ..Document::default()
    }
}

/// Puts the places of `lines`, which stand in the list's own order, into the order in force.
pub(super) fn arrange(places: &mut [usize], lines: &[WriteLine], sorted: &Sorted<Cell>) {
    let key = |at: &usize| lines.get(*at);
    let words = |line: &WriteLine| {
        let target = line.title.as_deref().or(line.target.as_deref()).unwrap_or_default();
        format!("{} {target}", line.verb).to_lowercase()
    };
    match sorted.by() {
        None => {}
        Some(Cell::Age) => places.sort_by_key(|at| std::cmp::Reverse(key(at).map(|line| line.created_at))),
        Some(Cell::Moved) => places.sort_by_key(|at| std::cmp::Reverse(key(at).map(|line| line.updated_at))),
        Some(Cell::Deadline) => places.sort_by_key(|at| {
            // What expires no more stands last.
            let open = |line: &&WriteLine| line.state.is_open() && line.state != WriteState::Accepted;
            let deadline = key(at).filter(open).and_then(|line| line.deadline);
            (deadline.is_none(), deadline)
        }),
        Some(Cell::State) => places.sort_by_key(|at| key(at).map(|line| line.state.as_str())),
        Some(Cell::Connection) => places.sort_by_cached_key(|at| key(at).map(|line| line.list.connection.clone())),
        Some(_) => places.sort_by_cached_key(|at| key(at).map(words)),
    }
    if sorted.reversed {
        places.reverse();
    }
}
