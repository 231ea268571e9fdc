//! Documents for the editor, over a mirror and an outbox as they are on the disk.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use quarterdeck_sync::model::{By, Kind, ListKey, RowKey};
use quarterdeck_sync::outbox::Outbox;
use quarterdeck_sync::outbox::decide::Decision;
use quarterdeck_sync::platform::Registry;
use quarterdeck_sync::store::{Access, Batch, ListSpec, Mirror};
use serde_json::json;

use super::super::house::Open;
use super::super::seen::Seen as Sight;
use super::*;
use crate::config::Paths;
use crate::tui::decisions::{Confirmed, Deed, Outcome, Subject, Target};
use crate::tui::drafting::{Kept, Weight};

/// A home with one policy of Turen and two agents.
struct Place {
    _home: tempfile::TempDir,
    house: House,
    mirror: Mirror,
    runtime: tokio::runtime::Runtime,
}

fn policy(score: f64) -> Value {
    json!({"version": "v1.4.2", "name": "Default", "rules": {"min_scorecard": score, "review_on_new_package_days": 14,
        "allowed_licenses": ["MIT", "ISC"], "typosquat_action": "block"}})
}

impl Place {
    fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        let paths = Paths::under(home.path());
        let mirror = Mirror::open(&paths.mirror(), Access::ReadWrite).unwrap();
        let (outbox, _) = Outbox::open(&paths.outbox(), By::default()).unwrap();
        let looking = Mirror::open(&paths.mirror(), Access::ReadOnly).unwrap();
        let house = House::new(Sight::new(looking, &paths.outbox()), paths, By::default(), Vec::new());
        house.open.set(Open::new(&Registry::builtin(), Some(outbox))).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let place = Self { _home: home, house, mirror, runtime };
        place.put("policy", Kind::Policy, &[policy(3.0)]);
        place.put(
            "agents",
            Kind::Agent,
            &[
                json!({"id": "agt_1", "hostname": "a", "status": "active", "policy_version": "v1.4.1"}),
                json!({"id": "agt_2", "hostname": "b", "status": "active"}),
            ],
        );
        place
    }

    /// Puts rows of a list into the mirror, as a pull does.
    fn put(&self, collection: &str, kind: Kind, docs: &[Value]) {
        let key = ListKey::new("turen", collection);
        let platform = "turen".to_owned();
        let spec = ListSpec { key, platform, kind, agent_join: None, agent_list: None, content: None };
        let row = |doc: &Value| {
            let text = doc.to_string();
            let mut hasher = std::hash::DefaultHasher::new();
            text.hash(&mut hasher);
            let id = doc["id"].as_str().unwrap_or("policy").to_owned();
            Incoming { id, columns: Columns::default(), join: None, hash: hasher.finish(), doc: text }
        };
        self.runtime.block_on(async {
            let list = self.mirror.register(vec![spec]).await.unwrap()[0];
            let batch = Batch { rows: docs.iter().map(row).collect(), ..Batch::default() };
            self.mirror.apply(list, batch, Timestamp::now()).await.unwrap();
        });
    }

    fn key(&self) -> RowKey {
        let reader = self.house.reader().unwrap();
        house::rows(&reader, &ListKey::new("turen", "policy"), 1).unwrap()[0].key
    }

    fn open(&self) -> Opening {
        self.house.open_draft(&DraftOf::Record(Target::Row(self.key()))).unwrap()
    }

    fn check(&self, record: &Record, text: &str) -> Checked {
        let paper = Paper::Record(Box::new(record.clone()));
        self.house.check_text(&Check { paper, text: Arc::from(text) }).unwrap()
    }
}

#[test]
fn what_would_be_sent_is_what_the_manifest_makes_of_it() {
    let place = Place::new();
    let opening = place.open();
    let record = opening.draft.record.unwrap();
    let text = opening.draft.text.replace("14", "30");
    let checked = place.check(&record, &text);
    assert_eq!(checked.remarks, []);
    let changed: Vec<&str> = checked.changes.iter().map(|change| change.at.as_str()).collect();
    assert_eq!(changed, ["/rules/review_on_new_package_days"]);
    let request = checked.request.unwrap().unwrap();
    assert_eq!((request.method.as_str(), request.path.as_str(), request.merged), ("PUT", "/policy", false));
    let body: Value = serde_json::from_str(&request.body.unwrap()).unwrap();
    let mut rules = policy(3.0)["rules"].clone();
    rules["review_on_new_package_days"] = json!(30);
    assert_eq!(body, json!({ "rules": rules }));
    // What somebody else changed meanwhile is merged, and said to be.
    place.put("policy", Kind::Policy, &[policy(4.0)]);
    let request = place.check(&record, &text).request.unwrap().unwrap();
    assert!(request.merged && request.body.unwrap().contains("\"min_scorecard\": 4.0"));
}

#[test]
fn what_is_wrong_or_unusual_is_told_and_nothing_would_be_sent_of_it() {
    let place = Place::new();
    let opening = place.open();
    let record = opening.draft.record.unwrap();
    let checked = place.check(&record, "{\"rules\": {\"min_scorecard\": \"3\"}}");
    assert_eq!((checked.count(Weight::Wrong), checked.request), (1, None));
    let checked = place.check(&record, &opening.draft.text.replace("14", "1400"));
    assert!(checked.remarks.iter().any(|remark| remark.weight == Weight::Doubt && remark.words.contains("ten times")));
    assert!(matches!(place.check(&record, &opening.draft.text).request, Some(Err(_))));
}

#[test]
fn what_was_typed_stays_bound_to_what_it_was_made_from() {
    let place = Place::new();
    let opening = place.open();
    assert_eq!((opening.kept.as_ref(), opening.moved), (None, false));
    let record = opening.draft.record.unwrap();
    let text = opening.draft.text.replace("14", "30");
    let kept = Kept { key: opening.key, base: record.doc.clone(), text: Arc::from(&*text), at: Timestamp::now() };
    drafts::keep(&place.house.paths().drafts(), &kept).unwrap();
    place.put("policy", Kind::Policy, &[policy(4.0)]);
    let again = place.open();
    assert_eq!((again.kept.map(|(text, _)| text), again.moved), (Some(text.clone()), true));
    assert_eq!(again.draft.record.as_ref().unwrap().doc, record.doc);
    // Decided on, it changes what was changed, and nothing of what came since.
    let subject = Subject::Edited { record: again.draft.record.unwrap(), text, asked: Asked::default() };
    let crate::tui::decisions::Brief::Records { asked, items } =
        crate::tui::data::Store::brief(&place.house, &subject).unwrap()
    else {
        panic!("writes");
    };
    let confirmed = Confirmed { sheet: 1, deed: Deed::Decide { asked, seen: items } };
    let Outcome::Kept(kept) = place.house.carry_out(&confirmed.deed) else { panic!("not kept") };
    let Ok(Decision::Queued(write)) = &kept[0] else { panic!("{kept:?}") };
    assert_eq!(write.intent.base.doc["rules"]["min_scorecard"], json!(3.0));
    assert_eq!(write.intent.effect.doc, [("/rules/review_on_new_package_days".to_owned(), json!(30))]);
}

#[test]
fn agents_with_an_older_version_are_told_and_of_others_it_is_not_known() {
    let place = Place::new();
    let record = place.open().draft.record.unwrap();
    let affected = place.house.affected_by(&record).unwrap();
    assert_eq!((affected.total, affected.outdated, affected.unknown), (2, 1, 1));
    assert_eq!((affected.agents[0].id.as_str(), affected.agents[0].version.as_deref()), ("agt_1", Some("v1.4.1")));
    assert!(affected.how.contains("the one policy of turen"), "{}", affected.how);
}
