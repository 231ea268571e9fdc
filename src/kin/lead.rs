//! The session or run that another record is about, and the entry of it: an approval names the run that waits, an event the session it
//! happened in.

use jiff::Timestamp;
use quarterdeck_sync::model::{Entry, Filter, Kind, Match, Part, Query, Record, Scope};
use quarterdeck_sync::store::{Reader, StoreError};
use serde_json::Value;

use super::ids;
use super::subagents::records;

/// Members that name a session or run, the surest first.
const SESSIONS: [&str; 10] = [
    "run_id",
    "runId",
    "session_id",
    "sessionId",
    "conversation_id",
    "conversationId",
    "thread_id",
    "threadId",
    "run",
    "session",
];
/// Members that name one message or call of it, the surest first.
const ENTRIES: [&str; 16] = [
    "tool_call_id",
    "toolCallId",
    "tool_use_id",
    "toolUseId",
    "call_id",
    "callId",
    "action_id",
    "actionId",
    "message_id",
    "messageId",
    "message_uuid",
    "event_id",
    "eventId",
    "step_id",
    "stepId",
    "entry_id",
];
/// Members of members that are looked into.
const DEEP: usize = 3;
/// Records that are looked at for one id.
const LOOKED_AT: u64 = 50;
/// Shorter ids stand everywhere in a message.
const SHORT: usize = 6;

/// Where a record leads to.
#[derive(Debug, Clone, PartialEq)]
pub struct Lead {
    /// The session or run.
    pub record: Record,
    names: Vec<String>,
    at: Option<Timestamp>,
}

/// The session or run that a record names; none when it names none that is in the mirror.
///
/// # Errors
/// When the mirror cannot be read.
pub fn lead(reader: &Reader, from: &Record) -> Result<Option<Lead>, StoreError> {
    let Ok(doc) = serde_json::from_str::<Value>(&from.doc) else { return Ok(None) };
    for name in members(&doc, &SESSIONS) {
        if let Some(record) = meant(reader, from, &name)? {
            let at = from.row.created_at.or(from.row.updated_at);
            return Ok(Some(Lead { record, names: members(&doc, &ENTRIES), at }));
        }
    }
    Ok(None)
}

fn meant(reader: &Reader, from: &Record, name: &str) -> Result<Option<Record>, StoreError> {
    let scope = Scope {
        connections: vec![from.row.list.connection.clone()],
        kinds: vec![Kind::Run, Kind::Session],
        ..Scope::default()
    };
    let exact = reader.find(&scope, name, 2)?;
    if let Some(record) = exact.into_iter().find(|record| record.row.id == name && record.row.key != from.row.key) {
        return Ok(Some(record));
    }
    if name.len() < SHORT {
        return Ok(None);
    }
    let mut query = Query::newest(scope);
    query.gone = true;
    query.filter = Filter::Text(Match::Contains(name.to_owned()));
    let found = records(reader, &query, LOOKED_AT)?;
    Ok(found.into_iter().find(|record| record.row.key != from.row.key && ids::own_ids(record).contains(name)))
}

impl Lead {
    /// The entry that is meant: the one that bears an id which was named, else the last one before the time of the record that led
    /// here.
    pub fn entry(&self, entries: &[Entry]) -> Option<u32> {
        let named = self.names.iter().find_map(|name| entries.iter().find(|entry| bears(entry, name)));
        let mentioned = || {
            let names = self.names.iter().filter(|name| name.len() >= SHORT);
            names
                .map(|name| format!("\"{name}\""))
                .find_map(|name| entries.iter().find(|entry| entry.raw.contains(&name)))
        };
        let before = || {
            let at = self.at?;
            let told = entries.iter().filter(|entry| entry.at.is_some_and(|time| time <= at));
            told.max_by_key(|entry| (entry.at, entry.place))
        };
        named.or_else(mentioned).or_else(before).map(|entry| entry.place)
    }
}

fn bears(entry: &Entry, name: &str) -> bool {
    let is = |id: &Option<String>| id.as_deref() == Some(name);
    is(&entry.id)
        || entry.parts.iter().any(|part| match part {
            Part::Call(call) => is(&call.id),
            Part::Result(answer) => is(&answer.call),
            _ => false,
        })
}

/// The ids that members of these names have, in the order of the names; those of the document itself before those within.
fn members(doc: &Value, names: &[&str]) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut level = vec![doc];
    for _ in 0..DEEP {
        let objects: Vec<_> = level.iter().filter_map(|value| value.as_object()).collect();
        for name in names {
            let ids = objects.iter().filter_map(|object| object.get(*name)).filter_map(ids::id);
            found.extend(ids);
        }
        level = objects.into_iter().flat_map(serde_json::Map::values).collect();
    }
    found
}

#[cfg(test)]
mod tests {
    use quarterdeck_sync::model::Call;

    use super::*;

    fn lead(names: &[&str], at: Option<&str>) -> Lead {
        let file = r#"{"schema":"qd.session/1","record":{"id":"7"},"entries":[]}"#;
        let record = crate::transcript::read_json(file).unwrap().record;
        let names = names.iter().map(|name| (*name).to_owned()).collect();
        Lead { record, names, at: at.map(|at| at.parse().unwrap()) }
    }

    fn entry(place: u32, at: &str, call: &str, raw: &str) -> Entry {
        let part = Part::Call(Call { id: Some(call.into()), ..Call::default() });
        Entry { place, at: at.parse().ok(), parts: vec![part], raw: raw.into(), ..Entry::default() }
    }

    #[test]
    fn the_entry_that_a_record_is_about_is_found_by_id_then_by_time() {
        let entries = [
            entry(0, "2026-11-22T07:00:00Z", "call-a", ""),
            entry(1, "2026-11-22T07:10:00Z", "call-b", r#"{"x":"action-77"}"#),
            entry(2, "2026-11-22T07:20:00Z", "call-c", ""),
        ];
        assert_eq!(lead(&["nobody", "call-b"], Some("2026-11-22T09:00:00Z")).entry(&entries), Some(1));
        assert_eq!(lead(&["action-77"], None).entry(&entries), Some(1));
        assert_eq!(lead(&["x"], Some("2026-11-22T07:10:30Z")).entry(&entries), Some(1));
        assert_eq!(lead(&[], Some("2026-11-22T06:00:00Z")).entry(&entries), None);
        assert_eq!(lead(&[], None).entry(&[]), None);
    }

    #[test]
    fn ids_are_found_where_they_stand() {
        let doc = serde_json::json!({
            "payload": {"session_id": "s-2", "deep": {"session_id": "s-3", "deeper": {"session_id": "s-4"}}},
            "run_id": 9, "session_id": "", "run": {"id": "r"},
        });
        assert_eq!(members(&doc, &SESSIONS), ["9", "s-2", "s-3"]);
        assert!(members(&Value::Null, &SESSIONS).is_empty());
    }
}
