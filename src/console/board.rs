//! The fleet in numbers and the timelines of agents, for the console.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Zoned;
use quarterdeck_sync::platform::Manifest;

use super::house::House;
use crate::numbers::{self, Manifests, Numbers};
use crate::timeline::{self, Ask, Timeline};

fn words(error: impl std::fmt::Display) -> String {
    error.to_string()
}

impl Manifests for BTreeMap<String, Arc<Manifest>> {
    fn manifest(&self, platform: &str) -> Option<&Manifest> {
        self.get(platform).map(|one| &**one)
    }
}

impl House {
    /// The numbers of this moment. Until the manifests are read there are none that only they know the place of.
    pub(super) fn count_fleet(&self) -> Result<Numbers, String> {
        let reader = self.reader()?;
        let figured = match self.open.get() {
            Some(open) => numbers::figures_of(&reader.freshness().map_err(words)?, &open.manifests),
            None => Vec::new(),
        };
        numbers::gather(&reader, &figured, &Zoned::now()).map_err(words)
    }

    /// A stretch of an agent's timeline. An outbox that cannot be read keeps nobody from what the mirror has.
    pub(super) fn trace(&self, ask: &Ask) -> Result<Option<Timeline>, String> {
        timeline::gather(&self.reader()?, self.outbox().ok().as_ref(), ask).map_err(words)
    }
}
