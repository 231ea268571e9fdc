//! Which agents were contained from here, and whether that still holds.
//!
//! Derived with each question from our writes and the mirror, and kept nowhere. Where a platform's own status says that an agent
//! stands still there is nothing to add; RunAgents binds a policy in a document that is not mirrored, and Exo stops what is
//! deployed of the agent. What a containment did record by record can be seen again: a deployment that is active, or a run that
//! is at work, as the platform has shown it after the containment was confirmed, says that the agent is active again.
//!
//! Not here: that document of RunAgents. Who takes the policy out of it in the vendor's console is noticed with the first run
//! that the agent begins.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use quarterdeck_sync::model::{Field, Filter, Kind, Match, Query, Scope, Write, WriteState};
use quarterdeck_sync::outbox::action::{self, Cover};
use quarterdeck_sync::outbox::{Outbox, Which};
use quarterdeck_sync::platform::Manifest;
use quarterdeck_sync::store::Reader;
use serde_json::Value;

use super::house::{House, words};
use crate::tui::kept::{Containment, Flagged};

/// Decisions that are looked through for containments, the newest.
const LOOKED_AT: usize = 1_000;
/// Records of one agent that are looked at, the newest.
const RECORDS: usize = 100;
/// Longer than a walk over a list of deployments or runs takes: one that ended so much later has begun later, too.
const WALK: SignedDuration = SignedDuration::from_mins(10);

impl House {
    /// The agents that were contained and not released from here since.
    pub(super) fn contained(&self, outbox: &Outbox) -> Result<Flagged, String> {
        let mut flagged = Flagged::default();
        let writes = containments(outbox)?;
        if writes.is_empty() {
            return Ok(flagged);
        }
        let reader = self.reader()?;
        for write in &writes {
            // While the manifests are being read nothing speaks against it.
            let manifest = self.manifest(&write.intent.platform).ok().map(Arc::clone);
            let undone = manifest.map_or(Ok(false), |manifest| undone(&reader, &manifest, write))?;
            let how = if undone { Containment::Undone } else { Containment::Holds };
            if let Some(target) = write.intent.target.clone() {
                flagged.contain(write.list(), target, how);
            }
        }
        Ok(flagged)
    }
}

/// Of each agent the last confirmed containment, unless a release was confirmed after it, or its own status tells of it.
fn containments(outbox: &Outbox) -> Result<Vec<Write>, String> {
    let which = Which { all: true, states: vec![WriteState::Confirmed], limit: Some(LOOKED_AT), ..Which::default() };
    let mut told = BTreeSet::new();
    let mut found = Vec::new();
    // The newest first: what was decided last holds.
    for write in outbox.list(&which).map_err(words)?.into_iter().rev() {
        let intent = &write.intent;
        let contains = intent.verb == "contain";
        let Some(target) = intent.target.clone().filter(|_| contains || intent.verb == "release") else { continue };
        let first = told.insert((write.list(), target));
        if first && contains && intent.kind == Kind::Agent && intent.effect.columns.status.is_none() {
            found.push(write);
        }
    }
    Ok(found)
}

/// Has the platform shown anything since that the containment would have to stop again?
fn undone(reader: &Reader, manifest: &Manifest, write: &Write) -> Result<bool, String> {
    for cover in action::covers(manifest, &write.intent) {
        if acts(reader, &cover, write, write.updated_at)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn acts(reader: &Reader, cover: &Cover<'_>, write: &Write, since: Timestamp) -> Result<bool, String> {
    let scope = Scope {
        connections: vec![write.intent.connection.clone()],
        collections: vec![cover.collection.to_owned()],
        ..Scope::default()
    };
    let is = |field, word: &str| Filter::Field(field, Match::Is(word.to_owned()));
    let mut filters = vec![is(Field::Agent, write.intent.target.as_deref().unwrap_or_default())];
    let statuses: Vec<Filter> = cover.statuses().into_iter().map(|word| is(Field::Status, word)).collect();
    if !statuses.is_empty() {
        filters.push(Filter::Or(statuses));
    }
    let query = Query { filter: Filter::And(filters), limit: RECORDS, ..Query::newest(scope) };
    for row in reader.window(&query).map_err(words)?.rows {
        // What was asked for before may be from before, however late the answer came. A walk that met the record as it was says when
        // it ended, and not when it asked.
        let read = reader.read_at(row.key).map_err(words)?.is_some_and(|at| at > since);
        if !read && row.confirmed_at.duration_since(since) <= WALK {
            continue;
        }
        let Some(record) = reader.record(row.key).map_err(words)? else { continue };
        let doc: Value = serde_json::from_str(&record.doc).unwrap_or_default();
        if cover.is_undone(&doc) {
            return Ok(true);
        }
    }
    Ok(false)
}

#[cfg(test)]
mod tests {
    use quarterdeck_sync::model::{
        Base, By, ColumnEdits, Columns, Effect, Incoming, Intent, ListKey, ListState, Offered, Row,
    };
    use quarterdeck_sync::outbox::Turn;
    use quarterdeck_sync::platform::Registry;
    use quarterdeck_sync::store::{Access, Batch, ListSpec, Mirror};
    use serde_json::json;

    use super::super::house::Open;
    use super::super::seen::Seen;
    use super::*;
    use crate::config::Paths;

    /// A moment of this day.
    fn at(time: &str) -> Timestamp {
        format!("2026-03-10T{time}Z").parse().unwrap()
    }

    struct Place {
        house: House,
        outbox: Outbox,
        mirror: Mirror,
        runtime: tokio::runtime::Runtime,
        _home: tempfile::TempDir,
    }

    impl Place {
        fn new() -> Self {
            let home = tempfile::tempdir().unwrap();
            let paths = Paths::under(home.path());
            let mirror = Mirror::open(&paths.mirror(), Access::ReadWrite).unwrap();
            let (outbox, _) = Outbox::open(&paths.outbox(), By::default()).unwrap();
            let looking = Mirror::open(&paths.mirror(), Access::ReadOnly).unwrap();
            let house = House::new(Seen::new(looking, &paths.outbox()), paths, By::default(), Vec::new());
            house.open.set(Open::new(&Registry::builtin(), Some(outbox.clone()))).unwrap();
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            Self { house, outbox, mirror, runtime, _home: home }
        }

        /// Keeps a decision, and brings it where it ends, at this time.
        fn decide(&self, intent: Intent, ends: WriteState, time: &str) {
            let write = self.outbox.append(vec![intent], at(time)).unwrap().remove(0);
            let mut from = WriteState::Queued;
            for to in [WriteState::Sending, WriteState::Accepted, WriteState::Confirmed] {
                if from != ends {
                    assert!(self.outbox.turn(&write.id, &[from], Turn::to(to, at(time))).unwrap().is_some());
                    from = to;
                }
            }
        }

        /// What a pull has read at this time.
        fn read(&self, list: (&str, &str, Kind), agent: &str, doc: &Value, time: &str) {
            self.read_slowly(list, agent, doc, (time, time));
        }

        /// The same, of a page that was asked for at the first time and came at the second.
        fn read_slowly(
            &self,
            (platform, collection, kind): (&str, &str, Kind),
            agent: &str,
            doc: &Value,
            (asked, time): (&str, &str),
        ) {
            let key = ListKey::new(platform, collection);
            let platform = platform.to_owned();
            let agents = Some("agents".to_owned());
            let spec = ListSpec { key, platform, kind, agent_join: None, agent_list: agents, content: None };
            let columns = Columns {
                status: doc["status"].as_str().map(str::to_owned),
                agent: Some(agent.to_owned()),
                ..Columns::default()
            };
            let hash = at(time).as_second() as u64;
            let id = doc["id"].as_str().unwrap().to_owned();
            let row = Incoming { id, columns, join: None, hash, doc: doc.to_string() };
            self.runtime.block_on(async {
                let list = self.mirror.register(vec![spec]).await.unwrap()[0];
                let batch = Batch { rows: vec![row], asked_at: Some(at(asked)), ..Batch::default() };
                self.mirror.apply(list, batch, at(time)).await.unwrap();
            });
        }

        /// A walk over a list has met every record of it unchanged, and ended at this time.
        fn walked(&self, (platform, collection, kind): (&str, &str, Kind), time: &str) {
            let (key, name) = (ListKey::new(platform, collection), platform.to_owned());
            let agents = Some("agents".to_owned());
            let spec = ListSpec { key, platform: name, kind, agent_join: None, agent_list: agents, content: None };
            let state = ListState { walked_at: Some(at(time)), offered: Offered::Yes, ..ListState::default() };
            self.runtime.block_on(async {
                let list = self.mirror.register(vec![spec]).await.unwrap()[0];
                let batch = Batch { state: Some(state), ..Batch::default() };
                self.mirror.apply(list, batch, at(time)).await.unwrap();
            });
        }

        fn how(&self, platform: &str, id: &str) -> Option<Containment> {
            let row = Row::bare(ListKey::new(platform, "agents"), platform, Kind::Agent, id);
            self.house.contained(&self.outbox).unwrap().containment(&row)
        }
    }

    fn intent(platform: &str, verb: &str, id: &str, becomes: Option<&str>) -> Intent {
        let status = becomes.map(|status| Some(status.to_owned()));
        Intent {
            connection: platform.to_owned(),
            platform: platform.to_owned(),
            collection: "agents".to_owned(),
            kind: Kind::Agent,
            action: verb.to_owned(),
            verb: verb.to_owned(),
            target: Some(id.to_owned()),
            title: None,
            args: Default::default(),
            reason: None,
            base: Base::default(),
            effect: Effect { doc: Vec::new(), columns: ColumnEdits { status, ..ColumnEdits::default() } },
            deadline: None,
            undoes: None,
            by: By::default(),
        }
    }

    const HOLDS: Option<Containment> = Some(Containment::Holds);
    const UNDONE: Option<Containment> = Some(Containment::Undone);
    const DEPLOYMENTS: (&str, &str, Kind) = ("exo", "deployments", Kind::Other);
    const RUNS: (&str, &str, Kind) = ("runagents", "runs", Kind::Run);

    fn deployment(agent: &str, status: &str) -> Value {
        json!({"id": format!("d-{agent}"), "entity_type": "agent", "entity_id": agent, "status": status})
    }

    #[test]
    fn an_agent_is_contained_from_the_confirmed_containment_to_its_release() {
        let place = Place::new();
        place.decide(intent("runagents", "contain", "refunds", None), WriteState::Queued, "08:00:00");
        assert_eq!(place.how("runagents", "refunds"), None, "what is under way stands in the row by itself");
        place.decide(intent("runagents", "contain", "triage", None), WriteState::Confirmed, "08:00:00");
        place.decide(intent("turen", "contain", "agt_1", Some("suspended")), WriteState::Confirmed, "08:00:00");
        assert_eq!((place.how("runagents", "triage"), place.how("runagents", "other")), (HOLDS, None));
        assert_eq!(place.how("turen", "agt_1"), None, "there the status says so");
        place.decide(intent("runagents", "release", "triage", None), WriteState::Confirmed, "08:05:00");
        assert_eq!(place.how("runagents", "triage"), None);
        place.decide(intent("runagents", "contain", "triage", None), WriteState::Confirmed, "08:06:00");
        assert_eq!(place.how("runagents", "triage"), HOLDS);
    }

    #[test]
    fn a_deployment_that_somebody_activates_in_the_vendors_console_is_told() {
        let place = Place::new();
        place.read(DEPLOYMENTS, "7", &deployment("7", "active"), "07:59:00");
        place.decide(intent("exo", "contain", "7", None), WriteState::Confirmed, "08:00:00");
        assert_eq!(place.how("exo", "7"), HOLDS, "what was read before it is from before it");
        place.read(DEPLOYMENTS, "7", &deployment("7", "inactive"), "08:01:00");
        assert_eq!(place.how("exo", "7"), HOLDS);
        place.read(DEPLOYMENTS, "8", &deployment("8", "active"), "08:02:00");
        assert_eq!(place.how("exo", "7"), HOLDS, "another agent's says nothing");
        place.read(DEPLOYMENTS, "7", &deployment("7", "active"), "08:03:00");
        assert_eq!(place.how("exo", "7"), UNDONE);
        place.read(DEPLOYMENTS, "7", &deployment("7", "inactive"), "08:04:00");
        assert_eq!(place.how("exo", "7"), HOLDS, "and inactive again");
    }

    #[test]
    fn an_answer_that_was_asked_for_before_the_containment_says_nothing_however_late_it_came() {
        let place = Place::new();
        place.read(DEPLOYMENTS, "7", &deployment("7", "inactive"), "07:58:00");
        place.decide(intent("exo", "contain", "7", None), WriteState::Confirmed, "08:00:00");
        place.read_slowly(DEPLOYMENTS, "7", &deployment("7", "active"), ("07:59:58", "08:00:03"));
        assert_eq!(place.how("exo", "7"), HOLDS, "the page is from before the containment");
        place.walked(DEPLOYMENTS, "08:00:20");
        assert_eq!(place.how("exo", "7"), HOLDS, "and so may be the walk that it is a part of");
        place.read_slowly(DEPLOYMENTS, "7", &deployment("7", "inactive"), ("08:00:30", "08:00:31"));
        place.read_slowly(DEPLOYMENTS, "7", &deployment("7", "active"), ("08:00:40", "08:00:41"));
        assert_eq!(place.how("exo", "7"), UNDONE, "this one was asked for later");
    }

    #[test]
    fn what_goes_on_unchanged_is_told_once_a_walk_must_have_seen_it_since() {
        let place = Place::new();
        place.read(DEPLOYMENTS, "7", &deployment("7", "active"), "07:58:00");
        place.decide(intent("exo", "contain", "7", None), WriteState::Confirmed, "08:00:00");
        place.walked(DEPLOYMENTS, "08:05:00");
        assert_eq!(place.how("exo", "7"), HOLDS);
        place.walked(DEPLOYMENTS, "08:30:00");
        assert_eq!(place.how("exo", "7"), UNDONE);
    }

    #[test]
    fn a_run_that_is_at_work_after_its_agent_was_contained_is_told() {
        let place = Place::new();
        let run = |status: &str| json!({"id": "r-1", "agent_id": "triage", "status": status});
        place.decide(intent("runagents", "contain", "triage", None), WriteState::Confirmed, "08:00:00");
        place.read(RUNS, "triage", &run("FAILED"), "08:01:00");
        assert_eq!(place.how("runagents", "triage"), HOLDS);
        place.read(RUNS, "triage", &run("PAUSED_APPROVAL"), "08:02:00");
        assert_eq!(place.how("runagents", "triage"), UNDONE);
    }

    #[test]
    fn who_contains_it_again_sees_it_contained() {
        let place = Place::new();
        place.decide(intent("exo", "contain", "7", None), WriteState::Confirmed, "08:00:00");
        place.read(DEPLOYMENTS, "7", &deployment("7", "active"), "08:03:00");
        assert_eq!(place.how("exo", "7"), UNDONE);
        place.decide(intent("exo", "contain", "7", None), WriteState::Confirmed, "08:05:00");
        assert_eq!(place.how("exo", "7"), HOLDS);
        place.decide(intent("exo", "release", "7", None), WriteState::Confirmed, "08:06:00");
        assert_eq!(place.how("exo", "7"), None);
    }
}
