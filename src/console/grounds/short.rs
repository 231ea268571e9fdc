//! What the answers to several requests rest on, in short: what a person reads of each before one key answers all of them.
//!
//! Policies and earlier answers are read once for each connection, and not for each request. Secrets are masked, always.

use std::collections::HashMap;

use quarterdeck_sync::text::{secrets, shorten};
use serde_json::Value;

use super::super::house::House;
use super::earlier::{self, Answered};
use super::{Asking, found, hidden, rules};
use crate::tui::decisions::Item;
use crate::tui::grounds::{Earlier, Payload, Short};

/// Characters of a payload: more than a sheet shows of it in a few lines.
const LINE: usize = 600;
/// Bytes of a payload of which a line is made. A longer one is to be looked at alone.
const READ: usize = 1 << 18;

/// What the requests of one connection are held against.
struct Place {
    policies: Vec<(String, Value)>,
    answered: Vec<Answered>,
}

impl House {
    /// What the answers to these requests rest on.
    pub(in super::super) fn shorts_of(&self, items: &[Item]) -> Result<Vec<Short>, String> {
        let (reader, outbox) = (self.reader()?, self.outbox()?);
        let mut places: HashMap<&str, Place> = HashMap::new();
        let mut shorts = Vec::with_capacity(items.len());
        for item in items {
            let connection = item.record.row.list.connection.as_str();
            if !places.contains_key(connection) {
                let policies = rules::policies(&reader, connection)?;
                let answered = earlier::answered(&reader, &outbox, connection)?;
                places.insert(connection, Place { policies, answered });
            }
            shorts.extend(places.get(connection).map(|place| short(item, place)));
        }
        Ok(shorts)
    }
}

fn short(item: &Item, place: &Place) -> Short {
    let record = &item.record;
    let doc: Value = serde_json::from_str(&record.doc).unwrap_or_default();
    let asking = Asking::of(record, &doc);
    let mut fitting = rules::among(&place.policies, &asking).1.into_iter();
    let (rule, more_rules) = (fitting.next(), fitting.len());
    let earlier = Earlier { list: Vec::new(), ..earlier::like(&place.answered, record, &asking) };
    let related = item.intent.iter().flat_map(|intent| &intent.base.related);
    let docs: Vec<(&str, &Value)> =
        std::iter::once(("", &doc)).chain(related.map(|(name, doc)| (name.as_str(), doc))).collect();
    Short { key: record.row.key, payload: payload(&docs), asks: asks(asking), rule, more_rules, earlier }
}

fn asks(asking: Asking) -> Vec<(String, String)> {
    let Asking { agent, tool, capability, method, url } = asking;
    let told = [("agent", agent), ("tool", tool), ("method", method), ("url", url), ("capability", capability)];
    told.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
}

/// What would be done, in one line.
fn payload(docs: &[(&str, &Value)]) -> Option<Payload> {
    let (from, field, value) = found(docs)?;
    let (text, bytes) = match value {
        Value::String(text) if text.len() > READ => (String::new(), text.len()),
        Value::String(text) => (secrets::mask_under(field, text).into_owned(), text.len()),
        other => match other.to_string() {
            long if long.len() > READ => (String::new(), long.len()),
            line => (secrets::mask_json_under(field, &line).into_owned(), line.len()),
        },
    };
    // Several lines would look like several things.
    let text = shorten(&text, LINE).replace(['\r', '\n', '\t'], " ");
    Some(Payload { from, text, bytes, hidden: hidden(value) })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_payload_in_one_line_tells_the_size_and_what_is_hidden_in_all_of_it() {
        let doc = json!({"payload": {"note": "x".repeat(2_000), "to": "a\u{202e}b"}});
        let told = payload(&[("", &doc)]).unwrap();
        assert_eq!((told.bytes, told.hidden), (doc["payload"].to_string().len(), 1));
        assert!(told.text.chars().count() <= LINE + 1 && told.text.ends_with('…'), "{}", told.text);
        let lines = payload(&[("action", &json!({"args": "rm\n-rf\n/"}))]).unwrap();
        assert_eq!((lines.from.as_str(), lines.text.as_str()), ("action args", "rm -rf /"));
        assert_eq!(payload(&[("", &json!({"payload": null}))]), None);
    }

    #[test]
    fn no_secret_of_a_payload_stands_in_its_line() {
        let key = ["sk_", "live_", "51HxVq2eZvKYlo2C8aBcDeFg"].concat();
        for doc in [json!({"payload": {"authorization": format!("Bearer {key}")}}), json!({"payload": key})] {
            let told = payload(&[("", &doc)]).unwrap();
            assert!(!told.text.contains("51HxVq2e"), "{}", told.text);
        }
    }

    #[test]
    fn a_payload_too_long_for_a_line_is_told_by_its_size() {
        let told = payload(&[("", &json!({"payload": "x".repeat(READ + 1)}))]).unwrap();
        assert_eq!((told.text.as_str(), told.bytes), ("", READ + 1));
    }
}
