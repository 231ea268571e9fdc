//! Fetching and packing contents: how fast against fetching the same ones and dropping them, and how small they become, before
//! there is a dictionary for them and with it.

use std::sync::Arc;
use std::time::Instant;

use quarterdeck_sim::{Options, Scenario, Sim};
use quarterdeck_sync::engine::{self, SyncOptions};
use quarterdeck_sync::model::{ContentPolicy, Kind, Query, Row, Scope};
use quarterdeck_sync::platform::{
    Client, ClientOptions, ConnectSpec, ContentAsk, ContentReply, Priority, Registry, Secret,
};
use quarterdeck_sync::store::{Access, Mirror};

use crate::measure::fact;

/// Sessions, and contents after which a dictionary is trained.
const SESSIONS: u64 = 2_000;
const TRAINED: usize = 200;
/// Fetched side by side, as a sync does.
const AT_ONCE: usize = 4;

pub fn run() {
    println!("contents of {SESSIONS} sessions: fetched, packed and kept");
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.expect("a runtime").block_on(measured());
}

async fn measured() {
    let options = Options { scenario: Scenario::Huge { sessions: SESSIONS }, ..Options::default() };
    let sim = Sim::start(options).await.expect("a simulator");
    let endpoint = sim.endpoint("turen").expect("the simulator speaks Turen");
    let manifest = Registry::builtin().get("turen").expect("Turen is built in");
    let (url, _) = Client::normalise_url(&manifest, &endpoint.url).expect("a right URL");
    let secret = Secret::new(endpoint.key.unwrap_or_default());
    let spec = ConnectSpec { name: "turen".to_owned(), url, user: None, secret };
    let client = Client::new(Arc::clone(&manifest), spec, ClientOptions::default()).expect("a client");
    let home = tempfile::tempdir().expect("a home");
    let mirror = Mirror::open(&home.path().join("mirror.db"), Access::ReadWrite).expect("a mirror");
    let mut options = SyncOptions { collections: vec!["sessions".to_owned()], ..SyncOptions::default() };
    options.content.policy = ContentPolicy::None;
    engine::sync(&mirror, std::slice::from_ref(&client), &options, &|_| {}).await.expect("a sync");
    let scope = Scope { kinds: vec![Kind::Session], ..Scope::default() };
    let rows = mirror.reader().and_then(|reader| reader.window(&Query { limit: 100_000, ..Query::newest(scope) }));
    let rows = rows.expect("a window").rows;
    // The first time the simulator makes up what is said.
    bare(&client, &rows).await;
    let (limit, bytes) = bare(&client, &rows).await;
    options.content.policy = ContentPolicy::All;
    let started = Instant::now();
    engine::sync(&mirror, std::slice::from_ref(&client), &options, &|_| {}).await.expect("a sync");
    let ours = started.elapsed().as_secs_f64();
    fact("limit: fetched and dropped", bytes as f64 / 1e6 / limit, "MB/s");
    fact("fetched, packed and kept", bytes as f64 / 1e6 / ours, "MB/s");
    fact("fetched, packed and kept, times the limit", ours / limit, "x");
    sizes(&mirror, &rows);
}

/// The limit: the same contents, fetched and dropped. Seconds, and bytes.
async fn bare(client: &Client, rows: &[Row]) -> (f64, u64) {
    use futures_util::StreamExt as _;
    let started = Instant::now();
    let each = futures_util::stream::iter(rows).map(|row| async {
        let ask =
            ContentAsk { collection: "sessions".to_owned(), id: row.id.clone(), partition: String::new(), etag: None };
        match client.content(&ask, Priority::Content).await {
            Ok(ContentReply::Messages { messages, .. }) => messages.len() as u64,
            _ => 0,
        }
    });
    let bytes = each.buffer_unordered(AT_ONCE).fold(0, async |sum, bytes| sum + bytes).await;
    (started.elapsed().as_secs_f64(), bytes)
}

/// How small contents are: those that were kept before there was a dictionary, and those kept with it.
fn sizes(mirror: &Mirror, rows: &[Row]) {
    let reader = mirror.reader().expect("a reader");
    // In the order in which they were fetched: those that were kept first had no dictionary yet.
    let mut held: Vec<_> = rows
        .iter()
        .filter_map(|row| reader.content_state(row.key).expect("readable"))
        .map(|info| (info.fetched_at, info.raw_bytes as f64, info.packed_bytes as f64))
        .collect();
    held.sort_by_key(|(at, ..)| *at);
    let ratio = |part: &[(_, f64, f64)]| {
        let (raw, packed) = part.iter().fold((0.0, 0.0), |sum, (_, raw, packed)| (sum.0 + raw, sum.1 + packed));
        (raw / part.len().max(1) as f64, raw / packed)
    };
    // What is on its way while the dictionary is made goes without.
    let ((mean, plain), (_, with)) =
        (ratio(&held[..TRAINED.min(held.len())]), ratio(&held[(2 * TRAINED).min(held.len())..]));
    fact("one content, mean", mean / 1e3, "kB");
    fact("times smaller, without a dictionary", plain, "x");
    fact("times smaller, with a dictionary", with, "x");
    fact("what the dictionary saves of that", (1.0 - plain / with) * 100.0, "%");
}
