//! What an edited document must not differ in: fields that cannot be changed, and the sort of those that can.

use std::collections::{BTreeMap, BTreeSet};

use quarterdeck_sync::outbox::merge::differences;
use serde_json::Value;

use super::{Complaint, escape};

/// Complains about what differs from `doc` and is not below one of `fields`. What the text leaves out there is no difference.
pub(super) fn outside(fields: &[String], edited: &Value, doc: &Value, complaints: &mut Vec<Complaint>) {
    let mut open = vec![(String::new(), edited)];
    while let Some((at, value)) = open.pop() {
        if fields.contains(&at) {
            continue;
        }
        let holds_fields = fields.iter().any(|field| field.starts_with(&format!("{at}/")));
        if let (true, Value::Object(members)) = (holds_fields, value) {
            open.extend(members.iter().rev().map(|(name, value)| (format!("{at}/{}", escape(name)), value)));
        } else if doc.pointer(&at).is_none_or(|was| !differences(was, value).is_empty()) {
            let can = match fields.len() {
                0 => "nothing here can".to_owned(),
                _ => format!("only {} can", fields.join(", ")),
            };
            let what = if doc.pointer(&at).is_some() { "cannot be changed here" } else { "cannot be added here" };
            complaints.push(Complaint::field(&at, format!("{what}: {can}")));
        }
    }
}

/// Complains where a field is of another sort than it was, and notes fields that nothing of the kind had. An item that was added
/// to a list is compared with those that are in it.
pub(super) fn sorts(doc: &Value, edited: &Value, complaints: &mut Vec<Complaint>, notes: &mut Vec<Complaint>) {
    let mut shape = Shape::default();
    shape.learn(doc);
    below(&shape, edited, "", &mut Work { complaints, notes });
}

/// What stood at one place; the items of a list share one.
#[derive(Default)]
struct Shape<'a> {
    sorts: BTreeSet<&'static str>,
    objects: bool,
    members: BTreeMap<&'a str, Shape<'a>>,
    items: Option<Box<Shape<'a>>>,
}

impl<'a> Shape<'a> {
    /// Recursive: the text was read, so it is not nested too deeply.
    fn learn(&mut self, value: &'a Value) {
        self.sorts.extend(sort(value));
        match value {
            Value::Object(members) => {
                self.objects = true;
                for (name, value) in members {
                    self.members.entry(name).or_default().learn(value);
                }
            }
            Value::Array(items) => {
                let shared = self.items.get_or_insert_default();
                items.iter().for_each(|item| shared.learn(item));
            }
            _ => {}
        }
    }
}

struct Work<'a> {
    complaints: &'a mut Vec<Complaint>,
    notes: &'a mut Vec<Complaint>,
}

/// `shape`: what stood at places like this one. Recursive, as the learning is.
fn below(shape: &Shape<'_>, edited: &Value, at: &str, work: &mut Work<'_>) {
    if let (Some(now), Some(was), 1) = (sort(edited), shape.sorts.first(), shape.sorts.len())
        && now != *was
    {
        work.complaints.push(Complaint::field(at, format!("{now} stands where {was} was")));
        return;
    }
    let unknown = Shape::default();
    match edited {
        Value::Object(members) => {
            for (name, value) in members {
                let at = format!("{at}/{}", escape(name));
                match shape.members.get(name.as_str()) {
                    Some(known) => below(known, value, &at, work),
                    None if shape.objects => {
                        let words = "is new: if the platform drops it, that is reported after the write";
                        work.notes.push(Complaint::field(&at, words));
                    }
                    None => below(&unknown, value, &at, work),
                }
            }
        }
        Value::Array(items) => {
            let shared = shape.items.as_deref().unwrap_or(&unknown);
            for (index, item) in items.iter().enumerate() {
                below(shared, item, &format!("{at}/{index}"), work);
            }
        }
        _ => {}
    }
}

/// The sort of a value; null is of every sort.
fn sort(value: &Value) -> Option<&'static str> {
    match value {
        Value::Null => None,
        Value::Bool(_) => Some("true or false"),
        Value::Number(_) => Some("a number"),
        Value::String(_) => Some("a text"),
        Value::Array(_) => Some("a list"),
        Value::Object(_) => Some("an object"),
    }
}
