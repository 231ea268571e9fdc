//! `diff`: what would change, field by field and as text.

use std::path::PathBuf;

use quarterdeck_sync::model::{Dispute, Record, Write};
use serde::Serialize;
use serde_json::{Value, json};

use super::{Which, editable, history, show, text_of, wrong};
use crate::cli::act::Desk;
use crate::cli::context::{Context, Noun};
use crate::cli::out::{Form, Out};
use crate::cli::reveal::Reveal;
use crate::cli::style::{Role, Style};
use crate::editing::Editable;
use crate::error::{Code, Failure, Kind};

/// Arguments of `diff`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    which: Which,
    /// From the policy as it is to this file; - reads it from stdin
    #[arg(long, value_name = "FILE", conflicts_with_all = ["version", "write"])]
    file: Option<PathBuf>,
    /// From this version to the policy as it is
    #[arg(long, value_name = "N", conflicts_with = "write")]
    version: Option<u64>,
    /// From what was seen to what this write makes of it, with what stands in its way
    #[arg(long, value_name = "ID")]
    write: Option<String>,
    /// Shows secrets too.
    #[command(flatten)]
    reveal: Reveal,
}

/// Two documents and what they are called.
struct Sides {
    from: (String, Value),
    to: (String, Value),
    disputes: Vec<Dispute>,
}

/// The answer as JSON. The order of the members is part of the schema.
#[derive(Debug, Serialize)]
struct JsonDiff<'a> {
    schema: &'static str,
    connection: &'a str,
    id: &'a str,
    from: &'a str,
    to: &'a str,
    changes: Vec<JsonChange<'a>>,
    conflicts: &'a [Dispute],
    unified: &'a str,
}

/// A field that differs; a side that does not have it is missing.
#[derive(Debug, Serialize)]
struct JsonChange<'a> {
    at: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<&'a Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<&'a Value>,
}

/// Runs it.
pub fn run(cx: &Context, noun: &Noun, args: &Args) -> Result<Code, Failure> {
    let desk = Desk::open(cx)?;
    let record = args.which.find(cx, &desk, noun)?;
    let editable = editable(&desk, &record)?;
    let sides = sides(&desk, &record, &editable, args)?;
    let changes = editable.changes(&sides.from.1, &sides.to.1);
    let (from, to) = (editable.text_of(&sides.from.1), editable.text_of(&sides.to.1));
    let names = (sides.from.0.as_str(), sides.to.0.as_str());
    let about = || json!({"command": format!("{} diff", noun.name()), "connection": record.row.list.connection, "id": record.row.id});
    let secrets = args.reveal.allowed(cx, about)?;
    let mut out = Out::showing(secrets);
    if cx.form == Form::Plain {
        if changes.is_empty() {
            cx.say(&format!("no difference between {} and {}", names.0, names.1));
        }
        out.raw(&show::changes(&changes, cx.style, secrets))?;
        if !changes.is_empty() {
            out.raw("\n")?;
        }
        out.raw(&show::unified(&from, &to, names, cx.style, secrets))?;
        if !sides.disputes.is_empty() {
            out.line(&format!("\n{}", cx.style.paint(Role::Warning, "in the way:")))?;
            out.raw(&show::disputes(&sides.disputes, cx.style, secrets))?;
        }
    } else {
        let change = |change: &'_ Dispute| (change.at.clone(), change.base.clone(), change.mine.clone());
        let fields: Vec<_> = changes.iter().map(change).collect();
        let changes = fields
            .iter()
            .map(|(at, from, to)| JsonChange { at: at.as_str(), from: from.as_ref(), to: to.as_ref() })
            .collect();
        let unified = show::unified(&from, &to, names, Style::plain(), secrets);
        let (connection, id) = (record.row.list.connection.as_str(), record.row.id.as_str());
        let schema = "qd.policies.diff/1";
        let (from, to, conflicts) = (names.0, names.1, sides.disputes.as_slice());
        out.json(&JsonDiff { schema, connection, id, from, to, changes, conflicts, unified: &unified })?;
    }
    out.finish()?;
    Ok(Code::Done)
}

fn sides(desk: &Desk, record: &Record, editable: &Editable, args: &Args) -> Result<Sides, Failure> {
    let now = || ("as it is".to_owned(), editable.doc().clone());
    let two = |from, to| Sides { from, to, disputes: Vec::new() };
    if let Some(file) = &args.file {
        let name = file.display().to_string();
        let edited = editable.read(&text_of(file)?).map_err(|complaints| wrong(&name, &complaints))?;
        return Ok(two(now(), (name, edited.doc)));
    }
    if let Some(number) = args.version {
        let doc = read(&history::version(desk, record, number)?.doc)?;
        return Ok(two((format!("version {number}"), doc), now()));
    }
    if let Some(id) = &args.write {
        return of_write(&find_write(desk, record, id)?);
    }
    // With nothing said: what is decided and not there yet.
    Ok(two(("as the platform has it".to_owned(), read(&record.doc)?), now()))
}

fn of_write(write: &Write) -> Result<Sides, Failure> {
    let base = write.intent.base.doc.clone();
    let mut mine = base.clone();
    match write.intent.args.get("doc") {
        Some(doc) => mine.clone_from(doc),
        None => write.intent.effect.onto(&mut mine),
    }
    let disputes = write.verdict.as_ref().map(|verdict| verdict.disputes.clone()).unwrap_or_default();
    Ok(Sides { from: ("as it was seen".to_owned(), base), to: (format!("write {}", write.id), mine), disputes })
}

fn find_write(desk: &Desk, record: &Record, id: &str) -> Result<Write, Failure> {
    let mut found = desk.outbox.find(id, 2)?;
    match (found.pop(), found.is_empty()) {
        (Some(write), true)
            if write.list() == record.row.list && write.intent.target.as_deref() == Some(&record.row.id) =>
        {
            Ok(write)
        }
        (Some(write), true) => Err(Failure::not_found(format!("write {} is not about {}", write.id, record.row.id))),
        (Some(_), false) => Err(Failure::new(Kind::Ambiguous, format!("{id} is more than one write"))),
        (None, _) => Err(Failure::not_found(format!("there is no write {id}")).hint("qd outbox list --all shows them")),
    }
}

fn read(doc: &str) -> Result<Value, Failure> {
    serde_json::from_str(doc)
        .map_err(|error| Failure::new(Kind::Mirror, format!("the document cannot be read: {error}")))
}
