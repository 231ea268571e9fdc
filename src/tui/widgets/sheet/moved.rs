//! When a sheet's confirmation is taken away: what it is about looks different now. Pure.

use crate::tui::decisions::{Brief, Item, WriteItem};

/// Do two looks at the same thing differ in something a decision rests on? Not in what time alone changes.
pub(super) fn moved(seen: &Brief, now: &Brief) -> bool {
    match (seen, now) {
        (Brief::Records { asked, items }, Brief::Records { asked: newly, items: new }) => {
            asked.verb != newly.verb || items.len() != new.len() || items.iter().zip(new).any(|(a, b)| item_moved(a, b))
        }
        (Brief::Writes(items), Brief::Writes(new)) => {
            let stands =
                |item: &WriteItem| (item.opened.write.id.clone(), item.opened.write.state, item.refused.clone());
            !items.iter().map(stands).eq(new.iter().map(stands))
        }
        _ => true,
    }
}

fn item_moved(seen: &Item, now: &Item) -> bool {
    let (a, b) = (&seen.record, &now.record);
    let marks =
        |item: &Item| item.record.row.pending.iter().map(|mark| (mark.id.clone(), mark.state)).collect::<Vec<_>>();
    let columns = |item: &Item| {
        let row = &item.record.row;
        (row.id.clone(), row.title.clone(), row.status.clone(), row.gone_at.is_some())
    };
    a.doc != b.doc
        || columns(seen) != columns(now)
        || marks(seen) != marks(now)
        || seen.rests_on != now.rests_on
        || seen.intent.is_ok() != now.intent.is_ok()
}
