//! What views want of the frame.

use std::time::Duration;

use quarterdeck_sync::model::{Filter, Flag, FlagKind, Kind, ListKey, Place, RowKey, Timestamp, WriteId, WriteState};

use crate::tui::actions::Act;
use crate::tui::data::DraftOf;
use crate::tui::decisions::{Change, Subject, Target};
use crate::tui::drafting::{DraftKey, Kept};
use crate::tui::incidents::Want;
use crate::tui::kept::Keep;
use crate::tui::reading::Reading;
use crate::tui::unsealed::Unsealed;

/// Something a view wants of the frame.
#[derive(Debug, Clone, PartialEq)]
pub enum Wish {
    /// Say something; it goes away by itself.
    Say(String),
    /// Call [`View::wake`](super::View::wake) after this long.
    Wake(Duration),
    /// Open a sheet about doing this to these records. Nothing is done before it is confirmed there.
    Decide(Act, Vec<Wanted>),
    /// Open a sheet about a write.
    Change(WriteId, Change),
    /// Open a sheet about several writes.
    Changes(Vec<WriteId>, Change),
    /// Open an editor on this, and a sheet about what comes back.
    Draft(DraftOf),
    /// Open the console's own editor on this, over what is open.
    Compose(DraftOf, Aim),
    /// Let the person go on with this text in an editor of their own; its first part names it.
    Outside(String, String),
    /// Open a sheet about this.
    Sheet(Box<Subject>),
    /// Keep what is being typed.
    KeepDraft(Box<Kept>),
    /// Forget what was typed.
    DropDraft(DraftKey),
    /// Open a transcript over what is open.
    Read(Reading),
    /// Open a list over what is open: the view's id, a filter as a person would type it, and the row to select if it is among
    /// them. Whoever goes back finds this view as it was.
    List {
        /// Id of the view: `sessions`.
        view: &'static str,
        /// The filter; empty for every row.
        filter: String,
        /// The row.
        select: Option<RowKey>,
    },
    /// Open a list over what is open, with what stands behind a number, which is called so.
    Behind {
        /// Id of the view.
        view: &'static str,
        /// What it shows, for the breadcrumbs.
        about: String,
        /// Which rows.
        narrow: Box<Narrow>,
    },
    /// Offer what this record leads to.
    Links(Target),
    /// Offer this record, and what it leads to.
    LinksAndItself(Target),
    /// Open this record in its list, over what is open.
    Find(Target),
    /// Something for an incident.
    Incident(Want),
    /// Back to the view that this one was opened from.
    Back,
    /// Open something where it lives, over what is open.
    Show(Goal),
    /// Open the timeline of the agent of this record, which is called so.
    Trace(Traced, String),
    /// Put up a flag.
    Flag(Flag),
    /// Take a flag down.
    Unflag(FlagKind, Place),
    /// Fetch the entries of this session or run.
    Fetch(ListKey, String),
    /// Sync this connection.
    Sync(String),
    /// Sign in to this connection and read one row.
    Test(String),
    /// What is to be remembered of this view has changed.
    Remember,
    /// Keep a bookmark, a note, or that something was reviewed.
    Own(Box<Keep>),
    /// Copy this: what it is, and the text.
    Copy(&'static str, String),
    /// Copy this with its secrets in it, as it is shown.
    CopyShown(&'static str, String, Unsealed),
    /// Keep this query under this name.
    SaveSearch(String, String),
    /// Let go of the search of this name.
    ForgetSearch(String),
}

/// Whose timeline is wanted: that of the agent of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Traced {
    /// The list of the record.
    pub list: ListKey,
    /// Its id.
    pub id: String,
    /// Not the agent is meant, but the machine that the record names.
    pub machine: bool,
}

/// What somebody opens the editor for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Aim {
    /// To change the text.
    Text,
    /// To see its versions.
    Versions,
    /// To see the version that was first seen at this moment.
    Version(Timestamp),
}

/// Something that lives in a view.
#[derive(Debug, Clone, PartialEq)]
pub enum Goal {
    /// A record of a kind.
    Row(Kind, RowKey),
    /// A write.
    Write(WriteId),
    /// The writes in a state.
    Writes(WriteState),
    /// A connection.
    Connection(String),
    /// What a query finds.
    Query(String),
}

/// What a list that is opened over another view shows.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Narrow {
    /// A filter as a person would type it: in sight, and to be changed.
    pub filter: String,
    /// What rows have to pass besides. Nobody sees it: the breadcrumbs say it.
    pub fixed: Filter,
    /// In the outbox: only writes on this record.
    pub about: Option<(ListKey, String)>,
    /// Gone records too.
    pub gone: bool,
    /// The row to select, when it is among them.
    pub select: Option<RowKey>,
}

/// Where somebody comes from who opens a transcript.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Came {
    /// From another transcript.
    Here,
    /// From a view of this title, which itself lies over a transcript.
    Over(String),
    /// From a view of this title.
    Fresh(String),
}

/// A record that something is to be done to, and the list it stands in.
pub type Wanted = (ListKey, Target);

/// A value as it stands in a filter, whatever is in it. In quotes: the last word of a filter that may still be typed on is taken for
/// the beginning of a longer one.
pub(super) fn value(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
