//! What is held of the messages of a connection's sessions and runs.

use quarterdeck_sync::model::{ContentTotals, Timestamp};
use quarterdeck_sync::store::Reader;
use serde::Serialize;

use crate::cli::context::Context;
use crate::cli::render::{count, plural, size};
use crate::cli::style::{Role, Style};
use crate::error::Failure;

/// The contents of one connection.
#[derive(Debug, Serialize)]
pub struct Contents {
    /// Which are fetched: `content.policy` in config.toml.
    policy: String,
    /// Bytes that the contents of all connections may take: `content.budget`.
    budget_bytes: u64,
    /// All that the policy asks for is held, and as new as its records.
    pub complete: bool,
    #[serde(flatten)]
    totals: ContentTotals,
}

/// The contents of every connection that has any, by its name.
pub fn contents(cx: &Context, reader: &Reader) -> Result<Vec<(String, Contents)>, Failure> {
    let settings = cx.settings()?.content;
    let totals = reader.content_totals(settings.policy, Timestamp::now())?;
    let of = |totals: ContentTotals| {
        let contents = Contents {
            policy: settings.policy.to_string(),
            budget_bytes: settings.budget,
            complete: totals.settled && totals.due == 0,
            totals,
        };
        (contents.totals.connection.clone(), contents)
    };
    Ok(totals.into_iter().map(of).collect())
}

impl Contents {
    /// A line for a person: what is held, what is not, and what it takes.
    pub fn plain(&self, style: Style) -> String {
        let totals = &self.totals;
        let mut parts = vec![format!("{} held", count(totals.held + totals.stale))];
        let mut part = |number: u64, words: &str| {
            if number > 0 {
                parts.push(format!("{} {words}", count(number)));
            }
        };
        part(totals.stale, "older than their records");
        part(totals.gone, "of records that are gone");
        part(totals.missing, "missing");
        part(totals.dropped, "dropped to make room");
        if totals.due > 0 {
            parts.push(format!("{} due by {}", count(totals.due), self.policy));
        } else if !totals.settled {
            parts.push("more may be due: the next sync looks".to_owned());
        }
        if totals.failing > 0 {
            parts.push(plural(totals.failing, "fails", "fail"));
        }
        let here = totals.held + totals.stale;
        let bytes =
            format!("{} in {} of {}", size(totals.raw_bytes), size(totals.packed_bytes), size(self.budget_bytes));
        let taken = match totals.in_records {
            0 => bytes,
            // Their bytes are those of the lists they stand in.
            all if all >= here => "they are records of their own".to_owned(),
            some => format!("{} are records of their own, the others {bytes}", count(some)),
        };
        let role = if self.complete { Role::Faint } else { Role::Warning };
        format!("  {}\n", style.paint(role, &format!("contents: {}; {taken}", parts.join(", "))))
    }
}
