//! Trying a connection: asked for by a key, done outside, and told where the connection stands.

use std::time::Instant;

use quarterdeck_sync::model::WriteId;

use super::App;
use crate::tui::Ask;
use crate::tui::decisions::Subject;
use crate::tui::fleet::{Answer, Trial};

impl App {
    /// The key for a trial. Where writes wait for the connection, which are sent once it answers, a sheet asks first.
    pub(super) fn test(&mut self, name: String, clock: Instant) {
        let waits = self.fleet.standing.held.get(&name).is_some_and(|held| *held > 0);
        match (self.settings.manner.read_only, waits) {
            // Whoever only looks lets nothing be sent.
            (true, _) => self.try_it(name, None, clock),
            (false, true) => self.open_sheet(Subject::Resumed { connection: name }),
            (false, false) => self.try_it(name, Some(Vec::new()), clock),
        }
    }

    /// Asks for a trial; one at a time of each connection, so that no older answer can take the place of a newer one. `resume` as in
    /// [`Ask::Test`].
    pub(super) fn try_it(&mut self, name: String, resume: Option<Vec<WriteId>>, clock: Instant) {
        if !self.fleet.try_one(&name) {
            return self.toasts.reply(format!("{name} is being tested already"), clock);
        }
        self.toasts.reply(format!("Testing {name}: signs in and reads one row"), clock);
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
