//! `qd doctor`: is everything here as it should be? Asks no platform.

mod checks;

use serde::Serialize;
use serde_json::json;

use super::columns::{Cell, table};
use super::context::Context;
use super::out::{Form, Out};
use super::style::Role;
use crate::error::{Code, Failure};

/// How something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum State {
    /// As it should be.
    Ok,
    /// Works, and needs a look.
    Warning,
    /// Does not work.
    Bad,
}

/// Something that was looked at.
#[derive(Debug, Serialize)]
struct Check {
    name: String,
    state: State,
    found: String,
    hint: Option<String>,
}

impl Check {
    fn ok(name: impl Into<String>, found: impl Into<String>) -> Self {
        Self { name: name.into(), state: State::Ok, found: found.into(), hint: None }
    }

    fn wrong(state: State, name: impl Into<String>, found: impl Into<String>, hint: Option<String>) -> Self {
        Self { name: name.into(), state, found: found.into(), hint }
    }

    fn failed(name: impl Into<String>, failure: Failure) -> Self {
        Self::wrong(State::Bad, name, failure.message, failure.hint)
    }
}

/// Runs it: exit code 5 when something does not work.
pub fn run(cx: &Context) -> Result<Code, Failure> {
    let checks = checks::all(cx);
    let mut out = Out::new();
    match cx.form {
        Form::Json => out.json(&json!({"schema": "qd.doctor/1", "items": checks}))?,
        Form::Ndjson => checks.iter().try_for_each(|check| out.json(check))?,
        Form::Plain => {
            let rows: Vec<Vec<Cell>> = checks.iter().flat_map(rows).collect();
            out.raw(&table(&cx.style, &["", "WHAT", "FOUND"], &rows))?;
        }
    }
    out.finish()?;
    Ok(if checks.iter().any(|check| check.state == State::Bad) { Code::Partly } else { Code::Done })
}

fn rows(check: &Check) -> Vec<Vec<Cell>> {
    let (word, role) = match check.state {
        State::Ok => ("ok", Role::Good),
        State::Warning => ("look", Role::Warning),
        State::Bad => ("BAD", Role::Bad),
    };
    let hint = check
        .hint
        .as_ref()
        .map(|hint| vec![Cell::text(""), Cell::text(""), Cell::text(format!("hint: {hint}")).role(Role::Faint)]);
    let row = vec![Cell::text(word).role(role), Cell::text(&check.name), Cell::text(&check.found)];
    std::iter::once(row).chain(hint).collect()
}
