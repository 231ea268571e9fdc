//! Showing the secrets of a record: from the key to the question, from its confirmation to the audit log, and the end of it.
//!
//! Always true: [`Question::Unseal`] is asked from [`App::unmask`] alone, which the question's own key alone reaches; and a view
//! that is not in sight any more shows no secret when one comes back to it.

use std::time::Instant;

use super::{App, Overlay};
use crate::tui::actions::{Act, Scope};
use crate::tui::data::{Answer, Answered, Lane, Owner, Question, Slot, Ticket};
use crate::tui::keys::Key;
use crate::tui::widgets::sheet::Sheet;
use crate::tui::widgets::unmasking::Unmasking;

/// Where the secrets are to be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Where {
    View(usize),
    Sheet(u64),
}

/// How it stands.
#[derive(Debug, Default)]
pub(super) struct Unsealing {
    /// The right that was asked for.
    asked: Option<(Ticket, Where)>,
    /// The view that shows secrets.
    shown: Option<usize>,
}

impl App {
    /// The key: a question, or the end of it.
    pub(super) fn reveal(&mut self, clock: Instant) {
        if self.unsealing.shown == Some(self.open) && self.views[self.open].shows_secrets() {
            self.seal(clock);
            return self.toasts.reply("Masked again.".to_owned(), clock);
        }
        if let Some((list, id)) = self.views[self.open].masks() {
            self.overlay = Some(Overlay::Unmasking(Box::new(Unmasking { list, id, sheet: None })));
        }
    }

    /// The same on a sheet.
    pub(super) fn reveal_on(&mut self, mut sheet: Box<Sheet>, clock: Instant) {
        if sheet.unsealed().is_some() {
            sheet.unseal(None);
            self.overlay = Some(Overlay::Sheet(sheet));
            return self.ask_grounds();
        }
        self.overlay = Some(match sheet.masks() {
            Some((list, id)) => Overlay::Unmasking(Box::new(Unmasking { list, id, sheet: Some(sheet) })),
            None => {
                self.toasts.reply("Not now: no secret is masked in what this rests on.".to_owned(), clock);
                Overlay::Sheet(sheet)
            }
        });
    }

    /// A key while the question is open: what is no answer to it does nothing.
    pub(super) fn key_in_unmasking(&mut self, question: Box<Unmasking>, key: Key, clock: Instant) {
        match self.keys.find(Scope::Unmasking, key) {
            Some(Act::Unmask) => self.unmask(*question),
            Some(Act::StayMasked) => self.overlay = question.sheet.map(Overlay::Sheet),
            _ => {
                self.overlay = Some(Overlay::Unmasking(question));
                self.leave_text(key, clock);
            }
        }
    }

    fn unmask(&mut self, question: Unmasking) {
        let Unmasking { list, id, sheet } = question;
        let at = sheet.as_ref().map_or(Where::View(self.open), |sheet| Where::Sheet(sheet.number));
        self.overlay = sheet.map(Overlay::Sheet);
        let slot = Slot { owner: Owner::Secrets, part: 0 };
        self.unsealing.asked = Some((self.desk.ask(slot, Lane::Now, Question::Unseal(list, id)), at));
    }

    /// The audit log has the line, or could not be written.
    pub(super) fn unsealed(&mut self, answered: Answered, clock: Instant) {
        let Some((_, at)) = self.unsealing.asked.take_if(|(ticket, _)| *ticket == answered.ticket) else { return };
        let unsealed = match answered.answer {
            Answer::Unsealed(unsealed) => unsealed,
            Answer::Failed(why) => return self.toasts.reply(format!("Nothing is shown: {why}."), clock),
            _ => return,
        };
        match (at, &mut self.overlay) {
            // Whoever has left meanwhile is shown nothing.
            (Where::View(view), _) if view == self.open => {
                self.unsealing.shown = Some(view);
                self.with(view, clock, |view, cx| view.unseal(Some(unsealed), cx));
            }
            (Where::Sheet(number), Some(Overlay::Sheet(sheet))) if sheet.number == number => {
                sheet.unseal(Some(unsealed));
                return self.ask_grounds();
            }
            _ => return,
        }
        let key = self.keys.hint_of(Act::Reveal).map_or(String::new(), |key| format!("; {key} masks them"));
        self.toasts.reply(format!("Secrets are shown as they are until you leave{key}"), clock);
    }

    /// Masks again what is shown.
    pub(super) fn seal(&mut self, clock: Instant) {
        if let Some(view) = self.unsealing.shown.take()
            && self.views.has(view)
        {
            self.with(view, clock, |view, cx| view.unseal(None, cx));
            self.dirty = true;
        }
    }

    /// Masks again what a view shows that was left.
    pub(super) fn seal_left(&mut self, clock: Instant) {
        if self.unsealing.shown.is_some_and(|view| view != self.open) {
            self.seal(clock);
        }
    }
}
