//! What a tool was given, beside what is shown of it already.
//!
//! What is left stays as it was sent, digit by digit: nothing goes through a number of ours, and of two members of one name both stay.

use std::fmt;

use quarterdeck_sync::model::Call;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// Levels that are taken apart; what is deeper stays whole.
const DEEP: usize = 64;

/// What is left to show of a call.
#[derive(Debug, Clone, PartialEq)]
pub enum Input {
    /// Nothing.
    Nothing,
    /// JSON text.
    Json(String),
    /// The text that was sent instead of JSON.
    Text(String),
}

/// A call's input without its command, its paths and the texts of its edits, which are drawn in forms of their own.
pub fn rest(call: &Call) -> Input {
    if call.input.trim().is_empty() {
        return Input::Nothing;
    }
    match serde_json::from_str::<&RawValue>(&call.input) {
        Ok(value) => left(value, call, DEEP).map_or(Input::Nothing, Input::Json),
        Err(_) if call.command.as_deref() == Some(call.input.as_str()) => Input::Nothing,
        Err(_) => Input::Text(call.input.clone()),
    }
}

/// What is left of a value; `None` when all of it is shown elsewhere.
fn left(value: &RawValue, call: &Call, deep: usize) -> Option<String> {
    let text = value.get();
    let Some(deeper) = deep.checked_sub(1) else { return Some(text.to_owned()) };
    match text.as_bytes().first() {
        Some(b'"') => {
            let said: Option<String> = serde_json::from_str(text).ok();
            (!said.is_some_and(|said| is_shown(&said, call))).then(|| text.to_owned())
        }
        Some(b'[') => {
            let Ok(values) = serde_json::from_str::<Vec<&RawValue>>(text) else { return Some(text.to_owned()) };
            let rest: Vec<String> = values.iter().filter_map(|value| left(value, call, deeper)).collect();
            (values.is_empty() || !rest.is_empty()).then(|| format!("[{}]", rest.join(",")))
        }
        Some(b'{') => {
            let Ok(Members(members)) = serde_json::from_str(text) else { return Some(text.to_owned()) };
            let rest: Vec<String> = members
                .iter()
                .filter_map(|(name, value)| Some(format!("{}:{}", name.get(), left(value, call, deeper)?)))
                .collect();
            (!rest.is_empty()).then(|| format!("{{{}}}", rest.join(",")))
        }
        _ => Some(text.to_owned()),
    }
}

/// The members of an object, as they were sent.
struct Members<'a>(Vec<(&'a RawValue, &'a RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Each;
        impl<'de> Visitor<'de> for Each {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members<'de>, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        from.deserialize_map(Each)
    }
}

fn is_shown(text: &str, call: &Call) -> bool {
    let edits = call.edits.iter().any(|edit| edit.before == text || edit.after == text);
    edits || call.command.as_deref() == Some(text) || call.paths.iter().any(|path| path == text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(input: &str) -> Call {
        Call {
            input: input.to_owned(),
            command: Some("ls".to_owned()),
            paths: vec!["a.rs".to_owned()],
            ..Call::default()
        }
    }

    #[test]
    fn what_is_left_of_a_call_keeps_every_digit_and_every_member() {
        for (input, rest) in [
            (
                r#"{"n": 12345678901234567890123, "x": 1.50, "e": 1E5}"#,
                r#"{"n":12345678901234567890123,"x":1.50,"e":1E5}"#,
            ),
            (r#"{"command": "ls", "a": 1, "a": 2}"#, r#"{"a":1,"a":2}"#),
            (
                r#"{"command": "\u006cs", "paths": ["a.rs", "b.rs"], "s": "\ud800"}"#,
                r#"{"paths":["b.rs"],"s":"\ud800"}"#,
            ),
            (r#"[[], {"k\n": null}, "ls"]"#, r#"[[],{"k\n":null}]"#),
        ] {
            assert_eq!(super::rest(&call(input)), Input::Json(rest.to_owned()));
        }
        for shown in [r#"{"command": "ls"}"#, r#"["ls", ["a.rs"]]"#, "{}", "ls", "  "] {
            assert_eq!(rest(&call(shown)), Input::Nothing, "{shown}");
        }
        assert_eq!(rest(&call("no JSON")), Input::Text("no JSON".to_owned()));
        let deep = format!("{}1{}", "[".repeat(10_000), "]".repeat(10_000));
        assert_eq!(rest(&call(&deep)), Input::Json(deep));
    }
}
