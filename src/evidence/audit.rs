//! The lines of our audit log that are about a case.

use std::collections::BTreeSet;

use quarterdeck_sync::model::{IncidentId, Write};
use quarterdeck_sync::outbox::{AuditEntry, Outbox, TurnLog};
use serde_json::Value;

use super::EvidenceError;
use crate::incident::{Case, Pinned};

/// Lines read at once.
const PAGE: usize = 500;

/// What a line is looked at for.
pub(super) struct About<'a> {
    incident: &'a IncidentId,
    writes: BTreeSet<&'a str>,
    targets: BTreeSet<(&'a str, &'a str)>,
}

impl<'a> About<'a> {
    /// Of a case, and of our writes on what is pinned in it.
    pub fn new(case: &'a Case, writes: &'a [(Write, Vec<TurnLog>)]) -> Self {
        let target = |pinned: &'a Pinned| (pinned.place().connection.as_str(), pinned.place().id.as_str());
        Self {
            incident: &case.incident.id,
            writes: writes.iter().map(|(write, _)| write.id.as_str()).collect(),
            targets: case.pinned.iter().map(target).collect(),
        }
    }

    /// Is it about the incident, one of the writes, or one of the targets?
    fn holds(&self, entry: &AuditEntry) -> bool {
        let text = |name: &str| entry.detail.get(name).and_then(Value::as_str);
        let ours = entry.write.as_ref().is_some_and(|write| self.writes.contains(write.as_str()));
        let target = || text("connection").zip(text("target").or_else(|| text("id")));
        ours || text("incident") == Some(self.incident.as_str())
            || target().is_some_and(|it| self.targets.contains(&it))
    }
}

/// Hands every line about a case to `each`, the first first; the hash of the last line of the whole log.
pub(super) fn each(
    outbox: &Outbox,
    about: &About<'_>,
    mut each: impl FnMut(&AuditEntry) -> Result<(), EvidenceError>,
) -> Result<Option<String>, EvidenceError> {
    let (mut after, mut head) = (0, None);
    loop {
        let page = outbox.audit(after, PAGE)?;
        let Some(last) = page.last() else { return Ok(head) };
        (after, head) = (last.seq, Some(last.hash.clone()));
        page.iter().filter(|entry| about.holds(entry)).try_for_each(&mut each)?;
    }
}
