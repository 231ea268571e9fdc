//! Quarterdeck (`qd`): the operator's console for fleets of AI agents.
//!
//! This crate is the part that meets a person: the console (`tui`), the command line (`cli`), configuration, and the
//! wiring of both to the engine in `quarterdeck-sync`. `tui` and `cli` never import each other: [`console`] is where
//! the console meets the engine, which [`live`] runs in the background. [`error`] is the one table from every error to
//! what a person is told.

pub mod amounts;
mod background;
pub mod cli;
pub mod config;
pub mod console;
pub mod editing;
pub mod editor;
pub mod error;
pub mod evidence;
pub mod filter;
pub mod inbox;
pub mod incident;
pub mod json;
mod kin;
pub mod live;
pub mod log;
pub mod names;
pub mod numbers;
pub mod opening;
pub mod search;
pub mod sending;
pub mod stop;
pub mod theme;
pub mod timeline;
pub mod transcript;
pub mod trial;
pub mod tui;
