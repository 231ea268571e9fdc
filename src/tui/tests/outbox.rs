//! A made-up outbox for tests: what the console asks of the outside, answered the same on every run.

use std::collections::BTreeMap;

use quarterdeck_sync::model::{
    Base, By, ColumnEdits, Dispute, Effect, Intent, ListKey, Record, Timestamp, Verdict, Write, WriteId, WriteState,
};
use quarterdeck_sync::outbox::TurnLog;
use quarterdeck_sync::outbox::action::Asked;
use serde_json::{Value, json};

use super::fake::{World, now};
use crate::tui::data::FINISHED;
use crate::tui::decisions::{
    Brief, Capabilities, Capability, Change, Item, OpenedWrite, Standing, Subject, Target, WriteItem, WriteLine,
};

/// A moment so many seconds ago.
pub fn ago(seconds: i64) -> Timestamp {
    Timestamp::from_second(now().as_second() - seconds).expect("a time")
}

fn can(verb: &str, undo: Option<&str>, note: Option<&str>) -> Capability {
    let (undo, note) = (undo.map(Into::into), note.map(Into::into));
    Capability { verb: verb.into(), undo, note, ..Capability::default() }
}

/// What the lists of the made-up fleet let be done.
pub fn capabilities() -> Capabilities {
    Capabilities::new(lists())
}

/// The same, with alerts that can be acknowledged, and containments that can be taken back.
pub fn all_capabilities() -> Capabilities {
    let mut lists = lists();
    lists.iter_mut().filter(|(list, _)| *list == ListKey::new("acme", "agents")).for_each(|(_, verbs)| {
        verbs.push(can("release", Some("contain"), None));
    });
    lists.push((ListKey::new("lab", "alerts"), vec![can("acknowledge", None, None)]));
    Capabilities::new(lists)
}

fn lists() -> Vec<(ListKey, Vec<Capability>)> {
    let cannot =
        |verb: &str, why: &str| Capability { verb: verb.into(), lacks: Some(why.into()), ..Capability::default() };
    let fetch = "machines fetch the policy every 15 min: until then the agent goes on";
    let scope = ["once", "run", "agent_user_ttl"].map(Into::into).to_vec();
    let args = BTreeMap::from([("scope".to_owned(), scope), ("duration".to_owned(), Vec::new())]);
    let approve = Capability { args, ..can("approve", None, Some("an approval cannot be unsent")) };
    vec![
        (
            ListKey::new("turen", "agents"),
            vec![
                can("suspend", Some("resume"), Some(fetch)),
                can("resume", Some("suspend"), Some(fetch)),
                can("contain", Some("resume"), Some(fetch)),
                can("delete", None, None),
            ],
        ),
        (
            ListKey::new("acme", "agents"),
            vec![
                cannot("suspend", "RunAgents has no suspend: contain the agent, or delete it"),
                can("contain", Some("release"), None),
                can("delete", None, None),
            ],
        ),
        (
            ListKey::new("acme", "approvals"),
            vec![approve, can("reject", None, Some("a rejected request fails its run"))],
        ),
        (ListKey::new("acme", "runs"), vec![can("stop", None, Some("a run that was stopped cannot go on"))]),
        (ListKey::new("turen", "policy"), vec![can("update", Some("update"), None)]),
        (
            ListKey::new("lab", "deployments"),
            vec![can("activate", Some("deactivate"), None), can("deactivate", Some("activate"), None)],
        ),
    ]
}

/// The words a verb needs and leads to.
fn words(verb: &str) -> (&'static str, &'static str) {
    match verb {
        "suspend" | "contain" => ("active", "suspended"),
        "resume" => ("suspended", "active"),
        "approve" => ("PENDING", "APPROVED"),
        "reject" => ("PENDING", "REJECTED"),
        "stop" => ("RUNNING", "FAILED"),
        "activate" => ("inactive", "active"),
        "deactivate" => ("active", "inactive"),
        "acknowledge" => ("open", "acknowledged"),
        "release" => ("contained", "Running"),
        _ => ("active", "deleted"),
    }
}

/// What is kept of a decision about a record.
pub fn intent(record: &Record, asked: &Asked) -> Result<Intent, String> {
    let row = &record.row;
    let (needs, becomes) = words(&asked.verb);
    let doc: Value = serde_json::from_str(&record.doc).unwrap_or_default();
    let status = row.status.clone().unwrap_or_default();
    let edit = asked.args.get("doc");
    if edit.is_none() && status != needs {
        return Err(format!(
            "it is {} already, and only what is {needs} can be: {}",
            status.to_lowercase(),
            asked.verb
        ));
    }
    let effect = match edit {
        Some(doc) => Effect {
            doc: vec![("/rules/min_scorecard".into(), doc["rules"]["min_scorecard"].clone())],
            columns: ColumnEdits::default(),
        },
        None => Effect {
            doc: vec![("/status".into(), json!(becomes))],
            columns: ColumnEdits { status: Some(Some(becomes.into())), ..ColumnEdits::default() },
        },
    };
    let deadline = (row.list.collection == "approvals").then(|| ago(-1_800));
    Ok(Intent {
        connection: row.list.connection.clone(),
        platform: row.platform.clone(),
        collection: row.list.collection.clone(),
        kind: row.kind,
        action: asked.verb.clone(),
        verb: asked.verb.clone(),
        target: Some(row.id.clone()),
        title: row.title.clone(),
        args: asked.args.clone(),
        reason: asked.reason.clone(),
        base: Base { doc, related: BTreeMap::new(), seen_at: Some(row.confirmed_at) },
        effect,
        deadline,
        undoes: None,
        by: By { user: "mara".into(), host: "bridge".into(), ssh: Some("10.0.4.7".into()) },
    })
}

/// A write as it was decided.
pub fn write(number: usize, intent: Intent, state: WriteState, seconds: i64) -> Write {
    let id = WriteId::new(format!("01KAMW{number:04}6H7QPZ4R0V2X9T1E"));
    let attempts = u32::from(state != WriteState::Queued);
    Write { state, attempts, updated_at: ago(seconds / 2), ..Write::unsent(id, intent, ago(seconds)) }
}

impl World {
    pub(super) fn target(&self, target: &Target) -> Option<Record> {
        let found = self.rows.iter().find(|(row, _)| match target {
            Target::Row(key) => row.key == *key,
            Target::Named(list, id) => row.list == *list && row.id == *id,
        });
        found.map(|(row, doc)| Record { row: row.clone(), doc: doc.clone() })
    }

    fn item(&self, record: Record, asked: &Asked) -> Item {
        let doc: Value = serde_json::from_str(&record.doc).unwrap_or_default();
        let guards =
            ["agent_id", "tool_id", "tool_method", "tool_url", "capability", "subject", "payload_hash", "run_id"];
        let mut rests_on: Vec<(String, String)> = guards
            .iter()
            .filter_map(|name| Some((name.replace('_', " "), doc.get(name)?.as_str()?.to_owned())))
            .collect();
        if record.row.list.collection == "approvals" {
            rests_on.push(("run status".into(), "PAUSED_APPROVAL".into()));
        }
        Item { intent: intent(&record, asked), record, rests_on }
    }

    /// What a decision would come to.
    pub fn brief(&self, subject: &Subject) -> Brief {
        match subject {
            Subject::Records { targets, asked } => {
                let records = targets.iter().filter_map(|target| self.target(target));
                let items = records.map(|record| self.item(record, asked)).collect();
                Brief::Records { asked: asked.clone(), items }
            }
            Subject::Edited { record, text, asked } => {
                let mut asked = asked.clone();
                asked.args.insert("doc".into(), serde_json::from_str(text).expect("JSON"));
                let items = vec![self.item((**record).clone(), &asked)];
                Brief::Records { asked, items }
            }
            Subject::Restored { record, version, asked } => {
                let mut asked = asked.clone();
                let mut doc: Value = serde_json::from_str(&record.doc).expect("JSON");
                if *version == 1 {
                    doc["rules"]["min_scorecard"] = json!(2.5);
                }
                asked.args.insert("doc".into(), doc);
                let items = vec![self.item((**record).clone(), &asked)];
                Brief::Records { asked, items }
            }
            Subject::Resumed { connection } => {
                let opened = self.held_back(connection).into_iter().filter_map(|write| self.opened(&write.id));
                Brief::Writes(opened.map(|opened| WriteItem { opened, refused: None, caution: None }).collect())
            }
            Subject::Writes { ids, change } => {
                if let (Change::Undo, Some(asked)) = (change, self.inverse(ids)) {
                    let target = self.writes.iter().find(|write| write.id == ids[0]).expect("a write");
                    let target = Target::Named(target.list(), target.intent.target.clone().unwrap_or_default());
                    return self.brief(&Subject::Records { targets: vec![target], asked });
                }
                let item = |id: &WriteId| {
                    let opened = self.opened(id)?;
                    let sent = !matches!(opened.write.state, WriteState::Queued | WriteState::Retrying);
                    let undo = matches!(change, Change::Cancel | Change::Undo);
                    Some(WriteItem {
                        opened,
                        refused: (undo && sent).then(|| "it has been sent".to_owned()),
                        caution: None,
                    })
                };
                Brief::Writes(ids.iter().filter_map(item).collect())
            }
        }
    }

    /// What takes back the only one of these writes, where it has had its effect.
    fn inverse(&self, ids: &[WriteId]) -> Option<Asked> {
        let [only] = ids else { return None };
        let write = self.writes.iter().find(|write| write.id == *only)?;
        let undo = capabilities().find(&write.list(), &[&write.intent.verb])?.undo.clone()?;
        let done = matches!(write.state, WriteState::Accepted | WriteState::Confirmed);
        done.then(|| Asked { verb: undo, ..Asked::default() })
    }

    /// A write with all that is known of it.
    pub fn opened(&self, id: &WriteId) -> Option<OpenedWrite> {
        let write = self.writes.iter().find(|write| write.id == *id)?.clone();
        let mut turns = vec![TurnLog {
            at: write.created_at,
            from: None,
            to: WriteState::Queued,
            verdict: None,
            by: Some(write.intent.by.clone()),
        }];
        if write.state != WriteState::Queued {
            turns.push(TurnLog {
                at: write.updated_at,
                from: Some(WriteState::Queued),
                to: write.state,
                verdict: write.verdict.clone(),
                by: None,
            });
        }
        let diff = |(at, mine): &(String, Value)| Dispute {
            at: at.clone(),
            base: write.intent.base.doc.pointer(at).cloned(),
            mine: Some(mine.clone()),
            theirs: None,
        };
        let diff = write.intent.effect.doc.iter().map(diff).collect();
        Some(OpenedWrite { write, turns, diff })
    }

    /// The lines of the outbox. Of those that are over it has no more than the newest, but of one record all.
    pub fn lines(&self, finished: bool, about: Option<&(ListKey, String)>) -> Vec<WriteLine> {
        let on = |write: &&Write| {
            about.is_none_or(|(list, id)| write.list() == *list && write.intent.target.as_ref() == Some(id))
        };
        let shown = || self.writes.iter().rev().filter(on);
        let most = if about.is_none() { FINISHED } else { usize::MAX };
        let over = shown().filter(|write| finished && !write.state.is_unfinished()).take(most);
        shown().filter(|write| write.state.is_unfinished()).chain(over).map(WriteLine::from).collect()
    }

    /// The outbox in numbers.
    pub fn standing(&self) -> Standing {
        let count = |state| self.writes.iter().filter(|write| write.state == state).count() as u64;
        let counts = WriteState::ALL.map(|state| (state, count(state))).to_vec();
        let held = self.paused.iter().map(|paused| &paused.connection);
        let held = held.map(|name| (name.clone(), self.held_back(name).len())).collect();
        Standing { counts, paused: self.paused.clone(), held, trouble: None }
    }

    /// Writes that go out once this connection goes on.
    pub fn held_back(&self, connection: &str) -> Vec<Write> {
        let waits = |write: &&Write| write.state.is_open() && write.state != WriteState::Accepted;
        let writes = self.writes.iter().filter(|write| write.intent.connection == connection);
        writes.filter(waits).cloned().collect()
    }

    /// Keeps a decision about a record, and shows it at once.
    pub fn keep(&mut self, intent: Intent) -> Write {
        let write = write(self.writes.len(), intent, WriteState::Queued, 0);
        self.writes.push(write.clone());
        self.overlay();
        write
    }

    /// Moves a write on.
    pub fn turn(&mut self, id: &WriteId, state: WriteState, verdict: Option<Verdict>) {
        let write = self.writes.iter_mut().find(|write| write.id == *id).expect("a write");
        (write.state, write.verdict) = (state, verdict);
        // What has no effect any more leaves the record as the platform has it.
        if !state.is_open() && state != WriteState::Confirmed {
            let (list, target, base) = (write.list(), write.intent.target.clone(), write.intent.base.doc.clone());
            let row = self.rows.iter_mut().find(|(row, _)| row.list == list && Some(&row.id) == target.as_ref());
            row.expect("its record").0.status = base["status"].as_str().map(Into::into);
        }
        self.overlay();
    }

    /// Lays the writes over the rows.
    pub fn overlay(&mut self) {
        for (row, _) in &mut self.rows {
            let mine = |write: &&Write| write.list() == row.list && write.intent.target.as_ref() == Some(&row.id);
            let writes: Vec<&Write> =
                self.writes.iter().filter(mine).filter(|write| write.state.is_unfinished()).collect();
            row.pending = writes.iter().map(|write| write.mark()).collect();
            for write in writes.iter().filter(|write| write.state.is_open()) {
                if let Some(status) = &write.intent.effect.columns.status {
                    row.status.clone_from(status);
                }
            }
        }
    }

    /// An outbox as after a bad night: something in every unfinished state.
    pub fn with_writes(mut self) -> Self {
        let record = |world: &Self, list: &ListKey, status: &str, nth: usize| {
            let found = world
                .rows
                .iter()
                .filter(|(row, _)| row.list == *list && row.status.as_deref() == Some(status))
                .nth(nth);
            found.map(|(row, doc)| Record { row: row.clone(), doc: doc.clone() }).expect("a record")
        };
        let (agents, approvals) = (ListKey::new("turen", "agents"), ListKey::new("acme", "approvals"));
        let runs = ListKey::new("acme", "runs");
        let because = |reason: &str| Some(reason.to_owned());
        let asked = |verb: &str, reason: &str| Asked { verb: verb.into(), reason: because(reason), ..Asked::default() };
        let refused = Verdict {
            code: "refused".into(),
            message: "403 Forbidden: this key may not stop runs (role: viewer)".into(),
            status: Some(403),
            ..Verdict::default()
        };
        let dispute = Dispute {
            at: "/status".into(),
            base: Some(json!("PENDING")),
            mine: Some(json!("APPROVED")),
            theirs: Some(json!("REJECTED")),
        };
        let moved = Verdict {
            code: "moved".into(),
            message: "it was answered by somebody else".into(),
            who: Some("jonas@acme.example".into()),
            when: Some("2026-11-22T08:51:07Z".into()),
            disputes: vec![dispute],
            ..Verdict::default()
        };
        let waits = Verdict {
            code: "no_answer".into(),
            message: "no answer in 30 s; the request had left".into(),
            ..Verdict::default()
        };
        let all = [
            (
                &approvals,
                "PENDING",
                1,
                asked("approve", "checked with finance, ticket 8812"),
                WriteState::Conflicted,
                2_900,
                Some(moved),
            ),
            (
                &runs,
                "RUNNING",
                0,
                asked("stop", "loops over the same ticket"),
                WriteState::Wedged,
                2_400,
                Some(refused),
            ),
            (&agents, "active", 0, asked("suspend", "leaked key, see incident 41"), WriteState::Accepted, 190, None),
            (&agents, "active", 1, asked("suspend", "same host"), WriteState::Sending, 120, None),
            (&agents, "active", 2, asked("suspend", "same host"), WriteState::Unknown, 110, Some(waits)),
            (&agents, "active", 3, asked("suspend", "same host"), WriteState::Queued, 90, None),
            (&approvals, "PENDING", 0, asked("reject", "amount is wrong"), WriteState::Queued, 45, None),
            (&agents, "suspended", 0, asked("resume", "reinstalled"), WriteState::Confirmed, 9_000, None),
        ];
        for (number, (list, status, nth, asked, state, seconds, verdict)) in all.into_iter().enumerate() {
            let kept = intent(&record(&self, list, status, nth), &asked).expect("it can be");
            let write = Write { verdict, ..write(number, kept, state, seconds) };
            self.writes.push(write);
        }
        self.overlay();
        self
    }
}
