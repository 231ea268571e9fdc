//! What a list of records asks the mirror for: scope, filter, order, group.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use quarterdeck_sync::model::{Anchor, Filter, Order, Query, Row, Scope, Sort, Window};

use super::understood::understood;
use super::{Fetch, Narrow};
use crate::filter;
use crate::tui::data::Question;
use crate::tui::fleet::Fleet;
use crate::tui::memory::ListState;
use crate::tui::memory::trail::{NarrowState, Passes};
use crate::tui::rows::{CHUNK, End, Need, Rows};
use crate::tui::views::columns::{Listing, sort_id};

/// The question behind the list.
pub(super) struct Ask {
    listing: &'static Listing,
    text: String,
    filter: Filter,
    /// The filter it was opened with: what clearing the filter leads back to.
    home: String,
    /// What rows have to pass besides.
    fixed: Filter,
    /// What could not be understood of the filter, for a person.
    pub note: Option<String>,
    /// Gone records too.
    pub gone: bool,
    /// The filter itself asks for gone ones.
    filter_gone: bool,
    sort: usize,
    reversed: bool,
    /// The collection chosen, in a grouped list.
    group: Option<String>,
}

impl Ask {
    /// Everything, in the listing's first order.
    pub fn new(listing: &'static Listing) -> Self {
        Self {
            listing,
            text: String::new(),
            filter: Filter::All,
            home: String::new(),
            fixed: Filter::All,
            note: None,
            gone: false,
            filter_gone: false,
            sort: 0,
            reversed: false,
            group: None,
        }
    }

    /// Shows no more than this.
    pub fn narrow(&mut self, narrow: Narrow, now: Timestamp) {
        self.filter(&narrow.filter, now);
        self.home = narrow.filter;
        self.fixed = narrow.fixed;
        self.gone |= narrow.gone;
    }

    /// What it shows no more than, to be remembered; `None` where that has no form in a file.
    pub fn narrowing(&self) -> Option<NarrowState> {
        Some(NarrowState { home: self.home.clone(), fixed: Some(Passes::of(&self.fixed)?), about: None })
    }

    /// What is to be remembered of it.
    pub fn keep(&self) -> ListState {
        let sort = if self.sort == 0 { "" } else { sort_id(self.sort()) };
        ListState {
            filter: self.text.clone(),
            sort: sort.to_owned(),
            reversed: self.reversed,
            gone: self.gone,
            group: self.group.clone(),
            ..ListState::default()
        }
    }

    /// Takes what was remembered.
    pub fn recall(&mut self, kept: &ListState, now: Timestamp) {
        self.filter(&kept.filter, now);
        self.sort = self.listing.sorts.iter().position(|sort| sort_id(*sort) == kept.sort).unwrap_or(0);
        (self.reversed, self.gone) = (kept.reversed, kept.gone);
        self.group = kept.group.clone().filter(|_| self.listing.grouped);
    }

    /// The filter it was opened with.
    pub fn home(&self) -> &str {
        &self.home
    }

    /// What the filter asks for, in words.
    pub fn understood(&self) -> String {
        understood(&self.filter)
    }

    /// It shows but a part of its kind, whatever is typed.
    pub fn narrowed(&self) -> bool {
        self.fixed != Filter::All
    }

    /// The filter as typed.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Takes a filter, as it is being typed. True when it passes other rows than before.
    pub fn filter(&mut self, text: &str, now: Timestamp) -> bool {
        let read = filter::typing(text, &now.to_zoned(TimeZone::system()));
        let changed = self.filter != read.filter || self.filter_gone != read.gone;
        self.note = read.notes.first().map(|note| note.message.clone());
        self.text = text.to_owned();
        (self.filter, self.filter_gone) = (read.filter, read.gone);
        changed
    }

    /// The column it is sorted by.
    pub fn sort(&self) -> Sort {
        self.listing.sorts[self.sort]
    }

    /// Takes the next column.
    pub fn next_sort(&mut self) {
        self.sort = (self.sort + 1) % self.listing.sorts.len();
        self.reversed = false;
    }

    /// Turns the order round.
    pub fn reverse(&mut self) {
        self.reversed = !self.reversed;
    }

    /// Its direction: times newest first, words from A, unless turned round.
    pub fn order(&self) -> Order {
        let newest = matches!(self.sort(), Sort::Updated | Sort::Created);
        if newest != self.reversed { Order::Descending } else { Order::Ascending }
    }

    /// The direction in words.
    pub fn order_name(&self) -> &'static str {
        match (self.sort(), self.order()) {
            (Sort::Updated | Sort::Created, Order::Descending) => "newest first",
            (Sort::Updated | Sort::Created, Order::Ascending) => "oldest first",
            (_, Order::Ascending) => "from A to Z",
            (_, Order::Descending) => "from Z to A",
        }
    }

    /// How many rows at the top of a window lie in the future, in a list whose latest day may be one that has not come yet. In other
    /// lists the time of a row is when it happened: there a clock is wrong.
    pub fn ahead(&self, window: &Window, now: Timestamp) -> usize {
        let latest_first = matches!(self.sort(), Sort::Updated | Sort::Created) && self.order() == Order::Descending;
        if !(self.listing.grouped && latest_first) || window.more_before {
            return 0;
        }
        let at = |row: &Row| match self.sort() {
            Sort::Created => row.created_at,
            _ => row.updated_at.or(row.created_at),
        };
        window.rows.iter().take_while(|row| at(row).is_some_and(|at| at > now)).count()
    }

    /// The collections of a grouped list, with their live records; first all of them, without a name.
    pub fn groups(&self, fleet: &Fleet) -> Vec<(Option<String>, u64)> {
        let mut groups: Vec<(Option<String>, u64)> = vec![(None, fleet.live(self.listing.kind))];
        for list in fleet.lists.iter().filter(|list| list.kind == self.listing.kind) {
            match groups.iter_mut().find(|(name, _)| name.as_deref() == Some(&list.list.collection)) {
                Some((_, count)) => *count += list.mirror_count,
                None => groups.push((Some(list.list.collection.clone()), list.mirror_count)),
            }
        }
        groups.retain(|(name, count)| name.is_none() || *count > 0);
        groups[1..].sort();
        groups
    }

    /// The group chosen.
    pub fn group(&self) -> Option<&str> {
        self.group.as_deref()
    }

    /// Chooses the next group, or the one before.
    pub fn turn_group(&mut self, forward: bool, fleet: &Fleet) {
        let groups = self.groups(fleet);
        let at = groups.iter().position(|(name, _)| *name == self.group).unwrap_or(0);
        let next = if forward { at + 1 } else { at + groups.len() - 1 } % groups.len();
        self.group = groups[next].0.clone();
    }

    /// Records that it would show without a filter: those of the chosen group, with the gone ones while they are shown.
    pub fn listed(&self, fleet: &Fleet) -> u64 {
        let lists = fleet.lists.iter().filter(|list| list.kind == self.listing.kind);
        let of_group = lists.filter(|list| self.group().is_none_or(|group| list.list.collection == group));
        let gone = self.gone || self.filter_gone;
        of_group.map(|list| list.mirror_count + if gone { list.gone_count } else { 0 }).sum()
    }

    /// The lists it looks at.
    pub fn scope(&self) -> Scope {
        Scope {
            kinds: vec![self.listing.kind],
            collections: self.group.iter().cloned().collect(),
            connections: Vec::new(),
        }
    }

    fn passing(&self) -> Filter {
        match (&self.fixed, &self.filter) {
            (Filter::All, filter) => filter.clone(),
            (fixed, Filter::All) => fixed.clone(),
            (fixed, filter) => Filter::And(vec![fixed.clone(), filter.clone()]),
        }
    }

    fn query(&self, anchor: Anchor, limit: usize) -> Query {
        Query {
            scope: self.scope(),
            filter: self.passing(),
            gone: self.gone || self.filter_gone,
            sort: self.sort(),
            order: self.order(),
            anchor,
            limit,
        }
    }

    /// The question for a window.
    pub fn window(&self, fetch: Fetch, rows: &Rows) -> Question {
        match fetch {
            Fetch::Refresh(Some(key)) | Fetch::At(key) | Fetch::Gone(key) => {
                // Enough on both sides to fill the page and the next one.
                let before = (rows.line() + rows.page()).max(CHUNK / 2);
                let query = self.query(Anchor::At(key), CHUNK.max(2 * rows.page()));
                Question::Around { query, key, before }
            }
            Fetch::Show(End::Last) => Question::Window(self.query(Anchor::Last, CHUNK)),
            Fetch::Extend(Need::After(key, limit)) => Question::Window(self.query(Anchor::After(key), limit)),
            Fetch::Extend(Need::Before(key, limit)) => Question::Window(self.query(Anchor::Before(key), limit)),
            _ => Question::Window(self.query(Anchor::First, CHUNK)),
        }
    }

    /// The question for the first rows, at most so many.
    pub fn all(&self, limit: usize) -> Question {
        Question::Window(self.query(Anchor::First, limit))
    }

    /// The question for the number of rows.
    pub fn count(&self) -> Question {
        Question::Count(self.query(Anchor::First, 1))
    }

    /// The question for the rows by status.
    pub fn statuses(&self) -> Question {
        Question::Statuses(self.scope())
    }
}
