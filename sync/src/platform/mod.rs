//! Platforms as data: what a manifest says, and a client that talks to whatever it describes.
//!
//! A platform is a TOML file; everything that differs between platforms stands there, and a new kind of difference
//! is a new case of an enum in [`manifest`], never a script. [`Client`] is the only thing here that does I/O.
//! Replies are believed over the manifest ([`Page::style`]), limited in size, and never trusted: rows that cannot
//! be taken are told apart from the rest, secrets are masked before a row leaves this module.
//!
//! Not here: what to fetch and when (`pull`), and where rows are kept (`store`).

mod client;
pub mod decode;
mod error;
mod load;
pub mod manifest;
mod page;
mod registry;
pub mod request;
mod secret;
pub(crate) mod template;
pub mod url;
pub mod write;

pub use crate::model::BudgetView;
#[cfg(test)]
pub(crate) use client::tests::server;
pub use client::{Client, ClientOptions, ConnectSpec, Traffic, check_secret};
pub use error::{FetchError, FetchKind, ManifestError};
pub use manifest::{Collection, Manifest};
pub use page::{At, BadRow, ContentAsk, ContentReply, Page, PageAsk, Priority, Reply, Style};
pub use registry::{Origin, Registry};
pub use secret::Secret;
