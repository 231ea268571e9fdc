//! What was said in a session: made from the seed and the session alone, never stored.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::place::text;
use super::table::text_of;
use super::words;
use crate::rng::Rng;
use crate::time::{after, iso};

/// Messages of a Turen session, `message_count` of them, of every kind the web replay shows and one it does not.
pub(crate) fn turen(seed: u64, session: &Value) -> Vec<Value> {
    let count = session["message_count"].as_u64().unwrap_or(0);
    let mut rng = Rng::named(seed, &text_of(&session["id"]));
    let mut at = text(session, "created_at").parse::<Timestamp>().unwrap_or_default();
    let path = text(session, "project_path");
    let name = path.rsplit(['/', '\\']).next().unwrap_or_default();
    let project = words::PROJECTS.iter().find(|project| project.name == name).unwrap_or(&words::PROJECTS[0]);
    let mut messages = Vec::new();
    while (messages.len() as u64) < count {
        at = after(at, rng.between(1, 40));
        let mut message = match messages.len() {
            0 => json!({"type": "user", "content": session["first_prompt"]}),
            1 => json!({"type": "assistant", "content": words::ANSWERS[0]}),
            n => turen_message(&mut rng, project, n),
        };
        message["timestamp"] = iso(at).into();
        messages.push(message);
    }
    messages
}

/// Has a session and its subagents' say that they belong together, in one of the two ways there are. The first subagent is named by
/// the session that started it, where it answers; the others say beside whose main chain they speak, and nobody names them.
pub(crate) fn kin(messages: &mut [Value], session: &Value, parent: Option<&Value>, children: &[Value]) {
    if let (Some(child), [_, _, call, answer, ..]) = (children.first(), &mut *messages) {
        let name = text(child, "session_id").trim_start_matches("agent-");
        let id = format!("toolu_{name}");
        say(
            call,
            json!({"type": "assistant", "content": [
                {"type": "tool_use", "id": id, "name": "Task", "input": {"prompt": child["first_prompt"], "subagent_type": "general"}},
            ]}),
        );
        say(
            answer,
            json!({"type": "user", "content": [
                {"type": "tool_result", "tool_use_id": id, "content": format!("Done, three places found.\nagentId: {name}")},
            ]}),
        );
        return;
    }
    let Some(parent) = parent else { return };
    let first = parent["id"].as_u64().map(|id| id + 1);
    if session["id"].as_u64() != first {
        for message in messages {
            message["isSidechain"] = true.into();
            message["sessionId"] = parent["session_id"].clone();
        }
    }
}

/// Says something else at the same time.
fn say(message: &mut Value, said: Value) {
    let at = message["timestamp"].take();
    *message = said;
    message["timestamp"] = at;
}

fn turen_message(rng: &mut Rng, project: &words::Project, n: usize) -> Value {
    let file = *rng.pick(project.files);
    let (command, output) = *rng.pick(&words::COMMANDS);
    let tool = format!("toolu_{}", rng.hex(12));
    match rng.below(24) {
        0 | 1 => json!({"type": "user", "content": rng.pick(project.prompts)}),
        2..=5 => json!({"type": "assistant", "content": rng.pick(&words::ANSWERS)}),
        6 | 7 => json!({"type": "assistant", "content": [
            {"type": "thinking", "thinking": rng.pick(&words::THOUGHTS)},
            {"type": "text", "text": rng.pick(&words::ANSWERS)},
            {"type": "tool_use", "id": tool, "name": "Bash", "input": {"command": command, "description": "Check"}},
        ]}),
        8 | 9 => json!({"type": "user", "content": [
            {"type": "tool_result", "tool_use_id": tool, "content": output, "is_error": rng.chance(150)},
        ]}),
        10..=12 => json!({"type": "tool_use", "tool": "file_read", "path": file}),
        13 => json!({"type": "tool_use", "tool": "file_edit", "path": file, "input": {
            "file_path": file, "old_string": "let row = load(id)?;", "new_string": "let row = load_for_update(id)?;",
        }}),
        14 | 15 => json!({"type": "tool_use", "tool": "bash", "input": {"command": command}}),
        16 | 17 => json!({"type": "tool_result", "tool": "bash", "content": output}),
        18 => json!({"type": "thinking", "content": rng.pick(&words::THOUGHTS)}),
        19 => json!({"type": "progress", "content": format!("Running {command} ({} s)", n * 2), "tool": "bash"}),
        20 => json!({"type": "system", "subtype": "hook", "content": "PostToolUse hook finished: fmt"}),
        21 => json!({"type": "summary", "content": rng.pick(&words::ANSWERS), "leaf": n}),
        22 => json!({"type": "snapshot", "path": file, "backup": format!("{}@v{n}", rng.hex(16))}),
        // Kinds come that no client knows yet; and pictures.
        _ if n.is_multiple_of(2) => {
            json!({"type": "queue-operation", "operation": "enqueue", "content": "also check the docs"})
        }
        _ => json!({"type": "user", "content": [
            {"type": "text", "text": "This is how it looks on my phone"},
            {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "iVBORw0KGgo="}},
        ]}),
    }
}

/// Messages of an Exo conversation.
pub(crate) fn exo(rng: &mut Rng, project: &words::Project, turns: u64) -> Vec<(&'static str, String, Option<Value>)> {
    let mut messages = vec![("system", format!("You work on {}. Answer briefly and name files.", project.name), None)];
    for _ in 0..turns {
        messages.push(("user", (*rng.pick(project.prompts)).to_owned(), None));
        let call = rng.chance(400).then(|| {
            let (command, _) = *rng.pick(&words::COMMANDS);
            let arguments = json!({"command": command}).to_string();
            json!([{"id": format!("call_{}", rng.hex(10)), "name": "shell", "arguments": arguments}])
        });
        messages.push(("assistant", (*rng.pick(&words::ANSWERS)).to_owned(), call));
    }
    messages
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session(count: u64) -> Value {
        json!({"id": 7, "message_count": count, "created_at": "2026-02-17T09:00:00Z",
               "project_path": "/home/lena/work/infra-live", "first_prompt": "Rotate the certificates"})
    }

    #[test]
    fn a_session_that_grew_begins_as_it_did() {
        let (short, long) = (turen(1, &session(12)), turen(1, &session(30)));
        assert_eq!(short.len(), 12);
        assert_eq!(short[..], long[..12]);
    }

    #[test]
    fn sessions_and_their_subagents_say_whose_they_are_once() {
        let parent = json!({"id": 7, "session_id": "p", "message_count": 9});
        let child = |id: u64| json!({"id": id, "session_id": format!("agent-{id}"), "first_prompt": "look", "is_subagent": true});
        let mut messages = turen(1, &session(9));
        kin(&mut messages, &parent, None, &[child(8), child(9)]);
        assert!(messages[3].to_string().contains("agentId: 8") && !json!(messages).to_string().contains("agentId: 9"));
        assert!(messages.iter().all(|message| message["timestamp"].is_string()));
        for (id, tells) in [(8, false), (9, true)] {
            let mut messages = turen(1, &session(4));
            kin(&mut messages, &child(id), Some(&parent), &[]);
            assert_eq!(messages.iter().all(|message| message["sessionId"] == "p"), tells, "{id}");
        }
    }

    #[test]
    fn every_kind_of_message_turns_up() {
        let messages = turen(1, &session(400));
        for kind in
            ["user", "assistant", "tool_use", "tool_result", "thinking", "progress", "system", "summary", "snapshot"]
        {
            assert!(messages.iter().any(|message| message["type"] == kind), "no {kind}");
        }
    }
}
