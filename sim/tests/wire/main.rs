//! The simulator as a client meets it: bytes over a socket, one test binary.

mod client;
mod fixtures;
