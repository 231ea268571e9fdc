//! First sync and nothing-new sync, against downloading and decoding the same pages.

use std::sync::Arc;
use std::time::Instant;

use quarterdeck_sync::platform::{At, Client, ClientOptions, ConnectSpec, PageAsk, Priority, Registry, Reply, Secret};

use crate::measure::{Fleet, fact, line, run, run_sync};

/// The limit: every page once, one request at a time, decoded into rows and dropped. Seconds, and bytes of rows.
fn download_and_decode(fleet: &Fleet) -> (f64, u64) {
    let manifest = Registry::builtin().get("turen").expect("Turen is built in");
    let (url, _) = Client::normalise_url(&manifest, &fleet.turen.url).expect("a right URL");
    let secret = Secret::new(fleet.turen.key.clone().unwrap_or_default());
    let spec = ConnectSpec { name: "limit".to_owned(), url, user: None, secret };
    let client = Client::new(Arc::clone(&manifest), spec, ClientOptions::default()).expect("a client");
    let started = Instant::now();
    let bytes = fleet.runtime.block_on(async {
        let (mut bytes, mut offset) = (0, 0);
        while offset < fleet.rows {
            let ask = PageAsk {
                collection: "sessions".to_owned(),
                partition: None,
                at: At::Offset(offset),
                size: None,
                since: None,
                etag: None,
                last_modified: None,
            };
            let Ok(Reply::Page(page)) = client.page(&ask, Priority::List).await else { panic!("a page") };
            bytes += page.rows.iter().map(|row| row.doc.len() as u64).sum::<u64>();
            offset += page.carried;
        }
        bytes
    });
    (started.elapsed().as_secs_f64(), bytes)
}

/// A first sync into an empty mirror; its rows a second.
pub fn first(fleet: &Fleet) -> f64 {
    println!("first sync");
    let (limit, bytes) = download_and_decode(fleet);
    let (taken, indexed) = run_sync(fleet.qd(&["sync", "--only", "sessions", "--content", "none"]));
    let file = std::fs::metadata(fleet.home.path().join("mirror.db")).map_or(0, |file| file.len());
    fact("limit: download and decode the same pages", limit, "s");
    fact("first sync, until the mirror is whole", taken.wall.as_secs_f64(), "s");
    fact("the same, until all of it is indexed", indexed.wall.as_secs_f64(), "s");
    fact("rows a second", fleet.rows as f64 / taken.wall.as_secs_f64(), "rows/s");
    line("first sync, times the limit", taken.wall.as_secs_f64() / limit, "x", 3.0);
    line("peak memory until the mirror is whole", taken.peak_mib, "MiB", 150.0);
    line("peak memory until all of it is indexed", indexed.peak_mib, "MiB", 250.0);
    line("file, times the raw JSON", file as f64 / bytes as f64, "x", 0.5);
    let filled = run(fleet.qd(&["index", "rebuild"]));
    fact("index of the records, rows a second", fleet.rows as f64 / filled.wall.as_secs_f64(), "rows/s");
    line("index of the records, peak memory", filled.peak_mib, "MiB", 250.0);
    fleet.rows as f64 / taken.wall.as_secs_f64()
}

/// A sync with nothing new.
pub fn quiet(fleet: &Fleet) {
    println!("sync with nothing new (one connection, all its lists)");
    // A million contents would be a measurement of their own.
    run(fleet.qd(&["sync", "--content", "none"]));
    let taken = run(fleet.qd(&["sync", "--content", "none"]));
    line("processor time", taken.cpu.as_secs_f64() * 1e3, "ms", 100.0);
    fact("wall time", taken.wall.as_secs_f64() * 1e3, "ms");
}
