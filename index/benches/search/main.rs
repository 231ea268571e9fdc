//! Search against plain tantivy (two threads, its default tokens) and SQLite FTS5, over the same text in the same run.
//!
//! `cargo bench -p quarterdeck-index` takes a twentieth of the size the budgets are set at; `QD_BENCH_OWNERS=20000` is all of it.
//! Nothing here fails a build: it prints what was seen, the peers beside it, and whether the budget holds.
#![allow(clippy::print_stdout)]

#[path = "../../../benches/search/rivals.rs"]
mod rivals;
#[path = "../../../benches/search/text.rs"]
mod text;

use std::time::Instant;

use quarterdeck_index::query::{FieldKind, Fields, parse};
use quarterdeck_index::{Document, Effort, Facet, Index, Layout, Mark, Order, Search, Snapshot, Writer};

use rivals::{Fts, Plain};
use text::Corpus;

const QUERIES: usize = 200;
/// What a message's JSON has around its text: ids, times, role, model.
const ENVELOPE: u64 = 260;
const KINDS: [&str; 7] = ["common", "rare", "two words", "phrase", "typed prefix", "fuzzy", "typed phrase"];
const COUNTED: &[usize] = &[0, 1, 2];

fn layout() -> Layout {
    let facet = |name| Facet { name, parts: false, counted: true };
    Layout { facets: vec![facet("kind"), facet("agent"), facet("tool")], version: 1 }
}

fn document(corpus: &Corpus, owner: u64, place: u32) -> Document {
    Document {
        place: Some(place),
        at: Some(1_770_000_000_000 + i64::from(place) * 1000 + owner as i64 * 100_000),
        text: corpus.entry(owner, place),
        facets: vec![
            (0, ["user", "assistant", "tool"][place as usize % 3].to_owned()),
            (1, format!("agent-{}", owner % 50)),
            (2, ["bash", "read", "edit", "grep"][(owner as usize + place as usize) % 4].to_owned()),
        ],
        ..Document::default()
    }
}

fn main() {
    let owners = std::env::var("QD_BENCH_OWNERS").ok().and_then(|text| text.parse().ok()).unwrap_or(1000);
    let corpus = Corpus { owners };
    let raw: u64 = corpus.all().map(|(owner, place)| corpus.entry(owner, place).len() as u64 + ENVELOPE).sum();
    println!("{owners} transcripts, {} entries, {} MB of JSON", corpus.all().count(), raw / 1_000_000);
    let home = tempfile::tempdir().expect("a folder");

    let (plain, plain_rate) = timed(raw, || Plain::build(&home.path().join("plain"), &corpus));
    let (fts, fts_rate) = timed(raw, || Fts::build(&home.path().join("fts.db"), &corpus));
    let folder = home.path().join("ours");
    let ((), rate) = timed(raw, || build(&folder, &corpus));
    println!("build, MB/s of JSON: ours {rate:.1}, tantivy {plain_rate:.1}, FTS5 {fts_rate:.1}");
    verdict("build against tantivy", rate / plain_rate, 0.8, true);
    let index = Index::open(&folder, &layout()).expect("an index");
    verdict("size over raw JSON", index.bytes() as f64 / raw as f64, 0.35, false);
    println!("  tantivy's is {:.2}", plain.bytes() as f64 / raw as f64);

    let opened = Instant::now();
    let snapshot = Index::open(&folder, &layout()).expect("an index").snapshot();
    search(&snapshot, "deploy", true);
    println!("open and first query: {:.1} ms", millis(opened));

    println!("queries, ms (p50 / p99): top 20, total and three facets; peers: top 20");
    for kind in KINDS {
        let queries: Vec<String> = (0..QUERIES).map(|n| corpus.query(kind, n as u64)).collect();
        let typing = kind.starts_with("typed");
        let ours = percentiles(&queries, |query| search(&snapshot, query, typing));
        let tantivy = percentiles(&queries, |query| plain.search(kind, query));
        let fts5 = percentiles(&queries, |query| fts.search(kind, query));
        println!("  {kind:<16} ours {ours}  tantivy {tantivy}  FTS5 {fts5}");
    }
    update(&folder, &index, &corpus);
}

fn build(folder: &std::path::Path, corpus: &Corpus) {
    let mut writer = Writer::open(folder, &layout(), Effort::BUILD).expect("a writer");
    for owner in 0..corpus.owners {
        let docs = (0..text::ENTRIES).map(|place| document(corpus, owner, place));
        writer.replace(owner, docs).expect("written");
    }
    writer.commit(&Mark(String::new())).expect("committed");
    writer.finish().expect("merged");
}

fn search(snapshot: &Snapshot, query: &str, typing: bool) -> u64 {
    let (ast, _) = parse(query, &Fields::new([("kind", FieldKind::Text)]));
    let now = jiff::Zoned::now();
    let search = Search {
        ast: &ast,
        fields: &[],
        typing,
        now: &now,
        offset: 0,
        limit: 20,
        count: COUNTED,
        hits_only: false,
        without: &[],
        order: Order::Best,
    };
    snapshot.search(&search).expect("an answer").total
}

/// One session anew: committed, and seen.
fn update(folder: &std::path::Path, index: &Index, corpus: &Corpus) {
    let mut writer = Writer::open(folder, &layout(), Effort::FOLLOW).expect("a writer");
    let rounds: Vec<u64> = (0..40).collect();
    let taken = percentiles(&rounds, |round| {
        let owner = (round * 7) % corpus.owners;
        writer.replace(owner, (0..text::ENTRIES).map(|place| document(corpus, owner, place))).expect("written");
        writer.commit(&Mark(round.to_string())).expect("committed");
        index.reload().expect("reloaded");
        index.snapshot().total()
    });
    println!("one session updated, commit and reload: {taken} ms");
}

fn timed<T>(raw: u64, run: impl FnOnce() -> T) -> (T, f64) {
    let started = Instant::now();
    let made = run();
    (made, raw as f64 / 1e6 / started.elapsed().as_secs_f64())
}

fn millis(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1e3
}

fn percentiles<T>(of: &[T], mut run: impl FnMut(&T) -> u64) -> String {
    let mut taken = Vec::with_capacity(of.len());
    let mut found = 0;
    for it in of {
        let started = Instant::now();
        found += run(it);
        taken.push(millis(started));
    }
    std::hint::black_box(found);
    taken.sort_by(f64::total_cmp);
    let at = |part: f64| taken[((taken.len() - 1) as f64 * part).round() as usize];
    format!("{:>7.2} / {:>7.2}", at(0.5), at(0.99))
}

fn verdict(what: &str, seen: f64, budget: f64, at_least: bool) {
    let holds = if at_least { seen >= budget } else { seen <= budget };
    println!("{what}: {seen:.2}, budget {budget:.2}: {}", if holds { "ok" } else { "MISSED" });
}
