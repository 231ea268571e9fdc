//! Searches that were kept under a name. They are the operator's own, so they lie in the outbox's file.

use jiff::{Timestamp, Zoned};
use quarterdeck_sync::outbox::Outbox;

use super::open;
use crate::cli::context::Context;
use crate::cli::out::{Form, Out};
use crate::cli::render::{Cell, Column, Items, Table, age};
use crate::error::{Code, Failure};
use crate::names::nearest;
use crate::search::{Find, NAMES, SavedSearch, is_name, saved_question};

/// Keeps a query, and what narrows it to some connections with it.
pub fn save(cx: &Context, name: &str, query: &str, connections: &[String]) -> Result<(), Failure> {
    if !is_name(name) {
        return Err(
            Failure::usage(format!("{name:?} is no name for a search")).hint(format!("{NAMES}: --save leaked-keys"))
        );
    }
    if query.trim_start().starts_with('@') {
        return Err(Failure::usage("what is saved already cannot be saved again under another name")
            .hint("qd search --saved shows its query"));
    }
    cx.outbox()?.save_search(name, &narrowed(query, connections), Timestamp::now())?;
    cx.say(&format!("kept: qd search @{name}"));
    Ok(())
}

/// The same query, of these connections alone.
fn narrowed(query: &str, connections: &[String]) -> String {
    if connections.is_empty() {
        return query.to_owned();
    }
    let names: Vec<String> = connections.iter().map(|name| format!("\"{name}\"")).collect();
    format!("connection:{} ({query})", names.join(","))
}

/// The query of a name.
pub fn named(cx: &Context, name: &str) -> Result<String, Failure> {
    let saved = all(cx)?;
    match saved.iter().find(|saved| saved.name == name) {
        Some(saved) => Ok(saved.query.clone()),
        None => Err(or_text(name, unknown(name, &saved))),
    }
}

/// A query that begins with `@` may be meant as the text itself, such as a decorator.
fn or_text(name: &str, failure: Failure) -> Failure {
    let text = name.replace(['"', '\'', '\\'], " ");
    let quoted = format!("to search for the text, quote it: qd search '\"@{}\"'", text.trim());
    let hint = failure.hint.as_ref().map_or_else(|| quoted.clone(), |hint| format!("{hint}; {quoted}"));
    failure.hint(hint)
}

/// Lets go of one.
pub fn forget(cx: &Context, name: &str) -> Result<Code, Failure> {
    let name = name.strip_prefix('@').unwrap_or(name);
    if !cx.outbox()?.forget_search(name)? {
        return Err(unknown(name, &all(cx)?));
    }
    cx.say(&format!("let go of {name}"));
    Ok(Code::Done)
}

fn all(cx: &Context) -> Result<Vec<SavedSearch>, Failure> {
    Ok(Outbox::open_reader(&cx.paths.outbox())?.saved_searches()?)
}

fn unknown(name: &str, saved: &[SavedSearch]) -> Failure {
    let failure = Failure::not_found(format!("no search is saved as {name}"));
    match nearest(name, saved.iter().map(|saved| saved.name.as_str())) {
        Some(near) => failure.hint(format!("did you mean @{near}?")),
        None => failure.hint("qd search --saved lists them, qd search QUERY --save NAME keeps one"),
    }
}

/// One saved search, with what it finds now.
#[derive(serde::Serialize)]
struct Counted<'a> {
    #[serde(flatten)]
    saved: &'a SavedSearch,
    /// None when the query cannot be answered any more.
    total: Option<u64>,
}

/// Lists them.
pub fn list(cx: &Context) -> Result<Code, Failure> {
    let saved = all(cx)?;
    let searcher = open(cx)?;
    let counted: Vec<Counted<'_>> = saved
        .iter()
        .map(|saved| {
            let total = searcher.find(&saved_question(&saved.query)).ok().map(|answer| answer.total);
            Counted { saved, total }
        })
        .collect();
    let mut out = Out::new();
    match cx.form {
        Form::Plain => {
            let columns = [
                Column::whole("NAME"),
                Column::number("HITS"),
                Column::cut("QUERY", 24),
                Column::whole("SAVED").spare(1),
            ];
            let (mut table, now) = (Table::for_stdout(&columns, cx.style), Zoned::now());
            for one in &counted {
                out.raw(&table.row(vec![
                    Cell::text(&one.saved.name),
                    one.total.map_or_else(|| Cell::text("?"), Cell::count),
                    Cell::text(&one.saved.query),
                    Cell::text(age(one.saved.saved_at, &now)),
                ]))?;
            }
            out.raw(&table.finish())?;
        }
        form => {
            let mut items = Items::new("searches", form);
            counted.iter().try_for_each(|one| items.item(&mut out, one))?;
            items.finish(&mut out)?;
        }
    }
    out.finish()?;
    if saved.is_empty() {
        cx.say("no searches are saved: qd search QUERY --save NAME");
    }
    Ok(Code::Done)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_of_one_connection_is_kept_with_it() {
        assert_eq!(narrowed("a OR b", &[]), "a OR b");
        let kept = narrowed("a OR b", &["prod".to_owned(), "lab".to_owned()]);
        assert_eq!(kept, "connection:\"prod\",\"lab\" (a OR b)");
        assert_eq!(crate::search::check_saved(&kept), Ok(()));
    }

    #[test]
    fn whoever_means_a_decorator_is_told_how_to_quote_it() {
        for name in ["decorator", "a word"] {
            let hint = or_text(name, unknown(name, &[])).hint.unwrap_or_default();
            assert!(hint.contains(&format!("qd search '\"@{name}\"'")), "{hint}");
            assert!(hint.contains("--saved"), "{hint}");
        }
    }
}
