//! Edits of a document: what may be edited, what an edit changes, and what is to be sent of it after a look.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::digits;
use super::fill::{self, Places};
use super::plan::{Case, code};
use super::same::{present, same, told};
use super::{Plan, Refusal};
use crate::model::{Dispute, Effect, Write, WriteState};
use crate::outbox::merge::{self, Merged};
use crate::platform::manifest::{ActionRequest, Edits};
use crate::platform::write::WriteCall;

/// Is `wanted` something that `doc` may be made into?
pub(super) fn check(edits: &Edits, doc: &Value, wanted: Option<&Value>) -> Result<(), Refusal> {
    let wanted = wanted.filter(|wanted| wanted.is_object());
    let wanted = wanted
        .ok_or_else(|| Refusal::Argument("the document as you want it is missing, or is no object".to_owned()))?;
    let changed = merge::differences_under(doc, wanted, edits);
    if changed.is_empty() {
        return Err(Refusal::Same("nothing would change".to_owned()));
    }
    // With all that may be changed put back, nothing may be left that differs.
    let mut rest = wanted.clone();
    edits.fields.iter().for_each(|at| put_back(&mut rest, doc, at));
    if let Some(fixed) = merge::differences(doc, &rest).first() {
        let fields =
            if edits.fields.len() > 8 { "the fields the manifest names".to_owned() } else { edits.fields.join(", ") };
        return Err(Refusal::Argument(format!("{} cannot be changed: only {fields} can", fixed.at)));
    }
    for field in &changed {
        if edits.null_keeps && present(field.mine.as_ref()).is_none() {
            let why = format!("{} cannot be emptied: the platform takes null for \"leave alone\"", field.at);
            return Err(Refusal::Argument(why));
        }
        if edits.json.contains(&field.at) && !holds_json(field.mine.as_ref()) {
            return Err(Refusal::Argument(format!("{} must be a text that holds JSON", field.at)));
        }
    }
    Ok(())
}

fn holds_json(value: Option<&Value>) -> bool {
    value.and_then(Value::as_str).is_some_and(|text| serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok())
}

/// Makes `doc` at a pointer what `from` is there.
fn put_back(doc: &mut Value, from: &Value, at: &str) {
    match from.pointer(at) {
        Some(value) => Effect { doc: vec![(at.to_owned(), value.clone())], ..Effect::default() }.onto(doc),
        None => {
            let (above, key) = at.rsplit_once('/').unwrap_or_default();
            let key = key.replace("~1", "/").replace("~0", "~");
            if let Some(Value::Object(members)) = doc.pointer_mut(above) {
                members.shift_remove(&key);
            }
        }
    }
}

/// What an edit changes, as pointers and new values: as deep as it goes without leaving anything out.
pub(super) fn changes(edits: &Edits, doc: &Value, wanted: &Value) -> Vec<(String, Value)> {
    let mut found = Vec::new();
    for at in &edits.fields {
        deepest(at, doc.pointer(at), wanted.pointer(at), &mut found);
    }
    found
}

fn deepest(at: &str, from: Option<&Value>, to: Option<&Value>, found: &mut Vec<(String, Value)>) {
    if same(from, to) {
        return;
    }
    match (from, to) {
        // A member that is removed cannot be told by a pointer and a value: then the whole object is.
        (Some(Value::Object(old)), Some(Value::Object(new))) if old.keys().all(|key| new.contains_key(key)) => {
            for (key, value) in new {
                let below = format!("{at}/{}", key.replace('~', "~0").replace('/', "~1"));
                deepest(&below, old.get(key), Some(value), found);
            }
        }
        (_, to) => found.push((at.to_owned(), to.cloned().unwrap_or_default())),
    }
}

/// What is left of an edit, seen from a document that others may have changed.
struct Left {
    /// Both merged.
    merged: Merged,
    /// What the edit would still change.
    todo: Vec<Dispute>,
    /// What it was to change in all.
    mine: Vec<Dispute>,
}

impl Left {
    fn of(edits: &Edits, write: &Write, theirs: &Value) -> Self {
        let base = &write.intent.base.doc;
        let wanted = write.intent.args.get("doc").unwrap_or(base);
        let merged = merge::merge(base, wanted, theirs, edits);
        let todo = merge::differences_under(theirs, &merged.doc, edits);
        let mine = merge::differences_under(base, wanted, edits);
        Self { merged, todo, mine }
    }

    fn is_done(&self) -> bool {
        self.todo.is_empty() && self.merged.disputes.is_empty()
    }

    /// None of it is there: every field is as it was before.
    fn is_whole(&self) -> bool {
        let is_left = |mine: &Dispute| {
            self.todo.iter().any(|todo| {
                same(todo.base.as_ref(), mine.base.as_ref()) && same(todo.mine.as_ref(), mine.mine.as_ref())
            })
        };
        self.merged.disputes.is_empty() && self.todo.len() == self.mine.len() && self.mine.iter().all(is_left)
    }
}

/// What is to be done with an edit.
pub(super) fn plan(case: &Case<'_>, edits: &Edits) -> Plan {
    let left = Left::of(edits, case.write, &case.theirs);
    if left.is_done() {
        return Plan::Done(case.done(Vec::new()));
    }
    let moved = case.moved();
    if case.sent && (!moved.is_empty() || !left.is_whole() || case.touched()) {
        return case.uncertain();
    }
    if let Some(late) = case.late() {
        return late;
    }
    if !moved.is_empty() {
        return case.conflict(moved);
    }
    if !left.merged.disputes.is_empty() {
        return case.conflict(left.merged.disputes);
    }
    let Some(seen) = &case.sight.target else { return super::plan::unaskable() };
    let wanted = match merge::carry(&seen.raw, &case.theirs, &left.merged.doc, edits) {
        Ok(wanted) => wanted,
        Err(places) => {
            let message = format!("a secret that is hidden here would have to be sent: {}", places.join(", "));
            return Plan::Stop(WriteState::Wedged, code("mask", message));
        }
    };
    let fields: Vec<String> = sends(edits, &seen.raw, &wanted).cloned().collect();
    if let Some(at) = digits::rounded(&seen.incoming.doc, &fields, &wanted) {
        let message = format!(
            "the number at {} has more digits than can be sent back as they are, and would be rounded: make this change where the platform shows it",
            told(Some(&Value::from(at)))
        );
        return Plan::Stop(WriteState::Wedged, code("digits", message));
    }
    match request(case, edits, &wanted) {
        Some(call) => Plan::Send(call),
        None => super::plan::unaskable(),
    }
}

/// The fields that are sent: all that may be edited, or where the platform takes parts, those that change.
fn sends<'a>(edits: &'a Edits, raw: &'a Value, wanted: &'a Value) -> impl Iterator<Item = &'a String> {
    edits.fields.iter().filter(move |at| !edits.partial || !same(raw.pointer(at), wanted.pointer(at)))
}

fn request(case: &Case<'_>, edits: &Edits, wanted: &Value) -> Option<WriteCall> {
    let places = Places { doc: wanted, ..case.places() };
    let way: &ActionRequest = fill::way(&case.action.requests, &places)?;
    let mut call = fill::made(way, &places, case.write.id.as_str())?;
    if edits.partial {
        let mut body = Value::Object(Map::new());
        let raw = &case.sight.target.as_ref()?.raw;
        let changed = sends(edits, raw, wanted).map(|at| (at.clone(), wanted.pointer(at).cloned().unwrap_or_default()));
        Effect { doc: changed.collect(), ..Effect::default() }.onto(&mut body);
        call.body = Some(body);
    }
    Some(call)
}

/// The document an edit sends, as far as may be kept: secrets masked.
pub(super) fn sent(edits: &Edits, write: &Write, theirs: &Value) -> Value {
    Left::of(edits, write, theirs).merged.doc
}

/// Does a look show the edit? With what the server made of it: `sent` is the document as it was sent, if that is known.
pub(super) fn shown(edits: &Edits, write: &Write, sent: Option<&Value>, theirs: &Value) -> Option<Vec<Dispute>> {
    let left = Left::of(edits, write, theirs);
    if left.is_whole() && !left.mine.is_empty() {
        return None;
    }
    let base = &write.intent.base.doc;
    let Some(sent) = sent else {
        let dropped = left.todo.into_iter().map(|it| Dispute { theirs: it.base.clone(), ..it });
        return Some(left.merged.disputes.into_iter().chain(dropped).collect());
    };
    let editable = |field: &Dispute| edits.fields.iter().any(|at| field.at.starts_with(at.as_str()));
    let altered = merge::differences_under(sent, theirs, edits).into_iter().filter(editable);
    let altered =
        altered.map(|it| Dispute { base: base.pointer(&it.at).cloned(), mine: it.base, theirs: it.mine, at: it.at });
    Some(altered.collect())
}

/// What an edit changes, for a person.
pub(super) fn diff(write: &Write, wanted: &Value) -> Vec<Dispute> {
    merge::differences(&write.intent.base.doc, wanted)
}

/// The fields of an edit in words, for messages.
pub(super) fn fields(disputes: &[Dispute]) -> String {
    let named: BTreeMap<&str, ()> = disputes.iter().map(|it| (it.at.as_str(), ())).collect();
    let told: Vec<String> = named.keys().take(3).map(|at| told(Some(&Value::from(*at)))).collect();
    match named.len() {
        0..=3 => told.join(", "),
        more => format!("{} and {} more", told.join(", "), more - 3),
    }
}
