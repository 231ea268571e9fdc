//! A platform in memory that changes while it is read, and lies when told to.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Mutex;

use jiff::Timestamp;
use serde_json::json;
use xxhash_rust::xxh3::xxh3_64;

use crate::model::{Columns, Incoming};
use crate::platform::{
    At, BadRow, BudgetView, ContentAsk, ContentReply, FetchError, FetchKind, Manifest, Page, PageAsk, Priority,
    Registry, Reply, Style, Traffic,
};
use crate::pull::Source;

/// A row of the world.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    pub id: String,
    pub version: u64,
    pub status: String,
}

pub fn item(id: impl ToString) -> Item {
    Item { id: id.to_string(), version: 0, status: "RUNNING".to_owned() }
}

pub fn items(ids: impl IntoIterator<Item = u64>) -> Vec<Item> {
    ids.into_iter().map(item).collect()
}

/// How a list answers.
#[derive(Debug, Clone)]
pub struct Manner {
    pub style: Style,
    /// Largest page.
    pub cap: usize,
    pub tells_total: bool,
    pub tells_more: bool,
    pub etag: bool,
    /// The tag is of the page alone, not of the whole list.
    pub tag_of_the_page: bool,
    /// The tag is the same for ever, as a proxy may send it.
    pub tag_stands_still: bool,
    pub fault: Fault,
}

impl Default for Manner {
    fn default() -> Self {
        Self {
            style: Style::Offset,
            cap: 100,
            tells_total: true,
            tells_more: true,
            etag: false,
            tag_of_the_page: false,
            tag_stands_still: false,
            fault: Fault::None,
        }
    }
}

/// What is wrong with a list.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Fault {
    None,
    Refuses(FetchKind, u16),
    /// 400 to this value of a list in pieces.
    RefusesValue(&'static str),
    IgnoresOffset,
    /// Every piece of a list in pieces is the whole list.
    IgnoresValue,
    Emptied,
    TotalOff(i64),
    Endless,
    /// So answers whoever goes on from a page that was read before the requests were forgotten.
    Forgets(FetchKind, u16),
    /// A page that begins at or after this row is a 500.
    FailsFrom(u64),
    /// What is asked for by a watermark is ignored.
    IgnoresSince,
    /// A reply holds so many rows, and says nothing of more.
    CutsTo(usize),
    /// The first row of each page cannot be read.
    BadRow,
}

type Meddle = Box<dyn FnMut(u64, &mut Vec<Item>) + Send>;

#[derive(Default)]
pub struct List {
    pub rows: Vec<Item>,
    pub manner: Manner,
    pub asks: Vec<PageAsk>,
    pub meddle: Option<Meddle>,
}

/// One connection.
pub struct World {
    manifest: Manifest,
    pub lists: Mutex<BTreeMap<String, List>>,
}

const MANIFEST: &str = r#"
schema = 1
name = "world"
title = "World"
base_url = "http://127.0.0.1:1/api"
auth = { kind = "header", name = "X-Key" }
error = ["/error"]

[collections.things]
kind = "agent"
list = "/things"
paging = { kind = "offset", size = 100 }
delta = { kind = "newest-first", by = "version" }
columns = { id = "/id" }

[collections.plain]
kind = "other"
list = "/plain"
paging = { kind = "offset", size = 100 }
columns = { id = "/id" }

[collections.runs]
kind = "run"
list = "/runs"
item = "/runs/{id}"
paging = "none"
partition = { status = ["RUNNING", "PAUSED", "DONE"] }
columns = { id = "/id", status = "/status" }

[collections.steps]
kind = "event"
list = "/runs/{parent}/steps"
paging = "none"
partition = { parent = "runs", open = ["RUNNING"] }
delta = { kind = "since", param = "after", by = "/version" }
columns = { id = "/id" }

[collections.events]
kind = "event"
list = "/runs/{parent}/events"
paging = "none"
partition = { parent = "runs", open = ["RUNNING"] }
delta = { kind = "since", param = "after_seq", by = "/version", numbered = true }
max_rows = 500
columns = { id = "/id" }
"#;

impl World {
    /// A world whose lists not named are not offered.
    pub fn new(lists: impl IntoIterator<Item = (&'static str, Vec<Item>)>) -> Self {
        let manifest =
            Registry::builtin().check(Path::new("world.toml"), MANIFEST).expect("the test manifest is right");
        let lists = lists.into_iter().map(|(name, rows)| (name.to_owned(), List { rows, ..List::default() })).collect();
        Self { manifest, lists: Mutex::new(lists) }
    }

    pub fn with<T>(&self, list: &str, change: impl FnOnce(&mut List) -> T) -> T {
        change(self.lists.lock().unwrap().get_mut(list).expect("the list exists"))
    }

    /// From now on its manifest says this of `things`, too.
    pub fn says(&mut self, line: &str) {
        let text = MANIFEST.replace("list = \"/things\"\n", &format!("{line}\nlist = \"/things\"\n"));
        self.manifest = Registry::builtin().check(Path::new("world.toml"), &text).expect("the test manifest is right");
    }

    pub fn rows(&self, list: &str) -> Vec<Item> {
        self.with(list, |list| list.rows.clone())
    }

    pub fn requests(&self, list: &str) -> usize {
        self.with(list, |list| list.asks.len())
    }

    pub fn forget_requests(&self) {
        self.lists.lock().unwrap().values_mut().for_each(|list| list.asks.clear());
    }

    fn answer(&self, ask: &PageAsk) -> Result<Reply, FetchError> {
        let mut lists = self.lists.lock().unwrap();
        let name = match (&ask.partition, ask.collection.as_str()) {
            (Some(parent), child @ ("steps" | "events")) => format!("{child}/{parent}"),
            (_, name) => name.to_owned(),
        };
        let Some(list) = lists.get_mut(&name) else { return Err(error(FetchKind::NotOffered, Some(404))) };
        let count = list.asks.len() as u64;
        let begun = ask.at == At::Start || list.asks.iter().any(|before| before.at == At::Start);
        list.asks.push(ask.clone());
        if let Some(meddle) = &mut list.meddle {
            meddle(count, &mut list.rows);
        }
        match list.manner.fault {
            Fault::Refuses(kind, status) => return Err(error(kind, Some(status))),
            Fault::Forgets(kind, status) if !begun => return Err(error(kind, Some(status))),
            Fault::RefusesValue(value) if ask.partition.as_deref() == Some(value) => {
                return Err(error(FetchKind::Rejected, Some(400)));
            }
            Fault::FailsFrom(row) if matches!(ask.at, At::Offset(offset) if offset >= row) => {
                return Err(error(FetchKind::Server, Some(500)));
            }
            _ => {}
        }
        let rows: Vec<&Item> = match (&ask.partition, name.as_str()) {
            _ if list.manner.fault == Fault::Emptied => Vec::new(),
            (Some(status), "runs") if list.manner.fault != Fault::IgnoresValue => {
                list.rows.iter().filter(|row| row.status == *status).collect()
            }
            _ => {
                let since = ask.since.as_ref().and_then(|since| since.parse::<u64>().ok());
                let since = since.filter(|_| list.manner.fault != Fault::IgnoresSince);
                let most = if let Fault::CutsTo(most) = list.manner.fault { most } else { usize::MAX };
                list.rows.iter().filter(|row| since.is_none_or(|since| row.version > since)).take(most).collect()
            }
        };
        let tagged = match &list.manner {
            Manner { tag_stands_still: true, .. } => &[],
            Manner { tag_of_the_page: true, cap, .. } => &rows[..rows.len().min(*cap)],
            _ => &rows[..],
        };
        let etag = list.manner.etag.then(|| format!("\"{:x}\"", xxh3_64(format!("{tagged:?}").as_bytes())));
        if etag.is_some() && ask.etag == etag {
            return Ok(Reply::NotModified);
        }
        Ok(Reply::Page(page(&rows, &list.manner, ask, etag)))
    }
}

fn page(rows: &[&Item], manner: &Manner, ask: &PageAsk, etag: Option<String>) -> Page {
    let offset = match &ask.at {
        _ if manner.fault == Fault::IgnoresOffset || manner.style == Style::Whole => 0,
        At::Start => 0,
        At::Offset(offset) => *offset as usize,
        At::Page(page) => (*page as usize - 1) * manner.cap,
        // A keyset cursor: the id of the last row that was shown.
        At::Cursor(last) => rows.iter().position(|row| row.id == *last).map_or(0, |place| place + 1),
    };
    let cap = if manner.style == Style::Whole { usize::MAX } else { manner.cap };
    let mut shown: Vec<Item> = rows.iter().skip(offset).take(cap).map(|row| (*row).clone()).collect();
    let mut more = offset + shown.len() < rows.len();
    if manner.fault == Fault::Endless {
        shown = (offset..offset + manner.cap).map(|id| item(format!("endless{id}"))).collect();
        more = true;
    }
    let unread = usize::from(manner.fault == Fault::BadRow).min(shown.len());
    let bad =
        shown.drain(..unread).map(|row| BadRow { place: 0, id: Some(row.id), reason: "odd".to_owned() }).collect();
    let off = if let Fault::TotalOff(off) = manner.fault { off } else { 0 };
    let last = shown.last().map(|row| row.id.clone());
    Page {
        order_by: shown.iter().map(|row| Some(row.version.to_string())).collect(),
        carried: (unread + shown.len()) as u64,
        rows: shown.iter().map(incoming).collect(),
        bad,
        style: manner.style,
        total: manner.tells_total.then(|| (rows.len() as i64 + off).max(0) as u64),
        has_more: manner.tells_more.then_some(more),
        next_cursor: (manner.style == Style::Cursor && more).then_some(last).flatten(),
        limit: None,
        offset: None,
        asked: Some(100),
        etag,
        last_modified: None,
    }
}

pub fn incoming(row: &Item) -> Incoming {
    let doc = json!({ "id": row.id, "version": row.version, "status": row.status }).to_string();
    let updated_at = i64::try_from(row.version).ok().and_then(|second| Timestamp::from_second(second).ok());
    let columns = Columns { status: Some(row.status.clone()), updated_at, ..Columns::default() };
    Incoming { id: row.id.clone(), columns, join: None, hash: xxh3_64(doc.as_bytes()), doc }
}

fn error(kind: FetchKind, status: Option<u16>) -> FetchError {
    FetchError { kind, path: "/x".into(), status, message: format!("{kind:?} {status:?}"), retry_after: None }
}

impl Source for World {
    fn name(&self) -> &str {
        "world"
    }

    fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    async fn page(&self, ask: &PageAsk, _: Priority) -> Result<Reply, FetchError> {
        // A page is awaited for real, so that a sync can be killed between any two of them.
        tokio::task::yield_now().await;
        self.answer(ask)
    }

    async fn item(&self, collection: &str, id: &str, _: Priority) -> Result<Option<Incoming>, FetchError> {
        let lists = self.lists.lock().unwrap();
        let list = lists.get(collection).ok_or_else(|| error(FetchKind::NotOffered, Some(404)))?;
        Ok(list.rows.iter().find(|row| row.id == id).map(incoming))
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

/// A clock that tests set.
pub mod clock {
    use std::sync::atomic::{AtomicI64, Ordering};

    use super::Timestamp;

    static NOW: AtomicI64 = AtomicI64::new(1_800_000_000);

    /// The present; each call is a second later, so that nothing depends on equal times.
    pub fn now() -> Timestamp {
        Timestamp::from_second(NOW.fetch_add(1, Ordering::Relaxed)).expect("in range")
    }
}
