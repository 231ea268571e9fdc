//! Where a query's words stand in a text.

use std::ops::Range;

use crate::query::Ast;

/// The byte ranges of `text` that the query asks for.
pub fn marks(text: &str, ast: &Ast) -> Vec<Range<usize>> {
    let _ = (text, ast);
    Vec::new()
}
