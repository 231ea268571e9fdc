//! The query language: what an operator types to narrow a list or to search, read into an [`Ast`].
//!
//! One parser, two readings. [`parse`] is for text that is still being typed: it never fails, closes what is open at
//! the end, leaves out what has no meaning yet, and tells each such repair as a [`Flaw`]. [`parse_strict`] is for
//! scripts: the first flaw is an error that says what, where and what to do.
//!
//! What always holds: no input panics, time and memory are linear in its length, an AST is at most
//! [`MAX_DEPTH`] groups deep and asks for at most [`MAX_TERMS`] things, and printing an AST and reading it again gives the same AST.
//!
//! Not here: which fields there are (the caller says, [`Fields`]), what they mean, and how a query is answered. The
//! language itself is described, with a tested example for each rule, in `docs/query-language.md`.

mod ast;
mod fields;
mod flaw;
mod lex;
mod parse;
mod print;
#[cfg(test)]
mod tests;
mod when;

pub use ast::{Ast, Node, NodeKind, Span, Term, Value, ValueKind};
pub use fields::{FieldKind, Fields};
pub use flaw::Flaw;
pub use parse::{MAX_DEPTH, MAX_TERMS, parse, parse_strict};
pub use when::{Unit, When};

/// Checks a regular expression of a query; the error says what is wrong with it, in one line.
pub fn check_regex(pattern: &str) -> Result<(), String> {
    match regex_syntax::Parser::new().parse(pattern) {
        Ok(_) => Ok(()),
        Err(regex_syntax::Error::Parse(error)) => Err(error.kind().to_string()),
        Err(regex_syntax::Error::Translate(error)) => Err(error.kind().to_string()),
        Err(_) => Err("it cannot be read".to_owned()),
    }
}
