//! Containing an agent, and letting it go again.

use serde_json::{Value, json};

use super::fake::{Fault, Stage};
use super::many::polled;
use crate::model::WriteState::{Confirmed, Wedged};

/// An agent with two live runs, an ended one, and one of somebody else's.
pub(super) fn stage() -> Stage {
    let stage = Stage::new("runagents");
    stage.put("agents", "bot", json!({"name": "bot", "status": {"phase": "Running"}}));
    stage.put("config", "bot", json!({"policies": ["mine"], "system_prompt": "hello"}));
    for (id, agent, status) in [
        ("r1", "bot", "RUNNING"),
        ("r2", "bot", "PAUSED_APPROVAL"),
        ("r3", "bot", "COMPLETED"),
        ("r4", "other", "RUNNING"),
    ] {
        stage.put("runs", id, json!({"id": id, "agent_id": agent, "status": status}));
    }
    stage
}

pub(super) fn doc(stage: &Stage, collection: &str, id: &str) -> Value {
    stage.with(|world| world.docs.get(&(collection.to_owned(), id.to_owned())).cloned()).unwrap_or_default()
}

pub(super) fn runs(stage: &Stage) -> Vec<String> {
    ["r1", "r2", "r3", "r4"].map(|id| doc(stage, "runs", id)["status"].as_str().unwrap().to_owned()).to_vec()
}

pub(super) fn policies(stage: &Stage) -> Value {
    doc(stage, "config", "bot")["policies"].clone()
}

#[tokio::test(start_paused = true)]
async fn a_contained_agent_has_no_live_run_and_may_do_nothing() {
    let stage = stage();
    let id = stage.decide("contain", "bot");
    stage.send(stage.options()).await;
    let verdict = stage.verdict(&id);
    assert_eq!(stage.state(&id), Confirmed, "{verdict:?}");
    assert_eq!(runs(&stage), ["FAILED", "FAILED", "COMPLETED", "RUNNING"]);
    assert_eq!(policies(&stage), json!(["quarterdeck-deny-all", "mine"]));
    assert_eq!(doc(&stage, "config", "bot")["system_prompt"], "hello");
    assert!(doc(&stage, "policies", "quarterdeck-deny-all")["spec"].is_object());
    assert!(verdict.message.contains("r1, r2"), "{}", verdict.message);

    let release = stage.decide("release", "bot");
    stage.send(stage.options()).await;
    assert_eq!((stage.state(&release), policies(&stage)), (Confirmed, json!(["mine"])));
}

#[tokio::test(start_paused = true)]
async fn a_recipe_cut_off_anywhere_goes_on_and_does_nothing_twice() {
    for life in [2, 4, 7, 11, 16] {
        let stage = stage();
        let id = stage.decide("contain", "bot");
        let mut lives = 0;
        while stage.get(&id).state.is_open() {
            polled(stage.send(stage.options()), life + lives / 3).await;
            lives += 1;
        }
        assert_eq!(stage.state(&id), Confirmed, "{life}: {:?}", stage.verdict(&id));
        assert_eq!((stage.applied().len(), stage.most_applied()), (4, 1), "{life}: {:?}", stage.applied());
        let remembered = stage.get(&id).memory.to_string();
        assert!(remembered.contains("r1") && remembered.contains("r2"), "{remembered}");
    }
}

#[tokio::test(start_paused = true)]
async fn lost_answers_are_looked_for_and_a_run_that_ended_by_itself_is_no_trouble() {
    for fault in [Fault::LostAck, Fault::Reset, Fault::BeatenTo, Fault::Status(503), Fault::NoNetwork] {
        let stage = stage();
        stage.with(|world| world.faults.extend([fault, fault]));
        let id = stage.decide("contain", "bot");
        stage.send(stage.options()).await;
        assert_eq!(stage.state(&id), Confirmed, "{fault:?}: {:?}", stage.verdict(&id));
        assert!(stage.most_applied() <= 1, "{fault:?}: {:?}", stage.applied());
        assert_eq!(runs(&stage)[..2], ["FAILED", "FAILED"], "{fault:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_may_not_be_done_is_told_beside_what_was() {
    let stage = stage();
    stage.with(|world| world.stubborn.insert("/runs/r1".to_owned(), Fault::Status(403)));
    let id = stage.decide("contain", "bot");
    stage.send(stage.options()).await;
    let words = stage.verdict(&id).message;
    assert_eq!(stage.state(&id), Wedged);
    assert!(words.contains("stop on runs: r2") && words.contains("refused for r1"), "{words}");
    assert_eq!(policies(&stage), json!(["quarterdeck-deny-all", "mine"]), "the rest is done all the same");

    // What was refused once and has ended since is nobody's trouble: a look shows that nothing is left.
    let stage = self::stage();
    stage.with(|world| world.faults.push_back(Fault::Status(422)));
    let id = stage.decide("contain", "bot");
    stage.send(stage.options()).await;
    assert_eq!((stage.state(&id), &runs(&stage)[..2]), (Confirmed, &["FAILED".to_owned(), "FAILED".to_owned()][..]));
}

#[tokio::test(start_paused = true)]
async fn a_policy_of_that_name_that_allows_things_is_not_taken_for_ours() {
    let stage = stage();
    stage.put("policies", "quarterdeck-deny-all", json!({"name": "quarterdeck-deny-all", "spec": {"policies": []}}));
    let id = stage.decide("contain", "bot");
    stage.send(stage.options()).await;
    assert_eq!((stage.state(&id), policies(&stage)), (Wedged, json!(["mine"])));
}

/// A list that is taken for empty is written over, and nothing can give it back.
#[tokio::test(start_paused = true)]
async fn policies_that_the_platform_does_not_show_are_never_written_over() {
    for config in [
        json!({"message": "temporarily unavailable"}),
        json!({"error": "try later", "request_id": "q1"}),
        json!({"detail": "no", "trace": "t1"}),
        json!({"status": 503, "code": "busy"}),
        json!({"config": {"policies": ["mine"], "system_prompt": "hello"}}),
        json!({"ok": true, "data": {"agent": {"policies": ["mine"]}}}),
    ] {
        for verb in ["contain", "release"] {
            let stage = stage();
            stage.put("config", "bot", config.clone());
            let id = stage.decide(verb, "bot");
            stage.send(stage.options()).await;
            let words = stage.verdict(&id).message;
            assert_eq!(doc(&stage, "config", "bot"), config, "{verb}: it is as it was");
            assert_eq!(stage.state(&id), Wedged, "{verb}, {config}: {words}");
            assert!(words.contains("/agents/bot/config shows no /policies"), "{words}");
            let left = runs(&stage)[..2].iter().any(|run| run != "FAILED");
            assert_eq!(left, verb == "release", "the runs are ended all the same: {words}");
        }
    }
    // Go leaves out what is empty, and of an agent that nothing was ever set of that is everything.
    let nulled = json!({"system_prompt": "hello", "policies": null});
    for config in [json!({}), json!({"system_prompt": "hello"}), nulled] {
        let stage = stage();
        stage.put("config", "bot", config);
        let id = stage.decide("contain", "bot");
        stage.send(stage.options()).await;
        assert_eq!((stage.state(&id), policies(&stage)), (Confirmed, json!(["quarterdeck-deny-all"])));
    }
}
