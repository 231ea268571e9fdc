//! `qd NOUN list`: the rows of the mirror that a filter lets through, window by window.

use jiff::Zoned;
use quarterdeck_index::query::Flaw;
use quarterdeck_sync::model::{Anchor, Filter, Kind as RecordKind, Order, Query, Row, Sort};
use quarterdeck_sync::store::Reader;
use quarterdeck_sync::text::Secrets;
use serde_json::json;

use super::context::{Context, Noun};
use super::out::{Form, Out};
use super::projects::Projects;
use super::reading;
use super::render::{Cell, Column, Items, JsonRecord, Table, age, clock, mark, status_role};
use super::reveal::Reveal;
use crate::error::{Code, Failure, Kind};
use crate::filter;

/// Arguments of `list`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Which records: words, and fields such as status:active or after:3d (put -- before one that begins with -)
    #[arg(value_name = "FILTER")]
    filter: Vec<String>,
    /// Only this connection; may be repeated
    #[arg(short, long, value_name = "NAME")]
    connection: Vec<String>,
    /// At most so many records; 0 is all
    #[arg(short = 'n', long, value_name = "N", default_value_t = 50, allow_negative_numbers = true)]
    limit: u64,
    /// Only records active since this time: 2026-02-01, 3h, yesterday
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// Only records active until this time; a day is meant to its end
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
    /// Records that the platform no longer lists too
    #[arg(long)]
    gone: bool,
    /// Order: updated, created, status, agent or id, with :asc or :desc
    #[arg(long, value_name = "COLUMN", default_value = "updated", value_parser = parse_sort)]
    sort: (Sort, Order),
    /// Show what is masked.
    #[command(flatten)]
    reveal: Reveal,
}

/// Rows that are read at once.
const WINDOW: usize = 200;

/// Runs it.
pub fn run(cx: &Context, noun: &Noun, args: Args) -> Result<Code, Failure> {
    let now = Zoned::now();
    let mut query = query(noun, &args, &now)?;
    let lists = reading::lists(cx, &query.filter)?;
    let limit = if args.limit == 0 { u64::MAX } else { args.limit };
    let reader = cx.reader()?;
    reading::check_connections(cx, &reader, &args.connection)?;
    let secrets = args.reveal.allowed(cx, || {
        json!({"command": format!("{} list", noun.name()), "filter": args.filter.join(" "), "connections": args.connection})
    })?;
    let _held = reader.hold()?;
    if let Some(lists) = lists {
        query = lists.answer(&reader, &query);
    }
    let mut out = Out::showing(secrets);
    let found = match cx.form {
        Form::Plain => plain(cx, noun, &reader, query, limit, (&now, secrets), &mut out)?,
        form => as_json(noun, form, &reader, query, limit, &mut out)?,
    };
    out.finish()?;
    // For who looks at a screen: a script that asks for 50 records wants 50.
    if found.more && cx.style.terminal {
        cx.say(&format!("the first {}: --limit 0 lists all of them", found.rows));
    }
    if found.rows == 0 {
        cx.say(&format!("no {} match", noun.name()));
        reading::say_if_never_synced(cx, &reader, &noun.scope(), &args.connection)?;
    }
    Ok(Code::Done)
}

/// How rows are to be looked at.
#[derive(Clone, Copy)]
struct Look<'a> {
    now: &'a Zoned,
    secrets: Secrets,
    projects: &'a Projects,
}

fn plain(
    cx: &Context,
    noun: &Noun,
    reader: &Reader,
    query: Query,
    limit: u64,
    (now, secrets): (&Zoned, Secrets),
    out: &mut Out,
) -> Result<Found, Failure> {
    let shown = columns(noun, query.gone);
    let named = shown.contains(&Shown::Project) && !matches!(noun, Noun::Collection(_) | Noun::Any);
    let projects = if named { Projects::read(reader, &query.scope.connections)? } else { Projects::default() };
    let look = Look { now, secrets, projects: &projects };
    let headings: Vec<Column> = shown.iter().map(|column| column.heading()).collect();
    // Where no status is shown, the title says that somebody has decided.
    let marked = if shown.contains(&Shown::Status) { Shown::Status } else { Shown::Title };
    let mut table = Table::for_stdout(&headings, cx.style);
    let found = each_row(reader, query, limit, |row| {
        let cell = |column: &Shown| match *column == marked {
            true => mark(column.cell(&row, look), &row.pending),
            false => column.cell(&row, look),
        };
        out.raw(&table.row(shown.iter().map(cell).collect()))
    })?;
    out.raw(&table.finish())?;
    Ok(found)
}

fn as_json(
    noun: &Noun,
    form: Form,
    reader: &Reader,
    query: Query,
    limit: u64,
    out: &mut Out,
) -> Result<Found, Failure> {
    let mut items = Items::new(noun.name(), form);
    let found = each_row(reader, query, limit, |row| match reader.record(row.key)? {
        Some(record) => items.item(out, &JsonRecord::new(&record)?),
        // Cannot be while the mirror is held; a row less is no reason to end the list.
        None => Ok(()),
    })?;
    items.finish(out)?;
    Ok(found)
}

/// What a list came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    /// How many were read.
    pub rows: u64,
    /// There are more than were asked for.
    pub more: bool,
}

/// Reads the answer to `query` window by window, never the whole, and counts its rows.
pub fn each_row(
    reader: &Reader,
    mut query: Query,
    limit: u64,
    mut each: impl FnMut(Row) -> Result<(), Failure>,
) -> Result<Found, Failure> {
    let mut rows = 0;
    loop {
        query.limit = usize::try_from(limit - rows).unwrap_or(WINDOW).min(WINDOW);
        let window = reader.window(&query)?;
        let Some(last) = window.rows.last().map(|row| row.key) else {
            return Ok(Found { rows, more: false });
        };
        for row in window.rows {
            rows += 1;
            each(row)?;
        }
        if !window.more_after || rows >= limit {
            return Ok(Found { rows, more: window.more_after });
        }
        query.anchor = Anchor::After(last);
    }
}

/// The question to the mirror that the arguments ask.
fn query(noun: &Noun, args: &Args, now: &Zoned) -> Result<Query, Failure> {
    let listing = filter::strict(&args.filter.join(" "), now).map_err(|flaw| wrong("filter", &flaw))?;
    let mut parts = Vec::new();
    if listing.filter != Filter::All {
        parts.push(listing.filter);
    }
    if let Some(since) = &args.since {
        parts.push(Filter::After(filter::since(since, now).map_err(|flaw| wrong_time("--since", &flaw))?));
    }
    if let Some(until) = &args.until {
        parts.push(Filter::Before(filter::until(until, now).map_err(|flaw| wrong_time("--until", &flaw))?));
    }
    let mut query = Query::newest(noun.scope());
    query.scope.connections.clone_from(&args.connection);
    query.filter = match parts.len() {
        0 => Filter::All,
        1 => parts.swap_remove(0),
        _ => Filter::And(parts),
    };
    query.gone = args.gone || listing.gone;
    (query.sort, query.order) = args.sort;
    Ok(query)
}

fn wrong(what: &str, flaw: &Flaw) -> Failure {
    Failure::new(Kind::Query, format!("{what}, {flaw}")).hint(flaw.hint.clone())
}

fn wrong_time(flag: &str, flaw: &Flaw) -> Failure {
    Failure::usage(format!("{flag}: {}", flaw.message)).hint(flaw.hint.clone())
}

fn parse_sort(text: &str) -> Result<(Sort, Order), String> {
    let (column, order) = text.split_once(':').map_or((text, None), |(column, order)| (column, Some(order)));
    let (sort, usual) = match column {
        "updated" => (Sort::Updated, Order::Descending),
        "created" => (Sort::Created, Order::Descending),
        "status" => (Sort::Status, Order::Ascending),
        "agent" => (Sort::Agent, Order::Ascending),
        "id" => (Sort::Id, Order::Ascending),
        _ => return Err("sort by updated, created, status, agent or id, with :asc or :desc".to_owned()),
    };
    match order {
        None => Ok((sort, usual)),
        Some("asc") => Ok((sort, Order::Ascending)),
        Some("desc") => Ok((sort, Order::Descending)),
        Some(_) => Err(format!("the order is asc or desc, as in {column}:asc")),
    }
}

/// A column that a list can show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shown {
    Id,
    Title,
    Status,
    Agent,
    Project,
    Updated,
    Age,
    Gone,
    Connection,
}

/// The columns that tell most of a kind, the first first.
fn columns(noun: &Noun, gone: bool) -> Vec<Shown> {
    use Shown::{Age, Agent, Connection, Gone, Id, Project, Status, Title, Updated};
    let mut shown = match noun {
        Noun::Kind(RecordKind::Agent) => vec![Id, Title, Status, Project, Updated, Age, Connection],
        Noun::Kind(RecordKind::Session) => vec![Id, Title, Agent, Project, Updated, Age, Connection],
        Noun::Kind(RecordKind::Run) => vec![Id, Status, Agent, Title, Updated, Age, Connection],
        Noun::Kind(RecordKind::Approval) => vec![Id, Status, Title, Agent, Updated, Age, Connection],
        Noun::Kind(RecordKind::Policy) => vec![Id, Title, Status, Updated, Age, Connection],
        Noun::Kind(RecordKind::Event) => vec![Id, Status, Title, Agent, Updated, Age, Connection],
        Noun::Kind(RecordKind::Other) | Noun::Collection(_) | Noun::Any => {
            vec![Id, Title, Status, Agent, Project, Updated, Age, Connection]
        }
    };
    if gone {
        shown.insert(shown.len() - 1, Gone);
    }
    shown
}

impl Shown {
    fn heading(self) -> Column {
        match self {
            Shown::Id => Column::cut("ID", 13),
            Shown::Title => Column::cut("TITLE", 24),
            Shown::Status => Column::whole("STATUS"),
            Shown::Agent => Column::cut("AGENT", 10).spare(2),
            Shown::Project => Column::cut("PROJECT", 10).spare(3),
            Shown::Updated => Column::whole("UPDATED").spare(4),
            Shown::Age => Column::whole("AGE"),
            Shown::Gone => Column::whole("GONE"),
            Shown::Connection => Column::whole("CONNECTION").spare(1),
        }
    }

    fn cell(self, row: &Row, look: Look<'_>) -> Cell {
        let Look { now, secrets, projects } = look;
        let text = |text: &str| Cell::seen(text, secrets);
        let maybe = |of: Option<&str>| of.map(text).unwrap_or_default();
        let active = row.updated_at.or(row.created_at);
        match self {
            Shown::Id => text(&row.id),
            // A title that is only the id says nothing.
            Shown::Title => maybe(row.title.as_deref().filter(|title| *title != row.id)),
            Shown::Status => maybe(row.status.as_deref()).role(row.status.as_deref().and_then(status_role)),
            Shown::Agent => {
                let agent = row.agent_title.as_deref().or(row.agent.as_deref());
                match (agent, row.agent_doubt) {
                    (Some(agent), true) => text(&format!("{agent}?")),
                    (agent, _) => maybe(agent),
                }
            }
            Shown::Project => maybe(projects.of(row)),
            Shown::Updated => maybe(active.map(|at| clock(at, now)).as_deref()),
            Shown::Age => maybe(active.map(|at| age(at, now)).as_deref()),
            Shown::Gone => maybe(row.gone_at.map(|at| age(at, now)).as_deref()),
            Shown::Connection => text(&row.list.connection),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_is_a_column_and_a_direction() {
        assert_eq!(parse_sort("updated"), Ok((Sort::Updated, Order::Descending)));
        assert_eq!(parse_sort("id"), Ok((Sort::Id, Order::Ascending)));
        assert_eq!(parse_sort("created:asc"), Ok((Sort::Created, Order::Ascending)));
        assert!(parse_sort("size").unwrap_err().contains("status"));
        assert!(parse_sort("id:up").unwrap_err().contains("id:asc"));
    }
}
