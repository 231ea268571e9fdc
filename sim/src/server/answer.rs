//! One request in, one reply out.

use crate::faults::wire::{self, Delivery};
use crate::faults::{Verdict, What};
use crate::http::{Reply, Request};
use crate::server::{Applied, Logged, Shared, lock};
use crate::time::http_date;
use crate::world::{hostile, lag};

/// A request that has been read, and the query as it came.
pub(crate) struct Incoming {
    pub(crate) place: usize,
    pub(crate) ask: Request,
    /// Whether the path was below the base URL.
    pub(crate) inside: bool,
    pub(crate) query: String,
}

pub(crate) fn answer(shared: &Shared, incoming: Incoming) -> (Reply, Delivery) {
    let Incoming { place: index, mut ask, inside, query } = incoming;
    let mut world = shared.world();
    let endpoint = world.name(index);
    for change in due(shared, endpoint, &ask) {
        change(&mut world);
    }
    let is_hostile = world.is_hostile();
    let place = world.place_mut(index);
    let verdict = shared.script.spend(endpoint, place.now);
    let refused = verdict.as_ref().is_some_and(|verdict| !verdict.allowed);

    // A request over the limit is refused before anything else can happen to it.
    let struck = if refused { Vec::new() } else { shared.script.strike(endpoint, &ask) };
    let dialect = place.dialect;

    if is_hostile {
        hostile::strip(&mut ask);
    }
    let early =
        if refused { Some(dialect.refuse(429, "Rate limit exceeded")) } else { wire::before(&struck, place, &mut ask) };
    let reaches = early.is_none();
    let target = if inside { dialect.target(place, &ask) } else { None };
    if let (true, Some(reads)) = (reaches && ask.is_decision(), slow(&struck)) {
        lag::begin(place, target.as_ref(), reads);
    }
    let mut reply = early.unwrap_or_else(|| match inside {
        true if ask.is_write() => dialect.answer(place, &ask),
        true => lag::read(place, target.as_ref(), |place| dialect.answer(place, &ask)),
        false => dialect.outside(&ask),
    });
    let applied = reaches && ask.is_decision() && reply.status < 300;
    let target = target.map(|target| target.or_made(&reply));
    if is_hostile {
        reply.change(|body| hostile::plant(body, dialect));
    }
    let delivery = wire::after_answer(&struck, &shared.script, place, &ask, &mut reply);
    add_headers(&mut reply, verdict);
    // By the simulator's clock: `Retry-After` dates and reset times mean what they say beside it.
    reply.headers.push(("Date".into(), http_date(place.now)));

    let at = place.now;
    if applied {
        let body = serde_json::from_slice(&ask.body).unwrap_or_default();
        let (method, path) = (ask.method.clone(), ask.path.clone());
        let collection = target.as_ref().map(|target| target.table.to_owned());
        let id = target.and_then(|target| target.id);
        let key = ask.header("idempotency-key").map(str::to_owned);
        let endpoint = endpoint.to_owned();
        lock(&shared.applied).push(Applied { endpoint, method, path, body, collection, id, key, at });
    }
    let silent = matches!(delivery.cut, wire::Cut::Reset | wire::Cut::Close | wire::Cut::Hang);
    let status = if silent { 0 } else { reply.status };
    let (method, path) = (ask.method, ask.path);
    shared.note(Logged { endpoint: endpoint.to_owned(), method, path, query, status, at });
    (reply, delivery)
}

/// For how many reads a write that was struck stays unseen.
fn slow(struck: &[What]) -> Option<u32> {
    struck.iter().find_map(|what| if let What::SlowConfirm(reads) = what { Some(*reads) } else { None })
}

type Change = Box<dyn FnOnce(&mut crate::world::World) + Send>;

/// The changes that wait for this very request.
fn due(shared: &Shared, endpoint: &str, ask: &Request) -> Vec<Change> {
    let mut hooks = lock(&shared.hooks);
    for hook in hooks.iter_mut().filter(|hook| hook.matcher.fits(endpoint, ask)) {
        hook.left = hook.left.saturating_sub(1);
    }
    let (ready, waiting): (Vec<_>, Vec<_>) = hooks.drain(..).partition(|hook| hook.left == 0);
    *hooks = waiting;
    ready.into_iter().map(|hook| hook.change).collect()
}

/// Rate headers go on every reply; a fault that set one of them has the last word.
fn add_headers(reply: &mut Reply, verdict: Option<Verdict>) {
    for (name, value) in verdict.map(|verdict| verdict.headers).unwrap_or_default() {
        if !reply.headers.iter().any(|(present, _)| present.eq_ignore_ascii_case(&name)) {
            reply.headers.push((name, value));
        }
    }
}
