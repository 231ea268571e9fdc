//! The simulator as a client meets it: bytes over a socket, one test binary.

mod client;
mod exo;
mod faults;
mod fixtures;
mod lists;
mod runagents;
mod turen;
mod world;
mod writes;
