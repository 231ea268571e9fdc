//! What a pull does to the mirror: hands batches over without waiting for the disk, and asks questions off the async threads.

use std::collections::VecDeque;

use jiff::Timestamp;

use super::seen::Seen;
use crate::model::ListId;
use crate::store::{Applied, Batch, Mirror, Pending, Reader, StoreError};

/// Batches handed to the mirror and not yet known to be committed.
const ON_THEIR_WAY: usize = 24;

/// What was done to the mirror so far, and what is on its way there.
#[derive(Debug)]
pub struct Hands<'a> {
    pub mirror: &'a Mirror,
    pub list: ListId,
    pub now: fn() -> Timestamp,
    pub done: Applied,
    pending: VecDeque<Pending>,
    /// Rows handed over, where each is to be so once only.
    given: Option<Seen>,
}

impl<'a> Hands<'a> {
    pub fn new(mirror: &'a Mirror, list: ListId, now: fn() -> Timestamp) -> Self {
        Self { mirror, list, now, done: Applied::default(), pending: VecDeque::new(), given: None }
    }

    /// From now on a row that was handed over before, and is as it was then, is left out: of a server that shows one list for all
    /// values of a partition each piece would else move all rows to itself.
    pub fn once_each(&mut self) {
        self.given = Some(Seen::default());
    }

    /// Hands a batch over; waits only when too much is on its way.
    pub async fn give(&mut self, mut batch: Batch) -> Result<(), StoreError> {
        if let Some(given) = &mut self.given {
            batch.rows.retain(|row| given.insert(Seen::key(&row.id).rotate_left(1) ^ row.hash));
        }
        let pending = self.mirror.submit(self.list, batch, (self.now)()).await?;
        self.pending.push_back(pending);
        while self.pending.len() > ON_THEIR_WAY {
            self.commit_one().await?;
        }
        Ok(())
    }

    /// Waits until everything handed over is committed.
    pub async fn settle(&mut self) -> Result<(), StoreError> {
        while !self.pending.is_empty() {
            self.commit_one().await?;
        }
        Ok(())
    }

    async fn commit_one(&mut self) -> Result<(), StoreError> {
        let Some(pending) = self.pending.pop_front() else { return Ok(()) };
        let applied = pending.committed().await?;
        self.done.add(applied);
        Ok(())
    }

    /// Asks the mirror something, off the async threads.
    pub async fn read<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Reader) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let mirror = self.mirror.clone();
        let answer = tokio::task::spawn_blocking(move || question(&mirror.reader()?)).await;
        answer.unwrap_or(Err(StoreError::Stopped))
    }
}
