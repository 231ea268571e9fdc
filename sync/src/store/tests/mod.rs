//! What callers of the mirror notice.

mod changes;
mod contents;
mod files;
mod held;
mod judged;
mod looks;
mod overlaid;
mod pace;
mod paging;
mod statements;
mod stretches;
mod versions;

use std::path::PathBuf;

use jiff::Timestamp;
use tempfile::TempDir;

use super::{Access, Batch, ListSpec, Mirror};
use crate::model::{Columns, Incoming, Kind, ListId, ListKey};

/// A mirror in a folder of its own.
struct Place {
    folder: TempDir,
}

impl Place {
    fn new() -> Self {
        Self { folder: TempDir::new().unwrap() }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("mirror.db")
    }

    fn open(&self) -> Mirror {
        Mirror::open(&self.path(), Access::ReadWrite).unwrap()
    }
}

fn spec(connection: &str, collection: &str, kind: Kind) -> ListSpec {
    ListSpec {
        key: ListKey::new(connection, collection),
        platform: "turen".to_owned(),
        kind,
        agent_join: None,
        agent_list: None,
        content: None,
    }
}

async fn list(mirror: &Mirror, connection: &str, collection: &str, kind: Kind) -> ListId {
    mirror.register(vec![spec(connection, collection, kind)]).await.unwrap()[0]
}

fn time(seconds: i64) -> Timestamp {
    Timestamp::from_second(seconds).unwrap()
}

/// A row whose document is `{"id": .., "v": ..}`.
fn row(id: &str, version: u64) -> Incoming {
    Incoming {
        id: id.to_owned(),
        columns: Columns::default(),
        join: None,
        hash: version,
        doc: format!(r#"{{"id":"{id}","v":{version}}}"#),
    }
}

fn rows(rows: impl IntoIterator<Item = Incoming>) -> Batch {
    Batch { rows: rows.into_iter().collect(), ..Batch::default() }
}
