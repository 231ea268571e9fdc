//! Looks: how a record stands now, and when "not there" may be believed.

use serde_json::json;

use super::server::{Act, Request, Server, ok, reply, status};
use super::*;
use crate::platform::FetchKind;
use crate::platform::manifest::Standing;

const SECRETIVE: &str = r#"
[collections.pending]
kind = "approval"
list = "/pending"
paging = { kind = "offset", size = 3 }
rows = ["/data"]
mask = ["/key"]
[collections.pending.columns]
id = "/id"
status = "/status"

[collections.tools]
kind = "other"
list = "/tools"
item = "/tools/{id}"
paging = "none"
mask = ["/key"]
[collections.tools.columns]
id = "/name"

[collections.policy]
kind = "policy"
list = "/policy"
single = true
[collections.policy.columns]
fixed_id = "policy"

[collections.runs]
kind = "run"
list = "/runs"
paging = "none"
partition = { status = ["LIVE", "DONE"] }
[collections.runs.columns]
id = "/id"
status = "/status"

[collections.steps]
kind = "event"
list = "/runs/{parent}/steps"
paging = "none"
partition = { parent = "runs", field = "/run_id" }
[collections.steps.columns]
id = "/id"
"#;

fn asking(server: &Server) -> Client {
    let manifest = Registry::builtin().check(Path::new("testbed.toml"), &format!("{MANIFEST}{SECRETIVE}"));
    let manifest = Arc::new(manifest.expect("the test's manifest is in order"));
    Client::new(manifest, spec(&base(server), None), options()).expect("a client")
}

fn paths(server: &Server) -> Vec<String> {
    server.seen().into_iter().map(|request| request.target.trim_start_matches("/api/v1").to_owned()).collect()
}

#[tokio::test]
async fn a_record_is_seen_masked_to_be_kept_and_whole_to_be_sent_back() {
    for envelope in ["{}", r#"{"data":{}}"#, r#"{"tool":{}}"#] {
        let body = envelope.replace("{}", r#"{"name":"a","key":"planted","n":1.50,"env":[{"value":"planted"}]}"#);
        let server = Server::start(move |_, _| ok(&body)).await;
        let seen = asking(&server).look("tools", "a", None).await.unwrap().expect("it is there");
        assert_eq!(seen.raw, json!({"name": "a", "key": "planted", "n": 1.5, "env": [{"value": "planted"}]}));
        assert_eq!(seen.incoming.id, "a");
        assert!(!seen.incoming.doc.contains("planted"), "{}", seen.incoming.doc);
        assert_eq!(server.seen()[0].header("cache-control"), Some("no-cache"));
        assert_eq!(paths(&server), ["/tools/a"]);
    }
}

#[tokio::test]
async fn another_record_than_the_one_asked_for_is_not_taken_for_it() {
    let server = Server::start(|_, _| ok(r#"{"id":"b"}"#)).await;
    let error = asking(&server).look("things", "a", None).await.unwrap_err();
    assert_eq!(error.kind, FetchKind::BadReply);
    assert!(error.message.contains("another record"), "{error}");
}

#[tokio::test]
async fn what_is_not_served_by_id_may_still_be_listed() {
    let listed = |request: &Request| match request.path() {
        "/api/v1/tools" => ok(r#"[{"name":"builtin:shell","key":"planted"}]"#),
        _ => status(404, ""),
    };
    let server = Server::start(move |request, _| listed(request)).await;
    let client = asking(&server);
    assert_eq!(client.look("tools", "builtin:shell", None).await.unwrap().unwrap().raw["key"], "planted");
    assert_eq!(client.look("tools", "other", None).await.unwrap(), None);
    assert_eq!(paths(&server)[..2], ["/tools/builtin%3Ashell", "/tools"]);
}

#[tokio::test]
async fn what_is_gone_is_not_there() {
    for code in [404, 410] {
        let server = Server::start(move |_, _| status(code, "")).await;
        assert_eq!(asking(&server).look("things", "a", None).await.unwrap(), None, "{code}");
        assert_eq!(asking(&server).look_at("/things/a/config").await.unwrap(), None, "{code}");
        assert_eq!(server.seen().len(), 2);
    }
    let server = Server::start(|_, _| status(403, "")).await;
    assert_eq!(asking(&server).look("things", "a", None).await.unwrap_err().kind, FetchKind::Forbidden);
}

#[tokio::test]
async fn a_document_at_a_path_is_read_whole() {
    let server = Server::start(|_, _| ok(r#"{"policies":["a"],"key":"planted"}"#)).await;
    let document = asking(&server).look_at("/agents/a/config").await.unwrap().unwrap();
    assert_eq!(document, json!({"policies": ["a"], "key": "planted"}));
    assert_eq!(asking(&server).look_at("/agents/../policy").await.unwrap_err().kind, FetchKind::Rejected);
    for body in ["<html>", r#"{"error":"temporarily unavailable"}"#, r#"{"error":"no","code":503}"#, "null", "[]", "7"]
    {
        let server = Server::start(move |_, _| ok(body)).await;
        let error = asking(&server).look_at("/agents/a/config").await.unwrap_err();
        assert_eq!(error.kind, FetchKind::BadReply, "{body}: nothing of it is known");
    }
}

#[tokio::test]
async fn the_only_record_of_a_platform_needs_no_path_of_its_own() {
    let server = Server::start(|_, _| ok(r#"{"version":"v1","rules":{"a":1}}"#)).await;
    let client = asking(&server);
    assert_eq!(client.look("policy", "policy", None).await.unwrap().unwrap().raw["rules"], json!({"a": 1}));
    assert_eq!(client.look("policy", "another", None).await.unwrap(), None);
}

#[tokio::test]
async fn an_error_or_nothing_is_not_taken_for_the_only_record() {
    for body in [r#"{"error":"try later"}"#, "{}", "[]", "<html>"] {
        let server = Server::start(move |_, _| ok(body)).await;
        let error = asking(&server).look("policy", "policy", None).await.unwrap_err();
        assert_eq!(error.kind, FetchKind::BadReply, "{body}");
    }
}

#[tokio::test]
async fn a_gateway_that_shows_a_page_does_not_decide_what_is_there() {
    let server = Server::start(|_, _| status(404, "<html><h1>404 default backend</h1>")).await;
    let client = asking(&server);
    for error in [client.look("things", "a", None).await.unwrap_err(), client.look_at("/things/a").await.unwrap_err()] {
        assert_eq!((error.kind, error.status), (FetchKind::BadReply, Some(404)), "{error}");
    }
    for text in ["404 page not found\n", "default backend - 404", "404", "{\"error\":"] {
        for code in [404, 410] {
            let server = Server::start(move |_, _| status(code, text)).await;
            let client = asking(&server);
            let told = [
                client.look("things", "a", None).await.map(|_| ()),
                client.look("pending", "a", None).await.map(|_| ()),
                client.look("steps", "s1", Some("r1")).await.map(|_| ()),
                client.look_at("/things/a").await.map(|_| ()),
                client.item("things", "a", Priority::List).await.map(|_| ()),
            ];
            for told in told {
                let error = told.expect_err("a gateway has spoken");
                assert_eq!((error.kind, error.status), (FetchKind::BadReply, Some(code)), "{text}: {error}");
            }
        }
    }
    for body in ["", "\n", r#"{"error":"no such thing"}"#, r#""no such thing""#, "[]"] {
        let server = Server::start(move |_, _| status(404, body)).await;
        let client = asking(&server);
        assert_eq!(client.look("things", "a", None).await.unwrap(), None, "{body}");
        assert_eq!(client.item("things", "a", Priority::List).await.unwrap(), None, "{body}");
    }
    let server = Server::start(|_, number| match number {
        0 => status(404, "<html>"),
        _ => ok(r#"{"id":"a"}"#),
    })
    .await;
    assert!(asking(&server).look("things", "a", None).await.unwrap().is_some(), "asked again");
}

/// A list of pending things with three a page, out of which some go before the second page is asked for.
async fn pending(mut ids: Vec<&'static str>, leave: &'static [&'static str]) -> Server {
    Server::start(move |request, number| {
        if number == 1 {
            ids.retain(|id| !leave.contains(id));
        }
        let asked = request.target.split("offset=").nth(1).and_then(|offset| offset.parse().ok()).unwrap_or(0);
        let rows: Vec<_> = ids.iter().skip(asked).take(3).map(|id| json!({"id": id, "key": "planted"})).collect();
        ok(&json!(rows).to_string())
    })
    .await
}

#[tokio::test]
async fn a_list_is_read_until_the_record_is_found() {
    let server = pending(vec!["a", "b", "c", "d", "e"], &[]).await;
    let client = asking(&server);
    assert_eq!(client.look("pending", "b", None).await.unwrap().unwrap().raw["key"], "planted");
    assert_eq!(client.look("pending", "e", None).await.unwrap().unwrap().incoming.id, "e");
    assert_eq!(client.look("pending", "x", None).await.unwrap(), None);
    let first = "/pending?limit=3";
    let second = "/pending?limit=3&offset=2";
    assert_eq!(paths(&server), [first, first, second, first, second, "/pending?limit=3&offset=4"]);
}

#[tokio::test]
async fn a_record_that_slips_to_an_earlier_page_is_still_found() {
    // Two are dealt with between the pages: `d` moves up to where nobody looks any more.
    let server = pending(vec!["a", "b", "c", "d", "e"], &["a", "b"]).await;
    assert!(asking(&server).look("pending", "d", None).await.unwrap().is_some());
    assert_eq!(paths(&server).len(), 3, "read again from the top");
}

#[tokio::test]
async fn a_list_that_goes_in_circles_proves_nothing() {
    let server = Server::start(|_, _| {
        ok(r#"{"data":[{"id":"a"},{"id":"b"},{"id":"c"}],"pagination":{"has_more":true,"total":9}}"#)
    })
    .await;
    let error = asking(&server).look("pending", "x", None).await.unwrap_err();
    assert_eq!(error.kind, FetchKind::BadReply);
    assert!(error.message.contains("pending"), "{error}");
    assert!(server.seen().len() < 50, "{}", server.seen().len());
}

#[tokio::test]
async fn a_whole_list_holds_every_part_of_it_once() {
    let rows = |request: &Request| match request.target.trim_start_matches("/api/v1") {
        "/runs?status=LIVE" => ok(r#"[{"id":"r1","status":"LIVE"},{"id":"r2","status":"LIVE"}]"#),
        // It ended between the two requests.
        "/runs?status=DONE" => ok(r#"[{"id":"r2","status":"DONE"}]"#),
        "/runs/r1/steps" => ok(r#"[{"id":"s1"}]"#),
        "/runs/r2/steps" => status(404, ""),
        other => panic!("{other}"),
    };
    let server = Server::start(move |request, _| rows(request)).await;
    let client = asking(&server);
    let runs: Vec<_> = client.rows("runs", &Standing::new()).await.unwrap().into_iter().map(|seen| seen.raw).collect();
    assert_eq!(runs, [json!({"id": "r1", "status": "LIVE"}), json!({"id": "r2", "status": "DONE"})]);
    let steps = client.rows("steps", &Standing::new()).await.unwrap();
    assert_eq!(steps.len(), 1);
    assert_eq!(steps[0].raw, json!({"run_id": "r1", "id": "s1"}), "a child says whose it is");
    let requests = server.seen().len();
    assert_eq!(client.look("steps", "s1", Some("r1")).await.unwrap().as_ref(), Some(&steps[0]));
    assert_eq!(server.seen().len(), requests + 1, "with its parent it is found at once");
    assert_eq!(client.look("steps", "s1", None).await.unwrap().as_ref(), Some(&steps[0]));
}

/// Who ends live runs does not read through all that ever ran, and a server without a word for one sort of them has none of it.
#[tokio::test]
async fn of_a_list_in_pieces_only_those_are_read_in_which_what_is_wanted_can_stand() {
    let live = Standing::from([("/status".to_owned(), vec![json!("LIVE")])]);
    let server = Server::start(|request, _| match request.target.trim_start_matches("/api/v1") {
        // It heeds no filter, and says of one run nothing at all.
        "/runs?status=LIVE" => ok(r#"[{"id":"r1","status":"LIVE"},{"id":"r2","status":"DONE"},{"id":"r3"}]"#),
        _ => status(500, "too many"),
    })
    .await;
    let runs: Vec<_> =
        asking(&server).rows("runs", &live).await.unwrap().into_iter().map(|it| it.incoming.id).collect();
    assert_eq!(
        (runs.as_slice(), paths(&server)),
        (["r1".to_owned(), "r3".to_owned()].as_slice(), vec!["/runs?status=LIVE".to_owned()])
    );

    let both = Standing::from([("/status".to_owned(), vec![json!("LIVE"), json!("DONE")])]);
    for (refused, code) in [("LIVE", 422), ("DONE", 400), ("LIVE", 404)] {
        let server = Server::start(move |request, _| match request.target.ends_with(refused) {
            true => status(code, r#"{"error":"unknown status"}"#),
            false => ok(r#"[{"id":"r1","status":"LIVE"},{"id":"r2","status":"DONE"}]"#),
        })
        .await;
        let client = asking(&server);
        assert_eq!(client.rows("runs", &both).await.unwrap().len(), 2, "{refused} {code}");
        assert!(client.look("runs", "r2", None).await.unwrap().is_some(), "{refused} {code}");
    }
    for code in [400, 403, 422, 500] {
        let server = Server::start(move |_, _| status(code, "")).await;
        let error = asking(&server).rows("runs", &both).await.unwrap_err();
        assert_eq!(error.status, Some(code), "a server that answers for no value has said nothing");
    }
}

#[tokio::test]
async fn half_a_list_is_not_handed_out() {
    let server = Server::start(|request, _| match request.target.contains("offset") {
        false => ok(r#"{"data":[{"id":"a"},{"id":"b"},{"id":"c"}],"total":4}"#),
        true => Act::Send(reply(500, &[], "")),
    })
    .await;
    assert_eq!(asking(&server).rows("pending", &Standing::new()).await.unwrap_err().kind, FetchKind::Server);
}
