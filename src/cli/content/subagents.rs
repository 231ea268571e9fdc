//! The sessions of a session's subagents, as far as the mirror has them.

use std::collections::BTreeSet;

use quarterdeck_sync::model::{Filter, Match, Query, Record, Scope};

use crate::cli::context::Context;
use crate::cli::list::each_row;
use crate::error::Failure;
use crate::transcript::{Summary, Transcript};

/// Names that are looked for at once, and records that are looked at for them: a name may stand in others too.
const TOGETHER: (usize, u64) = (20, 400);

/// The records of the subagents that a session names, in the order in which it names them.
///
/// A platform may name a session by another id than the record's (Turen's `session_id`), so the records of the same list that were
/// active since the session began are searched: the one that has the name as an id of its own is the subagent's.
pub fn of(cx: &Context, transcript: &Transcript) -> Result<Vec<Record>, Failure> {
    let reader = cx.reader()?;
    let row = &transcript.record().row;
    let mut query = Query::newest(Scope::default());
    query.scope.connections.push(row.list.connection.clone());
    query.scope.collections.push(row.list.collection.clone());
    query.gone = true;
    let mut known = BTreeSet::from([row.id.clone()]);
    let mut found = Vec::new();
    for names in Summary::of(transcript.entries()).subagents.chunks(TOGETHER.0) {
        let named = names.iter().map(|name| Filter::Text(Match::Contains(name.clone()))).collect();
        let since = row.created_at.map(Filter::After);
        query.filter = Filter::And(since.into_iter().chain([Filter::Or(named)]).collect());
        let mut records = Vec::new();
        each_row(&reader, query.clone(), TOGETHER.1, |row| {
            records.extend(reader.record(row.key)?);
            Ok(())
        })?;
        for name in names {
            let theirs = records.iter().filter(|record| is_named(record, name));
            let theirs = theirs.filter(|record| known.insert(record.row.id.clone()));
            found.extend(theirs.cloned().collect::<Vec<_>>());
        }
    }
    Ok(found)
}

/// Is this the record that a session calls `name`? Claude Code names an agent without the `agent-` of its file.
fn is_named(record: &Record, name: &str) -> bool {
    let same = |value: &str| value == name || value.strip_prefix("agent-") == Some(name);
    let Ok(serde_json::Value::Object(doc)) = serde_json::from_str(&record.doc) else { return same(&record.row.id) };
    let ids = doc.iter().filter(|(name, _)| name.ends_with("id") || name.ends_with("Id"));
    // Those of its parent are in it too, where the platform tells them.
    let own = ids.filter(|(name, _)| !name.contains("parent") && !name.contains("client"));
    same(&record.row.id) || own.filter_map(|(_, value)| value.as_str()).any(same)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_is_known_by_any_id_of_its_own() {
        let file = r#"{"schema":"qd.session/1","record":{"id":"7"},"entries":[]}"#;
        let mut record = crate::transcript::read_json(file).unwrap().record;
        for (doc, known) in [
            (r#"{"session_id":"agent-7f3a"}"#, true),
            (r#"{"agentId":"7f3a"}"#, true),
            (r#"{"parent_id":"7f3a"}"#, false),
            (r#"{"first_prompt":"7f3a","id":7}"#, false),
        ] {
            doc.clone_into(&mut record.doc);
            assert_eq!(is_named(&record, "7f3a"), known, "{doc}");
        }
    }
}
