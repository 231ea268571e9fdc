//! The interlock, tried with whatever comes: nothing that moved is ever sent.

use proptest::prelude::*;

use super::*;
use crate::model::Effect;
use crate::outbox::action::same::{one_of, same};
use crate::outbox::action::{Plan, before_sending, plan};

/// A decision, and all that it rests on as the person saw it.
struct Decision {
    platform: &'static str,
    collection: &'static str,
    doc: Value,
    others: Vec<(&'static str, Value)>,
    asked: Asked,
}

fn decisions() -> Vec<Decision> {
    let it = |platform, collection, doc, others, asked| Decision { platform, collection, doc, others, asked };
    let both = || vec![("run", paused_run()), ("action", blocked_action())];
    let pending = json!({
        "id": "p", "run_id": "w", "node_id": "gate", "status": "pending", "timeout_minutes": 60,
        "requested_at": "2026-03-01 11:50:00",
    });
    let run = || vec![("run", json!({"id": "w", "workflow_id": "f", "status": "awaiting_approval"}))];
    vec![
        it("runagents", "approvals", approval(), both(), asked("approve", json!({}))),
        it("runagents", "approvals", approval(), both(), asked("approve", json!({"scope": "run", "reason": "ok"}))),
        it("runagents", "approvals", approval(), both(), asked("reject", json!({}))),
        it("runagents-v1alpha", "approvals", approval(), both(), asked("approve", json!({}))),
        it("exo", "approvals", pending.clone(), run(), asked("approve", json!({}))),
        it("exo", "approvals", pending, run(), asked("reject", json!({}))),
        it("exo", "deployments", json!({"id": "d", "status": "active"}), vec![], asked("deactivate", json!({}))),
        it("exo", "alerts", json!({"id": "l", "acknowledged": false}), vec![], asked("acknowledge", json!({}))),
        it(
            "exo",
            "workflow-runs",
            json!({"id": "w", "workflow_id": "f", "status": "running"}),
            vec![],
            asked("stop", json!({})),
        ),
        it("turen", "agents", turen_agent(), vec![], asked("suspend", json!({}))),
        it("turen", "agents", turen_agent(), vec![], asked("delete", json!({"hard": true}))),
        it("runagents", "runs", json!({"id": "r", "status": "RUNNING"}), vec![], asked("stop", json!({}))),
    ]
}

/// Something that keeps a write from being sent when it is touched.
#[derive(Debug, Clone)]
enum Lock {
    /// A field of the target that must not change.
    Own(String),
    /// A field of the target that must keep one of these values.
    Need(String, Vec<Value>),
    /// A field of a related record that must not change.
    Other(String, String),
    /// A field of a related record that must keep one of these values.
    OtherNeed(String, String, Vec<Value>),
    /// A related record that must stay.
    Gone(String),
    /// The deadline.
    Clock,
}

fn locks(decision: &Decision, write: &Write) -> Vec<Lock> {
    let action = &platform(decision.platform).actions[&write.intent.action];
    let mut locks: Vec<Lock> = action.guard.iter().cloned().map(Lock::Own).collect();
    locks.extend(action.needs.iter().map(|(at, values)| Lock::Need(at.clone(), values.clone())));
    for (name, related) in
        action.related.iter().filter(|(name, _)| decision.others.iter().any(|(known, _)| known == name))
    {
        locks.extend(related.guard.iter().map(|at| Lock::Other(name.clone(), at.clone())));
        locks
            .extend(related.needs.iter().map(|(at, values)| Lock::OtherNeed(name.clone(), at.clone(), values.clone())));
        locks.push(Lock::Gone(name.clone()));
    }
    locks.extend(write.intent.deadline.map(|_| Lock::Clock));
    locks
}

fn put(doc: &mut Value, at: &str, value: &Value) {
    Effect { doc: vec![(at.to_owned(), value.clone())], ..Effect::default() }.onto(doc);
}

/// Any value, and often one that looks like those that are there.
fn value() -> impl Strategy<Value = Value> {
    let words = [
        "PENDING",
        "APPROVED",
        "REJECTED",
        "EXPIRED",
        "pending",
        "active",
        "suspended",
        "failed",
        "abc123",
        "abc124",
        "once",
        "",
        "r-1",
        "FAILED",
        "running",
    ];
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
        proptest::sample::select(words.to_vec()).prop_map(Value::from),
        Just(json!({"status": "PENDING"})),
        Just(json!(["PENDING"])),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_that_moved_is_ever_sent(which in 0usize..12, lock in any::<usize>(), value in value(), late in 0i64..100_000, left in any::<bool>()) {
        let left = if left { Sent::Maybe } else { Sent::Never };
        let all = decisions();
        let decision = &all[which];
        let manifest = platform(decision.platform);
        let mut write = decided(decision.platform, decision.collection, &decision.doc, &decision.others, &decision.asked);
        let before = sight(decision.platform, decision.collection, Some(&decision.doc), &decision.others);
        // Untouched, it is sent: also a second time, when nobody has touched it since.
        write.memory = before_sending(&manifest, &write, &before);
        prop_assert!(matches!(plan(&manifest, &write, &before, left, now()), Plan::Send(_)));

        let locks = locks(decision, &write);
        let lock = locks[lock % locks.len()].clone();
        let (mut doc, mut others, mut at) = (decision.doc.clone(), decision.others.clone(), now());
        match &lock {
            Lock::Own(pointer) => {
                prop_assume!(!same(doc.pointer(pointer), Some(&value)));
                put(&mut doc, pointer, &value);
            }
            Lock::Need(pointer, values) => {
                prop_assume!(!one_of(Some(&value), values));
                put(&mut doc, pointer, &value);
            }
            Lock::Other(name, pointer) => {
                let other = others.iter_mut().find(|(known, _)| known == name).unwrap();
                prop_assume!(!same(other.1.pointer(pointer), Some(&value)));
                put(&mut other.1, pointer, &value);
            }
            Lock::OtherNeed(name, pointer, values) => {
                let other = others.iter_mut().find(|(known, _)| known == name).unwrap();
                prop_assume!(!one_of(Some(&value), values));
                put(&mut other.1, pointer, &value);
            }
            Lock::Gone(name) => others.retain(|(known, _)| known != name),
            Lock::Clock => at = write.intent.deadline.unwrap() + jiff::SignedDuration::from_secs(late),
        }
        // An id that is none leaves nothing to look at.
        let readable = doc.pointer("/id").is_some_and(Value::is_string);
        prop_assume!(readable);
        let sight = sight(decision.platform, decision.collection, Some(&doc), &others);
        let planned = plan(&manifest, &write, &sight, left, at);
        prop_assert!(!matches!(planned, Plan::Send(_) | Plan::Steps), "{lock:?} {value} {planned:?}");
    }
}
