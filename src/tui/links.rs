//! What a record leads to: records it names, and lists of those that name it.
//!
//! Found by the outside, which reads documents; followed here. A link to a list is a filter, so what is there now is what is
//! shown, and how many there are is counted when somebody looks.

use quarterdeck_sync::model::Anchor;
use quarterdeck_sync::model::{Filter, Kind, ListKey, Order, Query, Row, RowKey, Scope, Sort};

use super::views::Narrow;

/// Links that are shown of one record, at most.
pub const MOST: usize = 40;

/// What a record leads to.
#[derive(Debug, Clone, PartialEq)]
pub struct Links {
    /// The record.
    pub of: Row,
    /// Where it leads: first what it names, then what names it.
    pub links: Vec<Link>,
}

/// One way from a record.
#[derive(Debug, Clone, PartialEq)]
pub struct Link {
    /// What it is to the record, in our words: `agent`, `approvals`.
    pub name: String,
    /// Where it leads.
    pub to: To,
}

/// Where a link leads.
#[derive(Debug, Clone, PartialEq)]
pub enum To {
    /// To one record.
    Record(Box<Row>),
    /// To the rows of a kind that pass.
    List(Kind, Filter),
    /// To the writes on the record itself; how many there are.
    Writes(u64),
    /// To the timeline of the machine that it names, which is called so.
    Machine(String),
}

/// Id of the view that lists a kind.
pub fn view_of(kind: Kind) -> &'static str {
    kind.plural()
}

/// Rows that are this record alone.
pub fn only(row: &Row) -> Filter {
    only_these(&row.list, std::slice::from_ref(&row.id))
}

/// Rows of a list with one of these ids.
pub fn only_these(list: &ListKey, ids: &[String]) -> Filter {
    use quarterdeck_sync::model::{Field, Match};
    let whole = |id: &String| Filter::Field(Field::Id, Match::Is(id.clone()));
    Filter::And(vec![
        Filter::Field(Field::Connection, Match::Is(list.connection.clone())),
        Filter::Field(Field::Collection, Match::Is(list.collection.clone())),
        Filter::Or(ids.iter().map(whole).collect()),
    ])
}

impl Link {
    /// The list it opens: the view, and what is shown there; none where it opens a timeline.
    pub fn opens(&self, of: &Row) -> Option<(&'static str, Narrow)> {
        Some(match &self.to {
            To::Record(row) => {
                let gone = row.gone_at.is_some();
                (view_of(row.kind), Narrow { fixed: only(row), gone, select: Some(row.key), ..Narrow::default() })
            }
            To::List(kind, filter) => {
                // What names a gone record is often gone with it.
                let gone = of.gone_at.is_some();
                (view_of(*kind), Narrow { fixed: filter.clone(), gone, ..Narrow::default() })
            }
            To::Writes(_) => ("outbox", Narrow { about: Some((of.list.clone(), of.id.clone())), ..Narrow::default() }),
            To::Machine(_) => return None,
        })
    }

    /// The question for how many it leads to, where that is to be asked.
    pub fn count(&self, of: &Row) -> Option<Query> {
        let To::List(kind, filter) = &self.to else { return None };
        Some(Query {
            scope: Scope { kinds: vec![*kind], ..Scope::default() },
            filter: filter.clone(),
            gone: of.gone_at.is_some(),
            sort: Sort::Updated,
            order: Order::Descending,
            anchor: Anchor::First,
            limit: 1,
        })
    }
}

/// What the frame does with links that were asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Then {
    /// They are offered; a single one is followed at once.
    Offer {
        /// The record itself is offered before them.
        itself: bool,
    },
    /// The record itself is opened in its list.
    Show,
}

/// The number of the row a link leads to.
pub fn row_of(link: &Link) -> Option<RowKey> {
    match &link.to {
        To::Record(row) => Some(row.key),
        _ => None,
    }
}
