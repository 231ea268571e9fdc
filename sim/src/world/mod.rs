//! The world behind the servers: what is true, how it came to be, and how it moves.
//!
//! [`World`] is five places, one for each endpoint, built from the seed and the clock's start. A place is tables of JSON
//! rows in the order in which its server lists them ([`table`]), filled and moved by one file for each platform.
//! Always true: the same seed, scenario, clock and calls give the same rows; nothing here reads the machine's clock.
//! Not here: how a row is served (the dialects) and how a reply goes wrong (the faults).

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::dialect::{Dialect, apply_edit};
use crate::options::{Options, Scenario};
use crate::time::{iso, plain};

pub(crate) mod conflict;
pub(crate) mod exo;
pub(crate) mod hostile;
pub(crate) mod huge;
mod place;
pub(crate) mod runagents;
pub(crate) mod table;
pub(crate) mod transcript;
pub(crate) mod turen;
pub(crate) mod words;

pub(crate) use place::{Place, text};

/// Time between two steps of a world that moves by itself.
const STEP: Duration = Duration::from_millis(1500);

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
    pub(crate) places: Vec<Place>,
    scenario: Scenario,
    hostile: bool,
    moving: bool,
    started: Timestamp,
    /// Steps the world took by itself.
    moved: u64,
}

impl World {
    pub(crate) fn new(options: &Options, now: Timestamp) -> World {
        let build = |(name, dialect): (&'static str, Dialect)| {
            let mut place = Place::new(name, dialect, options.seed, now, options.scenario.scale());
            place.page_cap = options.page_cap;
            dialect.populate(&mut place, options.scenario);
            place
        };
        World {
            places: PLACES.map(build).into(),
            scenario: options.scenario,
            hostile: options.hostile,
            moving: options.moving,
            started: now,
            moved: 0,
        }
    }

    /// Brings the clock to `now`; a world that moves takes the steps that are due, each at its own time.
    pub(crate) fn catch_up(&mut self, now: Timestamp) {
        if self.moving {
            let due = now.duration_since(self.started).as_millis().max(0) as u64 / STEP.as_millis() as u64;
            while self.moved < due {
                self.moved += 1;
                let at = self.started.as_millisecond() + (self.moved * STEP.as_millis() as u64).cast_signed();
                self.set_now(Timestamp::from_millisecond(at).unwrap_or(now));
                self.step(1);
            }
        }
        self.set_now(now);
    }

    fn set_now(&mut self, now: Timestamp) {
        for place in &mut self.places {
            place.now = now;
        }
    }

    /// Takes `n` steps at the clock's present time: in each, one small thing happens in every place.
    pub fn step(&mut self, n: u32) {
        for _ in 0..n {
            for place in &mut self.places {
                if self.scenario == Scenario::Conflict {
                    place.dialect.interfere(place);
                } else {
                    place.dialect.step(place);
                }
            }
        }
    }

    fn place(&self, endpoint: &str) -> Option<&Place> {
        self.places.iter().find(|place| place.name == endpoint)
    }

    fn place_mut(&mut self, endpoint: &str) -> Option<&mut Place> {
        self.places.iter_mut().find(|place| place.name == endpoint)
    }

    /// Every row an endpoint holds of a collection, of all partitions, in the order of its list. Empty when it knows no
    /// such collection. `registered-agents`, `workflow-runs` and `workflow_runs` are all understood.
    pub fn rows(&self, endpoint: &str, collection: &str) -> Vec<Value> {
        let Some(place) = self.place(endpoint) else { return Vec::new() };
        let collection = canonical(collection);
        let mut rows = if place.has(&collection) {
            place.table(&collection).all()
        } else {
            place.dialect.derived(place, &collection)
        };
        if self.hostile {
            rows.iter_mut().for_each(|row| hostile::plant(row, place.dialect));
        }
        rows
    }

    /// Adds `n` new rows as the platform would make them; their ids. Empty where a collection cannot grow.
    pub fn insert(&mut self, endpoint: &str, collection: &str, n: u32) -> Vec<String> {
        let Some(place) = self.place_mut(endpoint) else { return Vec::new() };
        let collection = canonical(collection);
        (0..n).filter_map(|_| place.dialect.grow(place, &collection)).collect()
    }

    /// Puts a row as it stands, instead of one with the same id; `false` where there is no such collection.
    pub fn put(&mut self, endpoint: &str, collection: &str, row: Value) -> bool {
        let collection = canonical(collection);
        let place = self.place_mut(endpoint).filter(|place| place.has(&collection));
        place.map(|place| place.put(&collection, row)).is_some()
    }

    /// Takes a row away; `false` when it was not there.
    pub fn remove(&mut self, endpoint: &str, collection: &str, id: &str) -> bool {
        let collection = canonical(collection);
        let place = self.place_mut(endpoint).filter(|place| place.has(&collection));
        place.is_some_and(|place| place.table_mut(&collection).remove(id).is_some())
    }

    /// Changes fields of a row, an object's worth of them. With `bump`, the time of its last change becomes now, and a
    /// list in that order moves it; without, it changes silently. `false` when it was not there.
    pub fn edit(&mut self, endpoint: &str, collection: &str, id: &str, patch: &Value, bump: bool) -> bool {
        let collection = canonical(collection);
        let Some(place) = self.place_mut(endpoint) else { return false };
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

    /// Ends every session that is signed in at an endpoint.
    pub fn expire_sessions(&mut self, endpoint: &str) {
        if let Some(place) = self.place_mut(endpoint) {
            place.sign_ins.open.clear();
        }
    }

    pub(crate) fn is_hostile(&self) -> bool {
        self.hostile
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
