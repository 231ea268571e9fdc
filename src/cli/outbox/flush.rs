use crate::cli::act::{Desk, outcome};
use crate::cli::context::Context;
use crate::error::{Code, Failure};

/// Arguments of `outbox flush`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Only these writes, by id or the beginning of one
    #[arg(value_name = "ID")]
    ids: Vec<String>,
    /// Return only when each has had its effect, or cannot have it any more
    #[arg(long)]
    wait: bool,
}

/// Runs it.
pub fn run(cx: &Context, args: &Args) -> Result<Code, Failure> {
    let desk = Desk::open(cx)?;
    let ids: Vec<_> = super::named(&desk.outbox, &args.ids)?.into_iter().map(|write| write.id).collect();
    let (writes, barred) = outcome::send(cx, &desk, "outbox flush", &ids, args.wait)?;
    if writes.is_empty() {
        cx.say("there was nothing to send");
    }
    outcome::tell(cx, &writes, None, &barred)
}
