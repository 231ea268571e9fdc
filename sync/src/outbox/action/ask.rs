//! From what a person asks for to what is kept of it.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::fill::{self, Places};
use super::same::{Conditions, meets, present, told, unmet, usual};
use super::{Asked, Refusal, create, edit, effect, find};
use crate::model::{Base, Effect, Intent, Record};
use crate::platform::Manifest;
use crate::platform::decode::time;
use crate::platform::manifest::{Action, ActionRequest};

/// Longest reason, in characters: it is sent, kept, and shown in one piece.
const LONGEST_REASON: usize = 2_000;
/// Longest free argument, in characters.
const LONGEST_ARGUMENT: usize = 1_000;
/// Longest wait, and longest duration, that is taken for meant.
const LONGEST: SignedDuration = SignedDuration::from_hours(366 * 24);

/// What is to be kept of a decision. `record` is as the operator sees it, its document with the open writes' effects on it; none
/// for a creation. `related` are the records that the action rests on, as far as the mirror has them.
///
/// # Errors
/// Why it is not even queued.
pub fn intent(
    manifest: &Manifest,
    collection: &str,
    connection: &str,
    record: Option<&Record>,
    related: &BTreeMap<String, Value>,
    asked: &Asked,
    now: Timestamp,
) -> Result<Intent, Refusal> {
    let (name, action) = find(manifest, collection, &asked.verb)?;
    let kind = manifest.collections.get(collection).map(|collection| collection.kind);
    let kind = kind.ok_or_else(|| Refusal::Lacks(format!("{} has no {collection}", manifest.title)))?;
    let reason = reason(asked.reason.as_deref())?;
    let args = arguments(action, asked)?;
    let doc = match (record, action.creates) {
        (Some(record), false) => document(record)?,
        (None, true) => Value::Null,
        (Some(_), true) => {
            return Err(Refusal::Argument(format!("{} makes something new: it has no target", action.verb)));
        }
        (None, false) => return Err(Refusal::Argument(format!("{} needs a record to act on", action.verb))),
    };
    let id = record.map(|record| record.row.id.as_str()).unwrap_or_default();
    let places = Places { id, doc: &doc, args: &args, reason: reason.as_deref(), related, list: None };
    let request = fill::way(&action.requests, &places);
    match &action.edits {
        Some(edits) => edit::check(edits, &doc, args.get("doc"))?,
        None if action.creates => create::check(args.get("doc"))?,
        None => makes_sense(action, request, &doc)?,
    }
    if let Some(hash) = &asked.if_hash {
        same_hash(action, &doc, related, hash)?;
    }
    let deadline = deadline(action, &doc, asked.expires, now)?;
    let effect = match record {
        Some(_) => effect::of(manifest, collection, action, request, &doc, args.get("doc")),
        None => Effect::default(),
    };
    Ok(Intent {
        connection: connection.to_owned(),
        platform: manifest.name.clone(),
        collection: collection.to_owned(),
        kind,
        action: name.to_owned(),
        verb: action.verb.clone(),
        target: record.map(|record| record.row.id.clone()),
        title: record.map_or_else(|| create::title(args.get("doc")), |record| record.row.title.clone()),
        args,
        reason,
        base: Base { doc, related: related.clone(), seen_at: record.map(|record| record.row.confirmed_at) },
        effect,
        deadline,
        undoes: asked.undoes.as_ref().map(|(id, _)| id.clone()),
        by: asked.by.clone(),
    })
}

fn document(record: &Record) -> Result<Value, Refusal> {
    if let Some(gone) = record.row.gone_at {
        return Err(Refusal::NotNow(format!("the platform no longer lists it (noticed {gone:.0})")));
    }
    serde_json::from_str(&record.doc)
        .map_err(|_| Refusal::NotNow("the mirror's copy of it cannot be read: sync again".to_owned()))
}

fn reason(reason: Option<&str>) -> Result<Option<String>, Refusal> {
    let Some(reason) = reason.map(str::trim).filter(|reason| !reason.is_empty()) else { return Ok(None) };
    plain("the reason", reason, LONGEST_REASON)?;
    Ok(Some(reason.to_owned()))
}

/// Not too long, and no control characters but the end of a line and the tabulator.
fn plain(what: &str, text: &str, longest: usize) -> Result<(), Refusal> {
    let length = text.chars().count();
    if length > longest {
        return Err(Refusal::Argument(format!("{what} has {length} characters: {longest} at most")));
    }
    match text.chars().find(|c| c.is_control() && !matches!(c, '\n' | '\t')) {
        Some(_) => Err(Refusal::Argument(format!("{what} holds control characters"))),
        None => Ok(()),
    }
}

/// The arguments, each one that the action takes, in the form in which it is sent.
pub(in crate::outbox) fn arguments(action: &Action, asked: &Asked) -> Result<BTreeMap<String, Value>, Refusal> {
    let mut found = BTreeMap::new();
    let takes_doc = action.edits.is_some() || action.creates;
    for (name, value) in asked.args.iter().filter(|(_, value)| !value.is_null()) {
        if name == "doc" && takes_doc {
            found.insert(name.clone(), value.clone());
            continue;
        }
        let Some(allowed) = action.args.get(name) else {
            let known: Vec<&str> = action.args.keys().map(String::as_str).collect();
            let takes = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
            return Err(Refusal::Argument(format!("{} takes no {name} (arguments: {takes})", action.verb)));
        };
        if let Some(value) = argument(name, value, allowed)? {
            found.insert(name.clone(), value);
        }
    }
    Ok(found)
}

fn argument(name: &str, value: &Value, allowed: &[String]) -> Result<Option<Value>, Refusal> {
    let text = match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(_) | Value::Bool(_) => value.to_string(),
        _ => return Err(Refusal::Argument(format!("{name} must be a single value"))),
    };
    plain(name, &text, LONGEST_ARGUMENT)?;
    if !allowed.is_empty() && !allowed.contains(&text) {
        return Err(Refusal::Argument(format!("{name} cannot be `{}`: use {}", told(Some(value)), allowed.join(", "))));
    }
    Ok(match (name, text.as_str()) {
        (_, "") => None,
        // A switch that is off was not given.
        (_, "false") if allowed.iter().any(|word| word == "true") => None,
        (_, "true") if allowed.iter().any(|word| word == "false") => Some(Value::Bool(true)),
        ("duration", text) => Some(duration(text)?.into()),
        (_, text) => Some(text.into()),
    })
}

/// A duration as platforms take it: hours, minutes and seconds (`36h`, `1h30m`), whatever the person wrote (`1d12h`, `90 min`).
fn duration(text: &str) -> Result<String, Refusal> {
    let wrong = |why: &str| {
        Refusal::Argument(format!("`{}` is no duration{why}: write 30m, 4h, 1h30m or 2d", told(Some(&text.into()))))
    };
    let squeezed: String = text.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_ascii_lowercase();
    let (mut rest, mut seconds) = (squeezed.as_str(), 0_i64);
    if rest.is_empty() {
        return Err(wrong(""));
    }
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).ok_or_else(|| wrong(" without a unit"))?;
        let number: i64 = rest[..digits].parse().map_err(|_| wrong(""))?;
        let unit = rest[digits..].find(|c: char| c.is_ascii_digit()).map_or(rest.len(), |at| digits + at);
        let each = match &rest[digits..unit] {
            "s" | "sec" | "secs" | "second" | "seconds" => 1,
            "m" | "min" | "mins" | "minute" | "minutes" => 60,
            "h" | "hr" | "hrs" | "hour" | "hours" => 3_600,
            "d" | "day" | "days" => 86_400,
            "w" | "week" | "weeks" => 7 * 86_400,
            _ => return Err(wrong("")),
        };
        seconds = number.checked_mul(each).and_then(|more| seconds.checked_add(more)).ok_or_else(|| wrong(""))?;
        rest = &rest[unit..];
    }
    if seconds == 0 || seconds > LONGEST.as_secs() {
        return Err(wrong(if seconds == 0 { " (it is nothing)" } else { " (over a year)" }));
    }
    let mut told = String::new();
    for (number, unit) in [(seconds / 3_600, 'h'), (seconds / 60 % 60, 'm'), (seconds % 60, 's')] {
        if number > 0 {
            // Writing to a string cannot fail.
            let _ = write!(told, "{number}{unit}");
        }
    }
    Ok(told)
}

/// How a request shows once it is done, and whether by the target's being gone: its own way of saying so, or the action's.
pub(super) fn done<'a>(action: &'a Action, request: Option<&'a ActionRequest>) -> (&'a Conditions, bool) {
    match request {
        Some(request) if request.done_gone || !request.done.is_empty() => (&request.done, request.done_gone),
        _ => (&action.done, action.done_gone),
    }
}

/// Is it not done already, and is the target in a state in which it can be done?
fn makes_sense(action: &Action, request: Option<&ActionRequest>, doc: &Value) -> Result<(), Refusal> {
    let (done, _) = done(action, request);
    if !done.is_empty() && usual(doc, done) {
        return Err(Refusal::Same(format!("it is {} already{}", state(doc, done), settled_words(action, doc))));
    }
    if meets(doc, &action.needs) {
        return Ok(());
    }
    let needs: Vec<String> = unmet(doc, &action.needs)
        .into_iter()
        .map(|(at, values)| {
            let values: Vec<String> = values.iter().map(|value| told(Some(value))).collect();
            format!("{} {}", word(at), values.join(" or "))
        })
        .collect();
    let is = state(doc, &action.needs);
    let needs = needs.join(", ");
    Err(Refusal::NotNow(format!("it is {is}{}; {} needs {needs}", settled_words(action, doc), action.verb)))
}

/// The last key of a pointer.
fn word(at: &str) -> &str {
    at.rsplit('/').next().unwrap_or(at)
}

/// What a document holds where the conditions look, for a person: a status by its word alone.
pub(super) fn state(doc: &Value, conditions: &Conditions) -> String {
    let each = conditions.keys().map(|at| match doc.pointer(at) {
        Some(Value::Bool(true)) => word(at).to_owned(),
        Some(Value::Bool(false)) => format!("not {}", word(at)),
        value if word(at) == "status" => told(value),
        value => format!("{} {}", word(at), told(value)),
    });
    each.collect::<Vec<_>>().join(", ")
}

/// Who settled it and when, as the record says it.
pub(super) fn settled(action: &Action, doc: &Value) -> (Option<String>, Option<String>) {
    let first = |pointers: &[String]| {
        let texts = pointers.iter().filter_map(|at| present(doc.pointer(at)));
        texts.map(|value| told(Some(value))).find(|text| !text.is_empty())
    };
    (first(&action.settled_by), first(&action.settled_at))
}

/// ` by X at T`, as far as the record says it; nothing while it is not settled.
pub(super) fn settled_words(action: &Action, doc: &Value) -> String {
    if !action.needs.is_empty() && meets(doc, &action.needs) {
        return String::new();
    }
    match settled(action, doc) {
        (Some(who), Some(when)) => format!(", by {who} at {when}"),
        (Some(who), None) => format!(", by {who}"),
        // Many records say when they last changed; that alone says little.
        (None, _) => String::new(),
    }
}

/// Until when it may be sent: as the person says, else as the manifest says, and never after the platform's own deadline.
fn deadline(
    action: &Action,
    doc: &Value,
    expires: Option<SignedDuration>,
    now: Timestamp,
) -> Result<Option<Timestamp>, Refusal> {
    if let Some(expires) = expires
        && (expires <= SignedDuration::ZERO || expires > LONGEST)
    {
        return Err(Refusal::Argument("--expires must be more than nothing and less than a year".to_owned()));
    }
    let after =
        action.deadline.as_ref().and_then(|deadline| i64::try_from(deadline.after).ok()).map(SignedDuration::from_secs);
    // A clock at the end of time has no later moment: then nothing expires.
    let own = expires.or(after).and_then(|wait| now.checked_add(wait).ok());
    let theirs = platform_deadline(action, doc);
    if let Some(theirs) = theirs.filter(|at| *at <= now) {
        return Err(Refusal::NotNow(format!("the platform's own deadline for it passed at {theirs:.0}")));
    }
    Ok(own.into_iter().chain(theirs).min())
}

/// The platform's own deadline for doing something to a record, as its document says it.
pub fn runs_out(manifest: &Manifest, collection: &str, verb: &str, doc: &str) -> Option<Timestamp> {
    let (_, action) = find(manifest, collection, verb).ok()?;
    platform_deadline(action, &serde_json::from_str(doc).ok()?)
}

/// The platform's own deadline, as the document says it: the earliest of all that it says.
pub(super) fn platform_deadline(action: &Action, doc: &Value) -> Option<Timestamp> {
    let deadline = action.deadline.as_ref()?;
    let moment = |at: &str| match doc.pointer(at)? {
        Value::String(text) => time::parse(text),
        Value::Number(number) => time::parse(&number.to_string()),
        _ => None,
    };
    let after = deadline.minutes_after.as_ref().and_then(|(from, minutes)| {
        let minutes = match doc.pointer(minutes)? {
            Value::Number(number) => number.as_f64()?,
            Value::String(text) => text.trim().parse().ok()?,
            _ => return None,
        };
        let wait = SignedDuration::try_from_secs_f64(minutes * 60.0).ok()?;
        moment(from)?.checked_add(wait).ok()
    });
    deadline.at.iter().filter_map(|at| moment(at)).chain(after).min()
}

/// Is what the caller saw what is there? A payload's hash, of the record or of a related one, or the document's [`fingerprint`].
fn same_hash(action: &Action, doc: &Value, related: &BTreeMap<String, Value>, hash: &str) -> Result<(), Refusal> {
    let is_hash = |at: &&String| at.ends_with("hash");
    let own = action.guard.iter().filter(is_hash).filter_map(|at| doc.pointer(at));
    let others = action.related.iter().filter_map(|(name, related_to)| Some((related.get(name)?, related_to)));
    let others =
        others.flat_map(|(doc, related)| related.guard.iter().filter(is_hash).filter_map(|at| doc.pointer(at)));
    let known: Vec<String> = own.chain(others).filter_map(Value::as_str).map(str::to_owned).collect();
    let bare = |hash: &str| hash.trim().trim_start_matches("sha256:").to_ascii_lowercase();
    let wanted = bare(hash);
    if known.iter().any(|known| bare(known) == wanted) || fingerprint(doc) == wanted {
        return Ok(());
    }
    Err(Refusal::OtherHash(match known.first() {
        Some(known) => {
            format!("its payload hash is {}, not {}", told(Some(&known.as_str().into())), told(Some(&hash.into())))
        }
        None => format!(
            "it has no payload hash, and its document's is {}, not {}",
            fingerprint(doc),
            told(Some(&hash.into()))
        ),
    }))
}

/// Hash of a document, whatever the order of its keys: SHA-256 over it with its keys sorted, hexadecimal.
pub fn fingerprint(doc: &Value) -> String {
    let mut hasher = Sha256::new();
    digest(doc, &mut hasher);
    hasher.finalize().iter().fold(String::with_capacity(64), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

fn digest(value: &Value, hasher: &mut Sha256) {
    match value {
        Value::Object(members) => {
            let mut members: Vec<(&String, &Value)> = members.iter().collect();
            members.sort_by_key(|(key, _)| *key);
            hasher.update(b"{");
            for (key, value) in members {
                hasher.update(Value::from(key.as_str()).to_string());
                hasher.update(b":");
                digest(value, hasher);
                hasher.update(b",");
            }
            hasher.update(b"}");
        }
        Value::Array(items) => {
            hasher.update(b"[");
            for item in items {
                digest(item, hasher);
                hasher.update(b",");
            }
            hasher.update(b"]");
        }
        other => hasher.update(other.to_string()),
    }
}
