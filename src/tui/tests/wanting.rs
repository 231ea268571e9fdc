//! What the inbox asks of the world of these tests, and nights in which much is wanted.

use quarterdeck_sync::model::{
    CountOf, Flag, Freshness, Kind, Problem, Query, Record, Row, RowKey, Timestamp, Window, Write, WriteState,
};
use quarterdeck_sync::outbox::{Lot, Paused};

use super::connections;
use super::fake::{World, now};
use crate::inbox::{Clone, End, Leak, Signs, Source};

impl Source for World {
    fn connections(&self) -> Vec<(String, String)> {
        connections().into_iter().map(|one| (one.name, one.platform)).collect()
    }

    fn window(&self, query: &Query) -> Result<Window, String> {
        Ok(World::window(self, query))
    }

    fn count(&self, query: &Query, _cap: u64) -> Result<CountOf, String> {
        Ok(self.number(query))
    }

    fn record(&self, key: RowKey) -> Result<Option<Record>, String> {
        Ok(World::record(self, key))
    }

    fn agent(&self, connection: &str, id: &str) -> Result<Option<Row>, String> {
        let mine = |row: &&Row| {
            // Here records name an agent by what it is called.
            let named = row.id == id || row.title.as_ref().is_some_and(|title| title.starts_with(id));
            row.kind == Kind::Agent && row.list.connection == connection && named
        };
        Ok(self.rows.iter().map(|(row, _)| row).find(mine).cloned())
    }

    fn freshness(&self) -> Result<Vec<Freshness>, String> {
        Ok(self.lists.clone())
    }

    fn problems(&self, limit: usize) -> Result<Vec<Problem>, String> {
        Ok(self.problems.iter().take(limit).cloned().collect())
    }

    fn writes(&self, state: WriteState, end: End, limit: usize) -> Result<Vec<Write>, String> {
        let mut found: Vec<Write> = self.writes.iter().filter(|write| write.state == state).cloned().collect();
        found.sort_by_key(|write| write.created_at);
        if end == End::Newest {
            found.reverse();
        }
        found.truncate(limit);
        Ok(found)
    }

    fn count_writes(&self, state: WriteState) -> Result<u64, String> {
        Ok(self.writes.iter().filter(|write| write.state == state).count() as u64)
    }

    fn unsent(&self, until: Timestamp) -> Result<Vec<Lot>, String> {
        let mut lots: Vec<Lot> = Vec::new();
        let unsent = [WriteState::Queued, WriteState::Sending, WriteState::Retrying];
        for write in self.writes.iter().filter(|it| unsent.contains(&it.state) && it.created_at <= until) {
            let (name, at) = (&write.intent.connection, write.created_at);
            match lots.iter_mut().find(|lot| lot.connection == *name) {
                Some(lot) => {
                    (lot.count, lot.oldest, lot.newest) = (lot.count + 1, lot.oldest.min(at), lot.newest.max(at));
                }
                None => lots.push(Lot { connection: name.clone(), count: 1, oldest: at, newest: at }),
            }
        }
        Ok(lots)
    }

    fn within(&self, approval: &Record) -> Result<Vec<Row>, String> {
        let id_in = |doc: &str, member: &str| {
            let doc: serde_json::Value = serde_json::from_str(doc).unwrap_or_default();
            doc[member].as_str().map(str::to_owned)
        };
        let named = |collection: &str, id: &str| {
            let mine = |(row, _): &&(Row, String)| row.list.collection == collection && row.id == id;
            self.rows.iter().find(mine).cloned()
        };
        let run = id_in(&approval.doc, "run_id").and_then(|id| named("workflow-runs", &id));
        let workflow = run.as_ref().and_then(|(_, doc)| named("workflows", &id_in(doc, "workflow_id")?));
        Ok(workflow.into_iter().chain(run).map(|(row, _)| row).collect())
    }

    fn paused(&self) -> Result<Vec<Paused>, String> {
        Ok(self.paused.clone())
    }

    fn flags(&self) -> Result<Vec<Flag>, String> {
        Ok(self.flags.clone())
    }

    fn signs(&self, platform: &str, collection: &str) -> Signs {
        let machines = (platform, collection) == ("turen", "agents");
        Signs { seen: machines, cloned: machines.then(|| "/clone_detected".to_owned()).into_iter().collect() }
    }

    fn deadline(&self, record: &Record) -> Option<Timestamp> {
        let doc: serde_json::Value = serde_json::from_str(&record.doc).ok()?;
        doc["expires_at"].as_str()?.parse().ok()
    }

    fn able(&self, platform: &str, collection: &str, verb: &str) -> bool {
        let name = connections().into_iter().find(|one| one.platform == platform).map(|one| one.name);
        let list = quarterdeck_sync::model::ListKey::new(name.unwrap_or_default(), collection);
        super::outbox::capabilities().lacks(&list, &[verb]).is_none()
    }
}

impl World {
    /// A night in which something of everything went wrong.
    pub fn wanting(self) -> Self {
        let mut world = self.with_writes().with_contents();
        let key = |world: &World, list: (&str, &str), nth: usize| {
            let mine = |(row, _): &&(Row, String)| (row.list.connection.as_str(), row.list.collection.as_str()) == list;
            world.rows.iter().filter(mine).nth(nth).expect("a row").0.key
        };
        let ago = |seconds: i64| Timestamp::from_second(now().as_second() - seconds).ok();
        let marks = |entries: &[u32]| entries.iter().map(|at| format!("entry {at}")).collect();
        world.findings.clones = vec![Clone { key: key(&world, ("turen", "agents"), 9) }];
        world.findings.leaks = vec![
            Leak {
                key: key(&world, ("turen", "sessions"), 0),
                entries: 2,
                entry: Some(4),
                at: ago(600),
                marks: marks(&[4, 9]),
            },
            Leak {
                key: key(&world, ("turen", "sessions"), 30),
                entries: 1,
                entry: Some(0),
                at: ago(86_000),
                marks: marks(&[0]),
            },
        ];
        world
    }
}

impl World {
    /// No network for hours.
    pub(super) fn offline(mut self) -> Self {
        let ago = |seconds: i64| Timestamp::from_second(now().as_second() - seconds).expect("a time");
        for list in &mut self.lists {
            list.checked_at = Some(ago(5 * 3_600));
        }
        for name in ["turen", "lab", "acme"] {
            self.problems.push(Problem {
                list: quarterdeck_sync::model::ListKey::new(name, "agents"),
                id: None,
                code: if name == "lab" { "forbidden".into() } else { "unreachable".into() },
                message: format!("GET /agents of {name}: no route to host"),
                since: ago(5 * 3_600),
                seen_at: ago(60),
            });
        }
        self.paused =
            vec![Paused { connection: "lab".into(), since: ago(4 * 3_600), message: "401: signed out".into() }];
        self
    }
}
