//! What the headers of one reply say about the budget: text from outside turned into numbers, or into nothing.

use std::time::{Duration, UNIX_EPOCH};

use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};

use crate::platform::manifest::{Rate, ResetKind};

/// Larger numbers than this are nonsense, not budgets.
const MOST: f64 = 1e9;
/// Longer waits than this are nonsense, not resets.
const LONGEST: Duration = Duration::from_secs(31 * 24 * 3600);

/// One reply's word on the budget. Whatever was missing, negative, huge or no number is `None`.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(in crate::platform::client) struct Told {
    /// Requests in one window.
    pub limit: Option<u64>,
    /// Left in this window.
    pub remaining: Option<u64>,
    /// Time until the window is whole again.
    pub reset_in: Option<Duration>,
    /// `Retry-After`.
    pub retry_after: Option<Duration>,
}

/// The server's clock, as far as its `Date` headers show it.
///
/// `Date` is cut to whole seconds, so each reply gives a lower bound of the server's time; the highest bound is kept and
/// comes within a fraction of a second after a few replies. A bound far below it means that the server's clock was set
/// back, and replaces it.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::platform::client) struct ServerClock {
    /// Epoch milliseconds of the server at our own time zero.
    base: Option<i64>,
}

impl ServerClock {
    /// `now` counts from our own time zero; `date` is the server's, in epoch milliseconds.
    fn note(&mut self, date: i64, now: Duration) {
        const SET_BACK: i64 = 3_000;
        let bound = date - millis(now);
        self.base = match self.base {
            Some(base) if bound <= base && base - bound < SET_BACK => Some(base),
            _ => Some(bound),
        };
    }

    /// The server's time in epoch milliseconds; `wall`, our own, while it has not told.
    fn at(&self, now: Duration, wall: i64) -> i64 {
        self.base.map_or(wall, |base| base + millis(now))
    }
}

/// Reads what `headers` tell. `now` counts from our own time zero, `wall` is our clock in epoch milliseconds.
pub(in crate::platform::client) fn read(
    rate: &Rate,
    headers: &HeaderMap,
    clock: &mut ServerClock,
    now: Duration,
    wall: i64,
) -> Told {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    let named = |name: &Option<String>| name.as_deref().and_then(text);
    if let Some(date) = text(DATE.as_str()).and_then(http_date) {
        clock.note(date, now);
    }
    let server = clock.at(now, wall);
    let limit = named(&rate.limit).and_then(count).filter(|&limit| limit > 0);
    Told {
        limit,
        // A zero or senseless limit says that the server does not mean it: then its `remaining` is not believed either.
        remaining: named(&rate.remaining)
            .and_then(count)
            .filter(|_| rate.limit.is_none() || limit.is_some())
            .map(|left| limit.map_or(left, |limit| left.min(limit))),
        reset_in: named(&rate.reset).and_then(|text| reset_in(rate.reset_kind, text, server)),
        retry_after: text(RETRY_AFTER.as_str()).and_then(|text| retry_after(text, server)),
    }
}

/// A `Retry-After` header: seconds, or a date on the server's clock (epoch milliseconds).
fn retry_after(text: &str, server: i64) -> Option<Duration> {
    match number(text) {
        Some(seconds) => sane(Duration::try_from_secs_f64(seconds).ok()?),
        None => until(http_date(text)?, server),
    }
}

fn reset_in(kind: ResetKind, text: &str, server: i64) -> Option<Duration> {
    let value = number(text)?;
    let epoch = match kind {
        ResetKind::Lies => return None,
        ResetKind::Delta => false,
        ResetKind::Epoch => true,
        ResetKind::Auto => value > 1e9,
    };
    if !epoch {
        return sane(Duration::try_from_secs_f64(value).ok()?);
    }
    let at = if value > 1e12 { value } else { value * 1000.0 };
    if at > 1e16 { None } else { until(at as i64, server) }
}

/// Time from `server` to `at`, both epoch milliseconds; nothing when it has passed.
fn until(at: i64, server: i64) -> Option<Duration> {
    sane(Duration::from_millis(u64::try_from(at - server).unwrap_or(0)))
}

fn sane(wait: Duration) -> Option<Duration> {
    (wait <= LONGEST).then_some(wait)
}

fn number(text: &str) -> Option<f64> {
    let plain = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    if plain { text.parse().ok() } else { None }
}

fn count(text: &str) -> Option<u64> {
    // Some servers list several budgets, `100, 100;w=60`: the first is the one that binds.
    let first = text.split([',', ';']).next().unwrap_or_default().trim();
    number(first).filter(|&value| value <= MOST).map(|value| value as u64)
}

fn http_date(text: &str) -> Option<i64> {
    let at = httpdate::parse_http_date(text).ok()?.duration_since(UNIX_EPOCH).ok()?;
    i64::try_from(at.as_millis()).ok()
}

fn millis(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const WALL: i64 = 1_700_000_000_000;

    fn rate(reset_kind: ResetKind) -> Rate {
        Rate {
            limit: Some("x-limit".into()),
            remaining: Some("x-left".into()),
            reset: Some("x-reset".into()),
            reset_kind,
            window: None,
        }
    }

    fn told(kind: ResetKind, headers: &[(&'static str, &str)]) -> Told {
        let headers = headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
        read(&rate(kind), &headers, &mut ServerClock::default(), Duration::from_secs(10), WALL)
    }

    fn reset(kind: ResetKind, value: &str) -> Option<Duration> {
        told(kind, &[("x-reset", value)]).reset_in
    }

    #[test]
    fn a_reset_is_told_apart_by_size() {
        let five = Some(Duration::from_secs(5));
        assert_eq!(reset(ResetKind::Auto, "5"), five);
        assert_eq!(reset(ResetKind::Auto, "1700000005"), five);
        assert_eq!(reset(ResetKind::Auto, "1700000005000"), five);
        assert_eq!(reset(ResetKind::Delta, "5"), five);
        assert_eq!(reset(ResetKind::Epoch, "1700000005"), five);
        assert_eq!(reset(ResetKind::Auto, "1699999999"), Some(Duration::ZERO));
        assert_eq!(reset(ResetKind::Lies, "5"), None);
    }

    #[test]
    fn nonsense_is_no_budget() {
        for bad in ["-1", "many", "", "1e99", "99999999999999999999", "NaN", "inf"] {
            let told =
                told(ResetKind::Auto, &[("x-limit", bad), ("x-left", bad), ("x-reset", bad), ("retry-after", bad)]);
            assert_eq!(told, Told::default(), "{bad}");
        }
        let zero = told(ResetKind::Auto, &[("x-limit", "0"), ("x-left", "0")]);
        assert_eq!((zero.limit, zero.remaining), (None, None));
        assert_eq!(told(ResetKind::Auto, &[("x-limit", "10"), ("x-left", "50")]).remaining, Some(10));
    }

    #[test]
    fn retry_after_is_seconds_or_a_date_on_the_servers_clock() {
        let after = |value| told(ResetKind::Auto, &[("retry-after", value)]).retry_after;
        assert_eq!(after("7"), Some(Duration::from_secs(7)));
        assert_eq!(after("0.5"), Some(Duration::from_millis(500)));
        // 2023-11-14 22:13:20 UTC is 1700000000.
        assert_eq!(after("Tue, 14 Nov 2023 22:13:25 GMT"), Some(Duration::from_secs(5)));
        let skewed = told(
            ResetKind::Auto,
            &[("retry-after", "Tue, 14 Nov 2023 23:00:05 GMT"), ("date", "Tue, 14 Nov 2023 23:00:00 GMT")],
        );
        assert_eq!(skewed.retry_after, Some(Duration::from_secs(5)), "an hour of skew changes nothing");
    }

    #[test]
    fn the_servers_clock_sharpens_with_each_date_and_follows_a_step_back() {
        let mut clock = ServerClock::default();
        clock.note(5_000, Duration::from_millis(900));
        assert_eq!(clock.at(Duration::from_secs(1), 0), 5_100);
        clock.note(6_000, Duration::from_millis(1_050));
        assert_eq!(clock.at(Duration::from_secs(2), 0), 6_950);
        clock.note(6_000, Duration::from_millis(1_900));
        assert_eq!(clock.at(Duration::from_secs(2), 0), 6_950);
        clock.note(1_000, Duration::from_secs(3));
        assert_eq!(clock.at(Duration::from_secs(3), 0), 1_000);
    }
}
