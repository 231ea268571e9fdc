//! The measured budgets: each against its limit on this machine in the same run, since machines differ and are noisy.
//!
//! `cargo bench --bench budgets` measures at 1,000,000 sessions; `QD_BENCH_ROWS=100000` makes it a tenth; words after `--`
//! choose parts: `peers`, `quiet`, `lists`, `console`, `flush`, `secrets`, `contents`, `search`; all but the last four need the first
//! sync.
//! Nothing here fails a build: it prints what was asked, what was seen and whether it is within the budget.

mod console;
mod contents;
mod floor;
mod flush;
mod lists;
mod measure;
mod peers;
mod pty;
// What search is held against, and the text; the index's own bench has them too.
#[path = "../search/rivals.rs"]
mod rivals;
mod search;
mod secrets;
mod sync;
#[path = "../search/text.rs"]
mod text;

use measure::Fleet;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| !arg.starts_with("--")).collect();
    if let [role, path] = args.as_slice()
        && role == "floor"
    {
        return floor::run(path);
    }
    let wanted = |part: &str| args.is_empty() || args.iter().any(|arg| arg == part);
    if wanted("flush") {
        flush::run();
    }
    if wanted("secrets") {
        secrets::run();
    }
    if wanted("contents") {
        contents::run();
    }
    if wanted("search") {
        search::run();
    }
    if !args.is_empty() && args.iter().all(|arg| ["flush", "secrets", "contents", "search"].contains(&arg.as_str())) {
        return;
    }
    let rows = std::env::var("QD_BENCH_ROWS").ok().and_then(|rows| rows.parse().ok()).unwrap_or(1_000_000);
    let fleet = Fleet::start(rows);
    println!("{rows} sessions; every figure is of this run on this machine");
    // The other parts need the mirror that the first sync makes.
    let ours = sync::first(&fleet);
    if wanted("peers") {
        peers::run(&fleet, ours);
    }
    if wanted("quiet") {
        sync::quiet(&fleet);
    }
    if wanted("lists") {
        lists::run(&fleet);
    }
    if wanted("console") {
        console::run(&fleet);
    }
}
