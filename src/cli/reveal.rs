//! `--reveal`: secrets shown as they are, to a person who asked for it and was written down.

use jiff::Timestamp;
use quarterdeck_sync::text::Secrets;
use quarterdeck_sync::text::secrets::mask;
use serde_json::Value;

use super::context::Context;
use crate::error::Failure;

/// The flag, for every read that can show secrets.
#[derive(Debug, Clone, Copy, Default, clap::Args)]
pub struct Reveal {
    /// Show secrets as they are instead of masked; who asked, and for what, is written into the audit log first
    #[arg(long)]
    reveal: bool,
}

impl Reveal {
    /// Whether secrets are to be seen. If so, the line `reveal` stands in the audit log when this returns; `about` says what is
    /// shown: `command`, and the record or the question.
    ///
    /// # Errors
    /// When the line cannot be written: then nothing may be shown.
    pub fn allowed(self, cx: &Context, about: impl FnOnce() -> Value) -> Result<Secrets, Failure> {
        if !self.reveal {
            return Ok(Secrets::Masked);
        }
        let mut about = about();
        hide(&mut about);
        cx.outbox()?.note("reveal", about, Timestamp::now())?;
        Ok(Secrets::Revealed)
    }
}

/// A question may hold the secret it asks for. The log keeps none.
fn hide(about: &mut Value) {
    match about {
        Value::String(text) => *text = mask(text).into_owned(),
        Value::Array(items) => items.iter_mut().for_each(hide),
        Value::Object(members) => members.values_mut().for_each(hide),
        _ => {}
    }
}
