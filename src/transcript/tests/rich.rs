//! A session in which everything happens.

use quarterdeck_sync::model::{Answer, Call, Edit, Entry, EntryKind, Part, Usage};

/// An entry of `parts` at a place; a minute and a half lies between each and the next.
pub fn entry(place: u32, kind: EntryKind, role: &str, parts: Vec<Part>) -> Entry {
    let begun: jiff::Timestamp = "2026-02-17T23:55:00Z".parse().unwrap();
    let at = begun.checked_add(jiff::Span::new().seconds(i64::from(place) * 31)).ok();
    let raw = format!("{{\"type\":\"{role}\",\"n\":{place}}}");
    Entry { place, kind, role: role.to_owned(), at, parts, raw, ..Entry::default() }
}

fn text(text: &str) -> Part {
    Part::Text(text.to_owned())
}

pub fn entries() -> Vec<Entry> {
    let edit = Edit {
        path: Some("src/load.rs".to_owned()),
        before: "fn pay(id: Id) {\n    let row = load(id)?;\n    settle(row)\n}\n".to_owned(),
        after: "fn pay(id: Id) {\n    let row = load_for_update(id)?;\n    settle(row)\n}\n".to_owned(),
        line: Some(41),
    };
    let calls = vec![
        text("I'll look at `load` first:\n\n```rust\nlet row = load(id)?;\n```\n\nThen:\n  1. lock\n  2. settle"),
        Part::Call(Call {
            id: Some("toolu_1".to_owned()),
            tool: "Bash".to_owned(),
            command: Some("rg -n 'load\\(' src".to_owned()),
            input: r#"{"command":"rg -n 'load\\(' src","description":"Find the callers","timeout":1000}"#.to_owned(),
            answered_at: Some(4),
            ..Call::default()
        }),
    ];
    let answer = Answer {
        call: Some("toolu_1".to_owned()),
        tool: Some("Bash".to_owned()),
        text: "src/load.rs:42:    let row = load(id)?;\nsrc/load.rs:61:fn load(id: Id)".to_owned(),
        called_at: Some(3),
        ..Answer::default()
    };
    let edits = Call {
        id: Some("toolu_2".to_owned()),
        tool: "Edit".to_owned(),
        paths: vec!["src/load.rs".to_owned()],
        input: r#"{"file_path":"src/load.rs"}"#.to_owned(),
        edits: vec![edit.clone()],
        answered_at: Some(6),
        ..Call::default()
    };
    let failed = Answer {
        call: Some("toolu_2".to_owned()),
        tool: Some("Edit".to_owned()),
        text: "error[E0425]: cannot find function `load_for_update`".to_owned(),
        error: true,
        called_at: Some(5),
        edits: vec![edit],
    };
    let picture = vec![text("This is how it looks"), Part::Attachment { media: "image/png".to_owned(), bytes: 48_213 }];
    let unknown = Part::Other { label: "queue-operation".to_owned(), json: r#"{"operation":"enqueue"}"#.to_owned() };
    let mut all = vec![
        entry(0, EntryKind::System, "system", vec![text("PostToolUse hook finished: fmt")]),
        entry(1, EntryKind::User, "user", vec![text("Payments are settled twice. Find out why.")]),
        entry(
            2,
            EntryKind::Thinking,
            "assistant",
            vec![Part::Thinking("Two rows, one lock.\nWho calls load?".to_owned())],
        ),
        entry(3, EntryKind::Assistant, "assistant", calls),
        entry(4, EntryKind::Tool, "user", vec![Part::Result(answer)]),
        entry(5, EntryKind::Tool, "assistant", vec![Part::Call(edits)]),
        entry(6, EntryKind::Tool, "user", vec![Part::Result(failed)]),
        entry(7, EntryKind::User, "user", picture),
        entry(8, EntryKind::Progress, "progress", vec![text("Running cargo test (14 s)")]),
        entry(9, EntryKind::Snapshot, "snapshot", Vec::new()),
        entry(10, EntryKind::Summary, "summary", vec![text("Locked the row before it is settled.")]),
        entry(11, EntryKind::Other, "queue-operation", vec![unknown]),
    ];
    all[3].usage = Usage {
        input_tokens: Some(18_204),
        cached_tokens: Some(17_000),
        output_tokens: Some(412),
        cost: Some(0.0312),
        duration_ms: Some(4_210),
    };
    all[6].error = true;
    all[9].files = vec!["src/load.rs".to_owned(), "Cargo.toml".to_owned()];
    all[10].sidechain = true;
    all[10].subagent = Some("agent-7f3a".to_owned());
    all
}
