//! What a row is told with that does not stand in its own record: bookmarks and reviews that a person keeps, a containment that its
//! platform's record says nothing of, and the name of its project where it gives but an id.
//!
//! Asked for behind everything else, whenever the list is looked at anew. Rows do not wait for it.

use std::collections::BTreeMap;

use quarterdeck_sync::model::{Kind, Query, Row, Scope};

use super::{Records, part};
use crate::tui::data::{Answer, Answered, Lane, Question, Ticket};
use crate::tui::kept::{Containment, Flagged};
use crate::tui::theme::Role;
use crate::tui::views::Cx;
use crate::tui::views::columns::Cell;
use crate::tui::widgets::table::Text;

/// The list in which a platform names its projects.
const PROJECTS: &str = "projects";
/// Projects whose names are known at once.
const MOST: usize = 1_000;

/// See the file's head.
#[derive(Debug, Default)]
pub(super) struct Beside {
    flagged: Flagged,
    flagged_ticket: Option<Ticket>,
    /// Names by connection and id.
    projects: BTreeMap<String, BTreeMap<String, String>>,
    projects_ticket: Option<Ticket>,
}

impl Beside {
    /// Some agent in sight may be contained: its status needs room for that.
    pub fn wide(&self) -> bool {
        self.flagged.any_contained()
    }

    /// Takes an answer; one to an older question is dropped.
    pub fn answer(&mut self, answered: Answered) {
        let mine = |ticket: &mut Option<Ticket>| ticket.take_if(|ticket| *ticket == answered.ticket).is_some();
        match answered.answer {
            Answer::Flagged(flagged) if mine(&mut self.flagged_ticket) => self.flagged = flagged,
            Answer::Window(window) if mine(&mut self.projects_ticket) => {
                self.projects.clear();
                for row in window.rows {
                    if let Some(title) = row.title.filter(|title| !title.trim().is_empty()) {
                        self.projects.entry(row.list.connection).or_default().insert(row.id, title);
                    }
                }
            }
            _ => {}
        }
    }

    /// A cell, with what is known besides.
    pub fn told(&self, row: &Row, cell: Cell, text: Text) -> Text {
        match cell {
            // What is gone has a sign already.
            Cell::Title if text.glyph.is_empty() => Text { glyph: self.flagged.sign(row), ..text },
            Cell::Status if text.mark.is_none() && row.gone_at.is_none() => {
                let mark = self.flagged.containment(row).map(|how| match how {
                    Containment::Holds => ("■", "contained".to_owned(), Role::Warn),
                    Containment::Undone => ("!", "active again".to_owned(), Role::Bad),
                });
                Text { mark, ..text }
            }
            Cell::Project => match self.project(row) {
                Some(name) => Text::new(name, Role::Dim),
                None => text,
            },
            _ => text,
        }
    }

    fn project(&self, row: &Row) -> Option<&str> {
        self.projects.get(&row.list.connection)?.get(row.project.as_ref()?).map(String::as_str)
    }
}

impl Records {
    /// Asks for it, as far as there is anything to ask for about records of this kind.
    pub(super) fn ask_beside(&mut self, cx: &Cx) {
        if matches!(self.listing.kind, Kind::Session | Kind::Run | Kind::Agent) {
            self.beside.flagged_ticket = Some(cx.ask(part::FLAGGED, Lane::Later, Question::Flagged(self.listing.kind)));
        }
        let named = cx.fleet.lists.iter().any(|list| list.list.collection == PROJECTS && list.mirror_count > 0);
        if named && self.listing.kind != Kind::Other {
            let scope = Scope { collections: vec![PROJECTS.to_owned()], ..Scope::default() };
            let question = Question::Window(Query { limit: MOST, ..Query::newest(scope) });
            self.beside.projects_ticket = Some(cx.ask(part::PROJECTS, Lane::Later, question));
        }
    }
}
