//! What no form foresees: nothing of it is lost, and none of it does harm.

use proptest::prelude::*;
use serde_json::Value;

use super::*;
use crate::json::tests::any_json;

#[test]
fn a_message_that_is_no_object_is_an_entry_all_the_same() {
    let entries = read(r#""words", 7, null, true, [{"type":"text","text":"in a list"}], [], {}"#);
    let texts: Vec<_> = entries.iter().map(Entry::text).collect();
    assert_eq!(texts, ["words", "7", "null", "true", "in a list", "", ""]);
    let raws: Vec<_> = entries.iter().map(|entry| &*entry.raw).collect();
    assert_eq!(raws, [r#""words""#, "7", "null", "true", r#"[{"type":"text","text":"in a list"}]"#, "[]", "{}"]);
    assert!(entries.iter().all(|entry| entry.kind == EntryKind::Other && !entry.parts.is_empty()));
}

#[test]
fn what_was_cut_short_is_read_as_far_as_it_goes() {
    for (text, raws) in [
        (
            r#"[{"type":"user","content":"a"},{"type":"assistant","con"#,
            vec![r#"{"type":"user","content":"a"}"#, r#"{"type":"assistant","con"#],
        ),
        (r#"[{"type":"user","content":"a"},"#, vec![r#"{"type":"user","content":"a"}"#]),
        (r#"[1 2]"#, vec!["1", "2]"]),
        (r#"[1] and more"#, vec!["1", "and more"]),
        ("<html>502 Bad Gateway</html>", vec!["<html>502 Bad Gateway</html>"]),
        ("{\"a\":", vec!["{\"a\":"]),
        ("", vec![]),
        (" \n", vec![]),
        ("null", vec![]),
        ("[", vec![]),
        ("[]", vec![]),
        ("\u{feff}[1]", vec!["1"]),
    ] {
        let entries = entries(text);
        assert_eq!(entries.iter().map(|entry| &*entry.raw).collect::<Vec<_>>(), raws, "{text}");
        assert_eq!(count(text), raws.len());
    }
    let last = entries(r#"[{"type":"user","content":"a"},{"type":"assistant","content":"hal"#).pop().unwrap();
    assert_eq!((last.kind, &*last.text()), (EntryKind::Other, "type: assistant\ncontent: hal"));
}

#[test]
fn depth_is_no_danger() {
    let deep = |open: &str, close: &str| format!("{}{}", open.repeat(10_000), close.repeat(10_000));
    for nested in [
        deep("[", "]"),
        deep(r#"{"content":["#, "]}"),
        deep(r#"{"type":"tool_result","content":["#, "]}"),
        deep(r#"{"message":"#, "}").replace("\"message\":}", "\"message\":1}"),
    ] {
        let entry = one(&format!(r#"{{"type":"user","content":[{{"type":"text","text":"top"}},{nested}]}}"#));
        assert!(entry.text().starts_with("top"));
        assert_eq!(one(&nested).raw, nested);
    }
    assert_eq!(entries(&"[".repeat(10_000)).len(), 1);
}

#[test]
fn half_characters_and_nul_spoil_only_themselves() {
    let entry = one(r#"{"type":"user","content":"cut \ud83d and \u0000 on"}"#);
    assert_eq!((entry.kind, &*entry.text()), (EntryKind::User, "cut \u{fffd} and \0 on"));
    let entry = one("{\"type\":\"user\",\"content\":\"raw \0 and \u{1b}[31m\"}");
    assert_eq!((entry.kind, &*entry.text()), (EntryKind::User, "raw \0 and \u{1b}[31m"));
}

#[test]
fn the_later_of_two_equal_keys_counts() {
    assert_eq!(one(r#"{"type":"system","content":"a","type":"user","content":"b"}"#).text(), "b");
}

#[test]
fn a_message_of_five_megabytes_is_a_message() {
    let words = "word \\n".repeat(800_000);
    let entry = one(&format!(r#"{{"type":"tool_result","content":"{words}"}}"#));
    assert_eq!(entry.text().len(), 800_000 * 6);
    let blocks = vec![r#"{"type":"text","text":"x"}"#; 50_000].join(",");
    let entry = one(&format!(r#"{{"type":"user","content":[{blocks}]}}"#));
    assert_eq!(entry.text().lines().filter(|line| line.ends_with('x') && *line != "type: text").count(), 50_000);
    assert!(entry.parts.len() < 5_000, "a screen shows no more, and memory is finite");
}

#[test]
fn thousands_of_calls_that_wait_are_answered_from_the_nearest_on() {
    let call = r#"{"type":"tool_use","tool":"a","input":{"command":"x"}}"#;
    let result = r#"{"type":"tool_result","tool":"b","content":"y"}"#;
    let entries = read(&[vec![call; 10_000], vec![result; 10_000]].concat().join(","));
    assert_eq!(entries.len(), 20_000);
    assert_eq!((answer(&entries[10_000]).called_at, answer(&entries[19_999]).called_at), (Some(9_999), Some(0)));
}

/// Values of wrong types under the names that mean something.
fn any_message() -> impl Strategy<Value = Value> {
    let names = [
        "type",
        "role",
        "content",
        "message",
        "text",
        "timestamp",
        "id",
        "tool",
        "name",
        "input",
        "output",
        "error",
        "status",
        "tool_calls",
        "tool_calls_json",
        "usage",
        "usage_json",
        "data",
        "run_id",
        "seq",
        "toolUseResult",
        "structuredPatch",
        "function",
        "arguments",
        "command",
        "path",
        "files",
        "edits",
        "old_string",
        "new_string",
        "lines",
        "source",
        "snapshot",
        "trackedFileBackups",
        "agentId",
        "duration",
        "cost",
        "status_code",
        "patch",
        "thinking",
        "summary",
        "tool_use_id",
    ];
    let words = [
        "user",
        "assistant",
        "tool_use",
        "tool_result",
        "thinking",
        "text",
        "image",
        "progress",
        "system",
        "snapshot",
        "TOOL_REQUEST",
        "TOOL_RESPONSE",
        "FAILED",
        "tool",
        "llm",
        "function_call",
        "2026-02-17T09:00:00Z",
        "[{\"type\":\"text\"}]",
        "*** Begin Patch\n*** Add File: x\n+y",
        "--- a\n+++ b\n@@ -1 +1 @@\n-x\n+é",
    ];
    let leaf = prop_oneof![3 => prop::sample::select(words.to_vec()).prop_map(Value::from), 1 => any_json()];
    leaf.prop_recursive(4, 48, 8, move |inner| {
        prop_oneof![
            3 => prop::collection::vec((prop::sample::select(names.to_vec()), inner.clone()), 0..8)
                .prop_map(|fields| Value::Object(fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())),
            1 => prop::collection::vec(inner, 0..4).prop_map(Value::from),
        ]
    })
}

proptest! {
    #[test]
    fn entry_n_is_message_n_whatever_it_is(messages in prop::collection::vec(any_message(), 0..8)) {
        let raws: Vec<String> = messages.iter().map(Value::to_string).collect();
        let text = format!("[{}]", raws.join(" , "));
        let all = entries(&text);
        prop_assert_eq!(all.iter().map(|entry| entry.raw.clone()).collect::<Vec<_>>(), raws);
        prop_assert_eq!(count(&text), all.len());
        for (n, entry) in all.iter().enumerate() {
            prop_assert_eq!(entry.place as usize, n);
            let _ = (entry.text(), entry.tools(), entry.paths());
            prop_assert!(!entry.role.is_empty());
        }
        let taken = Messages::of(&text);
        prop_assert_eq!(taken.window(0..all.len(), &taken.links()), all);
    }

    #[test]
    fn links_point_both_ways(messages in prop::collection::vec(any_message(), 0..8)) {
        let all = entries(&Value::from(messages).to_string());
        for entry in &all {
            for part in &entry.parts {
                if let Part::Call(Call { answered_at: Some(at), .. }) = part {
                    let answers = |part: &Part| matches!(part, Part::Result(answer) if answer.called_at == Some(entry.place));
                    prop_assert!(*at >= entry.place && all[*at as usize].parts.iter().any(answers));
                }
            }
        }
    }

    #[test]
    fn any_text_comes_to_entries(text in "[\\[\\]{}\":,\\\\u0-9a-f é\u{0}\n]{0,80}") {
        prop_assert_eq!(entries(&text).len(), count(&text));
    }

    #[test]
    fn wherever_it_is_cut_what_came_before_is_read(messages in prop::collection::vec(any_message(), 1..5), at in any::<prop::sample::Index>()) {
        let text = Value::from(messages).to_string();
        let end = (0..=at.index(text.len())).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
        let (whole, cut) = (entries(&text), entries(&text[..end]));
        for (n, entry) in cut.iter().enumerate().take(cut.len().saturating_sub(1)) {
            prop_assert_eq!(&entry.raw, &whole[n].raw);
        }
    }
}
