use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Zoned;
use quarterdeck_index::Effort;
use quarterdeck_sync::model::{
    Base, By, Columns, ContentSource, Effect, Incoming, Intent, JoinKey, Kind, ListId, ListKey, Overlay, Query, Scope,
    Sort,
};
use quarterdeck_sync::outbox::Outbox;
use quarterdeck_sync::store::{Access, Batch, ListSpec, Mirror, NewContent, Reader};
use serde_json::{Value, json};

use crate::filter;
use crate::search::{Answer, Find, Indexer, Moment, Question, Searcher};

/// Lists of two platforms.
pub struct World {
    home: tempfile::TempDir,
    pub mirror: Mirror,
    pub agents: ListId,
    pub sessions: ListId,
    pub workflows: ListId,
    pub events: ListId,
    overlay: Arc<Overlay>,
    runtime: tokio::runtime::Runtime,
    changes: u64,
}

/// The time at which everything is asked.
pub fn now() -> Zoned {
    "2026-03-10T09:30:00+01:00[Europe/Berlin]".parse().expect("a time")
}

/// A record in short: its id, its columns, and its document.
pub fn row(id: &str, columns: Columns, doc: Value) -> (String, Columns, Value) {
    (id.to_owned(), columns, doc)
}

/// Columns by what stands in them; empty: nothing does.
pub fn columns([title, status, agent, project]: [&str; 4], updated_at: &str) -> Columns {
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    Columns {
        title: some(title),
        status: some(status),
        agent: some(agent),
        project: some(project),
        created_at: None,
        updated_at: Some(updated_at.parse().expect("a time")),
    }
}

impl World {
    pub fn new() -> Self {
        let home = tempfile::tempdir().expect("a folder");
        let mirror = Mirror::open(&home.path().join("mirror.db"), Access::ReadWrite).expect("a mirror");
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        let spec = |connection: &str, platform: &str, collection: &str, kind| ListSpec {
            key: ListKey::new(connection, collection),
            platform: platform.to_owned(),
            kind,
            agent_join: None,
            agent_list: None,
            content: None,
        };
        let fetched = ContentSource::Fetched { changed: vec!["/stamp".to_owned()] };
        let inside = ContentSource::Record {
            at: vec!["/steps_json".to_owned(), "/steps".to_owned()],
            changed: vec!["/stamp".to_owned()],
            fetched: true,
        };
        let specs = vec![
            spec("prod", "turen", "agents", Kind::Agent),
            ListSpec {
                agent_join: Some("agents".to_owned()),
                content: Some(fetched),
                ..spec("prod", "turen", "sessions", Kind::Session)
            },
            ListSpec { content: Some(inside), ..spec("lab", "exo", "workflows", Kind::Run) },
            spec("prod", "turen", "events", Kind::Event),
        ];
        let lists = runtime.block_on(mirror.register(specs)).expect("registered");
        let [agents, sessions, workflows, events] = lists[..] else { panic!("four lists") };
        let overlay = Arc::default();
        Self { home, mirror, agents, sessions, workflows, events, overlay, runtime, changes: 0 }
    }

    pub fn reader(&self) -> Reader {
        self.mirror.reader().expect("a reader").over(self.overlay.clone())
    }

    /// Records arrive, or have changed. A join key is the member `client` of the document, its rank the member `rank`.
    pub fn arrive(&mut self, list: ListId, rows: Vec<(String, Columns, Value)>) {
        self.changes += 1;
        let incoming = |(id, columns, doc): (String, Columns, Value)| {
            let key = doc["client"].as_str().map(str::to_owned);
            let join = key.map(|key| JoinKey { key, rank: doc["rank"].as_i64().unwrap_or_default() });
            Incoming { id, columns, join, hash: self.changes, doc: doc.to_string() }
        };
        let rows = rows.into_iter().map(incoming).collect();
        self.apply(list, Batch { rows, ..Batch::default() });
    }

    pub fn goes(&mut self, list: ListId, id: &str) {
        self.apply(list, Batch { gone: vec![id.to_owned()], ..Batch::default() });
    }

    fn apply(&self, list: ListId, batch: Batch) {
        let applied = self.mirror.apply(list, batch, now().timestamp());
        self.runtime.block_on(applied).expect("applied");
    }

    /// What was said in a session.
    pub fn says(&self, id: &str, messages: &Value) {
        let reader = self.reader();
        let record = reader.find(&Scope::default(), id, 1).expect("readable").remove(0);
        let due = reader.openable_content(record.row.key).expect("readable").expect("content to be had");
        let count = messages.as_array().map_or(0, Vec::len) as u64;
        let got = NewContent::Messages { messages: messages.to_string(), count, etag: None, partial: false };
        self.runtime.block_on(self.mirror.keep_content(due, got, now().timestamp())).expect("kept");
    }

    /// Somebody decides about a session; the decision is not sent.
    pub fn decides(&mut self, id: &str) {
        let (outbox, _) = Outbox::open(&self.home.path().join("outbox.db"), By::default()).expect("an outbox");
        let intent = Intent {
            connection: "prod".to_owned(),
            platform: "turen".to_owned(),
            collection: "sessions".to_owned(),
            kind: Kind::Session,
            action: "stop".to_owned(),
            verb: "stop".to_owned(),
            target: Some(id.to_owned()),
            title: None,
            args: BTreeMap::new(),
            reason: None,
            base: Base::default(),
            effect: Effect::default(),
            deadline: None,
            undoes: None,
            by: By::default(),
        };
        let writes = outbox.append(vec![intent], now().timestamp()).expect("kept");
        self.overlay = Arc::new(Overlay::of(&writes));
    }

    /// Brings the index up to the mirror.
    pub fn follow(&self) {
        let mut indexer = Indexer::open(&self.home.path().join("search"), Effort::FOLLOW).expect("an index");
        let reader = self.mirror.reader().expect("a reader");
        while indexer.step(&reader).expect("a step").more {}
        indexer.commit().expect("committed");
    }

    pub fn searcher(&self) -> Searcher {
        let paths = ["outbox.db", "search"].map(|name| self.home.path().join(name));
        Searcher::new(self.mirror.clone(), &paths[0], &paths[1])
    }

    /// The ids that a list's filter lets through; with the index and without it they are the same.
    pub fn listed(&self, text: &str) -> Vec<String> {
        let listing = filter::strict(text, &now()).unwrap_or_else(|flaw| panic!("{text}: {flaw}"));
        let query =
            Query { filter: listing.filter, gone: listing.gone, sort: Sort::Id, ..Query::newest(Scope::default()) };
        let ids = |query: &Query| -> Vec<String> {
            let rows = self.reader().window(query).expect("a window").rows;
            rows.into_iter().map(|row| row.id).collect()
        };
        let plain = ids(&query);
        if let Some(lists) = self.searcher().lists(&query.filter) {
            let reader = self.reader();
            assert_eq!(ids(&lists.answer(&reader, &query)), plain, "{text}: with the index, and without");
        }
        plain
    }

    /// What a search answers.
    pub fn answer(&self, question: &Question) -> Answer {
        let moment = question.moment.clone().unwrap_or_else(|| Moment::at(now()));
        let question = Question { moment: Some(moment), ..question.clone() };
        self.searcher().find(&question).unwrap_or_else(|why| panic!("{}: {why}", question.text))
    }

    /// What a search finds: records by their ids, and entries as `id#place`.
    pub fn found(&self, text: &str) -> Vec<String> {
        places(&self.answer(&Question { limit: Question::MOST, ..Question::new(text) }))
    }
}

pub fn places(answer: &Answer) -> Vec<String> {
    let place = |hit: &crate::search::Hit| match &hit.entry {
        Some(entry) => format!("{}#{}", hit.id, entry.place),
        None => hit.id.clone(),
    };
    answer.hits.iter().map(place).collect()
}

/// An agent, by its number, the key that joins to it, which registration of the machine it is, and its name.
pub fn agent(id: &str, client: &str, rank: i64, title: &str) -> (String, Columns, Value) {
    row(
        id,
        columns([title, "active", "", ""], "2025-01-05T10:00:00Z"),
        json!({"id": id, "client": client, "rank": rank}),
    )
}
