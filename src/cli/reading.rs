//! What the reading commands share: which connections there are, which record an id means, and what was never synced.

use std::collections::BTreeSet;

use quarterdeck_sync::model::{Field, Filter, Freshness, Kind as RecordKind, Match, Query, Record, Scope};
use quarterdeck_sync::store::Reader;
use quarterdeck_sync::text::Clean;

use super::context::{Context, Noun};
use crate::error::{Failure, Kind};
use crate::names::nearest;
use crate::search::{Lists, Searcher};

/// Names of all connections: those that are set up, and those the mirror still has records of.
fn connections(cx: &Context, reader: &Reader) -> Result<BTreeSet<String>, Failure> {
    let set_up = cx.connections()?;
    let mut names: BTreeSet<String> = set_up.iter().map(|(name, _)| name.to_owned()).collect();
    names.extend(reader.freshness()?.into_iter().map(|list| list.list.connection));
    Ok(names)
}

/// Refuses a connection that there is not.
pub fn check_connections(cx: &Context, reader: &Reader, asked: &[String]) -> Result<(), Failure> {
    let set_up = cx.connections()?;
    if asked.iter().all(|name| set_up.get(name).is_ok()) {
        return Ok(());
    }
    let known = connections(cx, reader)?;
    let Some(unknown) = asked.iter().find(|name| !known.contains(*name)) else { return Ok(()) };
    let failure = Failure::not_found(format!("there is no connection called {unknown}"));
    if known.is_empty() {
        return Err(failure.hint("there are none yet: qd connect add NAME --platform P --url U"));
    }
    let near = nearest(unknown, known.iter().map(String::as_str));
    let near = near.map(|near| format!("did you mean {near}? ")).unwrap_or_default();
    let names: Vec<&str> = known.iter().map(String::as_str).collect();
    Err(failure.hint(format!("{near}there are: {}", names.join(", "))))
}

/// Where nothing was found because nothing was ever fetched, says so on stderr.
pub fn say_if_never_synced(cx: &Context, reader: &Reader, scope: &Scope, asked: &[String]) -> Result<(), Failure> {
    if let Some(hint) = never_synced(cx, reader, scope, asked)? {
        cx.say(&hint);
    }
    Ok(())
}

fn never_synced(cx: &Context, reader: &Reader, scope: &Scope, asked: &[String]) -> Result<Option<String>, Failure> {
    let meant = |list: &Freshness| {
        (asked.is_empty() || asked.contains(&list.list.connection))
            && (scope.kinds.is_empty() || scope.kinds.contains(&list.kind))
            && (scope.collections.is_empty() || scope.collections.contains(&list.list.collection))
    };
    if reader.freshness()?.iter().any(|list| meant(list) && list.checked_at.is_some()) {
        return Ok(None);
    }
    Ok(Some(match connections(cx, reader)?.is_empty() {
        true => "no connections yet: qd connect add NAME --platform P --url U, or look around with qd demo".to_owned(),
        false => format!("never synced: qd sync{}", asked.iter().map(|name| format!(" {name}")).collect::<String>()),
    }))
}

/// Most records that an ambiguous id is told to mean.
const LISTED: usize = 10;

/// The one record that `id` means: an id, `connection/id`, the beginning of either, or the whole name of a record that is there.
///
/// Ids may hold slashes themselves, so the whole is tried as an id first.
pub fn find(cx: &Context, reader: &Reader, noun: &Noun, id: &str, asked: &[String]) -> Result<Record, Failure> {
    if id.trim().is_empty() {
        let hint = listed(noun, "");
        return Err(Failure::usage("an id, or the beginning of one, cannot be empty").hint(hint));
    }
    let mut scope = noun.scope();
    scope.connections = asked.to_vec();
    let mut found = reader.find(&scope, id, LISTED + 1)?;
    let mut wanted = id;
    if !found.iter().any(|record| record.row.id == id)
        && let Some((connection, rest)) = id.split_once('/')
        && (asked.is_empty() || asked.iter().any(|name| name == connection))
    {
        scope.connections = vec![connection.to_owned()];
        let there = reader.find(&scope, rest, LISTED + 1)?;
        if !there.is_empty() {
            (found, wanted) = (there, rest);
        }
    }
    if found.is_empty()
        && let Some(begun) = id.strip_suffix('…')
    {
        // Copied from a table that cut it.
        return find(cx, reader, noun, begun, asked);
    }
    let exact = found.iter().any(|record| record.row.id == wanted);
    found.retain(|record| !exact || record.row.id == wanted);
    if found.is_empty() {
        found = named(reader, noun, id, asked)?;
    }
    match found.len() {
        0 => Err(none(cx, reader, noun, id, asked)?),
        1 => Ok(found.swap_remove(0)),
        _ => Err(ambiguous(id, &found)),
    }
}

/// Kinds whose records have names, and are few enough to look through.
const NAMED: [RecordKind; 2] = [RecordKind::Agent, RecordKind::Policy];

/// Records that bear `name`, whole, their capitals aside: people know agents by name.
fn named(reader: &Reader, noun: &Noun, name: &str, asked: &[String]) -> Result<Vec<Record>, Failure> {
    let mut scope = noun.scope();
    scope.connections = asked.to_vec();
    match scope.kinds.as_slice() {
        [] if scope.collections.is_empty() => scope.kinds = NAMED.to_vec(),
        kinds if kinds.iter().all(|kind| NAMED.contains(kind)) => {}
        _ => return Ok(Vec::new()),
    }
    let whole = format!("(?i)^{}$", regex::escape(name));
    let filter = Filter::Field(Field::Title, Match::Regex(whole));
    let query = Query { filter, limit: LISTED + 1, ..Query::newest(scope) };
    let rows = reader.window(&query)?.rows;
    Ok(rows.iter().map(|row| reader.record(row.key)).collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
}

/// Where one finds the id that was meant.
fn listed(noun: &Noun, gone: &str) -> String {
    match noun {
        Noun::Any => "`qd search` finds records of every kind".to_owned(),
        noun => format!("`qd {} list{gone}` shows them", noun.name()),
    }
}

fn none(cx: &Context, reader: &Reader, noun: &Noun, id: &str, asked: &[String]) -> Result<Failure, Failure> {
    let failure = Failure::not_found(format!("nothing among {} has the id or the name {id}", noun.name()));
    Ok(match never_synced(cx, reader, &noun.scope(), asked)? {
        Some(hint) => failure.hint(hint),
        None => failure.hint(listed(noun, " --gone")),
    })
}

fn ambiguous(id: &str, found: &[Record]) -> Failure {
    let mut message = format!("{id} is more than one record:");
    for record in found.iter().take(LISTED) {
        let row = &record.row;
        message.push_str(&format!("\n  {}/{}", row.list.connection, row.id));
        // A line each: a title with a line break in it would look like the next record.
        let title = row.title.as_deref().unwrap_or("(no title)");
        message.push_str(&format!("  {}", Clean::line(title)));
        message.push_str(&format!("  in {}", row.list.collection));
    }
    if found.len() > LISTED {
        message.push_str("\n  and others");
    }
    let same_place = found.windows(2).all(|pair| {
        let (a, b) = (&pair[0].row, &pair[1].row);
        a.id == b.id && a.list.connection == b.list.connection
    });
    Failure::new(Kind::Ambiguous, message).hint(match same_place {
        true => "ask the collection: qd COLLECTION show ID",
        false => "write more of the id, or connection/id",
    })
}

/// The index, where `filter` asks for words and there is one: to be had before the mirror is held for a list.
pub fn lists(cx: &Context, filter: &Filter) -> Result<Option<Lists>, Failure> {
    Ok(Searcher::new(cx.mirror()?, &cx.paths.outbox(), &cx.paths.search()).lists(filter))
}
