//! The console in a pseudo-terminal: first frame against the floor, bytes and time per key, idle cost, memory.

use std::path::Path;
use std::time::Duration;

use portable_pty::CommandBuilder;

use crate::measure::{Fleet, fact, line, percentile};
use crate::pty::{Lines, Session};

const STARTS: usize = 15;
const PRESSES: usize = 150;
/// Presses in one direction before it turns.
const TURN: usize = 15;
/// Cells at the beginning of a line that name its record, before what tells its time.
const NAMED: usize = 60;

fn console(fleet: &Fleet, home: &Path) -> CommandBuilder {
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_qd"));
    command.env("QD_HOME", home);
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

/// The frame stands, and what it shows is from the mirror: the header, how each connection stands, the keys, and lines between.
fn is_full(lines: &Lines) -> bool {
    let text = |at: usize| lines.get(at).is_some_and(|line| !line.trim().is_empty());
    let last = lines.len().saturating_sub(1);
    let standing = lines.get(last.saturating_sub(1)).is_some_and(|line| {
        // Before the mirror has answered it says that nothing was ever synced.
        line.contains("turen") && !line.contains("never synced")
    });
    let between = (2..last.saturating_sub(1)).filter(|at| text(*at)).count();
    text(0) && standing && text(last) && between >= 3 && !lines.iter().any(|line| line.contains("reading …"))
}

fn milliseconds(took: Option<Duration>) -> f64 {
    took.map_or(f64::NAN, |took| took.as_secs_f64() * 1e3)
}

/// Milliseconds to the full first frame of the console, and until it has settled.
fn first_frame(command: CommandBuilder) -> (f64, f64) {
    let mut session = Session::start(command);
    session.settle(Duration::from_millis(400), Duration::from_secs(5));
    let (first, settled) = (session.first_update(is_full), session.settled());
    session.end(b"q");
    (milliseconds(first), milliseconds(settled))
}

/// Milliseconds to the one frame of the floor.
fn floor_frame(command: CommandBuilder) -> f64 {
    let mut session = Session::start(command);
    session.settle(Duration::from_millis(400), Duration::from_secs(5));
    let frame = session.settled();
    session.end(b"q");
    milliseconds(frame)
}

/// Measures the console over the mirror of the first sync.
pub fn run(fleet: &Fleet) {
    println!("console at 200x50");
    let (mut floors, mut frames, mut settled) = (Vec::new(), Vec::new(), Vec::new());
    // In turn: what the machine does meanwhile it does to both.
    for _ in 0..STARTS {
        floors.push(floor_frame(floor(fleet)));
        let (first, stands) = first_frame(console(fleet, fleet.home.path()));
        frames.push(first);
        settled.push(stands);
    }
    let (floor, frame) = (percentile(&mut floors, 0.5), percentile(&mut frames, 0.5));
    fact("floor: the smallest list in ratatui, exec to full frame", floor, "ms");
    line("exec to full first frame", frame, "ms", 60.0);
    line("exec to full first frame, times the floor", frame / floor, "x", 3.0);
    fact("exec to the settled screen, nine tenths of it", percentile(&mut settled, 0.5), "ms");
    keys(fleet);
    keys_while_busy(fleet);
}

fn keys(fleet: &Fleet) {
    let mut session = Session::start(console(fleet, fleet.home.path()));
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

/// The line of the cursor's mark.
fn chosen(lines: &Lines) -> Option<usize> {
    lines.iter().position(|line| line.starts_with('▌'))
}

/// What the record `by` lines below the cursor is called. The cursor's line alone does not tell whether a key was heard: a list
/// that rows come into moves under a cursor that stays with its record, and at an edge the list moves and the cursor does not.
fn named(lines: &Lines, by: isize) -> Option<String> {
    let line = lines.get(chosen(lines)?.checked_add_signed(by)?)?;
    Some(line.chars().skip(1).take(NAMED).collect())
}

/// Keys in a console that syncs every session for the first time and builds the index of them, while the platform goes on.
fn keys_while_busy(fleet: &Fleet) {
    let home = fleet.another_home();
    let stirring = fleet.stir();
    let mut session = Session::start(console(fleet, home.path()));
    session.settle(Duration::from_millis(300), Duration::from_secs(2));
    session.key(b":open sessions\r");
    // The keys before it are not these: what they change stands by then.
    session.settle(Duration::from_millis(300), Duration::from_secs(3));
    let many =
        |lines: &Lines| chosen(lines).is_some_and(|at| lines.iter().skip(at).take(30).all(|line| line.len() > 40));
    if session.until(Duration::from_secs(60), many).is_none() {
        fact("key to frame while syncing and indexing: nothing came", f64::NAN, "ms");
        return session.end(b"q");
    }
    let before = mirrored(home.path());
    let mut times = Vec::new();
    for press in 0..PRESSES {
        // Down and up again: frames that no key asked for come in between.
        let (key, by): (&[u8], isize) = if (press / TURN).is_multiple_of(2) { (b"j", 1) } else { (b"k", -1) };
        let (from, next) = (named(&session.lines(), 0), named(&session.lines(), by));
        let at = session.key(key);
        // Neighbours of one name look the same: that key is pressed, and is not measured.
        if from != next {
            let seen = session.until(Duration::from_secs(2), |lines| {
                named(lines, 0).is_some_and(|name| from.as_ref() != Some(&name))
            });
            times.push(seen.map_or(2e3, |seen| (seen - at).as_secs_f64() * 1e3));
        }
        session.settle(Duration::from_millis(20), Duration::from_millis(60));
    }
    let after = mirrored(home.path());
    line("key to frame, p99, also while syncing and indexing", percentile(&mut times, 0.99), "ms", 16.0);
    fact("the same, p50", percentile(&mut times, 0.5), "ms");
    fact("sessions that were synced meanwhile", after - before, "rows");
    line("resident memory while syncing and indexing", resident(session.pid()), "MiB", 250.0);
    drop(stirring);
    session.end(b"q");
}

/// Rows in the mirror of a home.
fn mirrored(home: &Path) -> f64 {
    let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY;
    let open = rusqlite::Connection::open_with_flags(home.join("mirror.db"), flags);
    let count =
        open.and_then(|db| db.query_row("SELECT max(rowid) FROM record", [], |row| row.get::<_, Option<f64>>(0)));
    count.ok().flatten().unwrap_or(0.0)
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
