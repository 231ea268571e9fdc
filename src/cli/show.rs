//! `qd NOUN show`: one record, whole.

use jiff::Zoned;
use quarterdeck_sync::model::{Mark, Record, WriteState};
use quarterdeck_sync::text::Secrets;
use serde::Serialize;
use serde_json::json;

use super::content::ShownContent;
use super::context::{Context, Noun};
use super::out::{Form, Out};
use super::own::Kept;
use super::reading;
use super::render::{JsonRecord, age, json as layout, moment, status_role};
use super::reveal::Reveal;
use super::style::{Role, Style};
use crate::error::{Code, Failure};
use crate::kin::Parent;

/// Arguments of `show`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The record's id, the beginning of it, or connection/id
    #[arg(value_name = "ID")]
    id: String,
    /// Only this connection; may be repeated
    #[arg(short, long, value_name = "NAME")]
    connection: Vec<String>,
    /// Show what is masked.
    #[command(flatten)]
    reveal: Reveal,
}

/// Runs it.
pub fn run(cx: &Context, noun: &Noun, args: Args) -> Result<Code, Failure> {
    let reader = cx.reader()?;
    reading::check_connections(cx, &reader, &args.connection)?;
    let record = reading::find(cx, &reader, noun, &args.id, &args.connection)?;
    let row = &record.row;
    let secrets = args.reveal.allowed(cx, || {
        json!({
            "command": format!("{} show", noun.name()),
            "connection": row.list.connection, "collection": row.list.collection, "target": row.id,
        })
    })?;
    let content = ShownContent::of(&reader, &record, secrets)?;
    let parent = Parent::of(&reader, &record)?;
    let kept = Kept::of(cx, &record);
    let mut out = Out::showing(secrets);
    match cx.form {
        Form::Plain => {
            let now = Zoned::now();
            let content = content.map(|content| content.lines(noun, &record, &now)).unwrap_or_default();
            let kept = kept.map(|kept| kept.lines(&now)).unwrap_or_default();
            let told = parent.map(|parent| ("parent", told(&parent))).into_iter().chain(content).chain(kept).collect();
            out.raw(&plain(&record, told, &now, cx.style, secrets))?;
        }
        _ => {
            let subagent_of = parent.as_ref().map(Parent::id);
            out.json(&Shown { record: JsonRecord::new(&record)?, subagent_of, content, kept })?;
        }
    }
    out.finish()?;
    Ok(Code::Done)
}

/// `subagent of 4711 (Fix the build)`.
fn told(parent: &Parent) -> String {
    let id = parent.id();
    match &parent.record {
        Some(record) => match record.row.title.as_deref() {
            Some(title) => format!("subagent of {id} ({title})"),
            None => format!("subagent of {id}"),
        },
        None => format!("subagent of {id}, which is not in the mirror"),
    }
}

/// The row of a list; whose subagent's it is; of a record that has content, what is held of that; and what a person keeps about it.
#[derive(Debug, Serialize)]
struct Shown<'a> {
    #[serde(flatten)]
    record: JsonRecord<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    subagent_of: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    content: Option<ShownContent>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kept: Option<Kept>,
}

/// What stands beside a record of an unfinished write: `suspend: queued, decided 3m ago, not sent after ..., write 01J...`.
fn standing(pending: &Mark, now: &Zoned) -> String {
    let mut text = format!("{}: {}, decided {}", pending.action, pending.state, age(pending.created_at, now));
    // Once it has been sent, its deadline has nothing to say any more.
    if let (Some(deadline), true) =
        (pending.deadline, matches!(pending.state, WriteState::Queued | WriteState::Retrying))
    {
        text.push_str(&format!(", not sent after {}", moment(deadline, now)));
    }
    text.push_str(&format!(", write {}", pending.id));
    text
}

/// The extracted fields, those that there are, and what is known of the content; then the document.
fn plain(record: &Record, content: Vec<(&'static str, String)>, now: &Zoned, style: Style, secrets: Secrets) -> String {
    let row = &record.row;
    let time = |at: Option<jiff::Timestamp>| at.map(|at| moment(at, now));
    let agent = row.agent.as_ref().filter(|id| **id != row.id).map(|id| match &row.agent_title {
        Some(title) if title != id => format!("{title} ({id})"),
        _ => id.clone(),
    });
    let doubt = " - more than one agent answers to this; the latest is shown";
    let mut fields = vec![
        ("id", Some(row.id.clone()), None),
        ("title", row.title.clone(), None),
        ("status", row.status.clone(), row.status.as_deref().and_then(status_role)),
        ("agent", agent.map(|agent| if row.agent_doubt { agent + doubt } else { agent }), None),
        ("project", row.project.clone(), None),
        ("created", time(row.created_at), None),
        ("updated", time(row.updated_at), None),
        ("confirmed", time(Some(row.confirmed_at)), None),
        ("gone", time(row.gone_at), Some(Role::Warning)),
        ("kind", Some(row.kind.to_string()), None),
        ("from", Some(format!("{}/{} ({})", row.list.connection, row.list.collection, row.platform)), None),
    ];
    for pending in &row.pending {
        fields.push(("pending", Some(standing(pending, now)), pending.state.needs_person().then_some(Role::Warning)));
    }
    fields.extend(content.into_iter().map(|(name, value)| {
        let role = (name == "errors").then_some(Role::Bad);
        (name, Some(value), role)
    }));
    let mut out = String::new();
    for (name, value, role) in fields {
        let Some(value) = value else { continue };
        let value = secrets.line(&value).into_string();
        out.push_str(&style.paint(Role::Heading, &format!("{name:<10}")));
        out.push_str(&role.map_or_else(|| value.clone(), |role| style.paint(role, &value)));
        out.push('\n');
    }
    out.push('\n');
    out.push_str(&layout::pretty(&secrets.json(&record.doc)));
    out.push('\n');
    out
}
