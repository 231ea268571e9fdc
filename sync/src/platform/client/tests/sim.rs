//! The client with the real manifests against the simulated platforms.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use quarterdeck_sim::{Endpoint, Fault, Limit, Matcher, Options, RateHeaders, Sim, What, Window};

use super::*;
use crate::platform::manifest::Collection;
use crate::platform::{FetchKind, Style};

pub(super) async fn sim() -> Sim {
    Sim::start(Options::default()).await.expect("a free port on loopback")
}

/// A client of a simulated platform, its manifest changed by `change`.
pub(super) fn connect(endpoint: &Endpoint, options: ClientOptions, change: impl FnOnce(&mut Manifest)) -> Client {
    let manifest = Registry::builtin().get(&endpoint.platform).expect("a built-in platform");
    let mut manifest = (*manifest).clone();
    change(&mut manifest);
    let (url, _) = Client::normalise_url(&manifest, &endpoint.url).expect("a URL as an operator would paste it");
    let secret = endpoint.password.as_deref().or(endpoint.key.as_deref()).expect("something that opens it");
    let spec =
        ConnectSpec { name: endpoint.name.clone(), url, user: endpoint.user.clone(), secret: Secret::new(secret) };
    Client::new(Arc::new(manifest), spec, options).expect("a client")
}

pub(super) fn patient() -> ClientOptions {
    ClientOptions { max_reply: 1 << 20, ..options() }
}

fn list(collection: &str) -> PageAsk {
    PageAsk { collection: collection.to_owned(), ..ask() }
}

#[tokio::test]
async fn every_platform_is_reached_with_what_opens_it() {
    let sim = sim().await;
    for endpoint in sim.endpoints() {
        let client = connect(&endpoint, patient(), |_| {});
        client.probe().await.unwrap_or_else(|error| panic!("{}: {error}", endpoint.name));
    }
}

#[tokio::test]
async fn an_exo_session_that_ends_is_renewed_once_for_all() {
    let sim = sim().await;
    let endpoint = sim.endpoint("exo").unwrap();
    let client = connect(&endpoint, patient(), |_| {});
    client.page(&list("agents"), Priority::List).await.unwrap();
    sim.script().add(Fault::first(Matcher::endpoint("exo").path("/agents"), 1, What::ExpireSession));
    let asked = list("agents");
    let pages = join_all((0..4).map(|_| client.page(&asked, Priority::List)));
    for page in pages.await {
        let Reply::Page(page) = page.unwrap() else { panic!("a page") };
        assert_eq!(page.style, Style::Cursor);
    }
    let logins = sim.log().into_iter().filter(|request| request.path == "/auth/login").count();
    assert_eq!(logins, 2);
}

#[tokio::test]
async fn a_wrong_exo_password_is_told_in_exos_words() {
    let sim = sim().await;
    let endpoint = Endpoint { password: Some("planted-wrong-password".into()), ..sim.endpoint("exo").unwrap() };
    let error = connect(&endpoint, patient(), |_| {}).probe().await.unwrap_err();
    assert_eq!((error.kind, error.status), (FetchKind::Unauthorized, Some(401)));
    assert!(error.message.ends_with("Invalid email or password"), "{error}");
}

#[tokio::test]
async fn a_wrong_key_is_refused() {
    let sim = sim().await;
    for name in ["turen", "runagents", "runagents-v1alpha"] {
        let endpoint = Endpoint { key: Some("planted-wrong-key".into()), ..sim.endpoint(name).unwrap() };
        let error = connect(&endpoint, patient(), |_| {}).probe().await.unwrap_err();
        assert_eq!(error.kind, FetchKind::Unauthorized, "{name}: {error}");
        assert!(!error.message.contains("planted"), "{error}");
    }
}

/// Longer than any of this takes on a slow machine, shorter than the minute that a stall would be.
const SLOW: Duration = Duration::from_secs(40);

/// Asks for the same list so many times at once; how long it took, and how many requests were refused.
async fn hurry(client: &Client, collection: &str, times: usize) -> (Duration, u64) {
    let begun = Instant::now();
    let asked = list(collection);
    for page in join_all((0..times).map(|_| client.page(&asked, Priority::List))).await {
        page.unwrap();
    }
    (begun.elapsed(), client.traffic().refused)
}

async fn keeps_to(window: Window, headers: RateHeaders) {
    let sim = sim().await;
    let client = connect(&sim.endpoint("turen").unwrap(), patient(), |_| {});
    sim.script().limit("turen", Limit { requests: 30, per: Duration::from_secs(1), window, headers });
    // 24 a window are ours: a window and a bit.
    let (time, refused) = hurry(&client, "agents", 30).await;
    assert!(refused <= 1, "{refused} refused");
    assert!(time < SLOW, "{time:?}");
}

#[tokio::test]
async fn a_fixed_window_is_kept_to_and_used() {
    keeps_to(Window::Fixed, RateHeaders::Epoch).await;
}

#[tokio::test]
async fn a_window_that_tells_seconds_is_kept_to_and_used() {
    keeps_to(Window::Fixed, RateHeaders::Delta).await;
}

#[tokio::test]
async fn a_sliding_window_is_kept_to_and_used() {
    keeps_to(Window::Sliding, RateHeaders::EpochAlwaysRetry).await;
}

#[tokio::test]
async fn exos_lying_headers_neither_storm_nor_stall() {
    let sim = sim().await;
    let window = |manifest: &mut Manifest| manifest.rate.window = Some(1);
    let client = connect(&sim.endpoint("exo").unwrap(), patient(), window);
    sim.script().limit("exo", Limit::sliding_lying(20, Duration::from_secs(1)));
    let (time, refused) = hurry(&client, "agents", 30).await;
    assert!(refused <= 1, "{refused} refused");
    assert!(time < SLOW, "{time:?}");
}

#[tokio::test]
async fn a_server_that_only_refuses_is_followed() {
    let sim = sim().await;
    let limit =
        Limit { requests: 10, per: Duration::from_secs(1), window: Window::Fixed, headers: RateHeaders::RetryOnly };
    let client = connect(&sim.endpoint("runagents").unwrap(), patient(), |_| {});
    sim.script().limit("runagents", limit);
    let (time, refused) = hurry(&client, "agents", 20).await;
    assert!(refused <= 12, "{refused} refused");
    assert!(time < SLOW, "{time:?}");
}

#[tokio::test]
async fn what_goes_wrong_once_is_not_seen() {
    let sim = sim().await;
    let client = connect(&sim.endpoint("turen").unwrap(), patient(), |_| {});
    let once =
        [What::Status(500), What::Html(200), What::Reset, What::Close, What::Truncated(10), What::CutChunked(10)];
    // Turen sends `Retry-After` with every reply: a failure is not waited out for it.
    let begun = Instant::now();
    for what in once {
        let fault = sim.script().add(Fault::first(Matcher::endpoint("turen"), 1, what.clone()));
        client.page(&list("agents"), Priority::List).await.unwrap_or_else(|error| panic!("{what:?}: {error}"));
        assert_eq!(sim.script().hits(fault), 1, "{what:?}");
    }
    assert!(begun.elapsed() < SLOW, "{:?}", begun.elapsed());
}

#[tokio::test]
async fn what_stays_wrong_is_told_apart() {
    let sim = sim().await;
    let brief = Duration::from_secs(1);
    let quick = ClientOptions { connect_timeout: brief, idle_timeout: brief, tries: 1, ..patient() };
    for (what, kind) in [
        (What::Status(500), FetchKind::Server),
        (What::Status(403), FetchKind::Forbidden),
        (What::Status(404), FetchKind::NotOffered),
        (What::Html(200), FetchKind::BadReply),
        (What::Reset, FetchKind::Unreachable),
        (What::Truncated(10), FetchKind::BadReply),
        (What::Gigantic, FetchKind::TooLarge),
        (What::Hang, FetchKind::TimedOut),
    ] {
        let options = if what == What::Hang { quick.clone() } else { patient() };
        let client = connect(&sim.endpoint("turen").unwrap(), options, |_| {});
        let fault = sim.script().add(Fault::always(Matcher::endpoint("turen"), what.clone()));
        let error = client.page(&list("agents"), Priority::List).await.unwrap_err();
        assert_eq!(error.kind, kind, "{what:?}: {error}");
        assert!(!format!("{error:?}").contains("sk_live_"), "{error:?}");
        sim.script().remove(fault);
    }
}

#[test]
fn the_manifests_paths_are_what_the_probe_needs() {
    for (manifest, _) in Registry::builtin().iter() {
        let whole = |collection: &&Collection| !collection.list.contains("{parent}");
        assert!(manifest.collections.values().any(|collection| whole(&collection)), "{}", manifest.name);
    }
}
