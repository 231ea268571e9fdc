//! Policies that several people edit: edited here, changed there, merged, disputed, settled, brought back.

use quarterdeck_sim::{Options, Quirk, Sim};
use serde_json::{Value, json};

use crate::cli_harness::Said;
use crate::fleet::Fleet;

/// A fleet whose policies have been seen once.
fn synced(endpoint: &str) -> Fleet {
    let fleet = Fleet::new(Options::default(), &[endpoint]);
    sync(&fleet);
    fleet
}

fn sync(fleet: &Fleet) {
    let synced = fleet.qd(&["sync"]);
    assert_eq!(synced.code, 0, "{synced:?}");
}

/// Runs `qd` and expects it to end with `code`.
fn qd(fleet: &Fleet, code: i32, args: &[&str]) -> Said {
    let said = fleet.qd(args);
    assert_eq!(said.code, code, "{args:?}: {said:?}");
    said
}

/// Turen's policy as the server has it.
fn turen(sim: &Sim) -> Value {
    sim.truth("turen", "policy").remove(0)
}

fn refunds(sim: &Sim) -> Value {
    sim.truth("runagents", "policies").into_iter().find(|row| row["name"] == "refund-limits").unwrap()
}

/// A colleague changes one rule of Turen's policy.
fn colleague(sim: &Sim, rule: &str, value: Value) {
    let mut rules = turen(sim)["rules"].clone();
    rules[rule] = value;
    assert!(sim.edit("turen", "policy", "policy", &json!({"rules": rules}), true));
}

/// Writes a file with Turen's rules as they are here, but for some.
fn file_of(fleet: &Fleet, changes: &[(&str, Value)]) -> String {
    let shown = qd(fleet, 0, &["policies", "show", "policy", "--json"]).json();
    let mut rules = shown["doc"]["rules"].clone();
    changes.iter().for_each(|(rule, value)| rules[*rule] = value.clone());
    let path = fleet.home().join("edited.json");
    std::fs::write(&path, json!({"rules": rules}).to_string()).unwrap();
    path.display().to_string()
}

fn apply(fleet: &Fleet, code: i32, changes: &[(&str, Value)], more: &[&str]) -> Value {
    let file = file_of(fleet, changes);
    let args = [&["policies", "apply", "policy", "--file", &file, "--json"], more].concat();
    qd(fleet, code, &args).json()["items"][0].clone()
}

/// How often somebody was told to change the policy.
fn written(sim: &Sim) -> usize {
    sim.applied().len()
}

#[test]
fn an_edit_of_one_field_meets_a_colleagues_edit_of_another_and_both_are_there() {
    let fleet = synced("turen");
    let write = apply(
        &fleet,
        6,
        &[("min_scorecard", json!(4.5)), ("allowed_licenses", json!(["MIT", "ISC", "Zlib"]))],
        &["--queue"],
    );
    assert_eq!((&write["state"], &write["action"], written(&fleet.sim)), (&json!("queued"), &json!("update"), 0));
    colleague(&fleet.sim, "review_on_new_package_days", json!(30));
    colleague(&fleet.sim, "allowed_licenses", json!(["MIT", "Apache-2.0", "BSD-3-Clause", "ISC", "MPL-2.0", "0BSD"]));
    qd(&fleet, 0, &["outbox", "flush"]);
    let rules = turen(&fleet.sim)["rules"].clone();
    assert_eq!((&rules["min_scorecard"], &rules["review_on_new_package_days"]), (&json!(4.5), &json!(30)));
    assert_eq!(rules["allowed_licenses"], json!(["MIT", "ISC", "0BSD", "Zlib"]));
    // What nobody here knows is still there.
    assert_eq!(rules["exempt_registries"], json!(["npm.internal.chandlery.example"]));
    assert_eq!(written(&fleet.sim), 1);
}

#[test]
fn the_same_field_is_a_conflict_that_shows_all_three_and_is_settled_either_way() {
    let fleet = synced("turen");
    let days = |value: u8| [("review_on_new_package_days", json!(value))];
    let write = apply(&fleet, 6, &days(7), &["--queue"]);
    let id = write["id"].as_str().unwrap().to_owned();
    colleague(&fleet.sim, "review_on_new_package_days", json!(30));
    colleague(&fleet.sim, "require_provenance", json!(true));
    qd(&fleet, 7, &["outbox", "flush"]);
    assert_eq!(written(&fleet.sim), 0);
    let diff = qd(&fleet, 0, &["policies", "diff", "policy", "--write", &id, "--json"]).json();
    let dispute = &diff["conflicts"][0];
    assert_eq!(
        (&dispute["at"], &dispute["base"], &dispute["mine"], &dispute["theirs"]),
        (&json!("/rules/review_on_new_package_days"), &json!(14), &json!(7), &json!(30))
    );
    let told = qd(&fleet, 0, &["policies", "diff", "policy", "--write", &id]).out;
    assert!(told.contains("it was 14") && told.contains("mine   7") && told.contains("theirs 30"), "{told}");

    qd(&fleet, 0, &["outbox", "resolve", &id, "--mine"]);
    let rules = turen(&fleet.sim)["rules"].clone();
    assert_eq!((&rules["review_on_new_package_days"], &rules["require_provenance"]), (&json!(7), &json!(true)));
    assert_eq!(written(&fleet.sim), 1);
    // The one that conflicted has ended and says what came instead.
    let old = qd(&fleet, 0, &["outbox", "show", &id, "--json"]).json();
    assert_eq!(old["state"], "discarded");
    assert!(old["verdict"]["message"].as_str().unwrap().contains("decided again"), "{old}");

    sync(&fleet);
    let write = apply(&fleet, 6, &days(21), &["--queue"]);
    let id = write["id"].as_str().unwrap().to_owned();
    colleague(&fleet.sim, "review_on_new_package_days", json!(60));
    qd(&fleet, 7, &["outbox", "flush"]);
    qd(&fleet, 0, &["outbox", "resolve", &id, "--theirs"]);
    qd(&fleet, 0, &["outbox", "flush"]);
    assert_eq!((&turen(&fleet.sim)["rules"]["review_on_new_package_days"], written(&fleet.sim)), (&json!(60), 1));
}

#[test]
fn rules_are_merged_by_what_they_are_about_and_what_the_server_drops_is_told() {
    let fleet = synced("runagents");
    let shown = qd(&fleet, 0, &["policies", "show", "refund-limits", "--json"]).json();
    let mut doc = shown["doc"].clone();
    doc["spec"]["policies"][0]["permission"] = json!("deny");
    let file = fleet.home().join("p.json");
    std::fs::write(&file, doc.to_string()).unwrap();
    let file = file.display().to_string();
    qd(&fleet, 6, &["policies", "edit", "refund-limits", "--file", &file, "--queue"]);
    // A colleague puts a rule before it and adds an operation to the other.
    let mut spec = refunds(&fleet.sim)["spec"].clone();
    spec["policies"][1]["operations"] = json!(["POST", "PUT"]);
    let new = json!({"permission": "deny", "operations": [], "resource": "pg-admin/*", "tags": ["night"]});
    spec["policies"].as_array_mut().unwrap().insert(0, new.clone());
    assert!(fleet.sim.edit("runagents", "policies", "refund-limits", &json!({"spec": spec}), true));
    qd(&fleet, 0, &["outbox", "flush"]);
    let rules = refunds(&fleet.sim)["spec"]["policies"].clone();
    assert_eq!(rules[0], new);
    assert_eq!((&rules[1]["permission"], &rules[1]["tags"]), (&json!("deny"), &json!(["shop"])));
    assert_eq!(rules[2]["operations"], json!(["POST", "PUT"]));

    fleet.sim.quirk("runagents", Quirk::PolicyDropsTags);
    sync(&fleet);
    let mut doc = qd(&fleet, 0, &["policies", "show", "refund-limits", "--json"]).json()["doc"].clone();
    doc["spec"]["policies"][1]["permission"] = json!("allow");
    std::fs::write(&file, doc.to_string()).unwrap();
    let write = qd(&fleet, 0, &["policies", "apply", "refund-limits", "--file", &file, "--wait", "--json"]).json();
    let write = &write["items"][0];
    assert_eq!(write["state"], "confirmed", "{write}");
    let altered: Vec<&str> =
        write["verdict"]["altered"].as_array().unwrap().iter().filter_map(|field| field["at"].as_str()).collect();
    assert!(altered.iter().any(|at| at.ends_with("/tags")), "{altered:?}");
    assert!(altered.iter().any(|at| at.ends_with("/delivery")), "{altered:?}");
    assert!(!altered.iter().any(|at| at.ends_with("/permission")), "{altered:?}");
}

#[test]
fn every_version_is_kept_and_any_can_be_brought_back() {
    let fleet = synced("turen");
    let first = turen(&fleet.sim)["rules"].clone();
    colleague(&fleet.sim, "min_scorecard", json!(9.0));
    sync(&fleet);
    sync(&fleet);
    apply(&fleet, 0, &[("require_provenance", json!(true))], &["--wait"]);
    let history = qd(&fleet, 0, &["policies", "history", "policy", "--json"]).json();
    let items = history["items"].as_array().unwrap();
    let numbers: Vec<_> = items.iter().map(|item| item["version"].as_u64().unwrap()).collect();
    assert_eq!((numbers, &history["schema"]), (vec![3, 2, 1], &json!("qd.policies.history/1")), "{history}");
    let changed: Vec<_> = items.iter().map(|item| item["changed"].clone()).collect();
    assert_eq!(changed, [json!(["/rules/require_provenance"]), json!(["/rules/min_scorecard"]), json!([])]);
    assert!(items[0]["write"].is_string() && items[1]["write"].is_null(), "{history}");
    let table = qd(&fleet, 0, &["policies", "history", "policy"]).out;
    assert!(table.contains("first seen") && table.contains("/rules/min_scorecard"), "{table}");

    let diff = qd(&fleet, 0, &["policies", "diff", "policy", "--version", "1"]).out;
    assert!(diff.contains("/rules/min_scorecard\n  - 3.0\n  + 9.0"), "{diff}");
    assert!(diff.contains("--- version 1\n+++ as it is") && diff.contains("-    \"min_scorecard\": 3.0,"), "{diff}");

    let asks = qd(&fleet, 2, &["policies", "restore", "policy", "1"]);
    assert!(asks.err.contains("--yes"), "{asks:?}");
    assert!(qd(&fleet, 9, &["policies", "restore", "policy", "12", "--yes"]).err.contains("the newest is 3"));
    qd(&fleet, 0, &["policies", "restore", "policy", "1", "--yes", "--reason", "too strict"]);
    assert_eq!(turen(&fleet.sim)["rules"], first);
    // Nothing is left to bring back.
    let again = qd(&fleet, 0, &["policies", "restore", "policy", "1", "--yes"]);
    assert!(again.err.contains("nothing would change"), "{again:?}");
}

#[test]
fn what_cannot_be_taken_is_refused_with_its_place_and_nothing_is_kept() {
    let fleet = synced("turen");
    let lines = [
        ("{\"rules\": {\n  \"min_scorecard\": 4,\n}}", "line 3, column 1: trailing comma"),
        ("{\"rules\": {\"min_scorecard\": \"4\"}}", "/rules/min_scorecard: a text stands where a number was"),
        ("{\"version\": \"v9\"}", "/version: cannot be changed here: only /rules can"),
        ("{\"rules\": {\"min_scorecard\": 0.12345678901234567890}}", "more digits than can be kept"),
    ];
    for (text, word) in lines {
        let mut command = fleet.command(&["policies", "apply", "policy", "--file", "-"]);
        let mut child = command.stdin(std::process::Stdio::piped()).spawn().unwrap();
        std::io::Write::write_all(&mut child.stdin.take().unwrap(), text.as_bytes()).unwrap();
        let said: Said = child.wait_with_output().unwrap().into();
        assert_eq!(said.code, 2, "{text}: {said:?}");
        assert!(said.err.contains(word), "{text}: {said:?}");
    }
    assert_eq!(qd(&fleet, 0, &["outbox", "list", "--all", "--json"]).json()["items"], json!([]));
    let nobody = qd(&fleet, 2, &["policies", "edit", "policy"]);
    assert!(nobody.err.contains("no terminal") && nobody.err.contains("--file"), "{nobody:?}");
}

#[cfg(unix)]
#[test]
fn an_editor_is_opened_until_its_text_can_be_taken() {
    use crate::cli_prompt::converse_with;

    let fleet = synced("turen");
    let script = fleet.home().join("editor.sh");
    // First it breaks the text, then it mends it.
    let text = "#!/bin/sh\nls -ld \"$(dirname \"$1\")\" | grep -q '^drwx------' || exit 9\n\
        if grep -q '14,$' \"$1\"; then way='s/14,$/14,,/'; else way='s/14,,$/21,/'; fi\n\
        sed \"$way\" \"$1\" > \"$1.new\" && mv \"$1.new\" \"$1\"\n";
    std::fs::write(&script, text).unwrap();
    let editor = format!("sh {}", script.display());
    let path = std::env::var("PATH").unwrap();
    let variables = [("EDITOR", editor.as_str()), ("PATH", &path)];
    let args = ["policies", "edit", "policy", "--queue"];

    let (seen, code) = converse_with(fleet.home(), &variables, &args, &[("edit it again? [y/N]", "n")]);
    assert_eq!(code, 5, "{seen}");
    let kept = seen.split("the text is in ").nth(1).unwrap().split_whitespace().next().unwrap();
    assert!(std::fs::read_to_string(kept).unwrap().contains("14,,"), "{seen}");
    std::fs::remove_dir_all(std::path::Path::new(kept).parent().unwrap()).unwrap();

    let (seen, code) = converse_with(fleet.home(), &variables, &args, &[("edit it again? [y/N]", "y")]);
    assert_eq!(code, 6, "{seen}");
    assert!(seen.contains("line ") && seen.contains("/rules/review_on_new_package_days"), "{seen}");

    let untouched = [("EDITOR", "true"), ("PATH", &path)];
    let (seen, code) = converse_with(fleet.home(), &untouched, &args, &[]);
    assert_eq!(code, 0, "{seen}");
    assert!(seen.contains("nothing was changed"), "{seen}");
    let listed = qd(&fleet, 0, &["outbox", "list", "--json"]).json();
    assert_eq!(listed["items"].as_array().unwrap().len(), 1, "{listed}");
    assert_eq!(listed["items"][0]["args"]["doc"]["rules"]["review_on_new_package_days"], 21);
}
