use std::collections::BTreeMap;

use serde_json::json;
use tempfile::TempDir;

use super::*;
use crate::model::{Base, By, Columns, Effect, Incoming, Intent, ListId};
use crate::outbox::Turn;
use crate::store::{Access, Batch, ListSpec, Mirror};

/// A mirror with one policy and one agent list, and an outbox.
struct Place {
    _folder: TempDir,
    mirror: Mirror,
    outbox: Outbox,
    policies: ListId,
    agents: ListId,
}

fn time(seconds: i64) -> Timestamp {
    Timestamp::from_second(seconds).unwrap()
}

impl Place {
    async fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let mirror = Mirror::open(&folder.path().join("mirror.db"), Access::ReadWrite).unwrap();
        let (outbox, _) = Outbox::open(&folder.path().join("outbox.db"), By::default()).unwrap();
        let spec = |collection: &str, kind| ListSpec {
            key: ListKey::new("main", collection),
            platform: "turen".to_owned(),
            kind,
            agent_join: None,
            agent_list: None,
            content: None,
        };
        let lists = mirror.register(vec![spec("policy", Kind::Policy), spec("agents", Kind::Agent)]).await.unwrap();
        Self { _folder: folder, mirror, outbox, policies: lists[0], agents: lists[1] }
    }

    async fn put(&self, list: ListId, id: &str, doc: &str, hash: u64) {
        let row = Incoming { id: id.to_owned(), columns: Columns::default(), join: None, hash, doc: doc.to_owned() };
        self.mirror.apply(list, Batch { rows: vec![row], ..Batch::default() }, time(1)).await.unwrap();
    }

    fn keep(&self, now: i64) -> usize {
        keep(&self.outbox, &self.mirror.reader().unwrap(), time(now)).unwrap()
    }

    fn versions(&self, id: &str) -> Vec<(u64, Option<String>, String)> {
        let versions = self.outbox.versions(&ListKey::new("main", "policy"), id).unwrap();
        versions.into_iter().map(|version| (version.number, version.label, version.doc)).collect()
    }
}

#[tokio::test]
async fn every_version_of_a_policy_is_kept_once_and_of_nothing_else() {
    let place = Place::new().await;
    place.put(place.agents, "a", r#"{"version":"v0"}"#, 1).await;
    place.put(place.policies, "p", r#"{"version":"v1","n":1.50}"#, 1).await;
    place.put(place.policies, "q", r#"{"version":7}"#, 1).await;
    assert_eq!([place.keep(1), place.keep(2)], [2, 0]);
    place.put(place.policies, "p", r#"{"version":"v2","n":1.50}"#, 2).await;
    assert_eq!([place.keep(3), place.keep(4)], [1, 0]);
    // Back to what it was: a version of its own.
    place.put(place.policies, "p", r#"{"version":"v1","n":1.50}"#, 1).await;
    assert_eq!(place.keep(5), 1);
    let version = |number, label: &str, doc: &str| (number, Some(label.to_owned()), doc.to_owned());
    let (one, two) = (r#"{"version":"v1","n":1.50}"#, r#"{"version":"v2","n":1.50}"#);
    assert_eq!(place.versions("p"), [version(3, "v1", one), version(2, "v2", two), version(1, "v1", one)]);
    assert_eq!(place.versions("q"), [version(1, "7", r#"{"version":7}"#)]);
    assert_eq!(place.versions("a"), []);
}

#[tokio::test]
async fn the_same_document_read_in_another_way_is_no_new_version() {
    let place = Place::new().await;
    place.put(place.policies, "p", r#"{"n":1}"#, 1).await;
    place.keep(1);
    place.put(place.policies, "p", r#"{"n":1}"#, 2).await;
    assert_eq!(place.keep(2), 0);
    assert_eq!(place.versions("p").len(), 1);
}

#[tokio::test]
async fn a_version_names_the_write_that_made_it() {
    let place = Place::new().await;
    place.put(place.policies, "p", r#"{"n":1}"#, 1).await;
    place.keep(1);
    let intent = Intent {
        connection: "main".to_owned(),
        platform: "turen".to_owned(),
        collection: "policy".to_owned(),
        kind: Kind::Policy,
        action: "update".to_owned(),
        verb: "update".to_owned(),
        target: Some("p".to_owned()),
        title: None,
        args: BTreeMap::new(),
        reason: None,
        base: Base::default(),
        effect: Effect { doc: vec![("/n".to_owned(), json!(2))], ..Effect::default() },
        deadline: None,
        undoes: None,
        by: By::default(),
    };
    let write = place.outbox.append(vec![intent], time(2)).unwrap().remove(0);
    for to in [WriteState::Sending, WriteState::Accepted, WriteState::Confirmed] {
        let from = [WriteState::Queued, WriteState::Sending, WriteState::Accepted];
        place.outbox.turn(&write.id, &from, Turn::to(to, time(3))).unwrap().unwrap();
    }
    place.put(place.policies, "p", r#"{"n":2,"m":1}"#, 2).await;
    place.keep(4);
    place.put(place.policies, "p", r#"{"n":3,"m":1}"#, 3).await;
    place.keep(5);
    place.put(place.policies, "p", r#"{"n":2,"m":2}"#, 4).await;
    place.keep(6);
    let versions = place.outbox.versions(&ListKey::new("main", "policy"), "p").unwrap();
    let writes: Vec<_> = versions.into_iter().map(|version| version.write).collect();
    assert_eq!(writes, [None, None, Some(write.id), None]);
}
