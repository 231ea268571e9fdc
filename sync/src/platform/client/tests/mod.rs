//! The client against servers of all manners, over real sockets on loopback.

mod contents;
mod late;
mod limits;
mod lists;
mod looks;
mod replies;
pub(crate) mod server;
mod sessions;
mod sim;
mod sim_writes;
mod writes;
mod wrong;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpSocket;

use self::server::Server;
use super::{Client, ClientOptions, ConnectSpec};
use crate::platform::{At, FetchError, Manifest, Page, PageAsk, Priority, Registry, Reply, Secret};

/// A key that must never be seen.
const KEY: &str = "sk_live_planted0123456789";
/// A password that must never be seen.
const PASSWORD: &str = "planted \"pass\" wörd";

const MANIFEST: &str = r#"
schema = 1
name = "testbed"
title = "Testbed"
error = ["/error", "/error/message", "/detail"]
rate = { limit = "X-RateLimit-Limit", remaining = "X-RateLimit-Remaining", reset = "X-RateLimit-Reset" }

[[auth]]
kind = "session"
login = "/auth/login"
user_field = "email"
password_field = "password"
csrf = "/auth/csrf"
csrf_token = ["/token", "/csrf_token"]
csrf_header = "X-CSRF-Token"
expired = ["Invalid session"]

[[auth]]
kind = "header"
name = "X-Key"
prefixes = ["sk_live_"]
refused = { rk_live_ = "it registers machines and reads nothing" }

[collections.things]
kind = "other"
list = "/things"
list_or = ["/old/things"]
item = "/things/{id}"
paging = { kind = "offset", size = 250 }
rows = ["/data"]
[collections.things.columns]
id = "/id"
title = "/name"
"#;

fn manifest() -> Arc<Manifest> {
    let checked = Registry::builtin().check(Path::new("testbed.toml"), MANIFEST);
    Arc::new(checked.expect("the test's manifest is in order"))
}

/// Waits so short that tests are fast, and so many tries that retries show.
/// An address at which nobody listens, and nobody else can while the socket is held.
fn nobody() -> (TcpSocket, SocketAddr) {
    let held = TcpSocket::new_v4().unwrap();
    held.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let address = held.local_addr().unwrap();
    (held, address)
}

fn options() -> ClientOptions {
    ClientOptions {
        max_reply: 4096,
        connect_timeout: Duration::from_secs(20),
        idle_timeout: Duration::from_secs(20),
        tries: 3,
        backoff: Duration::from_millis(4),
        backoff_max: Duration::from_millis(20),
        patience: Duration::from_secs(5),
        reserve: 0.2,
        concurrency: 4,
        now: jiff::Timestamp::now,
    }
}

fn spec(url: &str, user: Option<&str>) -> ConnectSpec {
    ConnectSpec {
        name: "test".to_owned(),
        url: url.parse().expect("a URL"),
        user: user.map(str::to_owned),
        secret: Secret::new(if user.is_some() { PASSWORD } else { KEY }),
    }
}

fn base(server: &Server) -> String {
    format!("http://{}/api/v1", server.address)
}

/// A client with a key.
fn client(server: &Server, options: ClientOptions) -> Client {
    Client::new(manifest(), spec(&base(server), None), options).expect("a client")
}

/// A client that signs in.
fn user(server: &Server, options: ClientOptions) -> Client {
    Client::new(manifest(), spec(&base(server), Some("ada@example.com")), options).expect("a client")
}

fn ask() -> PageAsk {
    PageAsk {
        collection: "things".to_owned(),
        partition: None,
        at: At::Start,
        size: None,
        since: None,
        etag: None,
        last_modified: None,
    }
}

async fn fetch(client: &Client) -> Result<Page, FetchError> {
    match client.page(&ask(), Priority::List).await? {
        Reply::Page(page) => Ok(page),
        Reply::NotModified => panic!("nothing was asked that could be unchanged"),
    }
}

/// The error of a fetch, after a look at whether anything secret stands in it.
async fn failure(client: &Client) -> FetchError {
    let error = fetch(client).await.expect_err("this server serves nothing");
    let seen = format!("{error} {error:?} {client:?}");
    for secret in [KEY, PASSWORD, "pass\\\" w", "cookie-planted", "token-planted"] {
        assert!(!seen.contains(secret), "a secret is seen: {seen}");
    }
    assert!(!error.message.chars().any(crate::text::is_hidden), "{error:?}");
    error
}
