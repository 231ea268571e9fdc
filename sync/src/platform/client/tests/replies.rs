//! Replies of every manner: good, unchanged, moved, broken, silent, endless.

use std::time::{Duration, Instant};

use super::server::{Act, ROWS, Server, ok, reply, status};
use super::*;
use crate::platform::FetchKind;

#[tokio::test]
async fn a_page_is_read_with_the_key_in_its_header() {
    const CHANGED: &str = "Tue, 17 Feb 2026 09:00:00 GMT";
    let headers = ["ETag: \"v1\"", &format!("Last-Modified: {CHANGED}"), "Date: Tue, 17 Feb 2026 09:00:02 GMT"];
    let whole = reply(200, &headers, ROWS);
    let server = Server::start(move |_, _| Act::Send(whole.clone())).await;
    let client = client(&server, options());
    let page = fetch(&client).await.unwrap();
    assert_eq!(page.rows[0].id, "a");
    assert_eq!((page.etag.as_deref(), page.last_modified.as_deref()), (Some("\"v1\""), Some(CHANGED)));
    let request = server.seen().remove(0);
    assert_eq!(request.target, "/api/v1/things?limit=250");
    assert_eq!(request.header("x-key"), Some(KEY));
    assert!(request.header("user-agent").unwrap().starts_with("quarterdeck/"));
    let packed = request.header("accept-encoding").unwrap();
    assert!(packed.contains("gzip") && packed.contains("zstd"), "{packed}");
    assert_eq!(client.traffic().requests, 1);
    assert_eq!(client.traffic().bytes, ROWS.len() as u64);
}

/// It may change once more within that second, and the server would say "not modified" of it from then on.
#[tokio::test]
async fn a_list_that_changed_in_the_second_in_which_it_was_read_is_sent_whole_the_next_time() {
    let dates =
        ["Date: Tue, 17 Feb 2026 09:00:00 GMT", "Date: Tue, 17 Feb 2026 09:00:01 GMT", "Date: soon", "X-Date: none"];
    for date in dates {
        let whole = reply(200, &["Last-Modified: Tue, 17 Feb 2026 09:00:00 GMT", date], ROWS);
        let server = Server::start(move |_, _| Act::Send(whole.clone())).await;
        assert_eq!(fetch(&client(&server, options())).await.unwrap().last_modified, None, "{date}");
    }
}

#[tokio::test]
async fn an_unchanged_list_is_not_sent_again() {
    let server = Server::start(|request, _| match request.header("if-none-match") {
        Some("\"v1\"") if request.header("if-modified-since") == Some("Tue") => status(304, ""),
        _ => ok(ROWS),
    })
    .await;
    let client = client(&server, options());
    let asked = PageAsk { etag: Some("\"v1\"".into()), last_modified: Some("Tue".into()), ..ask() };
    assert_eq!(client.page(&asked, Priority::List).await.unwrap(), Reply::NotModified);
}

#[tokio::test]
async fn a_redirect_within_the_host_is_followed() {
    let server = Server::start(|request, _| match request.path() {
        "/api/v1/things" => Act::Send(reply(307, &["Location: /api/v1/things/?limit=250"], "")),
        _ => ok(ROWS),
    })
    .await;
    assert_eq!(fetch(&client(&server, options())).await.unwrap().rows.len(), 1);
    assert!(server.seen().iter().all(|request| request.header("x-key") == Some(KEY)));
}

#[tokio::test]
async fn the_key_is_not_carried_to_another_host() {
    let thief = Server::start(|_, _| ok(ROWS)).await;
    let location = format!("Location: http://{}/api/v1/things", thief.address);
    let server = Server::start(move |_, _| Act::Send(reply(302, &[&location], ""))).await;
    let error = failure(&client(&server, options())).await;
    assert_eq!((error.kind, error.status), (FetchKind::Redirected, Some(302)));
    assert!(error.message.contains(&thief.address.to_string()), "{error}");
    assert_eq!((server.seen().len(), thief.seen().len()), (1, 0));
}

#[tokio::test]
async fn a_redirect_that_never_ends_is_given_up() {
    let server = Server::start(|_, _| Act::Send(reply(302, &["Location: /api/v1/things"], ""))).await;
    assert_eq!(failure(&client(&server, options())).await.kind, FetchKind::Redirected);
    assert_eq!(server.seen().len(), 4);
}

#[tokio::test]
async fn a_web_page_with_200_is_retried_and_then_shown() {
    let server = Server::start(|_, _| ok(&format!("<html>\u{1b}[31m{KEY} down for maintenance"))).await;
    let error = failure(&client(&server, options())).await;
    assert_eq!((error.kind, error.status), (FetchKind::BadReply, Some(200)));
    assert_eq!(error.path, "/api/v1/things");
    for part in ["/api/v1/things", "200", "web page", "␛[31m", "maintenance"] {
        assert!(error.message.contains(part), "{part} in {error}");
    }
    assert_eq!(server.seen().len(), 3);
}

#[tokio::test]
async fn a_reply_of_the_wrong_shape_is_a_bad_reply() {
    for (body, tries) in [("", 3), ("{\"data\":", 3), ("true", 2), ("7", 2), ("\"text\"", 2)] {
        let server = Server::start(move |_, _| ok(body)).await;
        assert_eq!(failure(&client(&server, options())).await.kind, FetchKind::BadReply, "{body}");
        assert_eq!(server.seen().len(), tries, "{body}");
    }
    let server = Server::start(|_, _| status(204, "")).await;
    assert_eq!(failure(&client(&server, options())).await.kind, FetchKind::BadReply);
}

#[tokio::test]
async fn a_reply_that_is_cut_off_is_read_again() {
    let short = format!("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{ROWS}");
    let chunk = format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{:x}\r\n{ROWS}\r\n4\r\nx", ROWS.len());
    for cut in [short, chunk] {
        let once = cut.clone();
        let server = Server::start(move |_, number| match number {
            0 => Act::SendClose(once.clone().into_bytes()),
            _ => ok(ROWS),
        })
        .await;
        assert_eq!(fetch(&client(&server, options())).await.unwrap().rows.len(), 1);
        let server = Server::start(move |_, _| Act::SendClose(cut.clone().into_bytes())).await;
        let error = failure(&client(&server, options())).await;
        assert_eq!((error.kind, error.status), (FetchKind::BadReply, Some(200)));
        assert_eq!(server.seen().len(), 3);
    }
}

#[tokio::test]
async fn a_reply_over_the_limit_is_not_taken() {
    let announced = reply(200, &[], &"x".repeat(5000));
    let endless = format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1400\r\n{}", "y".repeat(0x1400));
    for big in [announced, endless.into_bytes()] {
        let server = Server::start(move |_, _| Act::SendHang(big.clone())).await;
        let error = failure(&client(&server, options())).await;
        assert_eq!(error.kind, FetchKind::TooLarge);
        assert_eq!(server.seen().len(), 1, "asking again would not make it smaller");
    }
}

#[tokio::test]
async fn a_packed_reply_is_limited_by_what_it_unpacks_to() {
    let body = zstd::encode_all(" ".repeat(1_000_000).as_bytes(), 3).unwrap();
    let mut bomb =
        format!("HTTP/1.1 200 OK\r\nContent-Encoding: zstd\r\nContent-Length: {}\r\n\r\n", body.len()).into_bytes();
    bomb.extend(body);
    let server = Server::start(move |_, _| Act::Send(bomb.clone())).await;
    assert_eq!(failure(&client(&server, options())).await.kind, FetchKind::TooLarge);
}

#[tokio::test]
async fn silence_is_not_waited_out() {
    let quick = ClientOptions {
        idle_timeout: Duration::from_secs(1),
        connect_timeout: Duration::from_secs(1),
        tries: 2,
        ..options()
    };
    for begun in ["", "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{\"da"] {
        let server = Server::start(move |_, _| Act::SendHang(begun.into())).await;
        assert_eq!(failure(&client(&server, quick.clone())).await.kind, FetchKind::TimedOut, "{begun}");
        assert_eq!(server.seen().len(), 2);
    }
}

#[tokio::test]
async fn a_failing_server_is_asked_again() {
    let server = Server::start(|_, number| if number < 2 { status(503, "") } else { ok(ROWS) }).await;
    let client = client(&server, options());
    fetch(&client).await.unwrap();
    assert_eq!((client.traffic().requests, client.traffic().retries), (3, 2));
}

#[tokio::test]
async fn a_server_that_keeps_failing_is_quoted() {
    let server = Server::start(|_, _| status(500, r#"{"error":{"message":"database is \u001b[1m locked"}}"#)).await;
    let error = failure(&client(&server, options())).await;
    assert_eq!((error.kind, error.status), (FetchKind::Server, Some(500)));
    assert_eq!(error.message, "/api/v1/things: 500 Internal Server Error: database is ␛[1m locked");
    assert_eq!(server.seen().len(), 3);
}

#[tokio::test]
async fn a_dead_pooled_connection_costs_no_wait() {
    // Answers once on each connection, says that it stays open, and closes it at the next request.
    let server = Server::start(|request, number| match (request.connection, number) {
        (0, 0) | (1.., _) => ok(ROWS),
        _ => Act::SendClose(Vec::new()),
    })
    .await;
    let slow = ClientOptions { backoff: Duration::from_secs(60), backoff_max: Duration::from_secs(60), ..options() };
    let client = client(&server, slow);
    let begun = Instant::now();
    fetch(&client).await.unwrap();
    fetch(&client).await.unwrap();
    assert!(begun.elapsed() < Duration::from_secs(20));
    assert_eq!(server.seen().len(), 3);
}

#[tokio::test]
async fn a_large_reply_is_read_like_a_small_one() {
    let rows: Vec<_> = (0..20_000).map(|n| format!("{{\"id\":\"{n}\",\"name\":\"row\"}}")).collect();
    let body = format!("[{}]", rows.join(","));
    let server = Server::start(move |_, _| ok(&body)).await;
    let client = client(&server, ClientOptions { max_reply: 10_000_000, ..options() });
    assert_eq!(fetch(&client).await.unwrap().rows.len(), 20_000);
}
