//! A platform in memory, that fails as it is told to, and the stage on which the sender meets it.

use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::watch;
use tokio::time::Instant;

use super::super::{Nudge, SendEvent, SendOptions, send};
use crate::model::{By, Incoming, ListKey, Record, Row, Verdict, Write, WriteId, WriteState};
use crate::outbox::action::{self, Asked};
use crate::outbox::{Outbox, Reach, Which};
use crate::platform::decode::Decoder;
use crate::platform::manifest::Standing;
use crate::platform::write::{NotTold, Reached, Seen, Told, WriteCall};
use crate::platform::{FetchError, FetchKind, Manifest, Registry};
use crate::store::{Access, Mirror};

/// What goes wrong with one request.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Fault {
    /// It is applied, and the answer is lost.
    LostAck,
    /// It may have been applied, and was not.
    Reset,
    /// It is read, and never answered.
    Silence,
    /// It never leaves.
    NoNetwork,
    /// Refused with this status; nothing is done.
    Status(u16),
    /// Somebody else does it first, and then it clashes.
    BeatenTo,
    /// It is applied, and shown only after so many looks.
    Late(u32),
    /// It is answered with yes, and nothing is ever shown.
    Hollow,
    /// It is answered with yes and no at once; and whether it is applied.
    Both(bool),
    /// Turned away at the door, and told to come again after so many seconds.
    ComeAgain(u64),
    /// It waits so many seconds before it may leave, or not any more.
    Held(u64),
}

#[derive(Debug, Default)]
pub struct World {
    /// Documents by collection and id.
    pub docs: BTreeMap<(String, String), Value>,
    /// Paths of requests that were applied.
    pub applied: Vec<String>,
    /// Faults of the requests to come, in turn.
    pub faults: VecDeque<Fault>,
    /// Every request fails so, until it is taken away.
    pub always: Option<Fault>,
    /// Every request whose path holds this fails so.
    pub stubborn: BTreeMap<String, Fault>,
    /// Lists of these collections cannot be read.
    pub shut: BTreeMap<String, FetchKind>,
    /// Lists of these collections leave this key out.
    pub terse: BTreeMap<String, String>,
    /// Paths of requests, whatever came of them.
    pub asked: Vec<String>,
    /// Looks fail so, until it is taken away.
    pub blind: Option<FetchKind>,
    pub looks: usize,
    /// What is shown late: looks left, and the change.
    late: Option<(u32, WriteCall)>,
}

pub struct Fake {
    manifest: Arc<Manifest>,
    pub world: Mutex<World>,
}

impl Fake {
    fn seen(&self, collection: &str, doc: &Value) -> Seen {
        Seen { incoming: self.read(collection, doc), raw: doc.clone() }
    }

    fn read(&self, collection: &str, doc: &Value) -> Incoming {
        Decoder::new(&self.manifest.collections[collection]).record(None, doc.to_string().as_bytes()).unwrap()
    }

    fn error(kind: FetchKind, status: Option<u16>) -> FetchError {
        FetchError { kind, path: "/".to_owned(), status, message: format!("{kind:?}"), retry_after: None }
    }

    fn with_held(&self) -> Option<u64> {
        let mut world = self.world.lock().unwrap();
        match (world.faults.front(), world.always) {
            (Some(Fault::Held(seconds)), _) => {
                let seconds = *seconds;
                world.faults.pop_front();
                Some(seconds)
            }
            (None, Some(Fault::Held(seconds))) => Some(seconds),
            _ => None,
        }
    }

    fn look_fault(&self) -> Result<(), FetchError> {
        let mut world = self.world.lock().unwrap();
        world.looks += 1;
        if let Some((left, call)) = world.late.take() {
            match left {
                0 => world.apply(&call),
                left => world.late = Some((left - 1, call)),
            }
        }
        world.blind.map_or(Ok(()), |kind| Err(Self::error(kind, None)))
    }
}

impl World {
    fn apply(&mut self, call: &WriteCall) {
        self.applied.push(format!("{} {}", call.method, call.path));
        self.change(call);
    }

    fn change(&mut self, call: &WriteCall) {
        let body = call.body.clone().unwrap_or_default();
        let parts: Vec<&str> = call.path.trim_matches('/').split('/').collect();
        let (collection, id) = match parts.as_slice() {
            ["registered-agents", id, ..] => ("agents", *id),
            ["agents", id, "config"] => ("config", *id),
            ["workflows", _, "runs", id] => {
                let key = ("workflow-runs".to_owned(), (*id).to_owned());
                self.docs.get_mut(&key).expect("a run")["status"] = "cancelled".into();
                return;
            }
            [collection, id] => (*collection, *id),
            [collection] => (*collection, body["name"].as_str().unwrap()),
            other => panic!("{other:?}"),
        };
        let doc = self.docs.entry((collection.to_owned(), id.to_owned())).or_insert_with(|| json!({}));
        for (name, value) in body.as_object().into_iter().flatten() {
            doc[name] = value.clone();
        }
    }
}

impl Reach for Fake {
    fn name(&self) -> &str {
        "prod"
    }

    fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    async fn look(&self, collection: &str, id: &str, _parent: Option<&str>) -> Result<Option<Seen>, FetchError> {
        tokio::task::yield_now().await;
        self.look_fault()?;
        let doc = self.world.lock().unwrap().docs.get(&(collection.to_owned(), id.to_owned())).cloned();
        tokio::task::yield_now().await;
        Ok(doc.map(|doc| self.seen(collection, &doc)))
    }

    async fn look_at(&self, path: &str) -> Result<Option<Value>, FetchError> {
        tokio::task::yield_now().await;
        self.look_fault()?;
        let id = path.split('/').nth(2).unwrap().to_owned();
        Ok(self.world.lock().unwrap().docs.get(&("config".to_owned(), id)).cloned())
    }

    async fn rows(&self, collection: &str, standing: &Standing) -> Result<Vec<Seen>, FetchError> {
        tokio::task::yield_now().await;
        self.look_fault()?;
        let world = self.world.lock().unwrap();
        if let Some(kind) = world.shut.get(collection) {
            return Err(Self::error(*kind, None));
        }
        let stands = |doc: &&Value| standing.iter().all(|(at, of)| doc.pointer(at).is_none_or(|now| of.contains(now)));
        let rows = world.docs.iter().filter(|((of, _), _)| of == collection).map(|(_, doc)| doc).filter(stands);
        let told = |doc: &Value| {
            let mut doc = doc.clone();
            if let (Some(key), Some(doc)) = (world.terse.get(collection), doc.as_object_mut()) {
                doc.remove(key);
            }
            self.seen(collection, &doc)
        };
        Ok(rows.map(told).collect())
    }

    async fn write(&self, call: &WriteCall) -> Result<Told, NotTold> {
        tokio::task::yield_now().await;
        let held = self.with_held();
        if let Some(seconds) = held {
            tokio::time::sleep(Duration::from_secs(seconds)).await;
        }
        // Only what is held back asks the clock.
        if held.is_some() && call.not_after.is_some_and(|at| at <= now()) {
            return Err(NotTold { error: Self::error(FetchKind::Unusable, None), reached: Reached::No });
        }
        let told = {
            let mut world = self.world.lock().unwrap();
            let not = |kind, status, reached| Err(NotTold { error: Self::error(kind, status), reached });
            world.asked.push(format!("{} {}", call.method, call.path));
            let stubborn = world.stubborn.iter().find(|(part, _)| call.path.contains(*part)).map(|(_, fault)| *fault);
            match stubborn.or_else(|| world.faults.pop_front()).or(world.always) {
                None | Some(Fault::Held(_)) => {
                    world.apply(call);
                    Ok(Told { status: 200, body: None })
                }
                Some(Fault::LostAck) => {
                    world.apply(call);
                    not(FetchKind::Unreachable, None, Reached::Maybe)
                }
                Some(Fault::Reset) => not(FetchKind::Unreachable, None, Reached::Maybe),
                Some(Fault::Silence) => not(FetchKind::TimedOut, None, Reached::Maybe),
                Some(Fault::ComeAgain(seconds)) => {
                    let retry_after = Some(Duration::from_secs(seconds));
                    let error = FetchError { retry_after, ..Self::error(FetchKind::Server, Some(503)) };
                    Err(NotTold { error, reached: Reached::No })
                }
                Some(Fault::NoNetwork) => not(FetchKind::Unreachable, None, Reached::No),
                Some(Fault::Status(401)) => not(FetchKind::Unauthorized, Some(401), Reached::No),
                Some(Fault::Status(403)) => not(FetchKind::Forbidden, Some(403), Reached::No),
                Some(Fault::Status(429)) => not(FetchKind::RateLimited, Some(429), Reached::No),
                Some(Fault::Status(status @ 500..)) => not(FetchKind::Server, Some(status), Reached::Maybe),
                Some(Fault::Status(status)) => not(FetchKind::Rejected, Some(status), Reached::No),
                Some(Fault::BeatenTo) => {
                    world.change(call);
                    not(FetchKind::Rejected, Some(409), Reached::No)
                }
                Some(Fault::Late(looks)) => {
                    world.late = Some((looks, call.clone()));
                    Ok(Told { status: 202, body: None })
                }
                Some(Fault::Hollow) => Ok(Told { status: 200, body: None }),
                Some(Fault::Both(applied)) => {
                    if applied {
                        world.apply(call);
                    }
                    not(FetchKind::Rejected, Some(200), Reached::Maybe)
                }
            }
        };
        tokio::task::yield_now().await;
        told
    }
}

thread_local! {
    static BEGUN: RefCell<Option<Instant>> = const { RefCell::new(None) };
}

/// The clock of the tests: tokio's. It does not move while something can be done, nor while the disk is waited for: nobody looks at
/// the file now and then ([`Stage::options`]), so there is no time for it to jump to.
pub fn now() -> Timestamp {
    let begun = BEGUN.with_borrow_mut(|begun| *begun.get_or_insert_with(Instant::now));
    Timestamp::from_second(1_800_000_000).unwrap() + Instant::now().duration_since(begun)
}

/// An outbox, a mirror and a platform.
pub struct Stage {
    pub folder: TempDir,
    pub outbox: Outbox,
    pub mirror: Mirror,
    pub fake: Fake,
    /// Tells a sender of changes: of none, as there is nobody else.
    nudge: watch::Sender<Nudge>,
}

impl Stage {
    pub fn new(platform: &str) -> Self {
        let folder = TempDir::new().unwrap();
        let outbox = Outbox::open(&folder.path().join("outbox.db"), By::default()).unwrap().0;
        let mirror = Mirror::open(&folder.path().join("mirror.db"), Access::ReadWrite).unwrap();
        let fake = Fake { manifest: Registry::builtin().get(platform).unwrap(), world: Mutex::default() };
        Self { folder, outbox, mirror, fake, nudge: watch::Sender::default() }
    }

    /// Puts a record on the platform.
    pub fn put(&self, collection: &str, id: &str, doc: Value) {
        self.fake.world.lock().unwrap().docs.insert((collection.to_owned(), id.to_owned()), doc);
    }

    /// An active agent of Turen's.
    pub fn agent(&self, id: &str) {
        self.put("agents", id, json!({"id": id, "client_id": id, "status": "active"}));
    }

    pub fn with<T>(&self, change: impl FnOnce(&mut World) -> T) -> T {
        change(&mut self.fake.world.lock().unwrap())
    }

    /// Keeps a decision about an agent as the platform has it now; one that is not there is taken to have been active.
    pub fn decide(&self, verb: &str, id: &str) -> WriteId {
        self.decide_in(&self.outbox, verb, id, None)
    }

    pub fn decide_in(&self, outbox: &Outbox, verb: &str, id: &str, expires: Option<Duration>) -> WriteId {
        let absent = json!({"id": id, "client_id": id, "status": "active"});
        let doc = self.with(|world| world.docs.get(&("agents".to_owned(), id.to_owned())).cloned()).unwrap_or(absent);
        let incoming = self.fake.read("agents", &doc);
        let manifest = &self.fake.manifest;
        let kind = manifest.collections["agents"].kind;
        let row = Row::bare(ListKey::new("prod", "agents"), &manifest.name, kind, incoming.id);
        let row = Row { status: incoming.columns.status, confirmed_at: now(), ..row };
        let record = Record { row, doc: incoming.doc };
        let asked = Asked { verb: verb.to_owned(), ..Asked::default() };
        let related = BTreeMap::new();
        let mut intent =
            action::intent(&self.fake.manifest, "agents", "prod", Some(&record), &related, &asked, now()).unwrap();
        intent.deadline = expires.map(|after| now() + after);
        outbox.append(vec![intent], now()).unwrap().remove(0).id
    }

    pub fn options(&self) -> SendOptions {
        SendOptions { now, patience: Duration::MAX, nudges: Some(self.nudge.subscribe()), ..SendOptions::default() }
    }

    /// Sends until nothing more can be done, and says what moved.
    pub async fn send(&self, options: SendOptions) -> Vec<String> {
        let moves = Mutex::new(Vec::new());
        let on_event = |event| match event {
            SendEvent::Moved(write) => moves.lock().unwrap().push(write.state.to_string()),
            SendEvent::Paused { .. } => moves.lock().unwrap().push("paused".to_owned()),
        };
        send(&self.outbox, &self.mirror, &self.fake, &options, &on_event).await.unwrap();
        moves.into_inner().unwrap()
    }

    pub fn get(&self, id: &WriteId) -> Write {
        self.outbox.get(id).unwrap().unwrap()
    }

    pub fn state(&self, id: &WriteId) -> WriteState {
        self.get(id).state
    }

    pub fn verdict(&self, id: &WriteId) -> Verdict {
        self.get(id).verdict.unwrap()
    }

    /// Every write, however it stands.
    pub fn all(&self) -> Vec<Write> {
        self.outbox.list(&Which { all: true, ..Which::default() }).unwrap()
    }

    pub fn applied(&self) -> Vec<String> {
        self.with(|world| world.applied.clone())
    }

    /// How often the requests for each path were applied, at most.
    pub fn most_applied(&self) -> usize {
        let mut counts = BTreeMap::new();
        self.applied().into_iter().for_each(|path| *counts.entry(path).or_insert(0) += 1);
        counts.into_values().max().unwrap_or(0)
    }
}
