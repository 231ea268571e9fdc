//! What faults do on the way: to the request before it is answered, to the reply, and to the bytes sent.

use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use hyper::body::{Frame, SizeHint};
use jiff::Timestamp;

use super::{Retry, Script, What, reshape};
use crate::dialect::Dialect;
use crate::http::{Body, Reply, Request};
use crate::time::{after, http_date};
use crate::world::Place;

/// How the bytes of a reply go out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cut {
    /// Whole.
    Whole,
    /// Not at all: RST.
    Reset,
    /// Not at all: the connection is closed.
    Close,
    /// Never, and the connection stays.
    Hang,
    /// So many bytes of the announced length, then the end.
    Length(usize),
    /// So many bytes in chunks, then the end without a last chunk.
    Chunked(usize),
    /// Without end.
    Endless,
}

/// What struck a request, as instructions for the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Delivery {
    pub(crate) delay: Duration,
    pub(crate) cut: Cut,
}

const HTML: &str = "<!doctype html>\n<html><head><title>Sign in to the network</title></head>\
<body><h1>Welcome</h1><p>Accept the terms to go on.</p></body></html>\n";
const BAD_GATEWAY: &str = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n\
<center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>nginx/1.27.4</center>\r\n</body>\r\n</html>\r\n";

/// Changes the request and the world; a reply here means that the request is never applied.
pub(crate) fn before(struck: &[What], place: &mut Place, ask: &mut Request) -> Option<Reply> {
    let dialect = place.dialect;
    for what in struck {
        match what {
            What::IgnoreOffset => drop_param(ask, "offset"),
            What::IgnoreCursor => drop_param(ask, "cursor"),
            What::EndlessRepeating | What::EndlessFresh => {
                ask.past_first_page =
                    ask.param("cursor").is_some() || ask.param("offset").is_some_and(|offset| offset != "0");
                drop_param(ask, "offset");
                drop_param(ask, "cursor");
            }
            What::Grow(rows) => grow(place, ask, *rows),
            What::Shrink(rows) => shrink(place, ask, *rows),
            What::ExpireSession if dialect.platform() == "exo" => place.sign_ins.open.clear(),
            What::ExpireSession => return Some(dialect.refuse(401, "Session expired")),
            What::Status(status) => return Some(dialect.refuse(*status, reason(*status))),
            What::Body(status, json) => {
                let body = Body::Text(json.clone().into());
                return Some(Reply { status: *status, headers: Vec::new(), body });
            }
            What::TooMany(retry) => return Some(too_many(dialect, retry, place.now)),
            What::Html(status) => return Some(Reply::html(*status, if *status < 400 { HTML } else { BAD_GATEWAY })),
            What::Reset | What::Close | What::Hang => return Some(Reply::empty(0)),
            _ => {}
        }
    }
    None
}

fn drop_param(ask: &mut Request, name: &str) {
    ask.query.retain(|(key, _)| key != name);
}

fn grow(place: &mut Place, ask: &Request, rows: u32) {
    let dialect = place.dialect;
    if let Some(table) = dialect.table_of(&ask.parts()) {
        for _ in 0..rows {
            dialect.grow(place, table);
        }
    }
}

fn shrink(place: &mut Place, ask: &Request, rows: u32) {
    let Some(table) = place.dialect.table_of(&ask.parts()) else { return };
    for _ in 0..rows {
        let table = place.table_mut(table);
        let first = table.rows().first().cloned().or_else(|| table.generated.as_ref()?.rows(0, 1).pop());
        if let Some(row) = first {
            let id = table.id_of(&row);
            table.remove(&id);
        }
    }
}

fn reason(status: u16) -> &'static str {
    match status {
        400 => "Bad request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not found",
        405 => "Method not allowed",
        409 => "Conflict",
        422 => "Validation failed",
        500 => "Internal server error",
        501 => "Not implemented",
        502 => "Bad gateway",
        503 => "Service unavailable",
        504 => "Gateway timeout",
        _ => "Error",
    }
}

fn too_many(dialect: Dialect, retry: &Retry, now: Timestamp) -> Reply {
    let seconds = |wait: u64| after(now, wait.min(1 << 40).cast_signed());
    let reply = dialect.refuse(429, "Rate limit exceeded");
    match retry {
        Retry::Seconds(wait) => reply.with("Retry-After", wait.to_string()),
        Retry::Date(wait) => reply.with("Retry-After", http_date(seconds(*wait))),
        Retry::ResetEpoch(wait) => {
            let reset = seconds(*wait).as_second().to_string();
            reply.with("X-RateLimit-Remaining", "0").with("X-RateLimit-Reset", reset)
        }
        Retry::ResetDelta(wait) => reply.with("X-RateLimit-Remaining", "0").with("X-RateLimit-Reset", wait.to_string()),
        Retry::Lying => reply.with("X-RateLimit-Reset", "1").with("Retry-After", "1"),
        Retry::Nothing => reply,
    }
}

/// Changes the reply, and says how to send it.
pub(crate) fn after_answer(
    struck: &[What],
    script: &Script,
    place: &Place,
    ask: &Request,
    reply: &mut Reply,
) -> Delivery {
    let mut delivery = Delivery { delay: Duration::ZERO, cut: Cut::Whole };
    for what in struck {
        match what {
            What::Slow(delay) => delivery.delay += *delay,
            What::Hang => delivery.cut = Cut::Hang,
            What::Reset | What::AppliedReset => delivery.cut = Cut::Reset,
            What::Close | What::AppliedNoAnswer => delivery.cut = Cut::Close,
            What::AppliedHang => delivery.cut = Cut::Hang,
            What::AppliedStatus(status) => *reply = place.dialect.refuse(*status, reason(*status)),
            What::Truncated(keep) => delivery.cut = Cut::Length(*keep),
            What::CutChunked(keep) => delivery.cut = Cut::Chunked(*keep),
            What::Gigantic => {
                *reply = Reply::empty(200);
                delivery.cut = Cut::Endless;
            }
            _ if reply.status < 300 => reshape::reshape(what, script, place, ask, reply),
            _ => {}
        }
    }
    if ask.method == "GET" && reply.status == 200 {
        script.remember(place.name, &ask.path, &reply.body);
    }
    delivery
}

/// A body that may stop short, or never.
#[derive(Debug)]
pub(crate) struct WireBody {
    pieces: VecDeque<Bytes>,
    /// The announced length.
    claim: Option<u64>,
    /// Sent again and again once the pieces are gone.
    refill: Option<Bytes>,
    /// Ends with an error: the connection is dropped mid-body.
    fails: bool,
    /// Waited once before failing, so that what was written before goes out.
    flushed: bool,
}

impl WireBody {
    pub(crate) fn new(body: Bytes, cut: Cut) -> WireBody {
        let whole = body.len() as u64;
        let mut wire = WireBody { pieces: VecDeque::new(), claim: None, refill: None, fails: false, flushed: false };
        match cut {
            Cut::Length(keep) | Cut::Chunked(keep) => {
                wire.pieces.push_back(body.slice(..keep.min(body.len())));
                wire.claim = matches!(cut, Cut::Length(_)).then_some(whole.max(keep as u64 + 1));
                wire.fails = true;
            }
            Cut::Endless => {
                wire.pieces.push_back(Bytes::from_static(b"{\"data\":[{\"id\":\""));
                wire.refill = Some(Bytes::from(vec![b'x'; 64 * 1024]));
            }
            Cut::Whole | Cut::Reset | Cut::Close | Cut::Hang => {
                wire.claim = Some(whole);
                wire.pieces.push_back(body);
            }
        }
        wire.pieces.retain(|piece| !piece.is_empty());
        wire
    }
}

impl hyper::body::Body for WireBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        if let Some(piece) = self.pieces.pop_front() {
            return Poll::Ready(Some(Ok(Frame::data(piece))));
        }
        if let Some(more) = &self.refill {
            return Poll::Ready(Some(Ok(Frame::data(more.clone()))));
        }
        if !self.fails {
            return Poll::Ready(None);
        }
        if !self.flushed {
            self.flushed = true;
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        Poll::Ready(Some(Err(io::Error::other("cut short by a fault"))))
    }

    fn size_hint(&self) -> SizeHint {
        self.claim.map_or_else(SizeHint::default, SizeHint::with_exact)
    }

    fn is_end_stream(&self) -> bool {
        self.pieces.is_empty() && self.refill.is_none() && !self.fails
    }
}
