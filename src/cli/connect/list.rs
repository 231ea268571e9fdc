//! `qd connect list`.

use serde::Serialize;
use serde_json::json;

use crate::cli::columns::{Cell, table};
use crate::cli::context::Context;
use crate::cli::out::{Form, Out};
use crate::config::Connection;
use crate::error::{Code, Failure};

/// A connection as it is shown: where its secret is, never the secret.
#[derive(Debug, Serialize)]
pub struct Shown<'a> {
    name: &'a str,
    platform: &'a str,
    url: &'a str,
    user: Option<&'a str>,
    secret: String,
}

impl<'a> Shown<'a> {
    /// What is shown of `connection`.
    pub fn new(name: &'a str, connection: &'a Connection) -> Self {
        Self {
            name,
            platform: &connection.platform,
            url: &connection.url,
            user: connection.user.as_deref(),
            secret: connection.secret.to_string(),
        }
    }
}

pub fn run(cx: &Context) -> Result<Code, Failure> {
    let connections = cx.connections()?;
    let shown: Vec<Shown<'_>> = connections.iter().map(|(name, connection)| Shown::new(name, connection)).collect();
    let mut out = Out::new();
    match cx.form {
        Form::Json => out.json(&json!({"schema": "qd.connections/1", "items": shown}))?,
        Form::Ndjson => shown.iter().try_for_each(|one| out.json(one))?,
        Form::Plain if shown.is_empty() => cx.say("no connections yet: qd connect add NAME --platform P --url U"),
        Form::Plain => {
            let rows: Vec<Vec<Cell>> = shown
                .iter()
                .map(|one| {
                    let user = one.user.unwrap_or("-");
                    [one.name, one.platform, one.url, user, &one.secret].into_iter().map(Cell::text).collect()
                })
                .collect();
            out.raw(&table(&cx.style, &["NAME", "PLATFORM", "URL", "USER", "SECRET"], &rows))?;
        }
    }
    out.finish()?;
    Ok(Code::Done)
}
