//! `qd sync --watch`: the engine in the background, and this thread to tell and to stop it.

use std::sync::Arc;
use std::time::Duration;

use quarterdeck_sync::engine::{ContentReport, Event};
use quarterdeck_sync::model::{Timestamp, WriteState};
use quarterdeck_sync::outbox::sender::SendEvent;

use super::Job;
use super::follow::{Follower, Show};
use super::report::{Pulled, of_contents, pulled};
use crate::cli::columns::grouped;
use crate::cli::context::Context;
use crate::config::Lease;
use crate::error::{Code, Failure, Kind};
use crate::live::{Live, LiveEvent, Plan};
use crate::stop::stop_asked;

/// Pulls every connection each `every`, with the lease held, until somebody stops it or leaves stdout.
pub fn run(cx: &Context, job: Job, lease: Lease, every: Duration) -> Result<Code, Failure> {
    // A mirror that cannot be opened is told now, by failing, and not again and again.
    drop(cx.mirror_to_write()?);
    // Bars would be for one sync; over hours a line for each is what a log or a person can use.
    let show = if Show::of(cx) == Show::Lines { Show::Lines } else { Show::Nothing };
    let follower = Follower::start(show)?;
    let (teller, talker) = (follower.teller(), Arc::new(cx.clone()));
    let plan = Plan {
        paths: cx.paths.clone(),
        settings: job.settings,
        registry: job.registry,
        connections: job.connections,
        options: job.options,
        every,
        command: "sync --watch".to_owned(),
        outbox: Some(cx.outbox()?),
        lease: Some(lease),
    };
    let runtime = cx.runtime()?;
    let live = Live::start(plan, move |event| match event {
        LiveEvent::Sync(event) => {
            if let Event::Finished(report) = &event {
                talker.say(&line(&pulled(report.clone())));
            }
            teller.tell(event);
        }
        LiveEvent::Contents { connection, report } => {
            if let Some(line) = fetched(Timestamp::now(), &connection, &report) {
                talker.say(&line);
            }
            teller.tell_contents(connection, report);
        }
        LiveEvent::Send(event) => {
            if let Some(line) = written(&event) {
                talker.say(&line);
            }
            teller.tell_write(event);
        }
        LiveEvent::Problem(text) => talker.warn(&text),
        LiveEvent::Commit | LiveEvent::LeaseTaken | LiveEvent::LeaseHeldBy(_) | LiveEvent::Opened { .. } => {}
    })
    .map_err(|error| Failure::new(Kind::Internal, error.to_string()))?;
    runtime.block_on(async {
        tokio::select! {
            () = stop_asked() => {}
            () = follower.gone() => {}
        }
    });
    drop(live);
    follower.finish()?;
    Ok(Code::Done)
}

/// What became of a write, for a log; nothing while it is only on its way.
fn written(event: &SendEvent) -> Option<String> {
    match event {
        SendEvent::Moved(write) if write.state == WriteState::Sending => None,
        SendEvent::Moved(write) => {
            let intent = &write.intent;
            let target = intent.target.as_deref().unwrap_or("something new");
            let why = write.verdict.as_ref().map(|verdict| format!(" ({})", verdict.message)).unwrap_or_default();
            let (at, connection) = (write.updated_at, &intent.connection);
            Some(format!("{at:.0} {connection}: {} {target}: {}{why}", intent.verb, write.state))
        }
        SendEvent::Paused { connection, message } => {
            Some(format!("{connection}: nothing is sent until `qd connect test {connection}` succeeds: {message}"))
        }
    }
}

/// What became of the contents that were due after a pull, for a log; nothing where none were, and none fail. They come in a time
/// of their own, after the line of the pull.
fn fetched(at: Timestamp, connection: &str, report: &ContentReport) -> Option<String> {
    let troubles = of_contents(report);
    if report.done() == 0 && troubles.is_empty() {
        return None;
    }
    let came = format!("{} of {} contents", grouped(report.fetched + report.unchanged), grouped(report.due));
    let rest = troubles.iter().map(|trouble| format!("; {trouble}"));
    Some(format!("{at:.0} {connection}: {came}{}", rest.collect::<String>()))
}

/// One pull of one connection, for a log.
fn line(result: &Pulled) -> String {
    let report = &result.report;
    let sum = |of: fn(&quarterdeck_sync::engine::ListReport) -> u64| grouped(report.lists.iter().map(of).sum());
    let end = match (&report.error, result.kind) {
        (Some(error), _) => format!("failed: {}", error.message),
        (None, Some(kind)) => format!("failed: {}", kind.as_str()),
        (None, None) => format!(
            "{} new, {} changed, {} gone, {} requests",
            sum(|list| list.inserted),
            sum(|list| list.updated),
            sum(|list| list.gone),
            grouped(report.traffic.requests)
        ),
    };
    format!("{:.0} {}: {end}", report.ended_at, report.connection)
}

#[cfg(test)]
mod tests {
    use quarterdeck_sync::model::ContentPolicy;

    use super::*;

    #[test]
    fn contents_have_a_line_of_their_own_when_there_is_something_to_tell() {
        let told = |report: &ContentReport| fetched(Timestamp::UNIX_EPOCH, "a", report);
        let quiet = ContentReport::new(ContentPolicy::All);
        assert_eq!(told(&quiet), None);
        let came = ContentReport { due: 1_200, fetched: 1_100, unchanged: 100, ..quiet.clone() };
        assert_eq!(told(&came).as_deref(), Some("1970-01-01T00:00:00Z a: 1,200 of 1,200 contents"));
        let refused = ContentReport { due: 3, waiting: 3, message: Some("slow down".to_owned()), ..quiet };
        let line = told(&refused).expect("a line");
        assert!(line.ends_with("a: 0 of 3 contents; 3 wait for the next sync: slow down"), "{line}");
    }
}
