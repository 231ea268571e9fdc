//! The log: one file, `qd.log`, for its owner alone. Nothing is ever logged to a terminal.
//!
//! What is logged quotes platforms, so every line passes the text boundary. The file has a size limit: over it, it becomes
//! `qd.log.1` and a new one begins. A log that cannot be written never stops a command.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use quarterdeck_sync::engine::{ConnectionReport, Outcome};
use quarterdeck_sync::text::Clean;
use tracing_subscriber::filter::{FilterExt, filter_fn};
use tracing_subscriber::fmt::{self, MakeWriter};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::{EnvFilter, Layer};

use crate::config::{self, Env, Paths};

/// Size over which a new file begins.
const LIMIT: u64 = 4 << 20;

/// What is logged unless `QD_LOG` says otherwise.
const DEFAULT: &str = "warn,quarterdeck=info,quarterdeck_sync=info";

/// Starts logging for this process. The file is made with the first line.
///
/// # Errors
/// When `QD_LOG` cannot be understood.
pub fn start(env: &Env, paths: &Paths) -> Result<(), String> {
    let filter = EnvFilter::builder()
        .parse(env.log.as_deref().unwrap_or(DEFAULT))
        .map_err(|error| format!("QD_LOG cannot be understood: {error}"))?;
    let log = Log::new(paths.log(), LIMIT);
    // Libraries below us may log whole requests, with the key in them: only our own words get into the file.
    let ours = filter_fn(|meta| meta.target().starts_with("quarterdeck"));
    let layer = fmt::layer().with_ansi(false).with_writer(log).with_filter(filter.and(ours));
    let subscriber = tracing_subscriber::registry().with(layer);
    // Only a second start in one process is refused, and changes nothing.
    let _ = tracing::subscriber::set_global_default(subscriber);
    Ok(())
}

/// Logs how one connection's pull ended.
pub fn pulled(report: &ConnectionReport) {
    let (connection, requests, refused) = (&*report.connection, report.traffic.requests, report.traffic.refused);
    if let Some(error) = &report.error {
        tracing::warn!(connection, requests, refused, "not synced: {}", error.message);
        return;
    }
    let rows: u64 = report.lists.iter().map(|list| list.rows).sum();
    tracing::info!(connection, requests, refused, rows, "synced");
    for list in report.lists.iter().filter(|list| matches!(list.outcome, Outcome::Partial | Outcome::Failed)) {
        let (collection, message) = (&*list.list.collection, list.message.as_deref().unwrap_or_default());
        tracing::warn!(connection, collection, outcome = ?list.outcome, "{message}");
    }
}

/// Logs that versions of policies could not be kept.
pub fn history_failed(why: &str) {
    tracing::warn!("versions of policies were not kept: {why}");
}

/// The file, opened when it is needed.
#[derive(Debug)]
struct Log {
    path: PathBuf,
    limit: u64,
    open: Mutex<Option<(File, u64)>>,
}

impl Log {
    fn new(path: PathBuf, limit: u64) -> Self {
        Self { path, limit, open: Mutex::new(None) }
    }

    fn write(&self, line: &str) -> io::Result<()> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, size)) = open.as_ref()
            && *size + line.len() as u64 > self.limit
        {
            *open = None;
        }
        if open.is_none() {
            *open = Some(self.begin(line.len() as u64)?);
        }
        if let Some((file, size)) = open.as_mut() {
            file.write_all(line.as_bytes())?;
            *size += line.len() as u64;
        }
        Ok(())
    }

    /// Opens the file to add `room` bytes; a full one is moved away first.
    fn begin(&self, room: u64) -> io::Result<(File, u64)> {
        let size = |path: &Path| std::fs::metadata(path).map_or(0, |meta| meta.len());
        if size(&self.path) + room > self.limit {
            let mut old = self.path.clone().into_os_string();
            old.push(".1");
            // Another process may have moved it just now; then there is nothing left to move.
            let _ = std::fs::rename(&self.path, old);
        }
        let file = config::append(&self.path).map_err(io::Error::other)?;
        Ok((file, size(&self.path)))
    }
}

/// One event on its way into the file: the formatter writes each as a whole.
struct Line<'a>(&'a Log);

impl Write for Line<'_> {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        let line = String::from_utf8_lossy(text);
        let line = Clean::line(line.trim_end_matches('\n')).into_string() + "\n";
        self.0.write(&line)?;
        Ok(text.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Line<'a>;

    fn make_writer(&'a self) -> Line<'a> {
        Line(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_is_clean_private_and_of_limited_size() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("log/qd.log");
        let log = Log::new(path.clone(), 100);
        let subscriber = tracing_subscriber::fmt().with_ansi(false).without_time().with_writer(log).finish();
        tracing::subscriber::with_default(subscriber, || {
            for round in 0..8 {
                tracing::info!(round, "the server said \u{1b}[2J\nand left");
            }
        });
        let (new, old) =
            (std::fs::read_to_string(&path).unwrap(), std::fs::read_to_string(path.with_extension("log.1")).unwrap());
        for text in [&new, &old] {
            assert!(text.len() <= 100, "{text}");
            assert!(!text.lines().any(|line| line.chars().any(quarterdeck_sync::text::is_hidden)), "{text}");
        }
        assert!(new.contains("round=7"), "{new}");
        if cfg!(unix) {
            assert_eq!(config::mode(&path), Some(0o600));
        }
    }
}
