//! Counting the values of facets: by their numbers in a segment, which become text once a segment.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tantivy::columnar::{Column, StrColumn};
use tantivy::index::SegmentId;
use tantivy::{DocId, SegmentReader};

use crate::error::Error;
use crate::schema::facet_name;
use crate::snapshot::Snapshot;
use crate::token::folded_value;

/// Facets with more values than this in a segment are not kept in memory.
const KEPT: usize = 4096;

/// The texts of facets' values, for segments that were counted before: reading them anew takes longer than counting.
#[derive(Debug, Default)]
pub(crate) struct Values(Mutex<Texts>);

/// By segment and facet: the text of each number.
type Texts = HashMap<(SegmentId, usize), Arc<[String]>>;

impl Values {
    fn get(&self, segment: SegmentId, facet: usize, column: &StrColumn) -> Result<Arc<[String]>, Error> {
        if let Some(values) = self.texts().get(&(segment, facet)) {
            return Ok(values.clone());
        }
        // Not while others wait: two that read the same do no harm.
        let mut values = Vec::with_capacity(column.num_terms());
        let mut stream = column.dictionary().stream().map_err(Error::io("search index"))?;
        while stream.advance() {
            values.push(String::from_utf8_lossy(stream.key()).into_owned());
        }
        let values: Arc<[String]> = values.into();
        if values.len() <= KEPT {
            self.texts().insert((segment, facet), values.clone());
        }
        Ok(values)
    }

    fn texts(&self) -> MutexGuard<'_, Texts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Forgets segments that are no more.
    pub fn keep(&self, segments: &[SegmentReader]) {
        self.texts().retain(|(id, _), _| segments.iter().any(|segment| segment.segment_id() == *id));
    }
}

/// Counts of the facets asked for.
pub(super) struct Counts {
    facets: Vec<Facet>,
}

struct Facet {
    number: usize,
    current: Option<Current>,
    sums: HashMap<Box<str>, u64>,
}

/// The segment that is being gone through.
struct Current {
    ords: Column<u64>,
    counts: Vec<u64>,
    values: Arc<[String]>,
    rows: Vec<u32>,
    docs: Vec<u32>,
    found: Vec<u64>,
}

impl Counts {
    pub fn new(facets: &[usize]) -> Self {
        let facets = facets.iter().map(|number| Facet { number: *number, current: None, sums: HashMap::new() });
        Self { facets: facets.collect() }
    }

    pub fn is_empty(&self) -> bool {
        self.facets.is_empty()
    }

    pub fn enter(&mut self, index: &Snapshot, segment: &SegmentReader) -> Result<(), Error> {
        for facet in &mut self.facets {
            facet.current = None;
            if facet.number >= index.shape.facets.len() {
                continue;
            }
            if let Some(column) = segment.fast_fields().str(&facet_name(facet.number))? {
                let values = index.shape.values.get(segment.segment_id(), facet.number, &column)?;
                facet.current = Some(Current {
                    ords: column.ords().clone(),
                    counts: vec![0; values.len()],
                    values,
                    rows: Vec::new(),
                    docs: Vec::new(),
                    found: Vec::new(),
                });
            }
        }
        Ok(())
    }

    pub fn add(&mut self, docs: &[DocId]) {
        for current in self.facets.iter_mut().filter_map(|facet| facet.current.as_mut()) {
            current.add(docs);
        }
    }

    pub fn leave(&mut self) -> Result<(), Error> {
        for facet in &mut self.facets {
            let Some(current) = facet.current.take() else { continue };
            for (value, count) in current.values.iter().zip(current.counts).filter(|(_, count)| *count > 0) {
                match facet.sums.get_mut(value.as_str()) {
                    Some(sum) => *sum += count,
                    None => {
                        facet.sums.insert(value.as_str().into(), count);
                    }
                }
            }
        }
        Ok(())
    }

    /// Both as one; in neither a segment is being gone through.
    pub fn join(&mut self, other: Self) {
        for (facet, other) in self.facets.iter_mut().zip(other.facets) {
            for (value, count) in other.sums {
                *facet.sums.entry(value).or_default() += count;
            }
        }
    }

    /// Values that differ only in case are one, under the spelling that most have; the most frequent come first.
    pub fn finish(self) -> BTreeMap<usize, Vec<(String, u64)>> {
        self.facets.into_iter().map(|facet| (facet.number, joined(facet.sums))).collect()
    }
}

impl Current {
    fn add(&mut self, docs: &[DocId]) {
        self.rows.clear();
        self.docs.clear();
        self.ords.row_ids_for_docs(docs, &mut self.docs, &mut self.rows);
        // Only ever longer: what stood there is overwritten.
        if self.found.len() < self.rows.len() {
            self.found.resize(self.rows.len(), 0);
        }
        let found = &mut self.found[..self.rows.len()];
        self.ords.values.get_vals(&self.rows, found);
        for ord in found {
            if let Some(count) = self.counts.get_mut(*ord as usize) {
                *count += 1;
            }
        }
    }
}

fn joined(sums: HashMap<Box<str>, u64>) -> Vec<(String, u64)> {
    let mut spellings: Vec<(Box<str>, u64)> = sums.into_iter().collect();
    spellings.sort_unstable_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let mut places: HashMap<String, usize> = HashMap::with_capacity(spellings.len());
    let mut values: Vec<(String, u64)> = Vec::with_capacity(spellings.len());
    for (value, count) in spellings {
        let place = *places.entry(folded_value(&value)).or_insert(values.len());
        match values.get_mut(place) {
            Some((_, sum)) => *sum += count,
            None => values.push((value.into(), count)),
        }
    }
    values.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    values
}
