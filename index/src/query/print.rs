//! From an AST back to text that reads the same.

use std::fmt::{self, Write};

use super::{Ast, Node, NodeKind, Value, ValueKind};

impl fmt::Display for Ast {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.root.kind {
            NodeKind::All => Ok(()),
            _ => node(f, &self.root, Around::Nothing),
        }
    }
}

/// What stands around a node: tells whether it needs parentheses.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Around {
    Nothing,
    Or,
    And,
    Not,
}

/// Recursion is bounded by the depth of an AST.
fn node(f: &mut fmt::Formatter<'_>, it: &Node, around: Around) -> fmt::Result {
    match &it.kind {
        NodeKind::All => f.write_char('*'),
        NodeKind::Word(text) => f.write_str(text),
        NodeKind::Phrase(text) => quoted(f, text),
        NodeKind::Prefix(text) => prefix(f, text, !text.starts_with(['-', '~', '/']) && !text.contains(':')),
        NodeKind::Fuzzy(text) => write!(f, "~{text}"),
        NodeKind::Regex(pattern) => regex(f, pattern),
        NodeKind::Field { name, values } => {
            write!(f, "{name}:")?;
            separated(f, values, ",", value)
        }
        NodeKind::And(nodes) => {
            parenthesised(f, around == Around::Not, |f| separated(f, nodes, " ", |f, it| node(f, it, Around::And)))
        }
        NodeKind::Or(nodes) => parenthesised(f, matches!(around, Around::And | Around::Not), |f| {
            separated(f, nodes, " OR ", |f, it| node(f, it, Around::Or))
        }),
        NodeKind::Not(inner) => {
            // `---flag` would be a word.
            let dashed = matches!(&inner.kind, NodeKind::Word(text) if text.starts_with('-'));
            f.write_str(if dashed { "NOT " } else { "-" })?;
            node(f, inner, Around::Not)
        }
    }
}

fn separated<T>(
    f: &mut fmt::Formatter<'_>,
    items: &[T],
    between: &str,
    write: impl Fn(&mut fmt::Formatter<'_>, &T) -> fmt::Result,
) -> fmt::Result {
    for (place, item) in items.iter().enumerate() {
        if place > 0 {
            f.write_str(between)?;
        }
        write(f, item)?;
    }
    Ok(())
}

fn parenthesised(
    f: &mut fmt::Formatter<'_>,
    needed: bool,
    inner: impl FnOnce(&mut fmt::Formatter<'_>) -> fmt::Result,
) -> fmt::Result {
    if !needed {
        return inner(f);
    }
    f.write_char('(')?;
    inner(f)?;
    f.write_char(')')
}

fn value(f: &mut fmt::Formatter<'_>, it: &Value) -> fmt::Result {
    match &it.kind {
        ValueKind::Text(text) if is_bare(text) && !text.ends_with('*') => f.write_str(text),
        ValueKind::Text(text) => quoted(f, text),
        ValueKind::Prefix(text) => prefix(f, text, true),
        ValueKind::Regex(pattern) => regex(f, pattern),
        ValueKind::Time(when) => write!(f, "{when}"),
    }
}

/// Can stand as a value without quotes.
fn is_bare(text: &str) -> bool {
    !text.starts_with(['/', ':']) && !text.contains(|c: char| c.is_whitespace() || "(),\"".contains(c))
}

fn prefix(f: &mut fmt::Formatter<'_>, text: &str, may_be_bare: bool) -> fmt::Result {
    match may_be_bare && is_bare(text) {
        true => f.write_str(text)?,
        false => quoted(f, text)?,
    }
    f.write_char('*')
}

fn quoted(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    f.write_char('"')?;
    for c in text.chars() {
        if matches!(c, '"' | '\\') {
            f.write_char('\\')?;
        }
        f.write_char(c)?;
    }
    f.write_char('"')
}

fn regex(f: &mut fmt::Formatter<'_>, pattern: &str) -> fmt::Result {
    f.write_char('/')?;
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        match c {
            '/' => f.write_str("\\/")?,
            '\\' => {
                f.write_char(c)?;
                chars.next().map_or(Ok(()), |next| f.write_char(next))?;
            }
            c => f.write_char(c)?,
        }
    }
    f.write_char('/')
}
