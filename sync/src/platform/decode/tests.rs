use std::sync::Arc;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::platform::{Manifest, Registry};

fn manifest(platform: &str) -> Arc<Manifest> {
    Registry::builtin().get(platform).unwrap()
}

fn decoder(platform: &str, collection: &str) -> Decoder {
    Decoder::new(&manifest(platform).collections[collection])
}

fn ask(at: At) -> PageAsk {
    PageAsk { collection: String::new(), partition: None, at, size: None, since: None, etag: None, last_modified: None }
}

fn page(platform: &str, collection: &str, body: &str) -> Page {
    decoder(platform, collection).page(&ask(At::Start), body.as_bytes()).unwrap()
}

fn ids(page: &Page) -> Vec<&str> {
    page.rows.iter().map(|row| row.id.as_str()).collect()
}

const SESSION: &str = r#"{
      "id": 123, "session_id": "sess_abc123", "client_id": "a1b2", "project_path": "/Users/john/project",
      "first_prompt": "Help me \"refactor\" caf\u00e9", "created_at": "2026-02-17T09:00:00Z",
      "modified_at": "2026-02-17T09:45:00Z", "size_bytes": 45200, "future": [1.0e2, {"deep": null}] }"#;

#[test]
fn a_session_arrives_with_its_columns_and_its_text_untouched() {
    let body = format!(
        r#"{{"sessions": [{SESSION}], "pagination": {{"limit": 20, "offset": 0, "total": 847, "has_more": true}}}}"#
    );
    let page = page("turen", "sessions", &body);
    let row = &page.rows[0];
    assert_eq!(row.id, "123");
    assert_eq!(row.doc, SESSION);
    assert_eq!(row.columns.title.as_deref(), Some("Help me \"refactor\" café"));
    assert_eq!(row.columns.agent.as_deref(), Some("a1b2"));
    assert_eq!(row.columns.project.as_deref(), Some("/Users/john/project"));
    assert_eq!(row.columns.updated_at.unwrap().to_string(), "2026-02-17T09:45:00Z");
    assert_eq!(page.order_by, [Some("2026-02-17T09:45:00Z".to_owned())]);
    assert_eq!(
        (page.style, page.total, page.has_more, page.limit, page.offset, page.asked),
        (Style::Offset, Some(847), Some(true), Some(20), Some(0), Some(100))
    );
}

/// Shapes of one list: (manifest's collection, reply, ids, style, total, has_more, next cursor).
type Shape = (
    &'static str,
    &'static str,
    &'static str,
    &'static [&'static str],
    Style,
    Option<u64>,
    Option<bool>,
    Option<&'static str>,
);

#[test]
fn rows_and_paging_are_believed_from_the_reply() {
    let shapes: &[Shape] = &[
        (
            "turen",
            "agents",
            r#"{"agents":[{"id":"a"}],"pagination":{"limit":50,"offset":0,"total":1,"has_more":false}}"#,
            &["a"],
            Style::Offset,
            Some(1),
            Some(false),
            None,
        ),
        (
            "turen",
            "agents",
            r#"{"data":[{"id":"a"}],"pagination":{"limit":"50","offset":"0","total":"2","has_more":"true"}}"#,
            &["a"],
            Style::Offset,
            Some(2),
            Some(true),
            None,
        ),
        ("turen", "agents", r#"[{"id":"a"},{"id":"b"}]"#, &["a", "b"], Style::Offset, None, None, None),
        (
            "turen",
            "agents",
            r#"{"registered_agents":[{"id":"a"}],"total":1.0,"limit":50,"offset":0}"#,
            &["a"],
            Style::Offset,
            Some(1),
            None,
            None,
        ),
        (
            "turen",
            "agents",
            r#"{"agents":null,"pagination":{"limit":50,"offset":0,"total":0,"has_more":false}}"#,
            &[],
            Style::Offset,
            Some(0),
            Some(false),
            None,
        ),
        ("turen", "agents", r#"{"data":null,"agents":[{"id":"a"}]}"#, &["a"], Style::Offset, None, None, None),
        (
            "turen",
            "agents",
            r#"{"data":[{"id":"a"}],"pagination":{"nextCursor":"zz","hasMore":true,"totalCount":9}}"#,
            &["a"],
            Style::Cursor,
            Some(9),
            Some(true),
            Some("zz"),
        ),
        (
            "exo",
            "agents",
            r#"{"data":[{"id":"a"}],"pagination":{"next_cursor":"c2","has_more":true,"total":42}}"#,
            &["a"],
            Style::Cursor,
            Some(42),
            Some(true),
            Some("c2"),
        ),
        (
            "exo",
            "agents",
            r#"{"data":[{"id":"a"}],"pagination":{"next_cursor":null,"has_more":false,"total":42}}"#,
            &["a"],
            Style::Cursor,
            Some(42),
            Some(false),
            None,
        ),
        ("exo", "agents", r#"[{"id":"a"}]"#, &["a"], Style::Whole, None, None, None),
        (
            "exo",
            "runs",
            r#"{"runs":[{"id":"r"}],"total":7,"limit":100,"offset":0}"#,
            &["r"],
            Style::Offset,
            Some(7),
            None,
            None,
        ),
        (
            "exo",
            "runs",
            r#"{"data":[{"id":"r"}],"pagination":{"next_cursor":"n","has_more":true,"total":7}}"#,
            &["r"],
            Style::Cursor,
            Some(7),
            Some(true),
            Some("n"),
        ),
        ("exo", "tools", r#"[{"id":"builtin:web"}]"#, &["builtin:web"], Style::Whole, None, None, None),
        (
            "exo",
            "tools",
            r#"{"data":[{"id":"t"}],"pagination":{"next_cursor":"n","has_more":true,"total":7}}"#,
            &["t"],
            Style::Cursor,
            Some(7),
            Some(true),
            Some("n"),
        ),
        ("runagents", "approvals", r#"[{"id":"q"}]"#, &["q"], Style::Whole, None, None, None),
        (
            "runagents",
            "approvals",
            r#"{"requests":[{"id":"q"}],"has_more":true,"total":3}"#,
            &["q"],
            Style::Offset,
            Some(3),
            Some(true),
            None,
        ),
        (
            "runagents",
            "approvals",
            r#"{"items":[{"id":"q"}],"next":"https://x/requests?cursor=abc%3D&limit=1"}"#,
            &["q"],
            Style::Cursor,
            None,
            Some(true),
            Some("abc="),
        ),
        (
            "runagents",
            "approvals",
            r#"{"items":[{"id":"q"}],"next":null}"#,
            &["q"],
            Style::Whole,
            None,
            Some(false),
            None,
        ),
        ("runagents", "approvals", r#"{"result":{"entries":[{"id":"q"}]}}"#, &["q"], Style::Whole, None, None, None),
        (
            "runagents",
            "catalog",
            r#"{"items":[{"id":"c"}],"page":1,"page_size":1,"total_pages":2,"total":2}"#,
            &["c"],
            Style::Page,
            Some(2),
            Some(true),
            None,
        ),
        ("runagents", "catalog", r#"[{"id":"c"}]"#, &["c"], Style::Page, None, None, None),
        (
            "turen",
            "session-calendar",
            r#"{"days":[{"date":"2026-02-01","count":12}],"total_count":40}"#,
            &["2026-02-01"],
            Style::Whole,
            None,
            None,
            None,
        ),
    ];
    for (platform, collection, body, rows, style, total, has_more, next) in shapes {
        let page = page(platform, collection, body);
        assert_eq!(ids(&page), *rows, "{body}");
        assert_eq!(page.style, *style, "{body}");
        assert_eq!((page.total, page.has_more), (*total, *has_more), "{body}");
        assert_eq!(page.next_cursor.as_deref(), *next, "{body}");
        assert!(page.bad.is_empty(), "{body}");
    }
}
