//! Content for the console: what the mirror holds of a session or run, made ready to be read.

use quarterdeck_sync::content;
use quarterdeck_sync::model::{ContentInfo, ContentState, Kind, Record, Row, RowKey};
use quarterdeck_sync::store::Reader;

use super::house::House;
use crate::kin;
use crate::tui::decisions::Target;
use crate::tui::reading::{Held, Kin, Member, Read, Transcript};
use crate::tui::unsealed::{self, Unsealed};

fn words(error: impl std::fmt::Display) -> String {
    error.to_string()
}

impl House {
    /// A session or run with its entries; [`Read::Same`] when nothing has changed since `known` was read. A record that has no
    /// content leads to the session or run that it names.
    pub(super) fn read(
        &self,
        of: &Target,
        known: Option<&Transcript>,
        unsealed: Option<&Unsealed>,
    ) -> Result<Read, String> {
        let reader = self.reader()?;
        let Some(record) = self.readable(&reader, of)? else { return Ok(Read::Gone) };
        let info = reader.content_state(record.row.key).map_err(words)?;
        let other = !matches!(record.row.kind, Kind::Session | Kind::Run);
        let (record, info, lead) = match info.filter(|info| !(other && info.state == ContentState::Unoffered)) {
            Some(info) => (record, info, None),
            None => {
                let Some(lead) = kin::lead(&reader, &record).map_err(words)? else { return Ok(Read::Unnamed) };
                let info = reader.content_state(lead.record.row.key).map_err(words)?;
                let Some(info) = info else { return Ok(Read::Unnamed) };
                (lead.record.clone(), info, Some(lead))
            }
        };
        let held = held(&info);
        let as_known = |known: &Transcript| known.held == held && known.unsealed.as_ref() == unsealed;
        if known.is_some_and(|known| as_known(known) && same(&known.row, &record.row)) {
            return Ok(Read::Same);
        }
        let messages = match held {
            Held::Here { .. } => reader.content(record.row.key).map_err(words)?,
            _ => None,
        };
        let row = &record.row;
        let secrets = unsealed::secrets(unsealed.filter(|unsealed| unsealed.is_of(&row.list, &row.id)));
        let entries = messages.map_or_else(Vec::new, |content| content::shown(&content.messages, secrets));
        let led = lead.and_then(|lead| lead.entry(&entries));
        Ok(Read::New(Transcript { led, ..Transcript::with(record.row, held, entries, unsealed) }.into()))
    }

    /// The record to be read. Sessions name their subagents by other ids than the list has; to be read, not to be decided about.
    fn readable(&self, reader: &Reader, of: &Target) -> Result<Option<Record>, String> {
        match (self.target(reader, of)?, of) {
            (None, Target::Named(list, name)) => kin::called(reader, list, name).map_err(words),
            (found, _) => Ok(found),
        }
    }

    /// The tree of sessions around one; `names` are those it names, with the entries that do.
    pub(super) fn kin_of(&self, of: RowKey, names: &[(String, usize)]) -> Result<Kin, String> {
        let reader = self.reader()?;
        let Some(record) = reader.record(of).map_err(words)? else { return Ok(Kin::default()) };
        let called: Vec<String> = names.iter().map(|(name, _)| name.clone()).collect();
        let tree = kin::Tree::around(&reader, &record, &called).map_err(words)?;
        let mut kin = Kin { cut: tree.cut, ..Kin::default() };
        let deeper = usize::from(tree.above.is_some());
        kin.members.extend(tree.above.map(|name| Member { name, ..Member::default() }));
        let unknown: Vec<&(String, usize)> =
            names.iter().filter(|(name, _)| !tree.nodes.iter().any(|node| kin::is_named(&node.record, name))).collect();
        for node in tree.nodes {
            let (here, depth) = (node.record.row.key == of, node.depth + deeper);
            let name = node.record.row.id.clone();
            kin.members.push(Member { row: Some(node.record.row), name, depth, here, entry: None });
        }
        // Those that are only named stand behind all that it started.
        if let Some(at) = kin.members.iter().position(|member| member.here) {
            let depth = kin.members[at].depth;
            let below = kin.members[at + 1..].iter().take_while(|member| member.depth > depth).count();
            let only = |(name, entry): &&(String, usize)| Member {
                name: name.clone(),
                entry: Some(*entry),
                depth: depth + 1,
                ..Member::default()
            };
            kin.members.splice(at + 1 + below..at + 1 + below, unknown.iter().map(only));
        }
        Ok(kin)
    }
}

/// The same record to a reader: that it was confirmed again changes nothing that is shown.
fn same(one: &Row, other: &Row) -> bool {
    Row { confirmed_at: other.confirmed_at, ..one.clone() } == *other
}

fn held(info: &ContentInfo) -> Held {
    match info.state {
        ContentState::Held | ContentState::Stale => {
            let (fetched_at, stale) = (info.fetched_at.unwrap_or_default(), info.state == ContentState::Stale);
            Held::Here { fetched_at, stale, partial: info.partial }
        }
        ContentState::Missing | ContentState::Dropped if info.failures > 0 => {
            let times = if info.failures == 1 { "once" } else { "several times" };
            Held::Failed(format!("it was tried {times}; the connection's problems say why"))
        }
        ContentState::Missing | ContentState::Dropped => Held::NotYet,
        // Not for good: who opens it has it asked for again.
        ContentState::Absent => Held::Failed("its platform had none for it when it was last asked".to_owned()),
        ContentState::Unoffered => Held::NotOffered("its platform serves none for records of this list".to_owned()),
    }
}
