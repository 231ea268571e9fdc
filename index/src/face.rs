//! What is handed to the index, what is asked of it, and what it answers. Plain data.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::query::Ast;

/// Which facets the documents have: words by which they are filtered and counted. The index knows nothing of what they mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    /// The facets: `kind`, `connection`, `tool` ... Names are lower case and never change their place in one version.
    pub facets: Vec<Facet>,
    /// Number of this layout, together with how the caller makes its documents: another number means that everything is
    /// indexed anew.
    pub version: u32,
}

/// One facet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Facet {
    /// Its name.
    pub name: &'static str,
    /// Its parts can be asked for too (`project:deck` finds `/home/lena/quarterdeck`); else a value is whole or not at all.
    pub parts: bool,
    /// Its values are counted ([`Search::count`]); else it is only asked for, and takes less room.
    pub counted: bool,
}

/// A flat document.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Document {
    /// Where it stands among the documents of its owner: an entry's place. `None`: it is the owner itself.
    pub place: Option<u32>,
    /// Its time, in milliseconds since 1970, UTC.
    pub at: Option<i64>,
    /// What counts more than the text: a title, an id.
    pub title: String,
    /// What is searched. Not stored: whoever shows it has it.
    pub text: String,
    /// Values of facets, by the facet's number in [`Layout::facets`]; a facet may have several. Compared in any case of letters.
    pub facets: Vec<(usize, String)>,
    /// More of them, which all documents of its owner have.
    pub shared: Arc<[(usize, String)]>,
}

impl Document {
    /// Values of facets, its own and those it shares.
    pub fn all_facets(&self) -> impl Iterator<Item = &(usize, String)> {
        self.shared.iter().chain(&self.facets)
    }
}

/// How far an index has followed what it is made from: the caller's own words, kept with each commit.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Mark(pub String);

/// How much of the machine writing may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Effort {
    /// Threads that index. Documents may be made and handed over by as many beside them.
    pub threads: usize,
    /// Bytes they gather before they write them out, together: at least 15 MB each.
    pub heap: usize,
}

impl Effort {
    /// For following what changes: small, and in nobody's way.
    pub const FOLLOW: Effort = Effort { threads: 1, heap: 48_000_000 };
    /// For filling an index from nothing.
    pub const BUILD: Effort = Effort { threads: 2, heap: 128_000_000 };
}

/// What a field of the query language asks of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asks {
    /// A whole value of this facet.
    Whole(usize),
    /// A whole value of any of these facets.
    AnyOf(&'static [usize]),
    /// Part of a value of this facet; it has [`Facet::parts`].
    Part(usize),
    /// The words in the title.
    Title,
    /// The words anywhere in the document, like a word without a field.
    Text,
    /// At or after the time.
    After,
    /// Before the time.
    Before,
    /// Within the time.
    On,
}

/// A question.
#[derive(Debug, Clone)]
pub struct Search<'a> {
    /// The query.
    pub ast: &'a Ast,
    /// What its fields ask; a field that is not in it matches nothing.
    pub fields: &'a [(&'static str, Asks)],
    /// It is still being typed: its last word may be the beginning of one, prefixes are capped.
    pub typing: bool,
    /// The moment that `after:3h` and recency are reckoned from. Pages of one answer must all be asked for with the same.
    pub now: &'a jiff::Zoned,
    /// Hits to leave out at the top.
    pub offset: usize,
    /// Most hits to answer.
    pub limit: usize,
    /// Count the values of these facets among all documents that match.
    pub count: &'a [usize],
    /// Where nothing else is to be counted, do not count what matches either: only the hits are looked for, and documents that cannot
    /// be among them are passed over.
    pub hits_only: bool,
    /// Owners whose own document (the one without a place) is not to be looked at: the caller answers for it. Ascending.
    pub without: &'a [u64],
    /// Order of the hits.
    pub order: Order,
}

/// In which order hits come. Equal ones come newest first, then by owner and place: an order never depends on how
/// the index happens to be cut into segments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// The best first: BM25, raised for what is recent.
    #[default]
    Best,
    /// The newest first.
    Newest,
    /// The oldest first.
    Oldest,
}

/// One document that matches.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hit {
    /// Its owner.
    pub owner: u64,
    /// Its place; see [`Document::place`].
    pub place: Option<u32>,
    /// Its time; see [`Document::at`].
    pub at: Option<i64>,
    /// How well it matches, with recency mixed in; comparable within one answer only.
    pub score: f32,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Found {
    /// The hits.
    pub hits: Vec<Hit>,
    /// All documents that match, whatever the limit. With [`Search::hits_only`] those that were looked at: there may be more.
    pub total: u64,
    /// For each facet asked for: its values and how many matching documents have each.
    pub counts: BTreeMap<usize, Vec<(String, u64)>>,
    /// A prefix, fuzzy word or regular expression stands for more words than were tried: there may be more hits.
    pub capped: bool,
}
