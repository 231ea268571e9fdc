//! The rate limiter: so many requests in a window, and headers that tell the truth about it, or do not.

use std::collections::VecDeque;
use std::time::Duration;

use jiff::Timestamp;

/// A limit on the requests to one endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limit {
    /// Requests in one window.
    pub requests: u32,
    /// Length of the window.
    pub per: Duration,
    /// How the window moves.
    pub window: Window,
    /// What the headers say.
    pub headers: RateHeaders,
}

/// How a window moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Window {
    /// Starts anew at every whole multiple of its length.
    Fixed,
    /// Always the time just past.
    Sliding,
}

/// What a limiter's headers say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RateHeaders {
    /// `X-RateLimit-Limit`, `-Remaining`, and `-Reset` as Unix time; `Retry-After` when refused.
    Epoch,
    /// The same, with `-Reset` as seconds from now.
    Delta,
    /// As `Epoch`, and `Retry-After: 1` on every reply that is not refused.
    EpochAlwaysRetry,
    /// Limit and remaining are right; `-Reset` and `Retry-After` are always "1".
    Lying,
    /// Only `Retry-After`, when refused.
    RetryOnly,
    /// None.
    Nothing,
}

impl Limit {
    /// A limit with honest headers and a window that starts anew.
    pub fn fixed(requests: u32, per: Duration) -> Limit {
        Limit { requests, per, window: Window::Fixed, headers: RateHeaders::Epoch }
    }

    /// A limit over the time just past, with headers that lie as Exo's do.
    pub fn sliding_lying(requests: u32, per: Duration) -> Limit {
        Limit { requests, per, window: Window::Sliding, headers: RateHeaders::Lying }
    }
}

/// Counts requests against a limit.
#[derive(Debug)]
pub(crate) struct Limiter {
    limit: Limit,
    /// Milliseconds of the requests that count, oldest first.
    spent: VecDeque<i64>,
}

/// Whether a request may pass, and what to say about it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Verdict {
    pub(crate) allowed: bool,
    pub(crate) headers: Vec<(String, String)>,
}

impl Limiter {
    pub(crate) fn new(limit: Limit) -> Limiter {
        Limiter { limit, spent: VecDeque::new() }
    }

    pub(crate) fn spend(&mut self, now: Timestamp) -> Verdict {
        let now = now.as_millisecond();
        let per = i64::try_from(self.limit.per.as_millis()).unwrap_or(i64::MAX).max(1);
        let start = match self.limit.window {
            Window::Fixed => now - now.rem_euclid(per),
            Window::Sliding => now - per + 1,
        };
        while self.spent.front().is_some_and(|at| *at < start) {
            self.spent.pop_front();
        }
        // Counting stops being exact at millions a window; nobody is refused there anyway.
        let allowed = self.spent.len() < self.limit.requests as usize;
        if allowed {
            self.spent.push_back(now);
        }
        let free_at = match self.limit.window {
            Window::Fixed => start + per,
            Window::Sliding => self.spent.front().map_or(now, |oldest| oldest + per),
        };
        let remaining = u64::from(self.limit.requests).saturating_sub(self.spent.len() as u64);
        Verdict { allowed, headers: self.headers(allowed, remaining, now, free_at) }
    }

    fn headers(&self, allowed: bool, remaining: u64, now: i64, free_at: i64) -> Vec<(String, String)> {
        let wait = (free_at - now).max(0).unsigned_abs().div_ceil(1000);
        let epoch = free_at.max(0).unsigned_abs().div_ceil(1000);
        let reset = match self.limit.headers {
            RateHeaders::Nothing => return Vec::new(),
            RateHeaders::RetryOnly if allowed => return Vec::new(),
            RateHeaders::RetryOnly => return vec![("Retry-After".into(), wait.to_string())],
            RateHeaders::Epoch | RateHeaders::EpochAlwaysRetry => epoch,
            RateHeaders::Delta => wait,
            RateHeaders::Lying => 1,
        };
        let mut headers = vec![
            ("X-RateLimit-Limit".into(), self.limit.requests.to_string()),
            ("X-RateLimit-Remaining".into(), remaining.to_string()),
            ("X-RateLimit-Reset".into(), reset.to_string()),
        ];
        let retry = match self.limit.headers {
            RateHeaders::Lying => Some(1),
            RateHeaders::EpochAlwaysRetry if allowed => Some(1),
            _ if allowed => None,
            _ => Some(wait),
        };
        headers.extend(retry.map(|seconds| ("Retry-After".into(), seconds.to_string())));
        headers
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millisecond(1_771_318_800_000 + millis).unwrap()
    }

    fn header<'a>(verdict: &'a Verdict, name: &str) -> Option<&'a str> {
        verdict.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    #[test]
    fn a_fixed_window_is_whole_again_when_its_header_says() {
        let mut limiter = Limiter::new(Limit::fixed(2, Duration::from_secs(5)));
        assert!(limiter.spend(at(100)).allowed);
        let second = limiter.spend(at(200));
        assert_eq!(header(&second, "X-RateLimit-Remaining"), Some("0"));
        let refused = limiter.spend(at(4_000));
        assert!(!refused.allowed);
        assert_eq!(header(&refused, "X-RateLimit-Reset"), Some("1771318805"));
        assert_eq!(header(&refused, "Retry-After"), Some("1"));
        assert!(limiter.spend(at(5_000)).allowed);
    }

    #[test]
    fn a_sliding_window_frees_one_place_at_a_time_and_its_headers_lie() {
        let mut limiter = Limiter::new(Limit::sliding_lying(2, Duration::from_secs(60)));
        assert!(limiter.spend(at(0)).allowed);
        assert!(limiter.spend(at(30_000)).allowed);
        let refused = limiter.spend(at(31_000));
        assert!(!refused.allowed);
        assert_eq!(header(&refused, "Retry-After"), Some("1"));
        assert!(!limiter.spend(at(59_999)).allowed);
        assert!(limiter.spend(at(60_000)).allowed);
        assert!(!limiter.spend(at(61_000)).allowed);
    }
}
