use std::ops::Range;

use crate::query::Ast;

/// A piece of a text, on one line, around what a query asks for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Snippet {
    /// The piece; white space and line ends in it are single spaces.
    pub text: String,
    /// What to mark in it, in bytes.
    pub marks: Vec<Range<usize>>,
    /// The text has more before.
    pub cut_before: bool,
    /// The text has more after.
    pub cut_after: bool,
}

/// The best piece of `text`, of at most `width` characters.
pub fn snippet(text: &str, ast: &Ast, width: usize) -> Snippet {
    let _ = (text, ast, width);
    Snippet::default()
}
