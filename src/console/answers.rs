//! The console's questions, each answered from where the answer is.

use std::collections::BTreeMap;

use jiff::Timestamp;
use quarterdeck_sync::model::{
    ContentPolicy, ContentTotals, CountOf, Freshness, IncidentId, Kind, ListKey, Problem, Query, Record, Row, RowKey,
    Scope, ToldBudget, Window, WriteId, WriteState,
};
use quarterdeck_sync::outbox::{Outbox, Which};

use super::house::{House, words};
use crate::inbox::{Findings, Inbox};
use crate::incident::{Case, Line};
use crate::numbers::Numbers;
use crate::search::{Answer, Find, Question, SavedSearch};
use crate::timeline::{self, Timeline};
use crate::trial;
use crate::tui::data::{DraftOf, FINISHED, NamedWords, Store};
use crate::tui::decisions::{Brief, Draft, Item, OpenedWrite, Standing, Subject, Target, WriteLine};
use crate::tui::drafting::{Affected, Check, Checked, Opening, Version};
use crate::tui::grounds::{Grounds, Short};
use crate::tui::kept::{Flagged, Kept};
use crate::tui::links::Links;
use crate::tui::reading::{Kin, Read, Transcript};
use crate::tui::unsealed::Unsealed;

/// Records that are found by the beginning of an id, at most.
const IDS: usize = 12;

impl Store for House {
    fn window(&self, query: &Query) -> Result<Window, String> {
        self.listed(query, |reader, query| reader.window(query).map_err(words))
    }

    fn count(&self, query: &Query, cap: u64) -> Result<CountOf, String> {
        self.listed(query, |reader, query| reader.count(query, cap).map_err(words))
    }

    fn record(&self, key: RowKey) -> Result<Option<Record>, String> {
        self.seen.record(key)
    }

    fn freshness(&self) -> Result<Vec<Freshness>, String> {
        let mut lists = self.seen.freshness()?;
        // The first frame awaits no index. One that cannot be read keeps nobody from the mirror: search says what is wrong with it.
        if self.open.get().is_some() {
            let _ = self.searcher.count_indexed(&mut lists);
        }
        Ok(lists)
    }

    fn problems(&self, limit: usize) -> Result<Vec<Problem>, String> {
        self.seen.problems(limit)
    }

    fn statuses(&self, scope: &Scope) -> Result<Vec<(String, u64)>, String> {
        self.seen.statuses(scope)
    }

    fn budgets(&self) -> Result<Vec<ToldBudget>, String> {
        self.seen.budgets()
    }

    fn standing(&self) -> Result<Standing, String> {
        let read = |outbox: Outbox| {
            let (counts, paused) = (outbox.counts().map_err(words)?, outbox.paused().map_err(words)?);
            let mut held = BTreeMap::new();
            for paused in &paused {
                let waiting = trial::waiting(&outbox, &paused.connection).map_err(words)?;
                held.insert(paused.connection.clone(), waiting.len());
            }
            Ok::<_, String>(Standing { counts, paused, held, trouble: None })
        };
        // An outbox that cannot be read keeps nobody from the mirror; it is said in the status bar.
        let mut standing = match self.outbox().and_then(read) {
            Ok(standing) => standing,
            Err(why) => Standing { trouble: Some(why), ..Standing::default() },
        };
        if standing.trouble.is_none() && !self.paths.damaged_outboxes().is_empty() {
            standing.trouble = Some("a damaged outbox lies aside: qd doctor".to_owned());
        }
        Ok(standing)
    }

    fn writes(&self, finished: bool, about: Option<&(ListKey, String)>) -> Result<Vec<WriteLine>, String> {
        let outbox = self.outbox()?;
        let of = Which {
            connections: about.iter().map(|(list, _)| list.connection.clone()).collect(),
            target: about.map(|(list, id)| (list.collection.clone(), id.clone())),
            ..Which::default()
        };
        let mut writes = outbox.list(&of).map_err(words)?;
        if finished {
            let over: Vec<WriteState> = WriteState::ALL.into_iter().filter(|state| !state.is_unfinished()).collect();
            let which = Which { all: true, states: over, limit: about.is_none().then_some(FINISHED), ..of };
            writes.extend(outbox.list(&which).map_err(words)?);
        }
        Ok(writes.iter().map(WriteLine::from).collect())
    }

    fn transcript(&self, of: &Target, known: Option<&Transcript>, unsealed: Option<&Unsealed>) -> Result<Read, String> {
        self.read(of, known, unsealed)
    }

    fn unseal(&self, list: &ListKey, id: &str) -> Result<Unsealed, String> {
        self.reveal(list, id)
    }

    fn kept(&self, list: &ListKey, id: &str) -> Result<Kept, String> {
        self.kept_about(list, id)
    }

    fn flagged(&self, kind: Kind) -> Result<Flagged, String> {
        self.flagged_of(kind)
    }

    fn kin(&self, of: RowKey, names: &[(String, usize)]) -> Result<Kin, String> {
        self.kin_of(of, names)
    }

    fn find(&self, question: &Question) -> Result<Answer, String> {
        self.searcher.find(question).map_err(words)
    }

    fn inbox(&self, findings: &Findings) -> Result<Inbox, String> {
        self.wants(findings)
    }

    fn findings(&self) -> Result<Findings, String> {
        self.seek()
    }

    fn numbers(&self) -> Result<Numbers, String> {
        self.count_fleet()
    }

    fn timeline(&self, ask: &timeline::Ask) -> Result<Option<Timeline>, String> {
        self.trace(ask)
    }

    fn words(&self, scope: &Scope) -> Result<NamedWords, String> {
        self.named_words(scope)
    }

    fn ids(&self, begun: &str) -> Result<Vec<Row>, String> {
        let found = self.reader()?.find(&Scope::default(), begun, IDS).map_err(words)?;
        Ok(found.into_iter().map(|record| record.row).collect())
    }

    fn contents(&self) -> Result<Vec<ContentTotals>, String> {
        self.reader()?.content_totals(ContentPolicy::All, Timestamp::now()).map_err(words)
    }

    fn links(&self, of: &Target) -> Result<Option<Links>, String> {
        self.linked(of)
    }

    fn searches(&self) -> Result<Vec<SavedSearch>, String> {
        self.searcher.saved()
    }

    fn incidents(&self) -> Result<Vec<Line>, String> {
        self.incident_lines()
    }

    fn incident(&self, id: &IncidentId) -> Result<Option<Case>, String> {
        self.case(id)
    }

    fn write(&self, id: &WriteId) -> Result<Option<OpenedWrite>, String> {
        self.opened(&self.outbox()?, id)
    }

    fn brief(&self, subject: &Subject) -> Result<Brief, String> {
        match subject {
            Subject::Records { targets, asked } => {
                let reader = self.reader()?;
                let found: Result<Vec<_>, _> = targets.iter().map(|target| self.target(&reader, target)).collect();
                let items = self.weigh(&reader, found?.into_iter().flatten().collect(), asked)?;
                Ok(Brief::Records { asked: asked.clone(), items })
            }
            Subject::Edited { record, text, asked } => {
                let asked = self.edited(record, text, asked)?;
                let items = self.weigh(&self.reader()?, vec![(**record).clone()], &asked)?;
                Ok(Brief::Records { asked, items })
            }
            Subject::Restored { record, version, asked } => {
                let asked = self.restored(record, *version, asked)?;
                let items = self.weigh(&self.reader()?, vec![(**record).clone()], &asked)?;
                Ok(Brief::Records { asked, items })
            }
            Subject::Writes { ids, change } => self.about_writes(ids, change),
            Subject::Resumed { connection } => self.held_back(connection),
        }
    }

    fn draft(&self, of: &DraftOf) -> Result<Draft, String> {
        self.draft_of(of)
    }

    fn grounds(&self, item: &Item, unsealed: Option<&Unsealed>) -> Result<Grounds, String> {
        self.grounds_of(item, unsealed)
    }

    fn in_short(&self, items: &[Item]) -> Result<Vec<Short>, String> {
        self.shorts_of(items)
    }

    fn opening(&self, of: &DraftOf) -> Result<Opening, String> {
        self.open_draft(of)
    }

    fn check(&self, check: &Check) -> Result<Checked, String> {
        self.check_text(check)
    }

    fn affected(&self, policy: &Record) -> Result<Affected, String> {
        self.affected_by(policy)
    }

    fn versions(&self, record: &Record) -> Result<Vec<Version>, String> {
        self.versions_of(record)
    }
}
