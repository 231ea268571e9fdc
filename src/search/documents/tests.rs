use jiff::Timestamp;
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
            agent: Some("client-1".to_owned()),
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
    document.facets.iter().filter(|(known, _)| *known == facet).map(|(_, value)| value.as_str()).collect()
}

#[test]
fn a_record_is_found_by_its_columns_and_by_what_stands_in_its_document() {
    let documents = of(&record(DOC), &[]);
    assert_eq!(documents.len(), 1);
    let own = &documents[0];
    assert_eq!((own.place, own.at), (None, Some(5_000)));
    assert_eq!(own.title, "Refunds are captured twice\n1042");
    // What stands in title and columns is not repeated, and times are no words.
    assert_eq!(own.text, "active\nweb-01\n/home/lena/ledger\nfix/refunds\ndeck.local\n3\nabove 500 EUR");
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
    assert!(texts[0].contains('é') && !texts[0].contains("QUJDQUJD"), "{texts:?}");
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
