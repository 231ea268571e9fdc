//! A simulated fleet, and `qd` in a home of its own that is connected to it.

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc::channel;
use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use quarterdeck_sim::{Endpoint, Matcher, Options, Sim};
use serde_json::Value;

use crate::cli_harness::{Home, Said};

/// Every endpoint of the simulator, by the name its connection has here.
pub const ENDPOINTS: [&str; 5] = ["turen", "exo", "exo-documented", "runagents", "runagents-v1alpha"];

/// After this a test is taken to hang; no result hinges on it.
const HANGS: Duration = Duration::from_secs(300);

/// The day it is in UTC. Calendars have one more day from one to the next.
pub fn today() -> Date {
    Timestamp::now().to_zoned(TimeZone::UTC).date()
}

/// A simulator and a `QD_HOME`.
pub struct Fleet {
    pub sim: Sim,
    home: Home,
}

impl Fleet {
    /// A fleet with a connection for each of `names`.
    pub fn new(options: Options, names: &[&str]) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let sim = runtime.block_on(Sim::start(options)).expect("a simulator");
        let fleet = Self { sim, home: Home::new() };
        for endpoint in fleet.sim.endpoints().iter().filter(|endpoint| names.contains(&endpoint.name.as_str())) {
            fleet.connect(endpoint);
        }
        fleet
    }

    fn connect(&self, endpoint: &Endpoint) {
        let secret = endpoint.key.as_ref().or(endpoint.password.as_ref()).expect("every endpoint has a secret");
        let place = self.home.write(&format!("{}.secret", endpoint.name), 0o600, secret);
        let place = format!("file:{}", place.display());
        let mut args = vec!["connect", "add", &endpoint.name, "--platform", &endpoint.platform, "--url", &endpoint.url];
        args.extend(["--secret", &place]);
        if let (None, Some(user)) = (&endpoint.key, &endpoint.user) {
            args.extend(["--user", user]);
        }
        let added = self.qd(&args);
        assert_eq!(added.code, 0, "{added:?}");
    }

    /// Takes the platforms down; what `qd` keeps stays. Its connections lead nowhere then: the ports may be given to the platforms of
    /// another test.
    #[cfg(unix)]
    pub fn stop(self) -> Home {
        self.unplug();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(self.sim.shutdown());
        self.home
    }

    /// Runs `qd` until its nth request of this kind has come, and kills it before that is answered: kill -9, nothing gets a chance to
    /// tidy up.
    pub fn killed_at(&self, nth: u64, of: Matcher, args: &[&str]) {
        let (reached, at_request) = channel();
        let (answer, dead) = channel::<()>();
        self.sim.at_request(of, nth, move |_| {
            let _ = reached.send(());
            let _ = dead.recv();
        });
        let mut qd = self.command(args).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("qd runs");
        at_request.recv_timeout(HANGS).expect("it asks so often");
        qd.kill().expect("it still runs");
        let ended = qd.wait().expect("it ends");
        drop(answer);
        assert!(!ended.success(), "killed at request {nth}");
    }

    /// The home of this fleet's operator.
    #[cfg(unix)]
    pub fn own(&self) -> &Home {
        &self.home
    }

    /// Everything `qd` keeps.
    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// `qd` with these arguments, not yet started. It logs all there is to log.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = self.home.command(args);
        command.env("TZ", "UTC").env("QD_LOG", "trace");
        command
    }

    /// Runs `qd` to its end.
    pub fn qd(&self, args: &[&str]) -> Said {
        self.command(args).output().expect("qd runs").into()
    }

    /// Runs `qd` with text on stdin.
    pub fn fed(&self, text: &str, args: &[&str]) -> Said {
        self.home.qd_fed(text, args)
    }

    /// Takes the network away from the operator; what is returned gives it back.
    pub fn unplug(&self) -> String {
        let file = self.home().join("connections.toml");
        let text = std::fs::read_to_string(&file).expect("connections");
        let mut cut = text.clone();
        for endpoint in self.sim.endpoints() {
            let place = endpoint.url.trim_start_matches("http://").split('/').next().unwrap_or_default().to_owned();
            // The discard port: nobody listens there.
            cut = cut.replace(&place, "127.0.0.1:9");
        }
        assert_ne!(cut, text, "no connection leads to the simulator");
        std::fs::write(&file, cut).expect("written");
        text
    }

    /// Gives the network back.
    pub fn plug(&self, text: &str) {
        std::fs::write(self.home().join("connections.toml"), text).expect("written");
    }

    /// The documents the mirror holds live of a list.
    pub fn mirrored(&self, connection: &str, collection: &str) -> Vec<Value> {
        let listed = self.qd(&[collection, "list", "--connection", connection, "--limit", "0", "--ndjson"]);
        assert_eq!(listed.code, 0, "{listed:?}");
        let rows = listed.out.lines().map(|line| serde_json::from_str::<Value>(line).expect("a record"));
        rows.filter(|row| row["collection"] == collection).map(|row| row["doc"].clone()).collect()
    }

    /// Compares a list of the mirror with what the server holds.
    ///
    /// # Panics
    /// When a record is missing, stale, doubled or too much.
    pub fn assert_equal(&self, connection: &str, collection: &str) {
        let mut mirrored = self.mirrored(connection, collection);
        let truth = self.sim.truth(connection, collection);
        for row in &truth {
            let place = mirrored.iter().position(|doc| same(row, doc));
            let Some(place) = place else {
                panic!("{connection} {collection}: missing or stale: {row}\nof {} mirrored", mirrored.len())
            };
            mirrored.swap_remove(place);
        }
        assert!(mirrored.is_empty(), "{connection} {collection}: not on the server: {mirrored:?}");
    }
}

/// Is `doc` what the server sent as `row`, but for what was masked and for the parent's id that a child was given?
fn same(row: &Value, doc: &Value) -> bool {
    match (row, doc) {
        (_, Value::String(text)) if text.contains("masked") => true,
        (Value::Object(row), Value::Object(doc)) => {
            row.iter().all(|(key, value)| doc.get(key).is_some_and(|doc| same(value, doc)))
        }
        (Value::Array(row), Value::Array(doc)) => {
            row.len() == doc.len() && row.iter().zip(doc).all(|(row, doc)| same(row, doc))
        }
        _ => row == doc,
    }
}
