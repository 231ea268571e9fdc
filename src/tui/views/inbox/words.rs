//! The words that the items are filtered by, and typing them. Only what is shown here is looked through: lists and search have a
//! language of their own.

use crossterm::event::KeyEvent;

use super::Inboxes;
use crate::inbox::{Item, Subject};
use crate::tui::actions::Act;
use crate::tui::motion;
use crate::tui::views::Cx;
use crate::tui::widgets::input::Input;

/// The words, and what is being typed.
#[derive(Debug, Default)]
pub(super) struct Words {
    /// As they were typed last.
    text: String,
    /// The same for comparing.
    wanted: Vec<String>,
    typing: Option<Input>,
    /// What they were before typing began.
    before: String,
}

impl Words {
    /// As they were typed.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What is being typed.
    pub fn typing(&self) -> Option<&Input> {
        self.typing.as_ref()
    }

    /// Does the item hold every word, in whatever is shown of it?
    pub fn pass(&self, item: &Item) -> bool {
        if self.wanted.is_empty() {
            return true;
        }
        let text = text_of(item);
        self.wanted.iter().all(|word| text.contains(word))
    }

    fn set(&mut self, text: &str) {
        self.text = text.to_owned();
        self.wanted = text.split_whitespace().map(str::to_lowercase).collect();
    }
}

/// Everything that is told of an item in words, in small letters.
fn text_of(item: &Item) -> String {
    let place = &item.place;
    let agent = item.agent.as_ref().map(|agent| agent.title.as_str()).or(item.agent_name.as_deref());
    let kind = match &item.subject {
        Subject::Record { kind, .. } => kind.as_str(),
        Subject::Write { .. } => "write",
        Subject::Connection => "connection",
    };
    let why = item.why();
    let told = [&item.title, &why, &place.connection, &place.collection, &place.id, &item.platform];
    let causes = item.reasons.iter().map(|reason| reason.cause.as_str());
    let within = item.within.iter().map(|whole| whole.title.as_str());
    let said = [agent, item.status.as_deref(), Some(kind), Some(item.risk().as_str())].into_iter().flatten();
    let all: Vec<&str> = told.into_iter().map(String::as_str).chain(said).chain(causes).chain(within).collect();
    all.join("\n").to_lowercase()
}

impl Inboxes {
    pub(super) fn begin_typing(&mut self) {
        self.words.before = self.words.text.clone();
        self.words.typing = Some(Input::new(&self.words.before));
    }

    /// Does an action while words are being typed.
    pub(super) fn type_act(&mut self, act: Act, cx: &Cx) -> bool {
        match act {
            Act::Accept => self.words.typing = None,
            Act::Cancel => {
                self.words.typing = None;
                let before = std::mem::take(&mut self.words.before);
                self.filter(&before, cx);
            }
            Act::Following | Act::Preceding => {
                let by = if act == Act::Following { 1 } else { -1 };
                self.point(motion::among(self.shown().len(), self.cursor, by), cx);
            }
            _ => return false,
        }
        true
    }

    /// A key, or a pasted text, that is for the words.
    pub(super) fn type_into(&mut self, typed: impl FnOnce(&mut Input) -> bool, cx: &Cx) {
        if self.words.typing.as_mut().is_some_and(typed) {
            let text = self.words.typing.as_ref().map_or(String::new(), |input| input.text().to_owned());
            self.filter(&text, cx);
        }
    }

    pub(super) fn type_one(&mut self, key: &KeyEvent, cx: &Cx) {
        self.type_into(|input| input.key(key), cx);
    }

    /// Shows the items that hold these words.
    pub(super) fn filter(&mut self, text: &str, cx: &Cx) {
        if self.words.text != text {
            self.words.set(text);
            self.restart(cx);
        }
    }
}
