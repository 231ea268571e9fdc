//! What the index holds, owner by owner, to be compared with what it ought to hold.

use std::collections::BTreeMap;

use tantivy::schema::IndexRecordOption;
use tantivy::{DocSet, SegmentReader, TERMINATED, Term};

use crate::error::Error;
use crate::snapshot::Snapshot;

/// The next owners from `from` on, at most `limit`, and how many documents each has. Memory is that of `limit` owners a segment.
pub(crate) fn owners(index: &Snapshot, from: u64, limit: usize) -> Result<Vec<(u64, u64)>, Error> {
    let mut from = from;
    let mut owners = Vec::new();
    loop {
        let mut found = BTreeMap::new();
        // Up to here every segment has told of all its owners.
        let mut complete = u64::MAX;
        for segment in index.searcher.segment_readers() {
            complete = complete.min(of_segment(index, segment, from, limit, &mut found)?);
        }
        // Those of whom everything has been deleted are no owners, and a stretch of nothing else is no end.
        let told = found.into_iter().filter(|(owner, documents)| *owner <= complete && *documents > 0);
        owners.extend(told);
        owners.truncate(limit);
        if owners.len() == limit || complete == u64::MAX {
            return Ok(owners);
        }
        from = complete + 1;
    }
}

/// Adds the segment's owners; answers the last that it has told of, or the greatest number when it has no more.
fn of_segment(
    index: &Snapshot,
    segment: &SegmentReader,
    from: u64,
    limit: usize,
    found: &mut BTreeMap<u64, u64>,
) -> Result<u64, Error> {
    let field = index.shape.owner;
    let inverted = segment.inverted_index(field)?;
    let first = Term::from_field_u64(field, from);
    let range = inverted.terms().range().ge(first.serialized_value_bytes());
    let mut stream = range.into_stream().map_err(Error::io("search index"))?;
    let mut told = 0;
    while stream.advance() {
        let Ok(bytes) = <[u8; 8]>::try_from(stream.key()) else { continue };
        let owner = u64::from_be_bytes(bytes);
        let documents = match segment.alive_bitset() {
            None => u64::from(stream.value().doc_freq),
            Some(alive) => {
                let mut postings = inverted
                    .read_postings_from_terminfo(stream.value(), IndexRecordOption::Basic)
                    .map_err(Error::io("search index"))?;
                let mut count = 0;
                while postings.doc() != TERMINATED {
                    count += u64::from(alive.is_alive(postings.doc()));
                    postings.advance();
                }
                count
            }
        };
        *found.entry(owner).or_default() += documents;
        told += 1;
        if told >= limit {
            return Ok(owner);
        }
    }
    Ok(u64::MAX)
}
