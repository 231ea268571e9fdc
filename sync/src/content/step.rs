//! Steps of runs and workflows: `{name, type, status, input, output, error, tokens, cost, duration}`.

use super::{answer, blocks, call, marks};
use crate::json::{self, Json, Object};
use crate::model::{Answer, EntryKind, Part};

const NAMES: [&str; 9] = ["tool_name", "tool", "name", "node_name", "step_name", "node", "step", "node_id", "step_id"];
const TYPES: [&str; 4] = ["type", "node_type", "step_type", "kind"];
const INPUTS: [&str; 6] = ["input", "input_json", "inputs", "input_data", "arguments", "args"];
const OUTPUTS: [&str; 6] = ["output", "output_json", "outputs", "output_data", "result", "response"];
/// Types of the steps in which a model speaks.
const MODELS: [&str; 8] = ["llm", "model", "agent", "prompt", "chat", "completion", "generation", "ai"];

/// It names itself, and says what it was given, what it gave, or what became of it.
pub(super) fn is_step(object: &Object<'_>) -> bool {
    let says = |names: &[&str]| object.first(names).is_some();
    says(&NAMES) && (says(&INPUTS) || says(&OUTPUTS) || object.holds("error") || object.holds("status"))
}

/// Its kind, its own word for it, and its parts: a call and a result, or, where a model speaks, what it was given and its words.
pub(super) fn read(object: &Object<'_>, parts: &mut Vec<Part>) -> (EntryKind, String) {
    let word = object.word(&TYPES).unwrap_or_else(|| "step".to_owned());
    let name = object.word(&NAMES).unwrap_or_default();
    let (input, output) = (object.first(&INPUTS), object.first(&OUTPUTS));
    let mut said = output.map(said).unwrap_or_default();
    let failure = object.get("error").map(|error| answer::words(error).into_owned()).unwrap_or_default();
    let failed = marks::failed(object);
    if MODELS.iter().any(|model| word.eq_ignore_ascii_case(model)) {
        if let Some(input) = input {
            parts.push(Part::Other { label: "input".into(), json: input.raw().to_owned() });
        }
        answer::add(&mut said, &failure);
        parts.extend((!said.is_empty()).then_some(Part::Text(said)));
        if let Some(calls) = object.first(&["tool_calls", "tool_calls_json"]) {
            tool_calls(calls, parts);
        }
        return (EntryKind::Assistant, word);
    }
    if input.is_none() && output.is_none() && failure.is_empty() {
        let text = object.word(&["message", "summary", "detail"]).unwrap_or_default();
        let status = object.word(&["status"]).unwrap_or_default();
        let line = [name, status].into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(": ");
        parts.push(Part::Text(if text.is_empty() { line } else { format!("{line}\n{text}") }));
        return (EntryKind::System, word);
    }
    if input.is_some() || output.is_none() {
        let mut call = call::given(name.clone(), input);
        call.id = object.word(&["call_id", "tool_call_id", "id"]);
        parts.push(Part::Call(call));
    }
    if output.is_some() || failed {
        answer::add(&mut said, &failure);
        let call = object.word(&["call_id", "tool_call_id", "id"]);
        parts.push(Part::Result(Answer { call, tool: Some(name), text: said, error: failed, ..Answer::default() }));
    }
    (EntryKind::Tool, word)
}

/// What a step gave, which may be JSON in a string.
fn said(output: Json<'_>) -> String {
    let text = output.unpacked();
    let json = Json::of(&text);
    if json.is_object() || json.is_array() {
        json::readable(json.raw(), &[])
    } else {
        answer::words(output).into_owned()
    }
}

/// Calls as a list beside the words of a message, also as JSON in a string; with their results where those are there too.
pub(super) fn tool_calls(calls: Json<'_>, parts: &mut Vec<Part>) {
    let text = calls.unpacked();
    let list = Json::of(&text);
    let mut one = |item: Json<'_>| match item.object() {
        Some(object) => {
            parts.push(Part::Call(call::read(&object, "")));
            if answer::is_in(&object) {
                let mut result = Vec::new();
                answer::read(&object, &mut result, 0);
                if let Some(Part::Result(answer)) = result.first_mut() {
                    answer.call = answer.call.take().or_else(|| object.word(&["id"]));
                }
                parts.append(&mut result);
            }
        }
        None => blocks::nested(item, parts, 0),
    };
    if list.is_array() {
        list.items().take(4096).for_each(&mut one);
    } else if !list.raw().is_empty() && list.raw() != "\"\"" {
        one(list);
    }
}
