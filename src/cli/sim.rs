//! `qd sim`: the simulated platforms alone, for whoever wants to point something at them.

use quarterdeck_sim::{Endpoint, Options, Scenario, Sim};
use serde_json::{Value, json};

use super::columns::{Cell, table};
use super::context::Context;
use super::out::{Form, Out};
use crate::error::{Code, Failure, Kind};
use crate::stop::stop_asked;

/// Arguments of `sim`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// First of the ports to listen on, on this machine alone; 0 takes any free ones
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// demo, empty, busy, conflict, huge or huge:SESSIONS
    #[arg(long, default_value = "demo")]
    scenario: Scenario,
    /// The same seed gives the same world
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Nothing happens in the world by itself
    #[arg(long)]
    still: bool,
    /// Largest page the platforms give, whatever is asked
    #[arg(long, value_name = "ROWS", value_parser = clap::value_parser!(u32).range(1..))]
    page_cap: Option<u32>,
    /// Texts carry what must never reach a terminal: escape sequences, bidi overrides
    #[arg(long)]
    hostile: bool,
}

/// Runs it until somebody stops it.
pub fn run(cx: &Context, args: &Args) -> Result<Code, Failure> {
    let options = Options {
        scenario: args.scenario,
        seed: args.seed,
        port: args.port,
        page_cap: args.page_cap,
        moving: !args.still,
        hostile: args.hostile,
        ..Options::default()
    };
    let runtime = cx.runtime()?;
    let sim = runtime.block_on(Sim::start(options)).map_err(|error| {
        Failure::new(Kind::Io, format!("the simulator cannot start: {error}"))
            .hint("is the port taken? --port 0 takes any free ones")
    })?;
    show(cx, &sim.endpoints())?;
    cx.say("running until you stop it with ^C");
    runtime.block_on(stop_asked());
    Ok(Code::Done)
}

/// Where they are and what opens them, at once: a script waits for it.
fn show(cx: &Context, endpoints: &[Endpoint]) -> Result<(), Failure> {
    let mut out = Out::new();
    match cx.form {
        Form::Json => {
            out.json(&json!({"schema": "qd.sim/1", "items": endpoints.iter().map(item).collect::<Vec<_>>()}))?;
        }
        Form::Ndjson => endpoints.iter().try_for_each(|one| out.json(&item(one)))?,
        Form::Plain => {
            let rows: Vec<Vec<Cell>> = endpoints.iter().map(row).collect();
            out.raw(&table(&cx.style, &["NAME", "PLATFORM", "URL", "USER", "KEY OR PASSWORD"], &rows))?;
        }
    }
    out.finish()
}

fn row(one: &Endpoint) -> Vec<Cell> {
    let opens = one.password.as_deref().or(one.key.as_deref()).unwrap_or("-");
    [one.name.as_str(), &one.platform, &one.url, one.user.as_deref().unwrap_or("-"), opens].map(Cell::text).to_vec()
}

fn item(one: &Endpoint) -> Value {
    json!({
        "name": one.name, "platform": one.platform, "url": one.url, "key": one.key,
        "read_only_key": one.read_only_key, "user": one.user, "password": one.password,
    })
}
