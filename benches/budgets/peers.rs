//! The first sync against what people use today: a script with requests and sqlite3, and dlt. Measured only where Python has
//! them (`pip install requests 'dlt[sqlalchemy]'`); both load fewer rows, since they would take minutes, and are compared by
//! rows a second.

use std::process::Command;

use crate::measure::{Fleet, fact};

/// Name, script, module it needs, rows it loads, times by which we are to be faster.
const PEERS: [(&str, &str, &str, u64, f64); 2] = [
    ("requests + sqlite3", "requests_sqlite3.py", "requests", 50_000, 5.0),
    ("dlt", "dlt_sqlite.py", "dlt", 10_000, 30.0),
];

/// Measures the peers that are here; `ours` is the first sync's rows a second.
pub fn run(fleet: &Fleet, ours: f64) {
    println!("peers");
    for (name, script, module, rows, budget) in PEERS {
        let rows = rows.min(fleet.rows);
        match seconds(fleet, script, module, rows) {
            Some(seconds) => {
                let times = ours * seconds / rows as f64;
                fact(&format!("{name}, rows a second"), rows as f64 / seconds, "rows/s");
                let verdict = if times >= budget { "ok" } else { "MISSED" };
                println!(
                    "  {:<58} {times:>10.2} x       budget {budget:>9.2}  {verdict}",
                    format!("faster than {name}")
                );
            }
            None => println!("  {name}: not measured, python3 has no working {module} here"),
        }
    }
}

fn seconds(fleet: &Fleet, script: &str, module: &str, rows: u64) -> Option<f64> {
    let here = Command::new("python3").args(["-c", &format!("import {module}")]).output().ok()?;
    here.status.success().then_some(())?;
    let script = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/peers").join(script);
    let file = fleet.home.path().join(format!("{module}.db"));
    let key = fleet.turen.key.as_deref().unwrap_or_default();
    let done =
        Command::new("python3").arg(script).args([&fleet.turen.url, key, &rows.to_string()]).arg(file).output().ok()?;
    String::from_utf8(done.stdout).ok()?.lines().last()?.trim().parse().ok()
}
