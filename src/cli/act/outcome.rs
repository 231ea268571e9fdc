//! What became of writes: on stdout for people and scripts, and as the exit code.

use std::collections::BTreeSet;
use std::time::Duration;

use quarterdeck_sync::model::{Dispute, Verdict, Write, WriteId, WriteState};
use quarterdeck_sync::outbox::action::{self, Refusal};
use quarterdeck_sync::text::Secrets;
use quarterdeck_sync::text::secrets::mask_json_under;
use serde_json::Value;

use super::desk::Desk;
use super::errand::LeftOut;
use super::flags::Sending;
use crate::cli::columns::{Cell, table};
use crate::cli::context::Context;
use crate::cli::out::{Form, Out};
use crate::cli::render::{Items, JsonWrite, plural};
use crate::cli::style::Role;
use crate::error::{Code, Failure};
use crate::sending::{self, Wiring};

/// Sends the writes unless they are only to be kept, shows where they stand, and says how the command ends. `before`: how
/// something ended that never became a write.
pub fn conclude(
    cx: &Context,
    desk: &Desk,
    command: &str,
    ids: &[WriteId],
    how: Sending,
    before: Option<Code>,
) -> Result<Code, Failure> {
    let mut writes = stored(desk, ids)?;
    let mut barred = Barred::new();
    if !how.queue && writes.iter().any(|write| write.state.is_open()) {
        (writes, barred) = send(cx, desk, command, ids, how.wait)?;
    }
    if how.queue {
        show(cx, &writes)?;
        cx.say("qd outbox flush sends it");
        return Ok(verdict(before, &writes, &barred));
    }
    tell(cx, &writes, before, &barred)
}

/// Connections that do not accept us.
pub type Barred = BTreeSet<String>;

/// Shows where writes stand, what to do next, and says how the command ends.
pub fn tell(cx: &Context, writes: &[Write], before: Option<Code>, barred: &Barred) -> Result<Code, Failure> {
    show(cx, writes)?;
    hints(cx, writes);
    Ok(verdict(before, writes, barred))
}

/// The writes as they stand in the outbox.
pub fn stored(desk: &Desk, ids: &[WriteId]) -> Result<Vec<Write>, Failure> {
    ids.iter().filter_map(|id| desk.outbox.get(id).transpose()).map(|write| Ok(write?)).collect()
}

/// Has writes sent (none named: every open one), and returns where they stand then, and which connections do not accept us.
pub fn send(
    cx: &Context,
    desk: &Desk,
    command: &str,
    ids: &[WriteId],
    wait: bool,
) -> Result<(Vec<Write>, Barred), Failure> {
    let connections = desk.connections.pick(&[])?;
    let wiring = Wiring {
        paths: &cx.paths,
        settings: &desk.settings,
        registry: &desk.registry,
        connections: &connections,
        command,
    };
    let patience = if wait { Duration::MAX } else { Duration::ZERO };
    let done = sending::flush(wiring, &desk.outbox, ids, patience, &|_| {})?;
    for (connection, failure) in &done.troubles {
        let hint = failure.hint.as_ref().map(|hint| format!("\n  hint: {hint}")).unwrap_or_default();
        cx.warn(&format!("{connection}: {}{hint}", failure.message));
    }
    if let Some(who) = &done.left_to {
        cx.say(&format!("{who} sends: it holds the lease"));
    }
    let barred = done.troubles.into_iter().filter(|(_, failure)| failure.code() == Code::Auth);
    Ok((done.writes, barred.map(|(connection, _)| connection).collect()))
}

/// Says what was not decided, and why. Of many that were found and not named, only how many.
pub fn tell_left_out(cx: &Context, left_out: &[LeftOut], bulk: bool) {
    if !bulk || left_out.len() <= 3 {
        left_out.iter().for_each(|one| cx.say(&format!("left out {}: {}", one.target, why(&one.why))));
        return;
    }
    let count = |what: &dyn Fn(&Refusal) -> bool, words: &str| {
        let count = left_out.iter().filter(|one| what(&one.why)).count();
        if count > 0 {
            cx.say(&format!("left out {}: {words}", plural(count as u64, "record", "records")));
        }
    };
    count(&|why| matches!(why, Refusal::Same(_)), "so already");
    count(&|why| matches!(why, Refusal::NotNow(_)), "it makes no sense as they stand");
    count(&|why| matches!(why, Refusal::Lacks(_)), "their platform cannot do it");
    for one in left_out.iter().filter(|one| matches!(one.why, Refusal::Argument(_) | Refusal::OtherHash(_))) {
        cx.say(&format!("left out {}: {}", one.target, why(&one.why)));
    }
}

fn why(refusal: &Refusal) -> &str {
    match refusal {
        Refusal::Lacks(why)
        | Refusal::NotNow(why)
        | Refusal::Argument(why)
        | Refusal::Same(why)
        | Refusal::OtherHash(why) => why,
    }
}

/// How those ended that were not decided. What was found by a filter is left out without being a failure.
pub fn code_of_left_out(left_out: &[LeftOut], bulk: bool) -> Option<Code> {
    let code = |one: &LeftOut| match &one.why {
        Refusal::Same(_) => Code::Done,
        Refusal::NotNow(_) | Refusal::Lacks(_) if bulk => Code::Done,
        why => Failure::from(why.clone()).code(),
    };
    left_out.iter().map(code).reduce(both)
}

/// How a command ends whose writes stand here. What waits for a connection that does not accept us waits for a person: a script
/// must tell that from a network that is down.
pub fn verdict(before: Option<Code>, writes: &[Write], barred: &Barred) -> Code {
    let code = |write: &Write| match code(write) {
        Code::Queued if barred.contains(&write.intent.connection) => Code::Auth,
        code => code,
    };
    before.into_iter().chain(writes.iter().map(code)).reduce(both).unwrap_or(Code::Done)
}

fn both(one: Code, other: Code) -> Code {
    if one == other { one } else { Code::Partly }
}

fn code(write: &Write) -> Code {
    match write.state {
        WriteState::Accepted | WriteState::Confirmed | WriteState::Cancelled | WriteState::Discarded => Code::Done,
        // One without an answer is settled by a look: to whoever waits for it, it is as good as not sent.
        WriteState::Queued | WriteState::Sending | WriteState::Retrying | WriteState::Unknown => Code::Queued,
        WriteState::Conflicted => Code::Conflicted,
        WriteState::Wedged | WriteState::Expired => Code::Refused,
    }
}

/// Shows where writes stand.
pub fn show(cx: &Context, writes: &[Write]) -> Result<(), Failure> {
    let mut out = Out::new();
    if cx.form.is_json() {
        json(cx.form, &mut out, writes.iter().map(JsonWrite::new))?;
    } else if !writes.is_empty() {
        let row = |write: &Write| {
            vec![
                Cell::text(&write.intent.verb),
                Cell::text(target(write)),
                Cell::text(write.state.as_str()).role(state_role(write.state)),
                Cell::text(write.id.as_str()),
                Cell::text(write.verdict.as_ref().map(words).unwrap_or_default()),
            ]
        };
        let rows: Vec<Vec<Cell>> = writes.iter().map(row).collect();
        out.raw(&table(&cx.style, &["ACTION", "TARGET", "STATE", "WRITE", "WHY"], &rows))?;
    }
    out.finish()
}

/// Shows what would be kept.
pub fn preview(cx: &Context, writes: &[Write]) -> Result<(), Failure> {
    let mut out = Out::new();
    if cx.form.is_json() {
        json(cx.form, &mut out, writes.iter().map(JsonWrite::would_be))?;
    } else {
        let row = |write: &Write| {
            let changes: Vec<String> = action::diff(write).iter().map(|field| change(field, Secrets::Masked)).collect();
            vec![Cell::text(&write.intent.verb), Cell::text(target(write)), Cell::text(changes.join(", "))]
        };
        let rows: Vec<Vec<Cell>> = writes.iter().map(row).collect();
        out.raw(&table(&cx.style, &["ACTION", "TARGET", "CHANGES"], &rows))?;
    }
    out.finish()?;
    cx.say("nothing was kept: --dry-run");
    Ok(())
}

fn json<'a>(form: Form, out: &mut Out, mut writes: impl Iterator<Item = JsonWrite<'a>>) -> Result<(), Failure> {
    let mut items = Items::new("writes", form);
    writes.try_for_each(|write| items.item(out, &write))?;
    items.finish(out)
}

/// What to do next about writes that did not get through.
fn hints(cx: &Context, writes: &[Write]) {
    let first =
        |states: &[WriteState]| writes.iter().find(|write| states.contains(&write.state)).map(|write| &write.id);
    if first(&[WriteState::Queued, WriteState::Retrying, WriteState::Sending]).is_some() {
        cx.say("not sent yet: qd outbox flush, a sync or the console sends it when it can be");
    }
    if let Some(id) = first(&[WriteState::Unknown]) {
        cx.say(&format!("sent without an answer; the next look will tell: qd outbox show {id}"));
    }
    if let Some(id) = first(&[WriteState::Conflicted]) {
        cx.say(&format!("qd outbox show {id} shows both sides, qd outbox resolve {id} --mine or --theirs settles it"));
    }
    if let Some(id) = first(&[WriteState::Wedged]) {
        cx.say(&format!("qd outbox show {id} tells all; then qd outbox retry {id}, or discard"));
    }
    if let Some(id) = first(&[WriteState::Expired]) {
        cx.say(&format!("it came too late and was not sent: look again, decide anew, qd outbox discard {id}"));
    }
}

/// What a write's target is called: `connection/id`.
pub fn target(write: &Write) -> String {
    let intent = &write.intent;
    format!("{}/{}", intent.connection, intent.target.as_deref().unwrap_or(&intent.collection))
}

/// What a state means to an operator.
pub fn state_role(state: WriteState) -> Option<Role> {
    match state {
        WriteState::Accepted | WriteState::Confirmed => Some(Role::Good),
        WriteState::Queued | WriteState::Sending | WriteState::Retrying | WriteState::Unknown => Some(Role::Warning),
        WriteState::Conflicted | WriteState::Wedged | WriteState::Expired => Some(Role::Bad),
        WriteState::Cancelled | WriteState::Discarded => Some(Role::Faint),
    }
}

/// A verdict in one line, with who and when if it does not say so itself.
pub fn words(verdict: &Verdict) -> String {
    let mut text = verdict.message.clone();
    for (word, told) in [("by", &verdict.who), ("at", &verdict.when)] {
        if let Some(told) = told.as_ref().filter(|told| !text.contains(told.as_str())) {
            text.push_str(&format!(", {word} {told}"));
        }
    }
    text
}

/// One field of a diff in one line: `/status: "active" -> "suspended"`.
pub fn change(field: &Dispute, secrets: Secrets) -> String {
    let side = |value: &Option<Value>| {
        value.as_ref().map_or_else(|| "nothing".to_owned(), |value| short(&field.at, value, secrets))
    };
    let at = if field.at.is_empty() { "all of it" } else { &field.at };
    format!("{at}: {} -> {}", side(&field.base), side(&field.mine))
}

/// The beginning of a value that stands under `name`, which may be a pointer. Masked before it is cut: half a secret is not known
/// for one. To whom secrets are revealed, all of it is shown.
pub fn short(name: &str, value: &Value, secrets: Secrets) -> String {
    const MOST: usize = 60;
    if secrets == Secrets::Revealed {
        return value.to_string();
    }
    let text = mask_json_under(name, &value.to_string()).into_owned();
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}
