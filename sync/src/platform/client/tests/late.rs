//! What may not leave any more does not, whatever it had to wait for.

use std::sync::atomic::{AtomicI64, Ordering};

use jiff::Timestamp;
use serde_json::json;

use super::server::{Act, Server, ok, reply, status};
use super::*;
use crate::platform::FetchKind;
use crate::platform::write::{OtherCall, Reached, WriteCall};

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(seconds).expect("a moment")
}

fn call() -> WriteCall {
    let (method, path) = ("PUT".to_owned(), "/things/a/status".to_owned());
    WriteCall { method, path, key: "k".to_owned(), not_after: Some(at(1_000)), ..WriteCall::default() }
}

#[tokio::test]
async fn a_change_that_waited_past_its_time_is_not_sent_and_nothing_was_done() {
    static CLOCK: AtomicI64 = AtomicI64::new(0);
    // It is refused for now, and the machine sleeps meanwhile.
    for (slept, sent, told) in [(999, 2, None), (1_000, 1, Some(Reached::No)), (90_000, 1, Some(Reached::No))] {
        CLOCK.store(0, Ordering::SeqCst);
        let server = Server::start(move |_, number| match number {
            0 => {
                CLOCK.store(slept, Ordering::SeqCst);
                Act::Send(reply(429, &["Retry-After: 0"], ""))
            }
            _ => status(204, ""),
        })
        .await;
        let options = ClientOptions { now: || at(CLOCK.load(Ordering::SeqCst)), ..options() };
        let came = client(&server, options).write(&call()).await;
        assert_eq!((came.err().map(|not| not.reached), server.seen().len()), (told, sent), "slept {slept} s");
    }
}

#[tokio::test]
async fn another_way_to_ask_for_the_same_is_not_tried_once_the_time_is_over() {
    static CLOCK: AtomicI64 = AtomicI64::new(0);
    let server = Server::start(|_, _| {
        CLOCK.store(5_000, Ordering::SeqCst);
        status(405, "")
    })
    .await;
    let or = vec![OtherCall { method: "PATCH".into(), path: "/things/a".into(), body: Some(json!({})) }];
    let options = ClientOptions { now: || at(CLOCK.load(Ordering::SeqCst)), ..options() };
    let not_told = client(&server, options).write(&WriteCall { or, ..call() }).await.unwrap_err();
    assert_eq!((not_told.reached, not_told.error.kind), (Reached::No, FetchKind::Unusable));
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn a_change_is_not_sent_when_the_sign_in_took_too_long() {
    static CLOCK: AtomicI64 = AtomicI64::new(0);
    let server = Server::start(|request, _| {
        if request.path().ends_with("/login") {
            CLOCK.store(5_000, Ordering::SeqCst);
            return Act::Send(reply(200, &["Set-Cookie: s=cookie-planted"], "{}"));
        }
        ok(r#"{"token":"token-planted"}"#)
    })
    .await;
    let options = ClientOptions { now: || at(CLOCK.load(Ordering::SeqCst)), ..options() };
    let not_told = user(&server, options).write(&call()).await.unwrap_err();
    assert_eq!(not_told.reached, Reached::No);
    assert_eq!(server.count("/api/v1/things/a/status"), 0);
}
