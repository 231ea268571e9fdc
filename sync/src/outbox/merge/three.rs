//! The merge itself.

use serde_json::{Map, Value};

use super::pair::pair;
use super::place::{Place, Sort};
use super::same::{as_set, key, same};
use super::{Dispute, Edits, Merged};

/// See [`super::merge`].
pub(super) fn merge(base: &Value, mine: &Value, theirs: &Value, rules: &Edits) -> Merged {
    let mut work = Work { place: Place::root(rules), disputes: Vec::new() };
    let doc = work.value(Some(base), Some(mine), Some(theirs)).unwrap_or(Value::Null);
    Merged { doc, disputes: work.disputes }
}

struct Work<'a> {
    place: Place<'a>,
    disputes: Vec<Dispute>,
}

type Side<'v> = Option<&'v Value>;

impl Work<'_> {
    /// One value in its three forms; `None` where a side does not have it.
    fn value(&mut self, base: Side<'_>, mine: Side<'_>, theirs: Side<'_>) -> Option<Value> {
        // To the digit first: whoever wrote `1.0` for `1`, alone, gets what they wrote.
        if mine == base || mine == theirs {
            return theirs.cloned();
        }
        if theirs == base {
            return mine.cloned();
        }
        // What has parts is merged by its parts, down to the digit; what has none is compared by value.
        match (base, mine, theirs, self.place.sort()) {
            _ if self.place.is_deep() => {}
            (Some(Value::Object(base)), Some(Value::Object(mine)), Some(Value::Object(theirs)), _) => {
                return Some(Value::Object(self.objects(base, mine, theirs)));
            }
            (Some(Value::Array(base)), Some(Value::Array(mine)), Some(Value::Array(theirs)), Sort::Keyed(by)) => {
                return Some(Value::Array(self.lists(base, mine, theirs, by)));
            }
            _ => {}
        }
        if same(mine, base, &mut self.place) || same(mine, theirs, &mut self.place) {
            return theirs.cloned();
        }
        if same(theirs, base, &mut self.place) {
            return mine.cloned();
        }
        let merged = match (base, mine, theirs, self.place.sort()) {
            (Some(Value::Array(base)), Some(Value::Array(mine)), Some(Value::Array(theirs)), Sort::Set) => {
                sets(base, mine, theirs).map(Value::Array)
            }
            _ => None,
        };
        merged.or_else(|| self.clash(base, mine, theirs))
    }

    fn clash(&mut self, base: Side<'_>, mine: Side<'_>, theirs: Side<'_>) -> Option<Value> {
        self.disputes.push(Dispute {
            at: self.place.pointer(),
            base: base.cloned(),
            mine: mine.cloned(),
            theirs: theirs.cloned(),
        });
        theirs.cloned()
    }

    fn below(&mut self, token: String, base: Side<'_>, mine: Side<'_>, theirs: Side<'_>) -> Option<Value> {
        self.place.enter(token);
        let merged = self.value(base, mine, theirs);
        self.place.leave();
        merged
    }

    /// By key; in their order, what I added at the end. A key that only the base has was removed by both.
    fn objects(
        &mut self,
        base: &Map<String, Value>,
        mine: &Map<String, Value>,
        theirs: &Map<String, Value>,
    ) -> Map<String, Value> {
        let added = mine.keys().filter(|key| !theirs.contains_key(*key));
        let mut merged = Map::new();
        for key in theirs.keys().chain(added) {
            if let Some(value) = self.below(key.clone(), base.get(key), mine.get(key), theirs.get(key)) {
                merged.insert(key.clone(), value);
            }
        }
        merged
    }

    /// By identity: item by item, then their order.
    fn lists(&mut self, base: &[Value], mine: &[Value], theirs: &[Value], by: &[String]) -> Vec<Value> {
        let rows = rows(base, mine, theirs, by);
        let mut kept: Vec<(Row, Value)> = Vec::with_capacity(rows.len());
        for row in rows {
            let at = row.theirs.or(row.mine).or(row.base).unwrap_or_default();
            let (base, mine, theirs) = (item(base, row.base), item(mine, row.mine), item(theirs, row.theirs));
            if let Some(value) = self.below(at.to_string(), base, mine, theirs) {
                kept.push((row, value));
            }
        }
        let only_i_moved = moved(&kept, |row| row.mine) && !moved(&kept, |row| row.theirs);
        match only_i_moved {
            true => in_order(kept, |row| row.mine, |row| row.theirs),
            false => in_order(kept, |row| row.theirs, |row| row.mine),
        }
    }
}

/// Where one item stands in the three lists.
#[derive(Debug, Clone, Copy)]
struct Row {
    base: Option<usize>,
    mine: Option<usize>,
    theirs: Option<usize>,
}

fn item(list: &[Value], at: Option<usize>) -> Side<'_> {
    list.get(at?)
}

/// Every item of the three lists, once.
fn rows(base: &[Value], mine: &[Value], theirs: &[Value], by: &[String]) -> Vec<Row> {
    let mut rows: Vec<Row> = (0..base.len()).map(|at| Row { base: Some(at), mine: None, theirs: None }).collect();
    let mut news = [Vec::new(), Vec::new()];
    for (side, list) in [mine, theirs].into_iter().enumerate() {
        for (at, from) in pair(base, list, by).into_iter().enumerate() {
            match (from, side) {
                (Some(from), 0) => rows[from].mine = Some(at),
                (Some(from), _) => rows[from].theirs = Some(at),
                (None, _) => news[side].push(at),
            }
        }
    }
    // What both added may be the same thing.
    let [my_news, their_news] = news;
    let pick = |list: &[Value], at: &[usize]| at.iter().map(|at| list[*at].clone()).collect::<Vec<_>>();
    let pairs = pair(&pick(theirs, &their_news), &pick(mine, &my_news), by);
    let first = rows.len();
    rows.extend(their_news.iter().map(|at| Row { base: None, mine: None, theirs: Some(*at) }));
    for (from, at) in pairs.into_iter().zip(my_news) {
        match from {
            Some(from) => rows[first + from].mine = Some(at),
            None => rows.push(Row { base: None, mine: Some(at), theirs: None }),
        }
    }
    rows
}

/// Do the items that came from the base stand in another order than there?
fn moved(rows: &[(Row, Value)], side: impl Fn(&Row) -> Option<usize>) -> bool {
    let mut places: Vec<(usize, usize)> = rows.iter().filter_map(|(row, _)| Some((row.base?, side(row)?))).collect();
    places.sort_unstable();
    !places.is_sorted_by_key(|(_, side)| *side)
}

/// The items in the order of `first`; what `first` lacks comes after what it follows in `second`.
fn in_order(
    mut rows: Vec<(Row, Value)>,
    first: impl Fn(&Row) -> Option<usize>,
    second: impl Fn(&Row) -> Option<usize>,
) -> Vec<Value> {
    rows.sort_by_key(|(row, _)| second(row));
    let mut leader = None;
    let mut order: Vec<(Option<usize>, usize, Value)> = Vec::with_capacity(rows.len());
    for (index, (row, value)) in rows.into_iter().enumerate() {
        match (first(&row), second(&row)) {
            (Some(at), here) => {
                if here.is_some() {
                    leader = Some(at);
                }
                order.push((Some(at), 0, value));
            }
            (None, _) => order.push((leader, index + 1, value)),
        }
    }
    order.sort_by_key(|(leader, behind, _)| (*leader, *behind));
    order.into_iter().map(|(.., value)| value).collect()
}

/// Theirs, without what I took out and with what I put in.
///
/// `None`, a dispute, when one of the three is empty, or the merged set would be: for many fields an empty set means *all* (the
/// operations of a rule), so that two harmless edits could together mean what neither did.
fn sets(base: &[Value], mine: &[Value], theirs: &[Value]) -> Option<Vec<Value>> {
    if base.is_empty() || mine.is_empty() || theirs.is_empty() {
        return None;
    }
    let (was, my, their) = (as_set(base), as_set(mine), as_set(theirs));
    let stays = |item: &&Value| {
        let key = key(item);
        my.contains(&key) || !was.contains(&key)
    };
    let comes = |item: &&Value| {
        let key = key(item);
        !was.contains(&key) && !their.contains(&key)
    };
    let merged: Vec<Value> = theirs.iter().filter(stays).chain(mine.iter().filter(comes)).cloned().collect();
    (!merged.is_empty()).then_some(merged)
}
