//! Wholes (`src/auth/index.ts`, `parse_auth_token`) and the documents that have them: what regular expressions and words with a slip
//! are compared with, beside the words.
//!
//! Nearly each whole is unlike all others. As words of tantivy's they would be most of its table of words, push the others out of the
//! processor's memory, and take as much time as all the rest; and nothing of what that table is good at is asked of them. So they are
//! a file of their own in each part of the index: gathered while documents come, sorted when the part is written ([`gather`]),
//! and gone through from the first to the last when somebody asks ([`file`]).
//!
//! What always holds: the file has every whole of every document of its part, and nothing else; what is damaged is an error and no
//! panic.

mod file;
mod gather;
mod merge;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::io;
use std::sync::Arc;

use tantivy::directory::error::OpenReadError;
use tantivy::index::{SegmentComponent, SegmentId};
use tantivy::{BitSet, PluginMergeContext, PluginWriter, PluginWriterContext, SegmentPlugin, SegmentReader};
use tantivy_fst::Automaton;

use file::File;
use gather::Gatherer;

/// How tantivy names the file.
const EXTENSION: &str = "wholes";

/// What has wholes kept with each part of an index.
pub(crate) fn plugin() -> Arc<dyn SegmentPlugin> {
    Arc::new(Plugin)
}

/// The files of the parts of an index: opened together with the parts, so that whoever looks at an index as it was can go on doing so
/// after they were done away with.
#[derive(Debug, Default)]
pub(crate) struct Files(HashMap<SegmentId, Arc<File>>);

impl Files {
    /// Those of these parts; what is among the `known` stays as it is.
    ///
    /// # Errors
    /// A part may have gone meanwhile, since another process put it together with others.
    pub fn open(parts: &[SegmentReader], known: &Files) -> Result<Self, OpenReadError> {
        let open = |part: &SegmentReader| {
            let id = part.segment_id();
            let file = known.0.get(&id).cloned();
            Ok((id, file.map_or_else(|| File::open(part).map(Arc::new), Ok)?))
        };
        parts.iter().map(open).collect::<Result<_, _>>().map(Self)
    }

    /// The documents of a part of the index that have a whole which begins so and which the automaton lets pass; those that were deleted
    /// too. `None`: no document has one.
    pub fn documents<A: Automaton>(
        &self,
        part: &SegmentReader,
        begins: &str,
        automaton: &A,
    ) -> io::Result<Option<BitSet>> {
        let mut found: Option<BitSet> = None;
        let Some(file) = self.0.get(&part.segment_id()) else { return Ok(None) };
        file.each(begins.as_bytes(), automaton, |document| {
            // What is damaged may name others.
            if document < part.max_doc() {
                found.get_or_insert_with(|| BitSet::with_max_value(part.max_doc())).insert(document);
            }
        })?;
        Ok(found)
    }
}

struct Plugin;

impl SegmentPlugin for Plugin {
    fn extensions(&self) -> &[&str] {
        &[EXTENSION]
    }

    fn create_writer(&self, _: &PluginWriterContext<'_>) -> tantivy::Result<Box<dyn PluginWriter>> {
        Ok(Box::new(Gatherer::default()))
    }

    fn merge(&self, context: PluginMergeContext<'_>) -> tantivy::Result<()> {
        merge::merge(context.readers, context.doc_id_mapping, context.target_segment)
    }
}

fn component() -> SegmentComponent {
    SegmentComponent::Custom(EXTENSION.to_owned())
}
