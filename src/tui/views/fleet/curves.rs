//! What goes up and down over time: events by outcome, a line each, and costs.

use std::collections::BTreeMap;

use jiff::civil::Date;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::symbols::Marker;
use ratatui::widgets::{Axis, Chart, Dataset, GraphType, Sparkline};

use super::draw::{Inside, first, line, settle};
use crate::numbers::{Cost, Numbers, Series};
use crate::tui::canvas::Canvas;
use crate::tui::fleet::Fleet;
use crate::tui::looks::status;
use crate::tui::text::{brief, grouped, width, word};
use crate::tui::theme::Role;

/// Cells for the name of an outcome, and for its number.
const LABEL: u16 = 16;
const NUMBER: u16 = 9;
/// Days that are shown of the youngest fleet, and cells that a day takes at most.
const FEWEST: usize = 14;
const WIDEST: usize = 6;

/// Events by outcome: a curve each over the last days, the day under the cursor told below.
pub(super) fn outcomes(numbers: &Numbers, back: usize, inside: &Inside, canvas: &mut Canvas) {
    let area = inside.area;
    if numbers.outcomes.is_empty() {
        canvas.put(area.x, area.y, "No events in the last year.", area.width, Role::Dim);
        return;
    }
    let lines = usize::from(area.height.saturating_sub(2)).max(1);
    // With room to spare each curve is two lines high.
    let high = if lines >= 2 * numbers.outcomes.len() { 2 } else { 1 };
    let page = lines / usize::from(high);
    let room = usize::from(area.width.saturating_sub(2 + LABEL + NUMBER + 1));
    let span = Span::of(numbers, room);
    let plot = area.x + 2 + LABEL + NUMBER;
    for (line_at, (at, series)) in numbers.outcomes.iter().enumerate().skip(first(inside, page)).take(page).enumerate()
    {
        let y = area.y + high * line_at as u16;
        let base = y + high - 1;
        // The upper row of a high curve belongs to it too.
        (y..base).for_each(|upper| inside.stands(upper, at));
        let on = line(inside, base, at, canvas);
        let (sign, role) = series.label.as_deref().map_or(("○", Role::Dim), status);
        canvas.put(area.x, base, sign, 1, role);
        canvas.put(area.x + 2, base, &word(series.name()), LABEL - 1, Role::Text);
        let seen = series.counts.get(numbers.days.len() - span.days..).unwrap_or_default();
        let sum = seen.iter().sum();
        // Where the keys go it is the day under the cursor that one opens: its number stands there.
        let told = match numbers.days.len().checked_sub(1 + back).and_then(|day| series.counts.get(day)) {
            Some(count) if on => of_all(*count, sum),
            _ => grouped(sum),
        };
        canvas.put_right(plot - 1, base, &told, NUMBER - 1, Role::Text);
        settle(inside, base, on, canvas);
        let style = canvas.style(role);
        // Wide days stand apart, and the highest leaves an eighth of a cell free: nothing grows into the curve above.
        let (solid, gap) = if span.cells > 1 { (span.cells - 1, 1) } else { (1, 0) };
        let day = |count: &u64| std::iter::repeat_n(*count, solid).chain(std::iter::repeat_n(0, gap));
        let (most, eighths) = (seen.iter().copied().max().unwrap_or(0).max(1), 8 * u64::from(high));
        // In eighths of the whole height, which is then free of rounding; what there is shows, however little it is.
        let level = |count: u64| (u128::from(count) * u128::from(eighths - 1)).div_ceil(u128::from(most)) as u64;
        let levels: Vec<u64> = seen.iter().map(|count| level(*count)).collect();
        let curve = Sparkline::default().data(levels.iter().flat_map(day)).max(eighths).style(style);
        canvas.chart(Rect { x: plot, y, width: span.width(), height: high }, curve);
    }
    let under = area.y + (high * page.min(numbers.outcomes.len()) as u16).min(area.height.saturating_sub(2));
    axis(numbers, back, span, Rect { x: plot, y: under, width: span.width(), height: 2 }, inside, canvas);
    day(numbers, back, Rect { y: under + 1, height: 1, ..area }, canvas);
}

/// So many of so many, as far as there is room for both.
fn of_all(count: u64, all: u64) -> String {
    let told = [format!("{} of {}", grouped(count), brief(all)), format!("{}/{}", brief(count), brief(all))];
    let fits = told.into_iter().find(|words| width(words) < usize::from(NUMBER));
    fits.unwrap_or_else(|| grouped(count))
}

/// The days that the curves are about, and how wide each is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Span {
    days: usize,
    cells: usize,
}

impl Span {
    /// As far back as there is something to see, and no further than there is room; a young fleet has wide days.
    fn of(numbers: &Numbers, room: usize) -> Self {
        let all = numbers.days.len();
        let seen = |series: &Series| series.counts.iter().position(|count| *count > 0);
        let first = numbers.outcomes.iter().filter_map(seen).min().unwrap_or(all);
        let days = all.saturating_sub(first).max(FEWEST).min(room).min(all);
        Self { days, cells: (room / days.max(1)).clamp(1, WIDEST) }
    }

    fn width(self) -> u16 {
        u16::try_from(self.days * self.cells).unwrap_or(u16::MAX)
    }
}

/// The days under the curves: the first, the last, and the one under the cursor.
fn axis(numbers: &Numbers, back: usize, span: Span, area: Rect, inside: &Inside, canvas: &mut Canvas) {
    let name = |at: usize| numbers.days.get(at).map(|day| day.strftime("%d %b").to_string()).unwrap_or_default();
    let start = numbers.days.len().saturating_sub(span.days);
    canvas.put(area.x, area.y, &name(start), area.width, Role::Dim);
    canvas.put_right(area.right(), area.y, "today", area.width, Role::Dim);
    if inside.focused && back < span.days {
        let x = area.right().saturating_sub((back * span.cells + span.cells.div_ceil(2)) as u16);
        canvas.put(x, area.y, "▲", 1, Role::Accent);
    }
}

/// What happened on the day under the cursor, in words.
fn day(numbers: &Numbers, back: usize, area: Rect, canvas: &mut Canvas) {
    let Some(at) = numbers.days.len().checked_sub(1 + back) else { return };
    let Some(date) = numbers.days.get(at) else { return };
    let mut x = canvas.put(area.x, area.y, &date.strftime("%a %d %b %Y").to_string(), area.width, Role::Text);
    let mut none = true;
    for series in &numbers.outcomes {
        let count = series.counts.get(at).copied().unwrap_or(0);
        if count > 0 && x + 4 < area.right() {
            let (sign, role) = series.label.as_deref().map_or(("○", Role::Dim), status);
            x = canvas.put(x + 2, area.y, sign, 1, role);
            let words = format!(" {} {}", grouped(count), word(series.name()));
            x = canvas.put(x, area.y, &words, area.right().saturating_sub(x), Role::Text);
            none = false;
        }
    }
    if none {
        canvas.put(x + 2, area.y, "no events", area.right().saturating_sub(x + 2), Role::Dim);
    }
}

/// What was spent for one thing, all days together.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Spent {
    pub connection: String,
    pub label: String,
    pub currency: Option<String>,
    pub amount: f64,
}

/// What was spent for each thing, most first.
pub(super) fn spent(numbers: &Numbers) -> Vec<Spent> {
    let mut sums: BTreeMap<(&str, &str, Option<&str>), f64> = BTreeMap::new();
    for Cost { connection, label, currency, amount, .. } in &numbers.costs {
        *sums.entry((connection, label, currency.as_deref())).or_default() += amount;
    }
    let one = |((connection, label, currency), amount): (_, f64)| {
        let (connection, label): (&str, &str) = (connection, label);
        let currency: Option<&str> = currency;
        Spent { connection: connection.into(), label: label.into(), currency: currency.map(str::to_owned), amount }
    };
    let mut all: Vec<Spent> = sums.into_iter().map(|((a, b, c), sum)| one(((a, b, c), sum))).collect();
    all.sort_by(|a, b| b.amount.total_cmp(&a.amount));
    all
}

/// What each connection's costs come to, most first. They are not added up over connections: each platform tells of a time of its
/// own, and in a currency of its own.
pub(super) fn sums(numbers: &Numbers) -> Vec<String> {
    let mut sums: Vec<(&str, Option<&str>, f64)> = Vec::new();
    for Cost { connection, currency, amount, .. } in &numbers.costs {
        let currency = currency.as_deref();
        match sums.iter_mut().find(|(name, known, _)| *name == connection && *known == currency) {
            Some((.., sum)) => *sum += amount,
            None => sums.push((connection, currency, *amount)),
        }
    }
    sums.sort_by(|a, b| b.2.total_cmp(&a.2));
    sums.into_iter().map(|(name, currency, sum)| format!("{name} {}", money(sum, currency))).collect()
}

/// An amount as a person reads it; what it is in where that is told.
fn money(amount: f64, currency: Option<&str>) -> String {
    match currency {
        Some(currency) => format!("{amount:.2} {currency}"),
        None => format!("{amount:.2}"),
    }
}

/// Costs: a line over the days where a platform tells them by day, and what each thing came to.
pub(super) fn costs(numbers: &Numbers, inside: &Inside, fleet: &Fleet, canvas: &mut Canvas) {
    let area = inside.area;
    let spent = spent(numbers);
    if spent.is_empty() {
        canvas.put(area.x, area.y, "No platform here tells what it costs.", area.width, Role::Dim);
        return;
    }
    let mut by_day: BTreeMap<Date, f64> = BTreeMap::new();
    for cost in &numbers.costs {
        if let Some(day) = cost.day {
            *by_day.entry(day).or_default() += cost.amount;
        }
    }
    let rows = spent.len().min(usize::from(area.height / 3).max(1)) as u16;
    let plot = Rect { height: area.height.saturating_sub(rows), ..area };
    let drawn = by_day.len() > 1 && plot.height >= 4;
    let list = if drawn { Rect { y: plot.bottom(), height: rows, ..area } } else { area };
    if drawn {
        chart(&by_day, plot, canvas);
    }
    let inside = Inside { area: list, ..*inside };
    let page = usize::from(list.height);
    for (line_at, (at, spent)) in spent.iter().enumerate().skip(first(&inside, page)).take(page).enumerate() {
        let y = list.y + line_at as u16;
        let on = line(&inside, y, at, canvas);
        let x = canvas.put(list.x, y, &spent.connection, 14, fleet.badge(&spent.connection)) + 1;
        let amount = money(spent.amount, spent.currency.as_deref());
        let wide = (width(&amount) as u16).min(20);
        canvas.put(x, y, &spent.label, list.right().saturating_sub(x + wide + 1), Role::Text);
        canvas.put_right(list.right(), y, &amount, 20, Role::Text);
        settle(&inside, y, on, canvas);
    }
}

fn chart(by_day: &BTreeMap<Date, f64>, area: Rect, canvas: &mut Canvas) {
    let (Some((first, _)), Some((last, _))) = (by_day.first_key_value(), by_day.last_key_value()) else { return };
    let since = |day: &Date| f64::from(day.since(*first).map_or(0, |span| span.get_days()));
    let points: Vec<(f64, f64)> = by_day.iter().map(|(day, amount)| (since(day), *amount)).collect();
    let most = points.iter().map(|point| point.1).fold(0.0, f64::max).max(0.01);
    let (dim, ink): (Style, Style) = (canvas.style(Role::Dim), canvas.style(Role::Accent));
    let line = Dataset::default().marker(Marker::Braille).graph_type(GraphType::Line).style(ink).data(&points);
    let name = |day: &Date| day.strftime("%d %b").to_string();
    let chart = Chart::new(vec![line])
        .x_axis(Axis::default().style(dim).bounds([0.0, since(last).max(1.0)]).labels([name(first), name(last)]))
        .y_axis(Axis::default().style(dim).bounds([0.0, most]).labels(["0".to_owned(), format!("{most:.2}")]));
    canvas.chart(area, chart);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(days: usize, first: usize) -> Numbers {
        let today: Date = "2026-02-01".parse().expect("a date");
        let day = |back: usize| today.saturating_sub(jiff::Span::new().days(back as i64));
        let counts = (0..days).map(|at| u64::from(at >= first)).collect();
        let outcomes = vec![Series { label: Some("allow".to_owned()), counts }];
        Numbers { days: (0..days).rev().map(day).collect(), outcomes, ..Numbers::default() }
    }

    #[test]
    fn a_young_fleet_has_wide_days_and_an_old_one_as_many_as_there_is_room_for() {
        assert_eq!(Span::of(&numbers(371, 365), 60), Span { days: FEWEST, cells: 4 });
        assert_eq!(Span::of(&numbers(371, 341), 60), Span { days: 30, cells: 2 });
        assert_eq!(Span::of(&numbers(371, 0), 60), Span { days: 60, cells: 1 });
        assert_eq!(Span::of(&numbers(3, 0), 60), Span { days: 3, cells: WIDEST });
    }

    #[test]
    fn no_room_and_no_days_are_no_reason_to_stop() {
        assert_eq!(Span::of(&numbers(371, 0), 0).days, 0);
        assert_eq!(Span::of(&numbers(0, 0), 60), Span { days: 0, cells: WIDEST });
    }
}
