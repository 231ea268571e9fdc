//! The counter where questions are handed in, and its two workers.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use super::ask::ask;
use super::{Answer, Question, Store};

/// Who asked: the console itself, or one of its views by number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Owner {
    /// The frame: header and status bar.
    Frame,
    /// The list of links.
    Links,
    /// The palette.
    Palette,
    /// Whoever wants to see secrets.
    Secrets,
    /// A view.
    View(usize),
}

/// One thing of an owner that can be asked for; only the newest question in it counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Slot {
    /// Whose.
    pub owner: Owner,
    /// Which of its things.
    pub part: u8,
}

/// A question's number. Later ones are higher.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ticket(u64);

/// An answer on its way to who asked.
#[derive(Debug)]
pub struct Answered {
    /// For whom.
    pub slot: Slot,
    /// To which question.
    pub ticket: Ticket,
    /// The answer.
    pub answer: Answer,
}

/// How urgent a question is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lane {
    /// A person looks at the place where it will stand.
    Now,
    /// It may come later.
    Later,
}

#[derive(Debug)]
struct Job {
    slot: Slot,
    ticket: Ticket,
    question: Question,
}

#[derive(Debug, Default)]
struct Waiting {
    now: VecDeque<Job>,
    later: VecDeque<Job>,
    next: u64,
    /// Asked, not superseded, not yet answered.
    open: usize,
    closed: bool,
}

#[derive(Debug, Default)]
struct Shared {
    waiting: Mutex<Waiting>,
    news: Condvar,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        // A worker that panicked left the lists whole: every change to them is one push or pop.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self, only_now: bool) -> Option<Job> {
        let mut waiting = self.lock();
        loop {
            if waiting.closed {
                return None;
            }
            if let Some(job) = waiting.now.pop_front() {
                return Some(job);
            }
            if !only_now && let Some(job) = waiting.later.pop_front() {
                return Some(job);
            }
            waiting = self.news.wait(waiting).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// The counter where questions are handed in. Its workers end with it.
#[derive(Debug)]
pub struct Desk {
    shared: Arc<Shared>,
}

impl Desk {
    /// A desk in front of `store`; every answer goes to `deliver`, from a worker's thread and while nobody else is at the desk: it must
    /// neither wait for anything nor ask.
    pub fn new(store: &Arc<dyn Store>, deliver: impl Fn(Answered) + Send + Clone + 'static) -> Self {
        let shared = Arc::new(Shared::default());
        for only_now in [true, false] {
            let (shared, store, deliver) = (Arc::clone(&shared), Arc::clone(store), deliver.clone());
            thread::spawn(move || {
                while let Some(job) = shared.take(only_now) {
                    // A worker must not end with a question: whoever asked would wait for ever.
                    let answer = catch_unwind(AssertUnwindSafe(|| ask(store.as_ref(), &job.question)))
                        .unwrap_or_else(|_| Answer::Failed("reading the mirror failed inside qd".to_owned()));
                    // Counted as answered and delivered in one: whoever sees the answer sees the desk without it, and whoever sees
                    // the desk without it has the answer.
                    let mut waiting = shared.lock();
                    waiting.open -= 1;
                    deliver(Answered { slot: job.slot, ticket: job.ticket, answer });
                    drop(waiting);
                }
            });
        }
        Self { shared }
    }

    /// Hands a question in.
    pub fn ask(&self, slot: Slot, lane: Lane, question: Question) -> Ticket {
        let mut waiting = self.shared.lock();
        waiting.next += 1;
        let ticket = Ticket(waiting.next);
        let before = waiting.now.len() + waiting.later.len();
        waiting.now.retain(|job| job.slot != slot);
        waiting.later.retain(|job| job.slot != slot);
        waiting.open -= before - (waiting.now.len() + waiting.later.len());
        waiting.open += 1;
        let job = Job { slot, ticket, question };
        match lane {
            Lane::Now => waiting.now.push_back(job),
            Lane::Later => waiting.later.push_back(job),
        }
        drop(waiting);
        self.shared.news.notify_all();
        ticket
    }

    /// Questions without an answer yet.
    pub fn open(&self) -> usize {
        self.shared.lock().open
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        self.shared.lock().closed = true;
        self.shared.news.notify_all();
    }
}
