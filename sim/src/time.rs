//! The simulator's clock, and the two ways the platforms write a time.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;

use crate::options::Clock;

/// The clock all platforms of one simulator share.
#[derive(Debug, Clone)]
pub(crate) struct Time(Arc<Mutex<Reading>>);

#[derive(Debug)]
struct Reading {
    clock: Clock,
    ahead: Duration,
}

impl Time {
    pub(crate) fn new(clock: Clock) -> Time {
        Time(Arc::new(Mutex::new(Reading { clock, ahead: Duration::ZERO })))
    }

    pub(crate) fn now(&self) -> Timestamp {
        let reading = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let base = match reading.clock {
            Clock::Real => Timestamp::now(),
            Clock::Fixed(start) => start,
        };
        base.checked_add(reading.ahead).unwrap_or(base)
    }

    pub(crate) fn advance(&self, by: Duration) {
        let mut reading = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        reading.ahead = reading.ahead.saturating_add(by);
    }
}

/// `2026-02-17T09:00:00Z`: Turen and RunAgents.
pub(crate) fn iso(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// `2026-02-17 09:00:00`: Exo; UTC, though it does not say so.
pub(crate) fn plain(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%S").to_string()
}

/// `Tue, 17 Feb 2026 09:00:00 GMT`: HTTP headers (RFC 9110, 5.6.7).
pub(crate) fn http_date(at: Timestamp) -> String {
    at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// `seconds` before `at`.
pub(crate) fn before(at: Timestamp, seconds: i64) -> Timestamp {
    Timestamp::from_second(at.as_second().saturating_sub(seconds)).unwrap_or(at)
}

/// `seconds` after `at`.
pub(crate) fn after(at: Timestamp, seconds: i64) -> Timestamp {
    before(at, seconds.saturating_neg())
}

/// Either written form, read again.
pub(crate) fn parse(text: &str) -> Option<Timestamp> {
    text.parse::<Timestamp>().ok().or_else(|| format!("{}Z", text.replace(' ', "T")).parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_written_forms_are_read_again() {
        let at = Timestamp::from_second(1_771_318_800).unwrap();
        assert_eq!(iso(at), "2026-02-17T09:00:00Z");
        assert_eq!(plain(at), "2026-02-17 09:00:00");
        assert_eq!(http_date(at), "Tue, 17 Feb 2026 09:00:00 GMT");
        assert_eq!(parse(&iso(at)), Some(at));
        assert_eq!(parse(&plain(at)), Some(at));
    }

    #[test]
    fn a_fixed_clock_moves_only_when_told() {
        let start = Timestamp::from_second(1_771_318_800).unwrap();
        let time = Time::new(Clock::Fixed(start));
        assert_eq!(time.now(), start);
        time.advance(Duration::from_secs(90));
        assert_eq!(time.now(), after(start, 90));
    }
}
