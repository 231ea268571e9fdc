//! The cookies of one origin. Small on purpose: whatever the server sets is sent back to it, and to nobody else.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use reqwest::header::{HeaderMap, HeaderValue, SET_COOKIE};

/// Most cookies kept: a server that sets more is not one we know.
const MOST: usize = 50;

/// Cookies by name.
#[derive(Clone, Default)]
pub(super) struct Jar(BTreeMap<String, Cookie>);

#[derive(Clone)]
struct Cookie {
    value: String,
    expires: Option<SystemTime>,
}

impl Jar {
    /// Takes what a reply sets, and drops what it takes back. True when anything was set.
    pub(super) fn take(&mut self, headers: &HeaderMap, now: SystemTime) -> bool {
        let mut set = false;
        for line in headers.get_all(SET_COOKIE).iter().filter_map(|line| line.to_str().ok()) {
            let Some((name, cookie)) = parse(line, now) else { continue };
            if cookie.value.is_empty() || cookie.expires.is_some_and(|at| at <= now) {
                self.0.remove(&name);
            } else if self.0.contains_key(&name) || self.0.len() < MOST {
                self.0.insert(name, cookie);
                set = true;
            }
        }
        set
    }

    /// The `Cookie` header; none when nothing is left.
    pub(super) fn header(&self, now: SystemTime) -> Option<HeaderValue> {
        let pairs: Vec<_> = self
            .0
            .iter()
            .filter(|(_, cookie)| cookie.expires.is_none_or(|at| at > now))
            .map(|(name, cookie)| format!("{name}={}", cookie.value))
            .collect();
        if pairs.is_empty() {
            return None;
        }
        let mut value = HeaderValue::from_str(&pairs.join("; ")).ok()?;
        value.set_sensitive(true);
        Some(value)
    }

    /// When the last of them ends; none while one lasts as long as the server likes.
    pub(super) fn ends(&self) -> Option<SystemTime> {
        self.0.values().map(|cookie| cookie.expires).collect::<Option<Vec<_>>>()?.into_iter().max()
    }

    /// The values, to be kept out of messages.
    pub(super) fn values(&self) -> impl Iterator<Item = &str> {
        self.0.values().map(|cookie| cookie.value.as_str())
    }
}

fn parse(line: &str, now: SystemTime) -> Option<(String, Cookie)> {
    let mut parts = line.split(';');
    let (name, value) = parts.next()?.split_once('=')?;
    let (name, value) = (name.trim(), value.trim());
    if name.is_empty() {
        return None;
    }
    let (mut max_age, mut expires) = (None, None);
    for (key, value) in parts.filter_map(|part| part.split_once('=')) {
        let value = value.trim();
        match key.trim().to_ascii_lowercase().as_str() {
            "max-age" => max_age = value.parse::<i64>().ok(),
            "expires" => expires = httpdate::parse_http_date(value).ok(),
            _ => {}
        }
    }
    // Max-Age wins over Expires: RFC 6265, section 5.3.
    let expires = match max_age {
        Some(seconds) => Some(u64::try_from(seconds).map_or(now, |seconds| later(now, seconds))),
        None => expires,
    };
    Some((name.to_owned(), Cookie { value: value.to_owned(), expires }))
}

fn later(now: SystemTime, seconds: u64) -> SystemTime {
    const YEARS: u64 = 10 * 366 * 24 * 3600;
    now + Duration::from_secs(seconds.min(YEARS))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(lines: &[&str]) -> HeaderMap {
        lines.iter().map(|line| (SET_COOKIE, line.parse().unwrap())).collect()
    }

    #[test]
    fn whatever_is_set_is_sent_back_until_it_ends() {
        let now = SystemTime::now();
        let mut jar = Jar::default();
        assert!(jar.take(&reply(&["exo_session=abc; Path=/; HttpOnly; Max-Age=60", "theme=dark"]), now));
        assert_eq!(jar.header(now).unwrap(), "exo_session=abc; theme=dark");
        assert_eq!(jar.ends(), None);
        let later = now + Duration::from_secs(61);
        assert_eq!(jar.header(later).unwrap(), "theme=dark");
        jar.take(&reply(&["theme=; Max-Age=0"]), now);
        assert_eq!(jar.header(now).unwrap(), "exo_session=abc");
        assert_eq!(jar.ends(), Some(now + Duration::from_secs(60)));
        assert!(jar.header(later).is_none());
    }

    #[test]
    fn strange_cookies_do_no_harm() {
        let mut jar = Jar::default();
        assert!(!jar.take(&reply(&["", "=x", "novalue", "a=; Path=/", "b=1; Max-Age=-5"]), SystemTime::now()));
        assert!(jar.take(&reply(&["c=1; Max-Age=99999999999999", "d=2; Expires=never"]), SystemTime::now()));
        assert_eq!(jar.header(SystemTime::now()).unwrap(), "c=1; d=2");
    }
}
