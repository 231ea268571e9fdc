//! Searches that are kept under a name: what they may be called, what may be kept, and what each finds.

use quarterdeck_index::query::{Flaw, Node, NodeKind, ValueKind, parse};

use super::face::Question;
use super::fields;
use super::names::Agents;
use super::query;
use crate::filter;

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

/// A query that was typed, so that it means the same to whoever types nothing more: its last word counted as the beginning of one, and
/// has a `*` now.
pub fn as_meant(typed: &str) -> String {
    let text = typed.trim();
    let (ast, _) = parse(text, &filter::fields());
    match begun(&ast.root, text).and_then(|end| Some((text.get(..end)?, text.get(end..)?))) {
        Some((begun, rest)) => format!("{begun}*{rest}"),
        None => text.to_owned(),
    }
}

/// Where the last word or value ends that may be the beginning of one. What stands in quotes that are open is no query to be kept.
fn begun(node: &Node, text: &str) -> Option<usize> {
    match &node.kind {
        NodeKind::And(nodes) | NodeKind::Or(nodes) => begun(nodes.last()?, text),
        NodeKind::Not(inner) => begun(inner, text),
        NodeKind::Word(word) => {
            // A group's parentheses are part of where it stands.
            let here = text.get(node.span.start..node.span.end)?;
            let inside = here.trim_end_matches(|c: char| c == ')' || c.is_whitespace());
            let goes_on = inside.ends_with(word.as_str()) && word.ends_with(char::is_alphanumeric);
            goes_on.then_some(node.span.start + inside.len())
        }
        NodeKind::Field { name, values } => {
            let value = values.last()?;
            let ValueKind::Text(typed) = &value.kind else { return None };
            // Of these the words are known, and none is the beginning of another.
            let known = match name.as_str() {
                "kind" => fields::kind_word(typed).is_some(),
                name => matches!(name, "is" | "has"),
            };
            let bare = text.get(value.span.start..) == Some(typed.as_str());
            (bare && !known).then_some(value.span.end)
        }
        _ => None,
    }
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
    fn what_is_kept_finds_what_was_on_the_screen() {
        for (typed, kept) in [
            (" refun ", "refun*"),
            ("kind:tool refun", "kind:tool refun*"),
            ("deploy -dra", "deploy -dra*"),
            ("tool:\"Bash\" (deploy OR refun)", "tool:\"Bash\" (deploy OR refun*)"),
            ("web (refun )", "web (refun* )"),
            ("refun*", "refun*"),
            ("\"deploy failed\"", "\"deploy failed\""),
            ("deploy!", "deploy!"),
            ("status:fai", "status:fai*"),
            ("tool:bash,fil", "tool:bash,fil*"),
            ("tool:\"file\"", "tool:\"file\""),
            ("status:failed web", "status:failed web*"),
            ("web kind:tool", "web kind:tool"),
            ("web has:error", "web has:error"),
            ("web after:3h", "web after:3h"),
            ("~deplyo", "~deplyo"),
            ("/dep.*/", "/dep.*/"),
            ("", ""),
        ] {
            assert_eq!(as_meant(typed), kept);
            let fields = filter::fields();
            assert!(typed.is_empty() || parse(kept, &fields).1.is_empty(), "{kept}");
            let ask = |text: &str, typing| query::read(text, typing, &Agents::default()).unwrap().asks.to_string();
            assert_eq!(ask(kept, false), ask(kept, true), "{kept}");
        }
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
