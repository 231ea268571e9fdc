//! What is found, in lists and in search, over a mirror of the test's own.

mod moves;
mod page;
mod world;
