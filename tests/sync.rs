//! `qd sync` against the simulated platforms: what the mirror holds afterwards is what the servers hold.

use std::io::Read as _;
use std::process::Stdio;
use std::time::Duration;

use quarterdeck_sim::{Options, Scenario};

use crate::fleet::{ENDPOINTS, Fleet};

/// The collections whose rows the simulator can tell in full, per endpoint.
const COLLECTIONS: [(&str, &[&str]); 5] = [
    ("turen", &["agents", "sessions", "events", "policy"]),
    ("exo", EXO),
    ("exo-documented", EXO),
    ("runagents", RUNAGENTS),
    ("runagents-v1alpha", RUNAGENTS),
];
const EXO: &[&str] = &[
    "projects",
    "agents",
    "workflows",
    "tools",
    "knowledge-bases",
    "deployments",
    "runs",
    "conversations",
    "alert-rules",
];
const RUNAGENTS: &[&str] =
    &["agents", "runs", "run-events", "approvals", "policies", "tools", "model-providers", "identity-providers"];

fn assert_all_equal(fleet: &Fleet) {
    for (endpoint, collections) in COLLECTIONS {
        for collection in collections {
            fleet.assert_equal(endpoint, collection);
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
    let served: Vec<_> = fleet.sim.truth("runagents", "runs");
    for run in served {
        assert!(statuses("runagents").contains(&run["status"].to_string()));
    }
    assert!(fleet.mirrored("turen", "sessions").iter().any(|session| session["is_subagent"] == true));
    assert!(fleet.mirrored("exo", "runs").len() > 100);
}

#[test]
fn a_second_sync_asks_once_per_list_and_piece_and_writes_nothing() {
    let fleet = Fleet::new(Options::default(), &["turen", "runagents"]);
    fleet.qd(&["sync"]);
    let before = fleet.qd(&[
        "sql",
        "select max(confirmed_at) as at, count(*) as n from records where collection not in ('stats')",
        "--json",
    ]);
    fleet.sim.clear_log();
    let again = fleet.qd(&["sync", "--json"]);
    assert_eq!(again.code, 0, "{again:?}");
    let log = fleet.sim.log();
    for list in ["/sessions", "/events", "/registered-agents", "/policy", "/agents", "/policies", "/tools"] {
        let of_a_run = |path: &str| path.starts_with("/runs/");
        let asked = log.iter().filter(|request| request.path.ends_with(list) && !of_a_run(&request.path)).count();
        assert_eq!(asked, 1, "{list}");
    }
    let after = fleet.qd(&[
        "sql",
        "select max(confirmed_at) as at, count(*) as n from records where collection not in ('stats')",
        "--json",
    ]);
    assert_eq!(before.json()["items"][0]["n"], after.json()["items"][0]["n"]);
    let written: u64 = again.json()["items"]
        .as_array()
        .expect("connections")
        .iter()
        .flat_map(|connection| connection["lists"].as_array().expect("lists").clone())
        .map(|list| list["inserted"].as_u64().unwrap_or(0) + list["gone"].as_u64().unwrap_or(0))
        .sum();
    assert_eq!(written, 0, "{}", again.out);
}

#[test]
fn a_sync_killed_anywhere_is_made_whole_by_the_next() {
    for millis in [30, 120, 300, 700, 1_500] {
        let fleet =
            Fleet::new(Options { scenario: Scenario::Huge { sessions: 12_000 }, ..Options::default() }, &["turen"]);
        let mut first = fleet.command(&["sync"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("qd runs");
        std::thread::sleep(Duration::from_millis(millis));
        // Kill -9: nothing gets a chance to tidy up.
        let _ = first.kill();
        let _ = first.wait();
        let second = fleet.qd(&["sync", "--json"]);
        assert_eq!(second.code, 0, "{second:?}");
        let counted = fleet.qd(&[
            "sql",
            "select count(*) as n, count(distinct id) as ids from sessions where gone_at is null",
            "--json",
        ]);
        assert_eq!(
            counted.json()["items"][0],
            serde_json::json!({ "n": 12_000, "ids": 12_000 }),
            "killed after {millis} ms"
        );
        fleet.assert_equal("turen", "agents");
        fleet.assert_equal("turen", "events");
    }
}

/// What a process has needed of memory at most, in KiB, while it synced so many sessions.
#[cfg(target_os = "linux")]
fn peak_of_a_first_sync(sessions: u64) -> u64 {
    let fleet = Fleet::new(Options { scenario: Scenario::Huge { sessions }, ..Options::default() }, &["turen"]);
    let mut sync = fleet
        .command(&["sync", "--only", "sessions", "--ndjson"])
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
    let (small, large) = (peak_of_a_first_sync(10_000), peak_of_a_first_sync(200_000));
    assert!(large < small + 40 * 1024, "{small} KiB for 10,000 rows, {large} KiB for 200,000");
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
    let secrets: Vec<String> =
        fleet.sim.endpoints().into_iter().flat_map(|endpoint| [endpoint.key, endpoint.password]).flatten().collect();
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
    for (endpoint, collections) in COLLECTIONS {
        for collection in collections {
            look(&[collection, "list", "--connection", endpoint, "--limit", "5"]);
            let listed = look(&[collection, "list", "--connection", endpoint, "--limit", "0", "--ndjson"]);
            let records = listed.out.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).expect("JSON"));
            let mut ids = records.map(|record| record["id"].as_str().expect("ids are strings").to_owned());
            // No system hands a NUL on to a program.
            if let Some(id) = ids.find(|id| !id.contains('\0')) {
                look(&[collection, "show", &id, "--connection", endpoint]);
            }
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
