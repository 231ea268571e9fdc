//! What hits show, read from the mirror.
//!
//! Several threads read and make them, each through a reader of its own: reading, unpacking, understanding messages, masking secrets
//! and cutting snippets take about the same. Only the part of a session that a hit stands in is unpacked.
//!
//! Secrets are masked in the documents, where each stands under its name: what a snippet is cut from holds the values alone.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, OnceLock, PoisonError};
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

/// More threads than this are no sooner done with a page of hits.
const THREADS: usize = 4;

/// Asked once: the system looks it up in several files.
static CORES: LazyLock<usize> = LazyLock::new(|| thread::available_parallelism().map_or(1, usize::from));

/// The hits as a person reads them. One whose record or entry has gone since the index was committed is left out. `another`: a reader
/// for one more thread. `stretches`: what was unpacked for the hits before, of the state that `reader` shows or an older one.
///
/// # Errors
/// When the mirror cannot be read; what is damaged in it is left out.
pub fn shown(
    reader: &Reader,
    another: impl Fn() -> Option<Reader> + Sync,
    stretches: &mut Stretches,
    places: &[Place],
    marker: &Marker,
    secrets: Secrets,
) -> Result<Vec<Hit>, StoreError> {
    let known = Known { records: Mutex::default(), stretches: Mutex::new(std::mem::take(stretches)) };
    let made =
        each(places, (reader, another), |reader, place| Reading { reader, known: &known }.hit(place, marker, secrets));
    *stretches = known.stretches.into_inner().unwrap_or_else(PoisonError::into_inner);
    Ok(made.into_iter().collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
}

/// Does `make` for each, in their order, in as many threads as it is worth, as far as there is another reader for them.
fn each<T: Sync, M: Send + Sync>(
    all: &[T],
    (reader, another): (&Reader, impl Fn() -> Option<Reader> + Sync),
    make: impl Fn(&Reader, &T) -> M + Sync,
) -> Vec<M> {
    let made: Vec<OnceLock<M>> = all.iter().map(|_| OnceLock::new()).collect();
    let next = AtomicUsize::new(0);
    let work = |reader: &Reader| {
        // To begin and to end a reading for each record takes longer than to read it. Where it cannot be held, each is read as it is.
        let _one = reader.hold();
        let take = || next.fetch_add(1, Ordering::Relaxed);
        while let Some((one, made)) = Some(take()).and_then(|at| all.get(at).zip(made.get(at))) {
            let _ = made.set(make(reader, one));
        }
    };
    let help = || {
        if let Some(reader) = another() {
            work(&reader);
        }
    };
    let helpers = (all.len() / FEW).min(*CORES).min(THREADS).saturating_sub(1);
    thread::scope(|scope| {
        // Where no thread can be had, this one does it all.
        for _ in 0..helpers {
            let _ = thread::Builder::new().name("qd-hits".to_owned()).spawn_scoped(scope, help);
        }
        work(reader);
    });
    made.into_iter().filter_map(OnceLock::into_inner).collect()
}

/// What was read for one hit and may be wanted for another.
struct Known {
    records: Mutex<HashMap<RowKey, Option<Arc<Record>>>>,
    stretches: Mutex<Stretches>,
}

impl Known {
    fn records(&self) -> MutexGuard<'_, HashMap<RowKey, Option<Arc<Record>>>> {
        self.records.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn stretches(&self) -> MutexGuard<'_, Stretches> {
        self.stretches.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Reads what hits need, what several need once, and makes them.
struct Reading<'a> {
    reader: &'a Reader,
    known: &'a Known,
}

impl Reading<'_> {
    fn hit(&self, place: &Place, marker: &Marker, secrets: Secrets) -> Result<Option<Hit>, StoreError> {
        let key = RowKey(place.owner.cast_signed());
        let Some(record) = self.record(key)? else { return Ok(None) };
        let Some(number) = place.place else {
            return Ok(Some(hit(&record, place, None, &record_text(&record, secrets), marker, secrets)));
        };
        let Some(stretch) = self.stretch(key, number as usize)? else { return Ok(None) };
        let Some(found) = entry(&stretch, number, secrets) else { return Ok(None) };
        let mut tools: Vec<String> = found.entry.tools().into_iter().map(str::to_owned).collect();
        let tool = match (found.tool, found.unnamed) {
            (None, Some(call)) => self.tool_called(key, stretch.first, &call)?,
            (tool, _) => tool,
        };
        tools.extend(tool.map(|tool| secrets.text(&tool).into_owned()));
        let text = documents::entry_text(&found.entry);
        let named = HitEntry { place: number, kind: found.entry.kind, role: found.entry.role, tools };
        Ok(Some(hit(&record, place, Some(named), &text, marker, secrets)))
    }

    fn record(&self, key: RowKey) -> Result<Option<Arc<Record>>, StoreError> {
        if let Some(known) = self.known.records().get(&key) {
            return Ok(known.clone());
        }
        let record = sound(self.reader.record(key))?.map(Arc::new);
        self.known.records().insert(key, record.clone());
        Ok(record)
    }

    fn stretch(&self, key: RowKey, place: usize) -> Result<Option<Arc<Stretch>>, StoreError> {
        if let Some(known) = self.known.stretches().find(key, place) {
            return Ok(Some(known));
        }
        let Some(stretch) = sound(self.reader.stretch(key, place))?.map(Arc::new) else { return Ok(None) };
        self.known.stretches().keep(key, stretch.clone());
        Ok(Some(stretch))
    }

    /// The tool of a call that stands before the part which begins at `first`: looked for backwards, part by part.
    fn tool_called(&self, key: RowKey, first: usize, call: &str) -> Result<Option<String>, StoreError> {
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

/// The hit at `place`, in `entry` of the record or in the record itself, where `text` is what was searched.
fn hit(record: &Record, place: &Place, entry: Option<HitEntry>, text: &str, marker: &Marker, secrets: Secrets) -> Hit {
    let row = &record.row;
    let title = row.title.as_deref().filter(|_| entry.is_none());
    Hit {
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
        at: place.at.and_then(|at| Timestamp::from_millisecond(at).ok()),
        score: place.score,
        snippet: snippet::cut(text, title, marker, secrets),
        entry,
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
        let entry = content::shown(&stretch.messages, secrets).into_iter().nth(at)?;
        return Some(Found { entry: Entry { place, ..entry }, tool: None, unnamed: None });
    }
    let entry = content::shown(&format!("[{raw}]"), secrets).into_iter().next()?;
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
    use quarterdeck_sync::store::{Access, Mirror};

    use super::*;

    #[test]
    fn everything_is_made_once_and_stands_in_its_order() {
        let home = tempfile::tempdir().unwrap();
        let mirror = Mirror::open(&home.path().join("mirror.db"), Access::ReadWrite).unwrap();
        let reader = mirror.reader().unwrap();
        for (count, more) in [(0, true), (1, true), (4, true), (5, false), (100, false), (100, true)] {
            let all: Vec<usize> = (0..count).collect();
            let made = AtomicUsize::new(0);
            let another = || mirror.reader().ok().filter(|_| more);
            let twice = each(&all, (&reader, another), |_, number| {
                made.fetch_add(1, Ordering::Relaxed);
                number * 2
            });
            assert_eq!(twice, all.iter().map(|number| number * 2).collect::<Vec<_>>());
            assert_eq!(made.into_inner(), count);
        }
    }
}
