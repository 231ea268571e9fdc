//! Writing to an index.

use std::ops::{Bound, RangeBounds};
use std::path::Path;
use std::sync::Arc;

use tantivy::indexer::{IndexWriterOptions, UserOperation};
use tantivy::query::RangeQuery;
use tantivy::{IndexWriter, Term};

use crate::error::Error;
use crate::face::{Document, Effort, Layout, Mark};
use crate::merging::Merging;
use crate::open;
use crate::paper::{self, Paper, Room};
use crate::removal::OfOwners;
use crate::schema::Shape;

/// The one that writes to an index. There is one at a time, over all processes; it gives way when it is dropped or its
/// process dies, however it dies.
///
/// Nothing is to be seen before [`Writer::commit`], and after a crash everything is as the last commit left it.
///
/// Several threads may hand over documents at once, those of one owner from one thread.
pub struct Writer {
    shape: Arc<Shape>,
    writer: IndexWriter<Paper>,
    room: Room,
}

impl Writer {
    /// Opens the index in `folder` to write to it, or makes it: the folder 0700, its files 0600.
    ///
    /// # Errors
    /// [`Error::Held`] while there is another writer. [`Error::Outdated`] and [`Error::Damaged`]: the caller calls
    /// [`crate::Index::wipe`], opens it again and fills it.
    pub fn open(folder: &Path, layout: &Layout, effort: Effort) -> Result<Self, Error> {
        let shape = Arc::new(Shape::new(layout));
        let index = open::open_or_make(folder, &shape)?;
        let options = IndexWriterOptions::builder()
            .num_worker_threads(effort.threads.clamp(1, 8))
            .memory_budget_per_thread((effort.heap / effort.threads.max(1)).clamp(15_000_000, 1_000_000_000))
            .num_merge_threads(1)
            .build();
        let writer = index.writer_with_options(options)?;
        writer.set_merge_policy(Box::new(Merging::default()));
        // The lock is held now: what another writer did in between is seen here.
        open::check(writer.index(), &shape)?;
        Ok(Self { shape, writer, room: Room::default() })
    }

    /// Puts these documents in the place of all that the owner has. They are taken one by one.
    pub fn replace(&self, owner: u64, docs: impl IntoIterator<Item = Document>) -> Result<(), Error> {
        self.clear(&[owner])?;
        self.add(owner, docs)
    }

    /// Removes all documents of each of these owners. What is to be removed is looked for in every part of the index: the more
    /// owners at once, the better.
    pub fn clear(&self, owners: &[u64]) -> Result<(), Error> {
        if !owners.is_empty() {
            let query = OfOwners { field: self.shape.owner, owners: owners.into() };
            self.writer.delete_query(Box::new(query))?;
        }
        Ok(())
    }

    /// Adds documents of an owner of whom there are none.
    pub fn add(&self, owner: u64, docs: impl IntoIterator<Item = Document>) -> Result<(), Error> {
        let mut batch = Vec::new();
        let mut weight = 0;
        for document in docs {
            let bytes = paper::weight(&document);
            // What this thread has not handed over yet would keep it waiting for itself.
            if weight + bytes > 1 << 18 {
                self.writer.run(std::mem::take(&mut batch))?;
                weight = 0;
            }
            weight += bytes;
            let share = self.room.take(bytes);
            batch.push(UserOperation::Add(Paper::new(self.shape.clone(), owner, document, share)));
            // Handing over costs a lock; waiting for more costs memory.
            if batch.len() >= 64 {
                self.writer.run(std::mem::take(&mut batch))?;
                weight = 0;
            }
        }
        self.writer.run(batch)?;
        Ok(())
    }

    /// Removes all documents of these owners.
    pub fn remove(&self, owners: impl RangeBounds<u64>) -> Result<(), Error> {
        let bound = |bound: Bound<&u64>| match bound {
            Bound::Included(owner) => Bound::Included(Term::from_field_u64(self.shape.owner, *owner)),
            Bound::Excluded(owner) => Bound::Excluded(Term::from_field_u64(self.shape.owner, *owner)),
            Bound::Unbounded => Bound::Unbounded,
        };
        match (owners.start_bound(), owners.end_bound()) {
            (Bound::Unbounded, Bound::Unbounded) => {
                self.writer.delete_all_documents()?;
            }
            (Bound::Included(first), Bound::Included(last)) if first == last => self.clear(&[*first])?,
            (first, last) => {
                self.writer.delete_query(Box::new(RangeQuery::new(bound(first), bound(last))))?;
            }
        }
        Ok(())
    }

    /// Makes everything since the last commit lasting and visible, all at once, and keeps the mark with it.
    pub fn commit(&mut self, mark: &Mark) -> Result<(), Error> {
        let payload = open::payload(&self.shape, mark);
        let mut prepared = self.writer.prepare_commit()?;
        prepared.set_payload(&payload);
        prepared.commit()?;
        Ok(())
    }

    /// Forgets everything since the last commit.
    pub fn rollback(&mut self) -> Result<(), Error> {
        self.writer.rollback()?;
        Ok(())
    }

    /// What the last commit was marked with.
    pub fn mark(&self) -> Result<Option<Mark>, Error> {
        open::check(self.writer.index(), &self.shape)
    }

    /// Waits until what is being merged in the background is, and gives way to another writer.
    pub fn finish(self) -> Result<(), Error> {
        self.writer.wait_merging_threads()?;
        Ok(())
    }
}
