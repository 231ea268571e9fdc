use std::collections::BTreeMap;
use std::sync::Arc;

use quarterdeck_sync::model::{By, Record};
use quarterdeck_sync::outbox::{Outbox, decide};
use quarterdeck_sync::platform::{Manifest, Registry};
use quarterdeck_sync::store::Reader;
use serde_json::Value;

use crate::cli::context::Context;
use crate::config::{Connections, Settings};
use crate::error::{Failure, Kind};

/// What deciding needs, opened once.
#[derive(Debug)]
pub struct Desk {
    /// Where decisions are kept.
    pub outbox: Outbox,
    /// What the operator sees.
    pub reader: Reader,
    /// The platforms.
    pub registry: Registry,
    /// Timeouts and the like.
    pub settings: Settings,
    /// The connections that are set up.
    pub connections: Connections,
    manifests: BTreeMap<String, Arc<Manifest>>,
    by: By,
}

impl Desk {
    /// Opens everything.
    pub fn open(cx: &Context) -> Result<Self, Failure> {
        let outbox = cx.outbox()?;
        let reader = cx.mirror()?.reader()?.over(outbox.overlay()?);
        let registry = cx.registry();
        let manifests = registry.iter().map(|(one, _)| (one.name.clone(), Arc::clone(one))).collect();
        let (settings, connections) = (cx.settings()?, cx.connections()?);
        Ok(Self { outbox, reader, registry, settings, connections, manifests, by: cx.env.by() })
    }

    /// The manifest of a platform.
    pub fn manifest(&self, platform: &str) -> Result<&Manifest, Failure> {
        self.manifests.get(platform).map(|manifest| &**manifest).ok_or_else(|| {
            Failure::new(Kind::Config, format!("there is no platform called {platform} any more"))
                .hint("`qd platform list` shows those there are")
        })
    }

    /// The platform of a connection that is set up.
    pub fn manifest_of(&self, connection: &str) -> Result<&Manifest, Failure> {
        self.manifest(&self.connections.get(connection)?.platform)
    }

    /// A record's document as the operator sees it.
    pub fn seen(&self, record: &Record) -> Result<Value, Failure> {
        Ok(decide::seen(&self.outbox, record)?)
    }

    /// Who is at the keyboard.
    pub fn by(&self) -> By {
        self.by.clone()
    }
}
