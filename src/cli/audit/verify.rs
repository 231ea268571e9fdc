use quarterdeck_sync::outbox::Outbox;
use serde_json::json;

use crate::cli::context::Context;
use crate::cli::out::{Form, Out};
use crate::cli::render::plural;
use crate::error::{Code, Failure};

/// Arguments of `audit verify`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// A hash that was noted down before: it must be that of a line still
    #[arg(long, value_name = "HASH")]
    head: Option<String>,
}

/// Runs it: exit code 1 when the log is not what it was.
pub fn run(cx: &Context, args: &Args) -> Result<Code, Failure> {
    let outbox = cx.outbox()?;
    let proof = outbox.verify()?;
    let mut broken = proof.broken.clone().map(|(line, why)| (Some(line), why));
    if broken.is_none()
        && let Some(head) = &args.head
        && !has(&outbox, head)?
    {
        broken = Some((None, format!("no line has the hash {head}: the log was cut off, or is another one")));
    }
    let mut out = Out::new();
    let item = json!({
        "entries": proof.entries, "head": proof.head,
        "broken": broken.as_ref().map(|(line, why)| json!({"line": line, "why": why})),
    });
    match cx.form {
        Form::Json => out.json(&json!({"schema": "qd.audit.verify/1", "item": item}))?,
        Form::Ndjson => out.json(&item)?,
        Form::Plain => out.line(&match &broken {
            None => format!("{}, unbroken; head {}", plural(proof.entries, "line", "lines"), proof.head),
            Some((Some(line), why)) => clean(&format!("BROKEN at line {line}: {why}")),
            Some((None, why)) => clean(&format!("BROKEN: {why}")),
        })?,
    }
    out.finish()?;
    if broken.is_none() {
        return Ok(Code::Done);
    }
    cx.say(match proof.broken {
        Some(_) => "somebody or something changed outbox.db beside qd: compare it with an export or a copy",
        None => "every line follows from the one before. Was the hash noted down whole, and from this log? Then lines at its \
                 end are gone: compare it with an export or a copy",
    });
    Ok(Code::Fault)
}

fn clean(text: &str) -> String {
    quarterdeck_sync::text::Clean::line(text).into_string()
}

fn has(outbox: &Outbox, head: &str) -> Result<bool, Failure> {
    let mut found = false;
    super::each_line(outbox, |entry| {
        found |= entry.hash.eq_ignore_ascii_case(head);
        Ok(())
    })?;
    Ok(found)
}
