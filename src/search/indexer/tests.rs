use proptest::prelude::*;
use quarterdeck_sync::model::{Columns, Incoming, Kind, ListId, Timestamp};
use quarterdeck_sync::store::{Access, Batch, ListSpec, Mirror};

use super::*;
use crate::search::verify;

/// What happens, in any order.
#[derive(Debug, Clone)]
enum Event {
    /// Records of so many numbers from the first on are new, or have changed.
    Arrive(u64, u64),
    /// The connection is forgotten.
    Forgotten,
    Step,
    Commit,
    /// The process ends, however far it was, and begins anew.
    Killed,
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        3 => (0..300u64, 1..150u64).prop_map(|(first, many)| Event::Arrive(first, many)),
        1 => Just(Event::Forgotten),
        6 => Just(Event::Step),
        3 => Just(Event::Commit),
        2 => Just(Event::Killed),
    ]
}

struct World {
    home: tempfile::TempDir,
    mirror: Mirror,
    runtime: tokio::runtime::Runtime,
    changes: u64,
}

impl World {
    fn new() -> Self {
        let home = tempfile::tempdir().expect("a folder");
        let mirror = Mirror::open(&home.path().join("mirror.db"), Access::ReadWrite).expect("a mirror");
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        Self { home, mirror, runtime, changes: 0 }
    }

    fn list(&self) -> ListId {
        let spec = ListSpec {
            key: ListKey::new("prod", "sessions"),
            platform: "turen".to_owned(),
            kind: Kind::Session,
            agent_join: None,
            agent_list: None,
            content: None,
        };
        self.runtime.block_on(self.mirror.register(vec![spec])).expect("registered")[0]
    }

    fn arrive(&mut self, first: u64, many: u64) {
        self.changes += 1;
        let row = |number: u64| {
            let title = Some(format!("session {number} as of change {}", self.changes));
            let doc = format!(r#"{{"id":{number},"change":{}}}"#, self.changes);
            let columns = Columns { title, ..Columns::default() };
            Incoming { id: number.to_string(), columns, join: None, hash: self.changes, doc }
        };
        let batch = Batch { rows: (first..first + many).map(row).collect(), ..Batch::default() };
        let applied = self.mirror.apply(self.list(), batch, Timestamp::UNIX_EPOCH);
        self.runtime.block_on(applied).expect("applied");
    }

    fn folder(&self) -> std::path::PathBuf {
        self.home.path().join("search")
    }

    fn indexer(&self) -> Indexer {
        Indexer::open(&self.folder(), Effort::FOLLOW).expect("an index")
    }

    /// Follows to the end, and compares.
    fn equals_mirror(&self, indexer: &mut Indexer) {
        let reader = self.mirror.reader().expect("a reader");
        while indexer.step(&reader).expect("a step").more {}
        indexer.commit().expect("committed");
        let index = Index::open(&self.folder(), &fields::layout()).expect("an index");
        let verdict = verify(&reader, &index).expect("compared");
        assert!(verdict.healthy, "{verdict:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn whatever_arrives_while_the_index_is_filled_it_is_in_it_once(
        events in prop::collection::vec(event(), 1..24),
    ) {
        let mut world = World::new();
        let mut indexer = world.indexer();
        for event in events {
            match event {
                Event::Arrive(first, many) => world.arrive(first, many),
                Event::Forgotten => {
                    world.runtime.block_on(world.mirror.forget("prod")).expect("forgotten");
                }
                Event::Step => {
                    indexer.step(&world.mirror.reader().expect("a reader")).expect("a step");
                }
                Event::Commit => indexer.commit().expect("committed"),
                Event::Killed => {
                    drop(indexer);
                    indexer = world.indexer();
                }
            }
        }
        world.equals_mirror(&mut indexer);
    }
}

#[test]
fn what_is_told_of_records_that_are_not_filled_in_yet_is_read_with_them() {
    let mut world = World::new();
    world.arrive(0, 300);
    let mut indexer = world.indexer();
    let reader = world.mirror.reader().expect("a reader");
    assert_eq!(indexer.step(&reader).expect("a step").records, RECORDS, "the first are filled in");
    world.arrive(0, 300);
    // The change of the first is followed, that of the others is passed over, and the next are filled in.
    assert_eq!(indexer.step(&reader).expect("a step").records, 2 * RECORDS);
    let mut records = 0;
    loop {
        let step = indexer.step(&reader).expect("a step");
        records += step.records;
        if !step.more {
            break;
        }
    }
    assert_eq!(records, 300 - 2 * RECORDS, "and each of them once");
    world.equals_mirror(&mut indexer);
}

#[test]
fn how_far_it_is_behind_is_counted_over_however_many_commits() {
    let mut world = World::new();
    world.arrive(0, 10);
    let mut indexer = world.indexer();
    world.equals_mirror(&mut indexer);
    // Each is a commit of its own, as a content is, and they do not lie side by side.
    for number in 0..FEED as u64 + 40 {
        world.arrive(number * 7 % 10, 1);
    }
    let progress = Index::open(&world.folder(), &fields::layout()).expect("an index").mark().expect("a mark");
    let progress = progress.as_ref().and_then(Progress::of);
    let reader = world.mirror.reader().expect("a reader");
    let all = behind(&reader, progress, 100_000).expect("counted");
    assert_eq!(all, FEED as u64 + 40);
    assert_eq!(behind(&reader, progress, 30).expect("counted"), 30);
}

#[test]
fn a_record_that_is_damaged_in_the_mirror_does_not_end_the_comparing_and_no_rebuild_is_advised_for_it() {
    let mut world = World::new();
    world.arrive(0, 20);
    let path = world.home.path().join("mirror.db");
    let conn = rusqlite::Connection::open(path).expect("the file");
    conn.execute("UPDATE record SET doc = x'00ff' WHERE id = '7'", []).expect("damaged");
    drop(conn);
    let mut indexer = world.indexer();
    let reader = world.mirror.reader().expect("a reader");
    while indexer.step(&reader).expect("a step").more {}
    indexer.commit().expect("committed");
    let index = Index::open(&world.folder(), &fields::layout()).expect("an index");
    let verdict = verify(&reader, &index).expect("compared");
    assert_eq!((verdict.healthy, verdict.unreadable, verdict.wrong, verdict.behind), (false, 1, 0, 0), "{verdict:?}");
    let list = verdict.lists.first().expect("a list");
    assert_eq!((list.mirror_records, list.index_records), (19, 19));
}
