//! Asking mirror and outbox for a stretch of a timeline.

use std::collections::HashMap;

use jiff::Timestamp;
use quarterdeck_sync::model::{Anchor, Filter, Kind, ListKey, Order, Query, Record, Row, Scope, Sort, Write};
use quarterdeck_sync::outbox::{Outbox, Which};
use quarterdeck_sync::store::Reader;
use serde_json::Value;

use super::axis::Axis;
use super::whose::{Whose, with_docs};
use super::{Ask, Item, Lane, LaneCounts, Timeline, TimelineError};
use crate::binding::Binding;

/// Policies of one connection whose versions are looked at.
const POLICIES: usize = 100;
/// Writes to one connection that are looked at, the newest.
const WRITES: usize = 500;
/// Agents that are asked whether agents name their policies.
const ASKED: usize = 100;
/// Records that name a machine alone and are counted on one axis.
const COUNTED: usize = 2_000;
/// The kinds of records that have a lane and name an agent.
const KINDS: [Kind; 4] = [Kind::Session, Kind::Run, Kind::Event, Kind::Approval];

/// The stretch of a timeline that is asked for; `None` when there is no such record.
///
/// # Errors
/// When the record names no agent and no machine, or mirror or outbox cannot be read. Without an outbox there are no writes and no versions.
pub fn gather(reader: &Reader, outbox: Option<&Outbox>, ask: &Ask) -> Result<Option<Timeline>, TimelineError> {
    let Some(record) = find(reader, &ask.list, &ask.id)? else { return Ok(None) };
    let whose = Whose::of(reader, record, ask.machine)?;
    let scope = Scope { kinds: KINDS.to_vec(), connections: whose.connections(), ..Scope::default() };
    let mut ours = match outbox {
        Some(outbox) => ours(reader, outbox, &whose)?,
        None => Vec::new(),
    };
    ours.sort_by_key(|item| item.at);
    let axis = Axis::new(ask.from, ask.to, ask.cells);
    let lanes = lanes(reader, &scope, &whose, &axis, &ours)?;
    let (before, earlier) = side(reader, &scope, &whose, ask, false)?;
    let (after, later) = side(reader, &scope, &whose, ask, true)?;
    let (items, earlier, later) = together(before, after, ours, ask, earlier, later);
    Ok(Some(Timeline { agent: whose.agent, lanes, items, earlier, later }))
}

fn find(reader: &Reader, list: &ListKey, id: &str) -> Result<Option<Record>, TimelineError> {
    let scope = Scope {
        connections: vec![list.connection.clone()],
        collections: vec![list.collection.clone()],
        ..Scope::default()
    };
    Ok(reader.find(&scope, id, 1)?.into_iter().find(|record| record.row.id == id))
}

/// Items on one side of the moment, ascending, and whether there are more beyond.
fn side(
    reader: &Reader,
    scope: &Scope,
    whose: &Whose,
    ask: &Ask,
    after: bool,
) -> Result<(Vec<Item>, bool), TimelineError> {
    let when = if after { Filter::After(ask.around) } else { Filter::Before(ask.around) };
    let window = reader.window(&Query {
        scope: scope.clone(),
        filter: Filter::And(vec![whose.filter(), when]),
        gone: true,
        sort: Sort::Updated,
        order: if after { Order::Ascending } else { Order::Descending },
        anchor: Anchor::First,
        limit: ask.side.max(1),
    })?;
    let mut items: Vec<Item> = window.rows.into_iter().filter_map(of_row).collect();
    if !after {
        items.reverse();
    }
    Ok((items, window.more_after))
}

fn of_row(row: Row) -> Option<Item> {
    let at = row.updated_at.or(row.created_at)?;
    let title = row.title.as_deref().map(str::trim).filter(|title| !title.is_empty());
    Some(Item {
        lane: Lane::of(row.kind)?,
        at,
        since: row.created_at.filter(|since| *since < at),
        title: title.unwrap_or(&row.id).lines().next().unwrap_or_default().to_owned(),
        status: row.status,
        list: row.list,
        id: row.id,
        row: Some(row.key),
        write: None,
        pending: row.pending.iter().map(|mark| mark.state).collect(),
    })
}

/// Versions of the policies that bind whom it is about, and our writes on them and on what is theirs.
fn ours(reader: &Reader, outbox: &Outbox, whose: &Whose) -> Result<Vec<Item>, TimelineError> {
    let mut items = Vec::new();
    for home in whose.homes() {
        items.extend(versions(reader, outbox, whose, &home)?);
    }
    let which = Which { all: true, connections: whose.connections(), limit: Some(WRITES), ..Which::default() };
    let mut known: HashMap<(ListKey, String), bool> = HashMap::new();
    for write in outbox.list(&which)? {
        let Some(target) = write.intent.target.clone() else { continue };
        let key = (write.list(), target);
        let meant = match known.get(&key) {
            Some(meant) => *meant,
            None => {
                let meant = find(reader, &key.0, &key.1)?.is_some_and(|record| whose.has(&record));
                known.insert(key.clone(), meant);
                meant
            }
        };
        if meant {
            items.push(of_write(write, key));
        }
    }
    Ok(items)
}

/// Versions of the policies of a connection that bind their agents there. Where a platform does not tell whom a policy binds, that
/// is said with it.
fn versions(reader: &Reader, outbox: &Outbox, whose: &Whose, home: &str) -> Result<Vec<Item>, TimelineError> {
    let of = |kind| Scope { kinds: vec![kind], connections: vec![home.to_owned()], ..Scope::default() };
    let policies = with_docs(reader, &Query { gone: true, limit: POLICIES, ..Query::newest(of(Kind::Policy)) })?;
    let mut items = Vec::new();
    if policies.is_empty() {
        return Ok(items);
    }
    // Some agents tell whether agents name their policies at all.
    let mut agents = with_docs(reader, &Query { limit: ASKED, ..Query::newest(of(Kind::Agent)) })?;
    let theirs: Vec<&(Row, Value)> = whose.agents.iter().filter(|(row, _)| row.list.connection == home).collect();
    agents.extend(theirs.iter().copied().cloned());
    for (row, doc) in &policies {
        let alone = policies.iter().filter(|(other, _)| other.list == row.list && other.gone_at.is_none()).count() < 2;
        let doubt = match Binding::of(doc, &agents, alone) {
            None => " (whom it binds is not told)",
            Some(binding) if theirs.iter().any(|agent| binding.binds(row, agent)) => "",
            Some(_) => continue,
        };
        for version in outbox.versions(&row.list, &row.id)? {
            let name = row.title.as_deref().unwrap_or(&row.id);
            let label = version.label.unwrap_or_else(|| format!("version {}", version.number));
            items.push(Item {
                lane: Lane::Policy,
                at: version.seen_at,
                since: None,
                title: format!("{name} {label}{doubt}"),
                status: None,
                list: row.list.clone(),
                id: row.id.clone(),
                row: Some(row.key),
                write: version.write,
                pending: Vec::new(),
            });
        }
    }
    Ok(items)
}

fn of_write(write: Write, (list, id): (ListKey, String)) -> Item {
    let about = write.intent.title.as_deref().unwrap_or(&id).lines().next().unwrap_or_default().to_owned();
    Item {
        lane: Lane::Write,
        at: write.created_at,
        since: None,
        title: format!("{} {about}", write.intent.verb),
        status: Some(write.state.to_string()),
        list,
        id,
        row: None,
        pending: if write.state.is_unfinished() { vec![write.state] } else { Vec::new() },
        write: Some(write.id),
    }
}

/// How many items of each lane lie in each cell.
fn lanes(
    reader: &Reader,
    scope: &Scope,
    whose: &Whose,
    axis: &Axis,
    ours: &[Item],
) -> Result<Vec<LaneCounts>, TimelineError> {
    let edges = axis.edges();
    let cells = edges.len().saturating_sub(1);
    let mut lanes: Vec<LaneCounts> =
        Lane::ALL.map(|lane| LaneCounts { lane, counts: vec![0; cells], more: false }).into();
    for kind in KINDS {
        let Some(lane) = Lane::of(kind).and_then(|lane| lanes.iter_mut().find(|known| known.lane == lane)) else {
            continue;
        };
        for (connection, id) in whose.ids() {
            let scope = Scope { kinds: vec![kind], connections: vec![connection.to_owned()], ..Scope::default() };
            for paced in reader.pace_of_agent(&scope, id, &edges)? {
                lane.counts.iter_mut().zip(paced.counts).for_each(|(sum, more)| *sum += more);
                lane.more |= paced.more;
            }
        }
    }
    let (unnamed, more) = unnamed(reader, scope, whose, axis)?;
    for (lane, at) in ours.iter().map(|item| (item.lane, item.at)).chain(unnamed) {
        let Some(cell) = axis.cell(at) else { continue };
        let lane = lanes.iter_mut().find(|known| known.lane == lane);
        if let Some(count) = lane.and_then(|lane| lane.counts.get_mut(usize::from(cell))) {
            *count += 1;
        }
    }
    if more {
        let of_records =
            lanes.iter_mut().filter(|lane| KINDS.into_iter().any(|kind| Lane::of(kind) == Some(lane.lane)));
        of_records.for_each(|lane| lane.more = true);
    }
    Ok(lanes)
}

/// Where on the axis there is something that names a machine and no agent: no order of the mirror has that. And whether there is
/// more of it than was counted.
fn unnamed(
    reader: &Reader,
    scope: &Scope,
    whose: &Whose,
    axis: &Axis,
) -> Result<(Vec<(Lane, Timestamp)>, bool), TimelineError> {
    let Some((filter, judge)) = whose.unnamed() else { return Ok((Vec::new(), false)) };
    let window = reader.window(&Query {
        filter: Filter::And(vec![filter, Filter::After(axis.from()), Filter::Before(axis.to())]),
        gone: true,
        limit: COUNTED,
        ..Query::newest(scope.clone())
    })?;
    let more = window.more_after || judge.gave_up();
    Ok((window.rows.into_iter().filter_map(of_row).map(|item| (item.lane, item.at)).collect(), more))
}

/// Items of both sorts in order of time, as many on each side of the moment as are wanted. Beyond where records are known to go on,
/// nothing of ours is told: records in between would be missing.
pub(super) fn together(
    before: Vec<Item>,
    after: Vec<Item>,
    ours: Vec<Item>,
    ask: &Ask,
    mut earlier: bool,
    mut later: bool,
) -> (Vec<Item>, bool, bool) {
    let first = before.first().map(|item| item.at).filter(|_| earlier).unwrap_or(Timestamp::MIN);
    let last = after.last().map(|item| item.at).filter(|_| later).unwrap_or(Timestamp::MAX);
    let mut items = before;
    items.extend(after);
    for item in ours {
        earlier |= item.at < first;
        later |= item.at > last;
        if (first..=last).contains(&item.at) {
            items.push(item);
        }
    }
    items.sort_by(|a, b| (a.at, a.lane, &a.id).cmp(&(b.at, b.lane, &b.id)));
    let middle = items.partition_point(|item| item.at < ask.around);
    let (from, to) = (middle.saturating_sub(ask.side), (middle + ask.side).min(items.len()));
    earlier |= from > 0;
    later |= to < items.len();
    items.truncate(to);
    items.drain(..from);
    (items, earlier, later)
}
