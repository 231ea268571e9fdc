//! Keeping the searches that a person wants to have under a name, and letting go of them.

use jiff::Timestamp;

use super::house::House;

impl House {
    /// Keeps a query, in the place of what had the name. What became of it, for a person.
    pub(super) fn save_search(&self, name: &str, query: &str) -> String {
        let Some(outbox) = self.open.get().and_then(|open| open.outbox.as_ref()) else {
            return "the search was not kept: the file of what is your own cannot be used".to_owned();
        };
        match outbox.save_search(name, query, Timestamp::now()) {
            Ok(()) => format!("Kept: qd search @{name}"),
            Err(error) => format!("The search was not kept: {error}"),
        }
    }

    /// Lets go of one.
    pub(super) fn forget_search(&self, name: &str) -> String {
        let Some(outbox) = self.open.get().and_then(|open| open.outbox.as_ref()) else {
            return "nothing was let go of: the file of what is your own cannot be used".to_owned();
        };
        match outbox.forget_search(name) {
            Ok(true) => format!("Let go of {name}"),
            Ok(false) => format!("No search is kept as {name}"),
            Err(error) => format!("{name} was not let go of: {error}"),
        }
    }
}
