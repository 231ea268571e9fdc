//! What a search may be called that is kept under a name.

/// Longest name, in characters.
const LONGEST: usize = 64;

/// What names may be, for a person.
pub const NAMES: &str = "at most 64 letters, digits, - _ and .";

/// Is this a name for a search?
pub fn is_name(name: &str) -> bool {
    let good = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    !name.is_empty() && name.chars().count() <= LONGEST && name.chars().all(good)
}

#[cfg(test)]
mod tests {
    use super::*;

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
