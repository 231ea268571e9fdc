use std::collections::BTreeMap;
use std::time::Duration;

use jiff::SignedDuration;
use quarterdeck_sync::model::By;
use quarterdeck_sync::outbox::action::Asked;
use serde_json::Value;

use crate::config::parse_duration;

/// Heading of the flags that every write command takes.
const WRITES: &str = "Every write";

/// Flags of every command that decides something.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct Shared {
    /// Why: kept with the write, and told to a platform that takes a reason
    #[arg(long, value_name = "TEXT", help_heading = WRITES)]
    pub reason: Option<String>,
    /// Do not send it later than this long after now: 30m, 4h
    #[arg(long, value_name = "TIME", value_parser = parse_duration, help_heading = WRITES)]
    pub expires: Option<Duration>,
    /// Do not ask
    #[arg(short, long, help_heading = WRITES)]
    pub yes: bool,
    /// Show what would be kept, and keep nothing
    #[arg(long, help_heading = WRITES)]
    pub dry_run: bool,
    /// When it is sent.
    #[command(flatten)]
    pub sending: Sending,
}

impl Shared {
    /// What is asked for: this verb with these arguments, and what the flags say.
    pub fn asked(&self, verb: &str, args: BTreeMap<String, Value>, by: By) -> Asked {
        Asked {
            verb: verb.to_owned(),
            args,
            reason: self.reason.clone(),
            expires: self.expires.and_then(|time| SignedDuration::try_from(time).ok()),
            if_hash: None,
            undoes: None,
            by,
        }
    }
}

/// Flags of every command after which something may be sent.
#[derive(Debug, Clone, Copy, Default, clap::Args)]
pub struct Sending {
    /// Keep it only: it is sent by qd outbox flush, a sync or the console
    #[arg(long, conflicts_with = "wait", help_heading = WRITES)]
    pub queue: bool,
    /// Return only when the platform has shown the effect, or it cannot come any more
    #[arg(long, help_heading = WRITES)]
    pub wait: bool,
}

/// The records that are meant.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct Targets {
    /// Ids of records, the beginning of one, or connection/id; - reads them from stdin, one a line
    #[arg(value_name = "ID", required_unless_present = "filter")]
    pub ids: Vec<String>,
    /// Every record this filter lets through, instead of ids: shown, counted and asked about first
    #[arg(id = "filter", long = "where", value_name = "FILTER", conflicts_with = "ids")]
    pub filter: Option<String>,
    /// Only this connection; may be repeated
    #[arg(short, long, value_name = "NAME")]
    pub connection: Vec<String>,
}
