//! What the pull needs of a connection: pages and single records. [`Client`] is the real one.

use std::future::Future;

use crate::model::Incoming;
use crate::platform::{
    BudgetView, Client, ContentAsk, ContentReply, FetchError, Manifest, PageAsk, Priority, Reply, Traffic,
};

/// One connection, as the pull sees it.
pub trait Source: Sync {
    /// Name of the connection.
    fn name(&self) -> &str;

    /// The manifest of its platform.
    fn manifest(&self) -> &Manifest;

    /// Reads one page; see [`Client::page`].
    fn page(&self, ask: &PageAsk, priority: Priority) -> impl Future<Output = Result<Reply, FetchError>> + Send;

    /// Reads one record; see [`Client::item`].
    fn item(
        &self,
        collection: &str,
        id: &str,
        priority: Priority,
    ) -> impl Future<Output = Result<Option<Incoming>, FetchError>> + Send;

    /// Reads the content of one record; see [`Client::content`].
    fn content(
        &self,
        ask: &ContentAsk,
        priority: Priority,
    ) -> impl Future<Output = Result<ContentReply, FetchError>> + Send;

    /// The rate budget as last told.
    fn budget(&self) -> BudgetView;

    /// What was sent so far.
    fn traffic(&self) -> Traffic;
}

impl Source for Client {
    fn name(&self) -> &str {
        Client::name(self)
    }

    fn manifest(&self) -> &Manifest {
        Client::manifest(self)
    }

    fn page(&self, ask: &PageAsk, priority: Priority) -> impl Future<Output = Result<Reply, FetchError>> + Send {
        Client::page(self, ask, priority)
    }

    fn item(
        &self,
        collection: &str,
        id: &str,
        priority: Priority,
    ) -> impl Future<Output = Result<Option<Incoming>, FetchError>> + Send {
        Client::item(self, collection, id, priority)
    }

    fn content(
        &self,
        ask: &ContentAsk,
        priority: Priority,
    ) -> impl Future<Output = Result<ContentReply, FetchError>> + Send {
        Client::content(self, ask, priority)
    }

    fn budget(&self) -> BudgetView {
        Client::budget(self)
    }

    fn traffic(&self) -> Traffic {
        Client::traffic(self)
    }
}
