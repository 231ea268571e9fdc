//! A list with one piece for each record of another: the events of each run.
//!
//! One parent's list may be missing, broken or forbidden while those of all others are well: it is told, and costs no other. What was
//! found wrong with one of them stands until no piece of a parent that there is is in doubt any more.

use std::collections::HashSet;

use futures_util::stream::{FuturesUnordered, StreamExt as _};

use super::super::Stop;
use super::super::due::{Due, due, is_doubtful, unsettled_since};
use super::super::hands::Hands;
use super::super::piece::Ending;
use super::super::plan::Learned;
use super::super::report::Mode;
use super::super::seen::Seen;
use super::super::source::Source;
use super::{ListPull, Sum, code_of, is_absent};
use crate::model::{ListId, ListState, Offered, Query, Row, Scope};
use crate::platform::manifest::Partition;
use crate::platform::{FetchError, FetchKind, Priority};
use crate::store::{Applied, Batch, Known, Reader, StoreError};

/// Parents whose children are read side by side.
const AT_ONCE: usize = 4;

/// Parents looked at together.
const STRETCH: usize = 200;

/// Parents without such a list, and none with it, after which the list counts as not offered.
const TRIED: usize = 8;

/// Of these, so many are the newest: what belongs to the oldest is the first that a platform drops.
const NEWEST: usize = 5;

/// Parents in a row whose lists fail, after which the list as a whole counts as failed.
const FAILING: usize = 5;

/// What the parents have shown of their lists.
#[derive(Debug, Default)]
struct Shown {
    /// Parents whose list was read, or need not be.
    served: usize,
    /// Others, of which the server said that they have none.
    absent: usize,
    /// Others that had none when they were last asked, and the status with which that was said last.
    absent_before: Option<u16>,
    /// Others that failed, each for itself.
    failed: usize,
    /// Of these, since one was served.
    in_a_row: usize,
    /// How the last of them failed.
    failure: Option<FetchError>,
    /// How the server said it of the last that has none.
    absence: Option<FetchError>,
}

impl Shown {
    fn serves(&mut self) {
        self.served += 1;
        self.in_a_row = 0;
    }

    /// Takes note of a parent that is not asked.
    fn leaves(&mut self, known: Option<&ListState>) {
        match known.map(|known| &known.offered) {
            Some(Offered::No { status }) => self.absent_before = Some(*status),
            _ => self.serves(),
        }
    }

    /// Takes note of a failure; one that is not of this parent alone is handed back.
    fn fails(&mut self, error: FetchError) -> Result<(), FetchError> {
        match error.kind {
            _ if is_absent(&error) => {
                self.absent += 1;
                self.absence = Some(error);
            }
            FetchKind::Rejected
            | FetchKind::Server
            | FetchKind::TimedOut
            | FetchKind::BadReply
            | FetchKind::TooLarge => {
                self.failed += 1;
                self.in_a_row += 1;
                self.failure = Some(error);
            }
            _ => return Err(error),
        }
        Ok(())
    }

    /// Nothing better is to be expected of the others.
    fn hopeless(&self) -> bool {
        self.in_a_row >= FAILING || (self.served == 0 && self.absent >= TRIED)
    }
}

impl<S: Source> ListPull<'_, S> {
    /// One list per parent; a parent that has not changed since, and is not open, is not asked.
    pub(super) async fn by_parents(&self, open: &[String], hands: &mut Hands<'_>) -> Result<Sum, Stop> {
        let mut sum = Sum { offered: Offered::Yes, ..Sum::default() };
        let Some(parents) = self.parents else { return Ok(sum) };
        if let Some(status) = self.recently_not_offered(hands).await? {
            sum.not_offered(status);
            return Ok(sum);
        }
        let mut shown = Shown::default();
        let newest = self.newest(parents, hands).await?;
        let first: HashSet<String> = newest.iter().map(|parent| parent.id.clone()).collect();
        self.look_at(newest, open, &mut shown, &mut sum, hands).await?;
        let mut after = None;
        while !shown.hopeless() {
            let mut stretch = self.parents_after(parents, after, hands).await?;
            after = stretch.last().map(|parent| parent.id.clone());
            stretch.retain(|parent| !first.contains(&parent.id));
            self.look_at(stretch, open, &mut shown, &mut sum, hands).await?;
            if after.is_none() {
                break;
            }
        }
        match (shown.absence, shown.failure) {
            (_, Some(error)) if shown.in_a_row >= FAILING || shown.served == 0 => return Err(Stop::Fetch(error)),
            (Some(error), None) if shown.served == 0 => return Err(Stop::Fetch(error)),
            (_, Some(error)) => {
                let message = format!("{} of its parents could not be read, the last: {}", shown.failed, error.message);
                sum.problems.push((code_of(error.kind), message));
            }
            (_, None) => {}
        }
        let now = Some((self.options.now)());
        if let (0, Some(status)) = (shown.served, shown.absent_before) {
            sum.not_offered(status);
            sum.states.push(ListState { offered: Offered::No { status }, checked_at: now, ..ListState::default() });
            return Ok(sum);
        }
        // Every parent was looked at.
        sum.proven = !sum.doubtful;
        sum.states.push(ListState { offered: Offered::Yes, checked_at: now, walked_at: now, ..ListState::default() });
        Ok(sum)
    }

    /// The newest parents, where no parent has shown such a list yet.
    async fn newest(&self, parents: ListId, hands: &Hands<'_>) -> Result<Vec<Known>, StoreError> {
        let served = self.state("", hands).await?.is_some_and(|state| state.offered == Offered::Yes);
        let Some(scope) = self.parent_scope().filter(|_| !served) else { return Ok(Vec::new()) };
        hands
            .read(move |reader: &Reader| {
                let rows = reader.window(&Query { limit: NEWEST, ..Query::newest(scope) })?.rows;
                let ids: Vec<&str> = rows.iter().map(|row| row.id.as_str()).collect();
                let hashes = reader.hashes(parents, &ids)?;
                let known = |(id, hash): (&&str, Option<u64>)| Some(Known { id: (*id).to_owned(), hash: hash? });
                Ok(ids.iter().zip(hashes).filter_map(known).collect())
            })
            .await
    }

    /// Reads the lists of those of these parents that are due.
    async fn look_at(
        &self,
        parents: Vec<Known>,
        open: &[String],
        shown: &mut Shown,
        sum: &mut Sum,
        hands: &mut Hands<'_>,
    ) -> Result<(), Stop> {
        let mut asked = Vec::new();
        for parent in parents {
            let known = self.state(&parent.id, hands).await?;
            if self.is_due(&parent, known.as_ref(), open, hands).await? {
                asked.push((parent, known));
            } else {
                shown.leaves(known.as_ref());
                sum.leaves(known.as_ref());
            }
        }
        self.stretch(asked, shown, sum, hands).await
    }

    /// Reads the lists of these parents side by side.
    async fn stretch(
        &self,
        due: Vec<(Known, Option<ListState>)>,
        shown: &mut Shown,
        sum: &mut Sum,
        hands: &mut Hands<'_>,
    ) -> Result<(), Stop> {
        let mut due = due.into_iter();
        let mut running = FuturesUnordered::new();
        running.extend(due.by_ref().take(AT_ONCE).map(|(parent, known)| self.children(parent, known)));
        while let Some(child) = running.next().await {
            match child {
                Ok((child, done)) => {
                    shown.serves();
                    sum.merge(child);
                    hands.done.add(done);
                }
                Err(Stop::Fetch(error)) => shown.fails(error).map_err(Stop::Fetch)?,
                Err(stop) => return Err(stop),
            }
            if shown.hopeless() {
                break;
            }
            running.extend(due.next().map(|(parent, known)| self.children(parent, known)));
        }
        Ok(())
    }

    /// Reads the children of one parent and settles them at once: there may be very many parents.
    async fn children(&self, parent: Known, known: Option<ListState>) -> Result<(Sum, Applied), Stop> {
        let mut hands = Hands::new(self.mirror, self.list, self.options.now);
        let mut seen = Seen::default();
        let had_bad = known.as_ref().is_some_and(|state| Learned::of(state).bad);
        let updated_at = self.parent_row(&parent.id, &hands).await?.and_then(|row| row.updated_at);
        let unsettled_since = unsettled_since(parent.hash, known.as_ref(), updated_at, (self.options.now)());
        let was_served = known.as_ref().is_some_and(|state| state.offered == Offered::Yes);
        let known = known.map(|state| {
            if is_doubtful(&state) {
                // The news of it would leave the doubt where it is.
                ListState { walked_at: None, ..state }
            } else if was_served {
                state
            } else {
                // Whether it is asked once more was decided with the parent in view.
                ListState { offered: Offered::Unknown, ..state }
            }
        });
        let read = self.piece(&parent.id, Priority::Content).run(known, &mut seen, &mut hands).await;
        let mut piece = match read {
            // A run whose events were dropped long ago is not asked for them by every sync.
            Err(Stop::Fetch(error)) if is_missing(&error) && !was_served => {
                let mut state = ListState { parent_hash: Some(parent.hash), ..self.refused_state(&parent.id, &error) };
                Learned { unsettled_since, ..Learned::of(&state) }.keep(&mut state);
                hands.give(Batch { partition: parent.id, state: Some(state), ..Batch::default() }).await?;
                hands.settle().await?;
                return Err(Stop::Fetch(error));
            }
            read => read?,
        };
        let mut sum = Sum::default();
        // What kept changing is read again by the next sync, whether its parent changes or not.
        piece.state.parent_hash = (piece.ending != Ending::Restless).then_some(parent.hash);
        let bad = piece.bad > 0 || (had_bad && piece.mode != Mode::Walk);
        Learned { bad, unsettled_since, ..Learned::of(&piece.state) }.keep(&mut piece.state);
        if piece.ending == (Ending::Walked { blind: false }) {
            self.vanish(Some(&parent.id), &seen, &mut piece.state, &mut sum, &mut hands).await?;
        }
        sum.add(piece, true);
        for state in sum.states.drain(..) {
            let batch = Batch { partition: parent.id.clone(), state: Some(state), ..Batch::default() };
            hands.give(batch).await?;
        }
        hands.settle().await?;
        Ok((sum, hands.done))
    }

    async fn parents_after(
        &self,
        parents: ListId,
        after: Option<String>,
        hands: &Hands<'_>,
    ) -> Result<Vec<Known>, StoreError> {
        hands.read(move |reader: &Reader| reader.live(parents, None, after.as_deref(), STRETCH)).await
    }

    async fn is_due(
        &self,
        parent: &Known,
        known: Option<&ListState>,
        open: &[String],
        hands: &Hands<'_>,
    ) -> Result<bool, StoreError> {
        match due(parent.hash, known, self.options, (self.options.now)()) {
            Due::Yes => return Ok(true),
            Due::WhileOpen => {}
        }
        if open.is_empty() {
            return Ok(false);
        }
        // Some parents never show that their children grow.
        if open.iter().any(|status| status == "*") {
            return Ok(true);
        }
        let status = self.parent_row(&parent.id, hands).await?.and_then(|row| row.status);
        Ok(status.is_some_and(|status| open.contains(&status)))
    }

    /// A parent's own columns.
    async fn parent_row(&self, id: &str, hands: &Hands<'_>) -> Result<Option<Row>, StoreError> {
        let Some(scope) = self.parent_scope() else { return Ok(None) };
        let id = id.to_owned();
        let found = hands.read(move |reader: &Reader| reader.find(&scope, &id, 1)).await?;
        Ok(found.into_iter().next().map(|record| record.row))
    }

    /// The list of the parents.
    fn parent_scope(&self) -> Option<Scope> {
        let Some(Partition::Parent { collection, .. }) = &self.collection.partition else { return None };
        Some(Scope {
            collections: vec![collection.clone()],
            connections: vec![self.key.connection.clone()],
            ..Scope::default()
        })
    }
}

/// The parent has no such list, as far as anybody says.
fn is_missing(error: &FetchError) -> bool {
    error.kind == FetchKind::NotOffered || error.is_doubtful()
}
