//! On real sockets, against the simulated platforms.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use quarterdeck_sim::{Fault, Matcher, Options, Sim, What};

use super::super::{SendOptions, send};
use crate::engine::{self, SyncOptions};
use crate::model::WriteState::Confirmed;
use crate::model::{By, Query, Scope};
use crate::outbox::action::Asked;
use crate::outbox::decide::{Target, decide};
use crate::outbox::{Outbox, Which};
use crate::platform::{Client, ClientOptions, ConnectSpec, Registry, Secret};
use crate::store::{Access, Mirror};

const EACH: usize = 50;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_every_acknowledgement_lost_suspensions_and_approvals_are_each_applied_once() {
    let sim = Sim::start(Options::default()).await.unwrap();
    sim.insert("turen", "agents", 80);
    sim.insert("runagents", "approvals", 80);
    let home = tempfile::tempdir().unwrap();
    let mirror = Mirror::open(&home.path().join("mirror.db"), Access::ReadWrite).unwrap();
    let outbox = Outbox::open(&home.path().join("outbox.db"), By::default()).unwrap().0;
    let registry = Registry::builtin();
    let mut clients = Vec::new();
    for name in ["turen", "runagents"] {
        let endpoint = sim.endpoint(name).unwrap();
        let manifest = registry.get(name).unwrap();
        let url = Client::normalise_url(&manifest, &endpoint.url).unwrap().0;
        let spec = ConnectSpec { name: name.to_owned(), url, user: None, secret: Secret::new(endpoint.key.unwrap()) };
        clients.push(Client::new(manifest, spec, ClientOptions { reserve: 0.0, ..ClientOptions::default() }).unwrap());
    }
    let lists = ["agents", "approvals", "runs"].map(str::to_owned).to_vec();
    let options = SyncOptions { collections: lists, ..SyncOptions::default() };
    engine::sync(&mirror, &clients, &options, &|_| {}).await.unwrap();

    let mut decided = 0;
    for (client, collection, status, verb) in
        [(&clients[0], "agents", "active", "suspend"), (&clients[1], "approvals", "PENDING", "approve")]
    {
        let reader = mirror.reader().unwrap();
        let scope = Scope {
            connections: vec![client.name().to_owned()],
            collections: vec![collection.to_owned()],
            ..Scope::default()
        };
        let rows = reader.window(&Query { limit: 500, ..Query::newest(scope) }).unwrap().rows;
        let open = rows.iter().filter(|row| row.status.as_deref() == Some(status)).take(EACH);
        let records: Vec<_> = open.map(|row| reader.record(row.key).unwrap().unwrap()).collect();
        let asked = || Asked { verb: verb.to_owned(), ..Asked::default() };
        let decisions: Vec<_> =
            records.iter().map(|record| (&**client.manifest(), Target::Record(record), asked())).collect();
        for one in decide(&outbox, &reader, &decisions, Timestamp::now()).unwrap() {
            one.unwrap();
            decided += 1;
        }
    }
    assert!(decided > EACH, "{decided}");

    sim.script().add(Fault::always(Matcher::any().writes(), What::AppliedNoAnswer));
    let options = SendOptions { patience: Duration::MAX, lanes: 64, ..SendOptions::default() };
    let nothing = |_| {};
    let sends = clients.iter().map(|client| send(&outbox, &mirror, client, &options, &nothing));
    futures_util::future::try_join_all(sends).await.unwrap();

    let writes = outbox.list(&Which { all: true, ..Which::default() }).unwrap();
    for write in &writes {
        assert_eq!(write.state, Confirmed, "{:?}: {:?}", write.intent.target, write.verdict);
    }
    let mut counts: BTreeMap<_, usize> = BTreeMap::new();
    for applied in sim.applied() {
        *counts.entry((applied.endpoint, applied.collection, applied.id)).or_default() += 1;
    }
    assert_eq!(counts.len(), decided);
    assert!(counts.values().all(|count| *count == 1), "{counts:?}");
    assert!(outbox.verify().unwrap().broken.is_none());
}
