use std::slice;

use jiff::Timestamp;
use quarterdeck_sync::model::{Record, Scope, Write};
use quarterdeck_sync::outbox::decide::{self, Target, Undo};

use super::moves::agree;
use crate::cli::act::{Desk, Errand, Sending, Shared, outcome};
use crate::cli::context::Context;
use crate::error::{Code, Failure, Kind};

/// Arguments of `outbox undo`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The write's id, or the beginning of it
    #[arg(value_name = "ID")]
    id: String,
    /// Why: kept with the way back
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    /// Do not ask
    #[arg(short, long)]
    yes: bool,
    #[command(flatten)]
    sending: Sending,
}

/// Runs it.
pub fn run(cx: &Context, args: &Args) -> Result<Code, Failure> {
    let desk = Desk::open(cx)?;
    let write = super::one(&desk.outbox, &args.id)?;
    let manifest = desk.manifest(&write.intent.platform)?;
    let mut asked = match decide::undo(&desk.outbox, manifest, &write.id, &desk.by(), Timestamp::now())? {
        Undo::Cancelled(write) => {
            cx.say("it had not been sent, and will not be");
            return outcome::tell(cx, slice::from_ref(&*write), None, &outcome::Barred::new());
        }
        Undo::Impossible(why) => return Err(Failure::new(Kind::Refused, why)),
        Undo::Inverse(asked) => *asked,
    };
    let (verb, target) = (asked.verb.clone(), outcome::target(&write));
    agree(
        args.yes,
        &format!("{} {target} has been sent; the way back is: {verb} {target}. Do that?", write.intent.verb),
    )?;
    let record = record(&desk, &write)?;
    asked.reason = args.reason.clone().or(asked.reason);
    let items = vec![(manifest, Target::Record(&record), asked)];
    // It has been asked about.
    let shared = Shared { yes: true, sending: args.sending, ..Shared::default() };
    Errand { noun: "outbox", verb: &verb, items, bulk: false }.carry_out(cx, &desk, &shared)
}

/// The target of a write as the operator sees it now.
fn record(desk: &Desk, write: &Write) -> Result<Record, Failure> {
    let intent = &write.intent;
    let id = intent.target.as_deref().unwrap_or_default();
    let scope = Scope {
        connections: vec![intent.connection.clone()],
        collections: vec![intent.collection.clone()],
        ..Scope::default()
    };
    let found = desk.reader.find(&scope, id, 1)?.into_iter().find(|record| record.row.id == id);
    found.ok_or_else(|| {
        let target = outcome::target(write);
        Failure::not_found(format!("the mirror has no record {target} any more"))
            .hint("`qd sync` fetches what there is")
    })
}
