//! Timelines out of a real mirror and outbox: whose they are, and which policies are on them.

use quarterdeck_sync::model::{Columns, Incoming};
use quarterdeck_sync::outbox::Outbox;
use quarterdeck_sync::store::{Access, Batch, ListSpec, Mirror};
use serde_json::{Value, json};

use super::*;

/// A moment of this day.
fn at(time: &str) -> Timestamp {
    format!("2026-03-10T{time}:00Z").parse().expect("a time")
}

struct Place {
    mirror: Mirror,
    outbox: Outbox,
    runtime: tokio::runtime::Runtime,
    _home: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        let home = tempfile::tempdir().expect("a folder");
        let mirror = Mirror::open(&home.path().join("mirror.db"), Access::ReadWrite).expect("a mirror");
        let (outbox, _) = Outbox::open(&home.path().join("outbox.db"), Default::default()).expect("an outbox");
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        Self { mirror, outbox, runtime, _home: home }
    }

    /// A record, of an agent or of nobody.
    fn add(&self, of: (&str, Kind), agent: Option<&str>, time: &str, doc: &Value) {
        self.add_to("prod", of, agent, time, doc);
    }

    fn add_to(&self, connection: &str, (collection, kind): (&str, Kind), agent: Option<&str>, time: &str, doc: &Value) {
        let key = ListKey::new(connection, collection);
        let agents = (kind != Kind::Agent).then(|| "agents".to_owned());
        let spec = ListSpec {
            key: key.clone(),
            platform: "any".to_owned(),
            kind,
            agent_join: None,
            agent_list: agents,
            content: None,
        };
        let id = doc["id"].as_str().expect("an id").to_owned();
        let columns = Columns {
            title: doc["name"].as_str().map(str::to_owned),
            agent: agent.map(str::to_owned),
            updated_at: Some(at(time)),
            ..Columns::default()
        };
        let row = Incoming { id: id.clone(), columns, join: None, hash: 1, doc: doc.to_string() };
        self.runtime.block_on(async {
            let list = self.mirror.register(vec![spec]).await.expect("a list")[0];
            self.mirror.apply(list, Batch { rows: vec![row], ..Batch::default() }, at(time)).await.expect("a row");
            // Only then there is an order by agent, from which the lanes are counted.
            self.mirror.settle().await.expect("an order");
        });
        if kind == Kind::Policy {
            let kept = self.outbox.keep_version(&key, &id, &doc.to_string(), 1, None, None, at(time));
            kept.expect("a version");
        }
    }

    fn of(&self, collection: &str, id: &str) -> Result<Timeline, TimelineError> {
        self.whose(collection, id, false)
    }

    fn whose(&self, collection: &str, id: &str, machine: bool) -> Result<Timeline, TimelineError> {
        let ask = Ask {
            list: ListKey::new("prod", collection),
            id: id.to_owned(),
            machine,
            from: at("00:00"),
            to: at("23:59"),
            cells: 24,
            around: at("23:00"),
            side: 50,
        };
        let reader = self.mirror.reader().expect("a reader");
        gather(&reader, Some(&self.outbox), &ask).map(|found| found.expect("a record"))
    }
}

const EVENTS: (&str, Kind) = ("events", Kind::Event);
const AGENTS: (&str, Kind) = ("agents", Kind::Agent);
const POLICIES: (&str, Kind) = ("policies", Kind::Policy);

fn ids(timeline: &Timeline, lane: Lane) -> Vec<&str> {
    timeline.items.iter().filter(|item| item.lane == lane).map(|item| item.id.as_str()).collect()
}

fn counted(timeline: &Timeline, of: Lane) -> u64 {
    timeline.lanes.iter().filter(|lane| lane.lane == of).flat_map(|lane| &lane.counts).sum()
}

#[test]
fn an_event_that_names_only_its_host_leads_to_the_machine_with_every_agent_on_it() {
    let place = Place::new();
    place.add(AGENTS, None, "01:00", &json!({"id": "a1", "name": "first", "hostname": "web-01"}));
    place.add(AGENTS, None, "01:00", &json!({"id": "a2", "name": "WEB-01"}));
    place.add(
        AGENTS,
        None,
        "01:00",
        &json!({"id": "a3", "name": "third", "hostname": "web-02", "note": "not on web-01"}),
    );
    place.add(EVENTS, Some("a1"), "02:00", &json!({"id": "e1"}));
    place.add(EVENTS, Some("a2"), "03:00", &json!({"id": "e2"}));
    place.add(EVENTS, Some("a3"), "04:00", &json!({"id": "e3"}));
    place.add(EVENTS, None, "05:00", &json!({"id": "e4", "host": "web-01"}));
    place.add(EVENTS, None, "06:00", &json!({"id": "e5", "host": "web-02"}));
    place.add(EVENTS, None, "07:00", &json!({"id": "e6", "actor": {"hostname": "web-01"}}));
    place.add(EVENTS, None, "08:00", &json!({"id": "e7"}));
    let timeline = place.of("events", "e4").expect("a timeline");
    assert_eq!((timeline.agent.id.as_str(), timeline.agent.machine), ("web-01", Some(2)));
    assert_eq!(ids(&timeline, Lane::Event), ["e1", "e2", "e4", "e6"]);
    assert_eq!(counted(&timeline, Lane::Event), 4, "the lane counts what is listed");
    let lonely = place.of("events", "e7").expect_err("nobody's");
    assert!(lonely.to_string().contains("names no agent and no machine"), "{lonely}");
    let one = place.of("events", "e1").expect("a timeline");
    assert_eq!((one.agent.machine, ids(&one, Lane::Event)), (None, vec!["e1"]), "who names an agent leads to that one");
}

#[test]
fn a_machine_is_every_agent_on_it_whatever_platform_tells_of_it_and_an_agent_leads_to_its_machine() {
    let place = Place::new();
    place.add(AGENTS, None, "01:00", &json!({"id": "1", "name": "first", "hostname": "web-01"}));
    place.add_to("lab", AGENTS, None, "01:00", &json!({"id": "7", "name": "web-01"}));
    // Another agent altogether, which happens to be numbered as the first one is.
    place.add_to("lab", AGENTS, None, "01:00", &json!({"id": "1", "name": "third", "hostname": "web-02"}));
    place.add(EVENTS, Some("1"), "02:00", &json!({"id": "e1"}));
    place.add_to("lab", EVENTS, Some("7"), "03:00", &json!({"id": "e2"}));
    place.add_to("lab", EVENTS, Some("1"), "04:00", &json!({"id": "e3"}));
    place.add_to("lab", EVENTS, None, "05:00", &json!({"id": "e4", "host": "web-01"}));
    place.add_to("lab", POLICIES, None, "06:00", &json!({"id": "p1", "name": "lab", "used_by": ["web-01"]}));
    let machine = place.whose("agents", "1", true).expect("a timeline");
    assert_eq!((machine.agent.id.as_str(), machine.agent.machine), ("web-01", Some(2)));
    assert_eq!(ids(&machine, Lane::Event), ["e1", "e2", "e4"]);
    assert_eq!(ids(&machine, Lane::Policy), ["p1"], "it binds the agent on the other platform");
    assert_eq!(counted(&machine, Lane::Event), 3, "the lane counts what is listed");
    let agent = place.of("agents", "1").expect("a timeline");
    assert_eq!((agent.agent.machine, ids(&agent, Lane::Event)), (None, vec!["e1"]));
}

#[test]
fn only_policies_that_bind_the_agent_are_on_its_timeline() {
    let place = Place::new();
    place.add(AGENTS, None, "01:00", &json!({"id": "a1", "name": "refunds"}));
    place.add(AGENTS, None, "01:00", &json!({"id": "a2", "name": "triage"}));
    place.add(EVENTS, Some("a1"), "02:00", &json!({"id": "e1"}));
    place.add(POLICIES, None, "03:00", &json!({"id": "p1", "name": "money", "used_by": ["refunds"]}));
    place.add(POLICIES, None, "04:00", &json!({"id": "p2", "name": "mail", "used_by": ["triage"]}));
    place.add(POLICIES, None, "05:00", &json!({"id": "p3", "name": "silent"}));
    let timeline = place.of("events", "e1").expect("a timeline");
    let policies: Vec<(&str, bool)> = timeline
        .items
        .iter()
        .filter(|item| item.lane == Lane::Policy)
        .map(|item| (item.id.as_str(), item.title.ends_with("(whom it binds is not told)")))
        .collect();
    assert_eq!(policies, [("p1", false), ("p3", true)]);
}
