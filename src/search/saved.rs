//! Searches that are kept under a name: what they may be called, what may be kept, and what each finds.

use quarterdeck_index::query::Flaw;

use super::face::Question;
use super::names::Agents;
use super::query;

/// Longest name, in characters.
const LONGEST: usize = 64;

/// What names may be, for a person.
pub const NAMES: &str = "at most 64 letters, digits, - _ and .";

/// Is this a name for a search?
pub fn is_name(name: &str) -> bool {
    let good = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    !name.is_empty() && name.chars().count() <= LONGEST && name.chars().all(good)
}

/// May this query be kept? Only one that can be answered as it stands: whoever asks for it by its name types nothing more.
///
/// # Errors
/// What is wrong with it, and where.
pub fn check_saved(query: &str) -> Result<(), Flaw> {
    query::read(query, false, &Agents::default()).map(drop)
}

/// The question whose total a list of saved searches tells, wherever it is shown: in all that there is, gone or not.
pub fn saved_question(query: &str) -> Question {
    Question { limit: 0, gone: true, ..Question::new(query) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_that_is_not_finished_is_not_kept() {
        assert_eq!(check_saved("status:failed \"deploy failed\""), Ok(()));
        assert_eq!(check_saved("agent:nobody-yet"), Ok(()), "who is meant may come later");
        assert!(check_saved("word \"deploy fai").is_err_and(|flaw| flaw.column == 6));
        assert!(check_saved("status:").is_err());
    }

    #[test]
    fn a_name_is_one_word_that_can_be_typed_behind_an_at() {
        for (name, good) in
            [("leaks", true), ("größer-als.2_x", true), ("", false), ("two words", false), ("@x", false)]
        {
            assert_eq!(is_name(name), good, "{name}");
        }
        assert!(is_name(&"x".repeat(64)) && !is_name(&"x".repeat(65)));
    }
}
