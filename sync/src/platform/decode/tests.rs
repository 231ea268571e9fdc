use std::sync::{Arc, LazyLock};

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::model::JoinKey;
use crate::platform::{Manifest, Registry};

pub static PLATFORMS: LazyLock<Registry> = LazyLock::new(Registry::builtin);

fn manifest(platform: &str) -> Arc<Manifest> {
    PLATFORMS.get(platform).unwrap()
}

fn decoder(platform: &str, collection: &str) -> Decoder {
    Decoder::new(&manifest(platform).collections[collection])
}

pub fn ask(at: At) -> PageAsk {
    PageAsk { collection: String::new(), partition: None, at, size: None, since: None, etag: None, last_modified: None }
}

fn page(platform: &str, collection: &str, body: &str) -> Page {
    decoder(platform, collection).page(&ask(At::Start), body.as_bytes()).unwrap()
}

fn ids(page: &Page) -> Vec<&str> {
    page.rows.iter().map(|row| row.id.as_str()).collect()
}

const SESSION: &str = r#"{
      "id": 123, "session_id": "sess_abc123", "client_id": "a1b2", "project_path": "/Users/john/project",
      "first_prompt": "Help me \"refactor\" caf\u00e9", "created_at": "2026-02-17T09:00:00Z",
      "modified_at": "2026-02-17T09:45:00Z", "size_bytes": 45200, "future": [1.0e2, {"deep": null}] }"#;

#[test]
fn a_session_arrives_with_its_columns_and_its_text_untouched() {
    let body = format!(
        r#"{{"sessions": [{SESSION}], "pagination": {{"limit": 20, "offset": 0, "total": 847, "has_more": true}}}}"#
    );
    let page = page("turen", "sessions", &body);
    let row = &page.rows[0];
    assert_eq!(row.id, "123");
    assert_eq!(row.doc, SESSION);
    assert_eq!(row.columns.title.as_deref(), Some("Help me \"refactor\" café"));
    assert_eq!(row.columns.agent.as_deref(), Some("a1b2"));
    assert_eq!(row.columns.project.as_deref(), Some("/Users/john/project"));
    assert_eq!(row.columns.updated_at.unwrap().to_string(), "2026-02-17T09:45:00Z");
    assert_eq!(page.order_by, [Some("2026-02-17T09:45:00Z".to_owned())]);
    assert_eq!(
        (page.style, page.total, page.has_more, page.limit, page.offset, page.asked),
        (Style::Offset, Some(847), Some(true), Some(20), Some(0), Some(100))
    );
}

/// Shapes of one list: (manifest's collection, reply, ids, style, total, has_more, next cursor).
type Shape = (
    &'static str,
    &'static str,
    &'static str,
    &'static [&'static str],
    Style,
    Option<u64>,
    Option<bool>,
    Option<&'static str>,
);

#[test]
fn rows_and_paging_are_believed_from_the_reply() {
    let shapes: &[Shape] = &[
        (
            "turen",
            "agents",
            r#"{"agents":[{"id":"a"}],"pagination":{"limit":50,"offset":0,"total":1,"has_more":false}}"#,
            &["a"],
            Style::Offset,
            Some(1),
            Some(false),
            None,
        ),
        (
            "turen",
            "agents",
            r#"{"data":[{"id":"a"}],"pagination":{"limit":"50","offset":"0","total":"2","has_more":"true"}}"#,
            &["a"],
            Style::Offset,
            Some(2),
            Some(true),
            None,
        ),
        ("turen", "agents", r#"[{"id":"a"},{"id":"b"}]"#, &["a", "b"], Style::Offset, None, None, None),
        (
            "turen",
            "agents",
            r#"{"registered_agents":[{"id":"a"}],"total":1.0,"limit":50,"offset":0}"#,
            &["a"],
            Style::Offset,
            Some(1),
            None,
            None,
        ),
        (
            "turen",
            "agents",
            r#"{"agents":null,"pagination":{"limit":50,"offset":0,"total":0,"has_more":false}}"#,
            &[],
            Style::Offset,
            Some(0),
            Some(false),
            None,
        ),
        ("turen", "agents", r#"{"data":null,"agents":[{"id":"a"}]}"#, &["a"], Style::Offset, None, None, None),
        (
            "exo",
            "agents",
            r#"{"success":true,"data":{"data":[{"id":"a"}],"pagination":{"next_cursor":"c2","has_more":true,"total":42}}}"#,
            &["a"],
            Style::Cursor,
            Some(42),
            Some(true),
            Some("c2"),
        ),
        (
            "exo",
            "agents",
            r#"{"data":{"items":[{"id":"a"}],"total":42,"next_cursor":"c2"},"took":{"total":7}}"#,
            &["a"],
            Style::Cursor,
            Some(42),
            None,
            Some("c2"),
        ),
        (
            "turen",
            "agents",
            r#"{"agents":[{"id":"a"}],"team":{"members":[1,2],"total":9,"has_more":true},"errors":[]}"#,
            &["a"],
            Style::Offset,
            None,
            None,
            None,
        ),
        ("turen", "agents", r#"{"agents":[],"errors":[ ],"error":null}"#, &[], Style::Offset, None, None, None),
        (
            "turen",
            "agents",
            r#"{"data":[{"id":"a"}],"pagination":{"nextCursor":"zz","hasMore":true,"totalCount":9}}"#,
            &["a"],
            Style::Cursor,
            Some(9),
            Some(true),
            Some("zz"),
        ),
        (
            "exo",
            "agents",
            r#"{"data":[{"id":"a"}],"pagination":{"next_cursor":"c2","has_more":true,"total":42}}"#,
            &["a"],
            Style::Cursor,
            Some(42),
            Some(true),
            Some("c2"),
        ),
        (
            "exo",
            "agents",
            r#"{"data":[{"id":"a"}],"pagination":{"next_cursor":null,"has_more":false,"total":42}}"#,
            &["a"],
            Style::Cursor,
            Some(42),
            Some(false),
            None,
        ),
        ("exo", "agents", r#"[{"id":"a"}]"#, &["a"], Style::Whole, None, None, None),
        (
            "exo",
            "runs",
            r#"{"runs":[{"id":"r"}],"total":7,"limit":100,"offset":0}"#,
            &["r"],
            Style::Offset,
            Some(7),
            None,
            None,
        ),
        (
            "exo",
            "runs",
            r#"{"data":[{"id":"r"}],"pagination":{"next_cursor":"n","has_more":true,"total":7}}"#,
            &["r"],
            Style::Cursor,
            Some(7),
            Some(true),
            Some("n"),
        ),
        ("exo", "tools", r#"[{"id":"builtin:web"}]"#, &["builtin:web"], Style::Whole, None, None, None),
        (
            "exo",
            "tools",
            r#"{"data":[{"id":"t"}],"pagination":{"next_cursor":"n","has_more":true,"total":7}}"#,
            &["t"],
            Style::Cursor,
            Some(7),
            Some(true),
            Some("n"),
        ),
        ("runagents", "approvals", r#"[{"id":"q"}]"#, &["q"], Style::Whole, None, None, None),
        (
            "runagents",
            "approvals",
            r#"{"requests":[{"id":"q"}],"has_more":true,"total":3}"#,
            &["q"],
            Style::Offset,
            Some(3),
            Some(true),
            None,
        ),
        (
            "runagents",
            "approvals",
            r#"{"items":[{"id":"q"}],"next":"https://x/requests?cursor=abc%3D&limit=1"}"#,
            &["q"],
            Style::Cursor,
            None,
            Some(true),
            Some("abc="),
        ),
        (
            "runagents",
            "approvals",
            r#"{"items":[{"id":"q"}],"next":null}"#,
            &["q"],
            Style::Whole,
            None,
            Some(false),
            None,
        ),
        ("runagents", "approvals", r#"{"result":{"entries":[{"id":"q"}]}}"#, &["q"], Style::Whole, None, None, None),
        (
            "runagents",
            "catalog",
            r#"{"items":[{"id":"c"}],"page":1,"page_size":1,"total_pages":2,"total":2}"#,
            &["c"],
            Style::Page,
            Some(2),
            Some(true),
            None,
        ),
        (
            "runagents",
            "approvals",
            r#"{"entries":[{"id":"q"}],"filters":{"tags":[]}}"#,
            &["q"],
            Style::Whole,
            None,
            None,
            None,
        ),
        ("runagents", "catalog", r#"[{"id":"c"}]"#, &["c"], Style::Page, None, None, None),
        (
            "turen",
            "session-calendar",
            r#"{"days":[{"date":"2026-02-01","count":12}],"total_count":40}"#,
            &["2026-02-01"],
            Style::Whole,
            None,
            None,
            None,
        ),
    ];
    for (platform, collection, body, rows, style, total, has_more, next) in shapes {
        let page = page(platform, collection, body);
        assert_eq!(ids(&page), *rows, "{body}");
        assert_eq!(page.style, *style, "{body}");
        assert_eq!((page.total, page.has_more), (*total, *has_more), "{body}");
        assert_eq!(page.next_cursor.as_deref(), *next, "{body}");
        assert!(page.bad.is_empty(), "{body}");
    }
}

#[test]
fn a_bare_null_is_a_list_that_holds_nothing() {
    let page = page("runagents", "runs", " null\n");
    assert_eq!((page.rows.len(), page.bad.len(), page.carried), (0, 0, 0));
    assert_eq!(page.style, Style::Whole);
}

#[test]
fn what_is_no_list_is_refused_with_what_it_is() {
    for (body, says) in [
        ("", "an empty reply"),
        (" \r\n\t", "an empty reply"),
        ("<!DOCTYPE html><html><body>Sign in</body></html>", "HTML or XML in place of JSON"),
        ("nul", "JSON that is cut off after 3 bytes"),
        ("null null", "not JSON from byte 5 on"),
        ("\"ok\"", "a string in place of a list"),
        ("12", "a number in place of a list"),
        ("true", "true or false in place of a list"),
        ("OK", "not JSON from byte 0 on"),
        ("[{\"id\":\"a\"},{\"id\":", "JSON that is cut off after 18 bytes"),
        ("{\"agents\":[{\"id\":\"a\"}", "JSON that is cut off after 21 bytes"),
        ("{\"agents\":[{\"id\":\"a\"}],\"pagination\":{\"total\":1", "JSON that is cut off after 46 bytes"),
        ("{\"agents\":[{\"id\":\"a\\", "JSON that is cut off after 20 bytes"),
        ("{\"agents\":[{\"id\":\"a\"}]} trailing", "not JSON from byte 24 on"),
        ("[{\"id\":\"a\"}]]", "not JSON from byte 12 on"),
        ("[{\"id\":\"a\"},]", "not JSON from byte 12 on"),
        ("[{\"id\":\"a\"} {\"id\":\"b\"}]", "not JSON from byte 12 on"),
        ("{\"status\":\"ok\",\"version\":3}", "an object without a list of rows (its keys: status, version)"),
        ("{\"a\":[],\"b\":[]}", "several lists, none of them known (keys: a, b)"),
        ("{\"error\":\"no such tenant\",\"details\":[]}", "an error in place of a list"),
        ("{\"error\":{\"code\":\"x\"},\"trace\":[]}", "an error in place of a list"),
        ("{\"errors\":[{\"message\":\"x\"}]}", "an error in place of a list"),
        ("{\"meta\":{\"warnings\":[]}}", "an object without a list of rows (its keys: meta)"),
    ] {
        let reply = decoder("turen", "agents").page(&ask(At::Start), body.as_bytes());
        assert_eq!(reply.unwrap_err(), says, "{body}");
    }
}

#[test]
fn a_number_no_list_can_hold_is_no_count() {
    for number in ["18446744073709551615", "18446744073709551616", "9223372036854775807", "1e19", "-1"] {
        let body = format!(r#"{{"agents":[{{"id":"a"}}],"total":{number},"limit":{number},"offset":{number}}}"#);
        let page = page("turen", "agents", &body);
        assert_eq!((page.total, page.limit, page.offset), (None, None, None), "{number}");
    }
}

#[test]
fn what_could_not_be_sent_back_is_not_kept() {
    let body = format!(r#"{{"agents":[{{"id":"a"}}],"next_cursor":"{}"}}"#, "c".repeat(9_000));
    let reply = decoder("turen", "agents").page(&ask(At::Start), body.as_bytes());
    assert_eq!(reply.unwrap_err(), "a cursor of 9000 bytes, which no URL can carry");
    let body = format!(r#"{{"sessions":[{{"id":"s","modified_at":"{}"}}]}}"#, "9".repeat(9_000));
    assert_eq!(page("turen", "sessions", &body).order_by, [None]);
}

#[test]
fn a_reply_of_countless_rows_is_not_taken() {
    for row in ["1,", "{},", "{\"id\":1},"] {
        let body = format!("[{}1]", row.repeat(500_000));
        let reply = decoder("turen", "agents").page(&ask(At::Start), body.as_bytes());
        assert_eq!(reply.unwrap_err(), "more than 500000 rows in one reply");
    }
}

#[test]
fn a_bad_row_costs_no_other() {
    let deep = format!("{{\"id\":\"deep\",\"x\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
    let deep_array = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let long_id = format!(r#"{{"id":"{}"}}"#, "x".repeat(2_000));
    for (row, reason) in [
        ("{}", "no id at /id"),
        (r#"{"id":null}"#, "the id at /id is null"),
        (r#"{"id":""}"#, "the id at /id is empty"),
        (r#"{"id":"  "}"#, "the id at /id is empty"),
        (r#"{"id":{"a":1}}"#, "the id at /id is neither a string nor a number"),
        (r#"{"id":[1]}"#, "the id at /id is neither a string nor a number"),
        ("null", "null where a record should be"),
        ("\"a string\"", "a string where a record should be"),
        ("[1,2]", "an array where a record should be"),
        ("7", "a number where a record should be"),
        (deep_array.as_str(), "an array where a record should be"),
        (long_id.as_str(), "an id of 2000 bytes is too long"),
        (r#"{"id":"x","n":01}"#, "not valid JSON"),
        (r#"{"id":"x","n":tru}"#, "not valid JSON"),
        (r#"{"id":"x","n":"\q"}"#, "not valid JSON"),
        (r#"{"id":"x" "n":1}"#, "not valid JSON"),
        (deep.as_str(), "nested deeper than 100 levels"),
    ] {
        for body in [
            format!(r#"{{"agents":[{{"id":"a"}},{row},{{"id":"b"}}],"total":3}}"#),
            format!(r#"[{{"id":"a"}},{row},{{"id":"b"}}]"#),
        ] {
            let page = page("turen", "agents", &body);
            assert_eq!(ids(&page), ["a", "b"], "{reason}");
            let bad: Vec<_> = page.bad.iter().map(|bad| (bad.place, bad.reason.as_str())).collect();
            assert_eq!(bad, [(1, reason)]);
            let told = row.contains("\"id\":\"x\"").then_some("x").or(row.contains("deep").then_some("deep"));
            assert_eq!(page.bad[0].id.as_deref(), told, "{reason}");
            assert_eq!(page.carried, 3);
        }
    }
}

#[test]
fn every_document_parses_whatever_was_sent() {
    for (sent, kept) in [
        (r#"{"id":"a","n":NaN,"m":-Infinity}"#, r#"{"id":"a","n":null,"m":null}"#),
        (r#"{"id":"a","s":"x\ud800y\udc00"}"#, r#"{"id":"a","s":"x\ufffdy\ufffd"}"#),
        (r#"{"id":"a","s":"\ud83d\ude00 \u0000"}"#, r#"{"id":"a","s":"\ud83d\ude00 \u0000"}"#),
        ("{\"id\":\"a\",\"s\":\"l1\nl2\t\u{1b}[2J\"}", r#"{"id":"a","s":"l1\u000al2\u0009\u001b[2J"}"#),
        (r#"{"id":"a","\udfff":1}"#, r#"{"id":"a","\ufffd":1}"#),
        (r#"{"id":"a","n":1e999}"#, r#"{"id":"a","n":"1e999"}"#),
        (r#"{"id":"a","n":123456789012345678901234567890.10}"#, r#"{"id":"a","n":123456789012345678901234567890.10}"#),
        ("{ \"id\" : \"a\" ,\n\t\"x\" : [ ] }", "{ \"id\" : \"a\" ,\n\t\"x\" : [ ] }"),
    ] {
        let page = page("turen", "agents", &format!("[{sent}]"));
        assert_eq!(page.rows.len(), 1, "{sent}: {:?}", page.bad);
        assert_eq!(page.rows[0].doc, kept);
        serde_json::from_str::<Value>(&page.rows[0].doc).unwrap();
    }
}

#[test]
fn bytes_that_are_no_text_are_replaced_and_the_row_is_kept() {
    let mut body = b"\xef\xbb\xbf[{\"id\":\"a\",\"hostname\":\"".to_vec();
    body.extend(b"caf\xe9 \xff");
    body.extend(b"\"}]");
    let page = decoder("turen", "agents").page(&ask(At::Start), &body).unwrap();
    assert_eq!(page.rows[0].columns.title.as_deref(), Some("caf\u{fffd} \u{fffd}"));
    assert!(serde_json::from_str::<Value>(&page.rows[0].doc).is_ok());
}

#[test]
fn half_a_surrogate_pair_is_taken_leniently_as_a_column() {
    let page = page("turen", "agents", r#"[{"id":"a\ud83d","hostname":"\udead beef"}]"#);
    assert_eq!(page.rows[0].id, "a\u{fffd}");
    assert_eq!(page.rows[0].columns.title.as_deref(), Some("\u{fffd} beef"));
}

#[test]
fn a_row_sent_twice_on_one_page_is_one_row_and_the_later_counts() {
    let body = r#"[{"id":"a","status":"old"},{"id":"b"},{"id":"a","status":"new"}]"#;
    let page = page("turen", "agents", body);
    assert_eq!(ids(&page), ["b", "a"]);
    assert_eq!(page.rows[1].columns.status.as_deref(), Some("new"));
    assert_eq!(page.order_by.len(), 2);
    assert!(page.bad.is_empty());
}

#[test]
fn an_id_keeps_every_digit() {
    let page = page("turen", "sessions", r#"[{"id":18446744073709551617123},{"id":"7"}]"#);
    assert_eq!(ids(&page), ["18446744073709551617123", "7"]);
}

#[test]
fn an_id_of_two_values_tells_rows_apart_that_neither_does() {
    let body = r#"[{"model":"m","provider":"a"},{"model":"m","provider":"b"},{"model":"m"},{"provider":null}]"#;
    let page = page("runagents", "model-spend", body);
    assert_eq!(ids(&page), ["a/m", "b/m", "m"]);
    assert_eq!(page.bad[0].reason, "the id at /id or {/provider}/{/model} or /model or /provider is null");
}

#[test]
fn others_join_by_the_key_and_its_generation() {
    let page = page("turen", "agents", r#"[{"id":"x","client_id":"c1","generation":3},{"id":"y","client_id":"c1"}]"#);
    let join = |key: &str, rank| Some(JoinKey { key: key.to_owned(), rank });
    assert_eq!(page.rows[0].join, join("c1", 3));
    assert_eq!(page.rows[1].join, join("c1", 0));
    assert_eq!(super::tests::page("exo", "agents", r#"[{"id":"x"}]"#).rows[0].join, None);
}

#[test]
fn a_child_knows_its_parent_and_its_number_counts_within_it() {
    let decoder = decoder("runagents", "run-events");
    let mut ask = ask(At::Start);
    ask.partition = Some("run \"1\"".to_owned());
    let body = r#"[{"event_id":"e1","run_id":"r9","seq":1},{"id":7,"seq":2},{"seq":3},{}]"#;
    let page = decoder.page(&ask, body.as_bytes()).unwrap();
    assert_eq!(ids(&page), ["e1", "run \"1\"/7", "run \"1\"/3"]);
    assert_eq!(page.bad[0].reason, "no id at /event_id or /id or /seq");
    assert_eq!(page.rows[0].doc, r#"{"event_id":"e1","run_id":"r9","seq":1}"#);
    assert_eq!(page.rows[1].doc, r#"{"run_id":"run \"1\"","id":7,"seq":2}"#);
    assert_eq!(page.order_by[1].as_deref(), Some("2"));
    // The same child below another parent is another record.
    ask.partition = Some("run 2".to_owned());
    let other = decoder.page(&ask, body.as_bytes()).unwrap();
    assert_ne!(other.rows[1].hash, page.rows[1].hash);
}

#[test]
fn a_row_without_members_can_be_given_its_parent() {
    let plan = decoder("runagents", "run-events").plan;
    let mut reader = Reader::new(Scanner::new("{ }", 0), &plan);
    reader.row().unwrap();
    assert_eq!(reader.doc(0, Some("\"p\":1")), "{\"p\":1 }");
}

#[test]
fn one_path_serves_rules_to_some_and_fired_alerts_to_others() {
    let rules = r#"{"data":[{"id":"r1","name":"errors over 5 %","enabled":true}],"pagination":{"next_cursor":"n","has_more":true,"total":9}}"#;
    let fired = r#"[{"id":"f1","severity":"high","message":"it broke","acknowledged":false}]"#;
    let seen = page("exo", "alerts", rules);
    assert_eq!((seen.rows.len(), seen.bad.len(), seen.carried), (0, 0, 0));
    assert_eq!((seen.total, seen.has_more, seen.next_cursor), (Some(0), Some(false), None));
    let seen = page("exo", "alert-rules", rules);
    assert_eq!(ids(&seen), ["r1"]);
    assert_eq!(seen.rows[0].columns.status.as_deref(), Some("enabled"));
    assert!(page("exo", "alert-rules", fired).rows.is_empty());
    let seen = page("exo", "alerts", fired);
    assert_eq!(ids(&seen), ["f1"]);
    assert_eq!(seen.rows[0].columns.status.as_deref(), Some("open"));
}

#[test]
fn a_collection_of_one_record_takes_it_bare_or_wrapped() {
    for body in [
        r#"{"version":"v1.4.2","rules":{"min_scorecard":5},"name":"default"}"#,
        r#"{"policy":{"version":"v1.4.2","rules":{"min_scorecard":5},"name":"default"}}"#,
        r#"{"data":{"version":"v1.4.2","rules":{"min_scorecard":5},"name":"default"},"request_id":"r"}"#,
    ] {
        let page = page("turen", "policy", body);
        assert_eq!(ids(&page), ["policy"]);
        assert_eq!(page.rows[0].columns.status.as_deref(), Some("v1.4.2"), "{body}");
        assert_eq!((page.total, page.has_more), (Some(1), Some(false)));
    }
    let refused = decoder("turen", "policy").page(&ask(At::Start), b"[]");
    assert_eq!(refused.unwrap_err(), "an array in place of a record");
}

#[test]
fn a_single_record_is_found_bare_or_wrapped() {
    let decoder = decoder("turen", "agents");
    for body in [
        r#"{"id":"a","status":"active"}"#,
        r#"{"agent":{"id":"a","status":"active"}}"#,
        r#"{"data":{"id":"a","status":"active"},"meta":{}}"#,
    ] {
        let record = decoder.record(None, body.as_bytes()).map_err(|error| panic!("{body}: {error}")).unwrap();
        assert_eq!((record.id.as_str(), record.columns.status.as_deref()), ("a", Some("active")));
        assert_eq!(record.doc, r#"{"id":"a","status":"active"}"#);
    }
    for (body, says) in [("[]", "an array in place of a record"), ("{}", "no id at /id"), ("{", "JSON that is cut off")]
    {
        assert!(decoder.record(None, body.as_bytes()).unwrap_err().starts_with(says), "{body}");
    }
}

#[test]
fn secrets_never_leave_and_all_else_stays_to_the_byte() {
    let agent = r#"{"name":"a","spec":{"env":[{"name":"KEY","value":"hunter2"},{"name":"E","value":""},{"name":"N","value":null},{"name":"O","value":{"x":["hunter2"]}}],  "n": 1.50}}"#;
    let kept = r#"{"name":"a","spec":{"env":[{"name":"KEY","value":"‹masked›"},{"name":"E","value":""},{"name":"N","value":null},{"name":"O","value":"‹masked›"}],  "n": 1.50}}"#;
    let page = page("runagents", "agents", &format!("[{agent}]"));
    assert_eq!(page.rows[0].doc, kept);
    // A new secret is no news: nothing that we keep has changed.
    let rotated = super::tests::page("runagents", "agents", &format!("[{}]", agent.replace("hunter2", "hunter3")));
    assert_eq!(rotated.rows[0].hash, page.rows[0].hash);
}

#[test]
fn a_secret_under_an_escaped_key_is_still_a_secret() {
    let body = r#"[{"id":"c","h\u0065aders":{"Authorization":"Bearer hunter2","X-\u0041":"hunter2"},"name":"slack"}]"#;
    let page = page("runagents", "connectors", body);
    assert!(!page.rows[0].doc.contains("hunter2"), "{}", page.rows[0].doc);
    assert!(serde_json::from_str::<Value>(&page.rows[0].doc).is_ok());
}

#[test]
fn what_is_always_a_secret_needs_no_manifest() {
    let row = r#"{"id":"a","x":[{"Headers":{"AUTHORIZATION":"Bearer hunter2","Accept":"json"}}],"api_key_hash":"hunter2","env":[{"name":"K","value":"hunter2"}],"deep":{"env":[{"value":"hunter2"}]},"spec":{"env":{"STRIPE":"hunter2"}}}"#;
    let page = page("turen", "events", &format!("[{row}]"));
    assert!(!page.rows[0].doc.contains("hunter2"), "{}", page.rows[0].doc);
    // Names that only look like it, and schemas of what is secret, stay readable.
    let row = r#"{"id":"a","value":"v","env":"prod","tokens":5,"password":{"type":"string"},"environment":"prod","x":{"value":"v"}}"#;
    let page = super::tests::page("turen", "events", &format!("[{row}]"));
    assert_eq!(page.rows[0].doc, row);
}

#[test]
fn a_column_is_cut_and_the_document_is_not() {
    let long = "ü".repeat(2_000);
    let page = page("turen", "sessions", &format!(r#"[{{"id":1,"first_prompt":"{long}","project_path":"{long}"}}]"#));
    let row = &page.rows[0];
    assert_eq!(row.columns.title.as_ref().unwrap().chars().count(), 501);
    assert_eq!(row.columns.project, row.columns.title);
    assert!(row.doc.contains(&long));
}

#[test]
fn every_built_in_mask_hides_what_it_names() {
    for (manifest, _) in PLATFORMS.iter() {
        for collection in manifest.collections.values() {
            for pointer in &collection.mask {
                let mut row = json!("hunter2");
                for key in pointer.split('/').skip(1).collect::<Vec<_>>().into_iter().rev() {
                    row = json!({ if key == "*" { "any" } else { key }: row });
                }
                let names = collection.columns.id.iter().filter_map(|id| id.strip_prefix('/'));
                let members = names.filter(|key| !key.contains('/')).map(|key| (key.to_owned(), json!("x")));
                row.as_object_mut().unwrap().extend(members);
                let body = format!("[{row}]");
                let page = Decoder::new(collection).page(&ask(At::Start), body.as_bytes()).unwrap();
                assert!(!page.rows[0].doc.contains("hunter2"), "{} {} {pointer}", manifest.name, collection.name);
                assert!(page.rows[0].doc.contains(MASKED));
            }
        }
    }
}

/// JSON as servers send it: nested, with every sort of value.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((any::<String>(), inner), 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// The same value with the keys of every object the other way round.
fn reversed(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            Value::Object(members.iter().rev().map(|(key, value)| (key.clone(), reversed(value))).collect())
        }
        Value::Array(items) => items.iter().map(reversed).collect(),
        other => other.clone(),
    }
}

fn row_of(value: &Value, pretty: bool) -> Incoming {
    let row = json!({ "id": "x", "extra": value });
    let row = if pretty { reversed(&row) } else { row };
    let text = if pretty { serde_json::to_string_pretty(&row) } else { serde_json::to_string(&row) }.unwrap();
    let page = page("turen", "agents", &format!("[{text}]"));
    assert_eq!(page.rows[0].doc, text, "the text stays as it was sent");
    page.rows.into_iter().next().unwrap()
}

proptest! {
    #[test]
    fn neither_order_of_keys_nor_white_space_is_a_change(value in any_json()) {
        prop_assert_eq!(row_of(&value, false).hash, row_of(&value, true).hash);
    }

    #[test]
    fn another_value_is_a_change(one in any_json(), other in any_json()) {
        prop_assume!(one != other);
        prop_assert_ne!(row_of(&one, false).hash, row_of(&other, false).hash);
    }

    #[test]
    fn what_serde_json_reads_is_read_and_nothing_else_is(text in "[\\[\\]{}:,\"0-9a-z.+\\- \\\\]{0,24}") {
        let strict = serde_json::from_str::<Box<serde_json::value::RawValue>>(&text).is_ok();
        let mut scanner = Scanner::new(&text, 0);
        let ours = scanner.skip(0).is_ok() && scanner.at_end();
        // Ours lets raw control characters and Python's numbers pass; none can arise from these letters.
        prop_assert_eq!(ours, strict);
    }

    #[test]
    fn no_bytes_bring_it_down(body in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = decoder("exo", "agents").page(&ask(At::Start), &body);
        let _ = decoder("turen", "policy").record(None, &body);
    }

    #[test]
    fn a_reply_cut_anywhere_is_never_taken_for_whole(cut in 0usize..100) {
        let body = r#"{"agents":[{"id":"a","x":[1,{"y":"z"}]},{"id":"b"}],"pagination":{"total":2,"limit":50}}"#;
        let cut = cut.min(body.len() - 1);
        prop_assert!(decoder("turen", "agents").page(&ask(At::Start), &body.as_bytes()[..cut]).is_err());
    }
}

#[test]
fn a_manifest_that_reads_other_columns_makes_every_row_a_changed_one() {
    let manifest = crate::platform::Registry::builtin().get("turen").expect("built in");
    let hash = |collection: &Collection| {
        let row = br#"{"id": 7, "first_prompt": "mend the mast"}"#;
        Decoder::new(collection).record(None, row).expect("a record").hash
    };
    let sessions = manifest.collections["sessions"].clone();
    let mut other = sessions.clone();
    other.columns.title = vec!["/git_branch".to_owned()];
    assert_eq!(hash(&sessions), hash(&sessions.clone()));
    assert_ne!(hash(&sessions), hash(&other));
}

#[test]
fn an_approval_of_exo_is_called_by_what_is_asked_before_the_step_that_asks() {
    let title = |more: Value| {
        let mut row = json!({"id": "p", "run_id": "r", "node_id": "gate", "status": "pending"});
        row.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let page = page("exo", "approvals", &json!([row]).to_string());
        page.rows[0].columns.title.clone().unwrap()
    };
    assert_eq!(title(json!({})), "step gate");
    assert_eq!(title(json!({"comment": "", "message": null})), "step gate");
    assert_eq!(title(json!({"comment": "Three packages"})), "Three packages");
    assert_eq!(title(json!({"comment": "c", "message": "Deploy to production?"})), "Deploy to production?");
    assert_eq!(title(json!({"node_name": "Release gate"})), "Release gate");
}

#[test]
fn an_empty_list_that_comes_with_an_error_is_no_list() {
    let read =
        |body: &str| decoder("exo", "approvals").page(&ask(At::Start), body.as_bytes()).map(|page| page.rows.len());
    for body in [
        r#"{"data":[],"error":"upstream timeout"}"#,
        r#"{"success":false,"data":[]}"#,
        r#"{"data":null,"ok":false}"#,
        r#"{"error":{"code":"TIMEOUT"},"data":[]}"#,
        r#"{"data":null,"errors":[{"message":"no"}]}"#,
    ] {
        assert!(read(body).is_err_and(|why| why.contains("error")), "{body}");
    }
    assert_eq!(read(r#"{"data":[{"id":"a"}],"error":"one shard did not answer"}"#), Ok(1), "what came is kept");
}

#[test]
fn a_full_page_of_which_nothing_says_how_it_goes_on_is_not_taken_for_all() {
    let rows: Vec<Value> = (0..100).map(|id| json!({"id": format!("a{id}")})).collect();
    let style = |body: Value| page("exo", "agents", &body.to_string()).style;
    assert_eq!(style(json!({"data": rows})), Style::Offset);
    assert_eq!(style(json!({"data": &rows[1..]})), Style::Cursor);
    assert_eq!(style(json!({"data": rows, "has_more": false})), Style::Cursor);
}
