//! What the sender needs of a connection. [`Client`] is the real one.

use std::future::Future;

use serde_json::Value;

use crate::platform::manifest::Standing;
use crate::platform::write::{NotTold, Seen, Told, WriteCall};
use crate::platform::{Client, FetchError, Manifest};

/// One connection, as the sender sees it.
pub trait Reach: Sync {
    /// Name of the connection.
    fn name(&self) -> &str;

    /// The manifest of its platform.
    fn manifest(&self) -> &Manifest;

    /// Looks at one record; see [`Client::look`].
    fn look(
        &self,
        collection: &str,
        id: &str,
        parent: Option<&str>,
    ) -> impl Future<Output = Result<Option<Seen>, FetchError>> + Send;

    /// Reads the document at a path; see [`Client::look_at`].
    fn look_at(&self, path: &str) -> impl Future<Output = Result<Option<Value>, FetchError>> + Send;

    /// Reads a list, all that stands so in it; see [`Client::rows`].
    fn rows(&self, collection: &str, standing: &Standing)
    -> impl Future<Output = Result<Vec<Seen>, FetchError>> + Send;

    /// Changes something; see [`Client::write`].
    fn write(&self, call: &WriteCall) -> impl Future<Output = Result<Told, NotTold>> + Send;
}

impl Reach for Client {
    fn name(&self) -> &str {
        Client::name(self)
    }

    fn manifest(&self) -> &Manifest {
        Client::manifest(self)
    }

    async fn look(&self, collection: &str, id: &str, parent: Option<&str>) -> Result<Option<Seen>, FetchError> {
        Client::look(self, collection, id, parent).await
    }

    async fn look_at(&self, path: &str) -> Result<Option<Value>, FetchError> {
        Client::look_at(self, path).await
    }

    async fn rows(&self, collection: &str, standing: &Standing) -> Result<Vec<Seen>, FetchError> {
        Client::rows(self, collection, standing).await
    }

    async fn write(&self, call: &WriteCall) -> Result<Told, NotTold> {
        Client::write(self, call).await
    }
}
