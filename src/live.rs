//! The engine at work in the background, for the console and for `qd sync --watch`.
//!
//! One thread with an executor of its own. With the lease, every connection is pulled on its own schedule, so that a slow or
//! refused one holds up no other; beside that, what people decide is sent as soon as it is decided, by whatever process. Without
//! the lease, mirror and outbox are only watched for what others commit, and the lease is taken as soon as it is free. What
//! happens is told through one callback, which must not block.
//!
//! Always true: dropping a [`Live`] stops the work, ends the writers of mirror and index and frees the lease before it returns.

mod desk;
mod line;
mod others;
#[cfg(test)]
mod tests;

use std::future::pending;
use std::io;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use quarterdeck_sync::engine::{self, ContentReport, Opened, SyncOptions};
use quarterdeck_sync::model::ListKey;
use quarterdeck_sync::outbox::Outbox;
use quarterdeck_sync::outbox::sender::{Nudge, SendEvent};
use quarterdeck_sync::platform::Registry;
use quarterdeck_sync::store::{Access, Mirror};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

use self::line::Line;
use self::others::Others;
use crate::background::step_back;
use crate::config::{Connection, Lease, LeaseError, Paths, Settings};
use crate::search::{Keeper, KeeperEvent, KeeperPlan, Waker};

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
    /// What people decided; without it nothing is sent.
    pub outbox: Option<Outbox>,
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
    /// Try again now whatever waits in the outbox for its time.
    SendNow,
    /// Fetch the content of a record that somebody opens; what became of it is told as [`LiveEvent::Opened`].
    Open {
        /// Its list.
        list: ListKey,
        /// Its id.
        id: String,
    },
    /// Stop.
    Stop,
}

/// What happened.
#[derive(Debug, Clone)]
#[expect(clippy::large_enum_variant, reason = "a few a second, each moved twice: a box would cost more than it saves")]
pub enum LiveEvent {
    /// A sync moved on.
    Sync(engine::Event),
    /// A write moved on, or a connection was paused.
    Send(SendEvent),
    /// The contents of a connection that were due after a pull were asked for.
    Contents {
        /// The connection.
        connection: String,
        /// What became of them.
        report: Box<ContentReport>,
    },
    /// A content that was opened is here, or is not to be had.
    Opened {
        /// The record's list.
        list: ListKey,
        /// Its id.
        id: String,
        /// What became of it.
        outcome: Opened,
    },
    /// The mirror, the outbox or the search index changed, by us or by another process.
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
            .on_thread_start(step_back)
            .enable_all()
            .build()?;
        let (asks, inbox) = mpsc::unbounded_channel();
        let tell: Tell = Arc::new(tell);
        let thread = std::thread::Builder::new().name("qd-live-main".to_owned()).spawn(move || {
            step_back();
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
    outbox: Option<Outbox>,
    settings: Settings,
    registry: Registry,
    options: SyncOptions,
    every: Duration,
    tell: Tell,
}

async fn work(mut plan: Plan, mut inbox: mpsc::UnboundedReceiver<Ask>, tell: Tell) {
    let mut tasks = JoinSet::new();
    let nudges = Arc::new(watch::Sender::new(Nudge::default()));
    if let Some(outbox) = plan.outbox.clone() {
        tasks.spawn(desk::tell_changes(outbox, nudges.clone(), tell.clone()));
    }
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
    let keeper = keep_index(&plan, &tell);
    tasks.spawn(tell_commits(mirror.clone(), keeper.as_ref().map(Keeper::waker), tell.clone()));
    let shared = Arc::new(Shared {
        mirror,
        outbox: plan.outbox,
        settings: plan.settings,
        registry: plan.registry,
        options: plan.options,
        every: plan.every,
        tell,
    });
    let lines = start(&mut tasks, plan.connections, &shared, &nudges);
    let mut opening = JoinSet::new();
    loop {
        tokio::select! {
            ask = inbox.recv() => match ask {
                Some(Ask::SyncNow(which)) => lines
                    .iter()
                    .filter(|line| which.as_ref().is_none_or(|which| *which == line.name))
                    .for_each(|line| line.wake.notify_one()),
                Some(Ask::SendNow) => nudges.send_modify(|nudge| nudge.hurry += 1),
                Some(Ask::Open { list, id }) => {
                    let line = lines.iter().find(|line| line.name == list.connection).cloned();
                    opening.spawn(line::open(line, list, id, shared.clone()));
                }
                Some(Ask::Stop) | None => break,
            },
            Some(_) = opening.join_next() => {}
            // No task ends by itself: only a bug of ours ends one, and the others go on.
            Some(_) = tasks.join_next() => {
                (shared.tell)(LiveEvent::Problem("a bug in qd stopped the work of a connection: see qd.log".to_owned()));
            }
        }
    }
    end(opening, tasks, keeper, shared).await;
}

/// Ends with every task's handle on the mirror gone, so that dropping ours joins its writer.
async fn end(mut opening: JoinSet<()>, mut tasks: JoinSet<()>, keeper: Option<Keeper>, shared: Arc<Shared>) {
    opening.shutdown().await;
    tasks.shutdown().await;
    let _ = tokio::task::spawn_blocking(move || {
        drop(keeper);
        drop(Arc::into_inner(shared).map(|shared| shared.mirror));
    })
    .await;
}

/// Starts the work of every connection, and what goes with the outbox.
fn start(
    tasks: &mut JoinSet<()>,
    connections: Vec<(String, Connection)>,
    shared: &Arc<Shared>,
    nudges: &Arc<watch::Sender<Nudge>>,
) -> Vec<Arc<Line>> {
    let mut lines = Vec::new();
    for (name, connection) in connections {
        let line = Arc::new(Line::new(name));
        tasks.spawn(line::keep_fresh(line.clone(), connection, shared.clone()));
        tasks.spawn(line::keep_content(line.clone(), shared.clone()));
        if let Some(outbox) = &shared.outbox {
            tasks.spawn(line::keep_sending(line.clone(), outbox.clone(), nudges.subscribe(), shared.clone()));
        }
        lines.push(line);
    }
    if let Some(outbox) = &shared.outbox {
        tasks.spawn(desk::wake_mended(outbox.clone(), lines.clone(), nudges.subscribe()));
        tasks.spawn(desk::pass_deadlines(outbox.clone(), nudges.subscribe(), shared.tell.clone()));
    }
    lines
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
    while let Some(Ask::SyncNow(_) | Ask::SendNow | Ask::Open { .. }) = inbox.recv().await {}
}

/// Keeps the search index up to the mirror. Without it everything else goes on.
fn keep_index(plan: &Plan, tell: &Tell) -> Option<Keeper> {
    let told = tell.clone();
    let tell_event = move |event| {
        told(match event {
            KeeperEvent::Committed => LiveEvent::Commit,
            KeeperEvent::Problem(text) => LiveEvent::Problem(text),
        });
    };
    let kept = Keeper::start(KeeperPlan::new(&plan.paths, &plan.settings), tell_event);
    kept.inspect_err(|error| tell(LiveEvent::Problem(format!("the search index is not kept: {error}")))).ok()
}

async fn tell_commits(mirror: Mirror, index: Option<Waker>, tell: Tell) {
    let mut commits = mirror.commits();
    while commits.changed().await.is_ok() {
        index.iter().for_each(Waker::wake);
        tell(LiveEvent::Commit);
    }
    pending::<()>().await;
}
