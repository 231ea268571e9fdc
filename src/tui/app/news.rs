//! What happens outside, and what is looked at again because of it.

use std::time::Instant;

use super::{App, HEALTH};
use crate::tui::Outside;
use crate::tui::data::{Lane, Owner, Question, Slot};
use crate::tui::views;

impl App {
    pub(super) fn outside(&mut self, news: Outside, clock: Instant) {
        match news {
            // A burst of commits is one refresh.
            Outside::Committed | Outside::Outbox => {
                match self.refreshed.map(|at| at + self.settings.manner.refresh()) {
                    Some(next) if next > clock => self.refresh_due = Some(next),
                    _ => self.refresh(clock),
                }
            }
            Outside::Sync(event) => {
                self.fleet.event(event, (self.now)());
                self.stir(clock);
            }
            Outside::LeaseHeldBy(who) => {
                self.toasts.say(format!("{who} is syncing; this console reads along."), clock);
                self.fleet.lease = Some(who);
                self.dirty = true;
            }
            Outside::LeaseTaken => {
                self.fleet.lease = None;
                self.dirty = true;
            }
            Outside::Notice(words) => {
                self.toasts.say(words, clock);
                self.dirty = true;
            }
            Outside::Capabilities(known) => {
                self.fleet.capabilities = Some(known);
                // What can be done, and until when, is known now.
                self.refresh_due = Some(clock);
                self.dirty = true;
            }
            Outside::Decided { sheet, outcome } => {
                self.decided(sheet, outcome, clock);
                self.dirty = true;
            }
            Outside::Incident(outcome) => {
                self.incident_done(outcome, clock);
                self.dirty = true;
            }
            Outside::Fetched { list, id, failed } => self.fetched(&list, &id, failed, clock),
            Outside::Tested { name, result } => self.tested(&name, result, clock),
            Outside::Quit => self.quit(clock),
        }
    }

    /// Something happened that no key asked for: on a calm screen it is drawn with what else happens meanwhile.
    pub(super) fn stir(&mut self, clock: Instant) {
        match self.settings.manner.is_calm() {
            true => drop(self.stir_due.get_or_insert(clock + self.settings.manner.refresh())),
            false => self.dirty = true,
        }
    }

    pub(super) fn refresh(&mut self, clock: Instant) {
        self.refresh_due = None;
        self.refreshed = Some(clock);
        self.ask_health(Lane::Later);
        self.ask_fates();
        self.look_again();
        self.with_view(clock, |view, cx| view.refresh(cx));
        self.tell_others(clock);
    }

    /// Views out of sight whose tabs count something hear of news too.
    pub(super) fn tell_others(&mut self, clock: Instant) {
        for number in (0..views::VIEWS.len()).filter(|number| *number != self.open).collect::<Vec<_>>() {
            self.with(number, clock, |view, cx| view.changed(cx));
        }
    }

    pub(super) fn ask_health(&mut self, lane: Lane) {
        self.health = Some(self.desk.ask(Slot { owner: Owner::Frame, part: HEALTH }, lane, Question::Health));
    }
}
