//! The outbox, as the live side watches it: who changes it, which connections a person has mended, which deadlines pass.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use quarterdeck_sync::model::Timestamp;
use quarterdeck_sync::outbox::sender::{Nudge, expire};
use quarterdeck_sync::outbox::{Outbox, OutboxError};
use tokio::sync::watch;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep, sleep_until};

use super::line::Line;
use super::{LiveEvent, Tell};

/// How often the file is looked at for what others do to it.
const LOOK: Duration = Duration::from_millis(250);

/// Between two tellings of a commit: a flush makes hundreds a second, and no screen shows as many.
const TELL: Duration = Duration::from_millis(50);

/// The longest sleep before a deadline is looked at again: a machine may have slept meanwhile.
const NAP: Duration = Duration::from_secs(60);

/// The shortest: a list of all that waits is read each time.
const BREATH: Duration = Duration::from_secs(5);

/// Tells of every commit, whoever made it, and nudges the senders about those of others. Never ends.
pub async fn tell_changes(outbox: Outbox, nudges: Arc<watch::Sender<Nudge>>, tell: Tell) {
    let mut commits = outbox.commits();
    let mut looks = interval(LOOK);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut known = outbox.version().ok();
    loop {
        let ours = tokio::select! {
            changed = commits.changed() => changed.is_ok(),
            _ = looks.tick() => false,
        };
        let version = outbox.version().ok();
        if !ours && version == known {
            continue;
        }
        known = version;
        if !ours {
            nudges.send_modify(|nudge| nudge.changed += 1);
        }
        tell(LiveEvent::Commit);
        sleep(TELL).await;
    }
}

/// Wakes a connection that a person has let go on. Never ends.
pub async fn wake_mended(outbox: Outbox, lines: Vec<Arc<Line>>, mut nudges: watch::Receiver<Nudge>) {
    let mut commits = outbox.commits();
    let mut before = paused(&outbox).await.unwrap_or_default();
    loop {
        tokio::select! {
            Ok(()) = commits.changed() => {}
            Ok(()) = nudges.changed() => {}
            else => return std::future::pending().await,
        }
        if let Ok(now) = paused(&outbox).await {
            for line in lines.iter().filter(|line| before.contains(&line.name) && !now.contains(&line.name)) {
                line.mended.store(true, Ordering::Relaxed);
                line.wake.notify_one();
            }
            before = now;
        }
        sleep(TELL).await;
    }
}

async fn paused(outbox: &Outbox) -> Result<BTreeSet<String>, OutboxError> {
    let outbox = outbox.clone();
    let asked = tokio::task::spawn_blocking(move || outbox.paused()).await;
    Ok(asked.unwrap_or(Err(OutboxError::Stopped))?.into_iter().map(|paused| paused.connection).collect())
}

/// Lets deadlines pass, also of connections that nothing can be sent to. Never ends.
pub async fn pass_deadlines(outbox: Outbox, mut nudges: watch::Receiver<Nudge>, tell: Tell) {
    let mut commits = outbox.commits();
    loop {
        let on_event = |event| tell(LiveEvent::Send(event));
        let wait = match expire(&outbox, Timestamp::now, &on_event).await {
            Ok(next) => next.map(|at| {
                let left = Duration::try_from(at.duration_since(Timestamp::now())).unwrap_or(Duration::ZERO);
                left.min(NAP)
            }),
            Err(error) => {
                tell(LiveEvent::Problem(error.to_string()));
                Some(NAP)
            }
        };
        let rested = Instant::now() + BREATH;
        tokio::select! {
            () = async { sleep(wait.unwrap_or(NAP)).await }, if wait.is_some() => continue,
            Ok(()) = commits.changed() => {}
            Ok(()) = nudges.changed() => {}
            else => return std::future::pending().await,
        }
        sleep_until(rested).await;
    }
}
