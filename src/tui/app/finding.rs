//! What the palette finds beyond what is at hand: saved searches, and records by the beginning of their ids. Both arrive from the desk
//! while one types. What was chosen lately stands first.

use std::time::Instant;

use quarterdeck_sync::model::Row;

use super::{App, Overlay};
use crate::tui::actions;
use crate::tui::data::{Answer, Answered, Lane, Owner, Question, Slot, Ticket};
use crate::tui::links::Then;
use crate::tui::text::{grouped, word};
use crate::tui::views::{self, Goal, VIEWS};
use crate::tui::widgets::palette::{Choice, Entry, Palette};

const SAVED: u8 = 0;
const IDS: u8 = 1;
/// Letters of an id that are worth asking about.
const LETTERS: usize = 3;
/// The view of connections.
const CONNECTIONS: &str = "connections";

/// What was asked for the open palette.
#[derive(Debug, Default)]
pub(super) struct Finding {
    saved: Option<Ticket>,
    ids: Option<Ticket>,
}

fn slot(part: u8) -> Slot {
    Slot { owner: Owner::Palette, part }
}

/// What a choice is called where it is remembered; none for what is found anew each time.
fn name_of(choice: &Choice) -> Option<String> {
    Some(match choice {
        Choice::Act(act) => actions::row(*act).id.to_owned(),
        Choice::View(view) => format!("view:{}", VIEWS.get(*view)?.id),
        Choice::Sync(name) => format!("sync:{name}"),
        Choice::Connection(name) => format!("connection:{name}"),
        Choice::Theme(name) => format!("theme:{name}"),
        Choice::Saved(query) => format!("search:{query}"),
        Choice::Link(_) | Choice::Record(_) | Choice::Elsewhere(_) => return None,
    })
}

impl App {
    /// Opens the palette over everything that can be chosen.
    pub(super) fn open_palette(&mut self) {
        let mut palette = Palette::new(self.choices());
        let recent = &self.memory.recent;
        palette.prefer(|choice| {
            let name = name_of(choice)?;
            recent.iter().position(|known| *known == name)
        });
        self.overlay = Some(Overlay::Palette(Box::new(palette)));
        self.finding = Finding { saved: Some(self.desk.ask(slot(SAVED), Lane::Later, Question::Saved)), ids: None };
    }

    /// The palette's text has changed: records may be called so.
    pub(super) fn look_for_ids(&mut self, palette: &mut Palette) {
        if !palette.asks {
            return;
        }
        let text = palette.input.text().trim();
        // What has a space in it is no id.
        if text.chars().count() < LETTERS || text.contains(char::is_whitespace) {
            self.finding.ids = None;
            return palette.replace(is_record, Vec::new());
        }
        let question = Question::Ids(text.to_owned());
        self.finding.ids = Some(self.desk.ask(slot(IDS), Lane::Now, question));
    }

    /// An answer for the palette.
    pub(super) fn found(&mut self, answered: Answered) {
        let mine = |ticket: &mut Option<Ticket>| ticket.take_if(|ticket| *ticket == answered.ticket).is_some();
        let wanted = mine(&mut self.finding.saved) || mine(&mut self.finding.ids);
        let Some(Overlay::Palette(palette)) = self.overlay.as_mut().filter(|_| wanted) else { return };
        match answered.answer {
            Answer::Rows(rows) if palette.asks => palette.replace(is_record, rows.iter().map(record).collect()),
            Answer::Saved(saved) if palette.asks => {
                let entry = |(saved, count): (crate::search::SavedSearch, Option<u64>)| Entry {
                    label: format!("Search {}: {}", saved.name, saved.query),
                    choice: Choice::Saved(saved.query),
                    note: count.map_or_else(|| "saved".to_owned(), |count| format!("saved  {}", grouped(count))),
                    disabled: None,
                };
                palette.replace(|choice| matches!(choice, Choice::Saved(_)), saved.into_iter().map(entry).collect());
            }
            // What cannot be looked up is not offered; the views say what is wrong with the mirror.
            _ => {}
        }
    }

    /// Does what was chosen.
    pub(super) fn choose(&mut self, choice: Choice, clock: Instant) {
        if let Some(name) = name_of(&choice) {
            self.memory.chose(name);
        }
        match choice {
            Choice::Act(act) => self.act(act, None, clock),
            Choice::Elsewhere(act) => self.go_for(act, clock),
            Choice::View(view) => self.show(view, clock),
            Choice::Sync(name) => self.sync(Some(name), clock),
            Choice::Theme(name) => self.set_theme(&name, clock),
            Choice::Link(at) => self.follow(at, clock),
            Choice::Record(key) => self.ask_links(crate::tui::decisions::Target::Row(key), Then::Show),
            Choice::Saved(query) => {
                self.lay_search(clock);
                self.with_view(clock, |view, cx| view.seek(&Goal::Query(query), cx));
            }
            Choice::Connection(name) => {
                self.show(views::number(CONNECTIONS), clock);
                self.with_view(clock, |view, cx| view.seek(&Goal::Connection(name), cx));
            }
        }
    }
}

fn is_record(choice: &Choice) -> bool {
    matches!(choice, Choice::Record(_))
}

/// A record, as it stands in the palette.
fn record(row: &Row) -> Entry {
    let title = row.title.as_deref().map(str::trim).filter(|title| *title != row.id).unwrap_or_default();
    let title = title.lines().next().unwrap_or_default();
    let gone = if row.gone_at.is_some() { "† " } else { "" };
    Entry {
        choice: Choice::Record(row.key),
        label: format!("{}  {title}", row.id).trim_end().to_owned(),
        note: format!("{gone}{}, {}", word(row.kind.as_str()), row.list.connection),
        disabled: None,
    }
}
