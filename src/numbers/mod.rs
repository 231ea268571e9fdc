//! The fleet in numbers: what the Fleet view and `qd fleet` show.
//!
//! [`gather`] asks the mirror for counts it keeps (never one by one, whatever its size) and for a few short lists, and puts
//! them together as [`Numbers`]. Days are those of the operator's clock ([`days`]).
//!
//! What is behind a number is known too (`behind`): the list that it leads to has as many records as the number says.
//!
//! Always true: nothing here loads a list of sessions, runs or events; every list in [`Numbers`] is bounded; amounts and days
//! that a platform told wrongly are left out, never guessed.
//! Not here: drawing, printing, and how each list stands with its platform (`tui::fleet`, `qd status`).

mod behind;
pub mod days;
mod gather;
mod told;

#[cfg(test)]
mod mirrored;
#[cfg(test)]
mod tests;

use jiff::civil::Date;
use quarterdeck_sync::model::ListKey;
use quarterdeck_sync::platform::manifest::Figures;
use quarterdeck_sync::platform::{Manifest, Registry};

pub use behind::Of;
pub use gather::{figures_of, gather};

/// Weeks that are counted: a year, and the one before it that the days of last year's week fall into.
pub const WEEKS: usize = 53;

/// Of so many things, how many have which label; most first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shares {
    /// The most frequent.
    pub items: Vec<Share>,
    /// What has another label.
    pub others: u64,
}

/// How many have a label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share {
    /// As the platform writes it; untrusted.
    pub label: String,
    /// Where, when the label means something on this connection alone.
    pub connection: Option<String>,
    /// How many.
    pub count: u64,
}

/// Labels that are kept; the rest are [`Shares::others`].
const LABELS: usize = 24;

impl Shares {
    /// Of these, most first; labels that differ in letters only are one.
    pub fn of(found: impl IntoIterator<Item = Share>) -> Self {
        let mut items: Vec<Share> = Vec::new();
        let mut at = std::collections::HashMap::new();
        for share in found.into_iter().filter(|share| share.count > 0) {
            let key = (share.connection.clone(), share.label.to_lowercase());
            match at.get(&key).and_then(|at: &usize| items.get_mut(*at)) {
                Some(known) => known.count += share.count,
                None => {
                    at.insert(key, items.len());
                    items.push(share);
                }
            }
        }
        items.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.label.cmp(&b.label)));
        let others = items.iter().skip(LABELS).map(|share| share.count).sum();
        items.truncate(LABELS);
        Self { items, others }
    }

    /// All of them.
    pub fn total(&self) -> u64 {
        self.items.iter().map(|share| share.count).sum::<u64>() + self.others
    }
}

/// The sessions of one day.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sessions {
    /// The mirror has them, and their platform lists them.
    pub listed: u64,
    /// The mirror has them, and their platform no longer lists them.
    pub gone: u64,
    /// Only a platform's own calendar knows of them.
    pub told: u64,
}

impl Sessions {
    /// All that is known of.
    pub fn all(self) -> u64 {
        self.listed + self.gone + self.told
    }

    /// All that the mirror has: what a list can show.
    pub fn here(self) -> u64 {
        self.listed + self.gone
    }
}

/// A number for each day, under one label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Series {
    /// As the platform writes it; untrusted. None for what has no label.
    pub label: Option<String>,
    /// One for each of [`Numbers::days`].
    pub counts: Vec<u64>,
}

impl Series {
    /// What it is called.
    pub fn name(&self) -> &str {
        self.label.as_deref().unwrap_or("without outcome")
    }

    /// All days together.
    pub fn total(&self) -> u64 {
        self.counts.iter().sum()
    }
}

/// What was spent, as a platform tells it.
#[derive(Debug, Clone, PartialEq)]
pub struct Cost {
    /// Where.
    pub connection: String,
    /// For what: the record's id, such as a model. Untrusted.
    pub label: String,
    /// The day, when it is about one.
    pub day: Option<Date>,
    /// How much; finite.
    pub amount: f64,
    /// In what, when that is told. Untrusted.
    pub currency: Option<String>,
}

/// The fleet in numbers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Numbers {
    /// The days, ascending, without gaps; the last is today. The first is a Monday.
    pub days: Vec<Date>,
    /// Live agents by status, unfinished decisions counted as they will be.
    pub agents: Shares,
    /// Live agents by version, each connection for itself.
    pub versions: Shares,
    /// Live agents by operating system.
    pub systems: Shares,
    /// Live runs by status.
    pub runs: Shares,
    /// Sessions by the day of their last activity, one for each of `days`.
    pub sessions: Vec<Sessions>,
    /// Events by outcome, most frequent first, gone ones too.
    pub outcomes: Vec<Series>,
    /// What was spent, by day where there are days.
    pub costs: Vec<Cost>,
    /// The lists whose documents hold figures.
    pub figured: Vec<Figured>,
    /// Lists of events that are entries of runs: they are not among `outcomes`.
    pub entries: Vec<ListKey>,
}

/// A list whose documents hold figures.
pub type Figured = (ListKey, Figures);

/// Finds the manifest of a platform by its name.
pub trait Manifests {
    /// The manifest, unless the platform is not known.
    fn manifest(&self, platform: &str) -> Option<&Manifest>;
}

impl Manifests for Registry {
    fn manifest(&self, platform: &str) -> Option<&Manifest> {
        self.iter().find(|(one, _)| one.name == platform).map(|(one, _)| &**one)
    }
}
