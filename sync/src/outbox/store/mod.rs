//! `outbox.db`: a handle, a writer thread, and readers.
//!
//! Any number of processes may have the file open, and all may add to it. What a call wrote is on the disk when it returns:
//! calls that arrive while the last commit is under way share the next one, and its sync of the disk.
//!
//! What always holds:
//! - what was asked for is never changed or deleted, nor is any turn or line of the audit log: triggers refuse it, whoever asks;
//! - a write, its turn and its line in the audit log are of one transaction;
//! - ids are in the order of the decisions, whatever the clocks of the processes say;
//! - a file that is damaged is moved out of the way, never written over.
//!
//! Where things are: `file` opens and migrates, `aside` sets aside, `writer` groups and commits, `writes`, `policies` and `searches`
//! are the rows, `own` is what a person keeps for themselves, `ledger` is the audit log and `verify` walks it, `readers` reads, `watch` notices changes and keeps the overlay,
//! `onlooker` is for who only looks.
//!
//! Not here: what a move means (`state`), who makes it (`sender`, `decide`).

mod aside;
mod file;
mod ledger;
mod onlooker;
mod own;
mod policies;
mod readers;
mod searches;
mod verify;
mod watch;
mod writer;
mod writes;

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError, mpsc};

use jiff::Timestamp;
use rusqlite::Connection;
use tokio::sync::{oneshot, watch as channel};

pub use self::onlooker::Onlooker;
use self::policies::NewVersion;
use self::readers::Readers;
use self::watch::Watch;
use self::writer::{Desk, Hand, Job, Task, Writer};
use self::writes::{Prepared, PreparedTurn};
use super::{Aside, AuditEntry, Lot, OutboxError, Paused, Proof, SavedSearch, Turn, TurnLog, Version, Which};
use crate::model::{By, Intent, ListKey, Overlay, Write, WriteId, WriteState};

/// The outbox: a cheap handle, shared by clones. Any number of processes may have it open, and all may add to it; only who
/// holds the lease sends. Calls block for the disk; those with `await` may be used on async threads. The file is closed, and the
/// writer joined, with the last handle.
#[derive(Debug, Clone)]
pub struct Outbox {
    shared: Arc<Shared>,
    // After the readers: the last connection to be closed writes the log into the file, and a reader could not.
    hand: Option<Arc<Hand>>,
}

#[derive(Debug)]
struct Shared {
    readers: Readers,
    watch: Mutex<Watch>,
    commits: channel::Sender<u64>,
    /// Held together with the writer, which keeps it longest.
    lock: Option<Arc<aside::Lock>>,
}

impl Outbox {
    /// Schema of the files this program makes: an older file is brought up to it when it is opened.
    pub const SCHEMA: i64 = file::VERSION;

    /// Opens the outbox at `path` (file 0600, missing parent folders 0700), made if missing. A file that fails its integrity
    /// check is set aside, never overwritten: where it lies now comes back beside the new one. `by` is who the audit log names
    /// for what no person did: turns of the sender, pauses.
    pub fn open(path: &Path, by: By) -> Result<(Self, Option<Aside>), OutboxError> {
        let (conn, lock, aside) = aside::open(path)?;
        let commits = channel::Sender::new(0);
        let lock = Arc::new(lock);
        let writer = Writer::new(conn, lock.clone(), path, by, commits.clone());
        let hand = Hand::start(writer).map_err(|source| OutboxError::Open { path: path.to_owned(), source })?;
        Ok((Self { shared: Shared::new(path, commits, Some(lock))?, hand: Some(hand) }, aside))
    }

    /// Opens the outbox for reading. A missing file reads as an empty outbox, and one that is put there later is read from then
    /// on. Nothing is made or moved: a damaged file is an error when that is noticed. What would write says
    /// [`OutboxError::ReadOnly`].
    pub fn open_reader(path: &Path) -> Result<Self, OutboxError> {
        Ok(Self { shared: Shared::new(path, channel::Sender::new(0), None)?, hand: None })
    }

    /// Keeps decisions, in order, all with one sync of the disk: when it returns they survive a power cut. What comes back is
    /// what was kept: times to the millisecond.
    pub fn append(&self, intents: Vec<Intent>, now: Timestamp) -> Result<Vec<Write>, OutboxError> {
        if intents.is_empty() {
            return Ok(Vec::new());
        }
        let prepared = intents.iter().map(Prepared::new).collect::<Result<Vec<_>, _>>()?;
        self.write(move |desk| writes::append(desk, prepared, now))
    }

    /// Moves a write on, if it is in one of the states `from`; `None` when it is not (somebody was faster). On the disk when it
    /// returns. A finished write never moves: naming its state in `from` is an error.
    pub fn turn(&self, id: &WriteId, from: &[WriteState], turn: Turn) -> Result<Option<Write>, OutboxError> {
        self.write(turning(id, from, turn)?)
    }

    /// [`Outbox::turn`] for async threads: many at once share one sync of the disk. Dropping the future does not take the move
    /// back.
    pub async fn turn_async(
        &self,
        id: &WriteId,
        from: &[WriteState],
        turn: Turn,
    ) -> Result<Option<Write>, OutboxError> {
        let (answer, heard) = oneshot::channel();
        let task = Task::new(turning(id, from, turn)?, move |result| {
            let _ = answer.send(result);
        });
        self.hand.as_ref().ok_or(OutboxError::ReadOnly)?.give(Box::new(task))?;
        heard.await.map_err(|_| OutboxError::Stopped)?
    }

    /// One write.
    pub fn get(&self, id: &WriteId) -> Result<Option<Write>, OutboxError> {
        self.read(|conn| writes::get(conn, id))
    }

    /// Writes whose id begins with `prefix` (any case), newest first, at most `limit`.
    pub fn find(&self, prefix: &str, limit: usize) -> Result<Vec<Write>, OutboxError> {
        self.read(|conn| writes::find(conn, prefix, limit))
    }

    /// Writes in the order of their ids.
    pub fn list(&self, which: &Which) -> Result<Vec<Write>, OutboxError> {
        self.read(|conn| writes::list(conn, which))
    }

    /// How many writes are in each state; states without any are left out.
    pub fn counts(&self) -> Result<Vec<(WriteState, u64)>, OutboxError> {
        self.read(writes::counts)
    }

    /// How many writes in `states` each connection has that were decided at `until` or before, by its name; connections without any
    /// are left out.
    pub fn lots(&self, states: &[WriteState], until: Timestamp) -> Result<Vec<Lot>, OutboxError> {
        self.read(|conn| writes::lots(conn, states, until))
    }

    /// Every move of a write, oldest first.
    pub fn turns(&self, id: &WriteId) -> Result<Vec<TurnLog>, OutboxError> {
        self.read(|conn| writes::turns(conn, id))
    }

    /// What the unfinished writes do to records. Kept until the file changes, whichever process changes it: cheap to ask again.
    pub fn overlay(&self) -> Result<Arc<Overlay>, OutboxError> {
        self.shared.watched(Watch::overlay)
    }

    /// A number that changes with every commit of any process to the file.
    pub fn version(&self) -> Result<u64, OutboxError> {
        self.shared.watched(Watch::version)
    }

    /// Changes with every commit of this process.
    pub fn commits(&self) -> channel::Receiver<u64> {
        self.shared.commits.subscribe()
    }

    /// Adds a line to the audit log that is about no write.
    pub fn note(&self, what: &str, detail: serde_json::Value, now: Timestamp) -> Result<(), OutboxError> {
        let (what, detail) = (what.to_owned(), ledger::stable(&detail)?);
        self.write(move |desk| {
            desk.ledger.add(desk.conn, writes::to_millis(now), &what, None, desk.me, &detail)?;
            Ok(())
        })
    }

    /// Lines of the audit log after line `after`, at most `limit`.
    pub fn audit(&self, after: u64, limit: usize) -> Result<Vec<AuditEntry>, OutboxError> {
        self.read(|conn| ledger::lines(conn, after, limit))
    }

    /// Walks the whole audit log: does every line fit the one before, and every write its lines?
    pub fn verify(&self) -> Result<Proof, OutboxError> {
        self.read(verify::verify)
    }

    /// Keeps a version of a policy, unless it is the newest already; `true` when it was kept.
    #[expect(clippy::too_many_arguments, reason = "the columns of a version")]
    pub fn keep_version(
        &self,
        list: &ListKey,
        id: &str,
        doc: &str,
        hash: u64,
        label: Option<&str>,
        write: Option<&WriteId>,
        now: Timestamp,
    ) -> Result<bool, OutboxError> {
        let new = NewVersion {
            list: list.clone(),
            id: id.to_owned(),
            doc: doc.to_owned(),
            hash,
            label: label.map(str::to_owned),
            write: write.cloned(),
            now,
        };
        // Asked without the writer first: nearly always it is known, and that costs no sync of the disk.
        if self.read(|conn| policies::is_newest(conn, &new))? {
            return Ok(false);
        }
        self.write(move |desk| policies::keep(desk.conn, &new))
    }

    /// Hash of the newest version of every policy that has one, by list and id: no document is read.
    pub fn newest_versions(&self) -> Result<HashMap<(ListKey, String), u64>, OutboxError> {
        self.read(policies::newest_of_all)
    }

    /// Versions of a policy, newest first.
    pub fn versions(&self, list: &ListKey, id: &str) -> Result<Vec<Version>, OutboxError> {
        self.read(|conn| policies::versions(conn, list, id))
    }

    /// Stops writing to a connection until a person has mended it. The message of one that is stopped already is renewed.
    pub fn pause(&self, connection: &str, message: &str, now: Timestamp) -> Result<(), OutboxError> {
        let (connection, message) = (connection.to_owned(), message.to_owned());
        self.write(move |desk| policies::pause(desk, &connection, &message, now))
    }

    /// Lets a connection be written to again; `false` when it was not paused.
    pub fn resume(&self, connection: &str, now: Timestamp) -> Result<bool, OutboxError> {
        let connection = connection.to_owned();
        self.write(move |desk| policies::resume(desk, &connection, now))
    }

    /// Connections that are not written to.
    pub fn paused(&self) -> Result<Vec<Paused>, OutboxError> {
        self.read(policies::paused)
    }

    /// Keeps a search under a name; one that has the name already is replaced.
    pub fn save_search(&self, name: &str, query: &str, now: Timestamp) -> Result<(), OutboxError> {
        let (name, query) = (name.to_owned(), query.to_owned());
        self.write(move |desk| searches::save(desk.conn, &name, &query, now))
    }

    /// Lets go of a saved search; `false` when there is none of that name.
    pub fn forget_search(&self, name: &str) -> Result<bool, OutboxError> {
        let name = name.to_owned();
        self.write(move |desk| searches::forget(desk.conn, &name))
    }

    /// The saved searches, by name.
    pub fn saved_searches(&self) -> Result<Vec<SavedSearch>, OutboxError> {
        self.read(searches::all)
    }

    /// Has something written, and waits for the commit.
    fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Desk<'_>) -> Result<T, OutboxError> + Send + 'static,
    ) -> Result<T, OutboxError> {
        // Not a channel of the async kind: this may be called, if unwisely, on an async thread.
        let (answer, heard) = mpsc::sync_channel(1);
        let task: Box<dyn Job> = Box::new(Task::new(work, move |result| {
            let _ = answer.send(result);
        }));
        self.hand.as_ref().ok_or(OutboxError::ReadOnly)?.give(task)?;
        heard.recv().map_err(|_| OutboxError::Stopped)?
    }

    fn read<T>(&self, read: impl FnOnce(&Connection) -> Result<T, OutboxError>) -> Result<T, OutboxError> {
        self.shared.doubtful(self.shared.readers.read(read))
    }
}

impl Shared {
    fn new(
        path: &Path,
        commits: channel::Sender<u64>,
        lock: Option<Arc<aside::Lock>>,
    ) -> Result<Arc<Self>, OutboxError> {
        let readers = Readers::new(path);
        let watch = Mutex::new(Watch::new(&readers)?);
        Ok(Arc::new(Self { readers, watch, commits, lock }))
    }

    fn watched<T>(&self, look: impl FnOnce(&mut Watch, &Readers) -> Result<T, OutboxError>) -> Result<T, OutboxError> {
        let mut watch = self.watch.lock().unwrap_or_else(PoisonError::into_inner);
        self.doubtful(look(&mut watch, &self.readers).map_err(|error| self.readers.explain(error)))
    }

    /// Damage that was met only now has the whole file looked at when it is opened next.
    fn doubtful<T>(&self, result: Result<T, OutboxError>) -> Result<T, OutboxError> {
        if let (Err(OutboxError::Damaged { .. }), Some(lock)) = (&result, &self.lock) {
            lock.doubt();
        }
        result
    }
}

/// The job of moving a write on.
fn turning(
    id: &WriteId,
    from: &[WriteState],
    turn: Turn,
) -> Result<impl FnOnce(&mut Desk<'_>) -> Result<Option<Write>, OutboxError> + Send + 'static, OutboxError> {
    let (id, from, turn) = (id.clone(), from.to_vec(), PreparedTurn::new(turn)?);
    Ok(move |desk: &mut Desk<'_>| writes::turn(desk, &id, &from, &turn))
}
