use quarterdeck_sync::model::{Call, Entry, Part};

use super::words::{first_line, one_line};
use crate::amounts::plural;
use crate::json::compact;

/// An entry in one line of at most about twice `limit` characters: the first thing that it says; where that is what somebody was
/// given (a step of a run holds both), what came of it too. As it was sent: it has not passed the text boundary.
pub fn headline(entry: &Entry, limit: usize) -> String {
    let mut said =
        entry.parts.iter().map(|part| (part, part_in_short(part, limit))).filter(|(_, said)| !said.is_empty());
    let Some((first, text)) = said.next() else { return first_line(&entry.files.join(" "), limit) };
    let given = matches!(first, Part::Call(_) | Part::Other { .. });
    let answer = said.find(|(part, _)| matches!(part, Part::Result(_) | Part::Text(_))).filter(|_| given);
    match answer {
        Some((_, answer)) => format!("{text} → {answer}"),
        None => text,
    }
}

fn part_in_short(part: &Part, limit: usize) -> String {
    match part {
        Part::Text(text) | Part::Thinking(text) => first_line(text, limit),
        Part::Call(call) => called(part, call, limit),
        Part::Result(answer) if answer.text.trim().is_empty() && !answer.edits.is_empty() => {
            plural(answer.edits.len() as u64, "change", "changes")
        }
        Part::Result(answer) => first_line(&answer.text, limit),
        Part::Attachment { media, .. } => first_line(&format!("[{media}]"), limit),
        Part::Other { json, .. } => readable(part, json, limit),
    }
}

/// Its command, else the files it names and how much it changes, else what it is given.
fn called(part: &Part, call: &Call, limit: usize) -> String {
    if let Some(command) = &call.command {
        return first_line(command, limit);
    }
    let mut text = call.paths.join(" ");
    if !call.edits.is_empty() {
        text.push_str(&format!(" ({})", plural(call.edits.len() as u64, "change", "changes")));
    }
    match text.trim().is_empty() {
        true => readable(part, &call.input, limit),
        false => first_line(&text, limit),
    }
}

/// What a person can read in it; where that is nothing, the JSON itself.
fn readable(part: &Part, json: &str, limit: usize) -> String {
    let text = one_line(&part.text(), limit);
    if text.is_empty() { first_line(&compact(json), limit) } else { text }
}

#[cfg(test)]
mod tests {
    use quarterdeck_sync::content::entries;

    use super::*;

    fn line(message: &str) -> String {
        headline(&entries(&format!("[{message}]"))[0], 60)
    }

    #[test]
    fn a_step_tells_what_it_was_given_and_what_came_of_it() {
        let done =
            r#"{"name":"fetch","type":"tool","status":"completed","input":{"url":"a.b"},"output":"200 OK\nbody"}"#;
        assert_eq!(line(done), "url: a.b → 200 OK");
        let failed = r#"{"name":"fetch","type":"tool","status":"failed","input":{"url":"a.b"},"error":"no route"}"#;
        assert_eq!(line(failed), "url: a.b → no route");
        let model = r#"{"name":"m","type":"llm","status":"completed","input":{"prompt":"say"},"output":"hello"}"#;
        assert_eq!(line(model), "prompt: say → hello");
    }

    #[test]
    fn a_call_reads_as_words_and_not_as_json() {
        let call = r#"{"type":"tool_use","name":"Ask","input":{"question":"which?","many":true}}"#;
        assert_eq!(line(call), "question: which?, many: true");
        let long = format!(r#"{{"type":"tool_use","name":"Ask","input":{{"question":"{}"}}}}"#, "x\\n".repeat(100_000));
        assert!(line(&long).chars().count() <= 61);
    }
}
