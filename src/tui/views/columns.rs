//! What each list of records shows: its columns, its orders, and how a platform's words look.

use quarterdeck_sync::model::{Kind, Mark as WriteMark, Row, Sort};

use super::chosen::Offer;
use crate::tui::canvas::Canvas;
use crate::tui::fleet::Fleet;
use crate::tui::looks::{foremost, look, status};
use crate::tui::text::word;
use crate::tui::theme::Role;
use crate::tui::widgets::table::{Column, Text};

/// What a column shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cell {
    Title,
    Status,
    Agent,
    Project,
    Connection,
    Collection,
    Id,
    Updated,
    Created,
    Platform,
    Confirmed,
}

/// How one kind of record is listed.
#[derive(Debug)]
pub(super) struct Listing {
    pub kind: Kind,
    /// Singular and plural, for sentences.
    pub nouns: (&'static str, &'static str),
    /// What one sees when there is none.
    pub none: &'static str,
    /// What would stand here.
    pub here: &'static str,
    pub columns: &'static [Column<Cell>],
    /// Orders to cycle through; the first is the default.
    pub sorts: &'static [Sort],
    /// Shown in groups by collection.
    pub grouped: bool,
}

const fn wide(cell: Cell, title: &'static str, least: u16, most: u16, rank: u8) -> Column<Cell> {
    Column { cell, title, least, most, rank, right: false }
}

const fn age(cell: Cell, title: &'static str, rank: u8) -> Column<Cell> {
    Column { cell, title, least: 8, most: 8, rank, right: true }
}

const STATUS: Column<Cell> = wide(Cell::Status, "STATUS", 12, 14, 1);
const CONNECTION: Column<Cell> = wide(Cell::Connection, "CONNECTION", 10, 14, 3);
const ALL_SORTS: &[Sort] = &[Sort::Updated, Sort::Created, Sort::Status, Sort::Agent, Sort::Id];

pub(super) static AGENTS: Listing = Listing {
    kind: Kind::Agent,
    nouns: ("agent", "agents"),
    none: "No agents yet.",
    here: "Agents, and the machines they run on, stand here once a platform knows them.",
    columns: &[
        STATUS,
        wide(Cell::Title, "AGENT", 18, 60, 0),
        wide(Cell::Project, "PROJECT", 12, 24, 5),
        wide(Cell::Id, "ID", 10, 28, 6),
        CONNECTION,
        age(Cell::Created, "SINCE", 4),
        age(Cell::Updated, "SEEN", 2),
    ],
    sorts: &[Sort::Updated, Sort::Created, Sort::Status, Sort::Id],
    grouped: false,
};

pub(super) static SESSIONS: Listing = Listing {
    kind: Kind::Session,
    nouns: ("session", "sessions"),
    none: "No sessions yet.",
    here: "What people and agents said and did stands here, to be read entry by entry.",
    columns: &[
        wide(Cell::Title, "SESSION", 30, 400, 0),
        wide(Cell::Agent, "AGENT", 16, 24, 2),
        wide(Cell::Project, "PROJECT", 14, 30, 4),
        wide(Cell::Id, "ID", 8, 14, 6),
        CONNECTION,
        age(Cell::Created, "BEGUN", 5),
        age(Cell::Updated, "ACTIVE", 1),
    ],
    sorts: &[Sort::Updated, Sort::Created, Sort::Agent, Sort::Id],
    grouped: false,
};

pub(super) static RUNS: Listing = Listing {
    kind: Kind::Run,
    nouns: ("run", "runs"),
    none: "No runs yet.",
    here: "What agents are at work on stands here, and how it ended.",
    columns: &[
        wide(Cell::Status, "STATUS", 19, 19, 1),
        wide(Cell::Title, "RUN", 22, 400, 0),
        wide(Cell::Agent, "AGENT", 16, 24, 2),
        wide(Cell::Id, "ID", 8, 14, 5),
        wide(Cell::Connection, "CONNECTION", 10, 14, 4),
        age(Cell::Created, "BEGUN", 6),
        age(Cell::Updated, "CHANGE", 2),
    ],
    sorts: ALL_SORTS,
    grouped: false,
};

pub(super) static APPROVALS: Listing = Listing {
    kind: Kind::Approval,
    nouns: ("approval", "approvals"),
    none: "Nothing has asked for approval yet.",
    here: "What an agent may do only with a person's yes stands here, to be answered.",
    columns: &[
        STATUS,
        wide(Cell::Title, "ASKS FOR", 24, 400, 0),
        wide(Cell::Agent, "AGENT", 16, 24, 2),
        wide(Cell::Id, "ID", 8, 14, 6),
        wide(Cell::Connection, "CONNECTION", 10, 14, 4),
        age(Cell::Created, "ASKED", 2),
        age(Cell::Updated, "CHANGE", 5),
    ],
    // Who has asked last, not whom somebody has answered last.
    sorts: &[Sort::Created, Sort::Updated, Sort::Status, Sort::Agent, Sort::Id],
    grouped: false,
};

pub(super) static POLICIES: Listing = Listing {
    kind: Kind::Policy,
    nouns: ("policy", "policies"),
    none: "No policies yet.",
    here: "What agents may do stands here, to be read and edited.",
    columns: &[
        STATUS,
        wide(Cell::Title, "POLICY", 20, 70, 0),
        wide(Cell::Project, "PROJECT", 12, 24, 5),
        wide(Cell::Id, "ID", 10, 24, 6),
        CONNECTION,
        age(Cell::Updated, "CHANGE", 2),
    ],
    sorts: &[Sort::Updated, Sort::Created, Sort::Status, Sort::Id],
    grouped: false,
};

pub(super) static EVENTS: Listing = Listing {
    kind: Kind::Event,
    nouns: ("event", "events"),
    none: "No events yet.",
    here: "What agents did stands here, and whether it was let through.",
    columns: &[
        wide(Cell::Status, "OUTCOME", 16, 18, 1),
        wide(Cell::Title, "EVENT", 24, 400, 0),
        wide(Cell::Agent, "AGENT", 16, 24, 3),
        wide(Cell::Project, "PROJECT", 12, 26, 6),
        wide(Cell::Connection, "CONNECTION", 10, 14, 4),
        age(Cell::Updated, "WHEN", 2),
    ],
    sorts: ALL_SORTS,
    grouped: false,
};

pub(super) static OTHERS: Listing = Listing {
    kind: Kind::Other,
    nouns: ("record", "records"),
    none: "Nothing here yet.",
    here: "What platforms keep besides stands here: tools, deployments, workflows.",
    columns: &[
        wide(Cell::Collection, "COLLECTION", 16, 20, 1),
        wide(Cell::Title, "NAME", 20, 60, 0),
        wide(Cell::Status, "STATUS", 12, 16, 4),
        wide(Cell::Id, "ID", 10, 28, 5),
        CONNECTION,
        age(Cell::Updated, "CHANGE", 2),
    ],
    sorts: &[Sort::Updated, Sort::Created, Sort::Status, Sort::Id],
    grouped: true,
};

impl Listing {
    /// The columns to choose from.
    pub fn offer(&self) -> Offer<Cell> {
        Offer { noun: self.nouns.1, own: self.columns, more: EXTRA, name: name_of }
    }
}

/// Columns that any list can have, for those who want them.
const EXTRA: &[Column<Cell>] = &[
    wide(Cell::Status, "STATUS", 12, 14, 3),
    wide(Cell::Agent, "AGENT", 16, 24, 3),
    wide(Cell::Project, "PROJECT", 12, 26, 3),
    wide(Cell::Id, "ID", 10, 28, 3),
    wide(Cell::Collection, "COLLECTION", 12, 20, 3),
    wide(Cell::Connection, "CONNECTION", 10, 14, 3),
    wide(Cell::Platform, "PLATFORM", 9, 14, 3),
    age(Cell::Created, "CREATED", 3),
    age(Cell::Updated, "CHANGE", 3),
    Column { cell: Cell::Confirmed, title: "CONFIRMED", least: 9, most: 9, rank: 3, right: true },
];

/// What a column is called where it is remembered.
fn name_of(cell: Cell) -> &'static str {
    match cell {
        Cell::Title => "title",
        Cell::Status => "status",
        Cell::Agent => "agent",
        Cell::Project => "project",
        Cell::Connection => "connection",
        Cell::Collection => "collection",
        Cell::Id => "id",
        Cell::Updated => "updated",
        Cell::Created => "created",
        Cell::Platform => "platform",
        Cell::Confirmed => "confirmed",
    }
}

/// What an order is called where it is remembered.
pub(super) fn sort_id(sort: Sort) -> &'static str {
    match sort {
        Sort::Updated => "updated",
        Sort::Created => "created",
        Sort::Status => "status",
        Sort::Agent => "agent",
        Sort::Id => "id",
    }
}

/// What an order is called.
pub(super) fn sort_name(sort: Sort) -> &'static str {
    match sort {
        Sort::Updated => "last change",
        Sort::Created => "creation",
        Sort::Status => "status",
        Sort::Agent => "agent",
        Sort::Id => "id",
    }
}

/// Does this column show what the list is sorted by?
pub(super) fn sorted_by(cell: Cell, sort: Sort) -> bool {
    matches!(
        (cell, sort),
        (Cell::Updated, Sort::Updated)
            | (Cell::Created, Sort::Created)
            | (Cell::Status, Sort::Status)
            | (Cell::Agent, Sort::Agent)
            | (Cell::Id, Sort::Id)
    )
}

/// One cell of a row.
pub(super) fn text(row: &Row, cell: Cell, fleet: &Fleet, canvas: &Canvas) -> Text {
    let gone = row.gone_at.is_some();
    let or_dash = |text: &Option<String>, role| match text.as_deref().filter(|text| !text.trim().is_empty()) {
        Some(text) => Text::new(text, role),
        None => Text::new("–", Role::Dim),
    };
    match cell {
        Cell::Title => {
            let title = row.title.as_deref().map(str::trim).filter(|title| !title.is_empty());
            let first = title.unwrap_or(&row.id).lines().next().unwrap_or_default();
            // Gone must show without its column too, and without colour: the sign stands before the title.
            match gone {
                true => Text { glyph: "†", ..Text::new(first, Role::Gone) },
                // An id in place of a title must not pass for one.
                false => Text::new(first, if title.is_some() { Role::Text } else { Role::Dim }),
            }
        }
        Cell::Status => {
            let text = match row.status.as_deref() {
                _ if gone => Text { glyph: "†", ..Text::new("gone", Role::Quiet) },
                None => Text::new("–", Role::Dim),
                Some(known) => {
                    let (glyph, role) = status(known);
                    Text { glyph, ..Text::new(word(known), role) }
                }
            };
            Text { mark: foremost(&row.pending).map(|mark| pending(mark, row.pending.len())), ..text }
        }
        Cell::Agent => {
            let name = row.agent_title.as_ref().or(row.agent.as_ref());
            let mut text = or_dash(&name.cloned(), Role::Text);
            if row.agent_doubt {
                text.words.push_str(" (?)");
            }
            text
        }
        Cell::Project => Text { tail: true, ..or_dash(&row.project, Role::Dim) },
        Cell::Connection => Text::new(&row.list.connection, fleet.badge(&row.list.connection)),
        Cell::Collection => Text::new(word(&row.list.collection).replace('-', " "), Role::Dim),
        Cell::Id => Text::new(&row.id, Role::Dim),
        Cell::Updated => when(row.updated_at.or(row.created_at), canvas),
        Cell::Created => when(row.created_at, canvas),
        Cell::Platform => Text::new(&row.platform, Role::Dim),
        Cell::Confirmed => when(Some(row.confirmed_at), canvas),
    }
}

/// What is pending on a record, in a sign and a word.
fn pending(mark: &WriteMark, writes: usize) -> (&'static str, String, Role) {
    let (glyph, role) = look(mark.state);
    let more = if writes > 1 { format!("+{}", writes - 1) } else { String::new() };
    (glyph, format!("{}{more}", mark.state), role)
}

fn when(at: Option<quarterdeck_sync::model::Timestamp>, canvas: &Canvas) -> Text {
    match at {
        Some(at) => {
            let (words, role) = canvas.happened(at);
            Text::new(words, role)
        }
        None => Text::new("–", Role::Dim),
    }
}
