//! The sessions that one has to do with: the one that started it, and those of its subagents, as a tree one goes about in.

use std::sync::Arc;

use quarterdeck_sync::model::Row;
use quarterdeck_sync::text::Clean;

use super::lines::clock;
use super::mode::{Mode, Visit};
use super::{Transcripts, part};
use crate::tui::data::{Lane, Question};
use crate::tui::decisions::Target;
use crate::tui::looks::status;
use crate::tui::reading::{Kin, Reading};
use crate::tui::theme::Role;
use crate::tui::views::{Cx, Wish};
use crate::tui::widgets::picker::{Item, Picker};

impl Transcripts {
    /// Asks whose it is, and who it has started.
    pub(super) fn ask_kin(&mut self, cx: &Cx) {
        if let Some(transcript) = self.open.as_ref().and_then(|open| open.transcript()) {
            // Many records may have to be asked whose they are.
            self.kin_ticket = Some(cx.ask(part::KIN, Lane::Later, Question::Kin(Arc::clone(transcript))));
        }
    }

    /// Offers what it leads to, itself first: in a transcript that was opened from a hit or an approval, one has not seen its record.
    pub(super) fn links(&self, cx: &mut Cx) {
        let row = self.open.as_ref().and_then(|open| open.transcript()).map(|transcript| transcript.row.key);
        match row {
            Some(key) => cx.wishes.push(Wish::LinksAndItself(Target::Row(key))),
            None => cx.say("It is still being read"),
        }
    }

    pub(super) fn took_kin(&mut self, kin: Kin, cx: &mut Cx) {
        let Some(transcript) = self.open.as_ref().and_then(|open| open.transcript()) else { return };
        if !matches!(self.mode, Mode::Reading) {
            return;
        }
        if kin == Kin::default() {
            return cx.say("It has no subagents that are known here, and is nobody's");
        }
        let (mut items, mut visits) = (Vec::new(), Vec::new());
        let mut add = |sign: String, label: &str, note: String, role, visit| {
            items.push(Item { sign, label: Clean::line(label).into_string(), note, role });
            visits.push(visit);
        };
        if let Some((row, name)) = &kin.parent {
            match row {
                Some(row) => {
                    let visit = Visit::Session(Box::new(row.clone()));
                    add("●".to_owned(), title(row), "started it".to_owned(), Role::Accent, visit);
                }
                None => add("○".to_owned(), name, "not here".to_owned(), Role::Dim, Visit::Nowhere),
            }
        }
        let deep = if kin.parent.is_some() { "  " } else { "" };
        let own = if kin.parent.is_some() { "└ ●" } else { "●" };
        let here = usize::from(kin.parent.is_some());
        add(own.to_owned(), title(&transcript.row), "this one".to_owned(), Role::Title, Visit::Nowhere);
        let count = kin.children.len() + kin.unknown.len();
        let branch = |at: usize| if at + 1 == count { "└" } else { "├" };
        for (at, (row, _)) in kin.children.iter().enumerate() {
            let time = row.created_at.or(row.updated_at).map(clock).unwrap_or_default();
            let sign = row.status.as_deref().map_or("●", |known| status(known).0);
            let visit = Visit::Session(Box::new(row.clone()));
            add(format!("{deep}{} {sign}", branch(at)), title(row), time, Role::Accent, visit);
        }
        for (at, (name, entry)) in kin.unknown.iter().enumerate() {
            let sign = format!("{deep}{} ○", branch(kin.children.len() + at));
            add(sign, name, "only named here".to_owned(), Role::Dim, Visit::Entry(*entry));
        }
        let first = if kin.children.is_empty() { 0 } else { here + 1 };
        self.mode = Mode::Visiting(Picker::new("Subagents", items, first), visits);
    }

    pub(super) fn visit(&mut self, visit: Visit, cx: &mut Cx) {
        let Some(open) = &mut self.open else { return };
        match visit {
            Visit::Session(row) => {
                let title = title(&row).to_owned();
                let query = open.reading.query.clone();
                cx.wishes.push(Wish::Read(Reading { of: Target::Row(row.key), title, at: None, query }));
            }
            Visit::Entry(place) => {
                if let Some(book) = &open.book {
                    let number = book.number(place);
                    open.reach(number, false);
                }
            }
            Visit::Nowhere => cx.say("That is this session, or one that is not in the mirror"),
        }
    }
}

fn title(row: &Row) -> &str {
    let title = row.title.as_deref().map(str::trim).filter(|title| !title.is_empty()).unwrap_or(&row.id);
    title.split('\n').next().unwrap_or_default()
}
