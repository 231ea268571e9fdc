//! Who is meant by the name of an agent, as the mirror knows it now.

use std::collections::HashMap;

use quarterdeck_sync::model::Match;
use quarterdeck_sync::store::NamedAgent;
use regex::RegexBuilder;

use super::fields::agent_value;
use super::query::Names;

/// A regular expression may grow to so many bytes.
const REGEX_BYTES: usize = 1 << 20;

/// The agents that records name.
#[derive(Debug, Default)]
pub struct Agents {
    all: Vec<NamedAgent>,
    by_value: HashMap<String, usize>,
}

impl Agents {
    /// From what the mirror has.
    pub fn new(all: Vec<NamedAgent>) -> Self {
        let by_value = all.iter().enumerate();
        let by_value = by_value.map(|(place, agent)| (agent_value(&agent.connection, &agent.word), place)).collect();
        Self { all, by_value }
    }

    /// The title of the agent that a value of the facet means.
    pub fn title(&self, value: &str) -> Option<&str> {
        self.agent(value)?.title.as_deref()
    }

    /// The value by which the agent's id is told, whatever word a record has for it.
    pub fn settled(&self, value: &str) -> String {
        self.agent(value).map_or_else(|| value.to_owned(), |agent| agent_value(&agent.connection, &agent.id))
    }

    fn agent(&self, value: &str) -> Option<&NamedAgent> {
        self.all.get(*self.by_value.get(value)?)
    }
}

impl Names for Agents {
    fn agents(&self, named: &Match) -> Vec<String> {
        let regex;
        let like: Box<dyn Fn(&str) -> bool> = match named {
            Match::Is(text) => {
                let text = text.to_lowercase();
                Box::new(move |name| name.to_lowercase() == text)
            }
            Match::Prefix(text) => {
                let text = text.to_lowercase();
                Box::new(move |name| name.to_lowercase().starts_with(&text))
            }
            Match::Contains(text) => {
                let text = text.to_lowercase();
                Box::new(move |name| name.to_lowercase().contains(&text))
            }
            Match::Regex(pattern) => {
                regex = RegexBuilder::new(pattern).case_insensitive(true).size_limit(REGEX_BYTES).build();
                let Ok(regex) = &regex else { return Vec::new() };
                Box::new(|name| regex.is_match(name))
            }
        };
        let mut values = Vec::new();
        for agent in &self.all {
            let named = |text: &str| like(text) || like(&agent_value(&agent.connection, text));
            if named(&agent.word) || named(&agent.id) || agent.title.as_deref().is_some_and(&like) {
                values.push(agent_value(&agent.connection, &agent.word));
                if agent.id != agent.word {
                    values.push(agent_value(&agent.connection, &agent.id));
                }
            }
        }
        values.sort_unstable();
        values.dedup();
        values
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn agents() -> Agents {
        let agent = |connection: &str, word: &str, id: &str, title: Option<&str>| NamedAgent {
            connection: connection.to_owned(),
            word: word.to_owned(),
            id: id.to_owned(),
            title: title.map(str::to_owned),
        };
        Agents::new(vec![
            agent("lab", "web-01", "web-01", None),
            agent("prod", "client-1", "7", Some("Web-01")),
            agent("prod", "client-2", "8", Some("db-01")),
        ])
    }

    #[test]
    fn an_agent_is_meant_by_its_title_its_id_or_the_key_that_joins_to_it() {
        let agents = agents();
        let of = |named: Match| agents.agents(&named);
        assert_eq!(of(Match::Is("WEB-01".to_owned())), ["lab/web-01", "prod/7", "prod/client-1"]);
        assert_eq!(of(Match::Is("client-2".to_owned())), ["prod/8", "prod/client-2"]);
        assert_eq!(of(Match::Is("prod/8".to_owned())), ["prod/8", "prod/client-2"]);
        assert_eq!(of(Match::Prefix("db".to_owned())), ["prod/8", "prod/client-2"]);
        assert_eq!(of(Match::Regex("^(db|nobody)".to_owned())), ["prod/8", "prod/client-2"]);
        assert!(of(Match::Regex("(".to_owned())).is_empty());
    }

    #[test]
    fn the_words_for_one_agent_come_to_one() {
        let agents = agents();
        assert_eq!(agents.settled("prod/client-1"), "prod/7");
        assert_eq!(agents.settled("prod/unheard-of"), "prod/unheard-of");
        assert_eq!((agents.title("prod/client-1"), agents.title("lab/web-01")), (Some("Web-01"), None));
    }
}
