//! What the console is handed of contents, over a mirror of the test's own.

use jiff::Timestamp;
use quarterdeck_sync::model::{By, Columns, ContentSource, Incoming, Kind, ListKey, Record, Row, RowKey};
use quarterdeck_sync::store::{Access, Batch, ListSpec, Mirror, NewContent};
use serde_json::{Value, json};

use super::house::House;
use super::seen::Seen;
use crate::config::Paths;
use crate::tui::decisions::{Item, Target};
use crate::tui::reading::{Read, Shows, Transcript};
use crate::tui::unsealed::Unsealed;

/// What no look at the value tells: the name does.
const SECRETS: [&str; 4] = ["q8Zr2mK9vT4w", "summer.2024", "correct horse battery 9!", "hunter2!x"];

fn said() -> Value {
    let answer = |data: Value| json!({"event_id": "e", "run_id": "r-1", "type": "TOOL_RESPONSE", "data": data});
    let [key, word, phrase, other] = SECRETS;
    json!([
        answer(json!({"tool_id": "http", "result": {"headers": [{"name": "X-Api-Key", "value": key}]}})),
        answer(json!({"tool_id": "http", "result": {"password": word}})),
        answer(json!({"tool_id": "http", "result": {"passphrase": phrase}})),
        {"type": "tool_use", "tool": "login", "input": {"user": "mara", "password": other}},
        answer(json!({"tool_id": "http", "result": {"note": "nothing to hide"}})),
    ])
}

/// A console over a mirror that holds one run, and what was said in it.
struct Desk {
    house: House,
    list: ListKey,
    _home: tempfile::TempDir,
}

impl Desk {
    fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        let paths = Paths::under(home.path());
        let mirror = Mirror::open(&paths.mirror(), Access::ReadWrite).unwrap();
        let list = ListKey::new("prod", "runs");
        let spec = ListSpec {
            key: list.clone(),
            platform: "runagents".to_owned(),
            kind: Kind::Run,
            agent_join: None,
            agent_list: None,
            content: Some(ContentSource::Fetched { changed: vec!["/stamp".to_owned()] }),
        };
        let now = Timestamp::from_second(1_780_000_000).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let number = mirror.register(vec![spec]).await.unwrap()[0];
            let columns = Columns { title: Some("the run".to_owned()), ..Columns::default() };
            let doc = json!({"id": "r-1", "stamp": 1}).to_string();
            let rows = vec![Incoming { id: "r-1".to_owned(), columns, join: None, hash: 1, doc }];
            mirror.apply(number, Batch { rows, ..Batch::default() }, now).await.unwrap();
            let reader = mirror.reader().unwrap();
            let key = reader.keys(RowKey(0), RowKey(i64::MAX), 1).unwrap()[0];
            let due = reader.openable_content(key).unwrap();
            let messages = said().to_string();
            let got = NewContent::Messages { messages, count: 5, etag: None, partial: false };
            mirror.keep_content(due.unwrap(), got, now).await.unwrap();
        });
        let looking = Mirror::open(&paths.mirror(), Access::ReadOnly).unwrap();
        let house = House::new(Seen::new(looking, &paths.outbox()), paths, By::default(), Vec::new());
        Self { house, list, _home: home }
    }

    fn unsealed(&self) -> Unsealed {
        Unsealed::written(self.list.clone(), "r-1".to_owned())
    }

    fn read(&self, unsealed: Option<&Unsealed>) -> std::sync::Arc<Transcript> {
        let of = Target::Named(self.list.clone(), "r-1".to_owned());
        match self.house.read(&of, None, unsealed).unwrap() {
            Read::New(transcript) => transcript,
            other => panic!("{other:?}"),
        }
    }
}

/// Everything that may be drawn of a transcript, or copied from it.
fn drawn(transcript: &Transcript) -> String {
    format!("{:?}", transcript.entries)
}

#[test]
fn a_transcript_shows_no_secret_that_its_name_alone_tells() {
    let desk = Desk::new();
    let masked = desk.read(None);
    for secret in SECRETS {
        assert!(!drawn(&masked).contains(secret), "{secret}: {}", drawn(&masked));
    }
    let leaks = |transcript: &Transcript| -> Vec<bool> {
        transcript.shows.iter().map(|shows| shows.any(Shows::SECRET)).collect()
    };
    assert_eq!(leaks(&masked), [true, true, true, true, false]);
    assert_eq!(masked.sums.secrets, 4);
    // Who asked for them sees them, and where they are.
    let shown = desk.read(Some(&desk.unsealed()));
    for secret in SECRETS {
        assert!(drawn(&shown).contains(secret), "{secret}: {}", drawn(&shown));
    }
    assert_eq!(leaks(&shown), [true, true, true, true, false]);
    // The right to see those of another record is none to see these.
    let other = desk.read(Some(&Unsealed::written(desk.list.clone(), "r-2".to_owned())));
    assert_eq!(drawn(&other), drawn(&masked));
}

#[test]
fn what_an_approval_rests_on_shows_no_secret_that_its_name_alone_tells() {
    let desk = Desk::new();
    let list = ListKey::new("prod", "approvals");
    let row = Row::bare(list.clone(), "runagents", Kind::Approval, "a-1");
    let record = Record { row, doc: json!({"id": "a-1", "run_id": "r-1"}).to_string() };
    let item = Item { record, intent: Err("not now".to_owned()), rests_on: Vec::new() };
    let (outbox, _) = quarterdeck_sync::outbox::Outbox::open(&desk.house.paths().outbox(), By::default()).unwrap();
    drop(outbox);
    let steps = |unsealed: Option<&Unsealed>| {
        let run = desk.house.grounds_of(&item, unsealed).unwrap().run.expect("the run");
        run.steps.into_iter().map(|step| step.words).collect::<Vec<_>>().join("\n")
    };
    let asked = Unsealed::written(list, "a-1".to_owned());
    let (masked, shown) = (steps(None), steps(Some(&asked)));
    for secret in SECRETS {
        assert!(!masked.contains(secret), "{masked}");
    }
    // A step is one line, and the key stands on another.
    assert!(SECRETS[1..].iter().all(|secret| shown.contains(secret)), "{shown}");
    assert!(masked.contains("nothing to hide"), "{masked}");
}

#[test]
fn of_a_run_that_tells_what_it_does_as_events_all_steps_are_counted() {
    let desk = Desk::new();
    let mirror = Mirror::open(&desk.house.paths().mirror(), Access::ReadWrite).unwrap();
    let spec = |collection: &str, kind| ListSpec {
        key: ListKey::new("other", collection),
        platform: "exo".to_owned(),
        kind,
        agent_join: None,
        agent_list: None,
        content: None,
    };
    let row = |id: String, project: Option<String>| {
        let columns = Columns { title: Some(format!("step {id}")), project, ..Columns::default() };
        Incoming { doc: json!({"id": id}).to_string(), id, columns, join: None, hash: 1 }
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let lists = mirror.register(vec![spec("runs", Kind::Run), spec("events", Kind::Event)]).await.unwrap();
        let events = (0..37).map(|at| row(format!("e-{at}"), Some("r-9".to_owned()))).collect();
        for (list, rows) in lists.into_iter().zip([vec![row("r-9".to_owned(), None)], events]) {
            mirror.apply(list, Batch { rows, ..Batch::default() }, Timestamp::UNIX_EPOCH).await.unwrap();
        }
    });
    let row = Row::bare(ListKey::new("other", "approvals"), "exo", Kind::Approval, "a-9");
    let record = Record { row, doc: json!({"id": "a-9", "run_id": "r-9"}).to_string() };
    let item = Item { record, intent: Err("not now".to_owned()), rests_on: Vec::new() };
    drop(quarterdeck_sync::outbox::Outbox::open(&desk.house.paths().outbox(), By::default()).unwrap());
    let run = desk.house.grounds_of(&item, None).unwrap().run.unwrap();
    assert_eq!((run.steps.len(), run.total, run.uncounted), (8, 37, false));
}
