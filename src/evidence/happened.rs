//! What happened around a case, source by source: the incident itself, the pinned records and their agents, entries that failed,
//! versions of policies, our writes, notes.
//!
//! A mirror keeps how a record stands, and not how it stood: of a record it is known when it began, when it last changed and when
//! it was missed.

use std::collections::BTreeSet;

use quarterdeck_sync::model::{Field, Filter, Incident, Kind, Match, Note, Place, Query, Row, Scope, Write};
use quarterdeck_sync::outbox::{Outbox, TurnLog, Which};
use quarterdeck_sync::store::Reader;

use super::EvidenceError;
use super::gather::{Contents, said};
use crate::incident::report::who;
use crate::incident::{Moment, Pinned, Thing, What, place_of_write};

/// Records of one agent that stand in the timeline, the newest.
const OF_AN_AGENT: usize = 200;
/// Entries of one session that stand in the timeline because they failed.
const FAILED: usize = 100;
/// Writes on one record that are read, the newest.
const WRITES_ON: usize = 200;

type Sources = Vec<Vec<Moment>>;

/// Every source of a case's timeline. What is left out of one is told in `short`.
pub(super) fn all(
    reader: &Reader,
    outbox: &Outbox,
    (incident, pinned, notes): (&Incident, &[Pinned], &[Note]),
    contents: &Contents,
    short: &mut Vec<String>,
) -> Result<Sources, EvidenceError> {
    let mut sources = vec![of_incident(incident), notes.iter().map(noted).collect()];
    sources.push(pinned.iter().map(pin).collect());
    // A record of which several entries are pinned is told once.
    let mut told = BTreeSet::new();
    let rows: Vec<&Row> = pinned.iter().filter_map(Pinned::row).filter(|row| told.insert(row.key.0)).collect();
    sources.push(pinned.iter().filter_map(entry).collect());
    for row in &rows {
        sources.push(of_row(row));
        sources.push(failed(row, contents, pinned, short));
        if row.kind == Kind::Policy {
            let versions = outbox.versions(&row.list, &row.id)?;
            sources.push(versions.iter().map(|version| seen_version(row, version)).collect());
        }
        if row.kind == Kind::Agent {
            sources.push(of_agent(reader, row, &mut told, short)?);
        }
    }
    for (write, turns) in writes(outbox, pinned, short)? {
        sources.push(turns.iter().map(|turn| turned(&write, turn)).collect());
    }
    Ok(sources)
}

/// Our writes on what is pinned, and those that are pinned themselves; oldest first, each once, with their turns. What is left out is
/// told in `short`.
pub(super) fn writes(
    outbox: &Outbox,
    pinned: &[Pinned],
    short: &mut Vec<String>,
) -> Result<Vec<(Write, Vec<TurnLog>)>, EvidenceError> {
    let mut found: Vec<Write> = Vec::new();
    let mut asked = BTreeSet::new();
    for pinned in pinned {
        let place = pinned.place();
        if let Thing::Write(write) = &pinned.thing {
            found.push((**write).clone());
        }
        if place.collection == Place::OUTBOX || !asked.insert((&place.connection, &place.collection, &place.id)) {
            continue;
        }
        let mut on_it = outbox.list(&Which {
            all: true,
            connections: vec![place.connection.clone()],
            target: Some((place.collection.clone(), place.id.clone())),
            limit: Some(WRITES_ON + 1),
            ..Which::default()
        })?;
        if on_it.len() > WRITES_ON {
            on_it.sort_by(|one, other| other.id.cmp(&one.id));
            on_it.truncate(WRITES_ON);
            let record = format!("{}/{}/{}", place.connection, place.collection, place.id);
            short.push(format!("of our writes on {record} the newest {WRITES_ON} are told, older ones are not"));
        }
        found.extend(on_it);
    }
    found.sort_by(|one, other| one.id.cmp(&other.id));
    found.dedup_by(|one, other| one.id == other.id);
    let mut writes = Vec::with_capacity(found.len());
    for write in found {
        let turns = outbox.turns(&write.id)?;
        writes.push((write, turns));
    }
    Ok(writes)
}

fn moment(at: Option<jiff::Timestamp>, what: What, place: Option<Place>, words: &str, text: &str) -> Moment {
    Moment { at, what, place, words: words.to_owned(), text: text.to_owned() }
}

fn of_incident(incident: &Incident) -> Vec<Moment> {
    let opened = moment(Some(incident.opened_at), What::Opened, None, "the incident was opened", &incident.title);
    let closed = incident.closed_at.map(|at| moment(Some(at), What::Closed, None, "the incident was closed", ""));
    std::iter::once(opened).chain(closed).collect()
}

fn noted(note: &Note) -> Moment {
    moment(Some(note.made_at), What::Note, note.place.clone(), "", &note.text)
}

fn pin(pinned: &Pinned) -> Moment {
    let words = format!("{} pinned", pinned.word());
    let place = pinned.place().clone();
    moment(Some(pinned.pin.pinned_at), What::Pinned, Some(place), &words, &pinned.title())
}

/// A pinned entry, at its own time.
fn entry(pinned: &Pinned) -> Option<Moment> {
    let seen = pinned.entry.as_ref()?;
    let words = format!("entry {}, {}", pinned.place().entry.unwrap_or_default(), seen.kind);
    Some(moment(seen.at, What::Entry, Some(pinned.place().clone()), &words, &seen.said))
}

fn place_of(row: &Row) -> Place {
    Place::record(&row.list.connection, &row.list.collection, &row.id)
}

fn title(row: &Row) -> &str {
    row.title.as_deref().unwrap_or(&row.id)
}

/// What is known of a record's own life.
fn of_row(row: &Row) -> Vec<Moment> {
    let place = || Some(place_of(row));
    let mut moments = Vec::new();
    if row.kind == Kind::Event {
        let at = row.created_at.or(row.updated_at);
        moments.push(moment(at, What::Event, place(), row.status.as_deref().unwrap_or(""), title(row)));
    } else {
        if let Some(at) = row.created_at {
            moments.push(moment(Some(at), What::Began, place(), &format!("{} began", row.kind), title(row)));
        }
        if let Some(at) = row.updated_at.filter(|at| Some(*at) != row.created_at) {
            let words = match &row.status {
                Some(status) => format!("{} last changed, now {}", row.kind, status.to_lowercase()),
                None => format!("{} last changed", row.kind),
            };
            moments.push(moment(Some(at), What::Changed, place(), &words, title(row)));
        }
    }
    if let Some(at) = row.gone_at {
        let words = format!("{} no longer listed by its platform", row.kind);
        moments.push(moment(Some(at), What::Gone, place(), &words, title(row)));
    }
    moments
}

/// Entries of a pinned session or run in which something failed; those that are pinned are told already.
fn failed(row: &Row, contents: &Contents, pinned: &[Pinned], short: &mut Vec<String>) -> Vec<Moment> {
    let Some(entries) = contents.get(&row.key.0) else { return Vec::new() };
    let list = &row.list;
    let is_pinned = |place: u32| {
        pinned
            .iter()
            .any(|one| one.row().is_some_and(|it| it.key == row.key) && one.place().entry == Some(place.into()))
    };
    let failures: Vec<_> = entries.iter().filter(|entry| entry.error && !is_pinned(entry.place)).collect();
    if failures.len() > FAILED {
        let more = failures.len() - FAILED;
        short.push(format!("{more} more entries of {}/{}/{} failed", list.connection, list.collection, row.id));
    }
    let told = failures.into_iter().take(FAILED).map(|entry| {
        let place = place_of(row).at(entry.place.into());
        moment(entry.at, What::Entry, Some(place), &format!("entry {}, failed", entry.place), &said(entry))
    });
    told.collect()
}

fn seen_version(row: &Row, version: &quarterdeck_sync::outbox::Version) -> Moment {
    let ours = if version.write.is_some() { ", made by a write of ours" } else { "" };
    let words = format!("version {} first seen{ours}", version.number);
    moment(Some(version.seen_at), What::Version, Some(place_of(row)), &words, version.label.as_deref().unwrap_or(""))
}

/// Events, runs, sessions and approvals of a pinned agent, the newest; those that are pinned themselves are told already.
fn of_agent(
    reader: &Reader,
    agent: &Row,
    told: &mut BTreeSet<i64>,
    short: &mut Vec<String>,
) -> Result<Vec<Moment>, EvidenceError> {
    let query = Query {
        filter: Filter::Field(Field::Agent, Match::Is(agent.id.clone())),
        gone: true,
        limit: OF_AN_AGENT,
        ..Query::newest(Scope {
            kinds: vec![Kind::Event, Kind::Run, Kind::Session, Kind::Approval],
            connections: vec![agent.list.connection.clone()],
            ..Scope::default()
        })
    };
    let window = reader.window(&query)?;
    if window.more_after {
        let list = &agent.list;
        short.push(format!(
            "of {}/{}/{} the newest {OF_AN_AGENT} events, runs, sessions and approvals are told, older ones are not",
            list.connection, list.collection, agent.id
        ));
    }
    // The filter finds beginnings of ids too.
    let own = window.rows.iter().filter(|row| row.agent.as_ref() == Some(&agent.id));
    Ok(own.filter(|row| told.insert(row.key.0)).map(of_the_agent).collect())
}

fn of_the_agent(row: &Row) -> Moment {
    let at = row.created_at.or(row.updated_at);
    let status = row.status.as_deref().map(str::to_lowercase);
    let (what, words) = match (row.kind, status) {
        (Kind::Event, status) => (What::Event, status.unwrap_or_default()),
        (kind, Some(status)) => (What::Began, format!("{kind} began, now {status}")),
        (kind, None) => (What::Began, format!("{kind} began")),
    };
    moment(at, what, Some(place_of(row)), &words, title(row))
}

/// A move of a write of ours.
fn turned(write: &Write, turn: &TurnLog) -> Moment {
    let intent = &write.intent;
    let target = intent.target.as_deref().unwrap_or("(new)");
    let by = turn.by.as_ref().filter(|by| !by.user.is_empty()).map_or(String::new(), |by| format!(", by {}", who(by)));
    let words = format!("{} {target}: {}{by}", intent.verb, turn.to);
    let text = match (&turn.verdict, turn.from) {
        (Some(verdict), _) => verdict.message.as_str(),
        (None, None) => intent.reason.as_deref().unwrap_or(""),
        (None, Some(_)) => "",
    };
    moment(Some(turn.at), What::Write, Some(place_of_write(write)), &words, text)
}
