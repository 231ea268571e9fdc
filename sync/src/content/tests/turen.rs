//! Sessions of Turen: flat messages, and blocks.

use super::*;

#[test]
fn a_flat_message_is_read_by_its_type() {
    holds(&[
        (r#"{"type": "user", "content": "Help me"}"#, EntryKind::User, "user", "Help me"),
        (r#"{"type": "assistant", "content": "I'll start"}"#, EntryKind::Assistant, "assistant", "I'll start"),
        (r#"{"type": "thinking", "content": "Hm"}"#, EntryKind::Thinking, "thinking", "Hm"),
        (r#"{"type": "tool_use", "tool": "bash", "input": {"command": "ls"}}"#, EntryKind::Tool, "tool_use", "ls"),
        (r#"{"type": "tool_use", "tool": "file_read", "path": "a.rs"}"#, EntryKind::Tool, "tool_use", "a.rs"),
        (r#"{"type": "tool_result", "tool": "bash", "content": "done"}"#, EntryKind::Tool, "tool_result", "done"),
        (r#"{"type": "tool", "tool": "bash", "content": "done"}"#, EntryKind::Tool, "tool", "done"),
        (r#"{"type": "progress", "content": "4 s", "tool": "bash"}"#, EntryKind::Progress, "progress", "4 s"),
        (r#"{"type": "system", "subtype": "hook", "content": "ok"}"#, EntryKind::System, "system", "ok"),
        (r#"{"type": "summary", "content": "Short"}"#, EntryKind::Summary, "summary", "Short"),
        (r#"{"type": "summary", "summary": "Short", "leafUuid": "x"}"#, EntryKind::Summary, "summary", "Short"),
    ]);
}

#[test]
fn a_kind_nobody_knows_is_shown_with_what_can_be_read_of_it() {
    holds(&[
        (
            r#"{"type": "queue-operation", "operation": "enqueue", "content": "and the docs"}"#,
            EntryKind::Other,
            "queue-operation",
            "and the docs",
        ),
        (r#"{"type": "hologram", "text": "shimmers"}"#, EntryKind::Other, "hologram", "shimmers"),
        (r#"{"type": "hologram", "message": "shimmers"}"#, EntryKind::Other, "hologram", "shimmers"),
        (r#"{"type": "hologram", "hue": 7}"#, EntryKind::Other, "hologram", "type: hologram\nhue: 7"),
        (r#"{"hue": 7}"#, EntryKind::Other, "other", "hue: 7"),
    ]);
    assert_eq!(
        one(r#"{"type": "hologram", "hue": 7}"#).parts,
        [Part::Other { label: "hologram".into(), json: r#"{"type": "hologram", "hue": 7}"#.into() }]
    );
}

#[test]
fn one_message_with_blocks_is_one_entry_with_its_parts_in_order() {
    let entry = one(r#"{"type": "assistant", "timestamp": "2026-02-17T09:00:03Z", "content": [
            {"type": "thinking", "thinking": "Hm", "signature": "x"},
            {"type": "text", "text": "Let me see"},
            {"type": "tool_use", "id": "toolu_1", "name": "Bash", "input": {"command": "ls -la", "description": "List"}},
            {"type": "hologram", "hue": 7},
            "bare words"
        ]}"#);
    assert_eq!((entry.kind, &*entry.role, entry.tools()), (EntryKind::Assistant, "assistant", vec!["Bash"]));
    assert_eq!(entry.at.map(|at| at.to_string()).as_deref(), Some("2026-02-17T09:00:03Z"));
    let [Part::Thinking(thought), Part::Text(text), Part::Call(call), Part::Other { label, json }, Part::Text(bare)] =
        &entry.parts[..]
    else {
        panic!("{:?}", entry.parts)
    };
    assert_eq!(
        (&**thought, &**text, &**label, &**json, &**bare),
        ("Hm", "Let me see", "hologram", r#"{"type": "hologram", "hue": 7}"#, "bare words")
    );
    assert_eq!((call.id.as_deref(), call.command.as_deref()), (Some("toolu_1"), Some("ls -la")));
    assert_eq!(call.input, r#"{"command": "ls -la", "description": "List"}"#);
    assert_eq!(entry.text(), "Hm\nLet me see\nls -la\ndescription: List\ntype: hologram\nhue: 7\nbare words");
}

#[test]
fn the_kind_is_that_of_what_says_most_to_a_reader() {
    let blocks = |blocks: &str| one(&format!(r#"{{"type": "assistant", "content": [{blocks}]}}"#)).kind;
    let (text, thinking, call) = (
        r#"{"type":"text","text":"a"}"#,
        r#"{"type":"thinking","thinking":"b"}"#,
        r#"{"type":"tool_use","name":"X","input":{}}"#,
    );
    assert_eq!(blocks(&format!("{call},{thinking},{text}")), EntryKind::Assistant);
    assert_eq!(blocks(&format!("{call},{thinking}")), EntryKind::Thinking);
    assert_eq!(blocks(call), EntryKind::Tool);
    assert_eq!(blocks(""), EntryKind::Assistant);
    assert_eq!(one(r#"{"type":"user","content":[{"type":"tool_result","content":"x"}]}"#).kind, EntryKind::Tool);
}

#[test]
fn a_result_keeps_its_words_and_its_pictures() {
    let entry =
        one(r#"{"type": "user", "content": [{"type": "tool_result", "tool_use_id": "t", "is_error": true, "content": [
            {"type": "text", "text": "one"}, {"type": "text", "text": "two"},
            {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "iVBORw0KGgo="}},
            {"type": "tool_result", "content": [{"type": "text", "text": "nested"}]}]}]}"#);
    let found = answer(&entry);
    assert_eq!((&*found.text, found.error, found.call.as_deref()), ("one\ntwo\nnested", true, Some("t")));
    assert_eq!(entry.parts[1], Part::Attachment { media: "image/png".into(), bytes: 8 });
    assert!(entry.error);
}

#[test]
fn an_attachment_says_what_it_is_and_how_large() {
    for (block, media, bytes) in [
        (r#"{"type":"image","source":{"type":"base64","media_type":"image/png","data":"AAAA"}}"#, "image/png", 3),
        (r#"{"type":"image_url","image_url":{"url":"data:image/gif;base64,AAAAAAA="}}"#, "image/gif", 5),
        (r#"{"type":"image_url","image_url":{"url":"https://example.com/a.png"}}"#, "image_url", 0),
        (
            r#"{"type":"document","source":{"type":"base64","media_type":"application/pdf","data":"AA=="}}"#,
            "application/pdf",
            1,
        ),
        (r#"{"type":"image"}"#, "image", 0),
    ] {
        let entry = one(&format!(r#"{{"type":"user","content":[{block}]}}"#));
        assert_eq!(entry.parts, [Part::Attachment { media: media.into(), bytes }], "{block}");
        assert_eq!(entry.kind, EntryKind::User);
    }
    let words = one(
        r#"{"type":"user","content":[{"type":"document","source":{"type":"text","media_type":"text/plain","data":"the words"}}]}"#,
    );
    assert_eq!(words.text(), "the words");
}

#[test]
fn a_snapshot_names_its_file() {
    let entry = one(r#"{"type": "snapshot", "path": "src/a.rs", "backup": "af@v2"}"#);
    assert_eq!((entry.kind, entry.paths()), (EntryKind::Snapshot, vec!["src/a.rs"]));
    assert!(entry.text().contains("af@v2"));
}

#[test]
fn a_call_and_its_result_may_stand_in_one_message() {
    let entry =
        one(r#"{"type": "tool_use", "tool": "bash", "input": {"command": "ls"}, "output": "a.rs", "status": "error"}"#);
    assert_eq!((call(&entry).answered_at, answer(&entry).called_at), (Some(0), Some(0)));
    assert_eq!((&*answer(&entry).text, entry.error), ("a.rs", true));
}
