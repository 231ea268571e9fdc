//! Documents for the editor in the made-up mirror: checked as the real ones are, by the manifest that is built in.

use quarterdeck_sync::model::{Dispute, Record};
use quarterdeck_sync::platform::Registry;
use quarterdeck_sync::text::secrets;

use super::fake::{World, now};
use crate::editing::{Editable, Habits};
use crate::tui::data::DraftOf;
use crate::tui::decisions::Draft;
use crate::tui::drafting::{
    Affected, Bound, Check, Checked, DraftKey, Opening, Paper, Remark, Request, Sides, Version,
};

fn editable(record: &Record) -> Result<Editable, String> {
    let manifest = Registry::builtin().get(&record.row.platform).ok_or("no such platform")?;
    let doc = serde_json::from_str(&record.doc).map_err(|error| error.to_string())?;
    Editable::new(&manifest, &record.row.list.collection, doc, &record.doc).map_err(|why| why.to_string())
}

impl World {
    pub fn opening(&self, of: &DraftOf) -> Result<Opening, String> {
        let (record, write) = match of {
            DraftOf::Record(target) => (self.target(target).ok_or("it is not there any more")?, None),
            DraftOf::Write(id) => {
                let write = self.opened(id).ok_or("no such write")?.write;
                let found = self.rows.iter().find(|(row, _)| row.list == write.list());
                let (row, doc) = found.ok_or("its record is gone")?;
                (Record { row: row.clone(), doc: doc.clone() }, Some(write))
            }
        };
        let key = DraftKey {
            list: record.row.list.clone(),
            id: record.row.id.clone(),
            write: write.as_ref().map(|write| write.id.clone()),
        };
        let dispute = |at: &str, base: u32, mine: Option<u32>, theirs: Option<u32>| Dispute {
            at: at.to_owned(),
            base: Some(base.into()),
            mine: mine.map(Into::into),
            theirs: theirs.map(Into::into),
        };
        let sides = write.map(|_| Sides {
            disputes: vec![dispute("/rules/min_scorecard", 3, Some(5), Some(4))],
            mine: vec![dispute("/rules/min_scorecard", 3, Some(5), None)],
            theirs: vec![
                dispute("/rules/min_scorecard", 3, Some(4), None),
                dispute("/rules/review_on_new_package_days", 14, Some(30), None),
            ],
        });
        let text = editable(&record)?.text();
        let kept = self.drafts.iter().find(|kept| kept.key == key);
        let moved = kept.is_some_and(|kept| !kept.base.is_empty() && kept.base != record.doc);
        let kept = kept.map(|kept| (kept.text.to_string(), kept.at));
        let name = format!("{}-{}", record.row.list.connection, record.row.id);
        let draft = Draft { name, record: Some(Box::new(record.clone())), text };
        Ok(Opening { key, platform: record.row.platform, draft, kept, moved, sides })
    }

    pub fn check(&self, check: &Check) -> Result<Checked, String> {
        let record = match &check.paper {
            Paper::Record(record) => (**record).clone(),
            Paper::Write(id) => *self.opening(&DraftOf::Write(id.clone()))?.draft.record.ok_or("no record")?,
        };
        let editable = editable(&record)?;
        let mut habits = Habits::default();
        (0..3).for_each(|_| habits.learn(editable.doc()));
        let judged = editable.judge(&check.text, &habits);
        let remarks = judged.remarks.iter().map(|remark| Remark {
            weight: remark.weight,
            place: remark.says.place,
            at: remark.says.at.clone(),
            words: remark.says.message.clone(),
        });
        let request = judged.edited.as_ref().map(|edited| {
            if edited.changes.is_empty() {
                return Err("nothing would change".to_owned());
            }
            let body = serde_json::json!({"rules": edited.doc["rules"]});
            let body = Some(secrets::mask_json(&format!("{body:#}")).into_owned());
            Ok(Request { method: "PUT".into(), path: "/policy".into(), body, ..Request::default() })
        });
        let found = secrets::find(&check.text);
        Ok(Checked {
            remarks: remarks.collect(),
            changes: judged.edited.map(|edited| edited.changes).unwrap_or_default(),
            request,
            secrets: found.into_iter().map(|found| check.text[found.range].to_owned()).collect(),
            ..Checked::default()
        })
    }

    pub fn affected(&self) -> Affected {
        let agents =
            self.rows.iter().filter(|(row, _)| row.list.connection == "turen" && row.list.collection == "agents");
        let mut agents: Vec<Bound> = agents
            .enumerate()
            .map(|(at, (row, _))| Bound {
                id: row.id.clone(),
                title: row.title.clone(),
                status: row.status.clone(),
                version: (at % 5 != 3).then(|| if at % 7 == 2 { "v1.4.1".into() } else { "v1.4.2".into() }),
                outdated: at % 5 != 3 && at % 7 == 2,
            })
            .collect();
        agents.sort_by_key(|agent| !agent.outdated);
        let count = |passes: fn(&Bound) -> bool| agents.iter().filter(|agent| passes(agent)).count();
        let (outdated, unknown) = (count(|agent| agent.outdated), count(|agent| agent.version.is_none()));
        let how = "it is the one policy of turen: every agent has it".into();
        Affected { how, version: Some("v1.4.2".into()), total: agents.len(), outdated, unknown, agents }
    }

    pub fn versions(&self, record: &Record) -> Result<Vec<Version>, String> {
        let editable = editable(record)?;
        let mut older = editable.doc().clone();
        older["rules"]["min_scorecard"] = 2.5.into();
        let version = |number, days: i64, label: &str, changed: Option<Vec<String>>, doc| Version {
            number,
            seen_at: now() - jiff::SignedDuration::from_hours(24 * days),
            label: Some(label.into()),
            write: None,
            changed,
            diff: editable.changes(editable.doc(), doc),
        };
        let changed = Some(vec!["/rules/min_scorecard".to_owned()]);
        Ok(vec![version(2, 4, "v1.4.2", changed, editable.doc()), version(1, 61, "v1.4.1", None, &older)])
    }
}

/// A policy of Turen of about so many bytes.
pub fn large(bytes: usize) -> String {
    let row = |at: usize| {
        format!("{{\"resource\":\"https://api.example/{at}/*\",\"permission\":\"deny\",\"operations\":[\"GET\"]}}")
    };
    let mut rows = Vec::new();
    let mut size = 0;
    while size < bytes {
        let row = row(rows.len());
        // Each member gets a line of its own.
        size += row.len() * 2;
        rows.push(row);
    }
    format!("{{\"version\":\"v1\",\"rules\":{{\"min_scorecard\":5,\"rows\":[{}]}}}}", rows.join(","))
}
