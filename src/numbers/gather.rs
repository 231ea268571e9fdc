//! Asking the mirror for the numbers.

use std::collections::{BTreeMap, HashMap};

use jiff::Zoned;
use jiff::civil::Date;
use quarterdeck_sync::model::{Freshness, Kind, ListKey, Scope};
use quarterdeck_sync::store::{Reader, StoreError};

use super::{Figured, Manifests, Numbers, Series, Sessions, Share, Shares, WEEKS, days, told};

/// Agents whose documents are looked at, in one list.
const AGENTS: usize = 20_000;
/// Records of a calendar or a list of costs that are looked at.
const RECORDS: usize = 1_000;
/// Outcomes that have a line of their own.
const OUTCOMES: usize = 12;

/// The lists whose documents hold figures, by what the manifests say.
pub fn figures_of(lists: &[Freshness], manifests: &(impl Manifests + ?Sized)) -> Vec<Figured> {
    let figured = |list: &Freshness| {
        let collection = manifests.manifest(&list.platform)?.collections.get(&list.list.collection)?;
        (collection.figures != Default::default()).then(|| (list.list.clone(), collection.figures.clone()))
    };
    lists.iter().filter_map(figured).collect()
}

/// The numbers as they are at `now`, days on its clock.
///
/// # Errors
/// When the mirror cannot be read.
pub fn gather(reader: &Reader, figured: &[Figured], now: &Zoned) -> Result<Numbers, StoreError> {
    let days = days::weeks(now, WEEKS);
    let edges = days::edges(&days, now.time_zone());
    let mut numbers = Numbers { sessions: vec![Sessions::default(); days.len()], days, ..Numbers::default() };
    (numbers.figured, numbers.entries) = (figured.to_vec(), reader.entry_lists()?);
    numbers.agents = statuses(reader, Kind::Agent)?;
    numbers.runs = statuses(reader, Kind::Run)?;
    let calendars = look(reader, figured, &mut numbers)?;
    let sessions = kind(Kind::Session);
    let mut here: HashMap<String, Vec<Sessions>> = HashMap::new();
    for gone in [false, true] {
        for paced in reader.pace(&sessions, gone, &edges)? {
            let all = here.entry(paced.list.connection).or_insert_with(|| numbers.sessions.clone());
            for (day, count) in all.iter_mut().zip(paced.counts) {
                *if gone { &mut day.gone } else { &mut day.listed } += count;
            }
        }
    }
    add_up(&mut numbers, here, &calendars);
    numbers.outcomes = outcomes(reader, &edges, numbers.days.len(), &numbers.entries)?;
    Ok(numbers)
}

fn kind(kind: Kind) -> Scope {
    Scope { kinds: vec![kind], ..Scope::default() }
}

fn one(list: &ListKey) -> Scope {
    Scope { connections: vec![list.connection.clone()], collections: vec![list.collection.clone()], ..Scope::default() }
}

fn statuses(reader: &Reader, of: Kind) -> Result<Shares, StoreError> {
    let found = reader.statuses(&kind(of))?;
    Ok(Shares::of(found.into_iter().map(|(label, count)| Share { label, connection: None, count })))
}

/// Looks at the documents that hold figures; what the calendars say, by connection.
fn look(
    reader: &Reader,
    figured: &[Figured],
    numbers: &mut Numbers,
) -> Result<HashMap<String, BTreeMap<Date, u64>>, StoreError> {
    let (mut versions, mut systems) = (Vec::new(), Vec::new());
    let mut calendars: HashMap<String, BTreeMap<Date, u64>> = HashMap::new();
    for (list, figures) in figured {
        let connection = &list.connection;
        if !figures.version.is_empty() || !figures.system.is_empty() {
            let agents = Scope { kinds: vec![Kind::Agent], ..one(list) };
            for peeked in reader.peeks(&agents, &[&figures.version, &figures.system], AGENTS)? {
                let mut values = peeked.values.iter().map(|value| value.as_deref().and_then(told::plain));
                let share = |label, connection| Share { label, connection, count: 1 };
                versions.extend(values.next().flatten().map(|label| share(label, Some(connection.clone()))));
                systems.extend(values.next().flatten().map(|label| share(label, None)));
            }
        }
        if !figures.sessions.is_empty() {
            let found = reader.peeks(&one(list), &[&figures.day, &figures.sessions], RECORDS)?;
            calendars.entry(connection.clone()).or_default().extend(told::calendar(&found));
        }
        if !figures.cost.is_empty() {
            let named = told::named(&figures.cost);
            let places: [&[String]; 5] = [&figures.cost, &figures.currency, &figures.day, &figures.days, &named];
            let found = reader.peeks(&one(list), &places, RECORDS)?;
            numbers.costs.extend(told::costs(connection, figures, &found));
        }
    }
    (numbers.versions, numbers.systems) = (Shares::of(versions), Shares::of(systems));
    Ok(calendars)
}

/// Adds up what the mirror has and what only a calendar knows: of one connection's day the larger number is believed.
pub(super) fn add_up(
    numbers: &mut Numbers,
    mut here: HashMap<String, Vec<Sessions>>,
    calendars: &HashMap<String, BTreeMap<Date, u64>>,
) {
    let none = vec![Sessions::default(); numbers.days.len()];
    for (connection, calendar) in calendars {
        let had = here.entry(connection.clone()).or_insert_with(|| none.clone());
        for (day, date) in had.iter_mut().zip(&numbers.days) {
            day.told = calendar.get(date).copied().unwrap_or(0).saturating_sub(day.listed + day.gone);
        }
    }
    for had in here.values() {
        for (sum, day) in numbers.sessions.iter_mut().zip(had) {
            sum.listed += day.listed;
            sum.gone += day.gone;
            sum.told += day.told;
        }
    }
}

/// Events by outcome. Those that are entries of runs are told where the runs are.
fn outcomes(
    reader: &Reader,
    edges: &[jiff::Timestamp],
    days: usize,
    entries: &[ListKey],
) -> Result<Vec<Series>, StoreError> {
    let mut found: Vec<Series> = Vec::new();
    for gone in [false, true] {
        for paced in reader.pace(&kind(Kind::Event), gone, edges)? {
            if entries.contains(&paced.list) {
                continue;
            }
            let label = paced.status;
            let lower = label.as_ref().map(|label| label.to_lowercase());
            let same = |known: &&mut Series| known.label.as_ref().map(|label| label.to_lowercase()) == lower;
            match found.iter_mut().find(same) {
                Some(known) => known.counts.iter_mut().zip(&paced.counts).for_each(|(sum, more)| *sum += more),
                None => found.push(Series { label, counts: paced.counts }),
            }
        }
    }
    found.retain(|series| series.counts.len() == days && series.total() > 0);
    found.sort_by_key(|series| std::cmp::Reverse(series.total()));
    found.truncate(OUTCOMES);
    Ok(found)
}
