//! Recipes on platforms that stand in their way: one record that always fails, and lists that show too little.

use serde_json::{Value, json};

use super::fake::{Fault, Stage};
use super::recipes::{doc, policies, runs, stage};
use crate::model::WriteState::{Confirmed, Retrying, Unknown, Wedged};
use crate::outbox::sender::SendOptions;
use crate::platform::FetchKind;

/// One try, without waiting for the next.
fn once(stage: &Stage) -> SendOptions {
    SendOptions { patience: std::time::Duration::ZERO, ..stage.options() }
}

#[tokio::test(start_paused = true)]
async fn one_run_that_cannot_be_stopped_keeps_nothing_else_from_being_done() {
    for fault in [Fault::Status(500), Fault::Silence, Fault::Reset, Fault::Status(403), Fault::Status(422)] {
        let stage = stage();
        (5..9).for_each(|n| {
            stage.put("runs", &format!("r{n}"), json!({"id": format!("r{n}"), "agent_id": "bot", "status": "RUNNING"}))
        });
        stage.with(|world| world.stubborn.insert("/runs/r1".to_owned(), fault));
        let id = stage.decide("contain", "bot");
        stage.send(once(&stage)).await;
        let left = |run: &str| doc(&stage, "runs", run)["status"] == "RUNNING";
        let words = stage.verdict(&id).message;
        assert!(left("r1") && !["r2", "r5", "r6", "r7", "r8"].iter().any(|run| left(run)), "{fault:?}: {words}");
        assert_eq!(policies(&stage), json!(["quarterdeck-deny-all", "mine"]), "{fault:?}: {words}");
        let state = if matches!(fault, Fault::Status(403 | 422)) { Wedged } else { Unknown };
        assert_eq!(stage.state(&id), state, "{fault:?}: {words}");
        assert!(words.contains("stop on runs: r2, r5") && words.contains("r1"), "{fault:?}: {words}");
        assert_eq!(stage.most_applied(), 1, "{fault:?}");
        // Whoever goes on trying does so once everything else is done.
        let asked = stage.with(|world| world.asked.clone());
        let again = asked.iter().enumerate().filter(|(_, path)| path.contains("/runs/r1")).nth(1);
        let rest = asked.iter().rposition(|path| !path.contains("/runs/r1"));
        assert!(again.is_none_or(|(at, _)| Some(at) > rest), "{fault:?}: {asked:?}");
        // It gives way in the end, and that is all there was left to do.
        stage.with(|world| world.stubborn.clear());
        if state == Unknown {
            stage.send(stage.options()).await;
            assert_eq!((stage.state(&id), left("r1"), stage.most_applied()), (Confirmed, false, 1), "{fault:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn many_runs_that_are_never_answered_for_come_last_the_next_time() {
    let stage = stage();
    for n in 1..=9 {
        stage.put("runs", &format!("a{n}"), json!({"id": format!("a{n}"), "agent_id": "bot", "status": "RUNNING"}));
        if n < 9 {
            stage.with(|world| world.stubborn.insert(format!("/runs/a{n}"), Fault::Silence));
        }
    }
    let id = stage.decide("contain", "bot");
    for _ in 0..4 {
        stage.send(once(&stage)).await;
        assert_eq!(stage.state(&id), Unknown);
        stage
            .outbox
            .turn(
                &id,
                &[Unknown],
                crate::outbox::Turn {
                    due_at: Some(super::fake::now()),
                    ..crate::outbox::Turn::to(Unknown, super::fake::now())
                },
            )
            .unwrap();
    }
    assert_eq!(policies(&stage), json!(["quarterdeck-deny-all", "mine"]));
    assert_eq!(doc(&stage, "runs", "a9")["status"], "FAILED", "{}", stage.verdict(&id).message);
    assert_eq!(runs(&stage)[..2], ["FAILED", "FAILED"]);
}

#[tokio::test(start_paused = true)]
async fn a_list_that_cannot_be_read_does_not_keep_the_policy_from_being_bound() {
    for (kind, state) in [
        (FetchKind::Server, Unknown),
        (FetchKind::TimedOut, Unknown),
        (FetchKind::Unreachable, Unknown),
        (FetchKind::BadReply, Unknown),
        (FetchKind::Forbidden, Wedged),
    ] {
        let stage = stage();
        stage.with(|world| world.shut.insert("runs".to_owned(), kind));
        let id = stage.decide("contain", "bot");
        stage.send(once(&stage)).await;
        assert_eq!(policies(&stage), json!(["quarterdeck-deny-all", "mine"]), "{kind:?}");
        assert_eq!(stage.state(&id), state, "{kind:?}: {}", stage.verdict(&id).message);
        stage.with(|world| world.shut.clear());
        stage
            .outbox
            .turn(&id, &[state], crate::outbox::Turn::to(crate::model::WriteState::Queued, super::fake::now()))
            .unwrap();
        stage.send(stage.options()).await;
        assert_eq!(
            (stage.state(&id), &runs(&stage)[..2]),
            (Confirmed, &["FAILED".to_owned(), "FAILED".to_owned()][..])
        );
    }
}

/// Bound without being there, a policy would be a name that denies nothing.
#[tokio::test(start_paused = true)]
async fn a_policy_that_could_not_be_made_is_not_bound_and_the_runs_are_stopped_all_the_same() {
    for (fault, state) in [(Fault::Status(500), Unknown), (Fault::Status(403), Wedged)] {
        let stage = stage();
        stage.with(|world| world.stubborn.insert("/policies".to_owned(), fault));
        let id = stage.decide("contain", "bot");
        stage.send(once(&stage)).await;
        assert_eq!((stage.state(&id), policies(&stage)), (state, json!(["mine"])), "{}", stage.verdict(&id).message);
        assert_eq!(runs(&stage)[..2], ["FAILED", "FAILED"]);
    }
}

#[tokio::test(start_paused = true)]
async fn without_a_network_the_rest_is_not_tried_and_what_was_done_can_no_longer_be_called_unsent() {
    let stage = stage();
    stage.with(|world| world.always = Some(Fault::NoNetwork));
    let id = stage.decide("contain", "bot");
    stage.send(once(&stage)).await;
    assert_eq!((stage.state(&id), stage.applied().len()), (Retrying, 0), "nothing was done: it may still be cancelled");
    let asked = stage.with(|world| world.asked.clone());
    assert!(asked.iter().all(|path| path.contains("/runs/")), "the later steps are not tried: {asked:?}");

    let stage = self::stage();
    stage.with(|world| world.stubborn.insert("/runs/r2".to_owned(), Fault::Status(429)));
    let id = stage.decide("contain", "bot");
    stage.send(once(&stage)).await;
    assert_eq!((stage.state(&id), runs(&stage)[0].as_str()), (Unknown, "FAILED"), "{}", stage.verdict(&id).message);
}

/// An agent of Exo's that is deployed and works in one of two workflows, each with a live run; the manual's shape of it all.
fn exo(canvas: &str) -> Stage {
    let stage = Stage::new("exo");
    stage.put("agents", "bot", json!({"id": "bot", "name": "Bot"}));
    stage.put("deployments", "d1", json!({"id": "d1", "agent_id": "bot", "status": "active"}));
    stage.put("deployments", "d2", json!({"id": "d2", "agent_id": "other", "status": "active"}));
    for (workflow, agent) in [("w1", "bot"), ("w2", "other")] {
        stage.put(
            "workflows",
            workflow,
            json!({"id": workflow, "name": workflow, canvas: {"nodes": [{"agent": agent}]}}),
        );
        let run = format!("{workflow}-run");
        stage.put("workflow-runs", &run, json!({"id": run, "workflow_id": workflow, "status": "running"}));
    }
    stage
}

fn status(stage: &Stage, collection: &str, id: &str) -> Value {
    doc(stage, collection, id)["status"].clone()
}

#[tokio::test(start_paused = true)]
async fn a_list_without_canvases_hides_no_run_of_a_contained_agent() {
    for terse in [true, false] {
        let stage = exo("canvas");
        if terse {
            stage.with(|world| world.terse.insert("workflows".to_owned(), "canvas".to_owned()));
        }
        let id = stage.decide("contain", "bot");
        stage.send(stage.options()).await;
        let words = stage.verdict(&id).message;
        assert_eq!(stage.state(&id), Confirmed, "{words}");
        assert_eq!(status(&stage, "workflow-runs", "w1-run"), "cancelled", "{words}");
        assert_eq!(status(&stage, "workflow-runs", "w2-run"), "running", "{words}");
        assert_eq!(
            (status(&stage, "deployments", "d1"), status(&stage, "deployments", "d2")),
            (json!("inactive"), json!("active"))
        );
        let back = stage.decide("release", "bot");
        stage.send(stage.options()).await;
        assert_eq!((stage.state(&back), status(&stage, "deployments", "d1")), (Confirmed, json!("active")));
    }
}

#[tokio::test(start_paused = true)]
async fn where_nothing_tells_what_is_the_agents_containing_it_is_never_called_done() {
    // Neither the list nor the workflow itself shows what it is made of.
    let stage = exo("something_else");
    stage.with(|world| world.terse.insert("workflows".to_owned(), "something_else".to_owned()));
    stage.with(|world| {
        world
            .docs
            .get_mut(&("workflows".to_owned(), "w1".to_owned()))
            .unwrap()
            .as_object_mut()
            .unwrap()
            .remove("something_else")
    });
    let id = stage.decide("contain", "bot");
    stage.send(stage.options()).await;
    let words = stage.verdict(&id).message;
    assert!(stage.state(&id) == Wedged && words.contains("cannot be told") && words.contains("w1"), "{words}");
    assert_eq!(status(&stage, "deployments", "d1"), "inactive", "what can be told is done: {words}");

    // Deployments that say neither whose they are nor whether they are active.
    for (doc, is) in [
        (json!({"id": "d1", "target": "bot", "status": "active"}), "which of the deployments are its"),
        (json!({"id": "d1", "agent_id": "bot", "enabled": true}), "how d1 of deployments stand"),
    ] {
        let stage = exo("canvas");
        stage.with(|world| world.docs.remove(&("deployments".to_owned(), "d2".to_owned())));
        stage.put("deployments", "d1", doc);
        let id = stage.decide("contain", "bot");
        stage.send(stage.options()).await;
        let words = stage.verdict(&id).message;
        assert!(stage.state(&id) == Wedged && words.contains(is), "{words}");
        assert_eq!(status(&stage, "workflow-runs", "w1-run"), "cancelled", "{words}");
    }
}
