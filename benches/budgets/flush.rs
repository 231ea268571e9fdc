//! A thousand decisions taken offline, carried out in one go: each with its look, its request, its look after it, and its
//! moves on the disk; against the bare requests.

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::StreamExt as _;
use jiff::Timestamp;
use quarterdeck_sim::{Options, Sim};
use quarterdeck_sync::engine::{self, SyncOptions};
use quarterdeck_sync::model::{By, Kind, Order, Query, Scope, Sort, WriteState};
use quarterdeck_sync::outbox::action::Asked;
use quarterdeck_sync::outbox::decide::{self, Target};
use quarterdeck_sync::outbox::sender::{self, SendOptions};
use quarterdeck_sync::outbox::{Outbox, Which};
use quarterdeck_sync::platform::write::WriteCall;
use quarterdeck_sync::platform::{Client, ClientOptions, ConnectSpec, Registry, Secret};
use quarterdeck_sync::store::{Access, Mirror};
use serde_json::json;

use crate::measure::{fact, line};

/// Decisions.
const WRITES: usize = 1_000;
/// In flight at once, for us and for the limit.
const LANES: usize = 8;

/// A simulated Turen with so many active agents, mirrored, and a client of it.
struct Yard {
    sim: Sim,
    client: Client,
    mirror: Mirror,
    home: tempfile::TempDir,
}

impl Yard {
    async fn new() -> Self {
        let sim = Sim::start(Options::default()).await.expect("a simulator");
        let mut row = sim.truth("turen", "agents").swap_remove(0);
        for n in 0..WRITES {
            row["id"] = format!("flush-{n:04}").into();
            row["client_id"] = format!("flush-client-{n:04}").into();
            row["status"] = "active".into();
            assert!(sim.put("turen", "agents", row.clone()), "the simulator takes a row");
        }
        let endpoint = sim.endpoint("turen").expect("the simulator speaks Turen");
        let manifest = Registry::builtin().get("turen").expect("Turen is built in");
        let (url, _) = Client::normalise_url(&manifest, &endpoint.url).expect("a right URL");
        let secret = Secret::new(endpoint.key.unwrap_or_default());
        let spec = ConnectSpec { name: "turen".to_owned(), url, user: None, secret };
        let options = ClientOptions { concurrency: LANES, ..ClientOptions::default() };
        let client = Client::new(Arc::clone(&manifest), spec, options).expect("a client");
        let home = tempfile::tempdir().expect("a home");
        let mirror = Mirror::open(&home.path().join("mirror.db"), Access::ReadWrite).expect("a mirror");
        let options = SyncOptions { collections: vec!["agents".to_owned()], ..SyncOptions::default() };
        engine::sync(&mirror, std::slice::from_ref(&client), &options, &|_| {}).await.expect("a sync");
        Self { sim, client, mirror, home }
    }

    fn decide(&self, outbox: &Outbox) -> f64 {
        let reader = self.mirror.reader().expect("a reader");
        let scope = Scope { kinds: vec![Kind::Agent], ..Scope::default() };
        let query = Query { sort: Sort::Id, order: Order::Ascending, limit: 10_000, ..Query::newest(scope) };
        let rows = reader.window(&query).expect("a window").rows;
        let records: Vec<_> = rows
            .iter()
            .filter(|row| row.id.starts_with("flush-"))
            .map(|row| reader.record(row.key).expect("readable").expect("there"))
            .collect();
        let manifest = self.client.manifest();
        let asked = Asked { verb: "suspend".to_owned(), by: by(), ..Asked::default() };
        let decisions: Vec<_> =
            records.iter().map(|record| (&**manifest, Target::Record(record), asked.clone())).collect();
        assert_eq!(decisions.len(), WRITES);
        let started = Instant::now();
        let decided = decide::decide(outbox, &reader, &decisions, Timestamp::now()).expect("an outbox");
        assert!(decided.iter().all(Result::is_ok), "every decision is kept");
        started.elapsed().as_secs_f64()
    }

    /// The limit: the same requests with nothing kept.
    async fn bare(&self) -> f64 {
        let started = Instant::now();
        let all = futures_util::stream::iter(0..WRITES).for_each_concurrent(LANES, |n| async move {
            let id = format!("flush-{n:04}");
            let call = WriteCall {
                method: "PUT".to_owned(),
                path: format!("/registered-agents/{id}/status"),
                query: Vec::new(),
                body: Some(json!({ "status": "active" })),
                key: id.clone(),
                or: Vec::new(),
                not_after: None,
            };
            self.client.look("agents", &id, None).await.expect("a look");
            self.client.write(&call).await.expect("a yes");
            self.client.look("agents", &id, None).await.expect("a look");
        });
        all.await;
        started.elapsed().as_secs_f64()
    }
}

fn by() -> By {
    By { user: "bench".to_owned(), host: "bench".to_owned(), ssh: None }
}

/// Measures it.
pub fn run() {
    println!("flush of {WRITES} queued writes to a loopback server, look, fsync, request and look of each kept");
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.expect("a runtime");
    let yard = runtime.block_on(Yard::new());
    let (outbox, _) = Outbox::open(&yard.home.path().join("outbox.db"), by()).expect("an outbox");
    let deciding = yard.decide(&outbox);
    let options = SendOptions {
        now: Timestamp::now,
        only: Vec::new(),
        forever: false,
        patience: Duration::from_secs(30),
        lanes: LANES,
        nudges: None,
    };
    let started = Instant::now();
    let sent = runtime.block_on(sender::send(&outbox, &yard.mirror, &yard.client, &options, &|_| {}));
    let flushing = started.elapsed().as_secs_f64();
    sent.expect("our own files work");
    let writes = outbox.list(&Which { all: true, ..Which::default() }).expect("an outbox");
    assert!(writes.iter().all(|write| write.state == WriteState::Confirmed), "every write is confirmed");
    assert_eq!(yard.sim.applied().len(), WRITES, "each is applied once");
    let limit = runtime.block_on(yard.bare());
    fact("keeping them, one sync of the disk", deciding * 1e3, "ms");
    fact("limit: the same requests with nothing kept", limit, "s");
    fact("flush, times the limit", flushing / limit, "x");
    fact("writes a second", WRITES as f64 / flushing, "/s");
    line("flush", flushing, "s", WRITES as f64 / 500.0);
}
