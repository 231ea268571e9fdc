//! Messages: replies whose rows are kept as they were sent, whatever they hold.
//!
//! A message is no record: it needs no id, nothing is picked out of it, and nothing is masked in it by its name, since what an agent
//! wrote is what an operator came to read. It is mended where strict JSON cannot hold it, as documents are; one that no reader
//! could take apart (nested too deep, broken inside) stays as a string that holds its text.

use std::borrow::Cow;

use super::envelope::{self, Envelope, Rows, Told};
use super::plan::Plan;
use super::row::Reader;
use super::scan::{Fault, Scanner, Sort};
use super::{ends, planned, text_of, told};
use crate::peek as json;
use crate::platform::manifest::{ContentFetch, Paging};
use crate::platform::{PageAsk, Style};

/// Most messages of one content: each takes more memory once it is read than the two bytes it may be.
pub const MOST_MESSAGES: u64 = 2_000_000;

/// A stretch of the messages of a session.
#[derive(Debug, Clone, PartialEq)]
pub struct MessagePage {
    /// The messages, commas between them: the inside of an array.
    pub messages: String,
    /// How many there are.
    pub count: u64,
    /// How the reply is to be continued.
    pub style: Style,
    /// Messages in the whole content.
    pub total: Option<u64>,
    /// How many the platform says that were counted. It may have counted otherwise: what it shows beyond is no lie.
    pub stated: Option<u64>,
    /// Is there more after this?
    pub has_more: Option<bool>,
    /// Cursor of the next stretch.
    pub next_cursor: Option<String>,
    /// The size we asked for, if any was asked.
    pub asked: Option<u32>,
}

/// Reads the replies to requests for content.
#[derive(Debug)]
pub struct MessageDecoder {
    plan: Plan,
    entries: Vec<String>,
    paging: Paging,
}

impl MessageDecoder {
    /// For content that is fetched like this.
    pub fn new(fetch: &ContentFetch) -> Self {
        Self { plan: Plan::bare(), entries: fetch.entries.clone(), paging: fetch.paging.clone() }
    }

    /// Reads one reply.
    ///
    /// # Errors
    /// What the reply is instead of messages, in words for a person and without any of its text but key names.
    pub fn page(&self, ask: &PageAsk, body: &[u8]) -> Result<MessagePage, String> {
        let text = text_of(body)?;
        let mut scanner = Scanner::new(&text, 0);
        match scanner.sort().map_err(|fault| told(&text, fault))? {
            Sort::Array => {
                let (messages, count) = self.array(&text, scanner.at, true)?;
                Ok(self.finish(ask, messages, count, Told::default(), true))
            }
            Sort::Object if self.has_more_values(&text, &scanner) => {
                let (messages, count) = self.lines(&text)?;
                Ok(self.finish(ask, messages, count, Told::default(), true))
            }
            Sort::Object => {
                let envelope = Envelope::read(&mut scanner, &self.entries).map_err(|fault| told(&text, fault))?;
                ends(&text, scanner)?;
                envelope.check()?;
                let (messages, count) = match self.packed(&text) {
                    Some(packed) => self.array(&packed, 0, true)?,
                    None => match envelope.rows()? {
                        Rows::At(start) => self.array(&text, start, false)?,
                        Rows::Empty => (String::new(), 0),
                    },
                };
                let stated = json::at(&text, "/message_count").and_then(|count| count.parse().ok());
                Ok(MessagePage { stated, ..self.finish(ask, messages, count, envelope.told, false) })
            }
            Sort::Null => {
                scanner.word("null").map_err(|fault| told(&text, fault))?;
                ends(&text, scanner)?;
                Ok(self.finish(ask, String::new(), 0, Told::default(), true))
            }
            other => Err(format!("{} in place of messages", other.name())),
        }
    }

    /// Messages that are packed into a string, or stand in an object that wraps the record they belong to.
    fn packed<'t>(&self, text: &'t str) -> Option<Cow<'t, str>> {
        let at = |pointer: &str| json::at(text, pointer);
        // An array is read where it stands, unless it is empty and another place holds some.
        let mut arrays = self.entries.iter().filter_map(|entry| at(entry)).filter(|value| value.starts_with('['));
        match arrays.next() {
            Some(array) if !json::is_empty(array) => return None,
            Some(_) => return json::messages(text, &self.entries).filter(|messages| !json::is_empty(messages)),
            None => {}
        }
        if let Some(messages) = json::messages(text, &self.entries) {
            return Some(messages);
        }
        // `{"run": {"steps": ...}}`: looked for one step further down.
        let wrapped: Vec<String> = json::keys(text)
            .iter()
            .flat_map(|key| self.entries.iter().map(move |entry| format!("/{key}{entry}")))
            .collect();
        json::messages(text, &wrapped)
    }

    /// Another object follows the one that begins here.
    fn has_more_values(&self, text: &str, scanner: &Scanner<'_>) -> bool {
        let mut behind = Scanner::new(text, scanner.at);
        behind.skip_brackets().is_ok() && behind.sort() == Ok(Sort::Object)
    }

    /// Messages one a line, as agents write down what they do.
    fn lines(&self, text: &str) -> Result<(String, u64), String> {
        let mut reader = Reader::new(Scanner::new(text, 0), &self.plan);
        let mut messages = String::new();
        let mut count = 0;
        while !reader.scanner.at_end() {
            count += 1;
            if count > MOST_MESSAGES {
                return Err(format!("more than {MOST_MESSAGES} messages"));
            }
            if count > 1 {
                messages.push(',');
            }
            self.message(&mut reader, &mut messages).map_err(|fault| told(text, fault))?;
        }
        Ok((messages, count))
    }

    /// The items of the array that begins at `start`; `whole` says that nothing may follow it.
    fn array(&self, text: &str, start: usize, whole: bool) -> Result<(String, u64), String> {
        let fault = |fault| told(text, fault);
        let mut reader = Reader::new(Scanner::new(text, start), &self.plan);
        let mut messages = String::new();
        let mut count = 0;
        reader.scanner.sort().map_err(fault)?;
        reader.scanner.open();
        while reader.scanner.next(b']', count == 0).map_err(fault)? {
            if count > 0 {
                messages.push(',');
            }
            count += 1;
            if count > MOST_MESSAGES {
                return Err(format!("more than {MOST_MESSAGES} messages"));
            }
            self.message(&mut reader, &mut messages).map_err(fault)?;
        }
        if whole {
            ends(text, reader.scanner)?;
        }
        Ok((messages, count))
    }

    /// Adds the message that begins here. A fault is one that leaves no way to find the next.
    fn message(&self, reader: &mut Reader<'_, '_>, messages: &mut String) -> Result<(), Fault> {
        let sort = reader.scanner.sort()?;
        let start = reader.scanner.at;
        match reader.row() {
            Ok(_) => messages.push_str(&reader.doc(start, None)),
            Err(Fault::TooDeep | Fault::Syntax(_)) if matches!(sort, Sort::Object | Sort::Array) => {
                reader.scanner.at = start;
                reader.scanner.skip_brackets()?;
                let text = reader.scanner.slice(start, reader.scanner.at);
                messages.push_str(&serde_json::Value::from(text).to_string());
            }
            Err(fault) => return Err(fault),
        }
        Ok(())
    }

    fn finish(&self, ask: &PageAsk, messages: String, count: u64, told: Told, bare: bool) -> MessagePage {
        let (style, asked) = planned(&self.paging, ask);
        let style = envelope::style(&told, style, ask, bare, count, asked);
        let pages = told.page.zip(told.pages).map(|(page, pages)| page < pages);
        MessagePage {
            messages,
            count,
            style,
            total: told.total,
            stated: None,
            has_more: told.has_more.or(pages),
            next_cursor: told.next,
            asked,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;
    use crate::platform::At;

    fn decoder(entries: &[&str]) -> MessageDecoder {
        MessageDecoder::new(&ContentFetch {
            path: "/s/{id}".to_owned(),
            path_or: Vec::new(),
            entries: entries.iter().map(|&entry| entry.to_owned()).collect(),
            paging: Paging::None,
        })
    }

    fn ask() -> PageAsk {
        PageAsk {
            collection: String::new(),
            partition: None,
            at: At::Start,
            size: None,
            since: None,
            etag: None,
            last_modified: None,
        }
    }

    fn read(body: &str) -> Result<(String, u64), String> {
        decoder(&["/messages", "/steps_json"]).page(&ask(), body.as_bytes()).map(|page| (page.messages, page.count))
    }

    #[test]
    fn messages_are_found_wherever_they_stand_and_kept_as_they_are() {
        let message = r#"{"n": 1.50, "password": "x", "env": {"A": "b"}, "later": [1,  2]}"#;
        for body in [
            format!("[{message}]"),
            format!(r#"{{"session_id":"s","message_count":1,"messages":[{message}]}}"#),
            format!(r#"{{"steps":[{message}]}}"#),
            format!(r#"{{"run":{{"id":"r","steps_json":{}}}}}"#, Value::from(format!("[{message}]"))),
            format!(r#"{{"id":"r","tags":[],"steps_json":{}}}"#, Value::from(format!("[{message}]"))),
            format!(r#"{{"messages":[],"steps_json":{}}}"#, Value::from(format!("[{message}]"))),
            format!(r#"{{"messages":[],"steps_json":[{message}]}}"#),
            format!(r#"{{"messages":"[]","steps_json":[{message}]}}"#),
            format!(r#"{{"run":{{"messages":"","steps_json":[{message}]}}}}"#),
        ] {
            assert_eq!(read(&body), Ok((message.to_owned(), 1)), "{body}");
        }
        assert_eq!(read("{\"a\":1}\n{\"b\":2}\r\n\n"), Ok((r#"{"a":1},{"b":2}"#.to_owned(), 2)), "one a line");
        for empty in [
            "[]",
            "null",
            r#"{"messages":null}"#,
            r#"{"messages":[]}"#,
            r#"{"steps_json":""}"#,
            r#"{"messages":[],"steps_json":"[]"}"#,
        ] {
            assert_eq!(read(empty), Ok((String::new(), 0)), "{empty}");
        }
    }

    #[test]
    fn what_is_no_content_is_said_so() {
        for (body, said) in [
            ("<html>", "HTML"),
            ("", "an empty reply"),
            (r#"{"messages":[{"a":1}"#, "cut off"),
            (r#"[{"a":1},"#, "cut off"),
            ("{\"a\":1}\n{\"b\":", "cut off"),
            (r#"{"error":"no"}"#, "an error in place"),
            ("7", "a number in place of messages"),
            ("[1] [2]", "not JSON"),
        ] {
            assert!(read(body).unwrap_err().contains(said), "{body}: {:?}", read(body));
        }
    }

    #[test]
    fn a_message_that_no_reader_could_take_apart_stays_as_its_text() {
        let deep = format!("{}1{}", "[".repeat(5_000), "]".repeat(5_000));
        let (messages, count) = read(&format!(r#"[1, {deep}, {{"a" 1}}, {{"b":"\ud800"}}, NaN]"#)).unwrap();
        assert_eq!(count, 5);
        let read: Vec<Value> = serde_json::from_str(&format!("[{messages}]")).unwrap();
        assert_eq!((&read[0], &read[1], &read[2]), (&1.into(), &deep.into(), &r#"{"a" 1}"#.into()));
        assert_eq!((&read[3]["b"], &read[4]), (&"\u{fffd}".into(), &Value::Null));
    }

    proptest! {
        #[test]
        fn whatever_comes_is_an_array_or_an_error(body in ".{0,60}", around in 0u8..4) {
            let body = match around {
                0 => body,
                1 => format!("[{body}]"),
                2 => format!(r#"{{"messages":[{body}]}}"#),
                _ => format!(r#"{{"steps_json":{}}}"#, Value::from(body)),
            };
            if let Ok((messages, count)) = read(&body) {
                prop_assert!(serde_json::from_str::<Vec<Value>>(&format!("[{messages}]")).is_ok(), "{}", messages);
                prop_assert_eq!(json::count(&format!("[{messages}]")), Some(count));
            }
        }
    }
}
