//! The budget on the wire: headers seen, refusals waited for, patience that ends, people first.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use futures_util::poll;
use reqwest::header::HeaderMap;

use super::server::{Act, ROWS, Server, ok, reply};
use super::*;
use crate::platform::FetchKind;
use crate::platform::client::budget::{Gate, Patience, Settings};

fn gate(concurrency: usize) -> Arc<Gate> {
    let backoff = (Duration::from_millis(5), Duration::from_millis(50));
    let settings = Settings { reserve: 0.2, concurrency, window: None, trust_reset: true, backoff };
    Arc::new(Gate::new(manifest().rate.clone(), settings))
}

fn patience() -> Patience {
    Patience::new(Duration::from_secs(5))
}

#[tokio::test]
async fn the_budget_is_shown_as_the_headers_tell_it() {
    let head = ["X-RateLimit-Limit: 100", "X-RateLimit-Remaining: 42", "X-RateLimit-Reset: 30"];
    let server = Server::start(move |_, _| Act::Send(reply(200, &head, ROWS))).await;
    let client = client(&server, options());
    assert_eq!(client.budget(), crate::platform::BudgetView::default());
    let before = jiff::Timestamp::now();
    fetch(&client).await.unwrap();
    let after = jiff::Timestamp::now();
    let budget = client.budget();
    assert_eq!((budget.limit, budget.remaining, budget.paused_until), (Some(100), Some(42), None));
    let wait = |from: jiff::Timestamp| budget.reset_at.unwrap().as_second() - from.as_second();
    assert!(wait(before) >= 29 && wait(after) <= 31, "{} {}", wait(before), wait(after));
}

#[tokio::test]
async fn a_refusal_is_waited_for_as_the_server_asks() {
    let server = Server::start(|_, number| match number {
        0 => Act::Send(reply(429, &["Retry-After: 1"], "")),
        _ => ok(ROWS),
    })
    .await;
    let client = client(&server, options());
    let begun = Instant::now();
    // The whole connection waits, not only the request that was refused.
    let (one, other) = tokio::join!(fetch(&client), fetch(&client));
    one.and(other).unwrap();
    assert!(begun.elapsed() >= Duration::from_secs(1));
    assert_eq!((client.traffic().requests, client.traffic().refused), (3, 1));
}

#[tokio::test]
async fn a_wait_longer_than_patience_is_told_at_once() {
    let server =
        Server::start(|_, _| Act::Send(reply(429, &["Retry-After: 3600"], r#"{"error":{"message":"slow down"}}"#)))
            .await;
    let begun = Instant::now();
    let error = failure(&client(&server, options())).await;
    assert!(begun.elapsed() < Duration::from_secs(600));
    assert_eq!((error.kind, error.status), (FetchKind::RateLimited, Some(429)));
    assert!(error.message.contains("slow down"), "{error}");
    let wait = error.retry_after.unwrap().as_secs();
    assert!((3590..=3600).contains(&wait), "{wait}");
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn a_server_that_refuses_for_ever_is_given_up_and_not_stormed() {
    let server = Server::start(|_, _| Act::Send(reply(429, &["Retry-After: 0"], ""))).await;
    let short = ClientOptions { patience: Duration::from_millis(600), ..options() };
    let error = failure(&client(&server, short)).await;
    assert_eq!(error.kind, FetchKind::RateLimited);
    assert!((2..20).contains(&server.seen().len()), "{}", server.seen().len());
}

#[tokio::test]
async fn a_used_up_budget_is_not_asked_for_more() {
    let head = ["X-RateLimit-Limit: 10", "X-RateLimit-Remaining: 2", "X-RateLimit-Reset: 3600"];
    let server = Server::start(move |_, _| Act::Send(reply(200, &head, ROWS))).await;
    let client = client(&server, options());
    fetch(&client).await.unwrap();
    assert!(client.budget().paused_until.is_some());
    let error = failure(&client).await;
    assert_eq!((error.kind, server.seen().len()), (FetchKind::RateLimited, 1), "the rest is the others'");
    // A person may still look.
    client.page(&ask(), Priority::Interactive).await.unwrap();
    assert_eq!(server.seen().len(), 2);
}

#[tokio::test]
async fn the_first_request_goes_alone_until_its_headers_are_here() {
    let gate = gate(3);
    let mut first = gate.enter(Priority::List, &mut patience()).await.unwrap();
    let (mut two, mut three) = (patience(), patience());
    let second = gate.enter(Priority::List, &mut two);
    let third = gate.enter(Priority::List, &mut three);
    tokio::pin!(second, third);
    assert!(poll!(second.as_mut()).is_pending() && poll!(third.as_mut()).is_pending());
    first.headers(&HeaderMap::new(), false);
    // Its body may still be on the way.
    let (_second, _third) = (second.await.unwrap(), third.await.unwrap());
    drop(first);
}

#[tokio::test]
async fn those_who_matter_more_go_first() {
    let gate = gate(1);
    let held = gate.enter(Priority::List, &mut patience()).await.unwrap();
    let order = Arc::new(Mutex::new(Vec::new()));
    let wait = async |priority: Priority| {
        let permit = gate.enter(priority, &mut patience()).await.unwrap();
        order.lock().unwrap().push(priority);
        drop(permit);
    };
    tokio::join!(
        wait(Priority::Content),
        wait(Priority::List),
        wait(Priority::Write),
        wait(Priority::Interactive),
        async { drop(held) }
    );
    use Priority::{Content, Interactive, List, Write};
    assert_eq!(*order.lock().unwrap(), [Interactive, Write, List, Content]);
}

#[tokio::test]
async fn a_request_that_is_given_up_leaves_the_queue() {
    let gate = gate(1);
    let held = gate.enter(Priority::List, &mut patience()).await.unwrap();
    {
        let mut patience = patience();
        let waiting = gate.enter(Priority::Interactive, &mut patience);
        tokio::pin!(waiting);
        assert!(poll!(waiting.as_mut()).is_pending());
    }
    drop(held);
    gate.enter(Priority::Content, &mut patience()).await.unwrap();
}
