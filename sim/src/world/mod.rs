//! The world behind the servers: what is true, how it came to be, and how it moves.
//!
//! [`World`] is five places, one for each endpoint, built from the seed and the clock's start. A place is tables of JSON
//! rows in the order in which its server lists them ([`table`]), filled and moved by one file for each platform.
//! Always true: the same seed, scenario, clock and calls give the same rows; nothing here reads the machine's clock.
//! Not here: how a row is served (the dialects) and how a reply goes wrong (the faults).

use std::cell::OnceCell;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::dialect::{Dialect, apply_edit};
use crate::options::{Options, Quirk, Scenario};
use crate::time::{iso, plain};

pub(crate) mod conflict;
pub(crate) mod exo;
pub(crate) mod hostile;
pub(crate) mod huge;
pub(crate) mod lag;
mod place;
pub(crate) mod runagents;
pub(crate) mod table;
pub(crate) mod transcript;
pub(crate) mod turen;
pub(crate) mod words;

pub(crate) use place::{Place, text};

/// Time between two steps of a world that moves by itself.
const STEP: Duration = Duration::from_millis(1500);

/// Steps taken at once after the clock has jumped.
const LONGEST_CATCH_UP: u64 = 2400;

/// The endpoints, in the order of their ports.
const PLACES: [(&str, Dialect); 5] = [
    ("turen", Dialect::Turen),
    ("exo", Dialect::Exo),
    ("runagents", Dialect::RunAgents),
    ("exo-documented", Dialect::ExoDocumented),
    ("runagents-v1alpha", Dialect::RunAgentsAlpha),
];

/// What all the servers hold.
#[derive(Debug)]
pub struct World {
    slots: Vec<Slot>,
    options: Options,
    started: Timestamp,
    now: Timestamp,
    /// Steps the world took by itself.
    moved: u64,
}

/// A place that is built when it is first looked at: a test that talks to one platform does not pay for five. What is
/// built does not depend on when, only on the seed and the time the world started.
#[derive(Debug)]
struct Slot {
    name: &'static str,
    dialect: Dialect,
    place: OnceCell<Place>,
}

impl World {
    pub(crate) fn new(options: &Options, now: Timestamp) -> World {
        let slot = |(name, dialect)| Slot { name, dialect, place: OnceCell::new() };
        World { slots: PLACES.map(slot).into(), options: options.clone(), started: now, now, moved: 0 }
    }

    /// Names and dialects of the places, in the order of their ports.
    pub(crate) fn dialects(&self) -> impl Iterator<Item = (&'static str, Dialect)> {
        self.slots.iter().map(|slot| (slot.name, slot.dialect))
    }

    pub(crate) fn name(&self, index: usize) -> &'static str {
        self.slots[index].name
    }

    /// Brings the clock to `now`; a world that moves takes the steps that are due, each at its own time.
    pub(crate) fn catch_up(&mut self, now: Timestamp) {
        if self.options.moving {
            let step = i64::try_from(STEP.as_millis()).unwrap_or(i64::MAX);
            let started = self.started.as_millisecond();
            let due = ((now.as_millisecond() - started) / step).max(0).unsigned_abs();
            // A machine that slept for a night wakes to a world that paused with it.
            self.moved = self.moved.max(due.saturating_sub(LONGEST_CATCH_UP));
            while self.moved < due {
                self.moved += 1;
                let at = started + self.moved.cast_signed() * step;
                self.now = Timestamp::from_millisecond(at).unwrap_or(now);
                self.step(1);
            }
        }
        self.now = now;
    }

    /// Takes `n` steps at the clock's present time: in each, one small thing happens in every place.
    pub fn step(&mut self, n: u32) {
        let conflict = self.options.scenario == Scenario::Conflict;
        for _ in 0..n {
            for index in 0..self.slots.len() {
                let place = self.place_mut(index);
                if conflict {
                    place.dialect.interfere(place);
                } else {
                    place.dialect.step(place);
                }
            }
        }
    }

    fn place(&self, index: usize) -> &Place {
        let slot = &self.slots[index];
        slot.place.get_or_init(|| {
            let scale = self.options.scenario.scale();
            let mut place = Place::new(slot.name, slot.dialect, self.options.seed, self.started, scale);
            place.page_cap = self.options.page_cap;
            slot.dialect.populate(&mut place, self.options.scenario);
            slot.dialect.tick(&mut place);
            place
        })
    }

    /// The place behind a port, with its clock at the present.
    pub(crate) fn place_mut(&mut self, index: usize) -> &mut Place {
        self.place(index);
        let now = self.now;
        match self.slots[index].place.get_mut() {
            Some(place) => {
                if place.now != now {
                    place.now = now;
                    place.dialect.tick(place);
                }
                place
            }
            None => unreachable!("built one line above"),
        }
    }

    fn index(&self, endpoint: &str) -> Option<usize> {
        self.slots.iter().position(|slot| slot.name == endpoint)
    }

    fn named(&mut self, endpoint: &str) -> Option<&mut Place> {
        self.index(endpoint).map(|index| self.place_mut(index))
    }

    /// Every row an endpoint holds of a collection, of all partitions, in the order of its list. Empty when it knows no
    /// such collection. `registered-agents`, `workflow-runs` and `workflow_runs` are all understood.
    pub fn rows(&mut self, endpoint: &str, collection: &str) -> Vec<Value> {
        let hostile = self.options.hostile;
        let Some(place) = self.named(endpoint) else { return Vec::new() };
        let collection = canonical(collection);
        let mut rows = if !place.dialect.serves(&collection) {
            Vec::new()
        } else if place.has(&collection) {
            place.table(&collection).all()
        } else {
            place.dialect.derived(place, &collection)
        };
        if collection == "approvals" && place.dialect == Dialect::Exo {
            rows.retain(|row| row["status"] == "pending");
        }
        if hostile {
            rows.iter_mut().for_each(|row| hostile::plant(row, place.dialect));
        }
        rows
    }

    /// Adds `n` new rows as the platform would make them; their ids. Empty where a collection cannot grow.
    pub fn insert(&mut self, endpoint: &str, collection: &str, n: u32) -> Vec<String> {
        let Some(place) = self.named(endpoint) else { return Vec::new() };
        let collection = canonical(collection);
        (0..n).filter_map(|_| place.dialect.grow(place, &collection)).collect()
    }

    /// Puts a row as it stands, instead of one with the same id; `false` where there is no such collection.
    pub fn put(&mut self, endpoint: &str, collection: &str, row: Value) -> bool {
        let collection = canonical(collection);
        let place = self.named(endpoint).filter(|place| place.has(&collection));
        place.map(|place| place.put(&collection, row)).is_some()
    }

    /// Takes a row away; `false` when it was not there.
    pub fn remove(&mut self, endpoint: &str, collection: &str, id: &str) -> bool {
        let collection = canonical(collection);
        let place = self.named(endpoint).filter(|place| place.has(&collection));
        place.is_some_and(|place| place.table_mut(&collection).remove(id).is_some())
    }

    /// Changes the fields of a row that `patch`, an object, names; a null in it leaves the field alone. With `bump`, the time of its last change becomes now, and a
    /// list in that order moves it; without, it changes silently. `false` when it was not there.
    pub fn edit(&mut self, endpoint: &str, collection: &str, id: &str, patch: &Value, bump: bool) -> bool {
        let collection = canonical(collection);
        let Some(place) = self.named(endpoint) else { return false };
        let dialect = place.dialect;
        let field = dialect.modified_field(&collection);
        let now = if dialect.platform() == "exo" { plain(place.now) } else { iso(place.now) };
        let nothing = Map::new();
        let patch = patch.as_object().unwrap_or(&nothing);
        let change = |row: &mut Value| {
            apply_edit(row, patch);
            if bump && row.get(field).is_some() {
                row[field] = now.into();
            }
        };
        if let Some(single) = place.singles.get_mut(collection.as_str()) {
            change(single);
            return true;
        }
        place.has(&collection) && place.update(&collection, id, change)
    }

    /// Another person answers an approval, as they would through the platform; `false` when it is not pending.
    pub fn decide(&mut self, endpoint: &str, id: &str, approve: bool, by: &str) -> bool {
        let Some(place) = self.named(endpoint) else { return false };
        match place.dialect.platform() {
            "exo" => exo::respond(place, id, approve, None) == Some(true),
            "runagents" | "runagents-v1alpha" => runagents::decide(place, id, approve, by, None).is_some(),
            _ => false,
        }
    }

    /// Puts a quirk on a platform.
    pub fn quirk(&mut self, endpoint: &str, quirk: Quirk) {
        if let Some(place) = self.named(endpoint) {
            place.quirks.insert(quirk);
        }
    }

    /// Ends every session that is signed in at an endpoint.
    pub fn expire_sessions(&mut self, endpoint: &str) {
        if let Some(place) = self.named(endpoint) {
            place.sign_ins.open.clear();
        }
    }

    pub(crate) fn is_hostile(&self) -> bool {
        self.options.hostile
    }
}

/// The name of a table for what people call it.
fn canonical(collection: &str) -> String {
    let name = collection.replace('-', "_");
    match name.as_str() {
        "registered_agents" => "agents".to_owned(),
        "approval_requests" => "approvals".to_owned(),
        "approval_connectors" => "connectors".to_owned(),
        _ => name,
    }
}
