//! Lists whose rows are numbered, and which are read on by number: the events of a run.
//!
//! A reply may be cut without a word of it, or with one and no other way on: both are asked on from the last number until nothing
//! new comes. A server that takes no number sends the same again; then its own way on is tried, if it names one. Where it names
//! none, nobody can tell whether it has shown everything: what speaks for a cut makes the piece partial, and no more is claimed.

use super::{Piece, PiecePull};
use crate::model::ListState;
use crate::platform::manifest::Delta;
use crate::pull::Stop;
use crate::pull::hands::Hands;
use crate::pull::lie::Lie;
use crate::pull::plan::Learned;
use crate::pull::seen::Seen;
use crate::pull::source::Source;
use crate::pull::sweep::{Goal, Order, Swept};

/// Replies in a row after which a server that has something new in each is not followed any further.
const ROUNDS: u64 = 10_000;

impl<S: Source> PiecePull<'_, S> {
    pub(super) fn is_numbered(&self) -> bool {
        matches!(self.sweeper.collection.delta, Delta::Since { numbered: true, .. })
    }

    /// What was asked for again is all that came, where a reply may hold one row: more may be behind it.
    pub(super) fn may_hide_more(&self, state: &ListState, swept: &Swept) -> bool {
        let narrow = Learned::of(state).narrow || state.server_count <= Some(1);
        self.is_numbered() && narrow && swept.met == 1 && !swept.not_modified
    }

    /// Rows are numbered, and the one with which the last news ended is not there any more, or is another: nothing is known of any
    /// number then. The last number is asked for again each time, so that this is seen with the news.
    pub(super) fn numbered_anew(&self, state: &ListState, swept: &Swept) -> bool {
        let marked = state.watermark.as_deref().is_some_and(|mark| mark.parse::<i64>().is_ok());
        self.is_numbered() && marked && !swept.not_modified && (!swept.anchored || swept.renumbered)
    }

    /// Where the server takes a watermark, it may cap its replies without saying so: asks on from the newest row until
    /// nothing new comes.
    pub(super) async fn follow(
        &self,
        piece: &mut Piece,
        swept: &mut Swept,
        seen: &mut Seen,
        hands: &mut Hands<'_>,
    ) -> Result<Followed, Stop> {
        let mut followed = Followed::default();
        if !matches!(self.sweeper.collection.delta, Delta::Since { .. }) {
            return Ok(followed);
        }
        let first = seen.len();
        let mut rounds = 0;
        while let Some(mark) = swept.watermark.clone() {
            let state = ListState { watermark: Some(mark.clone()), ..piece.state.clone() };
            let mut met = Seen::default();
            let order = Order { one_page: self.is_numbered(), ..Order::new(Goal::Since(mark), &state) };
            let more = self.sweeper.run(&order, &mut met, hands).await?;
            piece.count(&more);
            followed.take_note(&more);
            let before = seen.len();
            seen.absorb(met);
            swept.met = seen.len();
            swept.total = None;
            swept.watermark = more.watermark;
            swept.numbers = widest(swept.numbers, more.numbers);
            if seen.len() == before {
                break;
            }
            rounds += 1;
            if rounds >= ROUNDS || seen.len() > self.sweeper.collection.max_rows {
                swept.lie = Some(Lie::Endless { met: seen.len() });
                break;
            }
        }
        swept.narrow = first == 1 && seen.len() > first;
        Ok(followed)
    }

    /// Reads numbered rows on by their numbers, whatever else the reply says of more: no page says that a list which takes a
    /// number takes an offset as well. The piece comes back unread where the server takes no number.
    pub(super) async fn by_number(
        &self,
        mut piece: Piece,
        seen: &mut Seen,
        hands: &mut Hands<'_>,
    ) -> Result<Result<Piece, Piece>, Stop> {
        let state = ListState { walk: None, ..piece.state.clone() };
        let conditional = self.may_vouch(&state);
        let order = Order { conditional, one_page: true, ..Order::new(Goal::All, &state) };
        *seen = Seen::default();
        let mut swept = self.sweeper.run(&order, seen, hands).await?;
        piece.count(&swept);
        if swept.not_modified {
            return Ok(Ok(piece.vouched((hands.now)())));
        }
        // Cursors lead through all of it, or there is nothing to follow, or rows cannot be counted by their ids: the usual way tells.
        if swept.pages > 1 || swept.lie.is_some() || swept.blind {
            return Ok(Err(piece));
        }
        let (announced, shown) = (swept.total, swept.met);
        let ended = std::mem::take(&mut swept.ended);
        let mut followed = self.follow(&mut piece, &mut swept, seen, hands).await?;
        if let Some(lie) = swept.lie {
            return Ok(Ok(piece.contradicted(lie, &swept, (hands.now)())));
        }
        if swept.begins_late() {
            // It may show the last rows unless it is asked for the first.
            let from = ListState { watermark: Some("0".to_owned()), ..piece.state.clone() };
            let mut first = Swept { watermark: from.watermark, numbers: swept.numbers, ..Swept::default() };
            followed.absorb(self.follow(&mut piece, &mut first, seen, hands).await?);
            if let Some(lie) = first.lie {
                return Ok(Ok(piece.contradicted(lie, &swept, (hands.now)())));
            }
            (swept.met, swept.numbers) = (seen.len(), first.numbers);
        }
        let short = announced.is_some_and(|total| swept.met < total);
        if followed.ignored && (swept.unfinished || short) {
            return Ok(Err(piece));
        }
        let now = (hands.now)();
        if let Some(total) = announced.filter(|total| short || *total < shown) {
            return Ok(Ok(piece.contradicted(Lie::WrongTotal { met: swept.met, total }, &swept, now)));
        }
        if followed.unfinished {
            return Ok(Ok(piece.contradicted(Lie::NoWayOn { met: swept.met }, &swept, now)));
        }
        let partial = (followed.may_be_cut() && !ended) || swept.begins_late();
        let mut piece = piece.walked(&swept, now);
        piece.state.partial = partial;
        Ok(Ok(piece))
    }
}

/// What asking on from the newest row showed.
#[derive(Debug, Default)]
pub(super) struct Followed {
    /// The server takes no watermark: it sent what stands before it.
    ignored: bool,
    /// Its last reply says that there is more.
    unfinished: bool,
    /// It says that there is no more.
    ended: bool,
    /// Rows of its last reply.
    rows: u64,
}

impl Followed {
    fn take_note(&mut self, more: &Swept) {
        self.ignored |= more.ignored;
        self.unfinished = more.unfinished;
        self.ended = more.ended;
        self.rows = more.met;
    }

    fn absorb(&mut self, other: Self) {
        let ignored = self.ignored || other.ignored;
        *self = Self { ignored, ..other };
    }

    /// It says that there is more, and takes no number to read on from.
    pub(super) fn leads_nowhere(&self) -> bool {
        self.ignored && self.unfinished
    }

    /// Nobody can tell whether this is all of it: the server sends its rows from the first on, says nothing of others, and their
    /// number is one at which servers cut.
    pub(super) fn may_be_cut(&self) -> bool {
        let rows = self.rows;
        let usual =
            rows >= 10 && (rows.is_multiple_of(50) || rows.is_power_of_two() || [10, 20, 25, 30, 40].contains(&rows));
        self.ignored && !self.ended && usual
    }
}

fn widest(one: Option<(i64, i64)>, other: Option<(i64, i64)>) -> Option<(i64, i64)> {
    match (one, other) {
        (Some((a, b)), Some((c, d))) => Some((a.min(c), b.max(d))),
        _ => one.or(other),
    }
}

impl Swept {
    /// Its rows are numbered without a gap, and not from the first on: what comes before them was not shown.
    fn begins_late(&self) -> bool {
        let span = |(least, greatest): (i64, i64)| (least > 1).then(|| greatest.abs_diff(least).saturating_add(1));
        self.numbers.and_then(span) == Some(self.met)
    }
}
