//! What a server shows about its lists is remembered: the path it knows, the page size it stands.

use super::server::{ROWS, Server, ok, status};
use super::*;
use crate::platform::FetchKind;

#[tokio::test]
async fn an_older_path_is_found_once() {
    let server = Server::start(|request, _| match request.path() {
        "/api/v1/old/things" => ok(ROWS),
        _ => status(405, ""),
    })
    .await;
    let client = client(&server, options());
    fetch(&client).await.unwrap();
    fetch(&client).await.unwrap();
    assert_eq!((server.count("/api/v1/things"), server.count("/api/v1/old/things")), (1, 2));
}

#[tokio::test]
async fn a_list_that_no_path_serves_is_not_offered() {
    let server = Server::start(|_, _| status(404, "")).await;
    let error = failure(&client(&server, options())).await;
    assert_eq!((error.kind, error.path.as_str()), (FetchKind::NotOffered, "/api/v1/things"));
    assert_eq!(server.seen().len(), 2, "each path once, none of them again");
}

#[tokio::test]
async fn a_gateways_page_in_place_of_a_list_is_asked_about_once_more() {
    for page in ["<html>no upstream</html>", "404 page not found"] {
        let server = Server::start(move |_, nth| if nth == 0 { status(404, page) } else { ok(ROWS) }).await;
        assert_eq!(fetch(&client(&server, options())).await.unwrap().rows.len(), 1, "{page}");
        let server = Server::start(move |_, _| status(404, page)).await;
        let error = failure(&client(&server, options())).await;
        assert!(error.is_doubtful(), "{page}: {error}");
        assert_eq!(server.seen().len(), 4, "each path twice");
        assert_eq!(client(&server, options()).probe().await.unwrap_err().kind, FetchKind::NotOffered, "{page}");
    }
}

#[tokio::test]
async fn a_page_size_over_the_servers_most_is_made_smaller_once() {
    let server = Server::start(|request, _| {
        let size = request.target.split("limit=").nth(1).unwrap();
        if size.parse::<u32>().unwrap() > 100 { status(422, r#"{"detail":"limit too large"}"#) } else { ok(ROWS) }
    })
    .await;
    let client = client(&server, options());
    assert_eq!(fetch(&client).await.unwrap().asked, Some(100));
    fetch(&client).await.unwrap();
    let sizes: Vec<_> = server.seen().iter().map(|request| request.target.clone()).collect();
    assert_eq!(sizes, ["/api/v1/things?limit=250", "/api/v1/things?limit=100", "/api/v1/things?limit=100"]);
}

#[tokio::test]
async fn what_is_wrong_for_another_reason_is_told_in_the_first_words() {
    let server = Server::start(|_, number| status(400, &format!(r#"{{"error":"reason {number}"}}"#))).await;
    let error = failure(&client(&server, options())).await;
    assert_eq!(error.kind, FetchKind::Rejected);
    assert!(error.message.ends_with("reason 0"), "{error}");
    assert_eq!(server.seen().len(), 3);
}

#[tokio::test]
async fn one_record_is_read_or_is_not_there() {
    let server = Server::start(|request, _| match request.path() {
        "/api/v1/things/a%2Fb" => ok(r#"{"id":"a/b"}"#),
        _ => status(404, r#"{"error":"no such thing"}"#),
    })
    .await;
    let client = client(&server, options());
    let record = client.item("things", "a/b", Priority::Interactive).await.unwrap();
    assert_eq!(record.unwrap().id, "a/b");
    assert_eq!(client.item("things", "z", Priority::Interactive).await.unwrap(), None);
    let unknown = client.item("no-such", "z", Priority::Interactive).await.unwrap_err();
    assert_eq!(unknown.kind, FetchKind::Unusable);
}

#[tokio::test]
async fn a_probe_asks_for_one_row() {
    let server = Server::start(|_, _| ok(ROWS)).await;
    client(&server, options()).probe().await.unwrap();
    assert_eq!(server.seen()[0].target, "/api/v1/things?limit=1");
    let empty = Server::start(|_, _| status(404, "")).await;
    assert_eq!(client(&empty, options()).probe().await.unwrap_err().kind, FetchKind::NotOffered);
}
