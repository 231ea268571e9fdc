//! What was searched for, from one time to the next.

use super::{Focus, Search};
use crate::search::{Hit, Order};
use crate::tui::memory::{ListState, RowState};
use crate::tui::widgets::input::Input;

/// What an order is called where it is remembered; nothing for the one it has by itself.
fn id_of(order: Order) -> &'static str {
    match order {
        Order::Best => "",
        Order::Newest => "newest",
        Order::Oldest => "oldest",
    }
}

fn place_of(hit: &Hit) -> (RowState, Option<u32>) {
    let (connection, collection) = (hit.list.connection.clone(), hit.list.collection.clone());
    (RowState { key: 0, connection, collection, id: hit.id.clone() }, hit.entry.as_ref().map(|entry| entry.place))
}

impl Search {
    /// What is to be remembered of it.
    pub(super) fn to_keep(&self) -> ListState {
        // The first hit is selected by itself.
        let moved = self.selected().filter(|_| self.cursor > 0).map(place_of);
        let (row, entry) = self.left_at.clone().or(moved).unzip();
        ListState {
            filter: self.input.text().trim().to_owned(),
            sort: id_of(self.order).to_owned(),
            row,
            spot: entry.flatten().map_or(String::new(), |entry| entry.to_string()),
            ..ListState::default()
        }
    }

    /// Takes what was remembered.
    pub(super) fn take_kept(&mut self, kept: &ListState) {
        self.input = Input::new(&kept.filter);
        self.focus = Focus::Hits;
        let known = [Order::Newest, Order::Oldest].into_iter().find(|order| id_of(*order) == kept.sort);
        self.order = known.unwrap_or(Order::Best);
        let row = kept.row.clone().filter(|_| !kept.filter.is_empty());
        self.left_at = row.map(|row| (RowState { key: 0, ..row }, kept.spot.parse().ok()));
    }

    /// To the hit that was selected the last time; the first, where it is not among them any more.
    pub(super) fn point_as_left(&mut self) {
        if let Some(left) = self.left_at.take_if(|_| self.answer.is_some()) {
            self.cursor = self.hits.iter().position(|hit| place_of(hit) == left).unwrap_or(0);
        }
    }
}
