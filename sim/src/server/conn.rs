//! Sockets: accepting, reading requests, sending replies whole, cut short or not at all.

use std::future::poll_fn;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::FutureExt;
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming as Receiving;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request as HttpRequest, Response};
use hyper_util::rt::TokioIo;
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::time::Instant;

use super::SharedRef;
use super::answer::{Incoming, answer};
use crate::dialect::Dialect;
use crate::faults::wire::{Cut, Delivery, WireBody};
use crate::http::{Reply, Request};

/// Largest request body read.
const LARGEST_REQUEST: usize = 4 << 20;

/// Exo closes a connection that has been idle this long.
const EXO_KEEP_ALIVE: Duration = Duration::from_secs(5);

/// Accepts connections until `stop` changes.
pub(crate) async fn listen(
    listener: TcpListener,
    shared: SharedRef,
    place: usize,
    dialect: Dialect,
    mut stop: watch::Receiver<bool>,
) {
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                // Out of file descriptors: a later accept may go through.
                let Ok((stream, _)) = accepted else {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                    continue;
                };
                let (shared, stop) = (Arc::clone(&shared), stop.clone());
                tokio::spawn(serve(stream, shared, place, dialect, stop));
            }
            _ = stop.changed() => return,
        }
    }
}

/// What the requests of one connection tell the task that owns its socket.
struct Signals {
    /// Close with RST.
    reset: AtomicBool,
    /// Since when no request is under way; `None` while one is.
    idle_since: Mutex<Option<Instant>>,
}

async fn serve(stream: TcpStream, shared: SharedRef, place: usize, dialect: Dialect, mut stop: watch::Receiver<bool>) {
    // A reply is one write: nothing is gained by waiting for more.
    let _ = stream.set_nodelay(true);
    let signals = Arc::new(Signals { reset: AtomicBool::new(false), idle_since: Mutex::new(Some(Instant::now())) });
    let service = service_fn({
        let signals = Arc::clone(&signals);
        move |request| handle(Arc::clone(&shared), place, dialect, Arc::clone(&signals), request).boxed()
    });
    let mut connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    let idle_after = (dialect == Dialect::Exo).then_some(EXO_KEEP_ALIVE);
    let mut failed = false;
    tokio::select! {
        ended = poll_fn(|context| connection.poll_without_shutdown(context)) => failed = ended.is_err(),
        () = idle(&signals, idle_after) => {}
        _ = stop.changed() => {}
    }
    let mut stream = connection.into_parts().io.into_inner();
    if signals.reset.load(Ordering::Relaxed) {
        let _ = stream.set_zero_linger();
    } else if !failed {
        let _ = stream.shutdown().await;
    }
}

/// Returns once no request has been under way for `limit`; never without one.
async fn idle(signals: &Signals, limit: Option<Duration>) {
    let Some(limit) = limit else { return std::future::pending().await };
    loop {
        let since = *super::lock(&signals.idle_since);
        let due = since.unwrap_or_else(Instant::now) + limit;
        if since.is_some() && due <= Instant::now() {
            return;
        }
        tokio::time::sleep_until(due).await;
    }
}

async fn handle(
    shared: SharedRef,
    place: usize,
    dialect: Dialect,
    signals: Arc<Signals>,
    request: HttpRequest<Receiving>,
) -> io::Result<Response<WireBody>> {
    *super::lock(&signals.idle_since) = None;
    let incoming = read(place, dialect, request).await?;
    let (reply, Delivery { delay, cut }) = answer(&shared, incoming);
    if !delay.is_zero() {
        tokio::time::sleep(delay).await;
    }
    match cut {
        Cut::Hang => std::future::pending().await,
        Cut::Reset => {
            signals.reset.store(true, Ordering::Relaxed);
            Err(io::Error::other("reset by a fault"))
        }
        Cut::Close => Err(io::Error::other("closed by a fault")),
        Cut::Whole | Cut::Length(_) | Cut::Chunked(_) | Cut::Endless => {
            let response = respond(&reply, cut);
            *super::lock(&signals.idle_since) = Some(Instant::now());
            response
        }
    }
}

async fn read(place: usize, dialect: Dialect, request: HttpRequest<Receiving>) -> io::Result<Incoming> {
    let (head, body) = request.into_parts();
    let body = Limited::new(body, LARGEST_REQUEST).collect().await.map_err(io::Error::other)?.to_bytes();
    let whole = head.uri.path();
    let below = whole.strip_prefix(dialect.base()).filter(|rest| rest.is_empty() || rest.starts_with('/'));
    let query = head.uri.query().unwrap_or_default().to_owned();
    let ask = Request::new(head.method.as_str(), below.unwrap_or(whole), &query, head.headers, body);
    Ok(Incoming { place, ask, inside: below.is_some(), query })
}

fn respond(reply: &Reply, cut: Cut) -> io::Result<Response<WireBody>> {
    let (bytes, kind) = reply.bytes();
    let mut builder = Response::builder().status(reply.status);
    if let Some(kind) = kind.or(matches!(cut, Cut::Endless).then_some("application/json")) {
        builder = builder.header("content-type", kind);
    }
    for (name, value) in &reply.headers {
        builder = builder.header(name, value);
    }
    builder.body(WireBody::new(bytes, cut)).map_err(io::Error::other)
}
