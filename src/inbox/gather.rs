use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;
use quarterdeck_sync::model::{Freshness, Kind, Place, Record, Row, RowKey, WriteState};

use super::asks::{self, Ask, MOST};
use super::cause::Cause;
use super::findings::{self, Findings};
use super::item::{Agent, Can, Item, Reason, Standing, Subject, Whole};
use super::more::{Beyond, More};
use super::rank::{self, rank};
use super::source::{End, Source};
use super::troubles::{self, Known};
use super::{flags, states, why, writes};

/// Problems that are looked at.
const PROBLEMS: usize = 500;

/// Everything that wants a person.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Inbox {
    /// The items, the most pressing first; those that were snoozed or acknowledged stand among them.
    pub items: Vec<Item>,
    /// What there is beyond them.
    pub more: Vec<More>,
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
    for ask in asks::all(source, &lists, now) {
        desk.by_status(&ask)?;
    }
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

impl Desk<'_> {
    /// What a status brings in. Of more than are listed those that press most, and the newest.
    fn by_status(&mut self, ask: &Ask) -> Result<(), String> {
        let found = ask.find(self.source)?;
        let mut wanted = Vec::with_capacity(found.rows.len());
        for row in &found.rows {
            let reason = match ask.cause {
                Cause::Approval => why::approval(row, self.deadline(row)?, self.now),
                cause => why::by_status(row, cause),
            };
            wanted.push((row.clone(), reason));
        }
        if wanted.len() > 2 * MOST {
            let mut older = wanted.split_off(MOST);
            older.sort_by(|one, other| rank::reasons(&one.1, &other.1));
            wanted.extend(older.into_iter().take(MOST));
        }
        self.inbox.more.extend(ask.more(&found, wanted.len()));
        wanted.into_iter().try_for_each(|(row, reason)| self.put(row, reason))
    }

    fn deadline(&self, row: &Row) -> Result<Option<Timestamp>, String> {
        let record: Option<Record> = self.source.record(row.key)?;
        Ok(record.and_then(|record| self.source.deadline(&record)))
    }

    fn findings(&mut self, findings: &Findings) -> Result<(), String> {
        findings.notes.iter().for_each(|words| note(&mut self.inbox.notes, words.clone()));
        for clone in &findings.clones {
            if let Some(row) = self.live(clone.key)?.filter(states::goes_on) {
                let reason = why::clone(&row);
                self.put(row, reason)?;
            }
        }
        for leak in findings.leaks.iter().take(MOST) {
            if let Some(row) = self.live(leak.key)? {
                self.put(row, why::leak(leak))?;
            }
        }
        let count = findings.leaks.len().saturating_sub(MOST) as u64;
        if findings.more_leaks || count > 0 {
            let beyond = Beyond::Query(findings::leaks_query(self.now));
            self.inbox.more.push(More { cause: Cause::Leak, count, least: findings.more_leaks, beyond });
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
        let within = if self.items.contains_key(&place) { Vec::new() } else { self.within(&row)? };
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
            within,
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

    /// What an approval is a part of: the step of a workflow says little without the workflow.
    fn within(&self, row: &Row) -> Result<Vec<Whole>, String> {
        if row.kind != Kind::Approval {
            return Ok(Vec::new());
        }
        let Some(record) = self.source.record(row.key)? else { return Ok(Vec::new()) };
        let wholes = self.source.within(&record)?.into_iter();
        Ok(wholes
            .map(|row| Whole { title: row.title.unwrap_or_else(|| row.id.clone()), list: row.list, status: row.status })
            .collect())
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

    /// Decisions that were not carried out. Each state is asked for by itself: many of one do not hide those of another.
    fn writes(&mut self) {
        for state in writes::WANTING {
            if let Err(why) = self.writes_in(state) {
                return note(&mut self.inbox.notes, format!("your decisions are not known: {why}"));
            }
        }
    }

    fn writes_in(&mut self, state: WriteState) -> Result<(), String> {
        let mut found = self.source.writes(state, End::Newest, MOST + 1)?;
        let more = found.len() > MOST;
        if more {
            found.truncate(MOST);
            let known: Vec<_> = found.iter().map(|write| write.id.clone()).collect();
            let oldest = self.source.writes(state, End::Oldest, MOST)?;
            found.extend(oldest.into_iter().filter(|write| !known.contains(&write.id)));
        }
        let listed = found.len() as u64;
        for write in &found {
            if let Some(reason) = why::write(write, self.now) {
                let item = writes::item(write);
                add(self.items.entry(item.place.clone()).or_insert(item), reason);
            }
        }
        let count = if more { self.source.count_writes(state)?.saturating_sub(listed) } else { 0 };
        if count > 0 {
            let beyond = Beyond::Writes(state);
            self.inbox.more.push(More { cause: Cause::Write, count, least: false, beyond });
        }
        Ok(())
    }

    fn troubles(&mut self, lists: &[Freshness]) -> Result<(), String> {
        let connections = self.source.connections();
        let paused = self.source.paused().unwrap_or_default();
        let problems = self.source.problems(PROBLEMS)?;
        let late = self.now.checked_sub(why::UNDELIVERED).unwrap_or(Timestamp::MIN);
        let waiting = self.source.unsent(late).unwrap_or_default();
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
            let mut item = Item::bare(place, Subject::Connection, title);
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
