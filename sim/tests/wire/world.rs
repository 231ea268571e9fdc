//! The world: the same from the same seed, moved by its clock, changed by tests, large without being stored.

use std::time::Duration;

use quarterdeck_sim::{Clock, Matcher, Options, Scenario};

use crate::client::{Caller, fixed, start};

const LISTS: [(&str, &str); 7] = [
    ("turen", "/sessions?limit=100&include_subagents=true"),
    ("turen", "/events?limit=100"),
    ("turen", "/registered-agents?limit=100"),
    ("exo-documented", "/runs?limit=100"),
    ("exo-documented", "/conversations?limit=100"),
    ("runagents", "/approvals/requests"),
    ("runagents-v1alpha", "/runs?status=COMPLETED"),
];

fn replies(options: Options) -> Vec<String> {
    let sim = start(options);
    LISTS.iter().map(|(name, path)| Caller::new(&sim, name).get(path).text()).collect()
}

#[test]
fn the_same_seed_gives_the_same_replies_and_another_gives_others() {
    let first = replies(fixed());
    assert_eq!(first, replies(fixed()));
    let other = replies(Options { seed: 2, ..fixed() });
    assert!(first.iter().zip(&other).all(|(one, two)| one != two));
}

#[test]
fn steps_are_the_same_too_whenever_they_are_asked_for() {
    let (one, two) = (start(fixed()), start(fixed()));
    // Neither reading nor signing in changes what happens next.
    Caller::new(&two, "runagents").get("/runs");
    Caller::new(&two, "exo").get("/agents");
    one.step(200);
    two.step(200);
    for (name, _) in LISTS {
        for collection in ["agents", "sessions", "events", "runs", "approvals", "conversations"] {
            assert_eq!(one.truth(name, collection), two.truth(name, collection), "{name} {collection}");
        }
    }
}

#[test]
fn a_moving_world_follows_the_clock() {
    let still = start(fixed());
    let moving = start(Options { moving: true, ..fixed() });
    let before = moving.truth("turen", "sessions");
    assert_eq!(before, still.truth("turen", "sessions"));
    for sim in [&still, &moving] {
        sim.advance(Duration::from_secs(300));
    }
    assert_eq!(before, still.truth("turen", "sessions"), "a world that does not move by itself stands still");
    let after = moving.truth("turen", "sessions");
    assert!(after.len() > before.len() + 10, "{} sessions, {} before", after.len(), before.len());
    let runs = moving.truth("runagents", "runs");
    assert!(runs.iter().any(|run| run["updated_at"].as_str() > Some("2026-02-17T09:00:00Z")));
    let newest = after[0]["modified_at"].as_str().expect("a time").to_owned();
    assert!(newest.as_str() > "2026-02-17T09:03:00Z" && newest.as_str() <= "2026-02-17T09:05:00Z", "{newest}");
}

#[test]
fn a_moving_world_does_not_drown_in_open_runs() {
    let sim = start(Options { moving: true, ..fixed() });
    sim.advance(Duration::from_secs(1200));
    let open = |name: &str, status: &str| sim.truth(name, "runs").iter().filter(|run| run["status"] == status).count();
    assert!(open("runagents", "RUNNING") < 30, "{}", open("runagents", "RUNNING"));
    assert!(open("exo", "running") < 30, "{}", open("exo", "running"));
    let pending = sim.truth("runagents", "approvals").iter().filter(|row| row["status"] == "PENDING").count();
    assert!((1..60).contains(&pending), "{pending} pending");
}

#[test]
fn the_demo_is_as_large_as_promised_and_busy_is_larger() {
    let sim = start(fixed());
    for (name, collection, count) in [
        ("turen", "agents", 24..=24),
        ("turen", "sessions", 300..=420),
        ("turen", "events", 150..=150),
        ("exo", "agents", 18..=18),
        ("exo", "projects", 6..=6),
        ("exo", "workflows", 8..=8),
        ("exo", "runs", 120..=120),
        ("exo", "conversations", 20..=20),
        ("runagents", "agents", 14..=14),
        ("runagents", "runs", 90..=90),
        ("runagents", "policies", 6..=6),
    ] {
        let found = sim.truth(name, collection).len();
        assert!(count.contains(&found), "{name} has {found} {collection}");
    }
    let busy = start(Options { scenario: Scenario::Busy, ..fixed() });
    assert!(busy.truth("turen", "sessions").len() > 3000);
    let empty = start(Options { scenario: Scenario::Empty, ..fixed() });
    for (name, collection) in [("turen", "sessions"), ("exo", "runs"), ("runagents", "agents")] {
        assert!(empty.truth(name, collection).is_empty());
    }
    assert_eq!(Caller::new(&empty, "turen").get("/sessions").json()["pagination"]["total"], 0);
}

#[test]
fn a_million_sessions_are_listed_at_both_ends() {
    let sim = start(Options { scenario: Scenario::Huge { sessions: 1_000_000 }, ..fixed() });
    let turen = Caller::new(&sim, "turen");
    let first = turen.get("/sessions?limit=100").json();
    assert_eq!(first["pagination"]["total"], 1_000_000);
    assert_eq!(first["sessions"][0]["id"], 1_000_000);
    let last = turen.get("/sessions?limit=100&offset=999950").json();
    assert_eq!(last["sessions"].as_array().map(Vec::len), Some(50));
    assert_eq!(last["sessions"][49]["id"], 1);
    assert_eq!(last["pagination"]["has_more"], false);
    assert_eq!(turen.get("/sessions/777").json()["id"], 777);
    assert!(turen.get("/sessions/777/content").json()["messages"].is_array());
}

#[test]
fn a_huge_list_may_be_changed_like_any_other() {
    let sim = start(Options { scenario: Scenario::Huge { sessions: 1000 }, ..fixed() });
    let turen = Caller::new(&sim, "turen");
    let new = sim.insert("turen", "sessions", 1);
    assert!(sim.remove("turen", "sessions", "990"));
    assert!(sim.edit("turen", "sessions", "500", &serde_json::json!({"first_prompt": "edited"}), true));
    let page = turen.get("/sessions?limit=15&include_subagents=true").json();
    let ids: Vec<String> = page["sessions"].as_array().expect("rows").iter().map(|row| row["id"].to_string()).collect();
    assert!(ids[..2].contains(&new[0]) && ids.contains(&"500".to_owned()), "{ids:?}");
    assert!(!ids.contains(&"990".to_owned()) && ids.contains(&"989".to_owned()), "{ids:?}");
    assert_eq!(sim.truth("turen", "sessions").len() as u64, page["pagination"]["total"].as_u64().expect("a total"));
}

#[test]
fn a_change_waits_for_its_request() {
    let sim = start(fixed());
    let turen = Caller::new(&sim, "turen");
    let first = sim.truth("turen", "events")[0]["id"].as_str().expect("an id").to_owned();
    let total = sim.truth("turen", "events").len();
    let gone = first.clone();
    sim.at_request(Matcher::endpoint("turen").path("/events"), 2, move |world| {
        world.remove("turen", "events", &gone);
    });
    turen.get("/sessions");
    assert_eq!(turen.get("/events").json()["events"][0]["id"], first);
    let second = turen.get("/events").json();
    assert_ne!(second["events"][0]["id"], first);
    assert_eq!(second["pagination"]["total"], total - 1);
}

#[test]
fn an_edit_moves_a_row_only_when_told() {
    let sim = start(fixed());
    sim.advance(Duration::from_secs(60));
    let before = sim.truth("turen", "sessions");
    let id = before[7]["id"].to_string();
    let patch = serde_json::json!({"git_branch": "edited"});
    assert!(sim.edit("turen", "sessions", &id, &patch, false));
    assert_eq!(sim.truth("turen", "sessions")[7]["git_branch"], "edited");
    assert!(sim.edit("turen", "sessions", &id, &patch, true));
    assert_eq!(sim.truth("turen", "sessions")[0]["id"].to_string(), id);
    assert!(!sim.edit("turen", "sessions", "0", &patch, true));
}

#[test]
fn the_log_names_every_request() {
    let sim = start(fixed());
    let turen = Caller::new(&sim, "turen");
    turen.get("/sessions?limit=3");
    turen.get("/nothing");
    let log: Vec<_> = sim.log().into_iter().map(|one| (one.method, one.path, one.query, one.status)).collect();
    let expected = [("/sessions", "limit=3", 200), ("/nothing", "", 404)];
    let expected = expected.map(|(path, query, status)| ("GET".to_owned(), path.to_owned(), query.to_owned(), status));
    assert_eq!(log, expected);
    sim.clear_log();
    assert!(sim.log().is_empty());
}

#[test]
fn hostile_text_is_everywhere_and_names_still_lead_to_their_rows() {
    let sim = start(Options { hostile: true, ..fixed() });
    for (name, path) in [("turen", "/sessions"), ("exo", "/conversations"), ("runagents", "/agents")] {
        let text = Caller::new(&sim, name).get(path).text();
        for escaped in ["\\u001b]0;", "\\u0000", "\u{202e}", "\u{9b}"] {
            assert!(text.contains(escaped), "{name} {path} has no {escaped:?}");
        }
    }
    let agents = sim.truth("runagents", "agents");
    let name = agents[0]["name"].as_str().expect("a name");
    let path: String = name.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let found = Caller::new(&sim, "runagents").get(&format!("/agents/{path}"));
    assert_eq!(found.json(), agents[0]);
}

#[test]
fn in_a_conflict_other_people_decide() {
    let sim = start(Options { scenario: Scenario::Conflict, ..fixed() });
    let pending = || sim.truth("runagents", "approvals").iter().filter(|row| row["status"] == "PENDING").count();
    let (before, policy) = (pending(), sim.truth("turen", "policy"));
    sim.step(3);
    assert_eq!(pending(), before - 3);
    assert_ne!(sim.truth("turen", "policy")[0]["version"], policy[0]["version"]);
}

#[test]
fn ports_are_free_again_after_a_shutdown() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let is_free = || {
        let sim = start(fixed());
        let url = sim.endpoints()[0].url.clone();
        let port: u16 =
            url.trim_end_matches("/api/v1").rsplit(':').next().and_then(|port| port.parse().ok()).expect("a port");
        runtime.block_on(sim.shutdown());
        std::net::TcpListener::bind(("127.0.0.1", port)).is_ok()
    };
    // Another test may be given one in between; not five times.
    assert!((0..5).any(|_| is_free()), "the port is free");
}

#[test]
fn the_real_clock_is_now() {
    let sim = start(Options { clock: Clock::Real, ..Options::default() });
    let newest = sim.truth("turen", "events")[0]["timestamp"].as_str().expect("a time").parse::<jiff::Timestamp>();
    let age = jiff::Timestamp::now().duration_since(newest.expect("RFC 3339")).as_secs();
    assert!((0..7200).contains(&age), "{age} s old");
}
