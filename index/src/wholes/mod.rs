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

use std::io;
use std::sync::Arc;

use tantivy::index::SegmentComponent;
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

/// The documents of a part of the index that have a whole which begins so and which the automaton lets pass; those that were deleted
/// too. `None`: no document has one.
pub(crate) fn documents<A: Automaton>(
    segment: &SegmentReader,
    begins: &str,
    automaton: &A,
) -> io::Result<Option<BitSet>> {
    let mut found: Option<BitSet> = None;
    File::open(segment)?.each(begins.as_bytes(), automaton, |document| {
        // What is damaged may name others.
        if document < segment.max_doc() {
            found.get_or_insert_with(|| BitSet::with_max_value(segment.max_doc())).insert(document);
        }
    })?;
    Ok(found)
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
