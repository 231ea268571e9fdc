//! The pull.
