//! Whole-program tests.

mod cli_connect;
mod cli_errors;
mod cli_harness;
mod cli_read;
mod cli_sync;
