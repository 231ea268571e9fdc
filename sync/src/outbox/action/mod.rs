//! From a manifest's action to an intent, and from an intent to requests. Pure.
//!
//! - [`find`] and [`verbs`]: what can be done to the records of a collection, and what a platform lacks.
//! - [`intent`]: what is kept of a decision: what the person saw, what they want, until when it may be sent, how it will look.
//! - [`plan`]: what is to be done after a fresh look: it is done already, it must not be sent, or this is the request.
//! - [`shown`]: whether a look after a yes shows the effect, and what the server made of it.
//! - [`covers`]: what a recipe has seen to record by record, and whether that still holds.
//! - [`call`], [`path`] and [`text`] fill templates; [`diff`] tells a person what a write will do.
//!
//! Always true:
//! - A request comes out of [`plan`] only when every guard of the target and of the related records holds the very value the
//!   person saw, every need is met, and no deadline has passed: its own, and the platform's own as the look shows it.
//! - What was sent and not answered comes out again only when the look speaks for its having had no effect, and nothing has
//!   touched the record since it was looked at before.
//! - Values are compared by what they mean: absent is null, `1` is `1.0`, the order of keys is nothing.
//!
//! Not here: reading and sending (`sender`), merging (`merge`), keeping (`store`).

mod ask;
mod covers;
mod create;
mod digits;
mod edit;
mod effect;
mod fill;
mod plan;
mod related;
mod same;
mod shown;
#[cfg(test)]
pub(in crate::outbox) mod tests;
mod verbs;
mod whose;

use std::collections::BTreeMap;
use std::fmt;

use jiff::SignedDuration;
use serde_json::Value;

pub(in crate::outbox) use self::ask::arguments;
pub use self::ask::{fingerprint, intent, runs_out};
pub(in crate::outbox) use self::covers::still_needs;
pub use self::covers::{Cover, covers};
pub(in crate::outbox) use self::fill::text_of;
pub use self::fill::{Places, call, path, text};
pub use self::plan::{before_sending, last_moment, plan};
pub(in crate::outbox) use self::related::parent_in;
pub use self::related::{parent, related_parent, related_record};
pub use self::shown::{diff, shown};
pub use self::verbs::{find, verbs};
pub(in crate::outbox) use self::whose::Its;
use crate::model::{By, Verdict, WriteId, WriteState};
use crate::platform::write::{Seen, WriteCall};

/// What a person asks for.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Asked {
    /// What: `suspend`.
    pub verb: String,
    /// Arguments by name: `scope`, `duration`, `hard`. For an edit `doc`, the document as the person wants it; for a creation
    /// `doc`, the fields of what is to be made.
    pub args: BTreeMap<String, Value>,
    /// Why.
    pub reason: Option<String>,
    /// How long it may wait to be sent, when the person says.
    pub expires: Option<SignedDuration>,
    /// The payload hash (or the document's [`fingerprint`]) that the caller saw: anything else is refused.
    pub if_hash: Option<String>,
    /// The write it takes back, with what that one remembered.
    pub undoes: Option<(WriteId, Value)>,
    /// Who.
    pub by: By,
}

/// Why something was not even queued.
#[derive(Debug, Clone, PartialEq)]
pub enum Refusal {
    /// The platform cannot do it, and why.
    Lacks(String),
    /// The target is not in a state in which it makes sense.
    NotNow(String),
    /// An argument is missing, unknown or wrong.
    Argument(String),
    /// Nothing would change: it is so already.
    Same(String),
    /// What the caller saw is not what is there (`--if-hash`).
    OtherHash(String),
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::Lacks(why)
            | Refusal::NotNow(why)
            | Refusal::Argument(why)
            | Refusal::Same(why)
            | Refusal::OtherHash(why) => f.write_str(why),
        }
    }
}

/// What a fresh look has shown.
#[derive(Debug, Clone, Default)]
pub struct Sight {
    /// The target; none when the platform has no such record.
    pub target: Option<Seen>,
    /// Related records that could be read, by name.
    pub related: BTreeMap<String, Value>,
    /// For a creation, the whole list it is to stand in.
    pub rows: Option<Vec<Seen>>,
}

/// What is known, at a look, of the requests that were sent before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sent {
    /// None was: there was no try, or none of them left.
    Never,
    /// The platform answered that it did nothing.
    Refused,
    /// A recipe has begun: some of it was done, or may have been. Its steps look for themselves.
    Partly,
    /// One left, and nobody knows what became of it.
    Maybe,
}

impl Sent {
    /// How words end that say how a record stands and that nothing was done about it.
    fn end(self) -> &'static str {
        match self {
            Self::Never => "; nothing was sent",
            Self::Refused => "; what was sent was refused",
            Self::Partly | Self::Maybe => "",
        }
    }
}

/// What is to be done with a write after a look at its target.
#[derive(Debug, Clone, PartialEq)]
pub enum Plan {
    /// It is so already.
    Done(Verdict),
    /// It must not be sent: conflicted, wedged, expired; or unknown, when no look can tell what became of it.
    Stop(WriteState, Verdict),
    /// Send this.
    Send(WriteCall),
    /// Take the steps of the recipe.
    Steps,
}
