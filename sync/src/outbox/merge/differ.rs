//! How two documents differ.

use serde_json::Value;

use super::pair::pair;
use super::place::{Place, Sort};
use super::same::same;
use super::{Dispute, Edits};

/// See [`super::differences_under`].
pub(super) fn differences(a: &Value, b: &Value, rules: &Edits) -> Vec<Dispute> {
    let mut work = Work { place: Place::root(rules), found: Vec::new() };
    work.values(Some(a), Some(b));
    work.found
}

struct Work<'a> {
    place: Place<'a>,
    found: Vec<Dispute>,
}

impl Work<'_> {
    fn values(&mut self, a: Option<&Value>, b: Option<&Value>) {
        if same(a, b, &mut self.place) {
            return;
        }
        match (a, b) {
            _ if self.place.is_deep() => self.found(a, b),
            (Some(Value::Object(a)), Some(Value::Object(b))) => {
                let gone = a.keys().filter(|key| !b.contains_key(*key));
                for key in b.keys().chain(gone) {
                    self.below(key.clone(), a.get(key), b.get(key));
                }
            }
            (Some(Value::Array(a)), Some(Value::Array(b))) => match self.place.sort() {
                Sort::Keyed(by) => self.lists(a, b, by),
                Sort::Plain if a.len() == b.len() => {
                    for (index, (a, b)) in a.iter().zip(b).enumerate() {
                        self.below(index.to_string(), Some(a), Some(b));
                    }
                }
                Sort::Plain | Sort::Set => self.found(Some(&Value::Array(a.clone())), Some(&Value::Array(b.clone()))),
            },
            _ => self.found(a, b),
        }
    }

    fn below(&mut self, token: String, a: Option<&Value>, b: Option<&Value>) {
        self.place.enter(token);
        self.values(a, b);
        self.place.leave();
    }

    /// Item by item; another order of the items both have is a difference of the list itself.
    fn lists(&mut self, a: &[Value], b: &[Value], by: &[String]) {
        let pairs = pair(a, b, by);
        let mut gone = vec![true; a.len()];
        for (index, (item, from)) in b.iter().zip(&pairs).enumerate() {
            if let Some(from) = *from {
                gone[from] = false;
            }
            self.below(index.to_string(), from.and_then(|from| a.get(from)), Some(item));
        }
        for (index, item) in a.iter().enumerate().filter(|(index, _)| gone[*index]) {
            self.below(index.to_string(), Some(item), None);
        }
        if !pairs.iter().flatten().is_sorted() {
            self.found(Some(&Value::Array(a.to_vec())), Some(&Value::Array(b.to_vec())));
        }
    }

    fn found(&mut self, a: Option<&Value>, b: Option<&Value>) {
        self.found.push(Dispute { at: self.place.pointer(), base: a.cloned(), mine: b.cloned(), theirs: None });
    }
}
