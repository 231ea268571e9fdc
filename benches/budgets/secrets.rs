//! What it costs to look for secrets in everything that is shown: against the other look that every text takes, for characters that
//! act instead of being seen.

use std::hint::black_box;
use std::time::Instant;

use quarterdeck_sync::text::{hidden_count, secrets};
use serde_json::json;

use crate::measure::{fact, line};

/// Size of each text, in bytes.
const SIZE: usize = 5_000_000;
/// What a cell of a table holds, in bytes.
const CELL: usize = 32;
/// Runs, of which the best counts: the machine does other things too.
const RUNS: usize = 7;

pub fn run() {
    println!("secrets: {} MB of each sort of text", SIZE / 1_000_000);
    let prose = as_long(concat!(
        include_str!("../../README.md"),
        include_str!("../../docs/platforms.md"),
        include_str!("../../docs/outbox.md")
    ));
    let code = include_str!("../../src/tui/app.rs").to_owned() + include_str!("../../sync/src/text/mod.rs");
    let packed: String = code.split_whitespace().collect();
    for (name, text) in [("prose", prose), ("code", as_long(&code)), ("code without blanks", as_long(&packed))] {
        let document = json!({"messages": [{"role": "user", "content": text}]}).to_string();
        let cells: Vec<&str> = text.as_bytes().chunks(CELL).filter_map(|cell| std::str::from_utf8(cell).ok()).collect();
        let look = best(|| hidden_count(&text));
        let of = |seconds: f64| seconds / look;
        let found = best(|| secrets::find(&text).len());
        fact(&format!("{name}: read"), SIZE as f64 / 1e6 / found, "MB/s");
        line(&format!("{name}: text, times the other look"), of(found), "x", 1.5);
        line(&format!("{name}: JSON"), of(best(|| secrets::mask_json(&document).len())), "x", 3.0);
        let in_cells = || cells.iter().filter(|cell| secrets::holds(cell)).count();
        line(&format!("{name}: cells of {CELL} bytes"), of(best(in_cells)), "x", 3.0);
    }
    let hostile = "token=token-".repeat(SIZE / 12);
    let half = hostile.get(..hostile.len() / 2).unwrap_or_default();
    let (half, whole) = (best(|| secrets::find(half).len()), best(|| secrets::find(&hostile).len()));
    line("names and nothing else: twice as much text", whole / half, "x", 3.0);
}

fn as_long(text: &str) -> String {
    let mut long = text.repeat(SIZE / text.len().max(1) + 1);
    let end = (0..=SIZE).rev().find(|&at| long.is_char_boundary(at)).unwrap_or(0);
    long.truncate(end);
    long
}

/// Seconds of the best run.
fn best(mut work: impl FnMut() -> usize) -> f64 {
    let run = |_| {
        let started = Instant::now();
        black_box(work());
        started.elapsed().as_secs_f64()
    };
    (0..RUNS).map(run).fold(f64::MAX, f64::min)
}
