//! Connections that cannot work: nothing is sent, or it is said why nothing comes back.

use super::server::{Server, status};
use super::*;
use crate::platform::{FetchKind, check_secret};

fn refused(spec: ConnectSpec) -> String {
    let error = Client::new(manifest(), spec, options()).expect_err("this cannot work");
    assert_eq!(error.kind, FetchKind::Unusable);
    assert!(!error.message.contains(KEY), "{error}");
    error.message
}

#[test]
fn plain_http_stays_on_this_machine() {
    assert!(refused(spec("http://turen.example/api", None)).contains("use https"));
    assert!(refused(spec("ftp://turen.example/api", None)).contains("ftp"));
    assert!(refused(spec("https://ada:pass@turen.example/api", None)).contains("apart"));
    for fine in ["http://127.0.0.1:9/api", "http://localhost:9/", "http://[::1]:9/", "https://turen.example"] {
        Client::new(manifest(), spec(fine, None), options()).expect(fine);
    }
}

#[test]
fn keys_of_the_wrong_sort_are_told_apart() {
    let check = |user: Option<&str>, secret: &str| check_secret(&manifest(), user, &Secret::new(secret));
    assert_eq!(check(None, KEY), Ok(()));
    assert_eq!(check(None, "another-beginning\n"), Ok(()), "the server has the last word");
    assert_eq!(check(Some("ada"), PASSWORD), Ok(()));
    let reason = check(None, "rk_live_planted").unwrap_err();
    assert!(reason.contains("it registers machines") && !reason.contains("planted"), "{reason}");
    for bad in ["", "two\nlines", "nul\0", "Bearer key", "k\u{2014}y"] {
        assert!(check(None, bad).is_err(), "{bad:?}");
    }
    for bad in ["", "two\nlines"] {
        assert!(check(Some("ada"), bad).is_err(), "{bad:?}");
    }
    let mut without = (*manifest()).clone();
    let session = without.auth.remove(0);
    assert!(check_secret(&without, Some("ada"), &Secret::new("x")).unwrap_err().contains("leave the user out"));
    without.auth = vec![session];
    assert!(check_secret(&without, None, &Secret::new("x")).unwrap_err().contains("name the user"));
}

#[tokio::test]
async fn a_machine_that_refuses_connections_is_soon_given_up() {
    let (_held, address) = nobody();
    let client = Client::new(manifest(), spec(&format!("http://{address}/"), None), options()).unwrap();
    let error = failure(&client).await;
    assert_eq!((error.kind, error.status), (FetchKind::Unreachable, None));
    assert!(error.message.contains(&address.to_string()), "{error}");
    assert_eq!(client.traffic().requests, 2);
}

#[tokio::test]
async fn a_refused_key_is_told_in_the_servers_words() {
    let server = Server::start(|_, _| status(401, &format!(r#"{{"detail":"no such key: {KEY}"}}"#))).await;
    let error = failure(&client(&server, options())).await;
    assert_eq!((error.kind, error.status), (FetchKind::Unauthorized, Some(401)));
    assert!(error.message.ends_with("no such key: ‹secret›"), "{error}");
    assert_eq!(server.seen().len(), 1, "a refused key is not tried twice");
}

#[tokio::test]
async fn each_refusal_is_told_apart() {
    for (code, kind) in [
        (403, FetchKind::Forbidden),
        (404, FetchKind::NotOffered),
        (409, FetchKind::Rejected),
        (422, FetchKind::Rejected),
    ] {
        let server = Server::start(move |_, _| status(code, r#"{"error":"because"}"#)).await;
        let error = failure(&client(&server, options())).await;
        assert_eq!((error.kind, error.status), (kind, Some(code)));
        assert!(error.message.ends_with("because"), "{error}");
    }
}
