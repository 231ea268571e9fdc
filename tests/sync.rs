//! `qd sync` against the simulated platforms: what the mirror holds afterwards is what the servers hold.

use std::io::Read as _;
use std::process::Stdio;

use quarterdeck_sim::{Matcher, Options, Scenario};
use quarterdeck_sync::platform::Registry;
use quarterdeck_sync::platform::manifest::Partition;

use crate::fleet::{ENDPOINTS, Fleet, today};

/// Every list of every endpoint: its connection, and its collection.
fn lists(fleet: &Fleet) -> Vec<(String, String)> {
    let platforms = Registry::builtin();
    let lists = fleet.sim.endpoints().into_iter().flat_map(|endpoint| {
        let manifest = platforms.get(&endpoint.platform).expect("a built-in platform");
        let names: Vec<String> = manifest.collections.keys().cloned().collect();
        names.into_iter().map(move |name| (endpoint.name.clone(), name))
    });
    lists.collect()
}

/// What a server works out anew for each request: there is nothing it holds that could be compared.
const WORKED_OUT: [&str; 2] = ["session-calendar", "health"];

fn assert_all_equal(fleet: &Fleet) {
    for (connection, collection) in lists(fleet) {
        if WORKED_OUT.contains(&collection.as_str()) {
            assert!(!fleet.mirrored(&connection, &collection).is_empty(), "{connection} {collection}");
        } else {
            fleet.assert_equal(&connection, &collection);
        }
    }
}

#[test]
fn every_collection_of_every_platform_is_mirrored_whatever_the_page_size() {
    for page_cap in [1, 7, 100] {
        let fleet = Fleet::new(Options { page_cap: Some(page_cap), ..Options::default() }, &ENDPOINTS);
        let synced = fleet.qd(&["sync", "--json"]);
        assert!(matches!(synced.code, 0 | 5), "{synced:?}");
        assert_all_equal(&fleet);
        fleet.sim.step(5);
        let synced = fleet.qd(&["sync", "--full", "--json"]);
        assert!(matches!(synced.code, 0 | 5), "{synced:?}");
        assert_all_equal(&fleet);
    }
}

#[test]
fn rows_that_come_and_go_during_the_walk_are_met_by_the_same_sync() {
    for (page_cap, at) in [(1, 40), (7, 6), (100, 2)] {
        let fleet = Fleet::new(Options { page_cap: Some(page_cap), ..Options::default() }, &["turen", "exo"]);
        let mut before = Vec::new();
        for (connection, collection, path) in [("turen", "sessions", "/sessions"), ("exo", "runs", "/runs")] {
            let rows = fleet.sim.truth(connection, collection);
            before.push((connection, collection, rows.len()));
            let id = |row: usize| rows[row]["id"].as_str().map_or_else(|| rows[row]["id"].to_string(), str::to_owned);
            let (read, unread) = (id(3), id(rows.len() - 2));
            let matcher = Matcher::endpoint(connection).path(path);
            fleet.sim.at_request(matcher.clone(), at, move |world| {
                assert!(world.remove(connection, collection, &read));
            });
            fleet.sim.at_request(matcher, at + 1, move |world| {
                assert_eq!(world.insert(connection, collection, 3).len(), 3);
                assert!(world.remove(connection, collection, &unread));
            });
        }
        let synced = fleet.qd(&["sync", "--only", "sessions,runs", "--json"]);
        assert!(matches!(synced.code, 0 | 5), "{synced:?}");
        for (connection, collection, before) in before {
            assert_eq!(fleet.sim.truth(connection, collection).len(), before + 1, "the list did not move as planned");
            fleet.assert_equal(connection, collection);
        }
    }
}

#[test]
fn runs_of_every_status_subagents_and_later_pages_are_all_there() {
    let fleet = Fleet::new(Options::default(), &ENDPOINTS);
    fleet.qd(&["sync"]);
    let statuses = |connection: &str| {
        let mut found: Vec<String> =
            fleet.mirrored(connection, "runs").iter().map(|run| run["status"].to_string()).collect();
        found.sort();
        found.dedup();
        found
    };
    let mirrored = statuses("runagents");
    assert!(mirrored.len() > 3, "{mirrored:?}");
    for run in fleet.sim.truth("runagents", "runs") {
        assert!(mirrored.contains(&run["status"].to_string()), "{mirrored:?} lacks {}", run["status"]);
    }
    assert!(fleet.mirrored("turen", "sessions").iter().any(|session| session["is_subagent"] == true));
    assert!(fleet.mirrored("exo", "runs").len() > 100);
}

/// Lists that are different each time they are asked for, or are asked for again for each parent that is still at work.
const NEVER_STILL: [&str; 3] = ["stats", "costs", "health"];

#[test]
fn a_second_sync_asks_once_per_list_and_piece_and_writes_nothing() {
    let fleet = Fleet::new(Options::default(), &ENDPOINTS);
    let again = loop {
        let day = today();
        fleet.qd(&["sync"]);
        fleet.sim.clear_log();
        let again = fleet.qd(&["sync", "--json"]);
        if day == today() {
            break again;
        }
    };
    let platforms = Registry::builtin();
    let report = again.json();
    for connection in report["items"].as_array().expect("connections") {
        let manifest = platforms.get(connection["platform"].as_str().expect("a platform")).expect("built in");
        for list in connection["lists"].as_array().expect("lists") {
            let name = list["collection"].as_str().expect("a name");
            if NEVER_STILL.contains(&name) {
                continue;
            }
            let written: u64 = ["inserted", "updated", "gone"].iter().filter_map(|count| list[*count].as_u64()).sum();
            assert_eq!(written, 0, "{list}");
            let pieces = match &manifest.collections[name].partition {
                None => 1,
                Some(Partition::Values { values, .. }) => values.len() as u64,
                Some(Partition::Parent { .. }) => continue,
            };
            assert!(list["requests"].as_u64().expect("a count") <= pieces, "{list}");
        }
    }
    // The server's own count, for one that has none but whole lists.
    let asked: Vec<_> = fleet.sim.log().into_iter().filter(|request| request.endpoint == "turen").collect();
    for path in ["/sessions", "/events", "/registered-agents", "/policy"] {
        assert_eq!(asked.iter().filter(|request| request.path.ends_with(path)).count(), 1, "{path}");
    }
}

#[test]
fn a_sync_killed_anywhere_is_made_whole_by_the_next() {
    for nth in [1, 2, 30, 90, 119] {
        let fleet =
            Fleet::new(Options { scenario: Scenario::Huge { sessions: 12_000 }, ..Options::default() }, &["turen"]);
        fleet.killed_at(nth, Matcher::endpoint("turen").path("/sessions"), &["sync", "--content", "none"]);
        let second = fleet.qd(&["sync", "--content", "none", "--json"]);
        assert_eq!(second.code, 0, "{second:?}");
        let counted = fleet.qd(&[
            "sql",
            "select count(*) as n, count(distinct id) as ids from sessions where gone_at is null",
            "--json",
        ]);
        let all = serde_json::json!({ "n": 12_000, "ids": 12_000 });
        assert_eq!(counted.json()["items"][0], all, "killed at request {nth}");
        fleet.assert_equal("turen", "agents");
        fleet.assert_equal("turen", "events");
    }
}

/// What a process has needed of memory at most, in KiB, while it synced so many sessions.
#[cfg(target_os = "linux")]
fn peak_of_a_first_sync(sessions: u64) -> u64 {
    let fleet = Fleet::new(Options { scenario: Scenario::Huge { sessions }, ..Options::default() }, &["turen"]);
    let mut sync = fleet
        .command(&["sync", "--only", "sessions", "--content", "none", "--ndjson"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("qd runs");
    let mut peak = 0;
    let mut out = sync.stdout.take().expect("piped");
    let mut chunk = [0; 4096];
    // Each piece of the running report is an occasion to look; the pipe closes when the process ends.
    while out.read(&mut chunk).is_ok_and(|read| read > 0) {
        let status = std::fs::read_to_string(format!("/proc/{}/status", sync.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let high = line.and_then(|line| line.trim().trim_end_matches(" kB").trim().parse().ok());
        peak = peak.max(high.unwrap_or(0));
    }
    assert!(sync.wait().expect("it ends").success());
    peak
}

#[cfg(target_os = "linux")]
#[test]
fn memory_does_not_grow_with_the_number_of_rows() {
    // Both are more than all caches and buffers hold, the index's too: what grows beyond grows with the rows.
    let (small, large) = (peak_of_a_first_sync(80_000), peak_of_a_first_sync(240_000));
    // Rows that were kept would take a KiB each, and more: 160 MiB. The rest is room for allocators and mapped files.
    assert!(large < small + 96 * 1024, "{small} KiB for 80,000 rows, {large} KiB for 240,000");
}

#[test]
fn a_planted_key_is_found_nowhere() {
    let fleet = Fleet::new(Options::default(), &ENDPOINTS);
    let mut said = String::new();
    for args in [&["sync"][..], &["sync", "--json"], &["status", "--json"], &["connect", "list", "--json"], &["doctor"]]
    {
        let answer = fleet.qd(args);
        said += &answer.out;
        said += &answer.err;
    }
    // What is decided is kept with all that was seen, and what is sent back is the document with its secrets.
    for name in ENDPOINTS {
        let agents = fleet.qd(&["agents", "list", "-c", name, "-n", "2", "--json"]).json();
        let ids: Vec<String> = agents["items"]
            .as_array()
            .expect("rows")
            .iter()
            .map(|row| format!("{name}/{}", row["id"].as_str().expect("an id")))
            .collect();
        for args in [["agents", "contain", &ids[0], "--yes"], ["agents", "delete", &ids[1], "--yes"]] {
            let answer = fleet.qd(&args);
            assert_eq!(answer.code, 0, "{answer:?}");
            said += &answer.out;
            said += &answer.err;
        }
    }
    for args in [&["outbox", "list", "--all", "--json"][..], &["audit", "export"], &["sync", "--json"]] {
        said += &fleet.qd(args).out;
    }
    let mut secrets: Vec<String> =
        fleet.sim.endpoints().into_iter().flat_map(|endpoint| [endpoint.key, endpoint.password]).flatten().collect();
    // How every secret begins that the simulated platforms have in their documents.
    secrets.push("FAKE".to_owned());
    for secret in &secrets {
        assert!(!said.contains(secret.as_str()), "a secret was printed");
    }
    for entry in walk(fleet.home()) {
        if entry.extension().is_some_and(|extension| extension == "secret") {
            continue;
        }
        let bytes = std::fs::read(&entry).expect("readable");
        for secret in &secrets {
            let found = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
            assert!(!found, "a secret stands in {}", entry.display());
        }
    }
}

fn walk(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    entries.flat_map(|path| if path.is_dir() { walk(&path) } else { vec![path] }).collect()
}

#[test]
fn hostile_text_of_any_field_of_any_platform_reaches_no_output_raw() {
    let fleet = Fleet::new(Options { hostile: true, ..Options::default() }, &ENDPOINTS);
    let hidden = |text: &str| {
        text.chars().find(|&c| quarterdeck_sync::text::is_hidden(c) && !matches!(c, '\n' | '\t')).map(u32::from)
    };
    let look = |args: &[&str]| {
        let answer = fleet.qd(args);
        assert_eq!((hidden(&answer.out), hidden(&answer.err)), (None, None), "{args:?}");
        answer
    };
    look(&["sync"]);
    look(&["sync", "--full", "--json"]);
    look(&["status"]);
    look(&["status", "--json"]);
    for (connection, collection) in lists(&fleet) {
        look(&[&collection, "list", "--connection", &connection, "--limit", "5"]);
        let listed = look(&[&collection, "list", "--connection", &connection, "--limit", "0", "--ndjson"]);
        let records = listed.out.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).expect("JSON"));
        let mut ids = records.map(|record| record["id"].as_str().expect("ids are strings").to_owned());
        // No system hands a NUL on to a program.
        if let Some(id) = ids.find(|id| !id.contains('\0')) {
            look(&[&collection, "show", &id, "--connection", &connection]);
        }
    }
    for entry in walk(&fleet.home().join("log")) {
        let log = String::from_utf8_lossy(&std::fs::read(entry).expect("readable")).into_owned();
        assert_eq!(hidden(&log), None);
    }
}

#[test]
fn status_tells_the_budget_that_the_last_sync_was_told() {
    let fleet = Fleet::new(Options::default(), &["turen"]);
    fleet.qd(&["sync"]);
    let status = fleet.qd(&["status", "--json"]).json();
    let budget = &status["items"][0]["budget"];
    assert!(budget["limit"].as_u64() > budget["remaining"].as_u64(), "{budget}");
    assert!(fleet.qd(&["status"]).out.contains("requests left"));
}
