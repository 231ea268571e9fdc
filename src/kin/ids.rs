//! Which session is whose subagent, by what records and messages say of themselves.

use std::collections::BTreeSet;

use quarterdeck_sync::model::Record;
use serde_json::Value;
use serde_json::value::RawValue;

/// Members that hold an id of the record itself.
const OWN: [&str; 6] = ["id", "session_id", "sessionId", "run_id", "uuid", "agentId"];
/// Members that hold the id of the session which started it.
const PARENT: [&str; 8] = [
    "parent_session_id",
    "parentSessionId",
    "parent_id",
    "parentId",
    "parent_run_id",
    "parentRunId",
    "parent_conversation_id",
    "parent",
];
/// Messages that are asked: those of a subagent all say it.
const ASKED: usize = 50;

/// Is this the record that a session calls `name`? Claude Code names an agent without the `agent-` of its file.
pub fn is_named(record: &Record, name: &str) -> bool {
    let same = |value: &str| value == name || value.strip_prefix("agent-") == Some(name);
    let Ok(Value::Object(doc)) = serde_json::from_str(&record.doc) else { return same(&record.row.id) };
    let ids = doc.iter().filter(|(name, _)| name.ends_with("id") || name.ends_with("Id"));
    // Those of its parent are in it too, where the platform tells them.
    let own = ids.filter(|(name, _)| !name.contains("parent") && !name.contains("client"));
    same(&record.row.id) || own.filter_map(|(_, value)| value.as_str()).any(same)
}

/// The ids by which others may mean a record: the platform's for the list, and those that its document gives it.
pub fn own_ids(record: &Record) -> BTreeSet<String> {
    let mut ids = BTreeSet::from([record.row.id.clone()]);
    ids.extend(members(&record.doc, &OWN));
    ids
}

/// The ids of the sessions that a record says it was started by.
pub fn parents(record: &Record) -> Vec<String> {
    let own = own_ids(record);
    members(&record.doc, &PARENT).into_iter().filter(|id| !own.contains(id)).collect()
}

/// Does the record say that it is a subagent's?
pub fn says_subagent(record: &Record) -> bool {
    let Ok(Value::Object(doc)) = serde_json::from_str(&record.doc) else { return false };
    ["is_subagent", "isSubagent", "is_sidechain", "isSidechain"].iter().any(|name| doc.get(*name) == Some(&true.into()))
}

/// The session beside whose main chain these messages (the text of a JSON array) were said.
pub fn sidechain_of(messages: &str) -> Option<String> {
    let messages: Vec<&RawValue> = serde_json::from_str(messages).ok()?;
    messages.into_iter().take(ASKED).find_map(|message| {
        let Ok(Value::Object(message)) = serde_json::from_str(message.get()) else { return None };
        let beside = ["isSidechain", "is_sidechain"].iter().any(|name| message.get(*name) == Some(&true.into()));
        beside.then(|| ["sessionId", "session_id"].iter().find_map(|name| message.get(*name).and_then(id))).flatten()
    })
}

fn members(doc: &str, names: &[&str]) -> Vec<String> {
    let Ok(Value::Object(doc)) = serde_json::from_str(doc) else { return Vec::new() };
    names.iter().filter_map(|name| doc.get(*name).and_then(id)).collect()
}

/// An id, which some platforms send as a number.
pub fn id(value: &Value) -> Option<String> {
    match value {
        Value::String(id) if !id.trim().is_empty() => Some(id.clone()),
        Value::Number(id) => Some(id.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(doc: &str) -> Record {
        let file = r#"{"schema":"qd.session/1","record":{"id":"7"},"entries":[]}"#;
        let mut record = crate::transcript::read_json(file).unwrap().record;
        doc.clone_into(&mut record.doc);
        record
    }

    #[test]
    fn a_session_is_known_by_any_id_of_its_own() {
        for (doc, known) in [
            (r#"{"session_id":"agent-7f3a"}"#, true),
            (r#"{"agentId":"7f3a"}"#, true),
            (r#"{"parent_id":"7f3a"}"#, false),
            (r#"{"first_prompt":"7f3a","id":7}"#, false),
        ] {
            assert_eq!(is_named(&record(doc), "7f3a"), known, "{doc}");
        }
    }

    #[test]
    fn a_record_says_who_started_it_in_words_or_numbers() {
        for (doc, named) in [
            (r#"{"parent_session_id":"s-1"}"#, vec!["s-1"]),
            (r#"{"parent_id":1}"#, vec!["1"]),
            (r#"{"parentId":"x","parent_run_id":"r"}"#, vec!["x", "r"]),
            (r#"{"parent_id":null,"parent_session_id":""}"#, vec![]),
            (r#"{"parent_id":7,"id":7}"#, vec![]),
            ("not JSON", vec![]),
        ] {
            assert_eq!(parents(&record(doc)), named, "{doc}");
        }
        assert!(own_ids(&record(r#"{"id":7,"session_id":"s-1","client_id":"c"}"#)).into_iter().eq(["7", "s-1"]));
    }

    #[test]
    fn messages_beside_a_session_name_it() {
        let beside = r#"[{"type":"summary"},{"isSidechain":true,"sessionId":"s-1","agentId":"q"}]"#;
        assert_eq!(sidechain_of(beside).as_deref(), Some("s-1"));
        assert_eq!(sidechain_of(r#"[{"isSidechain":false,"sessionId":"s-1"},7,"x",null]"#), None);
        assert_eq!(sidechain_of("[{"), None);
    }
}
