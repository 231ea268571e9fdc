//! Making one file of those of several parts.

use std::io;

use tantivy::directory::TerminatingWrite as _;
use tantivy::index::Segment;
use tantivy::indexer::doc_id_mapping::{MappingType, SegmentDocIdMapping};
use tantivy::{DocId, SegmentReader, TantivyError};

use super::component;
use super::file::{Cursor, File, Writer};

/// Writes the wholes of all documents of the parts that were not deleted. Those of one part follow those of the part before, in
/// their order.
pub(super) fn merge(parts: &[SegmentReader], order: &SegmentDocIdMapping, into: &Segment) -> tantivy::Result<()> {
    if order.mapping_type() == MappingType::Shuffled {
        return Err(TantivyError::InvalidArgument("documents stay in the order in which they came".to_owned()));
    }
    let mut sources = Vec::with_capacity(parts.len());
    let mut first = 0;
    for part in parts {
        let source = Source { cursor: Cursor::new(File::open(part)?)?, numbers: Numbers::of(part, first) };
        first += part.num_docs();
        sources.push(source);
    }
    merged(sources, Writer::new(into.open_write(component())?)?)?.terminate()?;
    Ok(())
}

struct Source {
    cursor: Cursor,
    numbers: Numbers,
}

/// What the documents of a part are called in the new one.
enum Numbers {
    /// All of them are kept: so many, behind so many others.
    All { documents: DocId, first: DocId },
    /// The new number of each that is kept.
    Each(Vec<Option<DocId>>),
}

impl Numbers {
    fn of(part: &SegmentReader, first: DocId) -> Self {
        let Some(alive) = part.alive_bitset() else { return Self::All { documents: part.max_doc(), first } };
        let mut next = first..;
        let number = |document| if alive.is_alive(document) { next.next() } else { None };
        Self::Each((0..part.max_doc()).map(number).collect())
    }

    fn get(&self, document: DocId) -> Option<DocId> {
        match self {
            Self::All { documents, first } => (document < *documents).then(|| first + document),
            Self::Each(numbers) => *numbers.get(document as usize)?,
        }
    }
}

fn merged<W: io::Write>(mut sources: Vec<Source>, mut file: Writer<W>) -> io::Result<W> {
    let mut left = Vec::with_capacity(sources.len());
    for source in &mut sources {
        left.push(source.cursor.advance()?);
    }
    let mut documents = Vec::new();
    loop {
        let standing = sources.iter().zip(&left).filter(|(_, left)| **left).map(|(source, _)| &source.cursor.whole);
        let Some(whole) = standing.min().cloned() else { return file.finish() };
        documents.clear();
        for (source, left) in
            sources.iter_mut().zip(&mut left).filter(|(source, left)| **left && source.cursor.whole == whole)
        {
            documents.extend(source.cursor.documents.iter().filter_map(|document| source.numbers.get(*document)));
            *left = source.cursor.advance()?;
        }
        if !documents.is_empty() {
            file.add(&whole, documents.iter().copied())?;
        }
    }
}
