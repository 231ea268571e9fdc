//! One pass over a list, or over the part of it that is news: reads pages, hands them to the mirror, follows the pager.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::task::Poll;

use futures_util::future::{BoxFuture, FutureExt as _};
use jiff::Timestamp;

use super::compare::{Compared, compare, later};
use super::hands::Hands;
use super::lie::Lie;
use super::meter::Meter;
use super::pager::{Facts, Pager, Turn};
use super::plan::total_as_expected;
use super::seen::Seen;
use super::source::Source;
use super::{Place, Stop};
use crate::model::{ListState, WalkCursor};
use crate::platform::manifest::{Paging, Partition};
use crate::platform::{At, BadRow, Collection, Page, PageAsk, Priority, Reply};
use crate::store::{Batch, NewProblem};

/// Pages asked for ahead of the one being read.
const AHEAD: usize = 4;

/// Bad rows told one by one; the rest is only counted.
const BAD_ROWS_TOLD: u64 = 20;

/// How far a sweep reads.
#[derive(Debug, Clone, PartialEq)]
pub enum Goal {
    /// To the end of the list.
    All,
    /// The order tells nothing: one page, and all of it on any difference.
    Probe,
    /// Newest first: until a page with nothing new, and one page more.
    Newest,
    /// The top again, after a long walk: until a page with nothing new.
    Head,
    /// Rows that the server filtered: to the end, or past this watermark when the filter was ignored.
    Since(String),
}

/// What a sweep is to do.
#[derive(Debug, Clone)]
pub struct Order {
    /// How far.
    pub goal: Goal,
    /// Where to begin.
    pub start: At,
    /// State of the piece before the sweep.
    pub state: ListState,
    /// Keep a cursor from which a killed walk can resume.
    pub keep_cursor: bool,
    /// Ask with the validators of the last reply.
    pub conditional: bool,
    /// Read one page, unless a cursor leads on: the rest is asked for by the number of its rows.
    pub one_page: bool,
}

/// What a sweep found.
#[derive(Debug, Default)]
pub struct Swept {
    /// The server said: as it was.
    pub not_modified: bool,
    /// Pages read.
    pub pages: u64,
    /// It read to the end of the list from its top.
    pub whole: bool,
    /// How the server contradicted itself.
    pub lie: Option<Lie>,
    /// The list moved meanwhile.
    pub moved: bool,
    /// Rows were taken away meanwhile.
    pub shrank: bool,
    /// Rows in the whole list, as last told.
    pub total: Option<u64>,
    /// The same, as first told.
    pub first_total: Option<u64>,
    /// Nothing told whether the list moved, but this: which rows were met, in which order.
    pub trail: Option<u64>,
    /// Different rows met.
    pub met: u64,
    /// Something was new or different (not counted by [`Goal::All`]).
    pub news: bool,
    /// Ids the mirror did not hold live (not counted by [`Goal::All`]).
    pub new_ids: u64,
    /// A row that stands where the last news ended is as it was.
    pub anchored: bool,
    /// Rows up to there are new or different: what was numbered so is not what it was.
    pub renumbered: bool,
    /// A reply held one row, and there were more.
    pub narrow: bool,
    /// A row without a readable id was skipped: absence proves nothing.
    pub blind: bool,
    /// A later row stood below an earlier one: the order does not tell where the edits are.
    pub disordered: bool,
    /// Rows skipped.
    pub bad: u64,
    /// Newest value of the delta's column.
    pub watermark: Option<String>,
    /// The reply says that there is more, which was not read: see [`Order::one_page`].
    pub unfinished: bool,
    /// The last reply says that there is more.
    pub says_more: bool,
    /// The last reply says that there is no more.
    pub ended: bool,
    /// Rows came from before the watermark that was asked with: the server takes none.
    pub ignored: bool,
    /// Least and greatest number in the delta's column.
    pub numbers: Option<(i64, i64)>,
    /// Validators of the first page.
    pub validators: (Option<String>, Option<String>),
}

/// Reads one piece of one list.
pub struct Sweeper<'a, S> {
    pub source: &'a S,
    pub collection: &'a Collection,
    /// The piece; empty for a list in one piece.
    pub partition: &'a str,
    pub priority: Priority,
    pub meter: &'a Meter,
    /// Told after each page: rows announced.
    pub progress: &'a (dyn Fn(Option<u64>) + Send + Sync),
    /// Says that the connection was found unusable meanwhile.
    pub halted: &'a (dyn Fn() -> bool + Send + Sync),
}

/// The requests of a sweep: the next page, and those read ahead of it. They are sent in this order, and their replies are
/// taken in this order.
struct Lane<'s> {
    now: fn() -> Timestamp,
    requests: VecDeque<Asked<'s>>,
}

struct Asked<'s> {
    at: At,
    /// When it was sent.
    asked_at: Timestamp,
    request: Request<'s>,
}

enum Request<'s> {
    Sent(BoxFuture<'s, Result<Reply, Stop>>),
    Answered(Result<Reply, Stop>),
}

impl Lane<'_> {
    /// The reply to the first request, and when that was sent; `None` when there is none.
    async fn next(&mut self) -> Option<(At, Timestamp, Result<Reply, Stop>)> {
        poll_fn(|context| {
            for Asked { request, .. } in &mut self.requests {
                if let Request::Sent(reply) = request
                    && let Poll::Ready(reply) = reply.as_mut().poll(context)
                {
                    *request = Request::Answered(reply);
                }
            }
            match self.requests.pop_front() {
                None => Poll::Ready(None),
                Some(Asked { at, asked_at, request: Request::Answered(reply) }) => {
                    Poll::Ready(Some((at, asked_at, reply)))
                }
                Some(first) => {
                    self.requests.push_front(first);
                    Poll::Pending
                }
            }
        })
        .await
    }
}

impl<'a, S: Source> Sweeper<'a, S> {
    /// Sweeps. Rows met are noted in `seen`, which tells the pager what is new to this pass.
    pub async fn run(&self, order: &Order, seen: &mut Seen, hands: &mut Hands<'_>) -> Result<Swept, Stop> {
        let mut pager = Pager::new(self.collection.max_rows);
        // A walk finds its own watermark: what an earlier one saw may be beyond what this one has read.
        let watermark = order.state.watermark.clone().filter(|_| order.goal != Goal::All);
        let mut swept = Swept { watermark, ..Swept::default() };
        let mut goal = order.goal.clone();
        let started_at = order.state.walk.as_ref().map_or_else(hands.now, |walk| walk.started_at);
        let (mut quiet_pages, mut trail) = (0, 0u64);
        let mut lane = Lane { now: hands.now, requests: VecDeque::new() };
        self.ask(&mut lane, order, order.start.clone());

        while let Some((at, asked_at, reply)) = lane.next().await {
            if (self.halted)() {
                return Err(Stop::Halted);
            }
            let Reply::Page(page) = reply? else {
                swept.not_modified = true;
                break;
            };
            let mark = order.state.watermark.as_deref().filter(|_| goal.is_filtered());
            let compared = compare(&goal, mark, &page, seen, hands).await?;
            let facts = facts(&page, seen, &pager);
            let turn = pager.turn(&at, &facts);
            trail = page.rows.iter().fold(trail, |trail, row| trail.rotate_left(5) ^ Seen::key(&row.id));
            self.meter.read(facts.len);
            swept.take_note(&page, &compared, &goal, facts.met);
            quiet_pages = if compared.news { 0 } else { quiet_pages + 1 };
            if pager.pages() == 1 {
                swept.validators = (page.etag.clone(), page.last_modified.clone());
                if goal == Goal::Probe && (compared.news || !total_fits(order, &swept)) {
                    goal = Goal::All;
                }
            }
            let enough = goal.reached(pager.pages(), quiet_pages, &page);
            let hides = pager.pages() == 1 && !enough;
            let resume_at = resume_at(order, &goal, &turn, hides, swept.renumbered);
            let state = resume_at.map(|next| resumable(&order.state, started_at, next, pager.total()));
            hands.give(Batch { asked_at: Some(asked_at), ..self.batch(page, state, swept.bad) }).await?;
            (self.progress)(pager.total());
            if order.one_page && leads_by_number(&turn) {
                swept.unfinished = swept.says_more;
                break;
            }
            match turn {
                Turn::Read(_) if enough => break,
                Turn::Read(next) => {
                    self.read_on(&mut lane, order, next, &pager);
                    if goal == Goal::All {
                        self.read_ahead(&mut lane, order, &pager);
                    }
                }
                Turn::End => {
                    swept.whole = order.start == At::Start && !order.goal.is_filtered();
                    break;
                }
                Turn::Stop(lie) => {
                    swept.lie = Some(lie);
                    break;
                }
            }
        }
        swept.conclude(&pager, seen, trail);
        Ok(swept)
    }

    /// Rows of a full page, as the manifest has it.
    pub fn page_size(&self) -> u64 {
        match self.collection.paging {
            Paging::None => u64::MAX / 1_000,
            Paging::Offset { size, .. } | Paging::Cursor { size, .. } | Paging::Page { size, .. } => size.into(),
        }
    }

    /// The list has one piece for each record of another.
    pub fn is_child(&self) -> bool {
        matches!(self.collection.partition, Some(Partition::Parent { .. }))
    }

    /// Asks for the next page, unless it is on its way already. What was read ahead of another page, or before the list
    /// moved, is dropped.
    fn read_on<'s>(&'s self, lane: &mut Lane<'s>, order: &Order, next: At, pager: &Pager) {
        if lane.requests.front().is_none_or(|first| first.at != next) || pager.just_moved() {
            lane.requests.clear();
            self.ask(lane, order, next);
        }
    }

    fn read_ahead<'s>(&'s self, lane: &mut Lane<'s>, order: &Order, pager: &Pager) {
        while lane.requests.len() < AHEAD {
            let Some(Asked { at: At::Offset(last), .. }) = lane.requests.back() else { return };
            let Some(next) = pager.ahead_of(*last) else { return };
            self.ask(lane, order, At::Offset(next));
        }
    }

    fn ask<'s>(&'s self, lane: &mut Lane<'s>, order: &Order, at: At) {
        self.meter.asked();
        let conditional = order.conditional && at == At::Start;
        let ask = PageAsk {
            collection: self.collection.name.clone(),
            partition: (!self.partition.is_empty()).then(|| self.partition.to_owned()),
            at: at.clone(),
            size: None,
            since: match &order.goal {
                Goal::Since(value) => Some(value.clone()),
                _ => None,
            },
            etag: order.state.etag.clone().filter(|_| conditional),
            last_modified: order.state.last_modified.clone().filter(|_| conditional),
        };
        let reply = async move { self.source.page(&ask, self.priority).await.map_err(Stop::Fetch) };
        let asked_at = (lane.now)();
        lane.requests.push_back(Asked { at, asked_at, request: Request::Sent(reply.boxed()) });
    }

    fn batch(&self, page: Page, state: Option<ListState>, bad_so_far: u64) -> Batch {
        let told_before = bad_so_far.saturating_sub(page.bad.len() as u64);
        let room = BAD_ROWS_TOLD.saturating_sub(told_before) as usize;
        Batch {
            rows: page.rows,
            partition: self.partition.to_owned(),
            state,
            problems: page.bad.into_iter().take(room).map(bad_row).collect(),
            ..Batch::default()
        }
    }
}

impl Order {
    /// From the top, without conditions or a cursor kept.
    pub fn new(goal: Goal, state: &ListState) -> Self {
        Self { goal, start: At::Start, state: state.clone(), keep_cursor: false, conditional: false, one_page: false }
    }
}

impl Goal {
    /// The server shows only part of the list: its total is not the list's.
    pub fn is_filtered(&self) -> bool {
        matches!(self, Goal::Since(_))
    }

    /// Was enough read? `quiet` pages without news have come in a row.
    fn reached(&self, pages: u64, quiet: u64, page: &Page) -> bool {
        match self {
            Goal::All => false,
            Goal::Probe => pages == 1 && quiet == 1,
            Goal::Newest => quiet >= 2 || (quiet == 1 && pages == 1),
            Goal::Head => quiet >= 1,
            Goal::Since(mark) => quiet >= 1 && page.order_by.iter().flatten().any(|value| later(mark, value)),
        }
    }
}

impl Swept {
    fn take_note(&mut self, page: &Page, compared: &Compared, goal: &Goal, met: u64) {
        self.says_more = page.has_more == Some(true);
        self.ended = page.has_more == Some(false) || (!goal.is_filtered() && page.total == Some(met));
        if let Goal::Since(mark) = goal {
            self.ignored |= page.order_by.iter().flatten().any(|value| later(mark, value));
        }
        self.news |= compared.news;
        self.new_ids += compared.new_ids;
        self.anchored |= compared.anchored;
        self.renumbered |= compared.renumbered;
        self.bad += page.bad.len() as u64;
        self.blind |= page.bad.iter().any(|row| row.id.is_none());
        self.total = page.total.or(self.total);
        let dated: Vec<&String> = page.order_by.iter().flatten().collect();
        self.disordered |= dated.windows(2).any(|pair| later(pair[1], pair[0]));
        for value in page.order_by.iter().flatten() {
            if self.watermark.as_deref().is_none_or(|mark| later(value, mark)) {
                self.watermark = Some(value.clone());
            }
            if let Ok(number) = value.parse::<i64>() {
                let (least, greatest) = self.numbers.unwrap_or((number, number));
                self.numbers = Some((least.min(number), greatest.max(number)));
            }
        }
    }

    fn conclude(&mut self, pager: &Pager, seen: &Seen, trail: u64) {
        self.pages = pager.pages();
        self.moved = pager.moved();
        self.shrank = pager.shrank();
        self.met = seen.len();
        self.first_total = pager.first_total();
        self.trail = pager.is_blindfold().then_some(trail);
    }
}

/// What the pager needs of a page; notes its ids as met. A row that cannot be taken, but names its id, counts as met.
fn facts(page: &Page, seen: &mut Seen, pager: &Pager) -> Facts {
    let mut facts = Facts {
        len: page.carried,
        total: page.total,
        has_more: page.has_more,
        next_cursor: page.next_cursor.clone(),
        limit: page.limit,
        asked: page.asked.map(u64::from),
        style: Some(page.style),
        ..Facts::default()
    };
    for (place, row) in page.rows.iter().enumerate() {
        let key = Seen::key(&row.id);
        if pager.anchor() == Some(key) {
            facts.anchor_at = Some(place as u64);
        }
        let new = seen.insert(key);
        facts.fresh += u64::from(new);
        facts.first_met |= place == 0 && !new;
        facts.last = Some(key);
    }
    // A bad row at an edge of the page is no ground to stand on, and no sign of a shift either.
    facts.first_met |= page.bad.iter().any(|row| row.place == 0);
    if page.bad.iter().any(|row| row.place as u64 + 1 == page.carried) {
        facts.last = None;
    }
    for row in &page.bad {
        match &row.id {
            Some(id) => facts.fresh += u64::from(seen.insert(Seen::key(id))),
            None => facts.nameless += 1,
        }
    }
    facts.met = seen.len();
    facts
}

/// There is more, and no cursor that leads there.
fn leads_by_number(turn: &Turn) -> bool {
    match turn {
        Turn::Read(At::Offset(_) | At::Page(_)) => true,
        Turn::Read(_) | Turn::End => false,
        Turn::Stop(lie) => matches!(lie, Lie::NoWayOn { .. } | Lie::WrongTotal { .. }),
    }
}

fn total_fits(order: &Order, swept: &Swept) -> bool {
    total_as_expected(order.state.server_count, swept.new_ids, swept.total)
}

/// Where whoever is killed behind a page is to go on; `hides`: the rows of this page hide that those behind it were not read.
fn resume_at<'t>(order: &Order, goal: &Goal, turn: &'t Turn, hides: bool, renumbered: bool) -> Option<&'t At> {
    match turn {
        // Once these rows are held, nothing would tell any more that they took the numbers of others.
        _ if renumbered => Some(&At::Start),
        Turn::Read(next) if order.keep_cursor && *goal == Goal::All => Some(next),
        // Should this sync end before its time, the list is to be walked.
        Turn::Read(_) if hides => Some(&At::Start),
        _ => None,
    }
}

/// The state of a walk that may be killed after this page.
fn resumable(state: &ListState, started_at: Timestamp, next: &At, total: Option<u64>) -> ListState {
    let at = Place { at: next.clone(), total }.to_string();
    ListState { walk: Some(WalkCursor { started_at, at }), ..state.clone() }
}

fn bad_row(row: BadRow) -> NewProblem {
    let message = format!("row {} of a page was skipped: {}", row.place + 1, row.reason);
    NewProblem { id: row.id, code: "bad_row".to_owned(), message }
}
