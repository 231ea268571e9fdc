//! What can be copied out of a view: the id of what is selected, and what belongs to it.
//!
//! A view lends it, and the frame makes text of it when somebody wants it: whether there is something is asked with every frame.
//!
//! Always true: text of a record is copied as it is shown, so secrets in it are masked but for whoever sees them.
//! Not here: transcripts, which have words of their own for what can be copied of an entry, and the way to the terminal
//! (`app::copy`).

use std::borrow::Cow;

use serde_json::Value;

use super::Wish;
use crate::tui::unsealed::Unsealed;

/// Something that can be copied.
#[derive(Debug, Clone, PartialEq)]
pub enum Copied<'a> {
    /// What it is, and the text.
    Text(&'static str, Cow<'a, str>),
    /// The document of a record; with the right to see the secrets in it, where they are shown.
    Document(&'a Value, Option<&'a Unsealed>),
}

impl<'a> Copied<'a> {
    /// An id; none for an empty one.
    pub fn id(id: &'a str) -> Option<Self> {
        (!id.is_empty()).then_some(Self::Text("id", Cow::Borrowed(id)))
    }

    /// What is wanted of the frame to have it copied.
    pub fn wish(self) -> Wish {
        match self {
            Self::Text(what, text) => Wish::Copy(what, text.into_owned()),
            Self::Document(doc, None) => Wish::Copy("document", format!("{doc:#}")),
            Self::Document(doc, Some(unsealed)) => Wish::CopyShown("document", format!("{doc:#}"), unsealed.clone()),
        }
    }
}
