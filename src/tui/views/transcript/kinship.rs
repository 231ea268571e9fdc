//! The tree of sessions that one stands in: who started it, who it started, and theirs; one goes about in it.

use std::sync::Arc;

use quarterdeck_sync::model::Row;
use quarterdeck_sync::text::Clean;

use super::lines::clock;
use super::mode::{Mode, Visit};
use super::{Transcripts, part};
use crate::tui::data::{Lane, Question};
use crate::tui::decisions::Target;
use crate::tui::looks::status;
use crate::tui::reading::{Kin, Member, Reading};
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
        if !matches!(self.mode, Mode::Reading) {
            return;
        }
        if kin.members.len() < 2 {
            return cx.say("It has no subagents that are known here, and is nobody's");
        }
        let here = kin.members.iter().position(|member| member.here).unwrap_or(0);
        let deep = kin.members.get(here).map_or(0, |member| member.depth);
        let below = kin.members.get(here + 1).is_some_and(|member| member.depth > deep && member.row.is_some());
        let (mut items, mut visits) = (Vec::new(), Vec::new());
        for (at, member) in kin.members.iter().enumerate() {
            let (label, note, role, visit) = told(member, starts(&kin.members, at, here));
            let glyph = match &member.row {
                Some(row) if !member.here => row.status.as_deref().map_or("●", |known| status(known).0),
                Some(_) => "●",
                None => "○",
            };
            let sign = format!("{}{glyph}", branches(&kin.members, at));
            items.push(Item { sign, label: Clean::line(&label).into_string(), note, role });
            visits.push(visit);
        }
        if kin.cut {
            cx.say("The tree is larger than this: open one of them to see those around it");
        }
        self.mode = Mode::Visiting(Picker::new("Subagents", items, if below { here + 1 } else { 0 }), visits);
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

/// The session at this place started the one at `here`.
fn starts(members: &[Member], at: usize, here: usize) -> bool {
    let depth = |at: usize| members.get(at).map(|member| member.depth);
    let above = (0..here).rev().find(|other| depth(*other) < depth(here));
    above == Some(at)
}

/// What a session of the tree is called, what stands beside it, and where it leads.
fn told(member: &Member, starts: bool) -> (String, String, Role, Visit) {
    match &member.row {
        Some(row) if member.here => (title(row).to_owned(), "this one".to_owned(), Role::Title, Visit::Nowhere),
        Some(row) => {
            let time = row.created_at.or(row.updated_at).map(clock).unwrap_or_default();
            let note = if starts { "started it".to_owned() } else { time };
            (title(row).to_owned(), note, Role::Accent, Visit::Session(Box::new(row.clone())))
        }
        None => {
            let (note, visit) = match member.entry {
                Some(entry) => ("only named here", Visit::Entry(entry)),
                None => ("not here", Visit::Nowhere),
            };
            (member.name.clone(), note.to_owned(), Role::Dim, visit)
        }
    }
}

/// The lines that lead to a session from those above it.
fn branches(members: &[Member], at: usize) -> String {
    let Some(depth) = members.get(at).map(|member| member.depth) else { return String::new() };
    // More of the same parent comes below, before the tree goes back above this depth.
    let goes_on = |level: usize| {
        let next = members.iter().skip(at + 1).find(|other| other.depth <= level);
        next.is_some_and(|other| other.depth == level)
    };
    let mut lines: String = (1..depth).map(|level| if goes_on(level) { "│ " } else { "  " }).collect();
    if depth > 0 {
        lines.push_str(if goes_on(depth) { "├ " } else { "└ " });
    }
    lines
}

fn title(row: &Row) -> &str {
    let title = row.title.as_deref().map(str::trim).filter(|title| !title.is_empty()).unwrap_or(&row.id);
    title.split('\n').next().unwrap_or_default()
}
