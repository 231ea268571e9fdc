//! What a list's filter asks of a record's words, and of what its entries have.
//!
//! A list shows records, so each thing is asked of the record: words of its own document, which tells what its entries have
//! (`has:`), and of `role:`, `tool:`, `path:` and the kinds of entries whether one of its entries is so. Which of them the
//! index answers is in [`lists`](super::lists); here a single record is judged, which needs no index.

use std::any::Any;
use std::fmt;
use std::sync::{Arc, LazyLock};

use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use quarterdeck_index::query::{Ast, Node, NodeKind};
use quarterdeck_index::{Document, Matcher};
use quarterdeck_sync::content;
use quarterdeck_sync::model::{Content, Judge, Judged, Record};

use super::{documents, fields};

/// Fields that ask about entries, and not about the record itself.
const OF_ENTRIES: [&str; 4] = ["role", "tool", "path", "kind"];

/// No list is asked for a time here: the mirror knows it.
pub(super) static NO_TIME: LazyLock<Zoned> = LazyLock::new(|| Timestamp::UNIX_EPOCH.to_zoned(TimeZone::UTC));

/// What is asked.
pub struct Sought {
    /// In the query language.
    text: String,
    pub(super) tree: Tree,
    /// The messages have to be looked at.
    opens: bool,
}

/// What is asked, in pieces that one question to the index answers each.
pub(super) enum Tree {
    /// The record's own document is so.
    Own(Leaf),
    /// One of its entries is so.
    Entries(Leaf),
    And(Vec<Tree>),
    Or(Vec<Tree>),
    Not(Box<Tree>),
}

/// One such piece.
pub(super) struct Leaf {
    pub ast: Ast,
    matcher: Matcher,
}

impl Leaf {
    fn new(root: Node) -> Self {
        let ast = Ast { root };
        Self { matcher: Matcher::new(&ast, fields::ASKS, &NO_TIME), ast }
    }
}

impl Sought {
    /// Of a part of a query that the mirror cannot answer by its columns. Values of fields are those that documents have.
    pub fn new(root: Node) -> Self {
        let opens = mentions(&root, &|name| name == "has" || OF_ENTRIES.contains(&name));
        let text = Ast { root: root.clone() }.to_string();
        Self { text, tree: tree(root), opens }
    }

    /// To be asked by the mirror.
    pub fn judged(self) -> Judged {
        Judged(Arc::new(self))
    }
}

impl fmt::Debug for Sought {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Sought").field(&self.text).finish()
    }
}

impl Judge for Sought {
    fn asks(&self) -> &str {
        &self.text
    }

    fn holds(&self, record: &Record, content: &dyn Fn() -> Option<Content>) -> bool {
        let content = if self.opens { content() } else { None };
        let entries = content.map(|content| content::entries(&content.messages)).unwrap_or_default();
        let documents = documents::of(record, &entries);
        let Some((own, entries)) = documents.split_first() else { return false };
        self.tree.holds(own, entries)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl Tree {
    fn holds(&self, own: &Document, entries: &[Document]) -> bool {
        match self {
            Tree::Own(leaf) => leaf.matcher.holds(own),
            Tree::Entries(leaf) => entries.iter().any(|entry| leaf.matcher.holds(entry)),
            Tree::And(all) => all.iter().all(|tree| tree.holds(own, entries)),
            Tree::Or(any) => any.iter().any(|tree| tree.holds(own, entries)),
            Tree::Not(tree) => !tree.holds(own, entries),
        }
    }
}

/// Cuts what is asked into as few pieces as can be: what the record's own document tells stays together.
fn tree(node: Node) -> Tree {
    if !mentions(&node, &|name| OF_ENTRIES.contains(&name)) {
        return Tree::Own(Leaf::new(node));
    }
    let span = node.span;
    let apart = |nodes: Vec<Node>, join: fn(Vec<Node>) -> NodeKind| {
        let (mixed, mut own): (Vec<Node>, Vec<Node>) =
            nodes.into_iter().partition(|node| mentions(node, &|name| OF_ENTRIES.contains(&name)));
        let own = match own.len() {
            0 | 1 => own.pop(),
            _ => Some(Node { kind: join(own), span }),
        };
        own.into_iter().chain(mixed).map(tree).collect()
    };
    match node.kind {
        NodeKind::And(nodes) => Tree::And(apart(nodes, NodeKind::And)),
        NodeKind::Or(nodes) => Tree::Or(apart(nodes, NodeKind::Or)),
        NodeKind::Not(inner) => Tree::Not(Box::new(tree(*inner))),
        kind => Tree::Entries(Leaf::new(Node { kind, span })),
    }
}

/// Is a field named in it that is `of` interest?
fn mentions(node: &Node, of: &dyn Fn(&str) -> bool) -> bool {
    match &node.kind {
        NodeKind::Field { name, .. } => of(name),
        NodeKind::And(nodes) | NodeKind::Or(nodes) => nodes.iter().any(|node| mentions(node, of)),
        NodeKind::Not(inner) => mentions(inner, of),
        _ => false,
    }
}
