//! The engine at work in the background, for the console and for `qd sync --watch`.
//!
//! One thread with an executor of its own. With the lease, every connection is pulled on its own schedule, so that a slow or
//! refused one holds up no other. Without it, the mirror is only watched for what its holder commits, and the lease is taken as
//! soon as it is free. What happens is told through one callback, which must not block.
//!
//! Always true: dropping a [`Live`] stops the work, ends the mirror's writer and frees the lease before it returns.

mod others;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::future::pending;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use quarterdeck_sync::engine::{self, SyncOptions};
use quarterdeck_sync::platform::{Client, FetchKind, Registry};
use quarterdeck_sync::store::{Access, Mirror};
use tokio::sync::{Notify, mpsc};
use tokio::task::JoinSet;

use self::others::Others;
use crate::config::{self, Connection, Lease, LeaseError, Paths, Settings};

/// How often another process's commits, and its end, are looked for.
const LOOK: Duration = Duration::from_millis(500);

/// What to work on.
#[derive(Debug)]
pub struct Plan {
    /// Where the mirror and the lease are.
    pub paths: Paths,
    /// Timeouts, reserve and the like.
    pub settings: Settings,
    /// The platforms.
    pub registry: Registry,
    /// The connections to pull.
    pub connections: Vec<(String, Connection)>,
    /// How each is pulled.
    pub options: SyncOptions,
    /// Time between two pulls of one connection.
    pub every: Duration,
    /// What this process calls itself to others that want the lease: `console`.
    pub command: String,
    /// The lease, when it is held already.
    pub lease: Option<Lease>,
}

/// Something to do now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ask {
    /// Pull this connection, or all of them, without waiting for their turn.
    SyncNow(Option<String>),
    /// Stop.
    Stop,
}

/// What happened.
#[derive(Debug, Clone)]
#[expect(clippy::large_enum_variant, reason = "a few a second, each moved twice: a box would cost more than it saves")]
pub enum LiveEvent {
    /// A sync moved on.
    Sync(engine::Event),
    /// The mirror changed, by us or by another process.
    Commit,
    /// We pull from now on.
    LeaseTaken,
    /// Another process pulls: who, for a person.
    LeaseHeldBy(String),
    /// Something stands in the way: for a person. It is tried again.
    Problem(String),
}

/// The work in the background.
#[derive(Debug)]
pub struct Live {
    asks: mpsc::UnboundedSender<Ask>,
    thread: Option<JoinHandle<()>>,
}

type Tell = Arc<dyn Fn(LiveEvent) + Send + Sync>;

impl Live {
    /// Starts it. `tell` is called from its threads and must not block.
    ///
    /// # Errors
    /// When no thread can be had.
    pub fn start(plan: Plan, tell: impl Fn(LiveEvent) + Send + Sync + 'static) -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("qd-live")
            .enable_all()
            .build()?;
        let (asks, inbox) = mpsc::unbounded_channel();
        let tell: Tell = Arc::new(tell);
        let thread = std::thread::Builder::new().name("qd-live-main".to_owned()).spawn(move || {
            runtime.block_on(work(plan, inbox, tell));
            // A look at another process's mirror may still be under way; nobody waits for it.
            runtime.shutdown_background();
        })?;
        Ok(Self { asks, thread: Some(thread) })
    }

    /// Asks for something; without effect once it has stopped.
    pub fn ask(&self, ask: Ask) {
        let _ = self.asks.send(ask);
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        self.ask(Ask::Stop);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Everything one connection's work needs.
struct Shared {
    mirror: Mirror,
    settings: Settings,
    registry: Registry,
    options: SyncOptions,
    every: Duration,
    tell: Tell,
}

async fn work(mut plan: Plan, mut inbox: mpsc::UnboundedReceiver<Ask>, tell: Tell) {
    // Kept to the end of this function: the lease must outlive every write.
    let _lease = match plan.lease.take() {
        Some(lease) => lease,
        None => match wait_for_lease(&plan, &mut inbox, &tell).await {
            Some(lease) => lease,
            None => return,
        },
    };
    tell(LiveEvent::LeaseTaken);
    let mirror = match Mirror::open(&plan.paths.mirror(), Access::ReadWrite) {
        Ok(mirror) => mirror,
        Err(error) => {
            tell(LiveEvent::Problem(error.to_string()));
            return stopped(&mut inbox).await;
        }
    };
    let mut tasks = JoinSet::new();
    tasks.spawn(tell_commits(mirror.clone(), tell.clone()));
    let shared = Arc::new(Shared {
        mirror,
        settings: plan.settings,
        registry: plan.registry,
        options: plan.options,
        every: plan.every,
        tell,
    });
    let mut wake: BTreeMap<String, Arc<Notify>> = BTreeMap::new();
    for (name, connection) in plan.connections {
        let notify = Arc::new(Notify::new());
        tasks.spawn(keep_fresh(name.clone(), connection, shared.clone(), notify.clone()));
        wake.insert(name, notify);
    }
    loop {
        tokio::select! {
            ask = inbox.recv() => match ask {
                Some(Ask::SyncNow(which)) => wake
                    .iter()
                    .filter(|(name, _)| which.as_ref().is_none_or(|which| which == *name))
                    .for_each(|(_, notify)| notify.notify_one()),
                Some(Ask::Stop) | None => break,
            },
            // No task ends by itself: only a bug of ours ends one, and the others go on.
            Some(_) = tasks.join_next() => {
                (shared.tell)(LiveEvent::Problem("a bug in qd stopped the sync of a connection: see qd.log".to_owned()));
            }
        }
    }
    // Ends with every task's handle on the mirror gone, so that dropping ours joins its writer.
    tasks.shutdown().await;
    if let Some(shared) = Arc::into_inner(shared) {
        let _ = tokio::task::spawn_blocking(move || drop(shared.mirror)).await;
    }
}

/// Takes the lease; while another has it, tells what that one commits. `None`: asked to stop.
async fn wait_for_lease(plan: &Plan, inbox: &mut mpsc::UnboundedReceiver<Ask>, tell: &Tell) -> Option<Lease> {
    let mut told: Option<String> = None;
    let mut others = Some(Others::new(plan.paths.mirror()));
    let mut first = true;
    loop {
        let (who, event): (String, fn(String) -> LiveEvent) = match Lease::take(&plan.paths.lease(), &plan.command) {
            Ok(lease) => return Some(lease),
            Err(LeaseError::Held { holder: Some(holder) }) => (holder.to_string(), LiveEvent::LeaseHeldBy),
            Err(LeaseError::Held { holder: None }) => ("another qd".to_owned(), LiveEvent::LeaseHeldBy),
            Err(LeaseError::Config(error)) => (error.to_string(), LiveEvent::Problem),
        };
        if told.as_ref() != Some(&who) {
            tell(event(who.clone()));
            told = Some(who);
        }
        if let Some(mut asked) = others.take() {
            let looked = tokio::task::spawn_blocking(move || {
                let changed = asked.look();
                (changed, asked)
            });
            if let Ok((changed, back)) = looked.await {
                others = Some(back);
                // The first look only learns how things are.
                if changed && !first {
                    tell(LiveEvent::Commit);
                }
                first = false;
            }
        }
        tokio::select! {
            () = tokio::time::sleep(LOOK) => {}
            () = stopped(inbox) => return None,
        }
    }
}

/// Waits until somebody asks to stop, or nobody can ask any more.
async fn stopped(inbox: &mut mpsc::UnboundedReceiver<Ask>) {
    while let Some(Ask::SyncNow(_)) = inbox.recv().await {}
}

async fn tell_commits(mirror: Mirror, tell: Tell) {
    let mut commits = mirror.commits();
    while commits.changed().await.is_ok() {
        tell(LiveEvent::Commit);
    }
    pending::<()>().await;
}

/// Pulls one connection again and again. One whose key is missing or not accepted is tried less and less often: a
/// platform may lock an account out, and a secret's command may ask a person each time.
async fn keep_fresh(name: String, connection: Connection, shared: Arc<Shared>, wake: Arc<Notify>) {
    let mut client: Option<Client> = None;
    let mut refusals = 0;
    loop {
        if client.is_none() {
            client = make_client(&name, &connection, &shared).await;
        }
        let accepted = match &client {
            Some(ready) => pull(ready, &shared).await,
            None => false,
        };
        if accepted {
            refusals = 0;
        } else {
            // The key may be changed where it is kept: ask there again.
            client = None;
            refusals += 1;
        }
        tokio::select! {
            () = tokio::time::sleep(jittered(after(shared.every, refusals))) => {}
            () = wake.notified() => {}
        }
    }
}

/// Time to the next pull: doubled with each refusal in a row, up to an hour more.
fn after(every: Duration, refusals: u32) -> Duration {
    let grown = every.saturating_mul(1 << refusals.min(12));
    grown.min(every + Duration::from_secs(60 * 60))
}

async fn make_client(name: &str, connection: &Connection, shared: &Shared) -> Option<Client> {
    let (asked, connection) = (name.to_owned(), connection.clone());
    let (settings, registry) = (shared.settings.clone(), shared.registry.clone());
    let (sender, receiver) = tokio::sync::oneshot::channel();
    // A thread of its own, with nothing of the mirror: a secret's command must not keep that open.
    std::thread::spawn(move || {
        let _ = sender.send(config::client(&asked, &connection, &registry, &settings));
    });
    match receiver.await {
        Ok(Ok(client)) => Some(client),
        Ok(Err(failure)) => {
            (shared.tell)(LiveEvent::Problem(format!("{name}: {failure}")));
            None
        }
        Err(_) => None,
    }
}

/// One sync of one connection; `false` when its key was not accepted.
async fn pull(client: &Client, shared: &Shared) -> bool {
    let tell = |event| (shared.tell)(LiveEvent::Sync(event));
    let report = match engine::sync(&shared.mirror, std::slice::from_ref(client), &shared.options, &tell).await {
        Ok(report) => report,
        Err(error) => {
            (shared.tell)(LiveEvent::Problem(error.to_string()));
            return true;
        }
    };
    if let Err(error) = shared.mirror.settle().await {
        (shared.tell)(LiveEvent::Problem(error.to_string()));
    }
    report.connections.iter().for_each(crate::log::pulled);
    !report.connections.iter().filter_map(|one| one.error.as_ref()).any(|e| e.kind == Some(FetchKind::Unauthorized))
}

/// Nine to eleven tenths of `every`, so that many consoles do not ask at the same moment.
fn jittered(every: Duration) -> Duration {
    let random = RandomState::new().build_hasher().finish() % 1024;
    every.mul_f64(0.9 + 0.2 * random as f64 / 1024.0)
}
