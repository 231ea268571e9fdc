//! `qd sql`: the mirror asked in SQL. It only reads.

use std::io::Read;

use quarterdeck_sync::store::Reader;
use quarterdeck_sync::text::Secrets;
use serde_json::{Map, Value, json};

use super::context::Context;
use super::out::{Form, Out};
use super::render::{Cell, Column, Items, Table};
use super::reveal::Reveal;
use crate::error::{Code, Failure};

/// Arguments of `sql`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// One SELECT over agents, sessions, runs, approvals, policies, events, records or writes; - reads it from stdin
    #[arg(value_name = "STATEMENT")]
    statement: String,
    /// Show what is masked.
    #[command(flatten)]
    reveal: Reveal,
}

/// Longest statement read from stdin.
const LONGEST: u64 = 1 << 20;

/// Runs it.
pub fn run(cx: &Context, args: Args) -> Result<Code, Failure> {
    let statement = match args.statement.as_str() {
        "-" => from_stdin()?,
        _ => args.statement,
    };
    let reader = cx.reader()?;
    let secrets = args.reveal.allowed(cx, || json!({"command": "sql", "statement": statement}))?;
    let mut out = Out::showing(secrets);
    match cx.form {
        Form::Plain => plain(cx, &reader, &statement, secrets, &mut out)?,
        form => as_json(form, &reader, &statement, secrets, &mut out)?,
    }
    out.finish()?;
    Ok(Code::Done)
}

fn from_stdin() -> Result<String, Failure> {
    let mut bytes = Vec::new();
    std::io::stdin().lock().take(LONGEST + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LONGEST {
        return Err(Failure::usage("stdin: a statement is at most 1 MiB long"));
    }
    String::from_utf8(bytes).map_err(|_| Failure::usage("stdin: the statement is not UTF-8 text"))
}

fn plain(cx: &Context, reader: &Reader, statement: &str, secrets: Secrets, out: &mut Out) -> Result<(), Failure> {
    let mut table: Option<Table> = None;
    each_row(reader, statement, secrets, |row| {
        let table = table.get_or_insert_with(|| {
            let columns: Vec<Column> = row.iter().map(|(_, value)| column(value)).collect();
            let names = row.iter().map(|(name, _)| Cell::text(name)).collect();
            Table::for_stdout(&columns, cx.style).headed(names)
        });
        out.raw(&table.row(row.iter().map(|(name, value)| cell(name, value, secrets)).collect()))
    })?;
    match table {
        Some(table) => out.raw(&table.finish()),
        None => {
            cx.say("no rows");
            Ok(())
        }
    }
}

fn as_json(form: Form, reader: &Reader, statement: &str, secrets: Secrets, out: &mut Out) -> Result<(), Failure> {
    let mut items = Items::new("sql", form);
    each_row(reader, statement, secrets, |row| {
        let mut object = Map::with_capacity(row.len());
        for (name, value) in row {
            object.insert(free_name(&object, name), value.clone());
        }
        items.item(out, &object)
    })?;
    items.finish(out)
}

/// Hands each row on until one cannot be written; a failure to write wins over what the mirror says.
fn each_row(
    reader: &Reader,
    statement: &str,
    secrets: Secrets,
    mut each: impl FnMut(&[(&str, Value)]) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let mut written = Ok(());
    let read = reader.sql(statement, secrets, &mut |row| {
        written = each(row);
        written.is_ok()
    });
    written?;
    Ok(read?)
}

/// Two columns of one name are both kept: `a`, `a_2`.
fn free_name(object: &Map<String, Value>, name: &str) -> String {
    if !object.contains_key(name) {
        return name.to_owned();
    }
    let mut number = 2;
    loop {
        let free = format!("{name}_{number}");
        if !object.contains_key(&free) {
            return free;
        }
        number += 1;
    }
}

fn column(value: &Value) -> Column {
    match value {
        Value::Number(_) => Column::number(""),
        _ => Column::cut("", 12),
    }
}

/// A field; the name of its column counts, as the name of a member does.
fn cell(name: &str, value: &Value, secrets: Secrets) -> Cell {
    match value {
        Value::Null => Cell::default(),
        Value::String(text) => Cell::seen(secrets.under(name, text), secrets),
        other => Cell::text(other.to_string()),
    }
}
