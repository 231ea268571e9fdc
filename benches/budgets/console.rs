//! The console in a pseudo-terminal: first frame against the floor, bytes and time per key, idle cost, memory.

use std::time::Duration;

use portable_pty::CommandBuilder;

use crate::measure::{Fleet, fact, line, percentile};
use crate::pty::Session;

const STARTS: usize = 7;
const PRESSES: usize = 150;

fn console(fleet: &Fleet) -> CommandBuilder {
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_qd"));
    command.env("QD_HOME", fleet.home.path());
    command.env("KEY", fleet.turen.key.clone().unwrap_or_default());
    terminal(&mut command);
    command
}

fn floor(fleet: &Fleet) -> CommandBuilder {
    let mut command = CommandBuilder::new(std::env::current_exe().expect("this program"));
    command.args(["floor", &fleet.home.path().join("mirror.db").display().to_string()]);
    terminal(&mut command);
    command
}

fn terminal(command: &mut CommandBuilder) {
    command.env("TERM", "xterm-256color");
    command.env("COLORTERM", "truecolor");
    command.env_remove("NO_COLOR");
}

/// Milliseconds to the full first frame.
fn first_frame(command: CommandBuilder) -> f64 {
    let mut session = Session::start(command);
    session.settle(Duration::from_millis(400), Duration::from_secs(5));
    let frame = session.full_frame().map_or(f64::NAN, |frame| frame.as_secs_f64() * 1e3);
    session.end(b"q");
    frame
}

/// Measures the console over the mirror of the first sync.
pub fn run(fleet: &Fleet) {
    println!("console at 200x50");
    let mut floors: Vec<f64> = (0..STARTS).map(|_| first_frame(floor(fleet))).collect();
    let mut frames: Vec<f64> = (0..STARTS).map(|_| first_frame(console(fleet))).collect();
    let (floor, frame) = (percentile(&mut floors, 0.5), percentile(&mut frames, 0.5));
    fact("floor: the smallest list in ratatui, exec to full frame", floor, "ms");
    line("exec to full first frame", frame, "ms", 60.0);
    line("exec to full first frame, times the floor", frame / floor, "x", 3.0);
    keys(fleet);
}

fn keys(fleet: &Fleet) {
    let mut session = Session::start(console(fleet));
    session.settle(Duration::from_millis(500), Duration::from_secs(5));
    // The sessions, in a table over the whole width.
    session.key(b":open sessions\r");
    session.settle(Duration::from_millis(300), Duration::from_secs(3));
    let (mut bytes, mut times) = (Vec::new(), Vec::new());
    for _ in 0..PRESSES {
        let at = session.key(b"j");
        let (came, last) = session.settle(Duration::from_millis(40), Duration::from_millis(400));
        bytes.push(came as f64);
        times.extend(last.map(|last| (last - at).as_secs_f64() * 1e3));
    }
    let mean = bytes.iter().sum::<f64>() / bytes.len() as f64;
    line("bytes per j, scrolling included, mean", mean, "bytes", 900.0);
    line("bytes per j, p99", percentile(&mut bytes, 0.99), "bytes", 2000.0);
    line("key to frame, p99", percentile(&mut times, 0.99), "ms", 16.0);
    session.settle(Duration::from_millis(500), Duration::from_secs(3));
    let before = ticks(session.pid());
    let (idle, _) = session.settle(Duration::from_secs(10), Duration::from_secs(10));
    line("bytes written in 10 s of idleness", idle as f64, "bytes", 0.0);
    line("processor time in 10 s of idleness", (ticks(session.pid()) - before) as f64 * 10.0, "ms", 10.0);
    line("resident memory, idle", resident(session.pid()), "MiB", 80.0);
    session.end(b"q");
}

fn ticks(pid: u32) -> u64 {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    fields.iter().skip(11).take(2).filter_map(|field| field.parse::<u64>().ok()).sum()
}

fn resident(pid: u32) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|text| text.trim().split(' ').next()?.parse::<f64>().ok()).map_or(f64::NAN, |kib| kib / 1024.0)
}
