//! What is found when the world has moved on, and the index has not.

use serde_json::{Value, json};

use super::world::{World, agent, columns, places, row};
use crate::search::{Find, Question};

fn session(id: &str, client: &str) -> (String, quarterdeck_sync::model::Columns, Value) {
    changed(id, client, 1)
}

/// The same, with something new to be fetched.
fn changed(id: &str, client: &str, stamp: u64) -> (String, quarterdeck_sync::model::Columns, Value) {
    let columns = columns(["Refunds", "active", client, ""], "2026-03-10T07:00:00Z");
    row(id, columns, json!({"id": id, "client_id": client, "stamp": stamp}))
}

#[test]
fn an_agent_that_is_renamed_is_meant_by_its_new_name_at_once() {
    let mut world = World::new();
    let (agents, sessions) = (world.agents, world.sessions);
    world.arrive(agents, vec![agent("7", "client-1", 1, "Oldname")]);
    world.arrive(sessions, vec![session("s1", "client-1"), session("s2", "client-2")]);
    world.says("s1", &json!([{"type": "user", "content": "hello"}]));
    world.follow();
    world.arrive(agents, vec![agent("7", "client-1", 1, "Newname")]);
    assert_eq!(world.listed("agent:Newname"), ["s1"]);
    assert!(world.listed("agent:Oldname").is_empty());
    assert_eq!(world.listed("Newname"), ["7"], "the agent, and not every session that is its");
    let mut found = world.found("agent:newname");
    found.sort();
    assert_eq!(found, ["s1", "s1#0"]);
    for old in ["agent:oldname", "oldname kind:session", "oldname is:entry"] {
        assert!(world.found(old).is_empty(), "{old}: {:?}", world.found(old));
    }
    world.follow();
    assert_eq!(world.found("agent:newname").len(), 2);
}

#[test]
fn a_machine_that_registers_again_keeps_what_it_did() {
    let mut world = World::new();
    let (agents, sessions) = (world.agents, world.sessions);
    world.arrive(agents, vec![agent("7", "client-1", 1, "web-01")]);
    world.arrive(sessions, vec![session("s1", "client-1"), session("s2", "client-2")]);
    world.follow();
    world.arrive(agents, vec![agent("9", "client-1", 2, "web-01")]);
    for named in ["agent:9", "agent:client-1", "agent:\"prod/9\"", "host:web-01", "agent:\"prod/client-1\""] {
        assert_eq!(world.found(named), ["s1"], "{named}");
    }
    for named in ["agent:9", "agent:client-1", "host:web-01"] {
        assert_eq!(world.listed(named), ["s1"], "{named}");
    }
    assert!(world.found("agent:7").is_empty() && world.listed("agent:7").is_empty());
}

#[test]
fn a_session_that_came_before_its_agent_is_found_by_its_agents_name() {
    let mut world = World::new();
    let (agents, sessions) = (world.agents, world.sessions);
    world.arrive(sessions, vec![session("s1", "client-1")]);
    world.follow();
    world.arrive(agents, vec![agent("7", "client-1", 1, "web-01")]);
    world.follow();
    assert_eq!(world.found("agent:web-01"), ["s1"]);
    assert_eq!(world.listed("agent:web-01"), ["s1"]);
}

#[test]
fn pages_of_hits_go_on_where_hits_have_gone() {
    let mut world = World::new();
    let sessions = world.sessions;
    world.arrive(sessions, vec![session("s1", "client-1"), session("s2", "client-1")]);
    let said = |count: usize| -> Value {
        (0..count).map(|number| json!({"type": "user", "content": format!("wombat {number}")})).collect()
    };
    world.says("s1", &said(30));
    world.says("s2", &said(30));
    world.follow();
    // One of them is a shorter one now, and the index has not heard of it.
    world.arrive(sessions, vec![changed("s1", "client-1", 2)]);
    world.says("s1", &said(2));
    let searcher = world.searcher();
    let mut question = Question { limit: 7, ..Question::new("wombat") };
    let (mut found, mut left_out) = (Vec::new(), 0);
    loop {
        let answer = searcher.find(&question).expect("an answer");
        found.extend(places(&answer));
        left_out += answer.left_out;
        let Some(next) = answer.next else { break };
        assert_eq!(next, question.offset + 7);
        (question.offset, question.moment) = (next, Some(answer.moment));
    }
    assert_eq!((found.len(), left_out), (32, 28));
    found.sort();
    found.dedup();
    assert_eq!(found.len(), 32, "none comes twice");
}

#[test]
fn what_a_run_did_is_found_at_its_steps_and_not_at_the_run_again() {
    let mut world = World::new();
    let workflows = world.workflows;
    let steps =
        json!([{"name": "fetch", "type": "tool", "status": "completed", "input": {"url": "a.b"}, "output": "zebra"}]);
    let at = "2026-03-10T07:00:00Z";
    let doc = json!({"id": "r1", "note": "okapi", "stamp": 1, "steps_json": steps.to_string()});
    let plain = json!({"id": "r2", "note": "nothing", "stamp": 1, "steps": steps});
    let run = |id: &str, doc: Value| row(id, columns(["Nightly", "completed", "", ""], at), doc);
    world.arrive(workflows, vec![run("r1", doc), run("r2", plain)]);
    world.follow();
    let mut found = world.found("zebra");
    found.sort();
    assert_eq!(found, ["r1#0", "r2#0"]);
    assert_eq!(world.found("okapi"), ["r1"]);
    assert!(world.listed("zebra").is_empty());
    assert_eq!(world.listed("okapi"), ["r1"]);
}

#[test]
fn what_was_replaced_is_not_shown_with_other_words_before_the_index_has_followed() {
    let mut world = World::new();
    let sessions = world.sessions;
    let said =
        |word: &str| json!([{"type": "user", "content": "hello"}, {"type": "user", "content": format!("a {word}")}]);
    world.arrive(sessions, vec![session("s1", "client-1"), session("s2", "client-1")]);
    world.says("s1", &said("wombat"));
    world.says("s2", &said("wombat"));
    world.follow();
    world.arrive(sessions, vec![changed("s1", "client-1", 2)]);
    world.says("s1", &said("numbat"));
    let answer = world.answer(&Question::new("wombat"));
    assert_eq!((places(&answer), answer.total, answer.left_out), (vec!["s2#1".to_owned()], 1, 1));
    assert_eq!(places(&world.answer(&Question::typing("womb"))), ["s2#1"]);
    assert_eq!(world.found("hello").len(), 2, "what still says it stays");
    assert_eq!(places(&world.answer(&Question::typing("hel"))).len(), 2);
    world.follow();
    assert_eq!(world.found("numbat"), ["s1#1"]);
}

#[test]
fn what_its_platform_no_longer_lists_is_left_out_at_once() {
    let mut world = World::new();
    let sessions = world.sessions;
    world.arrive(sessions, vec![session("s1", "client-1"), session("s2", "client-1")]);
    world.says("s1", &json!([{"type": "user", "content": "refunds"}]));
    world.follow();
    world.goes(sessions, "s1");
    assert_eq!(world.found("refunds"), ["s2"]);
    let with = world.answer(&Question { gone: true, ..Question::new("refunds") });
    assert_eq!(places(&with).len(), 3, "whoever asks for it sees it still");
}

#[test]
fn a_decision_that_is_not_sent_keeps_what_was_said_in_sight_while_the_index_is_behind() {
    let mut world = World::new();
    let sessions = world.sessions;
    world.arrive(sessions, vec![session("s1", "client-1")]);
    world.says("s1", &json!([{"type": "user", "content": "refunds"}]));
    world.follow();
    world.decides("s1");
    world.arrive(sessions, vec![changed("s1", "client-1", 1)]);
    let mut found = world.found("refunds");
    found.sort();
    assert_eq!(found, ["s1", "s1#0"]);
    assert_eq!(world.found("refunds is:pending"), ["s1"]);
}
