//! Secrets shown as they are, to a person who asked for it: who may see those of which record, and the one way in which such
//! text reaches the screen.
//!
//! A person presses the key, reads what it means and confirms with another key. Then the store writes the line `reveal` into the
//! audit log, and only then hands out an [`Unsealed`]. Text of that record is read anew with it, kept beside it, and drawn
//! through [`Shown`], which nothing but an [`Unsealed`] makes. The canvas masks whatever comes to it in another way.
//!
//! Always true: it holds for one record, and until the view that shows it is left. What could act on a terminal stays visible
//! signs. Nothing of it is kept: not in a file, not in what the console remembers.
//!
//! Not here: the question and the way through the frame (`app::unmasking`).

use std::sync::Arc;

use quarterdeck_sync::model::ListKey;
use quarterdeck_sync::text::Secrets;

use super::canvas::Canvas;
use super::theme::Role;

/// The right to see the secrets of one record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unsealed(Arc<(ListKey, String)>);

impl Unsealed {
    /// Made by whoever has written the line `reveal` about this record into the audit log, and by nobody else.
    pub fn written(list: ListKey, id: String) -> Self {
        Self(Arc::new((list, id)))
    }

    /// It is about this record.
    pub fn is_of(&self, list: &ListKey, id: &str) -> bool {
        self.0.0 == *list && self.0.1 == id
    }

    /// Text of that record, to be drawn as it is.
    pub fn shows<'a>(&self, text: &'a str) -> Shown<'a> {
        Shown(text)
    }
}

/// Text that is drawn with its secrets in it.
#[derive(Debug, Clone, Copy)]
pub struct Shown<'a>(&'a str);

impl<'a> Shown<'a> {
    /// The text, which may hold whatever it was sent with.
    pub fn text(self) -> &'a str {
        self.0
    }
}

/// Whether secrets are to be seen.
pub fn secrets(unsealed: Option<&Unsealed>) -> Secrets {
    match unsealed {
        Some(_) => Secrets::Revealed,
        None => Secrets::Masked,
    }
}

/// Where the text of a record is put: with its secrets in it for whoever has the right to see them, else as any text.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// The right.
    pub unsealed: Option<&'a Unsealed>,
    /// The first cell.
    pub x: u16,
    /// The line.
    pub y: u16,
    /// Cells there are.
    pub cells: u16,
}

/// Writes text of a record, as [`Canvas::put`] does.
pub fn put(place: Place<'_>, words: &str, role: Role, canvas: &mut Canvas) -> u16 {
    let Place { unsealed, x, y, cells } = place;
    match unsealed {
        Some(unsealed) => canvas.put_shown(x, y, unsealed.shows(words), cells, role),
        None => canvas.put(x, y, words, cells, role),
    }
}

/// What stands wherever secrets are shown: to be seen at a glance, without colour too.
pub const SIGN: &str = "! SECRETS SHOWN";
