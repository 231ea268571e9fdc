//! Asking for entries that are not here, or are old; and saying calmly how that stands.
//!
//! A transcript asks by itself once, when it is opened. What came of it is told by the outside ([`Outside::Fetched`](crate::tui::Outside));
//! from then on only the person asks again.

use jiff::Timestamp;

use super::Open;
use crate::tui::canvas::Canvas;
use crate::tui::fleet::Fleet;
use crate::tui::reading::{Held, Transcript};
use crate::tui::theme::Role;
use crate::tui::views::{Cx, Wish};

/// How asking for entries stands.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) enum Fetching {
    /// Nobody was asked.
    #[default]
    No,
    /// Its platform is asked.
    Asked,
    /// It has answered.
    Answered,
    /// It could not be asked, or did not answer: when, and why.
    Failed(Timestamp, String),
}

impl Open {
    /// Asks for what is missing or old, once.
    pub(super) fn fetch(&mut self, transcript: &Transcript, cx: &mut Cx) {
        if matches!(transcript.held, Held::Here { stale: false, .. }) {
            self.fetching = Fetching::No;
        }
        if cx.fleet.lease.is_some() {
            // Whoever syncs fetches it in its turn, and hears nothing of us.
            self.fetching = Fetching::No;
        }
        let due = matches!(transcript.held, Held::NotYet | Held::Failed(_) | Held::Here { stale: true, .. });
        if due && self.fetching == Fetching::No && cx.fleet.lease.is_none() && transcript.row.gone_at.is_none() {
            self.fetching = Fetching::Asked;
            cx.wishes.push(Wish::Fetch(transcript.row.list.clone(), transcript.row.id.clone()));
        }
    }

    /// The person asks again.
    pub(super) fn fetch_again(&mut self, cx: &mut Cx) {
        let Some(book) = &self.book else { return };
        let row = &book.transcript().row;
        if row.gone_at.is_some() {
            return cx.say(format!("{} does not list it any more: what is here is all there is", row.list.connection));
        }
        if let Some(holder) = &cx.fleet.lease {
            return cx.say(format!("{holder} is syncing, and fetches it in its turn"));
        }
        cx.say(format!("Asking {} for its entries", row.list.connection));
        cx.wishes.push(Wish::Fetch(row.list.clone(), row.id.clone()));
        self.fetching = Fetching::Asked;
    }

    /// What came of asking for a record's entries; false when it is not this one.
    pub(super) fn fetched(&mut self, id: (&str, &str, &str), failed: Option<&str>, now: Timestamp) -> bool {
        let Some(book) = &self.book else { return false };
        let row = &book.transcript().row;
        if (&*row.list.connection, &*row.list.collection, &*row.id) != id {
            return false;
        }
        self.fetching = match failed {
            Some(why) => Fetching::Failed(now, why.trim_end_matches('.').to_owned()),
            None => Fetching::Answered,
        };
        true
    }
}

/// How new a copy is, for the heading, when that is worth a word.
pub(super) fn standing(open: &Open, fleet: &Fleet, canvas: &Canvas) -> Option<String> {
    let transcript = open.transcript()?;
    let Held::Here { fetched_at, stale, partial } = transcript.held else { return None };
    let known = fleet.connections.iter().find(|one| one.info.name == transcript.row.list.connection);
    let offline = known.and_then(|one| one.ended.as_ref()).is_some_and(|ended| ended.error.is_some());
    let at = |canvas: &Canvas| match canvas.age(fetched_at).as_str() {
        "now" => "just now".to_owned(),
        age => format!("{age} ago"),
    };
    match (&open.fetching, stale) {
        (Fetching::Asked, true) if fleet.lease.is_none() => Some("~ old, asking again".to_owned()),
        (Fetching::Failed(..), true) => Some(format!("~ as of {}, newer not to be had now", at(canvas))),
        (_, true) => Some("~ there is more by now".to_owned()),
        (_, false) if partial => Some("~ perhaps not whole".to_owned()),
        (_, false) if offline => Some(format!("○ offline, as of {}", at(canvas))),
        (_, false) => None,
    }
}

/// Why there is no entry, and whether asking again may help.
pub(super) fn why_none(open: &Open, transcript: &Transcript, fleet: &Fleet, canvas: &Canvas) -> (String, Role, bool) {
    let connection = &transcript.row.list.connection;
    let failed = match &open.fetching {
        Fetching::Failed(at, why) => Some((*at, why)),
        _ => None,
    };
    let when = |at| match canvas.age(at).as_str() {
        "now" => "just now".to_owned(),
        age => format!("{age} ago"),
    };
    match (&transcript.held, failed) {
        (Held::Here { .. }, _) => ("It holds no entry.".to_owned(), Role::Dim, false),
        (Held::NotOffered(why), _) => (format!("Its entries cannot be had: {why}."), Role::Dim, false),
        (Held::NotYet, _) if transcript.row.gone_at.is_some() => (
            format!("† {connection} does not list it any more, and its entries were never fetched."),
            Role::Warn,
            false,
        ),
        (Held::NotYet | Held::Failed(_), _) if open.fetching == Fetching::Asked && fleet.lease.is_none() => {
            (format!("⋯ Its entries are not here yet: {connection} is asked for them."), Role::Busy, false)
        }
        (Held::NotYet | Held::Failed(_), Some((at, why))) => {
            let words = format!("○ Its entries have not been fetched. {connection} was asked {}: {why}.", when(at));
            (words, Role::Warn, true)
        }
        (Held::Failed(why), None) => (format!("✗ Its entries could not be fetched: {why}."), Role::Bad, true),
        (Held::NotYet, None) if fleet.lease.is_some() => {
            let words = "Its entries are not here yet: another qd is syncing, and fetches them in its turn.";
            (words.to_owned(), Role::Warn, false)
        }
        (Held::NotYet, None) => ("Its entries are not here yet.".to_owned(), Role::Warn, true),
    }
}
