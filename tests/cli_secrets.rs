//! Secrets in what platforms send: shown by no read, unless a person asks for it and that is written down.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use quarterdeck_sim::{Fault, Matcher, Options, What};
use quarterdeck_sync::text::secrets;
use serde_json::{Value, json};

use crate::cli_harness::Said;
use crate::fleet::{ENDPOINTS, Fleet};

/// Lists of each endpoint that secrets are planted in.
const LISTS: [(&str, &[&str]); 3] = [
    ("turen", &["agents", "sessions", "events", "policy"]),
    ("exo", &["agents", "conversations", "runs", "approvals"]),
    ("runagents", &["agents", "runs", "approvals", "policies"]),
];

/// Secrets made when the test runs: one that shows by its shape, and two that show only by their names.
struct Planted {
    token: String,
    password: String,
    key: String,
}

impl Planted {
    fn new() -> Self {
        let chance = |seed: u64, length: usize| -> String {
            let letters = b"ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789";
            let mut state = seed;
            let mut next = || {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                char::from(letters[(state >> 40) as usize % letters.len()])
            };
            (0..length).map(|_| next()).collect()
        };
        Self {
            token: format!("{}{}", "ghp_", chance(1, 36)),
            password: format!("{}7{}", chance(2, 9), chance(3, 9)),
            key: format!("{}4{}", chance(4, 12), chance(5, 19)),
        }
    }

    /// Pieces long enough to be nothing else: whoever shows half of one shows one of them.
    fn pieces(&self) -> Vec<&str> {
        let parts = [&self.token[4..], &self.password, &self.key];
        parts.into_iter().flat_map(|part| (0..part.len() - 7).map(move |at| &part[at..at + 8])).collect()
    }

    /// Puts the secrets into every free text of a row, and under names of their own.
    fn plant_in_row(&self, row: &mut Value) {
        self.plant_in_texts(row);
        if let Value::Object(members) = row {
            let arguments = json!({"api_key": self.key, "cmd": format!("login --password {}", self.password)});
            members.insert(
                "leaked".to_owned(),
                json!({
                    "env": {"DB_PASSWORD": self.password}, "api_keys": [self.key], "arguments": arguments.to_string(),
                    "log": format!("GET https://bot:{}@host/x\nAuthorization: Bearer {}\n", self.password, self.key),
                }),
            );
        }
    }

    /// Messages that leak, of every kind that says something.
    fn messages(&self) -> Value {
        let at = |second: u32| format!("2026-03-01T10:00:{second:02}Z");
        let input =
            json!({"command": format!("deploy --password {} --leaky", self.password), "env": {"API_KEY": self.key}});
        json!({"messages": [
            {"type": "user", "content": format!("leaky: use {} please", self.token), "timestamp": at(1)},
            {"type": "assistant", "timestamp": at(2), "content": [
                {"type": "thinking", "thinking": format!("leaky thought: Authorization: Bearer {}", self.key)},
                {"type": "tool_use", "id": "toolu_1", "name": "Bash", "input": input},
            ]},
            {"type": "user", "timestamp": at(3), "content": [
                {"type": "tool_result", "tool_use_id": "toolu_1", "content": format!("leaky\nDB_PASSWORD={}\n", self.password)},
            ]},
            {"type": "tool_use", "tool": "file_edit", "path": "leaky/.env", "timestamp": at(4), "input": {
                "file_path": "leaky/.env", "old_string": "TOKEN=none", "new_string": format!("TOKEN={}", self.key),
            }},
            {"type": "system", "content": format!("leaky {}", self.token), "timestamp": at(5)},
        ]})
    }

    fn plant_in_texts(&self, value: &mut Value) {
        match value {
            Value::String(text) if text.contains(' ') => text.push_str(&format!(" (token {} leaked)", self.token)),
            Value::Array(items) => items.iter_mut().for_each(|item| self.plant_in_texts(item)),
            Value::Object(members) => members.values_mut().for_each(|member| self.plant_in_texts(member)),
            _ => {}
        }
    }
}

/// A fleet that leaks, synced; and the id of a record of each list that does.
fn leaking(planted: &Planted) -> (Fleet, Vec<(&'static str, &'static str, String)>) {
    let fleet = Fleet::new(Options::default(), &["turen", "exo", "runagents"]);
    let mut leaks = Vec::new();
    for (endpoint, lists) in LISTS {
        for list in lists {
            let Some(mut row) = fleet.sim.truth(endpoint, list).into_iter().next() else { panic!("{endpoint} {list}") };
            planted.plant_in_row(&mut row);
            // A policy that is the only one of its kind has no id: it is edited.
            let put = fleet.sim.put(endpoint, list, row.clone()) || fleet.sim.edit(endpoint, list, list, &row, true);
            assert!(put, "{endpoint} {list}");
            let id = ["id", "name"].iter().find_map(|name| said(&row[*name])).unwrap_or_else(|| (*list).to_owned());
            leaks.push((endpoint, *list, id));
        }
    }
    // A server that says a secret in its errors, too.
    let message = json!({"error": {"message": format!("no quota for {}", planted.token)}}).to_string();
    fleet.sim.script().add(Fault::always(Matcher::endpoint("turen").path("/reports"), What::Body(400, message)));
    let session = &leaks.iter().find(|(_, list, _)| *list == "sessions").expect("a session").2;
    let content = Matcher::endpoint("turen").path(&format!("/sessions/{session}/content"));
    fleet.sim.script().add(Fault::always(content, What::Body(200, planted.messages().to_string())));
    let synced = fleet.qd(&["sync", "--content", "all", "--ndjson"]);
    shows_none(planted, &["sync"], &synced);
    (fleet, leaks)
}

/// An id, whether it is a text or a number.
fn said(id: &Value) -> Option<String> {
    id.as_str().map(str::to_owned).or_else(|| id.as_u64().map(|id| id.to_string()))
}

#[track_caller]
fn shows_none(planted: &Planted, args: &[&str], said: &Said) {
    for text in [&said.out, &said.err] {
        for piece in planted.pieces() {
            let found = text.lines().find(|line| line.contains(piece));
            assert!(found.is_none(), "{args:?} shows {piece}: {found:?}");
        }
    }
}

/// Reads of whatever can hold what a platform sent.
fn reads(leaks: &[(&'static str, &'static str, String)], write: &str) -> Vec<Vec<String>> {
    let words = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
    let mut reads: Vec<Vec<String>> = [
        "agents list --limit 0",
        "sessions list --limit 0",
        "runs list --limit 0",
        "approvals list --limit 0",
        "policies list --limit 0",
        "events list --limit 0",
        "status --problems",
        "outbox list --all",
        "audit list",
        "audit export",
        "doctor",
        "connect list",
    ]
    .map(words)
    .into();
    for question in [
        "SELECT * FROM records",
        "SELECT * FROM writes",
        "SELECT json_extract(doc, '$.leaked.env.DB_PASSWORD') AS db_password FROM records",
        "SELECT json_extract(doc, '$.leaked.env.DB_PASSWORD') AS x, substr(doc, 40) AS y FROM records",
    ] {
        reads.push(vec!["sql".to_owned(), question.to_owned()]);
    }
    for (connection, list, id) in leaks {
        reads.push(vec![(*list).to_owned(), "show".to_owned(), format!("{connection}/{id}")]);
    }
    reads.push(vec!["outbox".to_owned(), "show".to_owned(), write.to_owned()]);
    reads.push(words("policies diff policy"));
    reads.push(words("policies history policy"));
    // What is found by words beside a secret, by its name, and by itself: found, and shown masked.
    for query in ["leaky", "leaked", "db_password", "api_key", "has:secret"] {
        reads.push(words(&format!("search --limit 0 {query}")));
    }
    let session = &leaks.iter().find(|(_, list, _)| *list == "sessions").expect("a session").2;
    for read in [
        "sessions entries",
        "sessions export --format md",
        "sessions export --format html",
        "sessions export --format json",
    ] {
        reads.push(words(&format!("{read} turen/{session} --offline")));
    }
    reads
}

#[test]
fn no_read_shows_a_secret_in_any_form() {
    let planted = Planted::new();
    let (fleet, leaks) = leaking(&planted);
    // Decisions that quote one.
    let reason = format!("it printed {}", planted.token);
    let agent = leaks.iter().find(|(connection, list, _)| (*connection, *list) == ("turen", "agents")).unwrap();
    let target = format!("turen/{}", agent.2);
    let kept = fleet.qd(&["agents", "suspend", &target, "--reason", &reason, "--queue", "--yes", "--json"]);
    assert_eq!(kept.code, 6, "{kept:?}");
    shows_none(&planted, &["agents", "suspend"], &kept);
    let write = kept.json()["items"][0]["id"].as_str().expect("an id").to_owned();
    let policy = policy(&fleet, &["--reveal"]);
    let file = fleet.home().join("policy.json");
    let mut rules = policy["doc"]["rules"].clone();
    rules["api_key"] = json!(planted.key);
    std::fs::write(&file, json!({"rules": rules}).to_string()).expect("written");
    let file = file.display().to_string();
    for args in [
        &["policies", "diff", "policy", "--file", &file] as &[&str],
        &["policies", "diff", "policy", "--file", &file, "--json"],
        &["policies", "apply", "policy", "--file", &file, "--dry-run"],
        &["policies", "apply", "policy", "--file", &file, "--queue"],
        &["policies", "apply", "policy", "--file", &file, "--queue", "--json"],
    ] {
        let said = fleet.qd(args);
        assert!([0, 6].contains(&said.code), "{args:?}: {said:?}");
        shows_none(&planted, args, &said);
    }
    let mut marks = 0;
    for read in reads(&leaks, &write) {
        for form in [None, Some("--json"), Some("--ndjson")] {
            let args: Vec<&str> = read.iter().map(String::as_str).chain(form).collect();
            let said = fleet.qd(&args);
            shows_none(&planted, &args, &said);
            marks += said.out.matches("‹masked: ").count();
        }
    }
    let found = fleet.qd(&["search", &planted.password, "--json"]);
    shows_none(&planted, &["search", "the password"], &found);
    assert!(found.out.matches("‹masked: ").count() > 1, "{found:?}");
    assert!(marks > 100, "{marks} marks: was anything planted?");
    let log = std::fs::read_to_string(fleet.home().join("log/qd.log")).expect("a log");
    shows_none(&planted, &["the log"], &Said { code: 0, out: log, err: String::new() });
}

/// Turen's policy as it is shown.
fn policy(fleet: &Fleet, more: &[&str]) -> Value {
    let said = fleet.qd(&[&["policies", "show", "policy", "--json"], more].concat());
    assert_eq!(said.code, 0, "{said:?}");
    said.json()
}

#[test]
fn who_asks_sees_it_and_stands_in_the_audit_log() {
    let planted = Planted::new();
    let (fleet, leaks) = leaking(&planted);
    let agent = format!("turen/{}", leaks[0].2);
    let question = format!("SELECT doc FROM agents WHERE doc LIKE '%{}%'", planted.token);
    let asked: [(&[&str], &str); 7] = [
        (&["search", "leaky", "--reveal", "--json"], "search"),
        (&["agents", "show", &agent, "--reveal"], "agents show"),
        (&["agents", "show", &agent, "--reveal", "--json"], "agents show"),
        (&["agents", "list", "--limit", "0", "--reveal", "--json"], "agents list"),
        (&["sql", &question, "--reveal"], "sql"),
        (&["sql", &question, "--reveal", "--ndjson"], "sql"),
        (&["audit", "export", "--reveal"], "audit export"),
    ];
    for (at, (args, command)) in asked.iter().enumerate() {
        let said = fleet.qd(args);
        assert_eq!(said.code, 0, "{args:?}: {said:?}");
        if *command != "audit export" {
            assert!(
                said.out.contains(&planted.token) && said.out.contains(&planted.password),
                "{args:?}: {}",
                said.out
            );
        }
        let lines = fleet.qd(&["audit", "list", "--limit", "0", "--json"]).json();
        let lines = lines["items"].as_array().expect("lines").clone();
        let reveals: Vec<&Value> = lines.iter().filter(|line| line["what"] == "reveal").collect();
        assert_eq!(reveals.len(), at + 1, "{args:?}");
        let last = reveals[at];
        assert_eq!(last["detail"]["command"], *command);
        assert!(last["by"]["user"].is_string(), "{last}");
    }
    assert_eq!(fleet.qd(&["audit", "verify"]).code, 0);
    // The log itself holds none of it: not even the question that named one.
    let log = fleet.qd(&["audit", "export", "--reveal"]);
    shows_none(&planted, &["audit", "export", "--reveal"], &log);
    assert!(log.out.contains("‹masked: github-pat›"), "{log:?}");
}

#[test]
fn nothing_is_revealed_where_it_cannot_be_written_down() {
    let planted = Planted::new();
    let (fleet, leaks) = leaking(&planted);
    let agent = format!("turen/{}", leaks[0].2);
    let ask: [&[&str]; 4] = [
        &["agents", "show", &agent, "--reveal"],
        &["agents", "list", "--reveal", "--json"],
        &["sql", "SELECT doc FROM agents", "--reveal"],
        &["audit", "export", "--reveal"],
    ];
    assert_eq!(fleet.qd(ask[0]).code, 0);
    // Made by a program that is newer than this one: it is refused, never written to.
    let db = rusqlite::Connection::open(fleet.home().join("outbox.db")).expect("the outbox");
    db.pragma_update(None, "user_version", 9_999).expect("updated");
    drop(db);
    for args in ask {
        let said = fleet.qd(args);
        assert_ne!(said.code, 0, "{args:?}");
        assert_eq!(said.out, "", "{args:?}");
        shows_none(&planted, args, &said);
    }
}

#[test]
fn a_mark_is_never_sent_and_what_it_hides_survives_an_edit() {
    let planted = Planted::new();
    let fleet = Fleet::new(Options::default(), &["turen"]);
    let mut rules = fleet.sim.truth("turen", "policy").remove(0)["rules"].clone();
    let registry = format!("https://ci:{}@npm.internal.chandlery.example", planted.password);
    rules["exempt_registries"] = json!([registry]);
    assert!(fleet.sim.edit("turen", "policy", "policy", &json!({"rules": rules}), true));
    assert_eq!(fleet.qd(&["sync"]).code, 0);
    let apply = |doc: &Value, more: &[&str]| {
        let path = fleet.home().join("edited.json");
        std::fs::write(&path, json!({"rules": doc}).to_string()).expect("written");
        let path = path.display().to_string();
        fleet.qd(&[&["policies", "apply", "policy", "--file", &path], more].concat())
    };
    // What was shown masked, sent back as it was shown.
    let mut shown = policy(&fleet, &[])["doc"]["rules"].clone();
    assert!(shown.to_string().contains("‹masked: url-password›"), "{shown}");
    shown["min_scorecard"] = json!(4.5);
    let refused = apply(&shown, &["--queue"]);
    assert_eq!(refused.code, 2, "{refused:?}");
    assert!(refused.err.contains("a secret is hidden here"), "{refused:?}");
    let said = fleet.qd(&["outbox", "list", "--all", "--json"]);
    assert_eq!(said.json()["items"], json!([]), "nothing of it was kept");

    let mut real = policy(&fleet, &["--reveal"])["doc"]["rules"].clone();
    real["min_scorecard"] = json!(4.5);
    let sent = apply(&real, &["--json"]);
    assert_eq!(sent.code, 0, "{sent:?}");
    shows_none(&planted, &["policies", "apply"], &sent);
    let rules = fleet.sim.truth("turen", "policy").remove(0)["rules"].clone();
    assert_eq!((&rules["min_scorecard"], &rules["exempt_registries"]), (&json!(4.5), &json!([registry])));
}

#[test]
fn the_simulated_platforms_hold_nothing_that_is_taken_for_a_secret() {
    let fleet = Fleet::new(Options::default(), &ENDPOINTS);
    assert_eq!(fleet.qd(&["sync"]).code, 0);
    let all = "SELECT * FROM records ORDER BY connection, collection, id";
    let (masked, revealed) = (fleet.qd(&["sql", all, "--ndjson"]), fleet.qd(&["sql", all, "--ndjson", "--reveal"]));
    assert!(revealed.out.lines().count() > 100, "{revealed:?}");
    for (masked, revealed) in masked.out.lines().zip(revealed.out.lines()) {
        assert_eq!(masked, revealed);
    }
    let turen = fleet.sim.endpoint("turen").expect("an endpoint");
    let mut read = 0;
    for session in fleet.sim.truth("turen", "sessions") {
        let path = format!("/sessions/{}/content", said(&session["id"]).expect("an id"));
        let body = get(&turen.url, &path, turen.key.as_deref().expect("a key"));
        let found: Vec<&str> = secrets::find(&body).into_iter().map(|found| &body[found.range]).collect();
        assert!(found.is_empty(), "{path}: {found:?}");
        read += body.len();
    }
    assert!(read > 100_000, "{read} bytes of transcripts");
}

/// The body of a reply, as it comes.
fn get(url: &str, path: &str, key: &str) -> String {
    let rest = url.strip_prefix("http://").expect("plain http");
    let (host, base) = rest.split_once('/').unwrap_or((rest, ""));
    let mut stream = TcpStream::connect(host).expect("a server");
    let base = base.trim_end_matches('/');
    let slash = if base.is_empty() { "" } else { "/" };
    write!(stream, "GET {slash}{base}{path} HTTP/1.0\r\nHost: {host}\r\nX-API-Key: {key}\r\nConnection: close\r\n\r\n")
        .expect("asked");
    let mut reply = Vec::new();
    stream.read_to_end(&mut reply).expect("answered");
    let reply = String::from_utf8(reply).expect("text");
    let (head, body) = reply.split_once("\r\n\r\n").expect("a head");
    assert!(head.starts_with("HTTP/1.") && head.contains(" 200 "), "{head}");
    body.to_owned()
}
