//! What waits in the outbox for each connection.

use std::collections::BTreeMap;

use jiff::{Timestamp, Zoned};
use quarterdeck_sync::model::WriteState;
use quarterdeck_sync::outbox::{Outbox, OutboxError, Which};
use quarterdeck_sync::text::Clean;
use serde::Serialize;

use crate::cli::context::Context;
use crate::cli::render::{age, count};
use crate::cli::style::{Role, Style};

/// The unfinished writes of one connection.
#[derive(Debug, Default, Serialize)]
pub struct Waiting {
    /// How many there are in each state; states without any are left out.
    counts: BTreeMap<&'static str, u64>,
    /// When the oldest of those was decided that still go their way by themselves.
    oldest_open: Option<Timestamp>,
    /// Why nothing is sent to it until a person has mended it.
    paused: Option<Pause>,
}

#[derive(Debug, Serialize)]
struct Pause {
    since: Timestamp,
    message: String,
}

/// What waits, by connection. An outbox that cannot be read is told on stderr, and the rest is shown.
pub fn waiting(cx: &Context) -> BTreeMap<String, Waiting> {
    read(cx).unwrap_or_else(|error| {
        cx.warn(&format!("what waits in the outbox is not shown: {error}"));
        BTreeMap::new()
    })
}

fn read(cx: &Context) -> Result<BTreeMap<String, Waiting>, OutboxError> {
    let outbox = Outbox::open_reader(&cx.paths.outbox())?;
    let mut found: BTreeMap<String, Waiting> = BTreeMap::new();
    for write in outbox.list(&Which::default())? {
        let waiting = found.entry(write.intent.connection).or_default();
        *waiting.counts.entry(write.state.as_str()).or_default() += 1;
        if write.state.is_open() {
            let oldest = waiting.oldest_open.get_or_insert(write.created_at);
            *oldest = (*oldest).min(write.created_at);
        }
    }
    for paused in outbox.paused()? {
        found.entry(paused.connection).or_default().paused =
            Some(Pause { since: paused.since, message: paused.message });
    }
    Ok(found)
}

impl Waiting {
    /// For a person; empty when nothing waits.
    pub fn plain(&self, connection: &str, now: &Zoned, style: Style) -> String {
        let mut out = String::new();
        let states = WriteState::ALL.into_iter().filter_map(|state| Some((state, *self.counts.get(state.as_str())?)));
        let counts: Vec<String> = states.map(|(state, number)| format!("{} {state}", count(number))).collect();
        if !counts.is_empty() {
            let oldest = self.oldest_open.map(|at| format!(", the oldest since {}", age(at, now))).unwrap_or_default();
            out.push_str(&format!("  {}  {}{oldest}\n", style.paint(Role::Warning, "outbox"), counts.join(", ")));
        }
        if let Some(paused) = &self.paused {
            let (word, name) = (style.paint(Role::Bad, "paused"), Clean::line(connection));
            let (since, why) = (age(paused.since, now), Clean::line(&paused.message));
            out.push_str(&format!("  {word}  since {since}: {why}\n      qd connect test {name} goes on sending\n"));
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_waits_is_told_in_the_order_of_a_writes_life() {
        let now: Zoned = "2026-03-01T12:00:00Z[UTC]".parse().unwrap();
        let waiting = Waiting {
            counts: BTreeMap::from([("wedged", 1), ("queued", 1_200), ("accepted", 3)]),
            oldest_open: Some("2026-03-01T11:58:00Z".parse().unwrap()),
            paused: Some(Pause { since: now.timestamp(), message: "the key\u{1b}[31m is not accepted".to_owned() }),
        };
        let told = waiting.plain("prod", &now, Style::plain());
        assert!(told.starts_with("  outbox  1,200 queued, 3 accepted, 1 wedged, the oldest since 2m"), "{told}");
        assert!(told.contains("the key␛[31m is not accepted\n      qd connect test prod goes on sending"), "{told}");
        assert_eq!(Waiting::default().plain("prod", &now, Style::plain()), "");
    }
}
