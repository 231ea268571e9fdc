//! Changes: sent once, again only when nothing was done, and honest about how far they got.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::json;

use super::server::{Act, Request, Server, ok, reply, status};
use super::sessions::exo;
use super::*;
use crate::platform::FetchKind;
use crate::platform::write::{NotTold, OtherCall, Reached, Told, WriteCall};

const PATH: &str = "/api/v1/things/a/status";
const LOGIN: &str = "/api/v1/auth/login";
const CSRF: &str = "/api/v1/auth/csrf";

fn call() -> WriteCall {
    WriteCall {
        method: "PUT".to_owned(),
        path: "/things/a/status".to_owned(),
        query: vec![("why".to_owned(), "a & b".to_owned())],
        body: Some(json!({"status": "suspended"})),
        or: Vec::new(),
        key: "01J0000000000000000000TEST".to_owned(),
        not_after: None,
    }
}

fn writes(server: &Server) -> Vec<Request> {
    server.seen().into_iter().filter(|request| request.method == "PUT").collect()
}

/// What a change came to, after a look at whether anything secret stands in it.
async fn refused(client: &Client) -> NotTold {
    let not_told = client.write(&call()).await.expect_err("this server does nothing");
    let seen = format!("{not_told:?}");
    for secret in [KEY, PASSWORD, "pass\\\" w", "cookie-planted", "token-planted"] {
        assert!(!seen.contains(secret), "a secret is seen: {seen}");
    }
    not_told
}

#[tokio::test]
async fn a_change_goes_out_with_all_that_was_asked_and_its_key() {
    let server = Server::start(|_, _| ok(r#"{"id":"a","status":"suspended"}"#)).await;
    let told = client(&server, options()).write(&call()).await.unwrap();
    assert_eq!(told, Told { status: 200, body: Some(json!({"id": "a", "status": "suspended"})) });
    let seen = server.seen();
    assert_eq!(seen.len(), 1);
    assert_eq!((seen[0].method.as_str(), seen[0].target.as_str()), ("PUT", "/api/v1/things/a/status?why=a+%26+b"));
    assert_eq!(seen[0].body, r#"{"status":"suspended"}"#);
    for (header, value) in
        [("idempotency-key", call().key.as_str()), ("content-type", "application/json"), ("x-key", KEY)]
    {
        assert_eq!(seen[0].header(header), Some(value));
    }
}

#[tokio::test]
async fn a_yes_is_a_yes_whatever_becomes_of_its_body() {
    let cut = |headers: &str, body: &str| Act::SendClose(format!("HTTP/1.1 200 OK\r\n{headers}\r\n{body}").into());
    let long = "x".repeat(6000);
    type Reply = Box<dyn FnMut() -> Act + Send>;
    let replies: [(u16, Reply); 8] = [
        (204, Box::new(|| Act::Send(reply(204, &[], "")))),
        (201, Box::new(|| status(201, ""))),
        (202, Box::new(|| status(202, "queued"))),
        (200, Box::new(|| ok("OK"))),
        (200, Box::new(move || cut("Content-Length: 50\r\n", "{\"id\":"))),
        (200, Box::new(move || cut("Transfer-Encoding: chunked\r\n", "5\r\n{\"id\"\r\n"))),
        (200, Box::new(move || ok(&long))),
        (200, Box::new(|| Act::SendHang(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{".to_vec()))),
    ];
    for (place, (code, mut answer)) in replies.into_iter().enumerate() {
        let server = Server::start(move |_, _| answer()).await;
        let brief = ClientOptions { idle_timeout: Duration::from_millis(150), ..options() };
        let told = client(&server, brief).write(&call()).await;
        assert_eq!(told, Ok(Told { status: code, body: None }), "reply {place}");
        assert_eq!(server.seen().len(), 1, "reply {place}");
    }
}

#[tokio::test]
async fn each_answer_says_whether_the_change_can_have_happened() {
    use FetchKind::{BadReply, Forbidden, NotOffered, Redirected, Rejected, Server as Failed, TimedOut, Unauthorized};
    let error = r#"{"error":"because"}"#;
    for (code, headers, body, kind, reached) in [
        (400, vec![], error, Rejected, Reached::No),
        (401, vec![], error, Unauthorized, Reached::No),
        (403, vec![], error, Forbidden, Reached::No),
        (403, vec![], r#"{"detail":"CSRF token missing"}"#, Forbidden, Reached::No),
        (404, vec![], error, NotOffered, Reached::No),
        (405, vec![], error, NotOffered, Reached::No),
        (409, vec![], error, Rejected, Reached::No),
        (422, vec![], error, Rejected, Reached::No),
        (301, vec!["Location: /api/v1/things/"], "", Redirected, Reached::No),
        (307, vec!["Location: /api/v1/things/a/status/"], "", Redirected, Reached::No),
        (308, vec!["Location: https://evil.example/"], "", Redirected, Reached::No),
        (303, vec!["Location: /api/v1/things/a"], "", Redirected, Reached::Maybe),
        (408, vec![], "", TimedOut, Reached::Maybe),
        (500, vec![], error, Failed, Reached::Maybe),
        (502, vec![], "<html>", Failed, Reached::Maybe),
        (503, vec![], "", Failed, Reached::Maybe),
        (503, vec!["Retry-After: 7"], "", Failed, Reached::No),
        (504, vec!["Retry-After: 7"], "", Failed, Reached::Maybe),
        (200, vec![], "<!doctype html><title>Sign in</title>", BadReply, Reached::Maybe),
        (200, vec![], r#"{"error":"no such thing","code":7}"#, Rejected, Reached::Maybe),
        (200, vec![], r#"{"id":"a","success":false,"message":"locked"}"#, Rejected, Reached::Maybe),
    ] {
        let answer = reply(code, &headers, body);
        let server = Server::start(move |_, _| Act::Send(answer.clone())).await;
        let not_told = refused(&client(&server, options())).await;
        let NotTold { error, reached: told } = &not_told;
        assert_eq!((error.kind, error.status, *told), (kind, Some(code), reached), "{code} {body}: {error}");
        assert_eq!(server.seen().len(), 1, "{code}: sent once");
        if let Some(place) = headers.iter().find_map(|line| line.strip_prefix("Location: ")) {
            assert!(error.message.contains(place) && error.message.contains("never sent elsewhere"), "{error}");
        }
    }
}

#[tokio::test]
async fn a_record_with_an_error_of_its_own_is_no_error() {
    let body = r#"{"id":"r1","status":"FAILED","error":"stopped by an operator"}"#;
    let server = Server::start(move |_, _| ok(body)).await;
    assert!(client(&server, options()).write(&call()).await.is_ok());
}

#[tokio::test]
async fn a_server_that_always_says_when_to_come_again_is_not_believed_that_nothing_was_done() {
    let server = Server::start(|request, _| match request.method.as_str() {
        "GET" => Act::Send(reply(200, &["Retry-After: 1"], super::server::ROWS)),
        _ => Act::Send(reply(503, &["Retry-After: 1"], "")),
    })
    .await;
    let client = client(&server, options());
    fetch(&client).await.unwrap();
    assert_eq!(refused(&client).await.reached, Reached::Maybe);
}

#[tokio::test]
async fn a_server_that_says_when_to_come_again_is_heard_in_seconds_and_in_dates() {
    let now = std::time::SystemTime::now();
    let date = |ahead: u64| httpdate::fmt_http_date(now + Duration::from_secs(ahead));
    // Its clock is a day ahead of ours: the wait is by its own.
    let day = 86_400;
    for lines in [
        vec!["Retry-After: 7".to_owned()],
        vec![format!("Date: {}", date(day)), format!("Retry-After: {}", date(day + 7))],
    ] {
        let server = Server::start(move |_, _| {
            let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
            Act::Send(reply(503, &lines, ""))
        })
        .await;
        let not_told = refused(&client(&server, options())).await;
        assert_eq!((not_told.reached, not_told.error.retry_after), (Reached::No, Some(Duration::from_secs(7))));
    }
}

#[tokio::test]
async fn no_answer_is_neither_yes_nor_no() {
    type Silence = fn() -> Act;
    let unheard: [(&str, Silence); 4] = [
        ("closed", || Act::SendClose(Vec::new())),
        ("cut in the status line", || Act::SendClose(b"HTTP/1.1 2".to_vec())),
        ("cut in the headers", || Act::SendClose(b"HTTP/1.1 200 OK\r\nContent-Le".to_vec())),
        ("silent", || Act::SendHang(Vec::new())),
    ];
    for (what, act) in unheard {
        let server = Server::start(move |_, _| act()).await;
        let brief = Duration::from_secs(1);
        let quick = ClientOptions { connect_timeout: brief, idle_timeout: brief, ..options() };
        let options = if what == "silent" { quick } else { options() };
        let not_told = refused(&client(&server, options)).await;
        assert_eq!(not_told.reached, Reached::Maybe, "{what}: {}", not_told.error);
        assert_eq!(server.seen().len(), 1, "{what}: sent once");
    }
}

#[tokio::test]
async fn a_machine_that_cannot_be_reached_was_not_reached() {
    let (_held, address) = nobody();
    for url in [format!("http://{address}/"), format!("https://{address}/")] {
        let client = Client::new(manifest(), spec(&url, None), options()).unwrap();
        let not_told = refused(&client).await;
        assert_eq!((not_told.error.kind, not_told.reached), (FetchKind::Unreachable, Reached::No));
        assert_eq!(client.traffic().requests, 1, "whoever holds the write knows when to try again");
    }
}

#[tokio::test]
async fn what_could_come_to_mean_something_else_is_not_sent() {
    let server = Server::start(|_, _| ok("{}")).await;
    let client = client(&server, options());
    for (method, path, key) in [
        ("GET", "/things/a", "k"),
        ("PUT\r\nX: y", "/things/a", "k"),
        ("PUT", "/things/../policy", "k"),
        ("PUT", "/things/x%2F..%2F..%2Fpolicy", "k"),
        ("PUT", "/things/a?hard=true", "k"),
        ("PUT", "/things/a\r\nHost: evil.example", "k"),
        ("PUT", "//evil.example\\things", "k"),
        ("PUT", "/things/a", "k\r\nX-Evil: 1"),
    ] {
        let ask = WriteCall { method: method.into(), path: path.into(), key: key.into(), ..call() };
        let not_told = client.write(&ask).await.expect_err(path);
        assert_eq!(not_told.reached, Reached::No, "{method:?} {path:?}");
        assert!(!not_told.error.message.chars().any(crate::text::is_hidden), "{not_told:?}");
    }
    assert_eq!(server.seen().len(), 0);
}

#[tokio::test]
async fn a_refusal_for_now_is_waited_for_and_the_change_sent_then() {
    let server = Server::start(|_, number| match number {
        0 => Act::Send(reply(429, &["Retry-After: 0"], "")),
        _ => status(204, ""),
    })
    .await;
    let client = client(&server, options());
    assert_eq!(client.write(&call()).await.unwrap().status, 204);
    assert_eq!((client.traffic().requests, client.traffic().refused), (2, 1));
}

#[tokio::test]
async fn a_refusal_for_longer_than_patience_was_no_change() {
    let date = httpdate::fmt_http_date(std::time::SystemTime::now() + Duration::from_secs(3600));
    for wait in ["3600", &date] {
        let header = format!("Retry-After: {wait}");
        let server = Server::start(move |_, _| Act::Send(reply(429, &[&header], r#"{"error":"slow down"}"#))).await;
        let not_told = refused(&client(&server, options())).await;
        assert_eq!((not_told.error.kind, not_told.reached), (FetchKind::RateLimited, Reached::No));
        assert!(not_told.error.retry_after.is_some_and(|wait| wait.as_secs() > 3000), "{not_told:?}");
        assert!(not_told.error.message.contains("slow down"), "{not_told:?}");
        assert_eq!(server.seen().len(), 1);
    }
}

#[tokio::test]
async fn a_change_carries_the_token_and_a_session_that_is_over_is_renewed_for_it() {
    let valid = Arc::new(AtomicU64::new(0));
    let server = exo(Arc::clone(&valid)).await;
    let client = user(&server, options());
    client.write(&call()).await.unwrap();
    assert_eq!(writes(&server)[0].header("x-csrf-token"), Some("token-planted"));
    valid.store(2, Ordering::SeqCst);
    client.write(&call()).await.unwrap();
    let sent = writes(&server);
    assert_eq!(sent.len(), 3, "refused with the old session, so sent once more");
    assert_eq!(sent[1].header("idempotency-key"), sent[2].header("idempotency-key"));
    assert_eq!((server.count(LOGIN), server.count(CSRF)), (2, 2));
}

#[tokio::test]
async fn a_session_that_is_never_taken_ends_in_a_no() {
    let server = exo(Arc::new(AtomicU64::new(u64::MAX))).await;
    let not_told = refused(&user(&server, options())).await;
    assert_eq!((not_told.error.kind, not_told.reached), (FetchKind::Unauthorized, Reached::No));
    assert_eq!((server.count(LOGIN), writes(&server).len()), (1, 1));
}

/// The reply with the token begins a new session and sets a cookie that the token is checked against.
#[tokio::test]
async fn a_cookie_that_comes_with_the_token_goes_back_with_the_change() {
    let server = Server::start(|request, _| match request.path() {
        LOGIN => Act::Send(reply(200, &["Set-Cookie: s=cookie-planted1"], "{}")),
        CSRF => {
            let set = ["Set-Cookie: s=cookie-planted2", "Set-Cookie: x=cookie-planted-x; Path=/"];
            Act::Send(reply(200, &set, r#"{"token":"token-planted"}"#))
        }
        _ if request.header("cookie") == Some("s=cookie-planted2; x=cookie-planted-x") => status(204, ""),
        _ => status(
            403,
            &format!(r#"{{"detail":"CSRF cookie missing: {}"}}"#, request.header("cookie").unwrap_or("none")),
        ),
    })
    .await;
    let client = user(&server, options());
    client.write(&call()).await.unwrap();
    assert_eq!((server.count(CSRF), writes(&server).len()), (1, 1));
}

/// A server whose tokens are numbered; those below `valid` are stale. A dead session has no token either.
async fn strict(valid: Arc<AtomicU64>, session: Arc<AtomicU64>) -> Server {
    let (mut logins, mut tokens) = (0, 0);
    Server::start(move |request, _| {
        let cookie = request.header("cookie").unwrap_or_default();
        let number = |text: &str, before: &str| text.strip_prefix(before)?.parse::<u64>().ok();
        let live = number(cookie, "s=cookie-planted").is_some_and(|number| number >= session.load(Ordering::SeqCst));
        let token = request.header("x-csrf-token").and_then(|token| number(token, "token-planted"));
        match request.path() {
            LOGIN => {
                logins += 1;
                Act::Send(reply(200, &[&format!("Set-Cookie: s=cookie-planted{logins}")], "{}"))
            }
            _ if !live => status(401, r#"{"detail":"Invalid session"}"#),
            CSRF => {
                tokens += 1;
                ok(&format!(r#"{{"token":"token-planted{tokens}"}}"#))
            }
            _ if token.is_some_and(|token| token >= valid.load(Ordering::SeqCst)) => status(204, ""),
            _ => status(403, r#"{"detail":"Csrf validation failed: token-planted1"}"#),
        }
    })
    .await
}

#[tokio::test]
async fn a_stale_token_in_a_live_session_is_replaced_once() {
    let valid = Arc::new(AtomicU64::new(0));
    let server = strict(Arc::clone(&valid), Arc::default()).await;
    let client = user(&server, options());
    client.write(&call()).await.unwrap();
    valid.store(2, Ordering::SeqCst);
    client.write(&call()).await.unwrap();
    assert_eq!((server.count(LOGIN), server.count(CSRF), writes(&server).len()), (1, 2, 3));
    // A server that takes no token at all is not asked for ever.
    valid.store(u64::MAX, Ordering::SeqCst);
    let not_told = refused(&client).await;
    assert_eq!((not_told.error.kind, not_told.reached), (FetchKind::Forbidden, Reached::No));
    assert!(not_told.error.message.ends_with("Csrf validation failed: ‹secret›"), "{}", not_told.error);
    assert_eq!((server.count(LOGIN), server.count(CSRF), writes(&server).len()), (1, 3, 5));
}

#[tokio::test]
async fn a_session_that_ended_before_its_first_change_is_renewed_for_the_token() {
    let session = Arc::new(AtomicU64::new(0));
    let server = strict(Arc::default(), Arc::clone(&session)).await;
    let client = user(&server, options());
    client.look_at("/things/a").await.unwrap_err();
    session.store(2, Ordering::SeqCst);
    client.write(&call()).await.unwrap();
    assert_eq!((server.count(LOGIN), server.count(CSRF), writes(&server).len()), (2, 2, 1));
}

#[tokio::test]
async fn the_servers_reasons_are_told_at_length_and_without_secrets() {
    let fields: Vec<_> = (0..5).map(|n| format!(r#"{{"field":"rules.{n}","message":"must not be {KEY}"}}"#)).collect();
    let body = format!(
        r#"{{"error":{{"code":"validation","message":"Invalid","details":{{"fields":[{}]}}}}}}"#,
        fields.join(",")
    );
    let filler = "x".repeat(100_000);
    let server = Server::start(move |_, number| match number {
        0 => status(422, &body),
        _ => status(409, &format!(r#"{{"error":"\u001b[2J{filler}"}}"#)),
    })
    .await;
    let client = client(&server, options());
    let message = refused(&client).await.error.message;
    assert!(message.contains("rules.4: must not be ‹secret›"), "{message}");
    let message = refused(&client).await.error.message;
    assert!(message.len() < 2000 && !message.chars().any(crate::text::is_hidden), "{message}");
}

#[tokio::test]
async fn the_path_that_was_asked_for_is_in_the_error() {
    let server = Server::start(|_, _| status(500, "")).await;
    assert_eq!(refused(&client(&server, options())).await.error.path, PATH);
}

#[tokio::test]
async fn what_one_version_of_a_platform_does_not_offer_is_asked_for_as_another_does() {
    let other =
        |method: &str, path: &str, body| OtherCall { method: method.into(), path: path.into(), body: Some(body) };
    let or = vec![other("PATCH", "/things/a", json!({"state": "off"})), other("PUT", "/old/a", json!({}))];
    for (codes, sent, told) in [
        (vec![405, 204], 2, Ok(204)),
        (vec![404, 501, 200], 3, Ok(200)),
        (vec![404, 405, 404], 3, Err((404, Reached::No))),
        // It may have been done: no other way is tried.
        (vec![500], 1, Err((500, Reached::Maybe))),
        (vec![405, 409], 2, Err((409, Reached::No))),
    ] {
        let answers = codes.clone();
        let server = Server::start(move |_, number| status(answers[number], "")).await;
        let came = client(&server, options()).write(&WriteCall { or: or.clone(), ..call() }).await;
        let came = came.map(|told| told.status).map_err(|not_told| (not_told.error.status.unwrap(), not_told.reached));
        assert_eq!((came, server.seen().len()), (told, sent), "{codes:?}");
        let bodies = [r#"{"status":"suspended"}"#, r#"{"state":"off"}"#, "{}"];
        assert!(server.seen().iter().map(|request| request.body.as_str()).eq(bodies.into_iter().take(sent)));
    }
}

#[tokio::test]
async fn a_server_that_shows_what_it_was_sent_shows_no_secret_of_it() {
    let mut manifest = (*manifest()).clone();
    manifest.collections.get_mut("things").unwrap().mask = vec!["/spec/headers/*".to_owned(), "/signing".to_owned()];
    for answer in [422, 500] {
        let server =
            Server::start(move |request, _| status(answer, &format!(r#"{{"error":{:?}}}"#, request.body))).await;
        let client = Client::new(Arc::new(manifest.clone()), spec(&base(&server), None), options()).unwrap();
        let body = json!({"spec": {"env": [{"name": "A", "value": "hidden-one"}], "headers": {"X-Any": "hidden-three"}}, "signing": "hidden-two", "name": "plain"});
        let not_told = client.write(&WriteCall { body: Some(body), ..call() }).await.unwrap_err();
        let message = not_told.error.message;
        assert!(message.contains("plain") && !message.contains("hidden"), "{message}");
    }
}
