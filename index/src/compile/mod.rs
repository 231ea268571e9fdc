//! From a query to what tantivy is asked.
//!
//! Words and phrases are scored; whatever only narrows (fields, times, exclusions) scores nothing. A part that means nothing yet,
//! such as a dash on its own, narrows nothing; a whole query that means nothing finds everything while it is typed, and nothing else.
//!
//! What always holds: no query fails, however odd; words that stand for many (`dep*`, `~deplyo`, `/dep.*/`) are looked up in
//! bounded time and stand for a bounded number of them ([`many`], at the end of a phrase [`ends`]).
//!
//! Not here: reading the query's text (`crate::query`), and going through what matches (`crate::collect`).

mod any_word;
mod asked;
mod beginnings;
mod documents;
mod ends;
mod excluded;
mod field;
mod many;
mod most;
mod text;
mod wholes;

use std::cell::{Cell, RefCell};

use tantivy::Term;
use tantivy::query::{AllQuery, BooleanQuery, ConstScoreQuery, EmptyQuery, Occur, Query};

use crate::error::Error;
use crate::face::Search;
use crate::query::{Node, NodeKind};
use crate::snapshot::Snapshot;

use any_word::any_word;
use excluded::Excluded;
use most::Most;

pub(crate) use asked::{Pattern, Slips, Spelling, begun};
pub(crate) use beginnings::Beginnings;
pub(crate) use field::{is_bare, millis_up};

/// What is asked of tantivy.
pub(crate) struct Plan {
    pub query: Box<dyn Query>,
    /// Documents have scores that differ.
    pub scored: bool,
    /// Nothing but one word, or two: the best can be found without looking at all that match, and each time with the same scores.
    pub simple: bool,
    /// What no document scores more than.
    pub most: Most,
    /// Something stands for more words than were taken.
    pub capped: bool,
    /// Documents that the words are in which stand for others, each word's added up: how much there is to go through.
    pub documents: u64,
}

/// Says what `search` asks of `index`. `without`: owners whose own documents are left out.
pub(crate) fn compile(index: &Snapshot, search: &Search<'_>, without: &[u64]) -> Result<Plan, Error> {
    let compiler = Compiler {
        index,
        search,
        capped: Cell::new(false),
        scored: Cell::new(false),
        most: RefCell::default(),
        documents: Cell::new(0),
    };
    let root = &search.ast.root;
    let asked = compiler.node(root, true)?;
    let mut simple = without.is_empty() && !search.typing && is_simple(root);
    let query = match asked {
        Some(query) => query,
        None if search.typing || root.kind == NodeKind::All => everything(),
        None => Box::new(EmptyQuery),
    };
    let query = match without {
        [] => query,
        owners => {
            let own = owners.iter().map(|owner| Term::from_field_u64(index.shape.own, *owner));
            but_not(query, vec![any_word(own.collect())])
        }
    };
    simple &= compiler.scored.get();
    let Compiler { scored, capped, documents, most, .. } = compiler;
    let (scored, capped, documents) = (scored.get(), capped.get(), documents.get());
    Ok(Plan { query, scored, simple, most: most.into_inner(), capped, documents })
}

/// A word without camel case, or two: what they are compiled to is told by `text::word`.
fn is_simple(root: &Node) -> bool {
    let single = |node: &Node| match &node.kind {
        NodeKind::Word(text) | NodeKind::Phrase(text) => Spelling::of(text).is_plain(),
        _ => false,
    };
    match &root.kind {
        NodeKind::And(nodes) => nodes.len() == 2 && nodes.iter().all(single),
        _ => single(root),
    }
}

struct Compiler<'a> {
    index: &'a Snapshot,
    search: &'a Search<'a>,
    capped: Cell<bool>,
    scored: Cell<bool>,
    most: RefCell<Most>,
    documents: Cell<u64>,
}

/// A question to tantivy; `None` narrows nothing.
type Asked = Option<Box<dyn Query>>;

impl Compiler<'_> {
    /// `last`: nothing of the query follows. The depth of an AST is bounded, and so is this.
    fn node(&self, node: &Node, last: bool) -> Result<Asked, Error> {
        let begun = last && self.search.typing && begun(node);
        match &node.kind {
            NodeKind::All => Ok(Some(everything())),
            NodeKind::Word(text) if begun => self.prefix(text),
            NodeKind::Phrase(text) if begun => self.prefix(text),
            NodeKind::Word(text) => self.word(text),
            NodeKind::Phrase(text) => self.phrase(text),
            NodeKind::Prefix(text) => self.prefix(text),
            NodeKind::Fuzzy(text) => self.fuzzy(text),
            NodeKind::Regex(pattern) => self.regex(pattern),
            NodeKind::Field { name, values } => self.field(name, values, last && self.search.typing),
            NodeKind::And(nodes) => self.all_of(nodes, last),
            NodeKind::Or(nodes) => {
                let mut any = Vec::new();
                for (place, node) in nodes.iter().enumerate() {
                    any.extend(self.node(node, last && place + 1 == nodes.len())?);
                }
                Ok(any_of(any))
            }
            NodeKind::Not(inner) => {
                let scored = self.scored.get();
                let inner = self.node(inner, last)?;
                self.scored.set(scored);
                Ok(inner.map(|inner| but_not(everything(), vec![inner])))
            }
        }
    }

    fn all_of(&self, nodes: &[Node], last: bool) -> Result<Asked, Error> {
        let mut wanted = Vec::new();
        let mut unwanted = Vec::new();
        for (place, node) in nodes.iter().enumerate() {
            let last = last && place + 1 == nodes.len();
            match &node.kind {
                NodeKind::Not(inner) => {
                    let scored = self.scored.get();
                    let query = self.node(inner, last)?;
                    unwanted.extend(query.filter(|query| !self.finds_nothing(inner, query.as_ref())));
                    self.scored.set(scored);
                }
                _ => wanted.extend(self.node(node, last)?),
            }
        }
        let wanted = match wanted.len() {
            0 if unwanted.is_empty() => return Ok(None),
            0 => everything(),
            1 => wanted.remove(0),
            _ => Box::new(BooleanQuery::intersection(wanted)),
        };
        Ok(Some(if unwanted.is_empty() { wanted } else { but_not(wanted, unwanted) }))
    }
}

impl Compiler<'_> {
    /// Is it one value of a field, which no document has? To exclude that would cost something for every document all the same.
    fn finds_nothing(&self, node: &Node, query: &dyn Query) -> bool {
        let single = matches!(&node.kind, NodeKind::Field { values, .. } if values.len() == 1);
        let (mut terms, mut documents) = (0, 0);
        if single {
            query.query_terms(&mut |term, _| {
                terms += 1;
                // Where that cannot be told, there may be some.
                documents += self.index.searcher.doc_freq(term).unwrap_or(1);
            });
        }
        terms > 0 && documents == 0
    }
}

/// Every document, none better than another.
fn everything() -> Box<dyn Query> {
    unscored(AllQuery)
}

fn unscored(query: impl Query) -> Box<dyn Query> {
    Box::new(ConstScoreQuery::new(Box::new(query), 0.0))
}

fn any_of(mut queries: Vec<Box<dyn Query>>) -> Asked {
    match queries.len() {
        0 | 1 => queries.pop(),
        _ => Some(Box::new(BooleanQuery::union(queries))),
    }
}

fn but_not(query: Box<dyn Query>, unwanted: Vec<Box<dyn Query>>) -> Box<dyn Query> {
    let mut clauses = vec![(Occur::Must, query)];
    clauses.extend(unwanted.into_iter().map(|query| (Occur::MustNot, Box::new(Excluded(query)) as Box<dyn Query>)));
    Box::new(BooleanQuery::new(clauses))
}
