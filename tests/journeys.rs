//! The ten journeys an operator makes, each from the first key to the last: the real `qd` in a terminal of its own, over
//! simulated platforms. What it said is read off the screen; what it did is asked of the platforms, and of the files it left.

mod manners;
mod reading;
mod unmasking;

use quarterdeck_sim::Options;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::cli_harness::Home;
use crate::fleet::Fleet;
use crate::terminal::Pty;

/// A terminal with room for everything.
const ROOM: (u16, u16) = (160, 48);
/// The key that confirms a sheet.
const YES: &str = "\u{19}";

/// A fleet that was synced once; `policy` says which contents were fetched, now and whenever the console syncs.
fn synced(options: Options, names: &[&str], policy: &str) -> Fleet {
    let fleet = Fleet::new(options, names);
    fleet.own().write("config.toml", 0o600, &format!("[content]\npolicy = \"{policy}\"\n"));
    let said = fleet.qd(&["sync"]);
    assert_eq!(said.code, 0, "{said:?}");
    fleet
}

/// A fleet of one platform, without contents.
fn fleet(name: &str) -> Fleet {
    synced(Options::default(), &[name], "none")
}

/// The console, on one of its views.
fn console(home: &Home, view: &str, shows: &str) -> Pty {
    let mut pty = Pty::start(home.path(), &["--fresh"], ROOM);
    pty.until_text("Inbox");
    go(&mut pty, view, shows);
    pty
}

/// To another view, by the palette.
fn go(pty: &mut Pty, view: &str, shows: &str) {
    pty.press(&format!(":open {view}\r"));
    pty.until_text(shows);
}

/// Puts the filter on the list, and waits until so many records are left.
fn filter(pty: &mut Pty, words: &str, left: usize) {
    let shows = format!(" {left} of ");
    pty.press(&format!("/{words}"));
    pty.until_text(&shows);
    pty.press("\r");
    pty.until_text(&shows);
}

/// Presses a key once the last line says that it does this: before that it might be refused, as what it acts on is not known.
fn offered(pty: &mut Pty, key: &str, does: &str) {
    pty.until_text(does);
    pty.press(key);
}

/// The key that goes on where a sheet is longer than the screen.
const ON: &str = "\u{1b}[6~";
/// What such a sheet says where the confirming key will stand.
const UNREAD: &str = " to the end to confirm: ";

/// Reads an open sheet to its end, as far as that is asked for, and confirms what it says it will do, with a reason.
fn confirm(pty: &mut Pty, says: &str, reason: &str, said: &str) {
    let yes = format!("C-y yes, {says} ");
    pty.until("a sheet", |screen| [&*yes, UNREAD].iter().any(|words| screen.contents().contains(words)));
    while pty.screen().contains(UNREAD) {
        let before = pty.screen();
        pty.press(ON);
        pty.until("the next page", |screen| screen.contents() != before);
    }
    pty.until_text(&yes);
    pty.press(reason);
    pty.until_text(reason);
    pty.press(YES);
    pty.until_text(said);
}

/// The line of the cursor in a list, or in a transcript.
fn cursor_line(screen: &vt100::Screen) -> Option<String> {
    screen.contents().lines().find_map(|line| line.strip_prefix('▌').map(str::to_owned))
}

fn id(row: &Value) -> String {
    row["id"].as_str().map_or_else(|| row["id"].to_string(), str::to_owned)
}

/// The ids of the platform's rows with this status.
fn with_status(fleet: &Fleet, connection: &str, collection: &str, status: &str) -> Vec<String> {
    let rows = fleet.sim.truth(connection, collection);
    rows.iter().filter(|row| row["status"] == status).map(id).collect()
}

/// What `qd` lists first, as the console does.
fn listed(fleet: &Fleet, noun: &str, filter: &str, count: usize) -> Vec<Value> {
    let said = fleet.qd(&[noun, "list", filter, "--limit", &count.to_string(), "--json"]);
    let rows = said.json()["items"].as_array().expect("items").clone();
    assert_eq!(rows.len(), count, "{said:?}");
    rows
}

/// Verb, target, state and reason of every write there ever was, the oldest first.
fn writes(fleet: &Fleet) -> Vec<(String, String, String, String)> {
    let said = fleet.qd(&["outbox", "list", "--all", "--json"]).json();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut items = said["items"].as_array().expect("items").clone();
    items.sort_by_key(|item| text(&item["id"]));
    let told =
        items.iter().map(|it| (text(&it["action"]), text(&it["target"]), text(&it["state"]), text(&it["reason"])));
    told.collect()
}

#[test]
fn two_approvals_are_approved_by_their_marks_and_one_is_rejected() {
    let fleet = fleet("runagents");
    let waiting = listed(&fleet, "approvals", "status:pending", 3);
    let asked: Vec<String> = waiting.iter().map(id).collect();
    // What is asked for may be longer than a toast.
    let third = waiting[2]["title"].as_str().and_then(|title| title.split(": ").next()).expect("a title");
    let pending = with_status(&fleet, "runagents", "approvals", "PENDING").len();
    let mut pty = console(fleet.own(), "approvals", "ASKS FOR");
    filter(&mut pty, "status:pending", pending);
    pty.press("  ");
    pty.until_text("* 2 marked");
    offered(&mut pty, "a", "a approve");
    confirm(&mut pty, "approve 2", "as agreed", "approve 2 approvals: queued");
    // What was approved no longer waits, and the marks have done their work; the cursor stayed on the third.
    pty.until_text(&format!("{} of ", pending - 2));
    pty.until("the third", |screen| {
        let text = screen.contents();
        !text.contains(" marked") && text.contains(&format!("approvals  {}", asked[2]))
    });
    offered(&mut pty, "x", "x reject");
    confirm(&mut pty, "reject it", "not at night", &format!("reject {third}"));
    pty.until_text(": queued");
    let held = |status| with_status(&fleet, "runagents", "approvals", status);
    pty.until_so("both are approved and one is rejected", || {
        let (approved, rejected) = (held("APPROVED"), held("REJECTED"));
        approved.contains(&asked[0]) && approved.contains(&asked[1]) && rejected.contains(&asked[2])
    });
    pty.until_so("they are confirmed", || writes(&fleet).iter().all(|write| write.2 == "confirmed"));
    go(&mut pty, "outbox", "Every decision has been carried out");
    pty.press("q");
    pty.ends_well();
    assert_eq!(held("PENDING").len(), pending - 3, "nobody else was answered");
    let mut told = writes(&fleet);
    told.sort();
    let write =
        |verb: &str, id: &String, why: &str| (verb.to_owned(), id.clone(), "confirmed".to_owned(), why.to_owned());
    let mut expected = vec![
        write("approve", &asked[0], "as agreed"),
        write("approve", &asked[1], "as agreed"),
        write("reject", &asked[2], "not at night"),
    ];
    expected.sort();
    assert_eq!(told, expected);
}

#[test]
fn three_agents_are_suspended_by_their_marks() {
    let fleet = fleet("turen");
    let (active, before) =
        (listed(&fleet, "agents", "status:active", 3), with_status(&fleet, "turen", "agents", "suspended"));
    let total = with_status(&fleet, "turen", "agents", "active").len();
    let mut pty = console(fleet.own(), "agents", "SEEN");
    filter(&mut pty, "status:active", total);
    pty.press(" ");
    pty.until_text("* 1 marked");
    // A mark moves on to the next by itself.
    pty.press("  ");
    pty.until_text("* 3 marked");
    offered(&mut pty, "s", "s suspend");
    confirm(&mut pty, "suspend 3", "odd traffic", "suspend 3 agents: queued");
    pty.until_so("they are suspended", || {
        with_status(&fleet, "turen", "agents", "suspended").len() == before.len() + 3
    });
    pty.until_so("they are confirmed", || writes(&fleet).iter().all(|write| write.2 == "confirmed"));
    pty.until_text(&format!("{} of ", total - 3));
    pty.press("q");
    pty.ends_well();
    let suspended = with_status(&fleet, "turen", "agents", "suspended");
    assert!(active.iter().all(|agent| suspended.contains(&id(agent))), "{suspended:?}");
    assert!(writes(&fleet).iter().all(|write| write.0 == "suspend" && write.3 == "odd traffic"));
}

#[test]
fn a_policy_is_edited_and_the_conflict_with_a_colleagues_edit_is_settled() {
    let fleet = fleet("turen");
    let rules = || fleet.sim.truth("turen", "policy").remove(0)["rules"].clone();
    assert_eq!((&rules()["review_on_new_package_days"], &rules()["require_provenance"]), (&json!(14), &json!(false)));
    let network = fleet.unplug();
    let mut pty = console(fleet.own(), "policies", "Default policy");
    offered(&mut pty, "i", "i edit here");
    pty.until_text("\"review_on_new_package_days\": 14,");
    pty.press("\u{6}");
    pty.until_text("\nfind");
    pty.press("days");
    pty.until_text("find days");
    // End, one to the left of the comma, two digits taken away and one typed.
    pty.press("\r\u{1b}[F\u{1b}[D\u{7f}\u{7f}7");
    pty.until_text("\"review_on_new_package_days\": 7,");
    pty.until_text("✓ 1 change");
    offered(&mut pty, "\u{13}", "C-s save");
    confirm(&mut pty, "update it", "shorter", "⋯ 1 queued");
    pty.until("the editor left", |screen| !screen.contents().contains("Editing policy"));
    pty.press("q");
    pty.ends_well();

    // A colleague changes the same rule, and another one.
    let mut theirs = rules();
    (theirs["review_on_new_package_days"], theirs["require_provenance"]) = (json!(30), json!(true));
    assert!(fleet.sim.edit("turen", "policy", "policy", &json!({"rules": theirs}), true));
    fleet.plug(&network);
    let mut pty = console(fleet.own(), "outbox", "≠ 1 conflicted");
    pty.until("all three sides", |screen| {
        let text = screen.contents();
        ["/rules/review_on_new_package_days", "14", "7", "30"].iter().all(|side| text.contains(side))
    });
    assert!(fleet.sim.applied().is_empty(), "what is in dispute is not sent");
    offered(&mut pty, "m", "m mine");
    pty.until_text("C-y yes, ");
    pty.press(YES);
    pty.until_so("both edits are there", || {
        (&rules()["review_on_new_package_days"], &rules()["require_provenance"]) == (&json!(7), &json!(true))
    });
    pty.until_text("Every decision has been carried out");
    pty.press("q");
    pty.ends_well();
    assert_eq!(fleet.sim.applied().len(), 1);
    let states: Vec<String> = writes(&fleet).into_iter().map(|write| write.2).collect();
    assert_eq!(states, ["discarded", "confirmed"], "the one that was in dispute, and what came instead");
    // What nobody touched, and what nobody here knows, is as it was.
    assert_eq!(rules()["exempt_registries"], json!(["npm.internal.chandlery.example"]));
}

#[test]
fn an_agent_is_contained() {
    let fleet = fleet("runagents");
    let live = |row: &Value| !matches!(row["status"].as_str(), Some("COMPLETED" | "FAILED"));
    let runs = fleet.sim.truth("runagents", "runs");
    let agent = runs.iter().find(|run| live(run)).expect("a live run")["agent_id"].as_str().expect("an id").to_owned();
    let others = |fleet: &Fleet| {
        let runs = fleet.sim.truth("runagents", "runs");
        runs.iter().filter(|run| run["agent_id"] != agent.as_str() && live(run)).count()
    };
    let before = others(&fleet);
    let mut pty = console(fleet.own(), "agents", &agent);
    filter(&mut pty, &agent, 1);
    offered(&mut pty, "c", "c contain");
    pty.until_text("Fails the agent's live runs, which is final");
    pty.until_text("C-y yes, contain it ");
    pty.press("\u{1b}");
    pty.until("the sheet left", |screen| !screen.contents().contains("C-y yes, "));
    assert!(fleet.sim.applied().is_empty(), "who leaves the sheet has done nothing");
    offered(&mut pty, "c", "c contain");
    confirm(&mut pty, "contain it", "paid out twice", &format!("contain {agent}: queued"));
    pty.until_so("it is confirmed", || writes(&fleet).iter().all(|write| write.2 == "confirmed"));
    pty.press("q");
    pty.ends_well();
    let left =
        fleet.sim.truth("runagents", "runs").into_iter().filter(|run| run["agent_id"] == agent.as_str() && live(run));
    assert_eq!((left.count(), others(&fleet)), (0, before), "its runs are over, and no other");
    let policies = fleet.sim.truth("runagents", "policies");
    assert!(policies.iter().any(|policy| policy["name"] == "quarterdeck-deny-all"));
}

#[test]
fn an_incident_is_gathered_and_its_evidence_is_exported_whole() {
    let fleet = fleet("turen");
    let agents: Vec<String> = listed(&fleet, "agents", "", 2).iter().map(id).collect();
    let session = id(&listed(&fleet, "sessions", "", 1)[0]);
    let mut pty = console(fleet.own(), "agents", &agents[0]);
    pty.press("  ");
    pty.until_text("* 2 marked");
    pty.press("I");
    pty.until_text("Open an incident");
    pty.press("Leaked key\r");
    pty.until_text("Opened, 2 pinned: Leaked key");
    go(&mut pty, "sessions", &format!("sessions  {session}"));
    pty.press("&");
    pty.until_text("1 thing pinned");
    go(&mut pty, "incidents", "PINNED 3");
    pty.press("\rn");
    pty.until_text("C-s keep");
    pty.press("told finance");
    pty.until_text("told finance");
    pty.press("\u{13}");
    pty.until_text("NOTES 1");
    offered(&mut pty, "w", "w evidence");
    pty.until_text("Evidence: ");
    pty.press("q");
    pty.ends_well();

    let mut exports = std::fs::read_dir(fleet.home().join("evidence")).expect("a folder").flatten();
    let folder = exports.next().expect("an export").path();
    assert!(exports.next().is_none());
    let read = |name: &str| std::fs::read(folder.join(name)).expect(name);
    let text = |name: &str| String::from_utf8(read(name)).expect("UTF-8");
    let sums = text("SHA256SUMS");
    for line in sums.lines() {
        let (sum, name) = line.split_once("  ").expect("a sum and a name");
        assert_eq!(format!("{:x}", Sha256::digest(read(name))), sum, "{name}");
    }
    for name in ["report.md", "incident.json", "timeline.json", "writes.json", "audit.ndjson", "manifest.json"] {
        assert!(sums.contains(&format!("  {name}\n")), "{name} has no sum: {sums}");
    }
    let report = text("report.md");
    assert!(report.contains("told finance") && agents.iter().all(|agent| report.contains(agent)), "{report}");
    let manifest: Value = serde_json::from_str(&text("manifest.json")).expect("JSON");
    let pinned: Vec<String> = manifest["pinned"].as_array().expect("pins").iter().map(id).collect();
    assert!(pinned.len() == 3 && agents.iter().chain([&session]).all(|one| pinned.contains(one)), "{pinned:?}");
    assert!(fleet.sim.applied().is_empty(), "no platform hears of an incident");
}
