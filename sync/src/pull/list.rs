//! The pull of one list, in however many pieces it comes, and how it ended.

mod children;

use super::Stop;
use super::due::is_doubtful;
use super::hands::Hands;
use super::meter::Meter;
use super::piece::{Ending, Piece, PiecePull};
use super::plan::{Learned, refused};
use super::report::{ListReport, Mode, Outcome, SyncOptions};
use super::seen::Seen;
use super::source::Source;
use super::sweep::Sweeper;
use super::vanish::{Vanished, met_all, missing, vanish};
use crate::model::{ListId, ListKey, ListState, Offered};
use crate::platform::manifest::Partition;
use crate::platform::{Collection, FetchError, FetchKind, Priority};
use crate::store::{Batch, Mirror, NewProblem, Reader, StoreError};

/// Problems that a successful read of the list solves.
const READ_PROBLEMS: [&str; 8] =
    ["forbidden", "refused", "rejected", "server", "unreachable", "timed_out", "bad_reply", "too_large"];

/// Problems that only a walk that proves the list solves.
const WALK_PROBLEMS: [&str; 7] =
    ["stagnant", "endless", "no_way_on", "wrong_total", "restless", "mass_disappearance", "unproven"];

/// Records of a list in pieces that are looked up one by one before they count as gone.
const LOOKED_UP: usize = 50;

/// Different problems of a list in very many pieces that are told; the rest is more of the same.
const PROBLEMS_TOLD: usize = 8;

/// Pulls one list of one connection.
pub(crate) struct ListPull<'a, S> {
    pub source: &'a S,
    pub mirror: &'a Mirror,
    pub key: ListKey,
    pub list: ListId,
    /// Where the parents are, for a list with one piece per parent.
    pub parents: Option<ListId>,
    pub collection: &'a Collection,
    pub options: &'a SyncOptions,
    pub meter: &'a Meter,
    /// Told after each page: rows announced.
    pub progress: &'a (dyn Fn(Option<u64>) + Send + Sync),
    pub halted: &'a (dyn Fn() -> bool + Send + Sync),
}

/// What came of the pieces, added up.
#[derive(Debug, Default)]
struct Sum {
    bad: u64,
    walked: bool,
    skipped: bool,
    /// Every piece was met completely: what was not met is not there.
    proven: bool,
    server_count: Option<u64>,
    offered: Offered,
    /// A contradiction that an earlier walk found still stands.
    doubtful: bool,
    /// Rows that an earlier read skipped were not read again.
    bad_before: bool,
    /// Code and message of what stood in the way.
    problems: Vec<(&'static str, String)>,
    states: Vec<ListState>,
}

impl<S: Source> ListPull<'_, S> {
    /// Pulls the list. What a platform does wrong stands in the report; an error ends the whole sync, and `None` says that the
    /// connection was found unusable by another list meanwhile.
    pub async fn run(&self) -> Result<(Option<ListReport>, Option<FetchError>), StoreError> {
        let mut hands = Hands::new(self.mirror, self.list, self.options.now);
        let pulled = match &self.collection.partition {
            None => self.in_one_piece(&mut hands).await,
            Some(Partition::Values { values, .. }) => self.by_values(values, &mut hands).await,
            Some(Partition::Parent { open, .. }) => self.by_parents(open, &mut hands).await,
        };
        match pulled {
            Ok(sum) => Ok((Some(self.close(sum, hands).await?), None)),
            Err(Stop::Halted) => {
                hands.settle().await?;
                Ok((None, None))
            }
            Err(Stop::Fetch(error)) => {
                let report = self.failed(&error, hands).await?;
                Ok((Some(report), Some(error)))
            }
            Err(Stop::Store(error)) => Err(error),
        }
    }

    async fn in_one_piece(&self, hands: &mut Hands<'_>) -> Result<Sum, Stop> {
        let mut seen = Seen::default();
        let known = self.state("", hands).await?;
        let mut piece = self.piece("", self.priority()).run(known, &mut seen, hands).await?;
        let mut sum = Sum::default();
        let mut proven = piece.ending == Ending::Walked { blind: false };
        if proven {
            proven = self.vanish(None, &seen, &mut piece.state, &mut sum, hands).await?;
        }
        sum.add(piece, proven);
        Ok(sum)
    }

    /// One request per value. A record may move from one piece to another meanwhile, and a value may be unknown to
    /// us: what no piece shows is looked up by its id before it counts as gone.
    async fn by_values(&self, values: &[String], hands: &mut Hands<'_>) -> Result<Sum, Stop> {
        let mut sum = Sum::default();
        let mut seen = Seen::default();
        if let Some(status) = self.recently_not_offered(hands).await? {
            sum.not_offered(status);
            return Ok(sum);
        }
        let mut proven = true;
        let mut refused = Vec::new();
        hands.once_each();
        for value in values {
            let mut met = Seen::default();
            let known = self.state(value, hands).await?;
            let was_served = known.as_ref().is_some_and(|state| state.offered == Offered::Yes);
            match self.piece(value, self.priority()).run(known, &mut met, hands).await {
                Ok(mut piece) => {
                    if piece.ending == Ending::Vouched {
                        met_all(hands, value, &mut met).await?;
                    }
                    let met_completely = matches!(piece.ending, Ending::Walked { blind: false } | Ending::Vouched);
                    proven &= met_completely || matches!(piece.ending, Ending::NotOffered { .. });
                    let (before, of_piece) = (seen.len(), met.len());
                    seen.absorb(met);
                    // A server that heeds no value shows the whole list in each piece: it counts once.
                    if of_piece > 0 && seen.len() == before {
                        piece.state.server_count = None;
                    }
                    sum.add(piece, met_completely);
                }
                // This server does not know the value: the others may do.
                Err(Stop::Fetch(error)) if is_of_the_value(&error, &sum) && was_served => {
                    // It knew the value before, if only to say that none stands so: what it showed then is not gone for that, and
                    // what comes to stand so is not to be missed.
                    proven = false;
                    sum.problems.push((code_of(error.kind), error.message.clone()));
                    refused.push(error);
                }
                Err(Stop::Fetch(error)) if is_of_the_value(&error, &sum) => {
                    sum.states.push(self.refused_state(value, &error));
                    refused.push(error);
                }
                Err(stop) => return Err(stop),
            }
        }
        if refused.len() == values.len()
            && let Some(error) = refused.pop()
        {
            return Err(Stop::Fetch(error));
        }
        sum.proven = proven;
        if proven {
            self.look_up_missing(&mut seen, hands).await?;
            let mut state = ListState::default();
            let kept = self.vanish(None, &seen, &mut state, &mut sum, hands).await?;
            if !kept {
                sum.states.iter_mut().for_each(|piece| piece.learned = state.learned.clone());
            }
        }
        Ok(sum)
    }

    /// Reads records that no piece showed one by one: those that are still there are met after all.
    async fn look_up_missing(&self, seen: &mut Seen, hands: &mut Hands<'_>) -> Result<(), Stop> {
        let ids = missing(hands, seen, LOOKED_UP + 1).await?;
        if self.collection.item.is_none() || ids.len() > LOOKED_UP {
            return Ok(());
        }
        for (place, id) in ids.iter().enumerate() {
            self.meter.asked();
            let asked_at = Some((hands.now)());
            match self.source.item(&self.collection.name, id, self.priority()).await {
                Ok(Some(row)) => {
                    seen.insert(Seen::key(id));
                    hands.give(Batch { rows: vec![row], asked_at, ..Batch::default() }).await?;
                }
                Ok(None) => {}
                Err(error) if error.kind == FetchKind::NotOffered => return Ok(()),
                // Of a record that cannot be asked for nobody knows whether it is still there: it stays.
                Err(error) if error.kind == FetchKind::Rejected => drop(seen.insert(Seen::key(id))),
                // The same of all that are left, where a gateway speaks for the platform.
                Err(error) if error.is_doubtful() => {
                    for id in ids.iter().skip(place) {
                        seen.insert(Seen::key(id));
                    }
                    return Ok(());
                }
                Err(error) => return Err(Stop::Fetch(error)),
            }
        }
        Ok(())
    }

    /// Marks gone what was not met. False when the guard held it back.
    async fn vanish(
        &self,
        partition: Option<&str>,
        seen: &Seen,
        state: &mut ListState,
        sum: &mut Sum,
        hands: &mut Hands<'_>,
    ) -> Result<bool, StoreError> {
        let absence = self.collection.absence;
        match vanish(hands, partition, seen, absence, self.options.accept_gone).await? {
            Vanished::Marked(_) => Ok(true),
            Vanished::Held { missing, live } => {
                Learned { held: true, ..Learned::of(state) }.keep(state);
                let message = format!(
                    "{missing} of {live} records are missing from the server's list: all are kept. \
                     If that is right, run the sync again with --accept-gone"
                );
                sum.problems.push(("mass_disappearance", message));
                Ok(false)
            }
        }
    }

    fn piece<'s>(&'s self, partition: &'s str, priority: Priority) -> PiecePull<'s, S> {
        let sweeper = Sweeper {
            source: self.source,
            collection: self.collection,
            partition,
            priority,
            meter: self.meter,
            progress: self.progress,
            halted: self.halted,
        };
        PiecePull { sweeper, options: self.options }
    }

    fn priority(&self) -> Priority {
        Priority::List
    }

    async fn state(&self, partition: &str, hands: &Hands<'_>) -> Result<Option<ListState>, StoreError> {
        let (list, partition) = (self.list, partition.to_owned());
        hands.read(move |reader: &Reader| reader.state(list, &partition)).await
    }

    /// For lists in pieces: the status with which the whole list was refused not long ago.
    async fn recently_not_offered(&self, hands: &Hands<'_>) -> Result<Option<u16>, StoreError> {
        let state = self.state("", hands).await?;
        Ok(state.and_then(|state| refused(&state, self.options, (self.options.now)())))
    }

    /// The state of a piece that is not there, as the connection says with `status`.
    fn absent(&self, known: ListState, status: u16, error: &FetchError) -> ListState {
        let checked_at = Some((self.options.now)());
        let mut state = ListState { offered: Offered::No { status }, checked_at, ..known };
        Learned { hearsay: error.is_doubtful(), ..Learned::of(&state) }.keep(&mut state);
        state
    }

    fn refused_state(&self, partition: &str, error: &FetchError) -> ListState {
        let state = ListState { partition: partition.to_owned(), ..ListState::default() };
        self.absent(state, error.status.unwrap_or(0), error)
    }

    /// Keeps the states and problems, and reports.
    async fn close(&self, mut sum: Sum, mut hands: Hands<'_>) -> Result<ListReport, StoreError> {
        hands.settle().await?;
        let mut solved: Vec<String> = READ_PROBLEMS.map(str::to_owned).to_vec();
        solved.retain(|code| sum.problems.iter().all(|(found, _)| found != code));
        if sum.proven && sum.problems.is_empty() {
            solved.extend(WALK_PROBLEMS.map(str::to_owned));
        }
        if sum.walked && sum.bad == 0 && !sum.bad_before {
            solved.push("bad_row".to_owned());
        }
        let problems = sum.problems.iter().map(|(code, message)| problem(code, message)).collect();
        hands.give(Batch { problems, solved, ..Batch::default() }).await?;
        for state in std::mem::take(&mut sum.states) {
            hands.give(Batch { partition: state.partition.clone(), state: Some(state), ..Batch::default() }).await?;
        }
        hands.settle().await?;
        Ok(self.report(&sum, &hands))
    }

    fn report(&self, sum: &Sum, hands: &Hands<'_>) -> ListReport {
        let outcome = match &sum.offered {
            Offered::No { .. } => Outcome::NotOffered,
            _ if !sum.problems.is_empty() || sum.bad > 0 || sum.doubtful => Outcome::Partial,
            _ => Outcome::Ok,
        };
        let mut messages: Vec<String> = sum.problems.iter().map(|(_, message)| message.clone()).collect();
        if sum.bad > 0 {
            messages.push(format!("{} rows were skipped: qd status --problems tells why", sum.bad));
        }
        if sum.doubtful && sum.problems.is_empty() {
            messages
                .push("what an earlier sync found wrong with the list still stands: qd status --problems".to_owned());
        }
        if let Offered::No { status } = sum.offered {
            messages.push(format!("not offered by this connection (HTTP {status})"));
        }
        ListReport {
            list: self.key.clone(),
            outcome,
            mode: match (sum.skipped, sum.walked) {
                (true, _) => Mode::Skipped,
                (false, true) => Mode::Walk,
                (false, false) => Mode::Delta,
            },
            requests: self.meter.requests(),
            rows: self.meter.rows(),
            inserted: hands.done.inserted,
            updated: hands.done.updated,
            gone: hands.done.gone,
            bad: sum.bad,
            server_count: sum.server_count,
            offered: sum.offered.clone(),
            message: (!messages.is_empty()).then(|| messages.join("; ")),
        }
    }

    /// A request got no usable answer: what was read stays, and the reason is kept.
    async fn failed(&self, error: &FetchError, mut hands: Hands<'_>) -> Result<ListReport, StoreError> {
        hands.settle().await?;
        let mut sum = Sum::default();
        let known = self.state("", &hands).await?.unwrap_or_default();
        let list = self.list;
        let live = hands.read(move |reader: &Reader| reader.live_count(list, None)).await?;
        // A list that was served once, or a moment ago, is not missing: something is wrong with it.
        let was_served = known.offered == Offered::Yes || live > 0;
        let not_offered = !was_served && is_absent(error);
        if let (true, Some(status)) = (not_offered, error.status) {
            sum.not_offered(status);
            let state = ListState { walk: None, ..self.absent(known, status, error) };
            let solved = READ_PROBLEMS.map(str::to_owned).to_vec();
            hands.give(Batch { state: Some(state), solved, ..Batch::default() }).await?;
        } else {
            let code = code_of(error.kind);
            hands.give(Batch { problems: vec![problem(code, &error.message)], ..Batch::default() }).await?;
        }
        hands.settle().await?;
        let mut report = self.report(&sum, &hands);
        if !not_offered {
            report.outcome = Outcome::Failed;
            report.message = Some(error.message.clone());
        }
        Ok(report)
    }
}

impl Sum {
    fn add(&mut self, piece: Piece, proven: bool) {
        self.bad += piece.bad;
        self.walked |= piece.mode == Mode::Walk;
        self.proven = proven;
        match piece.ending {
            Ending::NotOffered { status } => {
                if self.offered == Offered::Unknown {
                    self.not_offered(status);
                }
                return;
            }
            Ending::Contradicted(lie) => self.problems.push((lie.code(), lie.message())),
            Ending::Restless => {
                let message = "the list kept changing while it was read: it is walked again by the next sync";
                self.problems.push(("restless", message.to_owned()));
            }
            Ending::Vouched | Ending::News | Ending::Walked { .. } | Ending::Resumed => {}
        }
        self.skipped = false;
        self.offered = Offered::Yes;
        self.doubtful |= Learned::of(&piece.state).swept_at.is_some();
        if let Some(count) = piece.state.server_count {
            self.server_count = Some(self.server_count.unwrap_or(0) + count);
        }
        self.states.push(piece.state);
    }

    /// Takes note of a piece that is not read this time.
    fn leaves(&mut self, known: Option<&ListState>) {
        let Some(known) = known else { return };
        self.doubtful |= is_doubtful(known);
        self.bad_before |= Learned::of(known).bad;
    }

    fn merge(&mut self, other: Sum) {
        self.bad += other.bad;
        self.walked |= other.walked;
        self.doubtful |= other.doubtful;
        self.bad_before |= other.bad_before;
        if let Some(count) = other.server_count {
            self.server_count = Some(self.server_count.unwrap_or(0) + count);
        }
        for problem in other.problems {
            if self.problems.len() < PROBLEMS_TOLD && !self.problems.contains(&problem) {
                self.problems.push(problem);
            }
        }
    }

    fn not_offered(&mut self, status: u16) {
        self.offered = Offered::No { status };
        self.skipped = true;
    }
}

/// Is this refusal about the value asked for, and not about the list?
fn is_of_the_value(error: &FetchError, others: &Sum) -> bool {
    error.kind == FetchKind::Rejected || (is_absent(error) && others.offered == Offered::Yes)
}

/// There is no such list, or none for this key, as far as anybody says.
fn is_absent(error: &FetchError) -> bool {
    matches!(error.kind, FetchKind::NotOffered | FetchKind::Forbidden) || error.is_doubtful()
}

fn problem(code: &str, message: &str) -> NewProblem {
    NewProblem { id: None, code: code.to_owned(), message: message.to_owned() }
}

pub(super) fn code_of(kind: FetchKind) -> &'static str {
    match kind {
        FetchKind::Unauthorized | FetchKind::Forbidden => "forbidden",
        FetchKind::NotOffered | FetchKind::Rejected | FetchKind::Redirected | FetchKind::Unusable => "rejected",
        FetchKind::RateLimited => "refused",
        FetchKind::Server => "server",
        FetchKind::Unreachable => "unreachable",
        FetchKind::TimedOut => "timed_out",
        FetchKind::BadReply => "bad_reply",
        FetchKind::TooLarge => "too_large",
    }
}
