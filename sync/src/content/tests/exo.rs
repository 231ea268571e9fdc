//! Conversations, runs and workflow runs of Exo, and what OpenAI's clients send.

use super::*;

#[test]
fn a_conversation_keeps_its_calls_in_a_string() {
    let entry = one(r#"{"id":"m-1","conversation_id":"c","role":"assistant","content":"Looking",
            "tool_calls_json":"[{\"id\":\"call_1\",\"name\":\"shell\",\"arguments\":\"{\\\"command\\\": \\\"ls\\\"}\"}]",
            "usage_json":"{\"prompt_tokens\": 900, \"completion_tokens\": 140}","created_at":"2026-02-17 09:00:21"}"#);
    assert_eq!((entry.kind, &*entry.role, entry.id.as_deref()), (EntryKind::Assistant, "assistant", Some("m-1")));
    assert_eq!((entry.usage.input_tokens, entry.usage.output_tokens), (Some(900), Some(140)));
    assert_eq!(entry.at.map(|at| at.to_string()).as_deref(), Some("2026-02-17T09:00:21Z"));
    let made = call(&entry);
    assert_eq!((&*made.tool, made.id.as_deref(), made.command.as_deref()), ("shell", Some("call_1"), Some("ls")));
    assert_eq!(made.input, r#"{"command": "ls"}"#);
}

#[test]
fn nothing_where_calls_could_be_is_no_call() {
    for calls in ["null", r#""""#, r#""[]""#, "[]"] {
        let entry =
            one(&format!(r#"{{"role":"assistant","content":"x","tool_calls_json":{calls},"usage_json":null}}"#));
        assert_eq!(entry.parts, [Part::Text("x".into())], "{calls}");
    }
}

#[test]
fn functions_are_called_and_answer_as_openai_has_it() {
    let entries = read(
        r#"{"role":"developer","content":"Be brief"},
           {"role":"user","content":[{"type":"text","text":"hi"}]},
           {"role":"assistant","content":null,"tool_calls":[{"id":"call_9","type":"function","function":{"name":"read_file","arguments":"{\"path\":\"a.rs\"}"}}]},
           {"role":"tool","tool_call_id":"call_9","content":"fn main() {}"},
           {"type":"function_call","call_id":"c2","id":"fc_2","name":"shell","arguments":"{\"command\":[\"bash\",\"-lc\",\"ls -l\"]}"},
           {"type":"function_call_output","call_id":"c2","output":"total 0"},
           {"role":"assistant","content":"","function_call":{"name":"old","arguments":"{not json"}},
           {"type":"reasoning","summary":[{"type":"summary_text","text":"Think"}]}"#,
    );
    let kinds: Vec<_> = entries.iter().map(|entry| entry.kind).collect();
    use EntryKind::{System, Thinking, Tool, User};
    assert_eq!(kinds, [System, User, Tool, Tool, Tool, Tool, Tool, Thinking]);
    assert_eq!((entries[2].paths(), call(&entries[2]).answered_at), (vec!["a.rs"], Some(3)));
    assert_eq!((answer(&entries[3]).tool.as_deref(), &*answer(&entries[3]).text), (Some("read_file"), "fn main() {}"));
    assert_eq!((call(&entries[4]).command.as_deref(), answer(&entries[5]).called_at), (Some("ls -l"), Some(4)));
    assert_eq!((&*call(&entries[6]).tool, &*call(&entries[6]).input), ("old", "{not json"));
    assert_eq!(entries[7].text(), "Think");
}

#[test]
fn a_step_is_a_call_with_its_result() {
    let entry = one(
        r#"{"index":0,"type":"tool","name":"shell","status":"completed","input":{"command":"cargo test"},"output":"ok","error":null,
            "tokens_input":10,"tokens_output":4,"cost_usd":0.25,"duration_ms":80,"started_at":"2026-02-17 09:00:00"}"#,
    );
    assert_eq!((entry.kind, entry.tools(), entry.error), (EntryKind::Tool, vec!["shell"], false));
    assert_eq!((call(&entry).command.as_deref(), call(&entry).answered_at), (Some("cargo test"), Some(0)));
    assert_eq!((&*answer(&entry).text, answer(&entry).called_at), ("ok", Some(0)));
    let usage = entry.usage;
    assert_eq!(
        (usage.input_tokens, usage.output_tokens, usage.cost, usage.duration_ms),
        (Some(10), Some(4), Some(0.25), Some(80))
    );
    assert!(entry.at.is_some());
}

#[test]
fn a_step_that_failed_says_why() {
    for step in [
        r#"{"type":"tool","name":"deploy","status":"failed","input":{},"error":"no route"}"#,
        r#"{"node_id":"n1","node_name":"deploy","node_type":"http","status":"error","input_json":"{\"a\":1}","output_json":null,"error":"no route"}"#,
        r#"{"type":"code","step_name":"deploy","error":{"message":"no route"}}"#,
    ] {
        let entry = one(step);
        assert!(entry.error && answer(&entry).error, "{step}");
        assert!(answer(&entry).text.contains("no route"), "{step}");
        assert_eq!(entry.tools(), ["deploy"], "{step}");
    }
}

#[test]
fn in_a_step_of_a_model_it_is_the_model_that_speaks() {
    let entry = one(
        r#"{"type":"llm","name":"draft","status":"completed","input":{"prompt":"write"},"output":"{\"message\": \"Here\"}","tokens":{"input":7,"output":3},"duration":1.5}"#,
    );
    assert_eq!(
        (entry.kind, &*entry.role, &*entry.text()),
        (EntryKind::Assistant, "llm", "prompt: write\nmessage: Here")
    );
    assert_eq!(
        (entry.usage.input_tokens, entry.usage.output_tokens, entry.usage.duration_ms),
        (Some(7), Some(3), Some(1500))
    );
}

#[test]
fn a_step_that_only_has_a_state_says_it() {
    let entry = one(r#"{"node_id":"n3","node_type":"approval","status":"awaiting_approval"}"#);
    assert_eq!((entry.kind, &*entry.role, &*entry.text()), (EntryKind::System, "approval", "n3: awaiting_approval"));
}

#[test]
fn steps_in_a_string_are_the_steps() {
    let text = r#""[{\"type\":\"tool\",\"name\":\"a\",\"input\":\"x\",\"output\":\"y\"},{\"type\":\"tool\",\"name\":\"b\",\"input\":\"x\"}]""#;
    let entries = entries(text);
    assert_eq!(entries.iter().flat_map(Entry::tools).collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!(count(text), 2);
}
