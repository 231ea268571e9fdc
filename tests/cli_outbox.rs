//! The outbox and the audit log from the command line: taking back, letting go, settling, proving.

use quarterdeck_sim::Options;
use serde_json::{Value, json};

use crate::cli_harness::{Home, Said};
use crate::fleet::Fleet;

/// A fleet of one Turen, synced, with its active agents.
fn fleet() -> (Fleet, Vec<String>) {
    let fleet = Fleet::new(Options::default(), &["turen"]);
    let said = fleet.qd(&["sync"]);
    assert!(matches!(said.code, 0 | 5), "{said:?}");
    let rows = fleet.sim.truth("turen", "agents");
    let active = rows.iter().filter(|row| row["status"] == "active");
    let ids = active.map(|row| row["id"].as_str().map_or_else(|| row["id"].to_string(), str::to_owned)).collect();
    (fleet, ids)
}

fn items(said: &Said) -> Vec<Value> {
    said.json()["items"].as_array().expect("items").clone()
}

/// Decides, keeps it, and returns the write's id.
fn kept(fleet: &Fleet, verb: &str, agent: &str) -> String {
    let said = fleet.qd(&["agents", verb, agent, "--queue", "--yes", "--json"]);
    assert_eq!(said.code, 6, "{said:?}");
    items(&said)[0]["id"].as_str().expect("an id").to_owned()
}

fn state(fleet: &Fleet, id: &str) -> String {
    fleet.qd(&["outbox", "show", id, "--json"]).json()["state"].as_str().expect("a state").to_owned()
}

#[test]
fn what_was_not_sent_is_taken_back_and_never_sent() {
    let (fleet, agents) = fleet();
    let (one, two, three) =
        (kept(&fleet, "suspend", &agents[0]), kept(&fleet, "suspend", &agents[1]), kept(&fleet, "suspend", &agents[2]));
    let said = fleet.qd(&["outbox", "cancel", &one]);
    assert_eq!(said.code, 0, "{said:?}");
    let said = fleet.qd(&["outbox", "undo", &two]);
    assert_eq!(said.code, 0, "{said:?}");
    // A decision that takes back one that has not left sends neither.
    let said = fleet.qd(&["agents", "resume", &agents[2], "--json"]);
    assert_eq!((said.code, items(&said).len()), (0, 2), "{said:?}");
    assert_eq!(fleet.qd(&["outbox", "flush"]).code, 0);
    for id in [&one, &two, &three] {
        assert_eq!(state(&fleet, id), "cancelled");
    }
    assert_eq!(fleet.sim.applied().len(), 0);
    let said = fleet.qd(&["outbox", "cancel", &one]);
    assert_eq!(said.code, 8, "what is at its end stays there: {said:?}");
    assert_eq!(items(&fleet.qd(&["outbox", "list", "--json"])).len(), 0);
    assert_eq!(items(&fleet.qd(&["outbox", "list", "--state", "cancelled", "--json"])).len(), 4);
}

#[test]
fn a_connection_is_not_removed_under_what_waits_to_be_sent_to_it() {
    let (fleet, agents) = fleet();
    kept(&fleet, "suspend", &agents[0]);
    let said = fleet.qd(&["connect", "remove", "turen", "--json"]);
    assert_eq!((said.code, said.error()["kind"].as_str()), (8, Some("refused")), "{said:?}");
    assert!(said.error()["hint"].as_str().expect("a hint").contains("cancel --all -c turen"), "{said:?}");
    assert_eq!(fleet.qd(&["outbox", "cancel", "--all", "-c", "turen", "--yes"]).code, 0);
    assert_eq!(fleet.qd(&["connect", "remove", "turen"]).code, 0);
}

#[test]
fn everything_unsent_is_cancelled_at_once_by_whoever_says_so() {
    let (fleet, agents) = fleet();
    let ids: Vec<String> = agents[..3].iter().map(|agent| kept(&fleet, "suspend", agent)).collect();
    assert_eq!(fleet.qd(&["outbox", "cancel", "--all"]).code, 2);
    assert_eq!(state(&fleet, &ids[0]), "queued");
    assert_eq!(fleet.qd(&["outbox", "cancel", "--all", "--yes"]).code, 0);
    assert!(ids.iter().all(|id| state(&fleet, id) == "cancelled"));
}

#[test]
fn what_was_sent_is_taken_back_by_its_inverse_and_only_if_wanted() {
    let (fleet, agents) = fleet();
    let said = fleet.qd(&["agents", "suspend", &agents[0], "--json"]);
    let id = items(&said)[0]["id"].as_str().expect("an id").to_owned();
    let said = fleet.qd(&["outbox", "undo", &id]);
    assert_eq!((said.code, fleet.sim.applied().len()), (2, 1), "nobody was there to ask: {said:?}");
    assert!(said.err.contains(&format!("resume turen/{}", agents[0])), "{said:?}");
    let said = fleet.qd(&["outbox", "undo", &id, "--yes", "--reason", "a mistake", "--json"]);
    assert_eq!((said.code, items(&said)[0]["undoes"].as_str()), (0, Some(id.as_str())), "{said:?}");
    assert_eq!(fleet.sim.applied().len(), 2);
    let row = fleet.qd(&["agents", "show", &agents[0], "--json"]).json();
    assert_eq!(row["status"], "active");
}

#[test]
fn what_failed_waits_for_a_person_who_tries_again_or_lets_go() {
    let (fleet, agents) = fleet();
    let endpoint = fleet.sim.endpoint("turen").expect("turen");
    let secret = |key: Option<String>| {
        std::fs::write(fleet.home().join("turen.secret"), key.expect("a key")).expect("written");
    };
    secret(endpoint.read_only_key);
    let said = fleet.qd(&["agents", "suspend", &agents[0], &agents[1], "--json"]);
    assert_eq!(said.code, 8, "{said:?}");
    let ids: Vec<String> = items(&said).iter().map(|write| write["id"].as_str().expect("an id").to_owned()).collect();
    assert_eq!(fleet.qd(&["outbox", "cancel", &ids[0]]).code, 8);
    assert_eq!(fleet.qd(&["outbox", "resolve", &ids[0], "--mine"]).code, 8, "nobody disputes it");
    assert_eq!(fleet.qd(&["outbox", "discard", &ids[0]]).code, 0);
    assert_eq!(state(&fleet, &ids[0]), "discarded");
    secret(endpoint.key);
    let said = fleet.qd(&["outbox", "retry", &ids[1], "--json"]);
    assert_eq!((said.code, items(&said)[0]["state"].as_str()), (0, Some("confirmed")), "{said:?}");
    assert_eq!(fleet.sim.applied().len(), 1);
    assert_eq!(fleet.qd(&["outbox", "retry", &ids[0]]).code, 8, "what was let go of is gone");
}

#[test]
fn a_write_is_named_by_the_beginning_of_its_id() {
    let (fleet, agents) = fleet();
    let (one, two) = (kept(&fleet, "suspend", &agents[0]), kept(&fleet, "suspend", &agents[1]));
    assert_eq!(state(&fleet, &one.to_lowercase()), "queued");
    let both: String = one.chars().zip(two.chars()).take_while(|(a, b)| a == b).map(|(a, _)| a).collect();
    let said = fleet.qd(&["outbox", "show", &both, "--json"]);
    assert_eq!((said.code, said.error()["kind"].as_str()), (2, Some("ambiguous")), "{said:?}");
    assert!(said.error()["message"].as_str().expect("a message").contains(&one), "{said:?}");
    let said = fleet.qd(&["outbox", "show", &format!("{}…", &one[..=both.len()]), "--json"]);
    assert_eq!((said.code, said.json()["id"].as_str()), (0, Some(one.as_str())), "{said:?}");
    assert_eq!(fleet.qd(&["outbox", "cancel", "ZZZZ"]).code, 9);
}

#[test]
fn the_audit_log_proves_itself_and_shows_who_touched_it() {
    let (fleet, agents) = fleet();
    assert_eq!(fleet.qd(&["agents", "suspend", &agents[0], "--reason", "odd traffic"]).code, 0);
    let proof = fleet.qd(&["audit", "verify", "--json"]).json()["item"].clone();
    assert_eq!(proof["broken"], Value::Null);
    let head = proof["head"].as_str().expect("a hash").to_owned();
    let lines = items(&fleet.qd(&["audit", "list", "--json"]));
    assert!(lines.len() >= 3, "{lines:?}");
    assert_eq!(lines.last().expect("lines")["hash"].as_str(), Some(head.as_str()));
    assert!(lines[0]["by"]["user"].is_string() && lines[0]["detail"].to_string().contains("odd traffic"), "{lines:?}");

    let file = fleet.home().join("audit.ndjson").display().to_string();
    let said = fleet.qd(&["audit", "export", "--file", &file, "--quiet"]);
    assert_eq!(said.code, 0, "{said:?}");
    assert!(said.err.contains(&head), "{said:?}");
    let exported = std::fs::read_to_string(&file).expect("the export");
    assert_eq!(exported.lines().count() as u64, proof["entries"].as_u64().expect("a count"));
    assert_eq!(fleet.qd(&["audit", "export", "--file", &file]).code, 2, "an export is never written over");
    let last = items(&fleet.qd(&["audit", "list", "-n", "1", "--json"]));
    assert_eq!((last.len(), last[0]["what"].as_str()), (1, Some("audit.export")));
    assert_eq!(fleet.qd(&["audit", "verify", "--head", &head]).code, 0, "what was noted down is there still");
    assert_eq!(fleet.qd(&["audit", "verify", "--head", "00ff"]).code, 1);

    let db = rusqlite::Connection::open(fleet.home().join("outbox.db")).expect("the outbox");
    tamper(&db);
    drop(db);
    let said = fleet.qd(&["audit", "verify"]);
    assert_eq!(said.code, 1, "{said:?}");
    assert!(said.out.starts_with("BROKEN at line 1: "), "{said:?}");
    let doctor = fleet.qd(&["doctor"]);
    assert_eq!(doctor.code, 5, "{doctor:?}");
    assert!(doctor.out.contains("broken at line 1"), "{doctor:?}");
}

/// Changes the reason in the first line of the log, as somebody with the file in their hands could.
fn tamper(db: &rusqlite::Connection) {
    let triggers: Vec<String> = db
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'")
        .and_then(|mut all| all.query_map([], |row| row.get(0))?.collect())
        .expect("triggers");
    for name in triggers {
        db.execute_batch(&format!("DROP TRIGGER \"{name}\"")).expect("dropped");
    }
    let changed =
        db.execute("UPDATE audit SET detail = replace(detail, 'odd traffic', 'no reason') WHERE line = 1", []);
    assert_eq!(changed.expect("a table of lines"), 1);
}

#[test]
fn a_damaged_outbox_is_told_loudly_and_kept() {
    let (fleet, agents) = fleet();
    kept(&fleet, "suspend", &agents[0]);
    let path = fleet.home().join("outbox.db");
    let mut bytes = std::fs::read(&path).expect("the outbox");
    for byte in bytes.iter_mut().skip(100) {
        *byte ^= 0x5a;
    }
    std::fs::write(&path, &bytes).expect("written");
    for suffix in ["-wal", "-shm"] {
        let _ = std::fs::remove_file(fleet.home().join(format!("outbox.db{suffix}")));
    }
    let said = fleet.qd(&["outbox", "list", "--quiet"]);
    assert_eq!(said.code, 0, "{said:?}");
    assert!(said.err.contains("THE OUTBOX WAS DAMAGED") && said.err.contains("outbox.db.damaged-"), "{said:?}");
    let aside = std::fs::read_dir(fleet.home()).expect("the home").flatten().map(|entry| entry.path());
    let set_aside = |path: &std::path::PathBuf| {
        let name = path.to_string_lossy().into_owned();
        name.contains("damaged") && !name.ends_with("-wal") && !name.ends_with("-shm")
    };
    let aside = aside.into_iter().find(set_aside).expect("the old file");
    assert_eq!(std::fs::read(aside).expect("kept"), bytes, "nothing in it is touched");
    let said = fleet.qd(&["outbox", "list"]);
    assert!(said.err.contains("a damaged outbox lies in"), "whoever comes later is told too: {said:?}");
    let doctor = fleet.qd(&["doctor"]);
    assert!(doctor.code == 5 && doctor.out.contains("was set aside"), "{doctor:?}");
}

#[test]
fn looking_leaves_nothing_behind_and_an_empty_outbox_is_a_list() {
    let home = Home::new();
    assert_eq!(home.qd(&["agents", "list"]).code, 0);
    assert!(!home.path().join("outbox.db").exists());
    let said = home.qd(&["outbox", "list", "--json"]);
    assert_eq!((said.code, said.out.as_str()), (0, "{\"schema\":\"qd.writes/1\",\"items\":[]}\n"));
    assert_eq!(home.qd(&["audit", "verify", "--json"]).json()["item"]["broken"], json!(null));
    let doctor = home.qd(&["doctor"]);
    assert!(doctor.out.contains("schema 3, 0 writes: 0 under way, 0 waiting for you"), "{doctor:?}");
}
