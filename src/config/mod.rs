//! Where things are, and what the operator has set.
