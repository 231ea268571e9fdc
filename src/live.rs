//! The engine at work in the background, for the console and for `qd sync --watch`.
