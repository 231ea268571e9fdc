//! Everything that a hostile fleet says, written down in every form: whole, harmless, and the same when it is read back.

use quarterdeck_sim::Options;
use quarterdeck_sync::text::is_hidden;
use serde_json::Value;

use crate::cli_harness::Said;
use crate::fleet::{ENDPOINTS, Fleet};

/// Lists whose records have content, with the word under which it is read.
const NOUNS: [(&str, &str); 4] =
    [("sessions", "entries"), ("conversations", "entries"), ("runs", "events"), ("workflow-runs", "entries")];
/// Records of each list that are written down.
const EACH: usize = 2;

/// What the entries held, over all platforms.
#[derive(Default)]
struct Told {
    entries: usize,
    edits: usize,
    errors: usize,
    platforms: Vec<String>,
}

/// It went well, and nothing in it acts on a terminal.
fn harmless(said: Said) -> String {
    assert_eq!(said.code, 0, "{said:?}");
    let acts = said.out.chars().find(|c| is_hidden(*c) && *c != '\n');
    assert_eq!(acts, None, "{}", said.out.escape_debug());
    said.out
}

/// The ids of those records of a connection that hold most, as the list tells them.
fn longest(fleet: &Fleet, noun: &str, connection: &str) -> Vec<String> {
    let listed = fleet.qd(&[noun, "list", "--connection", connection, "--limit", "0", "--json"]);
    if listed.code != 0 {
        return Vec::new();
    }
    let mut items = listed.json()["items"].as_array().expect("items").clone();
    items.sort_by_key(|item| std::cmp::Reverse(item["doc"].to_string().len()));
    items.iter().take(EACH).map(|item| item["id"].as_str().expect("an id").to_owned()).collect()
}

#[test]
fn what_a_hostile_fleet_says_is_written_down_in_every_form_and_comes_back_the_same() {
    let fleet = Fleet::new(Options { hostile: true, ..Options::default() }, &ENDPOINTS);
    let synced = fleet.qd(&["sync", "--content", "all", "--json"]);
    assert_eq!(synced.code, 0, "{synced:?}");
    let mut told = Told::default();
    for connection in ENDPOINTS {
        for (noun, verb) in NOUNS {
            for id in longest(&fleet, noun, connection) {
                in_every_form(&fleet, (noun, verb), &format!("{connection}/{id}"), &mut told);
            }
        }
    }
    assert!(told.entries > 50 && told.edits > 0 && told.errors > 0, "{} {} {}", told.entries, told.edits, told.errors);
    for platform in ["turen", "exo", "runagents", "runagents-v1alpha"] {
        assert!(told.platforms.iter().any(|known| known == platform), "{platform}: {:?}", told.platforms);
    }
}

fn in_every_form(fleet: &Fleet, (noun, verb): (&str, &str), id: &str, told: &mut Told) {
    let export = |format: &str| fleet.qd(&[noun, "export", id, "--offline", "--format", format]);
    let json = export("json");
    if json.code == 4 || json.code == 9 {
        // There is nothing to be had of it: no form pretends otherwise.
        assert!(export("html").code == json.code && export("md").code == json.code, "{json:?}");
        return;
    }
    let text = harmless(json);
    let session: Value = serde_json::from_str(&text).expect("JSON");
    let entries = session["entries"].as_array().expect("entries");
    told.entries += entries.len();
    told.platforms.extend(session["record"]["platform"].as_str().map(str::to_owned));
    let edits: usize = entries.iter().map(|entry| entry["edits"].as_array().map_or(0, Vec::len)).sum();
    let errors = entries.iter().filter(|entry| entry["error"] == true).count();
    (told.edits, told.errors) = (told.edits + edits, told.errors + errors);

    // Back again, on a machine that has the file alone.
    let lines = harmless(fleet.qd(&[noun, verb, id, "--offline", "--ndjson"]));
    assert_eq!(lines.lines().count(), entries.len(), "{id}");
    assert_eq!(harmless(fleet.fed(&text, &[noun, verb, "--file", "-", "--ndjson"])), lines, "{id}");
    for format in ["json", "html", "md"] {
        let again = harmless(fleet.fed(&text, &[noun, "export", "--file", "-", "--format", format]));
        assert_eq!(again, harmless(export(format)), "{id} {format}");
    }

    let page = harmless(export("html"));
    assert!(page.starts_with("<!doctype html>") && page.ends_with("</html>\n"), "{id}");
    assert!(page.contains("default-src 'none'"), "{id}");
    for forbidden in ["<script", "<iframe", "<img", "<link", "javascript:", "@import"] {
        assert!(!page.to_lowercase().contains(forbidden), "{id}: {forbidden}");
    }
    assert_eq!(page.matches("<article id=\"e").count(), entries.len(), "{id}");
    assert!(edits == 0 || page.contains("<pre class=\"diff\">"), "{id}: changes are told line by line");
    assert!(errors == 0 || page.contains("bad"), "{id}: what failed is marked");
    let markdown = harmless(export("md"));
    assert!(edits == 0 || markdown.contains("```diff"), "{id}");
    assert!(errors == 0 || markdown.to_lowercase().contains("error"), "{id}");
}
