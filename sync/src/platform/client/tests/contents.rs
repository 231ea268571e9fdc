//! Content: in one reply or in pages of every manner, and what is none.

use serde_json::Value;

use super::server::{Act, Server, ok, reply, status};
use super::sim::{connect, patient, sim};
use super::*;
use crate::platform::{ContentAsk, ContentReply, FetchKind};

/// The testbed, with content that is paged as told.
fn paged(server: &Server, paging: &str) -> Client {
    paged_with(server, paging, options())
}

fn paged_with(server: &Server, paging: &str, options: ClientOptions) -> Client {
    let content = format!(
        "item = \"/things/{{id}}\"\ncontent = {{ path = \"/things/{{id}}/log\", path_or = [\"/old/{{id}}\"], \
         entries = [\"/messages\", \"/data\"], paging = {paging} }}\n"
    );
    let text = MANIFEST.replace("item = \"/things/{id}\"\n", &content);
    let manifest = Registry::builtin().check(Path::new("testbed.toml"), &text).expect("a manifest");
    Client::new(Arc::new(manifest), spec(&base(server), None), options).expect("a client")
}

fn of(id: &str, etag: Option<&str>) -> ContentAsk {
    ContentAsk {
        collection: "things".to_owned(),
        id: id.to_owned(),
        partition: String::new(),
        etag: etag.map(str::to_owned),
    }
}

async fn content(client: &Client) -> Result<ContentReply, FetchError> {
    client.content(&of("a/b", None), Priority::Content).await
}

/// Numbers from 0 as the messages, `size` at a time of `all`, each page made by `page` of its first, its numbers and whether
/// there are more.
async fn numbers(all: usize, size: usize, page: impl Fn(usize, &str, bool) -> String + Send + 'static) -> Server {
    Server::start(move |request, _| {
        let query = request.target.split_once('?').map(|(_, query)| query.to_owned()).unwrap_or_default();
        let number = |name: &str| {
            query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('=')?.parse::<usize>().ok())
        };
        let from = number("offset").or(number("cursor")).or(number("page").map(|page| (page - 1) * size)).unwrap_or(0);
        let to = all.min(from + size);
        let shown: Vec<String> = (from..to).map(|n| n.to_string()).collect();
        ok(&page(from, &shown.join(","), to < all))
    })
    .await
}

#[tokio::test]
async fn content_in_pages_is_read_to_its_end() {
    const BY_OFFSET: &str = "{ kind = \"offset\", size = 4 }";
    const BY_CURSOR: &str = "{ kind = \"cursor\", size = 4 }";
    const BY_PAGE: &str = "{ kind = \"page\", size = 4 }";
    type Page = fn(usize, &str, bool) -> String;
    let manners: [(&str, Page); 6] = [
        (BY_OFFSET, |_, rows, more| format!(r#"{{"messages":[{rows}],"pagination":{{"has_more":{more}}}}}"#)),
        (BY_OFFSET, |_, rows, _| format!(r#"{{"messages":[{rows}],"total":10}}"#)),
        (BY_OFFSET, |_, rows, _| format!("[{rows}]")),
        (BY_CURSOR, |from, rows, more| {
            let next = if more { format!("\"{}\"", from + 4) } else { "null".to_owned() };
            format!(r#"{{"data":[{rows}],"next_cursor":{next}}}"#)
        }),
        (BY_PAGE, |_, rows, more| format!(r#"{{"data":[{rows}],"has_more":{more}}}"#)),
        // The manifest says nothing of pages, and the reply does.
        ("\"none\"", |_, rows, more| format!(r#"{{"messages":[{rows}],"has_more":{more}}}"#)),
    ];
    for (paging, page) in manners {
        let server = numbers(10, 4, page).await;
        let got = content(&paged(&server, paging)).await.unwrap_or_else(|error| panic!("{paging}: {error}"));
        let ContentReply::Messages { messages, count, .. } = got else { panic!("{got:?}") };
        assert_eq!((messages.as_str(), count), ("[0,1,2,3,4,5,6,7,8,9]", 10), "{paging}");
        assert_eq!(server.count("/api/v1/things/a%2Fb/log"), 3);
    }
}

/// What each page of a content by cursor holds, and whether each says in words as well that there are more.
async fn by_cursor(pages: &'static [&'static str], says: bool) -> (Server, Result<ContentReply, FetchError>) {
    let server = Server::start(move |request, _| {
        let place = request.target.split("cursor=").nth(1).and_then(|rest| rest.split('&').next()?.parse().ok());
        let place: usize = place.unwrap_or(0);
        let rows = pages.get(place).copied().unwrap_or_default();
        let next = if place + 1 < pages.len() { format!("\"{}\"", place + 1) } else { "null".to_owned() };
        let more = if says { format!(r#","has_more":{}"#, place + 1 < pages.len()) } else { String::new() };
        ok(&format!(r#"{{"data":[{rows}],"pagination":{{"next_cursor":{next}{more}}}}}"#))
    })
    .await;
    let got = content(&paged(&server, "{ kind = \"cursor\", size = 4 }")).await;
    (server, got)
}

#[tokio::test]
async fn an_empty_page_that_leads_on_does_not_end_a_content() {
    for says in [true, false] {
        let (_, got) = by_cursor(&["", "1,2", "", "", "3"], says).await;
        let all = ContentReply::Messages { messages: "[1,2,3]".to_owned(), count: 3, etag: None, partial: false };
        assert_eq!(got, Ok(all), "says: {says}");
        // Of a server that leads on and on through nothing, what it has shown is a part.
        let (server, got) = by_cursor(&["1", "", "", "", "", "", "", "", "2"], says).await;
        let part = ContentReply::Messages { messages: "[1]".to_owned(), count: 1, etag: None, partial: true };
        assert_eq!((got, server.seen().len()), (Ok(part), 7), "says: {says}");
    }
}

/// Pages of four by offset, of what `state` says there is when a request is the nth.
async fn moving(state: impl Fn(usize) -> Vec<usize> + Send + 'static) -> Server {
    Server::start(move |request, nth| {
        let offset = request.target.split("offset=").nth(1).and_then(|rest| rest.split('&').next()?.parse().ok());
        let all = state(nth);
        let shown: Vec<String> = all.iter().skip(offset.unwrap_or(0)).take(4).map(usize::to_string).collect();
        ok(&format!(r#"{{"messages":[{}],"total":{}}}"#, shown.join(","), all.len()))
    })
    .await
}

#[tokio::test]
async fn content_that_changes_while_it_is_read_is_never_kept_as_a_mixture() {
    const BY_OFFSET: &str = "{ kind = \"offset\", size = 4 }";
    let numbers = |got: Result<ContentReply, FetchError>| match got {
        Ok(ContentReply::Messages { messages, .. }) => serde_json::from_str::<Vec<usize>>(&messages).expect("numbers"),
        other => panic!("{other:?}"),
    };
    // Something is said while the pages are read.
    let server = moving(|nth| (0..9 + nth).collect()).await;
    assert_eq!(numbers(content(&paged(&server, BY_OFFSET)).await), (0..11).collect::<Vec<_>>());
    // What was said is made shorter after the first page was read, once.
    let server = moving(|nth| if nth == 0 { (0..10).collect() } else { (100..106).collect() }).await;
    assert_eq!(numbers(content(&paged(&server, BY_OFFSET)).await), (100..106).collect::<Vec<_>>());
    // And again and again: nothing is kept, and it is tried another time.
    let server = moving(|nth| (nth..1_000 - nth).collect()).await;
    let error = content(&paged(&server, BY_OFFSET)).await.expect_err("no state of it was read");
    assert!(error.kind == FetchKind::BadReply && error.message.contains("changed each time"), "{error}");
}

#[tokio::test]
async fn a_server_that_knows_no_pages_is_asked_once_more_and_one_that_goes_in_circles_is_known_to_hide_something() {
    let server = Server::start(|_, _| ok("[1,2,3,4]")).await;
    let got = content(&paged(&server, "{ kind = \"offset\", size = 4 }")).await.unwrap();
    assert!(matches!(got, ContentReply::Messages { count: 4, .. }), "{got:?}");
    let server = Server::start(|_, _| ok(r#"{"messages":[1,2,3,4],"has_more":true}"#)).await;
    let got = content(&paged(&server, "\"none\"")).await.unwrap();
    let shown = ContentReply::Messages { messages: "[1,2,3,4]".to_owned(), count: 4, etag: None, partial: true };
    assert_eq!(got, shown, "what it has shown is kept, and known to be a part");
    let endless = numbers(usize::MAX, 400, |_, rows, _| format!(r#"{{"messages":[{rows}],"has_more":true}}"#)).await;
    let error = content(&paged(&endless, "{ kind = \"offset\", size = 400 }")).await.unwrap_err();
    assert_eq!(error.kind, FetchKind::TooLarge, "{error}");
}

#[tokio::test]
async fn what_is_no_content_is_told_apart_from_a_record_that_has_none() {
    let server = Server::start(|request, _| match request.path() {
        "/api/v1/old/a%2Fb" => ok("[1]"),
        _ => status(404, r#"{"error":"no"}"#),
    })
    .await;
    let client = paged(&server, "\"none\"");
    assert!(matches!(content(&client).await, Ok(ContentReply::Messages { count: 1, .. })), "the other path is tried");
    assert_eq!(client.content(&of("c", None), Priority::Content).await, Ok(ContentReply::Absent));
    for (body, code) in [("<html>gone</html>", 404), (r#"{"messages":[{"a":1}"#, 200), ("<html></html>", 200)] {
        let server = Server::start(move |_, _| status(code, body)).await;
        let error = content(&paged(&server, "\"none\"")).await.unwrap_err();
        assert_eq!(error.kind, FetchKind::BadReply, "{code} {body}: {error}");
    }
    let large = format!("[\"{}\"]", "x".repeat(5_000));
    let server = Server::start(move |_, _| ok(&large)).await;
    assert_eq!(content(&paged(&server, "\"none\"")).await.unwrap_err().kind, FetchKind::TooLarge);
}

#[tokio::test]
async fn a_key_that_stands_in_content_is_struck_out_and_an_unchanged_content_is_not_sent_again() {
    let body = format!(r#"{{"messages":[{{"text":"export KEY={KEY} and more"}}]}}"#);
    let server = Server::start(move |request, _| match request.header("if-none-match") {
        Some("\"v1\"") => status(304, ""),
        _ => Act::Send(reply(200, &["ETag: \"v1\""], &body)),
    })
    .await;
    let client = paged(&server, "\"none\"");
    let ContentReply::Messages { messages, etag, .. } = content(&client).await.unwrap() else { panic!("messages") };
    assert!(!messages.contains(KEY) && messages.contains("and more"), "{messages}");
    assert!(serde_json::from_str::<Value>(&messages).is_ok());
    assert_eq!(etag.as_deref(), Some("\"v1\""));
    let again = client.content(&of("a/b", Some("\"v1\"")), Priority::Content).await;
    assert_eq!(again, Ok(ContentReply::Unchanged));
}

#[tokio::test]
async fn the_contents_of_the_simulated_platforms_are_read_whole() {
    let sim = sim().await;
    for (platform, collection) in [("turen", "sessions"), ("exo", "conversations"), ("exo", "runs")] {
        let client = connect(&sim.endpoint(platform).unwrap(), patient(), |_| {});
        let Ok(Reply::Page(page)) =
            client.page(&PageAsk { collection: collection.to_owned(), ..super::ask() }, Priority::List).await
        else {
            panic!("a page of {collection}")
        };
        for row in page.rows.iter().take(5) {
            let ask = ContentAsk {
                collection: collection.to_owned(),
                id: row.id.clone(),
                partition: String::new(),
                etag: None,
            };
            let got = client.content(&ask, Priority::Content).await.unwrap_or_else(|error| panic!("{error}"));
            let ContentReply::Messages { messages, count, .. } = got else {
                panic!("{collection} {}: {got:?}", row.id)
            };
            let read: Vec<Value> = serde_json::from_str(&messages).expect("an array");
            let said = serde_json::from_str::<Value>(&row.doc).expect("JSON")["message_count"].as_u64();
            assert_eq!(read.len() as u64, count);
            assert!(said.is_none_or(|said| said == count), "{collection} {}: {said:?}, not {count}", row.id);
        }
    }
}

#[tokio::test]
async fn a_content_that_is_refused_does_not_wait_as_a_list_would() {
    let server = Server::start(|_, nth| match nth {
        0 => Act::Send(reply(429, &["Retry-After: 20"], "")),
        _ => ok("[]"),
    })
    .await;
    let patient = ClientOptions { patience: Duration::from_secs(150), ..options() };
    let client = paged_with(&server, "\"none\"", patient);
    let error = content(&client).await.expect_err("twenty seconds are too long");
    assert_eq!((error.kind, error.status, server.seen().len()), (FetchKind::RateLimited, Some(429), 1));
}

#[tokio::test]
async fn a_content_that_is_refused_for_a_moment_is_asked_for_again() {
    let server = Server::start(|_, nth| match nth {
        0 => Act::Send(reply(429, &["Retry-After: 0"], "")),
        _ => ok("[1]"),
    })
    .await;
    let got = content(&paged(&server, "\"none\"")).await;
    assert!(matches!(got, Ok(ContentReply::Messages { count: 1, .. })), "{got:?}");
}

#[tokio::test]
async fn a_gateway_without_a_server_behind_it_does_not_say_that_there_is_no_content() {
    let server = Server::start(|_, _| status(404, "default backend - 404")).await;
    let error = content(&paged(&server, "\"none\"")).await.expect_err("nobody knows");
    assert_eq!((error.kind, error.status), (FetchKind::BadReply, Some(404)));
    let server = Server::start(|_, _| status(404, r#"{"error":"no such session"}"#)).await;
    assert_eq!(content(&paged(&server, "\"none\"")).await, Ok(ContentReply::Absent));
}
