//! `qd sync`, `connect test` and the rest that talks to platforms, against simulated ones.

#[cfg(unix)]
use std::io::{BufRead, BufReader};
#[cfg(unix)]
use std::process::Command;

use quarterdeck_sim::{Fault, Matcher, Options, Sim, What};
use serde_json::Value;

use crate::cli_harness::{Home, Said};
use crate::fleet::today;

/// A still world, and a home with a connection on each of `names`.
fn deck(names: &[&str]) -> (Home, Sim) {
    let sim = tokio::runtime::Runtime::new().unwrap().block_on(Sim::start(Options::default())).unwrap();
    let home = Home::new();
    for name in names {
        let one = sim.endpoint(name).unwrap();
        let key = home.write(&format!("keys/{name}"), 0o600, &one.password.or(one.key).unwrap());
        let secret = format!("file:{}", key.display());
        let mut args =
            vec!["connect", "add", name, "--platform", &one.platform, "--url", &one.url, "--secret", &secret, "-q"];
        if let Some(user) = &one.user {
            args.extend(["--user", user]);
        }
        let said = home.qd(&args);
        assert_eq!((said.code, said.err.as_str()), (0, ""));
    }
    (home, sim)
}

/// The settings of a home whose operator does not wait: one try, and no more.
fn hasty(home: &Home) {
    home.write("config.toml", 0o600, "tries = 1\npatience = \"1s\"\n");
}

fn lists(said: &Said) -> Vec<Value> {
    said.json()["items"][0]["lists"].as_array().unwrap().clone()
}

fn sum(lists: &[Value], field: &str) -> u64 {
    lists.iter().map(|list| list[field].as_u64().unwrap()).sum()
}

#[test]
fn a_sync_reports_what_came_and_a_second_one_that_nothing_did() {
    let (home, sim) = deck(&["turen"]);
    let day = today();
    let first = home.qd(&["sync"]);
    assert_eq!((first.code, first.err.as_str()), (0, ""), "{first:?}");
    assert_eq!(first.json()["schema"], "qd.sync/1", "stdout is no terminal, so the report is JSON");
    let first = lists(&first);
    let sessions = first.iter().find(|list| list["collection"] == "sessions").unwrap();
    assert_eq!(sessions["inserted"].as_u64().unwrap(), sim.truth("turen", "sessions").len() as u64);
    assert_eq!(sessions["outcome"], "ok");
    let mut second = lists(&home.qd(&["sync", "--json"]));
    if day != today() {
        second = lists(&home.qd(&["sync", "--json"]));
    }
    assert_eq!((sum(&second, "inserted"), sum(&second, "gone")), (0, 0));
    assert_eq!(second.len(), first.len(), "lists without news are reported too");
}

#[test]
fn a_key_stays_in_its_place_however_much_is_logged() {
    let (home, sim) = deck(&["turen", "exo"]);
    let opens = |name: &str| {
        let one = sim.endpoint(name).unwrap();
        one.password.or(one.key).unwrap()
    };
    let secrets = [opens("turen"), opens("exo")];
    sim.script().add(Fault::nth(Matcher::endpoint("turen").path("/events"), 1, What::Html(200)));
    let said = home.qd_with(("QD_LOG", "trace"), &["sync", "--json"]);
    let missing = home.qd(&["sessions", "show", "none", "--json"]);
    let kept = home.everything_but(&[&home.path().join("keys/turen"), &home.path().join("keys/exo")]);
    assert!(home.path().join("log/qd.log").exists());
    for secret in &secrets {
        for text in [said.out.as_bytes(), said.err.as_bytes(), missing.err.as_bytes(), &kept] {
            assert!(!text.windows(secret.len()).any(|window| window == secret.as_bytes()));
        }
    }
}

#[test]
fn a_stream_of_events_is_one_line_each_and_ends_with_the_report() {
    let (home, _sim) = deck(&["turen"]);
    let said = home.qd(&["sync", "--ndjson"]);
    assert_eq!(said.code, 0, "{said:?}");
    let events: Vec<Value> = said.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((&events[0]["event"], &events[0]["connection"]), (&"started".into(), &"turen".into()));
    assert_eq!(events.last().unwrap()["event"], "finished");
    let listed = events.iter().filter(|event| event["event"] == "listed").count() as u64;
    assert_eq!(Some(listed), events[0]["lists"].as_u64());
    assert_eq!(events.iter().filter(|event| event["event"] == "finished").count(), 1);
}

#[test]
fn only_what_was_asked_for_is_pulled() {
    let (home, sim) = deck(&["turen"]);
    sim.clear_log();
    let said = home.qd(&["sync", "turen", "--only", "agents,policy", "--json"]);
    assert_eq!(said.code, 0, "{said:?}");
    let mut names: Vec<String> =
        lists(&said).iter().map(|list| list["collection"].as_str().unwrap().to_owned()).collect();
    names.sort();
    assert_eq!(names, ["agents", "policy"]);
    let said = home.qd(&["sync", "--only", "agnets", "--json"]);
    assert_eq!((said.code, said.error()["hint"].as_str()), (2, Some("did you mean agents?")));
}

#[test]
fn the_exit_code_says_what_stood_in_the_way() {
    for (what, code, kind) in
        [(What::Status(401), 3, "unauthorized"), (What::Status(403), 3, "forbidden"), (What::Reset, 4, "unreachable")]
    {
        let (home, sim) = deck(&["turen"]);
        hasty(&home);
        sim.script().add(Fault::always(Matcher::endpoint("turen"), what));
        let said = home.qd(&["sync", "--json"]);
        assert_eq!(said.code, code, "{kind}: {said:?}");
        assert_eq!((&said.json()["items"][0]["error"]["kind"], said.err.as_str()), (&kind.into(), ""));
        // A scheduled job throws the report away: what went wrong is told where the mail comes from.
        let said = home.qd(&["sync"]);
        assert!(said.code == code && said.err.starts_with("turen: ") && said.err.contains("hint: "), "{said:?}");
        assert_eq!(home.qd(&["connect", "test", "turen", "--json"]).code, code, "{kind}");
    }
}

#[test]
fn one_bad_connection_leaves_the_others_well() {
    let (home, sim) = deck(&["turen", "exo"]);
    hasty(&home);
    sim.script().add(Fault::always(Matcher::endpoint("exo"), What::Status(401)));
    let said = home.qd(&["sync", "--json"]);
    assert_eq!(said.code, 5, "{said:?}");
    let report = said.json();
    assert_eq!(report["items"][0]["error"]["kind"], "unauthorized");
    assert_eq!((&report["items"][1]["connection"], &report["items"][1]["error"]), (&"turen".into(), &Value::Null));
}

#[test]
fn one_bad_list_leaves_the_others_well() {
    let (home, sim) = deck(&["turen"]);
    hasty(&home);
    sim.script().add(Fault::always(Matcher::endpoint("turen").path("/events"), What::Html(200)));
    let said = home.qd(&["sync", "--json"]);
    let lists = lists(&said);
    let failed: Vec<&Value> = lists.iter().filter(|list| list["outcome"] != "ok").collect();
    assert_eq!(said.code, 5, "{said:?}");
    assert_eq!((failed.len(), &failed[0]["collection"]), (1, &"events".into()));
    assert!(failed[0]["message"].as_str().unwrap().contains("events"), "{failed:?}");
}

#[test]
fn a_list_that_is_not_offered_is_said_and_the_rest_is_mirrored() {
    for status in [404, 403, 405] {
        let (home, sim) = deck(&["turen"]);
        sim.script().add(Fault::always(Matcher::endpoint("turen").path("/events"), What::Status(status)));
        let said = home.qd(&["sync", "--json"]);
        assert_eq!(said.code, 0, "what a connection does not serve is no failure: {said:?}");
        let lists = lists(&said);
        let of = |name: &str| lists.iter().find(|list| list["collection"] == name).unwrap();
        assert_eq!(of("events")["outcome"], "not_offered", "{status}");
        assert!(of("events")["message"].as_str().unwrap().contains(&status.to_string()), "{:?}", of("events"));
        assert_eq!(of("sessions")["inserted"], sim.truth("turen", "sessions").len());
        let shown = home.qd(&["status"]);
        assert!(shown.out.contains("not offered"), "{status}: {shown:?}");
    }
}

#[test]
fn a_test_of_a_connection_signs_in_and_reads_a_row() {
    let (home, _sim) = deck(&["exo"]);
    let said = home.qd(&["connect", "test", "exo", "--json"]);
    assert_eq!(said.code, 0, "{said:?}");
    let item = &said.json()["item"];
    assert_eq!((item["name"].as_str(), item["rows"].as_u64()), (Some("exo"), Some(1)));
    let plain = home.qd(&["connect", "test", "exo"]);
    assert!(plain.out.starts_with("exo: signed in to exo; "), "{plain:?}");
}

#[test]
fn a_removed_connection_takes_its_records_along_unless_told_otherwise() {
    let (home, _sim) = deck(&["turen", "exo"]);
    assert_eq!(home.qd(&["sync", "--only", "agents"]).code, 0);
    let count = |name: &str| {
        let said = home.qd(&["agents", "list", "--limit", "0", "--json"]);
        said.json()["items"].as_array().unwrap().iter().filter(|item| item["connection"] == name).count()
    };
    assert!(count("turen") > 0 && count("exo") > 0);
    assert_eq!(home.qd(&["connect", "remove", "turen", "--keep-data"]).code, 0);
    assert!(count("turen") > 0);
    let said = home.qd(&["connect", "remove", "exo"]);
    assert!(said.err.contains("what the mirror held of it"), "{said:?}");
    assert_eq!(count("exo"), 0);
    assert!(count("turen") > 0);
}

#[cfg(unix)]
#[test]
fn a_watch_goes_on_until_it_is_told_to_stop() {
    let (home, sim) = deck(&["turen"]);
    let mut child =
        home.command(&["sync", "--watch", "--every", "1s", "--only", "agents", "--ndjson"]).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut finished = || {
        loop {
            let event: Value = serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap();
            if event["event"] == "finished" {
                return sum(event["lists"].as_array().unwrap(), "inserted");
            }
        }
    };
    assert!(finished() > 0);
    assert_eq!(home.qd(&["sync", "--json"]).code, 10, "one pulls at a time");
    assert_eq!(finished(), 0);
    sim.insert("turen", "agents", 2);
    while finished() != 2 {}
    let stopped = Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
    assert!(stopped.success());
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert_eq!(home.qd(&["sync", "--only", "agents"]).code, 0, "the lease is free again");
}

#[test]
fn a_reader_of_events_that_leaves_ends_the_sync_well() {
    let (home, _sim) = deck(&["turen"]);
    let mut child = home.command(&["sync", "--watch", "--every", "1s", "--ndjson"]).spawn().unwrap();
    drop(child.stdout.take());
    let said = Said::from(child.wait_with_output().unwrap());
    assert_eq!(said.code, 0, "{said:?}");
    assert!(!said.err.contains("qd: "), "{said:?}");
}

#[test]
fn a_manifest_is_tried_on_a_server() {
    let (home, sim) = deck(&[]);
    let turen = sim.endpoint("turen").unwrap();
    let text = home.qd(&["platform", "export", "turen"]).out;
    let file = home.write("mine.toml", 0o600, &text);
    let file = file.display().to_string();
    assert_eq!(home.qd(&["platform", "check", &file]).code, 0);
    let args = ["platform", "check", &file, "--url", &turen.url, "--secret", "env:K", "--json"];
    let said = home.qd_with(("K", turen.key.as_deref().unwrap()), &args);
    assert_eq!(said.code, 0, "{said:?}");
    let report = said.json();
    let agents = report["items"].as_array().unwrap().iter().find(|item| item["collection"] == "agents").unwrap();
    assert_eq!((agents["pages"].as_str(), agents["bad"].as_u64()), (Some("offset"), Some(0)));
    assert!(agents["rows"].as_u64().unwrap() > 0, "{agents}");
}

#[test]
fn everything_wrong_with_a_manifest_is_told_at_once() {
    let home = Home::new();
    let text = home.qd(&["platform", "export", "turen"]).out;
    let broken = format!("nmae = 3\n{}", text.replacen("kind = \"session\"", "kind = \"sessoin\"", 1));
    let file = home.write("mine.toml", 0o600, &broken).display().to_string();
    let said = home.qd(&["platform", "check", &file, "--json"]);
    assert_eq!((said.code, said.error()["kind"].as_str()), (2, Some("manifest")), "{said:?}");
    let report = said.json();
    let problems = report["problems"].as_array().unwrap();
    assert!(problems.len() >= 2, "{problems:?}");
    assert!(problems.iter().all(|one| one["line"].as_u64().is_some() && one["column"].as_u64().is_some()));
    let said = home.qd(&["platform", "check", &file]);
    assert!(said.err.contains("mine.toml:1:"), "{said:?}");
}

#[test]
fn the_demo_needs_no_account_and_leaves_nothing_behind() {
    let home = Home::new();
    let kept = home.path().join("kept").display().to_string();
    let said = home.qd(&["demo", "--headless", "--json", "--keep", &kept, "-q"]);
    assert!([0, 5].contains(&said.code), "{said:?}");
    let report = said.json();
    assert_eq!(report["schema"], "qd.demo/1");
    assert_eq!(report["items"].as_array().unwrap().len(), 3);
    assert!(report["collections"].as_array().unwrap().iter().any(|one| one["kind"] == "session"));
    assert!(!home.path().join("mirror.db").exists(), "the operator's own mirror is not touched");
    let again = home.qd(&["demo", "--headless", "--keep", &kept]);
    assert_eq!(again.code, 2, "{again:?}");
}

#[cfg(unix)]
#[test]
fn the_simulator_says_where_it_is_and_stops_when_told() {
    let home = Home::new();
    let mut child = home.command(&["sim", "--json", "--still", "-q"]).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let value: Value = serde_json::from_str(&line).unwrap();
    let turen = value["items"].as_array().unwrap().iter().find(|one| one["name"] == "turen").unwrap();
    let said = home.qd_with(
        ("K", turen["key"].as_str().unwrap()),
        &["connect", "add", "t", "--platform", "turen", "--url", turen["url"].as_str().unwrap(), "--secret", "env:K"],
    );
    assert_eq!(said.code, 0, "{said:?}");
    let said = home.qd_with(("K", turen["key"].as_str().unwrap()), &["connect", "test", "t"]);
    assert_eq!(said.code, 0, "{said:?}");
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(0));
}
