//! A mirror made up for tests: three connections of a small company, the same on every run.

use std::cell::Cell;
use std::collections::HashMap;

use quarterdeck_sync::model::{
    Anchor, CountOf, Entry, Field, Filter, Flag, Freshness, Kind, ListKey, Match, Offered, Order, Problem, Query,
    Record, Row, RowKey, Scope, Sort, Timestamp, ToldBudget, Window, Write,
};
use quarterdeck_sync::outbox::Paused;

use crate::inbox::Findings;
use crate::incident::Case;
use crate::search::SavedSearch;
use crate::tui::kept::{Keep, Kept, KeptNote, What};
use crate::tui::reading::{Held, Kin};

thread_local! {
    static LATER: Cell<i64> = const { Cell::new(0) };
}

/// From here on it is so many seconds later, for whoever draws.
pub fn later(seconds: i64) {
    LATER.set(LATER.get() + seconds);
}

/// The time it is in this world.
pub fn now() -> Timestamp {
    let start: Timestamp = "2026-11-22T09:00:00Z".parse().expect("a time");
    start + jiff::SignedDuration::from_secs(LATER.get())
}

/// The rows, and the document of each.
#[derive(Debug, Default, Clone)]
pub struct World {
    pub rows: Vec<(Row, String)>,
    pub lists: Vec<Freshness>,
    pub problems: Vec<Problem>,
    pub writes: Vec<Write>,
    pub paused: Vec<Paused>,
    /// What runs did is still to be fetched.
    pub unfetched: bool,
    /// The contents that are here, by the record.
    pub contents: HashMap<RowKey, (Held, Vec<Entry>)>,
    /// What a person keeps about the records, by id.
    pub kept: HashMap<String, Kept>,
    /// The sessions that one has to do with.
    pub kin: HashMap<RowKey, Kin>,
    /// The run or session that a record is about: its content is read in place of its own.
    pub leads: HashMap<RowKey, RowKey>,
    /// The entry that whatever leads to a session is about.
    pub led: Option<u32>,
    pub searches: Vec<SavedSearch>,
    /// The incidents, the newest first.
    pub cases: Vec<Case>,
    /// Records that the index does not have yet.
    pub behind: u64,
    /// Of the hits of an answer every so-manieth is not there any more; 0: all are.
    pub lost: usize,
    /// What was spent.
    pub costs: Vec<crate::numbers::Cost>,
    /// What was snoozed or seen.
    pub flags: Vec<Flag>,
    /// What no index of the mirror answers.
    pub findings: Findings,
    /// What was typed into the editor and not decided on.
    pub drafts: Vec<crate::tui::drafting::Kept>,
    /// Why the audit log cannot be written.
    pub sealed: Option<String>,
    /// It cannot be read, from the first look on.
    pub broken: bool,
    /// Agents that are active again although they were contained, by id.
    pub undone: Vec<String>,
    /// What connections told of their rate budgets.
    pub budgets: Vec<ToldBudget>,
    /// Why nothing is known of what an answer rests on.
    pub groundless: Option<String>,
}

struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % sides.max(1)
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.roll(from.len())]
    }
}

const PEOPLE: [&str; 8] = ["mara", "jonas", "priya", "tom", "aiko", "luis", "nadia", "sven"];
const HOSTS: [&str; 8] =
    ["mbp-mara", "build-07", "ci-runner-3", "dev-aiko", "thinkpad-luis", "gpu-box-1", "mbp-nadia", "staging-2"];
const REPOS: [&str; 6] = ["billing-api", "web-checkout", "infra", "data-pipeline", "mobile", "auth-service"];
const PROMPTS: [&str; 12] = [
    "Fix the flaky test in payments/refund_test.go and explain what was wrong",
    "Add rate limiting to the public API, 100 requests a minute per key",
    "Why does checkout time out when the cart has more than 50 items?",
    "Upgrade to Postgres 17 and run the migration against a copy of staging",
    "Write a runbook for rotating the signing keys",
    "Refactor the invoice renderer so that PDF and HTML share one template",
    "Review PR 4312 and look for anything that could leak customer data",
    "Translate the onboarding mails into Japanese (日本語) and check the length",
    "Find every place that parses dates without a time zone",
    "The nightly import failed with E0277 again, please look at the log",
    "Make the container image smaller, it is 1.9 GB now",
    "Draft the incident report for last night's outage",
];
const NAMES: [&str; 8] = [
    "support-triage",
    "invoice-matcher",
    "release-notes",
    "log-summariser",
    "refund-helper",
    "kb-writer",
    "churn-radar",
    "oncall-buddy",
];

impl World {
    /// The world of the screens.
    pub fn believable() -> Self {
        Self::with_so_many(1_204, 346, 812)
    }

    /// The same, and less of it: for tests that walk through all of the console, often.
    pub fn small() -> Self {
        Self::with_so_many(64, 24, 52)
    }

    fn with_so_many(sessions: usize, runs: usize, events: usize) -> Self {
        let mut world = Self::default();
        let mut dice = Dice(7);
        world.agents(&mut dice);
        world.sessions(&mut dice, sessions);
        world.runs(&mut dice, runs);
        world.approvals(&mut dice);
        world.events(&mut dice, events);
        world.rest(&mut dice);
        world.count();
        world
    }

    #[allow(clippy::too_many_arguments)]
    pub fn add(
        &mut self,
        (connection, platform): (&str, &str),
        (collection, kind): (&str, Kind),
        id: String,
        title: Option<&str>,
        status: Option<&str>,
        (agent, project): (Option<&str>, Option<&str>),
        seconds_ago: i64,
        doc: serde_json::Value,
    ) -> &mut Row {
        let at = |ago: i64| Timestamp::from_second(now().as_second() - ago).ok();
        let row = Row {
            key: RowKey(self.rows.len() as i64 + 1),
            title: title.map(Into::into),
            status: status.map(Into::into),
            agent: agent.map(Into::into),
            agent_title: agent.map(Into::into),
            project: project.map(Into::into),
            created_at: at(seconds_ago + 3_700),
            updated_at: at(seconds_ago),
            confirmed_at: at(40).unwrap_or_default(),
            ..Row::bare(ListKey::new(connection, collection), platform, kind, id)
        };
        self.rows.push((row, doc.to_string()));
        &mut self.rows.last_mut().expect("just pushed").0
    }

    fn agents(&mut self, dice: &mut Dice) {
        for at in 0..34 {
            let (host, user) = (HOSTS[at % 8], PEOPLE[dice.roll(8)]);
            let status = if at % 11 == 5 { "suspended" } else { "active" };
            let doc = serde_json::json!({
                "id": format!("agt_{at:04}"), "client_id": format!("cl_{:06x}", dice.roll(1 << 24)), "machine_id": format!("m-{:08x}", dice.roll(1 << 31)),
                "generation": 1 + at % 3, "status": status, "hostname": host, "os": dice.pick(&["darwin", "linux"]), "arch": "arm64",
                "version": dice.pick(&["1.4.2", "1.4.1", "1.3.9"]), "username": user, "clone_detected": at == 9,
                "registered_at": "2026-08-02T10:12:44Z", "last_seen_at": "2026-11-22T08:58:10Z",
                "registration_key_name": "fleet-2026", "labels": {"team": dice.pick(&["payments", "platform", "data"]), "tier": "1"},
            });
            let title = format!("{host}-{at:02}");
            let ago = (at * at * 97) as i64;
            self.add(
                ("turen", "turen"),
                ("agents", Kind::Agent),
                format!("agt_{at:04}"),
                Some(&title),
                Some(status),
                (None, None),
                ago,
                doc,
            );
        }
        for (at, name) in NAMES.into_iter().enumerate() {
            let doc = serde_json::json!({"name": name, "namespace": "default",
                "spec": {"image": format!("ghcr.io/acme/{name}:{at}.2"), "requiredTools": ["stripe", "zendesk"],
                    "llmConfig": {"provider": "anthropic", "model": "claude"}, "env": [{"name": "API_KEY", "value": "‹masked›"}]},
                "status": {"phase": "Running", "message": ""}});
            let status = dice.pick(&["Running", "Running", "Pending", "Failed"]);
            self.add(
                ("acme", "runagents"),
                ("agents", Kind::Agent),
                name.into(),
                Some(name),
                Some(status),
                (None, Some("default")),
                60,
                doc,
            );
            let doc = serde_json::json!({"id": at, "name": name, "deployment": "active", "tools_json": "[]"});
            let row = self.add(
                ("lab", "exo"),
                ("agents", Kind::Agent),
                format!("{at}"),
                Some(name),
                None,
                (None, Some("research")),
                86_400 * at as i64,
                doc,
            );
            row.gone_at = (at == 6).then(|| now() - jiff::SignedDuration::from_hours(30));
        }
    }

    fn sessions(&mut self, dice: &mut Dice, count: usize) {
        let mut ago = 20;
        for at in 0..count {
            ago += dice.roll(900) as i64;
            let (host, repo, prompt) = (dice.pick(&HOSTS), dice.pick(&REPOS), dice.pick(&PROMPTS));
            let doc = serde_json::json!({
                "id": 90_000 - at, "session_id": format!("{:08x}-5c1e-4b7a-9d2f-{:012x}", dice.roll(1 << 31), dice.roll(1 << 31)),
                "client_id": format!("cl_{:06x}", dice.roll(1 << 24)), "agent_hostname": host, "project_path": format!("/home/{}/src/{repo}", dice.pick(&PEOPLE)),
                "first_prompt": prompt, "git_branch": format!("{}/{}", dice.pick(&PEOPLE), dice.pick(&["fix-refund", "main", "pg17", "spike"])),
                "message_count": dice.roll(400), "created_at": "2026-11-22T07:41:02Z", "modified_at": "2026-11-22T08:59:31Z",
                "size_bytes": dice.roll(900_000), "is_subagent": at % 7 == 3, "subagent_count": dice.roll(4),
            });
            let project = format!("/home/{}/src/{repo}", dice.pick(&PEOPLE));
            let connection = if at % 9 == 4 { ("lab", "exo") } else { ("turen", "turen") };
            let row = self.add(
                connection,
                ("sessions", Kind::Session),
                (90_000 - at).to_string(),
                Some(prompt),
                None,
                (Some(host), Some(&project)),
                ago,
                doc,
            );
            row.agent_doubt = at % 41 == 7;
        }
    }

    fn runs(&mut self, dice: &mut Dice, count: usize) {
        let mut ago = 5;
        for at in 0..count {
            ago += dice.roll(2_000) as i64;
            let (name, prompt) = (dice.pick(&NAMES), dice.pick(&PROMPTS));
            let status = match at {
                0..4 => "RUNNING",
                4 | 9 => "PAUSED_APPROVAL",
                _ => dice.pick(&["COMPLETED", "COMPLETED", "COMPLETED", "FAILED"]),
            };
            let id = format!("{:08x}-77aa-41d0", dice.roll(1 << 31));
            let doc = serde_json::json!({"id": id, "agent_id": name, "namespace": "default", "status": status, "user_id": "u_118",
                "initial_message": prompt, "conversation_id": format!("cnv_{at}"), "invoke_url": "https://acme.runagents.io/invoke"});
            self.add(
                ("acme", "runagents"),
                ("runs", Kind::Run),
                id,
                Some(prompt),
                Some(status),
                (Some(name), None),
                ago,
                doc,
            );
        }
    }

    fn approvals(&mut self, dice: &mut Dice) {
        for at in 0..23 {
            let status = if at < 3 { "PENDING" } else { dice.pick(&["APPROVED", "APPROVED", "REJECTED", "EXPIRED"]) };
            let (agent, title) = (
                dice.pick(&NAMES),
                dice.pick(&[
                    "stripe.refund  POST /v1/refunds",
                    "zendesk.close  PUT /tickets",
                    "github.merge  PUT /pulls/88/merge",
                ]),
            );
            let doc = serde_json::json!({"id": format!("apr-{at:03}"), "subject": "user:118", "agent_id": agent, "tool_id": "stripe", "status": status,
                "capability": "refund", "payload_hash": "sha256:9f2c41aa", "tool_method": "POST", "tool_url": "https://api.stripe.com/v1/refunds",
                "payload": {"amount": 12_900, "currency": "eur", "charge": "ch_3Px", "note": "customer says:\n\u{1b}[31mplease\u{202e} hurry"},
                "expires_at": "2026-11-22T09:30:00Z"});
            self.add(
                ("acme", "runagents"),
                ("approvals", Kind::Approval),
                format!("apr-{at:03}"),
                Some(title),
                Some(status),
                (Some(agent), None),
                at * 1_900 + 30,
                doc,
            );
        }
    }

    fn events(&mut self, dice: &mut Dice, count: usize) {
        let mut ago = 0;
        for at in 0..count {
            ago += dice.roll(600) as i64;
            let outcome = match at % 17 {
                3 => "block",
                8 | 12 => "review",
                _ => "allow",
            };
            let package = dice.pick(&[
                "left-pad@1.3.0",
                "requests@2.32.3",
                "colorama@0.4.6",
                "event-stream@3.3.6",
                "serde@1.0.217",
                "express@5.0.1",
            ]);
            let title = format!("{} install {package}", dice.pick(&["npm", "pip", "cargo"]));
            let doc = serde_json::json!({"id": format!("ev_{at:06}"), "type": "install", "outcome": outcome,
                "actor": {"command": "npm", "args": ["install", package], "version": "10.9"}, "subject": {"ecosystem": "npm", "package": package},
                "payload": {"reasons": ["published 2 days ago", "scorecard 3.1 is below 5"]}});
            self.add(
                ("turen", "turen"),
                ("events", Kind::Event),
                format!("ev_{at:06}"),
                Some(&title),
                Some(outcome),
                (Some(dice.pick(&HOSTS)), None),
                ago,
                doc,
            );
        }
    }

    fn rest(&mut self, dice: &mut Dice) {
        let policy = serde_json::json!({"version": "v1.4.2", "name": "Acme default", "rules": {"min_scorecard": 5, "review_scorecard": 7,
            "block_on_critical_vuln": true, "allowed_licenses": ["MIT", "Apache-2.0", "BSD-3-Clause"], "typosquat_action": "block", "typosquat_threshold": 0.85},
            "blocked_packages": ["event-stream"], "blocked_maintainers": []});
        self.add(
            ("turen", "turen"),
            ("policy", Kind::Policy),
            "default".into(),
            Some("Acme default"),
            Some("v1.4.2"),
            (None, None),
            400_000,
            policy,
        );
        for (at, name) in
            ["deny-payments", "read-only-crm", "refunds-under-50", "weekday-deploys"].into_iter().enumerate()
        {
            let doc = serde_json::json!({"name": name, "spec": {"policies": [{"permission": "approval_required", "operations": ["POST"],
                "resource": "https://api.stripe.com/v1/*", "tags": ["money"]}], "approvals": []}, "status": {"ready": true}, "used_by": ["refund-helper"]});
            self.add(
                ("acme", "runagents"),
                ("policies", Kind::Policy),
                name.into(),
                Some(name),
                Some("ready"),
                (None, Some("default")),
                at as i64 * 90_000,
                doc,
            );
        }
        for (collection, count) in
            [("tools", 18), ("knowledge-bases", 5), ("deployments", 9), ("workflows", 12), ("model-providers", 3)]
        {
            for at in 0..count {
                let name = format!("{}-{}", dice.pick(&REPOS), at);
                let status = if collection == "deployments" { Some(dice.pick(&["active", "inactive"])) } else { None };
                let doc = serde_json::json!({"id": at, "name": name, "created_by": dice.pick(&PEOPLE)});
                self.add(
                    ("lab", "exo"),
                    (collection, Kind::Other),
                    format!("{at}"),
                    Some(&name),
                    status,
                    (None, None),
                    at * 70_000,
                    doc,
                );
            }
        }
    }

    /// Makes the lists agree with the rows.
    pub fn count(&mut self) {
        let at = |ago: i64| Timestamp::from_second(now().as_second() - ago).ok();
        self.lists.clear();
        for (row, _) in &self.rows {
            let at = match self.lists.iter().position(|list| list.list == row.list) {
                Some(at) => at,
                None => {
                    self.lists.push(Freshness {
                        list: row.list.clone(),
                        platform: row.platform.clone(),
                        kind: row.kind,
                        offered: Offered::Yes,
                        walked_at: at(3_000),
                        checked_at: at(if row.list.connection == "lab" { 4_000 } else { 190 }),
                        server_count: None,
                        mirror_count: 0,
                        index_count: None,
                        gone_count: 0,
                        walking: false,
                        problems: 0,
                    });
                    self.lists.len() - 1
                }
            };
            match row.gone_at {
                Some(_) => self.lists[at].gone_count += 1,
                None => self.lists[at].mirror_count += 1,
            }
        }
        for list in &mut self.lists {
            list.server_count = Some(list.mirror_count);
        }
        self.lists.sort_by(|a, b| a.list.cmp(&b.list));
    }

    fn passing(&self, query: &Query) -> Vec<&Row> {
        let mut rows: Vec<&Row> = self
            .rows
            .iter()
            .filter(|(row, doc)| {
                within(&query.scope, row) && (query.gone || row.gone_at.is_none()) && passes(&query.filter, row, doc)
            })
            .map(|(row, _)| row)
            .collect();
        let newest = |row: &Row| std::cmp::Reverse(row.updated_at);
        rows.sort_by(|a, b| {
            let order = match query.sort {
                Sort::Updated => a.updated_at.cmp(&b.updated_at),
                Sort::Created => a.created_at.cmp(&b.created_at),
                Sort::Status => a.status.cmp(&b.status),
                Sort::Agent => a.agent.cmp(&b.agent),
                Sort::Id => a.id.cmp(&b.id),
            };
            let order = if query.order == Order::Descending { order.reverse() } else { order };
            order.then_with(|| newest(a).cmp(&newest(b))).then(a.key.cmp(&b.key))
        });
        rows
    }

    /// Keeps what a person wants kept, as the outbox would.
    pub fn remember(&mut self, keep: Keep) {
        let kept = self.kept.entry(keep.id).or_default();
        match keep.what {
            What::Bookmark { entry, on } => {
                kept.bookmarks.retain(|known| *known != entry);
                kept.bookmarks.extend(on.then_some(entry));
            }
            What::Reviewed(seen) => kept.reviewed = seen.map(|seen| (now(), seen)),
            What::Note { entry, text } => {
                let id = format!("note-{}", kept.notes.len());
                kept.notes.push(KeptNote { id, entry, text, at: now() });
            }
            What::Rewrite { note, text } => {
                kept.notes.iter_mut().filter(|known| known.id == note).for_each(|known| known.text.clone_from(&text));
                kept.notes.retain(|known| !known.text.is_empty());
            }
        }
    }

    pub fn window(&self, query: &Query) -> Window {
        let rows = self.passing(query);
        let place = |key: RowKey| rows.iter().position(|row| row.key == key);
        let (start, end) = match query.anchor {
            Anchor::First => (0, query.limit),
            Anchor::Last => (rows.len().saturating_sub(query.limit), rows.len()),
            Anchor::After(key) => place(key).map_or((0, 0), |at| (at + 1, at + 1 + query.limit)),
            Anchor::At(key) => place(key).map_or((0, 0), |at| (at, at + query.limit)),
            Anchor::Before(key) => place(key).map_or((0, 0), |at| (at.saturating_sub(query.limit), at)),
        };
        let end = end.min(rows.len());
        let start = start.min(end);
        Window {
            rows: rows[start..end].iter().map(|row| (*row).clone()).collect(),
            more_before: start > 0,
            more_after: end < rows.len(),
        }
    }

    pub fn number(&self, query: &Query) -> CountOf {
        CountOf::Exact(self.passing(query).len() as u64)
    }

    pub fn record(&self, key: RowKey) -> Option<Record> {
        let (row, doc) = self.rows.iter().find(|(row, _)| row.key == key)?;
        Some(Record { row: row.clone(), doc: doc.clone() })
    }

    pub fn statuses(&self, scope: &Scope) -> Vec<(String, u64)> {
        let mut found: Vec<(String, u64)> = Vec::new();
        for (row, _) in self.rows.iter().filter(|(row, _)| within(scope, row) && row.gone_at.is_none()) {
            let Some(status) = &row.status else { continue };
            match found.iter_mut().find(|(known, _)| known == status) {
                Some((_, count)) => *count += 1,
                None => found.push((status.clone(), 1)),
            }
        }
        found
    }
}

fn within(scope: &Scope, row: &Row) -> bool {
    (scope.kinds.is_empty() || scope.kinds.contains(&row.kind))
        && (scope.collections.is_empty() || scope.collections.contains(&row.list.collection))
        && (scope.connections.is_empty() || scope.connections.contains(&row.list.connection))
}

fn passes(filter: &Filter, row: &Row, doc: &str) -> bool {
    match filter {
        Filter::All => true,
        Filter::None => false,
        Filter::And(all) => all.iter().all(|filter| passes(filter, row, doc)),
        Filter::Or(any) => any.iter().any(|filter| passes(filter, row, doc)),
        Filter::Not(not) => !passes(not, row, doc),
        Filter::Field(Field::Status, wanted) => row.status.as_deref().is_some_and(|status| matches(wanted, status)),
        Filter::Field(Field::Agent, wanted) => row.agent.as_deref().is_some_and(|agent| matches(wanted, agent)),
        Filter::Field(Field::Connection, wanted) => matches(wanted, &row.list.connection),
        Filter::Field(Field::Id, wanted) => matches(wanted, &row.id),
        Filter::Field(Field::Collection, wanted) => matches(wanted, &row.list.collection),
        Filter::Field(..) => true,
        Filter::Text(wanted) => {
            matches(wanted, doc) || row.title.as_deref().is_some_and(|title| matches(wanted, title))
        }
        Filter::Judged(judged) => {
            let record = Record { row: row.clone(), doc: doc.to_owned() };
            judged.0.holds(&record, &|| None)
        }
        Filter::After(at) => row.updated_at.is_some_and(|updated| updated >= *at),
        Filter::Before(at) => row.updated_at.is_some_and(|updated| updated < *at),
        Filter::Pending => !row.pending.is_empty(),
        Filter::Gone => row.gone_at.is_some(),
    }
}

fn matches(wanted: &Match, text: &str) -> bool {
    let text = text.to_lowercase();
    match wanted {
        Match::Is(word) => text == word.to_lowercase(),
        Match::Prefix(word) => text.starts_with(&word.to_lowercase()),
        Match::Contains(word) => text.contains(&word.to_lowercase()),
        Match::Regex(pattern) => regex::Regex::new(pattern).is_ok_and(|regex| regex.is_match(&text)),
    }
}
