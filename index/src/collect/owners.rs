//! All owners that a question finds, in no order: for lists, which have an order of their own.

use tantivy::query::EnableScoring;

use super::each_block;
use crate::compile::compile;
use crate::error::Error;
use crate::face::Search;
use crate::owners::Owners;
use crate::snapshot::Snapshot;

/// The owners of all documents that match, and whether some word stood for more than were tried. `own`: only by their own
/// documents, those without a place.
pub(crate) fn owners(index: &Snapshot, search: &Search<'_>, own: bool) -> Result<(Owners, bool), Error> {
    let plan = compile(index, search, &[])?;
    let weight = plan.query.weight(EnableScoring::disabled_from_searcher(&index.searcher))?;
    let mut found = Owners::default();
    let (mut numbers, mut places) = (Vec::new(), Vec::new());
    for segment in index.searcher.segment_readers() {
        let fast = segment.fast_fields();
        let owner = fast.column_first_or_default::<u64>("owner")?;
        let place = fast.column_first_or_default::<u64>("place")?;
        each_block(segment, weight.as_ref(), |docs| {
            numbers.resize(docs.len(), 0);
            owner.get_vals(docs, &mut numbers);
            if own {
                places.resize(docs.len(), 0);
                place.get_vals(docs, &mut places);
            }
            for (at, number) in numbers.iter().enumerate() {
                if !own || places.get(at) == Some(&0) {
                    found.insert(*number);
                }
            }
        })?;
    }
    Ok((found, plan.capped))
}
