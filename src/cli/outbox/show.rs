use jiff::{Timestamp, Zoned};
use quarterdeck_sync::model::{By, Dispute, Write};
use quarterdeck_sync::outbox::{TurnLog, action};
use quarterdeck_sync::text::Secrets;
use serde::Serialize;
use serde_json::{Value, json};

use crate::cli::act::outcome::{change, short, state_role, words};
use crate::cli::context::Context;
use crate::cli::out::{Form, Out};
use crate::cli::render::{JsonWrite, clock, moment, plural};
use crate::cli::reveal::Reveal;
use crate::cli::style::{Role, Style};
use crate::error::{Code, Failure};

/// Arguments of `outbox show`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The write's id, or the beginning of it
    #[arg(value_name = "ID")]
    id: String,
    /// Shows secrets too.
    #[command(flatten)]
    reveal: Reveal,
}

/// A write with its whole life.
#[derive(Debug, Serialize)]
struct Whole<'a> {
    #[serde(flatten)]
    write: JsonWrite<'a>,
    /// When the platform last showed the base.
    seen_at: Option<Timestamp>,
    /// When it is looked at again.
    due_at: Option<Timestamp>,
    /// What it does, field by field.
    diff: &'a [Dispute],
    /// Every state it was in.
    turns: &'a [TurnLog],
}

/// Runs it.
pub fn run(cx: &Context, args: &Args) -> Result<Code, Failure> {
    let outbox = cx.outbox()?;
    let write = super::one(&outbox, &args.id)?;
    let turns = outbox.turns(&write.id)?;
    let diff = action::diff(&write);
    let about = || json!({"command": "outbox show", "write": write.id});
    let secrets = args.reveal.allowed(cx, about)?;
    let mut out = Out::showing(secrets);
    match cx.form {
        Form::Plain => out.raw(&plain(&write, &diff, &turns, &Zoned::now(), Look { style: cx.style, secrets }))?,
        _ => out.json(&Whole {
            write: JsonWrite::new(&write),
            seen_at: write.intent.base.seen_at,
            due_at: write.due_at,
            diff: &diff,
            turns: &turns,
        })?,
    }
    out.finish()?;
    Ok(Code::Done)
}

fn plain(write: &Write, diff: &[Dispute], turns: &[TurnLog], now: &Zoned, look: Look) -> String {
    let mut page = Page { look, text: String::new() };
    let sides = |dispute: &Dispute| sides(dispute, look.secrets);
    page.fields(write, now);
    page.list("what it does", diff.iter().map(|field| change(field, look.secrets)));
    page.list("what happened", turns.iter().map(|turn| told(turn, now)));
    let verdict = write.verdict.as_ref();
    page.list("what stands in the way", verdict.into_iter().flat_map(|verdict| &verdict.disputes).flat_map(sides));
    page.list("what the platform made of it", verdict.into_iter().flat_map(|verdict| &verdict.altered).flat_map(sides));
    page.text
}

/// How it is to be shown.
#[derive(Clone, Copy)]
struct Look {
    style: Style,
    secrets: Secrets,
}

/// The text of an answer: every line of it passes the boundary here.
struct Page {
    look: Look,
    text: String,
}

impl Page {
    fn field(&mut self, name: &str, value: Option<String>, role: Option<Role>) {
        let Some(value) = value else { return };
        let value = self.look.secrets.line(&value).into_string();
        let style = self.look.style;
        self.text.push_str(&style.paint(Role::Heading, &format!("{name:<10}")));
        self.text.push_str(&role.map_or_else(|| value.clone(), |role| style.paint(role, &value)));
        self.text.push('\n');
    }

    fn list(&mut self, heading: &str, lines: impl Iterator<Item = String>) {
        let mut lines = lines.peekable();
        if lines.peek().is_none() {
            return;
        }
        self.text.push_str(&format!("\n{}\n", self.look.style.paint(Role::Heading, heading)));
        for line in lines {
            self.text.push_str(&format!("  {}\n", self.look.secrets.line(&line)));
        }
    }

    fn fields(&mut self, write: &Write, now: &Zoned) {
        let intent = &write.intent;
        let time = |at: Option<Timestamp>| at.map(|at| moment(at, now));
        let target = intent.target.as_ref().map(|id| match &intent.title {
            Some(title) if title != id => format!("{id}  {title}"),
            _ => id.clone(),
        });
        let args = intent.args.iter().filter(|(name, _)| *name != "doc");
        let args: Vec<String> =
            args.map(|(name, value)| format!("{name}={}", short(name, value, self.look.secrets))).collect();
        self.field("id", Some(write.id.to_string()), None);
        self.field("action", Some(intent.verb.clone()), None);
        self.field("target", target, None);
        self.field("in", Some(format!("{}/{} ({})", intent.connection, intent.collection, intent.platform)), None);
        self.field("args", (!args.is_empty()).then(|| args.join(" ")), None);
        self.field(
            "state",
            Some(format!("{}, since {}", write.state, moment(write.updated_at, now))),
            state_role(write.state),
        );
        self.field("why", write.verdict.as_ref().map(words), None);
        self.field("reason", intent.reason.clone(), None);
        self.field("by", Some(who(&intent.by)), None);
        self.field("decided", time(Some(write.created_at)), None);
        self.field("seen", time(intent.base.seen_at), None);
        self.field("deadline", time(intent.deadline), None);
        self.field("sent", (write.attempts > 0).then(|| plural(write.attempts.into(), "time", "times")), None);
        self.field("next look", time(write.due_at), None);
        self.field("undoes", intent.undoes.as_ref().map(ToString::to_string), None);
    }
}

fn told(turn: &TurnLog, now: &Zoned) -> String {
    let by = turn.by.as_ref().map(|by| format!("by {}", who(by)));
    let status = turn.verdict.as_ref().and_then(|verdict| verdict.status).map(|status| format!("HTTP {status}"));
    let words = turn.verdict.as_ref().map(words).filter(|words| !words.is_empty());
    let rest: Vec<String> = [by, words, status].into_iter().flatten().collect();
    format!("{}  {:<10}  {}", clock(turn.at, now), turn.to.as_str(), rest.join("; ")).trim_end().to_owned()
}

/// One field on which sides differ, over four lines.
fn sides(dispute: &Dispute, secrets: Secrets) -> Vec<String> {
    let side = |name: &str, value: &Option<Value>| {
        let value = value.as_ref().map_or_else(|| "not there".to_owned(), |value| short(&dispute.at, value, secrets));
        format!("  {name:<7} {value}")
    };
    let at = if dispute.at.is_empty() { "all of it" } else { &dispute.at };
    vec![at.to_owned(), side("seen", &dispute.base), side("mine", &dispute.mine), side("theirs", &dispute.theirs)]
}

/// Who, as `user@host`, and from where.
pub fn who(by: &By) -> String {
    let from = by.ssh.as_ref().map(|ssh| format!(" from {ssh}")).unwrap_or_default();
    format!("{}@{}{from}", by.user, by.host)
}
