//! Quarterdeck's sync engine: platforms as data, the mirror, and the pull that keeps them in step.
//!
//! Headless and silent: nothing here prints, prompts, exits or reads the environment. Arrows point one way,
//! `engine -> {pull, outbox} -> {store, platform} -> model`; `store` and `platform` do not know each other.
//!
//! - [`model`]: the words every other module speaks: records, lists, queries, freshness.
//! - [`platform`]: manifests, and the client that talks to what they describe.
//! - [`store`]: `mirror.db`: all records as last told, rebuildable.
//! - [`pull`]: what to fetch (pure), and fetching it.
//! - [`outbox`]: `outbox.db`: what people decided, and carrying it out.
//! - [`content`]: the messages of sessions, in one form.
//! - `json`: JSON from outside, read without ever refusing.
//! - [`engine`]: one sync of many connections, with its report.
//! - [`text`]: the one boundary for text from outside.

pub mod content;
pub mod engine;
mod json;
pub mod model;
pub mod outbox;
mod peek;
pub mod platform;
pub mod pull;
pub mod store;
pub mod text;
