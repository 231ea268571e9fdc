//! Whole-program tests: the real `qd`, over simulated platforms and real terminals.

mod cli_act;
mod cli_connect;
mod cli_contain;
mod cli_content;
mod cli_errors;
mod cli_fleet;
mod cli_harness;
mod cli_inbox;
mod cli_incidents;
mod cli_nouns;
mod cli_outbox;
mod cli_policies;
#[cfg(unix)]
mod cli_prompt;
mod cli_read;
mod cli_secrets;
mod cli_sync;
#[cfg(unix)]
mod console;
mod contents;
mod exports;
mod fleet;
mod house;
#[cfg(unix)]
mod journeys;
mod overlay;
mod own;
mod search;
mod sync;
#[cfg(unix)]
mod terminal;
