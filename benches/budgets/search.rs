//! Content kept, indexed and searched through the whole path: from messages on the wire to hits with their snippets, beside
//! plain tantivy and SQLite FTS5 over the same text in the same run.
//!
//! `QD_BENCH_TRANSCRIPTS` says how many sessions; the budgets are set at 20,000, the default is a tenth. `QD_BENCH_QUERIES` says how
//! many of each kind are asked, `QD_BENCH_KIND` names the one kind to ask: `rare`.

use std::path::Path;
use std::time::Instant;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use quarterdeck::search::{Facet, Find as _, Moment, Question, Searcher, rebuild};
use quarterdeck_sync::model::{Columns, ContentPolicy, ContentSource, Incoming, Kind, ListId, ListKey};
use quarterdeck_sync::store::{Access, Batch, ListSpec, Mirror, NewContent};
use serde_json::json;

use crate::measure::{cpu, fact, line, percentile, thread_cpu};
use crate::rivals::{Fts, Plain};
use crate::text::{Corpus, ENTRIES};

/// Queries of each kind.
fn queries() -> u64 {
    number("QD_BENCH_QUERIES", 100)
}

fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

/// Everything that stands beside the hits in the console.
const FACETS: [Facet; 5] = [Facet::Kind, Facet::Connection, Facet::Agent, Facet::Project, Facet::Tool];

/// When the first session ends, in seconds since 1970: everything is asked at this moment.
const NOW: i64 = 1_780_000_000;

/// Measures it.
pub fn run() {
    let owners = number("QD_BENCH_TRANSCRIPTS", 2_000);
    let corpus = Corpus { owners };
    let home = tempfile::tempdir().expect("a home");
    println!("content and search: {owners} transcripts of {ENTRIES} messages");

    let mirror = Mirror::open(&home.path().join("mirror.db"), Access::ReadWrite).expect("a mirror");
    let started = Instant::now();
    let raw = tokio::runtime::Runtime::new().expect("a runtime").block_on(keep(&mirror, &corpus));
    let megabytes = raw as f64 / 1e6;
    fact("raw JSON", megabytes, "MB");
    fact("keeping it, packed, one commit each", megabytes / started.elapsed().as_secs_f64(), "MB/s");
    fact("mirror over raw JSON", size(&home.path().join("mirror.db")) as f64 / raw as f64, "x");

    let before = cpu();
    let (plain, plain_took) = timed(|| Plain::build(&home.path().join("plain"), &corpus));
    let plain_cpu = cpu() - before;
    let (fts, fts_took) = timed(|| Fts::build(&home.path().join("fts.db"), &corpus));
    let folder = home.path().join("search");
    let reader = mirror.reader().expect("a reader");
    let before = cpu();
    let (records, took) = timed(|| rebuild(&reader, &folder, &mut |_| {}).expect("an index"));
    let our_cpu = cpu() - before;
    assert_eq!(records, owners, "every session is indexed");
    fact("plain tantivy, two threads", megabytes / plain_took, "MB/s");
    fact("SQLite FTS5", megabytes / fts_took, "MB/s");
    fact("ours, from the mirror", megabytes / took, "MB/s");
    line("content and index, times tantivy's time", took / plain_took, "x", 1.0 / 0.8);
    fact("the same, in processor time", our_cpu / plain_cpu, "x");
    let index: u64 = std::fs::read_dir(&folder).expect("files").flatten().map(|file| size(&file.path())).sum();
    line("index over raw JSON", index as f64 / raw as f64, "x", 0.35);
    fact("plain tantivy's over raw JSON", plain.bytes() as f64 / raw as f64, "x");

    let searcher = Searcher::new(mirror.clone(), &home.path().join("outbox.db"), &folder);
    let (_, opening) = timed(|| ask(&searcher, "deploy"));
    fact("open and first query", opening * 1e3, "ms");
    let only = std::env::var("QD_BENCH_KIND").ok();
    if only.is_none() {
        keys(&searcher, &corpus);
    }
    let kinds = ["common", "rare", "two words", "phrase", "fuzzy"];
    for kind in kinds.into_iter().filter(|kind| only.as_ref().is_none_or(|only| only == kind)) {
        compare(&searcher, &plain, &fts, &corpus, kind);
    }
}

/// A mirror with the corpus as sessions and their messages; bytes of JSON.
async fn keep(mirror: &Mirror, corpus: &Corpus) -> u64 {
    let now = Timestamp::now();
    let spec = ListSpec {
        key: ListKey::new("prod", "sessions"),
        platform: "turen".to_owned(),
        kind: Kind::Session,
        agent_join: None,
        agent_list: None,
        content: Some(ContentSource::Fetched { changed: vec!["/modified_at".to_owned()] }),
    };
    let list = mirror.register(vec![spec]).await.expect("registered")[0];
    for first in (0..corpus.owners).step_by(1_000) {
        let rows = (first..corpus.owners.min(first + 1_000)).map(session).collect();
        mirror.apply(list, Batch { rows, ..Batch::default() }, now).await.expect("applied");
    }
    mirror.plan_content(ContentPolicy::All, u64::MAX, now).await.expect("planned");
    let raw = fill(mirror, list, corpus, now).await;
    mirror.settle().await.expect("settled");
    raw
}

async fn fill(mirror: &Mirror, list: ListId, corpus: &Corpus, now: Timestamp) -> u64 {
    let (mut raw, mut last) = (0, None);
    loop {
        let reader = mirror.reader().expect("a reader");
        let due = reader.due_content(list, ContentPolicy::All, now, last.as_ref(), 200).expect("readable");
        drop(reader);
        let Some(end) = due.last() else { return raw };
        last = Some(end.clone());
        for one in due {
            let messages = messages(corpus, one.id.parse().expect("a number"));
            raw += messages.len() as u64;
            let got = NewContent::Messages { messages, count: u64::from(ENTRIES), etag: None, partial: false };
            mirror.keep_content(one, got, now).await.expect("kept");
        }
    }
}

/// When a session ends: one every ten minutes, the first one last.
fn ended(number: u64) -> Timestamp {
    Timestamp::from_second(NOW - i64::try_from(number).unwrap_or(0) * 600).expect("a moment")
}

fn session(number: u64) -> Incoming {
    let at = Some(ended(number));
    let title = format!("session {number}");
    let doc = json!({ "id": number, "first_prompt": title, "modified_at": at.map(|at| at.to_string()) });
    let columns = Columns {
        title: Some(title),
        agent: Some(format!("agent-{}", number % 50)),
        project: Some(format!("/home/lena/work/project-{}", number % 20)),
        created_at: at,
        updated_at: at,
        status: None,
    };
    Incoming { id: number.to_string(), columns, join: None, hash: number + 1, doc: doc.to_string() }
}

fn messages(corpus: &Corpus, owner: u64) -> String {
    let message = |place: u32| {
        let text = corpus.entry(owner, place);
        let time = (ended(owner) - SignedDuration::from_secs(i64::from(ENTRIES - place))).to_string();
        match place % 3 {
            0 => json!({ "type": "user", "content": text, "timestamp": time }),
            1 => json!({ "type": "assistant", "timestamp": time, "message": { "role": "assistant", "content": [
                { "type": "text", "text": text }], "usage": { "input_tokens": 900, "output_tokens": 120 } } }),
            _ => json!({ "type": "tool_result", "tool": "bash", "content": text, "timestamp": time }),
        }
    };
    serde_json::Value::Array((0..ENTRIES).map(message).collect()).to_string()
}

fn now() -> Moment {
    Moment::at(ended(0).to_zoned(TimeZone::UTC))
}

/// The hits, which are there first.
fn ask(searcher: &Searcher, text: &str) -> u64 {
    let question = Question { hits_only: true, limit: 20, moment: Some(now()), ..Question::typing(text) };
    searcher.find(&question).expect("an answer").total
}

/// What stands beside them and comes when they are there: how many there are, and of what.
fn count(searcher: &Searcher, text: &str) -> u64 {
    let question = Question { facets: FACETS.to_vec(), limit: 0, moment: Some(now()), ..Question::typing(text) };
    searcher.find(&question).expect("an answer").total
}

/// Words as a person types them: each key is a question, and its answer is ready to be drawn.
fn keys(searcher: &Searcher, corpus: &Corpus) {
    let (mut taken, mut worked, mut counted, mut found) = (Vec::new(), Vec::new(), Vec::new(), 0);
    for number in 0..queries() {
        let query = corpus.query("two words", number);
        for (end, _) in query.char_indices().skip(1) {
            let before = thread_cpu();
            let (total, took) = timed(|| ask(searcher, &query[..end]));
            worked.push(thread_cpu() - before);
            found += total;
            taken.push(took * 1e3);
            counted.push(timed(|| count(searcher, &query[..end])).1 * 1e3);
        }
    }
    assert!(found > 0, "something is found");
    line("search as you type, a key, p50", percentile(&mut taken, 0.5), "ms", 5.0);
    line("search as you type, a key, p99", percentile(&mut taken, 0.99), "ms", 16.0);
    fact("how many there are and of what, behind the hits, p50", percentile(&mut counted, 0.5), "ms");
    fact("the hits, p50, in processor time", percentile(&mut worked, 0.5), "ms");
    fact("the same, p99, in processor time", percentile(&mut worked, 0.99), "ms");
}

fn compare(searcher: &Searcher, plain: &Plain, fts: &Fts, corpus: &Corpus, kind: &str) {
    let queries: Vec<String> = (0..queries()).map(|number| corpus.query(kind, number)).collect();
    let measure = |run: &dyn Fn(&str) -> u64| -> (Vec<f64>, Vec<f64>) {
        let each = |query: &String| {
            let before = thread_cpu();
            let took = timed(|| run(query)).1 * 1e3;
            (took, thread_cpu() - before)
        };
        queries.iter().map(each).unzip()
    };
    let (mut ours, mut our_work) = measure(&|query| {
        let question = Question { limit: 20, moment: Some(now()), ..Question::new(query) };
        searcher.find(&question).map_or(0, |answer| answer.total)
    });
    let (mut tantivy, _) = measure(&|query| plain.search(kind, query));
    let (mut fts5, mut their_work) = measure(&|query| fts.search(kind, query));
    let (seen, there) = (percentile(&mut ours, 0.5), percentile(&mut fts5, 0.5));
    fact(&format!("{kind}: plain tantivy, p50, top 20 alone"), percentile(&mut tantivy, 0.5), "ms");
    match kind {
        // FTS5 knows no similar words.
        "fuzzy" => fact(&format!("{kind}: ours with snippets, p50"), seen, "ms"),
        _ => line(&format!("{kind}: ours with snippets, p50, against FTS5's"), seen, "ms", there),
    }
    if kind != "fuzzy" {
        for (part, name) in [(0.5, "p50"), (0.99, "p99")] {
            let times = percentile(&mut our_work, part) / percentile(&mut their_work, part);
            fact(&format!("{kind}: the same in processor time, {name}, times FTS5's"), times, "x");
        }
    }
    if kind == "phrase" {
        line("phrase: ours with snippets, p99", percentile(&mut ours, 0.99), "ms", 60.0);
    }
}

fn size(path: &Path) -> u64 {
    std::fs::metadata(path).map_or(0, |meta| meta.len())
}

fn timed<T>(run: impl FnOnce() -> T) -> (T, f64) {
    let started = Instant::now();
    let made = run();
    (made, started.elapsed().as_secs_f64())
}
