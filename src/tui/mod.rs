//! The console.
//!
//! One loop, one queue, one draw. Keys, answers from the mirror, news from the engine and signals come in through a single
//! queue; the queue is drained, and if anything on screen would change it is drawn once, at most every 16 ms, in one write.
//! Nothing runs on a timer while nothing changes: an idle console neither writes nor wakes.
//!
//! - [`run`] is all the outside needs: [`Setup`] in, [`Outside`] messages in, [`Ask`]s out. It owns the terminal and always gives it back.
//! - `app`: the state and what changes it; knows nothing of the terminal. `run`: the loop. `terminal`, `frames`, `paint`: the terminal.
//! - [`actions`]: every key in one table; `keys`: the operator's changes to it. [`theme`]: colour by role.
//! - [`data`]: how views get what they show; they never read the mirror themselves. `fleet`: how each connection stands.
//! - [`links`]: from a record to what it names and what names it.
//! - [`memory`]: what the console remembers from one time to the next.
//! - [`decisions`]: what a person can decide here, and how it is spoken of with the outside. `looks`: signs for states.
//! - [`incidents`]: what is done to incidents, and how it is spoken of with the outside.
//! - [`drafting`]: a document in the editor, and how that is spoken of with the outside.
//! - [`grounds`]: what an answer to a request for approval rests on. `hosts`: what is strange about where it would go.
//! - [`manner`]: slow links, calm screens, screen readers, people who only look. `linear`: the screen, line by line.
//! - [`clipboard`]: copying, through the terminal. [`reading`]: content, made ready to be laid out. `marking`: which parts of a text a query's words are.
//! - `code`, `pieces`: colours of code, and which texts are some. [`kept`]: bookmarks, notes and reviews.
//! - [`views`]: one file each, and a line in the registry. `widgets`: what they are put together from. `motion`: how far a key moves.
//!
//! Always true: views do no I/O; every text reaches the screen through [`canvas::Canvas`], which lets nothing hidden pass; nothing
//! is decided but on a sheet, which says what will be done to what, and is confirmed with a key that no typing produces.
//! Not here: syncing and sending (done in the background), manifests and the outbox (the outside knows them), and the command
//! line, which this module never imports.

pub mod actions;
mod app;
pub mod canvas;
pub mod clipboard;
mod code;
pub mod data;
pub mod decisions;
pub mod drafting;
pub mod fleet;
mod frames;
pub mod grounds;
mod hosts;
pub mod incidents;
pub mod kept;
pub mod keys;
mod linear;
pub mod links;
mod looks;
pub mod manner;
mod marking;
pub mod memory;
mod motion;
mod pace;
mod paint;
mod pieces;
pub mod reading;
mod rows;
mod run;
mod signals;
mod terminal;
mod text;

pub mod unsealed;
pub mod views;
mod widgets;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::mpsc::Receiver;

pub use crate::theme;
pub use data::Store;
pub use fleet::ConnectionInfo;
pub use manner::Manner;
pub use run::run;
pub use theme::ColorMode;

/// What the console needs.
pub struct Setup {
    /// Where it reads.
    pub store: Arc<dyn Store>,
    /// What happens outside of it.
    pub outside: Receiver<Outside>,
    /// Where it says what it wants done. Must not block.
    pub asks: Box<dyn Fn(Ask) + Send>,
    /// The connections, in the operator's order.
    pub connections: Vec<ConnectionInfo>,
    /// What the operator has set.
    pub settings: TuiSettings,
    /// Lets the person change a text in an editor of their own, while the console has given the terminal back: the text as they
    /// left it, `None` when they left it as it was, or why there was no editing. Its first argument names the file for a person.
    pub edit: Edit,
}

/// See [`Setup::edit`].
pub type Edit = Box<dyn FnMut(&str, &str) -> Result<Option<String>, String>>;

/// What the operator can set.
#[derive(Debug, Clone)]
pub struct TuiSettings {
    /// Name of the theme.
    pub theme: String,
    /// The operator's own themes: name and TOML. One with the name of a built-in replaces it.
    pub themes: Vec<(String, String)>,
    /// Action id to its keys; an empty list unbinds it.
    pub keys: BTreeMap<String, Vec<String>>,
    /// How much colour the terminal can show.
    pub color: ColorMode,
    /// Take clicks and the wheel. Without it the terminal's own selection works as usual.
    pub mouse: bool,
    /// Blank areas may be erased instead of written: right for every terminal that erases with the background colour.
    pub erase: bool,
    /// What stands between us and the terminal: copies must be wrapped for it.
    pub between: clipboard::Between,
    /// Name shown in the header, when it is more than the product's: `demo`.
    pub label: Option<String>,
    /// What was remembered from the last time.
    pub memory: memory::Memory,
    /// How it is to behave.
    pub manner: Manner,
}

impl Default for TuiSettings {
    fn default() -> Self {
        Self {
            theme: "dark".to_owned(),
            themes: Vec::new(),
            keys: BTreeMap::new(),
            color: ColorMode::True,
            mouse: true,
            erase: true,
            between: clipboard::Between::Nothing,
            label: None,
            memory: memory::Memory::default(),
            manner: Manner::default(),
        }
    }
}

impl TuiSettings {
    /// Takes from the environment what only it knows: how much colour there is, and whether blanks may be erased.
    pub fn with_env(mut self, var: impl Fn(&str) -> Option<String>) -> Self {
        self.color = ColorMode::from_env(&var);
        self.between = clipboard::Between::from_env(&var);
        // GNU screen erases with its own background.
        self.erase = !var("TERM").unwrap_or_default().starts_with("screen");
        self
    }
}

/// What happens outside of the console.
#[derive(Debug)]
// A few a second at most, each moved twice: a box would cost more than it saves.
#[allow(clippy::large_enum_variant)]
pub enum Outside {
    /// The mirror has changed.
    Committed,
    /// A sync tells something.
    Sync(quarterdeck_sync::engine::Event),
    /// Another process syncs; this one only reads. Who, for a person.
    LeaseHeldBy(String),
    /// Nobody else syncs any more: this process does.
    LeaseTaken,
    /// Something to say to the person.
    Notice(String),
    /// What each list lets be done to its records.
    Capabilities(decisions::Capabilities),
    /// The outbox has changed.
    Outbox,
    /// What became of what was confirmed on a sheet.
    Decided {
        /// The sheet's number.
        sheet: u64,
        /// What became of it.
        outcome: decisions::Outcome,
    },
    /// What became of something that was done to an incident.
    Incident(incidents::Outcome),
    /// What came of [`Ask::Fetch`].
    Fetched {
        /// The record's list.
        list: quarterdeck_sync::model::ListKey,
        /// Its id.
        id: String,
        /// Why its entries are not here, for a person; none when the platform has answered.
        failed: Option<String>,
    },
    /// What came of [`Ask::Test`].
    Tested {
        /// The connection.
        name: String,
        /// What answered; else why it cannot be used, for a person.
        result: Result<fleet::Answer, String>,
    },
    /// Leave.
    Quit,
}

/// What the console wants done.
#[derive(Debug, Clone, PartialEq)]
pub enum Ask {
    /// Sync this connection now, or all.
    SyncNow(Option<String>),
    /// Sign in to this connection and read one row. Answered with [`Outside::Tested`].
    Test {
        /// The connection.
        name: String,
        /// If it answers, and was paused because its key was not accepted, let it go on, unless other writes wait for it than these:
        /// the person has seen them, and knows that they are sent then. None: whatever waits, it stays as it is.
        resume: Option<Vec<quarterdeck_sync::model::WriteId>>,
    },
    /// The first frame is on the screen: whatever is slow may begin. Said once.
    Shown,
    /// The person has confirmed this; answered with [`Outside::Decided`].
    Decide(Box<decisions::Confirmed>),
    /// Fetch the entries of this session or run: somebody reads it. Answered with [`Outside::Fetched`].
    Fetch(quarterdeck_sync::model::ListKey, String),
    /// Put up a flag; told by [`Outside::Outbox`] when it is kept.
    Flag(quarterdeck_sync::model::Flag),
    /// Take a flag down; told likewise.
    Unflag(quarterdeck_sync::model::FlagKind, quarterdeck_sync::model::Place),
    /// Keep this for the next time.
    Remember(Box<memory::Memory>),
    /// Keep what a person marks or notes for themselves. Told by [`Outside::Outbox`] when it is kept, else by [`Outside::Notice`].
    Own(Box<kept::Keep>),
    /// Keep this in a file, since no clipboard would take it: what it is, and the text. Answered with [`Outside::Notice`].
    Keep(&'static str, String),
    /// Do this to an incident; answered with [`Outside::Incident`].
    Incident(Box<incidents::Deed>),
    /// Keep what is being typed into the editor, in the place of what was kept of it before.
    KeepDraft(Box<drafting::Kept>),
    /// Forget what was typed into the editor: it was decided on, or let go of.
    DropDraft(drafting::DraftKey),
    /// Keep this query under a name, in the place of what had it. Answered with [`Outside::Notice`] and [`Outside::Outbox`].
    SaveSearch {
        /// The name; one that [`crate::search::is_name`] takes.
        name: String,
        /// The query.
        query: String,
    },
    /// Let go of the search of this name; answered in the same way.
    ForgetSearch(String),
}
