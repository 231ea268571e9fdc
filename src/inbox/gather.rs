use std::collections::{BTreeMap, HashMap};

use jiff::{SignedDuration, Timestamp};
use quarterdeck_sync::model::{
    CountOf, Filter, Freshness, Kind, Order, Place, Query, Record, Row, RowKey, Scope, Sort, Write, WriteState,
};

use super::cause::Cause;
use super::findings::Findings;
use super::item::{Agent, Can, Item, Reason, Standing, Subject};
use super::rank::rank;
use super::source::Source;
use super::states::{self, is};
use super::troubles::{self, Known};
use super::{flags, why};

/// Records of one cause, at most.
const MOST: usize = 200;
/// Records that are counted beyond that.
const COUNTED: u64 = 10_000;
/// Problems that are looked at.
const PROBLEMS: usize = 500;
/// States of writes that may want a person.
const WRITES: [WriteState; 4] = [WriteState::Conflicted, WriteState::Wedged, WriteState::Expired, WriteState::Unknown];
/// States of writes that have not reached their platform.
const UNDELIVERED: [WriteState; 3] = [WriteState::Queued, WriteState::Sending, WriteState::Retrying];

/// Everything that wants a person.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Inbox {
    /// The items, the most pressing first; those that were snoozed or acknowledged stand among them.
    pub items: Vec<Item>,
    /// How many more there are of a cause than are told; `true` when at least so many.
    pub more: Vec<(Cause, u64, bool)>,
    /// What could not be looked at, for a person.
    pub notes: Vec<String>,
    /// When the connection that was read longest ago was read last; none when one never was, or there is none.
    pub looked_at: Option<Timestamp>,
    /// When the first snooze ends.
    pub turns_at: Option<Timestamp>,
}

impl Inbox {
    /// How many items wait.
    pub fn waiting(&self) -> usize {
        self.items.iter().filter(|item| item.waits()).count()
    }
}

/// Asks `source` for everything that wants a person at `now`, and puts what was found before (`findings`) among it.
///
/// # Errors
/// When the mirror cannot be read, for a person. An outbox that cannot be read is a note.
pub fn gather(source: &dyn Source, findings: &Findings, now: Timestamp) -> Result<Inbox, String> {
    let mut desk = Desk { source, now, items: BTreeMap::new(), agents: HashMap::new(), inbox: Inbox::default() };
    let lists = source.freshness()?;
    desk.by_status(&lists)?;
    desk.findings(findings)?;
    desk.writes();
    desk.troubles(&lists)?;
    let Desk { items, mut inbox, .. } = desk;
    inbox.items = items.into_values().collect();
    inbox.looked_at = looked_at(&source.connections(), &lists);
    let said = source.flags().unwrap_or_else(|why| {
        note(&mut inbox.notes, format!("what was snoozed or acknowledged is not known: {why}"));
        Vec::new()
    });
    inbox.turns_at = flags::lay(&mut inbox.items, &said, now);
    rank(&mut inbox.items);
    Ok(inbox)
}

fn note(notes: &mut Vec<String>, words: String) {
    if !notes.contains(&words) {
        notes.push(words);
    }
}

/// The oldest of the times at which each connection was read last.
fn looked_at(connections: &[(String, String)], lists: &[Freshness]) -> Option<Timestamp> {
    let newest =
        |name: &str| lists.iter().filter(|list| list.list.connection == name).filter_map(|it| it.checked_at).max();
    let times: Option<Vec<Timestamp>> = connections.iter().map(|(name, _)| newest(name)).collect();
    times?.into_iter().min()
}

/// What is being gathered.
struct Desk<'a> {
    source: &'a dyn Source,
    now: Timestamp,
    items: BTreeMap<Place, Item>,
    /// Agents by connection and id: many events name the same.
    agents: HashMap<(String, String), Option<Row>>,
    inbox: Inbox,
}

/// A question about records of a kind in certain states.
struct Ask {
    cause: Cause,
    kind: Kind,
    filter: Filter,
    /// Only of these connections and collections; empty: all.
    scope: (Vec<String>, Vec<String>),
}

impl Ask {
    fn new(cause: Cause, kind: Kind, filter: Filter) -> Self {
        Self { cause, kind, filter, scope: Default::default() }
    }
}

impl Desk<'_> {
    /// What a status brings in. Each question is answered along the index of its states.
    fn by_status(&mut self, lists: &[Freshness]) -> Result<(), String> {
        let ago = |time: SignedDuration| self.now.checked_sub(time).unwrap_or(Timestamp::MIN);
        let recent = |states: &str| Filter::And(vec![is(states), Filter::After(ago(why::RECENT))]);
        let old = |states: &str, time| Filter::And(vec![is(states), Filter::Before(ago(time))]);
        let asks = [
            Ask::new(Cause::Approval, Kind::Approval, is(states::PENDING)),
            Ask::new(Cause::Alert, Kind::Event, is(states::ALERT)),
            Ask::new(Cause::Review, Kind::Event, recent(states::REVIEW)),
            Ask::new(Cause::Blocked, Kind::Event, recent(states::BLOCKED)),
            Ask::new(Cause::Failed, Kind::Run, recent(states::FAILED)),
            Ask::new(Cause::Failed, Kind::Agent, is(states::FAILED)),
            Ask::new(Cause::Stuck, Kind::Run, old(states::AT_WORK, why::STUCK)),
        ];
        let silent = lists
            .iter()
            .filter(|list| list.kind == Kind::Agent && self.source.signs(&list.platform, &list.list.collection).seen)
            .map(|list| Ask {
                scope: (vec![list.list.connection.clone()], vec![list.list.collection.clone()]),
                ..Ask::new(Cause::Silent, Kind::Agent, old(states::ACTIVE, why::SILENT))
            });
        for ask in asks.into_iter().chain(silent).collect::<Vec<_>>() {
            // A kind that no connection has is not asked for.
            if lists.iter().any(|list| list.kind == ask.kind && list.mirror_count > 0) {
                self.ask(&ask)?;
            }
        }
        Ok(())
    }

    fn ask(&mut self, ask: &Ask) -> Result<(), String> {
        let (connections, collections) = ask.scope.clone();
        let scope = Scope { kinds: vec![ask.kind], connections, collections };
        let query = Query {
            filter: ask.filter.clone(),
            sort: Sort::Updated,
            order: Order::Descending,
            limit: MOST,
            ..Query::newest(scope)
        };
        let window = self.source.window(&query)?;
        if window.more_after {
            let (all, least) = match self.source.count(&query, COUNTED)? {
                CountOf::Exact(all) => (all, false),
                CountOf::AtLeast(all) => (all, true),
            };
            self.inbox.more.push((ask.cause, all.saturating_sub(window.rows.len() as u64), least));
        }
        for row in window.rows {
            let reason = match ask.cause {
                Cause::Approval => why::approval(&row, self.deadline(&row)?, self.now),
                cause => why::by_status(&row, cause),
            };
            self.put(row, reason)?;
        }
        Ok(())
    }

    fn deadline(&self, row: &Row) -> Result<Option<Timestamp>, String> {
        let record: Option<Record> = self.source.record(row.key)?;
        Ok(record.and_then(|record| self.source.deadline(&record)))
    }

    fn findings(&mut self, findings: &Findings) -> Result<(), String> {
        findings.notes.iter().for_each(|words| note(&mut self.inbox.notes, words.clone()));
        for clone in &findings.clones {
            // A decision on its way has not stopped anything yet.
            let stopped = |row: &Row| states::halted(row.status.as_deref()) && row.pending.is_empty();
            if let Some(row) = self.live(clone.key)?.filter(|row| !stopped(row)) {
                let reason = why::clone(&row);
                self.put(row, reason)?;
            }
        }
        for leak in findings.leaks.iter().take(MOST) {
            if let Some(row) = self.live(leak.key)? {
                self.put(row, why::leak(leak))?;
            }
        }
        let untold = findings.leaks.len().saturating_sub(MOST) as u64;
        if findings.more_leaks || untold > 0 {
            self.inbox.more.push((Cause::Leak, untold, findings.more_leaks));
        }
        Ok(())
    }

    fn live(&self, key: RowKey) -> Result<Option<Row>, String> {
        Ok(self.source.record(key)?.map(|record| record.row).filter(|row| row.gone_at.is_none()))
    }

    fn agent_of(&mut self, row: &Row) -> Result<Option<Row>, String> {
        if row.kind == Kind::Agent {
            return Ok(Some(row.clone()));
        }
        let Some(id) = &row.agent else { return Ok(None) };
        let key = (row.list.connection.clone(), id.clone());
        if let Some(known) = self.agents.get(&key) {
            return Ok(known.clone());
        }
        let found = self.source.agent(&key.0, &key.1)?;
        self.agents.insert(key, found.clone());
        Ok(found)
    }

    /// Puts a reason to a record; what is there already for another one gets one more.
    fn put(&mut self, row: Row, reason: Reason) -> Result<(), String> {
        let place = Place::record(&row.list.connection, &row.list.collection, &row.id);
        let agent = self.agent_of(&row)?;
        let can = self.can(&row, agent.as_ref(), reason.cause);
        let item = self.items.entry(place.clone()).or_insert_with(|| Item {
            place,
            platform: row.platform.clone(),
            subject: Subject::Record { key: row.key, kind: row.kind },
            reasons: Vec::new(),
            title: row.title.clone().unwrap_or_else(|| row.id.clone()),
            status: row.status.clone(),
            agent_name: row.agent_title.clone().or_else(|| row.agent.clone()),
            agent: agent.map(|row| Agent {
                title: row.title.unwrap_or_else(|| row.id.clone()),
                list: row.list,
                id: row.id,
                key: row.key,
            }),
            can: Vec::new(),
            standing: Standing::Waiting,
        });
        add(item, reason);
        for can in can {
            if !item.can.contains(&can) {
                item.can.push(can);
            }
        }
        Ok(())
    }

    /// What can be done about a record that is here for this cause.
    fn can(&self, row: &Row, agent: Option<&Row>, cause: Cause) -> Vec<Can> {
        let (own, of_agent) = cause.about().verbs;
        let able = |on: &Row, verb: &str| {
            !(matches!(verb, "suspend" | "contain") && states::halted(on.status.as_deref()))
                && self.source.able(&on.platform, &on.list.collection, verb)
        };
        let own = own.iter().filter(|verb| able(row, verb)).map(|verb| Can { verb, agent: false });
        let of_agent = of_agent.iter().filter(|verb| agent.is_some_and(|agent| able(agent, verb)));
        own.chain(of_agent.map(|verb| Can { verb, agent: true })).collect()
    }

    fn writes(&mut self) {
        let writes = match self.source.writes(&WRITES, MOST + 1) {
            Ok(writes) => writes,
            Err(why) => return note(&mut self.inbox.notes, format!("your decisions are not known: {why}")),
        };
        if writes.len() > MOST {
            self.inbox.more.push((Cause::Write, 1, true));
        }
        for write in writes.iter().rev().take(MOST) {
            if let Some(reason) = why::write(write, self.now) {
                let item = of_write(write);
                add(self.items.entry(item.place.clone()).or_insert(item), reason);
            }
        }
    }

    fn troubles(&mut self, lists: &[Freshness]) -> Result<(), String> {
        let connections = self.source.connections();
        let paused = self.source.paused().unwrap_or_default();
        let problems = self.source.problems(PROBLEMS)?;
        let waiting = self.source.writes(&UNDELIVERED, MOST).unwrap_or_default();
        let waiting: Vec<_> = waiting.into_iter().map(|write| (write.intent.connection, write.created_at)).collect();
        let known = Known {
            connections: &connections,
            lists,
            problems: &problems,
            paused: &paused,
            waiting: &waiting,
            now: self.now,
        };
        for ((name, list), reasons) in troubles::find(&known) {
            let platform = connections.iter().find(|(known, _)| *known == name).map(|(_, platform)| platform.clone());
            let title =
                list.as_ref().map_or_else(|| name.clone(), |list| format!("{name}: {}", list.replace(['-', '_'], " ")));
            let place = Place::record(name, list.unwrap_or_default(), "");
            let mut item = bare(place, Subject::Connection, title);
            item.platform = platform.unwrap_or_default();
            reasons.into_iter().for_each(|reason| add(&mut item, reason));
            self.items.insert(item.place.clone(), item);
        }
        Ok(())
    }
}

/// The gravest reason stands first, and each once.
fn add(item: &mut Item, reason: Reason) {
    if !item.reasons.iter().any(|known| known.cause == reason.cause && known.print == reason.print) {
        item.reasons.push(reason);
        item.reasons.sort_by_key(|reason| (std::cmp::Reverse(reason.risk), reason.cause));
    }
}

fn bare(place: Place, subject: Subject, title: String) -> Item {
    Item {
        place,
        platform: String::new(),
        subject,
        reasons: Vec::new(),
        title,
        status: None,
        agent: None,
        agent_name: None,
        can: Vec::new(),
        standing: Standing::Waiting,
    }
}

fn of_write(write: &Write) -> Item {
    let intent = &write.intent;
    let target = intent.title.as_deref().or(intent.target.as_deref()).unwrap_or("(new)");
    let place = Place::record(&intent.connection, Place::OUTBOX, write.id.as_str());
    let subject = Subject::Write { id: write.id.clone(), state: write.state };
    let verbs: &[&'static str] = match write.state {
        WriteState::Conflicted => &["settle", "discard"],
        _ => &["retry", "discard"],
    };
    Item {
        platform: intent.platform.clone(),
        status: Some(write.state.as_str().to_owned()),
        can: verbs.iter().map(|verb| Can { verb, agent: false }).collect(),
        ..bare(place, subject, format!("{} {target}", intent.verb))
    }
}
