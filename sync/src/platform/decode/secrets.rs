//! Secrets that no manifest needs to name: what is called by these names is one on every platform.
//!
//! A short list on purpose. A name too many hides from an operator what they came to see.

/// What surrounds a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Around {
    /// Nothing that matters.
    Plain,
    /// It is the value of `env`: a list of names and values, or an object of them.
    Environment,
    /// It is an item of such a list.
    Variable,
    /// Its name says that it is a secret. Only text is hidden: an object under such a name is a schema more often than not.
    Secret,
}

/// What surrounds the value of `name`.
#[inline]
pub fn below(around: Around, name: &str) -> Around {
    match (around, name) {
        (Around::Variable, "value") => Around::Secret,
        // Not a list but an object: each name is a variable's.
        (Around::Environment, _) => Around::Secret,
        (_, "env") => Around::Environment,
        (_, name) if is_secret(name) => Around::Secret,
        _ => Around::Plain,
    }
}

/// What surrounds the items of an array.
#[inline]
pub fn in_array(around: Around) -> Around {
    if around == Around::Environment { Around::Variable } else { Around::Plain }
}

/// Told by length first: nearly every name is settled by that.
#[inline]
fn is_secret(name: &str) -> bool {
    let names: &[&str] = match name.len() {
        6 => &["cookie"],
        8 => &["password"],
        9 => &["x-api-key"],
        10 => &["set-cookie"],
        11 => &["private_key"],
        12 => &["api_key_hash"],
        13 => &["authorization", "client_secret"],
        19 => &["proxy-authorization", "x-runagents-api-key"],
        _ => return false,
    };
    names.iter().any(|secret| name.eq_ignore_ascii_case(secret))
}
