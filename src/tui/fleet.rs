//! What the console knows of its connections: how fresh each is, what its sync is doing, what stands in the way.
//!
//! Fed by the mirror (freshness, problems) and by the engine's events; read by the status bar, the tabs and the
//! connections view. Honest by construction: "up to date" needs every list to say so.

use jiff::{SignedDuration, Timestamp};
use quarterdeck_sync::engine::{ConnectionReport, Event, Outcome};
use quarterdeck_sync::model::{Freshness, Kind, Offered, Problem};
use quarterdeck_sync::platform::{BudgetView, FetchKind};

use super::data::Health;
use super::decisions::{Capabilities, Standing};
use super::text::{age, grouped};
use super::theme::{BADGES, Role};

/// A sync shorter than this is not shown as one.
const SHORT: SignedDuration = SignedDuration::from_millis(600);
/// A mirror last checked longer ago than this is called old.
pub(crate) const OLD: SignedDuration = SignedDuration::from_hours(1);

/// What the operator has set up, as far as the console shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectionInfo {
    /// Its name.
    pub name: String,
    /// Its platform.
    pub platform: String,
    /// Where it is.
    pub url: String,
}

/// What a connection is doing.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Activity {
    /// Nothing.
    #[default]
    Idle,
    /// Being pulled.
    Syncing {
        /// Since when.
        since: Timestamp,
        /// List on the move, with rows read and rows there are.
        at: Option<(String, u64, Option<u64>)>,
        /// Lists done.
        done: usize,
        /// Lists to do.
        lists: usize,
    },
}

/// How the last pull of a connection ended.
#[derive(Debug, Clone, PartialEq)]
pub struct Ended {
    /// When.
    pub at: Timestamp,
    /// Why it could not be read at all: a word, and the message.
    pub error: Option<(&'static str, String)>,
    /// Lists that were not read, or only in part.
    pub troubled: usize,
}

/// What answered when a connection was tried.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answer {
    /// The list that did.
    pub collection: String,
    /// Rows it sent.
    pub rows: u64,
    /// Rows it says it has.
    pub total: Option<u64>,
    /// It was paused, and goes on.
    pub resumed: bool,
    /// It is paused, and stays so.
    pub paused: bool,
    /// It stays so because of this many writes, which nobody has seen who let it go on.
    pub unseen: usize,
}

/// How trying a connection went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trial {
    /// It is being tried.
    Running,
    /// It answered, at this time.
    Good(Timestamp, Answer),
    /// It did not; why, for a person.
    Bad(Timestamp, String),
}

impl Answer {
    /// In a sentence, as the command line says it.
    pub fn words(&self) -> String {
        let total = self.total.map(|total| format!(" of {}", grouped(total))).unwrap_or_default();
        let plural = if self.rows == 1 { "" } else { "s" };
        let paused = match (self.resumed, self.paused) {
            (true, _) => "; it was paused, and what waits in the outbox is sent again",
            (_, true) if self.unseen > 0 => {
                "; it is paused still: writes came to wait for it meanwhile, test it again to see them"
            }
            (_, true) => "; it is paused still: this console is read-only",
            _ => "",
        };
        format!("signed in; {} answered with {} row{plural}{total}{paused}", self.collection, self.rows)
    }
}

/// One connection.
#[derive(Debug, Clone, PartialEq)]
pub struct Connection {
    /// As set up.
    pub info: ConnectionInfo,
    /// What it is doing.
    pub activity: Activity,
    /// How it ended last, in this session.
    pub ended: Option<Ended>,
    /// Its budget, when told.
    pub budget: BudgetView,
    /// When that was.
    pub budget_at: Option<Timestamp>,
    /// How trying it went, in this session.
    pub trial: Option<Trial>,
}

impl Connection {
    /// Takes in what was told of its budget. What says nothing, or is older than what is known, changes nothing: this process and the
    /// mirror, which has what any process was told, both tell of it.
    fn take_budget(&mut self, budget: BudgetView, at: Timestamp) {
        if budget != BudgetView::default() && self.budget_at.is_none_or(|known| at >= known) {
            (self.budget, self.budget_at) = (budget, Some(at));
        }
    }
}

/// All of them, and what the mirror says of their lists.
#[derive(Debug, Default)]
pub struct Fleet {
    /// The connections, in the operator's order.
    pub connections: Vec<Connection>,
    /// Every list, by connection and collection.
    pub lists: Vec<Freshness>,
    /// Open problems.
    pub problems: Vec<Problem>,
    /// The mirror has answered once.
    pub known: bool,
    /// Who else syncs, when it is not this process.
    pub lease: Option<String>,
    /// What each list lets be done, once the manifests are read.
    pub capabilities: Option<Capabilities>,
    /// How the outbox stands.
    pub standing: Standing,
}

/// A short judgement with its glyph: never colour alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// What it means.
    pub role: Role,
    /// Its sign.
    pub glyph: &'static str,
    /// In words.
    pub words: String,
    /// The moment whose age stands in the words: they change with it.
    pub since: Option<Timestamp>,
}

impl Fleet {
    /// A fleet of these connections.
    pub fn new(connections: Vec<ConnectionInfo>) -> Self {
        let connections = connections
            .into_iter()
            .map(|info| Connection {
                info,
                activity: Activity::Idle,
                ended: None,
                budget: BudgetView::default(),
                budget_at: None,
                trial: None,
            })
            .collect();
        Self { connections, ..Self::default() }
    }

    /// Takes in what the mirror says.
    pub fn health(&mut self, health: Health) {
        let Health { lists, problems, standing, budgets } = health;
        (self.lists, self.problems, self.standing, self.known) = (lists, problems, standing, true);
        for told in budgets {
            if let Some(connection) = self.connections.iter_mut().find(|known| known.info.name == told.connection) {
                connection.take_budget(told.budget, told.told_at);
            }
        }
    }

    /// Takes in what a sync tells.
    pub fn event(&mut self, event: Event, now: Timestamp) {
        let name = match &event {
            Event::Started { connection, .. } => connection.clone(),
            Event::Progress { list, .. } => list.connection.clone(),
            Event::Listed(report) => report.list.connection.clone(),
            Event::Contents { connection, .. } => connection.clone(),
            Event::Finished(report) => report.connection.clone(),
        };
        let Some(connection) = self.connections.iter_mut().find(|known| known.info.name == name) else { return };
        match event {
            Event::Started { lists, .. } => {
                connection.activity = Activity::Syncing { since: now, at: None, done: 0, lists };
            }
            Event::Progress { list, rows, total, budget } => {
                connection.take_budget(budget, now);
                if let Activity::Syncing { at, .. } = &mut connection.activity {
                    *at = Some((list.collection, rows, total));
                }
            }
            Event::Listed(report) => {
                if let Activity::Syncing { at, done, .. } = &mut connection.activity {
                    *done += 1;
                    if at.as_ref().is_some_and(|(list, ..)| *list == report.list.collection) {
                        *at = None;
                    }
                }
            }
            // Contents come beside the lists: they are no sync of their own.
            Event::Contents { budget, .. } => connection.take_budget(budget, now),
            Event::Finished(report) => {
                connection.take_budget(report.budget.clone(), now);
                connection.activity = Activity::Idle;
                connection.ended = Some(ended(&report));
            }
        }
    }

    /// A connection is being tried from now on; false when it is already, or is none of ours.
    pub fn try_one(&mut self, name: &str) -> bool {
        let found = self.connections.iter_mut().find(|known| known.info.name == name);
        found.is_some_and(|one| one.trial.replace(Trial::Running) != Some(Trial::Running))
    }

    /// Takes in how that went.
    pub fn tried(&mut self, name: &str, trial: Trial) {
        if let Some(one) = self.connections.iter_mut().find(|known| known.info.name == name) {
            one.trial = Some(trial);
        }
    }

    /// The last pull of a connection did not get as far as reading anything: what is here of it is as it was before.
    pub fn unread(&self, name: &str) -> bool {
        let found = self.connections.iter().find(|known| known.info.name == name);
        found.is_some_and(|one| one.ended.as_ref().is_some_and(|ended| ended.error.is_some()))
    }

    /// Live records of a kind, all connections together.
    pub fn live(&self, kind: Kind) -> u64 {
        self.lists.iter().filter(|list| list.kind == kind).map(|list| list.mirror_count).sum()
    }

    /// When a write to a connection goes out, for a person about to decide.
    pub fn sending(&self, name: &str, now: Timestamp) -> (String, Role) {
        if let Some(paused) = self.standing.paused.iter().find(|paused| paused.connection == name) {
            return (format!("when {name} is mended: paused, {}", paused.message), Role::Warn);
        }
        let ended = self.connections.iter().find(|known| known.info.name == name).and_then(|one| one.ended.as_ref());
        if let Some(Ended { error: Some((word, _)), at, .. }) = ended {
            let ago = age(now, *at).0;
            return (
                format!("when {name} answers again: {word}, last tried {ago} ago").replace("now ago", "just now"),
                Role::Warn,
            );
        }
        match &self.lease {
            Some(holder) => (format!("by {holder}, as soon as {name} answers"), Role::Text),
            None => (format!("as soon as {name} answers"), Role::Text),
        }
    }

    /// The badge of a connection: its colour in tables, by its place in the operator's order.
    pub fn badge(&self, name: &str) -> Role {
        let place = self.connections.iter().position(|known| known.info.name == name).unwrap_or(0);
        BADGES[place % BADGES.len()]
    }

    /// A sync is running.
    pub fn syncing(&self) -> bool {
        self.connections.iter().any(|connection| connection.activity != Activity::Idle)
    }

    /// Nothing has ever been mirrored.
    pub fn empty(&self) -> bool {
        self.known && self.lists.iter().all(|list| list.mirror_count + list.gone_count == 0)
    }

    /// Lists a connection offers.
    pub fn lists_of<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Freshness> {
        self.lists
            .iter()
            .filter(move |list| list.list.connection == name && !matches!(list.offered, Offered::No { .. }))
    }

    /// How a connection stands.
    pub fn verdict(&self, connection: &Connection, now: Timestamp) -> Verdict {
        let name = &connection.info.name;
        let oldest = self.lists_of(name).filter_map(|list| list.checked_at).min();
        if let Activity::Syncing { since, at, done, lists } = &connection.activity
            // A look for news that is over at once would only make the line flicker.
            && (oldest.is_none() || now.duration_since(*since) >= SHORT)
        {
            let words = match at {
                Some((list, rows, Some(total))) => {
                    format!("{list} {}/{}", grouped(*rows), grouped((*total).max(*rows)))
                }
                Some((list, rows, None)) => format!("{list} {}", grouped(*rows)),
                None => format!("syncing {done}/{lists}"),
            };
            return Verdict { role: Role::Busy, glyph: "↻", words, since: None };
        }
        if let Some(Ended { error: Some((word, _)), at, .. }) = &connection.ended {
            // What matters now is how old that is which is shown all the same.
            let words = match oldest.map(|oldest| age(now, oldest).0) {
                Some(old) if old == "now" => (*word).to_owned(),
                Some(old) => format!("{word}, {old} old"),
                None => format!("{word} {}", age(now, *at).0),
            };
            return Verdict { role: Role::Bad, glyph: "!", words, since: oldest.or(Some(*at)) };
        }
        let Some(oldest) = oldest else {
            let begun = self.lists_of(name).any(|list| list.walking || list.mirror_count > 0);
            let words = if begun { "first sync unfinished" } else { "never synced" };
            return Verdict { role: Role::Warn, glyph: "○", words: words.to_owned(), since: None };
        };
        let passed = age(now, oldest).0;
        let behind = self.lists_of(name).filter(|list| !list.up_to_date()).count();
        if behind > 0 {
            let lists = if behind == 1 { "1 list behind".to_owned() } else { format!("{behind} lists behind") };
            return Verdict { role: Role::Warn, glyph: "~", words: format!("{passed}, {lists}"), since: Some(oldest) };
        }
        // All was well, but that is long ago: what stands here may not be so any more.
        if now.duration_since(oldest) >= OLD {
            return Verdict { role: Role::Warn, glyph: "~", words: format!("{passed} old"), since: Some(oldest) };
        }
        Verdict { role: Role::Good, glyph: "✓", words: passed, since: Some(oldest) }
    }
}

/// What a budget says when it matters: little left, or waiting.
pub(crate) fn budget_words(connection: &Connection, now: Timestamp) -> Option<String> {
    let budget = &connection.budget;
    if let Some(until) = budget.paused_until.filter(|until| *until > now) {
        return Some(format!("waits {}s", (until.as_second() - now.as_second()).max(1)));
    }
    let (limit, left) = budget.limit.zip(budget.remaining)?;
    // What was told long ago, or before it was whole again, is no matter now.
    let lately = connection.budget_at.is_some_and(|at| now.duration_since(at) < OLD);
    let over = budget.reset_at.is_some_and(|at| at <= now);
    (lately && !over && left.saturating_mul(4) <= limit).then(|| format!("{left}/{limit} left"))
}

fn ended(report: &ConnectionReport) -> Ended {
    let error = report.error.as_ref().map(|error| {
        let word = match error.kind {
            Some(FetchKind::Unauthorized) => "not signed in",
            Some(FetchKind::Forbidden) => "forbidden",
            Some(FetchKind::Unreachable) => "unreachable",
            Some(FetchKind::TimedOut) => "timed out",
            Some(FetchKind::RateLimited) => "rate limited",
            Some(FetchKind::Server) => "server error",
            Some(FetchKind::Unusable) => "not usable",
            _ => "failed",
        };
        (word, error.message.clone())
    });
    let troubled =
        report.lists.iter().filter(|list| matches!(list.outcome, Outcome::Partial | Outcome::Failed)).count();
    Ended { at: report.ended_at, error, troubled }
}
