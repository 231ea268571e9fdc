//! Numbers of a real mirror: each leads to a list of as many.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use quarterdeck_sync::model::{Columns, CountOf, Filter, Incoming, Kind, ListKey, Query, Scope};
use quarterdeck_sync::platform::manifest::Figures;
use quarterdeck_sync::store::{Access, Batch, ListSpec, Mirror, Reader};
use serde_json::{Value, json};

use super::*;
use crate::filter;

/// One row: id, status, the day of it, and its document.
type Told<'a> = (&'a str, Option<&'a str>, i64, Value);

fn now() -> Timestamp {
    "2026-03-10T12:00:00Z".parse().expect("a time")
}

fn fill(mirror: &Mirror, collection: &str, kind: Kind, rows: &[Told<'_>], gone: &[&str]) {
    let key = ListKey::new("prod", collection);
    let spec = ListSpec { key, platform: "any".to_owned(), kind, agent_join: None, agent_list: None, content: None };
    let rows: Vec<Incoming> = rows
        .iter()
        .map(|(id, status, days, doc)| Incoming {
            id: (*id).to_owned(),
            columns: Columns {
                status: status.map(str::to_owned),
                updated_at: Some(now() - SignedDuration::from_hours(24 * days)),
                ..Columns::default()
            },
            join: None,
            hash: 1,
            doc: doc.to_string(),
        })
        .collect();
    let gone = gone.iter().map(|id| (*id).to_owned()).collect();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let list = mirror.register(vec![spec]).await.expect("a list")[0];
        mirror.apply(list, Batch { rows, ..Batch::default() }, now()).await.expect("rows");
        mirror.apply(list, Batch { gone, ..Batch::default() }, now()).await.expect("gone rows");
    });
}

/// How many a list shows that is opened with this.
fn shown(reader: &Reader, kind: Kind, typed: &str, fixed: Filter, gone: bool) -> u64 {
    let read = filter::typing(typed, &now().to_zoned(TimeZone::UTC));
    assert_eq!(read.notes, [], "{typed}");
    let scope = Scope { kinds: vec![kind], ..Scope::default() };
    let query =
        Query { filter: Filter::And(vec![fixed, read.filter]), gone: gone || read.gone, ..Query::newest(scope) };
    match reader.count(&query, 1_000).expect("a count") {
        CountOf::Exact(count) => count,
        CountOf::AtLeast(_) => panic!("few rows are counted one by one"),
    }
}

#[test]
fn what_is_counted_is_what_its_list_shows() {
    let home = tempfile::tempdir().expect("a folder");
    let mirror = Mirror::open(&home.path().join("mirror.db"), Access::ReadWrite).expect("a mirror");
    let agents = [
        ("a1", Some("active"), 0, json!({"id": "a1", "os": "linux", "version": "1.4.2", "name": "web"})),
        ("a2", Some("active"), 0, json!({"id": "a2", "os": "Linux", "version": "1.4.20", "min_version": "1.4.2"})),
        ("a3", Some("active_again"), 0, json!({"id": "a3", "os": "darwin", "version": "1.4.2", "name": "linux"})),
        ("a4", None, 0, json!({"id": "a4", "os": null, "platform": "linux"})),
        ("a5", Some("active"), 0, json!({"id": "a5", "os": "linux", "version": "1.4.2"})),
    ];
    fill(&mirror, "agents", Kind::Agent, &agents, &["a5"]);
    let session = |id: &'static str, days| (id, None, days, json!({ "id": id }));
    fill(&mirror, "sessions", Kind::Session, &[session("s1", 1), session("s2", 1), session("s3", 1)], &["s1", "s2"]);
    let event = |id: &'static str, status: Option<&'static str>| (id, status, 1, json!({ "id": id }));
    let events = [
        event("e1", Some("block")),
        event("e2", Some("Block")),
        event("e3", Some("blocked")),
        event("e4", None),
        event("e5", None),
    ];
    fill(&mirror, "events", Kind::Event, &events, &["e2", "e4"]);
    let reader = mirror.reader().expect("a reader");
    let at = |places: &[&str]| places.iter().map(|place| (*place).to_owned()).collect::<Vec<_>>();
    let figures = Figures { version: at(&["/version"]), system: at(&["/os", "/platform"]), ..Figures::default() };
    let figured = [(ListKey::new("prod", "agents"), figures)];
    let numbers = gather(&reader, &figured, &now().to_zoned(TimeZone::UTC)).expect("numbers");

    for (of, shares) in [(Of::Version, &numbers.versions), (Of::System, &numbers.systems)] {
        assert!(shares.items.len() > 1, "{shares:?}");
        for share in &shares.items {
            let found = shown(&reader, Kind::Agent, "", numbers.having(of, share), false);
            assert_eq!(found, share.count, "{share:?}");
        }
    }
    let linux = numbers.systems.items.iter().find(|share| share.label.eq_ignore_ascii_case("linux")).expect("linux");
    assert_eq!(linux.count, 3, "what is only called so is another matter");
    for share in &numbers.agents.items {
        let typed = format!("status:\"{}\"", share.label);
        assert_eq!(shown(&reader, Kind::Agent, &typed, Filter::All, false), share.count, "{share:?}");
    }
    let (day, date) = (numbers.sessions[numbers.days.len() - 2], numbers.days[numbers.days.len() - 2]);
    assert_eq!((day.here(), day.gone), (3, 2));
    assert_eq!(shown(&reader, Kind::Session, &format!("on:{date}"), Filter::All, true), 3);
    assert_eq!(numbers.outcomes.len(), 3, "{:?}", numbers.outcomes);
    for series in &numbers.outcomes {
        let outcome = series.label.as_ref().map_or("-outcome:*".to_owned(), |label| format!("outcome:\"{label}\""));
        let found = shown(&reader, Kind::Event, &format!("{outcome} on:{date}"), numbers.counted_events(), true);
        assert_eq!(found, series.counts[numbers.days.len() - 2], "{series:?}");
    }
}
