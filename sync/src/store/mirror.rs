//! The handle everybody holds.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use jiff::Timestamp;
use rusqlite::Connection;
use tokio::sync::{Semaphore, mpsc, oneshot, watch};
use xxhash_rust::xxh3::xxh3_64;

use super::apply::Job;
use super::content::keep::Fetched;
use super::content::pack::Packs;
use super::frames::Dicts;
use super::over::Kept;
use super::writer::{Answer, Ask, GROUP_ROWS, Waiting, Writer};
use super::{
    Access, Applied, Batch, ContentLimits, KeptContent, ListSpec, NewContent, Reader, StoreError, TrimmedContent, file,
};
use crate::model::{ContentPolicy, DueContent, ListId, ToldBudget};

/// Rows that may be on their way to the disk: what is being written, and as much again behind it.
const ROOM: usize = 2 * GROUP_ROWS;

/// Read connections kept for later; more are opened while more are in use.
const POOL: usize = 4;

/// The mirror: a cheap handle, shared by clones. The file is closed, and the writer joined, with the last of them.
#[derive(Debug, Clone)]
pub struct Mirror {
    shared: Arc<Shared>,
    writer: Option<Arc<WriterHandle>>,
}

/// What handles and readers share.
#[derive(Debug)]
pub(super) struct Shared {
    path: PathBuf,
    pub(super) dicts: Arc<Dicts>,
    packs: Arc<Packs>,
    pool: Mutex<Vec<Lent>>,
    commits: watch::Sender<u64>,
}

/// A read connection, and what was last found on it.
#[derive(Debug)]
pub(super) struct Lent {
    pub conn: Connection,
    pub kept: Option<Kept>,
}

impl Shared {
    /// A read connection of its own, outside the pool; the flag says that it shows an empty mirror for want of a file.
    pub(super) fn connect(&self) -> Result<(Connection, bool), StoreError> {
        file::open_reader(&self.path, &self.dicts)
    }

    /// Takes a connection back.
    pub(super) fn give_back(&self, lent: Lent) {
        let mut pool = self.pool.lock().unwrap_or_else(PoisonError::into_inner);
        if pool.len() < POOL {
            pool.push(lent);
        }
    }
}

#[derive(Debug)]
struct WriterHandle {
    asks: Option<mpsc::UnboundedSender<Ask>>,
    room: Arc<Semaphore>,
    thread: Option<JoinHandle<()>>,
}

impl Drop for WriterHandle {
    fn drop(&mut self) {
        // Closing the channel is what ends the thread.
        self.asks = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// A batch on its way to the disk.
#[derive(Debug)]
pub struct Pending {
    answer: oneshot::Receiver<Result<Applied, StoreError>>,
}

impl Pending {
    /// Waits for the commit.
    pub async fn committed(self) -> Result<Applied, StoreError> {
        self.answer.await.map_err(|_| StoreError::Stopped)?
    }
}

impl Mirror {
    /// Schema of the files this program makes: an older file is brought up to it when it is opened to write.
    pub const SCHEMA: i64 = super::file::VERSION;

    /// Opens the mirror at `path` (file 0600, missing parent folders 0700).
    pub fn open(path: &Path, access: Access) -> Result<Self, StoreError> {
        let dicts = Arc::new(Dicts::new(path.to_owned()));
        let packs = Arc::<Packs>::default();
        let commits = watch::Sender::new(0);
        let shared = Shared {
            path: path.to_owned(),
            dicts: dicts.clone(),
            packs: packs.clone(),
            pool: Mutex::default(),
            commits: commits.clone(),
        };
        let writer = match access {
            Access::ReadWrite => {
                let writer = Writer::open(&shared.path, dicts, packs, commits)?;
                let (asks, asked) = mpsc::unbounded_channel();
                let thread = thread::Builder::new()
                    .name("mirror-writer".to_owned())
                    .spawn(move || writer.run(asked))
                    .map_err(|source| StoreError::Open { path: path.to_owned(), source })?;
                let room = Arc::new(Semaphore::new(ROOM));
                Some(Arc::new(WriterHandle { asks: Some(asks), room, thread: Some(thread) }))
            }
            Access::ReadOnly => {
                // Says now, not at the first question, that the file cannot be read.
                let (conn, empty) = shared.connect()?;
                if !empty {
                    shared.give_back(Lent { conn, kept: None });
                }
                None
            }
        };
        Ok(Self { shared: Arc::new(shared), writer })
    }

    /// A read connection from the pool; given back when dropped. Blocking: call it off the async threads.
    pub fn reader(&self) -> Result<Reader, StoreError> {
        let pooled = self.shared.pool.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let (lent, empty) = match pooled {
            Some(lent) => (lent, false),
            None => {
                let (conn, empty) = self.shared.connect()?;
                (Lent { conn, kept: None }, empty)
            }
        };
        Ok(Reader::new(lent, empty, self.shared.clone()))
    }

    /// Makes lists known and returns their numbers, in order. Known ones keep theirs.
    pub async fn register(&self, lists: Vec<ListSpec>) -> Result<Vec<ListId>, StoreError> {
        self.ask(|answer| Ask::Register { lists, answer }).await
    }

    /// Hands a batch to the writer: waits while too many are on their way, then returns at once. The [`Pending`] resolves
    /// when it is committed. Batches of one list are applied in the order in which they were handed over. This is what lets
    /// the network run ahead of the disk; dropping the [`Pending`] does not take the batch back.
    pub async fn submit(&self, list: ListId, batch: Batch, at: Timestamp) -> Result<Pending, StoreError> {
        let writer = self.writer.as_ref().ok_or(StoreError::ReadOnly)?;
        let rows = (batch.rows.len() + batch.gone.len()).clamp(1, ROOM);
        let rows = u32::try_from(rows).unwrap_or(u32::MAX);
        let room = writer.room.clone().acquire_many_owned(rows).await.map_err(|_| StoreError::Stopped)?;
        let (answer, pending) = oneshot::channel();
        let job = Job { list: list.0, batch, at };
        writer.send(Ask::Apply(Box::new(Waiting { job, answer, room })))?;
        Ok(Pending { answer: pending })
    }

    /// [`Mirror::submit`], and waits for the commit.
    pub async fn apply(&self, list: ListId, batch: Batch, at: Timestamp) -> Result<Applied, StoreError> {
        self.submit(list, batch, at).await?.committed().await
    }

    /// Forgets every record, state and problem of a connection.
    pub async fn forget(&self, connection: &str) -> Result<(), StoreError> {
        let connection = connection.to_owned();
        self.ask(|answer| Ask::Forget { connection, answer }).await
    }

    /// Keeps what a connection told of its rate budget, in place of what it told before.
    pub async fn keep_budget(&self, told: ToldBudget) -> Result<(), StoreError> {
        self.ask(|answer| Ask::KeepBudget { told, answer }).await
    }

    /// Finds out which contents are due by `policy`: looks at every record that was touched since the last time. Contents that
    /// were dropped are wanted again where much less than `budget` bytes are held. To be called before
    /// [`Reader::due_content`], and once more after the last [`Mirror::keep_content`], so that totals are as they should be.
    pub async fn plan_content(&self, policy: ContentPolicy, budget: u64, now: Timestamp) -> Result<(), StoreError> {
        self.ask(|answer| Ask::PlanContent { policy, budget, now, answer }).await
    }

    /// Forgets why contents of these lists are not asked for: that they failed a short time ago, or that the platform had none.
    /// To be called before [`Mirror::plan_content`].
    pub async fn ask_contents_again(&self, lists: Vec<ListId>) -> Result<(), StoreError> {
        self.ask(|answer| Ask::WantContentsAgain { lists, answer }).await
    }

    /// Keeps what came of asking for a content, its change-feed entry in the same commit; the same messages again cost neither.
    /// Packs them off the async threads. Returns when it is committed; `None` when the record is not there any longer.
    pub async fn keep_content(
        &self,
        due: DueContent,
        got: NewContent,
        at: Timestamp,
    ) -> Result<Option<KeptContent>, StoreError> {
        let packs = self.shared.packs.clone();
        let list = due.list.0;
        let pack = move || {
            let (frame, digest) = match &got {
                NewContent::Messages { messages, .. } => (packs.pack(list, messages)?, xxh3_64(messages.as_bytes())),
                _ => (Vec::new(), 0),
            };
            Ok::<_, std::io::Error>(Box::new(Fetched { due, got, frame, digest, at }))
        };
        let packed = tokio::task::spawn_blocking(pack).await.map_err(|_| StoreError::Stopped)?;
        let fetched = packed.map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))?;
        self.ask(|answer| Ask::KeepContent { fetched, answer }).await
    }

    /// Drops contents of gone records that were kept long enough and then, where more is held than may be, the oldest others.
    pub async fn trim_content(&self, limits: ContentLimits, now: Timestamp) -> Result<TrimmedContent, StoreError> {
        self.ask(|answer| Ask::TrimContent { limits, now, answer }).await
    }

    /// Ends a first sync: builds what is cheaper to build at once than row by row (indexes), and writes the log into
    /// the file. Does nothing when there is nothing to do.
    pub async fn settle(&self) -> Result<(), StoreError> {
        self.ask(|answer| Ask::Settle { answer }).await
    }

    /// Changes with every commit that touched a record, a state or a problem, in this process.
    pub fn commits(&self) -> watch::Receiver<u64> {
        self.shared.commits.subscribe()
    }

    /// Makes the writer thread panic.
    #[cfg(test)]
    pub(super) fn break_writer(&self) {
        if let Some(writer) = &self.writer {
            let _ = writer.send(Ask::Break);
        }
    }

    async fn ask<T>(&self, ask: impl FnOnce(Answer<T>) -> Ask) -> Result<T, StoreError> {
        let writer = self.writer.as_ref().ok_or(StoreError::ReadOnly)?;
        let (answer, pending) = oneshot::channel();
        writer.send(ask(answer))?;
        pending.await.map_err(|_| StoreError::Stopped)?
    }
}

impl WriterHandle {
    fn send(&self, ask: Ask) -> Result<(), StoreError> {
        let asks = self.asks.as_ref().ok_or(StoreError::Stopped)?;
        asks.send(ask).map_err(|_| StoreError::Stopped)
    }
}
