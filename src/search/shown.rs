//! What hits show, read from the mirror.
//!
//! One thread reads, as the mirror is read by one; understanding messages, masking secrets and cutting snippets is shared among
//! several. Only the part of a session that a hit stands in is unpacked.
//!
//! Secrets are masked in the documents, where each stands under its name: what a snippet is cut from holds the values alone.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread;

use jiff::Timestamp;
use quarterdeck_index::{Hit as Place, Marker};
use quarterdeck_sync::content::{self, Messages};
use quarterdeck_sync::model::{Entry, Part, Record, RowKey, Stretch};
use quarterdeck_sync::store::{Reader, StoreError};
use quarterdeck_sync::text::Secrets;
use serde_json::value::RawValue;

use super::face::{Hit, HitEntry};
use super::stretches::Stretches;
use super::{documents, snippet};

/// So many bytes before a result are looked through for the call that it answers, which names its tool.
const FAR: usize = 1 << 18;

/// Hits for each thread that is begun: fewer are made sooner than a thread is begun.
const FEW: usize = 5;

/// Hits that are read before they are made: what they need is held meanwhile, and may be megabytes for each.
const READ: usize = 24;

/// More threads than this are no sooner done with a page of hits.
const THREADS: usize = 4;

/// The hits as a person reads them. One whose record or entry has gone since the index was committed is left out. `stretches`: what
/// was unpacked for the hits before, of the state that `reader` shows or an older one.
///
/// # Errors
/// When the mirror cannot be read; what is damaged in it is left out.
pub fn shown(
    reader: &Reader,
    stretches: &mut Stretches,
    places: &[Place],
    marker: &Marker,
    secrets: Secrets,
) -> Result<Vec<Hit>, StoreError> {
    let mut reading = Reading { reader, records: HashMap::new(), stretches };
    let mut hits = Vec::with_capacity(places.len());
    for places in places.chunks(READ) {
        let read = places.iter().filter_map(|place| reading.read(place).transpose()).collect::<Result<Vec<_>, _>>()?;
        for Made { mut hit, unnamed } in each(&read, |read| read.make(marker, secrets)).into_iter().flatten() {
            if let (Some((first, call)), Some(entry)) = (unnamed, &mut hit.entry) {
                let tool = reading.tool_called(hit.key, first, &call)?;
                entry.tools.extend(tool.map(|tool| secrets.text(&tool).into_owned()));
            }
            hits.push(hit);
        }
    }
    Ok(hits)
}

/// Does `make` for each, in their order, in as many threads as it is worth.
fn each<T: Sync, M: Send + Sync>(all: &[T], make: impl Fn(&T) -> M + Sync) -> Vec<M> {
    let made: Vec<OnceLock<M>> = all.iter().map(|_| OnceLock::new()).collect();
    let next = AtomicUsize::new(0);
    let work = || {
        let take = || next.fetch_add(1, Ordering::Relaxed);
        while let Some((one, made)) = Some(take()).and_then(|at| all.get(at).zip(made.get(at))) {
            let _ = made.set(make(one));
        }
    };
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let helpers = (all.len() / FEW).min(cores).min(THREADS).saturating_sub(1);
    thread::scope(|scope| {
        // Where no thread can be had, this one does it all.
        for _ in 0..helpers {
            let _ = thread::Builder::new().name("qd-hits".to_owned()).spawn_scoped(scope, work);
        }
        work();
    });
    made.into_iter().filter_map(OnceLock::into_inner).collect()
}

/// Reads what hits need, what several need once.
struct Reading<'a> {
    reader: &'a Reader,
    records: HashMap<RowKey, Option<Arc<Record>>>,
    stretches: &'a mut Stretches,
}

/// What a hit needs.
struct Read<'a> {
    place: &'a Place,
    record: Arc<Record>,
    stretch: Option<Arc<Stretch>>,
}

/// A hit, and the call that its entry answers where the tool's name is still to be found.
struct Made {
    hit: Hit,
    unnamed: Option<(usize, String)>,
}

impl Reading<'_> {
    fn read<'a>(&mut self, place: &'a Place) -> Result<Option<Read<'a>>, StoreError> {
        let key = RowKey(place.owner.cast_signed());
        let Some(record) = self.record(key)? else { return Ok(None) };
        let stretch = match place.place {
            None => None,
            Some(entry) => match self.stretch(key, entry as usize)? {
                None => return Ok(None),
                stretch => stretch,
            },
        };
        Ok(Some(Read { place, record, stretch }))
    }

    fn record(&mut self, key: RowKey) -> Result<Option<Arc<Record>>, StoreError> {
        if let Some(known) = self.records.get(&key) {
            return Ok(known.clone());
        }
        let record = sound(self.reader.record(key))?.map(Arc::new);
        self.records.insert(key, record.clone());
        Ok(record)
    }

    fn stretch(&mut self, key: RowKey, place: usize) -> Result<Option<Arc<Stretch>>, StoreError> {
        if let Some(known) = self.stretches.find(key, place) {
            return Ok(Some(known));
        }
        let Some(stretch) = sound(self.reader.stretch(key, place))?.map(Arc::new) else { return Ok(None) };
        self.stretches.keep(key, stretch.clone());
        Ok(Some(stretch))
    }

    /// The tool of a call that stands before the part which begins at `first`: looked for backwards, part by part.
    fn tool_called(&mut self, key: RowKey, first: usize, call: &str) -> Result<Option<String>, StoreError> {
        let (mut before, mut left) = (first, FAR);
        while before > 0 && left > 0 {
            let Some(stretch) = self.stretch(key, before - 1)? else { break };
            let last = before.saturating_sub(1).saturating_sub(stretch.first);
            if let Some(tool) = content::tool_called(&Messages::of(&stretch.messages), last, call) {
                return Ok(Some(tool));
            }
            left = left.saturating_sub(stretch.messages.len());
            before = stretch.first;
        }
        Ok(None)
    }
}

impl Read<'_> {
    fn make(&self, marker: &Marker, secrets: Secrets) -> Option<Made> {
        let (mut named, mut unnamed) = (None, None);
        let text = match (&self.stretch, self.place.place) {
            (Some(stretch), Some(place)) => {
                let found = entry(stretch, place, secrets)?;
                let text = documents::entry_text(&found.entry);
                let mut tools: Vec<String> = found.entry.tools().into_iter().map(str::to_owned).collect();
                tools.extend(found.tool.map(|tool| secrets.text(&tool).into_owned()));
                named = Some(HitEntry { place, kind: found.entry.kind, role: found.entry.role, tools });
                unnamed = found.unnamed.map(|call| (stretch.first, call));
                text
            }
            _ => record_text(&self.record, secrets),
        };
        let row = &self.record.row;
        let title = row.title.as_deref().filter(|_| named.is_none());
        let hit = Hit {
            key: row.key,
            list: row.list.clone(),
            platform: row.platform.clone(),
            kind: row.kind,
            id: row.id.clone(),
            title: row.title.clone(),
            status: row.status.clone(),
            agent: row.agent_title.clone().or_else(|| row.agent.clone()),
            project: row.project.clone(),
            gone: row.gone_at.is_some(),
            pending: row.pending.clone(),
            entry: named,
            at: self.place.at.and_then(|at| Timestamp::from_millisecond(at).ok()),
            score: self.place.score,
            snippet: snippet::cut(&text, title, marker, secrets),
        };
        Some(Made { hit, unnamed })
    }
}

fn sound<T>(read: Result<Option<T>, StoreError>) -> Result<Option<T>, StoreError> {
    match read {
        Err(StoreError::Damaged { .. }) => Ok(None),
        read => read,
    }
}

/// What is searched of a record itself.
fn record_text(record: &Record, secrets: Secrets) -> String {
    let doc = secrets.json(&record.doc).into_owned();
    documents::record_text(&Record { doc, ..record.clone() })
}

/// An entry, the tool that it answers for where another message names it, or the call to look for.
struct Found {
    entry: Entry,
    tool: Option<String>,
    unnamed: Option<String>,
}

/// One entry of a session. Mostly its message alone has to be understood.
fn entry(stretch: &Stretch, place: u32, secrets: Secrets) -> Option<Found> {
    let at = (place as usize).checked_sub(stretch.first)?;
    let messages = Messages::of(&stretch.messages);
    let raw = messages.raw(at)?;
    // Text that stops being JSON is told from JSON by what stands around it.
    if serde_json::from_str::<&RawValue>(raw).is_err() {
        let entry = content::entries(&secrets.json(&stretch.messages)).into_iter().nth(at)?;
        return Some(Found { entry: Entry { place, ..entry }, tool: None, unnamed: None });
    }
    let alone = format!("[{}]", secrets.json(raw));
    let entry = content::entries(&alone).into_iter().next()?;
    let call = entry.parts.iter().find_map(|part| match part {
        Part::Result(answer) if answer.tool.is_none() => answer.call.clone(),
        _ => None,
    });
    let tool = call.as_deref().and_then(|call| content::tool_called(&messages, at, call));
    let unnamed = call.filter(|_| tool.is_none() && stretch.first > 0);
    Some(Found { entry: Entry { place, ..entry }, tool, unnamed })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_made_once_and_stands_in_its_order() {
        for count in [0, 1, 4, 5, 100] {
            let all: Vec<usize> = (0..count).collect();
            let made = AtomicUsize::new(0);
            let twice = each(&all, |number| {
                made.fetch_add(1, Ordering::Relaxed);
                number * 2
            });
            assert_eq!(twice, all.iter().map(|number| number * 2).collect::<Vec<_>>());
            assert_eq!(made.into_inner(), count);
        }
    }
}
