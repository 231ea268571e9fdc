//! One connection's work: it is pulled on its schedule, and what is decided for it is sent, both with one client and side by side.

use std::future::pending;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use quarterdeck_sync::engine::{self, ContentOptions, Event, Opened, SyncOptions};
use quarterdeck_sync::model::{Kind, ListKey, Timestamp, WriteState};
use quarterdeck_sync::outbox::sender::{Nudge, SendEvent, SendOptions, send};
use quarterdeck_sync::outbox::{Outbox, history};
use quarterdeck_sync::platform::{Client, FetchKind};
use quarterdeck_sync::store::Mirror;
use tokio::sync::{Notify, watch};

use super::{LiveEvent, Shared};
use crate::config::{self, Connection};

/// How long sending rests after a file of ours failed.
const REST: Duration = Duration::from_secs(30);

/// One connection, as the rest of the live side handles it.
#[derive(Debug)]
pub struct Line {
    pub name: String,
    /// It is to be pulled now.
    pub wake: Notify,
    /// Its key may have been mended: it is asked for again, where it is kept.
    pub mended: AtomicBool,
    client: watch::Sender<Option<Client>>,
    /// Its lists were pulled: contents may be due.
    pulled: Notify,
}

impl Line {
    pub fn new(name: String) -> Self {
        Self {
            name,
            wake: Notify::new(),
            mended: AtomicBool::new(false),
            client: watch::Sender::new(None),
            pulled: Notify::new(),
        }
    }
}

/// Pulls one connection again and again. One whose key is missing or not accepted is tried less and less often: a
/// platform may lock an account out, and a secret's command may ask a person each time.
pub async fn keep_fresh(line: Arc<Line>, connection: Connection, shared: Arc<Shared>) {
    let mut client: Option<Client> = None;
    let mut refusals = 0;
    loop {
        if line.mended.swap(false, Ordering::Relaxed) {
            client = None;
        }
        if client.is_none() {
            client = make_client(&line.name, &connection, &shared).await;
            if client.is_some() {
                // The sender keeps the last one that could be made: nothing on its way is dropped for a refused pull.
                line.client.send_replace(client.clone());
            }
        }
        let accepted = match &client {
            Some(ready) => pull(ready, &shared).await,
            None => false,
        };
        if accepted {
            refusals = 0;
            line.pulled.notify_one();
        } else {
            // The key may be changed where it is kept: ask there again.
            client = None;
            refusals += 1;
        }
        tokio::select! {
            () = tokio::time::sleep(jittered(after(shared.every, refusals))) => {}
            () = line.wake.notified() => {}
        }
    }
}

/// Fetches the contents of one connection after each pull of its lists, beside whatever else is done: they wait for everything
/// else in the rate budget, and nothing waits for them. Never ends.
pub async fn keep_content(line: Arc<Line>, shared: Arc<Shared>) {
    let mut options = shared.options.clone();
    loop {
        line.pulled.notified().await;
        let Some(client) = line.client.borrow().clone() else { continue };
        let tell = |event: Event| (shared.tell)(LiveEvent::Sync(event));
        match engine::contents(&shared.mirror, &client, &options, &tell).await {
            Ok(report) => {
                // Those that wait were asked for once because somebody asked for everything: from now on they wait again.
                options.full = false;
                let (connection, report) = (line.name.clone(), Box::new(report));
                (shared.tell)(LiveEvent::Contents { connection, report });
            }
            Err(error) => {
                (shared.tell)(LiveEvent::Problem(format!("{}: no contents are fetched: {error}", line.name)));
                tokio::time::sleep(REST).await;
            }
        }
    }
}

/// Fetches one content for somebody who opens it, before anything else.
pub async fn open(line: Option<Arc<Line>>, list: ListKey, id: String, shared: Arc<Shared>) {
    let client = line.and_then(|line| line.client.borrow().clone());
    let outcome = match client {
        Some(client) => engine::fetch_content(&shared.mirror, &client, &list, &id, Timestamp::now).await,
        None => Ok(Opened::Failed(format!("{} cannot be asked: its key is missing or not accepted", list.connection))),
    };
    let outcome = outcome.unwrap_or_else(|error| Opened::Failed(error.to_string()));
    (shared.tell)(LiveEvent::Opened { list, id, outcome });
}

/// Sends what is decided for one connection, for ever, as soon as there is a client.
pub async fn keep_sending(line: Arc<Line>, outbox: Outbox, nudges: watch::Receiver<Nudge>, shared: Arc<Shared>) {
    let mut clients = line.client.subscribe();
    let options = SendOptions { forever: true, nudges: Some(nudges), ..SendOptions::default() };
    let on_event = |event: SendEvent| {
        if let SendEvent::Moved(write) = &event
            && write.state == WriteState::Confirmed
            && write.intent.kind == Kind::Policy
        {
            tokio::spawn(keep_policies(outbox.clone(), shared.mirror.clone()));
        }
        (shared.tell)(LiveEvent::Send(event));
    };
    loop {
        let client = clients.borrow_and_update().clone();
        let sending = async {
            match &client {
                Some(client) => send(&outbox, &shared.mirror, client, &options, &on_event).await,
                None => pending().await,
            }
        };
        tokio::select! {
            ended = sending => {
                if let Err(error) = ended {
                    (shared.tell)(LiveEvent::Problem(format!("{}: nothing is sent: {error}", line.name)));
                }
                tokio::time::sleep(REST).await;
            }
            Ok(()) = clients.changed() => {}
        }
    }
}

/// Keeps the versions of policies that the mirror has not shown before.
async fn keep_policies(outbox: Outbox, mirror: Mirror) {
    let kept = tokio::task::spawn_blocking(move || {
        let reader = mirror.reader()?;
        history::keep(&outbox, &reader, Timestamp::now())
    });
    if let Ok(Err(error)) = kept.await {
        crate::log::history_failed(&error.to_string());
    }
}

/// Time to the next pull: doubled with each refusal in a row, up to an hour more.
pub fn after(every: Duration, refusals: u32) -> Duration {
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
    // Contents take as long as they take, and have a task of their own.
    let options = SyncOptions { content: ContentOptions::default(), ..shared.options.clone() };
    let report = match engine::sync(&shared.mirror, std::slice::from_ref(client), &options, &tell).await {
        Ok(report) => report,
        Err(error) => {
            (shared.tell)(LiveEvent::Problem(error.to_string()));
            return true;
        }
    };
    if let Err(error) = shared.mirror.settle().await {
        (shared.tell)(LiveEvent::Problem(error.to_string()));
    }
    if let Some(outbox) = &shared.outbox {
        keep_policies(outbox.clone(), shared.mirror.clone()).await;
    }
    report.connections.iter().for_each(crate::log::pulled);
    !report.connections.iter().filter_map(|one| one.error.as_ref()).any(|e| e.kind == Some(FetchKind::Unauthorized))
}

/// Nine to eleven tenths of `every`, so that many consoles do not ask at the same moment.
fn jittered(every: Duration) -> Duration {
    let random = RandomState::new().build_hasher().finish() % 1024;
    every.mul_f64(0.9 + 0.2 * random as f64 / 1024.0)
}
