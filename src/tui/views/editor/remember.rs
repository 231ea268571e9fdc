//! Which documents were open in the editor, from one time to the next.
//!
//! A document is found by its record's list and id, or by the write that it settles. What was typed in it is kept outside, and
//! comes back with it; here is where one was in it.

use quarterdeck_sync::model::WriteId;

use super::{Editor, Focus, Open};
use crate::tui::data::DraftOf;
use crate::tui::decisions::Target;
use crate::tui::memory::trail::{EditedState, NamedState};
use crate::tui::views::Aim;

impl Open {
    /// What is to be remembered of it; `None` while nobody knows what it is called.
    fn left_at(&self) -> Option<EditedState> {
        let named = match (&self.of, &self.opening) {
            (_, Some(opening)) => EditedState {
                of: NamedState::new(&opening.key.list, &opening.key.id),
                write: opening.key.write.as_ref().map(|write| write.as_str().to_owned()),
                ..EditedState::default()
            },
            // Nobody has seen it yet: it stays as it was left.
            (_, None) if self.was.is_some() => return self.was.clone(),
            (DraftOf::Record(Target::Named(list, id)), None) => {
                EditedState { of: NamedState::new(list, id), ..EditedState::default() }
            }
            (DraftOf::Write(id), None) => EditedState { write: Some(id.as_str().to_owned()), ..EditedState::default() },
            (DraftOf::Record(Target::Row(_)), None) => return None,
        };
        let (line, column) = self.text.cursor();
        let beside = !matches!(self.focus, Focus::Text | Focus::Find(..) | Focus::Leaving);
        Some(EditedState { line, column, beside, versions: self.looking, ..named })
    }

    fn as_left(was: &EditedState) -> Self {
        let of = match &was.write {
            Some(write) => DraftOf::Write(WriteId::new(write.clone())),
            None => {
                let (list, id) = was.of.named();
                DraftOf::Record(Target::Named(list, id))
            }
        };
        let mut open = Self::new(of, if was.versions { Aim::Versions } else { Aim::Text });
        if was.beside {
            open.focus = Focus::Beside;
        }
        open.was = Some(was.clone());
        open
    }

    /// Goes to where one was, once the text is there.
    pub(super) fn take_up(&mut self) {
        if let Some(was) = self.was.take() {
            self.text.go_to(was.line, was.column);
        }
    }
}

impl Editor {
    /// The documents that are open, the one in front last.
    pub(super) fn left(&self) -> Vec<EditedState> {
        self.behind.iter().chain(self.open.as_deref()).filter_map(Open::left_at).collect()
    }

    /// Opens the documents that were open, the last one in front. False where there is none.
    pub(super) fn edit_again(&mut self, edited: &[EditedState]) -> bool {
        let mut opens: Vec<Open> = edited.iter().map(Open::as_left).collect();
        self.open = opens.pop().map(Box::new);
        self.behind = opens;
        self.open.is_some()
    }
}
