//! The handle on running servers.

use std::fmt;
use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;
use tokio::sync::{oneshot, watch};

use crate::dialect::Dialect;
use crate::faults::{Limit, Matcher, RateHeaders, Script, Window};
use crate::options::{Options, Quirk, Scenario};
use crate::server::{Applied, Hook, Logged, Shared, SharedRef, listen, lock};
use crate::time::Time;
use crate::world::World;

/// Where one simulated platform is to be found, and what opens it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// `turen`, `exo`, `runagents`, `exo-documented` or `runagents-v1alpha`.
    pub name: String,
    /// The platform it speaks as: `exo` for both of Exo's forms.
    pub platform: String,
    /// Base URL, as an operator would paste it.
    pub url: String,
    /// Key that opens everything, where keys are taken.
    pub key: Option<String>,
    /// Key that may read only, where there are such.
    pub read_only_key: Option<String>,
    /// E-mail to sign in with, where people sign in.
    pub user: Option<String>,
    /// The password that goes with it.
    pub password: Option<String>,
}

/// Running servers. They stop when this is dropped.
pub struct Sim {
    shared: SharedRef,
    endpoints: Vec<Endpoint>,
    stop: watch::Sender<bool>,
    ended: Option<oneshot::Receiver<()>>,
}

impl fmt::Debug for Sim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sim").field("endpoints", &self.endpoints).finish_non_exhaustive()
    }
}

impl Sim {
    /// Builds the world and listens. The servers run on a thread of their own, so a caller's paused or blocked runtime
    /// does not stop them.
    ///
    /// # Errors
    /// When a port is taken, or the system refuses a socket or a thread.
    pub async fn start(options: Options) -> io::Result<Sim> {
        let time = Time::new(options.clock);
        let world = World::new(&options, time.now());
        let script = Script::new(options.seed);
        let mut listeners = Vec::new();
        let mut endpoints = Vec::new();
        for (index, (name, dialect)) in world.dialects().enumerate() {
            let port = if options.port == 0 { 0 } else { next_port(options.port, index)? };
            let listener = bind(port)?;
            listener.set_nonblocking(true)?;
            endpoints.push(endpoint(name, dialect, listener.local_addr()?.port()));
            listeners.push((listener, dialect));
            script.limit(name, generous(dialect, options.scenario));
        }
        let shared = Arc::new(Shared {
            world: Mutex::new(world),
            script,
            time,
            log: Mutex::default(),
            applied: Mutex::default(),
            hooks: Mutex::default(),
        });
        let (stop, stopped) = watch::channel(false);
        let (ending, ended) = oneshot::channel();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let servers = Arc::clone(&shared);
        std::thread::Builder::new().name("sim".to_owned()).spawn(move || {
            runtime.block_on(serve_all(listeners, servers, stopped));
            // Dropping the runtime closes what is still open.
            drop(runtime);
            let _ = ending.send(());
        })?;
        Ok(Sim { shared, endpoints, stop, ended: Some(ended) })
    }

    /// Where the platforms are, in the order of their ports.
    pub fn endpoints(&self) -> Vec<Endpoint> {
        self.endpoints.clone()
    }

    /// One of them; `None` when none has this name.
    pub fn endpoint(&self, name: &str) -> Option<Endpoint> {
        self.endpoints.iter().find(|endpoint| endpoint.name == name).cloned()
    }

    /// The faults in force, and the rate limits.
    pub fn script(&self) -> Script {
        self.shared.script.clone()
    }

    /// Every request since the start or the last `clear_log`, in the order of the answers; the latest 200,000 of them.
    pub fn log(&self) -> Vec<Logged> {
        lock(&self.shared.log).iter().cloned().collect()
    }

    /// Forgets the requests so far.
    pub fn clear_log(&self) {
        lock(&self.shared.log).clear();
    }

    /// Every write a server carried out, whether or not its answer was heard.
    pub fn applied(&self) -> Vec<Applied> {
        lock(&self.shared.applied).clone()
    }

    /// The simulator's time.
    pub fn now(&self) -> Timestamp {
        self.shared.time.now()
    }

    /// Moves the clock; a moving world takes the steps that fall due.
    pub fn advance(&self, by: Duration) {
        self.shared.time.advance(by);
        drop(self.shared.world());
    }

    /// Takes `n` steps: in each, one small thing happens on every platform.
    pub fn step(&self, n: u32) {
        self.change(|world| world.step(n));
    }

    /// Every row the server holds of a collection, as it would list them, of all partitions.
    pub fn truth(&self, endpoint: &str, collection: &str) -> Vec<Value> {
        self.shared.world().rows(endpoint, collection)
    }

    /// Adds `n` new rows as the platform would make them; their ids.
    pub fn insert(&self, endpoint: &str, collection: &str, n: u32) -> Vec<String> {
        self.change(|world| world.insert(endpoint, collection, n))
    }

    /// Puts a row as it stands, instead of one with the same id.
    pub fn put(&self, endpoint: &str, collection: &str, row: Value) -> bool {
        self.change(|world| world.put(endpoint, collection, row))
    }

    /// Takes a row away; `false` when it was not there.
    pub fn remove(&self, endpoint: &str, collection: &str, id: &str) -> bool {
        self.change(|world| world.remove(endpoint, collection, id))
    }

    /// Changes fields of a row; with `bump`, the time of its last change becomes now.
    pub fn edit(&self, endpoint: &str, collection: &str, id: &str, patch: &Value, bump: bool) -> bool {
        self.change(|world| world.edit(endpoint, collection, id, patch, bump))
    }

    /// Puts a quirk on a platform.
    pub fn quirk(&self, endpoint: &str, quirk: Quirk) {
        self.change(|world| world.quirk(endpoint, quirk));
    }

    /// Any change of the world, in one piece: no request is answered meanwhile.
    pub fn change<T>(&self, change: impl FnOnce(&mut World) -> T) -> T {
        change(&mut self.shared.world())
    }

    /// Changes the world just before the `nth` matching request from now on, counted from 1, is answered.
    pub fn at_request(&self, matcher: Matcher, nth: u64, change: impl FnOnce(&mut World) + Send + 'static) {
        lock(&self.shared.hooks).push(Hook { matcher, left: nth.max(1), change: Box::new(change) });
    }

    /// Stops the servers and waits until their ports are free.
    pub async fn shutdown(mut self) {
        let _ = self.stop.send(true);
        if let Some(ended) = self.ended.take() {
            let _ = ended.await;
        }
    }
}

impl Drop for Sim {
    fn drop(&mut self) {
        let _ = self.stop.send(true);
    }
}

async fn serve_all(listeners: Vec<(TcpListener, Dialect)>, shared: SharedRef, stop: watch::Receiver<bool>) {
    let mut tasks = Vec::new();
    for (index, (listener, dialect)) in listeners.into_iter().enumerate() {
        // A socket that was bound a moment ago: refused only when the process is out of descriptors.
        let Ok(listener) = tokio::net::TcpListener::from_std(listener) else { continue };
        tasks.push(tokio::spawn(listen(listener, Arc::clone(&shared), index, dialect, stop.clone())));
    }
    for task in tasks {
        let _ = task.await;
    }
}

fn bind(port: u16) -> io::Result<TcpListener> {
    let refused = |error: io::Error| io::Error::new(error.kind(), format!("127.0.0.1:{port}: {error}"));
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map_err(refused)
}

fn next_port(first: u16, index: usize) -> io::Result<u16> {
    let offset = u16::try_from(index).ok();
    offset.and_then(|offset| first.checked_add(offset)).ok_or_else(|| {
        io::Error::new(io::ErrorKind::InvalidInput, format!("five ports are needed from {first} on; the last is 65535"))
    })
}

fn endpoint(name: &str, dialect: Dialect, port: u16) -> Endpoint {
    let keys = dialect.credentials();
    Endpoint {
        name: name.to_owned(),
        platform: dialect.platform().to_owned(),
        url: format!("http://127.0.0.1:{port}{}", dialect.base()),
        key: keys.key.map(str::to_owned),
        read_only_key: keys.read_only.map(str::to_owned),
        user: keys.user.map(str::to_owned),
        password: keys.password.map(str::to_owned),
    }
}

/// Headers as the platform sends them over a limit that no demo, test or benchmark meets by chance.
fn generous(dialect: Dialect, scenario: Scenario) -> Limit {
    let requests = if matches!(scenario, Scenario::Huge { .. }) { 60_000_000 } else { 60_000 };
    let (window, headers) = match dialect {
        Dialect::Turen => (Window::Fixed, RateHeaders::EpochAlwaysRetry),
        Dialect::Exo => (Window::Sliding, RateHeaders::Lying),
        Dialect::ExoDocumented => (Window::Sliding, RateHeaders::RetryOnly),
        Dialect::RunAgents | Dialect::RunAgentsAlpha => (Window::Fixed, RateHeaders::RetryOnly),
    };
    Limit { requests, per: Duration::from_secs(60), window, headers }
}
