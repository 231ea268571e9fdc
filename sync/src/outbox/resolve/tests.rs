use serde_json::json;
use tempfile::TempDir;

use super::*;
use crate::model::{Base, Effect};
use crate::platform::Registry;

/// An outbox with one conflicted write on a RunAgents record.
struct Place {
    _folder: TempDir,
    outbox: Outbox,
    manifest: std::sync::Arc<Manifest>,
}

fn time(seconds: i64) -> Timestamp {
    Timestamp::from_second(seconds).unwrap()
}

fn by(user: &str) -> By {
    By { user: user.to_owned(), ..By::default() }
}

fn policy(rules: &Value, ready: bool) -> Value {
    json!({"name": "p", "namespace": "shop", "spec": {"policies": rules, "approvals": []}, "status": {"ready": ready}})
}

fn rule(resource: &str, permission: &str) -> Value {
    json!({"permission": permission, "operations": ["GET"], "resource": resource, "tags": []})
}

impl Place {
    fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let (outbox, _) = Outbox::open(&folder.path().join("outbox.db"), by("sender")).unwrap();
        Self { _folder: folder, outbox, manifest: Registry::builtin().get("runagents").unwrap() }
    }

    fn conflicted(&self, kind: Kind, verb: &str, base: &Value, mine: Option<&Value>, theirs: Option<&Value>) -> Write {
        let collection = kind.plural();
        let action = action::find(&self.manifest, collection, verb).unwrap().0.to_owned();
        let intent = Intent {
            connection: "main".to_owned(),
            platform: "runagents".to_owned(),
            collection: collection.to_owned(),
            kind,
            action,
            verb: verb.to_owned(),
            target: Some("p".to_owned()),
            title: None,
            args: mine.map(|doc| ("doc".to_owned(), doc.clone())).into_iter().collect(),
            reason: Some("because".to_owned()),
            base: Base { doc: base.clone(), ..Base::default() },
            effect: Effect::default(),
            deadline: Some(time(160)),
            undoes: None,
            by: by("ann"),
        };
        let write = self.outbox.append(vec![intent], time(100)).unwrap().remove(0);
        let verdict = Verdict { code: "moved".to_owned(), theirs: theirs.cloned(), ..Verdict::default() };
        let turn = Turn { verdict: Some(verdict), ..Turn::to(WriteState::Conflicted, time(101)) };
        self.outbox.turn(&write.id, &[WriteState::Queued], turn).unwrap().unwrap()
    }

    fn resolve(&self, write: &Write, resolution: Resolution) -> Result<Option<Write>, DecideError> {
        resolve(&self.outbox, &self.manifest, &write.id, resolution, &by("ben"), time(200))
    }

    fn now(&self, write: &Write) -> (WriteState, String) {
        let write = self.outbox.get(&write.id).unwrap().unwrap();
        (write.state, write.verdict.unwrap().message)
    }

    fn open(&self) -> usize {
        self.outbox.list(&Which::default()).unwrap().iter().filter(|write| write.state.is_open()).count()
    }
}

/// What I made of a policy, and what somebody else did: the permission of `a` is in dispute, the rest is not.
fn disputed() -> [Value; 3] {
    [
        policy(&json!([rule("a", "allow"), rule("b", "allow")]), true),
        policy(&json!([rule("a", "deny"), rule("b", "allow"), rule("m", "deny")]), true),
        policy(&json!([rule("a", "approval_required"), rule("b", "deny")]), false),
    ]
}

#[test]
fn mine_is_decided_again_over_what_is_there_and_keeps_their_other_edits() {
    let place = Place::new();
    let [base, mine, theirs] = disputed();
    let old = place.conflicted(Kind::Policy, "update", &base, Some(&mine), Some(&theirs));
    let new = place.resolve(&old, Resolution::Mine).unwrap().unwrap();
    let merged = policy(&json!([rule("a", "deny"), rule("b", "deny"), rule("m", "deny")]), false);
    assert_eq!((&new.intent.args["doc"], &new.intent.base.doc), (&merged, &theirs));
    assert_eq!((new.state, new.intent.reason.as_deref()), (WriteState::Queued, Some("because")));
    assert_eq!((&new.intent.by, new.intent.deadline), (&by("ben"), Some(time(260))));
    assert_eq!(place.now(&old), (WriteState::Discarded, format!("decided again about what is there now: {}", new.id)));
}

#[test]
fn theirs_lets_go_of_mine_and_an_edit_stands_in_its_place() {
    let place = Place::new();
    let [base, mine, theirs] = disputed();
    let old = place.conflicted(Kind::Policy, "update", &base, Some(&mine), Some(&theirs));
    assert_eq!(place.resolve(&old, Resolution::Theirs).unwrap(), None);
    assert_eq!((place.now(&old).0, place.open()), (WriteState::Discarded, 0));

    let old = place.conflicted(Kind::Policy, "update", &base, Some(&mine), Some(&theirs));
    let third = policy(&json!([rule("z", "deny")]), false);
    let new = place.resolve(&old, Resolution::Edit(third.clone())).unwrap().unwrap();
    assert_eq!((&new.intent.args["doc"], &new.intent.base.doc), (&third, &theirs));
    // What is there already needs no write.
    let old = place.conflicted(Kind::Policy, "update", &base, Some(&mine), Some(&theirs));
    assert_eq!(place.resolve(&old, Resolution::Edit(theirs)).unwrap(), None);
    assert_eq!(place.now(&old).0, WriteState::Discarded);
}

#[test]
fn other_decisions_are_made_again_about_what_is_there_and_approvals_never() {
    let place = Place::new();
    let [was, now] = ["RUNNING", "PAUSED_APPROVAL"].map(|status| json!({"id": "p", "status": status}));
    let old = place.conflicted(Kind::Run, "stop", &was, None, Some(&now));
    let new = place.resolve(&old, Resolution::Mine).unwrap().unwrap();
    assert_eq!((new.intent.verb.as_str(), &new.intent.base.doc), ("stop", &now));
    // It has ended by itself: what was wanted is there.
    let failed = json!({"id": "p", "status": "FAILED"});
    let old = place.conflicted(Kind::Run, "stop", &was, None, Some(&failed));
    assert_eq!(place.resolve(&old, Resolution::Mine).unwrap(), None);
    // It has ended in another way: nothing is left to stop, and a person decides what that means.
    let completed = json!({"id": "p", "status": "COMPLETED"});
    let old = place.conflicted(Kind::Run, "stop", &was, None, Some(&completed));
    assert!(matches!(place.resolve(&old, Resolution::Mine), Err(DecideError::Refused(Refusal::NotNow(_)))));
    assert_eq!(place.now(&old).0, WriteState::Conflicted);

    let pending = json!({"id": "p", "status": "PENDING", "payload_hash": "1"});
    let old = place.conflicted(Kind::Approval, "approve", &pending, None, Some(&pending));
    for resolution in [Resolution::Mine, Resolution::Edit(json!({}))] {
        let refused = place.resolve(&old, resolution);
        assert!(
            matches!(&refused, Err(DecideError::Refused(Refusal::NotNow(why))) if why.contains("never forced")),
            "{refused:?}"
        );
    }
    assert_eq!(place.now(&old).0, WriteState::Conflicted);
    assert_eq!(place.resolve(&old, Resolution::Theirs).unwrap(), None);
}

#[test]
fn only_a_conflict_is_resolved_and_only_once() {
    let place = Place::new();
    let [base, mine, theirs] = disputed();
    let old = place.conflicted(Kind::Policy, "update", &base, Some(&mine), Some(&theirs));
    // The process ended after it had kept the new write and before it let go of the old one.
    let again = again(&place.manifest, &old, Resolution::Mine, &by("ben")).map_err(|why| format!("{why:?}")).unwrap();
    let intent = action::intent(
        &place.manifest,
        "policies",
        "main",
        Some(&again.record),
        &BTreeMap::new(),
        &again.asked,
        time(150),
    );
    let left = place.outbox.append(vec![intent.unwrap()], time(150)).unwrap().remove(0);
    assert_eq!(place.resolve(&old, Resolution::Mine).unwrap().unwrap().id, left.id);
    assert_eq!(place.open(), 1);
    for (write, word) in [(&old, "it has ended"), (&left, "cancel")] {
        let refused = place.resolve(write, Resolution::Theirs);
        assert!(
            matches!(&refused, Err(DecideError::Outbox(OutboxError::NotNow { why, .. })) if why.contains(word)),
            "{refused:?}"
        );
    }
    let unknown = place.conflicted(Kind::Policy, "update", &base, Some(&mine), None);
    assert!(matches!(place.resolve(&unknown, Resolution::Mine), Err(DecideError::Refused(Refusal::NotNow(_)))));
}
