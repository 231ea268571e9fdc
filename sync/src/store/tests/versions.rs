//! Files of every version of the schema, as programs of their time left them.

use super::*;
use crate::model::{Query, Scope};

/// One dump per version, oldest first, as `sqlite3 mirror.db .dump` writes it, with the two numbers that it leaves out.
/// Never edited.
const DUMPS: &[&str] = &[
    include_str!("../../../migrations/dumps/0001.sql"),
    include_str!("../../../migrations/dumps/0002.sql"),
    include_str!("../../../migrations/dumps/0003.sql"),
    include_str!("../../../migrations/dumps/0004.sql"),
    include_str!("../../../migrations/dumps/0005.sql"),
    include_str!("../../../migrations/dumps/0006.sql"),
];

/// Every dump holds the same: two sessions of connection `main`, one of them gone, and the agent they belong to.
#[tokio::test]
async fn a_mirror_of_any_version_is_read_and_goes_on() {
    for dump in DUMPS {
        let place = Place::new();
        rusqlite::Connection::open(place.path()).unwrap().execute_batch(dump).unwrap();
        let mirror = place.open();
        let reader = mirror.reader().unwrap();
        let query = Query { gone: true, ..Query::newest(Scope { kinds: vec![Kind::Session], ..Scope::default() }) };
        let rows = reader.window(&query).unwrap().rows;
        let shown: Vec<_> = rows
            .iter()
            .map(|row| (row.id.as_str(), row.title.as_deref(), row.agent_title.as_deref(), row.gone_at.is_some()))
            .collect();
        let expected = [("s2", Some("second"), Some("builder"), false), ("s1", Some("first"), Some("builder"), true)];
        assert_eq!(shown, expected);
        assert_eq!(reader.record(rows[0].key).unwrap().unwrap().doc, row("s2", 1).doc);
        let fresh = reader.freshness().unwrap();
        assert_eq!((fresh.len(), fresh[1].mirror_count, fresh[1].gone_count, fresh[1].problems), (2, 1, 1, 1));
        // From version 2 on it knows a budget.
        assert!(reader.budgets().unwrap().iter().all(|told| told.budget.remaining == Some(80)));
        // From version 3 on it knows what was said.
        let said = reader.content(rows[0].key).unwrap().map(|content| content.messages);
        let expected = r#"[{"type": "user", "content": "second"}, {"type": "assistant", "n": 1.50}]"#;
        assert!(said.as_deref().is_none_or(|said| said == expected), "{said:?}");
        assert!(said.is_some() || ["user_version = 1;", "user_version = 2;"].iter().any(|old| dump.contains(old)));
        // What was active when is counted, in files that were made before it was, too.
        let edges = [Timestamp::MIN, Timestamp::MAX];
        let paced = |gone| {
            reader.pace(&query.scope, gone, &edges).unwrap().iter().flat_map(|paced| paced.counts.clone()).sum::<u64>()
        };
        assert_eq!((paced(false), paced(true)), (1, 1));
        // Each file made or brought up to date has an identity of its own, and keeps it.
        let identity = reader.identity().unwrap();
        assert!(identity.is_some() && identity == mirror.reader().unwrap().identity().unwrap());
        let head = reader.feed_head().unwrap();
        let sessions = list(&mirror, "main", "sessions", Kind::Session).await;
        let again = Batch { rows: vec![row("s1", 1), row("s2", 1), row("s3", 1)], ..Batch::default() };
        let applied = mirror.apply(sessions, again, time(90)).await.unwrap();
        assert_eq!((applied.inserted, applied.updated, applied.unchanged), (1, 1, 1));
        assert!(reader.feed_head().unwrap() > head);
        let version: i64 = rusqlite::Connection::open(place.path())
            .unwrap()
            .pragma_query_value(None, "user_version", |row| row.get(0))
            .unwrap();
        assert_eq!(version, DUMPS.len() as i64);
    }
}
