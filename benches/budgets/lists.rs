//! Windows of lists: every documented sort, both ends, random places, filters.

use std::time::Instant;

use quarterdeck::filter;
use quarterdeck::search::{Searcher, rebuild};
use quarterdeck_sync::model::{Anchor, Field, Filter, Kind, Match, Order, Query, Row, RowKey, Scope, Sort, Window};
use quarterdeck_sync::store::{Access, Mirror, Reader, StoreError};

use crate::measure::{Fleet, fact, line, percentile};

const WINDOWS: usize = 300;

/// Pseudo-random numbers that are the same in each run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit.max(1)
    }
}

/// Measures windows of 50 rows.
pub fn run(fleet: &Fleet) {
    println!("list windows of 50 rows");
    let mirror = Mirror::open(&fleet.home.path().join("mirror.db"), Access::ReadOnly).expect("the mirror opens");
    let reader = mirror.reader().expect("a reader");
    let scope = || Scope { kinds: vec![Kind::Session], ..Scope::default() };
    let newest = Query::newest(scope());
    let sample = reader.window(&newest).expect("a window").rows;
    let agent = sample.iter().find_map(|row| row.agent.clone()).unwrap_or_default();
    let project = sample.iter().find_map(|row| row.project.clone()).unwrap_or_default();

    for (name, sort) in [
        ("updated", Sort::Updated),
        ("created", Sort::Created),
        ("status", Sort::Status),
        ("agent", Sort::Agent),
        ("id", Sort::Id),
    ] {
        for order in [Order::Descending, Order::Ascending] {
            let query = Query { sort, order, ..newest.clone() };
            measure(&reader, &format!("by {name}, {order:?}"), &query, fleet.rows);
        }
    }
    let is = |field, text: &str| Filter::Field(field, Match::Is(text.to_owned()));
    for (name, filter) in [
        ("agent:", is(Field::Agent, &agent)),
        ("project:", is(Field::Project, &project)),
        ("connection:", is(Field::Connection, "turen")),
        ("agent: and project:", Filter::And(vec![is(Field::Agent, &agent), is(Field::Project, &project)])),
    ] {
        measure(&reader, &format!("filtered {name}"), &Query { filter, ..newest.clone() }, fleet.rows);
    }
    words(fleet, &mirror, &reader, &newest, &sample);
}

/// Filters that ask for words: the index answers them, and is made first.
fn words(fleet: &Fleet, mirror: &Mirror, reader: &Reader, newest: &Query, sample: &[Row]) {
    let folder = fleet.home.path().join("search");
    let started = Instant::now();
    rebuild(reader, &folder, &mut |_| {}).expect("an index");
    fact("the index of all records", started.elapsed().as_secs_f64(), "s");
    let searcher = Searcher::new(mirror.clone(), &fleet.home.path().join("outbox.db"), &folder);
    let now = jiff::Zoned::now();
    let id = sample.first().map(|row| row.id.clone()).unwrap_or_default();
    // What a session of the fleet says, its id, a beginning, and what none says; a common word as a person meets it in titles.
    let common =
        sample.iter().find_map(|row| row.title.as_deref()?.split(' ').next().map(str::to_owned)).unwrap_or_default();
    for (name, text) in [
        ("a common word", common.clone()),
        ("two words, one excluded", format!("{common} -\"no session says this\"")),
        ("a rare word", format!("\"{id}\"")),
        ("a beginning", format!("{}*", common.chars().take(3).collect::<String>())),
        ("what none says", "nosessionsaysthis".to_owned()),
        ("has:error", "has:error".to_owned()),
    ] {
        let filter = filter::strict(&text, &now).expect("a filter").filter;
        let query = Query { filter, ..newest.clone() };
        let started = Instant::now();
        let lists = searcher.lists(&query.filter).expect("an index");
        let first = reader.window(&lists.answer(reader, &query)).expect("a window");
        fact(
            &format!("{name}: the first window, {} rows", first.rows.len()),
            started.elapsed().as_secs_f64() * 1e3,
            "ms",
        );
        let ask = |query: &Query| {
            let lists = searcher.lists(&query.filter).expect("an index");
            reader.window(&lists.answer(reader, query))
        };
        measured(&ask, name, &query, fleet.rows);
        let started = Instant::now();
        let count = reader.count(&lists.answer(reader, &query), 1_000_000).expect("a count");
        fact(&format!("{name}: counted, {count:?}"), started.elapsed().as_secs_f64() * 1e3, "ms");
    }
}

fn measure(reader: &Reader, name: &str, query: &Query, rows: u64) {
    measured(&|query| reader.window(query), name, query, rows);
}

fn measured(ask: &dyn Fn(&Query) -> Result<Window, StoreError>, name: &str, query: &Query, rows: u64) {
    let mut dice = Dice(7);
    let mut taken = Vec::with_capacity(WINDOWS);
    for _ in 0..WINDOWS {
        // A row anywhere: what a jump of the scroll bar, or a link, asks for.
        let key = RowKey(1 + dice.below(rows) as i64);
        let anchor = match dice.below(10) {
            0 => Anchor::First,
            1 => Anchor::Last,
            2..=5 => Anchor::After(key),
            _ => Anchor::Before(key),
        };
        let query = Query { anchor, ..query.clone() };
        let started = Instant::now();
        let window = ask(&query);
        taken.push(started.elapsed().as_secs_f64() * 1e3);
        assert!(window.is_ok(), "{window:?}");
    }
    line(&format!("{name}, p50"), percentile(&mut taken, 0.5), "ms", 5.0);
    line(&format!("{name}, p99"), percentile(&mut taken, 0.99), "ms", 30.0);
}
