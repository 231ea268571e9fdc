//! Gathering the wholes of the documents that come, for the part of the index that they will be.

use std::any::Any;

use tantivy::directory::TerminatingWrite as _;
use tantivy::index::Segment;
use tantivy::indexer::DocIdMapping;
use tantivy::schema::Schema;
use tantivy::schema::document::ErasedDocument;
use tantivy::{DocId, PluginWriter, TantivyError};

use super::component;
use super::file::Writer;
use crate::paper::Paper;
use crate::token::Wholes;

/// What was gathered, in the order in which it came.
#[derive(Default)]
pub(super) struct Gatherer {
    wholes: Wholes,
    /// Behind its length each, two bytes.
    bytes: Vec<u8>,
    found: Vec<Found>,
}

/// A whole of a document.
#[derive(Debug, Clone, Copy)]
struct Found {
    /// Its first bytes as a number, by which most are put in order.
    begins: u64,
    /// Where it stands.
    at: u32,
    document: DocId,
}

impl Gatherer {
    pub(super) fn add(&mut self, document: DocId, texts: &[&str]) -> tantivy::Result<()> {
        let Self { wholes, bytes, found } = self;
        let mut full = false;
        wholes.each(texts, |whole| {
            let whole = &whole.as_bytes()[..whole.len().min(usize::from(u16::MAX))];
            let Ok(at) = u32::try_from(bytes.len()) else {
                full = true;
                return;
            };
            let mut begins = [0; 8];
            let taken = whole.len().min(begins.len());
            begins[..taken].copy_from_slice(&whole[..taken]);
            found.push(Found { begins: u64::from_be_bytes(begins), at, document });
            bytes.extend_from_slice(&(whole.len() as u16).to_le_bytes());
            bytes.extend_from_slice(whole);
        });
        // Never where memory is limited as it is: a part of the index is written long before.
        if full {
            Err(TantivyError::InvalidArgument("too many wholes for one part of an index".to_owned()))
        } else {
            Ok(())
        }
    }

    /// Writes all of it, in order.
    pub(super) fn write<W: std::io::Write>(mut self, mut file: Writer<W>) -> std::io::Result<W> {
        let bytes = &self.bytes;
        let whole = |found: &Found| {
            let start = found.at as usize + 2;
            let length = u16::from_le_bytes([bytes[start - 2], bytes[start - 1]]);
            &bytes[start..start + usize::from(length)]
        };
        self.found.sort_unstable_by(|a, b| {
            let order = a.begins.cmp(&b.begins).then_with(|| whole(a).cmp(whole(b)));
            order.then_with(|| a.document.cmp(&b.document))
        });
        for same in self.found.chunk_by(|a, b| a.begins == b.begins && whole(a) == whole(b)) {
            file.add(whole(&same[0]), same.iter().map(|found| found.document))?;
        }
        file.finish()
    }
}

impl PluginWriter for Gatherer {
    fn add_document(&mut self, number: DocId, document: &dyn ErasedDocument, _: &Schema) -> tantivy::Result<()> {
        match document.as_any().downcast_ref::<Paper>() {
            Some(paper) => self.add(number, &paper.texts()),
            None => Err(TantivyError::InvalidArgument("it is no document of ours".to_owned())),
        }
    }

    fn serialize(self: Box<Self>, segment: &Segment, order: Option<&DocIdMapping>) -> tantivy::Result<()> {
        if order.is_some() {
            return Err(TantivyError::InvalidArgument("documents stay in the order in which they came".to_owned()));
        }
        self.write(Writer::new(segment.open_write(component())?)?)?.terminate()?;
        Ok(())
    }

    fn mem_usage(&self) -> usize {
        self.bytes.capacity() + self.found.capacity() * size_of::<Found>()
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn as_any_mut(&mut self) -> &mut dyn Any {
        self
    }
}
