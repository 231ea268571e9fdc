//! Reading sessions and runs, and writing them down: the real program over simulated platforms.

use quarterdeck_sim::Options;
use quarterdeck_sync::text::is_hidden;
use serde_json::Value;

use crate::cli_harness::{Home, Said};
use crate::fleet::Fleet;

/// A still world, synced without content.
fn fleet(names: &[&str]) -> Fleet {
    let fleet = Fleet::new(Options::default(), names);
    let said = fleet.qd(&["sync", "--content", "none", "--json"]);
    assert_eq!(said.code, 0, "{said:?}");
    fleet
}

/// Id of the session with the most messages.
fn longest(fleet: &Fleet) -> (String, u64) {
    let sessions = fleet.sim.truth("turen", "sessions");
    let longest = sessions.iter().max_by_key(|row| row["message_count"].as_u64()).expect("sessions");
    (longest["id"].to_string(), longest["message_count"].as_u64().expect("a count"))
}

fn well(said: Said) -> Said {
    assert_eq!(said.code, 0, "{said:?}");
    assert!(!said.out.chars().any(|c| is_hidden(c) && c != '\n'), "{said:?}");
    said
}

fn items(said: &Said) -> Vec<Value> {
    assert_eq!(said.json()["schema"], "qd.entries/1");
    said.json()["items"].as_array().expect("items").clone()
}

#[test]
fn a_session_is_fetched_when_it_is_opened_and_can_be_read_without_a_network_from_then_on() {
    let fleet = fleet(&["turen"]);
    let (id, count) = longest(&fleet);
    let first = well(fleet.qd(&["sessions", "entries", &id, "--json"]));
    let entries = items(&first);
    assert_eq!(entries.len() as u64, count);
    let members: Vec<&str> = entries[0].as_object().expect("an entry").keys().map(String::as_str).collect();
    assert_eq!(members[..7], ["entry", "role", "kind", "tool", "at", "text", "raw"]);
    for (place, entry) in entries.iter().enumerate() {
        assert_eq!(entry["entry"], place);
    }
    let _url = fleet.unplug();
    assert_eq!(well(fleet.qd(&["sessions", "entries", &id, "--json"])).out, first.out);
    let lines = well(fleet.qd(&["sessions", "entries", &id, "--ndjson"]));
    assert_eq!(lines.out.lines().count() as u64, count);
}

#[test]
fn what_is_not_held_and_cannot_be_had_is_told_with_exit_code_4() {
    let fleet = fleet(&["turen"]);
    let (id, _) = longest(&fleet);
    for args in [&["sessions", "entries", &id, "--offline"][..], &["sessions", "export", &id, "--offline"]] {
        let said = fleet.qd(args);
        assert_eq!((said.code, said.out.as_str()), (4, ""), "{said:?}");
    }
    let _url = fleet.unplug();
    let said = fleet.qd(&["sessions", "entries", &id, "--json"]);
    assert_eq!((said.code, said.out.as_str()), (4, ""), "{said:?}");
    assert_eq!(said.error()["code"], 4);
    assert_eq!(fleet.qd(&["sessions", "entries", "nowhere"]).code, 9);
    assert_eq!(fleet.qd(&["policies", "entries", "x"]).code, 2);
}

#[test]
fn entries_are_picked_by_kind_tool_place_and_failure() {
    let fleet = fleet(&["turen"]);
    let (id, _) = longest(&fleet);
    let all = items(&fleet.qd(&["sessions", "entries", &id, "--json"]));
    let picked = |args: &[&str]| items(&well(fleet.qd(&[&["sessions", "entries", &id, "--json"], args].concat())));
    let wanted = |keep: &dyn Fn(&Value) -> bool| all.iter().filter(|entry| keep(entry)).cloned().collect::<Vec<_>>();
    let kinds = wanted(&|entry| entry["kind"] == "user" || entry["kind"] == "tool");
    assert!(!kinds.is_empty() && kinds.len() < all.len());
    assert_eq!(picked(&["--kind", "user,tool"]), kinds);
    assert_eq!(picked(&["--errors"]), wanted(&|entry| entry["error"] == true));
    assert_eq!(picked(&["--from", "2", "--to", "4"]), all[2..=4]);
    assert_eq!(picked(&["--from", "2", "--limit", "2"]), all[2..4]);
    let at = all[3]["at"].as_str().expect("a time");
    assert_eq!(picked(&["--until", at]), all[..3]);
    assert_eq!(picked(&["--since", at]), all[3..]);
    let tool = all.iter().find_map(|entry| entry["tool"].as_str()).expect("a tool");
    let by_tool = picked(&["--tool", &tool.to_uppercase()]);
    assert!(!by_tool.is_empty());
    assert!(by_tool.iter().any(|entry| entry["tool"] == tool));
}

#[test]
fn an_export_is_complete_and_can_be_read_on_a_machine_that_knows_no_platform() {
    let fleet = fleet(&["turen"]);
    let (id, count) = longest(&fleet);
    let file = fleet.home().join("exports").join("session.json");
    let path = file.to_str().expect("UTF-8");
    let said = fleet.qd(&["sessions", "export", &id, "-o", path]);
    assert_eq!((said.code, file.parent().expect("a folder").exists()), (2, false), "{said:?}");
    std::fs::create_dir(file.parent().expect("a folder")).expect("made");
    let said = well(fleet.qd(&["sessions", "export", &id, "-o", path]));
    assert_eq!((said.out.as_str(), quarterdeck::config::mode(&file).unwrap_or(0o600)), ("", 0o600));
    let export: Value = serde_json::from_str(&std::fs::read_to_string(&file).expect("a file")).expect("JSON");
    assert_eq!((&export["schema"], &export["record"]["id"]), (&"qd.session/1".into(), &Value::from(id.as_str())));
    assert_eq!(export["entries"].as_array().expect("entries").len() as u64, count);
    let listed = fleet.qd(&["sessions", "entries", &id, "--ndjson"]);
    let plain = fleet.qd(&["sessions", "entries", &id]);
    let written = fleet.qd(&["sessions", "export", &id, "--format", "html"]);

    let elsewhere = Home::new();
    let text = std::fs::read_to_string(&file).expect("a file");
    let read = |args: &[&str]| -> Said {
        well(elsewhere.command(&[&["sessions"], args].concat()).env("TZ", "UTC").output().expect("qd runs").into())
    };
    assert_eq!(read(&["entries", "--file", path, "--ndjson"]).out, listed.out);
    assert_eq!(read(&["entries", "--file", path]).out, plain.out);
    assert_eq!(elsewhere.qd_fed(&text, &["sessions", "entries", "--file", "-", "--ndjson"]).out, listed.out);
    assert_eq!(read(&["export", "--file", path, "--format", "html"]).out, written.out);
    // As the platform sent them.
    let messages = export["entries"].as_array().expect("entries").iter().map(|entry| &entry["raw"]);
    assert!(
        messages.eq(listed
            .out
            .lines()
            .map(|line| serde_json::from_str::<Value>(line).expect("JSON")["raw"].clone())
            .collect::<Vec<_>>()
            .iter())
    );
}

#[test]
fn an_export_has_the_sessions_of_subagents_behind_it_whoever_names_them() {
    let fleet = fleet(&["turen"]);
    let said = fleet.qd(&["sync", "--content", "all", "--json"]);
    assert_eq!(said.code, 0, "{said:?}");
    let sessions = fleet.sim.truth("turen", "sessions");
    // The first subagent is named by the session that started it, the second by itself alone.
    let several = |row: &&Value| row["subagent_count"].as_u64() >= Some(2) && row["message_count"].as_u64() >= Some(4);
    let parent = sessions.iter().find(several).expect("a session with subagents");
    let (id, count) = (parent["id"].as_u64().expect("a number"), parent["subagent_count"].as_u64().expect("a number"));
    let alone = well(fleet.qd(&["sessions", "export", &id.to_string(), "--format", "json"]));
    assert_eq!(alone.json().get("subagents"), None);
    let whole = well(fleet.qd(&["sessions", "export", &id.to_string(), "--format", "json", "--with-subagents"])).json();
    let mut found: Vec<&str> = whole["subagents"]
        .as_array()
        .expect("subagents")
        .iter()
        .filter_map(|session| session["record"]["id"].as_str())
        .collect();
    found.sort_unstable();
    let mut behind: Vec<String> = (1..=count).map(|n| (id + n).to_string()).collect();
    behind.sort_unstable();
    assert_eq!(found, behind);
    let page = well(fleet.qd(&["sessions", "export", &id.to_string(), "--format", "html", "--with-subagents"])).out;
    for session in &behind {
        assert!(page.contains(session.as_str()), "{session}");
    }
}

#[test]
fn a_file_is_not_written_over_unless_that_is_asked_for() {
    let fleet = fleet(&["turen"]);
    let (id, _) = longest(&fleet);
    let file = fleet.home().join("mine.md");
    let path = file.to_str().expect("UTF-8");
    std::fs::write(&file, "mine").expect("written");
    let said = fleet.qd(&["sessions", "export", &id, "-o", path]);
    assert_eq!(said.code, 2, "{said:?}");
    assert_eq!(std::fs::read_to_string(&file).expect("a file"), "mine");
    well(fleet.qd(&["sessions", "export", &id, "-o", path, "--force"]));
    assert!(std::fs::read_to_string(&file).expect("a file").starts_with("# "));
    let broken = fleet.home().join("broken.json");
    std::fs::write(&broken, "{\"schema\":\"qd.session/1\",\"entries\":[").expect("written");
    let said = fleet.qd(&["sessions", "entries", "--file", broken.to_str().expect("UTF-8")]);
    assert_eq!(said.code, 2, "{said:?}");
}

#[test]
fn a_web_page_is_one_file_without_scripts_and_loads_nothing() {
    let fleet = fleet(&["turen"]);
    let (id, count) = longest(&fleet);
    let page = well(fleet.qd(&["sessions", "export", &id, "--format", "html"])).out;
    assert!(page.starts_with("<!doctype html>") && page.ends_with("</html>\n"));
    for forbidden in ["<script", "src=", "<link", "<img", "url(", "@import", "javascript:"] {
        assert!(!page.contains(forbidden), "{forbidden}");
    }
    assert_eq!(page.matches("<article id=\"e").count() as u64, count);
}

#[test]
fn every_platform_can_be_read_by_its_own_words() {
    let fleet = fleet(&["exo", "runagents"]);
    let conversation = fleet.qd(&["conversations", "list", "--limit", "1", "--json"]).json();
    let id = conversation["items"][0]["id"].as_str().expect("a conversation").to_owned();
    let entries = items(&well(fleet.qd(&["conversations", "entries", &id, "--json"])));
    assert!(entries.iter().any(|entry| entry["kind"] == "user"), "{entries:?}");
    let runs = fleet.qd(&["runs", "list", "--limit", "0", "-c", "runagents", "--json"]).json();
    let mut seen = 0;
    for run in runs["items"].as_array().expect("runs").iter().take(5) {
        let id = run["id"].as_str().expect("an id");
        let said = well(fleet.qd(&["runs", "events", id, "--json", "-c", "runagents"]));
        seen += items(&said).len();
    }
    assert!(seen > 0);
}

#[test]
fn show_says_what_is_held_and_how_to_read_it() {
    let fleet = fleet(&["turen"]);
    let (id, count) = longest(&fleet);
    let before = well(fleet.qd(&["sessions", "show", &id])).out;
    assert!(before.contains(&format!("qd sessions entries {id}")), "{before}");
    well(fleet.qd(&["sessions", "entries", &id]));
    let after = well(fleet.qd(&["sessions", "show", &id])).out;
    assert!(after.contains(&format!("{count} entries")), "{after}");
}
