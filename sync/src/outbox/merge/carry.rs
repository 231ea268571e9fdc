//! A person's edits of a masked document, put onto the document itself.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::Edits;
use super::pair::identity;
use super::place::{Place, Sort};
use super::same::key;
use crate::platform::decode::MASKED;
use crate::text::secrets::has_mark;

/// Puts onto `raw`, which holds what `masked` hides, the changes that lead from `masked` to `wanted`: masks stay what they hide.
///
/// `raw` and `masked` are one and the same look at the platform. Everything that was not changed is as in `raw`, to the digit.
///
/// # Errors
/// Pointers into `wanted` at which a mask stands that cannot be told from another, or was copied to where nothing is hidden. A
/// mask is never put in the place of a secret, nor one secret in the place of another.
pub fn carry(raw: &Value, masked: &Value, wanted: &Value, rules: &Edits) -> Result<Value, Vec<String>> {
    let mut work = Work { place: Place::root(rules), strays: Vec::new() };
    let carried = work.value(Some(raw), Some(masked), wanted);
    if work.strays.is_empty() { Ok(carried) } else { Err(work.strays) }
}

struct Work<'a> {
    place: Place<'a>,
    strays: Vec<String>,
}

impl Work<'_> {
    fn value(&mut self, raw: Option<&Value>, masked: Option<&Value>, wanted: &Value) -> Value {
        let (Some(raw), Some(masked)) = (raw, masked) else { return self.anew(wanted) };
        if wanted == masked {
            return raw.clone();
        }
        match (raw, masked, wanted) {
            _ if self.place.is_deep() => self.anew(wanted),
            (Value::Object(raw), Value::Object(masked), Value::Object(wanted)) => {
                Value::Object(self.objects(raw, masked, wanted))
            }
            (Value::Array(raw), Value::Array(masked), Value::Array(wanted)) if raw.len() == masked.len() => {
                Value::Array(self.lists(raw, masked, wanted))
            }
            _ => self.anew(wanted),
        }
    }

    /// A value of the person's own: it must not hold a mask.
    fn anew(&mut self, wanted: &Value) -> Value {
        if hides(wanted) {
            self.strays.push(self.place.pointer());
        }
        wanted.clone()
    }

    fn below(&mut self, token: String, raw: Option<&Value>, masked: Option<&Value>, wanted: &Value) -> Value {
        self.place.enter(token);
        let carried = self.value(raw, masked, wanted);
        self.place.leave();
        carried
    }

    /// In the order of the raw document, what the person added at the end.
    fn objects(
        &mut self,
        raw: &Map<String, Value>,
        masked: &Map<String, Value>,
        wanted: &Map<String, Value>,
    ) -> Map<String, Value> {
        let added = wanted.keys().filter(|key| !raw.contains_key(*key));
        let mut carried = Map::new();
        for key in raw.keys().chain(added) {
            if let Some(value) = wanted.get(key) {
                if has_mark(key) && !raw.contains_key(key) {
                    self.strays.push(self.place.pointer());
                }
                let value = self.below(key.clone(), raw.get(key), masked.get(key), value);
                carried.insert(key.clone(), value);
            }
        }
        carried
    }

    fn lists(&mut self, raw: &[Value], masked: &[Value], wanted: &[Value]) -> Vec<Value> {
        let by = match self.place.sort() {
            Sort::Keyed(by) => by,
            Sort::Plain | Sort::Set => &[],
        };
        let sources = sources(masked, wanted, by);
        let mut carried = Vec::with_capacity(wanted.len());
        for (index, (item, from)) in wanted.iter().zip(sources).enumerate() {
            let (raw, masked) = (from.and_then(|from| raw.get(from)), from.and_then(|from| masked.get(from)));
            carried.push(self.below(index.to_string(), raw, masked, item));
        }
        carried
    }
}

/// Which masked item each wanted one was made from, as far as that matters: only those that hide something have a source. A
/// guess could send one secret to the place of another, so where two could be meant there is none.
fn sources(masked: &[Value], wanted: &[Value], by: &[String]) -> Vec<Option<usize>> {
    let mut sources = vec![None; wanted.len()];
    let mut alike: BTreeMap<String, (Vec<usize>, Vec<usize>)> = BTreeMap::new();
    for (index, item) in masked.iter().enumerate().filter(|(_, item)| hides(item)) {
        alike.entry(key(item)).or_default().0.push(index);
    }
    for (index, item) in wanted.iter().enumerate().filter(|(_, item)| hides(item)) {
        alike.entry(key(item)).or_default().1.push(index);
    }
    // Those that look alike are told apart by their order, as long as none came and none went.
    let (mut free, mut changed) = (Vec::new(), Vec::new());
    for (old, new) in alike.into_values() {
        if old.len() == new.len() {
            new.into_iter().zip(old).for_each(|(new, old)| sources[new] = Some(old));
        } else if old.is_empty() || new.is_empty() {
            free.extend(old);
            changed.extend(new);
        }
    }
    let claims: Vec<(usize, usize)> =
        changed.into_iter().filter_map(|new| Some((new, likest(masked, &free, &wanted[new], by)?))).collect();
    for (new, old) in &claims {
        if claims.iter().filter(|(_, other)| other == old).count() == 1 {
            sources[*new] = Some(*old);
        }
    }
    sources
}

/// Of the free items the one that `item` was made from: the only one of its identity, else the one that shares most with it.
fn likest(masked: &[Value], free: &[usize], item: &Value, by: &[String]) -> Option<usize> {
    let first = by.get(..1).unwrap_or_default();
    let mine = identity(item, first);
    let same_identity =
        |index: &&usize| first.is_empty() || (mine.is_some() && identity(&masked[**index], first) == mine);
    let candidates: Vec<usize> = free.iter().filter(same_identity).copied().collect();
    if let ([only], false) = (candidates.as_slice(), first.is_empty()) {
        return Some(*only);
    }
    let mut scores: Vec<(usize, usize)> = candidates
        .into_iter()
        .map(|index| (shared(&masked[index], item), index))
        .filter(|(score, _)| *score > 0)
        .collect();
    scores.sort_unstable_by(|a, b| b.cmp(a));
    match scores.as_slice() {
        [(_, index)] => Some(*index),
        [(best, index), (second, _), ..] if best > second => Some(*index),
        _ => None,
    }
}

/// How many members two objects share that hide nothing.
fn shared(a: &Value, b: &Value) -> usize {
    let (Value::Object(a), Value::Object(b)) = (a, b) else { return 0 };
    a.iter().filter(|(key, value)| !hides(value) && b.get(*key) == Some(*value)).count()
}

/// Does a mask stand in the text: of a manifest, or one that hides a secret from who reads? Neither is ever sent.
fn is_masked(text: &str) -> bool {
    text.contains(MASKED) || has_mark(text)
}

/// Does a mask stand in it?
fn hides(value: &Value) -> bool {
    let mut open = vec![value];
    while let Some(value) = open.pop() {
        match value {
            Value::String(text) if is_masked(text) => return true,
            Value::Array(items) => open.extend(items),
            Value::Object(members) if members.keys().any(|key| has_mark(key)) => return true,
            Value::Object(members) => open.extend(members.values()),
            _ => {}
        }
    }
    false
}
