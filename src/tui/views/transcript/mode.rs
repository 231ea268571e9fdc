//! What is typed or chosen over the page: words to find, a note, one thing out of several.

use crossterm::event::KeyEvent;
use quarterdeck_sync::model::Row;

use super::scroll::Spot;
use super::things::Thing;
use crate::tui::widgets::input::Input;
use crate::tui::widgets::picker::Picker;

/// What the keys go to.
#[derive(Debug, Default)]
pub(super) enum Mode {
    /// The page.
    #[default]
    Reading,
    /// Words to be found inside, and where the cursor was.
    Finding(Input, Spot),
    /// A note.
    Noting(Input, About),
    /// One of several things to be copied.
    Copying(Picker, Vec<Thing>),
    /// One of the sessions that this one has to do with.
    Visiting(Picker, Vec<Visit>),
}

/// What a note that is being typed is about.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct About {
    /// The entry; none: the session itself.
    pub entry: Option<u64>,
    /// The note that is changed.
    pub note: Option<String>,
}

/// Where a line of the tree leads.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Visit {
    /// To another session.
    Session(Box<Row>),
    /// To an entry of this one.
    Entry(usize),
    /// Nowhere: it is this session, or one that is not here.
    Nowhere,
}

impl Mode {
    /// A key that no action took; true when the words to be found have changed.
    pub fn key(&mut self, key: &KeyEvent) -> bool {
        match self {
            Mode::Finding(input, _) => return input.key(key),
            Mode::Noting(input, _) => drop(input.key(key)),
            Mode::Copying(picker, _) | Mode::Visiting(picker, _) => picker.key(key),
            Mode::Reading => {}
        }
        false
    }

    /// Pasted text; true when the words to be found have changed.
    pub fn insert(&mut self, text: &str) -> bool {
        match self {
            Mode::Finding(input, _) => return input.insert(text),
            Mode::Noting(input, _) => drop(input.insert(text)),
            Mode::Copying(picker, _) | Mode::Visiting(picker, _) => picker.insert(text),
            Mode::Reading => {}
        }
        false
    }
}
