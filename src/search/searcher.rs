//! Answers questions: the one that implements [`Find`].

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use jiff::Zoned;
use quarterdeck_index::query::Ast;
use quarterdeck_index::{Error, Found, Hit as Place, Index, Marker, Search};
use quarterdeck_sync::model::{Filter, Freshness};
use quarterdeck_sync::outbox::{Onlooker, Outbox, SavedSearch};
use quarterdeck_sync::store::{Mirror, Reader};
use quarterdeck_sync::text::Secrets;

use super::face::{Answer, Count, Facet, Find, FindError, Hit, Moment, Question};
use super::indexer::{behind, identity};
use super::lists::{Answers, Lists, asks_words};
use super::names::Agents;
use super::progress::Progress;
use super::shown::shown;
use super::sight::{Over, Sight};
use super::still::still;
use super::stretches::Stretches;
use super::upkeep::count_in;
use super::{fields, query};

/// Values of a facet that are told, at most.
const VALUES: usize = 20;

/// How often an index that is being committed to is looked at again, for a list.
const TRIES: usize = 3;

/// Records that are behind are counted to here.
const BEHIND: u64 = 100_000;

/// Answers questions from mirror, outbox and index. It only looks: no file is made or changed.
#[derive(Debug)]
pub struct Searcher {
    mirror: Mirror,
    outbox: Onlooker,
    outbox_path: PathBuf,
    folder: PathBuf,
    kept: Mutex<Kept>,
}

/// What one question leaves for the next.
#[derive(Default)]
struct Kept {
    index: Option<Arc<Index>>,
    over: Arc<Over>,
    /// As of this end of the change feed.
    agents: Option<(u64, Arc<Agents>)>,
    lists: Arc<Answers>,
    stretches: Stretches,
}

impl std::fmt::Debug for Kept {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Kept").field("open", &self.index.is_some()).finish_non_exhaustive()
    }
}

impl Find for Searcher {
    fn find(&self, question: &Question) -> Result<Answer, FindError> {
        let begun = Instant::now();
        let reader = self.reader()?;
        let head = reader.feed_head().map_err(trouble)?;
        let agents = match needs_agents(question) {
            true => self.agents(&reader, head)?,
            false => Arc::default(),
        };
        let asked = query::read(&question.text, question.typing, &*agents).map_err(FindError::Query)?;
        let (moment, followed) = match &question.moment {
            Some(Moment { now, sight: Some(sight) }) => {
                (Moment { now: now.clone(), sight: Some(sight.clone()) }, self.progress()?)
            }
            other => {
                let now = other.as_ref().map_or_else(Zoned::now, |moment| moment.now.clone());
                let sight = self.sight(&reader, head)?;
                let followed = sight.mark.as_ref().and_then(Progress::of);
                (Moment { now, sight: Some(sight) }, followed)
            }
        };
        let sight = moment.sight.as_ref().ok_or_else(|| trouble("there is no index"))?;
        let with_gone = question.gone || asked.gone;
        let narrowed = query::narrow(&asked.asks, &question.connections, with_gone);
        let found = ask(sight, question, &narrowed, &moment.now)?;
        let gone = if with_gone { 0 } else { gone(sight, question, &asked.asks, &moment.now)? };
        let marker = Marker::new(&asked.ast, question.typing);
        let search = searching(question, &narrowed, &moment.now, &[]);
        let places = still(&self.mirror, &reader, sight, &search, found.hits.clone()).map_err(trouble)?;
        let hits = self.shown(&reader, head, &places, &marker, question.secrets)?;
        let left_out = found.hits.len().saturating_sub(hits.len()) as u64;
        let next = question.offset.saturating_add(found.hits.len());
        let more = match question.hits_only {
            true => found.hits.len() >= question.limit.clamp(1, Question::MOST),
            false => !found.hits.is_empty() && (next as u64) < found.total,
        };
        let behind = behind(&reader, followed, BEHIND).map_err(trouble)?;
        Ok(Answer {
            // What went away or was replaced since the last commit of the index is not counted either.
            total: found.total.saturating_sub(left_out),
            left_out,
            next: more.then_some(next),
            gone,
            counts: self.counts(&reader, head, &question.facets, &found)?,
            capped: found.capped,
            notes: asked.notes,
            behind,
            took: begun.elapsed(),
            ast: asked.ast,
            hits,
            moment,
        })
    }

    fn saved(&self) -> Result<Vec<SavedSearch>, String> {
        let outbox = Outbox::open_reader(&self.outbox_path).map_err(|error| error.to_string())?;
        outbox.saved_searches().map_err(|error| error.to_string())
    }
}

impl Searcher {
    /// Over `mirror`, the outbox at `outbox` and the index in `folder`, none of which need be there. Opened with the first question.
    pub fn new(mirror: Mirror, outbox: &Path, folder: &Path) -> Self {
        Self {
            mirror,
            outbox: Onlooker::new(outbox),
            outbox_path: outbox.to_owned(),
            folder: folder.to_owned(),
            kept: Mutex::default(),
        }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The mirror with the unfinished writes over it. An outbox that cannot be read keeps nobody from searching.
    fn reader(&self) -> Result<Reader, FindError> {
        let overlay = self.outbox.overlay().unwrap_or_default();
        Ok(self.mirror.reader().map_err(trouble)?.over(overlay))
    }

    /// The index as it was last looked at.
    fn opened(&self) -> Result<Arc<Index>, FindError> {
        let known = self.kept().index.clone();
        match known {
            Some(index) => Ok(index),
            None => Ok(Arc::new(Index::open(&self.folder, &fields::layout()).map_err(wrong)?)),
        }
    }

    fn index(&self) -> Result<Arc<Index>, FindError> {
        let index = self.opened()?;
        match index.reload() {
            Ok(()) => {
                self.kept().index = Some(index.clone());
                Ok(index)
            }
            Err(error) => {
                // It may have been made anew: the next question opens what is there then.
                self.kept().index = None;
                Err(wrong(error))
            }
        }
    }

    /// The index, for a list with this filter: to be had before the state of the mirror that the list is read from. `None` when
    /// nothing in it asks for words, or there is no index to ask.
    pub fn lists(&self, filter: &Filter) -> Option<Lists> {
        if !asks_words(filter) {
            return None;
        }
        let mut before = self.opened().ok()?.mark().ok()??;
        // What is shown must be what the mark tells of: it may be committed to, or made anew, at any moment.
        for _ in 0..TRIES {
            let index = self.index().ok()?;
            let snapshot = index.snapshot();
            let mark = index.mark().ok()??;
            if mark == before {
                return Some(Lists { snapshot, mark, answers: self.kept().lists.clone() });
            }
            before = mark;
        }
        None
    }

    /// How far the index has followed.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn progress(&self) -> Result<Option<Progress>, FindError> {
        Ok(self.index()?.mark().map_err(wrong)?.as_ref().and_then(Progress::of))
    }

    /// Says of each list how many of its live records are in the index; without one nothing is said.
    ///
    /// # Errors
    /// For a person, when the index cannot be read.
    pub fn count_indexed(&self, lists: &mut [Freshness]) -> Result<(), String> {
        let index = self.index().map_err(|error| error.to_string())?;
        let reader = self.mirror.reader().map_err(|error| error.to_string())?;
        count_in(&reader, &index, lists).map_err(|error| error.to_string())
    }

    fn sight(&self, reader: &Reader, head: u64) -> Result<Arc<Sight>, FindError> {
        // Told before what is shown is brought up to it: what comes between counts as touched.
        let mark = self.opened()?.mark().map_err(wrong)?;
        let snapshot = self.index()?.snapshot();
        let overlay = self.outbox.overlay().unwrap_or_default();
        let known = self.kept().over.clone();
        let over = match known.is_of(&overlay, head) {
            true => known,
            false => Arc::new(Over::make(reader, &overlay, head).map_err(trouble)?),
        };
        self.kept().over = over.clone();
        Ok(Arc::new(Sight { snapshot, mark, over }))
    }

    /// `head`: an end of the change feed at which the reader's state is, or which it is past.
    fn shown(
        &self,
        reader: &Reader,
        head: u64,
        places: &[Place],
        marker: &Marker,
        secrets: Secrets,
    ) -> Result<Vec<Hit>, FindError> {
        let state = (identity(reader).map_err(trouble)?, head);
        // Not held meanwhile: another question unpacks for itself.
        let mut stretches = std::mem::take(&mut self.kept().stretches).of(state);
        let another = || self.reader().ok();
        let hits = shown(reader, another, &mut stretches, places, marker, secrets).map_err(trouble);
        self.kept().stretches = stretches;
        hits
    }

    fn agents(&self, reader: &Reader, head: u64) -> Result<Arc<Agents>, FindError> {
        if let Some((at, agents)) = &self.kept().agents
            && *at == head
        {
            return Ok(agents.clone());
        }
        let agents = Arc::new(Agents::new(reader.agents_named().map_err(trouble)?));
        self.kept().agents = Some((head, agents.clone()));
        Ok(agents)
    }

    fn counts(
        &self,
        reader: &Reader,
        head: u64,
        facets: &[Facet],
        found: &Found,
    ) -> Result<BTreeMap<Facet, Vec<Count>>, FindError> {
        let mut counts = BTreeMap::new();
        for facet in facets {
            let values = found.counts.get(&fields::counted(*facet)).cloned().unwrap_or_default();
            let mut values: Vec<Count> = match facet {
                Facet::Agent => by_agent(values, &*self.agents(reader, head)?),
                _ => values.into_iter().map(|(value, count)| Count { value, label: None, count }).collect(),
            };
            values.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.value.cmp(&b.value)));
            values.truncate(VALUES);
            counts.insert(*facet, values);
        }
        Ok(counts)
    }
}

/// The values of one agent, whatever word its records have for it, are one.
fn by_agent(values: Vec<(String, u64)>, agents: &Agents) -> Vec<Count> {
    let mut settled: HashMap<String, Count> = HashMap::new();
    for (value, count) in values {
        let label = agents.title(&value).map(str::to_owned);
        let value = agents.settled(&value);
        let one = settled.entry(value.clone()).or_insert(Count { value, label: None, count: 0 });
        one.count += count;
        one.label = one.label.take().or(label);
    }
    settled.into_values().collect()
}

fn ask(sight: &Sight, question: &Question, ast: &Ast, now: &Zoned) -> Result<Found, FindError> {
    let count: Vec<usize> = question.facets.iter().map(|facet| fields::counted(*facet)).collect();
    sight.search(&searching(question, ast, now, &count)).map_err(wrong)
}

fn searching<'a>(question: &Question, ast: &'a Ast, now: &'a Zoned, count: &'a [usize]) -> Search<'a> {
    Search {
        ast,
        fields: fields::ASKS,
        typing: question.typing,
        now,
        offset: question.offset,
        limit: question.limit.min(Question::MOST),
        count,
        hits_only: question.hits_only,
        without: &[],
        order: question.order,
    }
}

/// How much matches that is gone. Not counted while typing.
fn gone(sight: &Sight, question: &Question, asks: &Ast, now: &Zoned) -> Result<u64, FindError> {
    if question.typing || !sight.may_have_gone().map_err(wrong)? {
        return Ok(0);
    }
    let only = Question { limit: 0, offset: 0, facets: Vec::new(), ..question.clone() };
    Ok(ask(sight, &only, &query::only_gone(asks, &question.connections), now)?.total)
}

/// Does anything in it ask who an agent is?
fn needs_agents(question: &Question) -> bool {
    let lower = question.text.to_ascii_lowercase();
    lower.contains("agent:") || lower.contains("host:")
}

fn trouble(why: impl std::fmt::Display) -> FindError {
    FindError::Trouble(why.to_string())
}

fn wrong(error: Error) -> FindError {
    match error.asks_for_rebuild() {
        true => trouble(format!("{error}; qd index rebuild makes it anew, as the next sync does")),
        false => trouble(error),
    }
}
