//! Where the keys lead that count wherever a record is selected ([`Scope::Record`]) and decide nothing by themselves. Every view
//! that has them in force asks here, so that a key means the same in all of them.
//!
//! [`Scope::Record`]: crate::tui::actions::Scope::Record

use quarterdeck_sync::model::{ListKey, RowKey};

use super::{Aim, Traced, Wish};
use crate::tui::actions::Act;
use crate::tui::data::DraftOf;
use crate::tui::decisions::Target;

/// The record that is selected.
#[derive(Debug, Clone, Copy)]
pub(super) struct OfRecord<'a> {
    /// Its number in the mirror.
    pub key: RowKey,
    /// Its list.
    pub list: &'a ListKey,
    /// Its id.
    pub id: &'a str,
    /// What it is called.
    pub title: &'a str,
}

/// Is it one of these keys?
pub(super) fn leads(act: Act) -> bool {
    matches!(act, Act::Timeline | Act::Links | Act::Edit | Act::EditHere | Act::Versions)
}

/// What is wanted of the frame for such a key; none for any other.
pub(super) fn wish(act: Act, of: OfRecord<'_>) -> Option<Wish> {
    Some(match act {
        Act::Timeline => {
            let traced = Traced { list: of.list.clone(), id: of.id.to_owned(), machine: false };
            Wish::Trace(traced, of.title.to_owned())
        }
        Act::Links => Wish::Links(Target::Row(of.key)),
        Act::Edit => Wish::Draft(DraftOf::Record(Target::Row(of.key))),
        Act::EditHere => Wish::Compose(DraftOf::Record(Target::Row(of.key)), Aim::Text),
        Act::Versions => Wish::Compose(DraftOf::Record(Target::Row(of.key)), Aim::Versions),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::actions::{ACTIONS, Scope, verbs};

    #[test]
    fn every_key_that_counts_on_a_record_leads_somewhere_or_decides() {
        let list = ListKey::new("turen", "policy");
        let of = OfRecord { key: RowKey(7), list: &list, id: "default", title: "Acme default" };
        for action in ACTIONS.iter().filter(|action| action.scope == Scope::Record) {
            assert_eq!(leads(action.act), wish(action.act, of).is_some(), "{}", action.id);
            // What is read, each list knows where it begins.
            let read = action.act == Act::Read;
            assert!(read || leads(action.act) || !verbs(action.act).is_empty(), "{} does nothing", action.id);
        }
    }
}
