//! Trying a connection: asked for by a key, done outside, and told where the connection stands.

use std::time::Instant;

use super::App;
use crate::tui::Ask;
use crate::tui::fleet::{Answer, Trial};

impl App {
    /// Asks for a trial; one at a time of each connection, so that no older answer can take the place of a newer one.
    pub(super) fn test(&mut self, name: String, clock: Instant) {
        if !self.fleet.try_one(&name) {
            return self.toasts.reply(format!("{name} is being tested already"), clock);
        }
        self.toasts.reply(format!("Testing {name}: signs in and reads one row"), clock);
        // Whoever only looks lets nothing be sent, either.
        let resume = !self.settings.manner.read_only;
        (self.asks)(Ask::Test { name, resume });
    }

    /// What came of a trial.
    pub(super) fn tested(&mut self, name: &str, result: Result<Answer, String>, clock: Instant) {
        let now = (self.now)();
        // What was refused before is read again as soon as it answers, and not when its turn comes.
        let ended = self.fleet.connections.iter().find(|one| one.info.name == name).and_then(|one| one.ended.as_ref());
        let mended = result.is_ok() && ended.is_some_and(|ended| ended.error.is_some());
        let (words, trial) = match result {
            Ok(answer) => (format!("{name}: {}", answer.words()), Trial::Good(now, answer)),
            Err(why) => (format!("{name} cannot be used: {why}"), Trial::Bad(now, why)),
        };
        self.fleet.tried(name, trial);
        self.toasts.say(words, clock);
        if mended && self.fleet.lease.is_none() {
            (self.asks)(Ask::SyncNow(Some(name.to_owned())));
        }
        // What was paused may go on now.
        self.refresh(clock);
        self.dirty = true;
    }
}
