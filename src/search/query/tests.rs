use super::*;

struct Fleet;

impl Names for Fleet {
    fn agents(&self, named: &Match) -> Vec<String> {
        match named {
            Match::Is(name) if name == "web-01" => vec!["prod/7".to_owned(), "prod/client-1".to_owned()],
            Match::Prefix(name) if "web-01".starts_with(name.as_str()) => vec!["prod/7".to_owned()],
            _ => Vec::new(),
        }
    }
}

/// What the index is asked, in the query language.
fn strict(text: &str) -> Result<String, String> {
    read(text, false, &Fleet).map(|asked| asked.asks.to_string()).map_err(|flaw| format!("{flaw}; {}", flaw.hint))
}

fn typing(text: &str) -> (String, usize) {
    let asked = read(text, true, &Fleet).expect("typing never fails");
    (asked.asks.to_string(), asked.notes.len())
}

#[test]
fn kinds_are_told_in_the_words_of_the_documents() {
    assert_eq!(strict("kind:Sessions,tool"), Ok("kind:session,tool".to_owned()));
    assert!(
        strict("kind:robot")
            .unwrap_err()
            .starts_with("column 6: there is no kind `robot`; the kinds are agent session")
    );
    assert_eq!(typing("kind:thi"), ("kind:thi*".to_owned(), 0));
    assert_eq!(typing("kind:robot x").1, 1);
}

#[test]
fn signs_alone_are_no_question() {
    for signs in ["!!!", "→", "\"!!\"", "web -::", "…*"] {
        assert!(strict(signs).unwrap_err().contains("there is no word in"), "{signs}");
    }
    assert!(strict("*").is_ok());
    assert_eq!(typing("web !!"), ("web".to_owned(), 0));
}

#[test]
fn an_agent_is_asked_for_by_every_word_that_records_have_for_it() {
    assert_eq!(strict("agent:web-01"), Ok("agent:prod/7,prod/client-1,web-01".to_owned()));
    assert_eq!(strict("host:nobody"), Ok("host:nobody".to_owned()));
    assert_eq!(typing("agent:we").0, "agent:prod/7,we*");
    assert_eq!(strict("agent:*"), Ok("agent:*".to_owned()));
}

#[test]
fn what_an_entry_has_and_how_it_stands_are_words_of_their_own() {
    for word in HAS_WORDS {
        assert_eq!(strict(&format!("has:{word}")), Ok(format!("has:{word}")));
    }
    for word in IS_WORDS {
        assert_eq!(strict(&format!("is:{}", word.to_uppercase())), Ok(format!("is:{word}")));
    }
    assert!(
        strict("has:nothing")
            .unwrap_err()
            .contains("column 5: search knows no `has:nothing`; there are has:error has:diff")
    );
    assert!(strict("is:odd").unwrap_err().contains("column 4: search knows no `is:odd`; there are is:gone"));
    for like in ["is:gon*", "is:*", "is:/go.*/", "is:gone,pend*"] {
        assert!(strict(like).unwrap_err().contains("search knows no `is:"), "{like}");
        assert_eq!(typing(like).1, 1, "{like}");
    }
    assert_eq!(strict("has:err*"), Ok("has:err*".to_owned()));
    // Begun: not a mistake yet, and no question yet.
    assert_eq!(typing("web is:pe"), ("web".to_owned(), 0));
    assert_eq!(typing("web is:odd x").1, 1);
}

#[test]
fn a_value_in_quotes_is_begun_until_they_are_closed() {
    for (typed, asked) in [
        ("tool:\"file", "tool:file*"),
        ("tool:\"file\"", "tool:file"),
        ("tool:\"say \\\"", "tool:\"say \\\"\"*"),
        ("tool:\"a \\\\\"", "tool:\"a \\\\\""),
        ("agent:\"web-01\"", "agent:prod/7,prod/client-1,web-01"),
        ("title:\"deploy fai\"", "title:\"deploy fai\""),
    ] {
        assert_eq!(typing(typed).0, asked);
    }
    assert_eq!(typing("kind:\"thi\"").1, 1, "closed, it is no kind");
}

#[test]
fn what_cannot_be_told_matches_nothing_and_neither_does_its_opposite() {
    let nothing = typing("is:odd x").0;
    assert_eq!(typing("-is:odd x").0, nothing);
    assert_ne!(typing("x").0, nothing);
}

#[test]
fn only_who_asks_for_it_sees_what_is_gone() {
    let gone = |text: &str| read(text, false, &Fleet).expect("right").gone;
    assert!(gone("is:gone web") && gone("web OR is:gone"));
    assert!(!gone("web") && !gone("-is:gone"));
    let asked = read("web", false, &Fleet).expect("right").asks;
    assert_eq!(narrow(&asked, &[], false).to_string(), "-is:gone web");
    assert_eq!(narrow(&asked, &["prod".to_owned(), "lab".to_owned()], true).to_string(), "connection:prod,lab web");
    assert_eq!(only_gone(&asked, &[]).to_string(), "is:gone web");
    let either = read("a OR b", false, &Fleet).expect("right").asks;
    assert_eq!(narrow(&either, &[], false).to_string(), "-is:gone (a OR b)");
}

#[test]
fn search_understands_every_line_of_the_page() {
    let page = include_str!("../../../docs/query-language.md");
    let sections = page.split("## ").filter(|section| !section.starts_with("What a script is told"));
    let lines = sections.flat_map(str::lines).filter_map(|line| line.strip_prefix("| `"));
    let queries: Vec<&str> = lines.filter_map(|line| line.split("` |").next()).collect();
    assert!(queries.len() > 50, "the page has moved");
    for query in queries {
        assert!(strict(query).is_ok(), "{query}: {:?}", strict(query));
    }
}
