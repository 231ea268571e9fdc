//! `qd sync`: pulls the platforms into the mirror, once or again and again.
//!
//! What happens is told by the engine as events, which go through one queue to one thread ([`follow::Follower`]): bars on
//! a terminal, lines of JSON, or nothing. The engine never waits for stdout or stderr.

mod bars;
mod follow;
pub mod report;
mod watch;

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use futures_util::future::{try_join, try_join_all};
use quarterdeck_sync::engine::{self, ContentOptions, SyncOptions};
use quarterdeck_sync::model::{ContentPolicy, Timestamp};
use quarterdeck_sync::outbox::sender::{SendEvent, SendOptions, expire, send};
use quarterdeck_sync::outbox::{Outbox, history};
use quarterdeck_sync::platform::{Client, Registry};
use quarterdeck_sync::store::Mirror;

use self::follow::{Follower, Show};
use self::report::Pulled;
use crate::cli::context::Context;
use crate::cli::out::{Form, Out, talk};
use crate::cli::style::Style;
use crate::config::{self, Connection, Lease, Settings};
use crate::error::{Code, Failure, Kind};
use crate::names::nearest;
use crate::search::{Keeper, KeeperEvent, KeeperPlan};
use crate::stop::stop_asked;

/// Arguments of `sync`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Connections to pull; all when none is named
    names: Vec<String>,
    /// Read every list completely, whatever is known of it
    #[arg(long)]
    full: bool,
    /// Only these collections, separated by commas
    #[arg(long, value_name = "COLLECTION", value_delimiter = ',')]
    only: Vec<String>,
    /// Contents to fetch: all, recent:30d, none (default: content.policy in config.toml)
    #[arg(long, value_name = "POLICY")]
    content: Option<ContentPolicy>,
    /// Believe a platform that no longer lists most of what it did
    #[arg(long)]
    accept_gone: bool,
    /// Go on until stopped
    #[arg(long)]
    watch: bool,
    /// Time between two pulls: 90s, 5m, 1h (default: refresh in config.toml)
    #[arg(long, requires = "watch", value_parser = config::parse_duration)]
    every: Option<Duration>,
}

/// What to pull, and how.
struct Job {
    connections: Vec<(String, Connection)>,
    registry: Registry,
    settings: Settings,
    options: SyncOptions,
}

/// Runs it.
pub fn run(cx: &Context, args: Args) -> Result<Code, Failure> {
    if args.watch && cx.form == Form::Json {
        return Err(
            Failure::usage("--watch has no end, and so no one report").hint("--ndjson tells each event on a line")
        );
    }
    let job = job(cx, &args)?;
    cx.paths.make_data_dir()?;
    let lease = Lease::take(&cx.paths.lease(), if args.watch { "sync --watch" } else { "sync" })?;
    if args.watch {
        let every = args.every.unwrap_or(job.settings.refresh);
        return watch::run(cx, job, lease, every);
    }
    let results = pull(cx, &job, &lease)?;
    show(cx, &results)?;
    Ok(report::verdict(&results))
}

fn job(cx: &Context, args: &Args) -> Result<Job, Failure> {
    let connections = cx.connections()?;
    if connections.is_empty() {
        return Err(Failure::usage("there is nothing to sync: no connection is configured")
            .hint("qd connect add NAME --platform P --url U, or qd demo to look around without an account"));
    }
    let connections = connections.pick(&args.names)?;
    let (registry, settings) = (cx.registry(), cx.settings()?);
    check_only(&args.only, &connections, &registry)?;
    let content = settings.content_options();
    let options = SyncOptions {
        full: args.full,
        content: ContentOptions { policy: args.content.unwrap_or(content.policy), ..content },
        accept_gone: args.accept_gone,
        collections: args.only.clone(),
        ..settings.sync_options()
    };
    Ok(Job { connections, registry, settings, options })
}

/// A collection that none of the connections has is a mistake, not an empty sync.
fn check_only(only: &[String], connections: &[(String, Connection)], registry: &Registry) -> Result<(), Failure> {
    let manifests: Vec<_> = connections.iter().filter_map(|(_, one)| registry.get(&one.platform)).collect();
    let known = || manifests.iter().flat_map(|manifest| manifest.collections.keys().map(String::as_str));
    match only.iter().find(|name| !known().any(|known| known == *name)) {
        None => Ok(()),
        Some(name) => {
            let hint = match nearest(name, known()) {
                Some(near) => format!("did you mean {near}?"),
                None => "qd platform show NAME lists a platform's collections".to_owned(),
            };
            Err(Failure::usage(format!("--only: none of these connections has a collection called {name:?}"))
                .hint(hint))
        }
    }
}

/// One sync of every connection, with its progress told; shows no report.
pub fn everything(cx: &Context) -> Result<Vec<Pulled>, Failure> {
    let settings = cx.settings()?;
    let job = Job {
        connections: cx.connections()?.pick(&[])?,
        registry: cx.registry(),
        options: settings.sync_options(),
        settings,
    };
    cx.paths.make_data_dir()?;
    let lease = Lease::take(&cx.paths.lease(), "sync")?;
    pull(cx, &job, &lease)
}

/// One sync from beginning to end, with what waits in the outbox sent beside it. The lease is held by whoever calls.
fn pull(cx: &Context, job: &Job, _held: &Lease) -> Result<Vec<Pulled>, Failure> {
    let (mirror, outbox) = (cx.mirror_to_write()?, cx.outbox()?);
    let made = config::clients(&job.connections, &job.registry, &job.settings);
    let clients: Vec<Client> = made.iter().filter_map(|one| one.as_ref().ok().cloned()).collect();
    let follower = Follower::start(Show::of(cx))?;
    let teller = follower.teller();
    let runtime = cx.runtime()?;
    let moved = Mutex::new(BTreeMap::new());
    let keeper = Keeper::start(KeeperPlan::new(&cx.paths, &job.settings), {
        let cx = cx.clone();
        move |event| match event {
            KeeperEvent::Problem(text) => cx.warn(&text),
            KeeperEvent::Committed => {}
        }
    })?;
    let synced = runtime.block_on(async {
        let tell = |event| teller.tell(event);
        let tell_write = |event: SendEvent| {
            if let SendEvent::Moved(write) = &event {
                let mut moved = moved.lock().unwrap_or_else(PoisonError::into_inner);
                moved.insert(write.id.clone(), (**write).clone());
            }
            teller.tell_write(event);
        };
        let work = async {
            let pulled = async { Ok(engine::sync(&mirror, &clients, &job.options, &tell).await?) };
            let (report, ()) = try_join(pulled, send_all(&outbox, &mirror, &clients, &tell_write)).await?;
            // What was decided, or came due, while lists were read.
            send_all(&outbox, &mirror, &clients, &tell_write).await?;
            mirror.settle().await?;
            finished(&keeper).await;
            Ok::<_, Failure>(report)
        };
        tokio::select! {
            () = wake(&mirror, &keeper) => Ok(None),
            report = work => report.map(Some),
            () = stop_asked() => Ok(None),
            () = follower.gone() => Ok(None),
        }
    });
    drop(runtime);
    drop(keeper);
    let told = follower.finish();
    let report = synced?;
    told?;
    let Some(report) = report else {
        return Err(Failure::new(Kind::Stopped, "stopped before the end")
            .hint("what was read is kept; the next sync goes on from there"));
    };
    if let Err(error) = history::keep(&outbox, &mirror.reader()?, Timestamp::now()) {
        cx.warn(&format!("versions of policies were not kept: {error}"));
    }
    let results = report::collect(&job.connections, made, report);
    results.iter().for_each(|one| crate::log::pulled(&one.report));
    let moved = moved.into_inner().unwrap_or_else(PoisonError::into_inner);
    Ok(report::with_writes(results, moved.into_values().collect(), outbox.paused()?))
}

/// Wakes the index's keeper with every commit of the mirror, as long as there is one.
async fn wake(mirror: &Mirror, keeper: &Keeper) {
    let (mut commits, waker) = (mirror.commits(), keeper.waker());
    while commits.changed().await.is_ok() {
        waker.wake();
    }
}

/// Waits until the index has everything that the mirror has.
async fn finished(keeper: &Keeper) {
    keeper.finish();
    while !keeper.has_ended() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Sends what is open to these connections, as far as it can be sent now; deadlines pass everywhere.
async fn send_all(
    outbox: &Outbox,
    mirror: &Mirror,
    clients: &[Client],
    tell: &(dyn Fn(SendEvent) + Send + Sync),
) -> Result<(), Failure> {
    expire(outbox, Timestamp::now, tell).await?;
    let options = SendOptions::default();
    try_join_all(clients.iter().map(|client| send(outbox, mirror, client, &options, tell))).await?;
    Ok(())
}

fn show(cx: &Context, results: &[Pulled]) -> Result<(), Failure> {
    let mut out = Out::new();
    match cx.form {
        Form::Ndjson => {
            // Those that could be asked were told by the engine already.
            for result in results.iter().filter(|one| !one.asked) {
                out.json(&report::finished(result))?;
            }
        }
        Form::Plain if cx.style.terminal => out.raw(&report::plain(&cx.style, results))?,
        form => {
            out.json(&report::json(results))?;
            if form == Form::Plain {
                // Nobody looks at stdout, but who gets the mail of a scheduled job reads what is said here.
                talk(&report::troubles(&Style::plain(), results));
            }
        }
    }
    out.finish()
}
