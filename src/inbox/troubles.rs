//! Connections and lists that cannot be read, or not wholly. Pure: from freshness, problems and pauses to reasons.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use quarterdeck_sync::model::{Freshness, ListKey, Offered, Problem};
use quarterdeck_sync::outbox::{Lot, Paused};

use super::cause::Risk;
use super::item::Reason;
use super::why::{UNDELIVERED, connection};

/// A connection of which nothing was heard for so long is stale.
const STALE: SignedDuration = SignedDuration::from_hours(1);

/// What is the matter, by place: a connection, or one of its lists.
pub(super) type Troubles = BTreeMap<(String, Option<String>), Vec<Reason>>;

/// What is known of the connections.
pub(super) struct Known<'a> {
    pub connections: &'a [(String, String)],
    pub lists: &'a [Freshness],
    pub problems: &'a [Problem],
    pub paused: &'a [Paused],
    /// Decisions that have not reached their platform for [`UNDELIVERED`].
    pub waiting: &'a [Lot],
    pub now: Timestamp,
}

/// What a problem says of its connection as a whole, by its code.
fn of_connection(code: &str) -> Option<(Risk, &'static str)> {
    Some(match code {
        "forbidden" => (Risk::High, "it refuses us: sign in again, or look at the key"),
        "unreachable" => (Risk::Medium, "it cannot be reached"),
        "timed_out" => (Risk::Medium, "it does not answer in time"),
        "refused" => (Risk::Low, "it wants fewer requests"),
        "server" => (Risk::Medium, "it answers with errors of its own"),
        _ => return None,
    })
}

/// What a problem says of its list.
fn of_list(code: &str) -> &'static str {
    match code {
        "mass_disappearance" => "too much of this list is missing at once: everything was kept until somebody says so",
        "stagnant" | "endless" | "no_way_on" | "wrong_total" => "its server contradicts itself about this list",
        "restless" | "unproven" => "this list did not hold still long enough to be read",
        "bad_reply" | "too_large" => "this list is answered with something that cannot be read",
        "bad_row" => "rows of this list cannot be read",
        "rejected" => "this list cannot be asked for as it is described",
        _ => "this list is not read wholly",
    }
}

/// Everything that is the matter.
pub(super) fn find(known: &Known<'_>) -> Troubles {
    let mut troubles = Troubles::new();
    for paused in known.paused {
        let why = "nothing is sent to it until somebody has signed in again";
        let reason = connection(Risk::High, why, "paused", Some(paused.since));
        troubles.entry((paused.connection.clone(), None)).or_default().push(reason);
    }
    let names: BTreeSet<&str> = known.connections.iter().map(|(name, _)| name.as_str()).collect();
    for problem in known.problems.iter().filter(|problem| names.contains(problem.list.connection.as_str())) {
        // Contents that fail are tried again by themselves, and records that were skipped are told with their list.
        if problem.code.starts_with("content_") {
            continue;
        }
        tell(&mut troubles, problem);
    }
    undelivered(known, &mut troubles);
    for name in &names {
        let lists = || {
            known
                .lists
                .iter()
                .filter(|list| list.list.connection == **name)
                .filter(|list| !matches!(list.offered, Offered::No { .. }))
        };
        let told = troubles.contains_key(&((*name).to_owned(), None));
        if told {
            continue;
        }
        let newest = lists().filter_map(|list| list.checked_at).max();
        let reason = match newest {
            None => connection(Risk::Medium, "it was never read: sync it", "never", None),
            Some(at) if known.now.duration_since(at) >= STALE => {
                let why = "nothing was heard of it for over an hour: what is shown here is old";
                Reason { came: at.checked_add(STALE).ok(), ..connection(Risk::Low, why, "stale", Some(at)) }
            }
            Some(_) => continue,
        };
        troubles.entry(((*name).to_owned(), None)).or_default().push(reason);
    }
    troubles
}

/// Decisions that wait for their platform: until it has them, nothing is as it was decided. One reason a connection, however many
/// wait; who has seen that some wait has not seen that one more does.
fn undelivered(known: &Known<'_>, troubles: &mut Troubles) {
    for lot in known.waiting {
        let why = match lot.count {
            1 => "a decision of yours has not reached it: nothing is as you decided yet".to_owned(),
            count => format!("{count} of your decisions have not reached it: nothing is as you decided yet"),
        };
        let came = lot.newest.checked_add(UNDELIVERED).ok();
        let reason = Reason { came, ..connection(Risk::High, why, "undelivered", Some(lot.oldest)) };
        troubles.entry((lot.connection.clone(), None)).or_default().push(reason);
    }
}

fn tell(troubles: &mut Troubles, problem: &Problem) {
    let ListKey { connection: name, collection } = problem.list.clone();
    let (place, risk, why) = match of_connection(&problem.code).filter(|_| problem.id.is_none()) {
        Some((risk, why)) => ((name, None), risk, why),
        None => ((name, Some(collection)), Risk::Low, of_list(&problem.code)),
    };
    let known = troubles.entry(place).or_default();
    match known.iter_mut().find(|reason| reason.print == problem.code) {
        // The same trouble with many lists, or records, is one: as old as its oldest.
        Some(reason) => {
            let since = reason.since.map(|since| since.min(problem.since));
            (reason.since, reason.came) = (since, since);
        }
        None => known.push(connection(risk, why, &problem.code, Some(problem.since))),
    }
}
