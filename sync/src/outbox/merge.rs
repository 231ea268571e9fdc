//! Merges two people's edits of one document, field by field. Pure.

use serde_json::Value;

use crate::model::Dispute;
use crate::platform::manifest::Edits;

/// What became of a merge.
#[derive(Debug, Clone, PartialEq)]
pub struct Merged {
    /// The document with both sides' edits; where they clash, theirs.
    pub doc: Value,
    /// Fields both sides changed, each in its own way.
    pub disputes: Vec<Dispute>,
}

/// Merges `mine` and `theirs`, both made from `base`: objects by key, lists as `rules` says.
pub fn merge(_base: &Value, _mine: &Value, _theirs: &Value, _rules: &Edits) -> Merged {
    todo!()
}

/// Fields in which two documents differ: `base` is the first, `mine` the second.
pub fn differences(_a: &Value, _b: &Value) -> Vec<Dispute> {
    todo!()
}

/// Puts onto `raw`, which holds what `masked` hides, the changes that lead from `masked` to `wanted`: masks stay what they hide.
pub fn carry(_raw: &Value, _masked: &Value, _wanted: &Value, _rules: &Edits) -> Value {
    todo!()
}
