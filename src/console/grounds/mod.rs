//! What an answer to a request for approval rests on, from the mirror and the outbox alone.
//!
//! Platforms name things in their own way, and the console knows no manifest: a few usual names are looked for, and all of the record
//! is shown in any case. - `rules`: which rules of policies fit. `earlier`: how the like of it was answered. `short`: the same of
//! several requests at once, in short.

mod earlier;
mod rules;
mod short;

use quarterdeck_sync::content;
use quarterdeck_sync::model::{ContentState, CountOf, Field, Filter, Kind, Match, Query, Record, Scope, Sort};
use quarterdeck_sync::store::Reader;
use quarterdeck_sync::text::{Secrets, hidden_count, secrets};
use serde_json::Value;

use super::house::House;
use crate::transcript::headline;
use crate::tui::decisions::Item;
use crate::tui::grounds::{Grounds, Payload, RunSoFar, Step};
use crate::tui::unsealed::{self, Unsealed};

/// Steps of the run that are shown.
const STEPS: usize = 8;
/// Steps that are counted, where each is an event of its own.
const COUNTED: u64 = 10_000;
/// Characters of a step.
const LINE: usize = 160;
/// Where what would be done may stand.
const PAYLOAD: [&str; 9] =
    ["/payload", "/arguments", "/args", "/tool_input", "/input", "/parameters", "/params", "/body", "/request"];
/// Where a request names its run.
const RUN: [&str; 5] = ["/run_id", "/runId", "/session_id", "/workflow_run_id", "/conversation_id"];

/// Where a request tells who asks, with what, and what for.
const AGENT: [&str; 2] = ["/agent_id", "/agent"];
const TOOL: [&str; 4] = ["/tool_id", "/tool", "/tool_name", "/node_id"];
const CAPABILITY: [&str; 2] = ["/capability", "/operation"];

fn words(error: impl std::fmt::Display) -> String {
    error.to_string()
}

/// The text at the first of `places` that has one.
fn text_at(doc: &Value, places: &[&str]) -> Option<String> {
    places.iter().find_map(|at| match doc.pointer(at)? {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    })
}

/// What a request asks for, by the names that are usual.
struct Asking {
    agent: Option<String>,
    tool: Option<String>,
    capability: Option<String>,
    method: Option<String>,
    url: Option<String>,
}

impl Asking {
    fn of(record: &Record, doc: &Value) -> Self {
        Self {
            agent: record.row.agent.clone().or_else(|| text_at(doc, &AGENT)),
            tool: text_at(doc, &TOOL),
            capability: text_at(doc, &CAPABILITY),
            method: text_at(doc, &["/tool_method", "/method"]),
            url: text_at(doc, &["/tool_url", "/url"]),
        }
    }
}

impl House {
    /// What an answer to the request rests on.
    pub(super) fn grounds_of(&self, item: &Item, unsealed: Option<&Unsealed>) -> Result<Grounds, String> {
        let reader = self.reader()?;
        let record = &item.record;
        let doc: Value = serde_json::from_str(&record.doc).unwrap_or_default();
        let row = &record.row;
        let secrets = unsealed::secrets(unsealed.filter(|unsealed| unsealed.is_of(&row.list, &row.id)));
        let asking = Asking::of(record, &doc);
        let related = item.intent.iter().flat_map(|intent| &intent.base.related);
        let docs: Vec<(&str, &Value)> =
            std::iter::once(("", &doc)).chain(related.map(|(name, doc)| (name.as_str(), doc))).collect();
        let run = docs.iter().find_map(|(_, doc)| text_at(doc, &RUN));
        let run = run.map(|id| run_so_far(&reader, &row.list.connection, &id, secrets)).transpose()?;
        let (rules_told, rules) = rules::fitting(&reader, &record.row.list.connection, &asking)?;
        let answered = earlier::answered(&reader, &self.outbox()?, &record.row.list.connection)?;
        let earlier = earlier::like(&answered, record, &asking);
        let whole = serde_json::to_string_pretty(&doc).unwrap_or_else(|_| record.doc.clone());
        let record = secrets.json(&whole).into_owned();
        Ok(Grounds { payload: payload(&docs, secrets), run, rules_told, rules, earlier, record })
    }
}

/// What would be done: of the request itself, else of what it is about.
fn payload(docs: &[(&str, &Value)], secrets: Secrets) -> Option<Payload> {
    let (from, field, value) = found(docs)?;
    let (text, bytes) = match value {
        Value::String(text) => (secrets.under(field, text).into_owned(), text.len()),
        other => {
            let pretty = serde_json::to_string_pretty(other).unwrap_or_default();
            let text = match secrets {
                Secrets::Masked => secrets::mask_json_under(field, &pretty).into_owned(),
                Secrets::Revealed => pretty,
            };
            (text, other.to_string().len())
        }
    };
    Some(Payload { from, text, bytes, hidden: hidden(value) })
}

/// Where what would be done stands, the name of its field, and it.
fn found<'a>(docs: &[(&str, &'a Value)]) -> Option<(String, &'static str, &'a Value)> {
    docs.iter().find_map(|(name, doc)| {
        let at = |at: &&'static str| Some((*at, doc.pointer(at).filter(|value| !value.is_null())?));
        let (at, value) = PAYLOAD.iter().find_map(at)?;
        let field = at.trim_start_matches('/');
        Some((if name.is_empty() { field.to_owned() } else { format!("{name} {field}") }, field, value))
    })
}

/// Hidden characters in the texts of a value. Recursive: the document was read, so it is not nested too deeply.
fn hidden(value: &Value) -> usize {
    match value {
        Value::String(text) => hidden_count(text),
        Value::Array(items) => items.iter().map(hidden).sum(),
        Value::Object(members) => members.iter().map(|(name, value)| hidden_count(name) + hidden(value)).sum(),
        _ => 0,
    }
}

fn run_so_far(reader: &Reader, connection: &str, id: &str, secrets: Secrets) -> Result<RunSoFar, String> {
    let scope = |kinds| Scope { kinds, connections: vec![connection.to_owned()], ..Scope::default() };
    let found = reader.find(&scope(vec![Kind::Run, Kind::Session]), id, 4).map_err(words)?;
    let record = found.into_iter().find(|record| record.row.id == id);
    let Some(record) = record else {
        let missing = Some("the mirror does not have it".to_owned());
        return Ok(RunSoFar { id: id.to_owned(), missing, ..RunSoFar::default() });
    };
    let (mut steps, mut total, mut uncounted) = match reader.content(record.row.key).map_err(words)? {
        Some(held) => {
            let entries = content::shown(&held.messages, secrets);
            let last = entries.iter().skip(entries.len().saturating_sub(STEPS));
            let step = |entry: &quarterdeck_sync::model::Entry| Step {
                at: entry.at,
                who: entry.role.clone(),
                words: headline(entry, LINE),
                failed: entry.error,
            };
            (last.map(step).collect(), entries.len(), false)
        }
        None => (Vec::new(), 0, false),
    };
    if steps.is_empty() {
        // Some platforms tell what a run does as events of their own.
        let filter = Filter::Field(Field::Project, Match::Is(id.to_owned()));
        let query = Query { filter, sort: Sort::Created, limit: STEPS, ..Query::newest(scope(vec![Kind::Event])) };
        let rows = reader.window(&query).map_err(words)?.rows;
        let counted = reader.count(&query, COUNTED).map_err(words)?;
        let (CountOf::Exact(number) | CountOf::AtLeast(number)) = counted;
        (total, uncounted) = (usize::try_from(number).unwrap_or(usize::MAX), matches!(counted, CountOf::AtLeast(_)));
        let step = |row: quarterdeck_sync::model::Row| Step {
            at: row.created_at.or(row.updated_at),
            who: row.status.unwrap_or_default(),
            words: row.title.unwrap_or_default(),
            failed: false,
        };
        steps = rows.into_iter().map(step).collect();
        steps.reverse();
    }
    let info = reader.content_state(record.row.key).map_err(words)?;
    let waits = |state| {
        use ContentState::{Absent, Dropped, Missing, Stale};
        matches!(state, Missing | Dropped | Stale | Absent)
    };
    let due = record.row.gone_at.is_none() && info.as_ref().is_some_and(|info| waits(info.state));
    let missing = steps.is_empty().then(|| match due {
        true => "what it did is not here yet".to_owned(),
        false => "it tells of nothing that it did".to_owned(),
    });
    let due = due.then_some(record.row.list);
    Ok(RunSoFar { id: id.to_owned(), status: record.row.status, steps, total, uncounted, missing, due })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_would_be_done_is_found_with_its_size_and_what_is_hidden_in_it() {
        let doc = json!({"id": 1, "payload": null, "args": {"to": "a\u{202e}b", "n\u{200b}": 1}});
        let action = json!({"payload": "rm -rf /"});
        let found = payload(&[("", &doc), ("action", &action)], Secrets::Masked).unwrap();
        assert_eq!((found.from.as_str(), found.hidden), ("args", 2));
        assert_eq!(found.bytes, doc["args"].to_string().len());
        let found = payload(&[("", &json!({})), ("action", &action)], Secrets::Masked).unwrap();
        assert_eq!((found.from.as_str(), found.text.as_str(), found.bytes), ("action payload", "rm -rf /", 8));
        assert_eq!(payload(&[("", &json!({}))], Secrets::Masked), None);
    }
}
