//! The console, driven as a person would.
