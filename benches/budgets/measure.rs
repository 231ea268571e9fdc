//! What the parts share: a simulated fleet with a home for `qd`, the table that is printed, percentiles.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::{Duration, Instant};

use quarterdeck_sim::{Endpoint, Options, Scenario, Sim};
use tempfile::TempDir;

/// A simulator that serves so many sessions, and a `QD_HOME` connected to it.
pub struct Fleet {
    pub rows: u64,
    pub runtime: tokio::runtime::Runtime,
    pub turen: Endpoint,
    pub home: TempDir,
    sim: Arc<Sim>,
}

impl Fleet {
    pub fn start(rows: u64) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        let runtime = runtime.expect("a runtime");
        let options = Options { scenario: Scenario::Huge { sessions: rows }, ..Options::default() };
        let sim = runtime.block_on(Sim::start(options)).expect("a simulator");
        let turen = sim.endpoint("turen").expect("the simulator speaks Turen");
        let home = tempfile::tempdir().expect("a home");
        let fleet = Self { rows, runtime, turen, home, sim: Arc::new(sim) };
        fleet.connect(&fleet.home);
        fleet
    }

    /// Another home that is connected to it, with nothing in its mirror.
    pub fn another_home(&self) -> TempDir {
        let home = tempfile::tempdir().expect("a home");
        self.connect(&home);
        home
    }

    fn connect(&self, home: &TempDir) {
        let args = ["connect", "add", "turen", "--platform", "turen", "--url", &self.turen.url, "--secret", "env:KEY"];
        let added = self.qd(&args).env("QD_HOME", home.path()).status();
        assert!(added.is_ok_and(|status| status.success()), "the connection is added");
        // A million contents would be a measurement of their own, and no console beside them is idle.
        std::fs::write(home.path().join("config.toml"), "[content]\npolicy = \"none\"\n").expect("settings");
    }

    /// `qd` in this fleet's home.
    pub fn qd(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_qd"));
        command.args(args).env("QD_HOME", self.home.path()).env("KEY", self.turen.key.as_deref().unwrap_or_default());
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command
    }

    /// While it lives, things go on happening on the platform.
    pub fn stir(&self) -> Stirring {
        let (stop, stopped) = channel::<()>();
        let sim = Arc::clone(&self.sim);
        thread::spawn(move || {
            while stopped.recv_timeout(Duration::from_millis(100)) == Err(RecvTimeoutError::Timeout) {
                sim.insert("turen", "events", 3);
            }
        });
        Stirring { _stop: stop }
    }
}

/// A platform on which things go on happening.
pub struct Stirring {
    _stop: Sender<()>,
}

/// What a child process took.
#[derive(Debug, Clone, Copy)]
pub struct Taken {
    pub wall: Duration,
    /// Processor time, where the system tells it.
    pub cpu: Duration,
    /// Most memory it held, in MiB, where the system tells it.
    pub peak_mib: f64,
}

/// Runs a command to its end, looking at its memory meanwhile.
pub fn run(mut command: Command) -> Taken {
    let started = Instant::now();
    let child = command.spawn().expect("the command runs");
    watch(child, started, |_| {})
}

/// The same for a sync; first what it had taken when the mirror was whole, which is before all of it is indexed.
pub fn run_sync(mut command: Command) -> (Taken, Taken) {
    let started = Instant::now();
    let mut child = command.arg("--ndjson").stdout(Stdio::piped()).spawn().expect("the command runs");
    let out = BufReader::new(child.stdout.take().expect("piped"));
    let whole = Arc::new(OnceLock::new());
    let told = Arc::clone(&whole);
    let reader = thread::spawn(move || {
        for line in out.lines().map_while(Result::ok).filter(|line| line.contains("\"event\":\"finished\"")) {
            told.get_or_init(|| (line, started.elapsed()));
        }
    });
    let mut mirrored = None;
    let taken = watch(child, started, |so_far| match whole.get() {
        Some((_, wall)) if mirrored.is_none() => mirrored = Some(Taken { wall: *wall, ..so_far }),
        _ => {}
    });
    let _ = reader.join();
    (mirrored.unwrap_or(taken), taken)
}

/// Waits for a child, looking at what it takes.
fn watch(mut child: Child, started: Instant, mut look: impl FnMut(Taken)) -> Taken {
    let (mut peak, mut ticks) = (0.0, 0);
    let taken = |peak, ticks| Taken { wall: started.elapsed(), cpu: Duration::from_millis(ticks * 10), peak_mib: peak };
    loop {
        let proc = |file: &str| std::fs::read_to_string(format!("/proc/{}/{file}", child.id())).unwrap_or_default();
        let status = proc("status");
        let high = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let high = high.and_then(|text| text.trim().split(' ').next()?.parse::<f64>().ok());
        peak = f64::max(peak, high.unwrap_or(0.0) / 1024.0);
        let stat = proc("stat");
        let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
        let tick = |field: usize| fields.get(field).and_then(|text| text.parse::<u64>().ok()).unwrap_or(0);
        ticks = ticks.max(tick(11) + tick(12));
        look(taken(peak, ticks));
        match child.try_wait() {
            Ok(None) => std::thread::sleep(Duration::from_millis(5)),
            Ok(Some(status)) => assert!(status.success(), "the command ends well"),
            Err(error) => panic!("{error}"),
        }
        if child.try_wait().is_ok_and(|status| status.is_some()) {
            break;
        }
    }
    taken(peak, ticks)
}

/// Seconds of processor time that this process has taken, where the system tells it: on a machine that others use too, they say
/// more than the clock does.
pub fn cpu() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |field: usize| fields.get(field).and_then(|text| text.parse::<f64>().ok()).unwrap_or(f64::NAN);
    (ticks(11) + ticks(12)) / 100.0
}

/// Milliseconds of processor time that this thread has taken, where the system tells it.
pub fn thread_cpu() -> f64 {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    stat.split(' ').next().and_then(|text| text.parse::<f64>().ok()).unwrap_or(f64::NAN) / 1e6
}

/// Prints one line: what, what was seen, what the budget is, and whether it holds.
pub fn line(what: &str, seen: f64, unit: &str, budget: f64) {
    let verdict = if seen <= budget { "ok" } else { "MISSED" };
    let over = if seen <= budget { String::new() } else { format!(" by {:.2}x", seen / budget) };
    println!("  {what:<58} {seen:>10.2} {unit:<7} budget {budget:>9.2}  {verdict}{over}");
}

/// A figure without a budget of its own.
pub fn fact(what: &str, seen: f64, unit: &str) {
    println!("  {what:<58} {seen:>10.2} {unit}");
}

/// The `part` percentile (0 to 1), which sorts `values`.
pub fn percentile(values: &mut [f64], part: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let last = values.len().saturating_sub(1);
    values.get((last as f64 * part).round() as usize).copied().unwrap_or(f64::NAN)
}
