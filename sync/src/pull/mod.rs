//! The pull: makes the mirror of one connection's lists equal to what its platform serves.
//!
//! Deciding and acting are apart. `plan` says what a list needs, `due` which pieces of a list that has one per parent, `pager` where to
//! read next and what a page reveals about a list that moves or lies, `guard` whether rows may be marked gone: all pure. `sweep` reads
//! pages, `compare` tells which rows are news, and `hands` gives them to the mirror; `piece` strings sweeps together until one piece of a
//! list is known to be equal, `list` does the whole list, in however many pieces it comes. `content` fetches what belongs to records and
//! stands apart from them.
//!
//! Always true: nothing is marked gone but after a walk that was complete and consistent; no page is asked for twice
//! without a reason; no list is held in memory (of a row that was read, eight bytes stay until the walk ends).
//!
//! Not here: how a platform is spoken to (`platform`), how rows are kept (`store`), which connections are synced (`engine`).

mod compare;
mod content;
mod due;
mod guard;
mod hands;
mod lie;
mod list;
mod meter;
mod pager;
mod piece;
mod place;
mod plan;
mod report;
mod seen;
mod source;
mod sweep;
mod vanish;

pub(crate) use content::{ContentPull, open as open_content};
pub(crate) use list::ListPull;
pub(crate) use meter::Meter;
pub(crate) use place::Place;
pub use report::{ContentOptions, ContentReport, ListReport, Mode, Outcome, SyncOptions};
pub use source::Source;

use crate::platform::FetchError;
use crate::store::StoreError;

/// Why a pull ended before its time.
#[derive(Debug)]
pub(crate) enum Stop {
    /// A request got no usable answer.
    Fetch(FetchError),
    /// The mirror failed: the whole sync ends.
    Store(StoreError),
    /// The connection was found unusable by another list's pull.
    Halted,
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Self {
        Stop::Store(error)
    }
}
