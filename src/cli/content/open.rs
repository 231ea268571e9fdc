//! Content, opened: from the mirror, from the platform, or from a file.

use std::path::Path;

use jiff::Zoned;
use quarterdeck_sync::model::{ContentState, Record};
use serde_json::json;

use super::fetch;
use crate::cli::context::{Context, Noun};
use crate::cli::reading;
use crate::cli::render::moment;
use crate::cli::reveal::Reveal;
use crate::error::{Failure, Kind};
use crate::opening;
use crate::transcript::{self, Held, Transcript};

/// Flags of whatever opens content.
#[derive(Debug, Clone, clap::Args)]
pub struct Opening {
    /// Only this connection; may be repeated
    #[arg(short, long, value_name = "NAME")]
    connection: Vec<String>,
    /// Do not ask the platform, whatever is missing here
    #[arg(long)]
    offline: bool,
    /// Show what is masked.
    #[command(flatten)]
    reveal: Reveal,
}

/// A transcript, and how new it is.
#[derive(Debug)]
pub struct Opened {
    /// The transcript.
    pub transcript: Transcript,
    /// Why the copy is not the newest, where it is not.
    trouble: Option<String>,
}

impl Opened {
    /// Tells what there is to know of the copy before anybody trusts it.
    pub fn say(&self, cx: &Context, now: &Zoned) {
        let held = self.transcript.held();
        if held.partial {
            cx.warn("it may not be whole: the platform announced more of it than it showed, or cannot be asked for the rest");
        }
        if held.current {
            return;
        }
        let at = held.at.map(|at| moment(at, now)).unwrap_or_else(|| "some time ago".to_owned());
        let why = self.trouble.as_ref().map(|why| format!(": {why}")).unwrap_or_default();
        cx.warn(&format!("it has changed since what is held was fetched, {at}, and the newest could not be had{why}"));
    }
}

/// Opens the content of the record that `id` means.
pub fn open(cx: &Context, noun: &Noun, id: &str, opening: &Opening) -> Result<Opened, Failure> {
    let reader = cx.reader()?;
    reading::check_connections(cx, &reader, &opening.connection)?;
    let record = reading::find(cx, &reader, noun, id, &opening.connection)?;
    drop(reader);
    self::record(cx, noun, record, opening)
}

/// Opens the content of a record: as the mirror has it when that is the newest, else as the platform has it, else as the mirror
/// has it after all.
pub fn record(cx: &Context, noun: &Noun, record: Record, opening: &Opening) -> Result<Opened, Failure> {
    let key = record.row.key;
    let mirror = cx.mirror()?;
    let info = || Ok::<_, Failure>(mirror.reader()?.content_state(key)?);
    let Some(before) = info()?.filter(|info| info.state != ContentState::Unoffered) else {
        return Err(unoffered(&record));
    };
    let trouble = match (opening::is_wanted(&before, record.row.gone_at.is_some()), opening.offline) {
        (false, _) => None,
        (true, true) => Some(Failure::new(Kind::Unreachable, "nobody was asked, because of --offline")),
        (true, false) => fetch::one(cx, &record)?,
    };
    let Some(content) = mirror.reader()?.content(key)? else {
        let state = info()?.map_or(ContentState::Missing, |info| info.state);
        return Err(nothing(&record, state, trouble));
    };
    let secrets = opening.reveal.allowed(cx, || {
        let row = &record.row;
        json!({
            "command": format!("{} content", noun.name()),
            "connection": row.list.connection, "collection": row.list.collection, "target": row.id,
        })
    })?;
    let held = Held { at: Some(content.fetched_at), current: !content.stale, masked: false, partial: content.partial };
    let trouble = trouble.map(|failure| failure.message);
    Ok(Opened { transcript: Transcript::new(record, &content.messages, held, secrets), trouble })
}

/// Records of this list have no content.
fn unoffered(record: &Record) -> Failure {
    let list = &record.row.list;
    let message = format!("records of {} on {} have no content", list.collection, list.connection);
    Failure::new(Kind::Capability, message)
        .hint(format!("qd {} show {} shows all there is of it", list.collection, record.row.id))
}

/// There is nothing to be read, and why.
fn nothing(record: &Record, state: ContentState, trouble: Option<Failure>) -> Failure {
    let id = &record.row.id;
    if state == ContentState::Absent {
        return Failure::not_found(format!("the platform has no content for {id}"));
    }
    let was = match state {
        ContentState::Dropped => "is held no longer: it had made room, or was kept long enough",
        _ => "is not held here: it was never fetched",
    };
    match trouble {
        Some(failure) => Failure { message: format!("the content of {id} {was}; {}", failure.message), ..failure },
        None if record.row.gone_at.is_some() => {
            Failure::not_found(format!("the content of {id} {was}, and it is gone"))
        }
        None => Failure::new(Kind::Unreachable, format!("the content of {id} {was}")),
    }
}

/// Opens what was exported as JSON: the session, and those of its subagents.
pub fn file(
    cx: &Context,
    noun: &Noun,
    path: &Path,
    opening: &Opening,
) -> Result<(Transcript, Vec<Transcript>), Failure> {
    let shown = path.display().to_string();
    let text = if shown == "-" { std::io::read_to_string(std::io::stdin()) } else { std::fs::read_to_string(path) };
    let text = text.map_err(|error| Failure::usage(format!("{shown}: {error}")))?;
    let imported = transcript::read_json(&text).map_err(|error| {
        Failure::usage(format!("{shown}: {error}"))
            .hint("`qd sessions export ID --format json` writes what can be read")
    })?;
    let about = || json!({"command": format!("{} content", noun.name()), "file": shown});
    Ok(imported.open(opening.reveal.allowed(cx, about)?))
}
