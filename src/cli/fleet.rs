//! `qd fleet`: the numbers of the console's Fleet view.
//!
//! In JSON every figure is an item of its own, told apart by `figure`, so that a script picks what it wants.

use jiff::Zoned;
use jiff::civil::Date;
use quarterdeck_sync::model::{BudgetView, Freshness, Offered, Timestamp};
use quarterdeck_sync::text::Clean;
use serde::Serialize;

use super::context::Context;
use super::out::{Form, Out};
use super::render::{Cell, Column, Items, Table, age, count};
use super::style::Role;
use crate::error::{Code, Failure};
use crate::numbers::{self, Numbers, Shares};

/// Arguments of `fleet`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Days that are told, back from today; at most 371
    #[arg(long, value_name = "N", default_value_t = 30, value_parser = clap::value_parser!(u16).range(1..=371))]
    days: u16,
}

/// One figure.
#[derive(Debug, Serialize)]
#[serde(tag = "figure", rename_all = "snake_case")]
enum Figure {
    AgentsByStatus { label: Option<String>, count: u64 },
    AgentsByVersion { connection: Option<String>, label: Option<String>, count: u64 },
    AgentsBySystem { label: Option<String>, count: u64 },
    RunsByStatus { label: Option<String>, count: u64 },
    SessionsByDay { date: Date, count: u64, listed: u64, gone: u64, told: u64 },
    EventsByDay { date: Date, label: String, count: u64 },
    Cost { connection: String, label: String, date: Option<Date>, amount: f64, currency: Option<String> },
    Connection(Deck),
}

/// How a connection stands.
#[derive(Debug, Serialize)]
struct Deck {
    connection: String,
    platform: String,
    lists: usize,
    up_to_date: usize,
    checked_at: Option<Timestamp>,
    budget: Option<BudgetView>,
}

/// Runs it.
pub fn run(cx: &Context, args: &Args) -> Result<Code, Failure> {
    let reader = cx.reader()?;
    let now = Zoned::now();
    let lists = reader.freshness()?;
    let figured = numbers::figures_of(&lists, &cx.registry());
    let numbers = numbers::gather(&reader, &figured, &now)?;
    let budgets = reader.budgets()?;
    let mut decks = decks(&lists);
    for deck in &mut decks {
        deck.budget = budgets.iter().find(|told| told.connection == deck.connection).map(|told| told.budget.clone());
    }
    let mut out = Out::new();
    match cx.form {
        Form::Plain => out.raw(&plain(cx, &numbers, &decks, usize::from(args.days), &now))?,
        form => {
            let mut items = Items::new("fleet", form);
            for figure in figures(&numbers, decks, usize::from(args.days)) {
                items.item(&mut out, &figure)?;
            }
            items.finish(&mut out)?;
        }
    }
    out.finish()?;
    Ok(Code::Done)
}

fn decks(lists: &[Freshness]) -> Vec<Deck> {
    let mut decks: Vec<Deck> = Vec::new();
    for list in lists.iter().filter(|list| !matches!(list.offered, Offered::No { .. })) {
        if decks.last().is_none_or(|deck| deck.connection != list.list.connection) {
            decks.push(Deck {
                connection: list.list.connection.clone(),
                platform: list.platform.clone(),
                lists: 0,
                up_to_date: 0,
                checked_at: list.checked_at,
                budget: None,
            });
        }
        if let Some(deck) = decks.last_mut() {
            deck.lists += 1;
            deck.up_to_date += usize::from(list.up_to_date());
            deck.checked_at = deck.checked_at.min(list.checked_at);
        }
    }
    decks
}

/// The shares as (connection, label, count); what has a rare label has none.
fn told(shares: &Shares) -> impl Iterator<Item = (Option<String>, Option<String>, u64)> + '_ {
    let known = shares.items.iter().map(|share| (share.connection.clone(), Some(share.label.clone()), share.count));
    known.chain((shares.others > 0).then_some((None, None, shares.others)))
}

fn figures(numbers: &Numbers, decks: Vec<Deck>, days: usize) -> Vec<Figure> {
    let mut all = Vec::new();
    all.extend(told(&numbers.agents).map(|(_, label, count)| Figure::AgentsByStatus { label, count }));
    let version = |(connection, label, count)| Figure::AgentsByVersion { connection, label, count };
    all.extend(told(&numbers.versions).map(version));
    all.extend(told(&numbers.systems).map(|(_, label, count)| Figure::AgentsBySystem { label, count }));
    all.extend(told(&numbers.runs).map(|(_, label, count)| Figure::RunsByStatus { label, count }));
    let first = numbers.days.len().saturating_sub(days);
    for (at, date) in numbers.days.iter().enumerate().skip(first) {
        let day = numbers.sessions.get(at).copied().unwrap_or_default();
        let (listed, gone, told) = (day.listed, day.gone, day.told);
        all.push(Figure::SessionsByDay { date: *date, count: day.all(), listed, gone, told });
    }
    for (at, date) in numbers.days.iter().enumerate().skip(first) {
        for series in &numbers.outcomes {
            let count = series.counts.get(at).copied().unwrap_or(0);
            if count > 0 {
                all.push(Figure::EventsByDay { date: *date, label: series.name().to_owned(), count });
            }
        }
    }
    all.extend(numbers.costs.iter().map(|cost| Figure::Cost {
        connection: cost.connection.clone(),
        label: cost.label.clone(),
        date: cost.day,
        amount: cost.amount,
        currency: cost.currency.clone(),
    }));
    all.extend(decks.into_iter().map(Figure::Connection));
    all
}

const DAYS: [Column; 4] =
    [Column::whole("DAY"), Column::number("SESSIONS"), Column::number("EVENTS"), Column::cut("BY OUTCOME", 20)];
const DECKS: [Column; 4] =
    [Column::whole("CONNECTION"), Column::whole("UP TO DATE"), Column::whole("CHECKED"), Column::cut("BUDGET", 12)];

fn plain(cx: &Context, numbers: &Numbers, decks: &[Deck], days: usize, now: &Zoned) -> String {
    let mut out = String::new();
    let heading = |title: &str, total: u64| format!("{}  {}\n", cx.style.paint(Role::Heading, title), count(total));
    for (title, shares) in [
        ("Agents by status", &numbers.agents),
        ("Agents by version", &numbers.versions),
        ("Agents by system", &numbers.systems),
        ("Runs by status", &numbers.runs),
    ] {
        if shares.total() == 0 {
            continue;
        }
        out.push_str(&heading(title, shares.total()));
        for (connection, label, number) in told(shares) {
            let label = label.as_deref().unwrap_or("others");
            let place = connection.map(|name| format!("  {}", Clean::line(&name))).unwrap_or_default();
            out.push_str(&format!("  {:>9}  {}{place}\n", count(number), Clean::line(label)));
        }
        out.push('\n');
    }
    let mut table = Table::for_stdout(&DAYS, cx.style);
    let first = numbers.days.len().saturating_sub(days);
    for (at, date) in numbers.days.iter().enumerate().skip(first).rev() {
        let of = |series: &numbers::Series| series.counts.get(at).copied().unwrap_or(0);
        let events = numbers.outcomes.iter().map(of).sum();
        let told = numbers.outcomes.iter().filter(|series| of(series) > 0);
        let told: Vec<String> = told.map(|series| format!("{} {}", count(of(series)), series.name())).collect();
        let sessions = numbers.sessions.get(at).map_or(0, |day| day.all());
        let day = date.strftime("%a %Y-%m-%d").to_string();
        out.push_str(&table.row(vec![
            Cell::text(day),
            Cell::count(sessions),
            Cell::count(events),
            Cell::text(told.join(", ")),
        ]));
    }
    out.push_str(&table.finish());
    for cost in numbers.costs.iter().filter(|cost| cost.day.is_none()) {
        let currency = cost.currency.as_deref().unwrap_or_default();
        let words = format!("{}/{}: {:.2} {currency}", cost.connection, cost.label, cost.amount);
        out.push_str(&format!("cost of {}\n", Clean::line(&words)));
    }
    if !decks.is_empty() {
        out.push('\n');
        let mut table = Table::for_stdout(&DECKS, cx.style);
        for deck in decks {
            out.push_str(&table.row(deck_row(deck, now)));
        }
        out.push_str(&table.finish());
    }
    out
}

fn deck_row(deck: &Deck, now: &Zoned) -> Vec<Cell> {
    let budget = deck.budget.as_ref().and_then(|told| told.remaining.zip(told.limit));
    let budget = budget.map(|(left, limit)| format!("{} of {} requests left", count(left), count(limit)));
    vec![
        Cell::text(&deck.connection),
        Cell::text(format!("{} of {}", deck.up_to_date, deck.lists)),
        Cell::text(deck.checked_at.map_or("never".to_owned(), |at| age(at, now))),
        Cell::maybe(budget.as_deref()),
    ]
}
