//! One table from what went wrong to what a person is told: kind, message, hint, exit code.
