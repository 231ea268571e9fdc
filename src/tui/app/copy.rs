//! Copying: to the terminal's clipboard, or to a file where that cannot take it.

use std::time::Instant;

use quarterdeck_sync::text::Secrets;

use super::{App, Order};
use crate::tui::Ask;
use crate::tui::clipboard;
use crate::tui::text::grouped;
use crate::tui::views::Copied;

impl App {
    /// What can be copied of what is open: the id of what is selected, or what belongs to it.
    pub(super) fn copied(&self, more: bool) -> Option<Copied<'_>> {
        self.views[self.open].copied(more)
    }

    /// Copies that.
    pub(super) fn copy_chosen(&mut self, more: bool, clock: Instant) {
        if let Some(wish) = self.copied(more).map(Copied::wish) {
            self.grant(wish, clock);
        }
    }

    pub(super) fn copy(&mut self, what: &'static str, text: &str, secrets: Secrets, clock: Instant) {
        match clipboard::sequence(text, secrets, self.settings.between) {
            Some(bytes) => {
                let size = grouped(text.chars().count() as u64);
                let provided = self.settings.between.provided();
                self.toasts.reply(format!("Copied the {what}, {size} characters, {provided}"), clock);
                self.orders.push(Order::Send(bytes));
            }
            // The answer tells where it lies; secrets are masked there, whoever sees them here.
            None => (self.asks)(Ask::Keep(what, text.to_owned())),
        }
    }
}
