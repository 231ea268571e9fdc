//! `qd platform check`: is a manifest right, and does it fit a server?

use std::path::PathBuf;
use std::sync::Arc;

use quarterdeck_sync::platform::{Client, ConnectSpec, Manifest, ManifestError};
use serde_json::{Value, json};

use super::probe::{self, Probe};
use crate::cli::columns::{Cell, table};
use crate::cli::context::Context;
use crate::cli::out::{Form, Out};
use crate::cli::style::Role;
use crate::config::{SecretSource, secret};
use crate::error::{Code, Failure, Kind};

/// Arguments of `platform check`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The manifest
    file: PathBuf,
    /// Try each collection on this server
    #[arg(long, requires = "secret")]
    url: Option<String>,
    /// User, for a platform that is signed in to with a password
    #[arg(long, requires = "url")]
    user: Option<String>,
    /// Where the secret is: env:VARIABLE, command:COMMAND, file:PATH or keyring (the entry of a connection)
    #[arg(long, value_name = "PLACE", requires = "url")]
    secret: Option<String>,
}

pub fn run(cx: &Context, args: &Args) -> Result<Code, Failure> {
    let text = std::fs::read_to_string(&args.file).map_err(|error| {
        Failure::usage(format!("{}: {error}", args.file.display())).hint("which file is the manifest?")
    })?;
    let manifest = match cx.registry().check(&args.file, &text) {
        Ok(manifest) => manifest,
        Err(problems) => return Err(wrong(cx, &problems)?),
    };
    let probes = match &args.url {
        Some(url) => Some(try_it(cx, args, url, &manifest)?),
        None => None,
    };
    show(cx, &manifest, probes.as_deref())?;
    let failed = probes.iter().flatten().any(|probe| probe.error.is_some());
    Ok(if failed { Code::Partly } else { Code::Done })
}

/// All that is wrong with it: on stdout for a script, on stderr for a person, with a failure that counts it.
fn wrong(cx: &Context, problems: &[ManifestError]) -> Result<Failure, Failure> {
    if let [only] = problems
        && !cx.form.is_json()
    {
        return Ok(only.clone().into());
    }
    let mut out = Out::new();
    let items: Vec<Value> = problems
        .iter()
        .map(|one| {
            json!({"file": one.file, "line": one.line, "column": one.column, "message": one.message, "hint": one.hint})
        })
        .collect();
    match cx.form {
        Form::Json => out.json(&json!({"schema": "qd.platform.check/1", "problems": items}))?,
        Form::Ndjson => items.iter().try_for_each(|item| out.json(item))?,
        Form::Plain => {
            for problem in problems {
                crate::cli::out::talk(&Failure::from(problem.clone()).plain());
            }
        }
    }
    out.finish()?;
    Ok(Failure::new(Kind::Manifest, format!("{} things are wrong with the manifest", problems.len())))
}

fn try_it(cx: &Context, args: &Args, pasted: &str, manifest: &Manifest) -> Result<Vec<Probe>, Failure> {
    let settings = cx.settings()?;
    let (url, _) = Client::normalise_url(manifest, pasted).map_err(|reason| {
        Failure::usage(format!("--url: {reason}")).hint("for example https://acme.example.com/api/v1")
    })?;
    let source: SecretSource = args
        .secret
        .as_deref()
        .unwrap_or_default()
        .parse()
        .map_err(|reason: String| Failure::usage(format!("--secret: {reason}")).hint(secret::FORMS))?;
    let secret = source.anchored().resolve(&manifest.name, settings.secret_timeout)?;
    let spec = ConnectSpec { name: manifest.name.clone(), url, user: args.user.clone(), secret };
    let client = Client::new(Arc::new(manifest.clone()), spec, settings.client_options())?;
    cx.runtime()?.block_on(probe::all(&client))
}

fn show(cx: &Context, manifest: &Manifest, probes: Option<&[Probe]>) -> Result<(), Failure> {
    let mut out = Out::new();
    match (cx.form, probes) {
        (Form::Plain, None) => {
            let count = manifest.collections.len();
            out.line(&format!("the manifest is right: {count} collection{}", if count == 1 { "" } else { "s" }))?;
            cx.say("with --url and --secret its collections are tried on a server");
        }
        (Form::Plain, Some(probes)) => {
            let rows: Vec<Vec<Cell>> = probes.iter().map(row).collect();
            out.raw(&table(&cx.style, &["COLLECTION", "PAGES", "ROWS", "BAD", "TOTAL", "FOUND"], &rows))?;
        }
        (Form::Ndjson, probes) => probes.unwrap_or_default().iter().try_for_each(|probe| out.json(probe))?,
        (Form::Json, probes) => {
            out.json(&json!({"schema": "qd.platform.check/1", "problems": [], "items": probes.unwrap_or_default()}))?;
        }
    }
    out.finish()
}

fn row(probe: &Probe) -> Vec<Cell> {
    let number = |number: Option<u64>| number.map_or_else(|| "-".to_owned(), crate::cli::columns::grouped);
    let found = match (&probe.error, &probe.skipped, probe.empty_columns.as_slice(), probe.rows) {
        (Some(error), ..) => Cell::text(error).role(Role::Bad),
        (None, Some(reason), ..) => Cell::text(reason).role(Role::Faint),
        (None, None, _, 0) => Cell::text("no rows to look at").role(Role::Faint),
        (None, None, [], _) => Cell::text("every column").role(Role::Good),
        (None, None, empty, _) => Cell::text(format!("empty: {}", empty.join(", "))).role(Role::Warning),
    };
    vec![
        Cell::text(&probe.collection),
        Cell::text(probe.pages.unwrap_or("-")),
        Cell::count(probe.rows),
        Cell::count(probe.bad),
        Cell::text(number(probe.total)),
        found,
    ]
}
