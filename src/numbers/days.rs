//! Days of the operator's clock. Pure.

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan, Zoned};

/// The days of the last `weeks` weeks, ascending; from a Monday to the day it is.
pub fn weeks(now: &Zoned, weeks: usize) -> Vec<Date> {
    let today = now.date();
    let monday = today.weekday().since(Weekday::Monday);
    let back = i64::try_from(weeks.saturating_sub(1)).unwrap_or(0).min(10_000) * 7 + i64::from(monday);
    let first = today.checked_sub(back.days()).unwrap_or(today);
    first.series(1.day()).take_while(|day| *day <= today).collect()
}

/// When a day begins: midnight, or the first moment after it where a clock jumps over midnight. `None` beyond what the calendar
/// holds.
pub fn begin(day: Date, zone: &TimeZone) -> Option<Timestamp> {
    day.to_zoned(zone.clone()).ok()?.start_of_day().ok().map(|start| start.timestamp())
}

/// The edges of these days, one more than there are days: each begins where the one before it ends. Empty when one of them cannot
/// be told.
pub fn edges(days: &[Date], zone: &TimeZone) -> Vec<Timestamp> {
    let after = days.last().and_then(|last| last.tomorrow().ok());
    let all: Option<Vec<Timestamp>> = days.iter().copied().chain(after).map(|day| begin(day, zone)).collect();
    all.filter(|edges| edges.len() == days.len() + 1).unwrap_or_default()
}
