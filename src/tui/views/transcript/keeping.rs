//! Bookmarks, notes, and that a session was reviewed: kept on this machine, through the outside.
//!
//! A review holds as long as the record looks as it did: one that has changed since is to be read again.

use super::mode::{About, Mode};
use super::{Open, Transcripts, part};
use crate::tui::actions::Act;
use crate::tui::data::{Lane, Question};
use crate::tui::decisions::Target;
use crate::tui::incidents::Chosen;
use crate::tui::kept::{self, Keep, Kept, What};
use crate::tui::reading::{Held, Transcript};
use crate::tui::views::{Cx, Wish};
use crate::tui::widgets::input::Input;

/// Bytes of a note.
const NOTE: usize = 4_000;

/// How a review stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reviewed {
    /// It was reviewed, and has not changed since.
    Holds,
    /// It has changed since it was reviewed.
    Lapsed,
}

/// How the review of a session stands; none when there was none.
pub(super) fn reviewed(kept: &Kept, transcript: &Transcript) -> Option<Reviewed> {
    let (_, seen) = kept.reviewed.as_ref()?;
    let same = Some(seen) == look(transcript).as_ref();
    Some(if same { Reviewed::Holds } else { Reviewed::Lapsed })
}

/// What a session looks like now, in a word that changes when it does; none while there is more of it than can be read here.
fn look(transcript: &Transcript) -> Option<String> {
    match transcript.held {
        Held::Here { stale: false, .. } => Some(kept::look(&transcript.row, transcript.entries.len())),
        _ => None,
    }
}

impl Open {
    /// What a pin is of. Opened from a request or an event, what is read is the run behind it: entries are numbered in that, and are
    /// entries of nothing else.
    pub(super) fn chosen(&self) -> Chosen {
        let Some(book) = &self.book else {
            return Chosen::new(self.reading.of.clone(), self.reading.title.clone());
        };
        let row = &book.transcript().row;
        Chosen {
            of: Target::Named(row.list.clone(), row.id.clone()),
            entry: book.place(self.scroll.cursor.entry).and_then(|place| u64::try_from(place).ok()),
            title: row.title.as_deref().unwrap_or(&row.id).to_owned(),
        }
    }
}

impl Transcripts {
    /// Asks for what is kept about the open session.
    pub(super) fn ask_kept(&mut self, cx: &Cx) {
        let Some(transcript) = self.open.as_ref().and_then(|open| open.transcript()) else { return };
        let question = Question::Kept(transcript.row.list.clone(), transcript.row.id.clone());
        self.kept_ticket = Some(cx.ask(part::KEPT, Lane::Now, question));
    }

    /// Sets or takes away a bookmark or a review, or begins a note.
    pub(super) fn mark(&mut self, act: Act, cx: &mut Cx) {
        let Some(open) = &self.open else { return };
        let Some(book) = &open.book else { return };
        let place = book.place(open.scroll.cursor.entry);
        let entry = place.and_then(|at| u64::try_from(at).ok());
        let about = if entry.is_some() { "this entry" } else { "this session" };
        let what = match act {
            Act::Note => {
                let note = book.kept().notes_at(entry).last();
                let text = note.map_or_else(String::new, |note| note.text.clone());
                let about = About { entry, note: note.map(|note| note.id.clone()) };
                let text = self.drafted(&about).unwrap_or(text);
                self.mode = Mode::Noting(Input::new(&text), about);
                return;
            }
            Act::Bookmark => {
                let on = !book.kept().bookmarked(entry);
                cx.say(format!("{} {about}", if on { "Bookmark at" } else { "No bookmark any more at" }));
                What::Bookmark { entry, on }
            }
            _ => match (reviewed(book.kept(), book.transcript()), look(book.transcript())) {
                (Some(Reviewed::Holds), _) => {
                    cx.say("Not reviewed");
                    What::Reviewed(None)
                }
                (_, Some(look)) => {
                    cx.say("Reviewed, until it changes");
                    What::Reviewed(Some(look))
                }
                (_, None) => return cx.say("Not all of it is here: what cannot be read is not reviewed"),
            },
        };
        self.remember(what, cx);
    }

    /// A note was written.
    pub(super) fn noted(&mut self, text: &str, about: About, cx: &mut Cx) {
        drop(self.drafted(&about));
        let text = text.trim();
        let end = (0..=NOTE.min(text.len())).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
        let text = text[..end].to_owned();
        let what = match about.note {
            Some(note) => What::Rewrite { note, text },
            None if text.is_empty() => return,
            None => What::Note { entry: about.entry, text },
        };
        self.remember(what, cx);
    }

    fn remember(&self, what: What, cx: &mut Cx) {
        let Some(transcript) = self.open.as_ref().and_then(|open| open.transcript()) else { return };
        let row = &transcript.row;
        cx.wishes.push(Wish::Own(Box::new(Keep { list: row.list.clone(), id: row.id.clone(), what })));
    }
}
