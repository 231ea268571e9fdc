//! What a person kept and names by an id: by the whole of it, or the beginning.

use crate::error::{Failure, Kind};

/// Most of what an ambiguous beginning may mean that is told.
pub const LISTED: usize = 10;

/// What is named so.
pub struct Named<'a> {
    /// What one of it is: `write`.
    pub one: &'a str,
    /// Shows them all: `qd outbox list --all`.
    pub list: &'a str,
}

impl Named<'_> {
    /// The beginning of an id as it was typed, or copied from a table that has cut it.
    ///
    /// # Errors
    /// When it is empty: that begins every id.
    pub fn beginning<'t>(&self, typed: &'t str) -> Result<&'t str, Failure> {
        match typed.trim().trim_end_matches('…') {
            "" => {
                let failure = Failure::usage("an id, or the beginning of one, cannot be empty");
                Err(failure.hint(format!("`{}` shows them", self.list)))
            }
            begun => Ok(begun),
        }
    }

    /// The one that was found for what was typed; `told` is how each stands in a list of several.
    ///
    /// # Errors
    /// When none was found, or more than one.
    pub fn only<T>(&self, typed: &str, mut found: Vec<T>, told: impl Fn(&T) -> String) -> Result<T, Failure> {
        let one = self.one;
        match found.len() {
            0 => {
                let failure = Failure::not_found(format!("there is no {one} {typed}"));
                Err(failure.hint(format!("`{}` shows them", self.list)))
            }
            1 => Ok(found.swap_remove(0)),
            many => {
                let mut message = format!("{typed} is more than one {one}:");
                found.iter().take(LISTED).for_each(|one| message.push_str(&format!("\n  {}", told(one))));
                if many > LISTED {
                    message.push_str("\n  and others");
                }
                Err(Failure::new(Kind::Ambiguous, message).hint("write more of the id"))
            }
        }
    }
}
