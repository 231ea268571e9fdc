//! What holds for every three documents.

use std::collections::{BTreeMap, BTreeSet};

use proptest::option::of as option;
use proptest::prelude::*;
use serde_json::{Map, json};

use super::super::same::key;
use super::*;
use crate::platform::decode::MASKED;

const KEYS: [&str; 6] = ["a", "b", "c", "tags", "rules", "plain"];

fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (0..3_i64).prop_map(Value::from),
        (0..3_i32).prop_map(|n| Value::from(f64::from(n) / 2.0)),
        "[xy]".prop_map(Value::from),
    ]
}

fn set() -> impl Strategy<Value = Value> {
    proptest::collection::vec("[a-d]", 0..4).prop_map(Value::from)
}

fn rule() -> impl Strategy<Value = Value> {
    ("[r-u]", "[de]", option(set()), option(scalar())).prop_map(|(resource, permission, tags, note)| {
        let mut rule = json!({"resource": resource, "permission": permission});
        let more = [("tags", tags), ("note", note)];
        more.into_iter().filter_map(|(key, value)| Some((key, value?))).for_each(|(key, value)| rule[key] = value);
        rule
    })
}

fn document() -> impl Strategy<Value = Value> {
    let nested = proptest::collection::btree_map("[pq]", scalar(), 0..3).prop_map(|map| json!(map));
    let any = prop_oneof![scalar(), nested];
    (
        proptest::collection::btree_map("[abc]", any, 0..4),
        option(set()),
        option(proptest::collection::vec(rule(), 0..4)),
        option(proptest::collection::vec(scalar(), 0..3)),
    )
        .prop_map(|(fields, tags, rules, plain)| {
            let mut doc: Map<String, Value> = fields.into_iter().collect();
            let lists = [("tags", tags), ("rules", rules.map(Value::from)), ("plain", plain.map(Value::from))];
            doc.extend(lists.into_iter().filter_map(|(key, list)| Some((key.to_owned(), list?))));
            Value::Object(doc)
        })
}

/// `base`, with the members `keys` as `from` has them.
fn with(base: &Value, from: &Value, keys: impl Fn(&str) -> bool) -> Value {
    let member = |name: &str| (if keys(name) { from } else { base }).get(name).cloned();
    Value::Object(KEYS.into_iter().filter_map(|name| Some((name.to_owned(), member(name)?))).collect())
}

/// A top-level member as something that does not know the order of rules and tags.
fn loose(doc: &Value, name: &str) -> Option<String> {
    let value = doc.get(name)?;
    let item = |item: &Value| {
        let mut item = item.clone();
        if let Some(Value::Array(tags)) = item.get_mut("tags") {
            tags.sort_by_key(key);
            tags.dedup();
        }
        key(&item)
    };
    match (name, value) {
        ("rules" | "tags", Value::Array(items)) => {
            let mut items: Vec<String> = items.iter().map(item).collect();
            items.sort();
            if name == "tags" {
                items.dedup();
            }
            Some(items.concat())
        }
        _ => Some(key(value)),
    }
}

fn disputed(merged: &Merged) -> BTreeSet<&str> {
    merged.disputes.iter().filter_map(|dispute| dispute.at.split('/').nth(1)).collect()
}

/// A disputed field, without the place it is shown at.
type Clash = [Option<String>; 3];

fn clashes(merged: &Merged, swapped: bool) -> Vec<Clash> {
    let word = |value: &Option<Value>| value.as_ref().map(key);
    let clash = |dispute: &Dispute| {
        let (mine, theirs) = (word(&dispute.mine), word(&dispute.theirs));
        if swapped { [word(&dispute.base), theirs, mine] } else { [word(&dispute.base), mine, theirs] }
    };
    let mut clashes: Vec<Clash> = merged.disputes.iter().map(clash).collect();
    clashes.sort();
    clashes
}

proptest! {
    #[test]
    fn a_side_that_changed_nothing_gives_way(base in document(), other in document()) {
        let as_it_is = Merged { doc: other.clone(), disputes: vec![] };
        let text = other.to_string();
        for merged in [merge(&base, &other, &base, &rules()), merge(&base, &base, &other, &rules()), merge(&base, &other, &other, &rules())] {
            prop_assert_eq!(&merged, &as_it_is);
            prop_assert_eq!(merged.doc.to_string(), text.as_str());
        }
    }

    #[test]
    fn edits_of_different_fields_are_both_there(base in document(), mine in document(), theirs in document(), whose in any::<[bool; 6]>()) {
        let is_mine = |name: &str| KEYS.iter().position(|key| *key == name).is_some_and(|at| whose[at]);
        let (mine, theirs) = (with(&base, &mine, is_mine), with(&base, &theirs, |name| !is_mine(name)));
        let merged = merge(&base, &mine, &theirs, &rules());
        prop_assert_eq!(&merged.disputes, &vec![]);
        prop_assert_eq!(merged.doc, with(&theirs, &mine, is_mine));
    }

    #[test]
    fn edits_of_different_rules_are_both_there(notes in proptest::collection::vec((0..3_u8, 0..3_u8), 1..6)) {
        // 0: nobody, 1: I, 2: they; edit (1) or remove (2).
        let rules_of = |who: u8| -> Value {
            let rule = |(index, (owner, what)): (usize, &(u8, u8))| match (*owner == who, what) {
                (true, 2) => None,
                (acts, what) => Some(json!({"resource": index, "note": if acts { *what } else { 0 }})),
            };
            json!({"rules": notes.iter().enumerate().filter_map(rule).collect::<Vec<_>>()})
        };
        let both: Vec<Value> = notes.iter().enumerate().filter(|(_, (owner, what))| !(*owner > 0 && *what == 2))
            .map(|(index, (owner, what))| json!({"resource": index, "note": if *owner > 0 { *what } else { 0 }})).collect();
        let merged = merge(&rules_of(9), &rules_of(1), &rules_of(2), &rules());
        prop_assert_eq!(merged, Merged { doc: json!({"rules": both}), disputes: vec![] });
    }

    #[test]
    fn who_is_who_decides_nothing_but_disputes(base in document(), mine in document(), theirs in document()) {
        let (one, other) = (merge(&base, &mine, &theirs, &rules()), merge(&base, &theirs, &mine, &rules()));
        prop_assert_eq!(clashes(&one, false), clashes(&other, true));
        for name in KEYS.into_iter().filter(|name| !disputed(&one).contains(name)) {
            prop_assert_eq!(loose(&one.doc, name), loose(&other.doc, name), "{}", name);
        }
    }

    #[test]
    fn every_field_of_each_side_is_in_the_result_or_in_a_dispute(base in document(), mine in document(), theirs in document()) {
        let merged = merge(&base, &mine, &theirs, &rules());
        for side in [&mine, &theirs] {
            let fields = ["a", "b", "c", "plain"].into_iter().filter(|name| !disputed(&merged).contains(name));
            for name in fields.filter(|name| key(&base[name]) != key(&side[name])) {
                for (inner, value) in members(&side[name]) {
                    let was = base[name].get(&inner);
                    if was.map(key) != Some(key(&value)) {
                        prop_assert_eq!(merged.doc[name].get(&inner).map(key), Some(key(&value)), "{}/{}", name, inner);
                    }
                }
                if !side[name].is_object() {
                    prop_assert_eq!(key(&merged.doc[name]), key(&side[name]), "{}", name);
                }
            }
            if !disputed(&merged).contains("tags") {
                let (was, now, then) = (items(&base, "tags"), items(side, "tags"), items(&merged.doc, "tags"));
                prop_assert!(now.difference(&was).all(|tag| then.contains(tag)));
                prop_assert!(was.difference(&now).all(|tag| !then.contains(tag)));
            }
            if !disputed(&merged).contains("rules") {
                let resources = |doc: &Value| doc["rules"].as_array().into_iter().flatten().map(|rule| key(&rule["resource"])).collect::<BTreeSet<_>>();
                prop_assert!(resources(side).difference(&resources(&base)).all(|added| resources(&merged.doc).contains(added)));
            }
        }
    }

    #[test]
    fn the_merged_document_differs_from_theirs_in_my_edits_alone(base in document(), mine in document(), theirs in document()) {
        let merged = merge(&base, &mine, &theirs, &rules());
        for name in KEYS {
            if base.get(name).map(key) == mine.get(name).map(key) {
                prop_assert_eq!(merged.doc.get(name), theirs.get(name), "{}", name);
            }
        }
        prop_assert_eq!(differences_under(&theirs, &merged.doc, &rules()).is_empty(), KEYS.iter().all(|name| merged.doc.get(*name).map(key) == theirs.get(*name).map(key)));
    }

    #[test]
    fn what_was_not_edited_is_sent_back_as_it_was(raw in document()) {
        let masked = mask(&raw);
        prop_assert_eq!(carry(&raw, &masked, &masked, &rules()).map(|doc| doc.to_string()), Ok(raw.to_string()));
    }

    #[test]
    fn no_secret_is_lost_or_moves_to_another_item(
        items in proptest::collection::vec(0..3_u8, 1..5), order in proptest::collection::vec(0..6_usize, 0..6), edits in any::<[bool; 6]>(), keyed in any::<bool>(),
    ) {
        let list = if keyed { "rules" } else { "plain" };
        let item = |index: usize, note: &u8| json!({"resource": index, "note": note, "secret": format!("secret-{index}")});
        let raw = json!({list: items.iter().enumerate().map(|(index, note)| item(index, note)).collect::<Vec<_>>()});
        let masked = mask(&raw);
        let mut wanted: Vec<Value> = order.iter().filter_map(|index| masked[list].get(*index).cloned()).collect();
        wanted.iter_mut().zip(edits).filter(|(_, edit)| *edit).for_each(|(item, _)| item["note"] = json!(9));
        let repeats = order.iter().filter(|index| **index < items.len()).collect::<BTreeSet<_>>().len() < wanted.len();
        match carry(&raw, &masked, &json!({list: wanted.clone()}), &rules()) {
            Ok(sent) => for (sent, wanted) in sent[list].as_array().unwrap().iter().zip(&wanted) {
                prop_assert_eq!(&sent["resource"], &wanted["resource"]);
                prop_assert_eq!(&sent["note"], &wanted["note"]);
                prop_assert_eq!(&sent["secret"], &json!(format!("secret-{}", wanted["resource"])));
            },
            // Copies are refused; what is merely moved or edited is not, where items have an identity.
            Err(_) => prop_assert!(repeats || !keyed),
        }
    }
}

fn members(value: &Value) -> BTreeMap<String, Value> {
    value.as_object().into_iter().flatten().map(|(key, value)| (key.clone(), value.clone())).collect()
}

fn items(doc: &Value, name: &str) -> BTreeSet<String> {
    doc[name].as_array().into_iter().flatten().map(key).collect()
}

/// Hides every text of one letter, and everything called `secret`.
fn mask(value: &Value) -> Value {
    match value {
        Value::String(text) if text == "x" || text.starts_with("secret-") => json!(MASKED),
        Value::Array(items) => items.iter().map(mask).collect(),
        Value::Object(members) => {
            Value::Object(members.iter().map(|(key, value)| (key.clone(), mask(value))).collect())
        }
        other => other.clone(),
    }
}
