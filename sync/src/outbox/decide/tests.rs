use serde_json::json;
use tempfile::TempDir;

use super::*;
use crate::model::{By, Incoming, Kind, ListId, WriteId};
use crate::outbox::action::tests::{approval, asked, now, paused_run, platform, record, turen_agent, with};
use crate::store::{Access, Batch, ListSpec, Mirror};

/// A mirror with runs, and an outbox.
struct Place {
    _folder: TempDir,
    mirror: Mirror,
    outbox: Outbox,
}

impl Place {
    fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let mirror = Mirror::open(&folder.path().join("mirror.db"), Access::ReadWrite).unwrap();
        let (outbox, _) = Outbox::open(&folder.path().join("outbox.db"), By::default()).unwrap();
        Self { _folder: folder, mirror, outbox }
    }

    fn decide_all(&self, name: &str, decisions: &[(&Record, Asked)]) -> Vec<Result<Decision, Refusal>> {
        let manifest = platform(name);
        let decisions: Vec<(&Manifest, Target<'_>, Asked)> =
            decisions.iter().map(|(record, asked)| (&*manifest, Target::Record(record), asked.clone())).collect();
        decide(&self.outbox, &self.mirror.reader().unwrap(), &decisions, now()).unwrap()
    }

    fn decide(&self, name: &str, record: &Record, asked: Asked) -> Result<Decision, Refusal> {
        self.decide_all(name, &[(record, asked)]).remove(0)
    }

    fn queue(&self, name: &str, record: &Record, asked: Asked) -> Write {
        match self.decide(name, record, asked) {
            Ok(Decision::Queued(write)) => write,
            other => panic!("{other:?}"),
        }
    }

    fn turn(&self, id: &WriteId, to: WriteState) {
        let from = self.outbox.get(id).unwrap().unwrap().state;
        self.outbox.turn(id, &[from], Turn::to(to, now())).unwrap().unwrap();
    }

    fn states(&self) -> Vec<(String, WriteState)> {
        let all = Which { all: true, ..Which::default() };
        self.outbox.list(&all).unwrap().into_iter().map(|write| (write.intent.verb, write.state)).collect()
    }
}

fn agent() -> Record {
    record(&platform("turen"), "agents", &turen_agent())
}

fn verb(verb: &str) -> Asked {
    asked(verb, json!({}))
}

#[test]
fn what_was_decided_is_what_the_next_decision_sees() {
    let (place, agent) = (Place::new(), agent());
    let write = place.queue("turen", &agent, verb("suspend"));
    assert_eq!(seen(&place.outbox, &agent).unwrap()["status"], "suspended");
    place.turn(&write.id, WriteState::Sending);
    // It has left: the opposite is a decision of its own, about what the operator sees.
    let back = place.queue("turen", &agent, verb("resume"));
    assert_eq!((&back.intent.base.doc["status"], back.intent.undoes), (&json!("suspended"), None));
    assert_eq!(back.intent.effect.columns.status, Some(Some("active".to_owned())));
}

#[test]
fn deciding_twice_is_deciding_once() {
    let (place, agent) = (Place::new(), agent());
    let both = place.decide_all("turen", &[(&agent, verb("suspend")), (&agent, verb("suspend"))]);
    let [Ok(Decision::Queued(first)), Ok(Decision::Already(second))] = both.as_slice() else { panic!("{both:?}") };
    assert_eq!(first.id, second.id);
    let third = place.decide("turen", &agent, asked("suspend", json!({"reason": "again"})));
    assert!(matches!(third, Ok(Decision::Already(write)) if write.id == first.id));
    assert_eq!(place.states(), [("suspend".to_owned(), WriteState::Queued)]);
    // With other arguments it is something else, and so is another verb: each has its own reason.
    let refused = place.decide("turen", &agent, verb("contain"));
    assert!(
        matches!(&refused, Err(Refusal::Same(why)) if why.contains("suspend of your own is queued")),
        "{refused:?}"
    );
}

#[test]
fn the_opposite_of_what_has_not_left_leaves_nothing_to_send() {
    let (place, agent) = (Place::new(), agent());
    let old = place.queue("turen", &agent, verb("suspend"));
    let both = place.decide("turen", &agent, verb("resume"));
    let Ok(Decision::TookBack { new, old: cancelled }) = both else { panic!("{both:?}") };
    assert_eq!((&cancelled.id, new.intent.undoes.as_ref()), (&old.id, Some(&old.id)));
    let gone = [("suspend".to_owned(), WriteState::Cancelled), ("resume".to_owned(), WriteState::Cancelled)];
    assert_eq!(place.states(), gone);
    assert_eq!(seen(&place.outbox, &agent).unwrap()["status"], "active");
}

#[test]
fn the_other_answer_to_an_approval_names_the_one_that_is_queued() {
    let place = Place::new();
    let approval = record(&platform("runagents"), "approvals", &approval());
    let write = place.queue("runagents", &approval, verb("approve"));
    let refused = place.decide("runagents", &approval, verb("reject"));
    let Err(Refusal::NotNow(why)) = refused else { panic!("{refused:?}") };
    assert!(why.starts_with("it is APPROVED") && why.contains(write.id.as_str()), "{why}");
}

#[tokio::test]
async fn an_approval_keeps_the_run_it_was_decided_on() {
    let place = Place::new();
    let spec = ListSpec {
        key: ListKey::new("work", "runs"),
        platform: "runagents".to_owned(),
        kind: Kind::Run,
        agent_join: None,
        agent_list: None,
        content: None,
    };
    let list: ListId = place.mirror.register(vec![spec]).await.unwrap()[0];
    let row = |id: &str, doc: Value| Incoming {
        id: id.to_owned(),
        columns: crate::model::Columns::default(),
        join: None,
        hash: 1,
        doc: doc.to_string(),
    };
    let other = with(&paused_run(), json!({"id": "r-10"}));
    let rows = vec![row("r-10", other), row("r-1", paused_run())];
    place.mirror.apply(list, Batch { rows, ..Batch::default() }, now()).await.unwrap();
    let waiting = record(&platform("runagents"), "approvals", &approval());
    let write = place.queue("runagents", &waiting, verb("approve"));
    assert_eq!(write.intent.base.related, BTreeMap::from([("run".to_owned(), paused_run())]));
    // One whose run the mirror does not have names no other.
    let lone = with(&approval(), json!({"id": "q-2", "run_id": "r"}));
    let write = place.queue("runagents", &record(&platform("runagents"), "approvals", &lone), verb("approve"));
    assert!(write.intent.base.related.is_empty());
}

#[test]
fn what_is_considered_is_what_would_be_kept_and_nothing_is() {
    let (place, agent) = (Place::new(), agent());
    let manifest = platform("turen");
    let decisions: Vec<(&Manifest, Target<'_>, Asked)> = (0..MANY)
        .map(|n| (&*manifest, Target::Record(&agent), if n == 0 { verb("suspend") } else { verb("approve") }))
        .collect();
    let reader = place.mirror.reader().unwrap();
    let considered = consider(&place.outbox, &reader, &decisions, now()).unwrap();
    assert_eq!(place.states(), []);
    let kept = decide(&place.outbox, &reader, &decisions, now()).unwrap();
    let (Ok(intent), Ok(Decision::Queued(write))) = (&considered[0], &kept[0]) else { panic!("{kept:?}") };
    assert_eq!(*intent, write.intent);
    assert!(considered[1..].iter().all(|refused| matches!(refused, Err(Refusal::Lacks(_)))));
}

#[test]
fn taking_back_is_honest_about_what_can_be_taken_back() {
    let place = Place::new();
    let (turen, runagents) = (platform("turen"), platform("runagents"));
    let agent = agent();
    let undone = |manifest: &Manifest, id: &WriteId| undo(&place.outbox, manifest, id, &By::default(), now()).unwrap();

    let queued = place.queue("turen", &agent, verb("suspend"));
    assert!(matches!(undone(&turen, &queued.id), Undo::Cancelled(write) if write.state == WriteState::Cancelled));
    assert!(matches!(undone(&turen, &queued.id), Undo::Impossible(why) if why.contains("already")));

    let sent = place.queue("turen", &agent, verb("suspend"));
    place.turn(&sent.id, WriteState::Sending);
    place.turn(&sent.id, WriteState::Confirmed);
    let Undo::Inverse(inverse) = undone(&turen, &sent.id) else { panic!("it has an inverse") };
    assert_eq!((inverse.verb.as_str(), inverse.undoes), ("resume", Some((sent.id, Value::Null))));

    let answered = place.queue("runagents", &record(&runagents, "approvals", &approval()), verb("approve"));
    place.turn(&answered.id, WriteState::Sending);
    let Undo::Impossible(why) = undone(&runagents, &answered.id) else { panic!("no way back") };
    assert!(why.contains("An approval cannot be taken back"), "{why}");
}

#[test]
fn an_edit_is_taken_back_without_what_others_changed_since() {
    let place = Place::new();
    let turen = platform("turen");
    let policy = json!({"name": "p", "rules": {"min_scorecard": 5, "typosquat_action": "block"}});
    let mut wanted = policy.clone();
    wanted["rules"]["min_scorecard"] = json!(7);
    let edit = asked("update", json!({"doc": wanted}));
    let write = place.queue("turen", &record(&turen, "policy", &policy), edit);
    place.turn(&write.id, WriteState::Sending);
    place.turn(&write.id, WriteState::Confirmed);
    let Undo::Inverse(inverse) = undo(&place.outbox, &turen, &write.id, &By::default(), now()).unwrap() else {
        panic!("it has an inverse");
    };
    let mut later = wanted.clone();
    later["rules"]["typosquat_action"] = json!("review");
    let back = place.queue("turen", &record(&turen, "policy", &later), (*inverse).clone());
    assert_eq!(back.intent.args["doc"]["rules"], json!({"min_scorecard": 5, "typosquat_action": "review"}));
    // Changed again since: nobody knows what taking it back would mean.
    place.turn(&back.id, WriteState::Cancelled);
    later["rules"]["min_scorecard"] = json!(9);
    let refused = place.decide("turen", &record(&turen, "policy", &later), *inverse);
    assert!(matches!(&refused, Err(Refusal::NotNow(why)) if why.contains("/rules/min_scorecard")), "{refused:?}");
}

#[test]
fn nothing_is_released_that_was_not_contained_from_here() {
    let place = Place::new();
    let agent = record(&platform("exo"), "agents", &json!({"id": "e", "name": "Clerk"}));
    assert!(matches!(place.decide("exo", &agent, verb("release")), Err(Refusal::NotNow(_))));
    let contain = place.queue("exo", &agent, verb("contain"));
    place.turn(&contain.id, WriteState::Sending);
    place.turn(&contain.id, WriteState::Confirmed);
    place.queue("exo", &agent, verb("release"));
}
