//! Hands what a look has shown to the mirror.

use std::collections::HashMap;

use jiff::Timestamp;

use super::SendError;
use super::run::Sender;
use crate::model::{Incoming, ListId, ListKey};
use crate::outbox::Reach;
use crate::platform::{Collection, Manifest};
use crate::store::{Batch, ListSpec};

impl<R: Reach> Sender<'_, R> {
    /// A record as it was seen by a look that was asked for at `asked_at`. When it returns, every reader sees it.
    pub(super) async fn keep(&self, collection: &str, row: Incoming, asked_at: Timestamp) -> Result<(), SendError> {
        self.apply(collection, Batch { rows: vec![row], ..Batch::default() }, asked_at).await
    }

    /// A whole list as it was seen. One in pieces is left to the next sync, which knows what belongs where.
    pub(super) async fn keep_whole(
        &self,
        collection: &str,
        rows: impl Iterator<Item = Incoming>,
        asked_at: Timestamp,
    ) -> Result<(), SendError> {
        if self.collection(collection).is_none_or(|list| list.partition.is_some()) {
            return Ok(());
        }
        self.apply(collection, Batch { rows: rows.collect(), ..Batch::default() }, asked_at).await
    }

    /// A record that the platform no longer has.
    pub(super) async fn keep_gone(&self, collection: &str, id: &str, asked_at: Timestamp) -> Result<(), SendError> {
        self.apply(collection, Batch { gone: vec![id.to_owned()], ..Batch::default() }, asked_at).await
    }

    async fn apply(&self, collection: &str, batch: Batch, asked_at: Timestamp) -> Result<(), SendError> {
        let lists = self.lists.get_or_try_init(|| self.register()).await?;
        if let Some(list) = lists.get(collection) {
            self.mirror.apply(*list, Batch { look: true, ..batch }, asked_at).await?;
        }
        Ok(())
    }

    /// The mirror's numbers for this connection's lists.
    async fn register(&self) -> Result<HashMap<String, ListId>, SendError> {
        let manifest = self.reach.manifest();
        let specs = manifest.collections.values().map(|it| list_spec(self.reach.name(), manifest, it)).collect();
        let ids = self.mirror.register(specs).await?;
        Ok(manifest.collections.keys().cloned().zip(ids).collect())
    }
}

/// How the mirror is to keep a connection's list.
pub(crate) fn list_spec(connection: &str, manifest: &Manifest, collection: &Collection) -> ListSpec {
    let join = collection.columns.agent_join.as_ref();
    let by_id = join.is_none() && !collection.columns.agent.is_empty() && manifest.collections.contains_key("agents");
    ListSpec {
        key: ListKey::new(connection, &collection.name),
        platform: manifest.name.clone(),
        kind: collection.kind,
        agent_join: join.map(|join| join.to.clone()),
        agent_list: by_id.then(|| "agents".to_owned()),
        content: collection.content.as_ref().map(|content| content.source()),
    }
}
