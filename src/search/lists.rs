//! Has the index answer what a list's filter asks of words.
//!
//! The index names the records that match, the mirror has their order, their columns and the unfinished writes. A record
//! that was touched since the index's last commit, or has an unfinished write, is judged as it is now ([`Sought`]): so a list is
//! what reading every record would show, however far the index is behind, and only slower the further it is. Without an
//! index, or where a word stands for too many, every record is judged.
//!
//! Always true: the state of the mirror that a list is read from is not older than the index that answers for it.

use std::any::Any;
use std::collections::{BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use quarterdeck_index::query::{Ast, Node, NodeKind, Span};
use quarterdeck_index::{Error, Mark, Order, Owners, Search, Snapshot};
use quarterdeck_sync::model::{Content, Filter, Judge, Judged, ListKey, Query, Record, RowKey};
use quarterdeck_sync::store::{Reader, StoreError};

use super::changed::Changed;
use super::fields;
use super::sought::{NO_TIME, Sought, Tree};

/// Records up to which the mirror reads those that match, instead of asking of each in its order whether it does.
const FEW: usize = 8_000;

/// Answers that are kept for the next window.
const KEPT: usize = 8;

/// The records that the index names for a question; none where some word stands for too many.
type Answer = Option<Arc<Named>>;

struct Named {
    owners: Owners,
    few: Option<Vec<u64>>,
}

/// Answers by the index's mark and what was asked.
#[derive(Default)]
pub(super) struct Answers(Mutex<VecDeque<((Mark, String), Answer)>>);

impl Answers {
    fn get(&self, key: &(Mark, String)) -> Option<Answer> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter().find(|(known, _)| known == key).map(|(_, answer)| answer.clone())
    }

    fn keep(&self, key: (Mark, String), answer: Answer) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|(known, _)| known.0 == key.0 && known.1 != key.1);
        kept.push_front((key, answer));
        kept.truncate(KEPT);
    }
}

/// The index as it was when a list was asked for.
pub struct Lists {
    pub(super) snapshot: Snapshot,
    /// How far the snapshot follows the mirror, at least.
    pub(super) mark: Mark,
    pub(super) answers: Arc<Answers>,
}

impl Lists {
    /// The same question, with what it asks of words looked up. `reader` holds a state of the mirror from after this was made. What
    /// cannot be looked up is left to be judged.
    pub fn answer(&self, reader: &Reader, query: &Query) -> Query {
        let mut query = query.clone();
        let Ok(Some(touched)) = Touched::since(reader, &self.mark) else { return query };
        let touched = Arc::new(touched);
        each(&mut query.filter, &mut |judged| {
            let Some(sought) = judged.0.as_any().downcast_ref::<Sought>() else { return };
            if let Some(named) = self.named(sought) {
                let few = named.few.as_ref().and_then(|few| touched.with(few));
                *judged = Judged(Arc::new(Indexed { judge: judged.0.clone(), named, touched: touched.clone(), few }));
            }
        });
        query
    }

    fn named(&self, sought: &Sought) -> Answer {
        let key = (self.mark.clone(), sought.asks().to_owned());
        if let Some(known) = self.answers.get(&key) {
            return known;
        }
        // A damaged index keeps nobody from a list.
        let owners = found(&self.snapshot, &sought.tree).unwrap_or_default();
        let answer: Answer = owners.map(|owners| Arc::new(Named { few: owners.few(FEW), owners }));
        self.answers.keep(key, answer.clone());
        answer
    }
}

/// Does a filter ask anything of words?
pub(super) fn asks_words(filter: &Filter) -> bool {
    match filter {
        Filter::Judged(_) => true,
        Filter::And(filters) | Filter::Or(filters) => filters.iter().any(asks_words),
        Filter::Not(filter) => asks_words(filter),
        _ => false,
    }
}

fn each(filter: &mut Filter, take: &mut dyn FnMut(&mut Judged)) {
    match filter {
        Filter::Judged(judged) => take(judged),
        Filter::And(filters) | Filter::Or(filters) => filters.iter_mut().for_each(|filter| each(filter, take)),
        Filter::Not(filter) => each(filter, take),
        _ => {}
    }
}

/// The records that match; `None` where some word stands for more than were tried.
fn found(index: &Snapshot, tree: &Tree) -> Result<Option<Owners>, Error> {
    match tree {
        Tree::Own(leaf) => ask(index, &leaf.ast, true),
        Tree::Entries(leaf) => ask(index, &leaf.ast, false),
        Tree::Not(tree) => {
            let (all, but) = (everything(index)?, found(index, tree)?);
            Ok(all.zip(but).map(|(all, but)| all.but(&but)))
        }
        Tree::Or(trees) => joined(index, trees, Owners::or),
        Tree::And(trees) => joined(index, trees, Owners::and),
    }
}

fn joined(index: &Snapshot, trees: &[Tree], join: fn(&Owners, &Owners) -> Owners) -> Result<Option<Owners>, Error> {
    let mut joined: Option<Owners> = None;
    for tree in trees {
        let Some(owners) = found(index, tree)? else { return Ok(None) };
        joined = Some(match joined {
            None => owners,
            Some(others) => join(&others, &owners),
        });
    }
    Ok(joined)
}

fn everything(index: &Snapshot) -> Result<Option<Owners>, Error> {
    ask(index, &Ast { root: Node { kind: NodeKind::All, span: Span::new(0, 0) } }, true)
}

fn ask(index: &Snapshot, ast: &Ast, own: bool) -> Result<Option<Owners>, Error> {
    let search = Search {
        ast,
        fields: fields::ASKS,
        typing: false,
        now: &NO_TIME,
        offset: 0,
        limit: 0,
        count: &[],
        hits_only: false,
        without: &[],
        order: Order::Newest,
    };
    let (owners, capped) = index.owners_found(&search, own)?;
    Ok((!capped).then_some(owners))
}

/// What the index does not answer for.
struct Touched {
    changed: Changed,
    /// Those of them that there are, ascending, if they are few.
    keys: Option<Vec<RowKey>>,
    /// Lists whose records are the entries of others: the index has no documents of their own.
    entries: BTreeSet<ListKey>,
}

impl Touched {
    /// Everything that was touched since `mark`; `None` when it is no mark of this mirror, or long ago.
    fn since(reader: &Reader, mark: &Mark) -> Result<Option<Self>, StoreError> {
        let Some(changed) = Changed::since(reader, mark)? else { return Ok(None) };
        let keys = keys(reader, changed.stretches())?;
        Ok(Some(Self { keys, entries: reader.entry_lists()?.into_iter().collect(), changed }))
    }

    /// These and what was touched, ascending, if it is few.
    fn with(&self, few: &[u64]) -> Option<Vec<RowKey>> {
        let mut all = self.keys.clone()?;
        all.extend(few.iter().map(|owner| RowKey(owner.cast_signed())));
        all.sort_unstable_by_key(|key| key.0);
        all.dedup();
        (all.len() <= FEW).then_some(all)
    }
}

fn keys(reader: &Reader, stretches: &[(i64, i64)]) -> Result<Option<Vec<RowKey>>, StoreError> {
    let mut keys = Vec::new();
    for (first, last) in stretches {
        keys.extend(reader.keys(RowKey(*first), RowKey(*last), FEW + 1 - keys.len())?);
        if keys.len() > FEW {
            return Ok(None);
        }
    }
    Ok(Some(keys))
}

/// A question that the index has answered, for all but what was touched.
struct Indexed {
    judge: Arc<dyn Judge>,
    named: Arc<Named>,
    touched: Arc<Touched>,
    few: Option<Vec<RowKey>>,
}

impl std::fmt::Debug for Indexed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Indexed").field(&self.judge).finish()
    }
}

impl Judge for Indexed {
    fn asks(&self) -> &str {
        self.judge.asks()
    }

    fn holds(&self, record: &Record, content: &dyn Fn() -> Option<Content>) -> bool {
        self.judge.holds(record, content)
    }

    fn knows(&self, list: &ListKey, key: RowKey) -> Option<bool> {
        let open = self.touched.changed.has(key) || self.touched.entries.contains(list);
        (!open).then(|| self.named.owners.contains(key.0.cast_unsigned()))
    }

    fn few(&self, list: &ListKey) -> Option<&[RowKey]> {
        self.few.as_deref().filter(|_| !self.touched.entries.contains(list))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

#[cfg(test)]
mod tests;
