use jiff::Timestamp;
use jiff::tz::TimeZone;
use proptest::prelude::*;
use quarterdeck_index::query::{Ast, Node, NodeKind, Span};
use quarterdeck_index::{Matcher, has_words};
use quarterdeck_sync::content;
use quarterdeck_sync::model::{Kind, ListKey, Record, Row, RowKey};

use super::*;
use crate::search::fields;

fn record(doc: &str) -> Record {
    Record {
        row: Row {
            key: RowKey(4),
            title: Some("Refunds are captured twice".to_owned()),
            status: Some("active".to_owned()),
            agent: Some("7".to_owned()),
            agent_word: Some("client-1".to_owned()),
            agent_title: Some("web-01".to_owned()),
            project: Some("/home/lena/ledger".to_owned()),
            created_at: Some(Timestamp::from_second(5).unwrap()),
            gone_at: Some(Timestamp::UNIX_EPOCH),
            ..Row::bare(ListKey::new("prod", "sessions"), "turen", Kind::Session, "1042")
        },
        doc: doc.to_owned(),
    }
}

const DOC: &str = r#"{"id":1042,"first_prompt":"Refunds are captured twice","git_branch":"fix/refunds","agent_hostname":"deck.local",
    "created_at":"2026-02-17T09:00:00Z","is_subagent": true,"message_count":3,"note":"above 500 EUR"}"#;

const MESSAGES: &str = r#"[
    {"type":"user","content":"why twice?","timestamp":"2026-02-17T09:00:01Z"},
    {"type":"tool_use","tool":"file_edit","path":"src/refund.rs","input":{"file_path":"src/refund.rs","old_string":"let x\nwombat","new_string":"let y"}},
    {"type":"tool_result","tool":"bash","content":"error[E0277]: no","is_error":true}
]"#;

fn values(document: &quarterdeck_index::Document, facet: usize) -> Vec<&str> {
    document.all_facets().filter(|(known, _)| *known == facet).map(|(_, value)| value.as_str()).collect()
}

#[test]
fn a_record_is_found_by_its_columns_and_by_what_stands_in_its_document() {
    let documents = of(&record(DOC), &[]);
    assert_eq!(documents.len(), 1);
    let own = &documents[0];
    assert_eq!((own.place, own.at), (None, Some(5_000)));
    assert_eq!(own.title, "Refunds are captured twice\n1042");
    // What stands in the title is not repeated, times are no words, and what its agent is called may change.
    assert_eq!(own.text, "fix/refunds\ndeck.local\n3\nabove 500 EUR\nactive\n/home/lena/ledger");
    assert_eq!(values(own, fields::KIND), ["session"]);
    assert_eq!(values(own, fields::AGENT), ["prod/client-1"]);
    assert_eq!(values(own, fields::HOST), ["client-1", "deck.local"]);
    assert_eq!(values(own, fields::BRANCH), ["fix/refunds"]);
    assert_eq!(values(own, fields::IS), ["gone", "subagent"]);
    assert_eq!(values(own, fields::CONNECTION), ["prod"]);
}

#[test]
fn entries_have_the_facets_of_their_record_and_a_record_has_what_its_entries_have() {
    let documents = of(&record(DOC), &content::entries(MESSAGES));
    let places: Vec<Option<u32>> = documents.iter().map(|document| document.place).collect();
    assert_eq!(places, [None, Some(0), Some(1), Some(2)]);
    let [own, said, edit, failed] = &documents[..] else { panic!("four documents") };
    assert_eq!(values(own, fields::HAS), ["call", "diff", "error"]);
    assert_eq!((values(said, fields::KIND), values(said, fields::ROLE)), (vec!["user"], vec!["user"]));
    assert_eq!(values(said, fields::PROJECT), ["/home/lena/ledger"]);
    assert_eq!((values(edit, fields::KIND), values(edit, fields::PATH)), (vec!["tool"], vec!["src/refund.rs"]));
    assert_eq!(values(edit, fields::HAS), ["diff", "call"]);
    assert!(edit.text.contains("let x\nwombat"), "escapes are resolved: {:?}", edit.text);
    assert_eq!(values(failed, fields::HAS), ["error"]);
    assert!(
        documents[1..]
            .iter()
            .all(|document| document.title.is_empty() && values(document, fields::IS).contains(&"entry"))
    );
    // Without a time of its own an entry stands where its record does.
    assert_eq!((said.at, failed.at), (Some(1_771_318_801_000), Some(5_000)));
}

#[test]
fn a_message_that_is_all_escapes_and_packed_bytes_is_survived() {
    let absurd = format!(
        r#"[{{"type":"user","content":"\ud800 \u0000 é","data":"{}"}}, 7, null, [[[["deep"]]]]]"#,
        "QUJD".repeat(1_000)
    );
    let entries = content::entries(&absurd);
    assert_eq!(entries.len(), 4);
    let texts: Vec<String> = entries.iter().map(entry_text).collect();
    assert!(texts[0].contains('é') && texts[0].contains("QUJDQUJD") && texts[0].len() < 200, "{texts:?}");
    assert!(texts[3].contains("deep"), "{texts:?}");
}

#[test]
fn a_session_that_leaks_is_known_by_the_message_that_does_however_it_was_sent() {
    let token = format!("ghp_{}", "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8");
    let leaks = |messages: &str| {
        let documents = of(&record(DOC), &content::entries(messages));
        documents[1..].iter().map(|entry| values(entry, fields::HAS).contains(&"secret")).collect::<Vec<_>>()
    };
    let sent = format!(
        r#"[{{"type":"user","content":"hello"}},{{"type":"user","content":"use\n{token}\nnow"}},
        {{"type":"tool_use","tool":"http","input":{{"headers":{{"x":1}},"args":"{{\"key\":\"{token}\"}}"}}}}, "{token}"]"#
    );
    assert_eq!(leaks(&sent), [false, true, true, true]);
    let cut = format!(r#"[{{"type":"user","content":"hello"}}, {{"type":"user", {token}"#);
    assert_eq!(leaks(&cut), [false, true], "what is no JSON leaks too");
}

#[test]
fn words_in_colour_are_words() {
    for (text, words) in [
        ("\u{1b}[31merror\u{1b}[0m: no", "error: no"),
        ("\u{9b}1;4mx\u{1b}", "x"),
        ("\u{1b}[38;5;", ""),
        ("\u{1b}[ü plain", "ü plain"),
    ] {
        assert_eq!(uncoloured(text), words, "{text:?}");
    }
}

fn finds(text: &str, asked: NodeKind) -> bool {
    let ast = Ast { root: Node { kind: asked, span: Span::new(0, 0) } };
    let document = Document { text: text.to_owned(), ..Document::default() };
    Matcher::new(&ast, fields::ASKS, &Timestamp::UNIX_EPOCH.to_zoned(TimeZone::UTC)).holds(&document)
}

/// The text of the one entry that a message is.
fn text_of(message: &serde_json::Value) -> String {
    entry_text(&content::entries(&format!("[{message}]"))[0])
}

/// Everything in these messages is found at their entries, but for the words behind the bar.
#[test]
fn what_stands_in_a_message_is_found_whatever_else_does() {
    let messages = [
        (
            r#"{"type":"tool_use","tool":"http","input":{"url":"https://api.acme.dev/deployments/17","method":"deploy"}}"#,
            "deploy api.acme.dev",
        ),
        (
            r#"{"type":"tool_result","tool":"x","content":{"error":"2026-03-10 09:12:44 OOMKilled pod-7"}}"#,
            "OOMKilled 2026 pod-7",
        ),
        (r#"{"type":"x","error":"2026-03-10 09:12:44 OOMKilled pod-7"}"#, "OOMKilled pod-7 2026-03-10"),
        (r#"{"type":"tool_use","tool":"logs","input":{"since":"2026-11-20T10:00:00Z"}}"#, "2026-11-20 10:00"),
        (r#"{"type":"tool_use","tool":"w","input":{"files":{"src/auth.rs":"x"}}}"#, "src/auth.rs"),
        (r#"{"type":"tool_use","tool":"w","input":{"headers":{"X-Idempotency-Key":"k"}}}"#, "X-Idempotency-Key"),
        (
            r#"{"type":"function_call","name":"w","arguments":"{\"deployTarget\":\"eu\",\"type\":\"canary\"}"}"#,
            "deployTarget canary target",
        ),
        (
            r#"{"event_id":"e","run_id":"r","type":"TOOL_CALL","data":{"tool_id":"http","zebraMode":true}}"#,
            "zebraMode zebra",
        ),
        (
            r#"{"name":"fetch","type":"tool","status":"completed","input":{"okapi":1},"output":{"quagga":"ok"}}"#,
            "okapi quagga",
        ),
    ];
    for (message, words) in messages {
        let text = text_of(&serde_json::from_str(message).unwrap());
        for word in words.split(' ') {
            assert!(finds(&text, NodeKind::Word(word.to_owned())), "{word} in {message}: {text}");
        }
    }
    // When a message was said is no word of it, and neither is how it is built.
    let text = text_of(
        &serde_json::json!({"type": "user", "role": "user", "content": "hi", "timestamp": "2026-11-20T10:00:00Z",
        "data": {"started_at": "2026-11-20T10:00:00Z"}}),
    );
    assert!(
        !finds(&text, NodeKind::Word("2026".to_owned())) && !finds(&text, NodeKind::Word("user".to_owned())),
        "{text}"
    );
}

#[test]
fn a_long_word_is_found_by_its_beginning_in_a_record_too() {
    let packed = "iVBORw0KGgoAAAANSUhEUgAAAe8xQ2".repeat(40);
    let path = "deeply/nested-folder/of_names/".repeat(12);
    let text = record_text(&record(&serde_json::json!({"packed": packed, "path": path}).to_string()));
    assert!(finds(&text, NodeKind::Prefix(packed[..30].to_owned())), "{text}");
    assert!(finds(&text, NodeKind::Phrase(packed[..64].to_owned())) && text.len() < 1_000, "{text}");
    assert!(finds(&text, NodeKind::Phrase("of_names/deeply".to_owned())), "{text}");
}

#[test]
fn a_seal_on_a_thought_is_no_word_of_it() {
    let seal = "EqQBCkgIARABGAIiQL8xQ2".repeat(30);
    let thought = serde_json::json!({"type": "thinking", "thinking": "let me see", "signature": seal});
    let text =
        text_of(&serde_json::json!({"type": "assistant", "message": {"role": "assistant", "content": [thought]}}));
    assert_eq!(text, "let me see");
}

/// Texts of which some stand in others, with and without whole words.
fn piece() -> impl Strategy<Value = String> {
    let known = [
        "deploy",
        "deployments",
        "re-deploy",
        "https://api.acme.dev/deployments/17",
        "api.acme.dev",
        "17",
        "2026-03-10 09:12:44 OOMKilled pod-7",
        "2026-11-20T10:00:00Z",
        "pod-7",
        "parseAuthToken",
        "Auth",
        "部署失败了",
        "失败",
        "a: b, c",
        "Straße",
        "🚀",
    ];
    prop_oneof![
        3 => prop::sample::select(known.to_vec()).prop_map(str::to_owned),
        1 => "[a-c]{1,3}([ ,:./_-][a-c]{1,3}){0,3}",
        1 => any::<String>(),
    ]
}

fn value() -> impl Strategy<Value = serde_json::Value> {
    let key = prop::sample::select(vec!["url", "since", "error", "deploy", "X-Trace", "note", "files", "b"]);
    piece().prop_map(serde_json::Value::from).prop_recursive(3, 12, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(serde_json::Value::from),
            prop::collection::btree_map(key.clone().prop_map(str::to_owned), inner, 0..4)
                .prop_map(|members| serde_json::Value::Object(members.into_iter().collect())),
        ]
    })
}

/// Every string of a value.
fn strings(value: &serde_json::Value) -> Vec<&str> {
    match value {
        serde_json::Value::String(text) => vec![text],
        serde_json::Value::Array(items) => items.iter().flat_map(strings).collect(),
        serde_json::Value::Object(members) => members.values().flat_map(strings).collect(),
        _ => Vec::new(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn every_string_of_a_message_is_found_at_its_entry_whole_and_by_each_of_its_words(value in value()) {
        let messages = [
            serde_json::json!({"type": "tool_use", "tool": "t", "input": value}),
            serde_json::json!({"type": "tool_result", "tool": "t", "content": value}),
            serde_json::json!({"type": "tool_result", "tool": "t", "content": value.to_string()}),
            serde_json::json!({"event_id": "e", "run_id": "r", "type": "TOOL_RESPONSE", "data": {"tool_id": "t", "result": value}}),
            serde_json::json!({"event_id": "e", "run_id": "r", "type": "TOOL_CALL", "data": value}),
            serde_json::json!({"name": "s", "type": "tool", "status": "completed", "input": value, "output": value}),
            serde_json::json!({"type": "of its own", "whatever": value}),
        ];
        for message in messages {
            let text = text_of(&message);
            for said in strings(&value) {
                // JSON in a string is looked into, and what colours a terminal is no text.
                if said.trim_start().starts_with(['{', '[']) || said.contains(['\u{1b}', '\u{9b}']) {
                    continue;
                }
                let found = |asked: NodeKind| finds(&text, asked);
                prop_assert!(!has_words(said) || found(NodeKind::Phrase(said.to_owned())), "{said:?} in {message}: {text:?}");
                for word in said.split_whitespace().filter(|word| has_words(word)) {
                    prop_assert!(found(NodeKind::Word(word.to_owned())), "{word:?} in {message}: {text:?}");
                }
            }
        }
    }
}
