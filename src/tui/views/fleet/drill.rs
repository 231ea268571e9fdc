//! From a number to the list it was counted from.

use jiff::civil::Date;

use super::{Panel, Panels, curves};
use crate::numbers::Share;
use crate::tui::fleet::Fleet;
use crate::tui::views::{Goal, Wish};

/// A value as it stands in the query language, whatever is in it.
pub(super) fn value(text: &str) -> String {
    // What a phrase cannot hold stands for itself: a quote ends it.
    let plain = text.replace(['"', '\\'], " ");
    format!("\"{}\"", plain.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// Opens a list with a filter.
fn list(view: &'static str, filter: String) -> Option<Wish> {
    Some(Wish::List { view, filter, select: None })
}

/// What was last active on this day.
fn on(day: Date) -> String {
    format!("on:{day}")
}

impl Panels {
    /// What stands behind what the cursor is on.
    pub(super) fn behind(&self, fleet: &Fleet) -> Option<Wish> {
        let at = self.cursor(self.panel);
        if self.panel == Panel::Connections {
            return Some(Wish::Show(Goal::Connection(fleet.connections.get(at)?.info.name.clone())));
        }
        let numbers = self.numbers.as_ref()?;
        let day = self.day().and_then(|at| numbers.days.get(at).copied());
        let status = |share: &Share| format!("status:{}", value(&share.label));
        match self.panel {
            Panel::Agents => list("agents", numbers.agents.items.get(at).map(status)?),
            Panel::Runs => list("runs", numbers.runs.items.get(at).map(status)?),
            Panel::Versions => {
                let share = numbers.versions.items.get(at)?;
                let place = share.connection.as_ref().map(|name| format!("connection:{} ", value(name)));
                list("agents", place.unwrap_or_default() + &value(&share.label))
            }
            Panel::Systems => list("agents", numbers.systems.items.get(at).map(|share| value(&share.label))?),
            Panel::Sessions => list("sessions", on(day?)),
            Panel::Outcomes => {
                let series = numbers.outcomes.get(at)?;
                list("events", format!("status:{} {}", value(&series.label), on(day?)))
            }
            Panel::Costs => {
                let spent = curves::spent(numbers).into_iter().nth(at)?;
                list("others", format!("connection:{} id:{}", value(&spent.connection), value(&spent.label)))
            }
            Panel::Connections => None,
        }
    }
}
