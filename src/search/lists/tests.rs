use std::collections::BTreeMap;

use proptest::prelude::*;
use quarterdeck_index::Effort;
use quarterdeck_sync::model::{
    Base, By, ColumnEdits, Columns, ContentPolicy, ContentSource, Effect, Incoming, Intent, JoinKey, Kind, ListId,
    Order as Way, Overlay, Scope, Sort, Timestamp, Write, WriteId, WriteState,
};
use quarterdeck_sync::store::{Access, Batch, ListSpec, Mirror, NewContent};
use serde_json::json;

use super::*;
use crate::filter;
use crate::search::{Indexer, Searcher};

/// Texts of records and of what is said in them, in numbers.
const TEXTS: [&str; 7] = [
    "deploy failed",
    "redeploy web-01",
    "rollback of parseAuthToken",
    "quiet",
    "deployment 17",
    "部署失败",
    "exit code E0277",
];

/// A session in numbers: its title, its text, what is said in it (0: no content is held), and when it was active.
type Seed = (usize, usize, usize, i64);

fn seed() -> impl Strategy<Value = Seed> {
    (0..TEXTS.len(), 0..TEXTS.len(), 0..4usize, 0..9i64)
}

fn time(second: i64) -> Timestamp {
    Timestamp::from_second(1_780_000_000 + second).expect("a time")
}

fn incoming(number: usize, &(title, text, _, active): &Seed, hash: u64) -> Incoming {
    let columns = Columns {
        title: Some(TEXTS[title].to_owned()),
        status: Some(if number.is_multiple_of(2) { "active" } else { "failed" }.to_owned()),
        agent: Some(format!("client-{}", number % 2)),
        updated_at: Some(time(active)),
        ..Columns::default()
    };
    let doc = json!({"id": number, "note": TEXTS[text], "stamp": hash, "git_branch": format!("topic/{}", number % 3)});
    Incoming { id: number.to_string(), columns, join: None, hash, doc: doc.to_string() }
}

fn messages(said: usize) -> Option<String> {
    let said = match said {
        1 => json!([{"type": "user", "content": "hello"}]),
        2 => json!([{"type": "tool_result", "tool": "bash", "is_error": true, "content": "error: it broke"}]),
        3 => {
            json!([{"type": "assistant", "content": "AKIAIOSFODNN7EXAMPLQ is the key"}, {"type": "user", "content": "deploy"}])
        }
        _ => return None,
    };
    Some(said.to_string())
}

struct World {
    home: tempfile::TempDir,
    mirror: Mirror,
    list: ListId,
    agents: ListId,
    runtime: tokio::runtime::Runtime,
    changes: u64,
}

impl World {
    fn new() -> Self {
        let home = tempfile::tempdir().expect("a folder");
        let mirror = Mirror::open(&home.path().join("mirror.db"), Access::ReadWrite).expect("a mirror");
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        let agents = ListSpec {
            key: ListKey::new("prod", "agents"),
            platform: "turen".to_owned(),
            kind: Kind::Agent,
            agent_join: None,
            agent_list: None,
            content: None,
        };
        let spec = ListSpec {
            key: ListKey::new("prod", "sessions"),
            kind: Kind::Session,
            agent_join: Some("agents".to_owned()),
            content: Some(ContentSource::Fetched { changed: vec!["/stamp".to_owned()] }),
            ..agents.clone()
        };
        let lists = runtime.block_on(mirror.register(vec![spec, agents])).expect("registered");
        Self { home, mirror, list: lists[0], agents: lists[1], runtime, changes: 0 }
    }

    fn folder(&self) -> std::path::PathBuf {
        self.home.path().join("search")
    }

    fn apply(&mut self, number: usize, seed: &Seed) {
        self.changes += 1;
        let rows = vec![incoming(number, seed, self.changes)];
        let now = time(100);
        self.runtime.block_on(async {
            self.mirror.apply(self.list, Batch { rows, ..Batch::default() }, now).await.expect("applied");
            let Some(messages) = messages(seed.2) else { return };
            self.mirror.plan_content(ContentPolicy::All, u64::MAX, now).await.expect("planned");
            let reader = self.mirror.reader().expect("a reader");
            let due = reader.due_content(self.list, ContentPolicy::All, now, None, 100).expect("readable");
            if let Some(due) = due.into_iter().find(|due| due.id == number.to_string()) {
                let got = NewContent::Messages { messages, count: 2, etag: None, partial: false };
                self.mirror.keep_content(due, got, now).await.expect("kept");
            }
        });
    }

    /// The agent of every other session is called so from now on; each time it has registered anew.
    fn rename(&mut self, title: usize) {
        self.changes += 1;
        let columns = Columns { title: Some(TEXTS[title].to_owned()), ..Columns::default() };
        let join = Some(JoinKey { key: "client-1".to_owned(), rank: self.changes.cast_signed() });
        let id = format!("agent-{}", self.changes);
        let rows = vec![Incoming { id, columns, join, hash: self.changes, doc: "{}".to_owned() }];
        let applied = self.mirror.apply(self.agents, Batch { rows, ..Batch::default() }, time(100));
        self.runtime.block_on(applied).expect("applied");
    }

    /// Brings the index up, `steps` at a time: few leave it being filled.
    fn follow(&self, steps: usize) {
        let mut indexer = Indexer::open(&self.folder(), Effort::FOLLOW).expect("an index");
        let reader = self.mirror.reader().expect("a reader");
        for _ in 0..steps {
            if !indexer.step(&reader).expect("a step").more {
                break;
            }
        }
        indexer.commit().expect("committed");
    }

    fn searcher(&self) -> Searcher {
        Searcher::new(self.mirror.clone(), &self.home.path().join("outbox.db"), &self.folder())
    }
}

fn keys(reader: &Reader, query: &Query) -> (Vec<RowKey>, quarterdeck_sync::model::CountOf) {
    let rows = reader.window(query).expect("a window").rows;
    (rows.into_iter().map(|row| row.key).collect(), reader.count(query, 1_000).expect("a count"))
}

fn question() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "deploy",
        "dep*",
        "\"deploy failed\"",
        "auth",
        "失败",
        "~deplyo",
        "/deploy.*/",
        "title:web",
        "branch:topic/1",
        "has:error",
        "has:secret",
        "role:user",
        "tool:bash",
        "kind:tool",
        "status:failed",
        "id:1",
        "after:2026-05-28T20:26:44Z",
        "is:pending",
        "E0277",
        "quiet",
        "agent:quiet",
        "agent:client-1",
        "agent:agent-*",
    ]);
    let joint = prop::sample::select(vec![" ", " OR ", " -"]);
    prop::collection::vec((piece, joint), 1..4).prop_map(|pieces| {
        let text: String = pieces.into_iter().flat_map(|(piece, joint)| [piece, joint]).collect();
        text.trim_end_matches([' ', '-']).trim_end_matches(" OR").to_owned()
    })
}

fn write(number: usize, target: usize) -> Write {
    let title = if number.is_multiple_of(2) { Some(Some("deploy queued".to_owned())) } else { None };
    let columns = ColumnEdits { title, ..ColumnEdits::default() };
    let now = time(50);
    Write {
        id: WriteId::new(format!("{number:026}")),
        intent: Intent {
            connection: "prod".to_owned(),
            platform: "turen".to_owned(),
            collection: "sessions".to_owned(),
            kind: Kind::Session,
            action: "rename".to_owned(),
            verb: "rename".to_owned(),
            target: Some(target.to_string()),
            title: None,
            args: BTreeMap::new(),
            reason: None,
            base: Base::default(),
            effect: Effect { doc: Vec::new(), columns },
            deadline: None,
            undoes: None,
            by: By::default(),
        },
        created_at: now,
        state: WriteState::Queued,
        updated_at: now,
        attempts: 0,
        due_at: None,
        verdict: None,
        memory: serde_json::Value::Null,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn a_list_is_what_reading_every_record_shows_however_far_the_index_is_behind(
        seeds in prop::collection::vec(seed(), 1..24),
        changes in prop::collection::vec((0..30usize, seed()), 0..8),
        steps in 0..4usize,
        named in 0..TEXTS.len(),
        renames in prop::collection::vec(0..TEXTS.len(), 0..3),
        decided in prop::collection::vec(0..24usize, 0..3),
        questions in prop::collection::vec(question(), 6),
        up in any::<bool>(),
    ) {
        let mut world = World::new();
        for (number, seed) in seeds.iter().enumerate() {
            world.apply(number, seed);
        }
        world.rename(named);
        world.follow(steps);
        for (number, seed) in &changes {
            world.apply(*number, seed);
        }
        for title in renames {
            world.rename(title);
        }
        let writes: Vec<Write> = decided.iter().enumerate().map(|(number, target)| write(number, *target)).collect();
        let reader = world.mirror.reader().expect("a reader").over(Arc::new(Overlay::of(&writes)));
        let searcher = world.searcher();
        let now = time(200).to_zoned(jiff::tz::TimeZone::UTC);
        for text in questions {
            let Ok(listing) = filter::strict(&text, &now) else { continue };
            let order = if up { Way::Ascending } else { Way::Descending };
            let query = Query { filter: listing.filter, order, sort: Sort::Updated, ..Query::newest(Scope::default()) };
            let plain = keys(&reader, &query);
            if let Some(lists) = searcher.lists(&query.filter) {
                let _held = reader.hold().expect("held");
                prop_assert_eq!(keys(&reader, &lists.answer(&reader, &query)), plain, "{}", text);
            } else {
                prop_assert!(steps == 0 || !asks_words(&query.filter), "the index was not asked for {}", text);
            }
        }
    }
}

/// The ids of the sessions that a filter lets through, oldest first; the index must have answered.
fn listed(world: &World, text: &str) -> Vec<String> {
    let now = time(200).to_zoned(jiff::tz::TimeZone::UTC);
    let filter = filter::strict(text, &now).unwrap_or_else(|flaw| panic!("{text}: {flaw}")).filter;
    let query = Query { filter, sort: Sort::Id, order: Way::Ascending, ..Query::newest(Scope::default()) };
    let lists = world.searcher().lists(&query.filter).expect("an index");
    let reader = world.mirror.reader().expect("a reader");
    let answered = lists.answer(&reader, &query);
    let first = reader.window(&Query { limit: 1, ..query }).expect("a window").rows;
    if let (Filter::Judged(judged), Some(row)) = (&answered.filter, first.first()) {
        assert!(judged.0.knows(&row.list, row.key).is_some(), "{text}: the index was not asked");
    }
    reader.window(&answered).expect("a window").rows.into_iter().map(|row| row.id).collect()
}

#[test]
fn a_session_is_listed_by_its_own_words_and_by_what_its_entries_have() {
    let mut world = World::new();
    for (number, seed) in [(3, 0, 2, 1), (3, 3, 3, 2), (1, 2, 1, 3), (3, 3, 0, 4)].iter().enumerate() {
        world.apply(number, seed);
    }
    world.follow(100);
    assert_eq!(listed(&world, "\"deploy failed\""), ["0"]);
    assert_eq!(listed(&world, "deploy"), ["0"], "not what was said, and no word within a word");
    assert_eq!(listed(&world, "has:secret"), ["1"]);
    assert_eq!(listed(&world, "has:error"), ["0"]);
    assert_eq!(listed(&world, "role:user -has:secret"), ["2"]);
    assert_eq!(listed(&world, "tool:bash OR auth"), ["0", "2"]);
    assert_eq!(listed(&world, "-role:user -tool:bash"), ["3"]);
    assert_eq!(listed(&world, "title:web status:active"), ["2"]);
}
