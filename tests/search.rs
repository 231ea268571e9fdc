//! `qd search` and `qd index` against the simulated platforms: what is there is found, at its place, and nothing else is.

use quarterdeck::config::Paths;
use quarterdeck::search::{Find, Hit, Question, Searcher};
use quarterdeck_sim::{Matcher, Options, Scenario};
use quarterdeck_sync::model::{EntryKind, Query, Scope};
use quarterdeck_sync::store::{Access, Mirror};
use quarterdeck_sync::text::is_hidden;
use serde_json::{Value, json};

use crate::cli_harness::Said;
use crate::fleet::{ENDPOINTS, Fleet};

fn synced(names: &[&str]) -> Fleet {
    let fleet = Fleet::new(Options::default(), names);
    sync(&fleet);
    fleet
}

fn sync(fleet: &Fleet) {
    let synced = fleet.qd(&["sync", "--content", "all", "--json"]);
    assert!(matches!(synced.code, 0 | 5), "{synced:?}");
}

fn search(fleet: &Fleet, query: &str) -> Said {
    let said = fleet.qd(&["search", "--limit", "0", "--json", "--", query]);
    assert_eq!(said.code, 0, "{query}: {said:?}");
    said
}

/// Where a query's hits stand: session and entry, or the record.
fn places(fleet: &Fleet, query: &str) -> Vec<(String, Option<u64>)> {
    let answer = search(fleet, query).json();
    let items = answer["items"].as_array().expect("items").clone();
    assert_eq!(answer["total"].as_u64(), Some(items.len() as u64), "{query}");
    let place = |item: &Value| (item["id"].as_str().expect("an id").to_owned(), item["entry"].as_u64());
    items.iter().map(place).collect()
}

fn healthy(fleet: &Fleet) {
    let verified = fleet.qd(&["index", "verify", "--json"]);
    assert_eq!((verified.code, verified.json()["item"]["healthy"].as_bool()), (0, Some(true)), "{verified:?}");
}

/// The id of a session whose first message is `prompt` from now on.
fn plant(fleet: &Fleet, prompt: &str) -> String {
    let sessions = fleet.sim.truth("turen", "sessions");
    let long = |row: &&Value| row["message_count"].as_u64().is_some_and(|count| count > 1);
    let session = sessions.iter().find(long).expect("a session with messages");
    let id = session["id"].to_string();
    assert!(fleet.sim.edit("turen", "sessions", &id, &json!({"first_prompt": prompt}), true));
    id
}

/// The words of a text that stand in it side by side, as a phrase that no other text of its session is likely to have.
fn phrase(text: &str) -> Option<String> {
    let plain = |word: &&str| word.chars().all(|c| c.is_ascii_alphanumeric());
    let words: Vec<&str> = text.split(' ').take_while(plain).take(6).collect();
    (words.len() >= 3).then(|| format!("\"{}\"", words.join(" ")))
}

/// Sets of messages that belong together, each in its order: the id of what they belong to, and their texts.
fn grouped(rows: &[Value], parent: &str, text: impl Fn(&Value) -> String) -> Vec<(String, Vec<String>)> {
    let mut groups: Vec<(String, Vec<String>)> = Vec::new();
    for row in rows {
        let id = row[parent].as_str().map_or_else(|| row[parent].to_string(), str::to_owned);
        match groups.iter_mut().find(|(known, _)| *known == id) {
            Some((_, texts)) => texts.push(text(row)),
            None => groups.push((id, vec![text(row)])),
        }
    }
    groups
}

#[test]
fn what_was_said_is_found_at_its_entry_on_every_platform() {
    let fleet = synced(&ENDPOINTS);
    healthy(&fleet);
    let said = |row: &Value| row["content"].as_str().unwrap_or_default().to_owned();
    let messages = grouped(&fleet.sim.truth("exo", "messages"), "conversation_id", said);
    let mut events = fleet.sim.truth("runagents", "run-events");
    events.sort_by_key(|event| event["seq"].as_u64());
    let told = |row: &Value| {
        let fields = ["message", "summary", "detail", "content"];
        fields.iter().find_map(|field| row["data"][*field].as_str()).unwrap_or_default().to_owned()
    };
    let events = grouped(&events, "run_id", told);
    for (connection, groups) in [("exo", messages), ("runagents", events)] {
        let mut tried = 0;
        for (id, texts) in groups.iter().take(12) {
            for (place, text) in texts.iter().enumerate().rev().take(3) {
                let Some(phrase) = phrase(text) else { continue };
                let found = places(&fleet, &format!("{phrase} id:\"{id}\" connection:{connection} is:entry"));
                assert!(found.contains(&(id.clone(), Some(place as u64))), "{connection} {id}: {phrase} in {found:?}");
                tried += 1;
            }
        }
        assert!(tried >= 5, "{connection}: too little was said to try: {groups:?}");
    }
}

/// Members that hold what a message says, what a tool was given in it, or what came of that.
const SAYS: [&str; 9] = ["content", "message", "text", "input", "arguments", "output", "result", "error", "data"];

/// The beginnings of the strings in a message, or in what a tool was given or answered: those of a few words, whatever stands
/// around them. What says how it is built, and when, is left out.
fn beginnings(value: &Value, found: &mut Vec<String>) {
    let frame = |name: &str| {
        let frames =
            ["type", "role", "subtype", "media_type", "object", "event_type", "timestamp", "time", "at", "date"];
        frames.contains(&name) || name.ends_with("_at")
    };
    match value {
        // JSON in a string is looked into.
        Value::String(text) => match serde_json::from_str::<Value>(text) {
            Ok(inner @ (Value::Object(_) | Value::Array(_))) => beginnings(&inner, found),
            _ if text.chars().any(char::is_alphanumeric) => {
                let end = text.char_indices().map(|(at, _)| at).nth(60).unwrap_or(text.len());
                let whole = if end < text.len() { text[..end].rfind(char::is_whitespace) } else { Some(end) };
                found.extend(whole.map(|end| text[..end].replace('\\', "\\\\").replace('"', "\\\"")));
            }
            _ => {}
        },
        Value::Array(items) => items.iter().for_each(|item| beginnings(item, found)),
        Value::Object(members) => {
            members.iter().filter(|(name, _)| !frame(name)).for_each(|(_, value)| beginnings(value, found));
        }
        _ => {}
    }
}

#[test]
fn what_tools_were_given_and_answered_is_found_at_its_entry_in_every_list_that_has_entries() {
    let fleet = Fleet::new(Options::default(), &ENDPOINTS);
    // Its workflows tell of no steps by themselves.
    let runs = fleet.sim.truth("exo", "workflow-runs");
    for run in &runs {
        let step = |number: usize| {
            let input = json!({"url": format!("ledger.acme.dev/{number}"), "method": "fetch"});
            json!({"name": "http", "type": "tool", "status": "completed", "input": input, "output": "it was there"})
        };
        let steps: Value = (0..8).map(step).collect();
        let id = run["id"].as_str().map_or_else(|| run["id"].to_string(), str::to_owned);
        assert!(fleet.sim.edit("exo", "workflow-runs", &id, &json!({"steps_json": steps}), true));
    }
    assert!(!runs.is_empty(), "the simulator has no runs of workflows");
    sync(&fleet);
    let paths = Paths::under(fleet.home());
    let mirror = Mirror::open(&paths.mirror(), Access::ReadOnly).expect("a mirror");
    let reader = mirror.reader().expect("a reader");
    let searcher = Searcher::new(mirror.clone(), &paths.outbox(), &paths.search());
    let lists = [
        ("turen", "sessions"),
        ("exo", "conversations"),
        ("exo", "runs"),
        ("exo", "workflow-runs"),
        ("runagents", "runs"),
    ];
    for (connection, collection) in lists {
        let scope = Scope {
            connections: vec![connection.to_owned()],
            collections: vec![collection.to_owned()],
            ..Scope::default()
        };
        let rows = reader.window(&Query { limit: 12, ..Query::newest(scope) }).expect("a window").rows;
        let (mut tried, mut of_tools) = (0, 0);
        for row in rows {
            let Some(content) = reader.content(row.key).expect("readable") else { continue };
            let messages: Vec<Value> = serde_json::from_str(&content.messages).expect("messages");
            for (place, message) in messages.iter().enumerate().take(8) {
                let mut said = Vec::new();
                SAYS.iter().for_each(|name| beginnings(&message[*name], &mut said));
                for text in said.iter().take(3) {
                    let text = format!("\"{text}\" id:\"{}\" connection:{connection} is:entry", row.id);
                    let found = searcher.find(&Question { limit: Question::MOST, ..Question::new(text.clone()) });
                    let hits = found.unwrap_or_else(|why| panic!("{text}: {why}")).hits;
                    let here = |hit: &Hit| hit.entry.as_ref().is_some_and(|entry| entry.place as usize == place);
                    let at_a_tool = |hit: &Hit| hit.entry.as_ref().is_some_and(|entry| entry.kind == EntryKind::Tool);
                    let hit = hits.iter().find(|hit| here(hit));
                    assert!(hit.is_some(), "{connection} {collection}: {text} is not found at {place}: {message}");
                    of_tools += usize::from(hit.is_some_and(at_a_tool));
                    tried += 1;
                }
            }
        }
        assert!(tried >= 20, "{connection} {collection}: only {tried} texts to try");
        let has_tools = collection != "conversations";
        assert!(!has_tools || of_tools >= 5, "{connection} {collection}: only {of_tools} texts of tools to try");
    }
}

#[test]
fn identifiers_paths_flags_and_codes_are_found_whole_and_by_their_parts() {
    let fleet = Fleet::new(Options::default(), &["turen"]);
    let prompt = "Make parseQuaggaToken in src/zanzibar/okapi_util.ts accept --dry-zebra: E0977, tapir5f3c9e and 検索する言葉 by \
         2026-02-01T13:57:59Z 🦓👍🏽 \u{301}numbat";
    let id = plant(&fleet, prompt);
    sync(&fleet);
    for query in [
        "parseQuaggaToken",
        "quagga",
        "PARSEquaggaTOKEN",
        "src/zanzibar/okapi_util.ts",
        "zanzibar",
        "okapi",
        "okapi_util",
        "--dry-zebra",
        "zebra",
        "E0977",
        "tapir5f3*",
        "検索",
        "\"accept --dry-zebra\"",
        "/e09\\d+/",
        "~zanzibra",
        "quagga okapi",
        "quagga -nosuchword",
        "quagga OR nosuchword",
        "🦓",
        "quagga 👍",
        "quagga T13:57",
        "\u{301}numbat",
    ] {
        let found = places(&fleet, &format!("({query}) is:entry"));
        assert_eq!(found, [(id.clone(), Some(0))], "{query}");
        assert!(places(&fleet, &format!("({query}) kind:session")).contains(&(id.clone(), None)), "{query}");
    }
    assert!(places(&fleet, "quagga nosuchword").is_empty());
}

#[test]
fn what_was_replaced_or_forgotten_is_not_found_any_more() {
    let fleet = Fleet::new(Options::default(), &["turen", "exo"]);
    let id = plant(&fleet, "the first wombat of the day");
    sync(&fleet);
    assert!(!places(&fleet, "wombat").is_empty());
    fleet.sim.edit("turen", "sessions", &id, &json!({"first_prompt": "a numbat instead"}), true);
    sync(&fleet);
    assert!(places(&fleet, "wombat").is_empty());
    assert_eq!(places(&fleet, "numbat is:entry"), [(id.clone(), Some(0))]);
    // What its platform no longer lists is kept, and found by who asks for it.
    assert!(fleet.sim.remove("turen", "sessions", &id));
    let again = fleet.qd(&["sync", "--full", "--content", "all"]);
    assert!(matches!(again.code, 0 | 5), "{again:?}");
    let hidden = search(&fleet, "numbat");
    assert!(
        hidden.json()["items"].as_array().expect("items").is_empty() && hidden.err.contains("--gone"),
        "{hidden:?}"
    );
    assert!(!places(&fleet, "numbat is:gone").is_empty());
    assert_eq!(fleet.qd(&["connect", "remove", "turen"]).code, 0);
    assert!(places(&fleet, "numbat is:gone").is_empty());
    assert!(places(&fleet, "connection:turen").is_empty());
    assert!(!places(&fleet, "connection:exo").is_empty());
    healthy(&fleet);
}

#[test]
fn the_index_of_a_sync_killed_anywhere_is_made_whole_by_the_next() {
    for nth in [1, 9, 20] {
        let fleet =
            Fleet::new(Options { scenario: Scenario::Huge { sessions: 2_000 }, ..Options::default() }, &["turen"]);
        let sync = ["sync", "--content", "none"];
        fleet.killed_at(nth, Matcher::endpoint("turen").path("/sessions"), &sync);
        healthy(&fleet);
        let second = fleet.qd(&sync);
        assert_eq!(second.code, 0, "{second:?}");
        healthy(&fleet);
        let found = fleet.qd(&["search", "kind:session", "--json", "-n", "1"]);
        assert_eq!(found.json()["total"], 2_000, "killed at request {nth}");
    }
}

#[test]
fn an_index_that_is_lost_or_damaged_is_made_anew_without_a_network() {
    let fleet = synced(&["turen"]);
    let before = places(&fleet, "kind:agent").len();
    assert!(before > 0);
    fleet.unplug();
    let folder = fleet.home().join("search");
    for file in std::fs::read_dir(&folder).expect("a folder").flatten() {
        if file.path().extension().is_some_and(|extension| extension != "lock") {
            std::fs::write(file.path(), "no index at all").expect("written");
        }
    }
    assert_eq!(fleet.qd(&["index", "rebuild"]).code, 0);
    healthy(&fleet);
    assert_eq!(places(&fleet, "kind:agent").len(), before);
    std::fs::remove_dir_all(&folder).expect("removed");
    // A search brings a small one up by itself.
    assert_eq!(places(&fleet, "kind:agent").len(), before);
    healthy(&fleet);
}

#[test]
fn a_snippet_shows_no_secret_and_cannot_act_on_a_terminal() {
    let fleet = Fleet::new(Options { hostile: true, ..Options::default() }, &["turen"]);
    let secret = "ghp_wWPw5k4aXcaT4fNP0UcnZwJUVFk6LO0pINUd";
    plant(&fleet, &format!("\u{1b}[31mcapybara \u{202e}uses {secret} to push\u{7}"));
    sync(&fleet);
    for form in [&["--json"][..], &["--ndjson"], &[]] {
        let said = fleet.qd(&[&["search", "capybara"], form].concat());
        assert!(said.out.contains("capybara"), "{said:?}");
        assert!(!said.out.contains(secret) && !said.err.contains(secret), "{said:?}");
        assert!(!said.out.chars().any(|c| is_hidden(c) && c != '\n'), "{said:?}");
    }
    let leaks = places(&fleet, "has:secret capybara");
    assert!(!leaks.is_empty());
    let revealed = fleet.qd(&["search", "capybara", "--reveal", "--json"]);
    assert!(revealed.out.contains(secret), "{revealed:?}");
    let audit = fleet.qd(&["audit", "list", "--json"]);
    assert!(audit.out.contains("reveal") && !audit.out.contains(secret), "{audit:?}");
}

#[test]
fn a_decision_is_seen_before_it_is_sent() {
    let fleet = synced(&["turen"]);
    let agents = fleet.sim.truth("turen", "agents");
    let agent = agents.iter().find(|agent| agent["status"] == "active").expect("an active agent");
    let id = agent["id"].as_str().map_or_else(|| agent["id"].to_string(), str::to_owned);
    assert!(places(&fleet, "is:pending").is_empty());
    fleet.unplug();
    let kept = fleet.qd(&["agents", "suspend", &id, "--queue", "--reason", "odd"]);
    assert_eq!(kept.code, 6, "{kept:?}");
    let hit = (id.clone(), None);
    assert_eq!(places(&fleet, "is:pending"), std::slice::from_ref(&hit));
    assert!(places(&fleet, "kind:agent status:suspended").contains(&hit));
    assert!(!places(&fleet, "kind:agent status:active").contains(&hit));
    assert!(!places(&fleet, "kind:agent -is:pending").contains(&hit));
    let answer = search(&fleet, "is:pending").json();
    assert_eq!(answer["items"][0]["pending"][0]["action"], "suspend");
}

#[test]
fn a_search_is_kept_counted_asked_again_and_let_go_of() {
    let fleet = synced(&["turen"]);
    let direct = fleet.qd(&["search", "kind:agent", "--json", "--facets", "-n", "3"]).json();
    let saved = fleet.qd(&["search", "kind:agent", "--save", "fleet", "--json", "--facets", "-n", "3"]);
    assert_eq!(saved.json()["items"], direct["items"]);
    let listed = fleet.qd(&["search", "--saved", "--json"]).json();
    assert_eq!(listed["items"][0]["name"], "fleet");
    assert_eq!(listed["items"][0]["total"], direct["total"]);
    assert_eq!(direct["facets"]["kind"][0], json!({"value": "agent", "label": null, "count": direct["total"]}));
    assert_eq!(fleet.qd(&["search", "@fleet", "--json", "-n", "3"]).json()["items"], direct["items"]);
    let unknown = fleet.qd(&["search", "@fleett", "--json"]);
    let hint = unknown.error()["hint"].as_str().unwrap_or_default().to_owned();
    assert_eq!(unknown.code, 9);
    assert!(hint.contains("did you mean @fleet?") && hint.contains("'\"@fleett\"'"), "{hint}");
    assert_eq!(fleet.qd(&["search", "--forget", "fleet"]).code, 0);
    assert_eq!(fleet.qd(&["search", "--forget", "fleet"]).code, 9);
}

#[test]
fn pages_follow_each_other_in_one_order() {
    let fleet = synced(&["turen", "runagents"]);
    for sort in ["best", "newest", "oldest"] {
        let ids = |args: &[&str]| -> Vec<(Value, Value)> {
            let answer =
                fleet.qd(&[&["search", "kind:run OR kind:session", "--json", "--sort", sort], args].concat()).json();
            let items = answer["items"].as_array().expect("items").clone();
            items.into_iter().map(|item| (item["id"].clone(), item["entry"].clone())).collect()
        };
        let all = ids(&["-n", "0"]);
        let paged: Vec<_> = (0..4).flat_map(|page| ids(&["-n", "5", "--offset", &(page * 5).to_string()])).collect();
        assert_eq!(paged, all[..20], "{sort}");
    }
}

#[test]
fn a_wrong_query_is_told_with_its_column_and_what_to_do() {
    let fleet = synced(&["turen"]);
    for (query, column, hint) in [
        ("kind:robot", "column 6", "session"),
        ("has:nothing", "column 5", "has:secret"),
        ("is:odd", "column 4", "is:gone"),
        ("(web", "column 1", ")"),
    ] {
        let said = fleet.qd(&["search", query, "--json"]);
        assert_eq!((said.code, said.error()["kind"].as_str()), (2, Some("query")), "{query}: {said:?}");
        assert!(said.error()["message"].as_str().is_some_and(|message| message.contains(column)), "{query}: {said:?}");
        assert!(said.error()["hint"].as_str().is_some_and(|told| told.contains(hint)), "{query}: {said:?}");
    }
}

#[test]
fn a_word_is_found_by_its_beginning_while_it_is_typed() {
    let fleet = synced(&["turen"]);
    plant(&fleet, "the wombatical ledger drifted");
    sync(&fleet);
    let paths = Paths::under(fleet.home());
    let mirror = Mirror::open(&paths.mirror(), Access::ReadOnly).expect("a mirror");
    let searcher = Searcher::new(mirror, &paths.outbox(), &paths.search());
    for typed in ["wombat", "ledger womb", "\"the womb", "kind:session wombatic", "wombatical"] {
        let all = searcher.find(&Question::typing(typed)).expect("an answer");
        assert!(all.total > 0, "{typed}");
        let one = Question { connections: vec!["turen".to_owned()], ..Question::typing(typed) };
        assert_eq!(searcher.find(&one).expect("an answer").total, all.total, "{typed}");
    }
    let asked = searcher.find(&Question::new("wombat")).expect("an answer");
    assert_eq!(asked.total, 0, "a word that is not being typed is whole");
}

#[test]
fn no_beginning_of_a_query_is_an_error_while_it_is_typed() {
    let fleet = synced(&["turen"]);
    let paths = Paths::under(fleet.home());
    let mirror = Mirror::open(&paths.mirror(), Access::ReadOnly).expect("a mirror");
    let searcher = Searcher::new(mirror, &paths.outbox(), &paths.search());
    for query in [
        "refund -draft (rollback OR \"idempotency key\") kind:tool",
        "agent:/web-\\d+/ host:a* project:ledger,web is:gone has:secret -is:pending",
        "after:2026-02-01 before:3h on:yesterday role:user tool:bash path:src/main.rs ~deplyo",
        "/de(ploy|f)-\\d+/ AND NOT title:\"two words\"* status:* -(a OR (b c))",
        "日本語 \u{202e}\u{1b}[31m \"\\\" : :: status: -- ~ / * - ( ) OR NOT",
    ] {
        for (end, _) in query.char_indices().chain([(query.len(), ' ')]) {
            let typed = &query[..end];
            let answer = searcher.find(&Question::typing(typed));
            assert!(answer.is_ok(), "{typed:?}: {answer:?}");
        }
    }
}
