//! What callers of the outbox notice.

mod audit;
mod files;
mod onlooker;
mod own;
mod together;
mod versions;
mod writes;

use std::collections::BTreeMap;
use std::path::PathBuf;

use jiff::Timestamp;
use serde_json::json;
use tempfile::TempDir;

use super::Outbox;
use crate::model::{Base, By, ColumnEdits, Effect, Intent, Kind, Verdict, Write, WriteId, WriteState};
use crate::outbox::{Lot, OutboxError, Turn, Which};

/// An outbox in a folder of its own.
struct Place {
    folder: TempDir,
}

impl Place {
    fn new() -> Self {
        Self { folder: TempDir::new().unwrap() }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("outbox.db")
    }

    fn open(&self) -> Outbox {
        let (outbox, aside) = Outbox::open(&self.path(), by("the-sender")).unwrap();
        assert_eq!(aside, None);
        outbox
    }
}

fn by(user: &str) -> By {
    By { user: user.to_owned(), host: "console".to_owned(), ssh: Some("192.0.2.7".to_owned()) }
}

fn time(seconds: i64) -> Timestamp {
    Timestamp::from_second(seconds).unwrap()
}

/// "Suspend this agent", by ann.
fn suspend(target: &str) -> Intent {
    Intent {
        connection: "main".to_owned(),
        platform: "turen".to_owned(),
        collection: "agents".to_owned(),
        kind: Kind::Agent,
        action: "suspend".to_owned(),
        verb: "suspend".to_owned(),
        target: Some(target.to_owned()),
        title: Some("the builder".to_owned()),
        args: BTreeMap::from([("hard".to_owned(), json!(false))]),
        reason: Some("it loops\nand loops".to_owned()),
        base: Base { doc: json!({ "id": target, "status": "active", "score": 0.1 }), ..Base::default() },
        effect: Effect {
            doc: vec![("/status".to_owned(), json!("suspended"))],
            columns: ColumnEdits { status: Some(Some("suspended".to_owned())), ..ColumnEdits::default() },
        },
        deadline: Some(time(1800)),
        undoes: None,
        by: by("ann"),
    }
}

fn ids(writes: &[Write]) -> Vec<WriteId> {
    writes.iter().map(|write| write.id.clone()).collect()
}
