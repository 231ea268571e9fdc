//! `edit`, `apply`, `restore`: three ways to the same write.

use std::path::Path;

use quarterdeck_sync::model::Record;
use quarterdeck_sync::outbox::Version;
use quarterdeck_sync::outbox::decide::Target;
use quarterdeck_sync::text::Secrets;

use super::{Which, editable, history, show, text_of, wrong};
use crate::cli::act::{Desk, Errand, Shared, sure};
use crate::cli::context::{Context, Noun};
use crate::cli::out::talk;
use crate::cli::prompt;
use crate::cli::style::Style;
use crate::editing::{Complaint, Editable, Edited, VERB};
use crate::editor::Draft;
use crate::error::{Code, Failure, Kind};

/// `edit`: in the person's editor, until the text can be taken or they let go of it.
pub(super) fn edit(cx: &Context, noun: &Noun, which: &Which, shared: &Shared) -> Result<Code, Failure> {
    if !prompt::someone() {
        let why = "there is no terminal to edit in";
        return Err(Failure::usage(why).hint("--file FILE takes the text from a file, --file - from stdin"));
    }
    let desk = Desk::open(cx)?;
    let record = which.find(cx, &desk, noun)?;
    let editable = editable(&desk, &record)?;
    match rework(cx, &record.row.id, &editable, &hint_to_apply(&record))? {
        Some(edited) => carry_out(cx, &desk, noun, "edit", &record, edited, shared),
        None => Ok(Code::Done),
    }
}

/// Hands a document to the person's editor until the text can be taken; `None` when it comes back as it was. `hint`: what can be
/// done with a text that was left unfinished.
pub fn rework(cx: &Context, name: &str, editable: &Editable, hint: &str) -> Result<Option<Edited>, Failure> {
    let before = editable.text();
    let draft = Draft::new(name, &before)?;
    loop {
        let text = draft.edit(&cx.env)?;
        if text.trim().is_empty() || text.trim() == before.trim() {
            cx.say("nothing was changed, and nothing is sent");
            return Ok(None);
        }
        match editable.read(&text) {
            Ok(edited) => return Ok(Some(edited)),
            Err(complaints) => {
                cx.say(&wrong("the text", &complaints).message);
                if !sure("edit it again?")? {
                    let kept = draft.keep();
                    let why = format!("nothing was decided; the text is in {}", kept.display());
                    return Err(Failure::new(Kind::Stopped, why).hint(hint));
                }
            }
        }
    }
}

fn hint_to_apply(record: &Record) -> String {
    let row = &record.row;
    format!("mend it, then: qd policies apply {}/{} --file FILE", row.list.connection, row.id)
}

/// `apply`, and `edit --file`.
pub(super) fn apply(
    cx: &Context,
    noun: &Noun,
    verb: &str,
    which: &Which,
    file: &Path,
    shared: &Shared,
) -> Result<Code, Failure> {
    let desk = Desk::open(cx)?;
    let record = which.find(cx, &desk, noun)?;
    let editable = editable(&desk, &record)?;
    let edited =
        editable.read(&text_of(file)?).map_err(|complaints| wrong(&file.display().to_string(), &complaints))?;
    carry_out(cx, &desk, noun, verb, &record, edited, shared)
}

/// `restore`: shows what it changes, and asks.
pub(super) fn restore(
    cx: &Context,
    noun: &Noun,
    which: &Which,
    version: u64,
    shared: &Shared,
) -> Result<Code, Failure> {
    let desk = Desk::open(cx)?;
    let record = which.find(cx, &desk, noun)?;
    let editable = editable(&desk, &record)?;
    let kept = history::version(&desk, &record, version)?;
    let edited = restored(&editable, &kept).map_err(|complaints| wrong(&format!("version {version}"), &complaints))?;
    if !shared.yes && !shared.dry_run && !edited.changes.is_empty() {
        if !prompt::someone() {
            let why = "bringing a version back is asked about first, and nobody is there to ask";
            return Err(Failure::usage(why).hint("--yes does it without asking, --dry-run shows what it would be"));
        }
        talk(&show::changes(&edited.changes, Style { color: false, ..cx.style }, Secrets::Masked));
        if !sure(&format!("bring version {version} back?"))? {
            return Err(Failure::new(Kind::Stopped, "nothing was decided"));
        }
    }
    carry_out(cx, &desk, noun, "restore", &record, edited, shared)
}

fn restored(editable: &Editable, version: &Version) -> Result<Edited, Vec<Complaint>> {
    let unread = |error: serde_json::Error| {
        vec![Complaint { place: None, at: None, message: format!("it cannot be read: {error}") }]
    };
    editable.restore(&serde_json::from_str(&version.doc).map_err(unread)?)
}

fn carry_out(
    cx: &Context,
    desk: &Desk,
    noun: &Noun,
    verb: &str,
    record: &Record,
    edited: Edited,
    shared: &Shared,
) -> Result<Code, Failure> {
    desk.connections.get(&record.row.list.connection)?;
    for note in &edited.notes {
        cx.say(&format!("note: {note}"));
    }
    if !cx.form.is_json() && !edited.changes.is_empty() {
        cx.say(show::changes(&edited.changes, Style::plain(), Secrets::Masked).trim_end());
    }
    let mut asked = shared.asked(VERB, std::collections::BTreeMap::new(), desk.by());
    asked.args.insert("doc".to_owned(), edited.doc);
    let items = vec![(desk.manifest(&record.row.platform)?, Target::Record(record), asked)];
    Errand { noun: noun.name(), verb, items, bulk: false }.carry_out(cx, desk, shared)
}
