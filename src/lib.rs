//! Quarterdeck.
