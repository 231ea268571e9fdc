use super::Span;

/// Something in a query that had to be repaired or left out, or that makes a strict query an error.
///
/// Message and hint quote the query as it was typed: they are to be made safe before they are shown.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("column {column}: {message}")]
pub struct Flaw {
    /// Where it is.
    pub span: Span,
    /// The same in characters, counted from 1.
    pub column: usize,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub hint: String,
}

impl Flaw {
    /// A flaw in `text` at `span`.
    pub fn new(text: &str, span: Span, message: impl Into<String>, hint: impl Into<String>) -> Self {
        let column = text.get(..span.start).map_or(0, |before| before.chars().count()) + 1;
        Self { span, column, message: message.into(), hint: hint.into() }
    }
}

/// The first flaws of a text. Further ones are dropped: each costs a count of characters, and nobody reads them.
pub(super) struct Flaws<'a> {
    text: &'a str,
    found: Vec<Flaw>,
}

impl<'a> Flaws<'a> {
    const MOST: usize = 32;

    pub fn new(text: &'a str) -> Self {
        Self { text, found: Vec::new() }
    }

    pub fn add(&mut self, span: Span, message: impl Into<String>, hint: impl Into<String>) {
        if self.found.len() < Self::MOST {
            self.found.push(Flaw::new(self.text, span, message, hint));
        }
    }

    pub fn into_vec(self) -> Vec<Flaw> {
        self.found
    }
}
