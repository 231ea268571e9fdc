//! Readers that see a change later than the writer who made it: what lies between a database and its replicas.
//!
//! Kept for each row by itself, so that one slow change does not hide the others.

use serde_json::Value;

use super::place::Place;
use crate::dialect::Target;

/// A row as readers still see it.
#[derive(Debug)]
pub(crate) struct Lag {
    target: Target,
    /// `None`: it was not there.
    old: Option<Value>,
    /// Reads until they see what is.
    reads: u32,
}

/// Keeps what a write is about as it is now; the next `reads` reads show it so.
pub(crate) fn begin(place: &mut Place, target: Option<&Target>, reads: u32) {
    let Some(Target { table, id: Some(id) }) = target else { return };
    let old = match place.singles.get(table) {
        Some(single) => Some(single.clone()),
        None if place.has(table) => place.get(table, id),
        None => return,
    };
    place.lags.retain(|lag| Some(&lag.target) != target);
    place.lags.push(Lag { target: Target { table, id: Some(id.clone()) }, old, reads });
}

/// Answers a read of `target`, with the rows as readers see them.
pub(crate) fn read<T>(place: &mut Place, target: Option<&Target>, answer: impl FnOnce(&mut Place) -> T) -> T {
    place.lags.retain(|lag| lag.reads > 0);
    let Some(table) = target.map(|target| target.table) else { return answer(place) };
    let shows = |lag: &Lag| {
        lag.target.table == table && target.is_some_and(|target| target.id.is_none() || target.id == lag.target.id)
    };
    let mut late = Vec::new();
    for lag in place.lags.iter_mut().filter(|lag| shows(lag)) {
        lag.reads -= 1;
        late.push((lag.target.id.clone().unwrap_or_default(), lag.old.clone()));
    }
    if late.is_empty() {
        return answer(place);
    }
    if let Some(single) = place.singles.get(table).cloned() {
        if let Some((_, Some(old))) = late.pop() {
            place.singles.insert(table, old);
        }
        let answer = answer(place);
        place.singles.insert(table, single);
        return answer;
    }
    let whole = place.table(table).clone();
    for (id, old) in late {
        match old {
            Some(row) => place.put(table, row),
            None => drop(place.table_mut(table).remove(&id)),
        }
    }
    let answer = answer(place);
    *place.table_mut(table) = whole;
    answer
}
