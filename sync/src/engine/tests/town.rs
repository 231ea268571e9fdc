//! A small platform in memory that can be written to: colleagues change it meanwhile, and it answers badly when told to.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{LazyLock, Mutex, MutexGuard};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::Notify;

use crate::model::Incoming;
use crate::outbox::Reach;
use crate::platform::decode::Decoder;
use crate::platform::manifest::Standing;
use crate::platform::write::{NotTold, Reached, Seen, Told, WriteCall};
use crate::platform::{
    At, BudgetView, ContentAsk, ContentReply, FetchError, FetchKind, Manifest, PageAsk, Priority, Registry, Reply,
    Traffic,
};
use crate::pull::Source;

const MANIFEST: &str = r#"
schema = 1
name = "town"
title = "Town"
base_url = "http://127.0.0.1:1/api"
auth = { kind = "header", name = "X-Key" }
error = ["/error"]

[collections.agents]
kind = "agent"
list = "/agents"
item = "/agents/{id}"
paging = "none"
absence = "deletion"
columns = { id = "/id", status = "/status", updated_at = "/updated_at" }

[collections.approvals]
kind = "approval"
list = "/approvals"
item = "/approvals/{id}"
paging = "none"
columns = { id = "/id", status = "/status", updated_at = "/updated_at" }

[collections.policies]
kind = "policy"
list = "/policies"
item = "/policies/{id}"
paging = "none"
columns = { id = "/id", updated_at = "/updated_at" }

[actions.suspend]
on = "agents"
request = { method = "PUT", path = "/agents/{id}/status", body = { status = "suspended", reason = "{reason}" } }
needs = { "/status" = ["active"] }
done = { "/status" = "suspended" }
guard = ["/status"]
undo = "resume"

[actions.resume]
on = "agents"
request = { method = "PUT", path = "/agents/{id}/status", body = { status = "active", reason = "{reason}" } }
needs = { "/status" = ["suspended"] }
done = { "/status" = "active" }
guard = ["/status"]
undo = "suspend"

[actions.delete]
on = "agents"
request = { method = "DELETE", path = "/agents/{id}" }
done = "gone"

[actions.approve]
on = "approvals"
request = { method = "POST", path = "/approvals/{id}/approve", body = { payload_hash = "{/payload_hash}" } }
needs = { "/status" = ["PENDING"] }
done = { "/status" = ["APPROVED", "EXPIRED"] }
guard = ["/status", "/payload_hash", "/tool", "/subject"]
settled_by = ["/approver"]
deadline = { after = 1800 }

[actions.reject]
on = "approvals"
request = { method = "POST", path = "/approvals/{id}/reject", body = { reason = "{reason}" } }
needs = { "/status" = ["PENDING"] }
done = { "/status" = "REJECTED" }
guard = ["/status", "/payload_hash", "/tool", "/subject"]
settled_by = ["/approver"]
deadline = { after = 1800 }

[actions.update]
on = "policies"
request = { method = "PUT", path = "/policies/{id}", body = { rules = "{/rules}" } }
edits = { fields = ["/rules"] }
"#;

/// A number generator that needs no crate: SplitMix64.
#[derive(Debug, Clone)]
pub struct Dice(pub u64);

impl Dice {
    pub fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % sides
    }

    pub fn chance(&mut self, percent: u64) -> bool {
        self.roll(100) < percent
    }

    pub fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.roll(of.len() as u64) as usize]
    }
}

/// What goes wrong, in percent of the requests.
#[derive(Debug, Clone, Copy, Default)]
pub struct Weather {
    /// Looks that fail.
    pub blind: u64,
    /// Writes that are applied and not answered.
    pub lost_answers: u64,
    /// Writes that are lost, or fail, before they are applied.
    pub lost_requests: u64,
    /// Requests refused for now, or for good until a person mends the connection.
    pub refusals: u64,
    /// Requests during which a colleague does something.
    pub colleagues: u64,
}

impl Weather {
    pub const STORM: Weather = Weather { blind: 15, lost_answers: 25, lost_requests: 15, refusals: 12, colleagues: 15 };
    pub const DEAF: Weather = Weather { blind: 0, lost_answers: 100, lost_requests: 0, refusals: 0, colleagues: 0 };
    pub const CALM: Weather = Weather { blind: 0, lost_answers: 0, lost_requests: 0, refusals: 0, colleagues: 0 };
}

struct State {
    tables: BTreeMap<String, BTreeMap<String, Value>>,
    applied: BTreeMap<String, u64>,
    weather: Weather,
    dice: Dice,
    clock: u64,
    /// Requests until the process dies; in the middle of the request.
    dies_in: Option<u64>,
}

/// One connection.
pub struct Town {
    manifest: Manifest,
    decoders: BTreeMap<String, Decoder>,
    state: Mutex<State>,
    /// The process has died.
    pub died: Notify,
}

impl Town {
    pub fn new(seed: u64) -> Self {
        static READ: LazyLock<Manifest> = LazyLock::new(|| {
            Registry::builtin().check(Path::new("town.toml"), MANIFEST).expect("the test manifest is right")
        });
        let manifest = READ.clone();
        let decoders = manifest.collections.iter().map(|(name, it)| (name.clone(), Decoder::new(it))).collect();
        let mut tables: BTreeMap<String, BTreeMap<String, Value>> = BTreeMap::new();
        let mut put = |table: &str, id: String, mut row: Value| {
            row["id"] = id.clone().into();
            row["updated_at"] = "2026-01-01T00:00:00Z".into();
            tables.entry(table.to_owned()).or_default().insert(id, row);
        };
        for n in 0..6 {
            let status = if n % 3 == 0 { "suspended" } else { "active" };
            put("agents", format!("agent-{n}"), json!({ "status": status }));
            put(
                "approvals",
                format!("approval-{n}"),
                json!({ "status": "PENDING", "payload_hash": format!("h{n}"), "tool": "mail", "subject": "u" }),
            );
        }
        for n in 0..2 {
            let rules = json!({ "a": 0, "b": 0, "c": { "d": 0, "e": [1, 2] } });
            put("policies", format!("policy-{n}"), json!({ "rules": rules, "note": "kept" }));
        }
        let state = State {
            tables,
            applied: BTreeMap::new(),
            weather: Weather::CALM,
            dice: Dice(seed ^ 0x7057),
            clock: 0,
            dies_in: None,
        };
        Self { manifest, decoders, state: Mutex::new(state), died: Notify::new() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no test panics while it holds the town")
    }

    pub fn weather(&self, weather: Weather) {
        self.state().weather = weather;
    }

    pub fn dies_in(&self, requests: Option<u64>) {
        self.state().dies_in = requests;
    }

    /// A colleague does something, now.
    pub fn colleague(&self) {
        self.state().colleague();
    }

    pub fn change(&self, table: &str, id: &str, change: impl FnOnce(&mut Value)) {
        self.state().change(table, id, change);
    }

    /// How often each write was applied, by its key.
    pub fn applied(&self) -> BTreeMap<String, u64> {
        self.state().applied.clone()
    }

    pub fn rows(&self, table: &str) -> BTreeMap<String, Value> {
        self.state().tables[table].clone()
    }

    fn incoming(&self, collection: &str, row: &Value) -> Incoming {
        let page =
            self.decoders[collection].page(&ask(collection), Value::Array(vec![row.clone()]).to_string().as_bytes());
        page.expect("a page").rows.remove(0)
    }

    fn seen(&self, collection: &str, row: &Value) -> Seen {
        Seen { incoming: self.incoming(collection, row), raw: row.clone() }
    }

    /// Whatever may happen while a request is on its way. Never returns when the process dies.
    async fn on_the_way(&self) {
        tokio::task::yield_now().await;
        let died = {
            let mut state = self.state();
            let percent = state.weather.colleagues;
            if state.dice.chance(percent) {
                state.colleague();
            }
            match &mut state.dies_in {
                Some(0) => true,
                Some(left) => {
                    *left -= 1;
                    false
                }
                None => false,
            }
        };
        if died {
            self.state().dies_in = None;
            self.died.notify_one();
            std::future::pending::<()>().await;
        }
    }

    fn look_fault(&self) -> Option<FetchError> {
        let mut state = self.state();
        let weather = state.weather;
        if state.dice.chance(weather.blind) {
            return Some(*state.dice.pick(&[
                (FetchKind::Unreachable, None),
                (FetchKind::TimedOut, None),
                (FetchKind::Server, Some(503)),
            ]))
            .map(|(kind, status)| error(kind, status));
        }
        state.dice.chance(weather.refusals).then(|| state.refusal())
    }
}

impl State {
    fn change(&mut self, table: &str, id: &str, change: impl FnOnce(&mut Value)) {
        self.clock += 1;
        let at =
            format!("2026-02-01T{:02}:{:02}:{:02}Z", self.clock / 3600 % 24, self.clock / 60 % 60, self.clock % 60);
        if let Some(row) = self.tables.get_mut(table).and_then(|rows| rows.get_mut(id)) {
            change(row);
            row["updated_at"] = at.into();
        }
    }

    fn colleague(&mut self) {
        let n = self.dice.roll(6);
        let (agent, approval, policy) = (format!("agent-{n}"), format!("approval-{n}"), format!("policy-{}", n % 2));
        match self.dice.roll(7) {
            0 => self.change("agents", &agent, |row| row["status"] = "active".into()),
            1 => self.change("agents", &agent, |row| row["status"] = "suspended".into()),
            2 => self.change("approvals", &approval, |row| {
                if row["status"] == "PENDING" {
                    row["status"] = "REJECTED".into();
                    row["approver"] = "mallory".into();
                }
            }),
            3 => self.change("approvals", &approval, |row| {
                if row["status"] == "PENDING" {
                    row["payload_hash"] = "another".into();
                }
            }),
            4 => self.change("policies", &policy, |row| {
                let a = row["rules"]["a"].as_u64().unwrap_or(0);
                row["rules"]["a"] = (a + 1).into();
            }),
            5 => self.change("policies", &policy, |row| row["note"] = "seen".into()),
            _ => {
                self.tables.get_mut("agents").map(|agents| agents.remove("agent-5"));
            }
        }
    }

    fn refusal(&mut self) -> FetchError {
        if self.dice.chance(70) {
            FetchError { retry_after: Some(Duration::from_secs(3)), ..error(FetchKind::RateLimited, Some(429)) }
        } else {
            error(FetchKind::Unauthorized, Some(401))
        }
    }

    /// Does what a request asks for.
    fn apply(&mut self, call: &WriteCall) -> Result<Value, FetchError> {
        let path: Vec<&str> = call.path.trim_matches('/').split('/').collect();
        let (table, id) = (path[0], path[1]);
        let missing = || error(FetchKind::NotOffered, Some(404));
        let row = self.tables.get(table).and_then(|rows| rows.get(id)).cloned().ok_or_else(missing)?;
        let body = call.body.clone().unwrap_or_default();
        let clash = || error(FetchKind::Rejected, Some(409));
        match (call.method.as_str(), table, path.get(2).copied()) {
            ("PUT", "agents", Some("status")) => self.change(table, id, |row| row["status"] = body["status"].clone()),
            ("DELETE", "agents", None) => {
                self.tables.get_mut(table).and_then(|rows| rows.remove(id));
            }
            ("POST", "approvals", Some(verb)) => {
                let hash_fits = verb == "reject" || row["payload_hash"] == body["payload_hash"];
                if row["status"] != "PENDING" || !hash_fits {
                    return Err(clash());
                }
                let status = if verb == "approve" { "APPROVED" } else { "REJECTED" };
                self.change(table, id, |row| row["status"] = status.into());
            }
            ("PUT", "policies", None) => self.change(table, id, |row| row["rules"] = body["rules"].clone()),
            other => panic!("the town knows no {other:?}"),
        }
        *self.applied.entry(call.key.clone()).or_default() += 1;
        Ok(self.tables[table].get(id).cloned().unwrap_or_default())
    }
}

fn ask(collection: &str) -> PageAsk {
    PageAsk {
        collection: collection.to_owned(),
        partition: None,
        at: At::Start,
        size: None,
        since: None,
        etag: None,
        last_modified: None,
    }
}

fn error(kind: FetchKind, status: Option<u16>) -> FetchError {
    FetchError { kind, path: "/x".into(), status, message: format!("{kind:?} {status:?}"), retry_after: None }
}

impl Reach for Town {
    fn name(&self) -> &str {
        "town"
    }

    fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    async fn look(&self, collection: &str, id: &str, _: Option<&str>) -> Result<Option<Seen>, FetchError> {
        self.on_the_way().await;
        if let Some(fault) = self.look_fault() {
            return Err(fault);
        }
        let row = self.state().tables[collection].get(id).cloned();
        Ok(row.map(|row| self.seen(collection, &row)))
    }

    async fn look_at(&self, path: &str) -> Result<Option<Value>, FetchError> {
        panic!("nothing of the town is read at {path}")
    }

    async fn rows(&self, collection: &str, _: &Standing) -> Result<Vec<Seen>, FetchError> {
        self.on_the_way().await;
        Ok(self.rows(collection).values().map(|row| self.seen(collection, row)).collect())
    }

    async fn write(&self, call: &WriteCall) -> Result<Told, NotTold> {
        self.on_the_way().await;
        let answer = {
            let mut state = self.state();
            let weather = state.weather;
            if state.dice.chance(weather.refusals) {
                return Err(NotTold { error: state.refusal(), reached: Reached::No });
            }
            if state.dice.chance(weather.lost_requests) {
                let (kind, status, reached) = *state.dice.pick(&[
                    (FetchKind::Unreachable, None, Reached::No),
                    (FetchKind::Unreachable, None, Reached::Maybe),
                    (FetchKind::Server, Some(500), Reached::Maybe),
                ]);
                return Err(NotTold { error: error(kind, status), reached });
            }
            state.apply(call)
        };
        // The process may die after the platform has done it and before we hear of it.
        self.on_the_way().await;
        let lost = {
            let mut state = self.state();
            let weather = state.weather;
            state.dice.chance(weather.lost_answers)
        };
        match answer {
            Ok(_) if lost => Err(NotTold { error: error(FetchKind::TimedOut, None), reached: Reached::Maybe }),
            Ok(body) => Ok(Told { status: 200, body: Some(body) }),
            Err(error) => Err(NotTold { error, reached: Reached::No }),
        }
    }
}

impl Source for Town {
    fn name(&self) -> &str {
        "town"
    }

    fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    async fn page(&self, ask: &PageAsk, _: Priority) -> Result<Reply, FetchError> {
        tokio::task::yield_now().await;
        let rows: Vec<Value> = self.rows(&ask.collection).into_values().collect();
        let body = Value::Array(rows).to_string();
        Ok(Reply::Page(self.decoders[&ask.collection].page(ask, body.as_bytes()).expect("a page")))
    }

    async fn item(&self, collection: &str, id: &str, _: Priority) -> Result<Option<Incoming>, FetchError> {
        Ok(self.rows(collection).get(id).map(|row| self.incoming(collection, row)))
    }

    async fn content(&self, _: &ContentAsk, _: Priority) -> Result<ContentReply, FetchError> {
        Ok(ContentReply::Absent)
    }

    fn budget(&self) -> BudgetView {
        BudgetView::default()
    }

    fn traffic(&self) -> Traffic {
        Traffic::default()
    }
}
