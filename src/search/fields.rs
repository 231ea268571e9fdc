//! Which facets the documents have, and what each field of the query language asks of them.

use quarterdeck_index as index;
use quarterdeck_index::Asks;
use quarterdeck_sync::model::{EntryKind, Kind};

use super::face::Facet;

/// Another number means that every document is made anew: raise it with every change of what stands in one.
pub const VERSION: u32 = 3;

macro_rules! facets {
    ($($(#[$doc:meta])* $name:ident = $place:literal, $word:literal, parts: $parts:literal;)*) => {
        $($(#[$doc])* pub const $name: usize = $place;)*

        /// The facets by their numbers.
        const FACETS: &[index::Facet] = &[$(index::Facet { name: $word, parts: $parts, counted: is_counted($place) }),*];
    };
}

facets! {
    /// The word of a record's kind, or of an entry's.
    KIND = 0, "kind", parts: false;
    /// Who speaks, in the platform's word.
    ROLE = 1, "role", parts: false;
    /// Tools that an entry calls or answers for.
    TOOL = 2, "tool", parts: false;
    /// `connection/word`: the word by which a record names its agent. The names of agents change, and are looked up when
    /// somebody asks for one.
    AGENT = 3, "agent", parts: false;
    /// The same word without its connection, and the machine.
    HOST = 4, "host", parts: false;
    /// Project or folder.
    PROJECT = 5, "project", parts: true;
    /// Branch of the version control.
    BRANCH = 6, "branch", parts: true;
    /// Status.
    STATUS = 7, "status", parts: false;
    /// Name of the connection.
    CONNECTION = 8, "connection", parts: false;
    /// Name of the platform.
    PLATFORM = 9, "platform", parts: false;
    /// Name of the collection.
    COLLECTION = 10, "collection", parts: false;
    /// Id of the record.
    ID = 11, "id", parts: false;
    /// Files and folders that an entry names.
    PATH = 12, "path", parts: true;
    /// What an entry holds, or any entry of a session: see [`HAS_WORDS`].
    HAS = 13, "has", parts: false;
    /// How it stands: see [`IS_WORDS`].
    IS = 14, "is", parts: false;
}

/// The layout of the index.
pub fn layout() -> index::Layout {
    index::Layout { facets: FACETS.to_vec(), version: VERSION }
}

/// What the fields of the query language ask.
pub const ASKS: &[(&str, Asks)] = &[
    ("kind", Asks::Whole(KIND)),
    ("role", Asks::Whole(ROLE)),
    ("tool", Asks::Whole(TOOL)),
    ("agent", Asks::AnyOf(&[AGENT, HOST])),
    ("host", Asks::AnyOf(&[AGENT, HOST])),
    ("project", Asks::Part(PROJECT)),
    ("branch", Asks::Part(BRANCH)),
    ("status", Asks::Whole(STATUS)),
    ("outcome", Asks::Whole(STATUS)),
    ("connection", Asks::Whole(CONNECTION)),
    ("platform", Asks::Whole(PLATFORM)),
    ("collection", Asks::Whole(COLLECTION)),
    ("id", Asks::Whole(ID)),
    ("path", Asks::Part(PATH)),
    ("title", Asks::Title),
    ("has", Asks::Whole(HAS)),
    ("is", Asks::Whole(IS)),
    ("after", Asks::After),
    ("before", Asks::Before),
    ("on", Asks::On),
];

/// What can stand behind `has:`. A session has what one of its entries has.
pub const HAS_WORDS: [&str; 5] = ["error", "diff", "secret", "image", "call"];

/// What can stand behind `is:` in search.
pub const IS_WORDS: [&str; 4] = ["gone", "pending", "subagent", "entry"];

/// The word by which a document has this kind: of a record, or of an entry.
pub fn kind_word(typed: &str) -> Option<&'static str> {
    let lower = typed.to_lowercase();
    let kind = lower.parse::<Kind>().map(Kind::as_str);
    kind.or_else(|()| lower.parse::<EntryKind>().map(EntryKind::as_str)).ok()
}

/// Every word that `kind:` knows, for a person.
pub fn kind_words() -> String {
    let mut words: Vec<&str> = Kind::ALL.map(Kind::as_str).to_vec();
    words.extend(EntryKind::ALL.map(EntryKind::as_str).into_iter().filter(|word| *word != Kind::Other.as_str()));
    words.join(" ")
}

/// The facet that is counted for one of the answer's.
pub fn counted(facet: Facet) -> usize {
    match facet {
        Facet::Kind => KIND,
        Facet::Connection => CONNECTION,
        Facet::Agent => AGENT,
        Facet::Project => PROJECT,
        Facet::Tool => TOOL,
    }
}

/// Is it counted for any of them?
const fn is_counted(facet: usize) -> bool {
    matches!(facet, KIND | CONNECTION | AGENT | PROJECT | TOOL)
}

/// The value of [`AGENT`].
pub fn agent_value(connection: &str, word: &str) -> String {
    format!("{connection}/{word}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_of_the_language_is_answered_and_every_facet_stands_at_its_number() {
        for name in crate::filter::fields().names() {
            assert!(ASKS.iter().any(|(known, _)| *known == name), "search knows no {name}:");
        }
        let names: Vec<&str> = FACETS.iter().map(|facet| facet.name).collect();
        assert_eq!(names[KIND..=HOST], ["kind", "role", "tool", "agent", "host"]);
        assert_eq!((names[PATH], names[HAS], names[IS], names.len()), ("path", "has", "is", IS + 1));
    }

    #[test]
    fn a_kind_is_that_of_a_record_or_of_an_entry() {
        let words = ["Sessions", "session", "tool", "Thinking", "other", "robot"].map(kind_word);
        assert_eq!(words, [Some("session"), Some("session"), Some("tool"), Some("thinking"), Some("other"), None]);
    }
}
