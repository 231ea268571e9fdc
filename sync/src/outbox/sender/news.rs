//! Notices that the outbox may have changed: by this process at once, by others within a quarter of a second.

use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

use super::{Nudge, SendOptions};
use crate::outbox::{Outbox, OutboxError};

/// How often the file is looked at when nobody tells.
const LOOK: Duration = Duration::from_millis(250);

/// Reading takes at most this share of the time: one part in so many.
const SHARE: u32 = 10;

/// What is known of the file, and when it may be read again.
pub(super) struct News<'a> {
    outbox: &'a Outbox,
    commits: watch::Receiver<u64>,
    nudges: Option<watch::Receiver<Nudge>>,
    hurry: u64,
    /// The file as it was at the last look.
    version: Option<u64>,
    next_look: Instant,
    /// It is to be read.
    stale: bool,
    not_before: Instant,
}

/// What was noticed.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Notice {
    /// The outbox is to be read, now.
    Read,
    /// Nothing to be done yet: ask again.
    Nothing,
    /// What waits for its time is to be tried now.
    Hurry,
}

impl<'a> News<'a> {
    pub(super) fn new(outbox: &'a Outbox, options: &SendOptions) -> Self {
        let mut nudges = options.nudges.clone();
        let hurry = nudges.as_mut().map_or(0, |nudges| nudges.borrow_and_update().hurry);
        Self {
            outbox,
            commits: outbox.commits(),
            nudges,
            hurry,
            version: None,
            next_look: Instant::now() + LOOK,
            stale: true,
            not_before: Instant::now(),
        }
    }

    /// It is being read, from now on.
    pub(super) fn reading(&mut self) {
        self.stale = false;
        self.commits.borrow_and_update();
    }

    /// It was read, in this version, and that took so long.
    pub(super) fn was_read(&mut self, version: u64, took: Duration) {
        self.version = Some(version);
        self.not_before = Instant::now() + took * SHARE;
    }

    /// Resolves when something is to be done. May be dropped and called again without losing anything.
    pub(super) async fn notice(&mut self) -> Result<Notice, OutboxError> {
        if self.stale {
            sleep_until(self.not_before).await;
            return Ok(Notice::Read);
        }
        let look = sleep_until(self.next_look);
        tokio::select! {
            Ok(()) = self.commits.changed() => self.stale = true,
            nudge = nudged(&mut self.nudges) => {
                self.stale = true;
                if nudge.hurry != self.hurry {
                    self.hurry = nudge.hurry;
                    return Ok(Notice::Hurry);
                }
            }
            () = look, if self.nudges.is_none() => {
                self.next_look = Instant::now() + LOOK;
                self.stale = self.version != Some(self.outbox.version()?);
            }
        }
        Ok(Notice::Nothing)
    }
}

/// The next nudge; never, when nobody nudges any more.
async fn nudged(nudges: &mut Option<watch::Receiver<Nudge>>) -> Nudge {
    if let Some(nudges) = nudges
        && nudges.changed().await.is_ok()
    {
        return *nudges.borrow_and_update();
    }
    std::future::pending().await
}
