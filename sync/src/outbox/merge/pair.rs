//! Which item of a list was made from which item of another.

use std::collections::{HashMap, VecDeque};

use serde_json::Value;

use super::same::key;

/// For every item of `new`, the index of the item of `old` it was made from. Identical items are paired first, then those alike
/// in all of `by`, then in all but the last, and so on to the first alone; of several alike, in their order. Each item is used
/// once. An item that has none of the pointers is paired with its equal only.
pub(super) fn pair(old: &[Value], new: &[Value], by: &[String]) -> Vec<Option<usize>> {
    let mut pairs = vec![None; new.len()];
    let mut used = vec![false; old.len()];
    round(old, new, &mut pairs, &mut used, |item| Some(key(item)));
    for count in (1..=by.len()).rev() {
        round(old, new, &mut pairs, &mut used, |item| identity(item, &by[..count]));
    }
    pairs
}

/// Pairs what is still unpaired and has the same word.
fn round(
    old: &[Value],
    new: &[Value],
    pairs: &mut [Option<usize>],
    used: &mut [bool],
    word: impl Fn(&Value) -> Option<String>,
) {
    let mut free: HashMap<String, VecDeque<usize>> = HashMap::new();
    for (index, item) in old.iter().enumerate().filter(|(index, _)| !used[*index]) {
        if let Some(word) = word(item) {
            free.entry(word).or_default().push_back(index);
        }
    }
    for (pair, item) in pairs.iter_mut().zip(new).filter(|(pair, _)| pair.is_none()) {
        let found = word(item).and_then(|word| free.get_mut(&word)?.pop_front());
        if let Some(index) = found {
            used[index] = true;
            *pair = Some(index);
        }
    }
}

/// What `item` has at the pointers; none when it has nothing at the first.
pub(super) fn identity(item: &Value, by: &[String]) -> Option<String> {
    item.pointer(by.first()?)?;
    Some(by.iter().map(|at| item.pointer(at).map_or_else(String::new, key) + ";").collect())
}
