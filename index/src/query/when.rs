use std::fmt;

use jiff::civil::{Date, DateTime};
use jiff::{Timestamp, ToSpan, Zoned};

/// A time as a person writes it: a moment, or a stretch such as a day. What it means depends on when, and in which
/// time zone, it is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum When {
    /// `now`
    Now,
    /// `today`
    Today,
    /// `yesterday`
    Yesterday,
    /// `3h`: so long ago.
    Ago(u32, Unit),
    /// `2026`
    Year(i16),
    /// `2026-02`
    Month(i16, i8),
    /// `2026-02-01`
    Day(Date),
    /// `2026-02-01T08:30`, in the operator's time zone.
    Local(DateTime),
    /// `2026-02-01T08:30:00Z`
    At(Timestamp),
}

/// A unit of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Unit {
    /// `s`
    Seconds,
    /// `m` or `min`
    Minutes,
    /// `h`
    Hours,
    /// `d`
    Days,
    /// `w`
    Weeks,
    /// `mo`
    Months,
    /// `y`
    Years,
}

impl Unit {
    fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "s" => Unit::Seconds,
            "m" | "min" => Unit::Minutes,
            "h" => Unit::Hours,
            "d" => Unit::Days,
            "w" => Unit::Weeks,
            "mo" => Unit::Months,
            "y" => Unit::Years,
            _ => return None,
        })
    }

    fn as_str(self) -> &'static str {
        match self {
            Unit::Seconds => "s",
            Unit::Minutes => "m",
            Unit::Hours => "h",
            Unit::Days => "d",
            Unit::Weeks => "w",
            Unit::Months => "mo",
            Unit::Years => "y",
        }
    }
}

impl When {
    /// Ways to write a time, for messages.
    pub const FORMS: &str = "2026-02-01, 2026-02-01T08:30, 2026-02-01T08:30:00Z, 2026-02, 3h (30m, 2d, 1w, 6mo, 1y), today, yesterday or now";

    /// Reads a time; `None` when `text` is none.
    pub fn parse(text: &str) -> Option<Self> {
        match text.to_ascii_lowercase().as_str() {
            "now" => return Some(When::Now),
            "today" => return Some(When::Today),
            "yesterday" => return Some(When::Yesterday),
            lower => {
                if let Some(ago) = parse_ago(lower) {
                    return Some(ago);
                }
            }
        }
        // Year 0 with an offset would fall before it, and print in a form that is not read again.
        if text.starts_with("0000") {
            return None;
        }
        let shape: String = text.chars().map(|c| if c.is_ascii_digit() { '9' } else { c }).collect();
        match shape.as_str() {
            "9999" => text.parse().ok().map(When::Year),
            "9999-99" => {
                let date = Date::new(text[..4].parse().ok()?, text[5..].parse().ok()?, 1).ok()?;
                Some(When::Month(date.year(), date.month()))
            }
            "9999-99-99" => text.parse().ok().map(When::Day),
            shape if shape.starts_with("9999-99-99T") => match shape[11..].contains(['Z', 'z', '+', '-']) {
                true => text.parse().ok().map(When::At),
                false => text.parse().ok().map(When::Local),
            },
            _ => None,
        }
    }

    /// The stretch of time meant: from the first moment up to, and without, the second. A moment is a stretch of no length.
    /// Times beyond what can be told become the earliest or latest that can.
    pub fn range(&self, now: &Zoned) -> (Timestamp, Timestamp) {
        let today = now.date();
        match *self {
            When::Now => moment(now.timestamp()),
            When::Today => days(now, today, today.tomorrow().ok()),
            When::Yesterday => match today.yesterday() {
                Ok(yesterday) => days(now, yesterday, Some(today)),
                Err(_) => moment(Timestamp::MIN),
            },
            When::Ago(count, unit) => moment(ago(now, count, unit)),
            When::Year(year) => match Date::new(year, 1, 1) {
                Ok(first) => days(now, first, Date::new(year.saturating_add(1), 1, 1).ok()),
                Err(_) => moment(Timestamp::MAX),
            },
            When::Month(year, month) => match Date::new(year, month, 1) {
                Ok(first) => days(now, first, first.checked_add(1.month()).ok()),
                Err(_) => moment(Timestamp::MAX),
            },
            When::Day(day) => days(now, day, day.tomorrow().ok()),
            When::Local(at) => {
                moment(at.to_zoned(now.time_zone().clone()).map_or(Timestamp::MAX, |zoned| zoned.timestamp()))
            }
            When::At(at) => moment(at),
        }
    }

    /// The first moment meant: what `after:` and `before:` compare with.
    pub fn start(&self, now: &Zoned) -> Timestamp {
        self.range(now).0
    }

    /// The days meant, for `on:`: a moment means the day it falls on.
    pub fn days(&self, now: &Zoned) -> (Timestamp, Timestamp) {
        let (start, end) = self.range(now);
        if start < end {
            return (start, end);
        }
        let day = start.to_zoned(now.time_zone().clone()).date();
        days(now, day, day.tomorrow().ok())
    }
}

fn parse_ago(text: &str) -> Option<When> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (count, unit) = text.split_at(digits);
    Some(When::Ago(count.parse().ok()?, Unit::parse(unit)?))
}

fn moment(at: Timestamp) -> (Timestamp, Timestamp) {
    (at, at)
}

fn days(now: &Zoned, first: Date, end: Option<Date>) -> (Timestamp, Timestamp) {
    let begin =
        |date: Date, otherwise| date.to_zoned(now.time_zone().clone()).map_or(otherwise, |zoned| zoned.timestamp());
    let edge = if first > now.date() { Timestamp::MAX } else { Timestamp::MIN };
    (begin(first, edge), end.map_or(Timestamp::MAX, |end| begin(end, Timestamp::MAX)))
}

fn ago(now: &Zoned, count: u32, unit: Unit) -> Timestamp {
    let count = i64::from(count);
    let span = match unit {
        Unit::Seconds => jiff::Span::new().try_seconds(count),
        Unit::Minutes => jiff::Span::new().try_minutes(count),
        Unit::Hours => jiff::Span::new().try_hours(count),
        Unit::Days => jiff::Span::new().try_days(count),
        Unit::Weeks => jiff::Span::new().try_weeks(count),
        Unit::Months => jiff::Span::new().try_months(count),
        Unit::Years => jiff::Span::new().try_years(count),
    };
    span.and_then(|span| now.checked_sub(span)).map_or(Timestamp::MIN, |zoned| zoned.timestamp())
}

impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            When::Now => f.write_str("now"),
            When::Today => f.write_str("today"),
            When::Yesterday => f.write_str("yesterday"),
            When::Ago(count, unit) => write!(f, "{count}{}", unit.as_str()),
            When::Year(year) => write!(f, "{year:04}"),
            When::Month(year, month) => write!(f, "{year:04}-{month:02}"),
            When::Day(day) => write!(f, "{day}"),
            When::Local(at) => write!(f, "{at}"),
            When::At(at) => write!(f, "{at}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-03-10 09:30 in Berlin.
    fn now() -> Zoned {
        "2026-03-10T09:30:00+01:00[Europe/Berlin]".parse().unwrap()
    }

    fn range(text: &str) -> (String, String) {
        let (start, end) = When::parse(text).unwrap_or_else(|| panic!("{text} is no time")).range(&now());
        (start.to_string(), end.to_string())
    }

    #[test]
    fn a_day_is_the_operators_own() {
        assert_eq!(range("2026-02-01"), ("2026-01-31T23:00:00Z".into(), "2026-02-01T23:00:00Z".into()));
        assert_eq!(range("today").0, "2026-03-09T23:00:00Z");
        assert_eq!(range("Yesterday"), ("2026-03-08T23:00:00Z".into(), "2026-03-09T23:00:00Z".into()));
    }

    #[test]
    fn the_day_the_clocks_change_is_an_hour_short() {
        assert_eq!(range("2026-03-29"), ("2026-03-28T23:00:00Z".into(), "2026-03-29T22:00:00Z".into()));
    }

    #[test]
    fn months_and_years_are_stretches() {
        assert_eq!(range("2026-02"), ("2026-01-31T23:00:00Z".into(), "2026-02-28T23:00:00Z".into()));
        assert_eq!(range("2025"), ("2024-12-31T23:00:00Z".into(), "2025-12-31T23:00:00Z".into()));
    }

    #[test]
    fn an_age_counts_back_from_now() {
        assert_eq!(range("3h").0, "2026-03-10T05:30:00Z");
        assert_eq!(range("90m").0, "2026-03-10T07:00:00Z");
        assert_eq!(range("90min").0, "2026-03-10T07:00:00Z");
        assert_eq!(range("2d").0, "2026-03-08T08:30:00Z");
        assert_eq!(range("1mo").0, "2026-02-10T08:30:00Z");
        assert_eq!(range("4294967295y").0, Timestamp::MIN.to_string());
    }

    #[test]
    fn a_moment_is_taken_as_written() {
        assert_eq!(range("2026-02-01T08:30:00Z").0, "2026-02-01T08:30:00Z");
        assert_eq!(range("2026-02-01T08:30:00-05:00").0, "2026-02-01T13:30:00Z");
        assert_eq!(range("2026-02-01T08:30").0, "2026-02-01T07:30:00Z");
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in ["", "2026-13-01", "2026-02-30", "h", "3", "3q", "20260201", "soon", "99999999999h", "1-1-1", "-3h"]
        {
            assert_eq!(When::parse(text), None, "{text}");
        }
    }

    #[test]
    fn on_a_moment_means_its_day() {
        let (start, end) = When::parse("30h").unwrap().days(&now());
        assert_eq!((start.to_string(), end.to_string()), range("yesterday"));
    }
}
