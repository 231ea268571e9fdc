//! Contents over real sockets, from servers that keep to the platforms' pages in other ways than ours does, and from some that do not:
//! what there is to be had is held, and what may be missing is said.

use serde_json::{Value, json};

use super::*;
use crate::model::{Content, ContentKeep, ContentPolicy, ContentState, Kind};
use crate::platform::server::{Act, Request, Server, ok, reply, status};
use crate::platform::{Client, ClientOptions, ConnectSpec, Registry, Secret};

fn client(server: &Server, platform: &str) -> Client {
    let registry = Registry::builtin();
    let manifest = registry.get(platform).expect("a built-in platform");
    let options = ClientOptions {
        tries: 2,
        backoff: Duration::from_millis(2),
        backoff_max: Duration::from_millis(4),
        ..ClientOptions::default()
    };
    let url = format!("http://{}/api/v1", server.address).parse().expect("a URL");
    let secret = Secret::new(if platform == "turen" { "sk_live_test" } else { "ra_ws_test" });
    Client::new(manifest, ConnectSpec { name: "wire".to_owned(), url, user: None, secret }, options).expect("a client")
}

/// Every content of such a platform, by the id of its record: how it stands, and what is held of it.
async fn held(platform: &str, kind: Kind, answer: Box<dyn Fn(&Request) -> Act + Send>) -> Held {
    let server = Server::start(move |request, _| answer(request)).await;
    let mut bench = Bench::new();
    bench.options.content = ContentOptions { policy: ContentPolicy::All, budget: u64::MAX, keep: ContentKeep::Forever };
    let client = client(&server, platform);
    sync(&bench.mirror, std::slice::from_ref(&client), &bench.options, &|_| {}).await.expect("the mirror works");
    let reader = bench.mirror.reader().expect("a reader");
    let scope = Scope { kinds: vec![kind], ..Scope::default() };
    let rows = reader.window(&Query { limit: 1_000, ..Query::newest(scope) }).expect("a window").rows;
    let of = |key| {
        let info = reader.content_state(key).expect("readable").expect("the record");
        (info.state, reader.content(key).expect("readable"))
    };
    rows.into_iter().map(|row| (row.id, of(row.key))).collect()
}

type Held = BTreeMap<String, (ContentState, Option<Content>)>;

/// A parameter of a query.
fn number(request: &Request, name: &str) -> Option<usize> {
    let query = request.target.split_once('?')?.1;
    query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('=')?.parse().ok())
}

fn event(run: &str, seq: usize) -> Value {
    json!({"event_id": format!("{run}-{seq}"), "run_id": run, "seq": seq, "type": "AGENT_MESSAGE", "data": {"message": "said"}})
}

/// How a server shows the events of a run: those from `first` to `last`, and what is asked.
type Manner = fn(&str, &Request) -> Value;

fn events(run: &str, numbers: impl IntoIterator<Item = usize>) -> Vec<Value> {
    numbers.into_iter().map(|seq| event(run, seq)).collect()
}

/// 250 events after the number that is asked with.
fn after(run: &str, request: &Request) -> Vec<Value> {
    events(run, number(request, "after_seq").unwrap_or(0) + 1..=250)
}

fn first(mut rows: Vec<Value>, most: usize) -> Vec<Value> {
    rows.truncate(most);
    rows
}

/// Name, manner, events that are to be held of 250, and whether they may be a part.
const MANNERS: &[(&str, Manner, usize, bool)] = &[
    ("whole", |run, ask| after(run, ask).into(), 250, false),
    ("cuts", |run, ask| first(after(run, ask), 100).into(), 250, false),
    (
        "says-more",
        |run, ask| json!({"events": first(after(run, ask), 100), "has_more": after(run, ask).len() > 100}),
        250,
        false,
    ),
    ("says-total", |run, ask| json!({"events": first(after(run, ask), 100), "total": 250}), 250, false),
    (
        "by-offset",
        |run, ask| {
            let from = number(ask, "offset").unwrap_or(0);
            json!({"events": events(run, from + 1..=(from + 100).min(250)), "total": 250, "limit": 100, "offset": from})
        },
        250,
        false,
    ),
    (
        "shows-the-last",
        |run, ask| match number(ask, "after_seq") {
            Some(_) => first(after(run, ask), 100).into(),
            None => events(run, 151..=250).into(),
        },
        250,
        false,
    ),
    ("only-the-last", |run, _| events(run, 151..=250).into(), 100, true),
    ("ignores", |run, _| events(run, 1..=250).into(), 250, true),
    ("ignores-and-ends", |run, _| json!({"events": events(run, 1..=250), "has_more": false}), 250, false),
    ("ignores-odd", |run, _| events(run, 1..=237).into(), 237, false),
    ("ignores-and-cuts", |run, _| events(run, 1..=100).into(), 100, true),
    ("ignores-and-says-so", |run, _| json!({"events": events(run, 1..=100), "has_more": true}), 100, true),
    ("announces", |run, _| json!({"events": events(run, 1..=90), "total": 250}), 90, true),
    ("twice", |run, ask| [after(run, ask), after(run, ask)].concat().into(), 250, false),
    ("backwards", |run, ask| after(run, ask).into_iter().rev().collect::<Vec<_>>().into(), 250, false),
    (
        "in-text",
        |run, ask| {
            first(after(run, ask), 100)
                .into_iter()
                .map(|event| json!({"event_id": event["event_id"], "seq": event["seq"].to_string(), "type": "X"}))
                .collect::<Vec<_>>()
                .into()
        },
        250,
        false,
    ),
    (
        "inclusive",
        |run, ask| {
            let from = number(ask, "after_seq").unwrap_or(1);
            events(run, from..=(from + 99).min(250)).into()
        },
        250,
        false,
    ),
];

#[tokio::test]
async fn the_events_of_a_run_are_all_held_or_known_to_be_a_part_however_a_server_shows_them() {
    let answer = |request: &Request| {
        let path = request.path().strip_prefix("/api/v1").unwrap_or_default().to_owned();
        let row = |name: &str| json!({"id": name, "agent_id": "a", "status": "COMPLETED", "updated_at": "2026-01-01T00:00:00Z"});
        match path.strip_prefix("/runs/").and_then(|rest| rest.strip_suffix("/events")) {
            Some(run) => match MANNERS.iter().find(|(name, ..)| *name == run) {
                Some((_, manner, ..)) => ok(&manner(run, request).to_string()),
                None => status(404, r#"{"error":"no such run"}"#),
            },
            None if path == "/runs" && request.target.contains("COMPLETED") => {
                ok(&Value::from(MANNERS.iter().map(|(name, ..)| row(name)).collect::<Vec<_>>()).to_string())
            }
            None if path == "/runs" => ok("[]"),
            None => status(404, r#"{"error":"not here"}"#),
        }
    };
    let held = held("runagents", Kind::Run, Box::new(answer)).await;
    let found: Vec<(&str, usize, bool)> = MANNERS
        .iter()
        .map(|(name, ..)| match &held[*name] {
            (_, Some(content)) => (*name, content.count as usize, content.partial),
            (state, None) => panic!("{name}: {state:?}"),
        })
        .collect();
    let expected: Vec<(&str, usize, bool)> =
        MANNERS.iter().map(|(name, _, count, partial)| (*name, *count, *partial)).collect();
    assert_eq!(found, expected);
    let (_, backwards) = &held["backwards"];
    let messages: Vec<Value> = serde_json::from_str(&backwards.as_ref().expect("held").messages).expect("an array");
    assert!(messages.iter().map(|one| one["seq"].as_u64()).eq((1..=250).map(Some)), "in their order");
}

/// A session by its name, what its content is answered with, and how many messages are to be held; `None`: it has none, or none
/// could be had. The last says that it may be a part.
type Session = (&'static str, fn(&Request) -> Act, Option<u64>, bool);

const THREE: &str = r#"[{"type":"user","content":"a"},{"type":"assistant","content":"b"},{"type":"x"}]"#;

fn wrapped(around: &str) -> Act {
    ok(&around.replace('#', THREE))
}

const SESSIONS: &[Session] = &[
    ("whole", |_| wrapped(r##"{"session_id":"s","message_count":3,"messages":#}"##), Some(3), false),
    ("bare", |_| wrapped("#"), Some(3), false),
    ("data", |_| wrapped(r##"{"data":{"messages":#}}"##), Some(3), false),
    ("other-name", |_| wrapped(r##"{"session":{"id":1},"entries":#}"##), Some(3), false),
    ("in-text", |_| ok(&json!({"messages": THREE}).to_string()), Some(3), false),
    ("lines", |_| ok("{\"type\":\"user\"}\n{\"type\":\"assistant\"}\n"), Some(2), false),
    ("marked", |_| wrapped("\u{feff}{\"messages\":#}"), Some(3), false),
    ("as-text", |_| Act::Send(reply(200, &["Content-Type: text/plain"], &THREE.replace('a', "é"))), Some(3), false),
    ("fewer", |_| wrapped(r##"{"message_count":30,"messages":#}"##), Some(3), true),
    ("more", |_| wrapped(r##"{"message_count":2,"messages":#}"##), Some(3), false),
    ("circles", |_| wrapped(r##"{"messages":#,"next_cursor":"abc"}"##), Some(3), true),
    ("endless-word", |_| wrapped(r##"{"messages":#,"has_more":true}"##), Some(3), true),
    (
        "pages",
        |ask| {
            let from = number(ask, "offset").unwrap_or(0);
            let shown: Vec<usize> = (from..250.min(from + 100)).collect();
            ok(&json!({"messages": shown, "pagination": {"limit": 100, "offset": from, "total": 250}}).to_string())
        },
        Some(250),
        false,
    ),
    (
        "cut-in-the-middle",
        |ask| match number(ask, "offset") {
            None => ok(&json!({"messages": [1, 2], "pagination": {"offset": 0, "limit": 2, "total": 4}}).to_string()),
            Some(_) => status(500, ""),
        },
        None,
        false,
    ),
    ("nothing", |_| Act::Send(b"HTTP/1.1 204 No Content\r\n\r\n".to_vec()), None, false),
    ("unasked-304", |_| Act::Send(b"HTTP/1.1 304 Not Modified\r\n\r\n".to_vec()), None, false),
    ("gone", |_| status(410, r#"{"error":"expired"}"#), None, false),
    ("missing", |_| status(404, r#"{"error":"no content"}"#), None, false),
    ("forbidden", |_| status(403, r#"{"error":"not yours"}"#), None, false),
    ("web-page", |_| Act::Send(reply(200, &["Content-Type: text/html"], "<html>sign in</html>")), None, false),
    (
        "truncated",
        |_| Act::SendClose(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{\"messages\":[{\"a\":1}".to_vec()),
        None,
        false,
    ),
    ("cut-off", |_| ok(r#"{"messages":[{"a":1},{"b""#), None, false),
    ("odd-ones", |_| ok(r#"{"messages":[null,1,"text",["x"],{},{"content":null}]}"#), Some(6), false),
    ("empty", |_| ok(r#"{"messages":[]}"#), Some(0), false),
    ("null", |_| ok(r#"{"session_id":"s","messages":null}"#), Some(0), false),
    ("last", |_| wrapped("#"), Some(3), false),
];

#[tokio::test]
async fn a_session_is_held_however_its_content_is_wrapped_and_one_that_is_broken_costs_no_other() {
    let answer = |request: &Request| {
        let path = request.path().strip_prefix("/api/v1").unwrap_or_default().to_owned();
        let content = path.strip_prefix("/sessions/").and_then(|rest| rest.strip_suffix("/content"));
        match content.and_then(|name| SESSIONS.iter().find(|(known, ..)| *known == name)) {
            Some((_, answer, ..)) => answer(request),
            None if path == "/sessions" => {
                let rows: Vec<Value> = SESSIONS
                    .iter()
                    .enumerate()
                    .map(|(n, (name, ..))| json!({"id": name, "modified_at": format!("2026-01-01T00:{:02}:00Z", 59 - n)}))
                    .collect();
                let total = rows.len();
                ok(&json!({"sessions": rows, "pagination": {"limit": 100, "offset": 0, "total": total, "has_more": false}})
                    .to_string())
            }
            None => status(404, r#"{"error":"not here"}"#),
        }
    };
    let held = held("turen", Kind::Session, Box::new(answer)).await;
    let is = |name: &str| held[name].1.as_ref().map(|content| (content.count, content.partial));
    let found: Vec<_> = SESSIONS.iter().map(|(name, ..)| (*name, is(name))).collect();
    let expected: Vec<_> =
        SESSIONS.iter().map(|(name, _, count, partial)| (*name, count.map(|count| (count, *partial)))).collect();
    assert_eq!(found, expected);
    for (name, state) in [
        ("gone", ContentState::Absent),
        ("missing", ContentState::Absent),
        ("nothing", ContentState::Absent),
        ("cut-off", ContentState::Missing),
    ] {
        assert_eq!(held[name].0, state, "{name}");
    }
}
