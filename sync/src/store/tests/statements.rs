//! Statements of people.

use std::sync::Arc;

use serde_json::{Value, json};

use super::overlaid::write;
use super::*;
use crate::model::{ColumnEdits, Overlay, Write, WriteState};
use crate::store::Reader;
use crate::text::Secrets;

fn ask(reader: &Reader, statement: &str) -> Result<Vec<Value>, String> {
    let mut rows = Vec::new();
    let mut each = |row: &[(&str, Value)]| {
        rows.push(Value::Object(row.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect()));
        true
    };
    reader.sql(statement, Secrets::Masked, &mut each).map_err(|error| error.to_string())?;
    Ok(rows)
}

async fn filled(place: &Place) -> Mirror {
    let mirror = place.open();
    let sessions = ListSpec { agent_join: Some("agents".into()), ..spec("a", "sessions", Kind::Session) };
    let lists = mirror.register(vec![sessions, spec("a", "agents", Kind::Agent)]).await.unwrap();
    let session = Incoming {
        columns: Columns {
            title: Some("fix it".into()),
            agent: Some("c1".into()),
            created_at: Some(time(1_000)),
            ..Columns::default()
        },
        ..row("s1", 1)
    };
    mirror.apply(lists[0], rows([session]), time(2_000)).await.unwrap();
    let agent = Incoming {
        join: Some(crate::model::JoinKey { key: "c1".into(), rank: 1 }),
        columns: Columns { status: Some("active".into()), ..Columns::default() },
        ..row("ag", 1)
    };
    mirror.apply(lists[1], rows([agent]), time(2_000)).await.unwrap();
    mirror
}

#[tokio::test]
async fn the_views_show_records_as_the_lists_do() {
    let place = Place::new();
    let mirror = filled(&place).await;
    let reader = mirror.reader().unwrap();
    let session = json!({
        "connection": "a", "platform": "turen", "collection": "sessions", "kind": "session", "id": "s1",
        "title": "fix it", "status": null, "agent": "ag", "project": null,
        "created_at": "1970-01-01T00:16:40Z", "updated_at": null, "confirmed_at": "1970-01-01T00:33:20Z",
        "gone_at": null, "pending": "[]", "doc": row("s1", 1).doc,
    });
    assert_eq!(ask(&reader, "SELECT * FROM sessions").unwrap(), [session]);
    let answer = ask(&reader, "SELECT count(*) AS n, max(json_extract(doc, '$.v')) AS v FROM records").unwrap();
    assert_eq!(answer, [json!({"n": 2, "v": 1})]);
    let answer = ask(&reader, "SELECT collection, list_live FROM lists ORDER BY collection").unwrap();
    assert_eq!(answer[1], json!({"collection": "sessions", "list_live": 1}));
    for view in
        ["agents", "runs", "approvals", "policies", "events", "others", "records", "lists", "problems", "writes"]
    {
        assert!(ask(&reader, &format!("SELECT * FROM {view}")).is_ok(), "{view}");
    }
}

#[tokio::test]
async fn whatever_is_not_reading_is_refused() {
    let place = Place::new();
    let mirror = filled(&place).await;
    let reader = mirror.reader().unwrap();
    let beside = place.folder.path().join("copy.db");
    for statement in [
        "DELETE FROM record".to_owned(),
        "INSERT INTO word (text) VALUES ('x')".to_owned(),
        "CREATE TEMP TABLE t (x)".to_owned(),
        "DROP VIEW sessions".to_owned(),
        format!("ATTACH '{}' AS other", beside.display()),
        format!("VACUUM INTO '{}'", beside.display()),
        "PRAGMA user_version = 7".to_owned(),
        "PRAGMA query_only = 0".to_owned(),
        "DELETE FROM writes".to_owned(),
        "CREATE TEMP VIEW agents AS SELECT 1".to_owned(),
        "PRAGMA wal_checkpoint(TRUNCATE)".to_owned(),
        "BEGIN IMMEDIATE".to_owned(),
        "SELECT load_extension('x')".to_owned(),
        "SELECT 1; SELECT 2".to_owned(),
        "SELECT 1; DROP TABLE record".to_owned(),
        "".to_owned(),
    ] {
        let refused = ask(&reader, &statement);
        assert!(refused.is_err(), "{statement}: {refused:?}");
    }
    assert!(!beside.exists());
    assert_eq!(ask(&reader, "SELECT count(*) AS n FROM records").unwrap(), [json!({"n": 2})]);
    assert!(ask(&reader, "SELECT * FROM pragma_table_info('records')").unwrap().len() > 10);
}

#[tokio::test]
async fn the_views_show_what_the_operator_sees() {
    let place = Place::new();
    let mirror = filled(&place).await;
    let columns = ColumnEdits { status: Some(Some("suspended".into())), ..ColumnEdits::default() };
    let agents = ListKey::new("a", "agents");
    let suspend = write(1, &agents, "ag", WriteState::Queued, columns);
    let failed = write(2, &agents, "ag", WriteState::Wedged, ColumnEdits::default());
    let mut create = write(3, &agents, "", WriteState::Queued, ColumnEdits::default());
    create.intent.target = None;
    let overlay = Overlay::of([&suspend, &failed, &create]);
    let reader = mirror.reader().unwrap().over(Arc::new(overlay));
    let answer = ask(&reader, "SELECT id, title, status FROM agents WHERE status = 'suspended'").unwrap();
    assert_eq!(answer, [json!({"id": "ag", "title": null, "status": "suspended"})]);
    assert_eq!(ask(&reader, "SELECT * FROM agents WHERE status = 'active'").unwrap(), Vec::<Value>::new());
    let answer =
        ask(&reader, "SELECT id, pending ->> '$[1].state' AS state FROM records WHERE pending <> '[]'").unwrap();
    assert_eq!(answer, [json!({"id": "ag", "state": "wedged"})]);
    let answer = ask(&reader, "SELECT id, target, action, state, deadline FROM writes WHERE state = 'queued'").unwrap();
    let line = |write: &Write| json!({"id": write.id, "target": write.intent.target, "action": "suspend", "state": "queued", "deadline": null});
    assert_eq!(answer, [line(&suspend), line(&create)]);
    let answer = ask(&reader, "SELECT * FROM sessions").unwrap();
    let bare = ask(&mirror.reader().unwrap(), "SELECT * FROM sessions").unwrap();
    assert_eq!(answer, bare, "what nobody decided on is as it was, column for column");
}

#[tokio::test]
async fn a_wrong_statement_says_what_there_is() {
    let place = Place::new();
    let mirror = filled(&place).await;
    let reader = mirror.reader().unwrap();
    let error = ask(&reader, "SELECT * FROM session").unwrap_err();
    assert!(error.starts_with("no such table: session; there are agents, sessions, runs"), "{error}");
    let error = ask(&reader, "SELECT titel FROM sessions").unwrap_err();
    assert!(error.starts_with("no such column: titel; "), "{error}");
    let error = ask(&reader, "SELEC 1").unwrap_err();
    assert!(error.contains("syntax error"), "{error}");
}

#[tokio::test]
async fn a_statement_that_cuts_a_document_cannot_show_the_rest_of_a_secret() {
    let place = Place::new();
    let mirror = place.open();
    let lists = mirror.register(vec![spec("a", "sessions", Kind::Session)]).await.unwrap();
    let secret = "hunter2!Zx9";
    let doc = format!(r#"{{"id":"s1","env":{{"DB_PASSWORD":"{secret}"}}}}"#);
    let titled = Columns { title: Some(format!("password={secret}")), ..Columns::default() };
    mirror.apply(lists[0], rows([Incoming { doc, columns: titled, ..row("s1", 1) }]), time(2_000)).await.unwrap();
    let reader = mirror.reader().unwrap();
    let cut = "SELECT substr(doc, instr(doc, 'WORD') + 9, 9) AS a, substr(title, 10, 9) AS b FROM sessions";
    let shown = |secrets| {
        let mut said = String::new();
        let mut each = |row: &[(&str, Value)]| {
            said.push_str(&format!("{row:?}"));
            true
        };
        reader.sql(cut, secrets, &mut each).unwrap();
        said
    };
    let masked = shown(Secrets::Masked);
    assert!(!masked.contains("nter2") && masked.matches("asked").count() == 2, "{masked}");
    assert!(shown(Secrets::Revealed).contains("nter2"));
}

#[tokio::test]
async fn the_caller_can_stop_in_the_middle() {
    let place = Place::new();
    let mirror = filled(&place).await;
    let mut seen = 0;
    mirror
        .reader()
        .unwrap()
        .sql(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n",
            Secrets::Masked,
            &mut |_| {
                seen += 1;
                seen < 3
            },
        )
        .unwrap();
    assert_eq!(seen, 3);
}
