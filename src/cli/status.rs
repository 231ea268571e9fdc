//! `qd status`: how fresh the mirror is, list by list, what waits in the outbox, and what is wrong.
//!
//! "Up to date" is said only where server and mirror agree.

mod content;
mod outbox;

use std::collections::BTreeMap;

use jiff::{Timestamp, Zoned};
use quarterdeck_sync::model::{BudgetView, Freshness, Kind, Offered, Problem};
use quarterdeck_sync::store::Reader;
use quarterdeck_sync::text::Clean;
use serde::Serialize;

use self::content::Contents;
use self::outbox::Waiting;
use super::context::Context;
use super::out::{Form, Out};
use super::render::{Cell, Column, Items, Table, age, count, moment, plural};
use super::style::{Role, Style};
use crate::amounts::differing;
use crate::error::{Code, Failure};
use crate::search;

/// Arguments of `status`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Every open problem in full
    #[arg(long)]
    problems: bool,
}

/// Problems of a connection that are told unless all are asked for.
const FEW: usize = 5;
/// Most problems of a connection ever told.
const ALL: usize = 100_000;
/// Problems of a connection in JSON unless all are asked for.
const SOME: usize = 100;

/// What is known of one connection.
#[derive(Debug, Serialize)]
struct Deck {
    connection: String,
    platform: String,
    /// None for a connection that is no longer set up but still has records.
    url: Option<String>,
    up_to_date: bool,
    /// What it last told of its rate budget; none when it never told.
    budget: Option<Budget>,
    /// What was decided for it and is not finished.
    outbox: Waiting,
    /// What is held of the messages of its sessions and runs; none for a platform without any.
    content: Option<Contents>,
    lists: Vec<List>,
    problems: Vec<Problem>,
    /// All open problems, also those that are not among `problems`.
    #[serde(skip)]
    problem_count: u64,
}

/// What a connection last told of its rate budget.
#[derive(Debug, Serialize)]
struct Budget {
    told_at: Timestamp,
    #[serde(flatten)]
    told: BudgetView,
}

/// What is known of one list.
#[derive(Debug, Serialize)]
struct List {
    collection: String,
    kind: Kind,
    /// `yes`, `no` or `unknown`.
    offered: &'static str,
    /// The HTTP status with which the platform said no.
    refused_with: Option<u16>,
    up_to_date: bool,
    walked_at: Option<Timestamp>,
    checked_at: Option<Timestamp>,
    server_count: Option<u64>,
    mirror_count: u64,
    /// Live records in the search index, where there is one.
    index_count: Option<u64>,
    gone_count: u64,
    walking: bool,
    problems: u64,
}

/// Runs it.
pub fn run(cx: &Context, args: Args) -> Result<Code, Failure> {
    let reader = cx.mirror()?.reader()?;
    let decks = decks(cx, &reader, &args)?;
    let mut out = Out::new();
    match cx.form {
        Form::Plain => {
            let now = Zoned::now();
            for (place, deck) in decks.iter().enumerate() {
                out.raw(if place > 0 { "\n" } else { "" })?;
                out.raw(&plain(deck, &args, &now, cx.style))?;
            }
            if decks.is_empty() {
                cx.say("no connections yet: qd connect add NAME --platform P --url U, or look around with qd demo");
            }
        }
        form => {
            let mut items = Items::new("status", form);
            for deck in &decks {
                items.item(&mut out, deck)?;
            }
            items.finish(&mut out)?;
        }
    }
    out.finish()?;
    Ok(Code::Done)
}

/// Every connection that is set up or has records, by name.
fn decks(cx: &Context, reader: &Reader, args: &Args) -> Result<Vec<Deck>, Failure> {
    let mut decks: BTreeMap<String, Deck> = BTreeMap::new();
    let deck = |name: &str, platform: &str, url: Option<&str>| Deck {
        connection: name.to_owned(),
        platform: platform.to_owned(),
        url: url.map(str::to_owned),
        up_to_date: false,
        budget: None,
        outbox: Waiting::default(),
        content: None,
        lists: Vec::new(),
        problems: Vec::new(),
        problem_count: 0,
    };
    for (name, connection) in cx.connections()?.iter() {
        decks.insert(name.to_owned(), deck(name, &connection.platform, Some(&connection.url)));
    }
    for list in searchable(cx, reader, reader.freshness()?) {
        let name = list.list.connection.clone();
        decks.entry(name).or_insert_with_key(|name| deck(name, &list.platform, None)).lists.push(List::from(list));
    }
    for (name, waiting) in outbox::waiting(cx) {
        decks.entry(name).or_insert_with_key(|name| deck(name, "", None)).outbox = waiting;
    }
    for (name, contents) in content::contents(cx, reader)? {
        decks.entry(name).or_insert_with_key(|name| deck(name, "", None)).content = Some(contents);
    }
    for told in reader.budgets()? {
        if let Some(deck) = decks.get_mut(&told.connection) {
            deck.budget = Some(Budget { told_at: told.told_at, told: told.budget });
        }
    }
    let limit = match (args.problems, cx.form) {
        (true, _) => ALL,
        (false, Form::Plain) => FEW,
        (false, _) => SOME,
    };
    for deck in decks.values_mut() {
        deck.problems = reader.problems(Some(&deck.connection), limit)?;
        let counted: u64 = deck.lists.iter().map(|list| list.problems).sum();
        deck.problem_count = counted.max(deck.problems.len() as u64);
        deck.up_to_date = deck.problem_count == 0
            && deck.lists.iter().any(|list| list.offered == "yes")
            && deck.lists.iter().all(|list| list.up_to_date || list.offered == "no")
            && deck.content.as_ref().is_none_or(|content| content.complete);
    }
    Ok(decks.into_values().collect())
}

/// The lists, with what the search index has of each. One that cannot be read is told on stderr, and is as good as none.
fn searchable(cx: &Context, reader: &Reader, mut lists: Vec<Freshness>) -> Vec<Freshness> {
    if let Err(error) = search::count_indexed(reader, &cx.paths.search(), &mut lists) {
        cx.warn(&format!("{error}: qd index rebuild makes it anew"));
    }
    lists
}

impl From<Freshness> for List {
    fn from(list: Freshness) -> Self {
        let up_to_date = list.up_to_date();
        let (offered, refused_with) = match list.offered {
            Offered::Yes => ("yes", None),
            Offered::No { status } => ("no", Some(status)),
            Offered::Unknown => ("unknown", None),
        };
        Self {
            collection: list.list.collection,
            kind: list.kind,
            offered,
            refused_with,
            up_to_date,
            walked_at: list.walked_at,
            checked_at: list.checked_at,
            server_count: list.server_count,
            mirror_count: list.mirror_count,
            index_count: list.index_count,
            gone_count: list.gone_count,
            walking: list.walking,
            problems: list.problems,
        }
    }
}

const COLUMNS: &[Column] = &[
    Column::whole(""),
    Column::cut("COLLECTION", 12),
    Column::number("SERVER"),
    Column::number("MIRROR"),
    Column::number("INDEX").spare(3),
    Column::number("GONE").spare(1),
    Column::whole("CHECKED"),
    Column::whole("WALKED").spare(2),
    Column::cut("STATE", 12),
];

fn plain(deck: &Deck, args: &Args, now: &Zoned, style: Style) -> String {
    let name = style.paint(Role::Heading, Clean::line(&deck.connection).as_str());
    let url = deck.url.as_deref().unwrap_or("no longer set up");
    let (state, role) = deck_state(deck, now);
    let state = style.paint(role, &state);
    let mut out = format!("{name}  {}  {}  {state}\n", Clean::line(&deck.platform), Clean::line(url));
    if !deck.lists.is_empty() {
        let mut table = Table::for_stdout(COLUMNS, style);
        for list in &deck.lists {
            out.push_str(&table.row(cells(list, now)));
        }
        out.push_str(&table.finish());
    }
    if let Some(words) = deck.budget.as_ref().and_then(|budget| budget_words(budget, now)) {
        out.push_str(&format!("  {}\n", style.paint(Role::Faint, &words)));
    }
    if let Some(content) = &deck.content {
        out.push_str(&content.plain(style));
    }
    out.push_str(&deck.outbox.plain(&deck.connection, now, style));
    for problem in &deck.problems {
        out.push_str(&told(problem, args.problems, now, style));
    }
    let untold = deck.problem_count.saturating_sub(deck.problems.len() as u64);
    if untold > 0 {
        out.push_str(&format!("  and {}: qd status --problems\n", plural(untold, "more problem", "more problems")));
    }
    out
}

/// In words, what is left of the rate budget.
fn budget_words(budget: &Budget, now: &Zoned) -> Option<String> {
    let (left, limit) = budget.told.remaining.zip(budget.told.limit)?;
    let whole = budget.told.reset_at.map_or_else(String::new, |at| {
        if at > now.timestamp() {
            format!(", whole again at {}", moment(at, now))
        } else {
            ", whole again since".to_owned()
        }
    });
    let told = age(budget.told_at, now);
    Some(format!("rate budget: {} of {} requests left, told {told}{whole}", count(left), count(limit)))
}

/// One line for a problem; in full, also where and since when.
fn told(problem: &Problem, full: bool, now: &Zoned, style: Style) -> String {
    let place = match &problem.id {
        Some(id) => format!("{} {id}", problem.list.collection),
        None => problem.list.collection.clone(),
    };
    let code = style.paint(Role::Warning, Clean::line(&problem.code).as_str());
    let mut out = format!("  {code}  {}: {}\n", Clean::line(&place), Clean::line(&problem.message));
    if full {
        let (since, seen) = (moment(problem.since, now), moment(problem.seen_at, now));
        out.push_str(&format!("      since {since}, last seen {seen}\n"));
    }
    out
}

/// In words, how a connection stands.
fn deck_state(deck: &Deck, now: &Zoned) -> (String, Role) {
    let checked = deck.lists.iter().filter_map(|list| list.checked_at).max();
    let Some(checked) = checked else {
        let begun = deck.lists.iter().any(|list| list.walking || list.mirror_count > 0);
        let state = if begun { "first sync unfinished" } else { "never synced" };
        return (format!("{state}: qd sync {}", Clean::line(&deck.connection)), Role::Warning);
    };
    let checked = age(checked, now);
    match deck.up_to_date {
        true => (format!("up to date {checked}"), Role::Good),
        false if deck.problem_count > 0 => {
            (format!("{}, checked {checked}", plural(deck.problem_count, "problem", "problems")), Role::Warning)
        }
        false => (format!("behind, checked {checked}"), Role::Warning),
    }
}

fn cells(list: &List, now: &Zoned) -> Vec<Cell> {
    let (state, role) = list_state(list);
    let offered = list.offered != "no";
    let number = |number: Option<u64>| match number {
        Some(number) if offered => Cell::count(number),
        _ => Cell::default(),
    };
    let time = |at: Option<Timestamp>| Cell::maybe(at.map(|at| age(at, now)).as_deref());
    vec![
        Cell::default(),
        Cell::text(&list.collection),
        number(list.server_count),
        number(Some(list.mirror_count)),
        number(list.index_count),
        number(Some(list.gone_count).filter(|gone| *gone > 0)),
        time(list.checked_at),
        time(list.walked_at),
        Cell::text(&state).role(role),
    ]
}

/// In words, how a list stands.
fn list_state(list: &List) -> (String, Option<Role>) {
    let warning = Some(Role::Warning);
    if let Some(status) = list.refused_with {
        return (format!("not offered ({status})"), Some(Role::Faint));
    }
    if list.problems > 0 {
        return (plural(list.problems, "problem", "problems"), warning);
    }
    if list.walking {
        return ("walk unfinished".to_owned(), warning);
    }
    if list.checked_at.is_none() {
        return ("never synced".to_owned(), warning);
    }
    match differing(list.server_count, list.mirror_count, list.index_count) {
        Some(words) => (words, warning),
        None => ("up to date".to_owned(), Some(Role::Good)),
    }
}

#[cfg(test)]
mod tests {
    use quarterdeck_sync::model::ListKey;

    use super::*;

    fn list(change: impl FnOnce(&mut Freshness)) -> List {
        let mut list = Freshness {
            list: ListKey::new("prod", "agents"),
            platform: "turen".into(),
            kind: Kind::Agent,
            offered: Offered::Yes,
            walked_at: None,
            checked_at: Some(Timestamp::UNIX_EPOCH),
            server_count: Some(1_300),
            mirror_count: 1_300,
            index_count: Some(1_300),
            gone_count: 0,
            walking: false,
            problems: 0,
        };
        change(&mut list);
        List::from(list)
    }

    #[test]
    fn the_budget_is_told_with_its_age() {
        let now: Zoned = "2026-03-01T12:00:00Z[UTC]".parse().expect("a time");
        let told = BudgetView { limit: Some(1_000), remaining: Some(12), ..BudgetView::default() };
        let budget = Budget { told_at: "2026-03-01T11:58:00Z".parse().expect("a time"), told };
        let words = budget_words(&budget, &now).expect("both numbers are known");
        assert!(words.starts_with("rate budget: 12 of 1,000 requests left, told 2m"), "{words}");
        let silent = Budget { told: BudgetView::default(), ..budget };
        assert_eq!(budget_words(&silent, &now), None);
    }

    #[test]
    fn up_to_date_is_said_only_where_it_is_true() {
        let state = |list: &List| list_state(list).0;
        let fine = list(|_| {});
        assert_eq!((state(&fine).as_str(), fine.up_to_date), ("up to date", true));
        let cases: [(&str, List); 7] = [
            ("40 not indexed", list(|list| list.index_count = Some(1_260))),
            ("not offered (404)", list(|list| list.offered = Offered::No { status: 404 })),
            ("2 problems", list(|list| list.problems = 2)),
            ("walk unfinished", list(|list| list.walking = true)),
            ("never synced", list(|list| list.checked_at = None)),
            ("1,000 missing", list(|list| list.mirror_count = 300)),
            ("1 more than the server", list(|list| list.mirror_count = 1_301)),
        ];
        for (words, list) in cases {
            assert_eq!(state(&list), words);
            assert!(!list.up_to_date, "{words}");
        }
    }
}
