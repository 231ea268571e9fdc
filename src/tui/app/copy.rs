//! Copying: to the terminal's clipboard, or to a file where that cannot take it.

use std::time::Instant;

use quarterdeck_sync::text::Secrets;

use super::{App, Order};
use crate::tui::Ask;
use crate::tui::clipboard;
use crate::tui::text::grouped;

impl App {
    pub(super) fn copy(&mut self, what: &'static str, text: &str, secrets: Secrets, clock: Instant) {
        match clipboard::sequence(text, secrets, self.settings.between) {
            Some(bytes) => {
                let size = grouped(text.chars().count() as u64);
                self.toasts.reply(format!("Copied the {what}, {size} characters, if your terminal lets us"), clock);
                self.orders.push(Order::Send(bytes));
            }
            // The answer tells where it lies; secrets are masked there, whoever sees them here.
            None => (self.asks)(Ask::Keep(what, text.to_owned())),
        }
    }
}
