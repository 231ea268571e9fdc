//! Following links: from a record to what it names and what names it. They are asked for when somebody wants them, offered in a
//! list, or followed at once when there is only one; how many each leads to comes later.

use std::time::Instant;

use super::{App, Overlay};
use crate::tui::actions::Scope;
use crate::tui::data::{Answer, Answered, Lane, Owner, Question, Slot, Ticket};
use crate::tui::decisions::Target;
use crate::tui::links::{Link, Links, Then, To};
use crate::tui::looks::status;
use crate::tui::text::{grouped, word};
use crate::tui::views::Traced;
use crate::tui::widgets::palette::{Choice, Entry, Palette};
use quarterdeck_sync::model::{CountOf, Row};

/// The links themselves; how many each leads to is asked for in the slots behind it.
const LINKS: u8 = 0;

/// Links that are asked for, or offered.
#[derive(Debug, Default)]
pub(super) struct Following {
    asked: Option<(Ticket, Then, Asker)>,
    links: Option<Links>,
    counts: Vec<(Ticket, usize)>,
}

fn slot(part: u8) -> Slot {
    Slot { owner: Owner::Links, part }
}

/// Where somebody was who asked for what opens something: the open view, and which of its keys counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Asker(usize, Scope);

impl App {
    /// Where one is now.
    pub(super) fn asker(&self) -> Asker {
        Asker(self.open, self.views[self.open].scope())
    }

    /// Whoever asked is still there, and nothing lies over it: what opens now takes no keys that are meant for something else.
    pub(super) fn still_waits(&self, asker: &Asker) -> bool {
        self.overlay.is_none() && self.asker() == *asker
    }

    /// Asks what a record leads to.
    pub(super) fn ask_links(&mut self, of: Target, then: Then) {
        let ticket = self.desk.ask(slot(LINKS), Lane::Now, Question::Links(of));
        self.following.asked = Some((ticket, then, self.asker()));
    }

    /// An answer to a question about links.
    pub(super) fn linked(&mut self, answered: Answered, clock: Instant) {
        if answered.slot.part != LINKS {
            let at = self.following.counts.iter().position(|(ticket, _)| *ticket == answered.ticket);
            let Some((_, at)) = at.map(|at| self.following.counts.swap_remove(at)) else { return };
            if let (Answer::Count(count), Some(Overlay::Palette(palette))) = (answered.answer, &mut self.overlay) {
                palette.note(&Choice::Link(at), counted(count), count == CountOf::Exact(0));
            }
            return;
        }
        let asked = self.following.asked.take_if(|(ticket, ..)| *ticket == answered.ticket);
        let Some((_, then, asker)) = asked else { return };
        match answered.answer {
            // Nobody waits for it any more.
            Answer::Links(Some(_)) if !self.still_waits(&asker) => {}
            Answer::Links(Some(links)) => match then {
                Then::Show => self.show_record(&links.of, clock),
                Then::Offer { itself: false } => self.offer(*links, clock),
                Then::Offer { itself: true } => self.offer(with_itself(*links), clock),
            },
            Answer::Links(None) => self.toasts.reply("It is not in the mirror.".to_owned(), clock),
            Answer::Failed(why) => self.toasts.reply(format!("Where it leads could not be read: {why}"), clock),
            _ => {}
        }
    }

    /// Opens a record in its list, over what is open.
    fn show_record(&mut self, row: &Row, clock: Instant) {
        let link = Link { name: String::new(), to: To::Record(Box::new(row.clone())) };
        if let Some((view, narrow)) = link.opens(row) {
            self.open_list(view, Some(title(row)), narrow, clock);
        }
    }

    fn offer(&mut self, links: Links, clock: Instant) {
        match links.links.len() {
            0 => {
                return self
                    .toasts
                    .reply("It leads nowhere: it names no other record, and none names it.".to_owned(), clock);
            }
            1 => {
                self.following.links = Some(links);
                return self.follow(0, clock);
            }
            _ => {}
        }
        self.following.counts.clear();
        let mut entries = Vec::with_capacity(links.links.len());
        for (at, link) in links.links.iter().enumerate() {
            let (label, note) = match &link.to {
                To::Record(row) => (format!("{}: {}", link.name, title(row)), standing(row)),
                To::List(..) => (link.name.clone(), "…".to_owned()),
                To::Writes(count) => ("writes".to_owned(), grouped(*count)),
                To::Machine(host) => (format!("{}: {host}", link.name), "timeline".to_owned()),
            };
            entries.push(Entry { choice: Choice::Link(at), label, note, disabled: None });
            if let (Some(query), Ok(part)) = (link.count(&links.of), u8::try_from(at + 1)) {
                let ticket = self.desk.ask(slot(part), Lane::Later, Question::Count(query));
                self.following.counts.push((ticket, at));
            }
        }
        let title = format!("{} leads to", crate::tui::text::fit(&title(&links.of), 48));
        self.following.links = Some(links);
        self.toasts.clear();
        self.overlay =
            Some(Overlay::Palette(Box::new(Palette::titled(entries, title, "type some letters, or choose"))));
    }

    /// Follows one of the links that are offered.
    pub(super) fn follow(&mut self, at: usize, clock: Instant) {
        let Some(links) = self.following.links.take() else { return };
        self.following.counts.clear();
        if let Some(link) = links.links.get(at) {
            let of = &links.of;
            match (link.opens(of), &link.to) {
                (Some((view, narrow)), _) => self.open_list(view, Some(title(of)), narrow, clock),
                (None, To::Machine(host)) => {
                    let traced = Traced { list: of.list.clone(), id: of.id.clone(), machine: true };
                    self.trace(traced, host.clone(), clock);
                }
                (None, _) => {}
            }
        }
    }
}

/// The record before what it leads to.
fn with_itself(mut links: Links) -> Links {
    let name = format!("this {}", links.of.kind.as_str());
    links.links.insert(0, Link { name, to: To::Record(Box::new(links.of.clone())) });
    links
}

/// What a person calls a record.
fn title(row: &Row) -> String {
    let title = row.title.as_deref().map(str::trim).filter(|title| !title.is_empty()).unwrap_or(&row.id);
    title.lines().next().unwrap_or_default().to_owned()
}

/// How it stands, beside its title.
fn standing(row: &Row) -> String {
    match (&row.status, row.gone_at) {
        (_, Some(_)) => "† gone".to_owned(),
        (Some(known), None) => format!("{} {}", status(known).0, word(known)),
        (None, None) => row.list.connection.clone(),
    }
}

fn counted(count: CountOf) -> String {
    match count {
        CountOf::Exact(0) => "none".to_owned(),
        CountOf::Exact(count) => grouped(count),
        CountOf::AtLeast(count) => format!("≥{}", grouped(count)),
    }
}
