//! What a person fills in on a sheet: choices, a duration, a reason.

use std::collections::BTreeMap;

use crossterm::event::KeyEvent;
use jiff::SignedDuration;
use quarterdeck_sync::outbox::action::Asked;
use serde_json::Value;

use crate::tui::decisions::Capability;
use crate::tui::widgets::input::Input;

/// Left to the platform.
const UNSAID: &str = "not said";
/// The value that is taken unless a person says otherwise, where there is one. Elsewhere nothing is said: some platforms hold a
/// decision to the very payload only as long as it says nothing more.
const CAREFUL: &str = "false";
/// Stands for a reason that was asked for.
const URGED: &str = "say why; or confirm once more to give no reason";
/// Arguments that have a place of their own.
const ELSEWHERE: [&str; 4] = ["reason", "comment", "doc", "fields"];

/// One field.
#[derive(Debug)]
pub(crate) struct Field {
    /// Its name.
    pub name: String,
    /// What it means when nothing is typed.
    pub empty: &'static str,
    /// What is in it.
    pub content: Content,
}

/// What a field holds.
#[derive(Debug)]
pub(crate) enum Content {
    /// One of several values.
    Choice(Vec<String>, usize),
    /// Text.
    Text(Input),
}

/// All fields of a sheet; the reason is the last.
#[derive(Debug, Default)]
pub(crate) struct Fields {
    /// The fields.
    pub list: Vec<Field>,
    /// The one that keys go to.
    pub focus: usize,
}

impl Fields {
    /// The fields of a decision that takes these arguments.
    pub fn new(capability: Option<&Capability>, asked: &Asked, can_expire: bool) -> Self {
        let mut list: Vec<Field> = Vec::new();
        let none = BTreeMap::new();
        let args = capability.map_or(&none, |capability| &capability.args);
        for (name, values) in args.iter().filter(|(name, _)| !ELSEWHERE.contains(&name.as_str())) {
            let content = if values.is_empty() {
                Content::Text(Input::new(""))
            } else {
                let careful = values.iter().position(|value| value == CAREFUL);
                let mut values = values.clone();
                if careful.is_none() {
                    values.insert(0, UNSAID.to_owned());
                }
                Content::Choice(values, careful.unwrap_or(0))
            };
            list.push(Field { name: name.clone(), empty: UNSAID, content });
        }
        if can_expire {
            let content = Content::Text(Input::new(""));
            list.push(Field { name: "expires".to_owned(), empty: "as said above; or 10m, 2h ...", content });
        }
        let reason = Content::Text(Input::new(asked.reason.as_deref().unwrap_or_default()));
        list.push(Field { name: "reason".to_owned(), empty: "why; it is kept with the decision", content: reason });
        let focus = list.len() - 1;
        Self { list, focus }
    }

    /// Moves to the next field, or the one before, round the ends.
    pub fn turn(&mut self, forward: bool) {
        let count = self.list.len().max(1);
        self.focus = if forward { self.focus + 1 } else { self.focus + count - 1 } % count;
    }

    /// Takes the next choice; false when the field has none.
    pub fn choose(&mut self, forward: bool) -> bool {
        let Some(Field { content: Content::Choice(values, at), .. }) = self.list.get_mut(self.focus) else {
            return false;
        };
        *at = if forward { *at + 1 } else { *at + values.len() - 1 } % values.len();
        true
    }

    /// A key that no action took: text for the field.
    pub fn key(&mut self, event: &KeyEvent) {
        if let Some(Field { content: Content::Text(input), .. }) = self.list.get_mut(self.focus) {
            input.key(event);
        }
    }

    /// Pasted text.
    pub fn paste(&mut self, text: &str) {
        if let Some(Field { content: Content::Text(input), .. }) = self.list.get_mut(self.focus) {
            input.insert(text);
        }
    }

    /// Asks for the reason, in its place; false when that was done before.
    pub fn urge(&mut self) -> bool {
        let last = self.list.len().saturating_sub(1);
        match self.list.last_mut() {
            Some(field) if field.empty != URGED => {
                field.empty = URGED;
                self.focus = last;
                true
            }
            _ => false,
        }
    }

    /// The question with what was filled in.
    ///
    /// # Errors
    /// What cannot be understood, for a person.
    pub fn fill(&self, asked: &Asked) -> Result<Asked, String> {
        let mut asked = asked.clone();
        for field in &self.list {
            let text = match &field.content {
                Content::Choice(values, at) => values[*at].as_str(),
                Content::Text(input) => input.text().trim(),
            };
            match field.name.as_str() {
                "reason" => asked.reason = (!text.is_empty()).then(|| text.to_owned()),
                "expires" if text.is_empty() => {}
                "expires" => asked.expires = Some(duration(text)?),
                name if text.is_empty() || text == UNSAID => {
                    asked.args.remove(name);
                }
                name => {
                    asked.args.insert(name.to_owned(), Value::from(text));
                }
            }
        }
        Ok(asked)
    }
}

fn duration(text: &str) -> Result<SignedDuration, String> {
    let read: Option<SignedDuration> = text.parse().ok();
    read.filter(SignedDuration::is_positive).ok_or_else(|| format!("`{text}` is no length of time: write 10m or 2h"))
}
