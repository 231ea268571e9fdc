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
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::{fmt, io};

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

/// The files of the parts of an index, each opened with the first question to it.
#[derive(Default)]
pub(crate) struct Files(Mutex<HashMap<SegmentId, Arc<File>>>);

impl Files {
    /// The documents of a part of the index that have a whole which begins so and which the automaton lets pass; those that were deleted
    /// too. `None`: no document has one.
    pub fn documents<A: Automaton>(
        &self,
        part: &SegmentReader,
        begins: &str,
        automaton: &A,
    ) -> io::Result<Option<BitSet>> {
        let mut found: Option<BitSet> = None;
        self.get(part)?.each(begins.as_bytes(), automaton, |document| {
            // What is damaged may name others.
            if document < part.max_doc() {
                found.get_or_insert_with(|| BitSet::with_max_value(part.max_doc())).insert(document);
            }
        })?;
        Ok(found)
    }

    fn get(&self, part: &SegmentReader) -> io::Result<Arc<File>> {
        if let Some(file) = self.opened().get(&part.segment_id()) {
            return Ok(file.clone());
        }
        // Not while others wait: two that open the same do no harm.
        let file = Arc::new(File::open(part)?);
        self.opened().insert(part.segment_id(), file.clone());
        Ok(file)
    }

    fn opened(&self) -> MutexGuard<'_, HashMap<SegmentId, Arc<File>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Forgets parts that are no more.
    pub fn keep(&self, parts: &[SegmentReader]) {
        self.opened().retain(|id, _| parts.iter().any(|part| part.segment_id() == *id));
    }
}

impl fmt::Debug for Files {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Files").field("opened", &self.opened().len()).finish()
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
