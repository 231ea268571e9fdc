//! `qd index`: the search index. It is made from the mirror alone, and may be deleted at any time.

use clap::Subcommand;
use quarterdeck_index::Index;
use serde_json::json;

use super::context::Context;
use super::out::{Form, Out, talk};
use super::render::{Cell, Column, Table, count, plural};
use super::style::Role;
use crate::error::{Code, Failure};
use crate::search::{self, ListVerdict, Verdict, catch_up};

mod words;

/// Arguments of `index`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Clone, Copy, Subcommand)]
enum Verb {
    /// How much is in it, and how far it has followed the mirror
    Status,
    /// Make it anew from the mirror, without a network
    Rebuild,
    /// Compare it with the mirror, record by record; exit code 1 when they differ, 9 while there is no mirror
    Verify,
}

/// Runs it.
pub fn run(cx: &Context, args: &Args) -> Result<Code, Failure> {
    match args.verb {
        Verb::Status => status(cx),
        Verb::Rebuild => rebuild(cx),
        Verb::Verify => verify(cx),
    }
}

fn answer(cx: &Context, schema: &str, item: &serde_json::Value, plain: impl FnOnce() -> String) -> Result<(), Failure> {
    let mut out = Out::new();
    match cx.form {
        Form::Plain => out.raw(&plain())?,
        Form::Json => out.json(&json!({"schema": schema, "item": item}))?,
        Form::Ndjson => out.json(item)?,
    }
    out.finish()
}

fn status(cx: &Context) -> Result<Code, Failure> {
    let reader = cx.mirror()?.reader()?;
    let standing = search::standing(&reader, &cx.paths.search())?;
    answer(cx, "qd.index/1", &json!(standing), || words::standing(&standing))?;
    Ok(Code::Done)
}

fn rebuild(cx: &Context) -> Result<Code, Failure> {
    cx.paths.make_data_dir()?;
    let reader = cx.mirror()?.reader()?;
    let mut told = 0;
    let records = search::rebuild(&reader, &cx.paths.search(), &mut |records| {
        if cx.style.progress && !cx.quiet && records >= told + 1_000 {
            talk(&format!("\r{} records", count(records)));
            told = records;
        }
    })?;
    if told > 0 {
        talk("\r");
    }
    let standing = search::standing(&reader, &cx.paths.search())?;
    answer(cx, "qd.index/1", &json!(standing), || words::standing(&standing))?;
    cx.say(&format!("made anew from {}", plural(records, "record", "records")));
    Ok(Code::Done)
}

/// How long it is tried to bring the index up to the mirror before they are compared.
const CATCH_UP: std::time::Duration = std::time::Duration::from_secs(30);

fn verify(cx: &Context) -> Result<Code, Failure> {
    if !cx.paths.mirror().exists() {
        return Err(Failure::not_found("there is no mirror yet, and nothing to compare the index with")
            .hint("qd sync makes it, and brings the index up to it"));
    }
    let reader = cx.mirror()?.reader()?;
    // What is only behind is no difference; whoever holds the index follows by itself.
    let mut held = false;
    if let Err(error) = catch_up(&reader, &cx.paths.search(), CATCH_UP) {
        held = matches!(error, search::FollowError::Index(quarterdeck_index::Error::Held));
        if !held {
            return Err(error.into());
        }
    }
    let index = Index::open(&cx.paths.search(), &search::layout())?;
    let verdict = search::verify(&reader, &index)?;
    answer(cx, "qd.index.verify/1", &json!(verdict), || plain(cx, &verdict))?;
    if verdict.healthy {
        return Ok(Code::Done);
    }
    cx.say(words::advice(&verdict, held));
    Ok(Code::Fault)
}

const COLUMNS: [Column; 6] = [
    Column::whole("CONNECTION"),
    Column::cut("COLLECTION", 12),
    Column::number("RECORDS"),
    Column::number("INDEXED"),
    Column::number("ENTRIES"),
    Column::number("INDEXED"),
];

fn plain(cx: &Context, verdict: &Verdict) -> String {
    let mut table = Table::for_stdout(&COLUMNS, cx.style);
    let mut out = String::new();
    for list in verdict.lists.iter().filter(|list| list.mirror_records + list.index_records > 0) {
        out.push_str(&table.row(row(list)));
    }
    out.push_str(&table.finish());
    out.push('\n');
    out.push_str(&words::verdict(verdict, cx.style));
    out
}

fn row(list: &ListVerdict) -> Vec<Cell> {
    let beside = |mirror: u64, index: u64| Cell::count(index).role((mirror != index).then_some(Role::Warning));
    vec![
        Cell::text(&list.list.connection),
        Cell::text(&list.list.collection),
        Cell::count(list.mirror_records),
        beside(list.mirror_records, list.index_records),
        Cell::count(list.mirror_entries),
        beside(list.mirror_entries, list.index_entries),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::Standing;

    #[test]
    fn only_who_has_somebody_following_the_mirror_is_told_to_wait() {
        let behind = Verdict { behind: 3, ..Verdict::default() };
        assert!(words::advice(&behind, true).contains("ask again in a moment"));
        assert!(
            words::advice(&behind, false).contains("qd sync")
                && words::advice(&behind, false).contains("qd index rebuild")
        );
        let wrong = Verdict { wrong: 1, ..Verdict::default() };
        assert!(words::advice(&wrong, true).starts_with("qd index rebuild"));
    }

    #[test]
    fn what_the_index_holds_is_told_in_words() {
        let standing =
            Standing { records: 1_204, entries: 1, bytes: 5 << 20, seq: Some(3), head: 3, filling: false, behind: 0 };
        assert_eq!(words::standing(&standing), "1,204 records and 1 entry, 5.0 MiB; up to the mirror\n");
        let behind = Standing { behind: 7, ..standing.clone() };
        assert_eq!(words::standing(&behind), "1,204 records and 1 entry, 5.0 MiB; 7 records behind the mirror\n");
        let none = Standing { seq: None, records: 0, entries: 0, ..standing };
        assert_eq!(words::standing(&none), "not made yet: qd index rebuild, or the next sync, makes it\n");
    }
}
