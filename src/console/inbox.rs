//! The inbox of the console: what wants a person, and what a person says about it.

use jiff::Timestamp;
use quarterdeck_sync::model::{Flag, FlagKind, Place};
use quarterdeck_sync::outbox::Outbox;
use quarterdeck_sync::store::Reader;

use super::house::House;
use crate::inbox::{Files, Findings, Inbox, gather, seek};
use crate::search::Find;

fn words(error: impl std::fmt::Display) -> String {
    error.to_string()
}

impl House {
    fn files<'a>(&'a self, reader: &'a Reader) -> Files<'a> {
        let manifests = self.open.get().map(|open| &open.manifests);
        Files { connections: self.connections.clone(), reader, outbox: self.outbox(), manifests }
    }

    /// Everything that wants a person at this moment.
    pub(super) fn wants(&self, findings: &Findings) -> Result<Inbox, String> {
        let reader = self.reader()?;
        gather(&self.files(&reader), findings, Timestamp::now())
    }

    /// What the index and the documents of agents say beside that.
    pub(super) fn seek(&self) -> Result<Findings, String> {
        let reader = self.reader()?;
        Ok(seek(&self.files(&reader), &|question| self.searcher.find(question).map_err(words), Timestamp::now()))
    }

    /// Puts up a flag. It is on the disk when this returns.
    pub(super) fn flag(&self, flag: &Flag) -> Result<(), String> {
        self.to_write()?.flag(flag).map_err(words)
    }

    /// Takes a flag down.
    pub(super) fn unflag(&self, kind: FlagKind, place: &Place) -> Result<(), String> {
        self.to_write()?.unflag(kind, place).map(drop).map_err(words)
    }

    fn to_write(&self) -> Result<&Outbox, String> {
        let outbox = self.open.get().and_then(|open| open.outbox.as_ref());
        outbox.ok_or_else(|| "the outbox cannot be written to: see the message at the start, or qd doctor".to_owned())
    }
}
