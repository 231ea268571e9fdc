//! What a row is told with that does not stand in its own record: bookmarks and reviews that a person keeps, a containment that its
//! platform's record says nothing of, and the names of its project and its workflow where it gives but ids.
//!
//! Asked for behind everything else, marks whenever the list is looked at anew, names now and then. Rows do not wait for it.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use quarterdeck_sync::model::{Freshness, Kind, Query, Row, Scope};

use super::{Records, part};
use crate::tui::data::{Answer, Answered, Lane, Question, Ticket};
use crate::tui::kept::{Containment, Flagged};
use crate::tui::theme::Role;
use crate::tui::views::Cx;
use crate::tui::views::columns::Cell;
use crate::tui::widgets::table::Text;

/// The lists in which a platform names its projects, and its workflows.
const PROJECTS: &str = "projects";
const WORKFLOWS: &str = "workflows";
/// Names that are known at once.
const MOST: usize = 2_000;

/// What things are called seldom changes: it is not asked for with every commit of a sync.
const NAMES_LAST: Duration = Duration::from_secs(60);

/// See the file's head.
#[derive(Debug, Default)]
pub(super) struct Beside {
    flagged: Flagged,
    flagged_ticket: Option<Ticket>,
    /// Names by connection, by whether they are workflows', and by id: a project may have the id of a workflow.
    names: BTreeMap<(String, bool), BTreeMap<String, String>>,
    names_ticket: Option<Ticket>,
    names_asked: Option<Instant>,
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
            Answer::Window(window) if mine(&mut self.names_ticket) => {
                self.names.clear();
                for row in window.rows {
                    if let Some(title) = row.title.filter(|title| !title.trim().is_empty()) {
                        let of = (row.list.connection, row.list.collection == WORKFLOWS);
                        self.names.entry(of).or_default().insert(row.id, title);
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
            Cell::Title if text.glyph.is_empty() => {
                let glyph = self.flagged.sign(row);
                let of = self.name(row).filter(|(name, workflow)| *workflow && !text.words.starts_with(name));
                match of {
                    // What a workflow runs, or asks for, is seldom called by more than what began it.
                    Some((name, _)) => Text { glyph, words: format!("{name}: {}", text.words), ..text },
                    None => Text { glyph, ..text },
                }
            }
            Cell::Status if text.mark.is_none() && row.gone_at.is_none() => {
                let mark = self.flagged.containment(row).map(|how| match how {
                    Containment::Holds => ("■", "contained".to_owned(), Role::Warn),
                    Containment::Undone => ("!", "active again".to_owned(), Role::Bad),
                });
                Text { mark, ..text }
            }
            Cell::Project => match self.name(row) {
                Some((name, _)) => Text::new(name, Role::Dim),
                None => text,
            },
            _ => text,
        }
    }

    /// What the project of a row is called, or the workflow that stands in its place.
    pub fn name(&self, row: &Row) -> Option<(&str, bool)> {
        let id = row.project.as_ref()?;
        let named = |workflow| {
            let names = self.names.get(&(row.list.connection.clone(), workflow))?;
            Some((names.get(id)?.as_str(), workflow))
        };
        let of_workflow = matches!(row.kind, Kind::Run | Kind::Approval).then(|| named(true)).flatten();
        of_workflow.or_else(|| named(false))
    }
}

impl Records {
    /// Asks for it, as far as there is anything to ask for about records of this kind.
    pub(super) fn ask_beside(&mut self, cx: &Cx) {
        if matches!(self.listing.kind, Kind::Session | Kind::Run | Kind::Agent) {
            self.beside.flagged_ticket = Some(cx.ask(part::FLAGGED, Lane::Later, Question::Flagged(self.listing.kind)));
        }
        let names = [PROJECTS, WORKFLOWS];
        let named = |list: &Freshness| names.contains(&list.list.collection.as_str()) && list.mirror_count > 0;
        let due = self.beside.names_asked.is_none_or(|at| cx.clock.saturating_duration_since(at) >= NAMES_LAST);
        if due && cx.fleet.lists.iter().any(named) && self.listing.kind != Kind::Other {
            self.beside.names_asked = Some(cx.clock);
            let scope = Scope { collections: names.map(str::to_owned).to_vec(), ..Scope::default() };
            let question = Question::Window(Query { limit: MOST, ..Query::newest(scope) });
            self.beside.names_ticket = Some(cx.ask(part::NAMES, Lane::Later, question));
        }
    }
}
