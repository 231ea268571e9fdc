mod laws;
mod tables;

use serde_json::Value;

use super::*;

/// The rules of the documents in these tests.
fn rules() -> Edits {
    let by = |pointers: &[&str]| pointers.iter().map(|at| (*at).to_owned()).collect::<Vec<_>>();
    Edits {
        fields: by(&[""]),
        keyed: [("/rules".to_owned(), by(&["/resource", "/permission", "/operations"]))].into(),
        sets: by(&["/tags", "/rules/*/tags", "/rules/*/operations"]),
        ..Edits::default()
    }
}

fn parse(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}
