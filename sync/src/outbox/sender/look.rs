//! Looks at the target of a write, and at what the decision rests on.

use std::collections::BTreeMap;

use serde_json::Value;

use super::find::places;
use super::run::Sender;
use crate::model::Write;
use crate::outbox::Reach;
use crate::outbox::action::{self, Sight};
use crate::platform::manifest::{Action, Related, Standing};
use crate::platform::{FetchError, FetchKind};

impl<R: Reach> Sender<'_, R> {
    /// The target, and every related record that can be read; the whole list when something is to be made in it.
    pub(super) async fn look(&self, write: &Write, action: &Action) -> Result<Sight, FetchError> {
        let mut sight = self.look_at_target(write, action).await?;
        // What the fresh record names, not what an old one named.
        let doc = sight.target.as_ref().map_or(&write.intent.base.doc, |seen| &seen.raw);
        let mut found = BTreeMap::new();
        for (name, related) in &action.related {
            if let Some(seen) = self.related(write, name, related, doc).await? {
                found.insert(name.clone(), seen);
            }
        }
        sight.related = found;
        Ok(sight)
    }

    /// The target alone, or the list in which it is to stand.
    pub(super) async fn look_at_target(&self, write: &Write, action: &Action) -> Result<Sight, FetchError> {
        let intent = &write.intent;
        if action.creates {
            return Ok(Sight {
                rows: Some(self.reach.rows(&intent.collection, &Standing::default()).await?),
                ..Sight::default()
            });
        }
        let Some(id) = &intent.target else { return Ok(Sight::default()) };
        let parent = action::parent(self.reach.manifest(), intent);
        let target = self.reach.look(&intent.collection, id, parent.as_deref()).await?;
        Ok(Sight { target, ..Sight::default() })
    }

    async fn related(
        &self,
        write: &Write,
        name: &str,
        related: &Related,
        doc: &Value,
    ) -> Result<Option<Value>, FetchError> {
        let id = write.intent.target.as_deref().unwrap_or_default();
        let found = match action::related_record(related, id, doc) {
            Some((collection, id)) => {
                let parent = action::related_parent(self.reach.manifest(), &write.intent, name);
                let seen = self.reach.look(&collection, &id, parent.as_deref()).await;
                seen.map(|seen| seen.and_then(|seen| serde_json::from_str(&seen.incoming.doc).ok()))
            }
            None => {
                let path = related.path.as_deref().and_then(|path| action::path(path, &places(write, id, doc)));
                match path {
                    Some(path) => self.reach.look_at(&path).await,
                    None => return Ok(None),
                }
            }
        };
        match found {
            // A record that may not be read, or that this server does not have, is one that could not be read.
            Err(error) if matches!(error.kind, FetchKind::Forbidden | FetchKind::NotOffered) => Ok(None),
            found => found,
        }
    }
}
