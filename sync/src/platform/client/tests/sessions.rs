//! Signing in: once for many, again when it is over, never twice with a refused password.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use reqwest::header::{HeaderMap, SET_COOKIE};

use super::server::{Act, ROWS, Server, ok, reply, status};
use super::*;
use crate::platform::FetchKind;
use crate::platform::client::jar::Jar;
use crate::platform::client::session::State;

const LOGIN: &str = "/api/v1/auth/login";
const LIST: &str = "/api/v1/things";

/// A server whose sessions are numbered; those below `valid` are over.
pub(super) async fn exo(valid: Arc<AtomicU64>) -> Server {
    let mut logins = 0;
    Server::start(move |request, _| {
        let session = request.header("cookie").unwrap_or_default();
        let live = session
            .strip_prefix("s=cookie-planted")
            .is_some_and(|number| number.parse::<u64>().unwrap() >= valid.load(Ordering::SeqCst));
        match request.path() {
            LOGIN => {
                logins += 1;
                let cookie = format!("Set-Cookie: s=cookie-planted{logins}; HttpOnly; Path=/");
                Act::Send(reply(200, &[&cookie], r#"{"user":{}}"#))
            }
            "/api/v1/auth/csrf" => ok(r#"{"csrf_token":"token-planted"}"#),
            _ if !live && request.method == "GET" => status(401, &format!(r#"{{"detail":"{session}"}}"#)),
            _ if !live => status(403, r#"{"detail":"Invalid session"}"#),
            _ => ok(ROWS),
        }
    })
    .await
}

#[tokio::test]
async fn signing_in_brings_the_cookie_along() {
    let server = exo(Arc::default()).await;
    let client = user(&server, options());
    fetch(&client).await.unwrap();
    fetch(&client).await.unwrap();
    let seen = server.seen();
    let credentials: serde_json::Value = serde_json::from_str(&seen[0].body).unwrap();
    assert_eq!(credentials, serde_json::json!({"email": "ada@example.com", "password": PASSWORD}));
    assert_eq!(seen[1].header("cookie"), Some("s=cookie-planted1"));
    assert!(seen[1].header("x-key").is_none());
    assert_eq!((server.count(LOGIN), server.count(LIST)), (1, 2));
    assert_eq!(client.traffic().requests, 3);
}

#[tokio::test]
async fn one_sign_in_serves_all_who_find_the_session_over() {
    let valid = Arc::new(AtomicU64::new(0));
    let server = exo(Arc::clone(&valid)).await;
    let client = user(&server, options());
    fetch(&client).await.unwrap();
    valid.store(2, Ordering::SeqCst);
    let all = futures_util::future::join_all((0..4).map(|_| fetch(&client))).await;
    assert!(all.iter().all(Result::is_ok), "{all:?}");
    assert_eq!(server.count(LOGIN), 2);
}

#[tokio::test]
async fn a_session_the_server_never_takes_is_not_renewed_for_ever() {
    let server = exo(Arc::new(AtomicU64::new(u64::MAX))).await;
    let client = user(&server, options());
    for _ in 0..3 {
        assert_eq!(failure(&client).await.kind, FetchKind::Unauthorized);
    }
    assert_eq!(server.count(LOGIN), 1);
}

#[tokio::test]
async fn a_wrong_password_is_tried_once() {
    let server =
        Server::start(|request, _| status(401, &format!(r#"{{"detail":"bad: {}"}}"#, request.body.len()))).await;
    let client = user(&server, options());
    let all = futures_util::future::join_all((0..4).map(|_| failure(&client))).await;
    for error in all.iter().chain([&failure(&client).await]) {
        assert_eq!(error.kind, FetchKind::Unauthorized);
        assert!(error.message.contains("signing in failed") && error.message.contains("bad: "), "{error}");
    }
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn a_password_that_comes_back_in_an_error_is_not_shown() {
    let server = Server::start(|request, _| status(422, &request.body)).await;
    let error = failure(&user(&server, options())).await;
    assert_eq!(error.kind, FetchKind::Unauthorized);
    assert!(error.message.contains("‹secret›"), "{error}");
}

#[tokio::test]
async fn a_sign_in_without_a_cookie_or_a_path_says_so() {
    let server = Server::start(|_, _| ok(r#"{"access_token":"token-planted"}"#)).await;
    let error = failure(&user(&server, options())).await;
    assert_eq!(error.kind, FetchKind::Unusable);
    let server = Server::start(|_, _| status(404, "")).await;
    assert_eq!(failure(&user(&server, options())).await.kind, FetchKind::Unusable);
    let server = Server::start(|_, _| Act::Send(reply(301, &["Location: /api/v1/auth/login/"], ""))).await;
    let error = failure(&user(&server, options())).await;
    assert_eq!(error.kind, FetchKind::Redirected);
    assert!(error.message.contains("/api/v1/auth/login/"), "{error}");
    assert_eq!(server.seen().len(), 1, "credentials are not sent elsewhere");
}

#[tokio::test]
async fn a_sign_in_that_is_limited_waits() {
    let server = Server::start(|request, number| match (request.path(), number) {
        (LOGIN, 0) => Act::Send(reply(429, &["Retry-After: 0"], "")),
        (LOGIN, 1) => status(503, ""),
        (LOGIN, _) => Act::Send(reply(204, &["Set-Cookie: s=cookie-planted"], "")),
        _ => ok(ROWS),
    })
    .await;
    let client = user(&server, options());
    fetch(&client).await.unwrap();
    assert_eq!((client.traffic().refused, server.count(LOGIN)), (1, 3));
}

#[tokio::test]
async fn forbidden_is_not_the_end_of_the_session() {
    let server = Server::start(|request, _| match request.path() {
        LOGIN => Act::Send(reply(200, &["Set-Cookie: s=cookie-planted"], "")),
        _ => status(403, r#"{"detail":"Admins only"}"#),
    })
    .await;
    let error = failure(&user(&server, options())).await;
    assert_eq!(error.kind, FetchKind::Forbidden);
    assert_eq!(server.count(LOGIN), 1);
}

#[tokio::test]
async fn a_cookie_set_anew_replaces_the_old_one() {
    let server = Server::start(|request, number| match request.path() {
        LOGIN => Act::Send(reply(200, &["Set-Cookie: s=cookie-planted; Max-Age=3600", "Set-Cookie: t=1"], "")),
        _ => Act::Send(reply(200, &[&format!("Set-Cookie: s=cookie-planted{number}")], ROWS)),
    })
    .await;
    let client = user(&server, options());
    fetch(&client).await.unwrap();
    fetch(&client).await.unwrap();
    assert_eq!(server.seen()[2].header("cookie"), Some("s=cookie-planted1; t=1"));
}

#[test]
fn a_session_is_renewed_before_it_ends() {
    let now = SystemTime::now();
    let begun = |lifetime: u64| {
        let mut jar = Jar::default();
        let line = format!("s=1; Max-Age={lifetime}").parse().unwrap();
        jar.take(&HeaderMap::from_iter([(SET_COOKIE, line)]), now);
        let mut state = State::default();
        assert!(!state.is_live(now));
        state.begin(jar, now);
        move |after: u64| state.is_live(now + Duration::from_secs(after))
    };
    let long = begun(3600);
    assert!(long(3539) && !long(3541));
    let short = begun(100);
    assert!(short(89) && !short(91), "a short one is not renewed all the time");
}
