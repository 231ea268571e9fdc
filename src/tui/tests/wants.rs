//! The inbox: what comes in, how it is walked through, and what a person says about it.

use std::sync::atomic::Ordering;
use std::time::Duration;

use quarterdeck_sync::model::{
    CountOf, Flag, FlagKind, Freshness, Kind, Place, Problem, Query, Record, Row, RowKey, Timestamp, Window, Write,
    WriteState,
};
use quarterdeck_sync::outbox::Paused;

use super::fake::{World, now};
use super::*;
use crate::inbox::{Cause, Clone, Leak, Signs, Source};

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

    fn writes(&self, states: &[WriteState], limit: usize) -> Result<Vec<Write>, String> {
        Ok(self.writes.iter().filter(|write| states.contains(&write.state)).take(limit).cloned().collect())
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
        world.findings.clones = vec![Clone { key: key(&world, ("turen", "agents"), 9) }];
        world.findings.leaks = vec![
            Leak { key: key(&world, ("turen", "sessions"), 0), entries: 2, entry: Some(4), at: ago(600) },
            Leak { key: key(&world, ("turen", "sessions"), 30), entries: 1, entry: Some(0), at: ago(86_000) },
        ];
        world
    }
}

fn wanting(size: (u16, u16)) -> Console {
    let settings = TuiSettings::default();
    let mut console = Console::started(size, World::believable().wanting(), connections(), settings);
    // What the index knows comes behind the first frame.
    console.pass(Duration::from_secs(1));
    console
}

impl Console {
    /// Keeps the flags that were asked for, as the outside does.
    fn keep_flags(&mut self) -> usize {
        let asked: Vec<Ask> = self.asked.try_iter().collect();
        let mut kept = 0;
        for ask in asked {
            let mut world = self.store.world.lock().unwrap();
            let same = |known: &Flag, kind: FlagKind, place: &Place| known.kind == kind && known.place == *place;
            match ask {
                Ask::Flag(flag) => {
                    world.flags.retain(|known| !same(known, flag.kind, &flag.place));
                    world.flags.push(flag);
                }
                Ask::Unflag(kind, place) => world.flags.retain(|known| !same(known, kind, &place)),
                _ => continue,
            }
            kept += 1;
        }
        self.news(Outside::Outbox);
        kept
    }

    fn waiting_items(&self) -> u64 {
        let text = self.text();
        let tab = text.lines().next().and_then(|line| line.split("Inbox ").nth(1)).unwrap_or_default();
        tab.split_whitespace().next().and_then(|count| count.parse().ok()).unwrap_or(0)
    }
}

#[test]
fn the_inbox_is_the_first_view_and_counts_in_its_tab() {
    let console = wanting((160, 48));
    assert_eq!(VIEWS[0].id, "inbox");
    assert!(console.waiting_items() > 20, "{}", console.text());
    assert!(console.selected().contains("high"), "the gravest stands first: {}", console.selected());
}
