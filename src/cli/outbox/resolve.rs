use jiff::Timestamp;
use quarterdeck_sync::model::{Write, WriteState};
use quarterdeck_sync::outbox::merge::merge;
use quarterdeck_sync::outbox::resolve::{self, Resolution};
use quarterdeck_sync::platform::Manifest;
use serde_json::Value;

use crate::cli::act::{Desk, Sending, outcome};
use crate::cli::context::Context;
use crate::cli::{policies, prompt};
use crate::editing::Editable;
use crate::error::{Code, Failure, Kind};

/// Arguments of `outbox resolve`.
#[derive(Debug, clap::Args)]
#[command(group = clap::ArgGroup::new("side").required(true))]
pub struct Args {
    /// The write's id, or the beginning of it
    #[arg(value_name = "ID")]
    id: String,
    /// What I want, over what is there now
    #[arg(long, group = "side")]
    mine: bool,
    /// Leave it as it is there, and let go of the write
    #[arg(long, group = "side")]
    theirs: bool,
    /// What I make of both, in my editor: it holds mine over theirs
    #[arg(long, group = "side")]
    edit: bool,
    #[command(flatten)]
    sending: Sending,
}

/// Runs it.
pub fn run(cx: &Context, args: &Args) -> Result<Code, Failure> {
    let desk = Desk::open(cx)?;
    let write = super::one(&desk.outbox, &args.id)?;
    if write.state != WriteState::Conflicted {
        let hint = match write.state.is_open() {
            true => "it is under way: qd outbox list",
            false => "only a conflicted write has two sides",
        };
        return Err(Failure::new(Kind::Refused, format!("write {} is {}", write.id, write.state)).hint(hint));
    }
    let manifest = desk.manifest(&write.intent.platform)?;
    let resolution = match args.edit {
        true => match edited(cx, manifest, &write)? {
            Some(doc) => Resolution::Edit(doc),
            None => return Ok(Code::Done),
        },
        false if args.mine => Resolution::Mine,
        false => Resolution::Theirs,
    };
    let new = resolve::resolve(&desk.outbox, manifest, &write.id, resolution, &desk.by(), Timestamp::now())?;
    tell(cx, &desk, &write, new, args.sending)
}

/// The document as the person leaves it in their editor; `None` when it comes back as it was.
fn edited(cx: &Context, manifest: &Manifest, write: &Write) -> Result<Option<Value>, Failure> {
    if !prompt::someone() {
        return Err(Failure::usage("there is no terminal to edit in").hint("--mine or --theirs settles it without"));
    }
    let intent = &write.intent;
    let rules = manifest.actions.get(&intent.action).and_then(|action| action.edits.as_ref());
    let theirs = write.verdict.as_ref().and_then(|verdict| verdict.theirs.as_ref());
    let (Some(rules), Some(mine), Some(theirs)) = (rules, intent.args.get("doc"), theirs) else {
        let why = format!("{} is no edit of a document", intent.verb);
        return Err(Failure::usage(why).hint("--mine or --theirs settles it"));
    };
    let both = merge(&intent.base.doc, theirs, mine, rules).doc;
    let editable = Editable::new(manifest, &intent.collection, both, &theirs.to_string())?;
    let name = intent.target.as_deref().unwrap_or(&intent.collection);
    let hint = format!("qd outbox resolve {} --edit begins anew", write.id);
    Ok(policies::rework(cx, name, &editable, &hint)?.map(|edited| edited.doc))
}

/// The old write is at its end; the new one, if there is one, is sent.
fn tell(cx: &Context, desk: &Desk, old: &Write, new: Option<Write>, sending: Sending) -> Result<Code, Failure> {
    match new {
        None => {
            cx.say("left as it is there");
            outcome::tell(cx, &outcome::stored(desk, std::slice::from_ref(&old.id))?, None, &outcome::Barred::new())
        }
        Some(new) => {
            cx.say(&format!("kept {} in place of {}", new.id, old.id));
            outcome::conclude(cx, desk, "outbox resolve", &[new.id], sending, None)
        }
    }
}
