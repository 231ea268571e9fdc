//! One piece of a list (or the whole of a list in one piece), until it is known to be equal or known not to be provable.

mod numbered;

use std::time::Duration;

use jiff::Timestamp;

use super::hands::Hands;
use super::lie::Lie;
use super::plan::{Learned, Plan, may_vouch, plan, total_as_expected};
use super::report::{Mode, SyncOptions};
use super::seen::Seen;
use super::source::Source;
use super::sweep::{Goal, Order, Sweeper, Swept};
use super::{Place, Stop};
use crate::model::{ListState, Offered};
use crate::platform::decode::salt;
use crate::platform::manifest::{Absence, Delta};
use crate::platform::{At, FetchKind};
use crate::store::Reader;

/// Up to so many pages a walk is cheap: it is repeated until the list held still, and done at once when counts disagree.
const CHEAP_PAGES: u64 = 50;

/// Walks over a list that will not hold still: a short one, a long one.
const ATTEMPTS: (u32, u32) = (5, 2);

/// Walks shorter than this many rows start again after a kill instead of resuming.
const WORTH_RESUMING: u64 = 2_000;

/// How one piece came out.
#[derive(Debug)]
pub struct Piece {
    /// Walked, or its news only.
    pub mode: Mode,
    /// How sure we are of it.
    pub ending: Ending,
    /// Rows skipped.
    pub bad: u64,
    /// Its state, to be kept once the rest of the list is settled.
    pub state: ListState,
}

/// How sure we are of a piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// The connection does not serve it; not asked again for a while.
    NotOffered {
        /// HTTP status it said that with.
        status: u16,
    },
    /// The server said that nothing changed.
    Vouched,
    /// The news were read, and the counts add up.
    News,
    /// Every row was met while the list held still.
    Walked {
        /// A row without a readable id was skipped: absence proves nothing.
        blind: bool,
    },
    /// Complete by its count, but part of it was met by an earlier process: absence proves nothing.
    Resumed,
    /// It kept changing through every walk.
    Restless,
    /// The server contradicts itself.
    Contradicted(Lie),
}

/// What the top of a list tells after a walk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Held {
    /// Nothing changed meanwhile.
    Still,
    /// It changed, and as many rows were met as there are.
    Grew,
    /// Rows may have been missed.
    Moved,
}

/// Pulls one piece.
pub struct PiecePull<'a, S> {
    pub sweeper: Sweeper<'a, S>,
    pub options: &'a SyncOptions,
}

impl<S: Source> PiecePull<'_, S> {
    /// Pulls the piece. The rows it meets are noted in `seen`, which must be empty.
    ///
    /// # Errors
    /// The first request that got no usable answer; what was read before stays.
    pub async fn run(&self, known: Option<ListState>, seen: &mut Seen, hands: &mut Hands<'_>) -> Result<Piece, Stop> {
        let plan = plan(known.as_ref(), self.sweeper.collection, self.options, (hands.now)());
        let state = known.unwrap_or_default();
        let mut piece = Piece::new(ListState { partition: self.sweeper.partition.to_owned(), ..state });
        let mut piece = match plan {
            Plan::NotOffered { status } => {
                piece.mode = Mode::Skipped;
                piece.ending = Ending::NotOffered { status };
                return Ok(piece);
            }
            Plan::Walk => self.walk(piece, seen, hands).await?,
            Plan::News => self.news(piece, seen, hands).await?,
        };
        if piece.ending != Ending::Vouched {
            let validated = piece.state.etag.is_some() || piece.state.last_modified.is_some();
            let read_by = validated.then(|| salt(self.sweeper.collection));
            Learned { read_by, ..Learned::of(&piece.state) }.keep(&mut piece.state);
        }
        Ok(piece)
    }

    /// Was the reply that "not modified" would stand for read as it would be read now? A manifest that picks out other columns,
    /// or masks more, wants the rows themselves.
    fn is_read_so(&self, state: &ListState) -> bool {
        Learned::of(state).read_by == Some(salt(self.sweeper.collection))
    }

    /// Looks for news, and walks when they do not add up.
    async fn news(&self, mut piece: Piece, seen: &mut Seen, hands: &mut Hands<'_>) -> Result<Piece, Stop> {
        let by_number = self.is_numbered();
        let conditional = self.is_read_so(&piece.state);
        let order = Order { conditional, one_page: by_number, ..Order::new(self.goal(&piece.state), &piece.state) };
        let mut swept = self.sweeper.run(&order, seen, hands).await?;
        piece.count(&swept);
        if self.numbered_anew(&piece.state, &swept) {
            return self.walk(piece, seen, hands).await;
        }
        // What a killed sync read is not new any more, but the rows behind it are.
        let went_on = swept.watermark != piece.state.watermark;
        let mut cut = false;
        let more = swept.new_ids > 0 || went_on || swept.unfinished || self.may_hide_more(&piece.state, &swept);
        if more && swept.lie.is_none() {
            let followed = self.follow(&mut piece, &mut swept, seen, hands).await?;
            if followed.leads_nowhere() {
                return self.walk(piece, seen, hands).await;
            }
            cut = followed.may_be_cut();
            piece.state.partial |= cut;
        }
        let now = (hands.now)();
        if swept.not_modified {
            return Ok(piece.vouched(now));
        }
        if swept.whole && (swept.pages == 1 || !swept.moved) {
            let mut piece = piece.walked(&swept, now);
            piece.state.partial = cut;
            return Ok(piece);
        }
        // A list that seems to end, and moved meanwhile, may have been cut off anywhere.
        let cut_off = swept.whole && swept.moved;
        if swept.lie.is_none() && !cut_off && self.adds_up(&order.goal, &piece.state, &swept) {
            return Ok(piece.read_news(&order.goal, &swept, now));
        }
        self.walk(piece, seen, hands).await
    }

    fn goal(&self, state: &ListState) -> Goal {
        match (&self.sweeper.collection.delta, &state.watermark) {
            (Delta::Full, _) => Goal::Probe,
            (Delta::NewestFirst { .. }, _) => Goal::Newest,
            (Delta::Since { overlap, .. }, Some(mark)) => Goal::Since(before(mark, *overlap)),
            (Delta::Since { .. }, None) => Goal::All,
        }
    }

    /// Do the news explain the count that the server tells now? Fewer rows than expected, in a long list whose rows age
    /// out, can wait for the next reconciling walk.
    fn adds_up(&self, goal: &Goal, state: &ListState, swept: &Swept) -> bool {
        let expected = state.server_count.map(|count| count.saturating_add(swept.new_ids));
        let long = swept.total.unwrap_or(0) > CHEAP_PAGES * self.sweeper.page_size();
        let aged_out = swept.total < expected && long && self.sweeper.collection.absence == Absence::Retention;
        goal.is_filtered() || total_as_expected(state.server_count, swept.new_ids, swept.total) || aged_out
    }

    /// Reads all of it, again if it moved meanwhile, until it is proven or hopeless.
    async fn walk(&self, mut piece: Piece, seen: &mut Seen, hands: &mut Hands<'_>) -> Result<Piece, Stop> {
        if let Some(swept) = self.resume(&mut piece, hands).await? {
            return Ok(piece.resumed(&swept, (hands.now)()));
        }
        if self.is_numbered() {
            piece = match self.by_number(piece, seen, hands).await? {
                Ok(read) => return Ok(read),
                Err(otherwise) => otherwise,
            };
        }
        let state = ListState { walk: None, ..piece.state.clone() };
        let order = Order {
            keep_cursor: !self.sweeper.is_child(),
            conditional: self.may_vouch(&state),
            ..Order::new(Goal::All, &state)
        };
        let mut attempt = 1;
        let mut trail = None;
        loop {
            *seen = Seen::default();
            let mut swept = self.sweeper.run(&order, seen, hands).await?;
            piece.count(&swept);
            if swept.not_modified {
                return Ok(piece.vouched((hands.now)()));
            }
            let doubtful = swept.pages > 1 && swept.lie.is_some_and(|lie| lie.may_be_a_move(swept.moved));
            if let Some(lie) = swept.lie.filter(|_| !doubtful || attempt > 1) {
                return Ok(piece.contradicted(lie, &swept, (hands.now)()));
            }
            self.follow(&mut piece, &mut swept, seen, hands).await?;
            // Where no page tells of a move, only the same walk over again does.
            let retraced = swept.trail.is_none() || swept.trail == trail;
            trail = swept.trail;
            let held = match (swept.pages, retraced) {
                (1, _) => Held::Still,
                (_, true) => self.held_still(&mut piece, &mut swept, seen, hands).await?,
                (_, false) => Held::Moved,
            };
            let cheap = swept.pages <= CHEAP_PAGES;
            let attempts = if cheap { ATTEMPTS.0 } else { ATTEMPTS.1 };
            // What is believed only when it comes twice needs one walk more.
            let last = attempt >= attempts + u32::from(swept.trail.is_some());
            // One row that went and one that came leave the count as it was: where it is cheap, once more.
            let still = held == Held::Still || (held == Held::Grew && (last || !cheap));
            if still && (!doubtful || swept.total == Some(swept.met)) {
                return Ok(piece.walked(&swept, (hands.now)()));
            }
            if last {
                return Ok(piece.restless(&swept, (hands.now)()));
            }
            attempt += 1;
        }
    }

    /// May "not modified" stand for a walk?
    fn may_vouch(&self, state: &ListState) -> bool {
        may_vouch(state, self.options, (self.options.now)()) && self.is_read_so(state)
    }

    /// After a walk of several pages: reads the top again, and says whether every row was met while the list held still,
    /// or only grew by rows that were met too.
    async fn held_still(
        &self,
        piece: &mut Piece,
        swept: &mut Swept,
        seen: &mut Seen,
        hands: &mut Hands<'_>,
    ) -> Result<Held, Stop> {
        hands.settle().await?;
        let mut top = Seen::default();
        let head = self.sweeper.run(&Order::new(Goal::Head, &piece.state), &mut top, hands).await?;
        piece.count(&head);
        seen.absorb(top);
        let static_list = !swept.moved && !head.moved && !head.news && head.total == swept.total;
        let only_grew = !swept.shrank && !head.shrank && head.total >= swept.total;
        // A list that grows with each request is met as it was when its top was read again.
        let met = Some(seen.len());
        let all_met = met == head.total || met == head.first_total;
        swept.total = if all_met { met } else { head.total.or(swept.total) };
        swept.met = seen.len();
        Ok(match (static_list, only_grew && all_met) {
            (true, _) => Held::Still,
            (false, true) => Held::Grew,
            (false, false) => Held::Moved,
        })
    }

    /// Goes on where a killed first walk stopped. `None` when that does not make the piece complete.
    async fn resume(&self, piece: &mut Piece, hands: &mut Hands<'_>) -> Result<Option<Swept>, Stop> {
        let Some(start) = self.resumable(&piece.state) else { return Ok(None) };
        let order = Order { start, keep_cursor: true, ..Order::new(Goal::All, &piece.state) };
        let mut seen = Seen::default();
        let mut swept = match self.sweeper.run(&order, &mut seen, hands).await {
            Ok(swept) => swept,
            // The server no longer knows the cursor, whatever it says of that: from the top, then.
            Err(Stop::Fetch(error)) if is_of_the_place(error.kind) => return Ok(None),
            Err(stop) => return Err(stop),
        };
        piece.count(&swept);
        // A walk that did not begin at the top never meets as many rows as are announced.
        if swept.shrank || swept.lie.is_some_and(|lie| !matches!(lie, Lie::WrongTotal { .. })) {
            return Ok(None);
        }
        self.held_still(piece, &mut swept, &mut seen, hands).await?;
        // `seen` knows only what this process met: the mirror's own count tells whether anything is missing.
        let live = self.live(hands).await?;
        Ok((swept.total == Some(live)).then_some(swept))
    }

    fn resumable(&self, state: &ListState) -> Option<At> {
        let walk = state.walk.as_ref().filter(|_| state.walked_at.is_none() && !self.options.full)?;
        let place: Place = walk.at.parse().ok()?;
        let long = place.total.is_some_and(|total| total >= WORTH_RESUMING);
        (long && place.at != At::Start).then_some(place.at)
    }

    async fn live(&self, hands: &mut Hands<'_>) -> Result<u64, Stop> {
        hands.settle().await?;
        let (list, partition) = (hands.list, self.sweeper.partition.to_owned());
        let question =
            move |reader: &Reader| reader.live_count(list, (!partition.is_empty()).then_some(partition.as_str()));
        Ok(hands.read(question).await?)
    }
}

/// May a request fail so because of the place it asks for? One for the top tells.
fn is_of_the_place(kind: FetchKind) -> bool {
    use FetchKind::*;
    match kind {
        NotOffered | Rejected | Server | BadReply | TooLarge | Redirected => true,
        Unauthorized | Forbidden | RateLimited | Unreachable | TimedOut | Unusable => false,
    }
}

impl Piece {
    fn new(state: ListState) -> Self {
        Self { mode: Mode::Delta, ending: Ending::News, bad: 0, state }
    }

    fn count(&mut self, swept: &Swept) {
        self.bad = self.bad.max(swept.bad);
    }

    fn vouched(mut self, now: Timestamp) -> Self {
        self.ending = Ending::Vouched;
        self.state.checked_at = Some(now);
        let learned = Learned::of(&self.state);
        if learned.one_page {
            let read_at = learned.read_at.or(self.state.walked_at);
            Learned { read_at, ..learned }.keep(&mut self.state);
            self.state.walked_at = Some(now);
        }
        self
    }

    fn read_news(mut self, goal: &Goal, swept: &Swept, now: Timestamp) -> Self {
        self.ending = Ending::News;
        let learned = Learned::of(&self.state);
        Learned { one_page: false, narrow: learned.narrow || swept.narrow, ..learned }.keep(&mut self.state);
        let counted = self.state.server_count.map(|count| count.saturating_add(swept.new_ids));
        self.state.server_count = swept.total.filter(|_| !goal.is_filtered()).or(counted);
        self.note(swept, now);
        self
    }

    fn walked(mut self, swept: &Swept, now: Timestamp) -> Self {
        self.mode = Mode::Walk;
        self.ending = Ending::Walked { blind: swept.blind };
        self.state.partial = false;
        self.state.walked_at = Some(now);
        self.state.server_count = swept.total.or(Some(swept.met));
        // What an earlier walk saw last may be gone.
        self.state.watermark = None;
        let learned = Learned {
            disordered: swept.disordered,
            one_page: swept.pages == 1,
            narrow: swept.narrow,
            ..Learned::default()
        };
        learned.keep(&mut self.state);
        self.note(swept, now);
        self
    }

    fn resumed(self, swept: &Swept, now: Timestamp) -> Self {
        Self { ending: Ending::Resumed, ..self.walked(swept, now) }
    }

    fn restless(mut self, swept: &Swept, now: Timestamp) -> Self {
        self.mode = Mode::Walk;
        self.ending = Ending::Restless;
        self.state.server_count = swept.total;
        // The next sync walks again, whatever an earlier walk proved.
        self.state.walked_at = None;
        self.note(swept, now);
        self
    }

    fn contradicted(mut self, lie: Lie, swept: &Swept, now: Timestamp) -> Self {
        self.mode = Mode::Walk;
        self.ending = Ending::Contradicted(lie);
        self.state.server_count = swept.total;
        self.state.partial = lie.hides_rows();
        let swept_at = (!lie.hides_rows() || swept.pages > CHEAP_PAGES).then_some(now);
        if swept_at.is_none() {
            // The next sync tries again to see them.
            self.state.walked_at = None;
        }
        Learned { swept_at, one_page: false, ..Learned::of(&self.state) }.keep(&mut self.state);
        self.note(swept, now);
        self
    }

    /// Keeps what every sweep tells.
    fn note(&mut self, swept: &Swept, now: Timestamp) {
        let state = &mut self.state;
        state.offered = Offered::Yes;
        state.checked_at = Some(now);
        state.walk = None;
        state.watermark = swept.watermark.clone().or(state.watermark.take());
        (state.etag, state.last_modified) = swept.validators.clone();
    }
}

/// A watermark moved back by the overlap: seconds for a time, a count for a number. What is neither stays.
fn before(mark: &str, overlap: u64) -> String {
    const PLAIN: &str = "%Y-%m-%d %H:%M:%S";
    if let Ok(number) = mark.parse::<i64>() {
        return number.saturating_sub_unsigned(overlap).max(0).to_string();
    }
    let back = Duration::from_secs(overlap);
    if let Ok(at) = mark.parse::<Timestamp>() {
        return at.checked_sub(back).map_or_else(|_| mark.to_owned(), |at| at.to_string());
    }
    let plain = jiff::civil::DateTime::strptime(PLAIN, mark).and_then(|at| at.checked_sub(back));
    plain.map_or_else(|_| mark.to_owned(), |at| at.strftime(PLAIN).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_watermark_moves_back_in_its_own_writing() {
        assert_eq!(before("120", 20), "100");
        assert_eq!(before("5", 20), "0");
        assert_eq!(before("2026-02-17T09:00:00Z", 60), "2026-02-17T08:59:00Z");
        assert_eq!(before("2026-02-17 09:00:00", 60), "2026-02-17 08:59:00");
        assert_eq!(before("v1.4.2", 60), "v1.4.2");
    }
}
