//! Which parts of the index become one.
//!
//! Commits come about once a second and are small: few parts are what keeps a query fast, and merging only what is small, or has
//! been deleted from, is what keeps a commit cheap. Parts that are merged are mapped into memory, so that what is large already
//! is left as it is: memory does not grow with the index.

use tantivy::SegmentMeta;
use tantivy::indexer::{LogMergePolicy, MergeCandidate, MergePolicy};

/// A part with more documents than this is merged with no other.
const LARGE: usize = 40_000;

/// When so much of a part is deleted, it is written anew without that.
const DELETED: f32 = 0.3;

/// Small parts with small ones; large ones by themselves, for the room they waste.
#[derive(Debug)]
pub(crate) struct Merging(LogMergePolicy);

impl Default for Merging {
    fn default() -> Self {
        let mut policy = LogMergePolicy::default();
        policy.set_min_num_segments(6);
        policy.set_min_layer_size(2_000);
        policy.set_max_docs_before_merge(LARGE);
        policy.set_del_docs_ratio_before_merge(DELETED);
        Self(policy)
    }
}

impl MergePolicy for Merging {
    fn compute_merge_candidates(&self, segments: &[SegmentMeta]) -> Vec<MergeCandidate> {
        let mut merges = self.0.compute_merge_candidates(segments);
        let wasteful = segments.iter().filter(|segment| is_wasteful(segment.num_docs(), segment.num_deleted_docs()));
        merges.extend(wasteful.map(|segment| MergeCandidate(vec![segment.id()])));
        merges
    }
}

/// Is it too large to be merged with others, and are too many of its documents deleted?
fn is_wasteful(alive: u32, deleted: u32) -> bool {
    let all = f64::from(alive) + f64::from(deleted);
    alive as usize > LARGE && f64::from(deleted) > all * f64::from(DELETED)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_large_part_is_written_anew_only_for_what_was_deleted_from_it() {
        assert!(is_wasteful(50_000, 30_000));
        assert!(!is_wasteful(50_000, 10_000) && !is_wasteful(50_000, 0));
        assert!(!is_wasteful(LARGE as u32, 1_000_000), "small ones are merged with others");
    }
}
