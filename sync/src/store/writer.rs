//! The one writer thread: takes what was handed over, groups it, applies it, answers.

use std::collections::{HashMap, VecDeque};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rusqlite::Connection;
use tokio::sync::{OwnedSemaphorePermit, mpsc, oneshot, watch};

use super::apply::{self, Job, Kept};
use super::content::keep::{self, Fetched};
use super::content::pack::Packs;
use super::content::{follow, trim};
use super::frames::{Dicts, Packer};
use super::lists::ListInfo;
use super::looks::Looks;
use super::words::Words;
use super::{Applied, ContentLimits, KeptContent, ListSpec, StoreError, TrimmedContent, budgets, file, lists, settle};
use crate::model::{ContentPolicy, ListId, Timestamp, ToldBudget};

/// Rows after which a group is committed whatever else is waiting: bounds the memory of a transaction and the time for
/// which a later request has to wait.
pub(super) const GROUP_ROWS: usize = 4 * 1024;

/// What is asked while contents are planned is served for so long before the plan goes on.
const TURN: Duration = Duration::from_millis(50);

/// Where an answer goes; nobody may be left to hear it.
pub(super) type Answer<T> = oneshot::Sender<Result<T, StoreError>>;

/// What can be asked of the writer.
#[derive(Debug)]
pub(super) enum Ask {
    Apply(Box<Waiting>),
    Register {
        lists: Vec<ListSpec>,
        answer: Answer<Vec<ListId>>,
    },
    Forget {
        connection: String,
        answer: Answer<()>,
    },
    KeepBudget {
        told: ToldBudget,
        answer: Answer<()>,
    },
    PlanContent {
        policy: ContentPolicy,
        budget: u64,
        now: Timestamp,
        answer: Answer<()>,
    },
    WantContentsAgain {
        lists: Vec<ListId>,
        answer: Answer<()>,
    },
    KeepContent {
        fetched: Box<Fetched>,
        answer: Answer<Option<KeptContent>>,
    },
    TrimContent {
        limits: ContentLimits,
        now: Timestamp,
        answer: Answer<TrimmedContent>,
    },
    Settle {
        answer: Answer<()>,
    },
    #[cfg(test)]
    Break,
}

/// The thread's own things.
#[derive(Debug)]
pub(super) struct Writer {
    conn: Connection,
    kept: Kept,
    dicts: Arc<Dicts>,
    packs: Arc<Packs>,
    tried: settle::Tried,
    /// Contents kept by list, for their dictionaries.
    packed: HashMap<i64, i64>,
    /// Bytes that contents take; `None`: to be counted.
    held: Option<u64>,
    /// Plans that are being made, or wait for the one before: a stretch at a time, and between two whatever else is asked.
    plans: VecDeque<Planning>,
    commits: watch::Sender<u64>,
}

/// A plan of contents. Nothing of it is lost where it is left off: how far it came stands in the file.
#[derive(Debug)]
struct Planning {
    policy: ContentPolicy,
    budget: u64,
    now: Timestamp,
    /// Since when contents are wanted, once it has begun.
    since: Option<i64>,
    answer: Answer<()>,
}

impl Writer {
    pub(super) fn open(
        path: &Path,
        dicts: Arc<Dicts>,
        packs: Arc<Packs>,
        commits: watch::Sender<u64>,
    ) -> Result<Self, StoreError> {
        let conn = file::open_writer(path, &dicts)?;
        packs.load(&conn)?;
        let kept = Kept {
            words: Words::default(),
            packer: Packer::load(&conn)?,
            next_key: settle::next_key(&conn)?,
            looks: Looks::default(),
            parents: HashMap::new(),
        };
        let (tried, packed) = (settle::Tried::new(), HashMap::new());
        Ok(Self { conn, kept, dicts, packs, tried, packed, held: None, plans: VecDeque::new(), commits })
    }

    /// Serves until every handle is gone. What was handed over by then is still applied.
    pub(super) fn run(mut self, mut asks: mpsc::UnboundedReceiver<Ask>) {
        let mut planned_at = Instant::now();
        let mut next = None;
        loop {
            next = match next.take() {
                None if self.plans.is_empty() => asks.blocking_recv(),
                None => asks.try_recv().ok(),
                waiting => waiting,
            };
            let its_turn = self.plans.is_empty() || planned_at.elapsed() < TURN;
            match next.take_if(|_| its_turn) {
                Some(ask) => next = self.serve(&mut asks, ask),
                None if self.plans.is_empty() => return,
                None => {
                    self.plan();
                    planned_at = Instant::now();
                }
            }
        }
    }

    /// Does what is asked. Returns what was asked meanwhile and ended a group.
    fn serve(&mut self, asks: &mut mpsc::UnboundedReceiver<Ask>, ask: Ask) -> Option<Ask> {
        match ask {
            Ask::Apply(waiting) => return self.group(asks, waiting),
            Ask::Register { lists, answer } => {
                self.kept.parents.clear();
                let _ = answer.send(lists::register(&mut self.conn, &lists));
            }
            Ask::Forget { connection, answer } => {
                let result = settle::forget(&mut self.conn, &connection, self.kept.next_key);
                self.kept.words.clear();
                self.kept.parents.clear();
                self.held = None;
                self.tell();
                let _ = answer.send(result);
            }
            Ask::KeepBudget { told, answer } => {
                let _ = answer.send(budgets::keep(&self.conn, &told));
            }
            Ask::PlanContent { policy, budget, now, answer } => {
                self.plans.push_back(Planning { policy, budget, now, since: None, answer });
            }
            Ask::WantContentsAgain { lists, answer } => {
                let _ = answer.send(keep::ask_again(&mut self.conn, &lists).map_err(StoreError::from));
            }
            Ask::KeepContent { fetched, answer } => {
                let _ = answer.send(self.keep_content(&fetched));
            }
            Ask::TrimContent { limits, now, answer } => {
                self.held = None;
                let trimmed = trim::trim(&mut self.conn, limits, now);
                self.tell();
                let _ = answer.send(trimmed.map_err(StoreError::from));
            }
            Ask::Settle { answer } => {
                let _ = answer.send(settle::settle(&self.conn));
            }
            #[cfg(test)]
            Ask::Break => panic!("a test broke the writer"),
        }
        None
    }

    /// Goes on with the first of the plans, for one stretch. One that nobody waits for any longer is left off.
    fn plan(&mut self) {
        let Some(mut planning) = self.plans.pop_front().filter(|planning| !planning.answer.is_closed()) else { return };
        let begun = match planning.since {
            Some(since) => Ok(since),
            None => follow::begin(&mut self.conn, planning.policy, planning.budget, planning.now),
        };
        let more = begun.and_then(|since| {
            planning.since = Some(since);
            follow::stretch(&mut self.conn, &self.dicts, since)
        });
        match more {
            Ok(true) => self.plans.push_front(planning),
            done => drop(planning.answer.send(done.map(drop).map_err(StoreError::from))),
        }
    }

    /// Applies `first` with everything that waits behind it. Returns the request that ended the group, if one did.
    ///
    /// Nothing is waited for: while one group is written the next one gathers, so groups grow to about what arrives in
    /// the time of a commit, and a lone batch is committed at once.
    fn group(&mut self, asks: &mut mpsc::UnboundedReceiver<Ask>, first: Box<Waiting>) -> Option<Ask> {
        let mut rows = first.rows();
        let mut group = vec![*first];
        let mut next = None;
        while rows < GROUP_ROWS {
            match asks.try_recv() {
                Ok(Ask::Apply(waiting)) => {
                    rows += waiting.rows();
                    group.push(*waiting);
                }
                Ok(other) => {
                    next = Some(other);
                    break;
                }
                Err(_) => break,
            }
        }
        self.commit(group);
        next
    }

    fn commit(&mut self, group: Vec<Waiting>) {
        let mut jobs = Vec::with_capacity(group.len());
        let mut answers = Vec::with_capacity(group.len());
        let mut known: Vec<ListInfo> = Vec::new();
        for waiting in group {
            if known.iter().any(|list| list.id == waiting.job.list) {
                jobs.push(waiting.job);
                answers.push((waiting.answer, waiting.room));
                continue;
            }
            match lists::by_id(&self.conn, waiting.job.list) {
                Ok(Some(list)) => {
                    known.push(list);
                    jobs.push(waiting.job);
                    answers.push((waiting.answer, waiting.room));
                }
                Ok(None) => {
                    let _ = waiting.answer.send(Err(StoreError::UnknownList(waiting.job.list)));
                }
                Err(error) => {
                    let _ = waiting.answer.send(Err(error.into()));
                }
            }
        }
        settle::train(&self.conn, &mut self.kept.packer, &self.dicts, &mut self.tried, &known, &jobs);
        match apply::apply(&mut self.conn, &mut self.kept, &jobs) {
            Ok(outcome) => {
                if outcome.wrote {
                    self.tell();
                }
                for ((answer, _room), applied) in answers.into_iter().zip(outcome.applied) {
                    let _ = answer.send(Ok(applied));
                }
            }
            // One batch may be at fault: each on its own, so that the others pass.
            Err(_) => {
                for (job, (answer, _room)) in jobs.into_iter().zip(answers) {
                    let result = apply::apply(&mut self.conn, &mut self.kept, &[job]);
                    if result.as_ref().is_ok_and(|outcome| outcome.wrote) {
                        self.tell();
                    }
                    let applied = result.map(|outcome| outcome.applied.first().copied().unwrap_or_default());
                    let _ = answer.send(applied.map_err(StoreError::from));
                }
            }
        }
    }

    fn keep_content(&mut self, fetched: &Fetched) -> Result<Option<KeptContent>, StoreError> {
        let kept = keep::keep(&mut self.conn, &self.dicts, &mut self.held, fetched)?;
        if let Some(kept) = &kept {
            self.tell();
            if kept.changed {
                // Only smaller frames are at stake.
                let _ = self.packs.train(&self.conn, &self.dicts, &mut self.packed, fetched.due.record.0);
            }
        }
        Ok(kept)
    }

    fn tell(&self) {
        self.commits.send_modify(|commits| *commits += 1);
    }
}

/// A batch whose sender may be waiting. The room it takes is given back with the answer.
#[derive(Debug)]
pub(super) struct Waiting {
    pub job: Job,
    pub answer: Answer<Applied>,
    pub room: OwnedSemaphorePermit,
}

impl Waiting {
    fn rows(&self) -> usize {
        (self.job.batch.rows.len() + self.job.batch.gone.len()).max(1)
    }
}
