//! `qd demo`: three simulated platforms in this process, a home of its own, and the console on it.
//!
//! Nothing of the operator's is read or written: everything lives in a temporary folder that goes with the demo.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use quarterdeck_sim::{Endpoint, Options, Sim};
use quarterdeck_sync::model::Freshness;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::columns::{Cell, table};
use super::context::Context;
use super::manner::Flags;
use super::out::{Form, Out};
use super::sync::{self, report};
use crate::config::{self, Connection, Connections, Paths, SecretSource};
use crate::console::{self, Opening};
use crate::error::{Code, Failure, Kind};

/// The platforms of the demo, by the names of their endpoints.
const NAMES: [&str; 3] = ["turen", "exo", "runagents"];

/// How often the demo looks for news: its world moves every other second.
const EVERY: Duration = Duration::from_secs(5);

/// How often the folder is tried to be taken away, and how long after each other.
const TRIES: usize = 20;
const BETWEEN: Duration = Duration::from_millis(50);

/// Arguments of `demo`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Sync once, print what was found, and leave
    #[arg(long)]
    headless: bool,
    /// The same seed gives the same world
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Keep the demo's files in this folder, which must be new or empty
    #[arg(long, value_name = "DIR")]
    keep: Option<PathBuf>,
    #[command(flatten)]
    flags: Flags,
}

/// Runs it.
pub fn run(cx: &Context, args: &Args) -> Result<Code, Failure> {
    if !args.headless {
        console::check_terminal(&cx.env).map_err(|failure| failure.hint("qd demo --headless needs none"))?;
    }
    let temporary = tempfile::Builder::new().prefix("qd-demo-").tempdir()?;
    let home = match &args.keep {
        Some(folder) => empty(folder)?,
        None => temporary.path().to_owned(),
    };
    let cx = Context { paths: Paths::under(&home), ..cx.clone() };
    // What is counted once should not move while it is counted.
    let options = Options { seed: args.seed, moving: !args.headless, ..Options::default() };
    let sim = cx
        .runtime()?
        .block_on(Sim::start(options))
        .map_err(|error| Failure::new(Kind::Io, format!("the simulator cannot start: {error}")))?;
    connect(&cx, &sim)?;
    let code = if args.headless { headless(&cx)? } else { watch(&cx, args.flags.clone())? };
    if args.keep.is_some() {
        cx.say(&format!("kept: QD_HOME={} qd status", home.display()));
    }
    drop(sim);
    clear(temporary)?;
    Ok(code)
}

/// Takes the demo's folder away. What still ran when the console was left, such as a commit of the index, may write into it once
/// more while it is emptied.
fn clear(folder: TempDir) -> io::Result<()> {
    let path = folder.path().to_owned();
    let mut left = folder.close();
    for _ in 0..TRIES {
        if left.is_ok() || !path.exists() {
            return Ok(());
        }
        std::thread::sleep(BETWEEN);
        left = std::fs::remove_dir_all(&path);
    }
    left
}

/// The folder to keep, made if need be: never one that holds something.
fn empty(folder: &Path) -> Result<PathBuf, Failure> {
    let folder = std::path::absolute(folder)?;
    config::make_folder(&folder)?;
    match std::fs::read_dir(&folder)?.next() {
        None => Ok(folder),
        Some(_) => {
            Err(Failure::usage(format!("--keep: {} is not empty", folder.display())).hint("name a folder that is new"))
        }
    }
}

/// Writes the demo's connections: each secret is in a file, as an operator's could be.
fn connect(cx: &Context, sim: &Sim) -> Result<(), Failure> {
    let mut connections = Connections::load(&cx.paths.connections())?;
    let endpoints: Vec<Endpoint> =
        sim.endpoints().into_iter().filter(|one| NAMES.contains(&one.name.as_str())).collect();
    for one in endpoints {
        let secret = one.password.or(one.key).unwrap_or_default();
        let file = cx.paths.config_dir.join(format!("{}.key", one.name));
        config::replace(&file, &secret)?;
        let connection =
            Connection { platform: one.platform, url: one.url, user: one.user, secret: SecretSource::File(file) };
        connections.add(&one.name, connection)?;
    }
    Ok(())
}

/// The console, at once: the first sync runs behind it.
fn watch(cx: &Context, flags: Flags) -> Result<Code, Failure> {
    let opening = Opening::new(cx.env.clone(), cx.paths.clone());
    let (no_color, manner, label) = (!cx.style.color, flags.manner(), Some("demo".to_owned()));
    console::run(Opening { every: Some(EVERY), no_color, manner, theme: flags.theme, label, fresh: true, ..opening })
}

fn headless(cx: &Context) -> Result<Code, Failure> {
    let results = sync::everything(cx)?;
    let lists = cx.mirror()?.reader()?.freshness()?;
    let mut out = Out::new();
    match cx.form {
        Form::Plain => {
            out.raw(&report::plain(&cx.style, &results))?;
            out.line("")?;
            let rows: Vec<Vec<Cell>> = lists.iter().filter(|list| list.mirror_count > 0).map(row).collect();
            out.raw(&table(&cx.style, &["CONNECTION", "COLLECTION", "KIND", "RECORDS"], &rows))?;
        }
        Form::Json => {
            let mut value = report::json(&results);
            value["schema"] = "qd.demo/1".into();
            value["collections"] = lists.iter().map(item).collect();
            out.json(&value)?;
        }
        Form::Ndjson => lists.iter().try_for_each(|list| out.json(&item(list)))?,
    }
    out.finish()?;
    Ok(report::verdict(&results))
}

fn row(list: &Freshness) -> Vec<Cell> {
    vec![
        Cell::text(&list.list.connection),
        Cell::text(&list.list.collection),
        Cell::text(list.kind.as_str()),
        Cell::count(list.mirror_count),
    ]
}

fn item(list: &Freshness) -> Value {
    json!({
        "connection": list.list.connection, "collection": list.list.collection,
        "kind": list.kind, "records": list.mirror_count,
    })
}
