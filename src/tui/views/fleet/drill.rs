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

/// A version as it stands in the query language: this one, and none that goes on behind it. Words alone would also find `1.4.2` in
/// `1.4.2-rc1`; a regular expression is compared with whole versions, and never reaches over a space.
pub(super) fn version(text: &str) -> String {
    let whole =
        !text.is_empty() && text.len() <= WHOLE && text.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c));
    if !whole {
        return value(text);
    }
    let escaped: String = text.chars().flat_map(|c| (c == '.').then_some('\\').into_iter().chain([c])).collect();
    format!("/{escaped}/")
}

/// Bytes of a word that is compared whole.
const WHOLE: usize = 48;

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
                list("agents", place.unwrap_or_default() + &version(&share.label))
            }
            Panel::Systems => list("agents", numbers.systems.items.get(at).map(|share| value(&share.label))?),
            Panel::Sessions => list("sessions", on(day?)),
            Panel::Outcomes => {
                let series = numbers.outcomes.get(at)?;
                list("events", format!("outcome:{} {}", value(&series.label), on(day?)))
            }
            Panel::Costs => {
                let spent = curves::spent(numbers).into_iter().nth(at)?;
                list("others", format!("connection:{} id:{}", value(&spent.connection), value(&spent.label)))
            }
            Panel::Connections => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use quarterdeck_sync::model::{Filter, Kind, ListKey, Record, Row};

    use super::*;

    fn finds(filter: &str, told: &str) -> bool {
        let row = Row::bare(ListKey::new("turen", "agents"), "turen", Kind::Agent, "agt_1");
        let row = Row { title: Some("web-01".into()), ..row };
        let record = Record { row, doc: serde_json::json!({"id": "agt_1", "version": told}).to_string() };
        let now = Timestamp::UNIX_EPOCH.to_zoned(jiff::tz::TimeZone::UTC);
        match crate::filter::typing(filter, &now).filter {
            Filter::Judged(judged) => judged.0.holds(&record, &|| None),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_version_leads_to_those_that_have_it_and_to_no_other() {
        let all = [
            "1.4.2",
            "1.4.20",
            "1.4.2-rc1",
            "11.4.2",
            "1.4.2.1",
            "1.4",
            "v1.4.2",
            "v1.4.2-RC.1",
            "2026.11.1+b7",
            "next",
        ];
        for one in all {
            let filter = version(one);
            let found: Vec<&str> = all.into_iter().filter(|other| finds(&filter, other)).collect();
            assert_eq!(found, [one], "{filter}");
        }
        assert_eq!(version("1.4.2 (build 7)"), "\"1.4.2 (build 7)\"");
    }
}
