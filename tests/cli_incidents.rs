//! Incidents from the command line: gathered, noted, closed, and written out as evidence that anybody can check.

use std::path::Path;
use std::process::Command;

use jiff::Timestamp;
use quarterdeck_sim::Options;
use serde_json::Value;

use crate::cli_harness::Said;
use crate::fleet::Fleet;

fn well(said: Said) -> Said {
    assert_eq!(said.code, 0, "{said:?}");
    said
}

fn items(said: &Said) -> Vec<Value> {
    said.json()["items"].as_array().expect("items").clone()
}

/// A fleet of one Turen, synced without contents; ids of an agent and of its longest session.
fn fleet() -> (Fleet, String, String) {
    let fleet = Fleet::new(Options::default(), &["turen"]);
    well(fleet.qd(&["sync", "--content", "none"]));
    let agents = fleet.sim.truth("turen", "agents");
    let active = agents.iter().find(|row| row["status"] == "active").expect("an active agent");
    let agent = active["id"].as_str().map_or_else(|| active["id"].to_string(), str::to_owned);
    let sessions = fleet.sim.truth("turen", "sessions");
    let longest = sessions.iter().max_by_key(|row| row["message_count"].as_u64()).expect("sessions");
    let session = longest["id"].to_string();
    (fleet, agent, session)
}

fn opened(fleet: &Fleet, title: &str, pins: &[&str]) -> String {
    let mut args = vec!["incidents", "open", title, "--json"];
    pins.iter().for_each(|pin| args.extend(["--pin", pin]));
    items(&well(fleet.qd(&args)))[0]["id"].as_str().expect("an id").to_owned()
}

/// `sha256sum -c` says that every file is what it was.
#[cfg(target_os = "linux")]
fn checks(folder: &Path) -> bool {
    let checked =
        Command::new("sha256sum").args(["-c", "--strict", "--quiet", "SHA256SUMS"]).current_dir(folder).output();
    checked.expect("sha256sum").status.success()
}

#[test]
fn an_incident_is_gathered_noted_closed_and_opened_again() {
    let (fleet, agent, session) = fleet();
    let id = opened(&fleet, "Leaked  key", &[&agent]);
    well(fleet.qd(&["incidents", "pin", &id, &session, "--entry", "2"]));
    well(fleet.qd(&["incidents", "note", &id, "told the team"]));
    let row = &items(&well(fleet.qd(&["incidents", "list", "--json"])))[0];
    assert_eq!((row["title"].as_str(), row["state"].as_str()), (Some("Leaked key"), Some("open")));
    assert_eq!((row["pins"].as_u64(), row["notes"].as_u64()), (Some(2), Some(1)));
    let shown = well(fleet.qd(&["incidents", "show", &id[..12], "--json"])).json();
    for (name, value) in row.as_object().expect("a row") {
        assert_eq!(&shown[name], value, "show has the shape of the row: {name}");
    }
    assert_eq!(shown["pinned"][0]["id"].as_str(), Some(agent.as_str()));
    assert_eq!(shown["pinned"][1]["entry"].as_u64(), Some(2));
    let moments = shown["timeline"].as_array().expect("moments").iter().filter_map(|it| it["at"].as_str());
    let times: Vec<Timestamp> = moments.map(|at| at.parse().expect("a time")).collect();
    assert!(times.len() > 4 && times.windows(2).all(|pair| pair[0] <= pair[1]), "{times:?}");
    assert!(well(fleet.qd(&["incidents", "show", &id])).out.contains("told the team"));
    well(fleet.qd(&["incidents", "unpin", &id, &session]));
    assert_eq!(fleet.qd(&["incidents", "unpin", &id, &session]).code, 9);
    well(fleet.qd(&["incidents", "close", &id]));
    assert_eq!(fleet.qd(&["incidents", "close", &id]).code, 8);
    assert_eq!(items(&well(fleet.qd(&["incidents", "list", "--json"]))).len(), 0);
    assert_eq!(items(&well(fleet.qd(&["incidents", "list", "--all", "--json"])))[0]["state"], "closed");
    well(fleet.qd(&["incidents", "reopen", &id]));
    well(fleet.qd(&["incidents", "rename", &id, "Leaked token"]));
    assert_eq!(items(&well(fleet.qd(&["incidents", "list", "--json"])))[0]["title"], "Leaked token");
}

#[test]
fn what_there_is_not_is_told_and_nothing_half_is_opened() {
    let (fleet, agent, _) = fleet();
    let said = fleet.qd(&["incidents", "open", "x", "--pin", &agent, "--pin", "nowhere"]);
    assert_eq!(said.code, 9, "{said:?}");
    assert_eq!(items(&well(fleet.qd(&["incidents", "list", "--all", "--json"]))).len(), 0);
    assert_eq!(fleet.qd(&["incidents", "show", "01NOTHING"]).code, 9);
    assert_eq!(fleet.qd(&["incidents", "open", "  "]).code, 2);
    assert_eq!(fleet.qd(&["incidents", "export", "01NOTHING"]).code, 9);
}

#[cfg(target_os = "linux")]
#[test]
fn the_evidence_is_checked_by_a_tool_that_everybody_has() {
    let (fleet, agent, session) = fleet();
    well(fleet.qd(&["sessions", "entries", &session]));
    let said = fleet.qd(&["agents", "suspend", &agent, "--reason", "leaked key", "--queue", "--yes", "--json"]);
    let write = items(&said)[0]["id"].as_str().expect("an id").to_owned();
    let id = opened(&fleet, "../Leaked key", &[&agent, &session]);
    well(fleet.qd(&["incidents", "pin", &id, "--write", &write]));
    let to = fleet.home().join("evidence");
    let shown = to.display().to_string();
    let said = well(fleet.qd(&["incidents", "export", &id, "--to", &shown, "--json"]));
    assert_eq!(said.json()["item"]["left_out"].as_array().map(Vec::len), Some(0), "{said:?}");
    assert!(checks(&to));
    let manifest: Value =
        serde_json::from_str(&std::fs::read_to_string(to.join("manifest.json")).expect("read")).expect("JSON");
    assert_eq!(manifest["qd"].as_str(), Some(env!("CARGO_PKG_VERSION")));
    let transcript = manifest["pinned"][1]["files"].as_array().expect("files").iter().filter_map(Value::as_str);
    let json =
        transcript.into_iter().find(|path| path.starts_with("transcripts/") && path.ends_with(".json")).expect("one");
    let file = to.join(json).display().to_string();
    let of = |args: &[&str]| well(fleet.qd(args)).json()["items"].clone();
    assert_eq!(
        of(&["sessions", "entries", "--file", &file, "--json"]),
        of(&["sessions", "entries", &session, "--json"]),
        "the transcript reads back as it is in the mirror"
    );
    // A second export of the same name is refused, and the first one stays as it is.
    assert_eq!(fleet.qd(&["incidents", "export", &id, "--to", &shown]).code, 2);
    assert!(checks(&to));
    std::fs::write(to.join("report.md"), "changed").expect("written");
    assert!(!checks(&to));
    let log = items(&well(fleet.qd(&["audit", "list", "--json"])));
    assert_eq!(log.iter().filter(|line| line["what"] == "incident.export").count(), 1);
    well(fleet.qd(&["audit", "verify"]));
}

#[test]
fn what_could_not_be_had_makes_it_partly_and_reveal_is_written_down() {
    let (fleet, _, session) = fleet();
    let id = opened(&fleet, "Never fetched", &[&session]);
    let to = fleet.home().join("evidence").display().to_string();
    let said = fleet.qd(&["incidents", "export", &id, "--to", &to, "--reveal", "--json"]);
    assert_eq!(said.code, 5, "{said:?}");
    assert!(said.json()["item"]["left_out"][0].as_str().expect("why").contains("never fetched"), "{said:?}");
    let log = items(&well(fleet.qd(&["audit", "list", "--json"])));
    let what: Vec<&str> = log.iter().filter_map(|line| line["what"].as_str()).collect();
    assert_eq!(what, ["reveal", "incident.export"]);
}
