//! How the inbox was looked at, from one time to the next.

use quarterdeck_sync::model::Place;

use super::Inboxes;
use super::lines::Spot;
use crate::inbox::CAUSES;
use crate::tui::memory::{ListState, RowState};

/// What the closed pane is called where it is remembered.
const CLOSED: &str = "off";

impl Inboxes {
    /// What is to be remembered of it.
    pub(super) fn to_keep(&self) -> ListState {
        let item = self.held.as_ref().and_then(|spot| match spot {
            Spot::Item(place) => Some(place),
            Spot::More(..) => None,
        });
        let held = item.map(|place| {
            let entry = place.entry.map_or(String::new(), |entry| entry.to_string());
            let (connection, collection) = (place.connection.clone(), place.collection.clone());
            (RowState { key: 0, connection, collection, id: place.id.clone() }, entry)
        });
        let (row, spot) = held.unzip();
        ListState {
            gone: self.all,
            group: self.only.or(self.left_at).map(|cause| cause.as_str().to_owned()),
            pane: if self.no_pane { CLOSED.to_owned() } else { String::new() },
            row,
            spot: spot.unwrap_or_default(),
            ..ListState::default()
        }
    }

    /// Takes what was remembered. What is not here any more leaves its line to what is.
    pub(super) fn take_kept(&mut self, kept: &ListState) {
        let group = kept.group.as_deref();
        self.left_at = CAUSES.iter().find(|about| Some(about.words.0) == group).map(|about| about.cause);
        (self.all, self.no_pane) = (kept.gone, kept.pane == CLOSED);
        self.held = kept.row.as_ref().map(|row| {
            let place = Place::record(row.connection.clone(), row.collection.clone(), row.id.clone());
            Spot::Item(Place { entry: kept.spot.parse().ok(), ..place })
        });
    }

    /// Chooses the cause that was chosen the last time, once there is something for it: some causes are looked for behind everything
    /// else. Whoever has pressed a key meanwhile has chosen.
    pub(super) fn choose_as_left(&mut self) {
        let Some(left) = self.left_at else { return };
        if self.causes().iter().any(|(cause, _)| *cause == left) {
            (self.only, self.left_at) = (Some(left), None);
        }
    }
}
