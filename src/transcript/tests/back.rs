//! An export in JSON read back.

use proptest::prelude::*;
use quarterdeck_sync::content;
use quarterdeck_sync::text::Secrets;
use serde_json::{Value, json};

use super::*;
use crate::transcript::{ImportError, read_json};

fn assert_comes_back(messages: &str) {
    let was = Transcript::new(record("x"), messages, held(), Secrets::Revealed);
    // Whatever the form into which JSON is brought on its way out: it means what was sent.
    let sent = content::entries(messages);
    assert_eq!(was.entries().len(), sent.len());
    for (entry, sent) in was.entries().iter().zip(&sent) {
        assert_eq!(crate::json::pretty(&entry.raw), crate::json::pretty(&sent.raw));
    }
    let mut exporter = Exporter::new(Format::Json, Vec::new());
    exporter.session(&was).unwrap();
    let text = String::from_utf8(exporter.finish().unwrap()).unwrap();
    let (is, _) = read_json(&text).unwrap().open(Secrets::Revealed);
    assert_eq!(is.entries(), was.entries());
    assert_eq!(is.held(), was.held());
    assert_eq!((&is.record().row.id, &is.record().doc), (&was.record().row.id, &was.record().doc));
    assert_eq!(is.record().row.agent_title.as_deref(), Some("lena-macbook-12"));
}

#[test]
fn entries_come_back_as_they_were() {
    assert_comes_back("[]");
    assert_comes_back(
        r#"[ {"type": "user", "content": "a\u0000b \ud800 \u202e"},
             {"type": "assistant", "content": [{"type": "text", "text": "ü"}, {"type": "tool_use", "id": "t", "name": "Bash",
              "input": {"command": "ls", "n": 12345678901234567890123.0100}}]},
             {"type": "user", "content": [{"type": "tool_result", "tool_use_id": "t", "content": "x", "is_error": true}]},
             {"type": "new-kind", "x": [[[1]]]}, "a string", 7, null ]"#,
    );
    let deep = format!("[{{\"type\":\"user\",\"content\":{}1{}}}]", "[".repeat(5_000), "]".repeat(5_000));
    assert_comes_back(&deep);
}

fn message() -> impl Strategy<Value = Value> {
    let text = any::<String>();
    let kind = prop_oneof!["user", "assistant", "tool_use", "tool_result", "thinking", "x-[a-z]{1,5}"];
    let block = prop_oneof![
        text.prop_map(|text| json!({"type": "text", "text": text})),
        text.prop_map(|id| json!({"type": "tool_use", "id": id, "name": "Bash", "input": {"command": id}})),
        text.prop_map(|id| json!({"type": "tool_result", "tool_use_id": id, "content": id})),
    ];
    let content = prop_oneof![
        text.prop_map(Value::from),
        prop::collection::vec(block, 0..4).prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
    ];
    (kind, content).prop_map(|(kind, content)| json!({"type": kind, "content": content}))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn whatever_was_said_comes_back(messages in prop::collection::vec(message(), 0..8)) {
        assert_comes_back(&Value::from(messages).to_string());
    }
}

#[test]
fn subagents_come_back_with_their_session() {
    let entries = content::entries(r#"[{"type":"user","content":"a"}]"#);
    let mut exporter = Exporter::new(Format::Json, Vec::new());
    for title in ["Main", "Sub", "Sub"] {
        exporter.session(&transcript(title, &entries)).unwrap();
    }
    let read = read_json(&String::from_utf8(exporter.finish().unwrap()).unwrap()).unwrap();
    let (main, subagents) = read.open(Secrets::Masked);
    assert_eq!(main.record().row.title.as_deref(), Some("Main"));
    assert_eq!(subagents.len(), 2);
    assert!(subagents.iter().all(|sub| sub.entries() == entries));
}

#[test]
fn a_file_that_is_no_whole_export_is_refused_with_the_reason() {
    let whole = document(Format::Json, "x", &super::rich::entries());
    for cut in [1, 40, whole.len() / 2, whole.len() - 3] {
        let text: String = whole.chars().take(cut).collect();
        assert!(matches!(read_json(&text), Err(ImportError::Json(_))), "{cut}");
    }
    assert!(matches!(read_json("{\"items\":[]}"), Err(ImportError::Json(_))));
    let later = whole.replace("qd.session/1", "qd.session/9");
    assert!(matches!(read_json(&later), Err(ImportError::Schema { found }) if found == "qd.session/9"));
    let missing = whole.replace("{\"entry\":3,", "{\"entry\":4,");
    assert!(matches!(read_json(&missing), Err(ImportError::Order { expected: 3, found: 4 })));
}
