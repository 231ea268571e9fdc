//! Keeps the index up to the mirror in the background: one thread, woken when something was committed.
//!
//! What arrives after a pause is committed to the index at once; while more keeps coming, about once a second, and less often as long
//! as the mirror is far ahead. Whoever writes to the index keeps everybody else from writing, so the thread gives way when it
//! stops, and waits its turn when another was first. It steps back for whoever is waited for, and works a third of the time while a
//! first sync fills the mirror.
//!
//! Always true: it never blocks whoever wakes it; dropping it ends the thread before it returns, with what was done kept.

use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use quarterdeck_index::{Effort, Error};
use quarterdeck_sync::store::{Access, Mirror};

use super::indexer::{FollowError, Indexer};
use crate::background::step_back;
use crate::config::{Paths, Settings};

/// Time between two commits while there is more to come.
const PACE: Duration = Duration::from_secs(1);

/// The same when the mirror was ahead all the time since the last commit: what arrives is not found at once anyway, and each
/// commit cuts the index into more parts that have to be merged, and takes memory for that.
const HURRY: Duration = Duration::from_secs(5);

/// While the mirror was committed to more recently than that, and the index has taken so many records without catching up, a large
/// mirror is being filled: the index is far behind anyway, and works a third of the time only, so that the mirror is whole sooner.
const FILLING: (Duration, usize) = (Duration::from_millis(300), 20_000);

/// How soon it is tried again while another process writes to the index.
const TURN: Duration = Duration::from_millis(250);

/// How long another process may keep us from writing before we leave it to that one at the end.
const PATIENCE: Duration = Duration::from_secs(5);

/// How soon it is tried again after something failed.
const REST: Duration = Duration::from_secs(15);

/// What to keep, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeeperPlan {
    /// The mirror's file.
    pub mirror: PathBuf,
    /// The index's folder.
    pub folder: PathBuf,
    /// How much of the machine it may take.
    pub effort: Effort,
}

impl KeeperPlan {
    /// As it is set.
    pub fn new(paths: &Paths, settings: &Settings) -> Self {
        let heap = usize::try_from(settings.index_memory).unwrap_or(usize::MAX);
        Self { mirror: paths.mirror(), folder: paths.search(), effort: Effort { threads: 1, heap } }
    }
}

/// What the thread tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeeperEvent {
    /// Something was committed to the index.
    Committed,
    /// Something stands in the way, for a person; told once as long as it does.
    Problem(String),
}

/// What is told to the thread.
#[derive(Debug, Default)]
struct Asked {
    /// Something was committed.
    woken: bool,
    /// When that was last.
    woken_at: Option<Instant>,
    /// Everything that was committed by now is to be in the index, and then it ends.
    finish: bool,
    /// It ends now.
    stop: bool,
}

#[derive(Debug, Default)]
struct Desk {
    asked: Mutex<Asked>,
    changed: Condvar,
}

impl Desk {
    fn asked(&self) -> MutexGuard<'_, Asked> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn ask(&self, change: impl FnOnce(&mut Asked)) {
        change(&mut self.asked());
        self.changed.notify_all();
    }

    /// Waits until something is asked, at most for `time`.
    fn wait(&self, time: Option<Duration>) {
        let idle = |asked: &mut Asked| !asked.woken && !asked.finish && !asked.stop;
        let asked = self.asked();
        match time {
            None => drop(self.changed.wait_while(asked, idle)),
            Some(time) => drop(self.changed.wait_timeout_while(asked, time, idle)),
        }
    }

    /// Waits for `time`, however often it is woken meanwhile; less when it is to stop.
    fn rest(&self, time: Duration) {
        drop(self.changed.wait_timeout_while(self.asked(), time, |asked| !asked.stop));
    }
}

/// Wakes a [`Keeper`].
#[derive(Debug, Clone)]
pub struct Waker(Arc<Desk>);

impl Waker {
    /// Something was committed to the mirror.
    pub fn wake(&self) {
        self.0.ask(|asked| (asked.woken, asked.woken_at) = (true, Some(Instant::now())));
    }
}

/// The thread.
#[derive(Debug)]
pub struct Keeper {
    desk: Arc<Desk>,
    thread: Option<JoinHandle<()>>,
}

impl Keeper {
    /// Starts it, awake. `tell` is called from its thread and must not block.
    ///
    /// # Errors
    /// When no thread can be had.
    pub fn start(plan: KeeperPlan, tell: impl Fn(KeeperEvent) + Send + 'static) -> io::Result<Self> {
        let desk = Arc::new(Desk::default());
        desk.ask(|asked| asked.woken = true);
        let work = Work {
            plan,
            desk: desk.clone(),
            tell: Box::new(tell),
            told: None,
            open: None,
            committed: None,
            behind: false,
            taken: 0,
            held: None,
        };
        let thread = std::thread::Builder::new().name("qd-index".to_owned()).spawn(move || work.run())?;
        Ok(Self { desk, thread: Some(thread) })
    }

    /// Wakes it, from anywhere.
    pub fn waker(&self) -> Waker {
        Waker(self.desk.clone())
    }

    /// Asks it to end as soon as everything that is in the mirror now is in the index, or cannot be brought there.
    pub fn finish(&self) {
        self.desk.ask(|asked| asked.finish = true);
    }

    /// Has it ended?
    pub fn has_ended(&self) -> bool {
        self.thread.as_ref().is_none_or(JoinHandle::is_finished)
    }

    fn join(&mut self) {
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        self.desk.ask(|asked| asked.stop = true);
        self.join();
    }
}

/// What the thread has.
struct Work {
    plan: KeeperPlan,
    desk: Arc<Desk>,
    tell: Box<dyn Fn(KeeperEvent) + Send>,
    told: Option<String>,
    open: Option<(Mirror, Indexer)>,
    committed: Option<Instant>,
    /// The index was never up to the mirror since then.
    behind: bool,
    /// Records taken since it last was.
    taken: usize,
    /// Since when another process writes.
    held: Option<Instant>,
}

/// How a round ended.
enum Round {
    /// The index is up to the mirror.
    Done,
    /// It was asked to stop.
    Stopped,
}

impl Work {
    fn run(mut self) {
        step_back();
        loop {
            let finish = {
                let mut asked = self.desk.asked();
                asked.woken = false;
                if asked.stop {
                    break;
                }
                asked.finish
            };
            let wait = match self.round() {
                Ok(Round::Stopped) => break,
                Ok(Round::Done) if finish => break,
                Ok(Round::Done) => None,
                // Whoever writes follows the mirror too.
                Err(FollowError::Index(Error::Held)) if finish && self.held_since().elapsed() > PATIENCE => break,
                Err(FollowError::Index(Error::Held)) => {
                    self.held_since();
                    Some(TURN)
                }
                Err(error) => {
                    self.tell_problem(error.to_string());
                    if finish {
                        break;
                    }
                    Some(REST)
                }
            };
            match wait {
                Some(time) => self.desk.rest(time),
                None => self.desk.wait(None),
            }
        }
    }

    fn held_since(&mut self) -> Instant {
        *self.held.get_or_insert_with(Instant::now)
    }

    fn tell_problem(&mut self, problem: String) {
        if self.told.as_ref() != Some(&problem) {
            (self.tell)(KeeperEvent::Problem(format!("the search index is not kept: {problem}")));
            self.told = Some(problem);
        }
    }

    /// Brings the index up to the mirror as it is now.
    fn round(&mut self) -> Result<Round, FollowError> {
        let (mirror, mut indexer) = match self.open.take() {
            Some(open) => open,
            None => {
                let mirror = Mirror::open(&self.plan.mirror, Access::ReadOnly)?;
                (mirror, Indexer::open(&self.plan.folder, self.plan.effort)?)
            }
        };
        // An error drops both: what was not committed is read again.
        let round = self.bring_up(&mirror, &mut indexer)?;
        (self.told, self.held) = (None, None);
        self.open = Some((mirror, indexer));
        Ok(round)
    }

    fn bring_up(&mut self, mirror: &Mirror, indexer: &mut Indexer) -> Result<Round, FollowError> {
        let reader = mirror.reader()?;
        loop {
            let begun = Instant::now();
            let step = indexer.step(&reader)?;
            self.taken = if step.more { self.taken.saturating_add(step.records) } else { 0 };
            if self.taken > FILLING.1 {
                self.give_way(begun.elapsed());
            }
            let stop = self.desk.asked().stop;
            self.behind &= step.more;
            let pace = if self.behind { HURRY } else { PACE };
            let due = self.committed.is_none_or(|at| at.elapsed() >= pace);
            if indexer.is_dirty() && (stop || due || (!step.more && self.is_quiet())) {
                indexer.commit()?;
                self.committed = Some(Instant::now());
                self.behind = step.more;
                (self.tell)(KeeperEvent::Committed);
            }
            if stop {
                return Ok(Round::Stopped);
            }
            if !step.more && !indexer.is_dirty() {
                return Ok(Round::Done);
            }
        }
    }

    /// Rests twice as long as the last step took, as long as the mirror is being filled and nobody waits for the index.
    fn give_way(&self, took: Duration) {
        let asked = self.desk.asked();
        let filling = asked.woken_at.is_some_and(|at| at.elapsed() < FILLING.0);
        let waited_for = asked.finish || asked.stop;
        drop(asked);
        if filling && !waited_for {
            self.desk.rest(2 * took);
        }
    }

    /// Waits until the next commit is due; `false` when there is something to do before that.
    fn is_quiet(&self) -> bool {
        let left = self.committed.map_or(Duration::ZERO, |at| PACE.saturating_sub(at.elapsed()));
        self.desk.wait(Some(left));
        let mut asked = self.desk.asked();
        !std::mem::take(&mut asked.woken) || asked.finish
    }
}
