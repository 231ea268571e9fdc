//! `config.toml`: what the operator has set. We never write it.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use quarterdeck_sync::engine::{ContentOptions, SyncOptions};
use quarterdeck_sync::model::{ContentKeep, ContentPolicy};
use quarterdeck_sync::platform::ClientOptions;
use serde::{Deserialize, Deserializer, de};

use super::{ConfigError, files, toml_error};

const REPAIR: &str = "every setting may be left out: then it is as it comes";

/// Everything that can be set, each with its default.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Name of the console's theme.
    pub theme: String,
    /// The console takes clicks and the wheel; without it the terminal's own selection works as usual.
    pub mouse: bool,
    /// The console decides nothing: no key leads to a sheet.
    pub read_only: bool,
    /// Little moves in the console that no key moved, and messages stay until the next key.
    pub reduced_motion: bool,
    /// The console spares a slow link: few colours, and no more frames than it carries.
    pub low_bandwidth: bool,
    /// The console writes line after line, for screen readers.
    pub linear: bool,
    /// How often the console and `qd sync --watch` look for news.
    #[serde(deserialize_with = "duration")]
    pub refresh: Duration,
    /// Age of the last complete walk after which another is due.
    #[serde(deserialize_with = "duration")]
    pub reconcile: Duration,
    /// The same for lists whose order ignores edits.
    #[serde(deserialize_with = "duration")]
    pub reconcile_unordered: Duration,
    /// Share of each rate budget left to others, 0 to 0.9.
    #[serde(deserialize_with = "share")]
    pub reserve: f64,
    /// Most requests of one connection in flight, 1 to 32.
    #[serde(deserialize_with = "concurrency")]
    pub concurrency: usize,
    /// Tries of a request, the first included, 1 to 20.
    #[serde(deserialize_with = "tries")]
    pub tries: u32,
    /// Time to connect.
    #[serde(deserialize_with = "duration")]
    pub connect_timeout: Duration,
    /// Longest silence of a platform in the middle of a request.
    #[serde(deserialize_with = "duration")]
    pub idle_timeout: Duration,
    /// How long one request waits for a platform that refuses (429).
    #[serde(deserialize_with = "duration")]
    pub patience: Duration,
    /// How long a secret's command, or a locked keyring, may take.
    #[serde(deserialize_with = "duration")]
    pub secret_timeout: Duration,
    /// Largest reply, unpacked: `"64MiB"`, or a number of bytes.
    #[serde(deserialize_with = "size")]
    pub max_reply: u64,
    /// Which contents are fetched, and how much of them is kept.
    pub content: ContentSettings,
    /// Memory in which the search index gathers what it writes: `"32MiB"`, or a number of bytes.
    #[serde(deserialize_with = "size")]
    pub index_memory: u64,
    /// Action of the console -> keys. An empty list unbinds it.
    pub keys: BTreeMap<String, Keys>,
}

/// What is set about content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ContentSettings {
    /// Which contents a sync fetches: `all`, `recent:30d` or `none`.
    #[serde(deserialize_with = "word")]
    pub policy: ContentPolicy,
    /// Bytes that they may take in the mirror: `"10GiB"`, or a number of bytes.
    #[serde(deserialize_with = "budget")]
    pub budget: u64,
    /// How long content of records that are gone is kept: `forever`, or `90d`.
    #[serde(deserialize_with = "word")]
    pub keep: ContentKeep,
}

impl Default for ContentSettings {
    fn default() -> Self {
        let month = jiff::SignedDuration::from_hours(30 * 24);
        Self { policy: ContentPolicy::Recent(month), budget: 10 << 30, keep: ContentKeep::Forever }
    }
}

/// Keys of an action: one, or several.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Keys {
    /// One.
    One(String),
    /// Several, or none.
    Many(Vec<String>),
}

impl Keys {
    /// All of them.
    pub fn all(&self) -> &[String] {
        match self {
            Keys::One(key) => std::slice::from_ref(key),
            Keys::Many(keys) => keys,
        }
    }
}

impl Default for Settings {
    fn default() -> Self {
        let (sync, client) = (SyncOptions::default(), ClientOptions::default());
        Self {
            theme: "dark".to_owned(),
            mouse: true,
            read_only: false,
            reduced_motion: false,
            low_bandwidth: false,
            linear: false,
            refresh: Duration::from_secs(60),
            reconcile: sync.reconcile,
            reconcile_unordered: sync.reconcile_unordered,
            reserve: client.reserve,
            concurrency: client.concurrency,
            tries: client.tries,
            connect_timeout: client.connect_timeout,
            idle_timeout: client.idle_timeout,
            patience: client.patience,
            secret_timeout: Duration::from_secs(20),
            max_reply: client.max_reply,
            content: ContentSettings::default(),
            index_memory: 32 << 20,
            keys: BTreeMap::new(),
        }
    }
}

impl Settings {
    /// Reads the file; without one, the defaults hold.
    ///
    /// # Errors
    /// [`ConfigError::Text`] with line and column for an unknown field or a value that cannot be.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        match files::read(path)? {
            None => Ok(Self::default()),
            Some(text) => toml::from_str(&text).map_err(|error| toml_error::place(path, &text, &error, REPAIR)),
        }
    }

    /// What a client needs of it.
    pub fn client_options(&self) -> ClientOptions {
        ClientOptions {
            max_reply: self.max_reply,
            connect_timeout: self.connect_timeout,
            idle_timeout: self.idle_timeout,
            tries: self.tries,
            patience: self.patience,
            reserve: self.reserve,
            concurrency: self.concurrency,
            ..ClientOptions::default()
        }
    }

    /// What is to be done about content.
    pub fn content_options(&self) -> ContentOptions {
        let ContentSettings { policy, budget, keep } = self.content;
        ContentOptions { policy, budget, keep }
    }

    /// What a sync needs of it.
    pub fn sync_options(&self) -> SyncOptions {
        SyncOptions {
            reconcile: self.reconcile,
            reconcile_unordered: self.reconcile_unordered,
            content: self.content_options(),
            ..SyncOptions::default()
        }
    }
}

/// Reads `90s`, `5m`, `1h 30m`, `7d`: at least one second, at most a year.
///
/// # Errors
/// What is wrong with it, for a person.
pub fn parse_duration(text: &str) -> Result<Duration, String> {
    let wrong = || format!("{text:?} is not a length of time: write 90s, 5m, 24h or 7d");
    let span: jiff::Span = text.trim().parse().map_err(|_| wrong())?;
    let length = span.to_duration(jiff::SpanRelativeTo::days_are_24_hours()).map_err(|_| wrong())?;
    let length = Duration::try_from(length).map_err(|_| wrong())?;
    if length < Duration::from_secs(1) || length > Duration::from_secs(366 * 24 * 60 * 60) {
        return Err(format!("{text:?} must be between 1s and 366d"));
    }
    Ok(length)
}

fn duration<'de, D: Deserializer<'de>>(input: D) -> Result<Duration, D::Error> {
    parse_duration(&String::deserialize(input)?).map_err(de::Error::custom)
}

fn share<'de, D: Deserializer<'de>>(input: D) -> Result<f64, D::Error> {
    within(f64::deserialize(input)?, 0.0, 0.9)
}

fn concurrency<'de, D: Deserializer<'de>>(input: D) -> Result<usize, D::Error> {
    within(usize::deserialize(input)?, 1, 32)
}

fn tries<'de, D: Deserializer<'de>>(input: D) -> Result<u32, D::Error> {
    within(u32::deserialize(input)?, 1, 20)
}

fn within<T: PartialOrd + std::fmt::Display, E: de::Error>(value: T, least: T, most: T) -> Result<T, E> {
    // Written so that a float that is no number does not pass.
    if value >= least && value <= most { Ok(value) } else { Err(E::custom(format!("must be {least} to {most}"))) }
}

fn size<'de, D: Deserializer<'de>>(input: D) -> Result<u64, D::Error> {
    bytes(input)?.filter(|bytes| (1 << 16..=1 << 34).contains(bytes)).ok_or_else(|| {
        de::Error::custom("must be a size between 64KiB and 16GiB: a number of bytes, or a text like \"64MiB\"")
    })
}

fn budget<'de, D: Deserializer<'de>>(input: D) -> Result<u64, D::Error> {
    bytes(input)?.filter(|bytes| (1 << 20..=1 << 50).contains(bytes)).ok_or_else(|| {
        de::Error::custom("must be a size between 1MiB and 1024TiB: a number of bytes, or a text like \"10GiB\"")
    })
}

fn bytes<'de, D: Deserializer<'de>>(input: D) -> Result<Option<u64>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Size {
        Bytes(u64),
        Text(String),
    }
    Ok(match Size::deserialize(input)? {
        Size::Bytes(bytes) => Some(bytes),
        Size::Text(text) => parse_size(&text),
    })
}

fn word<'de, D: Deserializer<'de>, T: std::str::FromStr<Err = String>>(input: D) -> Result<T, D::Error> {
    String::deserialize(input)?.parse().map_err(de::Error::custom)
}

fn parse_size(text: &str) -> Option<u64> {
    let text = text.trim();
    let unit = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let shift = match text[unit..].trim() {
        "" | "B" => 0,
        "KiB" => 10,
        "MiB" => 20,
        "GiB" => 30,
        "TiB" => 40,
        _ => return None,
    };
    text[..unit].parse::<u64>().ok()?.checked_shl(shift)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Settings, String> {
        let path = Path::new("config.toml");
        toml::from_str(text).map_err(|error| toml_error::place(path, text, &error, REPAIR).to_string())
    }

    #[test]
    fn what_is_not_set_keeps_its_default() {
        let settings = read("refresh = \"2m\"\nmax_reply = \"8MiB\"\n[keys]\nquit = \"q\"\nhelp = []").unwrap();
        assert_eq!(settings.refresh, Duration::from_secs(120));
        assert_eq!(settings.max_reply, 8 << 20);
        assert_eq!(settings.reserve, Settings::default().reserve);
        assert_eq!(settings.keys["quit"].all(), ["q"]);
        assert!(settings.keys["help"].all().is_empty());
    }

    #[test]
    fn the_page_on_configuration_shows_every_setting_with_its_default() {
        let page = include_str!("../../docs/configuration.md");
        let example = page.split("```").nth(1).unwrap().strip_prefix("toml\n").unwrap();
        assert_eq!(read(example).unwrap(), Settings::default());
        let shown = example.parse::<toml::Table>().unwrap();
        let unknown = read("nothing = 1").unwrap_err();
        for name in unknown.split('`').skip(3).step_by(2) {
            assert!(shown.contains_key(name), "{name} is not on the page");
        }
    }

    #[test]
    fn a_wrong_setting_is_named_with_its_place() {
        for (text, place, words) in [
            ("theme = \"dark\"\nrefesh = \"2m\"", "config.toml:2:1: ", "unknown field `refesh`"),
            ("reserve = 1.5", "config.toml:1:11: ", "must be 0 to 0.9"),
            ("reserve = nan", "config.toml:1:11: ", "must be 0 to 0.9"),
            ("refresh = \"soon\"", "config.toml:1:11: ", "not a length of time"),
            ("max_reply = \"9 furlongs\"", "config.toml:1:13: ", "64MiB"),
            ("[content]\npolicy = \"recent\"", "config.toml:2:10: ", "recent:30d"),
            ("[content]\nbudget = \"1KiB\"", "config.toml:2:10: ", "between 1MiB"),
            ("tries = 0", "config.toml:1:9: ", "must be 1 to 20"),
            ("theme = ", "config.toml:1:9: ", "string values must be quoted"),
        ] {
            let error = read(text).unwrap_err();
            assert!(error.starts_with(place) && error.contains(words), "{text}: {error}");
        }
    }
}
