//! Lines of Claude Code's own session files.

use super::*;
use crate::model::Edit;

#[test]
fn what_the_model_sent_is_read_inside_its_wrapping() {
    let entry = one(
        r#"{"parentUuid": "p", "isSidechain": false, "userType": "external", "cwd": "/w", "sessionId": "s", "version": "2.0.1",
            "type": "assistant", "uuid": "u-1", "timestamp": "2026-02-17T09:00:01.250Z", "requestId": "r",
            "message": {"id": "msg_1", "type": "message", "role": "assistant", "model": "claude",
                "content": [{"type": "text", "text": "Hello"}],
                "usage": {"input_tokens": 3, "cache_creation_input_tokens": 100, "cache_read_input_tokens": 2000, "output_tokens": 40}}}"#,
    );
    assert_eq!((entry.kind, &*entry.role, entry.id.as_deref()), (EntryKind::Assistant, "assistant", Some("u-1")));
    assert_eq!(entry.at.map(|at| at.as_millisecond() % 1000), Some(250));
    assert_eq!(
        (entry.usage.input_tokens, entry.usage.cached_tokens, entry.usage.output_tokens),
        (Some(2103), Some(2000), Some(40))
    );
    assert_eq!((entry.sidechain, entry.subagent.as_deref()), (false, None));
}

#[test]
fn an_answer_sent_block_by_block_counts_once() {
    let line = |uuid: &str, output: u64| {
        format!(
            r#"{{"type":"assistant","uuid":"{uuid}","message":{{"id":"msg_1","role":"assistant","content":"x","usage":{{"input_tokens":5,"output_tokens":{output}}}}}}}"#
        )
    };
    let entries = read(&[line("a", 1), line("b", 1), line("c", 30)].join(","));
    let written: Vec<_> = entries.iter().map(|entry| entry.usage.output_tokens).collect();
    assert_eq!(written, [None, None, Some(30)]);
}

#[test]
fn a_result_brings_the_patch_that_was_applied() {
    let entries = read(
        r#"{"type":"assistant","message":{"role":"assistant","content":[{"type":"tool_use","id":"t1","name":"Edit",
                "input":{"file_path":"/w/a.rs","old_string":"b","new_string":"c"}}]}},
           {"type":"user","message":{"role":"user","content":[{"type":"tool_result","tool_use_id":"t1","content":"updated"}]},
            "toolUseResult":{"filePath":"/w/a.rs","oldString":"b","newString":"c","originalFile":"a\nb\n","replaceAll":false,
                "structuredPatch":[{"oldStart":1,"oldLines":2,"newStart":1,"newLines":2,"lines":[" a","-b","+c"]}]}}"#,
    );
    let asked = Edit { path: Some("/w/a.rs".into()), before: "b".into(), after: "c".into(), line: None };
    assert_eq!(entries[0].edits().collect::<Vec<_>>(), [&asked]);
    let made = Edit { path: Some("/w/a.rs".into()), before: "a\nb\n".into(), after: "a\nc\n".into(), line: Some(1) };
    assert_eq!(entries[1].edits().collect::<Vec<_>>(), [&made]);
    assert_eq!((call(&entries[0]).answered_at, answer(&entries[1]).called_at), (Some(1), Some(0)));
    assert_eq!((entries[1].tools(), entries[1].paths()), (vec!["Edit"], vec!["/w/a.rs"]));
}

#[test]
fn a_new_file_is_an_edit_from_nothing() {
    let entry = one(
        r#"{"type":"user","message":{"role":"user","content":[{"type":"tool_result","tool_use_id":"t","content":"created"}]},
            "toolUseResult":{"type":"create","filePath":"/w/n.rs","content":"new\n","structuredPatch":[]}}"#,
    );
    let edit = Edit { path: Some("/w/n.rs".into()), after: "new\n".into(), ..Edit::default() };
    assert_eq!(entry.edits().collect::<Vec<_>>(), [&edit]);
}

#[test]
fn a_file_that_was_read_is_named() {
    let entry = one(
        r#"{"type":"user","message":{"role":"user","content":[{"type":"tool_result","tool_use_id":"t","content":"1 x"}]},
            "toolUseResult":{"type":"text","file":{"filePath":"/w/a.rs","content":"x","numLines":1}}}"#,
    );
    assert_eq!(entry.paths(), ["/w/a.rs"]);
}

#[test]
fn the_lines_that_are_no_messages_have_kinds_of_their_own() {
    holds(&[
        (r#"{"type":"summary","summary":"Fix auth","leafUuid":"x"}"#, EntryKind::Summary, "summary", "Fix auth"),
        (
            r#"{"type":"system","subtype":"local_command","content":"/model","level":"info"}"#,
            EntryKind::System,
            "system",
            "/model",
        ),
        (
            r#"{"type":"queue-operation","operation":"dequeue"}"#,
            EntryKind::Other,
            "queue-operation",
            "type: queue-operation\noperation: dequeue",
        ),
        (
            r#"{"type":"user","isMeta":true,"message":{"role":"user","content":"Caveat"}}"#,
            EntryKind::System,
            "user",
            "Caveat",
        ),
        (
            r#"{"type":"user","isCompactSummary":true,"message":{"role":"user","content":"So far"}}"#,
            EntryKind::Summary,
            "user",
            "So far",
        ),
        (
            r#"{"type":"progress","toolUseID":"t","data":{"type":"bash_progress","fullOutput":"Compiling","elapsedTimeSeconds":3}}"#,
            EntryKind::Progress,
            "progress",
            "Compiling",
        ),
        (
            r#"{"type":"progress","data":{"type":"hook_progress","hookName":"fmt"}}"#,
            EntryKind::Progress,
            "progress",
            "type: hook_progress\nhookName: fmt",
        ),
    ]);
    let failed =
        one(r#"{"type":"system","subtype":"api_error","level":"error","error":{"status":529,"message":"overloaded"}}"#);
    assert_eq!(
        (failed.kind, failed.error, &*failed.text()),
        (EntryKind::System, true, "status: 529\nmessage: overloaded")
    );
    let timed = one(r#"{"type":"system","subtype":"turn_duration","durationMs":1234}"#);
    assert_eq!((timed.kind, timed.usage.duration_ms, timed.error), (EntryKind::System, Some(1234), false));
}

#[test]
fn a_file_history_snapshot_names_its_files_and_its_time() {
    let entry = one(
        r#"{"type":"file-history-snapshot","messageId":"m","isSnapshotUpdate":false,"snapshot":{"messageId":"m",
            "trackedFileBackups":{"src/a.rs":{"backupFileName":"x@v1","version":1},"b.rs":{}},"timestamp":"2026-02-17T09:00:00Z"}}"#,
    );
    assert_eq!(
        (entry.kind, entry.paths(), entry.id.as_deref()),
        (EntryKind::Snapshot, vec!["src/a.rs", "b.rs"], Some("m"))
    );
    assert!(entry.at.is_some());
}

#[test]
fn a_subagent_is_linked_from_both_sides() {
    let entries = read(
        r#"{"type":"assistant","message":{"role":"assistant","content":[{"type":"tool_use","id":"t1","name":"Task","input":{"prompt":"look"}}]}},
           {"type":"progress","toolUseID":"t1","data":{"type":"agent_progress","agentId":"a9","message":{"type":"assistant","message":{"role":"assistant","content":[{"type":"text","text":"looking"}]}}}},
           {"type":"user","message":{"role":"user","content":[{"type":"tool_result","tool_use_id":"t1","content":"found"}]},
            "toolUseResult":{"status":"completed","agentId":"a9","totalDurationMs":900,"totalTokens":5000}},
           {"type":"user","isSidechain":true,"agentId":"a9","sessionId":"s","message":{"role":"user","content":"look"}}"#,
    );
    assert!(entries.iter().all(|entry| entry.subagent.as_deref() == Some("a9")), "{entries:#?}");
    assert_eq!(entries.iter().map(|entry| entry.sidechain).collect::<Vec<_>>(), [false, false, false, true]);
    assert_eq!(
        (&*entries[1].text(), entries[2].usage.duration_ms, entries[2].usage.input_tokens),
        ("looking", Some(900), None)
    );
}

#[test]
fn a_subagent_named_only_in_words_is_found_where_a_tool_starts_one() {
    let pair = |tool: &str, said: &str| {
        read(&format!(
            r#"{{"type":"tool_use","tool":"{tool}","input":{{"prompt":"x"}}}},{{"type":"tool_result","tool":"{tool}","content":{said}}}"#
        ))
    };
    for said in [r#""done\nagentId: abc1 (to resume)""#, r#""{\"session_id\": \"abc1\"}""#] {
        let entries = pair("Task", said);
        assert_eq!(entries[0].subagent.as_deref(), Some("abc1"), "{said}");
        assert_eq!(entries[1].subagent.as_deref(), Some("abc1"), "{said}");
        assert_eq!(pair("Bash", said)[1].subagent, None, "{said}");
    }
}

#[test]
fn a_file_of_lines_is_read_as_an_array_is() {
    let lines = "{\"type\":\"user\",\"message\":{\"role\":\"user\",\"content\":\"a\"}}\n{\"type\":\"summary\",\"summary\":\"b\"}\n";
    let kinds: Vec<_> = entries(lines).iter().map(|entry| entry.kind).collect();
    assert_eq!(kinds, [EntryKind::User, EntryKind::Summary]);
}
