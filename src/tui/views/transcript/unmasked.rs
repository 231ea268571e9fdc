//! A transcript with its secrets in it: what is shown while a person may see them, and masked again at once when that ends.

use std::sync::Arc;

use quarterdeck_sync::model::ListKey;

use super::mode::Mode;
use super::{Open, Transcripts};
use crate::tui::reading::Transcript;
use crate::tui::unsealed::Unsealed;
use crate::tui::views::{Cx, Wish};

impl Open {
    /// Takes in as what a session was read. What was masked is kept, to be shown again without being read.
    pub(super) fn reads_as(&mut self, transcript: &Transcript) {
        match &transcript.unsealed {
            Some(_) => {
                let known = self.transcript().filter(|known| known.unsealed.is_none()).map(Arc::clone);
                self.masked = known.or_else(|| self.masked.take());
            }
            // It is another record by now than the one whose secrets may be seen.
            None => (self.unsealed, self.masked) = (None, None),
        }
    }

    /// Asks for a copy of some text, as it is shown.
    pub(super) fn copy(&self, what: &'static str, text: String) -> Wish {
        match self.transcript().and_then(|transcript| transcript.unsealed.clone()) {
            Some(unsealed) => Wish::CopyShown(what, text, unsealed),
            None => Wish::Copy(what, text),
        }
    }
}

impl Transcripts {
    /// The session or run whose secrets are masked, or shown.
    pub(super) fn masked(&self) -> Option<(ListKey, String)> {
        let transcript = self.open.as_ref()?.transcript()?;
        (transcript.sums.secrets > 0).then(|| (transcript.row.list.clone(), transcript.row.id.clone()))
    }

    /// Reads it anew with its secrets in it, or masks them.
    pub(super) fn show_secrets(&mut self, unsealed: Option<Unsealed>, cx: &Cx) {
        match (unsealed, &mut self.open) {
            (Some(unsealed), Some(open)) => {
                open.unsealed = Some(unsealed);
                self.ask(cx);
            }
            _ => {
                self.seal();
                // What was kept is as old as the moment at which secrets came into sight.
                self.ask(cx);
            }
        }
    }

    /// Masks them, whatever is on its way.
    pub(super) fn seal(&mut self) {
        let Some(open) = &mut self.open else { return };
        if open.unsealed.take().is_none() {
            return;
        }
        (self.ticket, self.found_ticket, self.colours_ticket, self.strip) = (None, None, None, None);
        if matches!(self.mode, Mode::Copying(..)) {
            self.mode = Mode::Reading;
        }
        match (&mut open.book, open.masked.take()) {
            (Some(book), Some(masked)) => book.renew(masked),
            (Some(book), None) if book.transcript().unsealed.is_none() => {}
            (book, _) => *book = None,
        }
    }
}
