//! Which write may be worked on next. Pure: it is told what there is and what became of it, and asked what is due.
//!
//! A lane is one target: its writes go one after the other, in the order of their ids, and a write waits while an earlier one of
//! its lane is open. One that ended badly (conflicted, wedged, expired) holds nothing up: a later decision that rested on it has
//! its effect in its base, and so is stopped by its own guard or merge when it is looked at. Something that is to be created
//! has no target yet, and a lane of its own.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::time::Duration;

use jiff::Timestamp;

use crate::model::{Write, WriteId, WriteState};
use crate::outbox::state::LONGEST_TOLD;

/// How long the network may be back before it is noticed.
const KNOCK: Duration = Duration::from_secs(60);

/// What a piece of work has shown of the connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Contact {
    /// Nothing was asked.
    None,
    /// It answers.
    Answered,
    /// It cannot be reached.
    Lost,
    /// It refuses for now.
    Throttled,
}

/// What is to be done next with one write.
#[derive(Debug, Clone)]
pub(super) enum Job {
    /// Its deadline has passed, and it is not on the platform: no look is needed to say so.
    Expire(Write),
    /// Look at its target and go on from there. With the tries in a row that failed.
    Carry(Write, u32),
}

/// The open writes of one connection.
#[derive(Debug, Default)]
pub(super) struct Lanes {
    writes: BTreeMap<WriteId, Entry>,
    /// Only these, and what stands before them in their lanes; empty: all.
    only: HashSet<WriteId>,
    /// Nothing is sent and nothing looked at. Deadlines pass all the same.
    paused: bool,
    paused_in: u64,
    /// The connection could not be used: until then nothing is tried, and after that by one write at a time.
    hold: Option<Timestamp>,
    /// Counts what was learnt by working, so that an older reading of the outbox cannot undo it.
    epoch: u64,
}

#[derive(Debug)]
struct Entry {
    write: Write,
    /// Being worked on.
    flying: bool,
    failures: u32,
    touched: u64,
    wanted: bool,
    /// What it waits for is the connection.
    cut_off: bool,
    /// It does not wait for its time any more.
    hurried: bool,
}

impl Lanes {
    pub(super) fn new(only: impl IntoIterator<Item = WriteId>) -> Self {
        Self { only: only.into_iter().collect(), ..Self::default() }
    }

    /// To be asked before the outbox is read, and handed to [`Lanes::learn`] with what was read.
    pub(super) fn epoch(&self) -> u64 {
        self.epoch
    }

    /// Takes over the open writes of the connection as the outbox had them when `epoch` was asked. What was worked on since then
    /// is known better.
    pub(super) fn learn(&mut self, open: Vec<Write>, paused: bool, epoch: u64) {
        if self.paused_in <= epoch {
            self.paused = paused;
        }
        let known: HashSet<WriteId> = open.iter().map(|write| write.id.clone()).collect();
        self.writes.retain(|id, entry| entry.flying || entry.touched > epoch || known.contains(id));
        for write in open {
            match self.writes.get_mut(&write.id) {
                Some(entry) if entry.flying || entry.touched > epoch => {}
                Some(entry) => {
                    // A person has put it back: what went wrong before counts no more.
                    if entry.write.state != write.state {
                        (entry.failures, entry.hurried) = (0, false);
                    }
                    entry.write = write;
                }
                None => {
                    let entry = Entry {
                        flying: false,
                        failures: 0,
                        touched: 0,
                        wanted: false,
                        cut_off: false,
                        hurried: false,
                        write,
                    };
                    self.writes.insert(entry.write.id.clone(), entry);
                    self.hold = self.hold.map(|_| Timestamp::MIN);
                }
            }
        }
        self.mark_wanted();
    }

    /// The next write that is due, which counts as being worked on until it [lands](Lanes::land). The oldest first.
    pub(super) fn take(&mut self, now: Timestamp) -> Option<Job> {
        let id = self.late(now).or_else(|| self.due(now))?;
        let entry = self.writes.get_mut(&id)?;
        entry.flying = true;
        Some(if is_late(&entry.write, now) {
            Job::Expire(entry.write.clone())
        } else {
            Job::Carry(entry.write.clone(), entry.failures)
        })
    }

    fn late(&self, now: Timestamp) -> Option<WriteId> {
        let late = |entry: &&Entry| !entry.flying && is_late(&entry.write, now);
        self.wanted().find(late).map(|entry| entry.write.id.clone())
    }

    fn due(&self, now: Timestamp) -> Option<WriteId> {
        if self.hold.is_some_and(|until| is_ahead(until, now) || self.writes.values().any(|entry| entry.flying)) {
            return None;
        }
        let due = |entry: &&Entry| !entry.flying && due_at(entry).is_some_and(|at| !is_ahead(at, now));
        self.heads().find(due).map(|entry| entry.write.id.clone())
    }

    /// A write was worked on: so it stands now, after so many tries in a row that failed. One that has ended is kept away from an
    /// older reading until the next one.
    pub(super) fn land(&mut self, write: Write, failures: u32, contact: Contact, now: Timestamp) {
        self.epoch += 1;
        let (epoch, due) = (self.epoch, write.due_at.unwrap_or(now));
        if let Some(entry) = self.writes.get_mut(&write.id) {
            entry.failures = failures;
            (entry.write, entry.flying, entry.touched) = (write, false, epoch);
            (entry.cut_off, entry.hurried) = (contact == Contact::Lost, false);
        }
        match contact {
            Contact::None => {}
            Contact::Answered => self.reached(),
            Contact::Lost => self.hold = Some(due.min(now.checked_add(KNOCK).unwrap_or(due))),
            Contact::Throttled => self.hold = Some(due),
        }
    }

    /// The connection answers: what waited for that alone goes now.
    fn reached(&mut self) {
        if self.hold.take().is_some() {
            for entry in self.writes.values_mut() {
                entry.hurried |= std::mem::take(&mut entry.cut_off);
            }
        }
    }

    /// The platform does not accept us.
    pub(super) fn pause(&mut self) {
        self.epoch += 1;
        (self.paused, self.paused_in) = (true, self.epoch);
    }

    /// Waits are cut short: whatever is to be tried again is tried now.
    pub(super) fn hurry(&mut self) {
        self.hold = None;
        self.writes.values_mut().for_each(|entry| entry.hurried = true);
    }

    /// When something is due next, deadlines apart: none when everything waits for a person, or for what is being worked on.
    pub(super) fn next_due(&self) -> Option<Timestamp> {
        self.first_due(|_| true)
    }

    /// The same of what has left already: a look is all it waits for.
    pub(super) fn next_look(&self) -> Option<Timestamp> {
        self.first_due(|state| matches!(state, WriteState::Accepted | WriteState::Unknown))
    }

    fn first_due(&self, of: impl Fn(WriteState) -> bool) -> Option<Timestamp> {
        let waiting = self.heads().filter(|entry| !entry.flying && of(entry.write.state));
        let first = waiting.filter_map(due_at).min()?;
        Some(self.hold.map_or(first, |until| first.max(until)))
    }

    /// When there is something to do next, if nothing else happens.
    pub(super) fn wake_at(&self) -> Option<Timestamp> {
        let deadlines = self.wanted().filter(|entry| !entry.flying && unsent(&entry.write));
        let first = deadlines.filter_map(|entry| entry.write.intent.deadline).min();
        [first, self.next_due()].into_iter().flatten().min()
    }

    /// The first open write of each lane that is to be worked on; none while the connection is paused.
    fn heads(&self) -> impl Iterator<Item = &Entry> {
        let mut seen = HashSet::new();
        let open = self.writes.values().filter(|entry| !self.paused && entry.write.state.is_open());
        open.filter(move |entry| seen.insert(lane(&entry.write))).filter(|entry| entry.wanted)
    }

    /// The open writes that are to be worked on, sooner or later.
    fn wanted(&self) -> impl Iterator<Item = &Entry> {
        self.writes.values().filter(|entry| entry.wanted && entry.write.state.is_open())
    }

    /// Marks what is to be worked on: all, or the writes asked for and what stands before each of them in its lane.
    fn mark_wanted(&mut self) {
        let mut lanes: HashMap<Lane<'_>, &WriteId> = HashMap::new();
        for (id, entry) in self.writes.iter().filter(|(id, _)| self.only.contains(*id)) {
            // In the order of ids: the last one stays.
            lanes.insert(lane(&entry.write), id);
        }
        let wanted = |entry: &Entry| {
            self.only.is_empty() || lanes.get(&lane(&entry.write)).is_some_and(|last| entry.write.id <= **last)
        };
        let marks: Vec<bool> = self.writes.values().map(wanted).collect();
        for (entry, wanted) in self.writes.values_mut().zip(marks) {
            entry.wanted = wanted;
        }
    }
}

/// What a write waits its turn for.
#[derive(Debug, PartialEq, Eq, Hash)]
enum Lane<'a> {
    Record(&'a str, &'a str),
    New(&'a WriteId),
}

fn lane(write: &Write) -> Lane<'_> {
    match &write.intent.target {
        Some(id) => Lane::Record(&write.intent.collection, id),
        None => Lane::New(&write.id),
    }
}

/// Not on the platform, as far as anybody knows.
fn unsent(write: &Write) -> bool {
    matches!(write.state, WriteState::Queued | WriteState::Retrying)
}

fn is_late(write: &Write, now: Timestamp) -> bool {
    unsent(write) && write.intent.deadline.is_some_and(|deadline| deadline <= now)
}

/// Is this time still to come? No wait is longer than an hour: what is further ahead was written before the clock was set back, and
/// would else hold a decision up until the clock is there again.
fn is_ahead(at: Timestamp, now: Timestamp) -> bool {
    now < at && now.checked_add(LONGEST_TOLD).is_ok_and(|last| at <= last)
}

/// When it is due, were it the first of its lane; `None` when it waits for a person.
fn due_at(entry: &Entry) -> Option<Timestamp> {
    match (entry.write.state, entry.write.due_at) {
        (_, Some(_)) if entry.hurried => Some(Timestamp::MIN),
        (WriteState::Queued, due) => Some(due.unwrap_or(Timestamp::MIN)),
        (_, due) => due,
    }
}
