//! The one writer thread of a process: everything that has arrived while the last commit was under way goes into one
//! transaction, with one sync of the disk.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

use rusqlite::{Connection, ErrorCode};
use tokio::sync::watch;

use super::aside::Lock;
use super::file::{self, Identity};
use super::ledger::Ledger;
use crate::model::By;
use crate::outbox::OutboxError;

/// Jobs of one transaction: bounds the time for which other processes wait.
const GROUP: usize = 1024;

/// How long other processes may keep the file to themselves before somebody is told.
const PATIENCE: Duration = Duration::from_secs(60);

/// What a job works with: inside a transaction.
pub(super) struct Desk<'a> {
    /// The connection.
    pub conn: &'a Connection,
    /// The end of the audit log.
    pub ledger: &'a mut Ledger,
    /// Who runs this process.
    pub me: &'a By,
}

/// Something to be written. A job that fails leaves nothing behind, and does not touch the others of its group.
pub(super) trait Job: Send {
    /// Does it, inside the transaction.
    fn run(&mut self, desk: &mut Desk<'_>) -> Result<(), Failed>;

    /// Answers, after the commit; `Some` when that failed.
    fn answer(self: Box<Self>, lost: Option<OutboxError>);
}

/// The job keeps its error, of which this is a copy, and its work must be rolled back.
pub(super) struct Failed(OutboxError);

/// A job made of a function and of who wants to hear.
pub(super) struct Task<W, T> {
    work: Option<W>,
    result: Option<Result<T, OutboxError>>,
    hear: Box<dyn FnOnce(Result<T, OutboxError>) + Send>,
}

impl<W, T> Task<W, T>
where
    W: FnOnce(&mut Desk<'_>) -> Result<T, OutboxError> + Send,
    T: Send,
{
    pub(super) fn new(work: W, hear: impl FnOnce(Result<T, OutboxError>) + Send + 'static) -> Self {
        Self { work: Some(work), result: None, hear: Box::new(hear) }
    }
}

impl<W, T> Job for Task<W, T>
where
    W: FnOnce(&mut Desk<'_>) -> Result<T, OutboxError> + Send,
    T: Send,
{
    fn run(&mut self, desk: &mut Desk<'_>) -> Result<(), Failed> {
        let Some(work) = self.work.take() else { return Ok(()) };
        let result = work(desk);
        let failed = result.as_ref().err().map(again);
        self.result = Some(result);
        failed.map_or(Ok(()), |error| Err(Failed(error)))
    }

    fn answer(self: Box<Self>, lost: Option<OutboxError>) {
        let result = match (self.result, lost) {
            // Its own error tells more than that of the group.
            (Some(Err(error)), _) | (_, Some(error)) => Err(error),
            (Some(result), None) => result,
            (None, None) => Err(OutboxError::Stopped),
        };
        (self.hear)(result);
    }
}

/// The thread's own things.
#[derive(Debug)]
pub(super) struct Writer {
    conn: Connection,
    // After the connection: whoever gets the lock finds the file closed.
    lock: Arc<Lock>,
    path: PathBuf,
    file: Option<Identity>,
    me: By,
    commits: watch::Sender<u64>,
}

impl Writer {
    pub(super) fn new(conn: Connection, lock: Arc<Lock>, path: &Path, me: By, commits: watch::Sender<u64>) -> Self {
        Self { conn, lock, path: path.to_owned(), file: file::identity(path), me, commits }
    }

    /// Serves until every handle is gone. What was handed over by then is still written.
    pub(super) fn run(mut self, jobs: &mpsc::Receiver<Box<dyn Job>>) {
        while let Ok(first) = jobs.recv() {
            let mut group = vec![first];
            group.extend(jobs.try_iter().take(GROUP - 1));
            self.group(group);
        }
    }

    fn group(&mut self, mut group: Vec<Box<dyn Job>>) {
        let done = self.transaction(&mut group);
        if done.is_err() && !self.conn.is_autocommit() {
            let _ = self.conn.execute_batch("ROLLBACK");
        }
        if let Ok(true) = done {
            self.commits.send_modify(|commits| *commits += 1);
        }
        if let Err(OutboxError::Sqlite(error)) = &done
            && error.sqlite_error_code() == Some(ErrorCode::DatabaseCorrupt)
        {
            self.lock.doubt();
        }
        for job in group {
            job.answer(done.as_ref().err().map(again));
        }
    }

    /// `true`: something was written.
    fn transaction(&mut self, group: &mut [Box<dyn Job>]) -> Result<bool, OutboxError> {
        self.begin()?;
        if file::identity(&self.path) != self.file {
            // What is written now would be gone with the last process that has the old file open.
            let source = io::Error::other("the file was moved or deleted while it was in use: start qd again");
            return Err(OutboxError::Open { path: self.path.clone(), source });
        }
        let mut ledger = Ledger::read(&self.conn)?;
        let mut wrote = false;
        for job in group {
            let (kept, before) = (ledger.clone(), self.conn.total_changes());
            self.conn.execute_batch("SAVEPOINT job")?;
            let mut desk = Desk { conn: &self.conn, ledger: &mut ledger, me: &self.me };
            if let Err(Failed(error)) = job.run(&mut desk) {
                // A full disk, for one, may have ended the whole transaction, and with it the group.
                if self.conn.is_autocommit() {
                    return Err(error);
                }
                self.conn.execute_batch("ROLLBACK TO job")?;
                ledger = kept;
            } else {
                // What is rolled back counts as changed too.
                wrote |= self.conn.total_changes() != before;
            }
            self.conn.execute_batch("RELEASE job")?;
        }
        self.conn.execute_batch("COMMIT")?;
        Ok(wrote)
    }

    /// Takes the file for writing, however many processes want it at the same time.
    fn begin(&self) -> Result<(), OutboxError> {
        let since = Instant::now();
        loop {
            match self.conn.execute_batch("BEGIN IMMEDIATE") {
                Ok(()) => return Ok(()),
                Err(error) if is_busy(&error) && since.elapsed() < PATIENCE => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
}

fn is_busy(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked))
}

/// The error of a group, for each of its jobs.
fn again(error: &OutboxError) -> OutboxError {
    match error {
        OutboxError::Sqlite(rusqlite::Error::SqliteFailure(code, message)) => {
            OutboxError::Sqlite(rusqlite::Error::SqliteFailure(*code, message.clone()))
        }
        OutboxError::Sqlite(other) => {
            OutboxError::Sqlite(rusqlite::Error::ToSqlConversionFailure(other.to_string().into()))
        }
        OutboxError::Open { path, source } => {
            OutboxError::Open { path: path.clone(), source: io::Error::other(source.to_string()) }
        }
        _ => OutboxError::Stopped,
    }
}

/// Where jobs are handed over. The thread ends, and is joined, with the last handle.
#[derive(Debug)]
pub(super) struct Hand {
    jobs: Option<mpsc::Sender<Box<dyn Job>>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Hand {
    pub(super) fn start(writer: Writer) -> io::Result<Arc<Self>> {
        let (jobs, waiting) = mpsc::channel();
        let thread =
            std::thread::Builder::new().name("outbox-writer".to_owned()).spawn(move || writer.run(&waiting))?;
        Ok(Arc::new(Self { jobs: Some(jobs), thread: Some(thread) }))
    }

    pub(super) fn give(&self, job: Box<dyn Job>) -> Result<(), OutboxError> {
        let jobs = self.jobs.as_ref().ok_or(OutboxError::Stopped)?;
        jobs.send(job).map_err(|_| OutboxError::Stopped)
    }
}

impl Drop for Hand {
    fn drop(&mut self) {
        // Closing the channel is what ends the thread.
        self.jobs = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
