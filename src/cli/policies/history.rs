//! `history`: every version of a policy that was seen here.

use jiff::{Timestamp, Zoned};
use quarterdeck_sync::model::{Record, WriteId};
use quarterdeck_sync::outbox::Version;
use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::{Which, editable};
use crate::cli::act::Desk;
use crate::cli::columns::{Cell, table};
use crate::cli::context::{Context, Noun};
use crate::cli::out::Out;
use crate::cli::render::{Items, age};
use crate::cli::reveal::Reveal;
use crate::error::{Code, Failure, Kind};

/// Arguments of `history`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    which: Which,
    /// At most so many, the newest; 0 is all
    #[arg(long, value_name = "N", default_value_t = 50)]
    limit: usize,
    /// Shows secrets too.
    #[command(flatten)]
    reveal: Reveal,
}

/// A version as JSON. The order of the members is part of the schema.
#[derive(Debug, Serialize)]
struct JsonVersion<'a> {
    version: u64,
    seen_at: Timestamp,
    label: Option<&'a str>,
    write: Option<&'a WriteId>,
    /// Pointers of the fields that were not so in the version before.
    changed: Vec<String>,
    doc: &'a RawValue,
}

/// Runs it.
pub fn run(cx: &Context, noun: &Noun, args: &Args) -> Result<Code, Failure> {
    let desk = Desk::open(cx)?;
    let record = args.which.find(cx, &desk, noun)?;
    let versions = desk.outbox.versions(&record.row.list, &record.row.id)?;
    let limit = if args.limit == 0 { usize::MAX } else { args.limit };
    let changed = changed(&desk, &record, &versions, limit);
    let shown = versions.iter().zip(changed).take(limit);
    let about = || json!({"command": format!("{} history", noun.name()), "connection": record.row.list.connection, "id": record.row.id});
    let mut out = Out::showing(args.reveal.allowed(cx, about)?);
    if cx.form.is_json() {
        let mut items = Items::new("policies.history", cx.form);
        for (version, changed) in shown {
            let doc: &RawValue = serde_json::from_str(&version.doc)
                .map_err(|error| Failure::new(Kind::Internal, format!("version {}: {error}", version.number)))?;
            let (label, write) = (version.label.as_deref(), version.write.as_ref());
            let changed = changed.unwrap_or_default();
            items.item(
                &mut out,
                &JsonVersion { version: version.number, seen_at: version.seen_at, label, write, changed, doc },
            )?;
        }
        items.finish(&mut out)?;
    } else {
        let now = Zoned::now();
        let row = |(version, changed): (&Version, Option<Vec<String>>)| {
            let changed = changed.map_or_else(|| "first seen".to_owned(), |changed| changed.join(" "));
            vec![
                Cell::text(version.number.to_string()),
                Cell::text(age(version.seen_at, &now)),
                Cell::text(version.label.clone().unwrap_or_default()),
                Cell::text(version.write.as_ref().map_or_else(String::new, ToString::to_string)),
                Cell::text(changed),
            ]
        };
        let rows: Vec<Vec<Cell>> = shown.map(row).collect();
        out.raw(&table(&cx.style, &["VERSION", "SEEN", "LABEL", "OUR WRITE", "CHANGED"], &rows))?;
    }
    out.finish()?;
    if versions.is_empty() {
        cx.say("no version was kept yet: the next sync keeps the first");
    }
    Ok(Code::Done)
}

/// For each version: what was not so in the one before; none for the oldest.
fn changed(desk: &Desk, record: &Record, versions: &[Version], limit: usize) -> Vec<Option<Vec<String>>> {
    let Ok(editable) = editable(desk, record) else { return versions.iter().map(|_| Some(Vec::new())).collect() };
    let docs: Vec<Value> = versions
        .iter()
        .take(limit.saturating_add(1))
        .map(|version| serde_json::from_str(&version.doc).unwrap_or_default())
        .collect();
    let older = docs.iter().skip(1).map(Some).chain([None]);
    let changed = |(doc, older): (&Value, Option<&Value>)| {
        older.map(|older| editable.changes(older, doc).into_iter().map(|change| change.at).collect())
    };
    docs.iter().zip(older).map(changed).collect()
}

/// One version by its number.
pub(super) fn version(desk: &Desk, record: &Record, number: u64) -> Result<Version, Failure> {
    let row = &record.row;
    let versions = desk.outbox.versions(&row.list, &row.id)?;
    let known = versions.first().map(|newest| newest.number);
    versions.into_iter().find(|version| version.number == number).ok_or_else(|| {
        let failure = Failure::not_found(format!("{} has no version {number}", row.id));
        failure.hint(match known {
            Some(newest) => format!("the newest is {newest}: qd policies history {}/{}", row.list.connection, row.id),
            None => "no version was kept yet: the next sync keeps the first".to_owned(),
        })
    })
}
