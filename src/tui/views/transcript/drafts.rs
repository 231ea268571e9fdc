//! Notes that were begun in a transcript and left: whoever writes the same note again goes on with it.

use super::Transcripts;
use super::mode::{About, Mode};
use crate::tui::memory::{DraftState, trail::NamedState};

/// Texts that are kept, the latest.
const MOST: usize = 8;

/// A text that was left.
#[derive(Debug)]
pub(super) struct Draft {
    /// The session.
    of: NamedState,
    about: About,
    text: String,
}

impl Transcripts {
    /// The session that is open, by its name.
    fn name(&self) -> Option<NamedState> {
        Some(NamedState::of(&self.open.as_ref()?.transcript()?.row))
    }

    /// A note is left as it is; true when there is something in it that is not kept already.
    pub(super) fn leave_note(&mut self, text: &str, about: About) -> bool {
        drop(self.drafted(&about));
        let book = self.open.as_ref().and_then(|open| open.book.as_ref());
        let known = book.is_some_and(|book| book.kept().notes_at(about.entry).any(|note| note.text == text));
        let Some(of) = self.name().filter(|_| !known && !text.trim().is_empty()) else { return false };
        self.drafts.push(Draft { of, about, text: text.to_owned() });
        self.drafts.drain(..self.drafts.len().saturating_sub(MOST));
        true
    }

    /// The same, of the note that is being written, if one is.
    pub(super) fn leave_writing(&mut self) {
        if let Mode::Noting(input, about) = &self.mode {
            let (text, about) = (input.text().to_owned(), about.clone());
            self.leave_note(&text, about);
        }
    }

    /// Takes out what was left of a note.
    pub(super) fn drafted(&mut self, about: &About) -> Option<String> {
        let of = self.name()?;
        let at = self.drafts.iter().position(|draft| draft.of == of && draft.about == *about)?;
        Some(self.drafts.remove(at).text)
    }

    /// What was left, for the next time.
    pub(super) fn left_notes(&self) -> Vec<DraftState> {
        let state = |draft: &Draft| DraftState {
            of: Some(draft.of.clone()),
            entry: draft.about.entry,
            note: draft.about.note.clone().unwrap_or_default(),
            text: draft.text.clone(),
            ..DraftState::default()
        };
        self.drafts.iter().map(state).collect()
    }

    /// What was left the last time.
    pub(super) fn take_notes(&mut self, left: &[DraftState]) {
        let draft = |left: &DraftState| {
            let about = About { entry: left.entry, note: Some(left.note.clone()).filter(|note| !note.is_empty()) };
            Some(Draft { of: left.of.clone()?, about, text: left.text.clone() })
        };
        self.drafts = left.iter().filter_map(draft).take(MOST).collect();
    }
}
