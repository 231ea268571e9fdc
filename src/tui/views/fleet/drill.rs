//! From a number to the list it was counted from.

use jiff::civil::Date;

use quarterdeck_sync::text::Clean;

use super::{Panel, Panels, curves};
use crate::numbers::{Of, Share};
use crate::tui::fleet::Fleet;
use crate::tui::text::fit;
use crate::tui::views::{Goal, Narrow, Wish, value};

/// Cells that the name of what is listed takes.
const NAMED: usize = 32;

/// Opens a list with a filter.
fn list(view: &'static str, filter: String) -> Option<Wish> {
    Some(Wish::List { view, filter, select: None })
}

/// Opens a list of what no filter can be typed for, under a name.
fn named(view: &'static str, name: String, narrow: Narrow) -> Option<Wish> {
    let about = fit(Clean::line(&name).as_str(), NAMED).into_owned();
    Some(Wish::Behind { view, about, narrow: Box::new(narrow) })
}

/// What was last active on this day.
fn on(day: Date) -> String {
    format!("on:{day}")
}

impl Panels {
    /// What stands behind what the cursor is on: as many records as the number there says.
    pub(super) fn behind(&self, fleet: &Fleet) -> Option<Wish> {
        let at = self.cursor(self.panel);
        if self.panel == Panel::Connections {
            return Some(Wish::Show(Goal::Connection(fleet.connections.get(at)?.info.name.clone())));
        }
        let numbers = self.numbers.as_ref()?;
        let place = self.day();
        let day = place.and_then(|at| numbers.days.get(at).copied());
        let status = |share: &Share| format!("status:{}", value(&share.label));
        let having = |of: Of, share: &Share| Narrow { fixed: numbers.having(of, share), ..Narrow::default() };
        match self.panel {
            Panel::Agents => list("agents", numbers.agents.items.get(at).map(status)?),
            Panel::Runs => list("runs", numbers.runs.items.get(at).map(status)?),
            Panel::Versions => {
                let share = numbers.versions.items.get(at)?;
                let place = share.connection.as_ref().map(|name| format!("{name} ")).unwrap_or_default();
                named("agents", format!("{place}{}", share.label), having(Of::Version, share))
            }
            Panel::Systems => {
                let share = numbers.systems.items.get(at)?;
                named("agents", share.label.clone(), having(Of::System, share))
            }
            // A platform's calendar counts sessions that no list has.
            Panel::Sessions => {
                let here =
                    place.and_then(|at| numbers.sessions.get(at)).filter(|day| day.here() > 0 || day.told == 0)?;
                let narrow = Narrow { filter: on(day?), gone: here.gone > 0, ..Narrow::default() };
                named("sessions", day?.to_string(), narrow)
            }
            Panel::Outcomes => {
                let series = numbers.outcomes.get(at)?;
                let outcome =
                    series.label.as_deref().map_or("-outcome:*".to_owned(), |it| format!("outcome:{}", value(it)));
                let filter = format!("{outcome} {}", on(day?));
                let narrow = Narrow { filter, fixed: numbers.counted_events(), gone: true, ..Narrow::default() };
                named("events", format!("{} on {}", series.name(), day?), narrow)
            }
            Panel::Costs => {
                let spent = curves::spent(numbers).into_iter().nth(at)?;
                list("others", format!("connection:{} id:{}", value(&spent.connection), value(&spent.label)))
            }
            Panel::Connections => None,
        }
    }
}
